//! Entries of an allow-list that allow nothing which the others do not allow already.

use crate::network::{AddressSet, Network};
use crate::permission::{Direction, Peer, Permission};
use crate::policy::{Allow, PeerSet, TierName};
use crate::reach::{Excess, Grant};
use crate::traffic::{Traffic, TrafficSet};

/// The places of the entries of `allows`, a list of `tier` or of `elsewhere`, that could go without a change of what is
/// allowed, all of them together; each with the words of the one entry that covers it, where one does. Of two that are
/// the same, the later. One that is required says more than what is allowed.
pub(super) fn entries(
    tier: Option<&TierName>,
    allows: &[Allow],
    direction: Direction,
) -> Vec<(usize, Option<String>)> {
    let mut left: Vec<_> = allows.iter().enumerate().collect();
    let mut covered = Vec::new();
    for (n, allow) in allows.iter().enumerate().rev().filter(|(_, allow)| !allow.required) {
        let others: Vec<_> = left.iter().filter(|(m, _)| *m != n).map(|(_, other)| *other).collect();
        let list = List { tier, direction };
        if list.covers(&others, allow) {
            let one = others.iter().find(|other| list.covers(&[other], allow));
            covered.push((n, one.map(|other| other.words.clone())));
            left.retain(|(m, _)| *m != n);
        }
    }
    covered.reverse();
    covered
}

/// Where entries stand.
#[derive(Clone, Copy)]
struct List<'a> {
    tier: Option<&'a TierName>,
    direction: Direction,
}

impl List<'_> {
    /// Whether `others` allow all that `allow` allows.
    fn covers(self, others: &[&Allow], allow: &Allow) -> bool {
        let PeerSet { addresses, tiers, groups, lists, entries_of, itself } = &allow.peers;
        let with = |is_meant: &dyn Fn(&PeerSet) -> bool| {
            let traffic: TrafficSet = others
                .iter()
                .filter(|other| is_meant(&other.peers))
                .flat_map(|other| other.traffic.iter())
                .collect();
            allow.traffic.difference(&traffic).is_empty()
        };
        self.covers_addresses(others, &allow.traffic, addresses)
            && tiers.iter().all(|tier| with(&|peers| peers.tiers.contains(tier)))
            && groups.iter().all(|group| with(&|peers| peers.groups.contains(group)))
            && entries_of.iter().all(|list| with(&|peers| peers.entries_of.contains(list)))
            && lists.difference(entries_of).all(|list| with(&|peers| peers.lists.contains(list)))
            && (!itself
                || with(&|peers| peers.itself || self.tier.is_some_and(|it| peers.tiers.contains(it))))
    }

    fn covers_addresses(self, others: &[&Allow], traffic: &TrafficSet, addresses: &AddressSet) -> bool {
        if addresses.is_empty() {
            return true;
        }
        let grant = |other: &&Allow| Grant {
            traffic: other.traffic.clone(),
            addresses: other.peers.addresses.clone(),
        };
        let grants: Vec<_> = others.iter().map(grant).collect();
        let is_covered = |traffic: Traffic| {
            // The peer is only what the rest would be named by.
            let peer = Peer::Network(Network::ALL_IPV4);
            let rule = Permission { direction: self.direction, traffic, peer };
            Excess::of_entries(&rule, addresses, &grants).is_empty()
        };
        Traffic::terms(traffic).into_iter().all(is_covered)
    }
}
