//! The allowed part of a rule, and the fewest rules that say it.

use thiserror::Error;

use crate::network::{AddressSet, Network};
use crate::permission::{Peer, Permission};
use crate::reach::Grant;
use crate::reach::region::{Region, whole_terms};
use crate::traffic::{Traffic, TrafficSet};

/// What of one rule is allowed: a part of its traffic with its own peer, and parts of its traffic with parts of its
/// peer's addresses. Never more than the rule reaches.
///
/// ```
/// use tierguard::network::{AddressSet, Network};
/// use tierguard::permission::{Direction, Peer, Permission};
/// use tierguard::reach::{Allowed, Grant};
/// use tierguard::traffic::Traffic;
///
/// let grant = |traffic: &str| Grant {
///     traffic: traffic.parse::<Traffic>().unwrap().interval().into(),
///     addresses: AddressSet::everything(),
/// };
/// let network = Network::ALL_IPV4;
/// let rule = Permission { direction: Direction::Ingress, traffic: Traffic::All, peer: Peer::Network(network) };
///
/// let allowed = Allowed::of_network(&rule, network, &[grant("80/tcp"), grant("443/tcp")]);
/// let rules = allowed.rules(60).unwrap();
/// let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
/// assert_eq!(rules, ["80/tcp from 0.0.0.0/0", "443/tcp from 0.0.0.0/0"]);
///
/// let error = allowed.rules(1).unwrap_err();
/// assert_eq!(error.to_string(), "what is allowed of the rule takes more rules than there is room for, which is 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    rule: Permission,
    with_peer: TrafficSet,
    with_addresses: Region,
}

/// The allowed part of a rule was not found to fit into so few rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("what is allowed of the rule takes more rules than there is room for, which is {most}")]
pub struct TooMany {
    /// How many rules there was room for.
    pub most: usize,
}

impl Allowed {
    /// The part of `rule`, whose peer is `network`, that is in `grants`.
    #[must_use]
    pub fn of_network(rule: &Permission, network: Network, grants: &[Grant]) -> Self {
        let with_addresses = Region::within(rule.traffic, &network.into(), grants);
        Self { rule: rule.clone(), with_peer: TrafficSet::empty(), with_addresses }
    }

    /// The part of `rule` that is in `allowed`, the traffic that is allowed with the rule's own peer.
    #[must_use]
    pub fn of_peer(rule: &Permission, allowed: &TrafficSet) -> Self {
        let with_peer = TrafficSet::from(rule.traffic.interval()).intersection(allowed);
        Self { rule: rule.clone(), with_peer, with_addresses: Region::default() }
    }

    /// The part of `rule`, whose peer stands for `entries`, that is allowed: with the rule's own peer the traffic of
    /// `by_id` and that of `grants` with all of the entries, other traffic with those of the entries' addresses that
    /// `grants` has.
    ///
    /// The entries have to be known: of a guess, addresses would be let in that the rule never did.
    #[must_use]
    pub fn of_entries(rule: &Permission, entries: &AddressSet, grants: &[Grant], by_id: &TrafficSet) -> Self {
        let whole = TrafficSet::from(rule.traffic.interval());
        let partly = Region::outside(rule.traffic, entries, grants).traffic();
        Self {
            rule: rule.clone(),
            with_peer: whole.difference(&partly.difference(by_id)),
            with_addresses: Region::within(rule.traffic, entries, grants),
        }
    }

    /// The part of `rule`, whose peer is `network`, that is in none of `denied`.
    #[must_use]
    pub fn outside_network(rule: &Permission, network: Network, denied: &[Grant]) -> Self {
        let with_addresses = Region::outside(rule.traffic, &network.into(), denied);
        Self { rule: rule.clone(), with_peer: TrafficSet::empty(), with_addresses }
    }

    /// The part of `rule` that is not in `denied`, the traffic that is denied with the rule's own peer.
    #[must_use]
    pub fn outside_peer(rule: &Permission, denied: &TrafficSet) -> Self {
        let with_peer = TrafficSet::from(rule.traffic.interval()).difference(denied);
        Self { rule: rule.clone(), with_peer, with_addresses: Region::default() }
    }

    /// The part of `rule`, whose peer stands for `entries`, that is not denied: with the rule's own peer all traffic
    /// but `with_peer`, which is denied with it for whatever reason; that traffic with those of the entries' addresses
    /// that are in none of `denied`.
    ///
    /// The entries have to be known, as for [`Self::of_entries`].
    #[must_use]
    pub fn outside_entries(
        rule: &Permission,
        entries: &AddressSet,
        denied: &[Grant],
        with_peer: &TrafficSet,
    ) -> Self {
        let with_addresses = Region::outside(rule.traffic, entries, denied);
        Self { with_addresses, ..Self::outside_peer(rule, with_peer) }
    }

    /// What is in both: `other` is a part of the same rule.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            rule: self.rule.clone(),
            with_peer: self.with_peer.intersection(&other.with_peer),
            with_addresses: self.with_addresses.and(&other.with_addresses),
        }
    }

    /// The fewest rules that let through exactly this part, in the order of traffic and then of peers: none where
    /// nothing is allowed, the rule itself where all of it is. They may overlap. All traffic is split into protocols
    /// only for addresses with which not all of it is allowed.
    ///
    /// The fewest are found by a search with a limit of work: past it, for dozens of rules that overlap in many ways,
    /// the answer is exact all the same, but may take more rules than it could. A prefix list is kept wherever it can
    /// be: these are the fewest rules of the list, and the fewest of networks for what those leave. Time and memory
    /// have a bound that `most` sets, whatever the rule and the grants.
    ///
    /// # Errors
    /// When it does not fit into `most` rules; past the limit of work also when they were not found. No rules say a part
    /// of a protocol without ports, so that such a part, which no policy can write, fits into none.
    pub fn rules(&self, most: usize) -> Result<Vec<Permission>, TooMany> {
        let with_peer = whole_terms(&self.with_peer);
        let done: TrafficSet = with_peer.iter().map(|traffic| traffic.interval()).collect();
        let room = most.checked_sub(with_peer.len()).filter(|_| done == self.with_peer);
        let blocks = room.and_then(|room| self.with_addresses.blocks(&done, room));
        let blocks = blocks.ok_or(TooMany { most })?;
        let by_peer = with_peer.into_iter().map(|traffic| self.part(traffic, self.rule.peer.clone()));
        let by_network =
            blocks.into_iter().map(|block| self.part(block.traffic, Peer::Network(block.network)));
        let mut rules: Vec<_> = by_peer.chain(by_network).collect();
        rules.sort_by_cached_key(|rule| (rule.traffic.interval(), rule.peer.clone()));
        Ok(rules)
    }

    fn part(&self, traffic: Traffic, peer: Peer) -> Permission {
        Permission { direction: self.rule.direction, traffic, peer }
    }
}
