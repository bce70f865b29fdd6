//! What the guard's reader makes of each record, and whether the mix is the one that was ordered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;
use tierguard::change::ChangeKind;
use tierguard::wire::{Dismissal, Reading, read};
use tierguard_logs::{Mix, OneIn, Order, Size, Tells, kinds};

use super::{made, order, records};

/// What the reader made of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    Change,
    Attachment,
    Failed,
    Described,
    Nothing,
}

fn reading(record: &str) -> Read {
    match read(record.as_bytes(), None) {
        Reading::Change(change) => match change.kind {
            ChangeKind::Attachment(_) => Read::Attachment,
            ChangeKind::Group(_) | ChangeKind::Tags(_) | ChangeKind::PrefixList(_) => Read::Change,
        },
        Reading::Ignored(_, Dismissal::FailedCall) => Read::Failed,
        Reading::Ignored(_, Dismissal::DescriptionOnly(_)) => Read::Described,
        Reading::Ignored(_, Dismissal::NotAChange) => Read::Nothing,
        other => panic!("{other:?}: {record}"),
    }
}

/// The names of calls that are noise only.
fn noise() -> BTreeMap<&'static str, BTreeSet<Read>> {
    let mut noise: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for kind in kinds() {
        noise.entry(kind.name).or_default().insert(match kind.tells {
            Tells::Nothing => Read::Nothing,
            Tells::Attachment => Read::Attachment,
            Tells::Failure => Read::Failed,
        });
    }
    noise
}

#[test]
fn the_reader_understands_every_change_and_calls_no_noise_one() {
    let noise = noise();
    let mut met = BTreeSet::new();
    for record in records(&made(&order()).1).concat() {
        let value: Value = serde_json::from_str(&record).unwrap();
        let name = value["eventName"].as_str().unwrap().to_owned();
        let read = reading(&record);
        // CreateTags is both: of instances it is noise.
        let is_change = name.contains("SecurityGroup") && !name.starts_with("Describe")
            || (name.ends_with("Tags") && record.contains("\"sg-"));
        if is_change {
            assert_eq!(read == Read::Failed, value.get("errorCode").is_some(), "{record}");
            assert!(matches!(read, Read::Change | Read::Failed | Read::Described), "{read:?}: {record}");
        } else {
            assert!(noise[name.as_str()].contains(&read), "{read:?}: {record}");
        }
        met.insert(name);
    }
    let changes: Vec<_> = met.iter().filter(|name| !noise.contains_key(name.as_str())).collect();
    insta::assert_snapshot!(format!("{changes:#?}"), @r#"
    [
        "AuthorizeSecurityGroupIngress",
        "CreateSecurityGroup",
        "ModifySecurityGroupRules",
        "RevokeSecurityGroupIngress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    ]
    "#);
}

#[test]
fn the_mix_is_as_ordered() {
    let mix = Mix { changes: OneIn::new(10), repeats: OneIn::new(100), ..Mix::default() };
    let (made, memory) = made(&Order { mix, size: Size::new(16_000_000), ..order() });
    let records = records(&memory).concat();
    assert_eq!(made.records, u64::try_from(records.len()).unwrap());
    let distinct = made.records - made.repeats;
    // Less than one change of each lane is left over.
    assert!((distinct / 10 - 4..=distinct / 10).contains(&made.changes), "{made:?}");
    let violations = u64::try_from(made.violations.len()).unwrap();
    assert!((14..27).contains(&(made.changes / made.failed)), "{made:?}");
    assert!((6..11).contains(&(made.changes / violations)), "{made:?}");
    assert!((70..140).contains(&(made.records / made.repeats)), "{made:?}");
}

#[test]
fn records_are_unordered_and_some_come_late_or_twice() {
    let (made, memory) = made(&Order { days: 1, ..order() });
    let mut ids: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut unordered = 0;
    for (file, records) in records(&memory).iter().enumerate() {
        let times: Vec<Timestamp> =
            records.iter().map(|record| field(record, "eventTime").parse().unwrap()).collect();
        unordered += usize::from(!times.is_sorted());
        for record in records {
            assert!(ids.entry(field(record, "eventID")).or_default().insert(file), "twice in one file");
        }
    }
    let twice = ids.values().filter(|files| files.len() == 2).count();
    assert_eq!(u64::try_from(twice).unwrap(), made.repeats);
    assert!(ids.values().all(|files| files.len() <= 2));
    assert!(unordered * 2 > memory.files.len());
    assert!(made.late > 0, "{made:?}");
}

fn field(record: &str, name: &str) -> String {
    let value: Value = serde_json::from_str(record).unwrap();
    value[name].as_str().unwrap().to_owned()
}
