//! Every encoding of a change that CloudTrail uses, and what must be read from it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may stop at the first surprise")]
#![expect(clippy::needless_pass_by_value, reason = "records are written where they are passed")]

#[path = "wire/attachment.rs"]
mod attachment;
#[path = "wire/identity.rs"]
mod identity;
#[path = "wire/prefilter.rs"]
mod prefilter;
#[path = "wire/prefix_list.rs"]
mod prefix_list;
#[path = "wire/revoke.rs"]
mod revoke;
#[path = "wire/tags.rs"]
mod tags;

use proptest::prelude::*;
use serde_json::{Value, json};
use tierguard::change::{
    Attached, Attachment, Change, ChangeKind, GroupChange, GroupEdit, ListChange, ListEdit, ListVersion,
    Modification, RuleKey, TagChange, TagEdit, Told,
};
use tierguard::group::Rule;
use tierguard::id::{GroupId, RoleArn};
use tierguard::wire::{self, Dismissal, Reading};

/// A record of `name` with these parameters; the rest is as most records have it.
fn record(name: &str, request: Value, response: Value) -> Value {
    json!({
        "eventVersion": "1.10", "eventID": "e-1", "eventName": name, "eventSource": "ec2.amazonaws.com",
        "eventTime": "2026-03-02T09:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana"},
        "requestParameters": request, "responseElements": response,
    })
}

fn read(record: &Value) -> String {
    shown(&wire::read(record.to_string().as_bytes(), None))
}

/// A reading in one line a rule.
fn shown(reading: &Reading) -> String {
    match reading {
        Reading::Change(change) => shown_change(change),
        Reading::Ignored(_, Dismissal::FailedCall) => "failed call".to_owned(),
        Reading::Ignored(_, Dismissal::NotAChange) => "not a change".to_owned(),
        Reading::Ignored(_, Dismissal::OwnChange(Some(change))) => format!("own: {}", shown_change(change)),
        Reading::Ignored(_, Dismissal::OwnChange(None)) => "own".to_owned(),
        Reading::Ignored(_, Dismissal::DescriptionOnly(None)) => "descriptions".to_owned(),
        Reading::Ignored(_, Dismissal::DescriptionOnly(Some(change))) => {
            format!("descriptions: {}", shown_change(change))
        }
        Reading::Truncated(_) => "truncated".to_owned(),
        Reading::Malformed(_, why) => format!("malformed: {why}"),
    }
}

fn shown_change(change: &Change) -> String {
    match &change.kind {
        ChangeKind::Group(change) => shown_group(change),
        ChangeKind::Tags(change) => shown_tags(change),
        ChangeKind::PrefixList(change) => shown_list(change),
        ChangeKind::Attachment(change) => shown_attachment(change),
    }
}

fn shown_group(GroupChange { group, edit: kind }: &GroupChange) -> String {
    let (what, rules) = match kind {
        GroupEdit::Authorize { direction, rules } => (format!("authorize {direction}"), told(rules, rule)),
        GroupEdit::Revoke { direction, rules, removed } => {
            let removed = removed.iter().map(|gone| format!("\n  gone: {}", rule(gone))).collect::<String>();
            (format!("revoke {direction}"), told(rules, key) + &removed)
        }
        GroupEdit::Modify { rules } => ("modify".to_owned(), told(rules, edit)),
        GroupEdit::Describe { direction, descriptions } => {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let lines =
                descriptions.iter().map(|(rule, says)| format!("\n  {} \"{}\"", key(rule), text(says)));
            (format!("describe {direction}"), lines.collect())
        }
        GroupEdit::Create { name, vpc, tags } => {
            let (name, vpc) = (name.as_ref().unwrap(), vpc.as_ref().unwrap());
            ("create".to_owned(), format!(" {name} in {vpc} {tags:?}"))
        }
        GroupEdit::Delete => ("delete".to_owned(), String::new()),
        GroupEdit::Associate { vpc: None } => ("associate".to_owned(), " with a VPC".to_owned()),
        GroupEdit::Associate { vpc: Some(vpc) } => ("associate".to_owned(), format!(" with {vpc}")),
    };
    format!("{what} {group}{rules}")
}

