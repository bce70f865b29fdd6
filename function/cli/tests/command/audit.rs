//! `tierguard audit`.

use serde_json::{Value, json};

use crate::desk::{Desk, account};

const AT: &str = "--at 2026-03-02T09:00:00Z";

/// An account in which one group is open to the world, and another names a list of which nobody knows the entries.
fn open() -> Value {
    let mut account = account();
    let rule = |port: u16, peer: Value| {
        let mut rule = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port});
        rule.as_object_mut().unwrap().extend(peer.as_object().unwrap().clone());
        rule
    };
    let ranges = json!({"IpRanges": [
        {"CidrIp": "0.0.0.0/0", "Description": "just for\u{1b}[2J today"}, {"CidrIp": "203.0.113.0/24"},
    ]});
    account["SecurityGroups"][0]["IpPermissions"] =
        json!([rule(443, json!({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})), rule(22, ranges)]);
    account["SecurityGroups"][1]["IpPermissions"] =
        json!([rule(3306, json!({"PrefixListIds": [{"PrefixListId": "pl-0a"}]}))]);
    account
}

fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    desk.write("account.json", open().to_string());
    desk
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("audit_help").run("audit --help").shown(), @r"
    exit 0
    --- stdout
    Judge every group of an account now: what the sweep would say

    Nothing is changed, and no AWS account is reached: the account comes from a file in the AWS CLI's
    output keys.

    Usage: tierguard audit [OPTIONS] --account <FILE>

    Options:
          --account <FILE>
              The account, in the AWS CLI's output keys; `-` is the standard input

          --policy <FILE>
              The policy [default: the nearest policy.yaml, beside the account or in a folder above it
              in its path]

          --at <TIME>
              The instant at which exemptions are looked at [default: now]

          --format <FORMAT>
              A table, one JSON object, or SARIF

              Possible values:
              - table: A table for people: one line for each group, and what is wrong under it
              - json:  One JSON object
              - sarif: SARIF 2.1.0, as code scanning services take it
              
              [default: table]

          --fail-on <WHAT>
              Exit with status 2 if there was one of these; may be given several times

              Possible values:
              - violation:   The policy forbids something that is there, or misses something
              - undecidable: Something could not be judged: the account file tells too little

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      aws ec2 describe-security-groups --output json > account.json
      tierguard audit --policy policy.yaml --account account.json
      tierguard audit --policy policy.yaml --account account.json --format sarif \
        > tierguard.sarif

    Exit status: 0 judged, 1 an error, 2 what --fail-on names, 64 wrong usage.
    ");
}

