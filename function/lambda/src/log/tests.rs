use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use serde_json::{Map, Value, json};
use tierguard::Guard;
use tierguard::act::Target;
use tierguard::sweep::Digest;

use super::*;
use crate::metric::METRICS;
use crate::testing::calls::authorize;
use crate::testing::ec2::group_id;
use crate::testing::{guard, opened, ports};

mod hostile;

/// What is logged during `run`, line by line, without the time of each.
async fn lines(rust_log: Option<&str>, run: impl AsyncFnOnce()) -> Vec<Map<String, Value>> {
    let without_time = |mut line: Map<String, Value>| {
        assert!(line.remove("timestamp").is_some());
        line
    };
    written(rust_log, None, run).await.into_iter().map(without_time).collect()
}

/// What `function` logs during `run`, line by line.
async fn written(
    rust_log: Option<&str>,
    function: Option<&str>,
    run: impl AsyncFnOnce(),
) -> Vec<Map<String, Value>> {
    let text = text(rust_log, function, run).await;
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What `function` logs during `run`, as it is written.
async fn text(rust_log: Option<&str>, function: Option<&str>, run: impl AsyncFnOnce()) -> String {
    let written = Arc::new(Mutex::new(Vec::<u8>::new()));
    let log = Arc::clone(&written);
    let writer = move || Shared(Arc::clone(&log));
    let log = to(writer, filter(rust_log).unwrap(), function.map(str::to_owned));
    let guard = tracing::subscriber::set_default(log);
    run().await;
    drop(guard);
    String::from_utf8(written.lock().unwrap().clone()).unwrap()
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn log_of(record: &str, retry: Option<&str>, rust_log: Option<&str>) -> Vec<Map<String, Value>> {
    let guard: Guard = guard();
    let now = "2026-03-01T12:00:02.500Z".parse().unwrap();
    let done = guard.respond(record.as_bytes(), &ports(), now).await;
    let report = Report::new(&done, None);
    lines(rust_log, async || handled(&done, &report, retry, &course())).await
}

/// Of an event that was handled in a quarter of a second, its rule gone after less.
fn course() -> Course<'static> {
    Course { receipt: None, took: Duration::from_millis(250), undone: Some(Duration::from_millis(150)) }
}

fn pretty(lines: &[Map<String, Value>]) -> String {
    serde_json::to_string_pretty(lines).unwrap()
}

#[tokio::test]
async fn an_event_has_one_line() {
    assert_snapshot!(pretty(&log_of(&opened(22).to_string(), None, None).await), @r#"
    [
      {
        "Events": 1,
        "Exposure": 2650,
        "FailedNotices": 0,
        "FailedReverts": 0,
        "Notices": 1,
        "Retries": 0,
        "Reverts": 1,
        "Undecided": 0,
        "Violations": 1,
        "account": "111122223333",
        "added": 0,
        "announced": "published",
        "duration_ms": 250,
        "event_id": "e-1",
        "event_name": "AuthorizeSecurityGroupIngress",
        "exposure_ms": 2650,
        "findings": 1,
        "group": "sg-1",
        "level": "INFO",
        "message": "handled",
        "outcomes": "done",
        "published": true,
        "region": "eu-west-1",
        "target": "tierguard_lambda::log",
        "tiers": "web",
        "verdict": "violation"
      }
    ]
    "#);
}

#[tokio::test]
async fn what_must_be_done_again_is_an_error() {
    let lines = log_of(&opened(443).to_string(), Some("the notice was not published: no"), None).await;
    assert_eq!(
        (&lines[0]["level"], &lines[0]["retry"]),
        (&"ERROR".into(), &"the notice was not published: no".into())
    );
}

#[tokio::test]
async fn what_is_no_change_is_said_only_when_debugging() {
    assert_eq!(log_of("{}", None, None).await.len(), 0);
    assert_eq!(log_of("{}", None, Some("debug")).await.len(), 1);
}

#[tokio::test]
async fn an_event_that_took_too_long_has_its_line() {
    let event = Event { time: "2026-03-01T12:00:00Z".parse().ok(), ..Event::default() };
    let now = "2026-03-01T12:00:02Z".parse().unwrap();
    let late = Course { receipt: None, took: Duration::from_secs(29), undone: None };
    let lines = lines(None, async || out_of_time(&event, now, &late)).await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
        "Events": 1,
        "Retries": 1,
        "duration_ms": 29000,
        "level": "ERROR",
        "message": "not handled",
        "published": false,
        "retry": "out of time",
        "target": "tierguard_lambda::log"
      }
    ]
    "#);
}

