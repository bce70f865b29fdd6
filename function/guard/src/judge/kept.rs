//! What of a forbidden rule is to stay: the part of it that every scope of its group allows.

use super::bench::{Bench, traffic_with};
use super::stance::{Side, Stance};
use super::verdict::Keep;
use crate::facts::{Facts, Subject};
use crate::group::Rule;
use crate::look::LookUpError;
use crate::network::AddressSet;
use crate::permission::Peer;
use crate::policy::{Allow, AllowLists, Deny, Limits, PeerSet, Policy, Scope};
use crate::reach::{Allowed, Grant};
use crate::traffic::TrafficSet;

/// More rules than this no group has room for: the quota of a direction.
const MOST: usize = 60;

/// What is unknown is not allowed: only what certainly is may be put in the place of a rule.
const STANCE: Stance = Stance::Severe;

/// What of `rule` every one of `scopes` allows, and what could not be looked up of what that depends on.
pub(super) fn of(
    policy: &Policy,
    facts: &Facts,
    subject: &Subject,
    scopes: &[Scope<'_>],
    rule: &Rule,
) -> (Keep, Option<LookUpError>) {
    let benches = || scopes.iter().map(|scope| Bench { policy, facts, subject, scope, rule });
    let parts = benches().flat_map(|bench| bench.parts());
    let keep = match parts.reduce(|one, other| one.and(&other)).map(|allowed| allowed.rules(MOST)) {
        Some(Ok(rules)) if !rules.is_empty() => Keep::Parts(rules),
        Some(Ok(_)) | None => Keep::Nothing,
        Some(Err(_)) => Keep::TooMany,
    };
    (keep, benches().find_map(|bench| bench.failed_look_up()))
}

impl Bench<'_> {
    /// The parts of the rule of which only what is in all may stay; none where the scope does not govern its direction.
    fn parts(&self) -> Vec<Allowed> {
        match self.scope {
            Scope::Tier(tier) => self.in_allow_lists(&tier.allows),
            Scope::Elsewhere(elsewhere) => match &elsewhere.limits {
                Limits::Allow(lists) => self.in_allow_lists(lists),
                Limits::Deny(denies) => {
                    let direction = self.rule.permission.direction;
                    let denies = denies.iter().filter(|deny| deny.direction == direction);
                    denies.map(|deny| self.beside(deny)).collect()
                }
            },
        }
    }

    fn in_allow_lists(&self, lists: &AllowLists) -> Vec<Allowed> {
        let Some(allows) = lists.towards(self.rule.permission.direction) else { return Vec::new() };
        let allows: Vec<_> = allows.iter().chain(self.exempt()).collect();
        vec![self.within(&allows)]
    }

    /// What `allows` have of the rule.
    fn within(&self, allows: &[&Allow]) -> Allowed {
        let rule = &self.rule.permission;
        match &rule.peer {
            Peer::Network(network) => Allowed::of_network(rule, *network, &self.grants(allows, STANCE)),
            Peer::Group(_) => Allowed::of_peer(rule, &self.traffic_named(allows)),
            Peer::PrefixList(list) => {
                let by_id = traffic_with(allows, |peers| peers.lists.contains(list));
                match self.facts.entries(list) {
                    Ok(entries) => Allowed::of_entries(rule, entries, &self.grants(allows, STANCE), &by_id),
                    Err(_) => Allowed::of_peer(rule, &by_id),
                }
            }
        }
    }

    /// What `deny` leaves of the rule.
    fn beside(&self, deny: &Deny) -> Allowed {
        let rule = &self.rule.permission;
        let exempt: Vec<_> = self.exempt().collect();
        let denied = || {
            let addresses = self.denied_addresses(deny, STANCE);
            less(Grant { traffic: deny.traffic.clone(), addresses }, &self.grants(&exempt, STANCE))
        };
        let is_hit = !self.denied(deny, &[], STANCE).is_empty();
        let with_peer = |but: &TrafficSet| {
            if is_hit { deny.traffic.difference(but) } else { TrafficSet::default() }
        };
        match &rule.peer {
            Peer::Network(network) => Allowed::outside_network(rule, *network, &denied()),
            Peer::Group(_) => Allowed::outside_peer(rule, &with_peer(&self.traffic_named(&exempt))),
            Peer::PrefixList(list) => {
                let by_id = traffic_with(&exempt, |peers| peers.lists.contains(list));
                match self.facts.entries(list) {
                    Ok(entries) if !deny.peers.is_list(list) => {
                        Allowed::outside_entries(rule, entries, &denied(), &with_peer(&by_id))
                    }
                    Ok(_) | Err(_) => Allowed::outside_peer(rule, &with_peer(&by_id)),
                }
            }
        }
    }

    /// The traffic that `allows` allow with the group that the rule refers to.
    fn traffic_named(&self, allows: &[&Allow]) -> TrafficSet {
        let Peer::Group(reference) = &self.rule.permission.peer else { return TrafficSet::default() };
        let is_meant = |peers: &PeerSet| self.names(peers, reference, STANCE.assumes(Side::Allowed));
        traffic_with(allows, is_meant)
    }
}

/// `denied` but what is `exempt`.
fn less(denied: Grant, exempt: &[Grant]) -> Vec<Grant> {
    let cut = |Grant { traffic, addresses }: Grant, exempt: &Grant| {
        let beside = Grant { traffic: traffic.difference(&exempt.traffic), addresses: addresses.clone() };
        let within = Grant {
            traffic: traffic.intersection(&exempt.traffic),
            addresses: addresses.difference(&exempt.addresses),
        };
        let is_left = |grant: &Grant| !grant.traffic.is_empty() && grant.addresses != AddressSet::empty();
        [beside, within].into_iter().filter(is_left)
    };
    exempt.iter().fold(vec![denied], |left, exempt| left.into_iter().flat_map(|it| cut(it, exempt)).collect())
}
