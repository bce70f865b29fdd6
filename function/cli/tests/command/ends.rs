//! How the command ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::desk::{Desk, opened};

#[test]
fn a_violation_fails_if_it_is_meant_to() {
    let desk = Desk::new("a_violation_fails_if_it_is_meant_to");
    desk.write("bad.json", opened("a", 1, 22).to_string());
    desk.write("good.json", opened("a", 1, 80).to_string());
    desk.write("broken.json", "{");
    let code = |arguments: &str| desk.run(&format!("replay {arguments}")).code;
    assert_eq!(code("bad.json"), 0);
    assert_eq!(code("--fail-on violation bad.json"), 2);
    assert_eq!(code("--fail-on violation --mode observe --format jsonl bad.json"), 2);
    assert_eq!(code("--fail-on violation good.json"), 0);
    assert_eq!(code("--fail-on violation bad.json broken.json"), 1);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let desk = Desk::new("a_reader_that_has_seen_enough_is_no_error");
    // More than a pipe and every buffer hold.
    let records: Vec<_> = (0..2000).map(|number| opened(&number.to_string(), 1, 22)).collect();
    desk.write("events.json", json!(records).to_string());
    for format in ["text", "jsonl"] {
        let mut child = piped(&desk, &format!("--format {format} events.json"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        // The reader is gone.
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
    }
}

#[test]
fn without_a_reader_nothing_needless_is_done() {
    let desk = Desk::new("without_a_reader_nothing_needless_is_done");
    // It would be told of after the other events.
    desk.write("next/policy.yaml", "{");
    desk.write("next/event.json", opened("next", 3, 22).to_string());
    for format in ["text", "jsonl"] {
        let output = unheard(&desk, &format!("--format {format} - next"));
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
        let output = unheard(&desk, &format!("--format {format} --fail-on violation - next"));
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert!(!output.stderr.is_empty(), "{format}");
    }
}

#[test]
fn without_a_reader_the_account_is_written_all_the_same() {
    let desk = Desk::new("without_a_reader_the_account_is_written_all_the_same");
    for format in ["text", "jsonl"] {
        let after = format!("after-{format}.json");
        let output = unheard(&desk, &format!("--format {format} --account-out {after} -"));
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
        let after: Value = serde_json::from_slice(&fs::read(desk.path(&after)).unwrap()).unwrap();
        let rules = after["SecurityGroupRules"].as_array().unwrap();
        assert_eq!(rules.iter().map(|rule| &rule["FromPort"]).collect::<Vec<_>>(), [443], "{format}");
    }
}

#[test]
fn without_a_reader_the_exit_status_is_the_same() {
    let desk = Desk::new("without_a_reader_the_exit_status_is_the_same");
    for format in ["text", "jsonl"] {
        let code = |arguments: &str| unheard(&desk, &format!("--format {format} {arguments}")).status.code();
        assert_eq!(code("--fail-on violation -"), Some(2), "{format}");
        assert_eq!(code("--fail-on violation --account-out after.json -"), Some(2), "{format}");
        assert_eq!(code("nowhere -"), Some(1), "{format}");
    }
}

#[test]
fn without_a_reader_what_was_found_is_the_exit_status_all_the_same() {
    let desk = Desk::new("without_a_reader_what_was_found_is_the_exit_status_all_the_same");
    desk.write("a.test.yaml", "cases: [{ tier: web, ports: 22/tcp, from: anywhere, is: allowed }]");
    desk.write("wrong.yaml", "version: 2");
    for (arguments, expected) in [
        ("policy test --junit results.xml", 2),
        ("policy check wrong.yaml", 1),
        ("policy check --fail-on warning", 2),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tierguard"))
            .args(arguments.split_whitespace())
            .current_dir(desk.path(""))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(expected), "{arguments}");
    }
    assert!(desk.path("results.xml").is_file());
}

/// A replay whose standard streams are pipes.
fn piped(desk: &Desk, arguments: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tierguard"))
        .arg("replay")
        .args(arguments.split_whitespace())
        .current_dir(desk.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A replay, with a violation and a port that stays open on the standard input, of which nobody reads what it tells.
fn unheard(desk: &Desk, arguments: &str) -> Output {
    let mut child = piped(desk, arguments);
    // The reader is gone before there is anything to tell.
    drop(child.stdout.take());
    let events = json!([opened("a", 1, 22), opened("b", 2, 443)]).to_string();
    child.stdin.take().unwrap().write_all(events.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn an_account_that_cannot_be_written_is_an_error() {
    let desk = Desk::new("an_account_that_cannot_be_written_is_an_error");
    desk.write("event.json", opened("a", 1, 80).to_string());
    let ran = desk.run("replay --account-out no/such/folder/after.json event.json");
    insta::assert_snapshot!(ran.shown(), @"
    exit 1
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:01Z  compliant    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     80/tcp from 0.0.0.0/0

    1 security group event: 1 compliant
    --- stderr
    error: the account cannot be written to `no/such/folder/after.json`: No such file or directory (os error 2)
      help: give a file in a folder that you may write to
    ");
}
