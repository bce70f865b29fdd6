//! A guard at a desk: records go in, are applied to an account in memory, and are handled. Reads no files.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures_executor::block_on;
use jiff::Timestamp;
use tierguard::change::{Change, Event};
use tierguard::id::EventId;
use tierguard::look::LookUpError;
use tierguard::notice::Notice;
use tierguard::sweep::{Audit, Home, Sweep, Swept};
use tierguard::wire::{Dismissal, Reading};
use tierguard::{Guard, Handled};

use crate::account::Account;
use crate::ports::Ports;

/// A guard, an account in memory, and everybody who was told.
#[derive(Debug)]
pub struct Desk {
    guard: Guard,
    ports: Ports,
    memory: Mutex<Memory>,
}

/// What is remembered from record to record.
#[derive(Debug, Default)]
struct Memory {
    /// The changes that were applied.
    applied: BTreeSet<EventId>,
    /// The time of the last event that had one.
    clock: Timestamp,
}

impl Desk {
    /// A desk at which nothing has happened yet.
    #[must_use]
    pub fn new(guard: Guard, account: Account) -> Self {
        Self { guard, ports: Ports::new(account), memory: Mutex::default() }
    }

    /// Applies what `record` tells to the account, and lets the guard respond to it.
    ///
    /// A change is applied once: a record whose `eventID` came before is handled again, but not applied again. The
    /// instant of handling is the event's own time; of an event without one, the time of the event before it.
    /// Asynchronous code calls [`Self::handle_async`] instead.
    pub fn handle(&mut self, record: &[u8]) -> Handled {
        block_on(self.handle_async(record))
    }

    /// [`Self::handle`], for asynchronous code.
    pub async fn handle_async(&self, record: &[u8]) -> Handled {
        let (reading, ports, now) = self.take(record);
        self.guard.handle(reading, &ports, now).await
    }

    /// [`Self::handle`], but nobody is told, and no notice is written.
    pub fn handle_quietly(&mut self, record: &[u8]) -> Handled {
        let (reading, ports, now) = self.take(record);
        block_on(self.guard.handle_quietly(reading, &ports, now))
    }

    /// Lets the guard sweep all groups that `home` sees at the instant `now`: those of its account, and those of which
    /// nobody knows the owner; without an account, all. A desk has time: the sweep goes to its end.
    ///
    /// Asynchronous code calls [`Self::sweep_async`] instead.
    pub fn sweep(&mut self, sweep: Sweep, home: &Home, now: Timestamp) -> Swept {
        block_on(self.sweep_async(sweep, home, now))
    }

    /// [`Self::sweep`], for asynchronous code.
    pub async fn sweep_async(&self, sweep: Sweep, home: &Home, now: Timestamp) -> Swept {
        let ports = self.ports.calling_from(home.account.clone());
        self.guard.sweep(sweep, home, &ports, now, || true).await
    }

    /// Judges all groups that `home` sees at the instant `now`, as [`Self::sweep`] would, and does nothing about it.
    ///
    /// # Errors
    /// When what the account file lacks keeps every group from being judged.
    pub fn audit(&self, home: &Home, now: Timestamp) -> Result<Audit, LookUpError> {
        let ports = self.ports.calling_from(home.account.clone());
        block_on(self.guard.audit(home, &ports, now))
    }

    /// The account as it is now.
    #[must_use]
    pub fn account(&self) -> Account {
        self.ports.account()
    }

    /// What people were told since this was last asked, in order.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.ports.take_notices()
    }

    /// Applies what `record` tells. The guard responds to it, as by [`Self::handle_quietly`], if that is `wanted`.
    ///
    /// # Errors
    /// What was read, if it is not.
    pub fn rehearse(
        &mut self,
        record: &[u8],
        wanted: impl FnOnce(&Reading) -> bool,
    ) -> Result<Handled, Box<Reading>> {
        let (reading, ports, now) = self.take(record);
        if !wanted(&reading) {
            return Err(Box::new(reading));
        }
        Ok(block_on(self.guard.handle_quietly(reading, &ports, now)))
    }

    /// Reads `record` and applies what it tells: what is to be handled, with whose eyes, and when.
    fn take(&self, record: &[u8]) -> (Reading, Ports, Timestamp) {
        let reading = self.guard.read(record);
        let event = reading.event();
        let now = self.take_in(event, made(&reading));
        let ports = self.ports.calling_from(event.account.clone());
        (reading, ports, now)
    }

    /// Applies `change` unless that was done before, and tells what the time is.
    fn take_in(&self, event: &Event, change: Option<&Change>) -> Timestamp {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.clock = event.time.unwrap_or(memory.clock);
        if let Some(change) = change {
            let is_new = event.id.clone().is_none_or(|id| memory.applied.insert(id));
            if is_new {
                self.ports.apply(change);
            }
        }
        memory.clock
    }
}

/// The change that a record tells: the guard's own changes and those of descriptions were made too, although nothing is
/// judged about them.
fn made(reading: &Reading) -> Option<&Change> {
    match reading {
        Reading::Change(change) => Some(change),
        Reading::Ignored(_, Dismissal::OwnChange(change) | Dismissal::DescriptionOnly(change)) => {
            change.as_deref()
        }
        Reading::Ignored(_, Dismissal::FailedCall | Dismissal::NotAChange)
        | Reading::Truncated(_)
        | Reading::Malformed(..) => None,
    }
}

#[cfg(test)]
mod tests;
