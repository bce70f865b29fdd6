//! What is told of forbidden rules.

mod headline;

use super::bound::Bound;
use super::door::{Door, State};
use super::fate::{Fate, Forbidden, Kept, forbidden, of_list};
use super::limits::{FREE, ID, LONG, NAME, RULE, TIERS};
use super::part::Part;
use super::steps;
use super::story::{self, Block, Line};
use super::text::Text;
use crate::act::Outcome;
use crate::judge::{Code, Finding, ListUndo, Violation};
use crate::respond::Handled;
use headline::Headline;

/// The part; `None` where no rule is forbidden.
pub(super) fn part(handled: &Handled, violation: &Violation, listed: usize) -> Option<Part> {
    let rules = forbidden(handled, violation);
    let worst = rules.iter().map(|rule| rule.fate).max()?;
    let bound = Bound::of(handled);
    let headline = Headline::new(handled, violation, &rules, worst);
    let list = violation.list.as_ref();
    Some(Part {
        state: State { label: label(worst, bound), door: worst.door(), outcome: Some(worst.word()) },
        about: headline.about(),
        sentence: headline.sentence(),
        block: block(handled, &rules, listed),
        why: why(&rules),
        notes: notes(&rules, bound).into_iter().chain(list.and_then(|undo| refused(handled, undo))).collect(),
        steps: steps::of_rules(handled, violation, &rules, listed),
    })
}

fn label(worst: Fate<'_>, bound: Bound<'_>) -> Text {
    match worst {
        Fate::Mended | Fate::AlreadyGone | Fate::Removed => Text::from("CLOSED"),
        Fate::NotifyOnly => bound.label("OPEN"),
        Fate::Uncertain => Text::from("OPEN (cannot be undone)"),
        Fate::Withheld => Text::from("OPEN (observe mode)"),
        Fate::Failed { .. } => Text::from("STILL OPEN"),
    }
}

fn block(handled: &Handled, rules: &[Forbidden<'_>], listed: usize) -> Block {
    let one_group = story::is_one(rules.iter().map(|rule| rule.group));
    let one = |forbidden: &Forbidden<'_>| {
        let start = story::rule(forbidden.rule);
        let start =
            if one_group { start } else { start.ours(" on ").and(story::group_of(handled, forbidden.group)) };
        let start = match &forbidden.rule.id {
            Some(id) => start.ours(" (").theirs(id, ID).ours(")"),
            None => start,
        };
        let item = Line::Item(start.ours(": ").ours(state(forbidden)));
        [item]
            .into_iter()
            .chain(parts(forbidden))
            .chain(excess(forbidden))
            .chain(description(forbidden))
            .collect()
    };
    Block { title: "What was opened", lines: story::list(rules, listed, one).collect() }
}

const fn state(Forbidden { fate, kept, .. }: &Forbidden<'_>) -> &'static str {
    match (fate, kept) {
        (Fate::Mended, _) => "right again",
        (Fate::AlreadyGone, _) => "already gone",
        (Fate::Removed, Kept::Parts(_)) => "narrowed",
        (Fate::Removed, Kept::Nothing | Kept::NoRoom | Kept::Failed { .. }) => "removed",
        (Fate::NotifyOnly | Fate::Uncertain | Fate::Withheld, _) => "open",
        (Fate::Failed { .. }, _) => "STILL OPEN",
    }
}

/// What of the rule stays, or why nothing does.
fn parts(Forbidden { fate, kept, .. }: &Forbidden<'_>) -> Option<Line> {
    match (fate.door(), kept) {
        (_, Kept::Nothing) | (Door::Open, Kept::NoRoom | Kept::Failed { .. }) => None,
        (Door::Open, Kept::Parts(parts)) => Some(Text::from("would stay: ").and(some_of(parts, TIERS))),
        (_, Kept::Parts(parts)) => Some(Text::from("what stays: ").and(some_of(parts, TIERS))),
        (_, Kept::NoRoom) => Some(Text::from(
            "what is allowed of it does not fit (60 rules in a direction), so nothing of it stays",
        )),
        (_, Kept::Failed { error }) => {
            Some(Text::from("what is allowed of it could not be added: ").theirs(error, LONG))
        }
    }
    .map(Line::Detail)
}

/// The first `most` of `items`, and how many more there are.
pub(super) fn some_of<T: ToString>(items: &[T], most: usize) -> Text {
    let listed = Text::joined(items.iter().take(most).map(|item| Text::new().theirs(item, RULE)), ", ");
    match items.len().saturating_sub(most) {
        0 => listed,
        rest => listed.ours(" and ").count(rest).ours(" more"),
    }
}

/// What of the rule is forbidden, if that is not all of it; by whom, if by several.
fn excess(Forbidden { rule, findings, .. }: &Forbidden<'_>) -> Vec<Line> {
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
    start.and(some_of(excess.terms(), TIERS))
}

fn description(forbidden: &Forbidden<'_>) -> Option<Line> {
    let text = forbidden.rule.description.as_ref().filter(|text| !text.is_empty())?;
    Some(Line::Detail(Text::from("described as ").quoted(text, FREE)))
}

fn why(rules: &[Forbidden<'_>]) -> Vec<Text> {
    let findings = rules.iter().flat_map(|rule| &rule.findings);
    findings.map(|finding| Text::new().theirs(&finding.why, LONG)).collect()
}

/// What the calls alone do not say.
fn notes(rules: &[Forbidden<'_>], bound: Bound<'_>) -> Vec<Text> {
    let count = |fate: Fate<'_>| rules.iter().filter(|rule| rule.fate.is_like(&fate)).count();
    let gone = (count(Fate::AlreadyGone) > 0).then(|| {
        Text::from(
            "Already gone: somebody else removed it, or the guard itself did, in an earlier attempt whose \
             message did not get through.",
        )
    });
    let nothing = |told: usize| match told {
        told if told == rules.len() => Text::from("Nothing: "),
        told => Text::from("Nothing about ").and(story::rules(told)).ours(": "),
    };
    let only_told = count(Fate::NotifyOnly);
    let only_told = (only_told > 0).then(|| nothing(only_told).and(bound.reason()).ours("."));
    let uncertain = count(Fate::Uncertain);
    let uncertain = (uncertain > 0).then(|| {
        nothing(uncertain).ours(
            "a rule that is wrong because of who made it is removed by its id, if the record gives it and it names \
             no other rule by now; and what an edit took the place of, no record tells.",
        )
    });
    let is_editors = |rule: &Forbidden<'_>| rule.findings.iter().all(|it| it.code == Code::Editor);
    let by_content = (!rules.is_empty() && rules.iter().all(is_editors))
        .then(|| Text::from("What was opened is allowed as such; what counts is who did it."));
    [gone, only_told, uncertain, by_content].into_iter().flatten().collect()
}

/// That the prefix list could not be put back, and what was done instead.
fn refused(handled: &Handled, undo: &ListUndo) -> Option<Text> {
    match of_list(undo, &handled.actions)? {
        Outcome::Failed { retryable: false, .. } => Some(Text::from(
            "As the prefix list could not be put back, the rules that name it had to go instead.",
        )),
        Outcome::Failed { retryable: true, .. } => Some(Text::from(
            "The next attempt may put the prefix list back; until then the rules that name it are left alone.",
        )),
        Outcome::Done
        | Outcome::AlreadyGone
        | Outcome::AlreadyThere
        | Outcome::Withheld
        | Outcome::NoRoom => None,
    }
}
