//! The account file: how it may be written, where it may come from, and what may not be left out of it.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{Desk, Ran, account, gzip, opened};

const AUDIT: &str = "audit --policy policy.yaml --at 2026-03-02T09:00:00Z --account";

/// An account in which a web group lets the world into 22.
fn open() -> Value {
    let mut account = account();
    account["SecurityGroups"][0]["IpPermissions"] = json!([{
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "für alle"}],
    }]);
    account
}

/// `text` in UTF-16 with a byte order mark.
fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn an_account_may_be_written_by_any_shell() {
    let desk = Desk::new("an_account_may_be_written_by_any_shell");
    let text = open().to_string();
    desk.write("account.json", &text);
    let plain = desk.run(&format!("{AUDIT} account.json"));
    assert!(plain.code == 0 && plain.out.contains("22/tcp from 0.0.0.0/0"), "{}", plain.shown());
    let little = utf_16(&text, u16::to_le_bytes);
    for (what, bytes) in [
        ("UTF-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16, little end first", little.clone()),
        ("UTF-16, big end first", utf_16(&text, u16::to_be_bytes)),
        ("gzip", gzip(&text)),
        ("gzip of UTF-16", gzip(&little)),
    ] {
        desk.write("account.json", bytes);
        assert_eq!(desk.run(&format!("{AUDIT} account.json")).shown(), plain.shown(), "{what}");
    }
}

