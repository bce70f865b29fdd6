//! What is judged where the account does not tell everything: nothing is guessed.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which may stop at the first surprise"
)]
#![expect(clippy::needless_pass_by_value, reason = "records are written where they are passed")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupName, PrefixListId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::Remember;
use tierguard::network::{AddressSet, Network};
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::plan::{Authorize, Naming, RestoreList, Revoke, SetGroups};
use tierguard::respond::Announced;
use tierguard::shape::SecurityGroupRule;
use tierguard::{Guard, Handled, Policy};

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";

/// An account in which each part can be made to answer as the test likes, and how calls named their rules.
struct Told(Answers, Mutex<Vec<Naming>>);

impl ReadAccount for Told {
    async fn look(&self, _questions: &Questions) -> Answers {
        self.0.clone()
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.0.groups.clone()
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.0.interfaces.clone()
    }
}

impl ChangeAccount for Told {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.1.lock().unwrap().push(call.naming());
        Ok(Revoked::default())
    }

    async fn authorize(&self, _call: &Authorize) -> Result<(), AuthorizeError> {
        Ok(())
    }

    async fn restore_list(&self, _call: &RestoreList) -> Result<(), RestoreError> {
        Ok(())
    }

    async fn set_groups(&self, _call: &SetGroups) -> Result<(), SetGroupsError> {
        Ok(())
    }
}

impl Publish for Told {
    async fn publish(&self, _notice: &Notice) -> Result<(), PublishError> {
        Ok(())
    }
}

impl Remember for Told {}

fn group(id: &str, name: &str, owner: Option<&str>) -> Group {
    Group {
        id: GroupId::new(id).unwrap(),
        owner: owner.map(|owner| AccountId::new(owner).unwrap()),
        name: Some(GroupName::new(name)),
        vpc: None,
        tags: [("tier".to_owned(), name.to_owned())].into(),
    }
}

fn slow(what: &str, retryable: bool) -> LookUpError {
    LookUpError { call: "DescribeSecurityGroups", message: what.to_owned(), retryable }
}

fn list(id: &str) -> PrefixListId {
    PrefixListId::new(id).unwrap()
}

fn live(rule: Value) -> Rule {
    Rule::try_from(&serde_json::from_value::<SecurityGroupRule>(rule).unwrap()).unwrap()
}

/// `app` is sg-1, `web` is sg-2, both ours.
fn account() -> Answers {
    Answers {
        groups: Ok(vec![group("sg-1", "app", Some(OURS)), group("sg-2", "web", Some(OURS))]),
        rules: rules_of_app(Vec::new()),
        ..Answers::default()
    }
}

fn rules_of_app(rules: Vec<Rule>) -> BTreeMap<GroupId, Result<Vec<Rule>, LookUpError>> {
    [(GroupId::new("sg-1").unwrap(), Ok(rules))].into()
}

const POLICY: &str = "
version: 1
networks: { vendors: pl-0a, others: pl-0b }
tiers:
  web: { groups: { tags: { tier: web } }, ingress: [{ allow: 443/tcp, from: others }] }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: [web, self] }
      - { allow: 443/tcp, from: [444455556666/sg-0f, vendors] }
";

fn event(name: &str, request: Value) -> Value {
    json!({"eventID": "e-1", "eventName": name, "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1",
           "eventTime": "2026-03-02T09:00:00Z", "recipientAccountId": OURS, "requestParameters": request})
}

fn authorize(peer: (&str, Value), port: u16) -> Value {
    let mut item = json!({"ipProtocol": "tcp", "fromPort": port, "toPort": port});
    item[peer.0] = json!({"items": [peer.1]});
    event("AuthorizeSecurityGroupIngress", json!({"groupId": "sg-1", "ipPermissions": {"items": [item]}}))
}

fn modify(to: Value) -> Value {
    event(
        "ModifySecurityGroupRules",
        json!({"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1",
        "SecurityGroupRule": {"SecurityGroupRuleId": "sgr-1", "SecurityGroupRule": to}}}),
    )
}

