//! The same order, the same bytes; and the layout of what is made.

use std::collections::BTreeSet;

use tierguard_logs::{Form, Order, Seed};

use super::{ends_in, made, order, text};

#[test]
fn the_same_order_makes_the_same_bytes() {
    assert_eq!(made(&order()), made(&order()));
}

#[test]
fn another_seed_makes_others() {
    let (one, other) = (made(&order()).1, made(&Order { seed: Seed(2), ..order() }).1);
    let paths = |memory: &tierguard_logs::Memory| memory.files.keys().cloned().collect::<BTreeSet<_>>();
    assert!(paths(&one).is_disjoint(&paths(&other)));
}

/// The bytes must not depend on the machine or on the version of anything: whoever changes them changes this line, and
/// knows that figures measured before cannot be compared with those measured after.
#[test]
fn the_bytes_are_those_of_every_other_machine() {
    let (made, memory) = made(&Order { form: Form::Plain, ..order() });
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (path, content) in &memory.files {
        for byte in path.bytes().chain(content.iter().copied()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    insta::assert_snapshot!(format!("{} files, {} records, {hash:016x}", made.files, made.records), @"16 files, 5281 records, f39e7cb7ce02bd76");
}

#[test]
fn compressed_and_plain_say_the_same() {
    let (plain, packed) = (made(&Order { form: Form::Plain, ..order() }), made(&order()));
    let texts = |memory: &tierguard_logs::Memory| {
        memory.files.iter().map(|(path, content)| text(path, content)).collect::<Vec<_>>()
    };
    assert_eq!(texts(&plain.1), texts(&packed.1));
    assert_eq!(plain.0.bytes, plain.0.kept_bytes);
    assert_eq!(plain.0.bytes, packed.0.bytes);
    assert!(packed.0.kept_bytes * 4 < packed.0.bytes, "{packed:?}", packed = packed.0);
}

#[test]
fn the_layout_is_that_of_cloudtrail() {
    let (_, memory) = made(&order());
    insta::assert_snapshot!(memory.files.keys().next().unwrap(), @"AWSLogs/408238909418/CloudTrail/eu-west-1/2026/01/07/408238909418_CloudTrail_eu-west-1_20260107T0000Z_2s29c7MFBez7zBXz.json.gz");
    for path in memory.files.keys() {
        let parts: Vec<_> = path.split('/').collect();
        let ["AWSLogs", account, "CloudTrail", region, year, month, day, name] = parts[..] else {
            panic!("{path}");
        };
        let name = name.strip_suffix(".json.gz").unwrap();
        let fields: Vec<_> = name.split('_').collect();
        let [of_account, "CloudTrail", of_region, time, random] = fields[..] else { panic!("{path}") };
        assert_eq!((of_account, of_region), (account, region));
        assert_eq!((account.len(), random.len(), time.len()), (12, 16, 14));
        assert!(time.starts_with(&format!("{year}{month}{day}T")), "{path}");
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{path}");
    }
    let lanes: BTreeSet<_> = memory.files.keys().map(|path| path.split("/2026").next().unwrap()).collect();
    assert_eq!(lanes.len(), 4);
}

#[test]
fn an_organisation_has_a_folder_of_its_own() {
    let order = Order { organisation: Some("o-a1b2".parse().unwrap()), form: Form::Plain, ..order() };
    let (_, memory) = made(&order);
    for path in memory.files.keys() {
        assert!(path.starts_with("AWSLogs/o-a1b2/") && ends_in(path, "json"), "{path}");
    }
}

#[test]
fn there_is_about_as_much_as_was_ordered() {
    for megabytes in [1, 8, 30] {
        let size = tierguard_logs::Size::new(megabytes * 1_000_000);
        let (made, memory) = made(&Order { size, form: Form::Plain, ..order() });
        let percent = made.bytes * 100 / size.bytes();
        assert!((90..110).contains(&percent), "{megabytes} MB: {percent} %");
        assert_eq!(made.files, u64::try_from(memory.files.len()).unwrap());
    }
}
