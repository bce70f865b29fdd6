//! How loud the guard is: what is remembered decides, and where nothing can be remembered everything is told.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::struct_excessive_bools,
    reason = "helpers of tests, which may stop at the first surprise, and in which any fault may go with any other"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, RoleArn, RuleId};
use tierguard::interface::Interface;
use tierguard::judge::Remark;
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::{KeepError, Key, MemoryError, Note, Notebook, Recalled, Remember};
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep};
use tierguard::{Guard, Handled, Policy};

const POLICY: &str = "
version: 1
sweep: enforce
disputes: { after: 3, within: 1h }
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: 443/tcp, from: anywhere }
";
const GROUP: &str = "sg-0a";

/// An account in which every rule that an event tells is there, until it is revoked.
#[derive(Default)]
struct Scene {
    notices: Mutex<Vec<Notice>>,
    notebook: Mutex<Notebook>,
    faults: Mutex<Faults>,
    revoked: Mutex<usize>,
}

/// What does not work.
#[derive(Default, Clone, Copy)]
struct Faults {
    recall: bool,
    keep: bool,
    publish: bool,
    revoke: bool,
    /// The rule was gone before.
    gone: bool,
    /// The group is in no tier any more.
    unmanaged: bool,
    /// The group has a rule that is forbidden.
    open: bool,
    /// Whoever publishes waits for ever.
    hang: bool,
    /// So often somebody else writes in between.
    overtaken: usize,
}

fn lost(call: &'static str) -> MemoryError {
    MemoryError { call, message: "no".to_owned() }
}

impl Remember for Scene {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        if self.faults().recall {
            Err(lost("recall"))
        } else {
            Ok(self.notebook.lock().unwrap().recall(keys, now))
        }
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        let mut faults = self.faults.lock().unwrap();
        if faults.keep {
            return Err(KeepError::Failed(lost("keep")));
        }
        if faults.overtaken > 0 {
            faults.overtaken -= 1;
            return Err(KeepError::Overtaken);
        }
        self.notebook.lock().unwrap().keep(note)
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        if self.faults().recall { Err(lost("untold")) } else { Ok(self.notebook.lock().unwrap().untold(now)) }
    }
}

impl Publish for Scene {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        if self.faults().publish {
            return Err(PublishError { message: "no".to_owned() });
        }
        if self.faults().hang {
            std::future::pending::<()>().await;
        }
        self.notices.lock().unwrap().push(notice.clone());
        Ok(())
    }
}

fn web() -> Group {
    Group {
        id: GroupId::new(GROUP).unwrap(),
        owner: AccountId::new("111122223333").ok(),
        name: None,
        vpc: None,
        tags: BTreeMap::from([("tier".to_owned(), "web".to_owned())]),
    }
}

impl ReadAccount for Scene {
    async fn look(&self, _: &Questions) -> Answers {
        let rules = BTreeMap::from([(web().id, Ok(self.rules()))]);
        Answers { groups: Ok(vec![self.group()]), rules, ..Answers::default() }
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        Ok(vec![self.group()])
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        Ok(Vec::new())
    }
}

impl ChangeAccount for Scene {
    async fn revoke(&self, _: &Revoke) -> Result<Revoked, RevokeError> {
        let faults = self.faults();
        if faults.revoke {
            let message = "throttled".to_owned();
            return Err(RevokeError::Failed(tierguard::act::CallError { message, retryable: true }));
        }
        if faults.gone {
            return Err(RevokeError::NotThere);
        }
        *self.revoked.lock().unwrap() += 1;
        Ok(Revoked::default())
    }

    async fn authorize(&self, _: &Authorize) -> Result<(), AuthorizeError> {
        Ok(())
    }

    async fn restore_list(&self, _: &RestoreList) -> Result<(), RestoreError> {
        Ok(())
    }

    async fn set_groups(&self, _: &SetGroups) -> Result<(), SetGroupsError> {
        Ok(())
    }
}

impl Scene {
    fn faults(&self) -> Faults {
        *self.faults.lock().unwrap()
    }

    fn group(&self) -> Group {
        let tags = if self.faults().unmanaged { BTreeMap::new() } else { web().tags };
        Group { tags, ..web() }
    }

    fn rules(&self) -> Vec<Rule> {
        let peer = Peer::Network("0.0.0.0/0".parse().unwrap());
        let permission =
            Permission { direction: Direction::Ingress, traffic: "22/tcp".parse().unwrap(), peer };
        let rule = Rule { id: RuleId::new("sgr-0123456789abcdef0").ok(), permission, description: None };
        if self.faults().open { vec![rule] } else { Vec::new() }
    }

