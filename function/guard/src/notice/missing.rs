//! What is told of rules that should be there and are not.

use super::bound::Bound;
use super::door::{Door, State};
use super::fate::Outcomes;
use super::limits::{COPIES, FREE, LONG, NAME, RULE};
use super::part::{Number, Part};
use super::story::{self, Block, Line, Step};
use super::text::Text;
use super::{command, steps};
use crate::act::Outcome;
use crate::judge::{Code, Missing, Violation};
use crate::policy::OnViolation;
use crate::respond::Handled;

/// What became of a missing rule; the worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Back<'a> {
    AlreadyThere,
    Restored,
    /// The guard may do no more than tell.
    NotifyOnly,
    Withheld,
    /// It is not known which rule would bring it back.
    Unknown,
    NoRoom,
    Failed {
        error: &'a str,
    },
}

impl<'a> Back<'a> {
    fn of(missing: &'a Missing, outcomes: &Outcomes<'a>) -> Self {
        let Some(rule) = &missing.rule else { return Self::Unknown };
        match outcomes.added.get(&(&missing.group, &rule.permission)) {
            Some(Outcome::Done) => Self::Restored,
            Some(Outcome::AlreadyThere) => Self::AlreadyThere,
            Some(Outcome::Withheld) => Self::Withheld,
            Some(Outcome::NoRoom) => Self::NoRoom,
            Some(Outcome::Failed { message, retryable: _ }) => Self::Failed { error: message },
            None if missing.reaction.on_violation == OnViolation::Notify => Self::NotifyOnly,
            // Nothing that adds rules is answered so.
            Some(Outcome::AlreadyGone) | None => Self::Failed { error: "no call was made to put it back" },
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::AlreadyThere => "already-there",
            Self::Restored => "done",
            Self::NotifyOnly | Self::Unknown => "notify-only",
            Self::Withheld => "withheld",
            Self::NoRoom => "no-room",
            Self::Failed { .. } => "failed",
        }
    }

    const fn door(self) -> Door {
        match self {
            Self::AlreadyThere | Self::Restored => Door::Restored,
            Self::NotifyOnly | Self::Unknown | Self::Withheld => Door::Missing,
            Self::NoRoom | Self::Failed { .. } => Door::StillMissing,
        }
    }

    fn label(self, bound: Bound<'_>) -> Text {
        match self {
            Self::AlreadyThere | Self::Restored => Text::from("RESTORED"),
            Self::NotifyOnly => bound.label("MISSING"),
            Self::Withheld => Text::from("MISSING (observe mode)"),
            Self::Unknown | Self::NoRoom => Text::from("MISSING"),
            Self::Failed { .. } => Text::from("STILL MISSING"),
        }
    }

    const fn state(self) -> &'static str {
        match self {
            Self::AlreadyThere => "there again",
            Self::Restored => "put back",
            Self::NotifyOnly | Self::Unknown | Self::Withheld => "missing",
            Self::NoRoom => "missing, for want of room",
            Self::Failed { .. } => "STILL MISSING",
        }
    }

    fn became(self, number: Number, bound: Bound<'_>) -> Text {
        let (one, many) = match self {
            Self::AlreadyThere => ("is there again.", "are there again."),
            Self::Restored => ("has been put back.", "have been put back."),
            Self::NotifyOnly => {
                let start = if number == Number::One { "is not put back: " } else { "are not put back: " };
                return Text::from(start).and(bound.reason()).ours(".");
            }
            Self::Withheld => ("would have been put back.", "would have been put back."),
            Self::Unknown => (
                "is not put back: several rules would do, or none is known.",
                "are not put back: several rules would do, or none is known.",
            ),
            Self::NoRoom => (
                "is not put back: the group has no room for more rules.",
                "are not put back: the groups have no room for more rules.",
            ),
            Self::Failed { error } => return Text::from("could not be put back: ").theirs(&error, RULE),
        };
        Text::from(if number == Number::One { one } else { many })
    }
}

/// The part; `None` where nothing is missing.
pub(super) fn part(handled: &Handled, violation: &Violation, listed: usize) -> Option<Part> {
    let outcomes = Outcomes::of(&handled.actions);
    let all: Vec<_> =
        violation.missing.iter().map(|missing| (missing, Back::of(missing, &outcomes))).collect();
    let worst = all.iter().map(|(_, back)| *back).max()?;
    let bound = Bound::of(handled);
    let groups = story::groups_of(handled, all.iter().map(|(missing, _)| &missing.group));
    Some(Part {
        state: State { label: worst.label(bound), door: worst.door(), outcome: Some(worst.word()) },
        about: what(&all).ours(" on ").and(groups.clone()),
        sentence: sentence(&all, worst, groups, bound),
        block: block(handled, &all, listed),
        why: all.iter().map(|(missing, _)| Text::new().theirs(&missing.why, LONG)).collect(),
        notes: notes(&all, bound),
        steps: steps(handled, &all),
    })
}

