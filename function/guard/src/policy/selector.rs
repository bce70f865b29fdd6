//! Which groups a tier or an exemption is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::group::Group;
use crate::id::{AccountId, GroupId, GroupKey, GroupName};

/// Which groups are meant. What is given must all match; within `ids` and `names`, one must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// Group ids.
    pub ids: Option<BTreeSet<GroupId>>,
    /// Group names.
    pub names: Option<Vec<NamePattern>>,
    /// Tags, each with its exact value.
    pub tags: BTreeMap<String, String>,
}

/// A group name in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(pub(crate) Box<str>);

/// How long the name of a group is at most, in characters. (EC2 API reference, `CreateSecurityGroup`.)
const LONGEST: usize = 255;

impl Selector {
    /// Whether it names the group of `key`, whatever else is known of it, by its id or its name alone.
    #[must_use]
    pub fn names(&self, key: &GroupKey) -> bool {
        let Self { ids, names, tags } = self;
        match (key, ids, names) {
            (GroupKey::Id(id), Some(ids), None) => tags.is_empty() && ids.contains(id),
            (GroupKey::Name(name), None, Some(names)) => {
                tags.is_empty() && names.iter().any(|pattern| pattern.matches(name.as_str()))
            }
            (GroupKey::Id(_) | GroupKey::Name(_), _, _) => false,
        }
    }

    /// Whether it is for groups whose names it does not tell in full.
    pub(crate) fn has_patterns(&self) -> bool {
        let has_star = |NamePattern(pattern): &NamePattern| pattern.contains('*');
        self.ids.is_none() && self.names.iter().flatten().any(has_star)
    }

    /// Whether a group can be thought of that is one of these and one of `other`.
    pub(crate) fn may_meet(&self, other: &Self) -> bool {
        let ids =
            self.ids.as_ref().zip(other.ids.as_ref()).is_none_or(|(one, other)| !one.is_disjoint(other));
        let names = self.names.as_ref().zip(other.names.as_ref()).is_none_or(|(ours, theirs)| {
            ours.iter().any(|one| theirs.iter().any(|other| one.may_meet(other)))
        });
        let conflict = |(key, value): (&String, &String)| other.tags.get(key).is_some_and(|is| is != value);
        ids && names && !self.tags.iter().any(conflict)
    }

    /// Groups of them, one for each id that is given, or for each pattern of a name. `made_up` gives the ids of those of
    /// which none is given.
    pub(crate) fn examples(
        &self,
        mut made_up: impl FnMut() -> Option<GroupId>,
        owner: Option<&AccountId>,
    ) -> Vec<Group> {
        let Self { ids, names, tags } = self;
        // Every group has a name, and some policies are about all names.
        let any = [NamePattern("tierguard-*".into())];
        let patterns = names.as_deref().unwrap_or(&any);
        let group = |(id, NamePattern(pattern)): (GroupId, &NamePattern)| Group {
            id,
            owner: owner.cloned(),
            name: Some(GroupName::new(&pattern.replace('*', "example"))),
            vpc: None,
            tags: tags.clone(),
        };
        match ids {
            Some(ids) => ids.iter().cloned().zip(patterns.iter().cycle()).map(group).collect(),
            None => patterns.iter().filter_map(|pattern| Some((made_up()?, pattern))).map(group).collect(),
        }
    }

    /// Whether every group that has a name is one of them.
    #[must_use]
    pub(crate) fn is_everything(&self) -> bool {
        let Self { ids, names, tags } = self;
        let is_any = |pattern: &NamePattern| !pattern.0.is_empty() && pattern.0.chars().all(|c| c == '*');
        ids.is_none() && tags.is_empty() && names.iter().flatten().any(is_any)
    }

    /// Whether `group` is one of them.
    #[must_use]
    pub fn matches(&self, group: &Group) -> bool {
        let Self { ids, names, tags } = self;
        let has_name = |names: &Vec<NamePattern>| {
            group.name.as_ref().is_some_and(|name| names.iter().any(|pattern| pattern.matches(name.as_str())))
        };
        ids.as_ref().is_none_or(|ids| ids.contains(&group.id))
            && names.as_ref().is_none_or(has_name)
            && tags.iter().all(|(key, value)| group.tags.get(key) == Some(value))
    }
}

impl NamePattern {
    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is a name that both patterns stand for.
    ///
    /// Of patterns longer than names can be, that is assumed. From the ends of both to their beginnings: each row is about one end of this pattern, and says of each end of `other`
    /// whether one text is of both.
    pub(crate) fn may_meet(&self, other: &Self) -> bool {
        if self.0.len().max(other.0.len()) > LONGEST {
            return true;
        }
        let ends = |pattern: &Self| [None].into_iter().chain(pattern.0.chars().rev().map(Some)).collect();
        let (ours, theirs): (Vec<_>, Vec<_>) = (ends(self), ends(other));
        let nothing = vec![false; theirs.len()];
        let last = ours.iter().fold(nothing, |row, ours| {
            let (mut is_shorter, mut are_shorter) = (false, false);
            let pairs = theirs.iter().zip(row);
            let meets = pairs.map(|(theirs, with_ours_shorter)| {
                is_shorter = match (ours, theirs) {
                    (None, None) => true,
                    (Some('*'), Some(_)) | (Some(_), Some('*')) => with_ours_shorter || is_shorter,
                    (Some('*'), None) => with_ours_shorter,
                    (None, Some('*')) => is_shorter,
                    (Some(one), Some(other)) => one == other && are_shorter,
                    (Some(_), None) | (None, Some(_)) => false,
                };
                are_shorter = with_ours_shorter;
                is_shorter
            });
            meets.collect()
        });
        last.last().is_some_and(|meets| *meets)
    }

