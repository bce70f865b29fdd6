//! What the function makes of AWS calls that fail: an error, so that Lambda tries again, only where that can help; and
//! nobody is left in the dark.

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::function::Function;
use tierguard_tests::rule::tcp;
use tierguard_tests::runtime_api::Answer;
use tierguard_tests::scene;
use tierguard_tests::world::World;

const BAD: &str = "0.0.0.0/0";

/// A forbidden rule that is there, and its event.
async fn scene() -> (World, Function, String, String) {
    let world = World::new().await;
    let function = world.function(&scene::policy("192.0.2.0/24"));
    let web = world.group("web").await;
    let made = world.must(Call::open(&web, [tcp(22).with(BAD)])).await;
    (world, function, web, made.record().event())
}

/// Where the last message says that the door is.
async fn last_door(world: &World) -> Value {
    let messages = world.messages().await;
    let copy = messages.last().and_then(|message| serde_json::from_str::<Value>(&message.text).ok());
    copy.and_then(|copy| copy.pointer("/notice/door").cloned()).unwrap_or_default()
}

#[tokio::test]
async fn a_revert_that_could_not_be_told_is_told_by_the_retry() {
    let (world, function, web, event) = scene().await;
    world.proxy.refuse("Publish", 500, "InternalError");
    let answer = function.invoke(&event);
    assert!(matches!(&answer, Answer::Error(error) if error.contains("InternalError")), "{answer:?}");
    assert_eq!(world.ingress(&web).await, [], "the rule does not wait for the message");
    assert_eq!(world.messages().await, []);

    world.proxy.relent();
    let report = function.report(&event);
    assert_eq!(report["actions"][0]["outcome"], "already-gone", "{report}");
    assert_eq!(last_door(&world).await, "closed");
}

#[tokio::test]
async fn a_topic_that_refuses_for_good_is_an_error_too() {
    let (world, function, web, event) = scene().await;
    world.proxy.refuse("Publish", 403, "AuthorizationError");
    assert!(matches!(function.invoke(&event), Answer::Error(_)));
    assert_eq!(world.ingress(&web).await, []);
}

#[tokio::test]
async fn a_revoke_that_is_not_allowed_is_told_and_not_retried() {
    let (world, function, web, event) = scene().await;
    world.proxy.refuse("RevokeSecurityGroupIngress", 403, "UnauthorizedOperation");
    let report = function.report(&event);
    assert_eq!(report["actions"][0]["outcome"], "failed", "{report}");
    assert!(
        report["actions"][0]["error"].as_str().is_some_and(|error| error.contains("UnauthorizedOperation"))
    );
    assert_eq!(world.ingress(&web).await, [tcp(22).with(BAD)]);
    assert_eq!(last_door(&world).await, "still-open");
}

#[tokio::test]
async fn a_revoke_that_is_throttled_is_retried() {
    let (world, function, web, event) = scene().await;
    world.proxy.refuse("RevokeSecurityGroupIngress", 503, "RequestLimitExceeded");
    assert!(matches!(function.invoke(&event), Answer::Error(_)));
    assert_eq!(last_door(&world).await, "still-open");

    world.proxy.relent();
    assert_eq!(function.report(&event)["actions"][0]["outcome"], "done");
    assert_eq!(world.ingress(&web).await, []);
    assert_eq!(last_door(&world).await, "closed");
}

#[tokio::test]
async fn a_look_up_that_is_throttled_is_retried() {
    let (world, function, web, event) = scene().await;
    world.proxy.refuse("DescribeSecurityGroups", 503, "RequestLimitExceeded");
    assert!(matches!(function.invoke(&event), Answer::Error(_)));
    assert_eq!(
        world.ingress(&web).await,
        [tcp(22).with(BAD)],
        "nothing is revoked on the event's word alone"
    );

    world.proxy.relent();
    assert_eq!(function.report(&event)["verdict"], "violation");
    assert_eq!(world.ingress(&web).await, []);
    assert_eq!(last_door(&world).await, "closed");
}

#[tokio::test]
async fn a_look_up_that_is_not_allowed_is_told_and_not_retried() {
    let (world, function, _, event) = scene().await;
    world.proxy.refuse("DescribeSecurityGroups", 403, "UnauthorizedOperation");
    let report = function.report(&event);
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("undecidable"), &json!("look-up-failed")));
    assert_eq!(last_door(&world).await, "undecided");
}
