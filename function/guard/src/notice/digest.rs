//! What people and machines are told of a sweep: one story of all groups.

use serde::Serialize;

use super::dispute;
use super::door::{Door, State};
use super::email;
use super::escape::{ascii_json, cut};
use super::limits::{COPIES, FREE, ID, LONG, MACHINE_TEXT, NAME, RULE, TIERS};
use super::story::{self, Block, Links, Step, Story};
use super::text::Text;
use crate::id::{AccountId, GroupId, Region};
use crate::sweep::{Digest, Disputed, Fared, Home, Line, Swept, Wrong};

/// Whether anybody needs to know.
pub(super) fn is_news(Swept { digest, rest, failed, announced: _, lapse: _ }: &Swept) -> bool {
    digest.has_news() || failed.is_some() || rest.is_some()
}

/// The story, with at most `listed` of anything that there can be many of.
pub(super) fn story(swept: &Swept, listed: usize) -> Story {
    let digest = &swept.digest;
    let blocks = [
        wrong(digest, listed),
        disputed(digest, listed),
        causes(digest),
        ending(digest),
        Some(looked_at(digest)),
        done(swept),
    ];
    Story {
        state: state(swept),
        about: about(swept),
        headline: headline(swept),
        blocks: blocks.into_iter().flatten().collect(),
        steps: steps(swept),
        links: Links { group: None, event: None },
    }
}

fn count(digest: &Digest, fared: Fared) -> usize {
    digest.outcomes.get(&fared).copied().unwrap_or_default()
}

fn state(Swept { digest, rest, failed, .. }: &Swept) -> State {
    let has = |fared| count(digest, fared) > 0;
    let open = has(Fared::Withheld) || has(Fared::NotifyOnly);
    let (label, door) = match (failed, rest) {
        (Some(_), _) => ("SWEEP FAILED", Door::Undecided),
        (None, Some(_)) => ("SWEEP UNFINISHED", Door::Undecided),
        (None, None) if has(Fared::Failed) => ("SWEEP: CALLS FAILED", Door::StillOpen),
        (None, None) if has(Fared::NoRoom) => ("SWEEP: MISSING", Door::StillMissing),
        (None, None) if open && digest.observes => ("SWEEP (observe mode)", Door::Open),
        (None, None) if open => ("SWEEP (notify only)", Door::Open),
        (None, None) if digest.unsettled > 0 => ("SWEEP: UNDECIDED", Door::Undecided),
        (None, None) => ("SWEEP", Door::Closed),
    };
    let worst = [
        Fared::Failed,
        Fared::NoRoom,
        Fared::Withheld,
        Fared::NotifyOnly,
        Fared::Done,
        Fared::AlreadyGone,
        Fared::AlreadyThere,
    ];
    let outcome = worst.into_iter().find(|fared| has(*fared)).map(Fared::word);
    State { label: Text::from(label), door, outcome }
}

