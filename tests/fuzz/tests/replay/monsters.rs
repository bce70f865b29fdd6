//! What is too large, too deep or too many for the fuzzer to come to, made here. Each is answered, and none takes the time
//! or the memory that grows with the square of its size: see [`soon`].

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tierguard_fuzz::{account, event, policy};

/// What one of them may take, on a slow machine. What is quadratic in 100,000 rules takes hours.
const LONGEST: Duration = Duration::from_mins(4);

const GROUP: &str = "sg-00bb18eaf629dd916";
/// The group of the same tier in the account of `events/narrow`, where what is allowed of a rule stays.
const NARROWED: &str = "sg-02d9733dc6869e8c0";

/// How many rules, groups or edits there are in what has many. A debug build takes a hundredth of them for as long.
const MANY: u32 = if cfg!(debug_assertions) { 1_000 } else { 100_000 };

fn soon(what: &str, check: fn(&[u8]), bytes: &[u8]) {
    let start = Instant::now();
    check(bytes);
    let took = start.elapsed();
    println!("{what}: {} KB in {took:.1?}", bytes.len() / 1000);
    assert!(took < LONGEST, "{what} took {took:?}");
}

/// A record of `call` of `group`, with these parameters and this answer.
fn record(call: &str, group: &str, request: &Value, response: &Value) -> Vec<u8> {
    let mut record = json!({
        "eventID": "e-1", "eventName": call, "eventSource": "ec2.amazonaws.com", "eventTime": "2026-03-02T09:00:00Z",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/x"},
        "requestParameters": request, "responseElements": response,
    });
    record["requestParameters"]["groupId"] = group.into();
    record.to_string().into_bytes()
}

