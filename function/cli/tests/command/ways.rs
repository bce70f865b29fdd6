//! How every other way in, and every way back, reads.

use serde_json::{Value, json};

use crate::desk::{Desk, account, event, opened, rule};

const WEB: &str = "sg-0000000000000web1";
const DB: &str = "sg-00000000000000db1";
const MISC: &str = "sg-0000000000000misc";
const LIST: &str = "pl-0a1b2c3d4e5f60718";

/// A policy of two tiers that knows of all ways back.
const POLICY: &str = "\
version: 1
mode: enforce
networks:
  office: [203.0.113.0/24]
principals:
  incident: ['arn:aws:iam::*:role/Incident']
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
      - { allow: 22/tcp, from: office, required: true }
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [web, office] }
    editors: []
interfaces:
  together: [[web]]
  on-violation: detach
break-glass: [incident]
";

/// A desk with that policy and an account with a prefix list and some interfaces.
fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    desk.write("policy.yaml", POLICY);
    desk.write("account.json", rich().to_string());
    desk
}

/// An account in which `misc` is open to the office on 22 and to a list on 443, and the web group to the list on 22.
fn rich() -> Value {
    let mut account = account();
    let permission = |port: u16, peer: Value| {
        let mut permission = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port});
        permission.as_object_mut().unwrap().extend(peer.as_object().unwrap().clone());
        permission
    };
    let list = || json!({"PrefixListIds": [{"PrefixListId": LIST}]});
    let office = || json!({"IpRanges": [{"CidrIp": "203.0.113.0/24"}]});
    account["SecurityGroups"][0]["IpPermissions"] = json!([permission(22, list())]);
    account["SecurityGroups"][2]["IpPermissions"] =
        json!([permission(22, office()), permission(443, list())]);
    account["PrefixLists"] = json!([{
        "PrefixListId": LIST, "OwnerId": "111122223333", "Version": 3, "MaxEntries": 10,
        "Entries": [{"Cidr": "203.0.113.0/24"}],
    }]);
    let interface = |id: &str, groups: &[&str], more: Value| {
        let groups: Vec<_> = groups.iter().map(|id| json!({"GroupId": id})).collect();
        let mut interface = json!({"NetworkInterfaceId": id, "OwnerId": "111122223333",
            "VpcId": "vpc-0a4e92abb9b3c7181", "Groups": groups});
        interface.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        interface
    };
    let attached = json!({"Attachment": {"InstanceId": "i-0aaa", "DeviceIndex": 0}});
    let managed = json!({"RequesterManaged": true, "RequesterId": "amazon-elb"});
    account["NetworkInterfaces"] = json!([
        interface("eni-0aaa", &[DB], attached),
        interface("eni-0bbb", &[DB], managed),
        interface("eni-0ccc", &[DB], json!({})),
    ]);
    account
}

fn tagged(id: &str, second: u32, groups: &[&str], tier: &str) -> Value {
    let resources: Vec<_> = groups.iter().map(|group| json!({"resourceId": group})).collect();
    let request =
        json!({"resourcesSet": {"items": resources}, "tagSet": {"items": [{"key": "tier", "value": tier}]}});
    event(id, second, "CreateTags", &request, &json!({"_return": true}))
}

fn list_changed(id: &str, second: u32, cidr: &str) -> Value {
    let request = json!({"ModifyManagedPrefixListRequest": {
        "PrefixListId": LIST, "CurrentVersion": 3, "AddEntry": {"tag": 1, "Cidr": cidr}}});
    event(id, second, "ModifyManagedPrefixList", &request, &json!({}))
}

fn attached(id: &str, second: u32, interface: &str, groups: &[&str]) -> Value {
    let groups: Vec<_> = groups.iter().map(|group| json!({"groupId": group})).collect();
    let request = json!({"networkInterfaceId": interface, "groupSet": {"items": groups}});
    event(id, second, "ModifyNetworkInterfaceAttribute", &request, &json!({"_return": true}))
}

fn revoked(id: &str, second: u32, group: &str, port: u16, peer: &str) -> Value {
    let removed = json!({"groupId": group, "securityGroupRuleId": "sgr-0dead", "isEgress": false,
        "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": peer, "description": "by hand"});
    let request = json!({"groupId": group, "ipPermissions": {"items": [{
        "ipProtocol": "tcp", "fromPort": port, "toPort": port, "ipRanges": {"items": [{"cidrIp": peer}]}}]}});
    let response = json!({"_return": true, "revokedSecurityGroupRuleSet": {"items": [removed]}});
    event(id, second, "RevokeSecurityGroupIngress", &request, &response)
}

