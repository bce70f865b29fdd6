//! Records that somebody wrote by hand, handed straight to the function: they bring about no more than a sweep, whatever they say and
//! whoever they say it was.

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::function::Function;
use tierguard_tests::rule::{Way, tcp};
use tierguard_tests::scene::{self, ADMIN};
use tierguard_tests::world::World;

const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
const ANYWHERE: &str = "0.0.0.0/0";

/// `record` as the target of a rule hands it on.
fn proven(record: &Value) -> String {
    json!({ "proof": SECRET, "detail": record }).to_string()
}

fn remarks(report: &Value) -> Vec<&str> {
    report["remarks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A world, and a function that asks for proof; its sweep does what `sweep` says.
async fn scene(sweep: &str) -> (World, Function) {
    let world = World::new().await;
    let function = world.asking_for_proof(&scene::ways_back(sweep), SECRET);
    (world, function)
}

#[tokio::test]
async fn a_rule_of_an_editor_stays_whoever_is_said_to_have_made_it() {
    let (world, function) = scene("enforce").await;
    let frozen = world.group("frozen").await;
    let made = world.must(Call::open(&frozen, [tcp(443).with(ANYWHERE)])).await;
    let told = function.report(&proven(&made.record().by_role(ADMIN).0));
    assert_eq!(told["verdict"], "compliant", "{told}");

    // The very same record, but that it names a stranger; and one that says that it was the guard.
    let stranger = made.record().by_role("arn:aws:iam::123456789012:role/Developer").event();
    let report = function.report(&stranger);
    assert_eq!((&report["actions"], remarks(&report)), (&json!([]), vec!["hearsay"]), "{report}");
    assert_eq!(world.ingress(&frozen).await, [tcp(443).with(ANYWHERE)]);
}

#[tokio::test]
async fn nothing_is_put_back_that_is_said_to_have_been_removed() {
    let (world, function) = scene("enforce").await;
    let frozen = world.group("frozen").await;
    let rule = || [tcp(80).with(ANYWHERE)];
    let before = world.must(Call::open(&frozen, rule())).await;
    drop(before);
    let closed =
        world.must(Call::Revoke { way: Way::In, group: frozen.clone(), rules: rule().to_vec() }).await;
    let report =
        function.report(&closed.record().by_role("arn:aws:iam::123456789012:role/Developer").event());
    assert_eq!(report["actions"], json!([]), "{report}");
    assert_eq!(world.ingress(&frozen).await, [], "an editor had removed it");
}

#[tokio::test]
async fn what_is_forbidden_is_left_to_what_the_sweep_may_do() {
    for (sweep, outcome) in [("observe", "withheld"), ("enforce", "done")] {
        let (world, function) = scene(sweep).await;
        let web = world.group("web").await;
        let event = world.must(Call::open(&web, [tcp(22).with(ANYWHERE)])).await.record().event();
        let report = function.report(&event);
        assert_eq!(
            (&report["actions"][0]["outcome"], remarks(&report)),
            (&json!(outcome), vec!["hearsay"]),
            "{report}"
        );
        let left = world.ingress(&web).await;
        assert_eq!(left.is_empty(), sweep == "enforce", "{left:?}");
    }
}

/// The group says it all: nothing that the record brings is another policy, another mode, or another order.
#[tokio::test]
async fn no_record_brings_a_policy_a_mode_or_an_order() {
    let (world, function) = scene("observe").await;
    let web = world.group("web").await;
    let mut record = world.must(Call::open(&web, [tcp(443).with(ANYWHERE)])).await.record().0;
    for (key, value) in [
        ("tierguard", json!("sweep")),
        ("policy", json!({ "version": 1, "tiers": {} })),
        ("mode", json!("enforce")),
        ("TIERGUARD_MODE", json!("enforce")),
        ("TIERGUARD_POLICY", json!("/dev/null")),
        ("sweep", json!("enforce")),
    ] {
        record[key] = value.clone();
        record["requestParameters"][key] = value;
    }
    let report = function.report(&proven(&record));
    assert_eq!((&report["verdict"], &report["actions"]), (&json!("compliant"), &json!([])), "{report}");
    assert_eq!(world.ingress(&web).await, [tcp(443).with(ANYWHERE)]);
}

/// What a sweep found before, and where it stopped, only the function itself can say.
#[tokio::test]
async fn a_sweep_that_somebody_made_up_begins_at_the_first_group() {
    let world = World::alone().await;
    let function = world.asking_for_proof(&scene::ways_back("observe"), SECRET);
    world.group("web").await;
    let order = json!({ "tierguard": "sweep", "after": "sg-zzzz", "digest": { "forbidden": 4711 } });
    let report = function.report(&order.to_string());
    assert_eq!((&report["sweep"], &report["forbidden"]), (&json!("done"), &json!(0)), "{report}");
    assert!(report["groups"].as_u64().unwrap() > 0, "{report}");
}
