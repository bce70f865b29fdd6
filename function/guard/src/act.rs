//! Makes the calls of a [`Remedy`] and says how each rule fared. Chooses nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;

use futures_util::future::join_all;
use thiserror::Error;

use crate::group::Rule;
use crate::id::GroupId;
use crate::permission::Permission;
use crate::plan::{Call, Remedy};
use crate::policy::Mode;

/// Changes a live account.
pub trait ChangeAccount {
    /// Makes one revoke call.
    fn revoke(&self, call: &Call) -> impl Future<Output = Result<Revoked, RevokeError>> + Send;
}

/// A revoke that was accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revoked {
    /// Rules that were not there. In a default VPC EC2 revokes the others and lists these; elsewhere it refuses the
    /// whole call, which is [`RevokeError::NotThere`].
    pub unknown: Vec<Permission>,
}

/// A revoke that was refused; nothing was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RevokeError {
    /// At least one of the rules is not there.
    #[error("the rule is already gone")]
    NotThere,
    /// The group is not there.
    #[error("the group is already gone")]
    GroupGone,
    /// Anything else.
    #[error("{message}")]
    Failed {
        /// What EC2 said.
        message: String,
        /// Whether trying again can help.
        retryable: bool,
    },
}

/// What was done about some rules of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The call, by its name in the EC2 API.
    pub call: &'static str,
    /// The group.
    pub group: GroupId,
    /// The rules.
    pub rules: Vec<Rule>,
    /// How it went.
    pub outcome: Outcome,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The rules are gone.
    Done,
    /// They were gone before.
    AlreadyGone,
    /// They may still be there.
    Failed {
        /// What EC2 said.
        message: String,
        /// Whether trying again can help.
        retryable: bool,
    },
    /// Observe mode: the call was not made.
    Withheld,
}

/// Makes the calls of `remedy`, all at once; what could have been one call but fared differently is several actions.
pub async fn act(remedy: &Remedy, account: &impl ChangeAccount) -> Vec<Action> {
    join_all(remedy.calls().iter().map(|call| make(call, account))).await.concat()
}

async fn make(call: &Call, account: &impl ChangeAccount) -> Vec<Action> {
    if call.mode() == Mode::Observe {
        return vec![action(call, call.rules().to_vec(), Outcome::Withheld)];
    }
    match account.revoke(call).await {
        Ok(revoked) => sorted(call, &revoked.unknown),
        // One missing rule keeps the others of the call from being revoked.
        Err(RevokeError::NotThere) if call.rules().len() > 1 => {
            let alone: Vec<_> = call.one_by_one().collect();
            let outcomes = join_all(alone.iter().map(|call| revoke_one(call, account))).await;
            grouped(call, call.rules().iter().cloned().zip(outcomes))
        }
        Err(error) => vec![action(call, call.rules().to_vec(), error.into())],
    }
}

async fn revoke_one(call: &Call, account: &impl ChangeAccount) -> Outcome {
    match account.revoke(call).await {
        Ok(Revoked { unknown }) if unknown.is_empty() => Outcome::Done,
        Ok(Revoked { .. }) => Outcome::AlreadyGone,
        Err(error) => error.into(),
    }
}

fn sorted(call: &Call, unknown: &[Permission]) -> Vec<Action> {
    let unknown: BTreeSet<_> = unknown.iter().collect();
    let outcome = |rule: &Rule| {
        if unknown.contains(&rule.permission) { Outcome::AlreadyGone } else { Outcome::Done }
    };
    grouped(call, call.rules().iter().map(|rule| (rule.clone(), outcome(rule))))
}

/// One action for each different outcome.
fn grouped(call: &Call, fared: impl Iterator<Item = (Rule, Outcome)>) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for (rule, outcome) in fared {
        match actions.iter_mut().find(|action| action.outcome == outcome) {
            Some(action) => action.rules.push(rule),
            None => actions.push(action(call, vec![rule], outcome)),
        }
    }
    actions
}

fn action(call: &Call, rules: Vec<Rule>, outcome: Outcome) -> Action {
    Action { call: call.name(), group: call.group().clone(), rules, outcome }
}

impl From<RevokeError> for Outcome {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::NotThere | RevokeError::GroupGone => Self::AlreadyGone,
            RevokeError::Failed { message, retryable } => Self::Failed { message, retryable },
        }
    }
}

impl Outcome {
    /// What EC2 said of a call that failed.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed { message, .. } => Some(message),
            Self::Done | Self::AlreadyGone | Self::Withheld => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::AlreadyGone => "already-gone",
            Self::Failed { .. } => "failed",
            Self::Withheld => "withheld",
        })
    }
}
