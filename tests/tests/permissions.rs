//! What the guard may do in an account, and what the policy for everybody else forbids: valid IAM, exactly what the code
//! needs, and each permission beside what it is for.
#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use tierguard::Policy;
use tierguard_tests::cargo::checkout;
use tierguard_tests::iam::{complaints, complaints_of_scp};
use tierguard_tests::operations::{called_in, operations};
use tierguard_tests::template::{Document, Template, texts};

const SCP: &str = "infra/protect-tier-tag.scp.json";

fn read(path: &str) -> String {
    fs::read_to_string(checkout().join(path)).expect("a file of the repository can be read")
}

/// The policies of the guard's own role, with all that can be allowed.
fn guard() -> Vec<Document> {
    let documents = Template::deployed(|_| true).identity_policies();
    documents.into_iter().filter(|document| document.name.starts_with("Role/")).collect()
}

/// The actions of these services in each statement of the guard's role, by its Sid.
fn actions(services: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let of_service = |action: &&str| action.split_once(':').is_some_and(|(name, _)| services.contains(&name));
    let documents = guard();
    let statements = documents.iter().flat_map(Document::statements).map(|statement| {
        let sid = statement["Sid"].as_str().expect("every statement has a Sid").to_owned();
        (sid, texts(&statement["Action"]).filter(of_service).map(str::to_owned).collect::<BTreeSet<_>>())
    });
    statements.filter(|(_, actions)| !actions.is_empty()).collect()
}

#[test]
fn the_guard_may_make_exactly_the_calls_that_its_code_makes() {
    let may: BTreeSet<_> = actions(&["dynamodb", "ec2", "sns"]).into_values().flatten().collect();
    let makes = operations();
    let forbidden = makes.iter().filter(|(action, _)| !may.contains(*action));
    let forbidden = forbidden.map(|(action, files)| format!("{action}, which {files:?} needs"));
    let needless = may.iter().filter(|action| !makes.contains_key(*action));
    assert_eq!(forbidden.collect::<Vec<_>>(), Vec::<String>::new(), "the template's Role does not allow");
    assert_eq!(
        needless.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "the template's Role allows, and no code needs"
    );
}

#[test]
fn calls_are_found_in_sources() {
    for (source, found) in [
        ("self.client.describe_vpcs().send().await", &["describe_vpcs"][..]),
        ("let topic = self\n    .client\n    .publish()\n    .topic_arn(arn)", &["publish"]),
        ("client.clone().get_managed_prefix_list_entries()", &[]),
        ("// client.revoke_security_group_ingress()", &[]),
        ("client.describe_vpcs(); other_client.describe_vpcs()", &["describe_vpcs", "describe_vpcs"]),
        ("client.field, Client::new(&config), clients.len()", &[]),
    ] {
        assert_eq!(called_in(source), found, "{source}");
    }
}

