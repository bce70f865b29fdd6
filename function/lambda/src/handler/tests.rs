use std::future::pending;
use std::sync::Mutex;

use lambda_runtime::Context;
use serde_json::{Value, json};
use tierguard::act::{AuthorizeError, CallError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::change::Vouching;
use tierguard::group::Group;
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::notice::Notice;
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::sweep::Home;
use tierguard::{ChangeAccount, Publish, ReadAccount, Remember};
use tierguard_account::Ports;

use super::*;
use crate::post::Post;
use crate::relay::PassOn;
use crate::testing::{guard, opened, ports, sweeping};

/// Ports over an account in memory, some of which fail.
#[derive(Default)]
struct Failing {
    account: Ports,
    groups: Option<LookUpError>,
    revoke: Option<RevokeError>,
    publish: Option<PublishError>,
    pass_on: Option<PublishError>,
    passed_on: Mutex<Vec<Sweep>>,
}

impl Failing {
    fn over(account: &Ports) -> Self {
        Self { account: account.clone(), ..Self::default() }
    }
}

impl ReadAccount for Failing {
    async fn look(&self, questions: &Questions) -> Answers {
        self.account.look(questions).await
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        match &self.groups {
            Some(error) => Err(error.clone()),
            None => self.account.all_groups().await,
        }
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.account.all_interfaces().await
    }
}

impl ChangeAccount for Failing {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        match &self.revoke {
            Some(error) => Err(error.clone()),
            None => self.account.revoke(call).await,
        }
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.account.authorize(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.account.restore_list(call).await
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.account.set_groups(call).await
    }
}

impl Publish for Failing {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        match &self.publish {
            Some(error) => Err(error.clone()),
            None => self.account.publish(notice).await,
        }
    }
}

impl Remember for Failing {}

impl PassOn for Failing {
    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        self.passed_on.lock().unwrap().push(rest.clone());
        self.pass_on.clone().map_or(Ok(()), Err)
    }
}

/// A guard at `ports`.
fn post(ports: Failing) -> Post<Failing> {
    let paced = Failing {
        account: ports.account.clone(),
        groups: ports.groups.clone(),
        publish: ports.publish.clone(),
        ..Failing::default()
    };
    Post { guard: guard(), ports, paced, home: Home { account: None, region: None } }
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:02Z".parse().unwrap()
}

fn invocation(payload: &Value, deadline: u64) -> LambdaEvent<Box<RawValue>> {
    let mut context = Context::default();
    context.deadline = deadline;
    LambdaEvent::new(RawValue::from_string(payload.to_string()).unwrap(), context)
}

async fn handled(ports: Failing, payload: &Value) -> Result<Value, Unfinished> {
    let answer = Function::new(post(ports), noon).handle(invocation(payload, 0)).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

fn envelope(record: &Value) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "aws.ec2",
        "detail-type": "AWS API Call via CloudTrail", "account": "111122223333", "region": "eu-west-1",
        "time": "2026-03-01T12:00:00Z", "resources": [], "detail": record,
    })
}

/// What the guard answers to a rule that is open to everybody, where it asks for proof and is given this.
async fn forged(given: Option<&str>) -> Value {
    let record = opened(22);
    let payload = match given {
        Some(proof) => json!({ "proof": proof, "detail": record }),
        None => envelope(&record),
    };
    let function = Function::new(post(Failing::over(&ports())), noon).asking_for(SECRET.parse().ok());
    serde_json::to_value(function.handle(invocation(&payload, 0)).await.unwrap()).unwrap()
}

const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";

#[tokio::test]
async fn only_what_brings_the_proof_is_believed() {
    let believed = forged(Some(SECRET)).await;
    assert_eq!(
        (&believed["verdict"], &believed["actions"][0]["outcome"]),
        (&json!("violation"), &json!("done"))
    );
    assert_eq!(believed["remarks"], Value::Null);
    for given in [None, Some(""), Some("0123456789abcdefghijklmnopqrstuw")] {
        let hearsay = forged(given).await;
        assert_eq!(hearsay["remarks"], json!(["hearsay"]), "{given:?}");
        assert_eq!(hearsay["actions"][0]["outcome"], "withheld", "the sweep observes: {given:?}");
        assert_eq!(hearsay["actor"], Value::Null, "who it was is not believed: {given:?}");
    }
}

#[tokio::test]
async fn a_proof_within_the_record_is_none() {
    let mut record = opened(22);
    record["proof"] = SECRET.into();
    record["detail"] = json!({ "proof": SECRET });
    let function = Function::new(post(Failing::over(&ports())), noon).asking_for(SECRET.parse().ok());
    let answer = function.handle(invocation(&envelope(&record), 0)).await.unwrap();
    assert_eq!(serde_json::to_value(answer).unwrap()["remarks"], json!(["hearsay"]));
}

#[tokio::test]
async fn an_event_of_eventbridge_is_opened() {
    let ports = ports();
    let report = handled(Failing::over(&ports), &envelope(&opened(22))).await.unwrap();
    assert_eq!(report["verdict"], "violation");
    assert_eq!(report["actions"][0]["outcome"], "done");
    assert_eq!(report["source"], Value::Null);
    assert_eq!(ports.take_notices().len(), 1);
}

