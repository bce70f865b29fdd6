//! A group and its rules, and how one rule is added, removed, edited or described. Looks nothing up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tierguard::change::{Modification, RuleKey};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupKey, RuleId};
use tierguard::permission::{GroupRef, Peer};

use crate::account::Key;
use crate::generated;
use crate::rules::{Held, Rules};

/// A group and its rules.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) group: Group,
    pub(crate) rules: Rules,
    /// What its file says of it beyond `group` and `rules`.
    pub(crate) extras: Map<String, Value>,
    /// Whether it was learned from an event that says little of it.
    pub(crate) learned: bool,
    /// Whether a record of it was cut and nothing else tells its rules.
    pub(crate) cut: bool,
}

/// Keys of what a file says of a rule that another edit than one of the description makes untrue.
const ARN: &str = "SecurityGroupRuleArn";
pub(crate) const REFERENCE: &str = "ReferencedGroupInfo";

impl Entry {
    /// A group of which nothing but `group` is known.
    pub(crate) fn new(group: Group) -> Self {
        Self { group, rules: Rules::default(), extras: Map::new(), learned: false, cut: false }
    }

    /// A group of which nothing but its key is known.
    pub(crate) fn learned((id, owner): Key) -> Self {
        let group = Group { id, owner, name: None, vpc: None, tags: BTreeMap::new() };
        Self { learned: true, ..Self::new(group) }
    }

    pub(crate) fn key(&self) -> Key {
        (self.group.id.clone(), self.group.owner.clone())
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|held| &held.rule)
    }

    /// Adds a rule, with an id if it has none. What has the same content, or another content under the same id, is out
    /// of date. `account` is the one to which a reference without an account refers, here and below.
    pub(crate) fn add(&mut self, rule: Rule, account: Option<&AccountId>) {
        let same = self.rules.same_as(&rule.permission, account);
        let known = rule.id.as_ref().filter(|id| same.contains(id)).or_else(|| same.first());
        match known.and_then(|id| self.rules.remove(id)) {
            Some(held) => self.push(held.known_as(rule)),
            None => self.push(rule.into()),
        }
    }

    /// Puts a rule beside the others, with an id if it has none, and in the place of the one that had its id.
    pub(crate) fn push(&mut self, held: Held) {
        let id = held.rule.id.clone().or_else(|| generated::rule_id(self, &held.rule.permission));
        if let Some(id) = id {
            self.rules.insert(id, held);
        }
    }

    /// Takes over what was learned of this group as if it was another one. Rules that it has already stay as they are.
    pub(crate) fn take_over(&mut self, other: &Self, account: Option<&AccountId>) {
        self.cut |= self.learned && other.cut;
        for rule in other.rules() {
            let mut rule = Rule { id: None, ..rule.clone() };
            if let Peer::Group(GroupRef { group, .. }) = &mut rule.permission.peer
                && group.id() == Some(&other.group.id)
            {
                *group = GroupKey::Id(self.group.id.clone());
            }
            if self.rules.same_as(&rule.permission, account).is_empty() {
                self.push(rule.into());
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &RuleKey, account: Option<&AccountId>) {
        for id in self.named(key, account) {
            self.rules.remove(&id);
        }
    }

    pub(crate) fn describe(&mut self, key: &RuleKey, text: Option<&str>, account: Option<&AccountId>) {
        for id in self.named(key, account) {
            self.rules.describe(&id, text);
        }
    }

    /// Edits a rule in place: it keeps its id and its direction.
    pub(crate) fn replace(&mut self, edit: Modification, account: Option<&AccountId>) {
        let Modification { id, content, description } = edit;
        let Some(mut held) = self.rules.remove(&id) else { return };
        let permission = content.towards(held.rule.permission.direction);
        if held.rule.permission != permission {
            held.extras.remove(REFERENCE);
        }
        // What had this content before is out of date.
        for same in self.rules.same_as(&permission, account) {
            self.rules.remove(&same);
        }
        held.rule = Rule { id: None, permission, description };
        self.rules.insert(id, held);
    }

    /// The peer that `edit` leaves as it is: a record names a referenced group by its id alone, and does not say that
    /// it belongs to another account.
    pub(crate) fn kept_peer(&self, edit: &Modification) -> Option<&Peer> {
        let present = &self.rules.get(&edit.id)?.rule.permission.peer;
        let (Peer::Group(GroupRef { owner: Some(_), group }), Peer::Group(told)) =
            (present, &edit.content.peer)
        else {
            return None;
        };
        (told.owner.is_none() && told.group == *group).then_some(present)
    }

    /// The ids of the rules that `key` names.
    fn named(&self, key: &RuleKey, account: Option<&AccountId>) -> BTreeSet<RuleId> {
        match key {
            RuleKey::Id(id) => [id.clone()].into(),
            RuleKey::Content(permission) => self.rules.same_as(permission, account),
        }
    }
}

impl Held {
    /// This rule with what an event says of it, whose content is the same.
    fn known_as(mut self, rule: Rule) -> Self {
        if rule.id.is_some() && rule.id != self.rule.id {
            self.rule.id = rule.id;
            self.extras.remove(ARN);
        }
        self.rule.description = rule.description;
        self
    }
}
