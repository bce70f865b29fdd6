//! Which policy and which account events are replayed against.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, Ran, account, opened, rule};

#[test]
fn the_nearest_of_each_is_taken() {
    let desk = Desk::new("the_nearest_of_each_is_taken");
    desk.write("events/web/policy.yaml", POLICY.replace("443/tcp", "22/tcp"));
    desk.write("events/web/near/event.json", opened("near", 1, 22).to_string());
    desk.write("events/far.json", opened("far", 1, 22).to_string());
    let verdicts = |path: &str| desk.run(&format!("replay --format jsonl {path}")).lines();
    assert_eq!(
        verdicts("events"),
        ["violation far events/far.json", "compliant near events/web/near/event.json"]
    );
    assert_eq!(verdicts("events/web/near/event.json"), ["compliant near events/web/near/event.json"]);
    assert_eq!(verdicts("--policy policy.yaml events/web"), ["violation near events/web/near/event.json"]);
}

#[test]
fn scenarios_do_not_touch_each_other() {
    let desk = Desk::new("scenarios_do_not_touch_each_other");
    // The same group; a tier it is in only in one of the accounts.
    desk.write("events/b/account.json", account().to_string().replace(r#""web""#, r#""none""#));
    desk.write("events/b/event.json", opened("b", 1, 22).to_string());
    desk.write("events/z.json", opened("z", 2, 22).to_string());
    desk.write("events/a/account.json", account().to_string());
    desk.write("events/a/event.json", opened("a", 3, 22).to_string());
    let ran = desk.run("replay events");
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:02Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked 22/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events/z.json

    policy policy.yaml, account events/a/account.json
    2026-03-02T09:00:03Z  violation    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere
        done       revoked 22/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in events/a/event.json

    policy policy.yaml, account events/b/account.json
    2026-03-02T09:00:01Z  unmanaged    -    sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     22/tcp from 0.0.0.0/0

    3 security group events: 2 violations, 1 unmanaged
    2 forbidden rules: 2 revoked
    ");
}

#[test]
fn an_account_to_write_must_be_one() {
    let desk = Desk::new("an_account_to_write_must_be_one");
    desk.write("a/account.json", account().to_string());
    desk.write("a/event.json", opened("a", 1, 22).to_string());
    desk.write("b.json", opened("b", 1, 22).to_string());
    insta::assert_snapshot!(desk.run("replay --account-out after.json a b.json").shown(), @"
    exit 64
    --- stderr
    error: `--account-out` takes the account of one scenario, and there are 2
      help: name one with `--policy` and `--account`, or replay one folder at a time
    ");
    assert!(!desk.path("after.json").exists());
    let ran = desk.run("replay --account account.json --account-out after.json --format jsonl a b.json");
    assert_eq!(ran.lines(), ["violation a a/event.json", "violation b b.json"]);
}

#[test]
fn the_account_after_the_last_event_is_written() {
    let desk = Desk::new("the_account_after_the_last_event_is_written");
    desk.write("events.json", json!([opened("a", 1, 22), opened("b", 2, 443)]).to_string());
    assert_eq!(desk.run("replay --account-out after.json events.json").code, 0);
    let after: Value = serde_json::from_slice(&fs::read(desk.path("after.json")).unwrap()).unwrap();
    let rules = after["SecurityGroupRules"].as_array().unwrap();
    assert_eq!(rules.iter().map(|rule| rule["FromPort"].as_i64()).collect::<Vec<_>>(), [Some(443)]);
    // What was written is an account again.
    let ran = desk.run("replay --account after.json --format jsonl events.json");
    assert_eq!(ran.lines(), ["violation a events.json#0", "compliant b events.json#1"]);
}

#[test]
fn observing_changes_nothing() {
    let desk = Desk::new("observing_changes_nothing");
    desk.write("event.json", opened("a", 1, 22).to_string());
    let ran = desk.run("replay --mode observe --format jsonl --account-out after.json event.json");
    assert_eq!(ran.lines(), ["violation a event.json"]);
    assert!(ran.out.contains(r#""outcome":"withheld""#));
    let after: Value = serde_json::from_slice(&fs::read(desk.path("after.json")).unwrap()).unwrap();
    assert_eq!(after["SecurityGroupRules"][0]["FromPort"], 22);
    desk.write("policy.yaml", POLICY.replace("enforce", "observe"));
    assert!(desk.run("replay --mode enforce --format jsonl event.json").out.contains(r#""outcome":"done""#));
}

#[test]
fn without_an_account_groups_are_learnt() {
    let desk = Desk::empty("without_an_account_groups_are_learnt");
    desk.write("policy.yaml", POLICY);
    let created = json!({
        "eventID": "c", "eventName": "CreateSecurityGroup", "eventSource": "ec2.amazonaws.com",
        "eventTime": "2026-03-02T09:00:01Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "requestParameters": {"groupName": "web", "vpcId": "vpc-0a4e92abb9b3c7181", "tagSpecificationSet": {"items": [
            {"resourceType": "security-group", "tags": [{"key": "tier", "value": "web"}]}]}},
        "responseElements": {"_return": true, "groupId": "sg-0000000000000web1"},
    });
    desk.write(
        "events.json",
        json!([opened("z", 1, 22), created, rule("u", 2, "sg-0new", 22, "0.0.0.0/0")]).to_string(),
    );
    assert_eq!(
        desk.run("replay --format jsonl events.json").lines(),
        ["compliant c events.json#1", "violation z events.json#0", "unmanaged u events.json#2"]
    );
}

#[test]
fn the_guard_knows_its_own_role() {
    let desk = Desk::new("the_guard_knows_its_own_role");
    desk.write("event.json", opened("a", 1, 443).to_string());
    let role = "arn:aws:iam::111122223333:role/Developer";
    let own = ["ignored a event.json"];
    assert_eq!(desk.run(&format!("replay --format jsonl --role {role} event.json")).lines(), own);
    let mut command = desk.command("replay --format jsonl event.json");
    assert_eq!(Ran::of(command.env("TIERGUARD_ROLE_ARN", role)).lines(), own);
    let mut command = desk.command("replay --format jsonl event.json");
    assert_eq!(Ran::of(command.env("TIERGUARD_ROLE_ARN", "")).lines(), ["compliant a event.json"]);
}
