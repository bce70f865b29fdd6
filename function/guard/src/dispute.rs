//! What is undone again and again, because somebody makes it again and again: a deployment, a controller, an
//! attacker.
//!
//! The guard keeps undoing it. Of the first times it tells each; when they are many in a short time it tells once that
//! there is a dispute, who the sides are and how often it went round; from then on it counts, and tells the count now
//! and then. Nothing is counted in silence before people were told that this is how it will be.
//!
//! Does not undo, publish or remember anything: `tell` does, by what is decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::EventId;

/// When a rule that is undone again and again is in dispute: the policy's `disputes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disputes {
    /// So many times: 2 to 20.
    pub after: usize,
    /// In so long; and how long it is counted until people are told again.
    pub within: SignedDuration,
}

impl Default for Disputes {
    fn default() -> Self {
        Self { after: 5, within: SignedDuration::from_hours(1) }
    }
}

/// What is undone, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Matter {
    /// How.
    pub undone: Undone,
    /// What: `22/tcp from 0.0.0.0/0`; of a prefix list or an interface, its id.
    pub what: String,
}

/// How something is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undone {
    /// A rule that others add is removed.
    Removed,
    /// A rule that others remove is put back.
    PutBack,
    /// A prefix list that others change is put back.
    Restored,
    /// Groups that others put on an interface are taken off.
    Detached,
}

/// One time that something was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    /// When.
    pub at: Timestamp,
    /// After which event.
    pub event: Option<EventId>,
    /// Who had made it: the role or user, not the session.
    pub by: String,
}

/// What is undone again and again about one group, prefix list or interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    bouts: Vec<Bout>,
}

/// One matter that is undone again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bout {
    /// What.
    pub matter: Matter,
    /// When it was undone for the first time.
    pub since: Timestamp,
    /// How often it was undone since.
    pub times: usize,
    /// By whom it was made, and how often each.
    pub callers: BTreeMap<String, usize>,
    /// How often by others than these.
    pub others: usize,
    /// How often it was undone without a message.
    pub untold: usize,
    /// When people were last told that it is in dispute.
    told: Option<Timestamp>,
    /// The last times.
    last: Vec<Time>,
}

/// When something was undone, and after which event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Time {
    at: Timestamp,
    event: Option<EventId>,
}

/// How loud something is told; the louder, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is counted.
    Counted,
    /// It is in dispute, and time to tell the count.
    Digest,
    /// By an ordinary message of its own.
    Ordinary,
    /// It is in dispute from now on.
    Escalated,
}

/// The most matters of one dispute, the most callers of one matter, and the most times that are known one by one: a
/// record is usually a few KB, and never more than a table takes.
const MOST_BOUTS: usize = 20;
const MOST_CALLERS: usize = 8;
const MOST_TIMES: usize = 20;
/// The longest name of a matter or a caller, in characters.
const LONGEST: usize = 256;

impl Dispute {
    /// Takes in that `matters` were undone, all by one revert, and says how loud that is: as loud as the loudest of
    /// them.
    #[must_use]
    pub fn hear(&mut self, matters: &BTreeSet<Matter>, revert: &Revert, limits: Disputes) -> Stage {
        let stages = matters.iter().map(|matter| match self.bout(matter, revert.at) {
            Some(bout) => {
                bout.hear(revert, limits);
                bout.stage(revert.at, limits)
            }
            // There is no room to count it.
            None => Stage::Ordinary,
        });
        stages.max().unwrap_or(Stage::Ordinary)
    }

    /// Takes in that people were told of `matters` at the instant `at`, as they are in `shown`: what was counted since
    /// stays untold.
    pub fn tell(&mut self, matters: &BTreeSet<Matter>, shown: &Self, at: Timestamp, limits: Disputes) {
        for bout in self.bouts.iter_mut().filter(|bout| matters.contains(&bout.matter)) {
            if bout.stage(at, limits) != Stage::Ordinary {
                bout.told = Some(at);
            }
            bout.settle(shown);
        }
    }

    /// Takes in that people were told at the instant `at` of all that `seen` counts: what was counted since stays.
    pub fn tell_seen(&mut self, seen: &Self, at: Timestamp) {
        for bout in &mut self.bouts {
            if seen.untold_bouts().any(|it| it.matter == bout.matter) {
                bout.settle(seen);
                bout.told = bout.told.map(|_| at);
            }
        }
    }

    /// Those of `matters` that were undone before.
    pub fn bouts<'a>(&'a self, matters: &'a BTreeSet<Matter>) -> impl Iterator<Item = &'a Bout> {
        self.bouts.iter().filter(|bout| matters.contains(&bout.matter))
    }

