//! What is told of interfaces whose tiers may not meet.

use super::bound::Bound;
use super::door::{Door, State};
use super::limits::{COPIES, ID, LONG, NAME, RULE};
use super::link::plain;
use super::part::{Number, Part};
use super::story::{self, Block, Line, Step};
use super::text::Text;
use super::{command, steps};
use crate::act::{Action, Outcome, Target};
use crate::judge::{Hindrance, Mixture, Violation};
use crate::policy::OnMixture;
use crate::respond::Handled;

/// What became of the groups that have to come off; the worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Off<'a> {
    Gone,
    Taken,
    /// The guard may do no more than tell.
    NotifyOnly,
    Withheld,
    /// No group would be left.
    LastGroup,
    /// An AWS service manages the interface.
    Managed {
        by: &'a str,
    },
    Failed {
        error: &'a str,
    },
}

impl<'a> Off<'a> {
    fn of(mixture: &'a Mixture, actions: &'a [Action]) -> Self {
        let is_it = |action: &&Action| match &action.target {
            Target::Interface { interface, .. } => *interface == mixture.interface.id,
            Target::Rules { .. } | Target::PrefixList(_) => false,
        };
        let outcome = actions.iter().find(is_it).map(|action| &action.outcome);
        match (outcome, &mixture.hindrance, mixture.on_violation) {
            (Some(Outcome::Done), ..) => Self::Taken,
            (Some(Outcome::AlreadyGone), ..) | (None, Some(Hindrance::AlreadyOff), _) => Self::Gone,
            (Some(Outcome::Withheld), ..) => Self::Withheld,
            (Some(Outcome::Failed { message, retryable: _ }), ..) => Self::Failed { error: message },
            (None, _, OnMixture::Notify) => Self::NotifyOnly,
            (None, Some(Hindrance::Managed { by }), OnMixture::Detach) => Self::Managed { by },
            (None, Some(Hindrance::LastGroup), OnMixture::Detach) => Self::LastGroup,
            // Nothing that sets groups is answered so.
            (Some(Outcome::AlreadyThere | Outcome::NoRoom), ..) | (None, None, OnMixture::Detach) => {
                Self::Failed { error: "no call was made to take them off" }
            }
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Gone => "already-gone",
            Self::Taken => "done",
            Self::NotifyOnly | Self::Managed { .. } | Self::LastGroup => "notify-only",
            Self::Withheld => "withheld",
            Self::Failed { .. } => "failed",
        }
    }

    const fn door(self) -> Door {
        match self {
            Self::Gone | Self::Taken => Door::Closed,
            Self::NotifyOnly | Self::Withheld => Door::Open,
            Self::Managed { .. } | Self::LastGroup | Self::Failed { .. } => Door::StillOpen,
        }
    }

    fn label(self, bound: Bound<'_>) -> Text {
        match self {
            Self::Gone | Self::Taken => Text::from("CLOSED"),
            Self::NotifyOnly => bound.label("OPEN"),
            Self::Withheld => Text::from("OPEN (observe mode)"),
            Self::Managed { .. } | Self::LastGroup | Self::Failed { .. } => Text::from("STILL OPEN"),
        }
    }

    fn became(self, number: Number, bound: Bound<'_>) -> Text {
        let (one, many) = match self {
            Self::Gone => ("is off already.", "are off already."),
            Self::Taken => ("has been taken off.", "have been taken off."),
            Self::NotifyOnly => {
                let start = if number == Number::One { "stays on: " } else { "stay on: " };
                return Text::from(start).and(bound.reason()).ours(".");
            }
            Self::Withheld => ("would have been taken off.", "would have been taken off."),
            Self::LastGroup => (
                "stays on: no other group would be left, and EC2 wants one on each interface.",
                "stay on: no other group would be left, and EC2 wants one on each interface.",
            ),
            Self::Managed { by } => {
                let start = if number == Number::One { "stays on: " } else { "stay on: " };
                return Text::from(start).named(by, NAME).ours(" manages the interface.");
            }
            Self::Failed { error } => return Text::from("could not be taken off: ").theirs(&error, RULE),
        };
        Text::from(if number == Number::One { one } else { many })
    }
}

/// The part; `None` where no tiers meet that may not.
pub(super) fn part(handled: &Handled, violation: &Violation, listed: usize) -> Option<Part> {
    let fared = |mixture| (mixture, Off::of(mixture, &handled.actions));
    let all: Vec<_> = violation.mixtures.iter().map(fared).collect();
    let &(mixture, worst) = all.iter().rev().max_by_key(|(_, off)| *off)?;
    let bound = Bound::of(handled);
    let more = all.len().saturating_sub(1);
    let sentence = sentence(handled, mixture, worst, bound);
    Some(Part {
        state: State { label: worst.label(bound), door: worst.door(), outcome: Some(worst.word()) },
        about: match more {
            0 => tiers(mixture, " with ").ours(" on ").and(interface(mixture)),
            _ => tiers(mixture, " with ").ours(" on ").count(all.len()).ours(" interfaces"),
        },
        sentence: match more {
            0 => sentence,
            1 => sentence.ours(" So it is of 1 more interface, or better."),
            more => sentence.ours(" So it is of ").count(more).ours(" more interfaces, or better."),
        },
        block: block(handled, &all, listed),
        why: all.iter().map(|(mixture, _)| Text::new().theirs(&mixture.why, LONG)).collect(),
        notes: notes(&all, bound),
        steps: steps(handled, &all),
    })
}

