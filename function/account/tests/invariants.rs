//! What must always hold, each with its test. The account in memory follows EC2; the events are whatever anybody
//! could send, the true ones and the forged ones.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests, which may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_executor::block_on;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::facts::{Facts, Subject};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, RoleArn};
use tierguard::interface::Interface;
use tierguard::judge::{Finding, Verdict, allows};
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::Remember;
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::permission::{Direction, Permission};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::policy::Mode;
use tierguard::respond::Basis;
use tierguard::wire::{Dismissal, Reading};
use tierguard::{Guard, Handled, Policy};
use tierguard_account::{Account, Ports};

const POLICY: &str = "
version: 1
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
  db:
    groups: { names: [db] }
    ingress:
      - { allow: 3306/tcp, from: [web, 10.0.0.0/8] }
    egress: []
";

const ADMIN: &str = "arn:aws:iam::111122223333:role/CloudAdmin";
const INCIDENT: &str = "arn:aws:iam::111122223333:role/IncidentCommander";
const NOBODY_SPECIAL: &str = "arn:aws:iam::111122223333:role/Developer";

/// The tiers of the policy above, in any of the ways in which a policy may want them kept.
fn policy() -> impl Strategy<Value = String> {
    let editors = || prop::sample::select(vec!["", "    editors: []\n", "    editors: [admins]\n"]);
    let on_violation = prop::sample::select(vec!["revoke", "narrow", "notify"]);
    let elsewhere =
        prop::sample::select(vec!["", "elsewhere: { deny: [{ ports: 22/tcp, from: internet }] }\n"]);
    let exemption = prop::option::of(prop::sample::select(vec!["1960-01-01", "2126-01-01"]));
    (on_violation, editors(), editors(), any::<[bool; 4]>(), elsewhere, exemption).prop_map(
        |(on_violation, web, db, [requires, db_requires, breaks, enforces], elsewhere, until)| {
            let exemption = until.map_or(String::new(), |until| {
                format!(
                    "exemptions:\n  - {{ id: X-1, groups: {{ names: [db] }}, allow: 1-3306/tcp, from: 0.0.0.0/0, \
                     until: {until}T00:00:00Z, owner: o@example.com, reason: test }}\n"
                )
            });
            let break_glass = if breaks { "break-glass: [incident]\n" } else { "" };
            let sweep = if enforces { "enforce" } else { "observe" };
            format!(
                "version: 1\non-violation: {on_violation}\nsweep: {sweep}\n\
                 principals: {{ admins: [\"{ADMIN}\"], incident: [\"{INCIDENT}\"] }}\n\
                 {break_glass}{elsewhere}{exemption}\
                 tiers:\n  web:\n    groups: {{ tags: {{ tier: web }} }}\n{web}    ingress:\n\
                 \x20     - {{ allow: [80/tcp, 443/tcp], from: anywhere, required: {requires} }}\n\
                 \x20 db:\n    groups: {{ names: [db] }}\n{db}    ingress:\n\
                 \x20     - {{ allow: 3306/tcp, from: [web, 10.0.0.0/8], required: {db_requires} }}\n    egress: []\n"
            )
        },
    )
}

const WEB: &str = "sg-0000000000000000a";
const DB: &str = "sg-0000000000000000b";
const OTHER: &str = "sg-0000000000000000c";
const NOBODY: &str = "sg-0000000000000000d";
const OWN_ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";

/// A rule of the universe, and whether the policy above allows it in `web` and in `db`, thought out by hand.
#[derive(Debug)]
struct Known {
    rule: Value,
    in_web: bool,
    in_db: bool,
}

fn known(
    egress: bool,
    protocol: &str,
    ports: (i32, i32),
    peer: (&str, Value),
    in_web: bool,
    in_db: bool,
) -> Known {
    let mut rule =
        json!({"isEgress": egress, "ipProtocol": protocol, "fromPort": ports.0, "toPort": ports.1});
    rule[peer.0] = peer.1;
    Known { rule, in_web, in_db }
}