    /// Those of which something was counted and not told.
    pub fn untold_bouts(&self) -> impl Iterator<Item = &Bout> {
        self.bouts.iter().filter(|bout| bout.untold > 0)
    }

    /// How many reverts were counted and not told.
    #[must_use]
    pub fn untold(&self) -> usize {
        self.bouts.iter().map(|bout| bout.untold).sum()
    }

    /// When it may be forgotten, seen from `now`: what was counted and not told waits for a sweep.
    #[must_use]
    pub fn until(&self, now: Timestamp, limits: Disputes) -> Timestamp {
        const UNTOLD: SignedDuration = SignedDuration::from_hours(14 * 24);
        let keep = if self.untold() > 0 { UNTOLD.max(limits.within) } else { limits.within };
        now.saturating_add(keep).unwrap_or(Timestamp::MAX)
    }

    /// The bout about `matter`, a new one if need be; none if there is no room for it.
    fn bout(&mut self, matter: &Matter, at: Timestamp) -> Option<&mut Bout> {
        let known = self.bouts.iter().position(|bout| bout.matter == *matter);
        let place = if let Some(place) = known {
            place
        } else {
            self.make_room()?;
            self.bouts.push(Bout::new(matter, at));
            self.bouts.len().saturating_sub(1)
        };
        self.bouts.get_mut(place)
    }

    /// Forgets the matter that has been quiet for the longest, if there are too many: none of which something was
    /// counted and not told.
    fn make_room(&mut self) -> Option<()> {
        if self.bouts.len() >= MOST_BOUTS {
            let told = self.bouts.iter().enumerate().filter(|(_, bout)| bout.untold == 0);
            let (oldest, _) = told.min_by_key(|(_, bout)| bout.last_at())?;
            self.bouts.swap_remove(oldest);
        }
        Some(())
    }
}

impl Bout {
    fn new(matter: &Matter, at: Timestamp) -> Self {
        Self {
            matter: matter.clone(),
            since: at,
            times: 0,
            callers: BTreeMap::new(),
            others: 0,
            untold: 0,
            told: None,
            last: Vec::new(),
        }
    }

    /// Counts `revert`, unless that was done before.
    fn hear(&mut self, revert: &Revert, limits: Disputes) {
        let Revert { at, event, by } = revert;
        if event.is_some() && self.last.iter().any(|time| time.event == *event) {
            return;
        }
        if self.last_at().is_some_and(|last| at.duration_since(last) > limits.within) {
            // It was quiet for so long that it begins anew; of what was not told, people are told all the same.
            *self = Self { untold: self.untold, ..Self::new(&self.matter, *at) };
        }
        self.times = self.times.saturating_add(1);
        self.untold = self.untold.saturating_add(1);
        self.count(by);
        if self.last.len() >= MOST_TIMES {
            self.last.remove(0);
        }
        self.last.push(Time { at: *at, event: event.clone() });
    }

    /// Takes in that people were told of it as `shown` has it.
    fn settle(&mut self, shown: &Dispute) {
        let Some(shown) = shown.bouts.iter().find(|it| it.matter == self.matter) else { return };
        self.untold = if self.since == shown.since {
            self.untold.min(self.times.saturating_sub(shown.times))
        } else {
            // It has begun anew since, with what was untold then.
            self.untold.saturating_sub(shown.untold)
        };
    }

    fn count(&mut self, by: &str) {
        let by: String = by.chars().take(LONGEST).collect();
        let known = self.callers.len();
        let count = match self.callers.get_mut(&by) {
            Some(count) => count,
            None if known < MOST_CALLERS => self.callers.entry(by).or_default(),
            None => &mut self.others,
        };
        *count = count.saturating_add(1);
    }

    /// How loud it is at the instant `now`.
    #[must_use]
    pub fn stage(&self, now: Timestamp, limits: Disputes) -> Stage {
        let is_recent = |at: Timestamp| now.duration_since(at) < limits.within;
        match self.told {
            Some(told) if is_recent(told) => Stage::Counted,
            Some(_) => Stage::Digest,
            None if self.last.iter().filter(|time| is_recent(time.at)).count() >= limits.after => {
                Stage::Escalated
            }
            None => Stage::Ordinary,
        }
    }

    /// When it was undone the last time.
    #[must_use]
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last.iter().map(|time| time.at).max()
    }
}

impl Matter {
    /// `what`, which is undone so.
    #[must_use]
    pub fn new(undone: Undone, what: &impl fmt::Display) -> Self {
        Self { undone, what: what.to_string().chars().take(LONGEST).collect() }
    }
}

#[cfg(test)]
mod tests;
