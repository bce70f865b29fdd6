//! Changes of the tags of groups: `CreateTags` and `DeleteTags`.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::GroupId;

/// A change of tags. One call may name resources of any type; only groups are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChange {
    /// The groups; never empty.
    pub groups: BTreeSet<GroupId>,
    /// What was done to the tags of each.
    pub edit: TagEdit,
}

/// What was done to tags. No record tells what they said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagEdit {
    /// These were set, by key.
    Set(BTreeMap<String, String>),
    /// These were removed: with a value, only where a tag had it; none at all stands for every tag.
    Removed(BTreeMap<String, Option<String>>),
}

impl TagChange {
    /// Whether it may have changed a tag under one of `keys`.
    #[must_use]
    pub fn touches(&self, keys: &BTreeSet<&str>) -> bool {
        match &self.edit {
            TagEdit::Set(tags) => tags.keys().any(|key| keys.contains(key.as_str())),
            TagEdit::Removed(tags) if tags.is_empty() => !keys.is_empty(),
            TagEdit::Removed(tags) => tags.keys().any(|key| keys.contains(key.as_str())),
        }
    }
}