#[tokio::test]
async fn a_bare_record_is_taken_as_it_is() {
    let report = handled(Failing::over(&ports()), &opened(443)).await.unwrap();
    assert_eq!((&report["event_id"], &report["verdict"]), (&json!("e-1"), &json!("compliant")));
}

/// An envelope of another make: EventBridge Pipes, a hand-written test. The record in it is what counts.
#[tokio::test]
async fn an_incomplete_envelope_is_opened() {
    let report =
        handled(Failing::over(&ports()), &json!({ "time": "noon", "detail": opened(22) })).await.unwrap();
    assert_eq!(report["verdict"], "violation");
}

#[tokio::test]
async fn what_is_no_change_is_ignored() {
    let nonsense = [
        json!(null),
        json!(17),
        json!("hello"),
        json!([]),
        json!({}),
        json!({ "detail": null }),
        json!({ "detail-type": "Scheduled Event", "source": "aws.events", "detail": {} }),
    ];
    for payload in nonsense {
        let report = handled(Failing::over(&ports()), &payload).await.unwrap();
        assert_eq!(
            (&report["verdict"], &report["reason"]),
            (&json!("ignored"), &json!("not-a-change")),
            "{payload}"
        );
    }
}

/// Something that is no record, but speaks of what a record speaks of: a person is told.
#[tokio::test]
async fn what_may_be_a_change_is_not_dropped() {
    let ports = ports();
    let report = handled(Failing::over(&ports), &json!([{ "eventName": "AuthorizeSecurityGroupIngress" }]))
        .await
        .unwrap();
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("undecidable"), &json!("malformed")));
    assert_eq!(ports.take_notices().len(), 1);
}

#[tokio::test]
async fn a_notice_that_was_not_published_fails_the_invocation() {
    let publish = Some(PublishError { message: "NotFound: Topic does not exist".to_owned() });
    let error = handled(Failing { account: ports(), publish, ..Failing::default() }, &opened(22)).await;
    let error = error.unwrap_err();
    assert_eq!(
        error.to_string(),
        "left to the retry: the notice was not published: NotFound: Topic does not exist"
    );
    assert_eq!(Diagnostic::from(error).error_type, "Retry");
}

#[tokio::test]
async fn only_a_passing_failure_fails_the_invocation() {
    for (retryable, outcome) in
        [(true, Err("left to the retry: RevokeSecurityGroupIngress failed: no")), (false, Ok("failed"))]
    {
        let revoke = Some(CallError { message: "no".to_owned(), retryable }.into());
        let answer = handled(Failing { account: ports(), revoke, ..Failing::default() }, &opened(22)).await;
        let answer = answer.map(|report| report["actions"][0]["outcome"].as_str().unwrap().to_owned());
        assert_eq!(
            answer.map_err(|error| error.to_string()),
            outcome.map(str::to_owned).map_err(str::to_owned)
        );
    }
}

/// Whether the stopwatch of a change that opens `port` notes that it was undone.
async fn is_noted(ports: Failing, port: u16) -> bool {
    let stopwatch = Stopwatch::start();
    post(ports).respond(opened(port).to_string().as_bytes(), Vouching::Vouched, noon(), &stopwatch).await;
    stopwatch.undone().is_some()
}

#[tokio::test]
async fn exposure_ends_when_something_is_undone() {
    assert!(is_noted(Failing::over(&ports()), 22).await);
    assert!(!is_noted(Failing::over(&ports()), 443).await);
    let revoke = Some(CallError { message: "no".to_owned(), retryable: true }.into());
    assert!(!is_noted(Failing { revoke, ..Failing::over(&ports()) }, 22).await);
    // The retry will find it gone: this attempt alone can tell how long it was open.
    let publish = Some(PublishError { message: "no".to_owned() });
    assert!(is_noted(Failing { publish, ..Failing::over(&ports()) }, 22).await);
}

/// A watch that never comes to an end.
struct Idle;

impl Watch for Idle {
    async fn respond(&self, _: &[u8], _: Vouching, _: Timestamp, _: &Stopwatch) -> Handled {
        pending().await
    }

    async fn sweep(&self, _: Sweep, _: Timestamp, _: impl Fn() -> bool) -> Swept {
        pending().await
    }

    async fn pass_on(&self, _: &Sweep) -> Result<(), PublishError> {
        pending().await
    }

    async fn tell(&self, _: &Swept) -> Announced {
        pending().await
    }
}

#[tokio::test]
async fn the_answer_comes_before_the_deadline() {
    let function = Function::new(Idle, noon);
    let deadline = u64::try_from(noon().as_millisecond()).unwrap() + 20;
    let error = function.handle(invocation(&envelope(&opened(22)), deadline)).await.unwrap_err();
    assert_eq!(error.to_string(), "out of time: left to the retry");
    assert_eq!(Diagnostic::from(error).error_type, "OutOfTime");
    let order = json!({ "tierguard": "sweep" });
    assert_eq!(function.handle(invocation(&order, deadline)).await, Err(Unfinished::OutOfTime));
}

