//! How many rules a group has room for: 60 in a direction, IPv4 and IPv6 counted apart, where nobody has asked AWS for
//! more. Source: Amazon VPC quotas, "Inbound or outbound rules per security group".

use std::collections::BTreeMap;

use super::Making;
use crate::facts::Facts;
use crate::group::Rule;
use crate::id::GroupId;
use crate::permission::{Direction, Peer, Permission};

/// The most rules of one family in one direction.
const MOST: u32 = 60;

/// What the groups of some facts hold, and what is to be added to them.
pub(super) struct Quota<'a> {
    facts: &'a Facts,
    held: BTreeMap<GroupId, Vec<Permission>>,
}

/// Rules counted by family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    ipv4: u32,
    ipv6: u32,
}

impl<'a> Quota<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let held = facts.subjects.iter().map(|subject| {
            let live = subject.live.iter().flatten().flatten();
            (subject.group.id.clone(), live.map(|rule| rule.permission.clone()).collect())
        });
        Self { facts, held: held.collect() }
    }

    /// Whether `group` holds `permission` already.
    pub(super) fn has(&self, group: &GroupId, permission: &Permission) -> bool {
        self.held.get(group).is_some_and(|held| held.contains(permission))
    }

    /// Takes room for `rules` in `group`: for all of them, or for none.
    pub(super) fn take(&mut self, group: &GroupId, rules: &[Rule]) -> Making {
        let held = self.held.get(group).map(Vec::as_slice).unwrap_or_default();
        let added = || rules.iter().map(|rule| &rule.permission);
        let fits = Direction::BOTH.into_iter().all(|direction| {
            let towards = |permission: &&Permission| permission.direction == direction;
            let Count { ipv4, ipv6 } =
                held.iter().chain(added()).filter(towards).map(|it| self.count(it)).sum();
            added().all(|permission| permission.direction != direction) || ipv4.max(ipv6) <= MOST
        });
        if !fits {
            return Making::NoRoom;
        }
        self.held.entry(group.clone()).or_default().extend(rules.iter().map(|rule| rule.permission.clone()));
        Making::Make
    }

    /// What one rule counts: a group reference one in each family, a prefix list its greatest size in each. A list whose
    /// size is not known counts one; if that was too little, EC2 says so.
    fn count(&self, permission: &Permission) -> Count {
        match &permission.peer {
            Peer::Network(network) if network.is_ipv4() => Count { ipv4: 1, ipv6: 0 },
            Peer::Network(_) => Count { ipv4: 0, ipv6: 1 },
            Peer::Group(_) => Count { ipv4: 1, ipv6: 1 },
            Peer::PrefixList(list) => {
                let size = self.facts.size_of(list).unwrap_or(1);
                Count { ipv4: size, ipv6: size }
            }
        }
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| Self {
            ipv4: sum.ipv4.saturating_add(count.ipv4),
            ipv6: sum.ipv6.saturating_add(count.ipv6),
        })
    }
}
