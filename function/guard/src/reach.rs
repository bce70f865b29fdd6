//! The heart: what a rule opens beyond what is allowed, exactly.
//!
//! A rule's reach is a box, traffic × peer. What a tier allows is a union of such boxes. The rule is allowed when the
//! union covers the box, whichever way it is cut into pieces; what is left over is the rule's *excess*, and what is not
//! left over its [`Allowed`] part.
//!
//! Knows nothing of policies, tiers or accounts: prefix lists and group references are resolved before they come here.

mod allowed;
mod cover;
mod region;

use std::fmt;

use crate::network::{AddressSet, Network};
use crate::permission::{Direction, Peer, Permission};
use crate::reach::region::{Block, Region};
use crate::traffic::{Traffic, TrafficSet};

pub use crate::reach::allowed::{Allowed, TooMany};

/// One thing that is allowed: any of this traffic, with any of these addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The traffic.
    pub traffic: TrafficSet,
    /// The addresses.
    pub addresses: AddressSet,
}

/// More terms than this are not worth the work of telling them in fewer: nobody reads them all.
const MOST_TERMS: usize = 60;

/// What is left of a rule's reach once everything allowed is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excess(Vec<ExcessTerm>);

/// One part of an excess, as a person reads it: `81-442/tcp from 0.0.0.0/0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcessTerm {
    direction: Direction,
    traffic: Traffic,
    traffic_except: Vec<Traffic>,
    peer: Peer,
    peer_except: Vec<Network>,
}

impl Excess {
    /// Whether nothing is left: the rule is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its parts, in the order of traffic and then of addresses.
    #[must_use]
    pub fn terms(&self) -> &[ExcessTerm] {
        &self.0
    }

    /// All of `rule`: what of it is forbidden where none of it may be.
    #[must_use]
    pub fn whole(rule: &Permission) -> Self {
        Self(vec![ExcessTerm::new(rule, rule.traffic, Vec::new())])
    }

    /// What `rule`, whose peer is `network`, opens beyond `grants`.
    #[must_use]
    pub fn of_network(rule: &Permission, network: Network, grants: &[Grant]) -> Self {
        let left = uncovered(rule.traffic, &network.into(), grants);
        let terms =
            left.rows().flat_map(|(traffic, addresses)| network_terms(rule, network, traffic, addresses));
        let terms: Vec<_> = terms.collect();
        let mut terms = fewer_terms(rule, &left, terms.len()).unwrap_or(terms);
        terms.sort_by_key(|term| (term.traffic.interval(), term.peer.clone()));
        Self(terms)
    }

    /// What `rule`, whose peer stands for `entries`, opens beyond `grants`: the traffic that is not allowed with all
    /// of the entries, with the rule's own peer.
    #[must_use]
    pub fn of_entries(rule: &Permission, entries: &AddressSet, grants: &[Grant]) -> Self {
        let left = uncovered(rule.traffic, entries, grants);
        Self(traffic_terms(rule, &left.traffic()))
    }

    /// What `rule` opens beyond `allowed`, the traffic that is allowed with the rule's own peer.
    #[must_use]
    pub fn of_peer(rule: &Permission, allowed: &TrafficSet) -> Self {
        Self(traffic_terms(rule, &TrafficSet::from(rule.traffic.interval()).difference(allowed)))
    }

    /// The part of `rule`'s traffic that is in `denied`, with the rule's own peer.
    #[must_use]
    pub fn of_denied(rule: &Permission, denied: &TrafficSet) -> Self {
        let hit = TrafficSet::from(rule.traffic.interval()).intersection(denied);
        let terms = Traffic::terms(&hit);
        Self(terms.into_iter().map(|traffic| ExcessTerm::new(rule, traffic, Vec::new())).collect())
    }
}

