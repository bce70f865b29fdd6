//! Authorizing: rules that the policy allows, with their descriptions. Making the same call again is safe: what is there
//! already is refused as a duplicate, which is what was wanted.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::IpPermission;
use tierguard::act::AuthorizeError;
use tierguard::id::GroupId;
use tierguard::permission::Direction;
use tierguard::plan::Authorize;

use super::Ec2;
use super::change::{refusal, says_gone};
use super::convert::described_permission;

impl Ec2 {
    /// Makes `call`.
    pub(super) async fn authorize_rules(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        match call.direction() {
            Direction::Ingress => self.authorize_ingress(call).await,
            Direction::Egress => self.authorize_egress(call).await,
        }
    }

    async fn authorize_ingress(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        let request = self.client.authorize_security_group_ingress().group_id(call.group().as_str());
        let answer = request.set_ip_permissions(Some(permissions(call))).send().await;
        answer.map(drop).map_err(|error| refused(call.group(), &error))
    }

    async fn authorize_egress(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        let request = self.client.authorize_security_group_egress().group_id(call.group().as_str());
        let answer = request.set_ip_permissions(Some(permissions(call))).send().await;
        answer.map(drop).map_err(|error| refused(call.group(), &error))
    }
}

fn permissions(call: &Authorize) -> Vec<IpPermission> {
    call.rules().iter().map(described_permission).collect()
}

/// What EC2 means by refusing a call on `group`.
fn refused<E>(group: &GroupId, error: &SdkError<E>) -> AuthorizeError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, error) = refusal(error);
    match code.as_deref() {
        Some("InvalidPermission.Duplicate") => AuthorizeError::Duplicate,
        Some("RulesPerSecurityGroupLimitExceeded") => AuthorizeError::NoRoom,
        Some(code) if says_gone(code, &error, group) => AuthorizeError::GroupGone,
        Some(_) | None => error.into(),
    }
}