#[tokio::test]
async fn the_sdk_is_quiet_unless_it_is_named() {
    let speak = async || tracing::info!(target: "aws_smithy_runtime::client::identity", "identity cache miss occurred");
    assert_eq!(lines(Some("debug"), speak).await.len(), 0);
    assert_eq!(lines(Some("info,aws_smithy_runtime=info"), speak).await.len(), 1);
}

#[test]
fn clocks_that_differ_make_no_exposure_below_zero() {
    let event = Event { time: "2026-03-01T12:00:05Z".parse().ok(), ..Event::default() };
    let now = "2026-03-01T12:00:02Z".parse().unwrap();
    let undone = |undone: Option<u64>| Course { undone: undone.map(Duration::from_millis), ..course() };
    assert_eq!(undone(Some(7)).exposure(&event, now), Some(7));
    assert_eq!(undone(Some(0)).exposure(&Event::default(), now), None);
}

#[test]
fn what_was_not_undone_has_no_exposure() {
    let event = Event { time: "2026-03-01T12:00:05Z".parse().ok(), ..Event::default() };
    let course = Course { undone: None, ..course() };
    assert_eq!(course.exposure(&event, "2026-03-01T12:00:09Z".parse().unwrap()), None);
}

#[tokio::test]
async fn the_line_of_a_message_names_it() {
    let receipt = Receipt { message_id: "m-1".to_owned(), receive_count: Some(2) };
    let of_message = Course { receipt: Some(&receipt), ..course() };
    let lines = lines(None, async || {
        out_of_time(&Event::default(), Timestamp::UNIX_EPOCH, &of_message);
        panicked("index out of bounds", &receipt);
    })
    .await;
    for line in &lines {
        assert_eq!((&line["message_id"], &line["receive_count"]), (&"m-1".into(), &2.into()));
    }
    assert_eq!(lines[1]["retry"], "panicked: index out of bounds");
}

#[tokio::test]
async fn what_else_there_is_to_know_is_in_the_line() {
    let handled = guard().respond(b"{}", &ports(), Timestamp::UNIX_EPOCH).await;
    let report = |remarks| Report { remarks, ..Report::new(&handled, None) };
    assert_eq!(
        remarks(&report(vec!["break-glass", "in-no-tier"])).as_deref(),
        Some("break-glass,in-no-tier")
    );
    assert_eq!(remarks(&report(Vec::new())), None);
}

#[test]
fn only_rules_that_were_added_count_as_added() {
    let added_by = authorize(&[("443/tcp from 0.0.0.0/0", None), ("80/tcp from 0.0.0.0/0", None)]);
    let action = |call: &'static str, outcome| Action {
        call,
        target: Target::Rules { group: group_id("sg-1"), rules: added_by.rules().to_vec() },
        outcome,
    };
    let actions = [
        action(added_by.name(), Outcome::Done),
        action(added_by.name(), Outcome::AlreadyThere),
        action("RevokeSecurityGroupIngress", Outcome::Done),
    ];
    assert_eq!(added(&actions), 2);
}

fn sweep_report(sweep: &'static str, reason: Option<&str>) -> SweepReport {
    SweepReport {
        sweep,
        reason: reason.map(str::to_owned),
        groups: 2500,
        managed: 40,
        rules: 300,
        forbidden: 4,
        missing: 1,
        mixed: 0,
        unsettled: 0,
        outcomes: [("done", 3), ("failed", 1)].into(),
        observes: false,
    }
}