fn handle(policy: &str, answers: Answers, event: Value) -> Handled {
    let guard = Guard { policy: Policy::parse("policy.yaml", policy).unwrap(), own_role: None };
    let record = event.to_string();
    let told = Told(answers, Mutex::default());
    guard.respond(record.as_bytes(), &told, Timestamp::UNIX_EPOCH).now_or_never().unwrap()
}

/// The verdict, its reason, and whether the event is worth another attempt.
fn check(answers: Answers, event: Value, expected: (&str, Option<&str>, bool)) {
    let handled = handle(POLICY, answers, event);
    let verdict = &handled.judgement.verdict;
    assert_eq!(
        (verdict.word(), verdict.reason().as_deref(), handled.retry().is_some()),
        expected,
        "{verdict:?}"
    );
    assert_eq!(handled.actions.is_empty(), verdict.word() != "violation");
}

const COMPLIANT: (&str, Option<&str>, bool) = ("compliant", None, false);
const UNKNOWN: (&str, Option<&str>, bool) = ("undecidable", Some("look-up-failed"), true);

fn from_group(pair: Value) -> (&'static str, Value) {
    ("groups", pair)
}

#[test]
fn a_reference_that_is_not_to_be_seen_yet_is_no_stranger() {
    let event = || authorize(from_group(json!({"groupId": "sg-2", "userId": OURS})), 8080);
    check(account(), event(), COMPLIANT);
    let mut late = account();
    late.groups.as_mut().unwrap().pop();
    late.unseen.insert(GroupId::new("sg-2").unwrap(), slow("sg-2 is not to be seen", true));
    check(late.clone(), event(), UNKNOWN);
    late.unseen.clear();
    check(late, event(), ("violation", None, false));
}

#[test]
fn where_ids_and_addresses_decide_no_group_needs_to_be_seen() {
    let policy = POLICY.replace("[444455556666/sg-0f,", "[sg-0e, 111122223333/sg-0d, 444455556666/sg-0f,");
    let ids = ["sg-0c", "sg-0d", "sg-0e"];
    let unseen = ids.map(|id| (GroupId::new(id).unwrap(), slow("it is not to be seen", true)));
    let late = Answers { unseen: unseen.into(), ..account() };
    for (id, port, expected) in [
        ("sg-0e", 443, "compliant"),
        ("sg-0d", 443, "compliant"),
        ("sg-0c", 443, "violation"),
        // It may be in the tier.
        ("sg-0c", 8080, "undecidable"),
    ] {
        let event = authorize(from_group(json!({"groupId": id, "userId": OURS})), port);
        let handled = handle(&policy, late.clone(), event);
        assert_eq!(handled.judgement.verdict.word(), expected, "{id}");
    }
}

#[test]
fn names_that_could_not_be_looked_up_are_not_taken_for_strangers() {
    let event = authorize(from_group(json!({"groupName": "web"})), 8080);
    check(Answers { named: Err(slow("DescribeVpcs", true)), ..account() }, event.clone(), UNKNOWN);
    check(Answers { named: Ok(vec![group("sg-2", "web", Some(OURS))]), ..account() }, event, COMPLIANT);
}

#[test]
fn a_wrong_port_is_wrong_whoever_it_is_from() {
    let event = authorize(from_group(json!({"groupName": "web"})), 22);
    check(Answers { named: Err(slow("DescribeVpcs", true)), ..account() }, event, ("violation", None, false));
}

#[test]
fn a_target_that_is_not_to_be_seen_yet_is_not_gone() {
    let event = || authorize(("ipRanges", json!({"cidrIp": "0.0.0.0/0"})), 22);
    let unseen = [(GroupId::new("sg-1").unwrap(), slow("sg-1 is not to be seen", true))].into();
    check(Answers { unseen, ..Answers::default() }, event(), UNKNOWN);
    check(Answers::default(), event(), ("ignored", Some("group-gone"), false));
}

#[test]
fn an_edited_rule_keeps_the_account_of_its_group() {
    let rules = rules_of_app(vec![live(
        json!({"SecurityGroupRuleId": "sgr-1", "IsEgress": false, "IpProtocol": "tcp",
        "FromPort": 443, "ToPort": 443, "ReferencedGroupInfo": {"GroupId": "sg-0f", "UserId": THEIRS}}),
    )]);
    let to = json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "ReferencedGroupId": "sg-0f"});
    check(Answers { rules, ..account() }, modify(to), COMPLIANT);
}

