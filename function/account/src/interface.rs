//! The network interfaces of an account: how they are found, and what an attachment makes of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tierguard::change::{Attached, InterfaceKey};
use tierguard::id::{AccountId, GroupId, InstanceId, InterfaceId};
use tierguard::interface::{Interface, IsPrimary};

use crate::account::{Account, is_seen};
use crate::generated;

/// An interface, and what its file says of it beyond that.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeldInterface {
    pub(crate) interface: Interface,
    pub(crate) owner: Option<AccountId>,
    pub(crate) extras: Map<String, Value>,
}

impl Account {
    /// All network interfaces, by id.
    pub fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        self.interfaces.values().map(|held| &held.interface)
    }

    /// The interface that a request of `account` means by `key`.
    pub(crate) fn interface(
        &self,
        account: Option<&AccountId>,
        key: &InterfaceKey,
    ) -> Option<&HeldInterface> {
        let found = match key {
            InterfaceKey::Id(id) => self.interfaces.get(id),
            InterfaceKey::PrimaryOf(_) => self.interfaces.values().find(|held| held.interface.is(key)),
        };
        found.filter(|held| is_seen(held.owner.as_ref(), account))
    }

    /// The interfaces that carry `group`, as `account` sees them.
    pub(crate) fn interfaces_with(
        &self,
        account: Option<&AccountId>,
        group: &GroupId,
    ) -> impl Iterator<Item = &HeldInterface> {
        let seen = self.interfaces.values().filter(move |held| is_seen(held.owner.as_ref(), account));
        seen.filter(move |held| held.interface.groups.contains(group))
    }

    /// Gives an interface the groups that an event tells; one that is not here was made by that event, or before it.
    pub(crate) fn attach(&mut self, account: Option<&AccountId>, attached: &Attached) {
        let known = self.interface(account, &attached.interface).map(|held| held.interface.id.clone());
        match known.and_then(|id| self.interfaces.get_mut(&id)) {
            Some(held) => held.replace_groups(&attached.groups),
            None => self.add_interface(account, attached),
        }
    }

    fn add_interface(&mut self, account: Option<&AccountId>, attached: &Attached) {
        let Attached { interface, instance, vpc, groups } = attached;
        let (id, instance) = match interface {
            InterfaceKey::Id(id) => (Some(id.clone()), instance),
            InterfaceKey::PrimaryOf(of) => (generated::interface_id(of), &Some(of.clone())),
        };
        let Some(id) = id else { return };
        let is_primary = |instance: &InstanceId| self.is_first_of(account, instance);
        let interface = Interface {
            id: id.clone(),
            instance: instance.clone().map(|instance| (instance.clone(), is_primary(&instance))),
            vpc: vpc.clone(),
            groups: groups.clone(),
            told: BTreeSet::new(),
            managed_by: None,
        };
        let held = HeldInterface { interface, owner: account.cloned(), extras: Map::new() };
        self.interfaces.entry(id).or_insert(held);
    }

    /// Whether the next interface of `instance` is its primary one: a record of new instances tells that first.
    fn is_first_of(&self, account: Option<&AccountId>, instance: &InstanceId) -> IsPrimary {
        match self.interface(account, &InterfaceKey::PrimaryOf(instance.clone())) {
            None => IsPrimary::Yes,
            Some(_) => IsPrimary::No,
        }
    }
}

impl HeldInterface {
    /// Takes `groups` for its own. An interface has at least one: where a record tells none, it does not tell.
    pub(crate) fn replace_groups(&mut self, groups: &BTreeSet<GroupId>) {
        if !groups.is_empty() {
            self.interface.groups.clone_from(groups);
        }
    }

    pub(crate) fn id(&self) -> &InterfaceId {
        &self.interface.id
    }
}

#[cfg(test)]
mod tests;
