//! What is remembered from one event to the next: how each event was told, and what is undone again and again.
//!
//! It decides how loud the guard is, and holds what could not be told yet, and nothing else: no verdict and no call
//! depends on it. Where it is lost, every revert is told by a message of its own again. Knows nothing of where records
//! are kept; that is the port [`Remember`].

mod notebook;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::{Future, ready};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use notebook::Notebook;

use crate::dispute::Dispute;
use crate::id::{AccountId, EventId, Region};
use crate::notice::Notice;

/// Keeps records. What an implementation does not do itself is not remembered.
pub trait Remember {
    /// What is remembered under each of `keys` at the instant `now`. A record that was written before is seen.
    ///
    /// # Errors
    /// When nothing can be read.
    fn recall(
        &self,
        keys: &BTreeSet<Key>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recalled, MemoryError>> + Send {
        let _ = (keys, now);
        ready(Ok(Recalled::default()))
    }

    /// Writes `note`, if nobody has written under its key since it was recalled.
    ///
    /// # Errors
    /// When somebody has, or it could not be written.
    fn keep(&self, note: &Note) -> impl Future<Output = Result<(), KeepError>> + Send {
        let _ = note;
        ready(Ok(()))
    }

    /// All records in which something waits to be told.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn untold(&self, now: Timestamp) -> impl Future<Output = Result<Recalled, MemoryError>> + Send {
        let _ = now;
        ready(Ok(Recalled::default()))
    }
}

/// What a record is kept under: of visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<str>);

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// How an event was told.
    Telling(Telling),
    /// What is undone again and again in one place.
    Dispute(Dispute),
    /// Notices that the topic may not have taken.
    Unsent(Vec<Notice>),
}

/// How an event was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// The word of its verdict.
    pub verdict: String,
    /// The word for how things stood.
    pub door: String,
}

/// How often a record was written; of one that never was, 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// What is remembered, by its key. A key that is not there was never written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalled(BTreeMap<Key, (Version, Option<Record>)>);

/// A record that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Under what.
    pub key: Key,
    /// What.
    pub record: Record,
    /// The version that it takes the place of.
    pub seen: Version,
    /// When it may be forgotten.
    pub until: Timestamp,
}

/// The memory failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call} failed: {message}")]
pub struct MemoryError {
    /// The call.
    pub call: &'static str,
    /// What came back.
    pub message: String,
}

/// A note that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeepError {
    /// Somebody else has written under its key since.
    #[error("somebody else has written it since")]
    Overtaken,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] MemoryError),
}

impl Key {
    /// The key of an event.
    #[must_use]
    pub fn event(id: &EventId) -> Self {
        Self(format!("event/{id}").into())
    }

    /// The key of what is disputed about `subject`: a group, a prefix list or an interface, by its id.
    #[must_use]
    pub fn dispute(account: Option<&AccountId>, region: Option<&Region>, subject: &str) -> Self {
        let account = account.map_or("", AccountId::as_str);
        let region = region.map_or("", Region::as_str);
        Self(format!("dispute/{account}/{region}/{subject}").into())
    }

    /// What stands last in it: of a dispute its subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// A key that was written before.
    #[must_use]
    pub fn written(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Record {
    /// How many reverts it counts, or notices it holds, of which nobody was told.
    #[must_use]
    pub fn untold(&self) -> usize {
        match self {
            Self::Telling(_) => 0,
            Self::Dispute(dispute) => dispute.untold(),
            Self::Unsent(notices) => notices.len(),
        }
    }
}

impl Version {
    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Recalled {
    /// Adds what is under `key`: a record that nobody can read any more counts as none.
    pub fn insert(&mut self, key: Key, version: Version, record: Option<Record>) {
        self.0.insert(key, (version, record));
    }

    /// The version of what is under `key`.
    #[must_use]
    pub fn version(&self, key: &Key) -> Version {
        self.0.get(key).map(|(version, _)| *version).unwrap_or_default()
    }

    /// How the event was told that `key` stands for.
    #[must_use]
    pub fn telling(&self, key: &Key) -> Option<&Telling> {
        match self.0.get(key)? {
            (_, Some(Record::Telling(telling))) => Some(telling),
            (_, Some(Record::Dispute(_) | Record::Unsent(_)) | None) => None,
        }
    }

    /// The dispute that `key` stands for.
    #[must_use]
    pub fn dispute(&self, key: &Key) -> Option<&Dispute> {
        match self.0.get(key)? {
            (_, Some(Record::Dispute(dispute))) => Some(dispute),
            (_, Some(Record::Telling(_) | Record::Unsent(_)) | None) => None,
        }
    }

    /// All disputes, in the order of their keys.
    pub fn disputes(&self) -> impl Iterator<Item = (&Key, &Dispute)> {
        self.0.iter().filter_map(|(key, (_, record))| match record {
            Some(Record::Dispute(dispute)) => Some((key, dispute)),
            Some(Record::Telling(_) | Record::Unsent(_)) | None => None,
        })
    }

    /// The notices under `key` that may not have been told.
    #[must_use]
    pub fn unsent(&self, key: &Key) -> &[Notice] {
        match self.0.get(key) {
            Some((_, Some(Record::Unsent(notices)))) => notices,
            Some((_, Some(Record::Telling(_) | Record::Dispute(_)) | None)) | None => &[],
        }
    }

    /// The same without the notice `told`, wherever it is.
    #[must_use]
    pub(crate) fn without(&self, told: Option<&Notice>) -> Self {
        let mut others = self.clone();
        for (_, record) in others.0.values_mut() {
            if let Some(Record::Unsent(notices)) = record {
                notices.retain(|notice| Some(notice) != told);
            }
        }
        others
    }

    /// All notices that may not have been told, in the order of their keys.
    pub fn outboxes(&self) -> impl Iterator<Item = (&Key, &[Notice])> {
        self.0.iter().filter_map(|(key, (_, record))| match record {
            Some(Record::Unsent(notices)) => Some((key, notices.as_slice())),
            Some(Record::Telling(_) | Record::Dispute(_)) | None => None,
        })
    }
}