fn shown_tags(TagChange { groups, edit }: &TagChange) -> String {
    let groups: Vec<_> = groups.iter().map(GroupId::as_str).collect();
    match edit {
        TagEdit::Set(tags) => format!("set {tags:?} on {}", groups.join(" ")),
        TagEdit::Removed(tags) => format!("remove {tags:?} from {}", groups.join(" ")),
    }
}

fn shown_list(ListChange { list, before, edit }: &ListChange) -> String {
    let before = before.map_or("?".to_owned(), |ListVersion(version)| version.to_string());
    let edit = match edit {
        ListEdit::Entries { added, removed } => {
            let signed = |sign: &'static str| move |network: &_| format!(" {sign}{network}");
            added.iter().map(signed("+")).chain(removed.iter().map(signed("-"))).collect()
        }
        ListEdit::Restore { version } => format!(" restored from {version}"),
        ListEdit::Cut => " (cut)".to_owned(),
    };
    format!("{list} at {before}{edit}")
}

fn shown_attachment(Attachment { interfaces }: &Attachment) -> String {
    let lines = interfaces.iter().map(|Attached { interface, instance, vpc, groups }| {
        let of = instance.as_ref().map(|instance| format!(" of {instance}")).unwrap_or_default();
        let within = vpc.as_ref().map(|vpc| format!(" in {vpc}")).unwrap_or_default();
        let groups: String = groups.iter().map(|group| format!(" {group}")).collect();
        format!("{interface}{of}{within}:{groups}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn told<T>(rules: &Told<Vec<T>>, show: impl Fn(&T) -> String) -> String {
    match rules {
        Told::Whole(rules) => rules.iter().flat_map(|rule| ["\n  ".to_owned(), show(rule)]).collect(),
        Told::Cut => " (cut)".to_owned(),
    }
}

fn rule(Rule { id, permission, description }: &Rule) -> String {
    let id = id.as_ref().map(|id| format!("{id} ")).unwrap_or_default();
    let description = description.as_ref().map(|text| format!(" \"{text}\"")).unwrap_or_default();
    format!("{id}{permission}{description}")
}

fn key(key: &RuleKey) -> String {
    match key {
        RuleKey::Id(id) => id.to_string(),
        RuleKey::Content(permission) => permission.to_string(),
    }
}

fn edit(Modification { id, content, description }: &Modification) -> String {
    let description = description.as_ref().map(|text| format!(" \"{text}\"")).unwrap_or_default();
    format!("{id} {} with {}{description}", content.traffic, content.peer)
}

const OLD: &str = r#"{"_return": true}"#;

fn authorize(request: Value) -> String {
    read(&record("AuthorizeSecurityGroupIngress", request, serde_json::from_str(OLD).unwrap()))
}

fn item(fields: Value) -> Value {
    json!({"groupId": "sg-1", "ipPermissions": {"items": [fields]}})
}

#[test]
fn the_nested_encoding_makes_one_rule_of_each_peer() {
    let request = item(json!({
        "ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
        "groups": {"items": [{"groupId": "sg-2", "userId": "444455556666", "description": "partner"},
                             {"groupId": "sg-3"}]},
        "ipRanges": {"items": [{"cidrIp": "203.0.113.7/24", "description": "office"}]},
        "ipv6Ranges": {"items": [{"cidrIpv6": "2001:db8::1/32"}]},
        "prefixListIds": {"items": [{"prefixListId": "pl-1"}]},
    }));
    insta::assert_snapshot!(authorize(request), @r#"
    authorize ingress sg-1
      443/tcp from 203.0.113.0/24 "office"
      443/tcp from 2001:db8::/32
      443/tcp from 444455556666/sg-2 "partner"
      443/tcp from sg-3
      443/tcp from pl-1
    "#);
}

#[test]
fn several_items_are_several_rules_and_old_records_lack_lists() {
    let request = json!({"groupId": "sg-1", "ipPermissions": {"items": [
        {"ipProtocol": "6", "fromPort": "80", "toPort": "81", "ipRanges": {"items": [{"cidrIp": "1.2.3.4/0"}]}},
        {"ipProtocol": "icmp", "fromPort": 8, "toPort": -1, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}},
        {"ipProtocol": "icmpv6", "fromPort": -1, "toPort": -1, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}},
        {"ipProtocol": "50", "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}},
    ]}});
    insta::assert_snapshot!(authorize(request), @"
    authorize ingress sg-1
      80-81/tcp from 0.0.0.0/0
      icmp/8 from 10.0.0.0/8
      icmpv6 from ::/0
      proto/50 from 10.0.0.0/8
    ");
}

#[test]
fn all_traffic_has_no_ports_however_it_is_written() {
    for ports in [json!({}), json!({"fromPort": 0, "toPort": 0}), json!({"fromPort": 0, "toPort": 65535})] {
        let mut fields = json!({"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}});
        fields.as_object_mut().unwrap().extend(ports.as_object().unwrap().clone());
        assert_eq!(authorize(item(fields)), "authorize ingress sg-1\n  all from 0.0.0.0/0");
    }
}

#[test]
fn the_flat_encoding_is_one_rule() {
    let flat = json!({"groupId": "sg-1", "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                      "cidrIp": "0.0.0.0/0"});
    insta::assert_snapshot!(authorize(flat), @"
    authorize ingress sg-1
      22/tcp from 0.0.0.0/0
    ");
    let group = json!({"groupName": "web", "ipPermissions": {}, "sourceSecurityGroupName": "bastion",
                       "sourceSecurityGroupOwnerId": 11_122_223_333_u64});
    insta::assert_snapshot!(authorize(group), @"
    authorize ingress web
      all/tcp from 011122223333/bastion
      all/udp from 011122223333/bastion
      icmp from 011122223333/bastion
    ");
}

#[test]
fn the_response_is_preferred_and_names_the_group() {
    let request = json!({"groupName": "web", "ipPermissions": {}, "ipProtocol": "TCP", "fromPort": 443,
                         "toPort": 443, "cidrIp": "1.2.3.4/0"});
    let response = json!({"_return": true, "securityGroupRuleSet": {"items": [
        {"groupOwnerId": "111122223333", "groupId": "sg-9", "securityGroupRuleId": "sgr-1", "isEgress": false,
         "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0", "description": "hello"},
        {"groupOwnerId": "111122223333", "groupId": "sg-9", "securityGroupRuleId": "sgr-2", "isEgress": false,
         "ipProtocol": "-1", "fromPort": -1, "toPort": -1,
         "referencedGroupInfo": {"userId": "111122223333", "groupId": "sg-2"}}]}});
    insta::assert_snapshot!(read(&record("AuthorizeSecurityGroupIngress", request, response)), @r#"
    authorize ingress sg-9
      sgr-1 443/tcp from 0.0.0.0/0 "hello"
      sgr-2 all from 111122223333/sg-2
    "#);
}

#[test]
fn the_wrapped_encoding_is_read_with_one_element_or_many() {
    let element = |n: u8| {
        json!({"SecurityGroupRuleId": format!("sgr-{n}"), "tag": n, "SecurityGroupRule":
        {"CidrIpv4": "0.0.0.0/0", "FromPort": 443, "ToPort": 443, "IpProtocol": "tcp", "Description": 123}})
    };
    let response =
        json!({"ModifySecurityGroupRulesResponse": {"xmlns": "…", "requestId": "r", "return": true}});
    let modify = |elements: Value| {
        let request =
            json!({"ModifySecurityGroupRulesRequest": {"SecurityGroupRule": elements, "GroupId": "sg-1"}});
        read(&record("ModifySecurityGroupRules", request, response.clone()))
    };
    insta::assert_snapshot!(modify(element(1)), @r#"
    modify sg-1
      sgr-1 443/tcp with 0.0.0.0/0 "123"
    "#);
    insta::assert_snapshot!(modify(json!([element(1), element(2)])), @r#"
    modify sg-1
      sgr-1 443/tcp with 0.0.0.0/0 "123"
      sgr-2 443/tcp with 0.0.0.0/0 "123"
    "#);
}

#[test]
fn coerced_scalars_are_read() {
    let request = json!({"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1", "SecurityGroupRule":
        {"SecurityGroupRuleId": "sgr-1", "tag": 1, "SecurityGroupRule":
            {"ReferencedGroupId": "sg-2", "IpProtocol": -1, "FromPort": "-1", "ToPort": -1, "Description": true}}}});
    insta::assert_snapshot!(read(&record("ModifySecurityGroupRules", request, Value::Null)), @r#"
    modify sg-1
      sgr-1 all with sg-2 "true"
    "#);
}

#[test]
fn a_removal_names_rules_by_content_or_by_id() {
    let by_id = |ids: Value| {
        let request = json!({"groupId": "sg-1", "ipPermissions": {}, "securityGroupRuleIds": ids});
        read(&record("RevokeSecurityGroupEgress", request, json!({"_return": true})))
    };
    // What they said, the record does not tell.
    for ids in
        [json!({"items": ["sgr-1"]}), json!({"items": [{"securityGroupRuleId": "sgr-1"}]}), json!(["sgr-1"])]
    {
        assert_eq!(by_id(ids), "revoke egress sg-1\n  sgr-1");
    }
    let request = json!({"RevokeSecurityGroupIngressRequest": {"GroupId": "sg-1", "SecurityGroupRuleId":
        [{"content": "sgr-1", "tag": 1}, {"content": "sgr-2", "tag": 2}]}});
    assert_eq!(
        read(&record("RevokeSecurityGroupIngress", request, Value::Null)),
        "revoke ingress sg-1\n  sgr-1\n  sgr-2"
    );
}

#[test]
fn descriptions_alone_are_told_from_changes() {
    let nested = item(json!({"ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
                             "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "new"}]}}));
    let wrapped = json!({"UpdateSecurityGroupRuleDescriptionsIngressRequest": {"GroupId": "sg-1", "IpPermissions":
        {"tag": 1, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
         "IpRanges": {"tag": 1, "CidrIp": "0.0.0.0/0", "Description": "new"}}}});
    for request in [nested, wrapped] {
        let found =
            read(&record("UpdateSecurityGroupRuleDescriptionsIngress", request, json!({"_return": true})));
        assert_eq!(found, "descriptions: describe ingress sg-1\n  443/tcp from 0.0.0.0/0 \"new\"");
    }
}

#[test]
fn groups_come_and_go() {
    let request = json!({"groupName": "web", "groupDescription": "the web tier", "vpcId": "vpc-1", "tagSpecificationSet":
        {"items": [{"resourceType": "security-group", "tags": [{"key": "tier", "value": "web"}]}]}});
    let response = json!({"_return": true, "groupId": "sg-1"});
    let created = read(&record("CreateSecurityGroup", request.clone(), response));
    assert_eq!(created, r#"create sg-1 web in vpc-1 {"tier": "web"}"#);
    let nameless = read(&record("CreateSecurityGroup", request, Value::Null));
    assert_eq!(nameless, "malformed: responseElements has no groupId");
    let by = |name: &str, request: Value| read(&record(name, request, json!({"_return": true})));
    assert_eq!(by("DeleteSecurityGroup", json!({"groupId": "sg-1"})), "delete sg-1");
    assert_eq!(by("DeleteSecurityGroup", json!({"groupName": "web"})), "delete web");
}

#[test]
fn a_group_comes_to_be_usable_in_a_further_vpc() {
    let flat = json!({"groupId": "sg-1", "vpcId": "vpc-2"});
    let wrapped = json!({"AssociateSecurityGroupVpcRequest": {"GroupId": "sg-1", "VpcId": "vpc-2"}});
    let response = json!({"AssociateSecurityGroupVpcResponse": {"requestId": "r", "state": "associating"}});
    for request in [flat, wrapped] {
        let found = read(&record("AssociateSecurityGroupVpc", request.clone(), response.clone()));
        assert_eq!(found, "associate sg-1 with vpc-2");
        assert_eq!(read(&record("DisassociateSecurityGroupVpc", request, Value::Null)), "not a change");
    }
    let nowhere = read(&record("AssociateSecurityGroupVpc", json!({"groupId": "sg-1"}), Value::Null));
    assert_eq!(nowhere, "associate sg-1 with a VPC");
}

#[test]
fn what_was_cut_is_left_to_the_live_group() {
    let cut = json!({"omitted": true, "groupId": "sg-1"});
    assert_eq!(authorize(cut.clone()), "authorize ingress sg-1 (cut)");
    assert_eq!(read(&record("ModifySecurityGroupRules", cut.clone(), Value::Null)), "modify sg-1 (cut)");
    let partly = json!({"omitted": true, "groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp",
        "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}});
    assert_eq!(authorize(partly), "authorize ingress sg-1 (cut)");
    assert_eq!(authorize(json!({"omitted": true})), "truncated");
    let response = json!({"securityGroupRuleSet": {"items": [{"groupId": "sg-1", "securityGroupRuleId": "sgr-1",
        "isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "10.0.0.0/8"}]}});
    let whole = read(&record("AuthorizeSecurityGroupIngress", json!({"omitted": true}), response));
    assert_eq!(whole, "authorize ingress sg-1\n  sgr-1 22/tcp from 10.0.0.0/8");
}

#[test]
fn calls_that_changed_nothing_are_told_from_changes() {
    let request = item(json!({"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                              "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}));
    let base = record("AuthorizeSecurityGroupIngress", request, Value::Null);
    let with = |field: &str, value: Value| {
        let mut record = base.clone();
        record[field] = value;
        record
    };
    assert_eq!(read(&with("errorCode", json!("Client.InvalidPermission.Duplicate"))), "failed call");
    assert_eq!(read(&with("eventSource", json!("s3.amazonaws.com"))), "not a change");
    assert!(read(&with("eventSource", Value::Null)).starts_with("authorize"));
    assert_eq!(read(&with("eventName", json!("DescribeSecurityGroups"))), "not a change");
    assert!(read(&with("errorCode", Value::Null)).starts_with("authorize"));
}

#[test]
fn the_guard_knows_its_own_calls_by_the_session_issuer_alone() {
    let request = json!({"groupId": "sg-1", "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                         "cidrIp": "0.0.0.0/0"});
    let own = RoleArn::new("arn:aws:iam::111122223333:role/tierguard").unwrap();
    let mut record = record("RevokeSecurityGroupIngress", request, Value::Null);
    let mut by = |identity: Value| {
        record["userIdentity"] = identity;
        shown(&wire::read(record.to_string().as_bytes(), Some(&own)))
    };
    let issuer = |arn: &str| {
        json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/y",
                                    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn}}})
    };
    assert!(by(issuer("arn:aws:iam::111122223333:role/tierguard")).starts_with("own: "));
    assert!(by(issuer("arn:aws:iam::444455556666:role/tierguard")).starts_with("revoke"));
    // A session name is chosen by the caller.
    assert!(
        by(json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/tierguard"}))
            .starts_with("revoke")
    );
    assert!(
        by(json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:role/tierguard"}))
            .starts_with("revoke")
    );
}

#[test]
fn what_cannot_be_understood_says_why() {
    insta::assert_snapshot!(authorize(json!({"ipPermissions": {}})), @"malformed: requestParameters has no groupId");
    insta::assert_snapshot!(authorize(json!({"groupId": "sg-1", "ipPermissions": {}})), @"malformed: requestParameters has no ipPermissions");
    insta::assert_snapshot!(authorize(item(json!({"ipProtocol": "tcp", "fromPort": 99_999, "toPort": 99_999,
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}))), @"malformed: rule 1 of requestParameters: port 99999 is not between 0 and 65535");
    insta::assert_snapshot!(authorize(item(json!({"ipProtocol": "smoke", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}))), @"malformed: rule 1 of requestParameters: unknown protocol `smoke`");
    insta::assert_snapshot!(authorize(item(json!({"ipProtocol": "tcp", "fromPort": 1, "toPort": 2}))), @"malformed: rule 1 of requestParameters: the rule names no network, group or prefix list");
    insta::assert_snapshot!(authorize(item(json!({"ipProtocol": "tcp", "ipRanges": {"items": [{"cidrIp": "example.com"}]}}))), @"malformed: rule 1 of requestParameters: `example.com` is not a network in CIDR notation");
    insta::assert_snapshot!(authorize(json!({"groupId": "not an id"})), @"malformed: requestParameters: `not an id` cannot be a security group id");
    insta::assert_snapshot!(read(&json!({"eventName": "AuthorizeSecurityGroupIngress", "eventSource": "ec2.amazonaws.com"})), @"malformed: requestParameters has no groupId");
    insta::assert_snapshot!(shown(&wire::read(b"{\"eventName\": \"AuthorizeSecurityGroup", None)), @"malformed: the record cannot be read: EOF while parsing a string at line 1 column 37");
}

#[test]
fn a_name_spelled_with_escapes_is_still_seen() {
    let record = record("DeleteSecurityGroup", json!({"groupId": "sg-1"}), Value::Null).to_string();
    let escaped = record.replace("SecurityGroup", r"Secu\u0072ityGr\u006fup");
    assert!(!escaped.contains("SecurityGroup"));
    assert_eq!(shown(&wire::read(escaped.as_bytes(), None)), "delete sg-1");
}

/// Any JSON at all, made largely of the words that matter.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "items",
        "item",
        "content",
        "tag",
        "groupId",
        "GroupId",
        "ipPermissions",
        "IpPermissions",
        "ipProtocol",
        "fromPort",
        "toPort",
        "cidrIp",
        "ipRanges",
        "groups",
        "userId",
        "securityGroupRuleSet",
        "SecurityGroupRule",
        "SecurityGroupRuleId",
        "omitted",
        "ModifySecurityGroupRulesRequest",
        "sg-1",
        "sgr-1",
        "tcp",
        "-1",
        "0.0.0.0/0",
        "",
        "\u{202e}",
        "tagSpecificationSet",
        "tags",
        "key",
        "value",
        "resourcesSet",
        "resourceId",
        "tagSet",
        "PrefixListId",
        "CurrentVersion",
        "AddEntry",
        "Cidr",
        "instancesSet",
        "instanceId",
        "networkInterfaceSet",
        "networkInterface",
        "networkInterfaceId",
        "groupSet",
        "attribute",
        "revokedSecurityGroupRuleSet",
        "unknownIpPermissionSet",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const GROUP_CALLS: [&str; 10] = [
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "ModifySecurityGroupRules",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
    "CreateSecurityGroup",
    "DeleteSecurityGroup",
    "AssociateSecurityGroupVpc",
];

/// Calls that may also change something that does not matter.
const OTHER_CALLS: [&str; 8] = [
    "CreateTags",
    "DeleteTags",
    "ModifyManagedPrefixList",
    "RestoreManagedPrefixListVersion",
    "RunInstances",
    "CreateNetworkInterface",
    "ModifyNetworkInterfaceAttribute",
    "ModifyInstanceAttribute",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics_on_any_parameters(call in prop::sample::select(GROUP_CALLS.to_vec()),
                                              request in any_json(), response in any_json()) {
        let reading = wire::read(record(call, request, response).to_string().as_bytes(), None);
        prop_assert!(!matches!(reading, Reading::Ignored(_, Dismissal::NotAChange | Dismissal::FailedCall)));
    }

    #[test]
    fn no_other_call_is_read_into_a_group_or_into_nothing(call in prop::sample::select(OTHER_CALLS.to_vec()),
                                                          request in any_json(), response in any_json()) {
        match wire::read(record(call, request, response).to_string().as_bytes(), None) {
            Reading::Change(change) => {
                let is_something = match change.kind {
                    ChangeKind::Group(_) => false,
                    ChangeKind::Tags(change) => !change.groups.is_empty(),
                    ChangeKind::PrefixList(_) => true,
                    ChangeKind::Attachment(change) => !change.interfaces.is_empty(),
                };
                prop_assert!(is_something);
            }
            reading => prop_assert!(!matches!(reading, Reading::Ignored(_, Dismissal::FailedCall))),
        }
    }

    #[test]
    fn reading_never_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = wire::read(&[b"{\"eventName\":\"DeleteSecurityGroup\",", bytes.as_slice()].concat(), None);
        let _ = wire::read(&bytes, None);
    }

    #[test]
    fn reading_never_panics_on_a_record_cut_anywhere(at in 0..900_usize) {
        let whole = record("AuthorizeSecurityGroupIngress", item(json!({"ipProtocol": "-1"})), Value::Null).to_string();
        let _ = wire::read(&whole.as_bytes()[..at.min(whole.len())], None);
    }
}

#[test]
fn deep_nesting_neither_overflows_nor_takes_long() {
    for (open, close) in [("{\"items\":", "}"), ("[", "]"), ("{\"content\":", "}"), ("{\"ARequest\":", "}")] {
        let nested = format!("{}0{}", open.repeat(50_000), close.repeat(50_000));
        let record = format!(
            r#"{{"eventName":"AuthorizeSecurityGroupIngress","eventSource":"ec2.amazonaws.com","requestParameters":{{"groupId":"sg-1","ipPermissions":{nested}}},"responseElements":{nested}}}"#
        );
        assert!(matches!(wire::read(record.as_bytes(), None), Reading::Malformed(..)), "{open}");
    }
}