fn universe() -> Vec<Known> {
    let v4 = |network: &str| ("cidrIpv4", json!(network));
    let v6 = |network: &str| ("cidrIpv6", json!(network));
    let group = |owner: &str, id: &str| ("referencedGroupInfo", json!({"userId": owner, "groupId": id}));
    let own = "111122223333";
    vec![
        known(false, "tcp", (443, 443), v4("0.0.0.0/0"), true, false),
        known(false, "tcp", (443, 443), v6("::/0"), true, false),
        known(false, "tcp", (80, 80), v4("10.1.0.0/16"), true, false),
        known(false, "tcp", (80, 81), v4("0.0.0.0/0"), false, false),
        known(false, "tcp", (22, 22), v4("0.0.0.0/0"), false, false),
        known(false, "-1", (-1, -1), v4("10.0.0.0/8"), false, false),
        known(false, "tcp", (3306, 3306), v4("10.2.0.0/16"), false, true),
        known(false, "tcp", (3306, 3306), v4("0.0.0.0/0"), false, false),
        known(false, "tcp", (3306, 3306), group(own, WEB), false, true),
        known(false, "tcp", (3306, 3306), group("444455556666", WEB), false, false),
        known(false, "tcp", (3306, 3306), group(own, OTHER), false, false),
        known(false, "tcp", (3306, 3306), ("referencedGroupInfo", json!({"groupId": NOBODY})), false, false),
        known(false, "icmp", (8, -1), v4("10.0.0.0/8"), false, false),
        known(true, "-1", (-1, -1), v4("0.0.0.0/0"), true, false),
        known(true, "tcp", (443, 443), v4("10.0.0.0/8"), true, false),
        // The same turned around, as an edit can.
        known(false, "tcp", (443, 443), v4("10.0.0.0/8"), true, false),
    ]
}

fn id(group: &str) -> GroupId {
    GroupId::new(group).unwrap()
}

/// The groups, with the rules `present[group]` of the universe.
fn account(present: &[Vec<usize>; 3], universe: &[Known]) -> Account {
    let groups = [
        (WEB, "front", json!([{"Key": "tier", "Value": "web"}])),
        (DB, "db", json!([])),
        (OTHER, "x", json!([])),
    ];
    let rules: Vec<_> = groups
        .iter()
        .zip(present)
        .enumerate()
        .flat_map(|(n, ((group, ..), rules))| rules.iter().map(move |&rule| (n, *group, rule)))
        .map(|(n, group, rule)| cli_rule(&universe[rule].rule, group, &rule_id(n, rule)))
        .collect();
    let groups: Vec<_> = groups.iter().map(|(group, name, tags)| json!({
        "GroupId": group, "GroupName": name, "OwnerId": "111122223333", "VpcId": "vpc-0", "Tags": tags,
    })).collect();
    let vpcs = json!([{"VpcId": "vpc-0", "IsDefault": false}]);
    let text = json!({"SecurityGroups": groups, "SecurityGroupRules": rules, "Vpcs": vpcs}).to_string();
    Account::from_json("account.json", &text).unwrap()
}

fn rule_id(group: usize, rule: usize) -> String {
    format!("sgr-{group:08x}{rule:09x}")
}

/// A rule of a response as the AWS CLI prints it.
fn cli_rule(rule: &Value, group: &str, id: &str) -> Value {
    let mut cli = json!({"SecurityGroupRuleId": id, "GroupId": group, "GroupOwnerId": "111122223333"});
    for (key, value) in rule.as_object().unwrap() {
        let value = match value {
            Value::Object(group) => json!({"UserId": group.get("userId"), "GroupId": group["groupId"]}),
            other => other.clone(),
        };
        cli[format!("{}{}", key[..1].to_uppercase(), &key[1..])] = value;
    }
    cli
}

/// What anybody could send: any call, any group, any rules under any ids, in any of the encodings.
#[derive(Debug, Clone)]
struct Sent {
    call: &'static str,
    group: &'static str,
    rules: Vec<(usize, String)>,
    encoding: Encoding,
    event: u8,
    failed: bool,
    own: bool,
    /// The role that called, if it was not the guard.
    actor: &'static str,
    /// Whether EC2 really did it, or somebody only says so.
    happened: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Response,
    Modify,
    Cut,
    Nonsense,
}

