//! `tierguard policy check`.

use serde_json::Value;

use crate::desk::{Desk, POLICY};

const UNWISE: &str = "\
version: 1
networks:
  office: [203.0.113.7/24]
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [22/tcp, 443/tcp], from: anywhere }
      - { allow: 443/tcp, from: office }
  app:
    groups: { tags: { tier: app } }
    ingress: []
elsewhere:
  ingress: [{ allow: all, from: private }]
exemptions:
  - id: OPS-1
    groups: { names: [web-shop] }
    allow: 5432/tcp
    from: office
    until: 2026-03-05T00:00:00Z
    owner: dba@example.com
    reason: migration
";

const AT: &str = "--at 2026-03-02T09:00:00Z";

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("check_help").run("policy check --help").shown(), @"
    exit 0
    --- stdout
    Say what is wrong with a policy, and what in it was perhaps not meant

    Every error is told at once, underlined, with what to write instead. A policy without errors is
    looked at for what is legal and unwise: entries that allow nothing new, a port that the internet
    should not reach, exemptions that end, networks written with host bits, names that nothing uses, and
    groups that nothing holds for.

    Usage: tierguard policy check [OPTIONS] [FILE]

    Arguments:
      [FILE]
              The policy; `-` is the standard input
              
              [default: policy.yaml]

    Options:
          --account <FILE>
              An account, in the AWS CLI's output keys, or `-`: tiers and exemptions that are for none
              of its groups are told

          --at <TIME>
              The instant at which exemptions are looked at [default: now]

          --format <FORMAT>
              For people, or one JSON object

              Possible values:
              - text: For people
              - json: One JSON object
              
              [default: text]

          --fail-on <WHAT>
              Exit with status 2 if there was one of these

              Possible values:
              - warning: Something in the policy was perhaps not meant

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      tierguard policy check policy.yaml
      git show HEAD:policy.yaml | tierguard policy check -
      tierguard policy check policy.yaml --at 2027-01-01
      aws ec2 describe-security-groups --output json > account.json
      tierguard policy check policy.yaml --account account.json --fail-on warning

    Exit status: 0 no error, 1 an error, 2 a warning with --fail-on warning, 64 wrong usage.
    ");
}

