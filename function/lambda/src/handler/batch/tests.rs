use std::future::pending;
use std::sync::Mutex;

use lambda_runtime::{Context, LambdaEvent};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tierguard::Handled;
use tierguard::change::Vouching;
use tierguard::notice::PublishError;
use tierguard::respond::Announced;
use tierguard::sweep::{Sweep, Swept};
use tierguard_account::Ports;

use super::*;
use crate::batch::Receipt;
use crate::handler::Function;
use crate::stopwatch::Stopwatch;
use crate::testing::{guard, opened, ports};

/// A guard that panics, never ends, or leaves to the retry what a record says it must; over an account in memory. It notes
/// whether it may believe what it is brought.
#[derive(Default)]
struct Moody {
    ports: Ports,
    vouching: Mutex<Vec<Vouching>>,
}

impl Moody {
    fn over(ports: Ports) -> Self {
        Self { ports, ..Self::default() }
    }
}

impl Watch for Moody {
    async fn respond(&self, record: &[u8], vouching: Vouching, now: Timestamp, _: &Stopwatch) -> Handled {
        self.vouching.lock().unwrap().push(vouching);
        let says = |word: &str| String::from_utf8_lossy(record).contains(word);
        assert!(!says("poison"), "this record is poison");
        if says("endless") {
            return pending().await;
        }
        // As long as a look-up: what has no time left does not get past this.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let handled = guard().respond(record, &self.ports, now).await;
        if says("unlucky") {
            let announced = Announced::Failed(PublishError { message: "no".to_owned() });
            return Handled { announced, ..handled };
        }
        handled
    }

    async fn sweep(&self, _: Sweep, _: Timestamp, _: impl Fn() -> bool) -> Swept {
        panic!("a message is no order")
    }

    async fn pass_on(&self, _: &Sweep) -> Result<(), PublishError> {
        panic!("a message is no order")
    }

    async fn tell(&self, _: &Swept) -> Announced {
        panic!("a message is no order")
    }
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:02Z".parse().unwrap()
}

fn message(id: &str, body: &str) -> Value {
    json!({ "messageId": id, "body": body, "eventSource": "aws:sqs", "attributes": {} })
}

