//! One change of who may reach what, as its CloudTrail record tells it: what was done, to what, by whom, when.
//!
//! A change is a hint. It says what to look at; it is never by itself a reason to remove anything.

mod attachment;
mod group;
mod list;
mod tags;

use std::collections::BTreeSet;

use jiff::Timestamp;

pub use attachment::{Attached, Attachment, InterfaceKey};
pub use group::{Content, GroupChange, GroupEdit, Modification, RuleKey, Told};
pub use list::{ListChange, ListEdit, ListVersion};
pub use tags::{TagChange, TagEdit};

use crate::id::{AccountId, EventId, GroupKey, Region, RoleArn, UserArn};

/// A successful call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record it came in.
    pub event: Event,
    /// What was done.
    pub kind: ChangeKind,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// A group, or its rules.
    Group(GroupChange),
    /// Tags of groups, which may put them into another tier.
    Tags(TagChange),
    /// The entries of a managed prefix list.
    PrefixList(ListChange),
    /// The groups of network interfaces.
    Attachment(Attachment),
}

impl Change {
    /// The one group that it is about; `None` where it may be about several, or about something else.
    #[must_use]
    pub const fn group(&self) -> Option<&GroupKey> {
        match &self.kind {
            ChangeKind::Group(change) => Some(&change.group),
            ChangeKind::Tags(_) | ChangeKind::PrefixList(_) | ChangeKind::Attachment(_) => None,
        }
    }
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
    /// Whether what the record says can be believed.
    pub vouching: Vouching,
}

/// Whether somebody vouches for what a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vouching {
    /// It came the way that `CloudTrail`'s records come.
    #[default]
    Vouched,
    /// It came by another way, so that anybody may have written it: it is a hint where to look, and nothing else.
    Hearsay,
}

/// Who made a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// `userIdentity.arn`, else the most telling of the fields that identify a caller. For display: the session part
    /// of an assumed role's ARN is chosen by the caller.
    pub name: Option<String>,
    /// The role behind an assumed-role session, from `sessionContext.sessionIssuer`: what identifies a role.
    pub role: Option<RoleArn>,
    /// The ARN of the IAM user or the root user, of a call that was made with their own credentials.
    pub user: Option<UserArn>,
    /// `invokedBy`: the AWS service that called for somebody.
    pub invoked_by: Option<String>,
}

impl Change {
    /// What is left of a change for which nobody vouches: what it names. Who did what, and when, is not believed.
    #[must_use]
    pub fn hearsay(self) -> Self {
        Self { event: self.event.hearsay(), kind: self.kind.hearsay() }
    }
}

impl Event {
    /// What names the event, and where it is said to have been.
    #[must_use]
    pub fn hearsay(self) -> Self {
        let Self { group, id, name, account, region, .. } = self;
        Self { group, id, name, account, region, vouching: Vouching::Hearsay, ..Self::default() }
    }
}

impl ChangeKind {
    /// The same, as if `CloudTrail` had cut all that it says away: the live account has to say.
    fn hearsay(self) -> Self {
        match self {
            Self::Group(GroupChange { group, edit: _ }) => {
                Self::Group(GroupChange { group, edit: GroupEdit::Modify { rules: Told::Cut } })
            }
            Self::Tags(tags) => Self::Tags(tags),
            Self::PrefixList(ListChange { list, .. }) => {
                Self::PrefixList(ListChange { list, before: None, edit: ListEdit::Cut })
            }
            Self::Attachment(Attachment { interfaces }) => {
                let named = |attached| Attached { groups: BTreeSet::new(), ..attached };
                Self::Attachment(Attachment { interfaces: interfaces.into_iter().map(named).collect() })
            }
        }
    }

    /// Whether it may open anything, rather than only take away.
    #[must_use]
    pub const fn may_open(&self) -> bool {
        match self {
            Self::Group(GroupChange { edit: GroupEdit::Revoke { .. } | GroupEdit::Delete, .. }) => false,
            Self::Group(_) | Self::Tags(_) | Self::PrefixList(_) | Self::Attachment(_) => true,
        }
    }
}

impl Actor {
    /// The ARN by which a policy knows the caller: of a role, a user or a root user. Never of a session, whose name is
    /// the caller's choice.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        self.role.as_ref().map(RoleArn::as_str).or_else(|| self.user.as_ref().map(UserArn::as_str))
    }
}
