//! The story of a violation.

use super::fate::{Fate, Forbidden, forbidden};
use super::limits::{FREE, ID, LONG, NAME, RULE, TIERS};
use super::story::{self, Block, Line, Links, Story};
use super::text::Text;
use super::{steps, who};
use crate::act::{Action, Outcome};
use crate::judge::{Finding, Unsettled, Violation};
use crate::respond::Handled;

pub(super) fn story(handled: &Handled, violation: &Violation, listed: usize) -> Story {
    let rules = forbidden(violation, &handled.actions);
    let worst = rules.iter().map(|rule| rule.fate).max().unwrap_or(Fate::AlreadyGone);
    let group = story::group(handled).unwrap_or_else(|| Text::from("a security group"));
    let headline = Headline { rules: &rules, worst, group: &group };
    let blocks = [
        Some(opened(&rules, listed)),
        unsettled(&violation.unsettled, listed),
        Some(why(handled, &rules, listed)),
        Some(who::block(handled)),
        Some(done(handled, &rules, listed)),
    ];
    Story {
        label: label(worst, violation.unsettled.len()),
        about: headline.about(),
        headline: headline.sentence(),
        blocks: blocks.into_iter().flatten().collect(),
        steps: steps::of_violation(handled, &rules, &violation.unsettled, listed),
        links: Links::of(handled),
    }
}

/// The state of the door; never plainly closed while a rule of the same change could not be judged.
fn label(worst: Fate<'_>, unsettled: usize) -> Text {
    match (worst, unsettled) {
        (Fate::AlreadyGone | Fate::Removed, 0) => Text::from("CLOSED"),
        (Fate::AlreadyGone | Fate::Removed, more) => {
            Text::from("CLOSED (but ").and(story::rules(more)).ours(" undecided)")
        }
        (Fate::NotifyOnly, _) => Text::from("OPEN (notify only)"),
        (Fate::Withheld, _) => Text::from("OPEN (observe mode)"),
        (Fate::Failed { .. }, _) => Text::from("STILL OPEN"),
    }
}

struct Headline<'a> {
    rules: &'a [Forbidden<'a>],
    worst: Fate<'a>,
    group: &'a Text,
}

