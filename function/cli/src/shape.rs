//! From a JSON value to the CloudTrail records in it, whatever they are wrapped in.
//!
//! Knows the wrappers and not the records: what a record says, and whether it makes sense, is for the guard.

use std::fmt;

use memchr::memchr;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;
use tierguard::wire::Seen;

use crate::record::Header;
use crate::values::Fault;

/// How often a record may be wrapped. An array of what `lookup-events` prints takes six.
pub(crate) const DEEPEST: usize = 8;

/// What is done with each record that is found, and with what is found in the place of one.
pub(crate) trait Collect {
    /// Whether the record that stands in these bytes need not be read at all: the bytes are no more than an object by
    /// its brackets, of which this was seen. If so, it has been counted.
    fn passes_over(&mut self, _record: &[u8], _seen: Seen) -> bool {
        false
    }
    /// Takes the JSON of a record, and what its header says.
    fn record(&mut self, json: &str, header: &Header<'_>);
    /// Takes what is no record.
    fn stray(&mut self, why: Stray);
}

/// A JSON value that is no CloudTrail event, nor anything that holds some.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Stray {
    #[error("this is not a CloudTrail event")]
    NotAnEvent,
    #[error("this is wrapped more than {DEEPEST} times")]
    TooDeep,
    #[error("this cannot be read: {fault}")]
    Unreadable { fault: Fault },
}

/// Whether what stands under `key` is a list of events.
pub(crate) fn is_list_key(key: &str) -> bool {
    matches!(key, "Records" | "Events")
}

/// Whether what starts with these bytes is an object that starts like a record: with a field that only records have.
///
/// (AWS: "`CloudTrail` record contents".)
pub(crate) fn starts_like_a_record(text: &[u8]) -> bool {
    const FIELDS: [&[u8]; 30] = [
        b"eventVersion",
        b"userIdentity",
        b"eventTime",
        b"eventSource",
        b"eventName",
        b"awsRegion",
        b"sourceIPAddress",
        b"userAgent",
        b"errorCode",
        b"errorMessage",
        b"requestParameters",
        b"responseElements",
        b"additionalEventData",
        b"requestID",
        b"eventID",
        b"eventType",
        b"apiVersion",
        b"managementEvent",
        b"readOnly",
        b"resources",
        b"recipientAccountId",
        b"serviceEventDetails",
        b"sharedEventID",
        b"vpcEndpointId",
        b"vpcEndpointAccountId",
        b"eventCategory",
        b"addendum",
        b"sessionCredentialFromConsole",
        b"edgeDeviceDetails",
        b"tlsDetails",
    ];
    first_key(text).is_some_and(|(key, _)| FIELDS.contains(&key))
}

/// Whether what starts with these bytes is an object that starts with a list of events.
pub(crate) fn starts_with_a_list(text: &[u8]) -> bool {
    let is_list = |(key, after): (&[u8], &[u8])| {
        std::str::from_utf8(key).is_ok_and(is_list_key)
            && after
                .trim_ascii_start()
                .strip_prefix(b":")
                .is_some_and(|value| value.trim_ascii_start().starts_with(b"["))
    };
    first_key(text).is_some_and(is_list)
}

/// The first key of the object with which `text` starts, as it is spelled, and what comes after it.
fn first_key(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let key = text.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    // No key that matters is longer.
    let end = memchr(b'"', key.get(..64).unwrap_or(key))?;
    let (key, after) = key.split_at_checked(end)?;
    Some((key, after.strip_prefix(b"\"")?))
}

/// Gives every record in `json`, a JSON value that breaks off somewhere, to `to`: those that are whole.
pub(crate) fn salvage(json: &str, to: &mut impl Collect) {
    // That it breaks off is known; what came before has been given by then.
    let _ = Elements { deepest: DEEPEST, to }.deserialize(&mut serde_json::Deserializer::from_str(json));
}

/// Gives every record in `json`, a JSON value, to `to`, in order. It may be wrapped `deepest` times.
pub(crate) fn unwrap_within(deepest: usize, json: &str, to: &mut impl Collect) {
    match deepest.checked_sub(1) {
        Some(deeper) => unwrap(Shape::of(json), json, deeper, to),
        None => to.stray(Stray::TooDeep),
    }
}