#[test]
fn a_margin_is_kept_of_the_time_that_is_left() {
    let now = u64::try_from(noon().as_millisecond()).unwrap();
    let left = |millis| time_left(now + millis, noon());
    assert_eq!(left(30_000), Duration::from_secs(29));
    assert_eq!(left(4_000), Duration::from_secs(3));
    assert_eq!(left(400), Duration::from_millis(300));
    assert_eq!(time_left(600_000, noon()), Duration::MAX);
}

/// Lambda's runtime reads the payload through two layers that must leave the record's bytes alone.
#[test]
fn the_payload_is_not_parsed_twice() {
    let payload = r#"{"detail" : {"b":1,  "a":1.0}}"#;
    let payload: Box<RawValue> = serde_json::from_str(payload).unwrap();
    assert_eq!(event::record(payload).record.get(), r#"{"b":1,  "a":1.0}"#);
}

#[tokio::test]
async fn an_order_is_a_sweep_and_answers_what_it_found() {
    let ports = ports();
    let report = handled(Failing::over(&ports), &json!({ "tierguard": "sweep" })).await.unwrap();
    assert_eq!(
        report,
        json!({
            "sweep": "done", "groups": 1, "managed": 1, "rules": 1, "forbidden": 1, "missing": 0, "mixed": 0, "unsettled": 0,
            "outcomes": { "withheld": 1 }, "observes": true,
        })
    );
    assert_eq!(ports.take_notices().len(), 1);
}

/// A message that SNS delivers brings the place where to go on, and what was found before.
#[tokio::test]
async fn a_sweep_goes_on_where_it_stopped() {
    let ports = ports();
    let order = json!({ "tierguard": "sweep", "after": "sg-1", "digest": { "groups": 1, "forbidden": 3 } });
    let delivery =
        json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Message": order.to_string() } }] });
    let report = handled(Failing::over(&ports), &delivery).await.unwrap();
    assert_eq!(
        (&report["sweep"], &report["groups"], &report["forbidden"]),
        (&json!("done"), &json!(1), &json!(3))
    );
}

/// How a sweep ends that swept up to `after` and had time for no more, and what was passed on and told.
async fn out_of_time(after: Option<&str>, pass_on: Option<&str>) -> (Result<Value, String>, usize, usize) {
    let ports = ports();
    let pass_on = pass_on.map(|message| PublishError { message: message.to_owned() });
    let watch = sweeping(post(Failing { pass_on, ..Failing::over(&ports) }), after);
    let function = Function::new(watch, noon);
    let answer = function.handle(invocation(&json!({ "tierguard": "sweep" }), 0)).await;
    let answer = answer.map(|answer| serde_json::to_value(answer).unwrap()["sweep"].clone());
    let passed_on = function.watch.post.ports.passed_on.lock().unwrap().len();
    (answer.map_err(|error| error.to_string()), passed_on, ports.take_notices().len())
}

#[tokio::test]
async fn a_sweep_without_time_is_passed_on_and_not_told_yet() {
    assert_eq!(out_of_time(Some("sg-1"), None).await, (Ok(json!("continued")), 1, 0));
}

#[tokio::test]
async fn a_sweep_that_nobody_goes_on_with_is_told() {
    let error =
        "the sweep stopped, and the next one begins anew: the rest of the sweep failed: no topic".to_owned();
    assert_eq!(out_of_time(Some("sg-1"), Some("no topic")).await, (Err(error), 1, 1));
}

/// Passed on where it was, it would go round for ever.
#[tokio::test]
async fn a_sweep_that_does_not_move_is_not_passed_on() {
    let (answer, passed_on, told) = out_of_time(None, None).await;
    assert_eq!(
        answer.unwrap_err(),
        "the sweep stopped, and the next one begins anew: the rest of the sweep failed: \
         the time was over before a single group was swept"
    );
    assert_eq!((passed_on, told), (0, 1));
}

#[tokio::test]
async fn only_a_passing_failure_fails_a_sweep() {
    let order = json!({ "tierguard": "sweep" });
    for (retryable, expected) in
        [(true, Err("left to the retry: DescribeSecurityGroups failed: no")), (false, Ok("failed"))]
    {
        let groups =
            Some(LookUpError { call: "DescribeSecurityGroups", message: "no".to_owned(), retryable });
        let answer = handled(Failing { groups, ..Failing::over(&ports()) }, &order).await;
        let answer = answer.map(|report| report["sweep"].as_str().unwrap().to_owned());
        assert_eq!(
            answer.map_err(|error| error.to_string()),
            expected.map(str::to_owned).map_err(str::to_owned)
        );
    }
    let publish = Some(PublishError { message: "no".to_owned() });
    let error = handled(Failing { publish, ..Failing::over(&ports()) }, &order).await.unwrap_err();
    assert_eq!(error.to_string(), "left to the retry: the notice was not published: no");
}
