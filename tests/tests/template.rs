//! The deployment template: well formed, and its event patterns let through what the guard must see and nothing else.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

use quamina::Quamina;
use serde_json::{Value, json};
use tierguard_tests::cargo::checkout;
use tierguard_tests::sample::{Case, cases};
use tierguard_tests::template::{PATH, Template};
use tierguard_tests::venv::Venv;

/// Calls that reach the guard although only it can tell whether they change who may reach what: by the keys of the tags,
/// or by whether there are groups among the attributes, or entries.
const TOLD_BY_CONTENT: [&str; 7] = [
    "CreateNetworkInterface",
    "CreateTags",
    "DeleteTags",
    "ModifyInstanceAttribute",
    "ModifyManagedPrefixList",
    "ModifyNetworkInterfaceAttribute",
    "RunInstances",
];

/// Whether a stack with these conditions hands an event to the guard.
struct Delivery(Quamina<String>);

impl Delivery {
    fn with(holds: impl Fn(&str) -> bool) -> Self {
        let template = Template::deployed(holds);
        let mut quamina = Quamina::new();
        for (rule, pattern) in template.event_patterns() {
            assert_eq!(pattern["source"], json!(["aws.ec2"]), "{rule} takes EC2's events");
            quamina.add_pattern(rule.to_owned(), &pattern.to_string()).expect("the pattern is one");
        }
        Self(quamina)
    }

    fn takes(&self, event: &Value) -> bool {
        self.0.has_matches(event.to_string().as_bytes()).expect("an event is JSON")
    }
}

/// Whether a case must reach the guard, must not, or may (`None`).
fn must_match(case: &Case, event: &Value) -> Option<bool> {
    let decided = &case.expect.decided;
    let is_told_by_content =
        event["detail"]["eventName"].as_str().is_some_and(|name| TOLD_BY_CONTENT.contains(&name));
    match (decided.verdict.as_str(), decided.reason.as_deref()) {
        ("violation", _) => Some(true),
        ("undecidable", _) => (!is_told_by_content).then_some(true),
        ("ignored", Some("failed-call")) => Some(false),
        ("ignored", Some("not-a-change")) => (!is_told_by_content).then_some(false),
        _ => None,
    }
}

/// An event that reaches the guard.
fn delivered() -> Value {
    let violation = cases().into_iter().find(|case| case.expect.decided.verdict == "violation");
    violation.expect("a case is a violation").enveloped()
}

/// A successful call of EC2 with these parameters.
fn call(name: &str, parameters: &Value) -> Value {
    let mut event = delivered();
    event["detail"]["eventName"] = json!(name);
    event["detail"]["requestParameters"] = parameters.clone();
    event
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    let main = "from cfnlint.runner import main; main()";
    let lint = Venv::ready().python().current_dir(checkout()).args(["-c", main, PATH]).output();
    let lint = lint.expect("the environment's Python starts");
    let said = [lint.stdout, lint.stderr].concat();
    assert!(lint.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn the_event_patterns_let_through_what_the_guard_must_see_and_nothing_else() {
    let delivery = Delivery::with(|_| true);
    let mut counts = [0, 0];
    for case in cases() {
        let event = case.enveloped();
        let Some(wanted) = must_match(&case, &event) else { continue };
        assert_eq!(delivery.takes(&event), wanted, "{}: {event}", case.name);
        counts[usize::from(wanted)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 2), "both ways are shown: {counts:?}");
}

#[test]
fn the_event_patterns_take_no_other_service_and_no_other_kind_of_event() {
    let delivery = Delivery::with(|_| true);
    assert!(delivery.takes(&delivered()));
    for (path, value) in [
        ("/source", "aws.s3"),
        ("/detail-type", "EC2 Instance State-change Notification"),
        ("/detail/eventSource", "s3.amazonaws.com"),
        ("/detail/eventName", "DescribeSecurityGroups"),
    ] {
        let mut event = delivered();
        *event.pointer_mut(path).expect("the event has it") = json!(value);
        assert!(!delivery.takes(&event), "{path} {value}");
    }
}

#[test]
fn every_call_that_changes_who_may_reach_what_comes_through() {
    let delivery = Delivery::with(|_| false);
    for (name, comes) in [
        ("AssociateSecurityGroupVpc", true),
        ("AuthorizeSecurityGroupEgress", true),
        ("AuthorizeSecurityGroupIngress", true),
        ("CreateSecurityGroup", true),
        ("DeleteSecurityGroup", true),
        ("ModifyManagedPrefixList", true),
        ("ModifySecurityGroupRules", true),
        ("RestoreManagedPrefixListVersion", true),
        ("RevokeSecurityGroupEgress", true),
        ("RevokeSecurityGroupIngress", true),
        ("CreateManagedPrefixList", false),
        ("UpdateSecurityGroupRuleDescriptionsEgress", false),
        ("UpdateSecurityGroupRuleDescriptionsIngress", false),
    ] {
        let mut event = call(name, &json!({ "anything": "else" }));
        assert_eq!(delivery.takes(&event), comes, "{name}");
        event["detail"]["errorCode"] = json!("Client.DryRunOperation");
        assert!(!delivery.takes(&event), "{name} that failed");
    }
}

#[test]
fn tags_come_through_where_a_security_group_is_among_what_is_tagged() {
    let delivery = Delivery::with(|_| false);
    let group = "sg-00bb18eaf629dd916";
    let others: Vec<_> = (0..300).map(|n| format!("i-{n:017x}")).collect();
    let many: Vec<_> = others.iter().map(String::as_str).chain([group]).collect();
    for (resources, comes) in [
        (&[group][..], true),
        (&["i-0d2b2e1c4f5a69788", group, "vol-0a1b2c3d4e5f60718"], true),
        (&many, true),
        (&["i-0d2b2e1c4f5a69788", "vol-0a1b2c3d4e5f60718"], false),
        // A rule is not a group, and its tags put nothing into a tier.
        (&["sgr-00bb18eaf629dd916"], false),
        (&[], false),
    ] {
        for name in ["CreateTags", "DeleteTags"] {
            let items: Vec<_> = resources.iter().map(|id| json!({ "resourceId": id })).collect();
            let tags = json!({ "items": [{ "key": "tier", "value": "web" }] });
            let event = call(name, &json!({ "resourcesSet": { "items": items }, "tagSet": tags }));
            assert_eq!(delivery.takes(&event), comes, "{name} {resources:?}");
        }
    }
}

#[test]
fn interfaces_come_through_only_where_they_are_asked_for() {
    let plain = Delivery::with(|_| false);
    let watching = Delivery::with(|condition| condition == "WatchesInterfaces");
    for name in [
        "CreateNetworkInterface",
        "ModifyInstanceAttribute",
        "ModifyNetworkInterfaceAttribute",
        "RunInstances",
    ] {
        let event = call(name, &json!({ "groupSet": { "items": [{ "groupId": "sg-00bb18eaf629dd916" }] } }));
        assert_eq!((plain.takes(&event), watching.takes(&event)), (false, true), "{name}");
    }
}