impl Headline<'_> {
    fn about(&self) -> Text {
        let what = match self.rules {
            [only] => story::rule(only.rule),
            rules => story::rules(rules.len()),
        };
        what.ours(" on ").and(self.group.clone())
    }

    /// Names the rule if there is one; else says of how many it tells the worst.
    fn sentence(&self) -> Text {
        let all = self.rules.len();
        let worst = self.rules.iter().filter(|rule| rule.fate.word() == self.worst.word()).count();
        let on_group = |start: Text, opened| start.ours(opened).ours(" on ").and(self.group.clone());
        let forbidden = Text::new().count(all).ours(" forbidden rules");
        match (self.rules, self.worst) {
            ([only], fate) => {
                on_group(story::rule(only.rule), " was opened").ours(" and ").and(became(fate, Number::One))
            }
            (_, Fate::Removed) if worst < all => {
                on_group(forbidden, " were opened").ours(" and are gone now.")
            }
            (_, fate) if worst == all => {
                on_group(forbidden, " were opened").ours(" and ").and(became(fate, Number::Many))
            }
            (_, fate) => {
                let some = Text::new().count(worst).ours(" of ").and(forbidden);
                on_group(some, " opened").ours(" ").and(became(fate, Number::of(worst)))
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    One,
    Many,
}

impl Number {
    const fn of(count: usize) -> Self {
        if count == 1 { Self::One } else { Self::Many }
    }
}

fn became(fate: Fate<'_>, number: Number) -> Text {
    Text::from(match (fate, number) {
        (Fate::AlreadyGone, Number::One) => "was already gone.",
        (Fate::AlreadyGone, Number::Many) => "were already gone.",
        (Fate::Removed, Number::One) => "has been removed.",
        (Fate::Removed, Number::Many) => "have been removed.",
        (Fate::NotifyOnly, Number::One) => "stays open: the policy says to notify only.",
        (Fate::NotifyOnly, Number::Many) => "stay open: the policy says to notify only.",
        (Fate::Withheld, _) => "would have been removed.",
        (Fate::Failed { error }, _) => return Text::from("could not be removed: ").theirs(&error, RULE),
    })
}

fn opened(rules: &[Forbidden<'_>], listed: usize) -> Block {
    let one = |forbidden: &Forbidden<'_>| {
        let start = story::rule(forbidden.rule);
        let start = match &forbidden.rule.id {
            Some(id) => start.ours(" (").theirs(id, ID).ours(")"),
            None => start,
        };
        let item = Line::Item(start.ours(": ").ours(state(forbidden.fate)));
        [item].into_iter().chain(excess(forbidden)).chain(description(forbidden)).collect()
    };
    Block { title: "What was opened", lines: story::list(rules, listed, one).collect() }
}

const fn state(fate: Fate<'_>) -> &'static str {
    match fate {
        Fate::AlreadyGone => "already gone",
        Fate::Removed => "removed",
        Fate::NotifyOnly | Fate::Withheld => "open",
        Fate::Failed { .. } => "STILL OPEN",
    }
}

/// What of the rule is forbidden, if that is not all of it; by whom, if by several.
fn excess(forbidden: &Forbidden<'_>) -> Vec<Line> {
    let Forbidden { rule, findings, fate: _ } = forbidden;
    let whole = rule.permission.to_string();
    let terms = || findings.iter().flat_map(|finding| finding.excess.terms());
    if terms().any(|term| term.to_string() == whole) {
        return Vec::new();
    }
    let several = findings.len() > 1;
    findings.iter().take(TIERS).map(|finding| Line::Detail(excess_of(finding, several))).collect()
}

fn excess_of(Finding { excess, tier, .. }: &Finding, several: bool) -> Text {
    let start = match tier {
        Some(tier) if several => Text::from("forbidden of it by ").named(tier.as_str(), NAME).ours(": "),
        Some(_) | None => Text::from("forbidden of it: "),
    };
    let terms = excess.terms();
    start.and(some(terms.len(), terms.iter().map(|term| Text::new().theirs(term, RULE))))
}

/// The first few of `all` texts, and how many more there are.
fn some(all: usize, texts: impl Iterator<Item = Text>) -> Text {
    let listed = Text::joined(texts.take(TIERS), ", ");
    match all.saturating_sub(TIERS) {
        0 => listed,
        rest => listed.ours(" and ").count(rest).ours(" more"),
    }
}

fn description(forbidden: &Forbidden<'_>) -> Option<Line> {
    let text = forbidden.rule.description.as_ref().filter(|text| !text.is_empty())?;
    Some(Line::Detail(Text::from("described as ").quoted(text, FREE)))
}

fn unsettled(rules: &[Unsettled], listed: usize) -> Option<Block> {
    let one = |Unsettled { rule, cause }: &Unsettled| {
        vec![Line::Item(story::rule(rule)), Line::Detail(Text::new().theirs(cause, LONG))]
    };
    let lines: Vec<_> = story::list(rules, listed, one).collect();
    (!lines.is_empty()).then_some(Block { title: "What could not be judged, and is open", lines })
}

/// Each line of the policy that is broken, once.
fn why(handled: &Handled, rules: &[Forbidden<'_>], listed: usize) -> Block {
    let mut broken: Vec<&str> = Vec::new();
    for finding in rules.iter().flat_map(|rule| &rule.findings) {
        if !broken.contains(&finding.why.as_str()) {
            broken.push(&finding.why);
        }
    }
    let line = |why: &&str| vec![Line::Item(Text::new().theirs(why, LONG))];
    let lines = story::list(&broken, listed.min(TIERS), line).chain(several_tiers(handled));
    Block { title: "Why it is forbidden", lines: lines.collect() }
}

fn several_tiers(handled: &Handled) -> Option<Line> {
    let tiers = &handled.judgement.tiers;
    let names = tiers.iter().map(|tier| Text::new().named(tier.as_str(), NAME));
    let line = Text::from("The group is in the tiers ").and(some(tiers.len(), names));
    (tiers.len() > 1).then(|| Line::Item(line.ours(": each of them must allow a rule.")))
}

fn done(handled: &Handled, rules: &[Forbidden<'_>], listed: usize) -> Block {
    let calls = story::list(&handled.actions, listed, |action| vec![Line::Item(call(action))]);
    let notes = notes(handled, rules).into_iter().map(Line::Item);
    Block { title: "What was done", lines: calls.chain(notes).collect() }
}

fn call(Action { call, group: _, rules, outcome }: &Action) -> Text {
    let start = Text::new().ours(call).ours(", ").and(story::rules(rules.len())).ours(": ");
    match outcome {
        Outcome::Done => start.ours("removed"),
        Outcome::AlreadyGone => start.ours("already gone"),
        Outcome::Withheld => start.ours("not called, because the policy is in observe mode"),
        Outcome::Failed { message, retryable: _ } => start.ours("failed: ").theirs(message, LONG),
    }
}

/// What the calls alone do not say.
fn notes(handled: &Handled, rules: &[Forbidden<'_>]) -> Vec<Text> {
    let count = |word| rules.iter().filter(|rule| rule.fate.word() == word).count();
    let gone = count(Fate::AlreadyGone.word());
    let only_told = count(Fate::NotifyOnly.word());
    let gone = (gone > 0).then(|| {
        Text::from(
            "Already gone: somebody else removed it, or the guard itself did, in an earlier attempt whose \
             message did not get through.",
        )
    });
    let only_told = match only_told {
        0 => None,
        told if told == rules.len() => Some(Text::from("Nothing: the policy says to notify only.")),
        told => Some(
            Text::from("Nothing about ").and(story::rules(told)).ours(": the policy says to notify only."),
        ),
    };
    gone.into_iter().chain(only_told).chain(steps::again(handled)).collect()
}