#[test]
fn each_permission_stands_beside_what_it_is_for() {
    let found = actions(&["dynamodb", "ec2", "sns"]);
    let found: Vec<_> = found
        .iter()
        .map(|(sid, actions)| {
            (sid.as_str(), actions.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        })
        .collect();
    let expected = [
        ("ContinueSweeps", "sns:Publish"),
        ("DetachGroupsFromInterfaces", "ec2:ModifyNetworkInterfaceAttribute"),
        ("PublishNotices", "sns:Publish"),
        ("PutRulesBackAndNarrowThem", "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress"),
        ("ReadInterfaces", "ec2:DescribeNetworkInterfaces"),
        ("ReadPrefixListVersions", "ec2:DescribeManagedPrefixLists"),
        ("ReadPrefixLists", "ec2:GetManagedPrefixListEntries"),
        ("ReadSecurityGroups", "ec2:DescribeSecurityGroupRules ec2:DescribeSecurityGroups ec2:DescribeVpcs"),
        ("RememberWhatWasTold", "dynamodb:GetItem dynamodb:PutItem dynamodb:Scan"),
        ("RestorePrefixLists", "ec2:RestoreManagedPrefixListVersion"),
        ("RevokeRules", "ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress"),
    ];
    assert_eq!(found, expected.map(|(sid, actions)| (sid, actions.to_owned())));
}

/// The table in infra/README.md: a row for each Sid, and in it or in the rows that continue it each action.
#[test]
fn the_permissions_are_documented() {
    let readme = read("infra/README.md");
    for (sid, actions) in actions(&["dynamodb", "ec2", "kms", "logs", "sns", "sqs"]) {
        let from_row = readme.lines().skip_while(|line| !line.starts_with(&format!("| `{sid}` |")));
        let mut rows =
            from_row.take_while(|line| line.starts_with("| |") || line.starts_with(&format!("| `{sid}` |")));
        let rows: String = rows.by_ref().collect();
        for action in actions {
            let (_, name) = action.split_once(':').expect("an action has a service");
            assert!(rows.contains(name), "infra/README.md has no row for {sid} with {action}");
        }
    }
}

#[test]
fn a_stack_as_it_comes_may_add_no_rule_and_detach_no_group() {
    let plain =
        Template::deployed(|condition| matches!(condition, "IsDirect" | "MayRestoreLists" | "Sweeps"));
    let policies = plain.identity_policies();
    let may: BTreeSet<_> = policies
        .iter()
        .flat_map(Document::statements)
        .flat_map(|statement| texts(&statement["Action"]))
        .collect();
    assert!(
        may.contains("ec2:RevokeSecurityGroupIngress") && may.contains("lambda:InvokeFunction"),
        "{may:?}"
    );
    assert!(!may.contains("sqs:ReceiveMessage"), "there is no queue to take from");
    let changes = |action: &&&str| action.contains("Authorize") || action.contains("Modify");
    assert_eq!(may.iter().filter(changes).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn the_policies_of_the_template_are_valid_iam() {
    let documents = Template::deployed(|_| true).identity_policies();
    assert!(documents.iter().any(|document| document.name == "SweepRole/sweep"), "the roles have policies");
    for Document { name, policy } in documents {
        assert_eq!(complaints(&policy.to_string()), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_service_control_policy_is_valid_iam() {
    assert_eq!(complaints_of_scp(&read(SCP)), Vec::<String>::new());
}

/// Whoever copies the two files protects what the tiers of the one are chosen by with the other.
#[test]
fn the_service_control_policy_protects_the_tags_that_tiers_are_chosen_by() {
    let policy =
        Policy::parse("infra/policy.yaml", &read("infra/policy.yaml")).expect("the starter is a policy");
    let scp: Value = serde_json::from_str(&read(SCP)).expect("it is JSON");
    let keys = &scp["Statement"][0]["Condition"]["ForAnyValue:StringEquals"]["aws:TagKeys"];
    assert_eq!(texts(keys).collect::<BTreeSet<_>>(), policy.selector_keys());
}

#[test]
fn a_policy_that_is_wrong_is_complained_about() {
    let scp: Value = serde_json::from_str(&read(SCP)).expect("it is JSON");
    for (path, value, complaint) in [
        ("/Version", json!("2012-10-18"), "INVALID_VERSION"),
        ("/Statement/0/Effect", json!("Forbid"), "MALFORMED"),
        ("/Statement/0/Sid", json!("only editors"), "INVALID_SID"),
        ("/Statement/0/Sid", json!("OnlyEditorsDeleteAllTagsAtOnce"), "DUPLICATE_SID"),
        ("/Statement/0/Action", json!(["ec2:CreateTag"]), "UNKNOWN_ACTION"),
        ("/Statement/0/Action", json!(["ec3:CreateTags"]), "UNKNOWN_PREFIX"),
        ("/Statement/0/Resource", json!("arn:aws:ec2:*:*"), "INVALID_ARN"),
        (
            "/Statement",
            json!([{ "Effect": "Allow", "Action": "ec2:DeleteSecurityGroup", "Resource": "arn:aws:ec2:*:*:vpc/*" }]),
            "RESOURCE_MISMATCH",
        ),
        ("/Statement/0/Condition", json!({ "StringEqual": { "aws:TagKeys": "tier" } }), "UNKNOWN_OPERATOR"),
        (
            "/Statement/0/Condition",
            json!({ "StringEquals": { "ec2:InstanceFamily": "c7g" } }),
            "UNKNOWN_CONDITION_FOR_ACTION",
        ),
        ("/Statement/0/NotAction", json!("ec2:RunInstances"), "MALFORMED"),
        ("/Statement/0/Principal", json!("*"), "SCP_WITH_PRINCIPAL"),
        ("/Statement/0/Sid", json!("A".repeat(5120)), "SCP_TOO_LONG"),
    ] {
        let mut wrong = scp.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path has parts");
        wrong.pointer_mut(parent).expect("the policy has it")[key] = value;
        let complaints = complaints_of_scp(&wrong.to_string());
        let has = complaints.iter().any(|it| it.starts_with(complaint));
        assert!(has, "{complaint} is expected at {path}: {complaints:?}");
    }
}
