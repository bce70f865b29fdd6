//! How often the function waits for AWS, one call after the other, from event to message: the time that a forbidden rule
//! stays is a multiple of it.
//!
//! The policy says which tiers may meet on interfaces, and no event of rules pays for that.

use std::time::Duration;

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::event::Record;
use tierguard_tests::function::Function;
use tierguard_tests::proxy::Seen;
use tierguard_tests::rule::{Way, tcp, traffic};
use tierguard_tests::world::World;
use tierguard_tests::{interface, list, scene, tags};

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
    let function = world.function(&scene::watching_interfaces(&vendors));
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
    let function = world.function(&scene::watching_interfaces(NO_LIST));
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
    let function = world.function(&scene::watching_interfaces(NO_LIST));
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
    let function = world.function(&scene::watching_interfaces(NO_LIST));
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
    let function = world.function(&scene::watching_interfaces(&vendors));
    let group = world.group("web").await;
    let rule = tcp(443).with(ANYWHERE);
    world.must(Call::open(&group, [rule.clone()])).await;
    let made = world.must(Call::Revoke { way: Way::In, group, rules: vec![rule] }).await;
    assert_eq!(function.report(&made.record().event())["verdict"], "compliant");
    assert_eq!(world.proxy.actions(), ["DescribeSecurityGroups"]);
}

/// What comes first to last, and at once what is in one element: the calls of `record`, each held up.
fn rounds(world: &World, function: &Function, record: &Record) -> (Value, Vec<Vec<String>>) {
    drop(world.proxy.seen());
    world.proxy.hold_up(DELAY);
    let report = function.report(&record.event());
    let calls = world.proxy.seen();
    let mut rounds: Vec<Vec<&Seen>> = Vec::new();
    for call in &calls {
        let is_later = |round: &Vec<&Seen>| round.iter().all(|before| before.answered <= call.arrived);
        match rounds.last_mut() {
            Some(round) if !is_later(round) => round.push(call),
            Some(_) | None => rounds.push(vec![call]),
        }
    }
    let names = |round: Vec<&Seen>| {
        let mut names: Vec<_> = round.into_iter().map(|call| call.action.clone()).collect();
        names.sort();
        names
    };
    (report, rounds.into_iter().map(names).collect())
}

const GROUPS: &str = "DescribeSecurityGroups";
const RULES: &str = "DescribeSecurityGroupRules";
const INTERFACES: &str = "DescribeNetworkInterfaces";
const ENTRIES: &str = "GetManagedPrefixListEntries";
const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";
const REVOKE: &str = "RevokeSecurityGroupIngress";

#[tokio::test]
async fn groups_come_off_an_interface_within_three() {
    let world = World::new().await;
    let function = world.function(&scene::watching_interfaces(NO_LIST));
    let (web, db) = (world.group("web").await, world.group("db").await);
    let made = interface::create(&world, &[&web, &db]).await;
    let (report, rounds) = rounds(&world, &function, &made.record);
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(rounds, [vec![INTERFACES, GROUPS], vec!["ModifyNetworkInterfaceAttribute"], vec!["Publish"]]);
}

#[tokio::test]
async fn groups_that_the_event_does_not_tell_take_one_more() {
    let world = World::new().await;
    let function = world.function(&scene::watching_interfaces(NO_LIST));
    let (web, db) = (world.group("web").await, world.group("db").await);
    let made = interface::create(&world, &[&web, &db]).await;
    let stale = interface::replaced(&made.id, &[&db]);
    let (report, rounds) = rounds(&world, &function, &stale);
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(
        rounds,
        [vec![INTERFACES, GROUPS], vec![GROUPS], vec!["ModifyNetworkInterfaceAttribute"], vec!["Publish"]]
    );
}

#[tokio::test]
async fn where_the_policy_says_nothing_of_interfaces_nothing_is_looked_up() {
    let world = World::new().await;
    let function = world.function(&scene::policy(NO_LIST));
    let (web, db) = (world.group("web").await, world.group("db").await);
    let made = interface::create(&world, &[&web, &db]).await;
    assert_eq!(function.report(&made.record.event())["verdict"], "ignored");
    assert_eq!(world.proxy.actions(), [""; 0]);
}

#[tokio::test]
async fn a_group_that_comes_into_a_tier_is_mended_within_three() {
    let world = World::new().await;
    let function = world.function(&scene::watching_interfaces(NO_LIST));
    let group = world.group("elsewhere").await;
    world.must(Call::open(&group, [tcp(22).with(ANYWHERE)])).await;
    let record = tags::set(&world, &[&group], "tier", "web").await;
    let (report, rounds) = rounds(&world, &function, &record);
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(rounds, [vec![INTERFACES, RULES, GROUPS], vec![REVOKE], vec!["Publish"]]);
}

#[tokio::test]
async fn groups_that_its_rules_name_take_one_more() {
    let world = World::new().await;
    let function = world.function(&scene::watching_interfaces(NO_LIST));
    let (group, db) = (world.group("elsewhere").await, world.group("db").await);
    world.must(Call::open(&group, [tcp(8080).with(&db)])).await;
    let record = tags::set(&world, &[&group], "tier", "app").await;
    let (report, rounds) = rounds(&world, &function, &record);
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(rounds, [vec![INTERFACES, RULES, GROUPS], vec![GROUPS], vec![REVOKE], vec!["Publish"]]);
}

#[tokio::test]
async fn a_list_is_put_back_within_four() {
    let world = World::new().await;
    let vendors = world.prefix_list(&["192.0.2.0/24"]).await;
    let function = world.function(&scene::watching_interfaces(&vendors));
    let used = world.prefix_list(&["192.0.2.0/26"]).await;
    let group = world.group("vendor").await;
    world.must(Call::open(&group, [tcp(8443).with(&used)])).await;
    let record = list::edit(&world, &used, 1, &[ANYWHERE], &[]).await.expect("a list is changed");
    let (report, rounds) = rounds(&world, &function, &record);
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    let expected = [
        // Who uses it, in either direction; its state; its entries now and before, and those that the policy names.
        vec!["DescribeManagedPrefixLists", GROUPS, GROUPS, ENTRIES, ENTRIES, ENTRIES],
        vec![RULES],
        vec!["RestoreManagedPrefixListVersion"],
        vec!["Publish"],
    ];
    assert_eq!(rounds, expected);
}

#[tokio::test]
async fn a_required_rule_comes_back_within_three() {
    let world = World::new().await;
    let function = world.function(&scene::ways_back("observe"));
    let group = world.group("probed").await;
    let rule = tcp(9000).with("203.0.113.0/24");
    world.must(Call::open(&group, [rule.clone()])).await;
    let made = world.must(Call::Revoke { way: Way::In, group, rules: vec![rule] }).await;
    let (report, rounds) = rounds(&world, &function, &made.record());
    assert_eq!(report["actions"][0]["outcome"], "done", "{report}");
    assert_eq!(rounds, [vec![RULES, GROUPS], vec![AUTHORIZE], vec!["Publish"]]);
}

#[tokio::test]
async fn a_rule_is_narrowed_within_four() {
    let world = World::new().await;
    let function = world.function(&scene::ways_back("observe"));
    let group = world.group("narrowed").await;
    let made = world.must(Call::open(&group, [traffic("tcp", 80, 443).with("203.0.113.0/24")])).await;
    let (report, rounds) = rounds(&world, &function, &made.record());
    assert_eq!(report["actions"][1]["outcome"], "done", "{report}");
    assert_eq!(rounds, [vec![RULES, GROUPS], vec![AUTHORIZE], vec![REVOKE], vec!["Publish"]]);
}
