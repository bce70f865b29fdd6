//! Changing: each call as it was planned. What EC2 makes of it stands in a module for each.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use tierguard::ChangeAccount;
use tierguard::act::{AuthorizeError, CallError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::id::GroupId;
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};

use super::Ec2;
use crate::failure::Failure;

impl ChangeAccount for Ec2 {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.pace.change().await;
        self.revoke_rules(call).await
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.pace.change().await;
        self.authorize_rules(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.pace.change().await;
        self.restore_version(call).await
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.pace.change().await;
        self.set_interface_groups(call).await
    }
}

/// EC2's code for a refusal, and the refusal.
pub(super) fn refusal<E>(error: &SdkError<E>) -> (Option<String>, CallError)
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Failure { code, message, retryable } = Failure::of(error);
    (code, CallError { message, retryable })
}

/// Whether a refusal with this code says that `group` is not there. The group that is missing may be the one that a rule
/// refers to.
pub(super) fn says_gone(code: &str, error: &CallError, group: &GroupId) -> bool {
    matches!(code, "InvalidGroup.NotFound" | "InvalidGroupId.NotFound" | "InvalidSecurityGroupID.NotFound")
        && error.message.contains(group.as_str())
}

#[cfg(test)]
mod tests;
