//! The deployment template: well formed, and its event pattern lets through what the guard must see and nothing else.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

use quamina::Quamina;
use serde_json::{Value, json};
use tierguard_tests::cargo::checkout;
use tierguard_tests::sample::{Case, cases};
use tierguard_tests::venv::Venv;

const TEMPLATE: &str = "infra/template.yaml";

/// Prints a template as JSON. CloudFormation's own tags (`!Ref`) come out as nothing: no pattern holds one.
const TO_JSON: &str = "
import json, sys, yaml
yaml.SafeLoader.add_multi_constructor('!', lambda loader, tag, node: None)
print(json.dumps(yaml.safe_load(open(sys.argv[1]))))
";

/// The pattern of the rule that takes CloudTrail's records.
fn pattern() -> Value {
    let output = Venv::ready().python().current_dir(checkout()).args(["-c", TO_JSON, TEMPLATE]).output();
    let output = output.expect("the environment's Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let template: Value = serde_json::from_slice(&output.stdout).expect("Python prints JSON");
    let resources = template["Resources"].as_object().expect("a template has resources");
    let patterns = resources.values().map(|resource| &resource["Properties"]["EventPattern"]);
    let mut patterns = patterns.filter(|pattern| pattern["source"] == json!(["aws.ec2"]));
    let pattern = patterns.next().expect("a rule takes EC2's events").clone();
    assert_eq!(patterns.next(), None, "one rule takes them");
    pattern
}

/// Whether a case must reach the guard, must not, or may (`None`).
fn must_match(case: &Case) -> Option<bool> {
    let decided = &case.expect.decided;
    match (decided.verdict.as_str(), decided.reason.as_deref()) {
        ("violation" | "undecidable", _) => Some(true),
        ("ignored", Some("failed-call" | "not-a-change")) => Some(false),
        _ => None,
    }
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    let main = "from cfnlint.runner import main; main()";
    let lint = Venv::ready().python().current_dir(checkout()).args(["-c", main, TEMPLATE]).output();
    let lint = lint.expect("the environment's Python starts");
    let said = [lint.stdout, lint.stderr].concat();
    assert!(lint.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn the_event_pattern_lets_through_what_the_guard_must_see_and_nothing_else() {
    let mut quamina = Quamina::new();
    quamina.add_pattern((), &pattern().to_string()).expect("the pattern is one");
    let mut counts = [0, 0];
    for case in cases() {
        let Some(wanted) = must_match(&case) else { continue };
        let event = case.enveloped().to_string();
        let matches = quamina.has_matches(event.as_bytes()).expect("an event is JSON");
        assert_eq!(matches, wanted, "{}: {event}", case.name);
        counts[usize::from(wanted)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 2), "both ways are shown: {counts:?}");
}

#[test]
fn the_event_pattern_takes_no_other_service_and_no_other_kind_of_event() {
    let mut quamina = Quamina::new();
    quamina.add_pattern((), &pattern().to_string()).expect("the pattern is one");
    let case =
        cases().into_iter().find(|case| case.expect.decided.verdict == "violation").expect("a violation");
    for (path, value) in [
        ("/source", "aws.s3"),
        ("/detail-type", "EC2 Instance State-change Notification"),
        ("/detail/eventSource", "s3.amazonaws.com"),
        ("/detail/eventName", "DescribeSecurityGroups"),
    ] {
        let mut event = case.enveloped();
        *event.pointer_mut(path).expect("the event has it") = json!(value);
        assert!(
            !quamina.has_matches(event.to_string().as_bytes()).expect("an event is JSON"),
            "{path} {value}"
        );
    }
}
