//! Every key that the reader knows is known to those who explain it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::policy::reader::fields::Shape;
use crate::policy::reader::homes::home;
use crate::policy::reader::{FILE, TIER, disputes, exemptions, interfaces, rules, selector};
use crate::policy::schema;

/// Every mapping with fixed keys, and where the schema defines it.
const SHAPES: [(&str, &Shape); 12] = [
    ("", &FILE),
    ("/$defs/tier", &TIER),
    ("/$defs/groups", &selector::SHAPE),
    ("/$defs/ingress", &rules::ALLOW_IN),
    ("/$defs/egress", &rules::ALLOW_OUT),
    ("/$defs/ingress-elsewhere", &rules::ALLOW_IN_ELSEWHERE),
    ("/$defs/egress-elsewhere", &rules::ALLOW_OUT_ELSEWHERE),
    ("/$defs/elsewhere", &rules::ELSEWHERE),
    ("/$defs/deny", &rules::DENY),
    ("/$defs/exemption", &exemptions::SHAPE),
    ("/$defs/interfaces", &interfaces::SHAPE),
    ("/$defs/disputes", &disputes::SHAPE),
];

#[test]
fn every_key_has_a_home() {
    for (key, place) in [
        ("version", "the top of the file"),
        ("sweep", "the top of the file"),
        ("mode", "the top of the file, a tier, `elsewhere` or `interfaces`"),
        ("editors", "a tier"),
        ("together", "`interfaces`"),
    ] {
        assert_eq!(home(key), Some(place));
    }
    assert_eq!(home("colour"), None);
    for key in SHAPES.iter().flat_map(|(_, shape)| shape.keys) {
        assert!(home(key).is_some(), "{key} has no home");
    }
}

#[test]
fn the_schema_has_the_keys_that_are_read_and_no_other() {
    let schema = schema();
    for (place, shape) in SHAPES {
        let mapping = schema.pointer(place).unwrap();
        let properties = mapping["properties"].as_object().unwrap();
        let keys: BTreeSet<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(keys, shape.keys.iter().copied().collect(), "{place}");
        assert_eq!(mapping["additionalProperties"], false, "{place}");
        for (key, property) in properties {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.'), "{place} does not describe {key}: {description}");
        }
    }
}

#[test]
fn every_mapping_with_fixed_keys_in_the_schema_is_one_that_is_read() {
    let schema = schema();
    let closed = |value: &&Value| value["additionalProperties"] == false;
    let in_definitions = schema["$defs"].as_object().unwrap().values().filter(closed).count();
    assert_eq!(in_definitions + 1, SHAPES.len());
    let all = schema.to_string().matches("\"additionalProperties\":false").count();
    assert_eq!(all, SHAPES.len(), "one is not among the definitions");
}
