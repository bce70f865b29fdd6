use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;
use tierguard_account::Desk;

use super::*;
use crate::testing::server::Server;
use crate::testing::{guard, opened, ports};

const ARN: &str = "arn:aws:sns:eu-west-1:111122223333:tierguard";

fn topic(server: &Server) -> Topic {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&server.url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    Topic::new(Client::from_conf(config), ARN.parse().unwrap())
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
