//! The calls that change a security group, as somebody makes them through the EC2 API.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{IpPermission, ResourceType, SecurityGroupRuleUpdate, Tag, TagSpecification};

use crate::rule::{Rule, Way, items, permission};

/// A call. A group is given by its id, or by its name in the default VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `AuthorizeSecurityGroupIngress` or `…Egress`.
    Authorize {
        /// Which of the two.
        way: Way,
        /// The group.
        group: String,
        /// The rules.
        rules: Vec<Rule>,
    },
    /// `RevokeSecurityGroupIngress` or `…Egress`.
    Revoke {
        /// Which of the two.
        way: Way,
        /// The group.
        group: String,
        /// The rules.
        rules: Vec<Rule>,
    },
    /// The same, naming the rules by their ids.
    RevokeIds {
        /// Which of the two.
        way: Way,
        /// The group.
        group: String,
        /// The rules.
        ids: Vec<String>,
    },
    /// `ModifySecurityGroupRules` of one rule.
    Modify {
        /// The group.
        group: String,
        /// The rule.
        id: String,
        /// What it is to say.
        rule: Rule,
    },
    /// `UpdateSecurityGroupRuleDescriptionsIngress` or `…Egress`.
    Describe {
        /// Which of the two.
        way: Way,
        /// The group.
        group: String,
        /// The rule.
        rule: Rule,
        /// The text.
        text: String,
    },
    /// `CreateSecurityGroup`.
    Create {
        /// Its name.
        name: String,
        /// Its VPC.
        vpc: String,
        /// Its tags.
        tags: Vec<(String, String)>,
    },
    /// `DeleteSecurityGroup`.
    Delete {
        /// The group.
        group: String,
    },
}

/// The error code of a call that EC2 refused.
pub type Refusal = String;

impl Call {
    /// `AuthorizeSecurityGroupIngress`.
    #[must_use]
    pub fn open(group: &str, rules: impl Into<Vec<Rule>>) -> Self {
        Self::Authorize { way: Way::In, group: group.to_owned(), rules: rules.into() }
    }

    /// `AuthorizeSecurityGroupEgress`.
    #[must_use]
    pub fn let_out(group: &str, rules: impl Into<Vec<Rule>>) -> Self {
        Self::Authorize { way: Way::Out, group: group.to_owned(), rules: rules.into() }
    }

    /// Its name in the EC2 API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Authorize { way: Way::In, .. } => "AuthorizeSecurityGroupIngress",
            Self::Authorize { way: Way::Out, .. } => "AuthorizeSecurityGroupEgress",
            Self::Revoke { way: Way::In, .. } | Self::RevokeIds { way: Way::In, .. } => {
                "RevokeSecurityGroupIngress"
            }
            Self::Revoke { way: Way::Out, .. } | Self::RevokeIds { way: Way::Out, .. } => {
                "RevokeSecurityGroupEgress"
            }
            Self::Modify { .. } => "ModifySecurityGroupRules",
            Self::Describe { way: Way::In, .. } => "UpdateSecurityGroupRuleDescriptionsIngress",
            Self::Describe { way: Way::Out, .. } => "UpdateSecurityGroupRuleDescriptionsEgress",
            Self::Create { .. } => "CreateSecurityGroup",
            Self::Delete { .. } => "DeleteSecurityGroup",
        }
    }

    /// The group, as the call names it; the name of one that it makes.
    #[must_use]
    pub fn group(&self) -> &str {
        match self {
            Self::Authorize { group, .. }
            | Self::Revoke { group, .. }
            | Self::RevokeIds { group, .. }
            | Self::Modify { group, .. }
            | Self::Describe { group, .. }
            | Self::Delete { group }
            | Self::Create { name: group, .. } => group,
        }
    }

    /// Makes the call.
    ///
    /// # Errors
    /// The code with which EC2 refused it.
    pub async fn make(&self, ec2: &Client) -> Result<(), Refusal> {
        match self {
            Self::Authorize { way, group, rules } => authorize(ec2, *way, group, permissions(rules)).await,
            Self::Revoke { way, group, rules } => {
                revoke(ec2, *way, group, Some(permissions(rules)), None).await
            }
            Self::RevokeIds { way, group, ids } => revoke(ec2, *way, group, None, Some(ids.clone())).await,
            Self::Modify { group, id, rule } => modify(ec2, group, id, rule).await,
            Self::Describe { way, group, rule, text } => describe(ec2, *way, group, rule, text).await,
            Self::Create { name, vpc, tags } => create(ec2, name, vpc, tags).await,
            Self::Delete { group } => code(ec2.delete_security_group().group_id(group).send().await),
        }
    }
}