#[test]
fn what_is_no_text_is_an_error() {
    let desk = Desk::new("what_is_no_text_is_an_error");
    desk.write("account.json", b"\xff\xfe{");
    insta::assert_snapshot!(desk.run(&format!("{AUDIT} account.json")).shown(), @"
    exit 1
    --- stderr
    error: the account `account.json` is not text
      help: save it as UTF-8, or as UTF-16 with a byte order mark
    ");
    let mut cut = gzip(open().to_string());
    cut.truncate(40);
    desk.write("account.json", cut);
    insta::assert_snapshot!(desk.run(&format!("{AUDIT} account.json")).shown(), @"
    exit 1
    --- stderr
    error: the account `account.json` cannot be read: incomplete deflate stream
      help: give the path of a text file that you may read
    ");
}

#[test]
fn an_account_may_come_from_the_standard_input() {
    let desk = Desk::new("an_account_may_come_from_the_standard_input");
    desk.write("account.json", open().to_string());
    desk.write("event.json", opened("a", 1, 3306).to_string());
    // A policy of its own: another scenario, of the same account.
    desk.write("other/policy.yaml", fs::read(desk.path("policy.yaml")).unwrap());
    desk.write("other/event.json", opened("b", 2, 3306).to_string());
    for arguments in [
        "audit --policy policy.yaml --at 2026-03-02 --account",
        "audit --at 2026-03-02 --account",
        "policy check --at 2026-03-02 --account",
        "policy graph --at 2026-03-02 --format json --account",
        "replay event.json other --format jsonl --account",
        "explain why event.json --format json --account",
    ] {
        let from_file = desk.run(&format!("{arguments} account.json"));
        assert!(from_file.code == 0 && !from_file.out.is_empty(), "{}", from_file.shown());
        let piped = Ran::of(desk.command(&format!("{arguments} -")).write_stdin(open().to_string()));
        let named = |text: &str| text.replace("account.json", "-").replace("<stdin>", "-");
        assert_eq!(piped.shown(), named(&from_file.shown()), "{arguments}");
    }
    let init = Ran::of(desk.command("policy init --account -").write_stdin(open().to_string()));
    let header: Vec<_> = init.out.lines().take_while(|line| line.starts_with('#')).collect();
    insta::assert_snapshot!(header.join("\n"), @"
    # yaml-language-server: $schema=policy.schema.json
    #
    # A first policy, drafted by `tierguard policy init` from 3 security groups in <stdin>.
    # It allows what they open today, so an audit of them by it finds nothing. What is open is not always meant: look at
    # every question below. It says nothing of who may change what (`editors`, `break-glass`), of what must be there
    # (`required`), or of network interfaces. `anywhere` is IPv4 and IPv6: write 0.0.0.0/0 for IPv4 alone.
    #
    # What to do next:
    #   tierguard policy schema > policy.schema.json                 for editors, by the first line of this file
    #   tierguard policy check policy.yaml --account account.json    what in it was perhaps not meant
    #   tierguard audit --policy policy.yaml --account account.json  what breaks it, once it is stricter
    #   tierguard policy test --help                                 how to write down what must stay so, as cases
    #   tierguard replay --mode observe --policy policy.yaml --account account.json LOGS
    # Deploy it as it is, to observe; write `mode: enforce` once its messages surprise nobody.
    ");
    let wrong = Ran::of(desk.command("policy init --account -").write_stdin("{"));
    insta::assert_snapshot!(wrong.shown(), @"
    exit 1
    --- stderr
    error: <stdin>: not JSON: EOF while parsing an object at line 1 column 1
      help: write one JSON object with the keys of the AWS CLI: SecurityGroups, SecurityGroupRules, PrefixLists, NetworkInterfaces, Vpcs
    ");
}

#[test]
fn the_standard_input_is_one_thing() {
    let desk = Desk::new("the_standard_input_is_one_thing");
    for arguments in [
        "audit --policy - --account -",
        "policy check - --account -",
        "policy graph - --account -",
        "policy test - --cases -",
        "replay --account - -",
        "replay --policy - --account - event.json",
        "explain why - --account -",
    ] {
        let ran = Ran::of(desk.command(arguments).write_stdin("{}"));
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{arguments}");
        assert!(ran.err.starts_with("error: the standard input (`-`) is given twice\n"), "{}", ran.err);
    }
}

#[test]
fn rules_that_the_file_does_not_tell_are_not_taken_for_none() {
    let desk = Desk::new("rules_that_the_file_does_not_tell");
    desk.write("event.json", opened("a", 1, 80).to_string());
    let refused = |account: &Value| {
        desk.write("account.json", account.to_string());
        let ran = desk.run(&format!("{AUDIT} account.json"));
        for arguments in [
            "policy init --account account.json",
            "policy check --account account.json",
            "policy graph --account account.json",
            "replay --account account.json event.json",
            "explain why event.json --account account.json",
        ] {
            let other = desk.run(arguments);
            assert_eq!((other.code, &other.err), (1, &ran.err), "{arguments}");
        }
        ran.shown()
    };
    let mut partial = open();
    partial["SecurityGroups"][1].as_object_mut().unwrap().remove("IpPermissions");
    insta::assert_snapshot!(refused(&partial), @"
    exit 1
    --- stderr
    error: account.json: SecurityGroups[1] has no `IpPermissions`
      help: add the list as `aws ec2 describe-security-groups` prints it, even if it is empty, or add what `aws ec2 describe-security-group-rules` prints
    ");
    let mut partial = open();
    partial["SecurityGroups"][0].as_object_mut().unwrap().remove("IpPermissionsEgress");
    insta::assert_snapshot!(refused(&partial), @"
    exit 1
    --- stderr
    error: account.json: SecurityGroups[0] has no `IpPermissionsEgress`
      help: add the list as `aws ec2 describe-security-groups` prints it, even if it is empty, or add what `aws ec2 describe-security-group-rules` prints
    ");
    let mut two_truths = open();
    two_truths["SecurityGroupRules"] = json!([]);
    insta::assert_snapshot!(refused(&two_truths), @"
    exit 1
    --- stderr
    error: account.json: SecurityGroups[0].IpPermissions[0].IpRanges[0] is not among the security group rules
      help: fetch all groups and all rules again, one right after the other, or leave SecurityGroupRules out
    ");
    let mut twins = open();
    twins["SecurityGroups"][1]["GroupId"] = twins["SecurityGroups"][0]["GroupId"].clone();
    twins["SecurityGroups"][1]["OwnerId"] = json!("444455556666");
    insta::assert_snapshot!(refused(&twins), @"
    exit 1
    --- stderr
    error: account.json: SecurityGroups[1] repeats `sg-0000000000000web1`
      help: keep the one that is true: an id is given once
    ");
}

#[test]
fn of_an_account_without_groups_there_is_nothing_to_say() {
    let desk = Desk::new("of_an_account_without_groups");
    desk.write("account.json", "{}");
    for arguments in ["audit", "policy init", "policy check", "policy graph"] {
        let ran = desk.run(&format!("{arguments} --account account.json"));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.err, @"
            error: the account `account.json` has no security groups
              help: write what `aws ec2 describe-security-groups --output json` prints into it
            ");
        }
    }
}