/// `2 forbidden rules, 1 missing rule`.
fn found(digest: &Digest) -> Text {
    let Digest { forbidden, missing, mixed, unsettled, endings, untold, .. } = digest;
    let parts = [
        (*forbidden, " forbidden rule", " forbidden rules"),
        (*missing, " missing rule", " missing rules"),
        (*mixed, " interface with tiers that may not meet", " interfaces with tiers that may not meet"),
        (*unsettled, " undecided", " undecided"),
        (*endings, " exemption ends soon", " exemptions end soon"),
        (*untold, " revert in dispute since the last message", " reverts in dispute since the last message"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| Text::new().count(count).ours(if count == 1 { one } else { many }))
        .collect();
    if parts.is_empty() { Text::from("nothing wrong") } else { Text::joined(parts, ", ") }
}

/// What was found; of a sweep that failed, how far it came.
fn about(Swept { digest, failed, .. }: &Swept) -> Text {
    match (failed, digest.has_news()) {
        (None, _) => found(digest),
        (Some(_), false) => Text::from("it stopped after ").and(groups(digest.groups)),
        (Some(_), true) => {
            Text::from("it stopped after ").and(groups(digest.groups)).ours(" with ").and(found(digest))
        }
    }
}

fn headline(swept: &Swept) -> Text {
    let Swept { digest, rest, failed, .. } = swept;
    let looked = groups(digest.groups);
    if let Some(error) = failed {
        return about(swept).ours(": ").theirs(error, RULE);
    }
    let start = looked.ours(" looked at: ").and(found(digest)).ours(".");
    let start = match (digest.outcomes.is_empty(), digest.observes) {
        (true, _) => start,
        (false, true) => start.ours(" Nothing was changed: the sweep only observes."),
        (false, false) => start.ours(" Of these ").and(fates(digest)).ours("."),
    };
    if rest.is_some() { start.ours(" Time ran out before the last group.") } else { start }
}

fn groups(count: usize) -> Text {
    Text::new().count(count).ours(if count == 1 { " group" } else { " groups" })
}

/// `2 done, 1 failed`, in words.
fn fates(digest: &Digest) -> Text {
    let words = |fared: &Fared| match fared {
        Fared::Done => " put right",
        Fared::Narrowed => " narrowed to what is allowed",
        Fared::AlreadyGone => " already gone",
        Fared::AlreadyThere => " already there",
        Fared::Failed => " NOT put right (the call failed)",
        Fared::Withheld => " would be put right",
        Fared::NoRoom => " not put back for want of room",
        Fared::NotifyOnly => " only told of",
    };
    let fates = digest.outcomes.iter().map(|(fared, count)| Text::new().count(*count).ours(words(fared)));
    Text::joined(fates, ", ")
}

/// What is wrong, group by group.
fn wrong(digest: &Digest, listed: usize) -> Option<Block> {
    let mut by_group: Vec<(&GroupId, Vec<&Line>)> = Vec::new();
    for line in digest.lines.iter().take(listed) {
        match by_group.iter_mut().find(|(group, _)| *group == &line.group) {
            Some((_, lines)) => lines.push(line),
            None => by_group.push((&line.group, vec![line])),
        }
    }
    let shown: usize = by_group.iter().map(|(_, lines)| lines.len()).sum();
    let all = digest.wrong();
    let more = all.saturating_sub(shown);
    let more =
        (more > 0).then(|| story::Line::Item(Text::from("and ").and(story::rules(more)).ours(" more")));
    let lines: Vec<_> = by_group.into_iter().flat_map(|(group, lines)| of_group(group, &lines)).collect();
    let lines: Vec<_> = lines.into_iter().chain(more).collect();
    (!lines.is_empty()).then_some(Block { title: "What is wrong", lines })
}

fn of_group(group: &GroupId, lines: &[&Line]) -> Vec<story::Line> {
    let id = || Text::new().theirs(group, ID);
    let name = lines.first().and_then(|line| line.name.as_ref());
    let group = name.map_or_else(id, |name| Text::new().named(name, NAME).ours(" (").and(id()).ours(")"));
    let detail = |Line { wrong, rule, why, outcome, .. }: &&Line| {
        let rule = Text::new().theirs(rule, RULE).ours(": ").ours(state_of(*wrong, *outcome));
        story::Line::Detail(rule.ours("; ").theirs(why, LONG))
    };
    [story::Line::Item(group)].into_iter().chain(lines.iter().map(detail)).collect()
}

const fn state_of(wrong: Wrong, fared: Fared) -> &'static str {
    match (wrong, fared) {
        (Wrong::Forbidden, Fared::Done) => "removed",
        (_, Fared::Narrowed) => "narrowed to what is allowed",
        (Wrong::Missing, Fared::Done) => "put back",
        (Wrong::Together, Fared::Done) => "taken off",
        (_, Fared::AlreadyGone) => "already gone",
        (_, Fared::AlreadyThere) => "already there",
        (Wrong::Forbidden | Wrong::Together, Fared::Failed) => "STILL OPEN",
        (Wrong::Missing, Fared::Failed) => "STILL MISSING",
        (Wrong::Forbidden, Fared::Withheld) => "open, would be removed",
        (Wrong::Missing, Fared::Withheld) => "missing, would be put back",
        (Wrong::Together, Fared::Withheld) => "open, would be taken off",
        (_, Fared::NoRoom) => "missing, for want of room",
        (Wrong::Forbidden, Fared::NotifyOnly) => "open (notify only)",
        (Wrong::Together, Fared::NotifyOnly) => "open (notify only, or it cannot come off)",
        (Wrong::Missing, Fared::NotifyOnly) => "missing (notify only, or no one rule would do)",
    }
}

/// What was undone again and again, and only counted until now.
fn disputed(digest: &Digest, listed: usize) -> Option<Block> {
    let one = |Disputed { place, matter, untold, times, since, by }: &Disputed| {
        let what = Text::new().theirs(&matter.what, RULE).ours(" on ").theirs(place, ID).ours(": ");
        let what = what.ours(dispute::words(matter.undone).done).ours(" ").count(*untold);
        let what = what.ours(if *untold == 1 { " time" } else { " times" }).ours(" since the last message");
        let all = Text::new().count(*times).ours(" times since ").theirs(since, ID);
        let all = match by {
            Some(by) => all.ours(", most often after ").named(by, FREE),
            None => all,
        };
        vec![story::Line::Item(what), story::Line::Detail(all)]
    };
    let lines: Vec<_> = story::list(&digest.disputed, listed, one).collect();
    (!lines.is_empty()).then_some(Block { title: "What was undone again and again", lines })
}

fn causes(digest: &Digest) -> Option<Block> {
    let one = |cause: &String| vec![story::Line::Item(Text::new().theirs(cause, LONG))];
    let lines: Vec<_> = story::list(&digest.causes, COPIES, one).collect();
    (!lines.is_empty()).then_some(Block { title: "Why some could not be judged", lines })
}

