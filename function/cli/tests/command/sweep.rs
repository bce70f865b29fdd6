//! A sweep at the desk.

use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, account, opened};

/// A desk whose account holds what the policy forbids and lacks what it requires.
fn desk(test: &str, sweep: &str) -> Desk {
    let desk = Desk::new(test);
    let policy = POLICY
        .replace("mode: enforce\n", &format!("mode: enforce\nsweep: {sweep}\n"))
        .replace("from: anywhere }", "from: anywhere, required: true }");
    desk.write("policy.yaml", policy + EXEMPTION);
    let mut account = account();
    let all = |port: u16| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    let all_ipv6 = |port: u16| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]});
    account["SecurityGroups"][0]["IpPermissions"] = json!([all(80), all(443), all_ipv6(80), all(22)]);
    account["SecurityGroups"][1]["IpPermissions"] = json!([all(5432)]);
    desk.write("account.json", account.to_string());
    desk
}

const EXEMPTION: &str = "\
exemptions:
  - id: OPS-1234
    groups: { tags: { tier: db } }
    allow: 5432/tcp
    from: anywhere
    until: 2026-03-04T00:00:00Z
    owner: dba@example.com
    reason: migration of the ledger
";

#[test]
fn after_the_last_event() {
    let desk = desk("after_the_last_event", "enforce");
    desk.write("events.json", json!([opened("a", 1, 443), opened("b", 9, 25)]).to_string());
    insta::assert_snapshot!(desk.run("replay --sweep --account-out after.json events.json").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:01Z  compliant    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     443/tcp from 0.0.0.0/0

    2026-03-02T09:00:09Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     25/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked 25/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events.json#1

    2026-03-02T09:00:09Z  sweep        3 groups, 2 managed, 5 rules: 1 forbidden, 1 missing
        group      sg-0000000000000web1 (web-shop)
        forbidden  22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked
        missing    443/tcp from ::/0
        because    web requires 80/tcp, 443/tcp from anywhere
        done       put back
        ends soon  OPS-1234 (dba@example.com) ends 2026-03-04T00:00:00Z: 5432/tcp from anywhere

    2 security group events: 1 violation, 1 compliant
    1 forbidden rule: 1 revoked
    ");
    // What it found is mended.
    insta::assert_snapshot!(desk.run("replay --sweep --account after.json --at 2026-03-05T10:00:00+01:00 --account-out last.json").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account after.json
    2026-03-05T09:00:00Z  sweep        3 groups, 2 managed, 5 rules: 1 forbidden
        group      sg-00000000000000db1 (db-shop)
        forbidden  5432/tcp from 0.0.0.0/0
        because    db allows 3306/tcp from web, office; exemption OPS-1234 ended 2026-03-04T00:00:00Z
        done       revoked
    ");
    insta::assert_snapshot!(desk.run("replay --sweep --account last.json --at 2026-03-05T10:00:01Z --fail-on violation").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account last.json
    2026-03-05T10:00:01Z  sweep        3 groups, 2 managed, 4 rules: nothing is wrong
    ");
}

#[test]
fn only_observed() {
    let desk = desk("only_observed", "observe");
    insta::assert_snapshot!(desk.run("replay --sweep --account account.json --at 2026-03-02T09:00:00Z").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:00Z  sweep        observing only: 3 groups, 2 managed, 5 rules: 1 forbidden, 1 missing
        group      sg-0000000000000web1 (web-shop)
        forbidden  22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       observing only: would revoke it
        missing    443/tcp from ::/0
        because    web requires 80/tcp, 443/tcp from anywhere
        done       observing only: would put it back
        ends soon  OPS-1234 (dba@example.com) ends 2026-03-04T00:00:00Z: 5432/tcp from anywhere
    ");
    // The mode of events is not that of the sweep.
    let ran = desk.run("replay --sweep --mode enforce --account account.json --at 2026-03-02T09:00:00Z");
    assert!(ran.out.contains("observing only: would revoke it"), "{}", ran.out);
}

#[test]
fn as_json() {
    let desk = desk("as_json", "observe");
    desk.write("event.json", opened("a", 1, 443).to_string());
    let ran = desk.run("replay --sweep --format jsonl event.json");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["verdict"], "compliant");
    insta::assert_snapshot!(format!("{:#}", lines[1]), @r#"
    {
      "sweep": {
        "began": "2026-03-02T09:00:01Z",
        "causes": [],
        "ending": [
          "OPS-1234 (dba@example.com) ends 2026-03-04T00:00:00Z: 5432/tcp from anywhere"
        ],
        "endings": 1,
        "forbidden": 1,
        "groups": 3,
        "lines": [
          {
            "group": "sg-0000000000000web1",
            "name": "web-shop",
            "outcome": "withheld",
            "rule": "22/tcp from 0.0.0.0/0",
            "why": "web allows 80/tcp, 443/tcp from anywhere",
            "wrong": "forbidden"
          },
          {
            "group": "sg-0000000000000web1",
            "name": "web-shop",
            "outcome": "withheld",
            "rule": "443/tcp from ::/0",
            "why": "web requires 80/tcp, 443/tcp from anywhere",
            "wrong": "missing"
          }
        ],
        "managed": 2,
        "missing": 1,
        "mixed": 0,
        "observes": true,
        "outcomes": {
          "withheld": 2
        },
        "rules": 5,
        "unsettled": 0
      }
    }
    "#);
    assert_eq!(lines.len(), 2);
}

#[test]
fn what_it_finds_is_a_violation() {
    let desk = desk("what_it_finds_is_a_violation", "observe");
    desk.write("event.json", opened("a", 1, 443).to_string());
    let code = |arguments: &str| desk.run(&format!("replay {arguments}")).code;
    assert_eq!(code("--fail-on violation event.json"), 0);
    assert_eq!(code("--fail-on violation --sweep event.json"), 2);
    assert_eq!(code("--fail-on violation --sweep --format jsonl event.json"), 2);
    assert_eq!(code("--sweep event.json"), 0);
}

#[test]
fn of_several_accounts_nothing_is_left_out() {
    let desk = desk("of_several_accounts_nothing_is_left_out", "observe");
    let mut elsewhere = opened("b", 2, 443);
    elsewhere["recipientAccountId"] = json!("999999999999");
    desk.write("events.json", json!([opened("a", 1, 443), elsewhere]).to_string());
    let ran = desk.run("replay --sweep events.json");
    assert!(ran.out.contains("observing only: 3 groups, 2 managed"), "{}", ran.out);
}

#[test]
fn it_must_be_known_of_what_and_when_it_is() {
    let desk = desk("it_must_be_known_of_what_and_when_it_is", "observe");
    let mut timeless = opened("a", 1, 443);
    timeless["eventTime"] = Value::Null;
    desk.write("event.json", timeless.to_string());
    let shown = |arguments: &str| desk.run(&format!("replay {arguments}")).shown();
    insta::assert_snapshot!(shown("--sweep"), @"
    exit 64
    --- stderr
    error: there is nothing to sweep
      help: give events, or an account with `--account FILE`
    ");
    insta::assert_snapshot!(shown("--sweep --account account.json"), @"
    exit 64
    --- stderr
    error: it is not known when the sweep is
      help: give it with `--at`, or give events
    ");
    insta::assert_snapshot!(shown("--sweep --account account.json --at yesterday"), @"
    exit 64
    --- stderr
    error: `yesterday` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or like 2026-03-02, for midnight in UTC
    ");
    insta::assert_snapshot!(shown("--at 2026-03-02T09:00:00Z event.json"), @"
    exit 64
    --- stderr
    error: the following required arguments were not provided:
      --sweep

    Usage: tierguard replay --sweep --at <RFC3339> <PATH>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(shown("--sweep event.json"), @"
    exit 1
    --- stdout
    policy policy.yaml, account account.json
    -                     compliant    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     443/tcp from 0.0.0.0/0

    1 security group event: 1 compliant
    --- stderr
    error: it is not known when the sweep is: no event has a time
      help: give it with `--at`
    ");
}

#[test]
fn the_policy_is_beside_the_account() {
    let desk = Desk::empty("the_policy_is_beside_the_account");
    desk.write("alone/account.json", account().to_string());
    let run = || desk.run("replay --sweep --account alone/account.json --at 2026-03-02T09:00:00Z").shown();
    insta::assert_snapshot!(run(), @"
    exit 1
    --- stderr
    error: there is no policy for `alone/account.json`
      help: name one with `--policy FILE`, or put a `policy.yaml` beside the events or in a folder above them
    ");
    desk.write("alone/policy.yaml", POLICY);
    insta::assert_snapshot!(run(), @"
    exit 0
    --- stdout
    policy alone/policy.yaml, account alone/account.json
    2026-03-02T09:00:00Z  sweep        observing only: 3 groups, 2 managed, 0 rules: nothing is wrong
    ");
}