    fn with(&self, faults: Faults) -> &Self {
        *self.faults.lock().unwrap() = faults;
        self
    }

    /// The subjects of what people were told since this was last asked.
    fn subjects(&self) -> Vec<String> {
        self.notices.lock().unwrap().drain(..).map(|notice| notice.subject().to_owned()).collect()
    }

    /// Somebody opens `port` at this minute, and the guard handles it.
    fn open(&self, event: &str, port: u16, minute: i64) -> Handled {
        let record = record(event, port).to_string();
        guard().respond(record.as_bytes(), self, at(minute)).now_or_never().expect("nothing here waits")
    }

    /// The same rule is opened at each of these minutes; how each was told.
    fn war(&self, minutes: impl IntoIterator<Item = i64>) -> Vec<Announced> {
        minutes.into_iter().map(|minute| self.open(&format!("e-{minute}"), 22, minute).announced).collect()
    }
}

fn guard() -> Guard {
    let own_role = RoleArn::new("arn:aws:iam::111122223333:role/tierguard").ok();
    Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role }
}

fn at(minute: i64) -> Timestamp {
    "2026-03-14T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn record(event: &str, port: u16) -> Value {
    json!({
        "eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "eventID": event,
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/terraform"},
        "requestParameters": {"groupId": GROUP, "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": port, "toPort": port,
                              "cidrIp": "0.0.0.0/0"},
        "responseElements": {"_return": true}
    })
}

#[test]
fn the_door_is_closed_each_time_and_people_are_told_in_measure() {
    let scene = Scene::default();
    let told = scene.war(0..10);
    assert!(told[..3].iter().all(|told| *told == Announced::Published), "{told:?}");
    assert!(told[3..].iter().all(|told| *told == Announced::Counted), "{told:?}");
    assert_eq!(*scene.revoked.lock().unwrap(), 10);
    let subjects = scene.subjects();
    assert_eq!(subjects.len(), 3);
    assert!(subjects[2].starts_with("IN DISPUTE, CLOSED: 22/tcp from 0.0.0.0/0"), "{subjects:?}");

    assert_eq!(scene.war([59, 64]), [Announced::Counted, Announced::Published]);
    assert!(scene.subjects()[0].starts_with("STILL IN DISPUTE, CLOSED:"));
}

#[test]
fn another_rule_of_the_group_is_told_by_itself() {
    let scene = Scene::default();
    scene.war(0..5);
    assert_eq!(scene.open("other", 23, 5).announced, Announced::Published);
}

#[test]
fn an_event_that_comes_again_is_not_told_again() {
    let scene = Scene::default();
    assert_eq!(scene.open("e", 22, 0).announced, Announced::Published);
    scene.with(Faults { gone: true, ..Faults::default() });
    assert_eq!(scene.open("e", 22, 1).announced, Announced::Before);
    assert_eq!(scene.subjects().len(), 1);
}

/// The rule was put back meanwhile, and whether its own event will ever come nobody knows.
#[test]
fn an_event_that_comes_again_and_finds_something_to_undo_is_told() {
    let scene = Scene::default();
    scene.open("e", 22, 0);
    assert_eq!(scene.open("e", 22, 1).announced, Announced::Published);
}

#[test]
fn a_record_that_somebody_wrote_does_not_keep_the_true_one_quiet() {
    let scene = Scene::default();
    let record = record("e", 22).to_string();
    let forged = guard().respond_to_hearsay(record.as_bytes(), &scene, at(0)).now_or_never().unwrap();
    assert_eq!(forged.announced, Announced::Published);
    scene.with(Faults { gone: true, ..Faults::default() });
    assert_eq!(scene.open("e", 22, 1).announced, Announced::Published);
}

#[test]
fn of_a_record_that_nobody_can_read_people_hear_that_nobody_vouches_for_it() {
    let scene = Scene::default();
    let mut record = record("e", 22);
    record["requestParameters"] = json!([]);
    let told = |handled: Handled| handled.judgement.remarks;
    let forged = guard().respond_to_hearsay(record.to_string().as_bytes(), &scene, at(0)).now_or_never();
    assert_eq!(told(forged.unwrap()), [Remark::Hearsay]);
    assert!(scene.notices.lock().unwrap()[0].email().contains("nobody vouches"));
    let true_one = guard().respond(record.to_string().as_bytes(), &scene, at(0)).now_or_never();
    assert_eq!(told(true_one.unwrap()), []);
}