fn by(role: &str, mut record: Value) -> Value {
    record["userIdentity"] = json!({
        "type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/bob"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{role}")}},
    });
    record
}

/// The story of `events`, without its first line.
fn told(desk: &Desk, arguments: &str, events: &Value) -> String {
    desk.write("events.json", events.to_string());
    let ran = desk.run(&format!("replay {arguments} events.json"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out.split_once('\n').unwrap().1.to_owned()
}

/// Findings, actions and remarks of each event, without the contents of rules.
fn reports(desk: &Desk, events: &Value) -> String {
    desk.write("events.json", events.to_string());
    let ran = desk.run("replay --format jsonl events.json");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let line = |line: &str| {
        let report: Value = serde_json::from_str(line).unwrap();
        let mut told = json!({"verdict": report["verdict"], "group": report["group"]});
        for part in ["findings", "actions", "remarks"] {
            let mut items = report[part].clone();
            for item in items.as_array_mut().into_iter().flatten() {
                if let Some(item) = item.as_object_mut() {
                    for key in ["rule", "rules", "why", "excess"] {
                        item.remove(key);
                    }
                }
            }
            told[part] = items;
        }
        told.to_string() + "\n"
    };
    ran.out.lines().map(line).collect()
}

fn tags() -> Value {
    json!([
        tagged("a", 1, &[MISC, WEB], "web"),
        tagged("b", 2, &[WEB], "none"),
        tagged("c", 3, &[WEB, DB], "db")
    ])
}

#[test]
fn tags_that_move_groups() {
    let desk = desk("tags_that_move_groups");
    insta::assert_snapshot!(told(&desk, "", &tags()), @"
    2026-03-02T09:00:01Z  compliant    web  sg-0000000000000misc +1  CreateTags        Developer/alice
        holds      443/tcp from pl-0a1b2c3d4e5f60718, 22/tcp from 203.0.113.0/24, 22/tcp from pl-0a1b2c3d4e5f60718
        groups     sg-0000000000000misc (misc), sg-0000000000000web1 (web-shop)
    2026-03-02T09:00:02Z  unmanaged    -    sg-0000000000000web1  CreateTags        Developer/alice
        holds      22/tcp from pl-0a1b2c3d4e5f60718
        note       sg-0000000000000web1 (web-shop) is in no tier now

    2026-03-02T09:00:03Z  violation    db   sg-00000000000000db1 +1  CreateTags        Developer/alice
        holds      22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        because    db allows 3306/tcp from web, office
        changed    sg-00000000000000db1 (db-shop)
        because    db may be changed by nobody
        changed    sg-0000000000000web1 (web-shop)
        because    db may be changed by nobody
        done       revoked 22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        done       left to a person: no rule tells how to undo what was changed
        groups     sg-00000000000000db1 (db-shop), sg-0000000000000web1 (web-shop)
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      CreateTags in events.json#2

    3 security group events: 1 violation, 1 compliant, 1 unmanaged
    1 forbidden rule: 1 revoked
    ");
    insta::assert_snapshot!(reports(&desk, &tags()), @r#"
    {"actions":[],"findings":[],"group":null,"remarks":null,"verdict":"compliant"}
    {"actions":[],"findings":[],"group":"sg-0000000000000web1","remarks":["in-no-tier"],"verdict":"unmanaged"}
    {"actions":[{"call":"RevokeSecurityGroupIngress","group":"sg-0000000000000web1","outcome":"done"}],"findings":[{"code":"not-allowed"},{"code":"editor","group":"sg-00000000000000db1"},{"code":"editor","group":"sg-0000000000000web1"}],"group":null,"remarks":null,"verdict":"violation"}
    "#);
}

#[test]
fn a_prefix_list_that_is_put_back() {
    let desk = desk("a_prefix_list_that_is_put_back");
    let events = json!([list_changed("a", 1, "0.0.0.0/0")]);
    insta::assert_snapshot!(told(&desk, "", &events), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000misc +1  ModifyPrefixList  Developer/alice
        holds      22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       put pl-0a1b2c3d4e5f60718 back to version 3
        groups     sg-0000000000000misc (misc), sg-0000000000000web1 (web-shop)
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyManagedPrefixList in events.json

    1 security group event: 1 violation
    1 forbidden rule: 1 allowed again with the prefix list
    1 changed prefix list: 1 put back
    ");
    insta::assert_snapshot!(reports(&desk, &events), @r#"{"actions":[{"call":"RestoreManagedPrefixListVersion","outcome":"done","prefix_list":"pl-0a1b2c3d4e5f60718"}],"findings":[{"code":"not-allowed"}],"group":null,"remarks":null,"verdict":"violation"}"#);
    insta::assert_snapshot!(told(&desk, "--mode observe", &events), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000misc +1  ModifyPrefixList  Developer/alice
        holds      22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       observing only: would put pl-0a1b2c3d4e5f60718 back to version 3
        groups     sg-0000000000000misc (misc), sg-0000000000000web1 (web-shop)
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyManagedPrefixList in events.json

    1 security group event: 1 violation
    1 forbidden rule: 1 left in place
    1 changed prefix list: 1 would be put back
    ");
}

#[test]
fn a_prefix_list_that_is_not_ours() {
    let desk = desk("a_prefix_list_that_is_not_ours");
    let account = rich().to_string().replace(
        r#""MaxEntries":10,"OwnerId":"111122223333""#,
        r#""MaxEntries":10,"OwnerId":"999999999999""#,
    );
    assert_ne!(account, rich().to_string());
    desk.write("account.json", account);
    insta::assert_snapshot!(told(&desk, "", &json!([list_changed("a", 1, "0.0.0.0/0")])), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000misc +1  ModifyPrefixList  Developer/alice
        holds      22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       revoked 22/tcp from pl-0a1b2c3d4e5f60718 in sg-0000000000000web1 (web-shop)
        groups     sg-0000000000000misc (misc), sg-0000000000000web1 (web-shop)
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyManagedPrefixList in events.json

    1 security group event: 1 violation
    1 forbidden rule: 1 revoked
    ");
}

fn attachments() -> Value {
    json!([
        attached("a", 1, "eni-0aaa", &[DB, WEB]),
        attached("b", 2, "eni-0bbb", &[DB, WEB]),
        attached("c", 3, "eni-0ccc", &[WEB]),
    ])
}

#[test]
fn tiers_that_may_not_meet() {
    let desk = desk("tiers_that_may_not_meet");
    insta::assert_snapshot!(told(&desk, "", &attachments()), @"
    2026-03-02T09:00:01Z  violation    web+db  eni-0aaa              ModifyNetworkInterface  Developer/alice
        meet       web and db on eni-0aaa of i-0aaa
        because    on one interface only groups of one tier may meet
        done       took sg-0000000000000web1 off eni-0aaa
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyNetworkInterfaceAttribute in events.json#0

    2026-03-02T09:00:02Z  violation    web+db  eni-0bbb              ModifyNetworkInterface  Developer/alice
        meet       web and db on eni-0bbb
        because    on one interface only groups of one tier may meet
        done       left sg-0000000000000web1 on eni-0bbb: amazon-elb manages it, and nobody else may change its groups
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyNetworkInterfaceAttribute in events.json#1

    2026-03-02T09:00:03Z  compliant    web  -                     ModifyNetworkInterface  Developer/alice

    3 security group events: 2 violations, 1 compliant
    2 mixed interfaces: 1 detached, 1 left as it is
    ");
    insta::assert_snapshot!(reports(&desk, &attachments()), @r#"
    {"actions":[{"call":"ModifyNetworkInterfaceAttribute","groups":["sg-00000000000000db1"],"interface":"eni-0aaa","outcome":"done"}],"findings":[{"code":"together","groups":["sg-0000000000000web1"],"interface":"eni-0aaa"}],"group":null,"remarks":null,"verdict":"violation"}
    {"actions":[],"findings":[{"code":"together","groups":["sg-0000000000000web1"],"interface":"eni-0bbb"}],"group":null,"remarks":null,"verdict":"violation"}
    {"actions":[],"findings":[],"group":null,"remarks":null,"verdict":"compliant"}
    "#);
    insta::assert_snapshot!(told(&desk, "--mode observe", &json!([attachments()[0]])), @"
    2026-03-02T09:00:01Z  violation    web+db  eni-0aaa              ModifyNetworkInterface  Developer/alice
        meet       web and db on eni-0aaa of i-0aaa
        because    on one interface only groups of one tier may meet
        done       observing only: would take sg-0000000000000web1 off eni-0aaa
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyNetworkInterfaceAttribute in events.json

    1 security group event: 1 violation
    1 mixed interface: 1 would be detached
    ");
    desk.write("policy.yaml", POLICY.replace("detach", "notify"));
    insta::assert_snapshot!(told(&desk, "", &json!([attachments()[0]])), @"
    2026-03-02T09:00:01Z  violation    web+db  eni-0aaa              ModifyNetworkInterface  Developer/alice
        meet       web and db on eni-0aaa of i-0aaa
        because    on one interface only groups of one tier may meet
        done       left as it is: the policy asks for no more than this notice
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyNetworkInterfaceAttribute in events.json

    1 security group event: 1 violation
    1 mixed interface: 1 left as it is
    ");
}

#[test]
fn a_group_that_cannot_come_off() {
    let desk = desk("a_group_that_cannot_come_off");
    let account = rich().to_string();
    // One group in two tiers.
    desk.write(
        "policy.yaml",
        POLICY.replace("groups: { tags: { tier: db } }", "groups: { names: [db-*, web-*] }"),
    );
    desk.write("account.json", account);
    insta::assert_snapshot!(told(&desk, "", &json!([attached("a", 1, "eni-0ccc", &[WEB])])), @"
    2026-03-02T09:00:01Z  violation    web+db  eni-0ccc              ModifyNetworkInterface  Developer/alice
        meet       web and db on eni-0ccc
        because    on one interface only groups of one tier may meet
        done       left sg-0000000000000web1 on eni-0ccc: no other group is on it, and EC2 wants one
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      ModifyNetworkInterfaceAttribute in events.json

    1 security group event: 1 violation
    1 mixed interface: 1 left as it is
    ");
}

fn removals() -> Value {
    json!([
        revoked("a", 1, WEB, 22, "203.0.113.0/24"),
        by("Incident", revoked("b", 2, WEB, 22, "203.0.113.0/24")),
        revoked("c", 3, DB, 3306, "203.0.113.0/24"),
    ])
}

#[test]
fn rules_that_are_put_back() {
    let desk = desk("rules_that_are_put_back");
    let mut account = rich();
    account["SecurityGroups"][0]["IpPermissions"] = json!([]);
    desk.write("account.json", account.to_string());
    insta::assert_snapshot!(told(&desk, "", &removals()), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000web1  RevokeIngress     Developer/alice
        missing    22/tcp from 203.0.113.0/24  “by hand”
        because    web requires 22/tcp from office
        done       put back 22/tcp from 203.0.113.0/24
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      RevokeSecurityGroupIngress in events.json#0

    2026-03-02T09:00:02Z  violation    web  sg-0000000000000web1  RevokeIngress     Incident/bob
        missing    22/tcp from 203.0.113.0/24  “by hand”
        because    web requires 22/tcp from office
        done       left as it is: whoever did it may do anything
        note       break-glass: what incident changes is told of and never undone
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Incident/bob from 198.51.100.23
        event      RevokeSecurityGroupIngress in events.json#1

    2026-03-02T09:00:03Z  violation    db   sg-00000000000000db1  RevokeIngress     Developer/alice
        removed    3306/tcp from 203.0.113.0/24  “by hand”
        because    db may be changed by nobody
        done       put back 3306/tcp from 203.0.113.0/24
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      RevokeSecurityGroupIngress in events.json#2

    3 security group events: 3 violations
    3 missing rules: 2 put back, 1 left missing
    ");
    insta::assert_snapshot!(reports(&desk, &removals()), @r#"
    {"actions":[{"call":"AuthorizeSecurityGroupIngress","group":"sg-0000000000000web1","outcome":"done"}],"findings":[{"code":"required-missing"}],"group":"sg-0000000000000web1","remarks":null,"verdict":"violation"}
    {"actions":[],"findings":[{"code":"required-missing"}],"group":"sg-0000000000000web1","remarks":["break-glass"],"verdict":"violation"}
    {"actions":[{"call":"AuthorizeSecurityGroupIngress","group":"sg-00000000000000db1","outcome":"done"}],"findings":[{"code":"editor"}],"group":"sg-00000000000000db1","remarks":null,"verdict":"violation"}
    "#);
    insta::assert_snapshot!(told(&desk, "--mode observe", &json!([removals()[0]])), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000web1  RevokeIngress     Developer/alice
        missing    22/tcp from 203.0.113.0/24  “by hand”
        because    web requires 22/tcp from office
        done       observing only: would put back 22/tcp from 203.0.113.0/24
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      RevokeSecurityGroupIngress in events.json

    1 security group event: 1 violation
    1 missing rule: 1 would be put back
    ");
}

#[test]
fn changes_by_somebody_who_may_not() {
    let desk = desk("changes_by_somebody_who_may_not");
    let events = json!([
        rule("a", 1, DB, 3306, "203.0.113.0/24"),
        rule("b", 2, DB, 22, "0.0.0.0/0"),
        event(
            "c",
            3,
            "AssociateSecurityGroupVpc",
            &json!({"AssociateSecurityGroupVpcRequest": {"GroupId": DB, "VpcId": "vpc-0bbb"}}),
            &json!({})
        ),
    ]);
    insta::assert_snapshot!(told(&desk, "", &events), @"
    2026-03-02T09:00:01Z  violation    db   sg-00000000000000db1  AuthorizeIngress  Developer/alice
        opened     3306/tcp from 203.0.113.0/24
        because    db may be changed by nobody
        done       revoked 3306/tcp from 203.0.113.0/24
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#0

    2026-03-02T09:00:02Z  violation    db   sg-00000000000000db1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        because    db allows 3306/tcp from web, office
        done       revoked 22/tcp from 0.0.0.0/0
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#1

    2026-03-02T09:00:03Z  violation    db   sg-00000000000000db1  AssociateVpc      Developer/alice
        changed    sg-00000000000000db1 (db-shop)
        because    db may be changed by nobody
        done       left to a person: no rule tells how to undo what was changed
        note       sg-00000000000000db1 (db-shop) can be used in vpc-0bbb now
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AssociateSecurityGroupVpc in events.json#2

    3 security group events: 3 violations
    2 forbidden rules: 2 revoked
    ");
    insta::assert_snapshot!(reports(&desk, &events), @r#"
    {"actions":[{"call":"RevokeSecurityGroupIngress","group":"sg-00000000000000db1","outcome":"done"}],"findings":[{"code":"editor"}],"group":"sg-00000000000000db1","remarks":null,"verdict":"violation"}
    {"actions":[{"call":"RevokeSecurityGroupIngress","group":"sg-00000000000000db1","outcome":"done"}],"findings":[{"code":"not-allowed"}],"group":"sg-00000000000000db1","remarks":null,"verdict":"violation"}
    {"actions":[],"findings":[{"code":"editor","group":"sg-00000000000000db1"}],"group":"sg-00000000000000db1","remarks":["associated"],"verdict":"violation"}
    "#);
}

#[test]
fn a_rule_that_is_not_known_cannot_be_put_back() {
    let desk = desk("a_rule_that_is_not_known_cannot_be_put_back");
    desk.write(
        "policy.yaml",
        POLICY
            .replace("from: [web, office] }", "from: web, required: true }")
            .replace("editors: []", "on-violation: revoke"),
    );
    // The record names the removed rule by its id alone.
    let request =
        json!({"groupId": DB, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-0"}]}});
    let removal = event("c", 3, "RevokeSecurityGroupIngress", &request, &json!({"_return": true}));
    insta::assert_snapshot!(told(&desk, "", &json!([removal])), @"
    2026-03-02T09:00:03Z  violation    db   sg-00000000000000db1  RevokeIngress     Developer/alice
        missing    3306/tcp from web
        because    db requires 3306/tcp from web
        done       not put back: 3306/tcp from web: the policy does not say which group of the tier is meant
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      RevokeSecurityGroupIngress in events.json

    1 security group event: 1 violation
    1 missing rule: 1 left missing
    ");
}

fn remarks() -> Value {
    json!([
        by("Incident", opened("a", 1, 22)),
        by("Guard", opened("b", 2, 23)),
        event(
            "c",
            3,
            "AssociateSecurityGroupVpc",
            &json!({"AssociateSecurityGroupVpcRequest": {"GroupId": WEB, "VpcId": "vpc-0bbb"}}),
            &json!({})
        ),
        rule("d", 4, "sg-00000000000defa1", 22, "0.0.0.0/0"),
        attached("e", 5, "eni-0ccc", &["sg-00000000000defa1"]),
        event("f", 6, "DeleteSecurityGroup", &json!({"groupId": DB}), &json!({"_return": true})),
        tagged("g", 7, &[DB], "web"),
    ])
}

#[test]
fn what_else_there_is_to_know() {
    let desk = desk("what_else_there_is_to_know");
    let mut account = rich();
    account["SecurityGroups"].as_array_mut().unwrap().push(json!({
        "GroupId": "sg-00000000000defa1", "GroupName": "default", "OwnerId": "111122223333",
        "VpcId": "vpc-0a4e92abb9b3c7181", "IpPermissions": [], "IpPermissionsEgress": [],
    }));
    desk.write("account.json", account.to_string());
    desk.write(
        "policy.yaml",
        POLICY.replace("groups: { tags: { tier: db } }", "groups: { ids: [sg-00000000000000db1] }"),
    );
    let role = "--role arn:aws:iam::111122223333:role/Guard";
    insta::assert_snapshot!(told(&desk, role, &remarks()), @"
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Incident/bob
        opened     22/tcp from 0.0.0.0/0
        too much   22/tcp from 0.0.0.0/0 except 203.0.113.0/24
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       left as it is: whoever did it may do anything
        note       break-glass: what incident changes is told of and never undone
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Incident/bob from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#0

    2026-03-02T09:00:02Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Guard/bob
        opened     23/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       left as it is: the guard's own change never makes it act
        note       the guard did this itself: it is not undone, and should never have been made
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Guard/bob from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#1

    2026-03-02T09:00:03Z  violation    web  sg-0000000000000web1  AssociateVpc      Developer/alice
        opened     22/tcp from 0.0.0.0/0
        too much   22/tcp from 0.0.0.0/0 except 203.0.113.0/24
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        opened     23/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       revoked these 2 rules
        note       sg-0000000000000web1 (web-shop) can be used in vpc-0bbb now
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AssociateSecurityGroupVpc in events.json#2

    2026-03-02T09:00:04Z  unmanaged    -    sg-00000000000defa1   AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        note       sg-00000000000defa1 (default) is a VPC's default group, and the policy says nothing about it
    2026-03-02T09:00:05Z  unmanaged    -    -                     ModifyNetworkInterface  Developer/alice
        note       eni-0ccc carries the VPC's default group sg-00000000000defa1
    2026-03-02T09:00:06Z  ignored      db   sg-00000000000000db1  Delete            Developer/alice  (group-gone)
        note       a group of db is deleted
    2026-03-02T09:00:07Z  ignored      -    -                     CreateTags        Developer/alice  (group-gone)

    7 security group events: 3 violations, 2 unmanaged, 2 ignored (2 of groups that are gone)
    4 forbidden rules: 2 revoked, 2 left in place
    ");
    insta::assert_snapshot!(reports(&desk, &remarks()), @r#"
    {"actions":[],"findings":[{"code":"not-allowed"}],"group":"sg-0000000000000web1","remarks":["break-glass"],"verdict":"violation"}
    {"actions":[{"call":"RevokeSecurityGroupIngress","group":"sg-0000000000000web1","outcome":"done"}],"findings":[{"code":"not-allowed"}],"group":"sg-0000000000000web1","remarks":null,"verdict":"violation"}
    {"actions":[{"call":"RevokeSecurityGroupIngress","group":"sg-0000000000000web1","outcome":"done"}],"findings":[{"code":"not-allowed"}],"group":"sg-0000000000000web1","remarks":["associated"],"verdict":"violation"}
    {"actions":[],"findings":[],"group":"sg-00000000000defa1","remarks":["default-group-opened"],"verdict":"unmanaged"}
    {"actions":[],"findings":[],"group":null,"remarks":["default-group-used"],"verdict":"unmanaged"}
    {"actions":[],"findings":[],"group":"sg-00000000000000db1","remarks":["deleted"],"verdict":"ignored"}
    {"actions":[],"findings":[],"group":null,"remarks":null,"verdict":"ignored"}
    "#);
}
