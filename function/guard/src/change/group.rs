//! Changes of one group: of its rules, or of the group itself.

use std::collections::BTreeMap;

use crate::group::Rule;
use crate::id::{GroupKey, GroupName, RuleId, VpcId};
use crate::permission::{Direction, Peer, Permission};
use crate::traffic::Traffic;

/// A change of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupChange {
    /// The group.
    pub group: GroupKey,
    /// What was done to it.
    pub edit: GroupEdit,
}

/// What was done to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupEdit {
    /// Rules were added.
    Authorize {
        /// Which way they open.
        direction: Direction,
        /// The rules.
        rules: Told<Vec<Rule>>,
    },
    /// Rules were removed.
    Revoke {
        /// Which way they opened.
        direction: Direction,
        /// The rules that the call named.
        rules: Told<Vec<RuleKey>>,
        /// The rules that it removed, as far as the record tells what they said.
        removed: Vec<Rule>,
    },
    /// Rules were edited in place.
    Modify {
        /// The rules.
        rules: Told<Vec<Modification>>,
    },
    /// The descriptions of rules were edited, and nothing else.
    Describe {
        /// Which way the rules open.
        direction: Direction,
        /// The rules and their new texts, as far as the record tells.
        descriptions: Vec<(RuleKey, Option<String>)>,
    },
    /// The group was made. EC2 gives it a rule that lets all traffic out, without a record of its own.
    Create {
        /// Its name.
        name: Option<GroupName>,
        /// Its VPC.
        vpc: Option<VpcId>,
        /// The tags it was made with.
        tags: BTreeMap<String, String>,
    },
    /// The group was deleted.
    Delete,
    /// The group came to be usable in a further VPC.
    Associate {
        /// That VPC.
        vpc: Option<VpcId>,
    },
}

impl GroupEdit {
    /// Whether the record tells what every removed rule said: a rule may have been named by its id alone.
    #[must_use]
    pub fn tells_removed(&self) -> bool {
        match self {
            Self::Revoke { rules: Told::Cut, .. } => false,
            Self::Revoke { rules: Told::Whole(keys), removed, .. } => {
                !removed.is_empty() || keys.iter().all(|key| matches!(key, RuleKey::Content(_)))
            }
            Self::Authorize { .. }
            | Self::Modify { .. }
            | Self::Describe { .. }
            | Self::Create { .. }
            | Self::Delete
            | Self::Associate { .. } => true,
        }
    }

    /// Whether `CloudTrail` cut away which rules it was about, so that the live group has to say.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        match self {
            Self::Authorize { rules: Told::Cut, .. } | Self::Modify { rules: Told::Cut } => true,
            Self::Authorize { rules: Told::Whole(_), .. }
            | Self::Modify { rules: Told::Whole(_) }
            | Self::Revoke { .. }
            | Self::Describe { .. }
            | Self::Create { .. }
            | Self::Delete
            | Self::Associate { .. } => false,
        }
    }
}

/// Content of a record that CloudTrail may have cut for its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<T> {
    /// All of it.
    Whole(T),
    /// It was cut (`omitted: true`): the live group has to say.
    Cut,
}

/// What names one rule of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKey {
    /// Its id.
    Id(RuleId),
    /// Its content.
    Content(Permission),
}

/// One rule edited in place. The record says neither the direction nor the old content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modification {
    /// The rule.
    pub id: RuleId,
    /// What it says now.
    pub content: Content,
    /// The text beside it now, if it was given.
    pub description: Option<String>,
}

/// A rule's content but for its direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What it lets through.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
}

impl Content {
    /// The content of a rule of this direction.
    #[must_use]
    pub fn towards(&self, direction: Direction) -> Permission {
        Permission { direction, traffic: self.traffic, peer: self.peer.clone() }
    }
}
