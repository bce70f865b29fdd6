//! Records in, verdicts and a changed account out.

use tierguard::Policy;
use tierguard::id::RoleArn;
use tierguard::respond::Announced;

use super::*;
use crate::testing::{account, rules};

const POLICY: &str = "
version: 1
tiers:
  web:
    groups: { ids: [sg-1] }
    ingress:
      - { allow: 443/tcp, from: anywhere }
";
const OWN_ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";
const WEB: &str = r#"{"GroupId": "sg-1", "OwnerId": "111122223333", "VpcId": "vpc-2"}"#;

fn desk(account: Account) -> Desk {
    let policy = Policy::parse("policy.yaml", POLICY).unwrap();
    Desk::new(Guard { policy, own_role: Some(RoleArn::new(OWN_ROLE).unwrap()) }, account)
}

fn record(id: &str, time: &str, call: &str, more: &str) -> String {
    format!(
        r#"{{"eventID": "{id}", "eventName": "{call}", "eventSource": "ec2.amazonaws.com", {time}
             "recipientAccountId": "111122223333", {more}}}"#
    )
}

const NOON: &str = r#""eventTime": "2026-01-02T12:00:00Z","#;
const OPEN_SSH: &str = r#""requestParameters": {"groupId": "sg-1", "ipPermissions": {"items": [
    {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}"#;
const OPEN_TLS: &str = r#""requestParameters": {"groupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443,
    "toPort": 443, "cidrIp": "0.0.0.0/0"}"#;
const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";
const REVOKE: &str = "RevokeSecurityGroupIngress";

#[test]
fn a_forbidden_rule_is_applied_and_undone() {
    let mut desk = desk(account(WEB));
    let handled = desk.handle(record("1", NOON, AUTHORIZE, OPEN_SSH).as_bytes());
    assert_eq!(handled.judgement.verdict.word(), "violation");
    let outcomes: Vec<_> = handled.actions.iter().map(|action| action.outcome.to_string()).collect();
    assert_eq!(outcomes, ["done"]);
    assert_eq!(rules(&desk.account(), "sg-1"), [""; 0]);
    assert_eq!(handled.handled_at.to_string(), "2026-01-02T12:00:00Z");
}

#[test]
fn an_allowed_rule_stays() {
    let mut desk = desk(account(WEB));
    let handled = desk.handle(record("1", NOON, AUTHORIZE, OPEN_TLS).as_bytes());
    assert_eq!(handled.judgement.verdict.word(), "compliant");
    assert_eq!(rules(&desk.account(), "sg-1"), ["443/tcp from 0.0.0.0/0"]);
}

