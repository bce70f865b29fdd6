use std::future::pending;

use lambda_runtime::Context;
use serde_json::{Value, json};
use tierguard::act::{RevokeError, Revoked};
use tierguard::look::{Answers, Questions};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::Call;
use tierguard::{ChangeAccount, Publish, ReadAccount};
use tierguard_account::Ports;

use super::*;
use crate::testing::{guard, opened, ports};

/// Ports over an account in memory, some of which fail.
#[derive(Default)]
struct Failing {
    account: Ports,
    revoke: Option<RevokeError>,
    publish: Option<PublishError>,
}

impl ReadAccount for Failing {
    async fn look(&self, questions: &Questions) -> Answers {
        self.account.look(questions).await
    }
}

impl ChangeAccount for Failing {
    async fn revoke(&self, call: &Call) -> Result<Revoked, RevokeError> {
        match &self.revoke {
            Some(error) => Err(error.clone()),
            None => self.account.revoke(call).await,
        }
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

fn noon() -> Timestamp {
    "2026-03-01T12:00:02Z".parse().unwrap()
}

fn invocation(payload: &Value, deadline: u64) -> LambdaEvent<Box<RawValue>> {
    let mut context = Context::default();
    context.deadline = deadline;
    LambdaEvent::new(RawValue::from_string(payload.to_string()).unwrap(), context)
}

async fn handled(
    ports: impl ReadAccount + ChangeAccount + Publish + Sync,
    payload: &Value,
) -> Result<Value, Unfinished> {
    let guard = guard();
    let function = Function::new(async |record: &[u8], now| guard.respond(record, &ports, now).await, noon);
    let report = function.handle(invocation(payload, 0)).await?;
    Ok(serde_json::to_value(report).unwrap())
}

fn envelope(record: &Value) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "aws.ec2",
        "detail-type": "AWS API Call via CloudTrail", "account": "111122223333", "region": "eu-west-1",
        "time": "2026-03-01T12:00:00Z", "resources": [], "detail": record,
    })
}

#[tokio::test]
async fn an_event_of_eventbridge_is_opened() {
    let ports = ports();
    let report = handled(ports.clone(), &envelope(&opened(22))).await.unwrap();
    assert_eq!(report["verdict"], "violation");
    assert_eq!(report["actions"][0]["outcome"], "done");
    assert_eq!(report["source"], Value::Null);
    assert_eq!(ports.take_notices().len(), 1);
}

#[tokio::test]
async fn a_bare_record_is_taken_as_it_is() {
    let report = handled(ports(), &opened(443)).await.unwrap();
    assert_eq!((&report["event_id"], &report["verdict"]), (&json!("e-1"), &json!("compliant")));
}

/// An envelope of another make: EventBridge Pipes, a hand-written test. The record in it is what counts.
#[tokio::test]
async fn an_incomplete_envelope_is_opened() {
    let report = handled(ports(), &json!({ "time": "noon", "detail": opened(22) })).await.unwrap();
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
        let report = handled(ports(), &payload).await.unwrap();
        assert_eq!(
            (&report["verdict"], &report["reason"]),
            (&json!("ignored"), &json!("not-a-change")),
            "{payload}"
        );
    }
}

/// A text that is no record, but speaks of what a record speaks of: a person is told.
#[tokio::test]
async fn what_may_be_a_change_is_not_dropped() {
    let ports = ports();
    let report = handled(ports.clone(), &json!("AuthorizeSecurityGroupIngress")).await.unwrap();
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
        let revoke = Some(RevokeError::Failed { message: "no".to_owned(), retryable });
        let answer = handled(Failing { account: ports(), revoke, ..Failing::default() }, &opened(22)).await;
        let answer = answer.map(|report| report["actions"][0]["outcome"].as_str().unwrap().to_owned());
        assert_eq!(
            answer.map_err(|error| error.to_string()),
            outcome.map(str::to_owned).map_err(str::to_owned)
        );
    }
}

#[tokio::test]
async fn the_answer_comes_before_the_deadline() {
    let function = Function::new(async |_: &[u8], _| pending().await, noon);
    let deadline = u64::try_from(noon().as_millisecond()).unwrap() + 20;
    let error = function.handle(invocation(&envelope(&opened(22)), deadline)).await.unwrap_err();
    assert_eq!(error.to_string(), "out of time: left to the retry");
    assert_eq!(Diagnostic::from(error).error_type, "OutOfTime");
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
    assert_eq!(record(payload).get(), r#"{"b":1,  "a":1.0}"#);
}
