//! Revoking: one call as it was planned, and what EC2 made of it.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::IpPermission;
use tierguard::act::{CallError, RevokeError, Revoked};
use tierguard::group::Rule;
use tierguard::id::{GroupId, RuleId};
use tierguard::permission::Direction;
use tierguard::plan::{Naming, Revoke};

use super::Ec2;
use super::change::{refusal, says_gone};
use super::convert::{Unreadable, ip_permission, permissions};

/// A call that EC2 accepted.
struct Accepted {
    /// `Return`: whether it did anything.
    done: Option<bool>,
    /// `UnknownIpPermissions`.
    unknown: Vec<IpPermission>,
}

impl Ec2 {
    /// Makes `call`.
    pub(super) async fn revoke_rules(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        let accepted = match call.direction() {
            Direction::Ingress => self.revoke_ingress(call).await,
            Direction::Egress => self.revoke_egress(call).await,
        };
        revoked(call, &accepted?)
    }

    async fn revoke_ingress(&self, call: &Revoke) -> Result<Accepted, RevokeError> {
        let (permissions, ids) = named(call);
        let request = self.client.revoke_security_group_ingress().group_id(call.group().as_str());
        let request = request.set_ip_permissions(permissions).set_security_group_rule_ids(ids);
        match request.send().await {
            Ok(answer) => Ok(Accepted {
                done: answer.r#return(),
                unknown: answer.unknown_ip_permissions.unwrap_or_default(),
            }),
            Err(error) => Err(refused(call.group(), &error)),
        }
    }

    async fn revoke_egress(&self, call: &Revoke) -> Result<Accepted, RevokeError> {
        let (permissions, ids) = named(call);
        let request = self.client.revoke_security_group_egress().group_id(call.group().as_str());
        let request = request.set_ip_permissions(permissions).set_security_group_rule_ids(ids);
        match request.send().await {
            Ok(answer) => Ok(Accepted {
                done: answer.r#return(),
                unknown: answer.unknown_ip_permissions.unwrap_or_default(),
            }),
            Err(error) => Err(refused(call.group(), &error)),
        }
    }
}

/// The rules of `call`, by content or by id.
fn named(call: &Revoke) -> (Option<Vec<IpPermission>>, Option<Vec<String>>) {
    let rules = call.rules();
    match call.naming() {
        Naming::Content => (Some(rules.iter().map(|rule| ip_permission(&rule.permission)).collect()), None),
        Naming::Id => {
            let ids = rules.iter().filter_map(|rule| rule.id.as_ref());
            (None, Some(ids.map(RuleId::to_string).collect()))
        }
    }
}

/// What became of the rules of `call`.
fn revoked(call: &Revoke, accepted: &Accepted) -> Result<Revoked, RevokeError> {
    // EC2 documents `true` or an error. Should it ever say `false` and not why, nothing is known to be gone.
    if accepted.done == Some(false) && accepted.unknown.is_empty() {
        let message = "EC2 answered that it revoked nothing, and not why".to_owned();
        return Err(CallError { message, retryable: true }.into());
    }
    let unknown = accepted.unknown.iter().map(|unknown| permissions(call.direction(), unknown));
    // Not known which rules were there: the next attempt will find out.
    let unclear = |error: Unreadable| CallError { message: error.to_string(), retryable: true };
    let unknown = unknown.collect::<Result<Vec<_>, _>>().map_err(unclear)?.concat();
    // EC2 may add or leave out the account of a group.
    let is_unknown = |rule: &&Rule| unknown.iter().any(|unknown| rule.permission.is_one_with(unknown));
    Ok(Revoked {
        unknown: call.rules().iter().filter(is_unknown).map(|rule| rule.permission.clone()).collect(),
    })
}

/// What EC2 means by refusing a call on `group`.
fn refused<E>(group: &GroupId, error: &SdkError<E>) -> RevokeError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, error) = refusal(error);
    match code.as_deref() {
        Some("InvalidPermission.NotFound" | "InvalidSecurityGroupRuleId.NotFound") => RevokeError::NotThere,
        // If it is another group that is missing, the rule is still there.
        Some(code) if says_gone(code, &error, group) => RevokeError::GroupGone,
        Some(_) | None => error.into(),
    }
}
