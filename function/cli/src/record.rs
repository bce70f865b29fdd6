//! One CloudTrail record on its way to the guard: its JSON, where it was found, and its place in time.

use std::fmt;
use std::rc::Rc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A record.
#[derive(Debug)]
pub(crate) struct Record {
    /// Where it was found.
    pub(crate) origin: Origin,
    /// Its JSON. Of a record that cannot be a change, only what tells what it was.
    pub(crate) json: Box<str>,
    /// When it is handled.
    pub(crate) moment: Moment,
}

/// Where a record was found. `Display` is the `source` of a report.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The file.
    pub(crate) name: Rc<str>,
    /// Which record of it, from 0, if it holds several.
    pub(crate) number: Option<usize>,
}

/// When a record is handled: by time, those without one first; a group is made before and deleted after whatever else
/// happens to it in the same second. Times are in whole seconds, so what else is equal stays in the order given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    time: Option<Timestamp>,
    step: Step,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Create,
    #[default]
    Other,
    Delete,
}

/// What tells what a record was, without what was asked and answered.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Header<'a> {
    #[serde(borrow, rename = "eventID", skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    event_name: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    event_source: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    event_time: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    aws_region: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    recipient_account_id: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    user_identity: Option<&'a RawValue>,
}

impl Record {
    /// The record with this JSON.
    pub(crate) fn new(json: &str, origin: Origin) -> Self {
        // A record whose header cannot be read is for the guard to reject.
        let header: Option<Header<'_>> = serde_json::from_str(json).ok();
        let moment = header.as_ref().map(Moment::of).unwrap_or_default();
        let is_unrelated = !tierguard::wire::may_be_change(json.as_bytes());
        let slim = header.filter(|_| is_unrelated).and_then(|header| serde_json::to_string(&header).ok());
        Self { origin, json: slim.unwrap_or_else(|| json.to_owned()).into_boxed_str(), moment }
    }

    /// How much memory it takes, in bytes.
    pub(crate) const fn size(&self) -> usize {
        size_of::<Self>().saturating_add(self.json.len())
    }
}

impl Moment {
    fn of(header: &Header<'_>) -> Self {
        let text = |json: Option<&RawValue>| -> String {
            json.and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default()
        };
        let step = match text(header.event_name).as_str() {
            "CreateSecurityGroup" => Step::Create,
            "DeleteSecurityGroup" => Step::Delete,
            _ => Step::Other,
        };
        Self { time: text(header.event_time).parse().ok(), step }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}#{number}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(json: &str) -> Record {
        Record::new(json, Origin { name: "x".into(), number: None })
    }

    #[test]
    fn records_are_handled_in_the_order_of_their_time_and_then_as_given() {
        let in_order = [
            r#"{"eventName":"SecurityGroup without a time"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"z","eventName":"CreateSecurityGroup"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"d","eventName":"AuthorizeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"c","eventName":"RevokeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"b","eventName":"AuthorizeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"a","eventName":"DeleteSecurityGroup"}"#,
            r#"{"eventTime":"2026-03-01T00:00:01Z","eventID":"a","eventName":"CreateSecurityGroup"}"#,
        ];
        // All but those of one second and one kind are given in the wrong order.
        let given = [6, 5, 2, 3, 4, 1, 0];
        let mut records: Vec<_> = given.iter().map(|index| record(in_order[*index])).collect();
        records.sort_by_key(|record| record.moment);
        assert_eq!(records.iter().map(|record| &*record.json).collect::<Vec<_>>(), in_order);
    }

    #[test]
    fn of_an_unrelated_record_only_the_header_is_kept() {
        let json = r#"{"eventID":"a","eventName":"StopInstances","requestParameters":{"x":[1,2]},"awsRegion":"eu-west-1"}"#;
        let slim = record(json).json;
        assert_eq!(&*slim, r#"{"eventID":"a","eventName":"StopInstances","awsRegion":"eu-west-1"}"#);
        assert_eq!(
            tierguard::wire::read(slim.as_bytes(), None),
            tierguard::wire::read(json.as_bytes(), None)
        );
    }
}
