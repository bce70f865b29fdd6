//! Changes of the entries of a managed prefix list: `ModifyManagedPrefixList` and `RestoreManagedPrefixListVersion`.

use std::fmt;

use crate::id::PrefixListId;
use crate::network::Network;

/// A change of a prefix list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange {
    /// The list.
    pub list: PrefixListId,
    /// The version that was changed, as the call gave it; the change made the next one.
    pub before: Option<ListVersion>,
    /// What was done.
    pub edit: ListEdit,
}

/// What was done to a prefix list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListEdit {
    /// Entries were added and removed.
    Entries {
        /// Added.
        added: Vec<Network>,
        /// Removed.
        removed: Vec<Network>,
    },
    /// The entries of an earlier version were put back.
    Restore {
        /// That version.
        version: ListVersion,
    },
    /// `CloudTrail` cut the record: the live list has to say.
    Cut,
}

/// A version of a prefix list, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListVersion(pub i64);

impl ListChange {
    /// The version that the change made.
    #[must_use]
    pub fn after(&self) -> Option<ListVersion> {
        self.before.and_then(ListVersion::next)
    }
}

impl ListVersion {
    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for ListVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
