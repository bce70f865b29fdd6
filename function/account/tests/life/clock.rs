//! Simulated time, and what is to come in it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const WEEK: i64 = 7 * DAY;

/// When a life begins, in seconds since 1970: 2026-03-02T00:00:00Z.
const BIRTH: i64 = 1_772_409_600;

/// An instant, in milliseconds since the life began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    pub(crate) const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0 + milliseconds)
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_second(BIRTH).unwrap() + SignedDuration::from_millis(self.0)
    }

    /// The same as `CloudTrail` writes it: to the second.
    pub(crate) fn to_the_second(self) -> Timestamp {
        Self(self.0 / SECOND * SECOND).timestamp()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ms) = *self;
        let (hours, minutes, seconds) = (ms / HOUR % 24, ms / MINUTE % 60, ms / SECOND % 60);
        write!(f, "day {:2} {hours:02}:{minutes:02}:{seconds:02}.{:03}", ms / DAY, ms % SECOND)
    }
}

/// What is to come, in the order of time; of the same instant, in the order in which it was entered.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    things: BTreeMap<(Moment, u64), T>,
    entered: u64,
}

impl<T> Agenda<T> {
    pub(crate) const fn new() -> Self {
        Self { things: BTreeMap::new(), entered: 0 }
    }

    pub(crate) fn enter(&mut self, at: Moment, thing: T) {
        self.entered += 1;
        self.things.insert((at, self.entered), thing);
    }

    pub(crate) fn next(&mut self) -> Option<(Moment, T)> {
        self.things.pop_first().map(|((at, _), thing)| (at, thing))
    }
}
