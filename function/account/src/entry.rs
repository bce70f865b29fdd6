//! A group and its rules, and how one rule is added, removed, edited or described. Looks nothing up.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tierguard::change::{Modification, RuleKey};
use tierguard::group::{Group, Rule};
use tierguard::id::AccountId;
use tierguard::permission::{GroupRef, Peer, Permission};

use crate::account::Key;
use crate::generated;

/// A group and its rules.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) group: Group,
    pub(crate) rules: Vec<Held>,
    /// What its file says of it beyond `group` and `rules`.
    pub(crate) extras: Map<String, Value>,
    /// Whether it was learned from an event that says little of it.
    pub(crate) learned: bool,
    /// Whether a record of it was cut and nothing else tells its rules.
    pub(crate) cut: bool,
}

/// A rule, and what its file says of it beyond that.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) rule: Rule,
    pub(crate) extras: Map<String, Value>,
}

/// Keys of what a file says of a rule that another edit than one of the description makes untrue.
const ARN: &str = "SecurityGroupRuleArn";
pub(crate) const REFERENCE: &str = "ReferencedGroupInfo";

impl Entry {
    /// A group of which nothing but `group` is known.
    pub(crate) fn new(group: Group) -> Self {
        Self { group, rules: Vec::new(), extras: Map::new(), learned: false, cut: false }
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
        let is_same = |held: &Held| is_same(&held.rule.permission, &rule.permission, account);
        self.rules.retain(|held| is_same(held) || rule.id.is_none() || held.rule.id != rule.id);
        match self.rules.iter_mut().find(|held| is_same(held)) {
            Some(held) => held.become_known_as(rule),
            None => self.push(rule.into()),
        }
        self.sort();
    }

    /// Puts a rule beside the others, with an id if it has none.
    pub(crate) fn push(&mut self, Held { rule, extras }: Held) {
        let id = rule.id.clone().or_else(|| generated::rule_id(self, &rule.permission));
        self.rules.push(Held { rule: Rule { id, ..rule }, extras });
    }

    /// Rules are kept in the order of their ids, so that accounts with the same rules are equal.
    pub(crate) fn sort(&mut self) {
        self.rules.sort_by(|one, other| one.rule.cmp(&other.rule));
    }

    pub(crate) fn remove(&mut self, key: &RuleKey, account: Option<&AccountId>) {
        self.rules.retain(|held| !held.is_named(key, account));
    }

    pub(crate) fn describe(&mut self, key: &RuleKey, text: Option<&str>, account: Option<&AccountId>) {
        for held in self.rules.iter_mut().filter(|held| held.is_named(key, account)) {
            held.rule.description = text.map(str::to_owned);
        }
        self.sort();
    }

    /// Edits a rule in place: it keeps its id and its direction.
    pub(crate) fn replace(&mut self, edit: Modification, account: Option<&AccountId>) {
        let Modification { id, content, description } = edit;
        let Some(found) = self.rules().find(|rule| rule.id.as_ref() == Some(&id)) else { return };
        let permission = content.towards(found.permission.direction);
        // What had this content before is out of date.
        self.rules.retain(|held| {
            held.rule.id.as_ref() == Some(&id) || !is_same(&held.rule.permission, &permission, account)
        });
        for held in self.rules.iter_mut().filter(|held| held.rule.id.as_ref() == Some(&id)) {
            if held.rule.permission != permission {
                held.extras.remove(REFERENCE);
            }
            held.rule.permission = permission.clone();
            held.rule.description.clone_from(&description);
        }
        self.sort();
    }
}

impl Held {
    fn is_named(&self, key: &RuleKey, account: Option<&AccountId>) -> bool {
        match key {
            RuleKey::Id(id) => self.rule.id.as_ref() == Some(id),
            RuleKey::Content(permission) => is_same(&self.rule.permission, permission, account),
        }
    }

    /// Takes over what an event says of this rule, whose content is the same.
    fn become_known_as(&mut self, rule: Rule) {
        if rule.id.is_some() && rule.id != self.rule.id {
            self.rule.id = rule.id;
            self.extras.remove(ARN);
        }
        self.rule.description = rule.description;
    }
}

impl From<Rule> for Held {
    fn from(rule: Rule) -> Self {
        Self { rule, extras: Map::new() }
    }
}

/// Whether two permissions are the same rule in a group of `account`, to which a reference without an account refers.
pub(crate) fn is_same(one: &Permission, other: &Permission, account: Option<&AccountId>) -> bool {
    match (&one.peer, &other.peer) {
        (Peer::Group(one_group), Peer::Group(other_group)) => {
            let owner = |reference: &GroupRef| reference.owner.clone().or_else(|| account.cloned());
            (one.direction, one.traffic) == (other.direction, other.traffic)
                && one_group.group == other_group.group
                && owner(one_group) == owner(other_group)
        }
        (Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_), _) => one == other,
    }
}