fn sent() -> impl Strategy<Value = Sent> {
    let call = prop::sample::select(vec![
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupIngress",
        "ModifySecurityGroupRules",
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    ]);
    let group = prop::sample::select(vec![WEB, DB, OTHER, NOBODY]);
    let ids = prop_oneof![
        (0..3_usize, 0..16_usize).prop_map(|(group, rule)| rule_id(group, rule)),
        Just("sgr-new".to_owned())
    ];
    let rules = prop::collection::vec((0..16_usize, ids), 1..5);
    let encoding = prop_oneof![
        4 => Just(Encoding::Response), 2 => Just(Encoding::Modify), 1 => Just(Encoding::Cut), 1 => Just(Encoding::Nonsense),
    ];
    (
        call,
        group,
        rules,
        encoding,
        any::<u8>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        any::<bool>(),
        prop::sample::select(vec![NOBODY_SPECIAL, ADMIN, INCIDENT]),
    )
        .prop_map(|(call, group, rules, encoding, event, failed, own, happened, actor)| Sent {
            call,
            group,
            rules,
            encoding,
            event,
            failed,
            own,
            actor,
            happened: happened && !failed,
        })
}

impl Sent {
    fn record(&self, universe: &[Known]) -> Vec<u8> {
        let (request, response) = self.parameters(universe);
        let mut record = json!({
            "eventID": format!("e-{}", self.event), "eventName": self.call, "eventSource": "ec2.amazonaws.com",
            "eventTime": "2026-03-02T09:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "requestParameters": request, "responseElements": response,
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/tierguard/x"},
        });
        if self.failed {
            record["errorCode"] = "Client.InvalidPermission.Duplicate".into();
        }
        let role = if self.own { OWN_ROLE } else { self.actor };
        record["userIdentity"]["sessionContext"] = json!({"sessionIssuer": {"arn": role}});
        record.to_string().into_bytes()
    }

    fn parameters(&self, universe: &[Known]) -> (Value, Value) {
        match self.encoding {
            Encoding::Cut => (json!({"omitted": true, "groupId": self.group}), Value::Null),
            Encoding::Nonsense => (
                json!({"groupId": self.group, "ipPermissions": {"items": [{"ipProtocol": "?"}]}}),
                Value::Null,
            ),
            Encoding::Modify => {
                let updates: Vec<_> = self
                    .rules
                    .iter()
                    .map(|(rule, id)| {
                        let mut shape = cli_rule(&universe[*rule].rule, self.group, id);
                        // The record of an edit names a group by its id alone.
                        if let Some(group) = shape["ReferencedGroupInfo"].get("GroupId").cloned() {
                            shape["ReferencedGroupId"] = group;
                        }
                        json!({"SecurityGroupRuleId": id, "SecurityGroupRule": shape})
                    })
                    .collect();
                (
                    json!({"ModifySecurityGroupRulesRequest": {"GroupId": self.group, "SecurityGroupRule": updates}}),
                    Value::Null,
                )
            }
            Encoding::Response => {
                let rules: Vec<_> = self
                    .rules
                    .iter()
                    .map(|(rule, id)| {
                        let mut rule = universe[*rule].rule.clone();
                        rule["securityGroupRuleId"] = id.as_str().into();
                        rule["groupId"] = self.group.into();
                        rule
                    })
                    .collect();
                (
                    json!({"groupId": self.group}),
                    json!({"groupId": self.group, "securityGroupRuleSet": {"items": rules},
                                                        "revokedSecurityGroupRuleSet": {"items": rules}}),
                )
            }
        }
    }
}

/// The ports of an account in memory, watched.
struct Watched {
    ports: Ports,
    calls: Mutex<Vec<Called>>,
    told: Mutex<Vec<String>>,
    topic_is_down: AtomicBool,
    account_is_slow: AtomicBool,
}

/// A call that changes something.
#[derive(Debug)]
enum Called {
    Adds(Authorize),
    Takes,
}

impl Watched {
    fn new(account: Account) -> Self {
        let ports = Ports::new(account);
        Self {
            ports,
            calls: Mutex::default(),
            told: Mutex::default(),
            topic_is_down: AtomicBool::new(false),
            account_is_slow: AtomicBool::new(false),
        }
    }

