use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tierguard_account::Desk;

use super::*;
use crate::testing::server::Server;
use crate::testing::{guard, opened, ports, sns};

const ARN: &str = "arn:aws:sns:eu-west-1:111122223333:tierguard";

fn topic(server: &Server) -> Topic {
    Topic::new(sns(server), ARN.parse().unwrap()).with_waits([Duration::ZERO; 3])
}

/// The notice of a violation.
fn notice() -> Notice {
    let mut desk = Desk::new(guard(), ports().account());
    desk.handle(opened(22).to_string().as_bytes());
    desk.take_notices().pop().unwrap()
}

#[tokio::test]
async fn a_notice_is_published_in_all_its_forms() {
    let server =
        Server::start(|_| (200, "<PublishResult><MessageId>1</MessageId></PublishResult>".to_owned()));
    topic(&server).publish(&notice()).await.unwrap();
    let mut request = server.requests().pop().unwrap();
    assert_eq!((request["Action"].as_str(), request["TopicArn"].as_str()), ("Publish", ARN));
    assert_eq!(request["Subject"], notice().subject());
    assert_eq!(request["MessageStructure"], "json");
    let forms: Value = serde_json::from_str(&request.remove("Message").unwrap()).unwrap();
    assert_eq!(forms["email"], notice().email());
    let attributes: Vec<_> = (1..=notice().attributes().count())
        .map(|number| format!("MessageAttributes.entry.{number}"))
        .map(|entry| {
            [".Name", ".Value.DataType", ".Value.StringValue"]
                .map(|field| request[&(entry.clone() + field)].clone())
        })
        .collect();
    assert!(attributes.contains(&["verdict", "String", "violation"].map(str::to_owned)), "{attributes:?}");
}

#[tokio::test]
async fn what_sns_said_is_told() {
    let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message>\
                   </Error></ErrorResponse>";
    let server = Server::start(move |_| (404, refusal.to_owned()));
    let error = topic(&server).publish(&notice()).await.unwrap_err();
    assert_eq!(error.to_string(), "NotFound: Topic does not exist");
}

const TAKEN: &str = "<PublishResult><MessageId>1</MessageId></PublishResult>";

/// What becomes of a notice that SNS refuses `times` times with this status and code, and after how many calls.
async fn refused(times: usize, status: u16, code: &str) -> (Result<(), String>, usize) {
    let refusal =
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        before if before < times => (status, refusal.clone()),
        _ => (200, TAKEN.to_owned()),
    });
    let answer = topic(&server).publish(&notice()).await.map_err(|error| error.to_string());
    (answer, server.requests().len())
}

#[tokio::test]
async fn a_notice_that_cannot_be_taken_now_is_brought_again() {
    assert_eq!(refused(3, 503, "ServiceUnavailable").await, (Ok(()), 4));
    let told = Err("ServiceUnavailable: no".to_owned());
    assert_eq!(refused(9, 503, "ServiceUnavailable").await, (told, 4));
}

#[tokio::test]
async fn a_notice_that_is_refused_is_not() {
    assert_eq!(refused(9, 403, "AuthorizationError").await, (Err("AuthorizationError: no".to_owned()), 1));
}