/// `many` rules of `group` as a response tells them, each of another address.
fn rules(group: &str, many: u32, ports: (u16, u16)) -> Value {
    let rule = |n: u32| {
        let address = std::net::Ipv4Addr::from(0x0b00_0000 + n);
        json!({"groupId": group, "isEgress": false, "ipProtocol": "tcp", "fromPort": ports.0, "toPort": ports.1,
               "cidrIpv4": format!("{address}/32"), "securityGroupRuleId": format!("sgr-{n:017x}")})
    };
    json!({"items": (0..many).map(rule).collect::<Vec<_>>()})
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_values() {
    for depth in [120, 100_000] {
        for (open, close) in
            [("[", "]"), (r#"{"items":"#, "}"), (r#"{"item":["#, "]}"), (r#"{"content":"#, "}")]
        {
            let deep = nested(open, close, depth).replace(":}", ":{}}");
            soon("a deep event", event::check, deep.as_bytes());
            soon("a deep account", account::check, deep.as_bytes());
            for call in ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "CreateTags"] {
                let parts = [
                    "ipPermissions",
                    "ModifySecurityGroupRulesRequest",
                    "resourcesSet",
                    "securityGroupRuleSet",
                ];
                let parts = parts.map(|part| format!(r#""{part}":{deep}"#)).join(",");
                let record = format!(
                    r#"{{"eventName":"{call}","eventSource":"ec2.amazonaws.com","requestParameters":{{{parts}}},"responseElements":{{{parts}}}}}"#
                );
                soon("a record with something deep", event::check, record.as_bytes());
            }
        }
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("a:\n ", "")] {
            soon("a deep policy", policy::check, nested(open, close, depth).as_bytes());
        }
    }
}

#[test]
fn long_texts() {
    const PIECE: &str = "\u{1b}<!channel>\u{202e}@here ";
    let long = PIECE.repeat(64 * 1024 * 1024 / PIECE.len());
    let mut record = record(
        "AuthorizeSecurityGroupIngress",
        GROUP,
        &json!({}),
        &json!({"securityGroupRuleSet": rules(GROUP, 1, (22, 22))}),
    );
    record.pop();
    record.extend(format!(r#","userAgent":{}}}"#, json!(long)).bytes());
    soon("64 MB of a caller", event::check, &record);
    soon("64 MB that are no JSON", event::check, long.as_bytes());
    soon("64 MB that are no policy", policy::check, long.as_bytes());
    let account = json!({"SecurityGroupRules": [], "SecurityGroups": [
        {"GroupId": GROUP, "GroupName": PIECE.repeat(100_000), "Tags": [{"Key": "tier", "Value": "web"}]},
    ]});
    soon("2 MB of a name", account::check, account.to_string().as_bytes());
}

#[test]
fn many_rules_in_a_record() {
    for (what, group, ports) in [
        ("forbidden", GROUP, (22, 22)),
        ("allowed", GROUP, (443, 443)),
        ("allowed in part", NARROWED, (80, 443)),
    ] {
        for (call, set) in [
            ("AuthorizeSecurityGroupIngress", "securityGroupRuleSet"),
            ("RevokeSecurityGroupIngress", "revokedSecurityGroupRuleSet"),
        ] {
            let record = record(call, group, &json!({}), &json!({set: rules(group, MANY, ports)}));
            soon(&format!("{call}, {what}"), event::check, &record);
        }
    }
}

#[test]
fn many_edits_in_a_record() {
    let edit = |n: u32| {
        json!({"SecurityGroupRuleId": format!("sgr-{n:017x}"), "SecurityGroupRule": {
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": format!("{}/32", std::net::Ipv4Addr::from(0x0b00_0000 + n))}})
    };
    let edits: Vec<_> = (0..MANY).map(edit).collect();
    let request = json!({"ModifySecurityGroupRulesRequest": {"GroupId": GROUP, "SecurityGroupRule": edits}});
    let mut record: Value =
        serde_json::from_slice(&record("ModifySecurityGroupRules", GROUP, &json!({}), &Value::Null)).unwrap();
    record["requestParameters"] = request;
    soon("edits", event::check, record.to_string().as_bytes());
}

#[test]
fn many_references_in_a_record() {
    let rule = |n: u32| {
        json!({"isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                               "referencedGroupInfo": {"groupId": format!("sg-{n:017x}")}, "securityGroupRuleId": format!("sgr-{n:017x}")})
    };
    let items: Vec<_> = (0..MANY).map(rule).collect();
    let response = json!({"securityGroupRuleSet": {"items": items}});
    soon("references", event::check, &record("AuthorizeSecurityGroupIngress", GROUP, &json!({}), &response));
}

#[test]
fn many_tagged_groups_in_a_record() {
    let groups: Vec<_> = (0..MANY).map(|n| json!({"resourceId": format!("sg-{n:017x}")})).collect();
    let request =
        json!({"resourcesSet": {"items": groups}, "tagSet": {"items": [{"key": "tier", "value": "web"}]}});
    soon("tags", event::check, &record("CreateTags", GROUP, &request, &json!({"_return": true})));
}

#[test]
fn many_rules_in_an_account() {
    let rule = |n: u32, port: u16, group: &str| {
        json!({"SecurityGroupRuleId": format!("sgr-{n:017x}"), "GroupId": group, "IsEgress": false, "IpProtocol": "tcp",
               "FromPort": port, "ToPort": port, "CidrIpv4": format!("{}/32", std::net::Ipv4Addr::from(0x0b00_0000 + n))})
    };
    let tags = json!([{"Key": "tier", "Value": "web"}]);
    let one = json!({
        "SecurityGroups": [{"GroupId": GROUP, "Tags": tags}],
        "SecurityGroupRules": (0..MANY).map(|n| rule(n, 22, GROUP)).collect::<Vec<_>>(),
    });
    soon("rules of one group", account::check, one.to_string().as_bytes());
    let ids: Vec<_> = (0..MANY).map(|n| format!("sg-{n:017x}")).collect();
    let each = json!({
        "SecurityGroups": ids.iter().map(|id| json!({"GroupId": id, "Tags": tags})).collect::<Vec<_>>(),
        "SecurityGroupRules": ids.iter().zip(0..).map(|(id, n)| rule(n, 22, id)).collect::<Vec<_>>(),
    });
    soon("a rule of each group", account::check, each.to_string().as_bytes());
}

#[test]
fn a_bomb_of_aliases() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..100 {
        let alias = format!("*a{},", n - 1);
        writeln!(bomb, "a{n}: &a{n} [{}]", alias.repeat(9)).unwrap();
    }
    soon("a bomb of aliases", policy::check, bomb.as_bytes());
}
