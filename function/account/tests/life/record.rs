//! What `CloudTrail` writes of a call, in the encodings that AWS uses.

use serde_json::{Map, Value, json};
use tierguard::change::{
    Attached, Attachment, Change, ChangeKind, Content, GroupChange, GroupEdit, InterfaceKey, ListChange,
    ListEdit, Modification, RuleKey, TagChange, TagEdit, Told,
};
use tierguard::group::Rule;
use tierguard::id::{GroupId, RoleArn};
use tierguard::network::Network;
use tierguard::permission::Permission;
use tierguard::shape::SecurityGroupRule;

use crate::cloud::Refusal;
use crate::dice::Dice;
use crate::scene::ACCOUNT;

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Nested request, and a response with the resulting rules.
    New,
    /// Nested request, and a response that says that it was done.
    Old,
    /// One rule in the flat fields, where it fits; else as before.
    Flat,
    /// A request that was cut for its length.
    Cut,
    /// Cut so that not even the group is left.
    Nameless,
    /// A response that was cut.
    CutResponse,
}

impl Encoding {
    pub(crate) fn drawn(dice: &mut Dice) -> Self {
        dice.weighted(&[
            (50, Self::New),
            (25, Self::Old),
            (15, Self::Flat),
            (3, Self::Cut),
            (1, Self::Nameless),
            (3, Self::CutResponse),
        ])
    }
}

/// A call, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) change: Change,
    pub(crate) refusal: Option<Refusal>,
}

impl Made {
    /// The record.
    pub(crate) fn record(&self, encoding: Encoding, dice: &mut Dice) -> String {
        let (mut request, mut response) = parameters(&self.change.kind, encoding, dice);
        match encoding {
            Encoding::Cut => request = cut(&self.change),
            Encoding::Nameless => request = json!({"omitted": true}),
            Encoding::CutResponse => response = json!({"omitted": true}),
            Encoding::New | Encoding::Old | Encoding::Flat => {}
        }
        if matches!(encoding, Encoding::Cut | Encoding::Nameless) {
            response = Value::Null;
        }
        self.around(&request, &response).to_string()
    }

    fn around(&self, request: &Value, response: &Value) -> Value {
        let event = &self.change.event;
        let role = event.actor.role.as_ref().map(RoleArn::as_str);
        let mut record = json!({
            "eventVersion": "1.10", "eventID": event.id, "eventName": event.name, "eventTime": event.time,
            "eventSource": "ec2.amazonaws.com", "awsRegion": event.region, "recipientAccountId": ACCOUNT,
            "userIdentity": {
                "type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/anything/tierguard"),
                "accountId": ACCOUNT, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
            },
            "requestParameters": request, "responseElements": response,
        });
        if let Some(Refusal(code)) = self.refusal {
            record["errorCode"] = json!(format!("Client.{code}"));
            record["responseElements"] = Value::Null;
        }
        record
    }
}

/// What is left of a request that was cut.
fn cut(change: &Change) -> Value {
    match &change.kind {
        ChangeKind::Group(GroupChange { group, .. }) => json!({"omitted": true, "groupId": group.id()}),
        ChangeKind::Tags(_) | ChangeKind::Attachment(_) => json!({"omitted": true}),
        ChangeKind::PrefixList(ListChange { list, .. }) => json!({"omitted": true, "prefixListId": list}),
    }
}

fn done() -> Value {
    json!({"requestId": "a-request", "_return": true})
}

fn items<T: Into<Value>>(elements: impl IntoIterator<Item = T>) -> Value {
    let elements: Vec<Value> = elements.into_iter().map(Into::into).collect();
    if elements.is_empty() { json!({}) } else { json!({ "items": elements }) }
}