fn ending(digest: &Digest) -> Option<Block> {
    let listed = digest.ending.iter().take(TIERS);
    let listed: Vec<_> = listed.map(|it| story::Line::Item(Text::new().theirs(it, LONG))).collect();
    let more = digest.endings.saturating_sub(listed.len());
    let more = (more > 0).then(|| story::Line::Item(Text::from("and ").count(more).ours(" more")));
    let lines: Vec<_> = listed.into_iter().chain(more).collect();
    (!lines.is_empty()).then_some(Block { title: "Exemptions that end within 7 days", lines })
}

fn looked_at(Digest { began, groups: all, managed, rules, .. }: &Digest) -> Block {
    let line =
        groups(*all).ours(", ").count(*managed).ours(" of them managed, with ").and(story::rules(*rules));
    let began = began.iter().map(|began| Text::from("from ").theirs(began, ID).ours(" on"));
    Block {
        title: "What was looked at",
        lines: [line].into_iter().chain(began).map(story::Line::Item).collect(),
    }
}

fn done(Swept { digest, failed, .. }: &Swept) -> Option<Block> {
    let fates = (!digest.outcomes.is_empty()).then(|| fates(digest));
    let observes = (digest.observes && !digest.outcomes.is_empty()).then(|| {
        Text::from("No call was made: the sweep observes, as the policy or the function's mode has it.")
    });
    let failed = failed.iter().map(|error| Text::from("It stopped: ").theirs(error, LONG));
    let lines: Vec<_> = fates.into_iter().chain(observes).chain(failed).map(story::Line::Item).collect();
    (!lines.is_empty()).then_some(Block { title: "What was done", lines })
}

fn steps(Swept { digest, rest, failed, .. }: &Swept) -> Vec<Step> {
    let has = |fared| count(digest, fared) > 0;
    let steps = [
        (
            failed.is_some(),
            "See that the guard's role may make the call above, and start a sweep by hand, or wait for the next.",
        ),
        (rest.is_some(), "Nothing: the next part of the sweep goes on from there."),
        (has(Fared::Failed), "Put right by hand what the guard could not; the next sweep tries again."),
        (
            has(Fared::NoRoom),
            "Make room in the groups above: a group holds 60 rules in a direction, IPv4 and IPv6 counted apart.",
        ),
        (
            digest.observes && has(Fared::Withheld),
            "To have the sweep put this right, set sweep: enforce in the policy, and no mode: observe in it or in the \
             function's settings. To have it allowed, change the tiers.",
        ),
        (!digest.observes && has(Fared::Withheld), "To have it put right, set mode: enforce in the policy."),
        (
            has(Fared::NotifyOnly),
            "Look at what was only told of, and put it right by hand or allow it in the policy.",
        ),
        (
            digest.unsettled > 0,
            "If the same cannot be judged tomorrow, see that the guard's role may make the calls above.",
        ),
        (
            digest.untold > 0,
            "End each dispute at its source: take it out of what makes it again, or have the policy allow it.",
        ),
        (digest.endings > 0, "Ask the owners: what an exemption covers is forbidden from its end on."),
    ];
    let needed = steps.into_iter().filter(|(is_needed, _)| *is_needed);
    needed.map(|(_, text)| Step::plain(Text::from(text))).collect()
}

#[derive(Serialize)]
struct Machine<'a> {
    verdict: &'static str,
    account: Option<&'a str>,
    region: Option<&'a str>,
    sweep: Sweep,
    notice: Details,
}

#[derive(Serialize)]
struct Sweep {
    #[serde(flatten)]
    digest: Digest,
    /// Why it could not go on.
    failed: Option<String>,
    /// Whether it goes on in another part.
    unfinished: bool,
}

#[derive(Serialize)]
struct Details {
    headline: String,
    door: &'static str,
    outcome: Option<&'static str>,
    omitted: Omitted,
}

/// How many were left out for their number.
#[derive(Serialize)]
struct Omitted {
    lines: usize,
    ending: usize,
}

/// The machine's copy, with at most `listed` lines.
pub(super) fn machine(swept: &Swept, home: &Home, story: &Story, listed: usize) -> String {
    let Swept { digest, rest, failed, announced: _, lapse: _ } = swept;
    let mut shown = digest.clone();
    shown.lines.truncate(listed);
    shown.ending.truncate(listed);
    shown.causes.truncate(listed);
    shown.disputed.truncate(listed);
    let omitted = Omitted {
        lines: digest.wrong().saturating_sub(shown.lines.len()),
        ending: digest.endings.saturating_sub(shown.ending.len()),
    };
    let copy = Machine {
        verdict: "sweep",
        account: home.account.as_ref().map(AccountId::as_str),
        region: home.region.as_ref().map(Region::as_str),
        sweep: Sweep {
            digest: shown,
            failed: failed.as_ref().map(|error| cut(&error.to_string(), MACHINE_TEXT)),
            unfinished: rest.is_some(),
        },
        notice: Details {
            headline: email::headline(story).plain(),
            door: story.state.door.word(),
            outcome: story.state.outcome,
            omitted,
        },
    };
    ascii_json(&serde_json::to_string(&copy).unwrap_or_default())
}
