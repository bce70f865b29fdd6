//! The batch in which Lambda hands over messages of an SQS queue. Says nothing of what their bodies mean: a body is an
//! event like one that comes alone, and never an order.
//!
//! Source: AWS Lambda developer guide, "Using Lambda with Amazon SQS".

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// What SQS says of it.
    pub(crate) receipt: Receipt,
    /// What was sent.
    pub(crate) body: String,
}

/// What SQS says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// `messageId`: by it a message is given back.
    pub(crate) message_id: String,
    /// `ApproximateReceiveCount`: how often it has been handed over, this time included.
    pub(crate) receive_count: Option<u32>,
}

/// A batch of which not even the ids can be read: nothing of it can be given back alone.
#[derive(Debug, Error)]
pub(crate) enum InvalidBatch {
    /// It is not what Lambda sends.
    #[error("the batch cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A message of it could not be given back.
    #[error("message {number} of the batch has no messageId")]
    NoId {
        /// Which message, counted from 1.
        number: usize,
    },
}

/// What tells a batch from an event without taking the event apart.
#[derive(Debug, Deserialize)]
struct Outside<'a> {
    #[serde(borrow, rename = "Records")]
    records: &'a RawValue,
}

#[derive(Debug, Deserialize)]
struct Source {
    #[serde(rename = "eventSource")]
    name: Option<String>,
}

/// The messages of the batch that `payload` is, if it is one: an empty one is not.
pub(crate) fn read(payload: &str) -> Option<Result<Vec<Message>, InvalidBatch>> {
    let Outside { records } = serde_json::from_str(payload).ok()?;
    let sources: Vec<Source> = serde_json::from_str(records.get()).ok()?;
    let is_of_queue = sources.iter().any(|source| source.name.as_deref() == Some("aws:sqs"));
    is_of_queue.then(|| messages(payload))
}

fn messages(payload: &str) -> Result<Vec<Message>, InvalidBatch> {
    let SqsEvent { records, .. } = serde_json::from_str(payload)?;
    let numbered = records.into_iter().zip(1..);
    numbered.map(|(message, number)| Message::of(message).ok_or(InvalidBatch::NoId { number })).collect()
}

impl Message {
    fn of(SqsMessage { message_id, body, attributes, .. }: SqsMessage) -> Option<Self> {
        let message_id = message_id.filter(|id| !id.is_empty())?;
        let count = attributes.get("ApproximateReceiveCount");
        let receive_count = count.and_then(|count| count.parse().ok());
        Some(Self { receipt: Receipt { message_id, receive_count }, body: body.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn message(id: &Value, body: &Value) -> Value {
        json!({
            "messageId": id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs",
            "attributes": { "ApproximateReceiveCount": "2", "SentTimestamp": "1545082649183" },
            "messageAttributes": {}, "md5OfBody": "m", "awsRegion": "eu-west-1",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:events",
        })
    }

    fn read_of(records: &Value) -> Option<Result<Vec<Message>, String>> {
        let read = read(&json!({ "Records": records }).to_string())?;
        Some(read.map_err(|error| error.to_string()))
    }

    #[test]
    fn each_message_has_its_id_and_its_count() {
        let read =
            read_of(&json!([message(&json!("m-1"), &json!("{}")), message(&json!("m-2"), &Value::Null)]));
        let messages = read.unwrap().unwrap();
        let receipt = Receipt { message_id: "m-1".to_owned(), receive_count: Some(2) };
        assert_eq!(messages[0], Message { receipt, body: "{}".to_owned() });
        assert_eq!((messages[1].receipt.message_id.as_str(), messages[1].body.as_str()), ("m-2", ""));
    }

    #[test]
    fn without_every_id_there_is_no_batch_to_answer() {
        for (id, error) in [
            (json!(null), "message 2 of the batch has no messageId"),
            (json!(""), "message 2 of the batch has no messageId"),
            (json!(17), "the batch cannot be read: invalid type: integer `17`, expected a string"),
        ] {
            let read = read_of(&json!([message(&json!("m-1"), &json!("{}")), message(&id, &json!("{}"))]));
            let said = read.unwrap().unwrap_err();
            assert!(said.starts_with(error), "{said}");
        }
    }

    #[test]
    fn nothing_else_is_a_batch() {
        for payload in [
            "",
            "null",
            "{}",
            r#"{"Records": []}"#,
            r#"{"Records": [17]}"#,
            r#"{"Records": {"eventSource": "aws:sqs"}}"#,
            r#"{"Records": [{"EventSource": "aws:sns", "Sns": {}}]}"#,
            r#"{"Records": [{"eventSource": "ec2.amazonaws.com", "eventName": "CreateVpc"}]}"#,
            // What a caller can put into a record is no batch, wherever it stands in it.
            r#"{"detail": {"Records": [{"eventSource": "aws:sqs", "messageId": "m-1", "body": "{}"}]}}"#,
        ] {
            assert!(read(payload).is_none(), "{payload}");
        }
    }
}
