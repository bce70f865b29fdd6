//! What one security group rule says: a direction, traffic, and exactly one peer.

use std::fmt;

use crate::id::{AccountId, GroupKey, PrefixListId};
use crate::network::Network;
use crate::traffic::Traffic;

/// The content of one rule. Within a group and direction no two rules have the same content, so the content names
/// the rule as well as its id does, and goes on naming it when somebody edits the rule behind the id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// Into the group's interfaces or out of them.
    pub direction: Direction,
    /// What is let through.
    pub traffic: Traffic,
    /// From whom, or to whom.
    pub peer: Peer,
}

/// Which way traffic flows through a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into the interfaces that carry the group.
    Ingress,
    /// Out of them.
    Egress,
}

impl Direction {
    /// Each of them.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// The word between traffic and peer: `from` or `to`.
    #[must_use]
    pub const fn preposition(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        })
    }
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// An IPv4 or IPv6 network.
    Network(Network),
    /// The interfaces that carry another group, or this one.
    Group(GroupRef),
    /// The entries of a managed prefix list, whatever they are at the time.
    PrefixList(PrefixListId),
}

/// A reference to a security group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupRef {
    /// The account that owns the group. Absent does not mean "the same account": references to deleted groups and
    /// references across a transit gateway lose it.
    pub owner: Option<AccountId>,
    /// The group.
    pub group: GroupKey,
}

impl GroupRef {
    /// Whether account and id are both known, so that the reference names one group and no other.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        matches!(self, Self { owner: Some(_), group: GroupKey::Id(_) })
    }
}

impl Permission {
    /// Whether both are the content of one rule: an account of a group that only one of them tells makes no difference.
    #[must_use]
    pub fn is_one_with(&self, other: &Self) -> bool {
        let is_one_peer = match (&self.peer, &other.peer) {
            (Peer::Group(one), Peer::Group(other)) => {
                let is_one_owner = one.owner == other.owner || one.owner.is_none() || other.owner.is_none();
                one.group == other.group && is_one_owner
            }
            (one, other) => one == other,
        };
        is_one_peer && (self.direction, self.traffic) == (other.direction, other.traffic)
    }

    /// Whether this content names one rule and no other: not if it refers to a group whose account is not known.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        match &self.peer {
            Peer::Group(group) => group.is_exact(),
            Peer::Network(_) | Peer::PrefixList(_) => true,
        }
    }
}

impl fmt::Display for GroupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            Some(owner) => write!(f, "{owner}/{}", self.group),
            None => self.group.fmt(f),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Group(group) => group.fmt(f),
            Self::PrefixList(list) => list.fmt(f),
        }
    }
}

/// `22/tcp from 0.0.0.0/0`, `all to pl-0123456789abcdef0`.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.traffic, self.direction.preposition(), self.peer)
    }
}
