//! How many rules a group has room for: 60 in a direction, IPv4 and IPv6 counted apart, where nobody has asked AWS for
//! more. Source: Amazon VPC quotas, "Inbound or outbound rules per security group".

use std::collections::{BTreeMap, BTreeSet};

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
    held: BTreeMap<GroupId, Held>,
}

/// What one group holds.
#[derive(Debug, Default)]
struct Held {
    permissions: BTreeSet<Permission>,
    /// All of them, counted by direction.
    counts: BTreeMap<Direction, Count>,
}

/// Rules counted by family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    ipv4: u32,
    ipv6: u32,
}

impl<'a> Quota<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let mut quota = Self { facts, held: BTreeMap::new() };
        for subject in &facts.subjects {
            quota.hold(&subject.group.id, subject.live.iter().flatten().flatten());
        }
        quota
    }

    /// Whether `group` holds `permission` already.
    pub(super) fn has(&self, group: &GroupId, permission: &Permission) -> bool {
        self.held.get(group).is_some_and(|held| held.permissions.contains(permission))
    }

    /// Takes room for `rules` in `group`: for all of them, or for none.
    pub(super) fn take(&mut self, group: &GroupId, rules: &[Rule]) -> Making {
        let fits = self.counts(rules).into_iter().all(|(direction, more)| {
            let held = self.held.get(group).and_then(|held| held.counts.get(&direction)).copied();
            let Count { ipv4, ipv6 } = held.unwrap_or_default().and(more);
            ipv4.max(ipv6) <= MOST
        });
        if !fits {
            return Making::NoRoom;
        }
        self.hold(group, rules);
        Making::Make
    }

    fn hold<'r>(&mut self, group: &GroupId, rules: impl IntoIterator<Item = &'r Rule> + Clone) {
        let counts = self.counts(rules.clone());
        let held = self.held.entry(group.clone()).or_default();
        held.permissions.extend(rules.into_iter().map(|rule| rule.permission.clone()));
        for (direction, more) in counts {
            let count = held.counts.entry(direction).or_default();
            *count = count.and(more);
        }
    }

    fn counts<'r>(&self, rules: impl IntoIterator<Item = &'r Rule>) -> BTreeMap<Direction, Count> {
        let mut counts = BTreeMap::<_, Count>::new();
        for Rule { permission, .. } in rules {
            let count = counts.entry(permission.direction).or_default();
            *count = count.and(self.count(permission));
        }
        counts
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

impl Count {
    const fn and(self, more: Self) -> Self {
        Self { ipv4: self.ipv4.saturating_add(more.ipv4), ipv6: self.ipv6.saturating_add(more.ipv6) }
    }
}
