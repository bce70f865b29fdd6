//! What became of each forbidden rule.

use std::collections::BTreeMap;
use std::mem::discriminant;

use super::door::Door;
use crate::act::{Action, Outcome, Target};
use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Code, Finding, Keep, ListUndo, Violation};
use crate::permission::Permission;
use crate::policy::OnViolation;
use crate::respond::Handled;

use super::bound::Bound;

/// A forbidden rule: once, whatever number of scopes forbid it.
#[derive(Debug, Clone)]
pub(super) struct Forbidden<'a> {
    pub(super) group: &'a GroupId,
    pub(super) rule: &'a Rule,
    pub(super) findings: Vec<&'a Finding>,
    pub(super) fate: Fate<'a>,
    pub(super) kept: Kept<'a>,
}

/// What became of a rule; the worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate<'a> {
    /// It is right again: the prefix list that it names was put back.
    Mended,
    /// It had gone before the guard came.
    AlreadyGone,
    /// The guard removed it.
    Removed,
    /// The guard may do no more than tell.
    NotifyOnly,
    /// It should not be there, but which live rule it is, or what was there before, is not known for certain.
    Uncertain,
    /// Observe mode.
    Withheld,
    /// It may still be there.
    Failed {
        /// What EC2 said.
        error: &'a str,
    },
}

/// What became of the allowed part of a rule that was to be narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept<'a> {
    /// There is none, or the policy does not want rules narrowed.
    Nothing,
    /// These rules are there, or would be.
    Parts(&'a [Permission]),
    /// The group has no room for it.
    NoRoom,
    /// It could not be added.
    Failed {
        /// What EC2 said.
        error: &'a str,
    },
}

impl Fate<'_> {
    /// The word of the report's `outcome`, and `notify-only` where no call was to be made.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::AlreadyGone => "already-gone",
            Self::Mended | Self::Removed => "done",
            Self::NotifyOnly | Self::Uncertain => "notify-only",
            Self::Withheld => "withheld",
            Self::Failed { .. } => "failed",
        }
    }

    pub(super) const fn door(self) -> Door {
        match self {
            Self::Mended | Self::AlreadyGone | Self::Removed => Door::Closed,
            Self::NotifyOnly | Self::Uncertain | Self::Withheld => Door::Open,
            Self::Failed { .. } => Door::StillOpen,
        }
    }

    /// Whether it is the same, whatever the error.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
    }
}

/// The forbidden rules of `violation`, each with what became of it, in the order of the findings.
pub(super) fn forbidden<'a>(handled: &'a Handled, violation: &'a Violation) -> Vec<Forbidden<'a>> {
    let outcomes = Outcomes::of(&handled.actions);
    let list = violation.list.as_ref().and_then(|undo| of_list(undo, &handled.actions));
    let mut about: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in &violation.findings {
        about.entry((&finding.group, &finding.rule.permission)).or_default().push(finding);
    }
    let is_bound = Bound::of(handled) != Bound::Policy;
    let is_edit = handled.event.name.as_deref() == Some("ModifySecurityGroupRules");
    let with_fate = |Finding { group, rule, .. }: &'a Finding| {
        let findings = about.remove(&(group, &rule.permission))?;
        let outcome = outcomes.removed.get(&(group, &rule.permission)).copied();
        let fate = match list {
            Some(Outcome::Done) => Fate::Mended,
            Some(Outcome::Withheld) => Fate::Withheld,
            Some(_) | None => fate(outcome, &findings, is_bound, is_edit),
        };
        let kept = if violation.list.is_some() { Kept::Nothing } else { kept(group, &findings, &outcomes) };
        Some(Forbidden { group, rule, findings, fate, kept })
    };
    violation.findings.iter().filter_map(with_fate).collect()
}

/// How the call went that puts the list of `undo` back.
pub(super) fn of_list<'a>(undo: &ListUndo, actions: &'a [Action]) -> Option<&'a Outcome> {
    let is_it = |action: &&Action| match &action.target {
        Target::PrefixList(list) => *list == undo.list,
        Target::Rules { .. } | Target::Interface { .. } => false,
    };
    actions.iter().find(is_it).map(|action| &action.outcome)
}

/// How each rule of some actions fared, by its group and content: no two rules of a group say the same.
pub(super) struct Outcomes<'a> {
    pub(super) added: BTreeMap<(&'a GroupId, &'a Permission), &'a Outcome>,
    pub(super) removed: BTreeMap<(&'a GroupId, &'a Permission), &'a Outcome>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn of(actions: &'a [Action]) -> Self {
        let mut outcomes = Self { added: BTreeMap::new(), removed: BTreeMap::new() };
        for action in actions {
            let Target::Rules { group, rules } = &action.target else { continue };
            let side = if action.adds() { &mut outcomes.added } else { &mut outcomes.removed };
            side.extend(rules.iter().map(|rule| ((group, &rule.permission), &action.outcome)));
        }
        outcomes
    }
}

/// A rule that should have been revoked and is in no call counts as still there.
fn fate<'a>(outcome: Option<&'a Outcome>, findings: &[&Finding], is_bound: bool, is_edit: bool) -> Fate<'a> {
    let is_only_told = || findings.iter().all(|finding| finding.reaction.on_violation == OnViolation::Notify);
    // Whoever made a rule, what to revoke is then named by its id; and to revoke what was edited does not undo that.
    let is_uncertain =
        |finding: &&Finding| finding.code == Code::Editor && (is_edit || finding.rule.id.is_none());
    match outcome {
        Some(Outcome::Done) => Fate::Removed,
        Some(Outcome::AlreadyGone) => Fate::AlreadyGone,
        Some(Outcome::Withheld) => Fate::Withheld,
        Some(Outcome::Failed { message, retryable: _ }) => Fate::Failed { error: message },
        None if is_only_told() && !is_bound && findings.iter().any(is_uncertain) => Fate::Uncertain,
        None if is_only_told() => Fate::NotifyOnly,
        // Nothing that takes rules away is answered so.
        Some(Outcome::AlreadyThere | Outcome::NoRoom) | None => {
            Fate::Failed { error: "no call was made to remove it" }
        }
    }
}

/// What became of the allowed part, if all that want the rule gone want it narrowed.
fn kept<'a>(group: &'a GroupId, findings: &[&'a Finding], outcomes: &Outcomes<'a>) -> Kept<'a> {
    let acting = || findings.iter().filter(|finding| finding.reaction.on_violation != OnViolation::Notify);
    if acting().any(|finding| finding.reaction.on_violation == OnViolation::Revoke) {
        return Kept::Nothing;
    }
    match acting().next().map(|finding| &finding.keep) {
        None | Some(Keep::Nothing) => Kept::Nothing,
        Some(Keep::TooMany) => Kept::NoRoom,
        Some(Keep::Parts(parts)) => {
            let fared = parts.iter().filter_map(|part| outcomes.added.get(&(group, part)));
            let worse = fared.filter_map(|outcome| match outcome {
                Outcome::NoRoom => Some(Kept::NoRoom),
                Outcome::Failed { message, retryable: _ } => Some(Kept::Failed { error: message }),
                Outcome::Done | Outcome::AlreadyThere | Outcome::AlreadyGone | Outcome::Withheld => None,
            });
            worse.into_iter().next().unwrap_or(Kept::Parts(parts))
        }
    }
}
