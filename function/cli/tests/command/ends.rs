//! How the command ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

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
        let mut child = Command::new(env!("CARGO_BIN_EXE_tierguard"))
            .args(["replay", "--format", format, "events.json"])
            .current_dir(desk.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        // The reader is gone.
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
    }
}

#[test]
fn an_account_that_cannot_be_written_is_an_error() {
    let desk = Desk::new("an_account_that_cannot_be_written_is_an_error");
    desk.write("event.json", opened("a", 1, 80).to_string());
    let ran = desk.run("replay --account-out no/such/folder/after.json event.json");
    insta::assert_snapshot!(ran.shown(), @"
    exit 1
    --- stdout
    2026-03-02T09:00:01Z  compliant    web  sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     80/tcp from 0.0.0.0/0

    1 security group event: 1 compliant
    --- stderr
    error: the account cannot be written to `no/such/folder/after.json`: No such file or directory (os error 2)
      help: give a file in a folder that you may write to
    ");
}