/// Request and response.
fn parameters(kind: &ChangeKind, encoding: Encoding, dice: &mut Dice) -> (Value, Value) {
    match kind {
        ChangeKind::Group(GroupChange { group, edit }) => of_group(group.id().unwrap(), edit, encoding, dice),
        ChangeKind::Tags(TagChange { groups, edit }) => {
            let resources = items(groups.iter().map(|group| json!({"resourceId": group})));
            let tags = match edit {
                TagEdit::Set(tags) => {
                    items(tags.iter().map(|(key, value)| json!({"key": key, "value": value})))
                }
                TagEdit::Removed(tags) => items(tags.keys().map(|key| json!({ "key": key }))),
            };
            (json!({"resourcesSet": resources, "tagSet": tags}), done())
        }
        ChangeKind::PrefixList(list) => (of_list(list), Value::Null),
        ChangeKind::Attachment(Attachment { interfaces }) => (of_interface(&interfaces[0]), done()),
    }
}

fn of_group(group: &GroupId, edit: &GroupEdit, encoding: Encoding, dice: &mut Dice) -> (Value, Value) {
    match edit {
        GroupEdit::Authorize { rules: Told::Whole(rules), .. } => {
            let told = rules.iter().map(|rule| response_rule(rule, group));
            let response = json!({"_return": true, "securityGroupRuleSet": items(told)});
            (request(group, rules, encoding, dice), if encoding == Encoding::Old { done() } else { response })
        }
        GroupEdit::Revoke { rules: Told::Whole(keys), removed, .. } => {
            let request = match &keys[0] {
                RuleKey::Id(id) => json!({
                    "groupId": group, "ipPermissions": {}, "securityGroupRuleIds": items([json!({"securityGroupRuleId": id})]),
                }),
                RuleKey::Content(_) => request(group, removed, encoding, dice),
            };
            let told = items(removed.iter().map(|rule| response_rule(rule, group)));
            let response = json!({"_return": true, "revokedSecurityGroupRuleSet": told});
            (request, if encoding == Encoding::New { response } else { done() })
        }
        GroupEdit::Modify { rules: Told::Whole(rules) } => {
            let updates: Vec<_> = rules.iter().zip(1..).map(|(rule, tag)| update(rule, tag)).collect();
            let update = if updates.len() == 1 { updates[0].clone() } else { json!(updates) };
            let request =
                json!({"ModifySecurityGroupRulesRequest": {"GroupId": group, "SecurityGroupRule": update}});
            (request, json!({"ModifySecurityGroupRulesResponse": {"requestId": "a-request", "return": true}}))
        }
        GroupEdit::Describe { .. } => {
            (json!({"UpdateSecurityGroupRuleDescriptionsIngressRequest": {"GroupId": group}}), done())
        }
        GroupEdit::Create { name, vpc, tags } => {
            let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
            let tags = items([json!({"resourceType": "security-group", "tags": tags})]);
            let name = name.as_ref().map(ToString::to_string);
            let request = json!({"groupName": name, "vpcId": vpc, "tagSpecificationSet": tags});
            (request, json!({"_return": true, "groupId": group}))
        }
        GroupEdit::Delete => (json!({"groupId": group}), done()),
        GroupEdit::Authorize { .. }
        | GroupEdit::Revoke { .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Associate { .. } => panic!("nobody in a life makes such a call: {edit:?}"),
    }
}

/// The request of a call that adds or removes `rules`.
fn request(group: &GroupId, rules: &[Rule], encoding: Encoding, dice: &mut Dice) -> Value {
    if let (Encoding::Flat, [rule]) = (encoding, rules)
        && let Some(flat) = flat(group, rule)
    {
        return flat;
    }
    json!({"groupId": group, "ipPermissions": items(rules.iter().map(|rule| nested(rule, dice)))})
}

fn flat(group: &GroupId, rule: &Rule) -> Option<Value> {
    let SecurityGroupRule { ip_protocol, from_port, to_port, cidr_ipv4, cidr_ipv6, .. } =
        shape(&rule.permission);
    let (key, cidr) = cidr_ipv4.map(|cidr| ("cidrIp", cidr)).or(cidr_ipv6.map(|cidr| ("cidrIpv6", cidr)))?;
    Some(json!({
        "groupId": group, "ipPermissions": {}, "ipProtocol": ip_protocol, "fromPort": from_port, "toPort": to_port,
        key: cidr,
    }))
}

/// One item of `ipPermissions`. Protocols and numbers come in several spellings.
fn nested(rule: &Rule, dice: &mut Dice) -> Value {
    let shape = shape(&rule.permission);
    let range = |key: &str, cidr: Option<String>| {
        items(cidr.map(|cidr| json!({key: cidr, "description": rule.description})))
    };
    let group = shape.referenced_group_info.map(|it| json!({"groupId": it.group_id, "userId": it.user_id}));
    let mut item = json!({
        "ipProtocol": shape.ip_protocol, "groups": items(group), "ipRanges": range("cidrIp", shape.cidr_ipv4),
        "ipv6Ranges": range("cidrIpv6", shape.cidr_ipv6),
        "prefixListIds": items(shape.prefix_list_id.map(|id| json!({"prefixListId": id}))),
    });
    if shape.ip_protocol != "-1" {
        let is_text = dice.percent(10);
        let number =
            |port: Option<i64>| if is_text { json!(port.map(|it| it.to_string())) } else { json!(port) };
        (item["fromPort"], item["toPort"]) = (number(shape.from_port), number(shape.to_port));
    }
    if shape.ip_protocol == "tcp" && dice.percent(10) {
        item["ipProtocol"] = json!("6");
    }
    item
}

fn shape(permission: &Permission) -> SecurityGroupRule {
    SecurityGroupRule::of(&Rule { id: None, permission: permission.clone(), description: None }, None)
}

/// An element of `securityGroupRuleSet`.
fn response_rule(rule: &Rule, group: &GroupId) -> Value {
    let mut told = Map::new();
    let Value::Object(shape) = json!(SecurityGroupRule::of(rule, Some(group))) else {
        panic!("a rule is an object")
    };
    for (key, value) in shape {
        told.insert(lower(&key), value.as_object().map_or_else(|| value.clone(), lowered));
    }
    Value::Object(told)
}

fn lowered(object: &Map<String, Value>) -> Value {
    object.iter().map(|(key, value)| (lower(key), value.clone())).collect::<Map<_, _>>().into()
}

fn lower(key: &str) -> String {
    key[..1].to_lowercase() + &key[1..]
}

/// An element of `ModifySecurityGroupRules`: it names a group by its id alone.
fn update(Modification { id, content: Content { traffic, peer }, .. }: &Modification, tag: usize) -> Value {
    let direction = tierguard::permission::Direction::Ingress;
    let shape = shape(&Permission { direction, traffic: *traffic, peer: peer.clone() });
    let mut content =
        json!({"IpProtocol": shape.ip_protocol, "FromPort": shape.from_port, "ToPort": shape.to_port});
    let peers = [
        ("CidrIpv4", shape.cidr_ipv4),
        ("CidrIpv6", shape.cidr_ipv6),
        ("PrefixListId", shape.prefix_list_id),
        ("ReferencedGroupId", shape.referenced_group_info.and_then(|it| it.group_id)),
    ];
    for (key, peer) in peers.into_iter().filter_map(|(key, peer)| Some((key, peer?))) {
        content[key] = json!(peer);
    }
    json!({"SecurityGroupRuleId": id, "tag": tag, "SecurityGroupRule": content})
}

fn of_list(ListChange { list, before, edit }: &ListChange) -> Value {
    let version = before.map(|version| version.0);
    let entries = |entries: &[Network]| {
        entries
            .iter()
            .zip(1..)
            .map(|(it, tag)| json!({"Cidr": it.to_string(), "tag": tag}))
            .collect::<Value>()
    };
    match edit {
        ListEdit::Entries { added, removed } => json!({"ModifyManagedPrefixListRequest": {
            "PrefixListId": list, "CurrentVersion": version, "AddEntry": entries(added), "RemoveEntry": entries(removed),
        }}),
        ListEdit::Restore { version: to } => json!({"RestoreManagedPrefixListVersionRequest": {
            "PrefixListId": list, "CurrentVersion": version, "PreviousVersion": to.0,
        }}),
        ListEdit::Cut => json!({"omitted": true, "prefixListId": list}),
    }
}

fn of_interface(Attached { interface, groups, .. }: &Attached) -> Value {
    let InterfaceKey::Id(id) = interface else { panic!("people name interfaces by id") };
    let groups = items(groups.iter().map(|group| json!({"groupId": group})));
    json!({"networkInterfaceId": id, "groupSet": groups})
}
