//! What is known of an account when a policy is drafted for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::group::{Group, Rule};
use crate::id::{GroupId, PrefixListId};
use crate::network::AddressSet;

/// The groups of an account, and what else its file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estate {
    /// All groups with their rules, in the order of their ids.
    pub holdings: Vec<Holding>,
    /// The prefix lists that are known.
    pub lists: BTreeMap<PrefixListId, KnownList>,
    /// The groups that are on a network interface; `None` where nothing is known of interfaces.
    pub used: Option<BTreeSet<GroupId>>,
}

/// A group, and all of its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The group.
    pub group: Group,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A prefix list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownList {
    /// Its name, where it is known.
    pub name: Option<String>,
    /// Its entries, where they are known.
    pub entries: Option<AddressSet>,
}

/// The key of a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagKey(Box<str>);

impl TagKey {
    /// Takes `text` as it stands; keys are compared letter by letter, as EC2 does.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The key as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Estate {
    /// Whether some group has a tag of this key with a value.
    #[must_use]
    pub fn has_tag(&self, key: &TagKey) -> bool {
        self.groups().any(|group| group.tags.get(key.as_str()).is_some_and(|value| !value.is_empty()))
    }

    /// The keys of all tags, those of the most groups first.
    #[must_use]
    pub fn tag_keys(&self) -> Vec<TagKey> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for key in self.groups().flat_map(|group| group.tags.keys()) {
            let count = counts.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        let mut keys: Vec<_> = counts.into_iter().collect();
        keys.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        keys.into_iter().map(|(key, _)| TagKey::new(key)).collect()
    }

    /// All groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.holdings.iter().map(|holding| &holding.group)
    }

    /// The group of this id, whoever owns it: so a reference is looked up.
    pub(super) fn group(&self, id: &GroupId) -> Option<&Group> {
        let place = self.holdings.binary_search_by(|holding| holding.group.id.cmp(id)).ok()?;
        self.holdings.get(place).map(|holding| &holding.group)
    }
}
