//! The order to sweep: `{"tierguard": "sweep"}`, with `after` and `digest` where a sweep goes on. EventBridge Scheduler
//! sends it as it is, SNS in an envelope, a person by hand. Whoever may invoke the function may give it; the most that
//! it brings about is a sweep, of which it can leave out groups, and a message that says what it likes to have found.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tierguard::sweep::Sweep;

/// The order.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    tierguard: Word,
    #[serde(flatten)]
    sweep: Sweep,
}

/// What is ordered.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Word {
    #[serde(rename = "sweep")]
    Sweep,
}

/// What tells an order from an event without taking the event apart.
#[derive(Debug, Deserialize)]
struct Outside<'a> {
    #[serde(borrow)]
    tierguard: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<&'a RawValue>,
}

/// A message that SNS delivers.
#[derive(Debug, Deserialize)]
struct Delivery {
    #[serde(rename = "EventSource")]
    source: String,
    #[serde(rename = "Sns")]
    sns: Envelope,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "Message")]
    message: String,
}

/// What of a sweep `payload` orders, if it orders one: directly, or as a message that SNS delivers.
#[must_use]
pub(crate) fn read(payload: &str) -> Option<Sweep> {
    let outside: Outside<'_> = serde_json::from_str(payload).ok()?;
    match outside {
        Outside { tierguard: Some(_), .. } => direct(payload),
        Outside { records: Some(records), .. } => {
            let deliveries: Vec<Delivery> = serde_json::from_str(records.get()).ok()?;
            let by_sns = deliveries.iter().filter(|delivery| delivery.source == "aws:sns");
            by_sns.into_iter().find_map(|delivery| direct(&delivery.sns.message))
        }
        Outside { tierguard: None, records: None } => None,
    }
}

fn direct(text: &str) -> Option<Sweep> {
    serde_json::from_str(text).ok().map(|Order { tierguard: Word::Sweep, sweep }| sweep)
}

/// The order to go on with `sweep`.
///
/// # Errors
/// Never for a sweep that was read, or found by one.
pub(crate) fn write(sweep: &Sweep) -> serde_json::Result<String> {
    serde_json::to_string(&Order { tierguard: Word::Sweep, sweep: sweep.clone() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tierguard::id::GroupId;
    use tierguard::sweep::Digest;

    use super::*;

    fn rest() -> Sweep {
        let digest = Digest { groups: 50, forbidden: 2, ..Digest::default() };
        Sweep { after: GroupId::new("sg-50").ok(), digest }
    }

    #[test]
    fn a_schedule_or_a_person_orders_a_whole_sweep() {
        assert_eq!(read(r#"{"tierguard": "sweep"}"#), Some(Sweep::default()));
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&write(&rest()).unwrap()), Some(rest()));
    }

    #[test]
    fn a_message_that_sns_delivers_is_opened() {
        let delivery = |source: &str, message: &str| {
            json!({ "Records": [{ "EventSource": source, "EventVersion": "1.0", "Sns": {
                "Type": "Notification", "MessageId": "1", "Message": message, "MessageAttributes": {},
            } }] })
        };
        let order = write(&rest()).unwrap();
        assert_eq!(read(&delivery("aws:sns", &order).to_string()), Some(rest()));
        assert_eq!(read(&delivery("aws:ses", &order).to_string()), None);
        assert_eq!(read(&delivery("aws:sns", "hello").to_string()), None);
    }

    #[test]
    fn nothing_else_is_an_order() {
        for payload in [
            "",
            "null",
            "17",
            r#""sweep""#,
            "[]",
            "{}",
            r#"{"tierguard": "broom"}"#,
            r#"{"tierguard": null}"#,
            r#"{"tierguard": "sweep", "after": 17}"#,
            r#"{"Records": []}"#,
            r#"{"Records": [{"eventSource": "aws:s3", "s3": {}}]}"#,
            // What a caller can put into a record is no order, wherever it stands in it.
            r#"{"detail": {"tierguard": "sweep"}}"#,
        ] {
            assert_eq!(read(payload), None, "{payload}");
        }
    }
}
