//! What all events came to.

mod deed;
mod fates;

use tierguard::Handled;
use tierguard::judge::{Ignored, Verdict};
use tierguard::sweep::Digest;

pub(crate) use deed::{Deed, Deeds, Done, deeds};
pub(crate) use fates::{Fates, Undone, only_told};

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
    /// Those of them whose groups are gone.
    pub(crate) gone: usize,
    /// Events that need a person.
    pub(crate) undecidable: usize,
    /// Everything that is no security group change.
    pub(crate) unrelated: usize,
    /// What became of what was forbidden.
    pub(crate) undone: Undone,
    /// Sweeps.
    pub(crate) sweeps: usize,
    /// Sweeps that found something forbidden or missing.
    pub(crate) bad_sweeps: usize,
}

impl Tally {
    /// Counts one event.
    pub(crate) fn count(&mut self, handled: &Handled) {
        let verdict = &handled.judgement.verdict;
        let verdicts = match verdict {
            Verdict::Compliant => &mut self.compliant,
            Verdict::Violation(_) => &mut self.violations,
            Verdict::Unmanaged => &mut self.unmanaged,
            Verdict::Ignored(Ignored::NotAChange) => &mut self.unrelated,
            Verdict::Ignored(
                Ignored::FailedCall | Ignored::OwnChange | Ignored::DescriptionOnly | Ignored::GroupGone,
            ) => &mut self.ignored,
            Verdict::Undecidable(_) => &mut self.undecidable,
        };
        add(verdicts, 1);
        if *verdict == Verdict::Ignored(Ignored::GroupGone) {
            add(&mut self.gone, 1);
        }
        if let Verdict::Violation(violation) = verdict {
            self.undone.count(violation, &handled.actions);
        }
    }

    /// Counts one sweep.
    pub(crate) fn count_sweep(&mut self, digest: &Digest) {
        add(&mut self.sweeps, 1);
        if digest.wrong() > 0 {
            add(&mut self.bad_sweeps, 1);
        }
    }

    /// How many events there were.
    pub(crate) fn events(&self) -> usize {
        let Self { compliant, violations, unmanaged, ignored, undecidable, .. } = *self;
        [compliant, violations, unmanaged, ignored, undecidable].into_iter().fold(0, usize::saturating_add)
    }

    /// Whether the policy forbids anything that was found.
    pub(crate) const fn has_violation(&self) -> bool {
        self.violations > 0 || self.bad_sweeps > 0
    }
}

/// Counts without end.
pub(crate) fn add(count: &mut usize, more: usize) {
    *count = count.saturating_add(more);
}