/// `eni-… of i-…`.
fn interface(Mixture { interface, .. }: &Mixture) -> Text {
    let id = Text::new().theirs(&interface.id, ID);
    match &interface.instance {
        Some((instance, _)) => id.ours(" of ").theirs(instance, ID),
        None => id,
    }
}

fn tiers(mixture: &Mixture, between: &'static str) -> Text {
    Text::joined(mixture.tiers.iter().map(|tier| Text::new().named(tier.as_str(), NAME)), between)
}

fn sentence(handled: &Handled, mixture: &Mixture, off: Off<'_>, bound: Bound<'_>) -> Text {
    let met = tiers(mixture, " and ").ours(" met on ").and(interface(mixture));
    let groups = story::groups_of(handled, mixture.off.iter());
    met.ours(", where they may not; ")
        .and(groups)
        .ours(" ")
        .and(off.became(Number::of(mixture.off.len()), bound))
}

fn block(handled: &Handled, all: &[(&Mixture, Off<'_>)], listed: usize) -> Block {
    let named = |groups: &[crate::id::GroupId]| {
        let names = groups.iter().take(COPIES).map(|group| story::group_of(handled, group));
        let names = Text::joined(names, ", ");
        match groups.len().saturating_sub(COPIES) {
            0 => names,
            rest => names.ours(" and ").count(rest).ours(" more"),
        }
    };
    let one = |(mixture, off): &(&Mixture, Off<'_>)| {
        let item = interface(mixture).ours(": ").and(tiers(mixture, " with "));
        let came_off = match off.door() {
            Door::Closed => Text::from("taken off: ").and(named(&mixture.off)),
            Door::Restored
            | Door::Unmanaged
            | Door::Missing
            | Door::Undecided
            | Door::Open
            | Door::StillMissing
            | Door::StillOpen => Text::from("has to come off: ").and(named(&mixture.off)),
        };
        let stays = (!mixture.stay.is_empty()).then(|| Text::from("may stay: ").and(named(&mixture.stay)));
        [came_off].into_iter().chain(stays).map(Line::Detail).fold(
            vec![Line::Item(item)],
            |mut lines, line| {
                lines.push(line);
                lines
            },
        )
    };
    Block { title: "What met on one interface", lines: story::list(all, listed, one).collect() }
}

fn notes(all: &[(&Mixture, Off<'_>)], bound: Bound<'_>) -> Vec<Text> {
    let any = |like: fn(Off<'_>) -> bool| all.iter().any(|(_, off)| like(*off));
    let only_told = any(|off| off == Off::NotifyOnly)
        .then(|| Text::from("Nothing came off: ").and(bound.reason()).ours("."));
    let already = any(|off| off == Off::Gone).then(|| {
        Text::from(
            "Off already: somebody else took them off, or the guard itself did, in an earlier attempt whose message \
             did not get through.",
        )
    });
    let last = any(|off| off == Off::LastGroup).then(|| {
        Text::from("Nothing came off where no group would be left: the guard never leaves an interface bare.")
    });
    let managed = any(|off| matches!(off, Off::Managed { .. })).then(|| {
        Text::from("Nothing came off an interface that an AWS service manages: only the service may do that.")
    });
    [only_told, already, last, managed].into_iter().flatten().collect()
}

fn steps(handled: &Handled, all: &[(&Mixture, Off<'_>)]) -> Vec<Step> {
    let left: Vec<_> = all.iter().filter(|(_, off)| off.door() != Door::Closed).collect();
    let text = match (left.iter().any(|(_, off)| matches!(off, Off::Failed { .. })), handled.retry()) {
        (true, Some(_)) => "If no further message comes, set by hand the groups that may stay",
        (true, None) => "Set by hand the groups that may stay; the guard does not try again",
        (false, _) => "If they should not meet, set the groups that may stay",
    };
    let settable = left.iter().filter(|(_, off)| !matches!(off, Off::LastGroup | Off::Managed { .. }));
    let copies: Vec<_> =
        settable.filter_map(|(mixture, _)| command::set_groups(handled, mixture)).take(COPIES).collect();
    let set = (!copies.is_empty()).then(|| steps::copied(Text::from(text), copies));
    let last = left.iter().any(|(_, off)| *off == Off::LastGroup).then(|| {
        Step::plain(Text::from(
            "Put another group on the interface, and take off those that have to come off.",
        ))
    });
    let managed = left.iter().find_map(|(_, off)| match off {
        Off::Managed { by } => {
            Some(Step::plain(Text::from("Change the groups where ").named(by, NAME).ours(" is configured.")))
        }
        Off::Gone | Off::Taken | Off::NotifyOnly | Off::Withheld | Off::LastGroup | Off::Failed { .. } => {
            None
        }
    });
    let sets = all.iter().filter_map(|(mixture, _)| together(mixture)).fold(Vec::new(), |mut sets, line| {
        if sets.len() < COPIES && !sets.contains(&line) {
            sets.push(line);
        }
        sets
    });
    let allow =
        Text::from("To have it allowed, add to ").theirs(&"interfaces.together", NAME).ours(" in the policy");
    set.into_iter().chain(last).chain(managed).chain([steps::copied(allow, sets)]).collect()
}

/// The line of a policy that lets the tiers meet.
fn together(Mixture { tiers, .. }: &Mixture) -> Option<String> {
    let names: Vec<_> = tiers.iter().map(|tier| plain(tier.as_str())).collect::<Option<_>>()?;
    Some(format!("- [{}]", names.join(", ")))
}
