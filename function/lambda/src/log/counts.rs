//! What a line counts.

use tierguard::act::{Action, Outcome, Target};
use tierguard::change::Vouching;
use tierguard::judge::{Ignored, Verdict};
use tierguard::respond::{Announced, Handled};

use crate::handler::SweepReport;

/// What one event came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) events: Option<usize>,
    pub(super) violations: usize,
    pub(super) undecided: usize,
    pub(super) reverts: usize,
    pub(super) failed_reverts: usize,
    pub(super) notices: usize,
    pub(super) failed_notices: usize,
    pub(super) retries: usize,
}

impl Counts {
    /// What `handled` counts, which is to be handled again if it `is_retried`. Nothing, where it is no change of anything
    /// that the policy knows: of such events there is no line.
    pub(super) fn of(handled: &Handled, is_retried: bool) -> Option<Self> {
        let Handled { judgement, actions, announced, .. } = handled;
        let verdict = &judgement.verdict;
        let is_counted = is_retried || *verdict != Verdict::Ignored(Ignored::NotAChange);
        // Whoever invokes the function must not keep it quiet that no event comes any more.
        let is_event = handled.event.vouching == Vouching::Vouched;
        is_counted.then(|| Self {
            events: is_event.then_some(1),
            violations: usize::from(matches!(verdict, Verdict::Violation(_))),
            undecided: usize::from(matches!(verdict, Verdict::Undecidable(_))),
            reverts: rules(actions.iter().filter(|action| action.outcome == Outcome::Done)),
            failed_reverts: rules(actions.iter().filter(|action| is_failed(action, actions))),
            retries: usize::from(is_retried),
            ..Self::default().announced(announced)
        })
    }

    /// What the last part of a sweep counts beside what it found.
    pub(super) fn of_sweep(report: &SweepReport, announced: &Announced, is_retried: bool) -> Self {
        let fared = |words: &[&str]| {
            let counts = report.outcomes.iter().filter(|(word, _)| words.contains(word));
            counts.map(|(_, count)| count).sum()
        };
        Self {
            reverts: fared(&["done", "narrowed"]),
            failed_reverts: fared(&["failed", "no-room"]),
            retries: usize::from(is_retried),
            ..Self::default().announced(announced)
        }
    }

    fn announced(self, announced: &Announced) -> Self {
        let notices = usize::from(matches!(announced, Announced::Published));
        let failed_notices = usize::from(matches!(announced, Announced::Failed(_)));
        Self { notices, failed_notices, ..self }
    }
}

/// How many rules `actions` are about; a prefix list, and an interface, count as one.
fn rules<'a>(actions: impl Iterator<Item = &'a Action>) -> usize {
    let count = |action: &Action| match &action.target {
        Target::Rules { rules, .. } => rules.len(),
        Target::PrefixList(_) | Target::Interface { .. } => 1,
    };
    actions.map(count).sum()
}

/// Whether `action` leaves undone what was to be done. A prefix list that EC2 will not put back has the rules that name
/// it revoked instead, and how these fared counts.
fn is_failed(action: &Action, all: &[Action]) -> bool {
    let is_instead = |other: &Action| !other.adds() && matches!(other.target, Target::Rules { .. });
    match (&action.outcome, &action.target) {
        (Outcome::Failed { retryable: false, .. }, Target::PrefixList(_)) => !all.iter().any(is_instead),
        (Outcome::Failed { .. } | Outcome::NoRoom, _) => true,
        (Outcome::Done | Outcome::AlreadyGone | Outcome::AlreadyThere | Outcome::Withheld, _) => false,
    }
}

#[cfg(test)]
mod tests;