/// A pipeline that closes its own door at once is nobody whom the guard fights.
#[test]
fn what_was_gone_before_is_no_dispute() {
    let scene = Scene::default();
    scene.with(Faults { gone: true, ..Faults::default() });
    assert!(scene.war(0..10).iter().all(|told| *told == Announced::Published));
    assert!(scene.subjects().iter().all(|subject| !subject.contains("DISPUTE")));
}

#[test]
fn whoever_was_told_that_it_is_open_hears_that_it_is_closed() {
    let scene = Scene::default();
    scene.war(0..5);
    scene.subjects();
    scene.with(Faults { revoke: true, ..Faults::default() });
    assert_eq!(scene.open("e-6", 22, 6).announced, Announced::Published);
    assert_eq!(
        scene.open("e-6", 22, 7).announced,
        Announced::Published,
        "how each attempt goes was promised"
    );
    scene.with(Faults::default());
    assert_eq!(scene.open("e-6", 22, 8).announced, Announced::Published);
    let subjects = scene.subjects();
    let doors: Vec<_> = subjects.iter().map(|subject| subject.split(':').next().unwrap()).collect();
    assert_eq!(doors, ["STILL OPEN", "STILL OPEN", "CLOSED"]);
}

#[test]
fn a_revert_whose_message_was_not_taken_is_told_by_the_retry() {
    let scene = Scene::default();
    scene.with(Faults { publish: true, ..Faults::default() });
    assert!(scene.open("e", 22, 0).retry().is_some());
    scene.with(Faults { gone: true, ..Faults::default() });
    assert_eq!(scene.open("e", 22, 1).announced, Announced::Published);
}

#[test]
fn an_escalation_that_was_not_taken_is_made_again_and_nothing_is_counted_before() {
    let scene = Scene::default();
    scene.war(0..2);
    scene.subjects();
    scene.with(Faults { publish: true, ..Faults::default() });
    assert!(matches!(scene.war([2, 3])[..], [Announced::Failed(_), Announced::Failed(_)]));
    scene.with(Faults::default());
    assert_eq!(scene.war([4, 5]), [Announced::Published, Announced::Counted]);
    assert!(scene.subjects()[0].starts_with("IN DISPUTE"));
}

#[test]
fn without_a_memory_everything_is_told_and_everything_is_undone() {
    for faults in [Faults { recall: true, ..Faults::default() }, Faults { keep: true, ..Faults::default() }] {
        let scene = Scene::default();
        scene.with(faults);
        let handled: Vec<_> = (0..10).map(|minute| scene.open(&format!("e-{minute}"), 22, minute)).collect();
        assert!(handled.iter().all(|it| it.announced == Announced::Published && it.retry().is_none()));
        assert!(handled.iter().all(|it| it.lapse.is_some()));
        assert_eq!(*scene.revoked.lock().unwrap(), 10);
    }
}

#[test]
fn a_memory_that_is_lost_in_a_dispute_is_loud_again() {
    let scene = Scene::default();
    scene.war(0..5);
    scene.with(Faults { keep: true, ..Faults::default() });
    assert_eq!(scene.war([5]), [Announced::Published], "what cannot be counted is told");
    scene.with(Faults { recall: true, ..Faults::default() });
    assert_eq!(scene.war([6]), [Announced::Published]);
    scene.with(Faults::default());
    assert_eq!(scene.war([7]), [Announced::Counted]);
}

#[test]
fn somebody_else_who_writes_at_the_same_time_is_waited_for() {
    let scene = Scene::default();
    scene.war(0..4);
    scene.with(Faults { overtaken: 1, ..Faults::default() });
    assert_eq!(scene.war([5]), [Announced::Counted]);
    scene.with(Faults { overtaken: 99, ..Faults::default() });
    assert_eq!(scene.war([6]), [Announced::Published], "but not for ever");
}

fn home() -> Home {
    Home { account: AccountId::new("111122223333").ok(), region: None }
}

fn sweep(scene: &Scene, minute: i64) -> Option<Announced> {
    let (home, guard) = (home(), guard());
    let swept = guard.sweep(Sweep::default(), &home, scene, at(minute), || true);
    let swept = swept.now_or_never().expect("nothing here waits");
    swept.lapse.is_none().then_some(swept.announced)
}

#[test]
fn what_was_counted_and_not_told_is_told_by_the_sweep_once() {
    let scene = Scene::default();
    scene.war(0..7);
    scene.subjects();
    scene.with(Faults { publish: true, ..Faults::default() });
    assert!(matches!(sweep(&scene, 90), Some(Announced::Failed(_))));
    scene.with(Faults::default());
    assert_eq!(sweep(&scene, 91), Some(Announced::Published), "the message before was not taken");
    let email = scene.notices.lock().unwrap().pop().unwrap().email().to_owned();
    assert!(
        email.contains("22/tcp from 0.0.0.0/0 on sg-0a: removed 4 times since the last message"),
        "{email}"
    );
    assert_eq!(sweep(&scene, 92), Some(Announced::NotNeeded));
}

