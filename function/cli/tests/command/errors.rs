//! What is said when something cannot be read, and that the rest is replayed all the same.

use serde_json::json;

use crate::desk::{Desk, Ran, gzip, opened};

/// A desk with one good event, and `content` in `damaged.json`.
fn damaged(test: &str, content: impl AsRef<[u8]>) -> Ran {
    let desk = Desk::new(test);
    desk.write("logs/good.json", opened("good", 9, 80).to_string());
    desk.write("logs/damaged.json", content);
    let ran = desk.run("replay --format jsonl --policy policy.yaml --account account.json logs").in_words();
    assert_eq!(ran.code, 1);
    assert!(ran.verdicts().contains(&"compliant good logs/good.json".to_owned()));
    ran
}

#[test]
fn a_log_that_is_cut_keeps_what_is_whole() {
    let log = json!({"Records": [opened("a", 1, 22), opened("b", 2, 80), opened("c", 3, 80)]}).to_string();
    let cut = log.rsplit_once("eventVersion").unwrap().0;
    let ran = damaged("a_log_that_is_cut_keeps_what_is_whole", cut);
    assert_eq!(
        ran.verdicts(),
        [
            "violation a logs/damaged.json#0",
            "compliant b logs/damaged.json#1",
            "compliant good logs/good.json"
        ]
    );
    assert!(ran.err.contains("this is not JSON: EOF while parsing a string"), "{}", ran.err);
}

