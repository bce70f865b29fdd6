//! Where the guard remembers what it told: in a table that all its processes share, or else each process for itself.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tierguard::Remember;
use tierguard::memory::{KeepError, Key, MemoryError, Note, Notebook, Recalled};

use crate::table::Table;

/// The memory.
#[derive(Debug)]
pub enum Memory {
    /// What this process has told, as long as it lives.
    Own(Mutex<Notebook>),
    /// What all of them have told.
    Shared(Table),
}

impl Memory {
    /// A memory in `table`, or in this process if there is none.
    #[must_use]
    pub fn of(table: Option<Table>) -> Self {
        table.map_or_else(|| Self::Own(Mutex::default()), Self::Shared)
    }
}

impl Remember for Memory {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        match self {
            Self::Own(notebook) => Ok(locked(notebook).recall(keys, now)),
            Self::Shared(table) => table.recall(keys, now).await,
        }
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        match self {
            Self::Own(notebook) => locked(notebook).keep(note),
            Self::Shared(table) => table.keep(note).await,
        }
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        match self {
            Self::Own(notebook) => Ok(locked(notebook).untold(now)),
            Self::Shared(table) => table.untold(now).await,
        }
    }
}

/// A panic elsewhere leaves the notebook whole: a note is written in one piece.
fn locked(notebook: &Mutex<Notebook>) -> MutexGuard<'_, Notebook> {
    notebook.lock().unwrap_or_else(PoisonError::into_inner)
}
