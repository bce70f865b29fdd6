//! What the command line takes, and what it says when it is used wrongly.

use crate::desk::{Desk, opened};

#[test]
fn help() {
    let desk = Desk::empty("help");
    insta::assert_snapshot!(desk.run("--help").shown(), @"
    exit 0
    --- stdout
    Keeps EC2 security groups within a tier policy

    Usage: tierguard <COMMAND>

    Commands:
      policy       Draft, check, test and look at a policy
      explain      Answer one question about a policy, with the lines of it that decide
      audit        Judge every group of an account now: what the sweep would say
      replay       Replay security group changes against a policy, without an AWS account
      completions  Print the completions of this command for a shell
      man          Print the man page of this command, or write those of all its subcommands
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Examples:
      tierguard policy init --account account.json > policy.yaml
      tierguard policy check policy.yaml
      tierguard policy graph policy.yaml > tiers.svg
      tierguard audit --policy policy.yaml --account account.json
      tierguard replay events
    ");
    insta::assert_snapshot!(desk.run("replay --help").shown(), @"
    exit 0
    --- stdout
    Replay security group changes against a policy, without an AWS account

    Each change is applied to an account in memory, as EC2 would have applied it, and the guard responds
    to it there: judges it, undoes what the policy forbids, and says so. Events are handled in the order
    of their time.

    Usage: tierguard replay [OPTIONS] [PATH]...

    Arguments:
      [PATH]...
              Events: a file, a folder (walked), or `-` for the standard input
              
              What a file holds is detected: an EventBridge event, a CloudTrail record, a CloudTrail log
              file, the output of `aws cloudtrail lookup-events`, an array or JSON lines of these, or
              any of it in gzip. In a folder, files named *.json, *.jsonl, *.ndjson and *.gz are taken,
              account.json is not. Of folders as S3 holds CloudTrail's logs
              (AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY) only those are read that may hold the
              events asked for.

    Options:
          --policy <FILE>
              The policy [default: the nearest policy.yaml, beside the events or in a folder above them
              in PATH]

          --account <FILE>
              The account before the first event, in the AWS CLI's output keys [default: the nearest
              account.json, else one that learns its groups from the events]

          --mode <MODE>
              Overrides every `mode` in the policy; `on-violation: notify` and `sweep: observe` still
              only tell

              Possible values:
              - enforce: Undo violations
              - observe: Only say what would be undone

          --sweep
              Sweep the account after the last event: judge every rule of every group. With --account
              and --at, no PATH is needed

          --at <RFC3339>
              When the sweep is [default: the time of the last event]

          --format <FORMAT>
              A story for people, one JSON object per event, or one that sums them up

              Possible values:
              - text:  A story for people
              - jsonl: One JSON object per event, as the Lambda function returns it, and one for each
                sweep
              - json:  One JSON object, of what the events came to
              
              [default: text]

          --summary
              Tell no events, only what they came to: totals, and tables by tier, caller, rule, account
              and Region

          --report <FILE>
              Also write what it came to as one page of HTML, which needs no network: timeline, tables,
              the policy as a picture, and each violation with its record and why

          --account-out <FILE>
              Write the account as it is after the last event

          --role <ARN>
              The guard's own role: changes made by it are never undone
              
              [env: TIERGUARD_ROLE_ARN]

          --fail-on <WHAT>
              Exit with status 2 if there was one of these

              Possible values:
              - violation: The policy forbids some of a change, or of what a sweep finds

      -h, --help
              Print help (see a summary with '-h')

    Which events:
          --since <TIME>
              Replay only what happened at this time or later: an instant, or a day in UTC from its
              beginning

          --until <TIME>
              Replay only what happened before this instant, or up to the end of this day in UTC

          --account-id <DIGITS>
              Replay only what happened in these accounts

          --region <REGION>
              Replay only what happened in these Regions

    Examples:
      tierguard replay events
      tierguard replay --policy policy.yaml --mode observe AWSLogs/
      tierguard replay --policy policy.yaml --since 2026-02-01 --until 2026-02-28 AWSLogs/
      aws cloudtrail lookup-events --output json |
        tierguard replay --policy policy.yaml --format jsonl -
      tierguard replay --policy policy.yaml --mode observe --summary AWSLogs/
      tierguard replay --policy policy.yaml --mode observe --report march.html AWSLogs/
      tierguard replay --sweep --account account.json --at 2026-03-02T09:00:00Z

    Exit status: 0 handled, 1 an error, 2 a violation with --fail-on violation, 64 wrong usage.
    ");
}

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
