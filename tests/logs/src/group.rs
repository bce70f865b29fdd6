//! A security group of the story, and its rules.

use crate::made::Tier;

/// A group.
#[derive(Debug)]
pub(crate) struct Group {
    /// `sg-…`.
    pub(crate) id: String,
    pub(crate) tier: Option<Tier>,
    pub(crate) rules: Vec<Rule>,
}

/// A rule of a group, inwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// `sgr-…`.
    pub(crate) id: String,
    pub(crate) content: Content,
    pub(crate) standing: Standing,
}

/// What a rule lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) traffic: Traffic,
    pub(crate) peer: Peer,
}

/// Which traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traffic {
    All,
    /// TCP, from the first port to the last.
    Tcp(u16, u16),
}

/// Who may reach the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Peer {
    V4(String),
    V6(&'static str),
    /// `sg-…`, of the same account.
    Group(String),
}

/// What the policy says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It allows it, or has nothing to say.
    Good,
    /// It forbids it: a guard that acts has revoked it.
    Bad,
}

impl Group {
    /// Whether some rule says just this.
    pub(crate) fn has(&self, content: &Content) -> bool {
        self.rules.iter().any(|rule| rule.content == *content)
    }

    /// Whether a guard that acts has left all of its rules.
    pub(crate) fn is_as_it_seems(&self) -> bool {
        self.rules.iter().all(|rule| rule.standing == Standing::Good)
    }

    /// Whether some rule lets the group of this id in.
    pub(crate) fn lets_in(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| matches!(&rule.content.peer, Peer::Group(peer) if peer == id))
    }
}

impl Content {
    /// The ports, as a request gives them: none of all traffic.
    pub(crate) fn ports(&self) -> Option<(u16, u16)> {
        match self.traffic {
            Traffic::All => None,
            Traffic::Tcp(from, to) => Some((from, to)),
        }
    }

    /// `ipProtocol`.
    pub(crate) fn protocol(&self) -> &'static str {
        match self.traffic {
            Traffic::All => "-1",
            Traffic::Tcp(..) => "tcp",
        }
    }
}
