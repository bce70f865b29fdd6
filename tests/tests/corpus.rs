//! Captured records: what AWS has really sent is understood, and everything else is passed over. The records are not part
//! of the checkout; without `TIERGUARD_CORPUS` these tests say so and pass over.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stop at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tierguard::{Guard, Policy, Report};
use tierguard_account::{Account, Desk};
use tierguard_tests::cargo::scratch;
use tierguard_tests::command;
use tierguard_tests::corpus::{Captured, Corpus};
use tierguard_tests::dice::Dice;

/// Groups of other people's accounts are in no tier of ours.
const POLICY: &str = "
version: 1
tiers: {}
elsewhere:
  deny:
    - { ports: [22/tcp, 3389/tcp], from: internet }
";

fn policy_file() -> PathBuf {
    let file = scratch("policy.yaml");
    fs::write(&file, POLICY).expect("the target folder is writable");
    file
}

/// What the guard makes of one record alone.
fn report(record: &Captured) -> Value {
    let policy = Policy::parse("policy.yaml", POLICY).unwrap_or_else(|errors| panic!("{errors}"));
    let mut desk = Desk::new(Guard { policy, own_role: None }, Account::learning());
    serde_json::to_value(Report::new(&desk.handle(&record.bytes), None)).expect("a report is JSON")
}

#[test]
fn every_captured_security_group_call_is_understood() {
    let Some(corpus) = Corpus::find() else { return };
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for record in corpus.records().iter().filter(|record| record.is_target && record.is_ours()) {
        let report = report(record);
        assert_ne!(report["verdict"], "undecidable", "{}: {report}", record.file);
        *verdicts.entry(report["verdict"].to_string()).or_default() += 1;
    }
    println!("{verdicts:?}");
    assert!(verdicts.len() > 1, "the corpus has calls of several kinds: {verdicts:?}");
}

#[test]
fn everything_else_is_ignored() {
    let Some(corpus) = Corpus::find() else { return };
    let others: Vec<_> =
        corpus.records().into_iter().filter(|record| !(record.is_target && record.is_ours())).collect();
    assert!(others.len() > 50, "the corpus has other calls: {}", others.len());
    for record in others {
        let report = report(&record);
        assert_eq!(report["verdict"], "ignored", "{}: {report}", record.file);
    }
}

#[test]
fn an_hour_of_one_account_replays() {
    let Some(corpus) = Corpus::find() else { return };
    let reports = command::replay(["--policy".into(), policy_file(), corpus.path("logs/delivery")]);
    assert!(reports.len() > 2000, "{} reports", reports.len());
    for report in reports {
        assert_ne!(report["verdict"], "undecidable", "{report}");
    }
}

#[test]
fn rows_of_lookup_events_replay() {
    let Some(corpus) = Corpus::find() else { return };
    let rows = corpus.path("logs/lookup-events.jsonl");
    let count = fs::read_to_string(&rows).expect("the corpus has rows").lines().count();
    let reports = command::replay(["--policy".into(), policy_file(), rows]);
    assert_eq!(reports.len(), count);
}

#[test]
fn one_groups_life_ends_alike_whatever_the_order_of_its_lines() {
    let Some(corpus) = Corpus::find() else { return };
    let text = fs::read_to_string(corpus.path("logs/one-group-life.jsonl")).expect("the corpus has a life");
    let mut lines: Vec<_> = text.lines().collect();
    let first = life(&lines);
    let mut dice = Dice::new(1);
    for round in 1..=5 {
        dice.shuffle(&mut lines);
        let again = life(&lines);
        assert_eq!(again.account, first.account, "round {round}");
        assert_eq!(events(&again), events(&first), "round {round}");
    }
}

fn life(lines: &[&str]) -> command::Replayed {
    let file = scratch("life.jsonl");
    fs::write(&file, lines.join("\n")).expect("the target folder is writable");
    command::replay_to_account(["--policy".into(), policy_file(), file])
}

/// The events and their verdicts. Events of one second, which do not depend on each other here, keep the order of the
/// lines.
fn events(replayed: &command::Replayed) -> BTreeMap<&str, &str> {
    fn text(value: &Value) -> &str {
        value.as_str().expect("an event has an id, and a verdict is a word")
    }
    replayed.reports.iter().map(|report| (text(&report["event_id"]), text(&report["verdict"]))).collect()
}
