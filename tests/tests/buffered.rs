//! Batches of messages of a queue, as Lambda hands them over: each message is an event of its own.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::rule::{Way, tcp};
use tierguard_tests::runtime_api::Answer;
use tierguard_tests::scene;
use tierguard_tests::world::World;

const ANYWHERE: &str = "0.0.0.0/0";

/// A batch of these messages, each with its id, handed over for the `count`-th time.
fn batch(messages: &[(&str, &str)], count: u32) -> String {
    let record = |(id, body): &(&str, &str)| {
        json!({
            "messageId": id, "receiptHandle": format!("receipt-{id}"), "body": body, "messageAttributes": {},
            "attributes": { "ApproximateReceiveCount": count.to_string(), "SentTimestamp": "1782000000000" },
            "md5OfBody": "", "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:tierguard-events",
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() }).to_string()
}

/// The answer that gives these messages back.
fn given_back(ids: &[&str]) -> Value {
    let failures: Vec<_> = ids.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}

/// Where the messages since the last time say that the door is, in order of the words.
async fn doors(world: &World) -> Vec<String> {
    let door = |text: &str| {
        let copy: Value = serde_json::from_str(text).unwrap();
        copy.pointer("/notice/door").unwrap().as_str().unwrap().to_owned()
    };
    let mut doors: Vec<_> = world.messages().await.iter().map(|message| door(&message.text)).collect();
    doors.sort();
    doors
}

/// One event cannot be undone for now, one is cut to pieces; the others are handled as if they had come alone.
#[tokio::test]
async fn what_fails_of_a_batch_comes_again_and_nothing_else() {
    let world = World::new().await;
    let function = world.function(&scene::policy("192.0.2.0/24"));
    let (web, db) = (world.group("web").await, world.group("db").await);
    let opened = world.must(Call::open(&web, [tcp(22).with(ANYWHERE)])).await.record();
    let unlucky = world.must(Call::let_out(&db, [tcp(22).with(ANYWHERE)])).await.record().event();
    let allowed = world.must(Call::open(&web, [tcp(443).with(ANYWHERE)])).await.record().event();
    let cut = r#"{"detail": {"eventName": "AuthorizeSecurityGroupIngress", "requestPara"#;
    world.proxy.refuse("RevokeSecurityGroupEgress", 503, "RequestLimitExceeded");

    let bare = opened.0.to_string();
    let messages =
        [("m-1", bare.as_str()), ("m-2", unlucky.as_str()), ("m-3", cut), ("m-4", allowed.as_str())];
    assert_eq!(function.report(&batch(&messages, 1)), given_back(&["m-2"]));
    assert_eq!(world.ingress(&web).await, [tcp(443).with(ANYWHERE)]);
    assert!(world.rules(&db, Way::Out).await.contains(&tcp(22).with(ANYWHERE)));
    assert_eq!(doors(&world).await, ["closed", "still-open", "undecided"]);

    world.proxy.relent();
    assert_eq!(function.report(&batch(&messages[1..2], 2)), given_back(&[]));
    assert!(!world.rules(&db, Way::Out).await.contains(&tcp(22).with(ANYWHERE)));
    assert_eq!(doors(&world).await, ["closed"]);

    let lines = function.logged("handled", 5);
    let of = |id: &str| lines.iter().filter(|line| line["message_id"] == id).collect::<Vec<_>>();
    let counts = |line: &Value| {
        ["Events", "Violations", "Undecided", "Reverts", "FailedReverts", "Notices", "Retries"]
            .map(|name| line[name].as_u64().unwrap())
    };
    assert_eq!(counts(of("m-1")[0]), [1, 1, 0, 1, 0, 1, 0]);
    assert_eq!(counts(of("m-2")[0]), [1, 1, 0, 0, 1, 1, 1]);
    assert_eq!(counts(of("m-2")[1]), [1, 1, 0, 1, 0, 1, 0]);
    assert_eq!(counts(of("m-3")[0]), [1, 0, 1, 0, 0, 1, 0]);
    assert_eq!(counts(of("m-4")[0]), [1, 0, 0, 0, 0, 0, 0]);
    assert_eq!((&of("m-2")[1]["receive_count"], lines.len()), (&json!(2), 5));
    let exposed: Vec<_> = lines.iter().filter(|line| line["Exposure"].is_u64()).collect();
    assert_eq!(exposed.len(), 2, "what was undone, each once: {exposed:#?}");
    for line in exposed {
        assert_eq!(line["Exposure"], line["exposure_ms"]);
    }
    for line in &lines {
        assert_eq!(
            (&line["FunctionName"], &line["span"]["requestId"].is_string()),
            (&json!("tierguard"), &true)
        );
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "tierguard", "{line}");
    }
}

#[tokio::test]
async fn the_queue_gives_no_orders() {
    let world = World::new().await;
    let function = world.function(&scene::ways_back("enforce"));
    let order = r#"{"tierguard": "sweep"}"#;
    assert_eq!(function.report(&batch(&[("m-1", order)], 1)), given_back(&[]));
    assert_eq!(world.proxy.actions(), Vec::<String>::new(), "nothing was looked at");
}

/// To answer what failed of it takes ids; without them all of it must come again.
#[tokio::test]
async fn a_batch_without_ids_is_an_error() {
    let world = World::new().await;
    let function = world.function(&scene::policy("192.0.2.0/24"));
    let answer = function.invoke(&batch(&[("m-1", "{}"), ("", "{}")], 1));
    let Answer::Error(error) = answer else { panic!("no error but {answer:?}") };
    assert!(error.contains("message 2 of the batch has no messageId"), "{error}");
}
