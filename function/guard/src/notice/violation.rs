//! The story of a violation: of its rules, of what is missing, of interfaces, and of who changed what they may not, as
//! far as there is something to tell of each.

use super::bound::Bound;
use super::door::State;
use super::limits::{ID, LONG, NAME, TIERS};
use super::part::Part;
use super::story::{self, Block, Line, Links, Step, Story};
use super::text::Text;
use super::{cut, interfaces, missing, remarks, rules, steps, trespass, who};
use crate::act::{Action, Outcome, Target};
use crate::judge::{Unsettled, Violation};
use crate::respond::{Basis, Handled};

pub(super) fn story(handled: &Handled, violation: &Violation, listed: usize) -> Story {
    let parts = parts(handled, violation, listed);
    let Joined { state, about, sentence, blocks, why, notes, steps } = Joined::of(parts);
    let unsettled = &violation.unsettled;
    let blocks = blocks
        .into_iter()
        .chain(unsettled_block(handled, unsettled, listed))
        .chain(remarks::block(handled))
        .chain([
            why_block(handled, violation, &why, listed),
            who::block(handled),
            done(handled, notes, listed),
        ]);
    let inspection = (!unsettled.is_empty()).then(|| steps::inspection(handled));
    Story {
        state: State { label: label(&state, unsettled), ..state },
        about,
        headline: headline(handled, sentence),
        blocks: blocks.collect(),
        steps: remarks::steps(handled).into_iter().chain(inspection).chain(steps).collect(),
        links: Links::of(handled),
    }
}

fn parts(handled: &Handled, violation: &Violation, listed: usize) -> Vec<Part> {
    let parts = [
        rules::part(handled, violation, listed),
        missing::part(handled, violation, listed),
        interfaces::part(handled, violation, listed),
        trespass::part(handled, violation, listed),
    ];
    parts.into_iter().flatten().collect()
}

/// Several parts as one: the worst leads.
struct Joined {
    state: State,
    about: Text,
    sentence: Text,
    blocks: Vec<Block>,
    why: Vec<Text>,
    notes: Vec<Text>,
    steps: Vec<Step>,
}

impl Joined {
    fn of(mut parts: Vec<Part>) -> Self {
        // The sort is stable: of parts that are as bad, rules come first.
        parts.sort_by_key(|part| std::cmp::Reverse(part.state.door));
        let mut joined = Self {
            state: State::nothing(),
            about: Text::from("a change"),
            sentence: Text::new(),
            blocks: Vec::new(),
            why: Vec::new(),
            notes: Vec::new(),
            steps: Vec::new(),
        };
        for (n, Part { state, about, sentence, block, why, notes, steps }) in parts.into_iter().enumerate() {
            if n == 0 {
                (joined.state, joined.about, joined.sentence) = (state, about, sentence);
            } else {
                joined.sentence = joined.sentence.ours(" ").and(sentence);
            }
            joined.blocks.push(block);
            joined.why.extend(why);
            joined.notes.extend(notes);
            joined.steps.extend(steps);
        }
        joined
    }
}

/// How things stand; never plainly well while something of the same change could not be judged.
fn label(state: &State, unsettled: &[Unsettled]) -> Text {
    let label = state.label.clone();
    if unsettled.is_empty() || !state.door.is_well() {
        return label;
    }
    let label = label.ours(" (but ");
    if unsettled.iter().all(|it| it.rule.is_some()) {
        label.and(story::rules(unsettled.len())).ours(" undecided)")
    } else {
        label.count(unsettled.len()).ours(" undecided)")
    }
}

fn headline(handled: &Handled, sentence: Text) -> Text {
    match Bound::of(handled) {
        Bound::Own => Text::from("the guard's own role did what the policy forbids. ").and(sentence),
        Bound::Policy | Bound::BreakGlass(_) => sentence,
    }
}

