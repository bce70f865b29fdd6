//! The deployment template: well formed; its event patterns let through what the guard must see and nothing else; its
//! alarms and its dashboard read metrics that there are; and with a queue between, nothing goes past the queue.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

use std::collections::BTreeSet;

use quamina::Quamina;
use serde_json::{Value, json};
use tierguard_lambda::metric::{DIMENSION, METRICS, NAMESPACE};
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

/// Where the first target of each rule is, with these conditions.
fn targets(holds: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let template = Template::deployed(holds);
    let rules = template.of_type("AWS::Events::Rule");
    rules
        .map(|(_, rule)| rule["Targets"][0]["Arn"].as_str().expect("a target has an ARN").to_owned())
        .collect()
}

/// The function believes what comes with the secret that it has; each target puts that beside the record, and nothing of
/// the event can take its place.
#[test]
fn each_target_proves_where_its_events_come_from() {
    let function = everything("AWS::Serverless::Function", "Function");
    let secret = function["Environment"]["Variables"]["TIERGUARD_PROOF"].as_str().expect("it has one");
    assert!(secret.starts_with("{{resolve:secretsmanager:") && secret.ends_with("}}"), "{secret}");
    let template = Template::deployed(|_| true);
    let rules: Vec<_> = template.of_type("AWS::Events::Rule").collect();
    assert_eq!(rules.len(), 3);
    for (name, rule) in rules {
        let transformer = &rule["Targets"][0]["InputTransformer"];
        assert_eq!(transformer["InputPathsMap"], json!({ "record": "$.detail" }), "{name}");
        let text = transformer["InputTemplate"].as_str().expect("a template is a text");
        let record = json!({ "eventName": "AuthorizeSecurityGroupIngress", "proof": "none" });
        let sent: Value = serde_json::from_str(&text.replace("<record>", &record.to_string()))
            .expect("what is sent is JSON");
        assert_eq!(sent, json!({ "proof": secret, "detail": record }), "{name}");
    }
}

/// The rules are on the default bus, which takes no event of a source `aws.…` but AWS's own.
#[test]
fn no_rule_listens_to_another_bus() {
    for (name, rule) in Template::deployed(|_| true).of_type("AWS::Events::Rule") {
        assert_eq!(rule.get("EventBusName"), None, "{name}");
        assert_eq!(rule["EventPattern"]["source"], json!(["aws.ec2"]), "{name}");
    }
}

/// The one resource of this type and name, where everything holds.
fn everything(kind: &str, name: &str) -> Value {
    let template = Template::deployed(|_| true);
    let found = template.of_type(kind).find(|(is, _)| *is == name);
    found.expect("the template has it").1.clone()
}