#[test]
fn the_schema_is_the_one_that_the_project_keeps() {
    let desk = Desk::empty("the_schema_is_the_one_that_the_project_keeps");
    let ran = desk.run("policy schema");
    assert_eq!((ran.code, ran.out.as_str()), (0, include_str!("../../../../infra/policy.schema.json")));
    insta::assert_snapshot!(desk.run("policy schema --help").shown(), @"
    exit 0
    --- stdout
    Print the JSON Schema of the policy file, from which editors complete and check it

    Usage: tierguard policy schema

    Options:
      -h, --help  Print help

    Example:
      tierguard policy schema > policy.schema.json

    A policy whose first line is
      # yaml-language-server: $schema=policy.schema.json
    is completed and checked by editors that know YAML.
    ");
    insta::assert_snapshot!(desk.run("policy --help").shown(), @"
    exit 0
    --- stdout
    Draft, check, test and look at a policy

    Usage: tierguard policy <COMMAND>

    Commands:
      init    Draft a first policy from an account: what is open in it today, by tiers
      check   Say what is wrong with a policy, and what in it was perhaps not meant
      graph   Draw a policy: the tiers as a picture, internet to database
      test    Test a policy: does it say what somebody expected it to say?
      schema  Print the JSON Schema of the policy file, from which editors complete and check it
      help    Print this message or the help of the given subcommand(s)

    Options:
      -h, --help  Print help

    Examples:
      tierguard policy init --account account.json > policy.yaml
      tierguard policy check policy.yaml
      tierguard policy test policy.yaml
      tierguard policy graph policy.yaml > tiers.svg
    ");
}

#[test]
fn a_policy_without_faults() {
    let desk = Desk::new("a_policy_without_faults");
    desk.write(
        "policy.yaml",
        format!("{POLICY}elsewhere: {{ deny: [{{ ports: 22/tcp, from: internet }}] }}\n"),
    );
    insta::assert_snapshot!(desk.run("policy check").shown(), @"
    exit 0
    --- stdout
    policy.yaml: 2 tiers, 0 exemptions, 0 warnings
    ");
}

#[test]
fn what_was_perhaps_not_meant() {
    let desk = Desk::new("what_was_perhaps_not_meant");
    desk.write("policy.yaml", UNWISE);
    let ran = desk.run(&format!("policy check policy.yaml --account account.json {AT}"));
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    warning: `203.0.113.7/24` is the network 203.0.113.0/24
     --> policy.yaml:3:12
      |
    3 |   office: [203.0.113.7/24]
      |            ^^^^^^^^^^^^^^
      |
      = help: write `203.0.113.0/24` for the network, or `203.0.113.7/32` for this one address

    warning: this opens 22/tcp (SSH) to the internet
     --> policy.yaml:8:9
      |
    8 |       - { allow: [22/tcp, 443/tcp], from: anywhere }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name the networks that need it, or leave it to a bastion or a VPN

    warning: this allows nothing that `22/tcp, 443/tcp from anywhere` does not allow
     --> policy.yaml:9:9
      |
    9 |       - { allow: 443/tcp, from: office }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove it, or write what it should allow beyond that

    warning: no group of the account is in the tier `app`
      --> policy.yaml:11:5
       |
    11 |     groups: { tags: { tier: app } }
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: compare with the names and tags of the groups: each letter counts

    warning: the exemption `OPS-1` ends in 2 days (2026-03-05T00:00:00Z)
      --> policy.yaml:20:12
       |
    20 |     until: 2026-03-05T00:00:00Z
       |            ^^^^^^^^^^^^^^^^^^^^
       |
       = help: after that the rules that it allows are undone: close them, or write a later `until`

    policy.yaml: 2 tiers, 1 exemption, 5 warnings
    ");
    assert_eq!(desk.run(&format!("policy check {AT} --fail-on warning")).code, 2);
}

#[test]
fn every_error_at_once() {
    let desk = Desk::empty("every_error_at_once");
    desk.write(
        "policy.yaml",
        "verson: 1\ntiers:\n  web: { groups: { tag: web }, ingress: [{ allow: 443, from: ofice }] }\n",
    );
    insta::assert_snapshot!(desk.run("policy check --fail-on warning").shown(), @"
    exit 1
    --- stdout
    error: unknown key `verson`
     --> policy.yaml:1:1
      |
    1 | verson: 1
      | ^^^^^^
      |
      = help: write `version`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`

    error: `version` is missing
     --> policy.yaml:1:1
      |
    1 | verson: 1
      | ^^^^^^^^^
      |
      = help: write `version: 1`

    error: unknown key `tag`
     --> policy.yaml:3:20
      |
    3 |   web: { groups: { tag: web }, ingress: [{ allow: 443, from: ofice }] }
      |                    ^^^
      |
      = help: write `tags`; the keys here are `tags`, `names` and `ids`

    error: `443` is not traffic
     --> policy.yaml:3:51
      |
    3 |   web: { groups: { tag: web }, ingress: [{ allow: 443, from: ofice }] }
      |                                                   ^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all

    error: unknown name `ofice`
     --> policy.yaml:3:62
      |
    3 |   web: { groups: { tag: web }, ingress: [{ allow: 443, from: ofice }] }
      |                                                              ^^^^^
      |
      = help: write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`

    policy.yaml: 5 errors
    ");
}

#[test]
fn one_json_object() {
    let desk = Desk::new("one_json_object");
    desk.write("policy.yaml", UNWISE);
    let ran = desk.run(&format!("policy check --format json {AT}"));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    let lines: Vec<_> = report["warnings"].as_array().unwrap().iter().map(|it| it["line"].clone()).collect();
    assert_eq!(lines, [3, 8, 9, 20]);
    assert_eq!(report["errors"], Value::Array(Vec::new()));
    desk.write("policy.yaml", "version: 2\n");
    let ran = desk.run("policy check --format json");
    insta::assert_snapshot!(ran.shown(), @r#"
    exit 1
    --- stdout
    {"file":"policy.yaml","errors":[{"line":1,"column":1,"message":"the policy has neither `tiers` nor `elsewhere`","help":"write `tiers`, `elsewhere`, or both"},{"line":1,"column":10,"message":"version `2` is not supported","help":"write `version: 1`"}],"warnings":[]}
    "#);
}

#[test]
fn what_cannot_be_read() {
    let desk = Desk::new("what_cannot_be_read");
    insta::assert_snapshot!(desk.run("policy check nowhere.yaml").shown(), @"
    exit 1
    --- stderr
    error: the policy `nowhere.yaml` cannot be read: No such file or directory (os error 2)
      help: give the path of a policy: `tierguard policy init --account FILE` drafts a first one
    ");
    insta::assert_snapshot!(desk.run("policy check --account nowhere.json").shown(), @"
    exit 1
    --- stderr
    error: the account `nowhere.json` cannot be read: No such file or directory (os error 2)
      help: give the path of a text file that you may read
    ");
    insta::assert_snapshot!(desk.run("policy check --at tomorrow").shown(), @"
    exit 64
    --- stderr
    error: `tomorrow` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02
    ");
}
