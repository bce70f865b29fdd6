use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use serde_json::{Map, Value};
use tierguard::Guard;
use tierguard::act::Target;

use super::*;
use crate::testing::calls::authorize;
use crate::testing::ec2::group_id;
use crate::testing::{guard, opened, ports};

mod hostile;

/// What is logged during `run`, line by line, without the time of each.
async fn lines(rust_log: Option<&str>, run: impl AsyncFnOnce()) -> Vec<Map<String, Value>> {
    let line = |line| {
        let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
        assert!(line.remove("timestamp").is_some());
        line
    };
    written(rust_log, run).await.lines().map(line).collect()
}

/// What is logged during `run`, as it is written.
async fn written(rust_log: Option<&str>, run: impl AsyncFnOnce()) -> String {
    let written = Arc::new(Mutex::new(Vec::<u8>::new()));
    let log = Arc::clone(&written);
    let guard =
        tracing::subscriber::set_default(to(move || Shared(Arc::clone(&log)), filter(rust_log).unwrap()));
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
    lines(rust_log, async || handled(&done, &report, retry, Duration::from_millis(250))).await
}

fn pretty(lines: &[Map<String, Value>]) -> String {
    serde_json::to_string_pretty(lines).unwrap()
}

#[tokio::test]
async fn an_event_has_one_line() {
    assert_snapshot!(pretty(&log_of(&opened(22).to_string(), None, None).await), @r#"
    [
      {
        "account": "111122223333",
        "added": 0,
        "duration_ms": 250,
        "event_id": "e-1",
        "event_name": "AuthorizeSecurityGroupIngress",
        "exposure_ms": 2750,
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
    let lines = lines(None, async || out_of_time(&event, now, Duration::from_secs(29))).await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
        "duration_ms": 29000,
        "exposure_ms": 31000,
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
    assert_eq!(exposure(&event, now, Duration::from_millis(7)), Some(7));
    assert_eq!(exposure(&Event::default(), now, Duration::ZERO), None);
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

#[tokio::test]
async fn a_sweep_has_one_line() {
    let report = sweep_report("done", None);
    let lines =
        lines(None, async || swept(&report, &Announced::Published, None, Duration::from_secs(21))).await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
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
        swept(&report, &Announced::Published, Some(&stopped), Duration::from_secs(21));
        sweep_out_of_time(Duration::from_secs(299));
    })
    .await;
    assert_snapshot!(pretty(&lines), @r#"
    [
      {
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