/// What is answered to `messages` that have `millis` for all of them.
async fn answered(watch: Moody, messages: &[Value], millis: u64) -> Result<Value, Unfinished> {
    let payload = json!({ "Records": messages }).to_string();
    let mut context = Context::default();
    context.deadline = u64::try_from(noon().as_millisecond()).unwrap() + millis;
    let event = LambdaEvent::new(RawValue::from_string(payload).unwrap(), context);
    let answer = Function::new(watch, noon).handle(event).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

/// The ids of the messages of these bodies that are to come again: `0`, `1`, …
async fn failed(watch: Moody, bodies: &[String], millis: u64) -> Vec<String> {
    let messages: Vec<_> =
        (0..).zip(bodies).map(|(n, body): (usize, _)| message(&n.to_string(), body)).collect();
    let answer = answered(watch, &messages, millis).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let mut ids: Vec<_> =
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

const LONG: u64 = 60_000;

#[tokio::test]
async fn each_message_is_an_event_in_an_envelope_or_bare() {
    let account = ports();
    let bodies = [json!({ "detail": opened(22) }).to_string(), opened(443).to_string()];
    assert_eq!(failed(Moody::over(account.clone()), &bodies, LONG).await, Vec::<String>::new());
    assert_eq!(account.take_notices().len(), 1, "22 is forbidden, and 443 is not");
}

#[tokio::test]
async fn what_panics_fails_alone() {
    let account = ports();
    let bodies = ["poison".to_owned(), opened(22).to_string(), opened(443).to_string()];
    assert_eq!(failed(Moody::over(account.clone()), &bodies, LONG).await, ["0"]);
    assert_eq!(account.take_notices().len(), 1);
}

#[tokio::test]
async fn what_a_retry_can_help_with_comes_again_alone() {
    let mut unlucky = opened(22);
    unlucky["eventID"] = json!("unlucky");
    let bodies = [opened(443).to_string(), unlucky.to_string()];
    assert_eq!(failed(Moody::over(ports()), &bodies, LONG).await, ["1"]);
}

#[tokio::test]
async fn what_takes_too_long_comes_again_alone() {
    let bodies = ["endless".to_owned(), opened(22).to_string()];
    assert_eq!(failed(Moody::over(ports()), &bodies, 2_000).await, ["0"]);
}

/// Of three times as many as are under way at once, the first ten never end.
#[tokio::test]
async fn those_that_come_later_have_their_share_of_the_time() {
    let account = ports();
    let endless = (0..AT_ONCE).map(|_| "endless".to_owned());
    let event = |n: usize| {
        let mut record = opened(22);
        record["eventID"] = format!("e-{n}").into();
        record.to_string()
    };
    let bodies: Vec<_> = endless.chain((0..2 * AT_ONCE).map(event)).collect();
    let failed = failed(Moody::over(account.clone()), &bodies, 4_000).await;
    assert_eq!(failed, (0..AT_ONCE).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(account.take_notices().len(), 2 * AT_ONCE);
}

#[test]
fn a_share_leaves_as_much_for_every_round_that_follows() {
    let minute = Duration::from_mins(1);
    assert_eq!(share(minute, 1), minute);
    assert_eq!(share(minute, AT_ONCE), minute);
    assert_eq!(share(minute, AT_ONCE + 1), minute / 2);
    assert_eq!(share(minute, 10 * AT_ONCE), minute / 10);
    assert_eq!(share(minute, 0), minute);
}

/// What remains of an event is told as it would be had it come alone; what is none at all is passed over.
#[tokio::test]
async fn a_body_that_is_no_event_does_not_come_again() {
    for (body, told) in [
        ("", 0),
        ("hello", 0),
        ("{}", 0),
        ("[1, 2]", 0),
        (r#"{"detail": {"eventName": "AuthorizeSecurityGroupIngress", "requestPara"#, 1),
        (r#"[{"eventName": "AuthorizeSecurityGroupIngress"}]"#, 1),
    ] {
        let account = ports();
        assert_eq!(
            failed(Moody::over(account.clone()), &[body.to_owned()], LONG).await,
            Vec::<String>::new(),
            "{body}"
        );
        assert_eq!(account.take_notices().len(), told, "{body}");
    }
}

#[tokio::test]
async fn an_order_in_a_message_is_not_obeyed() {
    let sweep = json!({ "tierguard": "sweep" });
    let delivery =
        json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Message": sweep.to_string() } }] });
    let bodies =
        [sweep.to_string(), delivery.to_string(), json!({ "Records": [message("m", "poison")] }).to_string()];
    // The last is a record that speaks of poison; a batch within a message is none.
    assert_eq!(failed(Moody::over(ports()), &bodies[..2], LONG).await, Vec::<String>::new());
    assert_eq!(failed(Moody::over(ports()), &bodies[2..], LONG).await, ["0"]);
}

/// Whoever can write to the queue can write anything but the proof.
#[tokio::test]
async fn a_message_is_believed_only_with_the_proof() {
    const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
    let record = opened(443);
    let bodies = [
        json!({ "proof": SECRET, "detail": record }),
        json!({ "detail": record }),
        json!({ "proof": "0123456789abcdefghijklmnopqrstuw", "detail": record }),
        record.clone(),
    ];
    let messages = bodies.iter().map(|body| Message {
        receipt: Receipt { message_id: "m".to_owned(), receive_count: None },
        body: body.to_string(),
    });
    let (watch, proof) = (Moody::over(ports()), SECRET.parse().unwrap());
    handle(&watch, Some(&proof), messages.collect(), noon, Duration::from_millis(LONG)).await;
    let [hearsay, vouched] = [Vouching::Hearsay, Vouching::Vouched];
    assert_eq!(*watch.vouching.lock().unwrap(), [vouched, hearsay, hearsay, hearsay]);
}

#[tokio::test]
async fn a_batch_that_cannot_be_answered_is_an_error() {
    let messages = [message("m-1", "{}"), json!({ "body": "{}", "eventSource": "aws:sqs" })];
    let error = answered(Moody::default(), &messages, LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "message 2 of the batch has no messageId");
    assert_eq!(lambda_runtime::Diagnostic::from(error).error_type, "Unreadable");
}

#[tokio::test]
async fn the_words_of_a_panic_are_kept() {
    assert_eq!(caught(async { 7 }).await, Ok(7));
    assert_eq!(caught(async { panic!("plain") }).await, Err::<(), _>("plain".to_owned()));
    assert_eq!(caught(async { panic!("with {}", 7) }).await, Err::<(), _>("with 7".to_owned()));
    let odd = caught(async { std::panic::panic_any(7) }).await;
    assert_eq!(odd, Err::<(), _>("something that is no text".to_owned()));
}