#[test]
fn a_sweep_that_cannot_tell_what_was_counted_says_so_in_its_result() {
    let scene = Scene::default();
    scene.war(0..7);
    scene.with(Faults { recall: true, ..Faults::default() });
    assert_eq!(sweep(&scene, 90), None);
    scene.with(Faults::default());
    assert_eq!(sweep(&scene, 91), Some(Announced::Published));
}

/// Whatever the account is by then: the message says what was done, and to whom.
#[test]
fn what_an_attempt_did_and_could_not_tell_is_told_by_one_that_finds_nothing() {
    let scene = Scene::default();
    scene.with(Faults { publish: true, ..Faults::default() });
    assert!(scene.open("e", 22, 0).retry().is_some());
    scene.with(Faults { publish: true, unmanaged: true, ..Faults::default() });
    assert!(scene.open("e", 22, 1).retry().is_some(), "it was not told yet");
    scene.with(Faults { unmanaged: true, ..Faults::default() });
    assert_eq!(scene.open("e", 22, 2).announced, Announced::Published);
    let subjects = scene.subjects();
    assert!(
        matches!(&subjects[..], [one] if one.starts_with("CLOSED: 22/tcp from 0.0.0.0/0")),
        "{subjects:?}"
    );
    assert_eq!(scene.open("e", 22, 3).announced, Announced::NotNeeded, "it is told once");
}

#[test]
fn what_an_attempt_could_not_tell_is_told_before_what_the_next_one_does() {
    let scene = Scene::default();
    scene.with(Faults { publish: true, ..Faults::default() });
    scene.open("e", 22, 0);
    scene.with(Faults::default());
    assert_eq!(scene.open("e", 22, 1).announced, Announced::Published);
    assert_eq!(scene.subjects().len(), 2, "it was closed twice");
    assert_eq!(sweep(&scene, 2), Some(Announced::NotNeeded));
}

#[test]
fn what_no_attempt_could_tell_is_told_by_the_next_sweep() {
    let scene = Scene::default();
    scene.with(Faults { publish: true, ..Faults::default() });
    scene.war(0..2);
    assert!(matches!(sweep(&scene, 3), Some(Announced::Failed(_))));
    scene.with(Faults::default());
    assert_eq!(sweep(&scene, 4), Some(Announced::Published));
    assert_eq!(scene.subjects().len(), 2);
    assert_eq!(sweep(&scene, 5), Some(Announced::NotNeeded));
}

#[test]
fn what_a_sweep_did_and_could_not_tell_is_told_by_the_next_one() {
    let scene = Scene::default();
    scene.with(Faults { publish: true, open: true, ..Faults::default() });
    assert!(matches!(sweep(&scene, 0), Some(Announced::Failed(_))));
    scene.with(Faults::default());
    assert_eq!(sweep(&scene, 1), Some(Announced::Published));
    let subjects = scene.subjects();
    assert!(matches!(&subjects[..], [one] if one.starts_with("SWEEP")), "{subjects:?}");
    assert_eq!(sweep(&scene, 2), Some(Announced::NotNeeded));
}

/// Lambda ends an attempt wherever it is.
#[test]
fn what_a_sweep_did_before_it_was_ended_is_told_by_the_next_one() {
    let scene = Scene::default();
    scene.with(Faults { hang: true, open: true, ..Faults::default() });
    let home = home();
    let guard = guard();
    assert_eq!(guard.sweep(Sweep::default(), &home, &scene, at(0), || true).now_or_never(), None);
    scene.with(Faults::default());
    assert_eq!(sweep(&scene, 1), Some(Announced::Published));
    assert_eq!(scene.subjects().len(), 1);
    assert_eq!(sweep(&scene, 2), Some(Announced::NotNeeded));
}

#[test]
fn an_outbox_that_does_not_work_keeps_no_message_back() {
    let scene = Scene::default();
    scene.with(Faults { keep: true, open: true, ..Faults::default() });
    assert_eq!(sweep(&scene, 0), None, "the memory failed");
    assert_eq!(scene.subjects().len(), 1);
    scene.with(Faults { recall: true, open: true, ..Faults::default() });
    assert_eq!(sweep(&scene, 1), None);
    assert_eq!(scene.subjects().len(), 1);
}