#[test]
fn a_line_that_is_damaged_costs_no_other() {
    let (a, b) = (opened("a", 1, 22).to_string(), opened("b", 2, 80).to_string());
    let half = a.split_at(100).0;
    let ran = damaged("a_line_that_is_damaged_costs_no_other", format!("{a}\n{half}\n{b}\nnot json\n{{}}\n"));
    insta::assert_snapshot!(ran.err, @r"
    error: `logs/damaged.json`, line 2, column 100: this is not JSON: control character (\u0000-\u001F) found while parsing a string
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `logs/damaged.json`, line 4, column 2: this is not JSON: expected ident
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `logs/damaged.json#4`: this is not a CloudTrail event
      help: take it out, or give an EventBridge event, a CloudTrail record, a CloudTrail log file, or the output of `aws cloudtrail lookup-events`
    ");
    assert_eq!(
        ran.verdicts(),
        [
            "violation a logs/damaged.json#0",
            "compliant b logs/damaged.json#2",
            "compliant good logs/good.json"
        ]
    );
}

#[test]
fn only_the_first_damages_are_told_one_by_one() {
    let ran = damaged("only_the_first_damages_are_told_one_by_one", "{}\n".repeat(12));
    assert_eq!(ran.err.matches("this is not a CloudTrail event").count(), 10);
    insta::assert_snapshot!(ran.err.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @"
      help: see the errors above
    error: `logs/damaged.json` has 2 more places that cannot be read
    ");
}

#[test]
fn gzip_that_is_cut_keeps_what_can_be_unpacked() {
    let lines: Vec<_> = (0..500).map(|second| opened("a", second % 60, 22).to_string()).collect();
    let packed = gzip(lines.join("\n"));
    let ran = damaged("gzip_that_is_cut_keeps_what_can_be_unpacked", packed.split_at(packed.len() / 2).0);
    assert!(ran.verdicts().len() > 50);
    insta::assert_snapshot!(ran.err.lines().take(2).collect::<Vec<_>>().join("\n"), @"
    error: `logs/damaged.json` cannot be unpacked to its end: incomplete deflate stream
      help: fetch it again: it is cut or changed; events before the damage were replayed
    ");
}

#[test]
fn text_that_is_not_utf_8_is_said_to_be_that() {
    let utf_16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ran = damaged("text_that_is_not_utf_8_is_said_to_be_that", utf_16);
    insta::assert_snapshot!(ran.err, @"
    error: `logs/damaged.json` is not UTF-8 but UTF-16
      help: save it as UTF-8; PowerShell: `| Out-File -Encoding utf8`
    ");
    let ran = damaged("text_that_is_not_utf_8_is_said_to_be_that", b"{\"eventName\":\"\xff\"}\n");
    insta::assert_snapshot!(ran.err, @"
    error: `logs/damaged.json`, line 1, column 15: this is not JSON: invalid unicode code point
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

#[test]
fn a_record_inside_a_text_that_is_damaged() {
    let ran = damaged(
        "a_record_inside_a_text_that_is_damaged",
        r#"{"Events":[{"CloudTrailEvent":"{\"eventName\":"}]}"#,
    );
    insta::assert_snapshot!(ran.err, @"
    error: `logs/damaged.json`: this cannot be read: EOF while parsing a value at line 1 column 13
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

#[test]
fn a_file_of_one_value_needs_no_number() {
    let desk = Desk::new("a_file_of_one_value_needs_no_number");
    desk.write("one.json", r#"{"name": "package"}"#);
    desk.write("several.json", "[{}, {}]");
    insta::assert_snapshot!(desk.run("replay one.json several.json").err, @"
    error: `one.json`: this is not a CloudTrail event
      help: take it out, or give an EventBridge event, a CloudTrail record, a CloudTrail log file, or the output of `aws cloudtrail lookup-events`
    error: `several.json#0`: this is not a CloudTrail event
      help: take it out, or give an EventBridge event, a CloudTrail record, a CloudTrail log file, or the output of `aws cloudtrail lookup-events`
    error: `several.json#1`: this is not a CloudTrail event
      help: take it out, or give an EventBridge event, a CloudTrail record, a CloudTrail log file, or the output of `aws cloudtrail lookup-events`
    ");
}

#[test]
fn columns_are_in_characters() {
    let desk = Desk::new("columns_are_in_characters");
    desk.write("event.json", r#"{"eventName": "Zoë 世界", x}"#);
    desk.write("row.json", json!({"CloudTrailEvent": r#"{"eventName": "Zoë 世界", x}"#}).to_string());
    insta::assert_snapshot!(desk.run("replay event.json row.json").err, @"
    error: `event.json`, line 1, column 25: this is not JSON: key must be a string
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `row.json`: this cannot be read: key must be a string at line 1 column 25
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

#[test]
fn an_empty_file_is_an_error_if_it_was_named() {
    let desk = Desk::new("an_empty_file_is_an_error_if_it_was_named");
    desk.write("logs/event.json", opened("a", 1, 80).to_string());
    for (name, content) in [("a", Vec::new()), ("b", b"\xef\xbb\xbf \r\n\t".to_vec()), ("c.gz", gzip(" \n"))]
    {
        desk.write(&format!("logs/{name}.json"), content);
    }
    let ran = desk.run("replay --format jsonl logs/a.json logs/b.json logs/c.gz.json").in_words();
    insta::assert_snapshot!(ran.shown(), @"
    exit 1
    --- stderr
    error: `logs/a.json` is empty
      help: give a file that holds events, or a folder of them
    error: `logs/b.json` is empty
      help: give a file that holds events, or a folder of them
    error: `logs/c.gz.json` is empty
      help: give a file that holds events, or a folder of them
    ");
    assert_eq!(desk.run("replay --format jsonl logs").lines(), ["compliant a logs/event.json"]);
}

#[test]
fn a_file_without_records_is_no_error() {
    let desk = Desk::new("a_file_without_records_is_no_error");
    desk.write("log.json", r#"{"Records": []}"#);
    assert_eq!(desk.run("replay --format jsonl log.json").lines(), [""; 0]);
}

#[test]
fn gzip_that_unpacks_to_nothing_is_told_once() {
    let desk = Desk::new("gzip_that_unpacks_to_nothing_is_told_once");
    desk.write("cut.gz", gzip("").split_at(4).0);
    assert_eq!(desk.run("replay cut.gz").err.matches("error:").count(), 1);
}

#[test]
fn what_is_not_there() {
    let desk = Desk::new("what_is_not_there");
    desk.write("event.json", opened("a", 1, 80).to_string());
    desk.write("empty/README.md", "");
    insta::assert_snapshot!(desk.run("replay nowhere event.json").err, @"
    error: `nowhere` cannot be found: No such file or directory (os error 2)
      help: give a file, a folder, or `-` for the standard input
    ");
    insta::assert_snapshot!(desk.run("replay empty").shown(), @"
    exit 1
    --- stderr
    error: there are no events in the folder `empty`
      help: files named *.json, *.jsonl, *.ndjson and *.gz are taken; any other is taken if it is given itself
    ");
    insta::assert_snapshot!(desk.run("replay --policy none.yaml event.json").shown(), @"
    exit 1
    --- stderr
    error: the policy `none.yaml` cannot be read: No such file or directory (os error 2)
      help: give the path of a policy: `tierguard policy init --account FILE` drafts a first one
    ");
    insta::assert_snapshot!(desk.run("replay --account none.json event.json").shown(), @"
    exit 1
    --- stderr
    error: the account `none.json` cannot be read: No such file or directory (os error 2)
      help: give the path of a text file that you may read
    ");
}

#[test]
fn without_a_policy_nothing_is_replayed() {
    let desk = Desk::empty("without_a_policy_nothing_is_replayed");
    desk.write("logs/event.json", opened("a", 1, 80).to_string());
    insta::assert_snapshot!(desk.run("replay logs").shown(), @"
    exit 1
    --- stderr
    error: there is no policy for `logs/event.json`
      help: name one with `--policy FILE`, or put a `policy.yaml` beside the events or in a folder above them
    ");
}

#[test]
fn a_policy_or_an_account_that_is_wrong() {
    let desk = Desk::new("a_policy_or_an_account_that_is_wrong");
    desk.write("event.json", opened("a", 1, 80).to_string());
    desk.write("wrong.yaml", "version: 1\ntires: {}\n");
    desk.write("wrong.json", r#"{"SecurityGroups": [{}]}"#);
    insta::assert_snapshot!(desk.run("replay --policy wrong.yaml --account wrong.json event.json").shown(), @"
    exit 1
    --- stderr
    error: the policy has neither `tiers` nor `elsewhere`
     --> wrong.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^^^^
      |
      = help: write `tiers`, `elsewhere`, or both

    error: unknown key `tires`
     --> wrong.yaml:2:1
      |
    2 | tires: {}
      | ^^^^^
      |
      = help: write `tiers`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    error: wrong.json: SecurityGroups[0] has no `GroupId`
      help: add the key, as the AWS CLI prints it
    ");
    desk.write("wrong.json", "{");
    insta::assert_snapshot!(desk.run("replay --account wrong.json event.json").shown(), @"
    exit 1
    --- stderr
    error: wrong.json: not JSON: EOF while parsing an object at line 1 column 1
      help: write one JSON object with the keys of the AWS CLI: SecurityGroups, SecurityGroupRules, PrefixLists, NetworkInterfaces, Vpcs
    ");
}

#[test]
fn names_of_files_cannot_command_a_terminal() {
    let desk = Desk::new("names_of_files_cannot_command_a_terminal");
    desk.write("logs/\u{1b}[2J\n.json", "{");
    insta::assert_snapshot!(desk.run("replay logs").shown(), @r"
    exit 1
    --- stdout
    policy policy.yaml, account account.json
    0 security group events
    --- stderr
    error: `logs/\u{1b}[2J\n.json`, line 1, column 1: this is not JSON: EOF while parsing an object
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
}

/// Were each line looked at to the end of the text, that would take hours.
#[test]
fn brackets_that_are_never_closed_do_not_take_forever() {
    for (name, text) in [
        ("lines", "{\n".repeat(1_000_000)),
        ("lists", "[{\n".repeat(500_000)),
        ("closed by something else", format!("{}{}", "[{\n".repeat(500_000), "}".repeat(500_000))),
    ] {
        let text = format!("{}\n{text}\n{}\n", opened("a", 1, 22), opened("b", 2, 22));
        let ran = damaged("brackets_that_are_never_closed_do_not_take_forever", text);
        // The third is in the sound file beside it.
        assert_eq!(ran.verdicts().len(), 3, "{name}");
        assert!(ran.err.contains("more places that cannot be read"), "{name}: {}", ran.err);
    }
}