#[test]
fn a_table() {
    let desk = desk("a_table");
    insta::assert_snapshot!(desk.run(&format!("audit --account account.json {AT}")).shown(), @r"
    exit 0
    --- stdout
    account.json by policy.yaml at 2026-03-02T09:00:00Z

    VERDICT      GROUP                 NAME      TIERS  RULES
    violation    sg-0000000000000web1  web-shop  web        3
        holds      22/tcp from 203.0.113.0/24
        because    web allows 80/tcp, 443/tcp from anywhere
        holds      22/tcp from 0.0.0.0/0  “just for\u{1b}[2J today”
        because    web allows 80/tcp, 443/tcp from anywhere
    undecidable  sg-00000000000000db1  db-shop   db         1
        because    GetManagedPrefixListEntries failed: the account file has no list pl-0a among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-0a` prints as its `Entries`
    unmanaged    sg-0000000000000misc  misc      -          -

    3 groups: 1 with violations, 1 undecidable, 1 unmanaged
    ");
    assert_eq!(desk.run(&format!("audit --account account.json {AT} --fail-on violation")).code, 2);
}

#[test]
fn an_account_as_it_should_be() {
    let desk = Desk::new("an_account_as_it_should_be");
    let ran =
        desk.run(&format!("audit --policy policy.yaml --account account.json {AT} --fail-on violation"));
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    account.json by policy.yaml at 2026-03-02T09:00:00Z

    VERDICT      GROUP                 NAME      TIERS  RULES
    compliant    sg-00000000000000db1  db-shop   db         0
    compliant    sg-0000000000000web1  web-shop  web        0
    unmanaged    sg-0000000000000misc  misc      -          -

    3 groups: 2 compliant, 1 unmanaged
    ");
}

#[test]
fn interfaces_on_which_tiers_meet() {
    let desk = Desk::new("interfaces_on_which_tiers_meet");
    let policy = format!("{}interfaces: {{ together: [[web], [db]] }}\n", crate::desk::POLICY);
    desk.write("policy.yaml", policy);
    let mut account = account();
    account["NetworkInterfaces"] = json!([{
        "NetworkInterfaceId": "eni-0000000000000001", "OwnerId": "111122223333", "VpcId": "vpc-0a4e92abb9b3c7181",
        "Groups": [{"GroupId": "sg-0000000000000web1"}, {"GroupId": "sg-00000000000000db1"}],
    }]);
    desk.write("account.json", account.to_string());
    insta::assert_snapshot!(desk.run(&format!("audit --account account.json {AT}")).shown(), @"
    exit 0
    --- stdout
    account.json by policy.yaml at 2026-03-02T09:00:00Z

    VERDICT      GROUP                 NAME      TIERS  RULES
    compliant    sg-00000000000000db1  db-shop   db         0
    compliant    sg-0000000000000web1  web-shop  web        0
    unmanaged    sg-0000000000000misc  misc      -          -
    violation    network interfaces
        meet       web and db on eni-0000000000000001
        because    on one interface only groups of one tier may meet

    3 groups: 2 compliant, 1 unmanaged
    ");
}

#[test]
fn one_json_object() {
    let ran = desk("audit_one_json_object").run(&format!("audit --account account.json {AT} --format json"));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    insta::assert_snapshot!(format!("{report:#}"), @r#"
    {
      "account": "account.json",
      "at": "2026-03-02T09:00:00Z",
      "groups": [
        {
          "account": "111122223333",
          "findings": [],
          "group": "sg-00000000000000db1",
          "name": "db-shop",
          "reason": "look-up-failed",
          "rules": 1,
          "tiers": [
            "db"
          ],
          "unclear": [
            "GetManagedPrefixListEntries failed: the account file has no list pl-0a among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-0a` prints as its `Entries`"
          ],
          "verdict": "undecidable",
          "vpc": "vpc-0a4e92abb9b3c7181"
        },
        {
          "account": "111122223333",
          "findings": [],
          "group": "sg-0000000000000misc",
          "name": "misc",
          "reason": null,
          "rules": null,
          "tiers": [],
          "unclear": [],
          "verdict": "unmanaged",
          "vpc": "vpc-0a4e92abb9b3c7181"
        },
        {
          "account": "111122223333",
          "findings": [
            {
              "code": "not-allowed",
              "excess": [
                "22/tcp from 203.0.113.0/24"
              ],
              "rule": {
                "CidrIpv4": "203.0.113.0/24",
                "FromPort": 22,
                "GroupId": "sg-0000000000000web1",
                "IpProtocol": "tcp",
                "IsEgress": false,
                "SecurityGroupRuleId": "sgr-513717808c2e7ac06",
                "ToPort": 22
              },
              "why": "web allows 80/tcp, 443/tcp from anywhere"
            },
            {
              "code": "not-allowed",
              "excess": [
                "22/tcp from 0.0.0.0/0"
              ],
              "rule": {
                "CidrIpv4": "0.0.0.0/0",
                "Description": "just for\u001b[2J today",
                "FromPort": 22,
                "GroupId": "sg-0000000000000web1",
                "IpProtocol": "tcp",
                "IsEgress": false,
                "SecurityGroupRuleId": "sgr-66df9b0644d75d8db",
                "ToPort": 22
              },
              "why": "web allows 80/tcp, 443/tcp from anywhere"
            }
          ],
          "group": "sg-0000000000000web1",
          "name": "web-shop",
          "reason": null,
          "rules": 3,
          "tiers": [
            "web"
          ],
          "unclear": [],
          "verdict": "violation",
          "vpc": "vpc-0a4e92abb9b3c7181"
        }
      ],
      "interfaces": {
        "findings": [],
        "reason": null,
        "tiers": [],
        "unclear": [],
        "verdict": "unmanaged"
      },
      "policy": "policy.yaml"
    }
    "#);
}