fn what(all: &[(&Missing, Back<'_>)]) -> Text {
    match all {
        [(only, _)] => Text::new().theirs(&only.what, RULE),
        all => story::rules(all.len()),
    }
}

fn sentence(all: &[(&Missing, Back<'_>)], worst: Back<'_>, groups: Text, bound: Bound<'_>) -> Text {
    let alike = all.iter().filter(|(_, back)| back.state() == worst.state()).count();
    let (of, number) = (all.len(), Number::of(all.len()));
    let (was, were) =
        match (all.iter().all(|(missing, _)| missing.code == Code::Editor), worst.door().is_well()) {
            (true, _) => (" was removed from ", " were removed from "),
            (false, true) => (" was missing on ", " were missing on "),
            (false, false) => (" is missing on ", " are missing on "),
        };
    let start = what(all).ours(if number == Number::One { was } else { were }).and(groups);
    let start = if all.iter().all(|(missing, _)| missing.code == Code::Editor) {
        start.ours(" by somebody who may not change it, and ")
    } else {
        start.ours(", where the policy requires it, and ")
    };
    if alike == of {
        start.and(worst.became(number, bound))
    } else {
        start.count(alike).ours(" of them ").and(worst.became(Number::of(alike), bound))
    }
}

fn block(handled: &Handled, all: &[(&Missing, Back<'_>)], listed: usize) -> Block {
    let one = |(missing, back): &(&Missing, Back<'_>)| {
        let Missing { group, rule, what, .. } = missing;
        let item = Text::new().theirs(what, RULE).ours(" on ").and(story::group_of(handled, group));
        let item = Line::Item(item.ours(": ").ours(back.state()));
        let other = rule.as_ref().filter(|rule| rule.permission.to_string() != *what);
        let other = other.map(|rule| Text::from("as ").and(story::rule(rule)));
        let described = rule.as_ref().and_then(|rule| rule.description.as_ref());
        let described = described.filter(|text| !text.is_empty());
        let described = described.map(|text| Text::from("described as ").quoted(text, FREE));
        [item].into_iter().chain(other.into_iter().chain(described).map(Line::Detail)).collect()
    };
    Block { title: "What was missing", lines: story::list(all, listed, one).collect() }
}

fn notes(all: &[(&Missing, Back<'_>)], bound: Bound<'_>) -> Vec<Text> {
    let any = |like: fn(Back<'_>) -> bool| all.iter().any(|(_, back)| like(*back));
    let there = any(|back| back == Back::AlreadyThere).then(|| {
        Text::from(
            "Already there: somebody else put it back, or the guard itself did, in an earlier attempt whose \
             message did not get through.",
        )
    });
    let only_told = any(|back| back == Back::NotifyOnly)
        .then(|| Text::from("Nothing is put back: ").and(bound.reason()).ours("."));
    let unknown = any(|back| back == Back::Unknown).then(|| {
        Text::from(
            "Nothing is put back where the policy names a tier and more than one group of it could be meant, or none.",
        )
    });
    [there, only_told, unknown].into_iter().flatten().collect()
}

fn steps(handled: &Handled, all: &[(&Missing, Back<'_>)]) -> Vec<Step> {
    let left: Vec<_> = all.iter().filter(|(_, back)| !back.door().is_well()).collect();
    let failed = left.iter().any(|(_, back)| matches!(back, Back::Failed { .. }));
    let no_room = left.iter().any(|(_, back)| *back == Back::NoRoom);
    let text = match (failed, handled.retry()) {
        (true, Some(_)) => "If no further message comes, add by hand what is still missing",
        (true, None) => "Add by hand what is missing; the guard does not try again",
        (false, _) => "If it should be there, add it",
    };
    let known = || left.iter().filter_map(|(missing, _)| Some((missing, missing.rule.as_ref()?)));
    let copies: Vec<_> = known()
        .filter_map(|(missing, rule)| command::authorize(handled, &missing.group, rule))
        .take(COPIES)
        .collect();
    let add = (known().next().is_some()).then(|| steps::copied(Text::from(text), copies));
    let unknown = left.iter().find(|(_, back)| *back == Back::Unknown).map(|(missing, _)| {
        let start = Text::from("Add a rule to ").and(story::group_of(handled, &missing.group));
        Step::plain(start.ours(" that gives it ").theirs(&missing.what, RULE).ours("."))
    });
    let room = no_room.then(|| {
        Step::plain(Text::from(
            "Make room first: a group holds 60 rules in a direction, IPv4 and IPv6 counted apart.",
        ))
    });
    let removal =
        all.iter().find(|(missing, _)| missing.code == Code::RequiredMissing).map(|(missing, _)| {
            let at = Text::from("If it is no longer needed, drop ").theirs(&"required: true", NAME);
            Step::plain(
                at.ours(" from its entry in ").theirs(&format!("tiers.{}", missing.tier), NAME).ours("."),
            )
        });
    let editor = all.iter().find(|(missing, _)| missing.code == Code::Editor);
    let editor = editor.map(|(missing, _)| steps::by_editor(handled, &missing.tier));
    room.into_iter().chain(add).chain(unknown).chain(removal).chain(editor).collect()
}
