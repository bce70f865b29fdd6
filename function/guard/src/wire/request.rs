//! `requestParameters` of the security group calls: nested `ipPermissions`, the flat fields of a single rule, rule
//! ids, and the capitalised XML-style form of the newer calls.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Malformed;
use super::loose::{Flag, List, Named, Number, Text, account_digits};
use super::part::{self, REQUEST};
use super::tags::Tag;
use crate::change::{Content, Modification, RuleKey};
use crate::group::Rule;
use crate::id::{RuleId, VpcId};
use crate::shape::{InvalidRule, ReferencedGroup, SecurityGroupRule};

/// What a request says, in either spelling of its keys.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Request {
    #[serde(alias = "GroupId")]
    pub(super) group_id: Option<Text>,
    #[serde(alias = "GroupName")]
    pub(super) group_name: Option<Text>,
    #[serde(alias = "VpcId")]
    vpc_id: Option<Text>,
    #[serde(alias = "IpPermissions")]
    ip_permissions: List<IpPermission>,
    #[serde(alias = "IpProtocol")]
    ip_protocol: Option<Text>,
    #[serde(alias = "FromPort")]
    from_port: Option<Number>,
    #[serde(alias = "ToPort")]
    to_port: Option<Number>,
    #[serde(alias = "CidrIp")]
    cidr_ip: Option<Text>,
    #[serde(alias = "CidrIpv6")]
    cidr_ipv6: Option<Text>,
    #[serde(alias = "SourceSecurityGroupName")]
    source_security_group_name: Option<Text>,
    #[serde(alias = "SourceSecurityGroupId")]
    source_security_group_id: Option<Text>,
    #[serde(alias = "SourceSecurityGroupOwnerId")]
    source_security_group_owner_id: Option<Text>,
    #[serde(alias = "SecurityGroupRuleIds", alias = "securityGroupRuleId", alias = "SecurityGroupRuleId")]
    #[serde(alias = "securityGroupRuleIdSet")]
    security_group_rule_ids: List<Named>,
    #[serde(alias = "SecurityGroupRule", alias = "securityGroupRules", alias = "SecurityGroupRules")]
    #[serde(alias = "securityGroupRuleSet")]
    security_group_rule: List<RuleUpdate>,
    #[serde(alias = "SecurityGroupRuleDescription", alias = "SecurityGroupRuleDescriptions")]
    #[serde(alias = "securityGroupRuleDescriptions")]
    security_group_rule_description: List<RuleDescription>,
    #[serde(alias = "TagSpecification")]
    tag_specification_set: List<TagSpecification>,
    omitted: Option<Flag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct IpPermission {
    #[serde(alias = "IpProtocol")]
    ip_protocol: Option<Text>,
    #[serde(alias = "FromPort")]
    from_port: Option<Number>,
    #[serde(alias = "ToPort")]
    to_port: Option<Number>,
    #[serde(alias = "Groups", alias = "UserIdGroupPairs", alias = "userIdGroupPairs")]
    groups: List<GroupPair>,
    #[serde(alias = "IpRanges")]
    ip_ranges: List<Range>,
    #[serde(alias = "Ipv6Ranges")]
    ipv6_ranges: List<Range>,
    #[serde(alias = "PrefixListIds")]
    prefix_list_ids: List<PrefixList>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupPair {
    #[serde(alias = "GroupId")]
    group_id: Option<Text>,
    #[serde(alias = "GroupName")]
    group_name: Option<Text>,
    #[serde(alias = "UserId")]
    user_id: Option<Text>,
    #[serde(alias = "Description")]
    description: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    #[serde(alias = "CidrIp", alias = "cidrIpv6", alias = "CidrIpv6")]
    cidr_ip: Text,
    #[serde(alias = "Description")]
    description: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrefixList {
    #[serde(alias = "PrefixListId")]
    prefix_list_id: Text,
    #[serde(alias = "Description")]
    description: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleUpdate {
    #[serde(alias = "SecurityGroupRuleId")]
    security_group_rule_id: Option<Text>,
    #[serde(alias = "SecurityGroupRule")]
    security_group_rule: Option<NewContent>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NewContent {
    #[serde(alias = "IpProtocol")]
    ip_protocol: Option<Text>,
    #[serde(alias = "FromPort")]
    from_port: Option<Number>,
    #[serde(alias = "ToPort")]
    to_port: Option<Number>,
    #[serde(alias = "CidrIpv4")]
    cidr_ipv4: Option<Text>,
    #[serde(alias = "CidrIpv6")]
    cidr_ipv6: Option<Text>,
    #[serde(alias = "PrefixListId")]
    prefix_list_id: Option<Text>,
    #[serde(alias = "ReferencedGroupId")]
    referenced_group_id: Option<Text>,
    #[serde(alias = "Description")]
    description: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleDescription {
    #[serde(alias = "SecurityGroupRuleId")]
    security_group_rule_id: Option<Text>,
    #[serde(alias = "Description")]
    description: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagSpecification {
    #[serde(alias = "Tag", alias = "Tags", default)]
    tags: List<Tag>,
}

impl Request {
    /// The VPC that it names.
    pub(super) fn vpc(&self) -> Option<VpcId> {
        VpcId::new(self.vpc_id.as_ref()?.as_str()).ok()
    }

    /// The rules that were asked for: each network, group and prefix list of each item is one of its own. None where
    /// CloudTrail cut the request.
    pub(super) fn rules(&self, is_egress: bool) -> Result<Vec<Rule>, Malformed> {
        if self.is_cut() {
            return Ok(Vec::new());
        }
        let nested = nested_rules(&self.ip_permissions, is_egress, REQUEST)?;
        let number = self.ip_permissions.0.len().saturating_add(1);
        let flat = read_rules(&self.flat(is_egress), REQUEST, number)?;
        Ok([nested, flat].concat())
    }

    /// The rules that were named by id.
    pub(super) fn rule_ids(&self) -> Result<Vec<RuleId>, Malformed> {
        if self.is_cut() {
            return Ok(Vec::new());
        }
        let ids = self.security_group_rule_ids.0.iter().filter_map(Named::as_str).map(RuleId::new);
        part::id(ids.collect(), REQUEST)
    }

    /// Whether CloudTrail cut the request for its length.
    pub(super) fn is_cut(&self) -> bool {
        self.omitted == Some(Flag(true))
    }

    /// The new contents of rules.
    pub(super) fn modifications(&self) -> Result<Vec<Modification>, Malformed> {
        if self.is_cut() {
            return Ok(Vec::new());
        }
        let updates = self.security_group_rule.0.iter().zip(1..);
        updates.map(|(update, number)| update.modification(number)).collect()
    }

    /// The new descriptions of rules, as far as they can be read.
    pub(super) fn descriptions(&self, is_egress: bool) -> Vec<(RuleKey, Option<String>)> {
        let by_id = self.security_group_rule_description.0.iter().filter_map(|described| {
            let id = RuleId::new(described.security_group_rule_id.as_ref()?.as_str()).ok()?;
            Some((RuleKey::Id(id), owned(described.description.as_ref())))
        });
        let rules = self.rules(is_egress).unwrap_or_default().into_iter();
        by_id.chain(rules.map(|rule| (RuleKey::Content(rule.permission), rule.description))).collect()
    }

    /// The tags that the group was made with.
    pub(super) fn tags(&self) -> Result<BTreeMap<String, String>, Malformed> {
        let tags = self.tag_specification_set.0.iter().flat_map(|specification| &specification.tags.0);
        tags.map(|tag| tag.read().map(|(key, value)| (key, value.unwrap_or_default()))).collect()
    }

    /// The one rule of the flat form. A source group by name alone stands for all TCP, UDP and ICMP from it.
    fn flat(&self, is_egress: bool) -> Vec<SecurityGroupRule> {
        let group = [&self.source_security_group_id, &self.source_security_group_name]
            .iter()
            .any(|name| name.is_some());
        let referenced_group_info = group.then(|| ReferencedGroup {
            group_id: owned(self.source_security_group_id.as_ref()),
            group_name: owned(self.source_security_group_name.as_ref()),
            user_id: owner(self.source_security_group_owner_id.as_ref()),
        });
        let protocols = match &self.ip_protocol {
            Some(Text(protocol)) => vec![protocol.clone()],
            None if group => ["tcp", "udp", "icmp"].map(str::to_owned).to_vec(),
            None => return Vec::new(),
        };
        let rule = |ip_protocol| SecurityGroupRule {
            is_egress,
            ip_protocol,
            from_port: self.from_port.map(|Number(port)| port),
            to_port: self.to_port.map(|Number(port)| port),
            cidr_ipv4: owned(self.cidr_ip.as_ref()),
            cidr_ipv6: owned(self.cidr_ipv6.as_ref()),
            referenced_group_info: referenced_group_info.clone(),
            ..SecurityGroupRule::default()
        };
        protocols.into_iter().map(rule).collect()
    }
}

/// The rules of nested items in `part`: each network, group and prefix list of each item is one of its own.
pub(super) fn nested_rules(
    List(items): &List<IpPermission>,
    is_egress: bool,
    part: &'static str,
) -> Result<Vec<Rule>, Malformed> {
    let rules = items.iter().zip(1..).map(|(item, number)| {
        let shapes = item.shapes(is_egress).map_err(|source| Malformed::Rule { part, number, source })?;
        read_rules(&shapes, part, number)
    });
    rules.collect::<Result<Vec<_>, _>>().map(|rules| rules.concat())
}

/// The rules that the item of this number stands for.
fn read_rules(
    shapes: &[SecurityGroupRule],
    part: &'static str,
    number: usize,
) -> Result<Vec<Rule>, Malformed> {
    let rules = shapes.iter().map(Rule::try_from);
    rules.collect::<Result<_, _>>().map_err(|source| Malformed::Rule { part, number, source })
}

impl IpPermission {
    /// The rules that this item stands for.
    fn shapes(&self, is_egress: bool) -> Result<Vec<SecurityGroupRule>, InvalidRule> {
        let Self { ip_protocol, from_port, to_port, groups, ip_ranges, ipv6_ranges, prefix_list_ids } = self;
        let rule = SecurityGroupRule {
            is_egress,
            ip_protocol: owned(ip_protocol.as_ref()).unwrap_or_default(),
            from_port: from_port.map(|Number(port)| port),
            to_port: to_port.map(|Number(port)| port),
            ..SecurityGroupRule::default()
        };
        let networks = ip_ranges.0.iter().chain(&ipv6_ranges.0).map(|range| SecurityGroupRule {
            cidr_ipv4: Some(range.cidr_ip.0.clone()),
            description: owned(range.description.as_ref()),
            ..rule.clone()
        });
        let groups = groups.0.iter().map(|group| SecurityGroupRule {
            referenced_group_info: Some(group.reference()),
            description: owned(group.description.as_ref()),
            ..rule.clone()
        });
        let lists = prefix_list_ids.0.iter().map(|list| SecurityGroupRule {
            prefix_list_id: Some(list.prefix_list_id.0.clone()),
            description: owned(list.description.as_ref()),
            ..rule.clone()
        });
        let rules: Vec<_> = networks.chain(groups).chain(lists).collect();
        if rules.is_empty() { Err(InvalidRule::NoPeer) } else { Ok(rules) }
    }
}

impl GroupPair {
    fn reference(&self) -> ReferencedGroup {
        ReferencedGroup {
            group_id: owned(self.group_id.as_ref()),
            group_name: owned(self.group_name.as_ref()),
            user_id: owner(self.user_id.as_ref()),
        }
    }
}

impl RuleUpdate {
    fn modification(&self, number: usize) -> Result<Modification, Malformed> {
        let Self { security_group_rule_id, security_group_rule } = self;
        let id = security_group_rule_id.as_ref();
        let id = id.ok_or(Malformed::Missing { part: REQUEST, field: "SecurityGroupRuleId" })?;
        let content = security_group_rule.as_ref();
        let content = content.ok_or(Malformed::Missing { part: REQUEST, field: "SecurityGroupRule" })?;
        let rule = Rule::try_from(&content.shape()).map_err(|source| Malformed::Rule {
            part: REQUEST,
            number,
            source,
        })?;
        Ok(Modification {
            id: part::id(RuleId::new(id.as_str()), REQUEST)?,
            content: Content { traffic: rule.permission.traffic, peer: rule.permission.peer },
            description: rule.description,
        })
    }
}

impl NewContent {
    /// The content; its direction is not in the record.
    fn shape(&self) -> SecurityGroupRule {
        let referenced_group_info = self
            .referenced_group_id
            .as_ref()
            .map(|Text(id)| ReferencedGroup { group_id: Some(id.clone()), ..ReferencedGroup::default() });
        SecurityGroupRule {
            ip_protocol: owned(self.ip_protocol.as_ref()).unwrap_or_default(),
            from_port: self.from_port.map(|Number(port)| port),
            to_port: self.to_port.map(|Number(port)| port),
            cidr_ipv4: owned(self.cidr_ipv4.as_ref()),
            cidr_ipv6: owned(self.cidr_ipv6.as_ref()),
            prefix_list_id: owned(self.prefix_list_id.as_ref()),
            referenced_group_info,
            description: owned(self.description.as_ref()),
            ..SecurityGroupRule::default()
        }
    }
}

fn owner(text: Option<&Text>) -> Option<String> {
    text.map(|Text(text)| account_digits(text))
}

fn owned(text: Option<&Text>) -> Option<String> {
    text.map(|Text(text)| text.clone())
}