#[test]
fn sarif() {
    let ran = desk("sarif").run(&format!("audit --account account.json {AT} --format sarif"));
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    let results = log["runs"][0]["results"].as_array().unwrap();
    // The third is like the second.
    assert_eq!(results.len(), 3);
    insta::assert_snapshot!(format!("{:#}", json!(results[..2])), @r#"
    [
      {
        "level": "warning",
        "locations": [
          {
            "logicalLocations": [
              {
                "fullyQualifiedName": "sg-00000000000000db1",
                "kind": "resource"
              }
            ],
            "physicalLocation": {
              "artifactLocation": {
                "uri": "account.json"
              }
            }
          }
        ],
        "message": {
          "text": "sg-00000000000000db1: GetManagedPrefixListEntries failed: the account file has no list pl-0a among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-0a` prints as its `Entries`"
        },
        "partialFingerprints": {
          "tierguard/v1": "undecidable sg-00000000000000db1 GetManagedPrefixListEntries failed: the account file has no list pl-0a among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-0a` prints as its `Entries`"
        },
        "properties": {
          "account": "111122223333"
        },
        "ruleId": "undecidable"
      },
      {
        "level": "error",
        "locations": [
          {
            "logicalLocations": [
              {
                "fullyQualifiedName": "sg-0000000000000web1",
                "kind": "resource"
              }
            ],
            "physicalLocation": {
              "artifactLocation": {
                "uri": "account.json"
              }
            }
          }
        ],
        "message": {
          "text": "sg-0000000000000web1: 22/tcp from 203.0.113.0/24: web allows 80/tcp, 443/tcp from anywhere"
        },
        "partialFingerprints": {
          "tierguard/v1": "not-allowed sg-0000000000000web1 22/tcp from 203.0.113.0/24"
        },
        "properties": {
          "account": "111122223333"
        },
        "relatedLocations": [
          {
            "message": {
              "text": "the policy"
            },
            "physicalLocation": {
              "artifactLocation": {
                "uri": "policy.yaml"
              },
              "region": {
                "endLine": 10,
                "snippet": {
                  "text": "    ingress:\n      - { allow: [80/tcp, 443/tcp], from: anywhere }"
                },
                "startLine": 9
              }
            }
          }
        ],
        "ruleId": "not-allowed"
      }
    ]
    "#);
    let ids = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(ids.iter().any(|rule| rule["id"] == log["runs"][0]["results"][0]["ruleId"]));
}

/// An event about such a group is judged in its account; so is the group.
#[test]
fn a_group_is_judged_in_its_own_account() {
    let desk = Desk::new("a_group_is_judged_in_its_own_account");
    desk.write(
        "policy.yaml",
        crate::desk::POLICY.replace("from: [web, office]", "from: 111122223333/sg-00000000000000db1"),
    );
    let mut account = account();
    account["SecurityGroups"][1]["IpPermissions"] = json!([{
        "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306,
        "UserIdGroupPairs": [{"GroupId": "sg-00000000000000db1", "UserId": "111122223333"}],
    }]);
    desk.write("account.json", account.to_string());
    let ran = desk.run(&format!("audit --account account.json {AT} --fail-on violation"));
    assert_eq!((ran.code, ran.out.contains("compliant    sg-00000000000000db1")), (0, true), "{}", ran.out);
}

#[test]
fn it_finds_what_the_sweep_finds() {
    let desk = desk("it_finds_what_the_sweep_finds");
    let swept = desk.run(&format!("replay --sweep --account account.json {AT} --format jsonl")).out;
    let swept: Value = serde_json::from_str(&swept).unwrap();
    let audited = desk.run(&format!("audit --account account.json {AT} --format json")).out;
    let audited: Value = serde_json::from_str(&audited).unwrap();
    let groups = audited["groups"].as_array().unwrap();
    let sum = |key: &str| groups.iter().map(|group| group[key].as_array().unwrap().len()).sum::<usize>();
    assert_eq!(swept["sweep"]["forbidden"], sum("findings"));
    assert_eq!(swept["sweep"]["unsettled"], sum("unclear"));
    assert_eq!((sum("findings"), sum("unclear")), (2, 1));
}

#[test]
fn what_is_missing() {
    let desk = Desk::empty("audit_what_is_missing");
    desk.write("account.json", account().to_string());
    insta::assert_snapshot!(desk.run("audit --account account.json").shown(), @"
    exit 1
    --- stderr
    error: there is no policy for `account.json`
      help: name one with `--policy FILE`, or put a `policy.yaml` beside the events or in a folder above them
    ");
    insta::assert_snapshot!(desk.run("audit --account nowhere.json --policy nowhere.yaml").shown(), @"
    exit 1
    --- stderr
    error: the policy `nowhere.yaml` cannot be read: No such file or directory (os error 2)
      help: give the path of a policy: `tierguard policy init --account FILE` drafts a first one
    error: the account `nowhere.json` cannot be read: No such file or directory (os error 2)
      help: give the path of a text file that you may read
    ");
}

#[test]
fn nothing_to_judge() {
    let desk = Desk::new("audit_nothing_to_judge");
    desk.write("account.json", "{}");
    for format in ["table", "json", "sarif"] {
        let ran = desk.run(&format!("audit --account account.json --format {format}"));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    }
    insta::assert_snapshot!(desk.run("audit --account account.json").shown(), @"
    exit 1
    --- stderr
    error: the account `account.json` has no security groups
      help: write what `aws ec2 describe-security-groups --output json` prints into it
    ");
    desk.write("account.json", r#"{"SecurityGroup": [], "NextToken": "x"}"#);
    insta::assert_snapshot!(desk.run("audit --account account.json").shown(), @"
    exit 1
    --- stderr
    error: account.json: unknown key `SecurityGroup`
      help: write `SecurityGroups`
    ");
    desk.write("account.json", r#"{"SecurityGroups": [], "securitygrouprules": []}"#);
    insta::assert_snapshot!(desk.run("audit --account account.json").shown(), @"
    exit 1
    --- stderr
    error: account.json: unknown key `securitygrouprules`
      help: write `SecurityGroupRules`
    ");
}

#[test]
fn it_fails_on_what_it_is_told_to() {
    let desk = desk("it_fails_on_what_it_is_told_to");
    let code =
        |account: &str, fail_on: &str| desk.run(&format!("audit --account {account} {AT} {fail_on}")).code;
    let mut undecidable = open();
    undecidable["SecurityGroups"].as_array_mut().unwrap().remove(0);
    desk.write("undecidable.json", undecidable.to_string());
    desk.write("good.json", account().to_string());
    for (account, violation, unclear) in
        [("account.json", 2, 2), ("undecidable.json", 0, 2), ("good.json", 0, 0)]
    {
        assert_eq!(code(account, ""), 0);
        assert_eq!(code(account, "--fail-on violation"), violation, "{account}");
        assert_eq!(code(account, "--fail-on undecidable"), unclear, "{account}");
        assert_eq!(
            code(account, "--fail-on violation --fail-on undecidable"),
            violation.max(unclear),
            "{account}"
        );
    }
}

/// A service that shows results across runs must know which of them are the same.
#[test]
fn a_result_is_the_same_in_another_log() {
    let fingerprints = |desk: &Desk| {
        let log: Value =
            serde_json::from_str(&desk.run(&format!("audit --account account.json {AT} --format sarif")).out)
                .unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results
            .map(|result| result["partialFingerprints"]["tierguard/v1"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let desk = desk("a_result_is_the_same_in_another_log");
    let before = fingerprints(&desk);
    let mut changed = open();
    // Another description, and one rule less: the others are what they were.
    changed["SecurityGroups"][0]["IpPermissions"][1]["IpRanges"] =
        json!([{"CidrIp": "0.0.0.0/0", "Description": "for ever"}]);
    changed["SecurityGroups"][0]["SecurityGroupArn"] =
        json!("arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0000000000000web1");
    desk.write("account.json", changed.to_string());
    let after = fingerprints(&desk);
    assert_eq!((before.len(), after.len()), (3, 2));
    assert!(after.iter().all(|fingerprint| before.contains(fingerprint)), "{before:?} {after:?}");
    let log: Value =
        serde_json::from_str(&desk.run(&format!("audit --account account.json {AT} --format sarif")).out)
            .unwrap();
    let of_web = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["level"] == "error")
        .unwrap();
    assert_eq!(of_web["properties"], json!({"account": "111122223333", "region": "eu-west-1"}));
}
