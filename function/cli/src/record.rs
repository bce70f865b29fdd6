//! One CloudTrail record on its way to the guard: its JSON, where it was found, and its place in time.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// When it is handled.
    pub(crate) turn: Turn,
    /// Its JSON. Of a record that cannot be a change, only what tells what it was.
    pub(crate) json: Box<str>,
}

/// When a record is handled: by its moment, and by where it was found where that is the same. Of two records one always
/// comes first, in whatever order they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    /// When it happened.
    pub(crate) moment: Moment,
    /// Where it was found.
    pub(crate) spot: Spot,
}

/// A place among the records: which file, and which record of it, each from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// Which of the sources.
    pub(crate) source: usize,
    /// Which of its records.
    pub(crate) number: usize,
}

/// Where a record was found, for people. `Display` is the `source` of a report.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The file.
    pub(crate) name: Arc<str>,
    /// Which record of it, from 0, if it holds several.
    pub(crate) number: Option<usize>,
}

/// When something happened: by time, what has none first; a group is made before and deleted after whatever else
/// happens to it in the same second. `CloudTrail` tells times in whole seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) time: Option<Timestamp>,
    pub(crate) step: Step,
}

/// What comes first of what happens in one second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Create,
    #[default]
    Other,
    Delete,
}

/// What tells what a record was, without what was asked and answered.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Header<'a> {
    #[serde(borrow, rename = "eventID", skip_serializing_if = "Option::is_none")]
    pub(crate) event_id: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) event_name: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) event_source: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) event_time: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) aws_region: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) recipient_account_id: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_identity: Option<&'a RawValue>,
}

impl<'a> Header<'a> {
    /// That of the record with this JSON. One that cannot be read is empty: it is for the guard to reject.
    pub(crate) fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Whether only a record says what it says.
    pub(crate) const fn is_of_record(&self) -> bool {
        let Self { event_id, event_name, event_source, user_identity, .. } = self;
        event_id.is_some() || event_name.is_some() || event_source.is_some() || user_identity.is_some()
    }

    /// Its JSON: as much of the record as tells what it was.
    pub(crate) fn json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub(crate) fn time(&self) -> Option<Timestamp> {
        text(self.event_time)?.parse().ok()
    }

    pub(crate) fn region(&self) -> Option<String> {
        text(self.aws_region)
    }

    /// The digits of the account.
    pub(crate) fn account(&self) -> Option<String> {
        let of_caller = || {
            let caller: Caller = serde_json::from_str(self.user_identity?.get()).ok()?;
            caller.account_id
        };
        let digits = |number: u64| format!("{number:0>12}");
        let number = || serde_json::from_str(self.recipient_account_id?.get()).ok().map(digits);
        text(self.recipient_account_id).or_else(number).or_else(of_caller)
    }

    pub(crate) fn moment(&self) -> Moment {
        let step = match text(self.event_name).as_deref() {
            Some("CreateSecurityGroup") => Step::Create,
            Some("DeleteSecurityGroup") => Step::Delete,
            Some(_) | None => Step::Other,
        };
        Moment { time: self.time(), step }
    }
}

#[derive(Deserialize)]
struct Caller {
    #[serde(rename = "accountId")]
    account_id: Option<String>,
}

fn text(json: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(json?.get()).ok()
}

impl Record {
    /// How much memory it takes, in bytes.
    pub(crate) const fn size(&self) -> usize {
        size_of::<Self>().saturating_add(self.json.len())
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

    #[test]
    fn records_are_handled_in_the_order_of_their_time_and_then_as_found() {
        let in_order = [
            r#"{"eventName":"SecurityGroup without a time"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"z","eventName":"CreateSecurityGroup"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"d","eventName":"AuthorizeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"c","eventName":"RevokeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"b","eventName":"AuthorizeSecurityGroupIngress"}"#,
            r#"{"eventTime":"2026-03-01T00:00:00Z","eventID":"a","eventName":"DeleteSecurityGroup"}"#,
            r#"{"eventTime":"2026-03-01T00:00:01Z","eventID":"a","eventName":"CreateSecurityGroup"}"#,
        ];
        // All but those of one second and one kind are found in the wrong order.
        let found = [6, 5, 2, 3, 4, 1, 0].map(|index: usize| in_order[index]);
        let mut turns: Vec<_> = found
            .iter()
            .enumerate()
            .map(|(number, json)| {
                (Turn { moment: Header::of(json).moment(), spot: Spot { source: 0, number } }, *json)
            })
            .collect();
        turns.sort();
        assert_eq!(turns.into_iter().map(|(_, json)| json).collect::<Vec<_>>(), in_order);
    }

    #[test]
    fn of_an_unrelated_record_the_header_tells_what_it_was() {
        let json = r#"{"eventID":"a","eventName":"StopInstances","requestParameters":{"x":[1,2]},"awsRegion":"eu-west-1"}"#;
        let slim = Header::of(json).json().unwrap();
        assert_eq!(slim, r#"{"eventID":"a","eventName":"StopInstances","awsRegion":"eu-west-1"}"#);
        assert_eq!(
            tierguard::wire::read(slim.as_bytes(), None),
            tierguard::wire::read(json.as_bytes(), None)
        );
    }

    #[test]
    fn the_account_is_the_recipient_or_else_the_callers() {
        for (json, account) in [
            (r#"{"recipientAccountId":"1","userIdentity":{"accountId":"2"}}"#, Some("1")),
            (r#"{"userIdentity":{"accountId":"2"}}"#, Some("2")),
            (r#"{"userIdentity":{"type":"AWSService"}}"#, None),
            (r#"{"recipientAccountId":7}"#, Some("000000000007")),
            ("[]", None),
        ] {
            assert_eq!(Header::of(json).account().as_deref(), account, "{json}");
        }
    }
}
