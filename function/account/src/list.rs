//! A managed prefix list, its versions, and what a change or a call makes of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tierguard::change::{ListChange, ListEdit, ListVersion};
use tierguard::id::AccountId;
use tierguard::network::{AddressSet, Network};

/// A prefix list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    pub(crate) owner: ListOwner,
    /// Its version now, where its file or an event tells.
    pub(crate) version: Option<ListVersion>,
    /// `MaxEntries`.
    pub(crate) max_entries: Option<u32>,
    /// Its entries now; `None` once `CloudTrail` has cut a record of it.
    pub(crate) entries: Option<Entries>,
    /// The entries of earlier versions, as far as they are known.
    pub(crate) earlier: BTreeMap<ListVersion, Entries>,
    /// What its file says of it beyond entries and versions.
    pub(crate) extras: Map<String, Value>,
}

/// Whose a prefix list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListOwner {
    /// AWS manages it: it has no versions, and nobody else can change it.
    Aws,
    /// This account.
    Account(AccountId),
    /// The file does not say: any account may take it for its own.
    Unknown,
}

/// The entries of one version, in the order of their file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entries(Vec<Listed>);

/// One entry, and all that its file says of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listed {
    pub(crate) network: Network,
    pub(crate) fields: Map<String, Value>,
}

impl List {
    /// The version that it has now: a list begins with 1.
    pub(crate) fn version(&self) -> ListVersion {
        self.version.unwrap_or(ListVersion(1))
    }

    /// The entries that it had in `version`.
    pub(crate) fn entries_at(&self, version: ListVersion) -> Option<&Entries> {
        if version == self.version() { self.entries.as_ref() } else { self.earlier.get(&version) }
    }

    /// How many entries a rule that names it counts for; 1 where nothing is known of it.
    pub(crate) fn size(&self) -> u32 {
        let count = || u32::try_from(self.entries.as_ref()?.0.len()).ok();
        self.max_entries.or_else(count).unwrap_or(1)
    }

    /// Makes a successful change of it, in the version that the event tells.
    pub(crate) fn apply(&mut self, change: &ListChange) {
        let before = change.before.unwrap_or_else(|| self.version());
        let entries = match &change.edit {
            ListEdit::Entries { added, removed } => {
                self.entries.as_ref().map(|entries| entries.edited(added, removed))
            }
            ListEdit::Restore { version } => self.entries_at(*version).cloned(),
            ListEdit::Cut => None,
        };
        // The guard's own change was made when it was made: its record brings nothing new.
        let is_made = before.next() == Some(self.version()) && entries.is_some() && entries == self.entries;
        if !is_made {
            self.turn(before, entries);
        }
    }

    /// Takes `entries` in the version after `before`, which is the one that it has now.
    pub(crate) fn turn(&mut self, before: ListVersion, entries: Option<Entries>) {
        let former = std::mem::replace(&mut self.entries, entries);
        // What is told of later versions is out of date.
        self.earlier.retain(|version, _| *version < before);
        self.earlier.extend(former.map(|former| (before, former)));
        self.version = before.next();
    }
}

impl ListOwner {
    /// Whose it is for `account`, which takes what is nobody's for its own; `None` for AWS.
    pub(crate) fn seen_from(&self, account: Option<&AccountId>) -> Option<AccountId> {
        match self {
            Self::Aws => None,
            Self::Account(owner) => Some(owner.clone()),
            Self::Unknown => account.cloned(),
        }
    }

    /// Whether `caller` may change it.
    pub(crate) fn lets_change(&self, caller: Option<&AccountId>) -> bool {
        match (self, caller) {
            (Self::Aws, _) => false,
            (Self::Account(owner), Some(caller)) => owner == caller,
            (Self::Account(_), None) | (Self::Unknown, _) => true,
        }
    }
}

impl Entries {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter()
    }

    pub(crate) fn addresses(&self) -> AddressSet {
        self.0.iter().map(|entry| entry.network).collect()
    }

    /// These entries without those that were `removed`, and with those that were `added`.
    fn edited(&self, added: &[Network], removed: &[Network]) -> Self {
        let stays = |entry: &&Listed| !removed.contains(&entry.network) || added.contains(&entry.network);
        let mut entries: Vec<_> = self.0.iter().filter(stays).cloned().collect();
        for network in added {
            if entries.iter().all(|entry| entry.network != *network) {
                entries.push(Listed::from(*network));
            }
        }
        Self(entries)
    }
}

impl FromIterator<Listed> for Entries {
    fn from_iter<I: IntoIterator<Item = Listed>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl From<Network> for Listed {
    fn from(network: Network) -> Self {
        Self { network, fields: [("Cidr".to_owned(), json!(network.to_string()))].into_iter().collect() }
    }
}

#[cfg(test)]
mod tests;