fn told() -> Swept {
    Swept { announced: Announced::Published, ..Swept::new(Digest::default(), None, None) }
}

#[tokio::test]
async fn a_sweep_has_one_line() {
    let report = sweep_report("done", None);
    let lines = lines(None, async || swept(&report, &told(), None, Duration::from_secs(21))).await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
        "FailedNotices": 0,
        "FailedReverts": 1,
        "Notices": 1,
        "Retries": 0,
        "Reverts": 3,
        "SweepsDone": 1,
        "SweptForbidden": 4,
        "SweptGroups": 2500,
        "SweptManaged": 40,
        "SweptMissing": 1,
        "SweptMixed": 0,
        "SweptUnsettled": 0,
        "duration_ms": 21000,
        "forbidden": 4,
        "groups": 2500,
        "level": "INFO",
        "managed": 40,
        "message": "swept",
        "missing": 1,
        "mixed": 0,
        "observes": false,
        "outcomes": "done=3,failed=1",
        "published": true,
        "rules": 300,
        "sweep": "done",
        "target": "tierguard_lambda::log",
        "unsettled": 0
      }
    ]
    "#);
}

#[tokio::test]
async fn a_sweep_that_stopped_is_an_error() {
    let why = "the rest of the sweep failed: no topic".to_owned();
    let (report, stopped) = (sweep_report("failed", Some(&why)), Unfinished::Stopped { reason: why });
    let lines = lines(None, async || {
        swept(&report, &told(), Some(&stopped), Duration::from_secs(21));
        sweep_out_of_time(Duration::from_secs(299));
    })
    .await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
        "FailedNotices": 0,
        "FailedReverts": 1,
        "Notices": 1,
        "Retries": 1,
        "Reverts": 3,
        "SweepsDone": 0,
        "SweptForbidden": 4,
        "SweptGroups": 2500,
        "SweptManaged": 40,
        "SweptMissing": 1,
        "SweptMixed": 0,
        "SweptUnsettled": 0,
        "duration_ms": 21000,
        "forbidden": 4,
        "groups": 2500,
        "level": "ERROR",
        "managed": 40,
        "message": "swept",
        "missing": 1,
        "mixed": 0,
        "observes": false,
        "outcomes": "done=3,failed=1",
        "published": true,
        "reason": "the rest of the sweep failed: no topic",
        "retry": "the sweep stopped, and the next one begins anew: the rest of the sweep failed: no topic",
        "rules": 300,
        "sweep": "failed",
        "target": "tierguard_lambda::log",
        "unsettled": 0
      },
      {
        "Retries": 1,
        "SweepsDone": 0,
        "duration_ms": 299000,
        "level": "ERROR",
        "message": "not swept",
        "published": false,
        "retry": "out of time",
        "sweep": "failed",
        "target": "tierguard_lambda::log"
      }
    ]
    "#);
}

/// The metadata in each line that has it, and the line.
fn embedded(lines: &[Map<String, Value>]) -> Vec<(&Value, &Map<String, Value>)> {
    lines.iter().filter_map(|line| Some((line.get("_aws")?, line))).collect()
}

/// Every line that has metrics, each in a form that has as many as it can.
async fn every_line(function: Option<&str>) -> Vec<Map<String, Value>> {
    let now = "2026-03-01T12:00:02.500Z".parse().unwrap();
    let done = guard().respond(opened(22).to_string().as_bytes(), &ports(), now).await;
    let ignored = guard().respond(b"{}", &ports(), now).await;
    let report = Report::new(&done, None);
    let receipt = Receipt { message_id: "m-1".to_owned(), receive_count: None };
    written(Some("debug"), function, async || {
        handled(&done, &report, None, &course());
        handled(&ignored, &Report::new(&ignored, None), None, &course());
        out_of_time(&done.event, now, &course());
        panicked("no", &receipt);
        swept(&sweep_report("done", None), &told(), None, Duration::ZERO);
        swept(
            &sweep_report("continued", None),
            &Swept::new(Digest::default(), None, None),
            None,
            Duration::ZERO,
        );
        sweep_out_of_time(Duration::ZERO);
    })
    .await
}