/// `traffic` × `addresses` less every grant. All traffic is one thing in EC2: it is left whole, with every address that
/// is not allowed all of it.
fn uncovered(traffic: Traffic, addresses: &AddressSet, grants: &[Grant]) -> Region {
    let left = Region::outside(traffic, addresses, grants);
    if traffic == Traffic::All {
        let addresses = left.rows().map(|(_, addresses)| addresses.clone()).collect();
        return [(traffic.interval().into(), addresses)].into_iter().collect();
    }
    left
}

impl ExcessTerm {
    fn new(rule: &Permission, traffic: Traffic, traffic_except: Vec<Traffic>) -> Self {
        let Permission { direction, traffic: _, peer } = rule;
        Self { direction: *direction, traffic, traffic_except, peer: peer.clone(), peer_except: Vec::new() }
    }
}

/// `left`, a part of the rule's traffic, with the rule's own peer.
///
/// All traffic is one thing in EC2: whatever is taken from it, what is left is reported as `all`. Where listing would
/// take more terms than exceptions (a type out of all ICMP), the exceptions are listed.
fn traffic_terms(rule: &Permission, left: &TrafficSet) -> Vec<ExcessTerm> {
    if left.is_empty() {
        return Vec::new();
    }
    if rule.traffic == Traffic::All {
        return vec![ExcessTerm::new(rule, Traffic::All, Vec::new())];
    }
    let listed = Traffic::terms(left);
    let except = Traffic::terms(&TrafficSet::from(rule.traffic.interval()).difference(left));
    let has_ports = matches!(rule.traffic, Traffic::Tcp(_) | Traffic::Udp(_));
    if has_ports || listed.len() <= except.len().saturating_add(1) {
        listed.into_iter().map(|traffic| ExcessTerm::new(rule, traffic, Vec::new())).collect()
    } else {
        vec![ExcessTerm::new(rule, rule.traffic, except)]
    }
}

/// `traffic` with `left`, a part of `network`: one term a network, or the whole less its exceptions where that is
/// shorter.
fn network_terms(
    rule: &Permission,
    network: Network,
    traffic: &TrafficSet,
    left: &AddressSet,
) -> Vec<ExcessTerm> {
    let listed = left.networks();
    let except = AddressSet::from(network).difference(left).networks();
    let peers = if listed.len() <= except.len().max(1) {
        listed.into_iter().map(|part| (part, Vec::new())).collect()
    } else {
        vec![(network, except)]
    };
    let terms = traffic_terms(rule, traffic);
    let with = |term: &ExcessTerm, (part, except): &(Network, Vec<Network>)| ExcessTerm {
        peer: Peer::Network(*part),
        peer_except: except.clone(),
        ..term.clone()
    };
    terms.iter().flat_map(|term| peers.iter().map(move |peer| with(term, peer))).collect()
}

/// `left` in fewer terms than `listed`, where terms that overlap do better than one row after the other: of 80-82 from
/// a network, with 80 and 82 allowed from its half, 80-82 from the other half and 81 from the whole.
fn fewer_terms(rule: &Permission, left: &Region, listed: usize) -> Option<Vec<ExcessTerm>> {
    if left.rows().count() < 2 {
        return None;
    }
    let blocks = left.blocks(&TrafficSet::empty(), listed.saturating_sub(1).min(MOST_TERMS))?;
    let term = |Block { traffic, network }| ExcessTerm {
        peer: Peer::Network(network),
        ..ExcessTerm::new(rule, traffic, Vec::new())
    };
    Some(blocks.into_iter().map(term).collect())
}

impl fmt::Display for ExcessTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.traffic)?;
        except(f, &self.traffic_except)?;
        write!(f, " {} {}", self.direction.preposition(), self.peer)?;
        except(f, &self.peer_except)
    }
}

fn except(f: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display]) -> fmt::Result {
    parts.iter().enumerate().try_for_each(|(n, part)| {
        let before = if n == 0 { " except " } else { ", " };
        write!(f, "{before}{part}")
    })
}
