//! One change of a security group, as its CloudTrail record tells it: what was done, to which group, by whom, when.
//!
//! A change is a hint. It says what to look at; it is never by itself a reason to remove anything.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::group::Rule;
use crate::id::{AccountId, EventId, GroupKey, GroupName, Region, RoleArn, RuleId, VpcId};
use crate::permission::{Direction, Peer, Permission};
use crate::traffic::Traffic;

/// A successful security group call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record it came in.
    pub event: Event,
    /// The group that was changed.
    pub group: GroupKey,
    /// What was done to it.
    pub kind: ChangeKind,
}

/// What every record says, whatever the call. Each field may be missing from a real record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// The group that the request of a security group call names, however little else of it can be read.
    pub group: Option<GroupKey>,
    /// `eventID`.
    pub id: Option<EventId>,
    /// `eventName`.
    pub name: Option<String>,
    /// `eventTime`, to the second.
    pub time: Option<Timestamp>,
    /// The account that the call changed.
    pub account: Option<AccountId>,
    /// `awsRegion`.
    pub region: Option<Region>,
    /// Who called.
    pub actor: Actor,
    /// `sourceIPAddress`: an address, several, or the name of an AWS service. Whoever calls through a proxy chooses it.
    pub source_ip: Option<String>,
    /// `userAgent`, chosen by the caller.
    pub user_agent: Option<String>,
}

/// Who made a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// `userIdentity.arn`, else the most telling of the fields that identify a caller. For display: the session part
    /// of an assumed role's ARN is chosen by the caller.
    pub name: Option<String>,
    /// The role behind an assumed-role session, from `sessionContext.sessionIssuer`: what identifies a role.
    pub role: Option<RoleArn>,
    /// `invokedBy`: the AWS service that called for somebody.
    pub invoked_by: Option<String>,
}

/// What was done to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
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
        /// The rules.
        rules: Told<Vec<RuleKey>>,
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
}

impl ChangeKind {
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
            | Self::Delete => false,
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
