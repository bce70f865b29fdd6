//! Each kind of noise is what it says that it is.

use std::rc::Rc;

use serde_json::Value;
use tierguard::change::ChangeKind;
use tierguard::wire::{Dismissal, Reading, read};

use super::*;
use crate::caller::People;
use crate::dice::Dice;
use crate::moment::Moment;

fn scene() -> Scene {
    Scene {
        account: "111122223333".to_owned(),
        region: "eu-west-1",
        people: Rc::new(People::of("111122223333").unwrap()),
        now: Moment::of("2026-01-31T12:00:00Z".parse().unwrap()),
        dice: Dice::new(1, 0),
    }
}

#[test]
fn the_shares_come_to_what_they_are_shares_of() {
    assert_eq!(sum_of_shares(), SHARES);
}

#[test]
fn each_kind_is_json_and_says_what_its_template_says() {
    let records = Noise::new().unwrap().one_of_each(&mut scene());
    assert_eq!(records.len(), kinds().count());
    for (kind, record) in kinds().zip(records) {
        let text = String::from_utf8(record).unwrap();
        let record: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(!text.contains(['«', '»']), "{text}");
        assert_eq!(record["eventName"], kind.name);
        assert_eq!(record["eventSource"], format!("{}.amazonaws.com", kind.source));
        assert_eq!(record["eventTime"], "2026-01-31T12:00:00Z");
        assert_eq!(record["recipientAccountId"], "111122223333");
        assert_eq!(record["awsRegion"], "eu-west-1");
        let failed = matches!(kind.outcome, Outcome::Failed { .. });
        assert_eq!(record.get("errorCode").is_some(), failed, "{text}");
        assert!(!failed || record["responseElements"].is_null(), "{text}");
    }
}

#[test]
fn the_guard_reads_in_each_kind_what_it_tells() {
    let records = Noise::new().unwrap().one_of_each(&mut scene());
    for (kind, record) in kinds().zip(records) {
        let told = match read(&record, None) {
            Reading::Ignored(_, Dismissal::NotAChange) => Tells::Nothing,
            Reading::Ignored(_, Dismissal::FailedCall) => Tells::Failure,
            Reading::Change(change) if matches!(change.kind, ChangeKind::Attachment(_)) => Tells::Attachment,
            other => panic!("{}: {other:?}", kind.name),
        };
        assert_eq!(told, kind.tells, "{}", kind.name);
    }
}

#[test]
fn records_are_as_long_as_captured_ones() {
    let (noise, mut scene) = (Noise::new().unwrap(), scene());
    let mut lengths: Vec<_> = (0..10_000)
        .map(|_| {
            let mut out = Vec::new();
            noise.write(&mut scene, &mut out);
            out.len()
        })
        .collect();
    lengths.sort_unstable();
    // Of an hour of one real account: 1174, 1261 and 1844 bytes; of records of all kinds 1315, 1894 and 4745.
    let mean = lengths.iter().sum::<usize>() / lengths.len();
    assert!((1100..1600).contains(&lengths[5_000]), "median {}", lengths[5_000]);
    assert!((1200..1900).contains(&mean), "mean {mean}");
    assert!((1700..4800).contains(&lengths[9_500]), "95th percentile {}", lengths[9_500]);
}
