//! The AWS CLI's JSON shape of a security group rule: what `aws ec2 describe-security-group-rules` prints.
//!
//! Source: the EC2 API reference, `SecurityGroupRule`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::group::Rule;
use crate::id::{AccountId, GroupId, GroupKey, InvalidId, PrefixListId, RuleId};
use crate::network::{InvalidNetwork, Network};
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::traffic::{InvalidTraffic, Traffic};

/// A rule as the AWS CLI prints it. Keys that are not here are ignored when reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityGroupRule {
    /// `sgr-…`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_group_rule_id: Option<String>,
    /// The group that the rule belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The account that owns that group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_owner_id: Option<String>,
    /// Whether it is an outbound rule.
    pub is_egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a protocol number.
    pub ip_protocol: String,
    /// First port, or ICMP type; -1 for none or any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i64>,
    /// Last port, or ICMP code; -1 for none or any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i64>,
    /// The peer, if it is an IPv4 network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_ipv4: Option<String>,
    /// The peer, if it is an IPv6 network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_ipv6: Option<String>,
    /// The peer, if it is a prefix list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
    /// The peer, if it is a security group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referenced_group_info: Option<ReferencedGroup>,
    /// The text beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `ReferencedGroupInfo` of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferencedGroup {
    /// The group, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The group, by name: only where a request named it so and EC2 did not say its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// The account that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidRule {
    /// Protocol or ports.
    #[error(transparent)]
    Traffic(#[from] InvalidTraffic),
    /// `CidrIpv4` or `CidrIpv6`.
    #[error(transparent)]
    Network(#[from] InvalidNetwork),
    /// An identifier.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// None of the four kinds of peer.
    #[error("the rule names no network, group or prefix list")]
    NoPeer,
}

impl SecurityGroupRule {
    /// `rule`, which belongs to `group`.
    #[must_use]
    pub fn of(rule: &Rule, group: Option<&GroupId>) -> Self {
        let Rule { id, permission: Permission { direction, traffic, peer }, description } = rule;
        let (from_port, to_port) = traffic.from_to();
        let shape = Self {
            security_group_rule_id: id.as_ref().map(RuleId::to_string),
            group_id: group.map(GroupId::to_string),
            is_egress: *direction == Direction::Egress,
            ip_protocol: traffic.protocol(),
            from_port: Some(from_port.into()),
            to_port: Some(to_port.into()),
            description: description.clone(),
            ..Self::default()
        };
        match peer {
            Peer::Network(network) if network.is_ipv4() => {
                Self { cidr_ipv4: Some(network.to_string()), ..shape }
            }
            Peer::Network(network) => Self { cidr_ipv6: Some(network.to_string()), ..shape },
            Peer::PrefixList(list) => Self { prefix_list_id: Some(list.to_string()), ..shape },
            Peer::Group(group) => Self { referenced_group_info: Some(group.into()), ..shape },
        }
    }
}

impl From<&GroupRef> for ReferencedGroup {
    fn from(GroupRef { owner, group }: &GroupRef) -> Self {
        let user_id = owner.as_ref().map(AccountId::to_string);
        match group {
            GroupKey::Id(id) => Self { group_id: Some(id.to_string()), group_name: None, user_id },
            GroupKey::Name(name) => Self { group_id: None, group_name: Some(name.to_string()), user_id },
        }
    }
}

impl TryFrom<&SecurityGroupRule> for Rule {
    type Error = InvalidRule;

    fn try_from(shape: &SecurityGroupRule) -> Result<Self, InvalidRule> {
        let SecurityGroupRule {
            security_group_rule_id,
            group_id: _,
            group_owner_id: _,
            is_egress,
            ip_protocol,
            from_port,
            to_port,
            cidr_ipv4,
            cidr_ipv6,
            prefix_list_id,
            referenced_group_info,
            description,
        } = shape;
        let peer = match (cidr_ipv4.as_ref().or(cidr_ipv6.as_ref()), prefix_list_id, referenced_group_info) {
            (Some(network), _, _) => Peer::Network(network.parse::<Network>()?),
            (None, Some(list), _) => Peer::PrefixList(PrefixListId::new(list)?),
            (None, None, Some(group)) => Peer::Group(group.try_into()?),
            (None, None, None) => return Err(InvalidRule::NoPeer),
        };
        Ok(Self {
            id: security_group_rule_id.as_deref().map(RuleId::new).transpose()?,
            permission: Permission {
                direction: if *is_egress { Direction::Egress } else { Direction::Ingress },
                traffic: Traffic::from_permission(ip_protocol, *from_port, *to_port)?,
                peer,
            },
            description: description.clone(),
        })
    }
}

impl TryFrom<&ReferencedGroup> for GroupRef {
    type Error = InvalidRule;

    fn try_from(
        ReferencedGroup { group_id, group_name, user_id }: &ReferencedGroup,
    ) -> Result<Self, InvalidRule> {
        let group = match (group_id, group_name) {
            (Some(id), _) => GroupKey::Id(GroupId::new(id)?),
            (None, Some(name)) => GroupKey::Name(crate::id::GroupName::new(name)),
            (None, None) => return Err(InvalidRule::NoPeer),
        };
        Ok(Self { owner: user_id.as_deref().map(AccountId::new).transpose()?, group })
    }
}
