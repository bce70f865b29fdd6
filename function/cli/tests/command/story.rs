//! How the story reads.

use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, Ran, opened, rule, unrelated};

/// One event of every kind.
fn events() -> Value {
    let mut hostile = opened("hostile", 6, 23);
    hostile["userIdentity"]["arn"] =
        json!("arn:aws:iam::111122223333:user/eve\u{1b}[2J\u{202e}\r\ncompliant");
    hostile["responseElements"]["securityGroupRuleSet"]["items"][0]["description"] =
        json!("“fine” \u{9b}32m\u{7}");
    let mut failed = opened("failed", 3, 22);
    failed["errorCode"] = json!("Client.UnauthorizedOperation");
    let mut malformed = opened("malformed", 5, 22);
    malformed["requestParameters"] = json!({"groupId": "sg-0000000000000web1"});
    malformed["responseElements"] = json!({"_return": true});
    let mut wide = rule("wide", 4, "sg-00000000000000db1", 3306, "203.0.112.0/23");
    wide["responseElements"]["securityGroupRuleSet"]["items"].as_array_mut().unwrap().extend([
        json!({"groupId": "sg-00000000000000db1", "securityGroupRuleId": "sgr-0a", "isEgress": false, "ipProtocol": "-1",
               "fromPort": -1, "toPort": -1, "cidrIpv6": "::/0", "description": "all of it"}),
    ]);
    json!([
        opened("good", 1, 443),
        opened("bad", 2, 22),
        failed,
        wide,
        malformed,
        hostile,
        rule("misc", 7, "sg-0000000000000misc", 22, "0.0.0.0/0"),
        unrelated("a"),
        unrelated("b")
    ])
}

#[test]
fn every_kind_of_event() {
    let desk = Desk::new("every_kind_of_event");
    desk.write("events.json", events().to_string());
    insta::assert_snapshot!(desk.run("replay events.json").shown(), @r"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:01Z  compliant    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     443/tcp from 0.0.0.0/0

    2026-03-02T09:00:02Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked 22/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#1

    2026-03-02T09:00:03Z  ignored      -    sg-0000000000000web1  AuthorizeIngress  Developer/alice  (failed-call)

    2026-03-02T09:00:04Z  violation    db   sg-00000000000000db1  AuthorizeIngress  Developer/alice
        opened     3306/tcp from 203.0.112.0/23
        too much   3306/tcp from 203.0.112.0/24
        because    db allows 3306/tcp from web, office
        opened     all from ::/0  “all of it”
        because    db allows 3306/tcp from web, office
        done       revoked these 2 rules
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#3

    2026-03-02T09:00:05Z  undecidable  -    sg-0000000000000web1  AuthorizeIngress  Developer/alice
        because    the record cannot be understood: requestParameters has no ipPermissions
        done       nothing: somebody has to look at the event and the group
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#4

    2026-03-02T09:00:06Z  violation    web  sg-0000000000000web1  AuthorizeIngress  user/eve\u{1b}[2J\u{202e}\r\ncompliant
        opened     23/tcp from 0.0.0.0/0  ““fine” \u{9b}32m\u{7}”
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked 23/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:iam::111122223333:user/eve\u{1b}[2J\u{202e}\r\ncompliant from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#5

    2026-03-02T09:00:07Z  unmanaged    -    sg-0000000000000misc  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0

    7 security group events: 3 violations, 1 undecidable, 1 compliant, 1 unmanaged, 1 ignored
    2 other events passed over
    4 forbidden rules: 4 revoked
    ");
}

#[test]
fn what_is_not_done_is_said() {
    let desk = Desk::new("what_is_not_done_is_said");
    desk.write(
        "events.json",
        json!([opened("a", 1, 22), rule("b", 2, "sg-00000000000000db1", 22, "10.0.0.0/8")]).to_string(),
    );
    desk.write("policy.yaml", POLICY.replace("  db:\n", "  db:\n    on-violation: notify\n"));
    insta::assert_snapshot!(desk.run("replay --mode observe events.json").out, @"
    policy policy.yaml, account account.json
    2026-03-02T09:00:01Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       observing only: would revoke 22/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#0

    2026-03-02T09:00:02Z  violation    db   sg-00000000000000db1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 10.0.0.0/8
        because    db allows 3306/tcp from web, office
        done       left as it is: the policy asks for no more than this notice
        group      db-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#1

    2 security group events: 2 violations
    2 forbidden rules: 1 would be revoked, 1 left in place
    ");
}

#[test]
fn colours_are_for_those_who_want_them() {
    let desk = Desk::new("colours_are_for_those_who_want_them");
    desk.write("events.json", events().to_string());
    let run = |settings: &[(&str, &str)]| {
        Ran::of(desk.command("replay events.json").envs(settings.iter().copied())).out
    };
    let plain = run(&[]);
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(run(&[("NO_COLOR", "1")]), plain);
    assert_eq!(run(&[("CLICOLOR", "0")]), plain);
    assert_eq!(run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
    let coloured = run(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.contains("\u{1b}[31m") || coloured.contains("\u{1b}[1m\u{1b}[31m"));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn what_callers_wrote_cannot_command_a_terminal() {
    let desk = Desk::new("what_callers_wrote_cannot_command_a_terminal");
    desk.write("events.json", events().to_string());
    for format in ["text", "jsonl"] {
        let ran = desk.run(&format!("replay --format {format} events.json"));
        let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(ran.out.chars().all(is_plain), "{format}");
    }
}
