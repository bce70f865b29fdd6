//! The command: what it makes, and how it refuses.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of the test's own, which is not there yet.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

/// How it ended, and what it said.
fn run(out: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("tierguard-logs").unwrap();
    let output = command.arg("--out").arg(out).args(options).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let said = text(output.stderr).replace(&out.display().to_string(), "OUT");
    (output.status.code(), text(output.stdout), said)
}

#[test]
fn it_makes_logs_with_their_policy_and_says_what_must_be_found() {
    let out = folder("makes");
    let (status, made, _) = run(&out, &["--size", "200KB", "--changes-per", "4"]);
    assert_eq!(status, Some(0));
    assert_eq!(fs::read_to_string(out.join("policy.yaml")).unwrap(), tierguard_logs::POLICY);
    assert!(out.join("AWSLogs").is_dir());
    insta::assert_snapshot!(made, @r#"
    {
      "files": 2,
      "bytes": 198435,
      "kept-bytes": 30387,
      "records": 132,
      "repeats": 1,
      "late": 0,
      "changes": 32,
      "failed": 2,
      "violations-by-tier": {
        "app": 1
      },
      "violations-by-caller": {
        "arn:aws:iam::408238909418:user/dana.ruiz": 1
      }
    }
    "#);
}

#[test]
fn it_says_what_is_wrong_and_what_to_do() {
    let refused = |name: &str, options: &[&str]| {
        let (status, _, said) = run(&folder(name), options);
        assert_eq!(status, Some(64));
        said
    };
    insta::assert_snapshot!(refused("size", &["--size", "a lot"]), @"
    error: `a lot` is not a size
      help: write it like 500KB, 100MB or 10GB
    ");
    insta::assert_snapshot!(refused("org", &["--org", "acme"]), @"
    error: `acme` is not the id of an organisation
      help: write it like o-a1b2c3d4e5
    ");
    insta::assert_snapshot!(refused("per", &["--changes-per", "0"]), @"
    error: `0` is not a number from 1 upwards
      help: write it like 100, for one in a hundred
    ");
    insta::assert_snapshot!(refused("date", &["--start", "soon"]), @"
    error: `soon` is not a day
      help: write it like 2026-01-01
    ");
}

#[test]
fn it_does_not_mix_its_files_with_others() {
    let out = folder("full");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("mine.json"), "{}").unwrap();
    let (status, _, said) = run(&out, &[]);
    assert_eq!(status, Some(64));
    insta::assert_snapshot!(said, @"
    error: the folder `OUT` is not empty
      help: give another with `--out`, or empty it
    ");
}

#[test]
fn more_changes_than_there_are_seconds_are_refused() {
    let (status, _, said) = run(&folder("dense"), &["--size", "500MB", "--days", "1", "--changes-per", "1"]);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(said, @"
    error: 489 changes do not fit into 112 seconds of one account in one Region
      help: ask for more days, accounts or Regions, for fewer changes, or for less
    ");
}

#[test]
fn its_help_shows_examples() {
    let output = Command::cargo_bin("tierguard-logs").unwrap().arg("--help").output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"
    Make realistic CloudTrail logs of any size, and say what a replay of them must find

    The same options make the same bytes. The folder gets AWS's own layout and a policy.yaml; the
    standard output gets one JSON object: how much was made, and how many changes each tier forbids, by
    tier and by caller.

    Usage: tierguard-logs [OPTIONS] --out <DIR>

    Options:
          --out <DIR>
              The folder, which must be empty or not there

          --seed <SEED>
              What chance begins with
              
              [default: 1]

          --size <SIZE>
              How much JSON, before compression: like 500KB, 100MB or 10GB
              
              [default: 10MB]

          --accounts <ACCOUNTS>
              How many accounts
              
              [default: 1]

          --regions <REGIONS>
              How many Regions each account is in; the first gets four times as much as any other
              
              [default: 1]

          --start <DATE>
              The first day
              
              [default: 2026-01-01]

          --days <DAYS>
              How many days
              
              [default: 30]

          --changes-per <N>
              One record in so many is a call of security groups
              
              [default: 100]

          --violations-per <N>
              One such call in so many is forbidden
              
              [default: 8]

          --failures-per <N>
              One such call in so many failed
              
              [default: 20]

          --late-per <N>
              One record in so many is late, by minutes or by hours
              
              [default: 50]

          --repeats-per <N>
              One record in so many comes twice
              
              [default: 500]

          --plain
              Do not compress

          --org <ID>
              The organisation whose trail it is

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Examples:
      tierguard-logs --out logs
      tierguard-logs --out logs --seed 7 --size 1GB --accounts 5 --regions 3 --days 90 --org
      o-a1b2c3d4e5
      tierguard-logs --out logs --size 10GB --changes-per 1000 --plain
      tierguard replay logs

    Exit status: 0 made, 1 an error, 64 wrong usage.
    ");
}
