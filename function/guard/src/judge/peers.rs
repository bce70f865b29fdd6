//! What the peers of a rule and of the policy stand for, as far as that is known.

use super::bench::Bench;
use super::stance::{Side, Stance};
use crate::facts::{Owner, Referenced};
use crate::id::{AccountId, PrefixListId};
use crate::look::LookUpError;
use crate::network::AddressSet;
use crate::permission::{GroupRef, Peer};
use crate::policy::{Allow, PeerSet};
use crate::reach::Grant;

impl Bench<'_> {
    /// What `allows` allows with addresses.
    pub(super) fn grants(&self, allows: &[&Allow], stance: Stance) -> Vec<Grant> {
        let grant = |allow: &&Allow| Grant {
            traffic: allow.traffic.clone(),
            addresses: self.addresses(&allow.peers, stance.assumes(Side::Allowed)),
        };
        allows.iter().map(grant).collect()
    }

    /// The addresses of `peers`, the live entries of prefix lists included.
    pub(super) fn addresses(&self, peers: &PeerSet, unknown: bool) -> AddressSet {
        let entries = peers.entries_of.iter().map(|list| self.entries(list, unknown));
        entries.chain([peers.addresses.clone()]).collect()
    }

    /// The live entries of `list`; if they are not known, everything or nothing.
    pub(super) fn entries(&self, list: &PrefixListId, unknown: bool) -> AddressSet {
        match self.facts.entries(list) {
            Ok(entries) => entries.clone(),
            Err(_) if unknown => AddressSet::everything(),
            Err(_) => AddressSet::empty(),
        }
    }

    /// Whether `reference` is one of `peers`: by account and id, as a group of a tier, or as the group itself;
    /// `unknown` if that depends on what could not be looked up.
    pub(super) fn names(&self, peers: &PeerSet, reference: &GroupRef, unknown: bool) -> bool {
        let Ok(Referenced { owner, id, group }) = self.facts.referenced(self.subject, reference) else {
            return self.may_name(peers, reference, unknown);
        };
        let is_listed = |owner: Option<&AccountId>| {
            id.is_some_and(|id| peers.groups.contains(&(owner.cloned(), id.clone())))
        };
        let by_id = match owner {
            Owner::Ours => {
                let is_itself = peers.itself && id == Some(&self.subject.group.id);
                is_itself
                    || is_listed(None)
                    || is_listed(reference.owner.as_ref())
                    || self.facts.account().is_some_and(|account| is_listed(Some(account)))
            }
            Owner::Theirs(account) => is_listed(Some(account)),
            Owner::Unknown => false,
        };
        let in_tier = |group| self.policy.tiers_of(group).any(|tier| peers.tiers.contains(&tier.name));
        by_id || group.is_some_and(in_tier)
    }

    /// The same of a `reference` to a group that could not be looked up. If it says the id and that the group is ours, only
    /// the tiers of the group are `unknown`.
    fn may_name(&self, peers: &PeerSet, reference: &GroupRef, unknown: bool) -> bool {
        let PeerSet { tiers, groups, itself, .. } = peers;
        match (&reference.owner, reference.group.id()) {
            (Some(owner), Some(id)) if self.facts.account() == Some(owner) => {
                let is_listed = |owner| groups.contains(&(owner, id.clone()));
                is_listed(None) || is_listed(Some(owner.clone())) || (unknown && !tiers.is_empty())
            }
            _ => unknown && (*itself || !tiers.is_empty() || !groups.is_empty()),
        }
    }

    /// A look-up that failed, of those that this rule depends on in this scope; one that may succeed the next time,
    /// if there is one.
    pub(super) fn failed_look_up(&self) -> Option<LookUpError> {
        let rule = &self.rule.permission;
        let (list, group) = match &rule.peer {
            Peer::PrefixList(list) => (Some(list), None),
            Peer::Group(reference) => (None, self.facts.referenced(self.subject, reference).err()),
            Peer::Network(_) => (None, None),
        };
        let exempt = self.exemptions().flat_map(|exemption| &exemption.allow.peers.entries_of);
        let lists = list.into_iter().chain(self.scope.lists_towards(rule.direction)).chain(exempt);
        let errors = lists.filter_map(|list| self.facts.entries(list).err()).chain(group);
        errors.max_by_key(|error| error.retryable)
    }
}