fn permissions(rules: &[Rule]) -> Vec<IpPermission> {
    items(rules).iter().map(|item| permission(item, None)).collect()
}

/// `GroupId` and `GroupName`: one or the other.
fn named(group: &str) -> (Option<String>, Option<String>) {
    let group = Some(group.to_owned());
    if group.as_ref().is_some_and(|group| group.starts_with("sg-")) { (group, None) } else { (None, group) }
}

async fn authorize(
    ec2: &Client,
    way: Way,
    group: &str,
    permissions: Vec<IpPermission>,
) -> Result<(), Refusal> {
    let ((id, name), permissions) = (named(group), Some(permissions));
    match way {
        Way::In => {
            let call = ec2.authorize_security_group_ingress().set_group_id(id).set_group_name(name);
            code(call.set_ip_permissions(permissions).send().await)
        }
        Way::Out => {
            let call = ec2.authorize_security_group_egress().set_group_id(id);
            code(call.set_ip_permissions(permissions).send().await)
        }
    }
}

async fn revoke(
    ec2: &Client,
    way: Way,
    group: &str,
    permissions: Option<Vec<IpPermission>>,
    ids: Option<Vec<String>>,
) -> Result<(), Refusal> {
    let (id, name) = named(group);
    match way {
        Way::In => {
            let call = ec2.revoke_security_group_ingress().set_group_id(id).set_group_name(name);
            code(call.set_ip_permissions(permissions).set_security_group_rule_ids(ids).send().await)
        }
        Way::Out => {
            let call = ec2.revoke_security_group_egress().set_group_id(id);
            code(call.set_ip_permissions(permissions).set_security_group_rule_ids(ids).send().await)
        }
    }
}

async fn modify(ec2: &Client, group: &str, id: &str, rule: &Rule) -> Result<(), Refusal> {
    let update =
        SecurityGroupRuleUpdate::builder().security_group_rule_id(id).security_group_rule(rule.request());
    code(ec2.modify_security_group_rules().group_id(group).security_group_rules(update.build()).send().await)
}

async fn describe(ec2: &Client, way: Way, group: &str, rule: &Rule, text: &str) -> Result<(), Refusal> {
    let permission = permission(&[rule], Some(text));
    match way {
        Way::In => {
            let call = ec2.update_security_group_rule_descriptions_ingress().group_id(group);
            code(call.ip_permissions(permission).send().await)
        }
        Way::Out => {
            let call = ec2.update_security_group_rule_descriptions_egress().group_id(group);
            code(call.ip_permissions(permission).send().await)
        }
    }
}

async fn create(ec2: &Client, name: &str, vpc: &str, tags: &[(String, String)]) -> Result<(), Refusal> {
    let call = ec2.create_security_group().group_name(name).description("made by a test").vpc_id(vpc);
    let tags: Vec<_> = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    // A specification without tags is refused.
    let specification = (!tags.is_empty()).then(|| {
        let specification = TagSpecification::builder().resource_type(ResourceType::SecurityGroup);
        vec![specification.set_tags(Some(tags)).build()]
    });
    code(call.set_tag_specifications(specification).send().await)
}

/// The error code of a call that was refused.
pub(crate) fn code<T, E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(
    result: Result<T, SdkError<E, R>>,
) -> Result<(), Refusal> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => match error.code() {
            Some(code) => Err(code.to_owned()),
            None => panic!("the EC2 server cannot be talked to: {error:?}"),
        },
    }
}
