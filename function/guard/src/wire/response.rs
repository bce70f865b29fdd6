//! `responseElements` of the security group calls. Since mid-2021 it lists the resulting rules, as EC2 normalised
//! them, so it is preferred to the request.

use serde::Deserialize;

use super::Malformed;
use super::loose::{Flag, List, Number, Text, account_digits};
use super::part::RESPONSE;
use super::request::{self, IpPermission};
use crate::group::Rule;
use crate::shape::{ReferencedGroup, SecurityGroupRule};

/// What a response says. `Default` is the response of an old record, which says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Response {
    pub(super) group_id: Option<Text>,
    security_group_rule_set: List<ResponseRule>,
    revoked_security_group_rule_set: Option<List<ResponseRule>>,
    unknown_ip_permission_set: List<IpPermission>,
    #[serde(rename = "_return", alias = "return")]
    success: Option<Text>,
    omitted: Option<Flag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseRule {
    group_owner_id: Option<Text>,
    group_id: Option<Text>,
    security_group_rule_id: Option<Text>,
    is_egress: Option<Flag>,
    ip_protocol: Text,
    from_port: Option<Number>,
    to_port: Option<Number>,
    cidr_ipv4: Option<Text>,
    cidr_ipv6: Option<Text>,
    prefix_list_id: Option<Text>,
    referenced_group_info: Option<Reference>,
    /// In place of `referencedGroupInfo`, of a rule that was revoked.
    referenced_group_id: Option<Text>,
    description: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    group_id: Option<Text>,
    user_id: Option<Text>,
}

impl Response {
    /// The group that its rules belong to.
    pub(super) fn group_of_rules(&self) -> Option<&str> {
        self.all_rules().find_map(|rule| rule.group_id.as_ref()).map(Text::as_str)
    }

    /// The account that owns the group.
    pub(super) fn owner(&self) -> Option<&str> {
        self.all_rules().find_map(|rule| rule.group_owner_id.as_ref()).map(Text::as_str)
    }

    /// Whether CloudTrail cut the response for its length.
    pub(super) fn is_cut(&self) -> bool {
        self.omitted == Some(Flag(true))
    }

    /// The rules that were added; none in records before mid-2021, or where the response was cut.
    pub(super) fn rules(&self, is_egress: bool) -> Result<Vec<Rule>, Malformed> {
        if self.is_cut() { Ok(Vec::new()) } else { read_rules(&self.security_group_rule_set, is_egress) }
    }

    /// The rules that were removed; `None` in older records, or where the response was cut.
    pub(super) fn revoked(&self, is_egress: bool) -> Result<Option<Vec<Rule>>, Malformed> {
        let told = self.revoked_security_group_rule_set.as_ref().filter(|_| !self.is_cut());
        told.map(|rules| read_rules(rules, is_egress)).transpose()
    }

    /// The rules that were to be removed and were not there.
    pub(super) fn unknown(&self, is_egress: bool) -> Result<Vec<Rule>, Malformed> {
        request::nested_rules(&self.unknown_ip_permission_set, is_egress, RESPONSE)
    }

    /// Whether EC2 answered that it did not do what was asked.
    pub(super) fn says_nothing_was_done(&self) -> bool {
        self.success.as_ref().is_some_and(|Text(success)| success == "false")
    }

    fn all_rules(&self) -> impl Iterator<Item = &ResponseRule> {
        let revoked = self.revoked_security_group_rule_set.iter().flat_map(|List(rules)| rules);
        self.security_group_rule_set.0.iter().chain(revoked)
    }
}

fn read_rules(List(rules): &List<ResponseRule>, is_egress: bool) -> Result<Vec<Rule>, Malformed> {
    let numbered = rules.iter().zip(1..);
    numbered
        .map(|(rule, number)| {
            Rule::try_from(&rule.shape(is_egress)).map_err(|source| Malformed::Rule {
                part: RESPONSE,
                number,
                source,
            })
        })
        .collect()
}

impl ResponseRule {
    /// The rule, whose direction is the call's unless it says otherwise.
    fn shape(&self, is_egress: bool) -> SecurityGroupRule {
        let text = |text: &Option<Text>| text.as_ref().map(|Text(text)| text.clone());
        SecurityGroupRule {
            security_group_rule_id: text(&self.security_group_rule_id),
            group_id: text(&self.group_id),
            group_owner_id: text(&self.group_owner_id),
            is_egress: self.is_egress.map_or(is_egress, |Flag(is_egress)| is_egress),
            ip_protocol: self.ip_protocol.0.clone(),
            from_port: self.from_port.map(|Number(port)| port),
            to_port: self.to_port.map(|Number(port)| port),
            cidr_ipv4: text(&self.cidr_ipv4),
            cidr_ipv6: text(&self.cidr_ipv6),
            prefix_list_id: text(&self.prefix_list_id),
            referenced_group_info: self.reference(),
            description: text(&self.description),
        }
    }

    fn reference(&self) -> Option<ReferencedGroup> {
        let Reference { group_id, user_id } = match (&self.referenced_group_info, &self.referenced_group_id) {
            (Some(reference), _) => reference.clone(),
            (None, Some(id)) => Reference { group_id: Some(id.clone()), user_id: None },
            (None, None) => return None,
        };
        Some(ReferencedGroup {
            group_id: group_id.map(|Text(id)| id),
            group_name: None,
            user_id: user_id.map(|Text(id)| account_digits(&id)),
        })
    }
}
