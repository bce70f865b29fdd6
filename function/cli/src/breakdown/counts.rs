//! How many events there were of something, when, and what became of them.

use jiff::Timestamp;
use tierguard::Handled;
use tierguard::judge::Verdict;

use crate::tally::{Deeds, add};

/// How many, when, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Events.
    pub(crate) events: usize,
    /// Those that the policy forbids.
    pub(crate) violations: usize,
    /// Those that need a person.
    pub(crate) undecidable: usize,
    /// What became of what these broke.
    pub(crate) deeds: Deeds,
    /// The first and the last time, of those that have one.
    pub(crate) period: Option<(Timestamp, Timestamp)>,
}

impl Counts {
    /// One event, and what became of what it broke.
    pub(crate) fn of(handled: &Handled, deeds: Deeds) -> Self {
        let (violations, undecidable) = match &handled.judgement.verdict {
            Verdict::Violation(_) => (1, 0),
            Verdict::Undecidable(_) => (0, 1),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => (0, 0),
        };
        Self { violations, undecidable, deeds, ..Self::of_allowed(handled) }
    }

    /// One event, of something in it that is allowed.
    pub(crate) fn of_allowed(handled: &Handled) -> Self {
        let period = handled.event.time.map(|time| (time, time));
        Self { events: 1, period, ..Self::default() }
    }

    /// All of `other` too.
    pub(crate) fn merge(&mut self, other: &Self) {
        add(&mut self.events, other.events);
        add(&mut self.violations, other.violations);
        add(&mut self.undecidable, other.undecidable);
        self.deeds.merge(&other.deeds);
        self.period = match (self.period, other.period) {
            (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
            (period, None) | (None, period) => period,
        };
    }
}
