//! How often the function waits for AWS, one call after the other, from event to message: the time that a forbidden rule
//! stays is a multiple of it.

use std::time::Duration;

use serde_json::json;
use tierguard_tests::call::Call;
use tierguard_tests::proxy::Seen;
use tierguard_tests::rule::{Way, tcp};
use tierguard_tests::scene;
use tierguard_tests::world::World;

/// How long every call is held up: so long that calls which are made at once overlap.
const DELAY: Duration = Duration::from_millis(300);

const ANYWHERE: &str = "0.0.0.0/0";
const NO_LIST: &str = "192.0.2.0/24";

/// The most calls of which each was made after the answer to the one before.
fn depth(calls: &[Seen]) -> usize {
    let mut calls: Vec<_> = calls.iter().collect();
    calls.sort_by_key(|call| call.answered);
    let mut last: Option<&Seen> = None;
    let mut depth = 0;
    for call in calls {
        if last.is_none_or(|last| last.answered <= call.arrived) {
            depth += 1;
            last = Some(call);
        }
    }
    depth
}

fn names(calls: &[Seen]) -> Vec<&str> {
    let mut names: Vec<_> = calls.iter().map(|call| call.action.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn an_edit_that_takes_every_kind_of_look_up_is_undone_and_told_within_three() {
    let world = World::new().await;
    let (list, vendors) = (world.prefix_list(&[ANYWHERE]).await, world.prefix_list(&["192.0.2.0/24"]).await);
    let function = world.function(&scene::policy(&vendors));
    let group = world.group("vendor").await;
    world.must(Call::open(&group, [tcp(8443).with(&vendors)])).await;
    let id = world.rule_id(&group, &tcp(8443).with(&vendors)).await;
    let made = world.must(Call::Modify { group, id, rule: tcp(8443).with(&list) }).await;

    world.proxy.hold_up(DELAY);
    let report = function.report(&made.record().event());
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    let calls = world.proxy.seen();
    assert_eq!(
        names(&calls),
        [
            "DescribeSecurityGroupRules",
            "DescribeSecurityGroups",
            "GetManagedPrefixListEntries",
            "GetManagedPrefixListEntries",
            "Publish",
            "RevokeSecurityGroupIngress",
        ]
    );
    assert_eq!(depth(&calls), 3, "{calls:#?}");
}

#[tokio::test]
async fn a_record_that_was_cut_takes_no_more() {
    let world = World::new().await;
    let function = world.function(&scene::policy(NO_LIST));
    let group = world.group("db").await;
    let made = world.must(Call::open(&group, [tcp(22).with(ANYWHERE)])).await;
    let mut record = made.record();
    // A record that CloudTrail cut: all ingress rules of the live group are judged, in one more look-up of the round.
    record.0["requestParameters"] = json!({"groupId": group, "omitted": true});
    record.0["responseElements"] = json!({"omitted": true});

    world.proxy.hold_up(DELAY);
    let report = function.report(&record.event());
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(depth(&world.proxy.seen()), 3);
}

#[tokio::test]
async fn a_group_by_name_takes_no_round_of_its_own() {
    let world = World::new().await;
    let function = world.function(&scene::policy(NO_LIST));
    let vpc = world.default_vpc().await;
    world.group_in(&vpc, "by-name", "web").await;
    let made = world.must(Call::open("by-name", [tcp(22).with(ANYWHERE)])).await;
    let mut record = made.record();
    // Before mid-2021 the response did not say the id either.
    record.0["responseElements"] = json!({"_return": true});

    world.proxy.hold_up(DELAY);
    let report = function.report(&record.event());
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    let calls = world.proxy.seen();
    assert_eq!(
        names(&calls),
        ["DescribeSecurityGroups", "DescribeVpcs", "Publish", "RevokeSecurityGroupIngress"]
    );
    assert_eq!(depth(&calls), 3, "{calls:#?}");
}

#[tokio::test]
async fn what_is_allowed_takes_one_look_up() {
    let world = World::new().await;
    let function = world.function(&scene::policy(NO_LIST));
    let group = world.group("app").await;
    let web = world.group("web").await;
    let made = world.must(Call::open(&group, [tcp(8080).with(&web)])).await;
    assert_eq!(function.report(&made.record().event())["verdict"], "compliant");
    // The group and the one that it refers to are one question.
    assert_eq!(world.proxy.actions(), ["DescribeSecurityGroups"]);
}

#[tokio::test]
async fn a_revoke_takes_one_look_up_at_most() {
    let world = World::new().await;
    let vendors = world.prefix_list(&["192.0.2.0/24"]).await;
    let function = world.function(&scene::policy(&vendors));
    let group = world.group("web").await;
    let rule = tcp(443).with(ANYWHERE);
    world.must(Call::open(&group, [rule.clone()])).await;
    let made = world.must(Call::Revoke { way: Way::In, group, rules: vec![rule] }).await;
    assert_eq!(function.report(&made.record().event())["verdict"], "compliant");
    assert_eq!(world.proxy.actions(), ["DescribeSecurityGroups"]);
}
