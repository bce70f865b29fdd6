//! Which groups are one tier, and how a policy finds them: by a tag, by their names, or by their ids. Looks at no rules.
//!
//! No group comes into two tiers: a group in several must satisfy all of them, which is nothing to guess.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::comment::label;
use super::estate::{Estate, TagKey};
use super::naming::Naming;
use super::stem::Stem;
use super::tag;
use crate::group::Group;
use crate::id::{GroupId, GroupName};
use crate::policy::{NamePattern, Selector, is_literal};

/// Groups that were found to be one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bin {
    pub(super) name: String,
    pub(super) selector: Selector,
    pub(super) members: BTreeSet<GroupId>,
    pub(super) why: Why,
}

/// Why groups were taken for one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// They have this value of a tag.
    Tag {
        /// Its key.
        key: TagKey,
        /// Its value.
        value: String,
    },
    /// They are called so.
    Name {
        /// The name.
        name: String,
    },
    /// Their names have this in common.
    Names {
        /// What they have in common.
        stem: String,
    },
    /// Their names have this in common, but names that do are not theirs alone.
    Ids {
        /// What they have in common.
        stem: String,
    },
}

/// Tiers in the making.
struct Sorter<'e> {
    estate: &'e Estate,
    /// Groups that are to be in no tier.
    kept_out: &'e BTreeSet<GroupId>,
    sorted: BTreeSet<GroupId>,
    naming: Naming,
    bins: Vec<Bin>,
}

/// The name of the group that every VPC has, and that nobody should use.
const DEFAULT: &str = "default";
/// The longest key or value of a tag that is written: YAML takes no longer keys, and AWS neither.
const LONGEST_TAG: usize = 256;
/// The most names that are listed one by one.
const MOST_NAMES: usize = 8;

/// All tiers of `estate` but those of groups that are `kept_out`, and the names that are given to them. Only `tag`
/// counts, if one is named, before the names.
pub(super) fn sort(
    estate: &Estate,
    tag: Option<&TagKey>,
    kept_out: &BTreeSet<GroupId>,
) -> (Vec<Bin>, Naming) {
    let mut sorter =
        Sorter { estate, kept_out, sorted: BTreeSet::new(), naming: Naming::default(), bins: Vec::new() };
    let keys = tag.map_or_else(|| tag::candidates(estate), |key| vec![key.clone()]);
    for key in &keys {
        sorter.sort_by_tag(key);
    }
    sorter.sort_by_name();
    (sorter.bins, sorter.naming)
}

impl<'e> Sorter<'e> {
    fn sort_by_tag(&mut self, key: &TagKey) {
        let mut values: BTreeMap<&str, BTreeSet<GroupId>> = BTreeMap::new();
        for group in self.unsorted() {
            if let Some(value) = group.tags.get(key.as_str()).filter(|value| !value.is_empty()) {
                values.entry(value).or_default().insert(group.id.clone());
            }
        }
        for (value, members) in values {
            let tags = [(key.as_str().to_owned(), value.to_owned())].into();
            let selector = Selector { tags, ..Selector::default() };
            let is_short = key.as_str().len() <= LONGEST_TAG && value.len() <= LONGEST_TAG;
            if is_short && self.is_exact(&selector, &members) {
                let why = Why::Tag { key: key.clone(), value: value.to_owned() };
                let first =
                    members.first().and_then(|id| self.estate.group(id)).map(label).unwrap_or_default();
                self.push(&[value, &first], selector, members, why);
            }
        }
    }

    fn sort_by_name(&mut self) {
        let mut stems: BTreeMap<Stem, Vec<&Group>> = BTreeMap::new();
        for group in self.unsorted() {
            let name = group.name.as_ref().map_or("", |name| name.as_str());
            if !matches!(name, "" | DEFAULT) {
                stems.entry(Stem::of(name)).or_default().push(group);
            }
        }
        for (stem, groups) in stems {
            self.sort_named(&stem, &groups);
        }
    }

    /// Makes `groups`, which share `stem`, a tier, if a selector is for them and for no other group.
    fn sort_named(&mut self, stem: &Stem, groups: &[&Group]) {
        let mut names: Vec<_> =
            groups.iter().filter_map(|group| group.name.as_ref()).map(GroupName::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let members: BTreeSet<_> = groups.iter().map(|group| group.id.clone()).collect();
        let text = stem.as_str().to_owned();
        let listed = names.iter().map(|name| NamePattern((*name).into())).collect::<Vec<_>>();
        let by_names = [stem.patterns(&names), listed].into_iter().filter(|names| names.len() <= MOST_NAMES);
        let by_names = by_names.map(|names| Selector { names: Some(names), ..Selector::default() });
        let wanted: Vec<&str> = match names.as_slice() {
            [only] => vec![only, &text],
            several => [&[text.as_str()], several].concat(),
        };
        let exact = by_names.into_iter().find(|selector| self.is_exact(selector, &members));
        if let Some(selector) = exact {
            let why = match names.as_slice() {
                [only] => Why::Name { name: (*only).to_owned() },
                _ => Why::Names { stem: text.clone() },
            };
            self.push(&wanted, selector, members, why);
        } else if members.iter().all(|id| is_literal(id.as_str())) {
            let selector = Selector { ids: Some(members.clone()), ..Selector::default() };
            self.push(&wanted, selector, members, Why::Ids { stem: text.clone() });
        }
    }

    fn push(&mut self, wanted: &[&str], selector: Selector, members: BTreeSet<GroupId>, why: Why) {
        if members.is_disjoint(self.kept_out) {
            self.sorted.extend(members.iter().cloned());
            let name = self.naming.give(wanted, "tier");
            self.bins.push(Bin { name, selector, members, why });
        }
    }

    /// Whether a policy can write `selector`, and means `members` by it and no other group.
    fn is_exact(&self, selector: &Selector, members: &BTreeSet<GroupId>) -> bool {
        let names = selector.names.iter().flatten();
        let can_be_written = names.into_iter().all(|name| !name.as_str().starts_with("sg-"));
        let meant = self.estate.groups().filter(|group| selector.matches(group));
        can_be_written && meant.map(|group| &group.id).eq(members)
    }

    fn unsorted(&self) -> Vec<&'e Group> {
        self.estate.groups().filter(|group| !self.sorted.contains(&group.id)).collect()
    }
}

impl Why {
    /// What the groups have in common.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Tag { key: _, value } => value.clone(),
            Self::Name { name } => Stem::of(name).as_str().to_owned(),
            Self::Names { stem } | Self::Ids { stem } => stem.clone(),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag { key, value } => write!(f, "the tag `{}` is `{value}`", key.as_str()),
            Self::Name { name } => write!(f, "the name is `{name}`"),
            Self::Names { stem } => write!(f, "the names have `{stem}` in common"),
            Self::Ids { stem } => {
                write!(
                    f,
                    "the names have `{stem}` in common, as those of other groups have, so they are told by id"
                )
            }
        }
    }
}
