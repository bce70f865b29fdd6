//! Everything at one moment: the account, the events under way, the invocations, and what may still go wrong.

use std::collections::BTreeSet;

use tierguard::permission::Permission;

use super::invocation::{Invocation, Task};
use super::known::Known;
use super::world::{Record, World};

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) world: Known<World>,
    /// What a Describe call that lags may still answer; `None` where none lags any more.
    pub(crate) before: Option<Known<World>>,
    /// How many of its acts each writer has done.
    pub(crate) acted: Vec<usize>,
    /// The events under way, each as often as it will come.
    pub(crate) queue: Vec<Known<Record>>,
    /// The invocations on their way.
    pub(crate) running: Vec<Known<Invocation>>,
    /// Whether an event was lost since the last sweep began, or that sweep did not come to its end.
    pub(crate) due: bool,
    /// What may still go wrong.
    pub(crate) spare: Spare,
    /// What the guard did, and nobody has been told of since.
    pub(crate) untold: BTreeSet<Untold>,
    /// What the guard did that it must never do.
    pub(crate) flaw: Option<Flaw>,
}

/// How often each thing may go wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Spare {
    /// An invocation ends between two calls.
    pub(crate) crashes: u8,
    /// A call fails, or is made and its answer gets lost.
    pub(crate) failures: u8,
    /// A Describe call answers what was there one change ago.
    pub(crate) lags: u8,
    /// An event comes once more.
    pub(crate) repeats: u8,
    /// An event never comes.
    pub(crate) losses: u8,
    /// A sweep that nobody needs.
    pub(crate) sweeps: u8,
}

/// A rule that the guard added or removed, and nobody has been told of since.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Untold {
    pub(crate) rule: Permission,
    /// What it was doing.
    pub(crate) by: Task,
}

/// What must never be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flaw {
    TookAllowed,
    AddedForbidden,
    AnsweredItself,
}

impl State {
    /// Whether nothing is under way.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.queue.is_empty() && self.running.is_empty() && !self.due
    }

    /// Whether two invocations respond to one event.
    pub(crate) fn is_handled_twice(&self) -> bool {
        matches!(self.running.as_slice(), [one, other] if one.task == other.task)
    }

    /// Whether something was done, and whoever did it is no longer there to tell of it.
    pub(crate) fn is_orphaned(&self) -> bool {
        !self.untold.is_empty() && self.running.is_empty()
    }

    pub(crate) fn send(&mut self, record: Known<Record>) {
        self.queue.push(record);
        self.queue.sort_by_key(Known::digest);
    }

    /// What was to be done is to be done once more.
    pub(crate) fn put_back(&mut self, task: &Task) {
        match task {
            Task::Respond(record) => self.send(record.clone()),
            Task::Sweep => self.due = true,
        }
    }
}
