//! The rules of one group, found by id and by content. Decides nothing about what is out of date: that is for
//! [`crate::entry::Entry`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tierguard::group::Rule;
use tierguard::id::{AccountId, RuleId};
use tierguard::permission::{GroupRef, Peer, Permission};

/// The rules of one group, each under its id and in the order of ids, so that groups with the same rules are equal. A
/// file may repeat a content, which EC2 never does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rules {
    held: BTreeMap<RuleId, Held>,
    /// The ids of what is held, by content. No set is empty.
    ids: BTreeMap<Permission, BTreeSet<RuleId>>,
}

/// A rule, and what its file says of it beyond that.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) rule: Rule,
    pub(crate) extras: Map<String, Value>,
}

impl Rules {
    /// All of them, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.held.values()
    }

    pub(crate) fn get(&self, id: &RuleId) -> Option<&Held> {
        self.held.get(id)
    }

    /// How many have this content to the letter.
    pub(crate) fn count(&self, permission: &Permission) -> usize {
        self.ids.get(permission).map_or(0, BTreeSet::len)
    }

    /// The ids of the rules that are `permission` in a group of `account`, to which a reference without an account
    /// refers.
    pub(crate) fn same_as(&self, permission: &Permission, account: Option<&AccountId>) -> BTreeSet<RuleId> {
        let spellings = spellings(permission, account);
        spellings.iter().filter_map(|spelling| self.ids.get(spelling)).flatten().cloned().collect()
    }

    /// Puts a rule under `id`, in the place of the one that had it.
    pub(crate) fn insert(&mut self, id: RuleId, mut held: Held) {
        self.remove(&id);
        held.rule.id = Some(id.clone());
        self.ids.entry(held.rule.permission.clone()).or_default().insert(id.clone());
        self.held.insert(id, held);
    }

    pub(crate) fn remove(&mut self, id: &RuleId) -> Option<Held> {
        let held = self.held.remove(id)?;
        if let Some(ids) = self.ids.get_mut(&held.rule.permission) {
            ids.remove(id);
            if ids.is_empty() {
                self.ids.remove(&held.rule.permission);
            }
        }
        Some(held)
    }

    pub(crate) fn describe(&mut self, id: &RuleId, text: Option<&str>) {
        if let Some(held) = self.held.get_mut(id) {
            held.rule.description = text.map(str::to_owned);
        }
    }
}

impl From<Rule> for Held {
    fn from(rule: Rule) -> Self {
        Self { rule, extras: Map::new() }
    }
}

/// The ways in which a rule of a group of `account` may say `permission`: a reference to a group of that account may
/// leave out the account.
fn spellings(permission: &Permission, account: Option<&AccountId>) -> Vec<Permission> {
    let Permission { direction, traffic, peer } = permission;
    match peer {
        Peer::Group(GroupRef { owner, group }) => {
            let owner = owner.as_ref().or(account);
            let owners = [Some(owner), (owner == account).then_some(None)].into_iter().flatten();
            let peers = owners.map(|owner| GroupRef { owner: owner.cloned(), group: group.clone() });
            peers
                .map(|peer| Permission { direction: *direction, traffic: *traffic, peer: Peer::Group(peer) })
                .collect()
        }
        Peer::Network(_) | Peer::PrefixList(_) => vec![permission.clone()],
    }
}

#[cfg(test)]
mod tests;
