//! What is added to the story of an event where what it made is undone again and again: who the sides are, how often
//! it went round, and that from now on it is counted.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::escape::cut;
use super::limits::{COPIES, FREE, ID, MACHINE_TEXT, RULE};
use super::story::{Block, Line, Step, Story};
use super::text::Text;
use super::who;
use crate::dispute::{Bout, Stage, Undone};
use crate::tell::Standing;

/// `story`, of something that stands so.
pub(super) fn story(story: Story, standing: &Standing) -> Story {
    let Story { mut state, about, headline, blocks, steps, links } = story;
    state.label = label(standing.stage).and(state.label);
    Story {
        state,
        about,
        headline: sentence(standing).and(headline),
        blocks: [block(standing)].into_iter().chain(blocks).collect(),
        steps: [step()].into_iter().chain(steps).collect(),
        links,
    }
}

fn label(stage: Stage) -> Text {
    Text::from(match stage {
        Stage::Escalated => "IN DISPUTE, ",
        Stage::Digest => "STILL IN DISPUTE, ",
        Stage::Ordinary | Stage::Counted => "",
    })
}

fn sentence(Standing { stage, bouts, .. }: &Standing) -> Text {
    let Some(Bout { matter, times, .. }) = bouts.iter().max_by_key(|bout| bout.times) else {
        return Text::new();
    };
    match stage {
        Stage::Escalated | Stage::Digest => Text::from("the guard has ")
            .ours(words(matter.undone).done)
            .ours(words(matter.undone).what)
            .count(*times)
            .ours(" times, and it is ")
            .ours(words(matter.undone).made)
            .ours(" each time. "),
        Stage::Ordinary | Stage::Counted => Text::new(),
    }
}

/// What the two sides do.
pub(super) struct Words {
    made: &'static str,
    pub(super) done: &'static str,
    what: &'static str,
}

pub(super) const fn words(undone: Undone) -> Words {
    match undone {
        Undone::Removed => Words { made: "added again", done: "removed", what: " the same rule " },
        Undone::PutBack => Words { made: "removed again", done: "put back", what: " the same rule " },
        Undone::Restored => Words { made: "changed again", done: "put back", what: " the same prefix list " },
        Undone::Detached => {
            Words { made: "put on again", done: "taken off", what: " groups of the same interface " }
        }
    }
}

fn block(standing: &Standing) -> Block {
    let Standing { stage, bouts, within, own } = standing;
    let lines = bouts.iter().flat_map(|bout| bout_lines(bout, own.as_deref()));
    let next = match stage {
        Stage::Escalated => Some("From now on the guard undoes it as before, but tells the count once in "),
        Stage::Digest => Some("The guard goes on undoing it, and tells the count once in "),
        Stage::Ordinary | Stage::Counted => None,
    };
    let next = next.map(|text| Text::from(text).and(duration(*within)).ours(", and after each sweep."));
    Block { title: "The two sides", lines: lines.chain(next.map(Line::Item)).collect() }
}

fn bout_lines(bout: &Bout, own: Option<&str>) -> Vec<Line> {
    let Bout { matter, since, times, untold, .. } = bout;
    let Words { made, done, what: _ } = words(matter.undone);
    let what = Text::new().theirs(&matter.what, RULE).ours(": ").ours(done).ours(" ").count(*times);
    let what = what.ours(if *times == 1 { " time since " } else { " times since " }).theirs(since, ID);
    let by = Text::new().ours(made).ours(" by ").and(callers(bout));
    let guard = Text::new().ours(done).ours(" by the guard");
    let guard = match own {
        Some(role) => guard.ours(", ").theirs(&role, FREE),
        None => guard,
    };
    let earlier = untold.saturating_sub(1);
    let counted = (earlier > 0).then(|| {
        let start = Text::new().count(earlier);
        start.ours(if earlier == 1 { " earlier time" } else { " earlier times" }).ours(" without a message")
    });
    let details = [by, guard].into_iter().chain(counted).map(Line::Detail);
    [Line::Item(what)].into_iter().chain(details).collect()
}

/// Those who made it most often, and how often each.
fn callers(Bout { callers, others, .. }: &Bout) -> Text {
    let mut most: Vec<_> = callers.iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let unlisted: usize = most.iter().skip(COPIES).map(|(_, count)| **count).sum();
    let others = others.saturating_add(unlisted);
    let listed = most
        .iter()
        .take(COPIES)
        .map(|(name, count)| Text::new().named(name, FREE).ours(" (").count(**count).ours(")"));
    let others = (others > 0).then(|| Text::from("others (").count(others).ours(")"));
    Text::joined(listed.chain(others), ", ")
}

fn step() -> Step {
    Step::plain(Text::from(
        "End it at its source: take it out of what makes it again (the caller above: an IaC run, a controller), or \
         have the policy allow it. If nobody knows that caller, take its credentials away.",
    ))
}

fn duration(within: SignedDuration) -> Text {
    who::duration(usize::try_from(within.as_secs()).unwrap_or(usize::MAX))
}

/// The machine's copy of it.
#[derive(Serialize)]
pub(super) struct DisputeReport {
    /// `escalated`, `digest`, or `earlier`: only what was counted before.
    stage: &'static str,
    matters: Vec<BoutReport>,
}

#[derive(Serialize)]
struct BoutReport {
    undone: Undone,
    what: String,
    since: String,
    times: usize,
    /// How often since the last message, this time included.
    untold: usize,
    callers: BTreeMap<String, usize>,
    others: usize,
}

impl DisputeReport {
    /// With at most `listed` matters.
    pub(super) fn new(Standing { stage, bouts, .. }: &Standing, listed: usize) -> Self {
        Self {
            stage: word(*stage).unwrap_or("earlier"),
            matters: bouts.iter().take(listed.max(1)).map(BoutReport::new).collect(),
        }
    }
}

impl BoutReport {
    fn new(Bout { matter, since, times, untold, callers, others, .. }: &Bout) -> Self {
        Self {
            undone: matter.undone,
            what: cut(&matter.what, MACHINE_TEXT),
            since: since.to_string(),
            times: *times,
            untold: *untold,
            callers: callers.iter().map(|(name, count)| (cut(name, MACHINE_TEXT), *count)).collect(),
            others: *others,
        }
    }
}

/// The word of the message attribute, where it is in dispute.
pub(super) const fn word(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Escalated => Some("escalated"),
        Stage::Digest => Some("digest"),
        Stage::Ordinary | Stage::Counted => None,
    }
}
