//! What the command line takes, and what it says when it is used wrongly.

use crate::desk::{Desk, opened};

#[test]
fn version() {
    insta::assert_snapshot!(Desk::empty("version").run("--version").shown(), @"
    exit 0
    --- stdout
    tierguard 0.1.0
    ");
}

#[test]
fn wrong_usage_is_told_apart_from_violations() {
    let desk = Desk::new("wrong_usage_is_told_apart_from_violations");
    desk.write("event.json", opened("a", 1, 80).to_string());
    assert_eq!(desk.run("").code, 64);
    insta::assert_snapshot!(desk.run("replay").shown(), @"
    exit 64
    --- stderr
    error: the following required arguments were not provided:
      <PATH>...

    Usage: tierguard replay <PATH>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("replay --mode maybe event.json").shown(), @"
    exit 64
    --- stderr
    error: invalid value 'maybe' for '--mode <MODE>'
      [possible values: enforce, observe]

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("replay --accuont a.json event.json").shown(), @"
    exit 64
    --- stderr
    error: unexpected argument '--accuont' found

      tip: a similar argument exists: '--account'

    Usage: tierguard replay --account <FILE> [PATH]...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("replay - -").shown(), @"
    exit 64
    --- stderr
    error: the standard input (`-`) is given twice
      help: give it once
    ");
    insta::assert_snapshot!(desk.run("replay --role tierguard event.json").shown(), @"
    exit 64
    --- stderr
    error: `tierguard` is not the ARN of a role
      help: give the role itself, `arn:aws:iam::123456789012:role/tierguard`, not a session of it; it is read from `--role` or `TIERGUARD_ROLE_ARN`
    ");
    insta::assert_snapshot!(
        desk.run("replay --role arn:aws:sts::111122223333:assumed-role/tierguard/session event.json").shown(), @"
    exit 64
    --- stderr
    error: `arn:aws:sts::111122223333:assumed-role/tierguard/session` is not the ARN of a role
      help: give the role itself, `arn:aws:iam::123456789012:role/tierguard`, not a session of it; it is read from `--role` or `TIERGUARD_ROLE_ARN`
    ");
}

#[test]
fn no_file_is_written_that_is_called_like_the_standard_input() {
    let desk = Desk::new("no_file_is_written_that_is_called_like_the_standard_input");
    desk.write("account.json", crate::desk::account().to_string());
    desk.write("event.json", opened("a", 1, 80).to_string());
    insta::assert_snapshot!(desk.run("replay --report - event.json").shown(), @"
    exit 64
    --- stderr
    error: invalid value '-' for '--report <FILE>': give a path: `./-` if that is its name

    For more information, try '--help'.
    ");
    for arguments in [
        "replay --account-out - event.json",
        "policy init --account account.json --out -",
        "policy test policy.yaml --junit -",
        "man --out -",
    ] {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, 64, "{arguments}");
        assert!(ran.err.contains("give a path: `./-` if that is its name"), "{}", ran.err);
    }
    assert!(!desk.path("-").exists());
}