/// The same, of what may be no JSON value: whether it is one. If not, nothing was given.
pub(crate) fn unwrap_sound(deepest: usize, json: &str, to: &mut impl Collect) -> bool {
    let Some(deeper) = deepest.checked_sub(1) else { return false };
    match Shape::of(json) {
        Err(Stray::Unreadable { .. }) => false,
        shape @ (Ok(_) | Err(Stray::NotAnEvent | Stray::TooDeep)) => {
            unwrap(shape, json, deeper, to);
            true
        }
    }
}

fn unwrap(shape: Result<Shape<'_>, Stray>, json: &str, deeper: usize, to: &mut impl Collect) {
    match shape {
        Ok(Shape::Record(record, header)) => to.record(record, &header),
        Ok(Shape::Many) => {
            // It is whole, and so are its elements.
            let _ =
                Elements { deepest: deeper, to }.deserialize(&mut serde_json::Deserializer::from_str(json));
        }
        Ok(Shape::Wrapper(inside)) => unwrap_within(deeper, inside, to),
        Ok(Shape::Text(text)) => unwrap_within(deeper, text.trim(), to),
        Ok(Shape::Digest) => {}
        Err(why) => to.stray(why),
    }
}

/// What a JSON value is.
enum Shape<'t> {
    /// A bare record, or the `detail` of an EventBridge event.
    Record(&'t str, Header<'t>),
    /// What holds others, and what it holds: the list in `{"Records":[…]}` or `{"Events":[…]}`, `CloudTrailEvent` in a
    /// row of what `lookup-events` prints.
    Wrapper(&'t str),
    /// An array.
    Many,
    /// JSON in a string.
    Text(String),
    /// A digest, by which CloudTrail proves its log files: it lies among them and holds no event.
    Digest,
}

impl<'t> Shape<'t> {
    fn of(json: &'t str) -> Result<Self, Stray> {
        let unreadable = |error| Stray::Unreadable { fault: Fault::of(json.as_bytes(), &error) };
        match json.as_bytes().first() {
            Some(b'[') => serde_json::from_str::<IgnoredAny>(json).map(|_| Self::Many).map_err(unreadable),
            Some(b'"') => serde_json::from_str(json).map(Self::Text).map_err(unreadable),
            Some(b'{') => serde_json::from_str::<Object<'_>>(json).map_err(unreadable)?.shape(json),
            Some(_) | None => Err(Stray::NotAnEvent),
        }
    }
}

/// What an object's keys hold, as far as they tell what it is. Where a key is given twice, the last counts.
#[derive(Default)]
struct Object<'t> {
    inside: Option<&'t RawValue>,
    detail: Option<&'t RawValue>,
    header: Header<'t>,
    is_digest: bool,
}

