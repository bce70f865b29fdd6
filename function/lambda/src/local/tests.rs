use insta::assert_snapshot;

use super::*;
use crate::testing::Variables;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/");

#[test]
fn another_endpoint_takes_the_place_of_the_account_in_memory() {
    assert!(is_wanted(&Variables::of([("AWS_ENDPOINT_URL", "")])));
    assert!(!is_wanted(&Variables::of([("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")])));
}

#[test]
fn the_sample_account_needs_no_other_setting() {
    let (policy, account) = (format!("{EVENTS}policy.yaml"), format!("{EVENTS}account.json"));
    let environment = Variables::of([("TIERGUARD_POLICY", &policy), ("TIERGUARD_ACCOUNT", &account)]);
    let event = std::fs::read_to_string(format!("{EVENTS}seed/web-ssh-from-anywhere/event.json")).unwrap();
    let payload = serde_json::from_str::<serde_json::Value>(&event).unwrap();
    let mut desk = desk(&environment).unwrap();
    let handled = desk.handle(payload["detail"].to_string().as_bytes());
    assert_eq!(handled.judgement.verdict.word(), "violation");
    assert_eq!(desk.take_notices().len(), 1);
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let environment = Variables::of([
        ("TIERGUARD_POLICY", "/nowhere/policy.yaml"),
        ("TIERGUARD_ACCOUNT", "/nowhere/account.json"),
        ("TIERGUARD_MODE", "on"),
        ("TIERGUARD_ROLE_ARN", "me"),
    ]);
    assert_snapshot!(desk(&environment).unwrap_err().to_string(), @r#"
    error: TIERGUARD_ROLE_ARN is `me`: not the ARN of an IAM role
     help: give the role that the function runs as, by which it knows its own calls: arn:aws:iam::<account>:role/<name>

    error: TIERGUARD_MODE is `on`: not a mode
     help: write enforce or observe, or leave it out and let the policy decide

    error: TIERGUARD_ACCOUNT: `/nowhere/account.json` cannot be read: No such file or directory (os error 2)
     help: give the path of an account, or run at the root of the repository, which has one

    error: TIERGUARD_POLICY: `/nowhere/policy.yaml` cannot be read: No such file or directory (os error 2)
     help: give the path of the policy, or put a policy.yaml beside the program
    "#);
}

#[tokio::test]
async fn an_order_sweeps_the_account_in_memory() {
    let (policy, account) = (format!("{EVENTS}policy.yaml"), format!("{EVENTS}account.json"));
    let environment = Variables::of([("TIERGUARD_POLICY", &policy), ("TIERGUARD_ACCOUNT", &account)]);
    let desk = Shared(Mutex::new(desk(&environment).unwrap()));
    let swept = desk.sweep(Sweep::default(), Timestamp::UNIX_EPOCH, || false).await;
    let groups = desk.desk().account().groups().count();
    assert_eq!((swept.digest.groups, swept.failed, swept.rest), (groups, None, None));
    assert!(groups > 0);
}
