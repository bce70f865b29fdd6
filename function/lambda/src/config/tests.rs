use insta::assert_snapshot;
use tierguard::policy::Mode;

use super::*;
use crate::testing::{POLICY as TEXT, ROLE as ROLE_ARN, Variables};

const TOPIC_ARN: &str = "arn:aws:sns:eu-west-1:111122223333:tierguard";

/// A policy file with this text, in a folder of its own.
fn policy_file(name: &str, text: &str) -> String {
    let folder = std::env::temp_dir().join(format!("tierguard-lambda-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("policy.yaml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn errors(environment: &Variables) -> String {
    Settings::read(environment).unwrap_err().to_string()
}

#[test]
fn settings_are_read_from_the_environment() {
    let path = policy_file("good", TEXT);
    let environment = Variables::of([
        ("TIERGUARD_POLICY", &path),
        ("TIERGUARD_TOPIC_ARN", TOPIC_ARN),
        ("TIERGUARD_ROLE_ARN", ROLE_ARN),
        ("TIERGUARD_MODE", ""),
        ("RUST_LOG", "debug"),
    ]);
    let settings = Settings::read(&environment).unwrap();
    assert_eq!(settings.policy, Policy::parse("", TEXT).unwrap());
    assert_eq!(settings.topic.to_string(), TOPIC_ARN);
    assert_eq!(settings.role.account.as_str(), "111122223333");
    assert_eq!((settings.sweeps, settings.table), (None, None));
}

#[test]
fn the_mode_overrides_the_policy() {
    let path = policy_file("mode", TEXT);
    let environment = Variables::of([
        ("TIERGUARD_POLICY", &path),
        ("TIERGUARD_TOPIC_ARN", TOPIC_ARN),
        ("TIERGUARD_ROLE_ARN", ROLE_ARN),
        ("TIERGUARD_MODE", "observe"),
        ("TIERGUARD_SWEEP_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:sweeps"),
        ("TIERGUARD_STATE_TABLE", "tierguard-Memory-1ABC"),
    ]);
    let Settings { policy, sweeps, table, .. } = Settings::read(&environment).unwrap();
    assert_eq!(table, "tierguard-Memory-1ABC".parse().ok());
    assert_eq!(sweeps.unwrap().to_string(), "arn:aws:sns:eu-west-1:111122223333:sweeps");
    assert!(policy.tiers.iter().all(|tier| tier.reaction.mode == Mode::Observe));
}

#[test]
fn what_is_missing_is_said_at_once() {
    assert_snapshot!(errors(&Variables::of([("TIERGUARD_ROLE_ARN", "")])), @r#"
    error: TIERGUARD_TOPIC_ARN is not set
     help: give the topic that notices go to: arn:aws:sns:<region>:<account>:<name>, not a FIFO topic

    error: TIERGUARD_ROLE_ARN is not set
     help: give the role that the function runs as, by which it knows its own calls: arn:aws:iam::<account>:role/<name>

    error: TIERGUARD_POLICY: `/nowhere/policy.yaml` cannot be read: No such file or directory (os error 2)
     help: give the path of the policy, or put a policy.yaml beside the program
    "#);
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let environment = Variables::of([
        ("TIERGUARD_POLICY", "/nowhere/at/all.yaml"),
        ("TIERGUARD_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:tierguard.fifo"),
        ("TIERGUARD_SWEEP_TOPIC_ARN", "arn:aws:sqs:eu-west-1:111122223333:sweeps"),
        ("TIERGUARD_STATE_TABLE", "arn:aws:dynamodb:eu-west-1:111122223333:table/memory"),
        ("TIERGUARD_ROLE_ARN", "arn:aws:sts::111122223333:assumed-role/tierguard/session"),
        ("TIERGUARD_MODE", "Enforce"),
        ("RUST_LOG", "tierguard_lambda=loud"),
    ]);
    assert_snapshot!(errors(&environment), @r#"
    error: TIERGUARD_TOPIC_ARN is `arn:aws:sns:eu-west-1:111122223333:tierguard.fifo`: not the ARN of a standard SNS topic
     help: give the topic that notices go to: arn:aws:sns:<region>:<account>:<name>, not a FIFO topic

    error: TIERGUARD_SWEEP_TOPIC_ARN is `arn:aws:sqs:eu-west-1:111122223333:sweeps`: not the ARN of a standard SNS topic
     help: give a topic of its own to which the function is subscribed, for sweeps that take longer than one invocation, or leave it out

    error: TIERGUARD_STATE_TABLE is `arn:aws:dynamodb:eu-west-1:111122223333:table/memory`: not the name of a DynamoDB table
     help: give the name of a table with the key `id`, in which the guard remembers what it told, or leave it out: then each process remembers for itself

    error: TIERGUARD_ROLE_ARN is `arn:aws:sts::111122223333:assumed-role/tierguard/session`: not the ARN of an IAM role
     help: give the role that the function runs as, by which it knows its own calls: arn:aws:iam::<account>:role/<name>

    error: TIERGUARD_MODE is `Enforce`: not a mode
     help: write enforce or observe, or leave it out and let the policy decide

    error: RUST_LOG is `tierguard_lambda=loud`: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
     help: write a level (info, debug) or levels by module (tierguard_lambda=debug), or leave it out

    error: TIERGUARD_POLICY: `/nowhere/at/all.yaml` cannot be read: No such file or directory (os error 2)
     help: give the path of the policy, or put a policy.yaml beside the program
    "#);
}

#[test]
fn a_wrong_policy_is_drawn() {
    let path =
        policy_file("wrong", "version: 1\ntiers:\n  web:\n    groups: { names: [web] }\n    ingres: []\n");
    let environment = Variables::of([
        ("TIERGUARD_POLICY", &path),
        ("TIERGUARD_TOPIC_ARN", TOPIC_ARN),
        ("TIERGUARD_MODE", "off"),
        ("TIERGUARD_ROLE_ARN", ROLE_ARN),
    ]);
    assert_snapshot!(errors(&environment).replace(&path, "policy.yaml"), @"
    error: TIERGUARD_MODE is `off`: not a mode
     help: write enforce or observe, or leave it out and let the policy decide

    error: unknown key `ingres`
     --> policy.yaml:5:5
      |
    5 |     ingres: []
      |     ^^^^^^
      |
      = help: write `ingress`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    ");
}
