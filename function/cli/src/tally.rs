//! What all events came to.

use std::collections::HashSet;
use std::hash::Hash;

use tierguard::Handled;
use tierguard::act::{Action, Outcome};
use tierguard::judge::{Ignored, Verdict};

/// How many of what there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Events that the policy allows.
    pub(crate) compliant: usize,
    /// Events that it forbids.
    pub(crate) violations: usize,
    /// Events of groups that are not managed.
    pub(crate) unmanaged: usize,
    /// Security group events that need no judgement.
    pub(crate) ignored: usize,
    /// Events that need a person.
    pub(crate) undecidable: usize,
    /// Everything that is no security group change.
    pub(crate) unrelated: usize,
    /// What became of forbidden rules.
    pub(crate) rules: Rules,
}

/// How many forbidden rules had which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Revoked.
    pub(crate) revoked: usize,
    /// Gone before the guard came.
    pub(crate) already_gone: usize,
    /// Not revoked, because the call failed.
    pub(crate) failed: usize,
    /// Not revoked, because the mode is to observe.
    pub(crate) withheld: usize,
    /// Not revoked, because the policy wants no more than to be told.
    pub(crate) only_told: usize,
}

impl Tally {
    /// Counts one event.
    pub(crate) fn count(&mut self, handled: &Handled) {
        let verdict = &handled.judgement.verdict;
        add(
            match verdict {
                Verdict::Compliant => &mut self.compliant,
                Verdict::Violation(_) => &mut self.violations,
                Verdict::Unmanaged => &mut self.unmanaged,
                Verdict::Ignored(Ignored::NotAChange) => &mut self.unrelated,
                Verdict::Ignored(_) => &mut self.ignored,
                Verdict::Undecidable(_) => &mut self.undecidable,
            },
            1,
        );
        handled.actions.iter().for_each(|action| self.rules.count(action));
        add(&mut self.rules.only_told, only_told(handled));
    }
}

impl Rules {
    fn count(&mut self, Action { rules, outcome, .. }: &Action) {
        let fate = match outcome {
            Outcome::Done => &mut self.revoked,
            Outcome::AlreadyGone => &mut self.already_gone,
            Outcome::Failed { .. } => &mut self.failed,
            Outcome::Withheld => &mut self.withheld,
        };
        add(fate, rules.len());
    }
}

/// How many rules of a violation no action was planned for.
pub(crate) fn only_told(handled: &Handled) -> usize {
    let Verdict::Violation(violation) = &handled.judgement.verdict else { return 0 };
    let forbidden = violation.findings.iter().map(|finding| &finding.rule);
    let planned = handled.actions.iter().flat_map(|action| &action.rules);
    missing(forbidden, planned)
}

/// How many different things of `all` are not in `some`. One event may have a hundred thousand rules: hence the sets.
fn missing<T: Eq + Hash>(all: impl Iterator<Item = T>, some: impl Iterator<Item = T>) -> usize {
    let some: HashSet<_> = some.collect();
    all.filter(|thing| !some.contains(thing)).collect::<HashSet<_>>().len()
}

fn add(count: &mut usize, more: usize) {
    *count = count.saturating_add(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_rules_are_soon_counted() {
        let many = 0..100_000;
        // Each is forbidden by two tiers; every other one is revoked.
        let forbidden = many.clone().chain(many.clone());
        assert_eq!(missing(forbidden, many.rev().step_by(2)), 50_000);
    }
}
