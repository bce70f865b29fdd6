//! What was done, and how it went.

use std::collections::BTreeSet;
use std::fmt;

use super::{AuthorizeError, CallError, RevokeError, SetGroupsError};
use crate::group::Rule;
use crate::id::{GroupId, InterfaceId, PrefixListId};

/// One call, and how it went; of a call whose rules fared differently, some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The call, by its name in the EC2 API.
    pub call: &'static str,
    /// What it changes.
    pub target: Target,
    /// How it went.
    pub outcome: Outcome,
}

/// What a call changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Rules of a group.
    Rules {
        /// The group.
        group: GroupId,
        /// The rules that it adds or takes away.
        rules: Vec<Rule>,
    },
    /// The entries of a prefix list.
    PrefixList(PrefixListId),
    /// The groups of an interface.
    Interface {
        /// The interface.
        interface: InterfaceId,
        /// The groups that it has from then on.
        groups: BTreeSet<GroupId>,
    },
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It is done.
    Done,
    /// What it takes away was gone before.
    AlreadyGone,
    /// What it adds was there before.
    AlreadyThere,
    /// It is not done.
    Failed {
        /// What EC2 said.
        message: String,
        /// Whether trying again can help.
        retryable: bool,
    },
    /// Observe mode: the call was not made.
    Withheld,
    /// The group has no room for the rules.
    NoRoom,
}

impl Action {
    /// The rules that it adds or takes away; none where it is about something else.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        match &self.target {
            Target::Rules { rules, .. } => rules,
            Target::PrefixList(_) | Target::Interface { .. } => &[],
        }
    }

    /// Whether it adds rules.
    #[must_use]
    pub fn adds(&self) -> bool {
        self.call.starts_with("Authorize")
    }
}

impl Outcome {
    /// What EC2 said of a call that failed.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed { message, .. } => Some(message),
            Self::Done | Self::AlreadyGone | Self::AlreadyThere | Self::Withheld | Self::NoRoom => None,
        }
    }
}

impl From<CallError> for Outcome {
    fn from(CallError { message, retryable }: CallError) -> Self {
        Self::Failed { message, retryable }
    }
}

impl From<RevokeError> for Outcome {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::NotThere | RevokeError::GroupGone => Self::AlreadyGone,
            RevokeError::Failed(error) => error.into(),
        }
    }
}

impl From<AuthorizeError> for Outcome {
    fn from(error: AuthorizeError) -> Self {
        match error {
            AuthorizeError::Duplicate => Self::AlreadyThere,
            AuthorizeError::NoRoom => Self::NoRoom,
            gone @ AuthorizeError::GroupGone => Self::Failed { message: gone.to_string(), retryable: false },
            AuthorizeError::Failed(error) => error.into(),
        }
    }
}

impl From<SetGroupsError> for Outcome {
    fn from(error: SetGroupsError) -> Self {
        match error {
            SetGroupsError::InterfaceGone => Self::AlreadyGone,
            SetGroupsError::Failed(error) => error.into(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::AlreadyGone => "already-gone",
            Self::AlreadyThere => "already-there",
            Self::Failed { .. } => "failed",
            Self::Withheld => "withheld",
            Self::NoRoom => "no-room",
        })
    }
}
