//! `CreateTags` and `DeleteTags`, whose one call may name resources of any type: only groups are read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::call::TagCall;
use super::loose::{List, Named, Text};
use super::part::{self, Parts, REQUEST};
use super::{Malformed, Unreadable};
use crate::change::{TagChange, TagEdit};
use crate::id::GroupId;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    #[serde(alias = "ResourcesSet", alias = "resourceId", alias = "ResourceId")]
    #[serde(alias = "resources", alias = "Resources")]
    resources_set: List<Named>,
    #[serde(alias = "TagSet", alias = "tag", alias = "Tag", alias = "tags", alias = "Tags")]
    tag_set: List<Tag>,
}

/// A tag as a request gives it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tag {
    #[serde(alias = "Key")]
    key: Option<Text>,
    #[serde(alias = "Value")]
    value: Option<Text>,
}

/// What the call did to tags of groups; `None` if it named no group.
pub(super) fn change(call: TagCall, parts: Parts<'_>) -> Result<Option<TagChange>, Unreadable> {
    // Of a list that was cut, what is left says nothing.
    if parts.is_cut() {
        return Err(Unreadable::Truncated);
    }
    let request: Request = parts.request()?;
    if request.resources_set.0.is_empty() {
        return Err(parts.missing(REQUEST, "resourcesSet"));
    }
    let groups = request.groups()?;
    if groups.is_empty() {
        return Ok(None);
    }
    let edit = match call {
        TagCall::Create => TagEdit::Set(request.set(parts)?),
        TagCall::Delete => TagEdit::Removed(request.removed()?),
    };
    Ok(Some(TagChange { groups, edit }))
}

impl Request {
    fn groups(&self) -> Result<BTreeSet<GroupId>, Malformed> {
        let ids = self.resources_set.0.iter().filter_map(Named::as_str);
        let groups = ids.filter(|id| id.starts_with("sg-")).map(GroupId::new);
        part::id(groups.collect(), REQUEST)
    }

    fn set(&self, parts: Parts<'_>) -> Result<BTreeMap<String, String>, Unreadable> {
        if self.tag_set.0.is_empty() {
            return Err(parts.missing(REQUEST, "tagSet"));
        }
        let tags = self.tag_set.0.iter().map(Tag::read);
        let tags = tags.map(|tag| tag.map(|(key, value)| (key, value.unwrap_or_default())));
        Ok(tags.collect::<Result<_, _>>()?)
    }

    fn removed(&self) -> Result<BTreeMap<String, Option<String>>, Malformed> {
        let mut removed = BTreeMap::new();
        for tag in &self.tag_set.0 {
            let (key, value) = tag.read()?;
            // Of one key with two values, either may have been there.
            let either = removed.get(&key).is_some_and(|before| *before != value);
            removed.insert(key, value.filter(|_| !either));
        }
        Ok(removed)
    }
}

impl Tag {
    /// Its key and its value, if it has one.
    pub(super) fn read(&self) -> Result<(String, Option<String>), Malformed> {
        let Self { key, value } = self;
        let Text(key) = key.as_ref().ok_or(Malformed::Missing { part: REQUEST, field: "key" })?;
        Ok((key.clone(), value.as_ref().map(|Text(value)| value.clone())))
    }
}