    /// Whether `name` is one that the pattern stands for; `*` stands for any text, also none.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|start| name.strip_prefix(start)) else { return false };
        let mut last = None;
        for part in parts {
            // The part before this one is between two stars: take it where it first occurs.
            if let Some(middle) = last.replace(part) {
                match rest.split_once(middle) {
                    Some((_, after)) => rest = after,
                    None => return false,
                }
            }
        }
        last.map_or(rest.is_empty(), |end| rest.ends_with(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, is_match) in [
            ("web", "web", true),
            ("web", "web-1", false),
            ("web", "we", false),
            ("web-*", "web-", true),
            ("web-*", "web-a/b:c", true),
            ("web-*", "web", false),
            ("*-web", "eu-web", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*a", "aba", true),
            ("a*b*c", "axbxbxc", true),
            ("a*b*c", "acb", false),
            ("Web", "web", false),
        ] {
            assert_eq!(NamePattern(pattern.into()).matches(name), is_match, "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_meet_if_one_name_is_of_both() {
        for (one, other, meet) in [
            ("web", "web", true),
            ("web", "db", false),
            ("", "", true),
            ("", "*", true),
            ("", "a", false),
            ("*", "anything", true),
            ("web-*", "web-shop", true),
            ("web-*", "web", false),
            ("web-*", "*-admin", true),
            ("web-*", "db-*", false),
            ("*-web", "*-db", false),
            ("a*b", "*a*", true),
            ("a*b", "ab", true),
            ("a*b", "b*a", false),
            ("a*b*c", "axc", false),
            ("a**", "*b", true),
            // No name is that long: it is not looked at.
            (&"a".repeat(256), "b", true),
            (&"a".repeat(255), "b", false),
        ] {
            let [one, other] = [one, other].map(|pattern| NamePattern(pattern.into()));
            assert_eq!(one.may_meet(&other), meet, "{one:?} {other:?}");
            assert_eq!(other.may_meet(&one), meet, "{other:?} {one:?}");
        }
    }

    #[test]
    fn examples_are_of_them() {
        let id = |id| GroupId::new(id).unwrap();
        for (selector, count) in [
            (Selector { ids: Some([id("sg-0b"), id("sg-0c")].into()), ..Selector::default() }, 2),
            (Selector { names: Some(vec![NamePattern("*-w*b-*".into())]), ..Selector::default() }, 1),
            (
                Selector {
                    names: Some(["a*", "b"].map(|name| NamePattern(name.into())).into()),
                    ..Selector::default()
                },
                2,
            ),
            (Selector { tags: [("tier".to_owned(), "web".to_owned())].into(), ..Selector::default() }, 1),
        ] {
            let examples = selector.examples(|| GroupId::new("sg-0a").ok(), None);
            assert_eq!(examples.len(), count, "{selector:?}");
            assert!(examples.iter().all(|group| selector.matches(group)), "{selector:?}");
        }
    }

    #[test]
    fn everything_that_is_given_must_match() {
        let group = Group {
            id: GroupId::new("sg-0a").unwrap(),
            owner: None,
            name: Some(GroupName::new("web-1")),
            vpc: None,
            tags: [("tier".to_owned(), "web".to_owned())].into(),
        };
        let nameless = Group { name: None, ..group.clone() };
        let ids = |id| Some([GroupId::new(id).unwrap()].into());
        let names = |name: &str| Some(vec![NamePattern("other".into()), NamePattern(name.into())]);
        let tags = |value: &str| [("tier".to_owned(), value.to_owned())].into();
        for (selector, is_match, without_name) in [
            (Selector { ids: ids("sg-0a"), ..Selector::default() }, true, true),
            (Selector { ids: ids("sg-0b"), ..Selector::default() }, false, false),
            (Selector { names: names("web-*"), ..Selector::default() }, true, false),
            (Selector { tags: tags("web"), ..Selector::default() }, true, true),
            (Selector { tags: tags("Web"), ..Selector::default() }, false, false),
            (Selector { ids: ids("sg-0a"), names: names("web-*"), tags: tags("web") }, true, false),
            (Selector { ids: ids("sg-0a"), names: names("web-*"), tags: tags("db") }, false, false),
        ] {
            assert_eq!(selector.matches(&group), is_match, "{selector:?}");
            assert_eq!(selector.matches(&nameless), without_name, "{selector:?}");
        }
    }
}