    /// Takes the groups that rules refer to from `answers`, as if they were not to be seen yet.
    fn show_late(questions: &Questions, answers: &mut Answers) {
        let error =
            LookUpError { call: "DescribeSecurityGroups", message: "not seen".to_owned(), retryable: true };
        let late =
            questions.groups.iter().filter(|asked| asked.as_str() == WEB && questions.groups.len() > 1);
        answers.unseen.extend(late.map(|group| (group.clone(), error.clone())));
        answers.groups.as_mut().unwrap().retain(|group| !answers.unseen.contains_key(&group.id));
    }

    fn rules(&self, group: &str) -> BTreeSet<Permission> {
        self.ports.account().rules_of(&id(group)).into_iter().map(|rule| rule.permission).collect()
    }

    fn calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    fn told(&self) -> usize {
        self.told.lock().unwrap().len()
    }
}

impl ReadAccount for Watched {
    async fn look(&self, questions: &Questions) -> Answers {
        let mut answers = self.ports.look(questions).await;
        if self.account_is_slow.load(Ordering::SeqCst) {
            Self::show_late(questions, &mut answers);
        }
        answers
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.ports.all_groups().await
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.ports.all_interfaces().await
    }
}

impl ChangeAccount for Watched {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.calls.lock().unwrap().push(Called::Takes);
        self.ports.revoke(call).await
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.calls.lock().unwrap().push(Called::Adds(call.clone()));
        self.ports.authorize(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.calls.lock().unwrap().push(Called::Takes);
        self.ports.restore_list(call).await
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.calls.lock().unwrap().push(Called::Takes);
        self.ports.set_groups(call).await
    }
}

impl Publish for Watched {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        if self.topic_is_down.load(Ordering::SeqCst) {
            return Err(PublishError { message: "ServiceUnavailable".to_owned() });
        }
        self.told.lock().unwrap().push(format!("{notice:?}"));
        Ok(())
    }
}

impl Remember for Watched {}

fn guard(policy: &str) -> Guard {
    Guard { policy: Policy::parse("policy.yaml", policy).unwrap(), own_role: RoleArn::new(OWN_ROLE).ok() }
}

/// Whether `policy` allows `rule` in `group`, judged alone.
fn is_allowed(policy: &Policy, world: &Watched, group: &GroupId, rule: &Rule) -> bool {
    let account = world.ports.account();
    let group = account.group(None, group).unwrap().clone();
    let subject = Subject::swept(group, vec![rule.clone()]);
    let answers = Answers { groups: Ok(account.groups().cloned().collect()), ..Answers::default() };
    let owner = AccountId::new("111122223333").ok();
    let facts = Facts::about(vec![subject.clone()], owner, answers, Timestamp::UNIX_EPOCH).of_whole_account();
    allows(policy, &facts, &subject, rule) == Ok(true)
}

/// The policy above, or one that was made up.
fn any_policy() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(POLICY.to_owned()), 3 => policy()]
}

/// Lets EC2 do what was sent, if it happened.
fn happen(guard: &Guard, world: &Watched, sent: &Sent, record: &[u8]) {
    // EC2 refuses to delete a group that rules refer to, and never hands out an id twice.
    let is_impossible = sent.call.ends_with("eSecurityGroup") && sent.group != OTHER;
    if !sent.happened || is_impossible {
        return;
    }
    if let Reading::Change(change)
    | Reading::Ignored(
        _,
        Dismissal::OwnChange(Some(change)) | Dismissal::DescriptionOnly(Some(change)),
    ) = guard.read(record)
    {
        world.ports.apply(&change);
    }
}

fn handle(guard: &Guard, world: &Watched, record: &[u8]) -> Handled {
    block_on(guard.respond(record, world, Timestamp::UNIX_EPOCH))
}

/// What was found, but for what only a live rule tells: its id, and the account of the group that it refers to.
fn findings(handled: &Handled) -> (&str, Vec<String>) {
    let Verdict::Violation(violation) = &handled.judgement.verdict else {
        return (handled.judgement.verdict.word(), Vec::new());
    };
    let finding = |finding: &Finding| {
        let Permission { direction, traffic, .. } = finding.rule.permission;
        format!("{direction} {traffic} {}", finding.why)
    };
    (handled.judgement.verdict.word(), violation.findings.iter().map(finding).collect())
}