impl<'t> Object<'t> {
    fn shape(self, json: &'t str) -> Result<Shape<'t>, Stray> {
        let Self { inside, detail, header, is_digest } = self;
        let detail = detail.map(RawValue::get).filter(|detail| detail.starts_with('{'));
        let detail = || detail.map(|detail| Shape::Record(detail, Header::of(detail)));
        let record = header.is_of_record().then_some(Shape::Record(json, header));
        let inside = inside.map(|inside| Shape::Wrapper(inside.get()));
        inside
            .or(record)
            .or_else(detail)
            .or_else(|| is_digest.then_some(Shape::Digest))
            .ok_or(Stray::NotAnEvent)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier)]
enum Key {
    #[serde(rename = "Records", alias = "Events")]
    List,
    #[serde(rename = "CloudTrailEvent")]
    Row,
    #[serde(rename = "detail")]
    Detail,
    #[serde(rename = "eventID")]
    EventId,
    #[serde(rename = "eventName")]
    EventName,
    #[serde(rename = "eventSource")]
    EventSource,
    #[serde(rename = "eventTime")]
    EventTime,
    #[serde(rename = "awsRegion")]
    AwsRegion,
    #[serde(rename = "recipientAccountId")]
    RecipientAccountId,
    #[serde(rename = "errorCode")]
    ErrorCode,
    #[serde(rename = "userIdentity")]
    UserIdentity,
    #[serde(rename = "digestS3Object")]
    OfDigest,
    #[serde(other)]
    Other,
}

impl<'t> Deserialize<'t> for Object<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'t> Visitor<'t> for Keys {
            type Value = Object<'t>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Object<'t>, A::Error> {
                let mut object = Object::default();
                while let Some(key) = map.next_key()? {
                    let header = &mut object.header;
                    let place = match key {
                        Key::List | Key::Row => &mut object.inside,
                        Key::Detail => &mut object.detail,
                        Key::EventId => &mut header.event_id,
                        Key::EventName => &mut header.event_name,
                        Key::EventSource => &mut header.event_source,
                        Key::EventTime => &mut header.event_time,
                        Key::AwsRegion => &mut header.aws_region,
                        Key::RecipientAccountId => &mut header.recipient_account_id,
                        Key::ErrorCode => &mut header.error_code,
                        Key::UserIdentity => &mut header.user_identity,
                        Key::OfDigest | Key::Other => {
                            map.next_value::<IgnoredAny>()?;
                            object.is_digest |= matches!(key, Key::OfDigest);
                            continue;
                        }
                    };
                    *place = Some(map.next_value()?);
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Unwraps the elements of an array, or of the lists in an object, up to where it breaks off.
struct Elements<'c, C> {
    /// How often each may be wrapped.
    deepest: usize,
    to: &'c mut C,
}

impl<'t, C: Collect> DeserializeSeed<'t> for Elements<'_, C> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t, C: Collect> Visitor<'t> for Elements<'_, C> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<&RawValue>()? {
            unwrap_within(self.deepest, element.get(), self.to);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { deepest, to } = self;
        while let Some(key) = map.next_key()? {
            match key {
                Key::List => map.next_value_seed(Elements { deepest, to: &mut *to })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Found(Vec<String>);

    impl Collect for Found {
        fn record(&mut self, json: &str, _: &Header<'_>) {
            self.0.push(json.to_owned());
        }
        fn stray(&mut self, why: Stray) {
            self.0.push(why.to_string());
        }
    }

    fn found(json: &str) -> Vec<String> {
        let mut found = Found::default();
        unwrap_within(DEEPEST, json, &mut found);
        found.0
    }

    const A: &str = r#"{"eventName":"A"}"#;
    const B: &str = r#"{"eventVersion":"1.08","eventSource":"b","detail":{}}"#;

    #[test]
    fn records_are_found_in_every_wrapper() {
        assert_eq!(found(A), [A]);
        assert_eq!(found(B), [B]);
        assert_eq!(found(&format!(r#"{{"detail-type":"x","detail":{A}}}"#)), [A]);
        assert_eq!(found(&format!(r#"{{"Records":[{A},{B}]}}"#)), [A, B]);
        assert_eq!(found(&format!(r#"[{{"detail":{A}}},{B},[{A}]]"#)), [A, B, A]);
        let row = format!(r#"{{"EventName":"A","CloudTrailEvent":{}}}"#, serde_json::json!(A));
        assert_eq!(found(&row), [A]);
        assert_eq!(found(&format!(r#"{{"Events":[{row},{row}],"NextToken":"x"}}"#)), [A, A]);
        assert_eq!(found(&serde_json::json!([A, B]).to_string()), [A, B]);
    }

    #[test]
    fn an_empty_list_and_a_digest_hold_nothing() {
        assert_eq!(found(r#"{"Records":[]}"#), [""; 0]);
        assert_eq!(found(r#"{"digestS3Object":"x","logFiles":[]}"#), [""; 0]);
    }

    #[test]
    fn what_is_no_event_says_so() {
        for json in [
            "{}",
            "7",
            r#"{"Records":7}"#,
            "null",
            r#""text""#,
            r#"{"detail":null}"#,
            r#"{"name":"package"}"#,
        ] {
            assert_eq!(found(json), ["this is not a CloudTrail event"], "{json}");
        }
        insta::assert_snapshot!(found(r#"{"CloudTrailEvent":"{\"a\""}"#).concat(), @"this cannot be read: EOF while parsing an object at line 1 column 4");
        insta::assert_snapshot!(found(&format!("{}{}", "[".repeat(9), "]".repeat(9))).concat(), @"this is wrapped more than 8 times");
    }

    #[test]
    fn records_before_a_break_are_kept() {
        let salvaged = |json: &str| {
            let mut found = Found::default();
            salvage(json, &mut found);
            found.0
        };
        assert_eq!(salvaged(&format!(r#"{{"Records":[{A},{B},{{"eventName"#)), [A, B]);
        assert_eq!(salvaged(&format!("[{A},{B}")), [A, B]);
        assert_eq!(salvaged(&A.replace('}', "")), [""; 0]);
    }
}
