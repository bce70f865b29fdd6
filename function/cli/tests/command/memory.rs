//! Input that would take all the memory there is, read by a command that has little.

use std::io::{self, Read, Write as _};
use std::net::Ipv4Addr;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::desk::{Desk, Ran, account, opened};

/// How much memory the command may have, in KiB.
const LIMIT: u32 = 128 << 10;
/// The same for an account or a record that is large and may be.
const MUCH: u32 = 1 << 20;
/// More than the limit, in MiB.
const TOO_MUCH: u64 = 160;

fn run(desk: &Desk, arguments: &str) -> Ran {
    run_in(LIMIT, desk, arguments)
}

/// Runs the command with no more than `limit` KiB of memory.
fn run_in(limit: u32, desk: &Desk, arguments: &str) -> Ran {
    let whole = desk.command(arguments);
    let mut limited = Command::new("sh");
    limited.current_dir(desk.path("."));
    limited.arg("-c").arg(format!("ulimit -v {limit}; exec \"$@\"")).arg("sh");
    limited.arg(whole.get_program()).args(whole.get_args());
    Ran::of(&mut limited.into())
}

/// A gzip file of these texts, one after another, which never stands in memory.
fn bomb(desk: &Desk, name: &str, parts: impl IntoIterator<Item = Box<dyn Read>>) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for mut part in parts {
        io::copy(&mut part, &mut encoder).unwrap();
    }
    encoder.flush().unwrap();
    desk.write(name, encoder.finish().unwrap());
}

fn text(text: impl Into<Vec<u8>>) -> Box<dyn Read> {
    Box::new(io::Cursor::new(text.into()))
}

fn repeated(byte: u8, mebibytes: u64) -> Box<dyn Read> {
    Box::new(io::repeat(byte).take(mebibytes << 20))
}

/// The events that stand after whatever is too much.
fn events() -> String {
    format!("{}\n{}\n", opened("a", 1, 22), opened("b", 2, 23))
}

/// What is said of a file of these parts with two events after them, both of which are replayed.
fn said(test: &str, parts: impl IntoIterator<Item = Box<dyn Read>>) -> String {
    let desk = Desk::new(test);
    bomb(&desk, "bomb.gz", parts.into_iter().chain([text(format!("\n{}", events()))]));
    let ran = run(&desk, "replay --format jsonl bomb.gz").in_words();
    let events: Vec<_> = ran.verdicts().iter().map(|line| line.replace(" bomb.gz", "")).collect();
    let events: Vec<_> = events.iter().map(|line| line.split('#').next().unwrap()).collect();
    assert_eq!(events, ["violation a", "violation b"], "{}", ran.err);
    assert_eq!(ran.code, 1);
    ran.err
}

