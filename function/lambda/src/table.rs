//! Records in a DynamoDB table: one item each, written only over the version that was read.
//!
//! An item has `id` (the key, a string), `version`, `record` (JSON), `untold` (a count, by which a sweep finds what it
//! has to tell) and `until` (seconds since 1970, the table's time to live). DynamoDB deletes what is past `until` within
//! days; until then it is read as if it were gone. Source: the Amazon DynamoDB developer guide, "Condition expressions"
//! and "Using time to live".

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tierguard::Remember;
use tierguard::memory::{KeepError, Key, MemoryError, Note, Recalled, Record, Version};

use crate::arn::InvalidArn;
use crate::failure::Failure;

/// The name of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(Box<str>);

/// The table.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: TableName,
}

type Item = HashMap<String, AttributeValue>;

const ID: &str = "id";
const VERSION: &str = "version";
const RECORD: &str = "record";
const UNTOLD: &str = "untold";
const UNTIL: &str = "until";

impl Table {
    /// The table `name`, through a client of its Region.
    #[must_use]
    pub const fn new(client: Client, name: TableName) -> Self {
        Self { client, name }
    }

    async fn item(&self, key: &Key) -> Result<Option<Item>, MemoryError> {
        let call = self.client.get_item().table_name(&*self.name.0).consistent_read(true);
        let answer = call.key(ID, AttributeValue::S(key.to_string())).send().await;
        answer.map(|answer| answer.item).map_err(|error| Failure::of(&error).into_memory_error("GetItem"))
    }
}

impl Remember for Table {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        let items = try_join_all(keys.iter().map(|key| self.item(key))).await?;
        let mut recalled = Recalled::default();
        for (key, item) in keys.iter().zip(&items) {
            if let Some(item) = item {
                recalled.insert(key.clone(), version(item), record(item, now));
            }
        }
        Ok(recalled)
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        let call = self.client.put_item().table_name(&*self.name.0).set_item(Some(item(note)?));
        let call = match note.seen {
            Version(0) => call.condition_expression("attribute_not_exists(id)"),
            Version(seen) => call
                .condition_expression("version = :seen")
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string())),
        };
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(match Failure::of(&error) {
                Failure { code: Some(code), .. } if code == "ConditionalCheckFailedException" => {
                    KeepError::Overtaken
                }
                failure => KeepError::Failed(failure.into_memory_error("PutItem")),
            }),
        }
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        let call = self.client.scan().table_name(&*self.name.0).consistent_read(true);
        let call = call.filter_expression("untold > :none");
        let call = call.expression_attribute_values(":none", AttributeValue::N("0".to_owned()));
        let mut items = call.into_paginator().items().send();
        let mut recalled = Recalled::default();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| Failure::of(&error).into_memory_error("Scan"))?;
            if let Some(Ok(key)) = item.get(ID).map(AttributeValue::as_s) {
                recalled.insert(Key::written(key), version(&item), record(&item, now));
            }
        }
        Ok(recalled)
    }
}

fn item(Note { key, record, seen, until }: &Note) -> Result<Item, MemoryError> {
    let text = serde_json::to_string(record)
        .map_err(|error| MemoryError { call: "PutItem", message: error.to_string() })?;
    let number = |number: String| AttributeValue::N(number);
    let attributes = [
        (ID, AttributeValue::S(key.to_string())),
        (VERSION, number(seen.next().0.to_string())),
        (RECORD, AttributeValue::S(text)),
        (UNTOLD, number(record.untold().to_string())),
        (UNTIL, number(until.as_second().to_string())),
    ];
    Ok(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn version(item: &Item) -> Version {
    Version(number(item, VERSION).unwrap_or_default())
}

/// The record in `item`, if it still counts and can be read: of an older guard it may have another shape.
fn record(item: &Item, now: Timestamp) -> Option<Record> {
    let until: i64 = number(item, UNTIL)?;
    let text = item.get(RECORD)?.as_s().ok()?;
    (until > now.as_second()).then(|| serde_json::from_str(text).ok())?
}

fn number<T: FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

impl Failure {
    fn into_memory_error(self, call: &'static str) -> MemoryError {
        MemoryError { call, message: self.message }
    }
}

/// Source: the Amazon DynamoDB developer guide, "Naming rules".
impl FromStr for TableName {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_name = (3..=255).contains(&text.len()) && text.bytes().all(is_allowed);
        if is_name {
            Ok(Self(text.into()))
        } else {
            Err(InvalidArn { expected: "the name of a DynamoDB table" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: i64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn telling() -> AttributeValue {
        AttributeValue::S(r#"{"telling":{"verdict":"violation","door":"closed"}}"#.to_owned())
    }

    #[test]
    fn what_is_past_its_time_or_cannot_be_read_is_no_record() {
        let now = Timestamp::from_second(100).unwrap();
        let item =
            |until, record| Item::from([(UNTIL.to_owned(), number(until)), (RECORD.to_owned(), record)]);
        assert!(record(&item(101, telling()), now).is_some());
        assert_eq!(record(&item(100, telling()), now), None);
        for text in ["", "{}", r#"{"telling":{}}"#, "null", r#"{"hearing":1}"#] {
            assert_eq!(record(&item(101, AttributeValue::S(text.to_owned())), now), None, "{text}");
        }
        assert_eq!(record(&item(101, AttributeValue::Bool(true)), now), None);
        assert_eq!(record(&Item::new(), now), None);
        assert_eq!(version(&Item::from([(VERSION.to_owned(), number(-1))])), Version(0));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["", "ab", "tier guard", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "t/t", "täble"]
        {
            let error = text.parse::<TableName>().unwrap_err();
            assert_eq!(error.to_string(), "not the name of a DynamoDB table", "{text}");
        }
        assert!("tierguard-Memory-1ABC.d_e".parse::<TableName>().is_ok());
    }
}