/// The rules of the universe that the policy allows in `group`, by hand.
fn allowed_in(group: &str, universe: &[Known]) -> BTreeSet<Permission> {
    let is_allowed = |known: &&Known| match group {
        WEB => known.in_web,
        DB => known.in_db,
        _ => true,
    };
    universe.iter().filter(is_allowed).map(|known| permission(&known.rule)).collect()
}

fn permission(rule: &Value) -> Permission {
    let cli: tierguard::shape::SecurityGroupRule =
        serde_json::from_value(cli_rule(rule, WEB, "sgr-0")).unwrap();
    Rule::try_from(&cli).unwrap().permission
}

fn world() -> impl Strategy<Value = [Vec<usize>; 3]> {
    let rules =
        || prop::collection::btree_set(0..16_usize, 0..10).prop_map(|rules| rules.into_iter().collect());
    [rules(), rules(), rules()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant 1: forged, stale, repeated, reordered or truncated: nothing that the policy allows goes.
    #[test]
    fn invariant_1_nothing_allowed_is_ever_removed(present in world(), events in prop::collection::vec(sent(), 1..6),
                                                   is_slow in any::<bool>()) {
        let (universe, guard) = (universe(), guard(POLICY));
        let world = Watched::new(account(&present, &universe));
        world.account_is_slow.store(is_slow, Ordering::SeqCst);
        for sent in &events {
            let record = sent.record(&universe);
            happen(&guard, &world, sent, &record);
            let before = [WEB, DB, OTHER].map(|group| world.rules(group));
            handle(&guard, &world, &record);
            for (group, before) in [WEB, DB, OTHER].into_iter().zip(&before) {
                let kept: BTreeSet<_> = before.intersection(&allowed_in(group, &universe)).cloned().collect();
                prop_assert!(kept.is_subset(&world.rules(group)), "{sent:?} took {group}: {kept:?}");
            }
        }
    }

    /// Of invariants 1, 7 and 8 for a record that anybody may have written: it brings about no more than a sweep. Whoever
    /// it says to have made what, nothing that the policy allows to anybody goes, what is added is the allowed part of a
    /// rule that goes, and where the sweep observes nothing is done at all.
    #[test]
    fn hearsay_brings_about_no_more_than_a_sweep(present in world(), events in prop::collection::vec(sent(), 1..6),
                                                 policy in any_policy()) {
        let (universe, guard) = (universe(), guard(&policy));
        let world = Watched::new(account(&present, &universe));
        for sent in &events {
            let record = sent.record(&universe);
            let groups = [WEB, DB, OTHER].map(id);
            let before = groups.clone().map(|group| (world.ports.account().rules_of(&group), group));
            block_on(guard.respond_to_hearsay(&record, &world, Timestamp::UNIX_EPOCH));
            for (rules, group) in &before {
                let after = world.ports.account().rules_of(group);
                let is_allowed = |rule: &&Rule| is_allowed(&guard.policy, &world, group, rule);
                let added: Vec<_> = after.iter().filter(|rule| !rules.contains(rule)).collect();
                let gone: Vec<_> = rules.iter().filter(|rule| !after.contains(rule)).collect();
                prop_assert!(added.iter().all(is_allowed), "{sent:?} added to {group}: {added:?}");
                prop_assert!(!gone.iter().any(is_allowed), "{sent:?} took of {group}: {gone:?}");
                // What is added is what is allowed of a rule that goes.
                prop_assert!(added.is_empty() || !gone.is_empty());
                prop_assert!(gone.is_empty() || guard.policy.sweep == Mode::Enforce);
            }
        }
    }

    /// Invariant 2: what an event truly made and the policy forbids is gone afterwards.
    #[test]
    fn invariant_2_a_forbidden_rule_is_gone_once_its_event_is_handled(present in world(), mut sent in sent()) {
        let (universe, guard) = (universe(), guard(POLICY));
        let world = Watched::new(account(&present, &universe));
        (sent.happened, sent.own, sent.failed) = (true, false, false);
        let record = sent.record(&universe);
        let before = world.rules(sent.group);
        happen(&guard, &world, &sent, &record);
        let made: BTreeSet<_> = world.rules(sent.group).difference(&before).cloned().collect();
        handle(&guard, &world, &record);
        let allowed = allowed_in(sent.group, &universe);
        // An edit can turn any rule around; what leaves web is not governed, and the third group is nobody's.
        let is_allowed = |rule: &&Permission| {
            let is_governed = sent.group != OTHER && (sent.group != WEB || rule.direction == Direction::Ingress);
            !is_governed || allowed.contains(*rule)
        };
        let after = world.rules(sent.group);
        let left: Vec<_> = made.intersection(&after).filter(|rule| !is_allowed(rule)).collect();
        prop_assert!(left.is_empty(), "{sent:?} left {left:?}");
        prop_assert!(made.iter().all(|rule| is_allowed(&rule)) || world.told() == 1);
    }

    /// Invariant 3: twice is once.
    #[test]
    fn invariant_3_handling_an_event_twice_ends_in_the_same_state(present in world(), sent in sent(),
                                                                  policy in any_policy()) {
        let (universe, guard) = (universe(), guard(&policy));
        let world = Watched::new(account(&present, &universe));
        let record = sent.record(&universe);
        happen(&guard, &world, &sent, &record);
        let first = handle(&guard, &world, &record);
        let after_one = world.ports.account();
        let second = handle(&guard, &world, &record);
        if sent.encoding == Encoding::Modify {
            // The record of an edit tells neither direction nor account. Once the rule is gone, it may mean another one of
            // that content: such a one goes only if it is forbidden too.
            for group in [WEB, DB, OTHER].map(id) {
                let left = world.ports.account().rules_of(&group);
                let (stayed, gone): (Vec<_>, Vec<_>) =
                    after_one.rules_of(&group).into_iter().partition(|rule| left.contains(rule));
                prop_assert_eq!(stayed, left);
                prop_assert!(gone.iter().all(|rule| !is_allowed(&guard.policy, &world, &group, rule)), "{gone:?}");
            }
        } else {
            prop_assert_eq!(after_one.to_json(), world.ports.account().to_json());
        }
        // Nothing tells of a mended group what was wrong with it. That is so of a cut record, and of an edit that took a
        // required rule away; and of an edit only the live rule says which way it goes.
        match sent.encoding {
            _ if first.basis == Basis::LiveGroup => {}
            Encoding::Response | Encoding::Nonsense => prop_assert_eq!(findings(&first), findings(&second)),
            Encoding::Modify => {
                prop_assert_eq!(first.judgement.verdict.word(), second.judgement.verdict.word());
            }
            Encoding::Cut => {}
        }
    }

    /// Invariant 4: a revert is announced, if not at once then by the retry, which finds the rule gone.
    #[test]
    fn invariant_4_a_revert_is_always_announced(present in world(), sent in sent(), policy in any_policy()) {
        let (universe, guard) = (universe(), guard(&policy));
        let world = Watched::new(account(&present, &universe));
        let record = sent.record(&universe);
        happen(&guard, &world, &sent, &record);
        world.topic_is_down.store(true, Ordering::SeqCst);
        let first = handle(&guard, &world, &record);
        let something_was_done = !first.actions.is_empty();
        prop_assert_eq!(first.retry().is_some(), Notice::of(&first).is_some());
        prop_assert!(!something_was_done || first.retry().is_some());
        world.topic_is_down.store(false, Ordering::SeqCst);
        handle(&guard, &world, &record);
        prop_assert_eq!(world.told(), usize::from(something_was_done || first.retry().is_some()));
    }

    /// Invariant 5: whatever the guard itself is said to have done, nothing comes of it.
    #[test]
    fn invariant_5_own_calls_cause_nothing(present in world(), mut sent in sent(), policy in any_policy()) {
        let (universe, guard) = (universe(), guard(&policy));
        let world = Watched::new(account(&present, &universe));
        sent.own = true;
        let record = sent.record(&universe);
        happen(&guard, &world, &sent, &record);
        let handled = handle(&guard, &world, &record);
        prop_assert_eq!(world.calls(), 0);
        prop_assert!(handled.actions.is_empty());
    }

    /// Invariant 7: observing changes nothing, and says the same.
    #[test]
    fn invariant_7_observe_mode_makes_no_call(present in world(), sent in sent(), policy in any_policy()) {
        let universe = universe();
        let (enforcing, observing) = (guard(&policy), guard(&format!("mode: observe\n{policy}")));
        let (watched, acting) = (Watched::new(account(&present, &universe)), Watched::new(account(&present, &universe)));
        let record = sent.record(&universe);
        happen(&observing, &watched, &sent, &record);
        happen(&enforcing, &acting, &sent, &record);
        let before = watched.ports.account();
        let seen = handle(&observing, &watched, &record);
        let done = handle(&enforcing, &acting, &record);
        prop_assert_eq!(watched.calls(), 0);
        prop_assert_eq!(before.to_json(), watched.ports.account().to_json());
        prop_assert_eq!(seen.judgement.verdict.word(), done.judgement.verdict.word());
        prop_assert_eq!(watched.told(), acting.told());
    }

    /// Invariant 8: whatever the guard adds, for whatever reason, the policy allows, and it is there before anything is
    /// taken away.
    #[test]
    fn invariant_8_whatever_is_added_is_allowed_and_added_first(present in world(), sent in sent(), policy in any_policy()) {
        let (universe, guard) = (universe(), guard(&policy));
        let world = Watched::new(account(&present, &universe));
        let record = sent.record(&universe);
        happen(&guard, &world, &sent, &record);
        let groups = [WEB, DB, OTHER];
        let before = groups.map(|group| world.rules(group));
        handle(&guard, &world, &record);
        let calls = world.calls.lock().unwrap();
        let is_removal = |call: &Called| matches!(call, Called::Takes);
        prop_assert!(calls.is_sorted_by_key(is_removal), "{calls:?}");
        for call in calls.iter() {
            let Called::Adds(call) = call else { continue };
            for rule in call.rules() {
                prop_assert!(is_allowed(&guard.policy, &world, call.group(), rule), "{rule:?}");
            }
        }
        // Nothing is there that was not there, or was not added by these calls.
        for (group, before) in groups.into_iter().zip(&before) {
            let added = calls.iter().flat_map(|call| match call {
                Called::Adds(call) if call.group().as_str() == group => call.rules(),
                Called::Adds(_) | Called::Takes => &[],
            });
            let added: BTreeSet<_> = added.map(|rule| rule.permission.clone()).collect();
            prop_assert!(world.rules(group).is_subset(&before.union(&added).cloned().collect()));
        }
    }

    /// Invariant 9: any bytes at all, and any record bent anywhere, end in a verdict.
    #[test]
    fn invariant_9_no_input_makes_it_panic(present in world(), sent in sent(), at in any::<prop::sample::Index>(),
                                           with in prop::collection::vec(any::<u8>(), 0..12)) {
        let (universe, guard) = (universe(), guard(POLICY));
        let world = Watched::new(account(&present, &universe));
        let mut record = sent.record(&universe);
        let at = at.index(record.len());
        let end = (at + with.len()).min(record.len());
        record.splice(at..end, with.iter().copied());
        handle(&guard, &world, &record);
        handle(&guard, &world, &with);
    }
}

/// Invariant 6: a security group event that cannot be understood is announced; anything else is not.
#[test]
fn invariant_6_what_cannot_be_understood_is_announced() {
    let (universe, guard) = (universe(), guard(POLICY));
    let world = Watched::new(account(&[vec![], vec![], vec![]], &universe));
    let nonsense = Sent {
        call: "AuthorizeSecurityGroupIngress",
        group: WEB,
        rules: vec![],
        encoding: Encoding::Nonsense,
        event: 0,
        failed: false,
        own: false,
        actor: NOBODY_SPECIAL,
        happened: false,
    };
    assert_eq!(handle(&guard, &world, &nonsense.record(&universe)).judgement.verdict.word(), "undecidable");
    assert_eq!(world.told(), 1);
    let cut = br#"{"eventName":"AuthorizeSecurityGroupIngress","eventSource":"ec2.amazonaws.com","requestParameters":{"omitted":true}}"#;
    assert_eq!(handle(&guard, &world, cut).judgement.verdict.reason().as_deref(), Some("truncated"));
    assert_eq!(world.told(), 2);
    for other in [&b"{}"[..], b"7", br#"{"eventName":"RunInstances","eventSource":"ec2.amazonaws.com"}"#, b""]
    {
        handle(&guard, &world, other);
    }
    assert_eq!(world.told(), 2);
}