#[test]
fn a_text_that_is_longer_than_memory() {
    let err = said(
        "a_text_that_is_longer_than_memory",
        [text("{\"eventName\":\""), repeated(b'x', TOO_MUCH), text("\"}")],
    );
    insta::assert_snapshot!(err, @"
    error: `bomb.gz`, line 1, column 1: this is longer than 16 MiB
      help: take it out: no event of CloudTrail is that long; whatever else is in the file was replayed
    ");
}

#[test]
fn a_text_that_is_longer_than_memory_that_does_not_end() {
    let err =
        said("a_text_that_is_longer_than_memory_that_does_not_end", [text("\""), repeated(b'x', TOO_MUCH)]);
    insta::assert_snapshot!(err, @"
    error: `bomb.gz`, line 1, column 1: this is longer than 16 MiB
      help: take it out: no event of CloudTrail is that long; whatever else is in the file was replayed
    ");
}

#[test]
fn more_brackets_than_there_is_memory() {
    let err = said("more_brackets_than_there_is_memory", [repeated(b'[', TOO_MUCH), text("\n{}")]);
    insta::assert_snapshot!(err, @"
    error: `bomb.gz#0`: this is wrapped more than 8 times
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `bomb.gz`, line 3, column 1: this is not JSON: expected `,` or `]`
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

#[test]
fn a_window_of_brackets() {
    let err = said("a_window_of_brackets", [repeated(b'[', 8), repeated(b']', 8)]);
    insta::assert_snapshot!(err, @"
    error: `bomb.gz#0`: this is wrapped more than 8 times
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

#[test]
fn more_space_than_there_is_memory() {
    let desk = Desk::new("more_space_than_there_is_memory");
    bomb(
        &desk,
        "bomb.gz",
        [text("{\"Records\":["), repeated(b' ', TOO_MUCH), text(format!("{}]}}", opened("a", 1, 22)))],
    );
    let ran = run(&desk, "replay --format jsonl bomb.gz");
    assert_eq!((ran.code, ran.err.as_str(), ran.verdicts().len()), (0, "", 1));
}

#[test]
fn a_list_of_numbers_and_no_events() {
    let err = said("a_list_of_numbers_and_no_events", [text("["), text("1,".repeat(4 << 20)), text("1]")]);
    assert!(
        err.ends_with("has 4194295 more places that cannot be read\n  help: see the errors above\n"),
        "{err}"
    );
}

#[test]
fn a_list_of_more_unrelated_records_than_there_is_memory() {
    let desk = Desk::new("a_list_of_more_unrelated_records_than_there_is_memory");
    let unrelated =
        format!("{},", json!({"eventName": "DescribeInstances", "requestParameters": "x".repeat(1 << 20)}));
    let parts = (0..TOO_MUCH).map(|_| text(unrelated.clone()));
    bomb(
        &desk,
        "bomb.gz",
        [text("{\"Records\":[")].into_iter().chain(parts).chain([text(format!("{}]}}", opened("a", 1, 22)))]),
    );
    let ran = run(&desk, "replay bomb.gz");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("160"), "{}", ran.out);
}

#[test]
fn more_changes_than_there_is_memory() {
    let desk = Desk::new("more_changes_than_there_is_memory");
    // The last comes first.
    let changes = (0..TOO_MUCH).rev().map(|number| {
        let mut record = opened(&format!("a{number}"), u32::try_from(number % 60).unwrap(), 22);
        record["requestParameters"]["padding"] = "x".repeat(1 << 20).into();
        text(format!("{record}\n"))
    });
    bomb(&desk, "bomb.gz", changes);
    let ran = run(&desk, "replay --format jsonl bomb.gz");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let times: Vec<_> =
        ran.out.lines().map(|line| line.split("event_time").nth(1).unwrap().get(..24)).collect();
    assert!(times.is_sorted() && times.len() == 160, "{times:?}");
}

#[test]
fn a_policy_and_an_account_that_are_too_large() {
    let desk = Desk::new("a_policy_and_an_account_that_are_too_large");
    desk.write("events.jsonl", events());
    desk.write("large.yaml", " ".repeat(2 << 20));
    insta::assert_snapshot!(run(&desk, "replay --policy large.yaml events.jsonl").shown(), @"
    exit 1
    --- stderr
    error: the policy `large.yaml` is larger than 1 MiB
      help: give the path of a policy: one is a few pages long
    ");
    desk.write("large.json", vec![b' '; 129 << 20]);
    insta::assert_snapshot!(run_in(MUCH, &desk, "replay --account large.json events.jsonl").shown(), @"
    exit 1
    --- stderr
    error: the account `large.json` is larger than 128 MiB
      help: keep the groups that the events are about, and their rules
    ");
}

/// The number of rules of the next two tests.
const MANY: u32 = 100_000;

fn network(number: u32) -> String {
    format!("{}/32", Ipv4Addr::from_bits(0x0a00_0000 + number))
}

#[test]
fn an_account_of_a_hundred_thousand_rules() {
    let desk = Desk::new("an_account_of_a_hundred_thousand_rules");
    let mut account = account();
    let rule = |number| {
        json!({
            "SecurityGroupRuleId": format!("sgr-{number:017x}"), "GroupId": "sg-0000000000000web1",
            "GroupOwnerId": "111122223333", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "CidrIpv4": network(number),
        })
    };
    account["SecurityGroupRules"] = (0..MANY).map(rule).collect();
    desk.write("account.json", account.to_string());
    desk.write("events.jsonl", events());
    let ran = run_in(MUCH, &desk, "replay --format jsonl events.jsonl");
    assert_eq!((ran.code, ran.err.as_str(), ran.verdicts().len()), (0, "", 2));
}

#[test]
fn a_record_of_a_hundred_thousand_rules() {
    let desk = Desk::new("a_record_of_a_hundred_thousand_rules");
    let mut record = opened("a", 1, 22);
    let range = |number| json!({"cidrIp": network(number)});
    record["requestParameters"]["ipPermissions"]["items"][0]["ipRanges"]["items"] =
        (0..MANY).map(range).collect();
    record["responseElements"] = json!({"_return": true});
    desk.write("events.jsonl", record.to_string());
    let ran = run_in(MUCH, &desk, "replay --format jsonl events.jsonl");
    assert_eq!((ran.code, ran.err.as_str(), ran.verdicts().len()), (0, "", 1));
}