#[test]
fn an_event_is_applied_once_and_handled_each_time() {
    let mut desk = desk(account(WEB));
    let open = record("1", NOON, AUTHORIZE, OPEN_SSH);
    let outcomes = [&open, &open].map(|record| desk.handle(record.as_bytes()).actions[0].outcome.to_string());
    assert_eq!(outcomes, ["done", "already-gone"]);
    assert_eq!(
        desk.handle(record("2", NOON, AUTHORIZE, OPEN_SSH).as_bytes()).actions[0].outcome.to_string(),
        "done"
    );
    // Without an id nothing says that it is the same event.
    let nameless = open.replace(r#""eventID": "1","#, "");
    assert_eq!(desk.handle(nameless.as_bytes()).actions[0].outcome.to_string(), "done");
}

#[test]
fn own_changes_and_descriptions_are_applied_too() {
    let mut desk = desk(account(WEB));
    desk.handle(record("1", NOON, AUTHORIZE, OPEN_TLS).as_bytes());
    let described = OPEN_TLS.replace(
        r#""ipProtocol""#,
        r#""securityGroupRuleDescriptions": [], "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443,
           "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "TLS"}]}}]}, "x""#,
    );
    let call = "UpdateSecurityGroupRuleDescriptionsIngress";
    let handled = desk.handle(record("2", NOON, call, &described).as_bytes());
    assert_eq!(handled.judgement.verdict.reason().as_deref(), Some("description-only"));
    assert_eq!(rules(&desk.account(), "sg-1"), ["443/tcp from 0.0.0.0/0 # TLS"]);

    let own = format!(
        r#""userIdentity": {{"sessionContext": {{"sessionIssuer": {{"arn": "{OWN_ROLE}"}}}}}}, {OPEN_TLS}"#
    );
    let handled = desk.handle(record("3", NOON, REVOKE, &own).as_bytes());
    assert_eq!(handled.judgement.verdict.reason().as_deref(), Some("own-change"));
    assert_eq!(rules(&desk.account(), "sg-1"), [""; 0]);
}

#[test]
fn a_failed_call_and_what_cannot_be_read_change_nothing() {
    let mut desk = desk(account(WEB));
    let failed = format!(r#""errorCode": "Client.InvalidPermission.Duplicate", {OPEN_TLS}"#);
    let empty = r#""requestParameters": {"groupId": "sg-1"}"#;
    let cut = r#""requestParameters": {"omitted": true}"#;
    let records = [
        record("1", NOON, AUTHORIZE, &failed),
        record("2", NOON, AUTHORIZE, empty),
        record("3", NOON, AUTHORIZE, cut),
        record("4", NOON, "RunInstances", OPEN_TLS),
        "SecurityGroup".to_owned(),
    ];
    let words = records.map(|record| desk.handle(record.as_bytes()).judgement.verdict.reason());
    assert_eq!(
        words.map(Option::unwrap_or_default),
        ["failed-call", "malformed", "truncated", "not-a-change", "malformed"]
    );
    assert_eq!(desk.account(), account(WEB));
}

#[test]
fn a_revoke_by_name_finds_the_group_that_an_authorize_by_name_made_known() {
    let by_name = |text: &str| text.replace(r#""groupId": "sg-1""#, r#""groupName": "default""#);
    let response = r#""responseElements": {"_return": true, "securityGroupRuleSet": {"items": [
        {"groupOwnerId": "111122223333", "groupId": "sg-1", "securityGroupRuleId": "sgr-1", "isEgress": false,
         "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}]}}"#;
    let mut desk = desk(Account::learning());
    desk.handle(record("1", NOON, AUTHORIZE, &format!("{}, {response}", by_name(OPEN_TLS))).as_bytes());
    assert_eq!(rules(&desk.account(), "sg-1"), ["sgr-1 443/tcp from 0.0.0.0/0"]);
    desk.handle(record("2", NOON, REVOKE, &by_name(OPEN_TLS)).as_bytes());
    assert_eq!(rules(&desk.account(), "sg-1"), [""; 0]);
    assert_eq!(desk.account().groups().count(), 1);
}

#[test]
fn a_cut_record_is_judged_by_the_group_if_its_rules_are_known() {
    let cut = record("1", NOON, AUTHORIZE, r#""requestParameters": {"groupId": "sg-1", "omitted": true}"#);
    let word = |account| desk(account).handle(cut.as_bytes()).judgement.verdict;
    assert_eq!(word(account(WEB)).word(), "compliant");
    assert_eq!(word(Account::learning()).reason().as_deref(), Some("look-up-failed"));
}

#[test]
fn an_event_without_a_time_has_that_of_the_one_before() {
    let mut desk = desk(account(WEB));
    let mut time =
        |time| desk.handle(record("1", time, AUTHORIZE, OPEN_TLS).as_bytes()).handled_at.to_string();
    assert_eq!(
        [time(""), time(NOON), time("")],
        ["1970-01-01T00:00:00Z", "2026-01-02T12:00:00Z", "2026-01-02T12:00:00Z",]
    );
}

#[test]
fn every_notice_is_kept_until_it_is_taken() {
    let mut desk = desk(Account::learning());
    let handled = desk.handle(record("1", NOON, AUTHORIZE, OPEN_SSH).as_bytes());
    assert_eq!(handled.judgement.verdict.word(), "violation");
    assert_eq!(handled.announced, Announced::Published);
    desk.handle(record("2", NOON, AUTHORIZE, OPEN_TLS).as_bytes());
    desk.handle(record("3", NOON, AUTHORIZE, OPEN_SSH).as_bytes());
    assert_eq!([desk.take_notices().len(), desk.take_notices().len()], [2, 0]);
}

const OPEN: &str = r#"{"GroupId": "sg-1", "OwnerId": "111122223333", "IpPermissions": [
    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}"#;

#[test]
fn a_sweep_sees_what_its_home_sees_and_acts_where_the_policy_says_so() {
    const TLS: &str = "443/tcp from 0.0.0.0/0";
    const WIDE: &str = "22-443/tcp from 0.0.0.0/0";
    let swept = |mode: &str, home: Option<&str>| {
        let policy = Policy::parse("policy.yaml", &format!("sweep: {mode}{POLICY}")).unwrap();
        let mut desk = Desk::new(Guard { policy, own_role: None }, account(OPEN));
        let home = Home { account: home.map(crate::testing::account_id), region: None };
        let swept = desk.sweep(Sweep::default(), &home, Timestamp::UNIX_EPOCH);
        assert_eq!((&swept.rest, &swept.failed), (&None, &None));
        assert_eq!(desk.take_notices().len(), swept.digest.forbidden);
        (swept.digest.forbidden, rules(&desk.account(), "sg-1"))
    };
    for home in [None, Some("111122223333")] {
        assert_eq!(swept("enforce", home), (1, vec![TLS.to_owned()]));
        assert_eq!(swept("observe", home), (1, vec![WIDE.to_owned(), TLS.to_owned()]));
    }
    assert_eq!(swept("enforce", Some("444455556666")), (0, vec![WIDE.to_owned(), TLS.to_owned()]));
}

#[test]
fn a_desk_can_be_shared_between_tasks() {
    fn shareable<T: Send + Sync>(desk: T) -> T {
        desk
    }
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let desk = shareable(desk(account(WEB)));
    let open = record("1", NOON, AUTHORIZE, OPEN_SSH);
    let handled = block_on(movable(desk.handle_async(open.as_bytes())));
    assert_eq!(handled.judgement.verdict.word(), "violation");
}
