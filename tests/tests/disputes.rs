//! What is undone again and again, and events that come again: told in measure, by what is remembered in a table; and
//! whatever becomes of the table, the door is closed.

use serde_json::Value;
use tierguard_tests::call::Call;
use tierguard_tests::function::Function;
use tierguard_tests::rule::tcp;
use tierguard_tests::world::World;

const POLICY: &str = "
version: 1
sweep: enforce
disputes: { after: 3, within: 1h }
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: 443/tcp, from: anywhere }
";

const BAD: &str = "0.0.0.0/0";

/// Somebody opens 22 to everybody, and the function hears of it; the report, and the event for another time.
async fn open(world: &World, function: &Function, group: &str) -> (Value, String) {
    let event = world.must(Call::open(group, [tcp(22).with(BAD)])).await.record().event();
    let report = function.report(&event);
    assert_eq!(world.ingress(group).await, [], "whatever is told, the door is closed");
    (report, event)
}

/// The subjects of the messages since this was last asked, as far as the first colon.
async fn labels(world: &World) -> Vec<String> {
    let label = |subject: &str| subject.split(':').next().unwrap_or_default().to_owned();
    world.messages().await.iter().map(|message| label(&message.subject)).collect()
}

#[tokio::test]
async fn a_dispute_is_told_in_measure_by_all_processes_together() {
    let world = World::new().await;
    let group = world.group("web").await;
    // One process after the other, as Lambda starts and ends them.
    for _ in 0..3 {
        let function = world.remembering(POLICY).await;
        open(&world, &function, &group).await;
        open(&world, &function, &group).await;
    }
    assert_eq!(labels(&world).await, ["CLOSED", "CLOSED", "IN DISPUTE, CLOSED"]);
    assert!(world.memory.records().await >= 7, "six events and one dispute");
}

#[tokio::test]
async fn without_a_table_each_process_remembers_for_itself() {
    let world = World::new().await;
    let group = world.group("web").await;
    for _ in 0..2 {
        let function = world.function(POLICY);
        for _ in 0..4 {
            open(&world, &function, &group).await;
        }
    }
    let once = ["CLOSED", "CLOSED", "IN DISPUTE, CLOSED"];
    assert_eq!(labels(&world).await, [once, once].concat());
}

#[tokio::test]
async fn an_event_that_is_delivered_again_is_not_told_again() {
    let world = World::new().await;
    let group = world.group("web").await;
    let (_, event) = open(&world, &world.remembering(POLICY).await, &group).await;
    let again = world.remembering(POLICY).await.report(&event);
    assert_eq!(again["actions"][0]["outcome"], "already-gone", "{again}");
    assert_eq!(labels(&world).await, ["CLOSED"]);
}

#[tokio::test]
async fn a_table_that_fails_makes_the_guard_loud_and_keeps_nothing_open() {
    for (action, status, code) in [
        ("GetItem", 400, "ProvisionedThroughputExceededException"),
        ("GetItem", 400, "AccessDeniedException"),
        ("PutItem", 500, "InternalServerError"),
        ("PutItem", 400, "ResourceNotFoundException"),
    ] {
        let world = World::new().await;
        let group = world.group("web").await;
        let function = world.remembering(POLICY).await;
        world.proxy.refuse(action, status, code);
        for _ in 0..5 {
            let (report, _) = open(&world, &function, &group).await;
            assert_eq!(report["actions"][0]["outcome"], "done", "{action} {code}: {report}");
        }
        assert_eq!(labels(&world).await, ["CLOSED"; 5], "{action} {code}");
        assert!(function.log().contains(code), "{action} {code}: the log says why");
    }
}

#[tokio::test]
async fn records_that_cannot_be_read_are_none() {
    let world = World::new().await;
    let group = world.group("web").await;
    let function = world.remembering(POLICY).await;
    for _ in 0..3 {
        open(&world, &function, &group).await;
    }
    labels(&world).await;
    world.memory.garble().await;
    open(&world, &function, &group).await;
    assert_eq!(labels(&world).await, ["CLOSED"]);
    open(&world, &function, &group).await;
    open(&world, &function, &group).await;
    assert_eq!(labels(&world).await, ["CLOSED", "IN DISPUTE, CLOSED"], "they were written over");
}

#[tokio::test]
async fn what_was_counted_is_told_by_the_sweep() {
    let world = World::alone().await;
    let group = world.group("web").await;
    let function = world.remembering(POLICY).await;
    for _ in 0..6 {
        open(&world, &function, &group).await;
    }
    labels(&world).await;
    let swept = function.report(r#"{"tierguard": "sweep"}"#);
    assert_eq!(swept["sweep"], "done", "{swept}");
    let told = world.messages().await;
    let [message] = told.as_slice() else { panic!("one message: {told:?}") };
    let copy: Value = serde_json::from_str(&message.text).expect("a machine's copy is JSON");
    assert_eq!((&copy["sweep"]["untold"], &copy["sweep"]["disputed"][0]["untold"]), (&3.into(), &3.into()));

    let again = function.report(r#"{"tierguard": "sweep"}"#);
    assert_eq!(again["sweep"], "done", "{again}");
    assert_eq!(labels(&world).await, Vec::<String>::new(), "it was told");
}