#[test]
fn events_go_to_the_function_or_to_its_queue() {
    let direct =
        |condition: &str| matches!(condition, "IsDirect" | "WatchesInterfaces" | "WatchesInterfacesDirectly");
    let buffered = |condition: &str| matches!(condition, "IsBuffered" | "WatchesInterfaces");
    assert_eq!(
        targets(direct),
        ["arn:aws:lambda:eu-west-1:111122223333:function:Function".to_owned()].into()
    );
    assert_eq!(targets(buffered), ["arn:aws:sqs:eu-west-1:111122223333:EventsQueue".to_owned()].into());

    let sources = |holds: &dyn Fn(&str) -> bool| {
        let template = Template::deployed(holds);
        let permissions = template.of_type("AWS::Lambda::Permission");
        permissions.map(|(_, permission)| permission["Principal"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(sources(&direct).iter().filter(|source| **source == "events.amazonaws.com").count(), 3);
    assert_eq!(sources(&buffered), ["sns.amazonaws.com"], "no rule may go past the queue");
    let plain = Template::deployed(direct);
    let queues: BTreeSet<_> = plain.of_type("AWS::SQS::Queue").map(|(name, _)| name).collect();
    assert_eq!(queues, ["FailedEventsQueue", "UndeliveredEventsQueue"].into());
}

#[test]
fn the_queue_hands_out_what_the_function_can_give_back() {
    let mapping = everything("AWS::Lambda::EventSourceMapping", "EventsQueueInvokesFunction");
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["MaximumBatchingWindowInSeconds"], 0);
    let queue = everything("AWS::SQS::Queue", "EventsQueue");
    let function = everything("AWS::Serverless::Function", "Function");
    let (hidden, timeout) = (queue["VisibilityTimeout"].as_u64(), function["Timeout"].as_u64());
    assert!(hidden >= timeout.map(|timeout| 6 * timeout), "{hidden:?} seconds, and a timeout of {timeout:?}");
    assert_eq!(
        queue["RedrivePolicy"]["deadLetterTargetArn"],
        "arn:aws:sqs:eu-west-1:111122223333:PoisonedEventsQueue"
    );
}

#[test]
fn every_queue_is_encrypted_and_takes_nothing_in_the_clear() {
    let template = Template::deployed(|_| true);
    for (name, queue) in template.of_type("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
        let is_its_own = |(_, policy): &(&str, &Value)| policy["Queues"][0] == name;
        let (_, policy) =
            template.of_type("AWS::SQS::QueuePolicy").find(is_its_own).expect("it has a policy");
        let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements are a list");
        let denied = statements.iter().find(|statement| statement["Sid"] == "OnlyOverTls");
        assert_eq!(denied.map(|statement| &statement["Effect"]), Some(&json!("Deny")), "{name}");
    }
}

/// Alarms of CloudWatch, and widgets, say nothing about a metric that nobody brings: they wait.
#[test]
fn the_guards_own_metrics_that_are_read_are_those_that_it_brings() {
    let template = Template::deployed(|_| true);
    let (alarmed, shown) = (template.alarmed(), template.shown());
    let own = alarmed.iter().chain(&shown).filter(|read| !read.namespace.starts_with("AWS/"));
    let mut names = BTreeSet::new();
    for read in own {
        assert_eq!(
            (read.namespace.as_str(), &read.dimensions[..]),
            (NAMESPACE, &[DIMENSION.to_owned()][..]),
            "{read:?}"
        );
        assert!(METRICS.iter().any(|metric| metric.name == read.name), "nothing brings {read:?}");
        names.insert(read.name.as_str());
    }
    let all: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names, all, "the dashboard shows every one");
    let alarms: BTreeSet<_> =
        alarmed.iter().filter(|read| read.namespace == NAMESPACE).map(|read| read.name.as_str()).collect();
    assert_eq!(alarms, ["Events", "Exposure", "FailedReverts"].into());
}

#[test]
fn a_dashboard_without_a_queue_shows_none() {
    let names = |holds: fn(&str) -> bool| {
        let shown = Template::deployed(holds).shown();
        shown.iter().filter(|read| read.namespace == "AWS/SQS").count()
    };
    assert_eq!((names(|_| false), names(|_| true)), (2, 5));
}

/// No data is good news, but for the alarm that listens for it.
#[test]
fn every_alarm_tells_people() {
    let template = Template::deployed(|condition| condition != "HasAlarmTopic");
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        assert_eq!(alarm["AlarmActions"], json!(["arn:aws:sns:eu-west-1:111122223333:Topic"]), "{name}");
        let expected = if name == "SilenceAlarm" { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], expected, "{name}");
    }
}

/// The table in infra/README.md.
#[test]
fn the_metrics_and_the_alarms_are_documented() {
    let readme = std::fs::read_to_string(checkout().join("infra/README.md")).expect("it can be read");
    let rows: String = readme.lines().filter(|line| line.starts_with("| `")).collect();
    let template = Template::deployed(|_| true);
    let alarms = template.of_type("AWS::CloudWatch::Alarm").map(|(name, _)| name);
    let metrics = METRICS.iter().map(|metric| metric.name);
    let missing: Vec<_> = alarms.chain(metrics).filter(|name| !rows.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "infra/README.md has no row for {missing:?}");
}
