//! The order to sweep: `{"tierguard": "sweep"}`, with `after` and `digest` where a sweep goes on. EventBridge Scheduler
//! sends it as it is, SNS in an envelope, a person by hand. Whoever may invoke the function may give it, and begins a
//! sweep by it. Where to go on and what was found before are believed only with the proof of the function itself: else the
//! sweep begins at the first group.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tierguard::change::Vouching;
use tierguard::sweep::Sweep;

use crate::proof::Proof;

/// The order.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    tierguard: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
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
pub(crate) fn read(payload: &str, proof: Option<&Proof>) -> Option<Sweep> {
    let outside: Outside<'_> = serde_json::from_str(payload).ok()?;
    match outside {
        Outside { tierguard: Some(_), .. } => direct(payload, proof),
        Outside { records: Some(records), .. } => {
            let deliveries: Vec<Delivery> = serde_json::from_str(records.get()).ok()?;
            let by_sns = deliveries.iter().filter(|delivery| delivery.source == "aws:sns");
            by_sns.into_iter().find_map(|delivery| direct(&delivery.sns.message, proof))
        }
        Outside { tierguard: None, records: None } => None,
    }
}

fn direct(text: &str, wanted: Option<&Proof>) -> Option<Sweep> {
    let Order { tierguard: Word::Sweep, proof, sweep } = serde_json::from_str(text).ok()?;
    Some(match Proof::vouches(wanted, proof.as_deref()) {
        Vouching::Vouched => sweep,
        Vouching::Hearsay => Sweep::default(),
    })
}

/// The order to go on with `sweep`, which the function itself gives.
///
/// # Errors
/// Never for a sweep that was read, or found by one.
pub(crate) fn write(sweep: &Sweep, proof: Option<&Proof>) -> serde_json::Result<String> {
    let proof = proof.map(|proof| proof.reveal().to_owned());
    serde_json::to_string(&Order { tierguard: Word::Sweep, proof, sweep: sweep.clone() })
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
        assert_eq!(read(r#"{"tierguard": "sweep"}"#, None), Some(Sweep::default()));
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&write(&rest(), None).unwrap(), None), Some(rest()));
    }

    #[test]
    fn only_the_function_itself_says_where_to_go_on() {
        let proof: Proof = "0123456789abcdefghijklmnopqrstuv".parse().unwrap();
        let own = write(&rest(), Some(&proof)).unwrap();
        assert_eq!(read(&own, Some(&proof)), Some(rest()));
        let forged = write(&rest(), None).unwrap();
        assert_eq!(read(&forged, Some(&proof)), Some(Sweep::default()));
    }

    #[test]
    fn a_message_that_sns_delivers_is_opened() {
        let delivery = |source: &str, message: &str| {
            json!({ "Records": [{ "EventSource": source, "EventVersion": "1.0", "Sns": {
                "Type": "Notification", "MessageId": "1", "Message": message, "MessageAttributes": {},
            } }] })
        };
        let order = write(&rest(), None).unwrap();
        assert_eq!(read(&delivery("aws:sns", &order).to_string(), None), Some(rest()));
        assert_eq!(read(&delivery("aws:ses", &order).to_string(), None), None);
        assert_eq!(read(&delivery("aws:sns", "hello").to_string(), None), None);
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
            assert_eq!(read(payload, None), None, "{payload}");
        }
    }
}