#[test]
fn an_id_is_used_only_for_a_live_rule_that_says_the_same() {
    let naming = |port: u16| {
        let rules = rules_of_app(vec![live(
            json!({"SecurityGroupRuleId": "sgr-1", "IsEgress": false, "IpProtocol": "tcp",
            "FromPort": port, "ToPort": port, "ReferencedGroupInfo": {"GroupId": "sg-0d"}}),
        )]);
        let to = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "ReferencedGroupId": "sg-0d"});
        let guard = Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: None };
        let told = Told(Answers { rules, ..account() }, Mutex::default());
        let record = modify(to).to_string();
        guard.respond(record.as_bytes(), &told, Timestamp::UNIX_EPOCH).now_or_never().unwrap();
        told.1.into_inner().unwrap()
    };
    assert_eq!((naming(22), naming(8080)), (vec![Naming::Id], vec![Naming::Content]));
}

#[test]
fn only_the_lists_of_the_tier_matter_and_a_passing_failure_is_tried_again() {
    let event = || authorize(("ipRanges", json!({"cidrIp": "203.0.113.0/24"})), 443);
    let entries = || Ok(["203.0.113.0/24".parse::<Network>().unwrap()].into_iter().collect());
    let lists = |vendors, others| [(list("pl-0a"), vendors), (list("pl-0b"), others)].into();
    let with = |prefix_lists| Answers { prefix_lists, ..account() };
    check(with(lists(entries(), Err(slow("gone", false)))), event(), COMPLIANT);
    check(with(lists(Err(slow("throttled", true)), Err(slow("gone", false)))), event(), UNKNOWN);
}

#[test]
fn a_denied_list_is_its_entries_unless_it_is_named_itself() {
    let verdict = |peers: &str| {
        let policy = format!(
            "version: 1\nnetworks: {{ v: pl-0a }}\nelsewhere: {{ deny: [{{ ports: 22/tcp, from: {peers} }}] }}"
        );
        let prefix_lists = [(list("pl-0a"), Ok(AddressSet::empty()))].into();
        let event = authorize(("prefixListIds", json!({"prefixListId": "pl-0a"})), 22);
        handle(&policy, Answers { prefix_lists, ..account() }, event).judgement.verdict.word()
    };
    assert_eq!((verdict("v"), verdict("pl-0a")), ("compliant", "violation"));
}

#[test]
fn a_new_group_whose_second_rule_would_be_forbidden_is_announced_even_if_that_is_gone() {
    let announced = |to: &str| {
        let policy = format!(
            "version: 1\ntiers: {{ app: {{ groups: {{ tags: {{ tier: app }} }}, egress: [{{ allow: all, to: {to} }}] }} }}"
        );
        let mut event = event("CreateSecurityGroup", json!({"groupName": "app", "vpcId": "vpc-0"}));
        event["responseElements"] = json!({"groupId": "sg-1"});
        let handled = handle(&policy, account(), event);
        assert_eq!(handled.judgement.verdict.word(), "compliant");
        handled.announced == Announced::Published
    };
    assert!(announced("0.0.0.0/0"));
    assert!(!announced("anywhere"));
}

#[test]
fn without_an_account_a_group_is_known_by_its_id() {
    let mut event = authorize(from_group(json!({"groupId": "sg-1"})), 8080);
    event["recipientAccountId"] = Value::Null;
    let answers = || Answers { groups: Ok(vec![group("sg-1", "app", None)]), ..Answers::default() };
    check(answers(), event.clone(), COMPLIANT);
    event["requestParameters"]["ipPermissions"]["items"][0]["groups"]["items"][0]["userId"] = json!(OURS);
    check(answers(), event, COMPLIANT);
}

#[test]
fn the_response_is_enough_where_the_request_cannot_be_read() {
    let mut event = event("AuthorizeSecurityGroupIngress", json!({"groupId": "sg-1", "ipPermissions": 7}));
    event["responseElements"] = json!({"securityGroupRuleSet": {"items": [{"groupId": "sg-1", "isEgress": false,
        "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}]}});
    check(account(), event, ("violation", None, false));
}
