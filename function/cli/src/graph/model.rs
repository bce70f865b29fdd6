//! The picture as data: who may reach whom. Knows no shape, no colour and no place on paper.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::id::GroupId;

/// Who may reach whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Graph {
    /// In the order of [`Place`], and of the policy.
    pub(crate) nodes: Vec<Node>,
    /// In the order of the nodes that they lead from, and to.
    pub(crate) edges: Vec<Edge>,
    /// What was laid over the policy, if anything was.
    pub(crate) live: Option<Live>,
}

/// The live rules in sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Live {
    /// When they were judged.
    pub(crate) at: Timestamp,
    /// How many groups the policy says something about.
    pub(crate) managed: usize,
    /// How many it says nothing about.
    pub(crate) unmanaged: usize,
    /// How many rules are forbidden.
    pub(crate) forbidden: usize,
    /// How many required rules are not there.
    pub(crate) missing: usize,
    /// How many rules, or whole groups, could not be judged.
    pub(crate) unjudged: usize,
}

/// The place of a node in [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) usize);

/// Somebody who reaches or is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    /// What it is called; several, where one box stands for several peers.
    pub(crate) names: Vec<String>,
    /// What else there is to be said of it.
    pub(crate) notes: Vec<String>,
    /// Its live groups, where there is an account.
    pub(crate) held: Option<Held>,
}

/// The live groups of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) groups: usize,
    /// How many rules, or whole groups, could not be judged.
    pub(crate) unjudged: usize,
}

/// Where a node stands between the internet and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// Outside, and reaches in.
    Source,
    /// A tier.
    Tier,
    /// Whatever is in no tier.
    Elsewhere,
    /// Outside, and is reached.
    Destination,
}

/// Traffic from one node to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    pub(crate) kind: Kind,
    pub(crate) via: Via,
    /// What is let through: `80/tcp`; of a violation also the peer, where the node does not say it.
    pub(crate) terms: Vec<String>,
    /// The live groups whose rules are meant.
    pub(crate) groups: BTreeSet<GroupId>,
    /// How many live rules that are.
    pub(crate) rules: usize,
}

/// What the policy, and live rules, make of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Allowed, and used where live rules are known.
    Allowed,
    /// Allowed, and no live rule uses it.
    Unused,
    /// Allowed for a time.
    Exempt,
    /// Denied by an entry of the policy.
    Denied,
    /// Required, and a live group lacks it.
    Missing,
    /// Opened by a live rule, and forbidden.
    Violation,
}

impl Kind {
    /// Each of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Allowed, Self::Unused, Self::Exempt, Self::Denied, Self::Missing, Self::Violation];

    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Unused => "unused",
            Self::Exempt => "exempt",
            Self::Denied => "denied",
            Self::Missing => "missing",
            Self::Violation => "violation",
        }
    }
}

/// On what terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Via {
    /// Nothing to add.
    Plain,
    /// Between the interfaces of one group only.
    Itself,
    /// Only the egress of the one who reaches says so: the tier that is reached does not.
    Egress,
    /// But not from or to these peers.
    Except(Vec<String>),
    /// By this exemption.
    Exemption(String),
}

impl Place {
    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Tier => "tier",
            Self::Elsewhere => "elsewhere",
            Self::Destination => "destination",
        }
    }
}

impl Edge {
    /// Whether it leads back to where it comes from.
    pub(crate) fn is_loop(&self) -> bool {
        self.from == self.to
    }
}
