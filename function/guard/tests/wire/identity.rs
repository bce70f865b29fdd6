//! Who made a call.

use serde_json::{Value, json};
use tierguard::change::Actor;
use tierguard::id::{RoleArn, UserArn};
use tierguard::wire::{self, Reading};

const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";
const USER: &str = "arn:aws:iam::111122223333:user/ana";

/// The role and the user of the caller.
fn check(identity: Value, expect: [Option<&str>; 2]) {
    let record = json!({"eventName": "DeleteSecurityGroup", "eventSource": "ec2.amazonaws.com",
                        "requestParameters": {"groupId": "sg-1"}, "userIdentity": identity});
    let found = match wire::read(record.to_string().as_bytes(), None) {
        Reading::Change(change) => change.event.actor,
        Reading::Ignored(..) | Reading::Truncated(_) | Reading::Malformed(..) => Actor::default(),
    };
    let found = [found.role.as_ref().map(RoleArn::as_str), found.user.as_ref().map(UserArn::as_str)];
    assert_eq!(found, expect, "{record}");
}

fn of(kind: &str, arn: &str, issuer: Option<&str>) -> Value {
    json!({"type": kind, "arn": arn, "sessionContext": {"sessionIssuer": {"arn": issuer}}})
}

#[test]
fn a_caller_is_known_by_role_or_by_user() {
    let session = "arn:aws:sts::111122223333:assumed-role/deploy/ana";
    let federated = "arn:aws:sts::111122223333:federated-user/bo";
    let root = "arn:aws:iam::111122223333:root";
    check(of("AssumedRole", session, Some(ROLE)), [Some(ROLE), None]);
    check(of("AssumedRole", session, None), [None, None]);
    check(of("AssumedRole", session, Some(USER)), [None, None]);
    check(of("IAMUser", USER, None), [None, Some(USER)]);
    check(of("IAMUser", ROLE, None), [None, None]);
    check(of("Root", root, None), [None, Some(root)]);
    check(of("FederatedUser", federated, Some(USER)), [None, Some(USER)]);
    check(of("FederatedUser", federated, Some(ROLE)), [Some(ROLE), None]);
    check(of("AWSAccount", USER, None), [None, None]);
    check(json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}), [None, None]);
    let long = format!("arn:aws:iam::111122223333:role/{}/deploy", "p".repeat(510));
    check(of("AssumedRole", session, Some(&long)), [Some(&long), None]);
}
