//! The record of a call of security groups, in the encodings that CloudTrail uses: nested, flat, and the XML-like one of
//! the newer calls.

use crate::caller::Caller;
use crate::group::{Content, Peer, Rule};
use crate::made::Tier;
use crate::scene::Scene;
use crate::template::uuid;

/// A call, and what came of it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    /// `requestParameters`.
    pub(crate) request: String,
    /// `responseElements`, of a call that was done.
    pub(crate) answer: Answer,
}

/// What EC2 said.
#[derive(Debug)]
pub(crate) enum Answer {
    Done(String),
    /// `errorCode` and `errorMessage`.
    Failed(&'static str, &'static str),
}

/// A record, and what it is known by.
#[derive(Debug)]
pub(crate) struct Record {
    /// `eventID`.
    pub(crate) id: String,
    pub(crate) json: Vec<u8>,
}

/// How an Authorize or a Revoke is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Nested,
    /// Of one rule for an IPv4 network only.
    Flat,
}

impl Call {
    /// The call of new rules.
    pub(crate) fn authorize(group: &str, rules: &[Rule], encoding: Encoding, scene: &mut Scene) -> Self {
        let items: Vec<_> = rules.iter().map(|rule| rule_item(&scene.account, group, rule)).collect();
        let set = format!(r#""securityGroupRuleSet":{{"items":[{}]}}"#, items.join(","));
        Self {
            name: "AuthorizeSecurityGroupIngress",
            request: request(group, rules, encoding, &scene.account),
            answer: Answer::Done(returned(scene, &set)),
        }
    }

    /// The call of new rules that failed.
    pub(crate) fn refused(group: &str, rules: &[Rule], scene: &mut Scene) -> Self {
        let answer = if scene.dice.below(2) == 0 {
            Answer::Failed(
                "Client.UnauthorizedOperation",
                "You are not authorized to perform this operation.",
            )
        } else {
            Answer::Failed("Client.InvalidPermission.Duplicate", "the specified rule already exists")
        };
        let request = request(group, rules, Encoding::Nested, &scene.account);
        Self { name: "AuthorizeSecurityGroupIngress", request, answer }
    }

    /// The call that takes a rule away.
    pub(crate) fn revoke(group: &str, rule: &Rule, encoding: Encoding, scene: &mut Scene) -> Self {
        let rules = std::slice::from_ref(rule);
        let request = request(group, rules, encoding, &scene.account);
        Self { name: "RevokeSecurityGroupIngress", request, answer: Answer::Done(returned(scene, "")) }
    }

    /// The call that edits a rule of an IPv4 network in place.
    pub(crate) fn modify(group: &str, rule: &str, content: &Content) -> Self {
        let ports = content
            .ports()
            .map_or(String::new(), |(from, to)| format!(r#""FromPort":{from},"ToPort":{to},"#));
        let network = match &content.peer {
            Peer::V4(network) => format!(r#""CidrIpv4":"{network}","#),
            Peer::V6(network) => format!(r#""CidrIpv6":"{network}","#),
            Peer::Group(id) => format!(r#""ReferencedGroupId":"{id}","#),
        };
        let request = format!(
            r#"{{"ModifySecurityGroupRulesRequest":{{"SecurityGroupRule":{{"SecurityGroupRuleId":"{rule}","tag":1,"SecurityGroupRule":{{{network}{ports}"IpProtocol":"{}","Description":"changed in place"}}}},"GroupId":"{group}"}}}}"#,
            content.protocol()
        );
        let answer = r#"{"ModifySecurityGroupRulesResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","return":true}}"#;
        Self { name: "ModifySecurityGroupRules", request, answer: Answer::Done(answer.to_owned()) }
    }

    /// The call that describes a rule otherwise.
    pub(crate) fn describe(group: &str, rule: &str) -> Self {
        let request = format!(
            r#"{{"UpdateSecurityGroupRuleDescriptionsIngressRequest":{{"GroupId":"{group}","SecurityGroupRuleDescription":{{"SecurityGroupRuleId":"{rule}","tag":1,"Description":"see \"OPS-17\", für später"}}}}}}"#
        );
        let answer = r#"{"UpdateSecurityGroupRuleDescriptionsIngressResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","return":true}}"#;
        Self {
            name: "UpdateSecurityGroupRuleDescriptionsIngress",
            request,
            answer: Answer::Done(answer.to_owned()),
        }
    }

    /// The call that makes a group.
    pub(crate) fn create(group: &str, name: &str, tier: Option<Tier>, vpc: &str, scene: &mut Scene) -> Self {
        let tier = tier.map_or(String::new(), |tier| format!(",{}", tag("tier", tier.name())));
        let tags = format!("{}{tier}", tag("Name", name));
        let request = format!(
            r#"{{"groupName":"{name}","groupDescription":"made by the platform","vpcId":"{vpc}","tagSpecificationSet":{{"items":[{{"resourceType":"security-group","tags":[{tags}]}}]}}}}"#
        );
        let more = format!(r#""groupId":"{group}","tagSet":{{"items":[{tags}]}}"#);
        Self { name: "CreateSecurityGroup", request, answer: Answer::Done(returned(scene, &more)) }
    }

    /// The call that deletes a group.
    pub(crate) fn delete(group: &str, scene: &mut Scene) -> Self {
        let request = format!(r#"{{"groupId":"{group}"}}"#);
        Self { name: "DeleteSecurityGroup", request, answer: Answer::Done(returned(scene, "")) }
    }

    /// The call that sets a tag.
    pub(crate) fn tag(group: &str, key: &str, value: &str, scene: &mut Scene) -> Self {
        let request = tagging(group, &tag(key, value));
        Self { name: "CreateTags", request, answer: Answer::Done(returned(scene, "")) }
    }

    /// The call that takes the tag of a tier.
    pub(crate) fn untag(group: &str, tier: Tier, scene: &mut Scene) -> Self {
        let request = tagging(group, &tag("tier", tier.name()));
        Self { name: "DeleteTags", request, answer: Answer::Done(returned(scene, "")) }
    }

    /// The record of it, with `caller` as who made it.
    pub(crate) fn record(&self, caller: &Caller, scene: &mut Scene) -> Record {
        let Self { name, request, answer } = self;
        let (failure, response) = match answer {
            Answer::Done(response) => (String::new(), response.as_str()),
            Answer::Failed(code, message) => {
                (format!(r#""errorCode":"{code}","errorMessage":"{message}","#), "null")
            }
        };
        let (id, request_id, host) = (new_uuid(scene), new_uuid(scene), scene.dice.below(256));
        let mut json = br#"{"eventVersion":"1.09","userIdentity":"#.to_vec();
        caller.identity.fill(scene, &mut json);
        let rest = format!(
            r#","eventTime":"{}","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"203.0.113.{host}","userAgent":"{}",{failure}"requestParameters":{request},"responseElements":{response},"requestID":"{request_id}","eventID":"{id}","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.{region}.amazonaws.com"}}}}"#,
            scene.now,
            caller.agent,
            scene.account,
            region = scene.region,
        );
        json.extend_from_slice(rest.as_bytes());
        Record { id, json }
    }
}

fn tag(key: &str, value: &str) -> String {
    format!(r#"{{"key":"{key}","value":"{value}"}}"#)
}

fn tagging(group: &str, tags: &str) -> String {
    format!(r#"{{"resourcesSet":{{"items":[{{"resourceId":"{group}"}}]}},"tagSet":{{"items":[{tags}]}}}}"#)
}

/// What EC2 returns, with `more` in it.
fn returned(scene: &mut Scene, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#"{{"requestId":"{}","_return":true{comma}{more}}}"#, new_uuid(scene))
}

fn request(group: &str, rules: &[Rule], encoding: Encoding, account: &str) -> String {
    if let ([Rule { content, .. }], Encoding::Flat) = (rules, encoding)
        && let (Peer::V4(network), Some((from, to))) = (&content.peer, content.ports())
    {
        return format!(
            r#"{{"groupId":"{group}","ipPermissions":{{}},"ipProtocol":"{}","fromPort":{from},"toPort":{to},"cidrIp":"{network}"}}"#,
            content.protocol()
        );
    }
    let items: Vec<_> = rules.iter().map(|rule| permission_item(account, &rule.content)).collect();
    format!(r#"{{"groupId":"{group}","ipPermissions":{{"items":[{}]}}}}"#, items.join(","))
}

/// An item of `ipPermissions`.
fn permission_item(account: &str, content: &Content) -> String {
    let ports =
        content.ports().map_or(String::new(), |(from, to)| format!(r#""fromPort":{from},"toPort":{to},"#));
    let (mut groups, mut ranges, mut ipv6) = ("{}".to_owned(), "{}".to_owned(), "{}".to_owned());
    match &content.peer {
        Peer::V4(network) => ranges = format!(r#"{{"items":[{{"cidrIp":"{network}"}}]}}"#),
        Peer::V6(network) => ipv6 = format!(r#"{{"items":[{{"cidrIpv6":"{network}"}}]}}"#),
        Peer::Group(id) => groups = format!(r#"{{"items":[{{"userId":"{account}","groupId":"{id}"}}]}}"#),
    }
    format!(
        r#"{{"ipProtocol":"{}",{ports}"groups":{groups},"ipRanges":{ranges},"ipv6Ranges":{ipv6},"prefixListIds":{{}}}}"#,
        content.protocol()
    )
}

/// An item of `securityGroupRuleSet`.
fn rule_item(account: &str, group: &str, Rule { id, content, .. }: &Rule) -> String {
    let (from, to) = content.ports().map_or((-1, -1), |(from, to)| (i32::from(from), i32::from(to)));
    let peer = match &content.peer {
        Peer::V4(network) => format!(r#""cidrIpv4":"{network}""#),
        Peer::V6(network) => format!(r#""cidrIpv6":"{network}""#),
        Peer::Group(id) => format!(r#""referencedGroupInfo":{{"userId":"{account}","groupId":"{id}"}}"#),
    };
    format!(
        r#"{{"groupOwnerId":"{account}","groupId":"{group}","securityGroupRuleId":"{id}","isEgress":false,"ipProtocol":"{}","fromPort":{from},"toPort":{to},{peer}}}"#,
        content.protocol()
    )
}

fn new_uuid(scene: &mut Scene) -> String {
    let mut id = Vec::new();
    uuid(&mut scene.dice, &mut id);
    String::from_utf8(id).unwrap_or_default()
}
