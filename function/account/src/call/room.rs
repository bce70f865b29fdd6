//! How many rules a group has room for.

use tierguard::group::Rule;
use tierguard::permission::{Direction, Peer, Permission};

use crate::account::Account;
use crate::entry::Entry;

/// The most rules of one direction and one family. Source: Amazon VPC quotas, "Inbound or outbound rules per security
/// group".
const MOST: u32 = 60;

/// The families, which are counted apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Ipv4,
    Ipv6,
}

impl Account {
    /// Whether `entry` has room for `added`, all of `direction`.
    pub(super) fn has_room(&self, entry: &Entry, direction: Direction, added: &[Rule]) -> bool {
        let held = || entry.rules().filter(|rule| rule.permission.direction == direction);
        [Family::Ipv4, Family::Ipv6].into_iter().all(|family| {
            let count = |rule: &Rule| self.count(&rule.permission, family);
            let more = added.iter().map(count).fold(0, u32::saturating_add);
            more == 0 || held().map(count).fold(more, u32::saturating_add) <= MOST
        })
    }

    /// What a rule counts in `family`: a reference to a group 1 in each, a prefix list as many entries as it may have.
    /// Of a list that is not here nobody knows.
    fn count(&self, permission: &Permission, family: Family) -> u32 {
        match &permission.peer {
            Peer::Network(network) => u32::from(network.is_ipv4() == (family == Family::Ipv4)),
            Peer::Group(_) => 1,
            Peer::PrefixList(list) => self.lists.get(list).map_or(1, crate::list::List::size),
        }
    }
}