fn unsettled_block(handled: &Handled, all: &[Unsettled], listed: usize) -> Option<Block> {
    let several = handled.groups.len() > 1;
    let one = |Unsettled { group, rule, cause }: &Unsettled| {
        let what = match rule {
            Some(rule) if several => story::rule(rule).ours(" on ").and(story::group_of(handled, group)),
            Some(rule) => story::rule(rule),
            None => story::group_of(handled, group),
        };
        vec![Line::Item(what), Line::Detail(Text::new().theirs(cause, LONG))]
    };
    let lines: Vec<_> = story::list(all, listed, one).collect();
    (!lines.is_empty()).then_some(Block { title: "What could not be judged, and stays as it is", lines })
}

/// Each line of the policy that is broken, once.
fn why_block(handled: &Handled, violation: &Violation, why: &[Text], listed: usize) -> Block {
    let Violation { findings, mixtures, trespasses, .. } = violation;
    let only_missing = findings.is_empty() && mixtures.is_empty() && trespasses.is_empty();
    let mut broken: Vec<&Text> = Vec::new();
    for why in why {
        if !broken.contains(&why) {
            broken.push(why);
        }
    }
    let line = |why: &&Text| vec![Line::Item((*why).clone())];
    let lines = story::list(&broken, listed.min(TIERS), line).chain(several_tiers(handled));
    let title = if only_missing { "Why it has to be there" } else { "Why it is forbidden" };
    Block { title, lines: lines.collect() }
}

/// Of one group in several tiers each must allow a rule; several groups may just be in one each.
fn several_tiers(handled: &Handled) -> Option<Line> {
    let tiers = &handled.judgement.tiers;
    handled.found()?;
    let names = tiers.iter().take(TIERS).map(|tier| Text::new().named(tier.as_str(), NAME));
    let line = Text::from("The group is in the tiers ").and(Text::joined(names, ", "));
    let line = match tiers.len().saturating_sub(TIERS) {
        0 => line,
        rest => line.ours(" and ").count(rest).ours(" more"),
    };
    (tiers.len() > 1).then(|| Line::Item(line.ours(": each of them must allow a rule.")))
}

fn done(handled: &Handled, notes: Vec<Text>, listed: usize) -> Block {
    let several = handled.groups.len() > 1;
    let calls = story::list(&handled.actions, listed, |action| {
        vec![Line::Item(call(action, several.then_some(handled)))]
    });
    // What is forbidden now may be the rest of what an attempt found that ended before it could tell.
    let earlier = match handled.basis {
        Basis::Record => None,
        Basis::LiveGroup => Some(cut::earlier(handled)),
    };
    let notes = notes.into_iter().chain(earlier).chain(steps::again(handled)).map(Line::Item);
    Block { title: "What was done", lines: calls.chain(notes).collect() }
}

/// One call, what it was about, and how it went; with its group where there are several.
fn call(Action { call, target, outcome }: &Action, groups: Option<&Handled>) -> Text {
    let start = Text::new().ours(call).ours(", ");
    let (start, done) = match target {
        Target::Rules { group, rules } => {
            let start = start.and(story::rules(rules.len()));
            let start = match groups {
                Some(handled) => start.ours(" of ").and(story::group_of(handled, group)),
                None => start,
            };
            (start, if call.starts_with("Authorize") { "added" } else { "removed" })
        }
        Target::PrefixList(list) => (start.theirs(list, ID), "put back"),
        Target::Interface { interface, .. } => (start.theirs(interface, ID), "groups set"),
    };
    let start = start.ours(": ");
    match outcome {
        Outcome::Done => start.ours(done),
        Outcome::AlreadyThere => start.ours("already there"),
        Outcome::NoRoom => start.ours("not added, because the group has no room for more rules"),
        Outcome::AlreadyGone => start.ours("already gone"),
        Outcome::Withheld => start.ours("not called, because the policy is in observe mode"),
        Outcome::Failed { message, retryable: _ } => start.ours("failed: ").theirs(message, LONG),
    }
}
