//! How long one event takes inside the guard: everything but the network.
//!
//! `cargo bench --package tierguard`

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops at the first surprise")]

use divan::{Bencher, black_box};
use futures_util::FutureExt;
use jiff::Timestamp;
use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::facts::Facts;
use tierguard::group::Group;
use tierguard::id::{AccountId, GroupName};
use tierguard::interface::Interface;
use tierguard::judge::{Judgement, judge};
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::Remember;
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::wire::{self, Reading, Scope};
use tierguard::{Guard, Policy};

fn main() {
    divan::main();
}

const POLICY: &str = include_str!("../../../events/policy.yaml");
const FORBIDDEN: &str = include_str!("../../../events/seed/web-ssh-from-anywhere/event.json");
const ALLOWED: &str = include_str!("../../../events/seed/web-https-over-ipv6/event.json");

/// The record inside a sample's envelope, without the spaces that are there for people.
fn record(event: &str) -> Vec<u8> {
    let event: serde_json::Value = serde_json::from_str(event).expect("a sample is JSON");
    event["detail"].to_string().into_bytes()
}

/// A record of 2 KB that has nothing to do with security groups.
fn unrelated() -> Vec<u8> {
    let mut record: serde_json::Value = serde_json::from_slice(&record(ALLOWED)).expect("a sample is JSON");
    record["eventName"] = "PutParameter".into();
    record["eventSource"] = "ssm.amazonaws.com".into();
    record["requestParameters"] = serde_json::json!({"name": "/payments/limits", "type": "String"});
    record["responseElements"] = serde_json::json!({"version": 7, "tier": "Standard"});
    let short = record.to_string().len();
    record["additionalEventData"] = "x".repeat(2048_usize.saturating_sub(short + 25)).into();
    record.to_string().into_bytes()
}

/// A record of 20 KB of a launch of twenty instances.
fn launch() -> Vec<u8> {
    let mut record: serde_json::Value = serde_json::from_slice(&record(ALLOWED)).expect("a sample is JSON");
    let groups = serde_json::json!({"items": [{"groupId": "sg-0", "groupName": "web"}]});
    let interface = |n: u8| serde_json::json!({"networkInterfaceId": format!("eni-{n}"), "groupSet": groups});
    let instance = |n: u8| {
        serde_json::json!({"instanceId": format!("i-{n}"), "vpcId": "vpc-0", "groupSet": groups,
            "privateDnsName": "x".repeat(800), "networkInterfaceSet": {"items": [interface(n)]}})
    };
    record["eventName"] = "RunInstances".into();
    record["responseElements"] = serde_json::json!({
        "instancesSet": {"items": (0..20).map(instance).collect::<Vec<_>>()}});
    record.to_string().into_bytes()
}

/// An account in which every group is a web server.
struct Everywhere(Group);

impl Everywhere {
    fn answers(&self, questions: &Questions) -> Answers {
        let named = |id| Group { id, ..self.0.clone() };
        Answers { groups: Ok(questions.groups.iter().cloned().map(named).collect()), ..Answers::default() }
    }
}

impl ReadAccount for Everywhere {
    async fn look(&self, questions: &Questions) -> Answers {
        self.answers(questions)
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        Ok(vec![self.0.clone()])
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        Ok(Vec::new())
    }
}

impl ChangeAccount for Everywhere {
    async fn revoke(&self, _call: &Revoke) -> Result<Revoked, RevokeError> {
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

impl Publish for Everywhere {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        black_box(notice);
        Ok(())
    }
}

impl Remember for Everywhere {}

fn setting() -> (Guard, Everywhere) {
    let policy = Policy::parse("policy.yaml", POLICY).expect("the sample policy is valid");
    let web = Group {
        id: tierguard::id::GroupId::new("sg-0").expect("an id"),
        owner: AccountId::new("111122223333").ok(),
        name: Some(GroupName::new("web")),
        vpc: None,
        tags: [("tier".to_owned(), "web".to_owned())].into(),
    };
    (Guard { policy, own_role: None }, Everywhere(web))
}

fn verdict(guard: &Guard, account: &Everywhere, record: &[u8]) -> Option<Judgement> {
    let Reading::Change(change) = wire::read(record, None) else { return None };
    let answers = account.answers(&Questions::of(&change, &guard.policy, Timestamp::UNIX_EPOCH));
    let facts = Facts::of(&change, answers, Timestamp::UNIX_EPOCH).ok()?;
    Some(judge(&guard.policy, &facts))
}

#[divan::bench(args = ["forbidden", "allowed"])]
fn bytes_to_verdict(bencher: Bencher<'_, '_>, kind: &str) {
    let (guard, account) = setting();
    let record = record(if kind == "forbidden" { FORBIDDEN } else { ALLOWED });
    assert!(verdict(&guard, &account, &record).is_some());
    bencher.bench(|| verdict(&guard, &account, black_box(&record)));
}

#[divan::bench]
fn bytes_to_notice(bencher: Bencher<'_, '_>) {
    let (guard, account) = setting();
    let record = record(FORBIDDEN);
    bencher.bench(|| guard.respond(black_box(&record), &account, Timestamp::UNIX_EPOCH).now_or_never());
}

#[divan::bench]
fn unrelated_record_of_2_kb(bencher: Bencher<'_, '_>) {
    let record = unrelated();
    assert_eq!(record.len(), 2048);
    bencher.bench(|| wire::may_be_change(black_box(&record), Scope::All));
}

#[divan::bench]
fn unrelated_record_of_2_kb_with_its_header(bencher: Bencher<'_, '_>) {
    let record = unrelated();
    bencher.bench(|| wire::read(black_box(&record), None));
}

#[divan::bench]
fn launch_of_20_kb_to_change(bencher: Bencher<'_, '_>) {
    let record = launch();
    assert!(record.len() > 20_000);
    assert!(matches!(wire::read(&record, None), Reading::Change(_)));
    bencher.bench(|| wire::read(black_box(&record), None));
}

#[divan::bench]
fn policy_file(bencher: Bencher<'_, '_>) {
    bencher.bench(|| Policy::parse("policy.yaml", black_box(POLICY)));
}
