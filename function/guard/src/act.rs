//! Makes the calls of a [`Remedy`] and says how each rule fared. Chooses nothing: what is added is added first, and what
//! is to be done if EC2 refuses a call stands in the remedy.

mod make;
mod outcome;

use std::future::Future;

use futures_util::future::join_all;
use thiserror::Error;

pub use outcome::{Action, Outcome, Target};

use crate::permission::Permission;
use crate::plan::{Authorize, Remedy, RestoreList, Revoke, SetGroups};

/// Changes a live account.
pub trait ChangeAccount {
    /// Makes one revoke call.
    fn revoke(&self, call: &Revoke) -> impl Future<Output = Result<Revoked, RevokeError>> + Send;

    /// Makes one authorize call.
    fn authorize(&self, call: &Authorize) -> impl Future<Output = Result<(), AuthorizeError>> + Send;

    /// Puts the entries of a prefix list back.
    fn restore_list(&self, call: &RestoreList) -> impl Future<Output = Result<(), RestoreError>> + Send;

    /// Sets the groups of an interface.
    fn set_groups(&self, call: &SetGroups) -> impl Future<Output = Result<(), SetGroupsError>> + Send;
}

/// A revoke that was accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revoked {
    /// Rules that were not there. In a default VPC EC2 revokes the others and lists these; elsewhere it refuses the
    /// whole call, which is [`RevokeError::NotThere`].
    pub unknown: Vec<Permission>,
}

/// A call that failed, for whatever reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct CallError {
    /// What EC2 said.
    pub message: String,
    /// Whether trying again can help.
    pub retryable: bool,
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
    #[error(transparent)]
    Failed(#[from] CallError),
}

/// An authorize that was refused; nothing was added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizeError {
    /// At least one of the rules is there already (`InvalidPermission.Duplicate`).
    #[error("the rule is already there")]
    Duplicate,
    /// The group has no room for them (`RulesPerSecurityGroupLimitExceeded`).
    #[error("the group has no room for more rules")]
    NoRoom,
    /// The group is not there.
    #[error("the group is gone")]
    GroupGone,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] CallError),
}

/// A prefix list that was not put back; it is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestoreError {
    /// Somebody has changed it since, or it is no longer there.
    #[error("the prefix list has been changed since")]
    Changed,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] CallError),
}

/// Groups that did not come off an interface; it is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SetGroupsError {
    /// The interface is no longer there.
    #[error("the interface is gone")]
    InterfaceGone,
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] CallError),
}

/// The most calls that are under way at once: an event rarely needs more than two, and EC2 takes 50 before it throttles.
const AT_ONCE: usize = 32;

/// Makes the calls of `remedy`: those that add at once, and when all of them have been answered, the others at once.
/// What could have been one call but fared differently is several actions.
pub async fn act(remedy: &Remedy, account: &impl ChangeAccount) -> Vec<Action> {
    let mut added = Vec::new();
    for calls in remedy.additions().chunks(AT_ONCE) {
        let made = calls.iter().map(|call| make::authorize(call, account));
        added.extend(join_all(made).await.concat());
    }
    let mut removed = Vec::new();
    for calls in remedy.removals().chunks(AT_ONCE) {
        let made = calls.iter().map(|call| make::removal(call, &added, account));
        removed.extend(join_all(made).await.concat());
    }
    [added, removed].concat()
}
