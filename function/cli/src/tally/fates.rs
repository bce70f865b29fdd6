//! What became of what the policy forbids: of rules, of missing rules, of prefix lists, of interfaces.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use tierguard::act::{Action, Outcome, Target};
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::judge::{Finding, Hindrance, Keep, Mixture, Violation};
use tierguard::permission::Permission;

use super::add;

/// What became of what is forbidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Undone {
    /// Forbidden rules, but for those below.
    pub(crate) rules: Fates,
    /// Forbidden rules of which what is allowed stays.
    pub(crate) narrowed: usize,
    /// Forbidden rules that are allowed again, because their prefix list was put back.
    pub(crate) mended: usize,
    /// Rules that should be there.
    pub(crate) missing: Fates,
    /// Prefix lists that make the rules right that name them.
    pub(crate) lists: Fates,
    /// Interfaces whose tiers may not meet.
    pub(crate) interfaces: Fates,
}

/// How many of a kind had which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fates {
    /// Undone.
    pub(crate) done: usize,
    /// As it should be before the guard came.
    pub(crate) needless: usize,
    /// Not undone, because the group has no room.
    pub(crate) no_room: usize,
    /// Not undone, because the call failed.
    pub(crate) failed: usize,
    /// Not undone, because the mode is to observe.
    pub(crate) withheld: usize,
    /// Left as it is: there was no call to make.
    pub(crate) left: usize,
}

impl Fates {
    fn add(&mut self, outcome: Option<&Outcome>, more: usize) {
        let fate = match outcome {
            Some(Outcome::Done) => &mut self.done,
            Some(Outcome::AlreadyGone | Outcome::AlreadyThere) => &mut self.needless,
            Some(Outcome::NoRoom) => &mut self.no_room,
            Some(Outcome::Failed { .. }) => &mut self.failed,
            Some(Outcome::Withheld) => &mut self.withheld,
            None => &mut self.left,
        };
        add(fate, more);
    }
}

impl Undone {
    /// Counts what was found and done in one event.
    pub(crate) fn count(&mut self, violation: &Violation, actions: &[Action]) {
        self.count_rules(violation, actions);
        self.count_missing(violation, actions);
        for action in actions.iter().filter(|action| is_of_list(action)) {
            self.lists.add(Some(&action.outcome), 1);
        }
        for mixture in &violation.mixtures {
            self.count_interface(mixture, actions);
        }
    }

    fn count_rules(&mut self, violation: &Violation, actions: &[Action]) {
        let narrowed = narrowed(violation, actions);
        for action in actions.iter().filter(|action| !action.adds()) {
            let is_narrowed = |rule: &&Rule| {
                action.outcome == Outcome::Done
                    && group(action).is_some_and(|group| narrowed.contains(&(group, *rule)))
            };
            let fewer = action.rules().iter().filter(is_narrowed).count();
            add(&mut self.narrowed, fewer);
            self.rules.add(Some(&action.outcome), action.rules().len().saturating_sub(fewer));
        }
        let untouched = untouched(violation, actions);
        match list_outcome(actions) {
            Some(Outcome::Done) => add(&mut self.mended, untouched),
            Some(_) | None => self.rules.add(None, untouched),
        }
    }

    fn count_missing(&mut self, violation: &Violation, actions: &[Action]) {
        let adding = actions.iter().filter(|action| action.adds());
        let outcomes: HashMap<_, _> =
            adding.flat_map(|action| named(action).map(|rule| (rule, &action.outcome))).collect();
        for missing in &violation.missing {
            let outcome = missing.rule.as_ref().and_then(|rule| outcomes.get(&(&missing.group, rule)));
            self.missing.add(outcome.copied(), 1);
        }
    }

    fn count_interface(&mut self, mixture: &Mixture, actions: &[Action]) {
        let is_it = |action: &&Action| match &action.target {
            Target::Interface { interface, .. } => *interface == mixture.interface.id,
            Target::Rules { .. } | Target::PrefixList(_) => false,
        };
        match (actions.iter().find(is_it), &mixture.hindrance) {
            (Some(action), _) => self.interfaces.add(Some(&action.outcome), 1),
            (None, Some(Hindrance::AlreadyOff)) => add(&mut self.interfaces.needless, 1),
            (None, Some(Hindrance::Managed { .. } | Hindrance::LastGroup) | None) => {
                self.interfaces.add(None, 1);
            }
        }
    }
}

/// How many forbidden rules the policy wants no more than to be told of.
pub(crate) fn only_told(violation: &Violation, actions: &[Action]) -> usize {
    match list_outcome(actions) {
        Some(Outcome::Done | Outcome::Withheld) => 0,
        Some(Outcome::AlreadyGone | Outcome::AlreadyThere | Outcome::Failed { .. } | Outcome::NoRoom)
        | None => untouched(violation, actions),
    }
}

/// How many forbidden rules no call was about.
fn untouched(violation: &Violation, actions: &[Action]) -> usize {
    let forbidden = violation.findings.iter().map(|Finding { group, rule, .. }| (group, rule));
    let touched = actions.iter().filter(|action| !action.adds()).flat_map(named);
    left_out(forbidden, touched)
}

/// Those forbidden rules of which a part was added.
pub(super) fn narrowed<'a>(
    violation: &'a Violation,
    actions: &'a [Action],
) -> HashSet<(&'a GroupId, &'a Rule)> {
    let is_there =
        |action: &&Action| action.adds() && matches!(action.outcome, Outcome::Done | Outcome::AlreadyThere);
    let there = actions.iter().filter(is_there).flat_map(named);
    let there: HashSet<(&GroupId, &Permission)> =
        there.map(|(group, rule)| (group, &rule.permission)).collect();
    let is_narrowed = |finding: &&Finding| match &finding.keep {
        Keep::Parts(parts) => parts.iter().any(|part| there.contains(&(&finding.group, part))),
        Keep::Nothing | Keep::TooMany => false,
    };
    violation.findings.iter().filter(is_narrowed).map(|finding| (&finding.group, &finding.rule)).collect()
}

pub(super) fn list_outcome(actions: &[Action]) -> Option<&Outcome> {
    actions.iter().find(|action| is_of_list(action)).map(|action| &action.outcome)
}

fn is_of_list(action: &Action) -> bool {
    match &action.target {
        Target::PrefixList(_) => true,
        Target::Rules { .. } | Target::Interface { .. } => false,
    }
}

/// The rules that a call is about, each with its group.
pub(super) fn named(action: &Action) -> impl Iterator<Item = (&GroupId, &Rule)> {
    group(action).into_iter().flat_map(|group| action.rules().iter().map(move |rule| (group, rule)))
}

fn group(action: &Action) -> Option<&GroupId> {
    match &action.target {
        Target::Rules { group, .. } => Some(group),
        Target::PrefixList(_) | Target::Interface { .. } => None,
    }
}

/// How many different things of `all` are not in `some`. One event may have a hundred thousand rules: hence the sets.
fn left_out<T: Eq + Hash>(all: impl Iterator<Item = T>, some: impl Iterator<Item = T>) -> usize {
    let some: HashSet<_> = some.collect();
    all.filter(|thing| !some.contains(thing)).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_rules_are_soon_counted() {
        let many = 0..100_000;
        // Each is forbidden by two tiers; every other one is revoked.
        let forbidden = many.clone().chain(many.clone());
        assert_eq!(left_out(forbidden, many.rev().step_by(2)), 50_000);
    }
}