#[tokio::test]
async fn the_line_of_an_event_brings_its_metrics() {
    let lines = every_line(Some("tierguard")).await;
    let line = &lines[0];
    let metrics: Map<String, Value> = METRICS
        .iter()
        .filter_map(|metric| Some((metric.name.to_owned(), line.get(metric.name)?.clone())))
        .collect();
    assert_snapshot!(serde_json::to_string(&metrics).unwrap(), @r#"{"Events":1,"Exposure":2650,"FailedNotices":0,"FailedReverts":0,"Notices":1,"Retries":0,"Reverts":1,"Undecided":0,"Violations":1}"#);
    let instant: Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(line["_aws"]["Timestamp"], instant.as_millisecond());
    assert_eq!((&line["FunctionName"], &line["message"]), (&"tierguard".into(), &"handled".into()));
}

/// The specification in a few words, written here once more: a number as the timestamp, every dimension a text of the
/// line, every metric a number of the line, no name twice, no member that it does not know.
#[tokio::test]
async fn what_is_embedded_is_what_the_specification_demands() {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["Timestamp", "CloudWatchMetrics"],
        "properties": {
            "Timestamp": { "type": "integer", "minimum": 1_500_000_000_000_u64 },
            "CloudWatchMetrics": { "type": "array", "minItems": 1, "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["Namespace", "Dimensions", "Metrics"],
                "properties": {
                    "Namespace": { "type": "string", "pattern": "^[A-Za-z0-9._/#:-]{1,255}$" },
                    "Dimensions": { "type": "array", "minItems": 1, "items": {
                        "type": "array", "maxItems": 30, "uniqueItems": true, "items": { "type": "string" },
                    } },
                    "Metrics": { "type": "array", "minItems": 1, "maxItems": 100, "uniqueItems": true, "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["Name"],
                        "properties": {
                            "Name": { "type": "string", "minLength": 1, "maxLength": 1024 },
                            "Unit": { "enum": ["Count", "Milliseconds"] },
                            "StorageResolution": { "enum": [1, 60] },
                        },
                    } },
                },
            } },
        },
    });
    let schema = jsonschema::validator_for(&schema).unwrap();
    let lines = every_line(Some("tierguard")).await;
    let embedded = embedded(&lines);
    assert_eq!(embedded.len(), 5, "all but what is no change, and what another part of a sweep will count");
    for (metadata, line) in embedded {
        assert!(schema.is_valid(metadata), "{:?}", schema.iter_errors(metadata).collect::<Vec<_>>());
        let directive = &metadata["CloudWatchMetrics"][0];
        let dimensions = directive["Dimensions"][0].as_array().unwrap();
        assert!(dimensions.iter().all(|name| line[name.as_str().unwrap()].is_string()), "{line:?}");
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!(metrics.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "{line:?}");
    }
}

/// A metric that no line brings is one that an alarm would wait for in vain.
#[tokio::test]
async fn every_metric_is_brought_by_a_line() {
    let lines = every_line(Some("tierguard")).await;
    let is_brought = |name: &str| embedded(&lines).iter().any(|(_, line)| line.contains_key(name));
    let missing: Vec<_> = METRICS.iter().filter(|metric| !is_brought(metric.name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn nobodys_metrics_are_not_embedded() {
    assert!(embedded(&every_line(None).await).is_empty());
}

/// The request id by which CloudWatch's lines of one invocation are found.
#[tokio::test]
async fn a_line_with_metrics_keeps_its_span() {
    let lines = written(None, Some("tierguard"), async || {
        let span = tracing::info_span!("invocation", requestId = "r-1");
        span.in_scope(|| panicked("no", &Receipt { message_id: "m-1".to_owned(), receive_count: None }));
    })
    .await;
    assert_eq!(lines[0]["span"], json!({ "name": "invocation", "requestId": "r-1" }));
    assert!(lines[0].contains_key("_aws"));
}
