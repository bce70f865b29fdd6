//! What the parts of a draft are. What a draft means, and that accounts keep it, is tested where accounts are.

use proptest::prelude::*;

use super::naming::Naming;
use super::quote::quoted;
use super::stem::Stem;
use crate::policy::{Policy, is_name};

/// What groups of these names would be found by.
fn patterns(names: &[&str]) -> String {
    let stem = Stem::of(names.first().unwrap());
    assert!(names.iter().all(|name| Stem::of(name) == stem), "{names:?} have more in common than {stem:?}");
    stem.patterns(names).iter().map(|pattern| pattern.as_str().to_owned()).collect::<Vec<_>>().join(", ")
}

#[test]
fn names_of_a_kind_have_a_pattern() {
    for (names, expected) in [
        (&["web-1", "web-2"][..], "web-*"),
        (&["web", "web-1"], "web, web-*"),
        (&["web-shop", "web_blog"], "web-*, web_*"),
        (&["prod-web", "stage-web"], "*-web"),
        (&["shop-01", "shop-02"], "shop-*"),
        (&["shop1", "shop2"], "shop*"),
        (&["shop-20260301T0900", "shop-9f86d081884c"], "shop-*"),
        (&["ssh-admin"], "ssh-admin"),
        (&["web-1", "web-1"], "web-1"),
        (&["launch-wizard-1", "launch-wizard-27"], "launch-wizard-*"),
    ] {
        assert_eq!(patterns(names), expected, "{names:?}");
    }
    for (one, other) in
        [("shop-front", "shop-back"), ("prod-web", "prod-db"), ("1", "2"), ("-1", "-2"), ("Web", "web")]
    {
        assert_ne!(Stem::of(one), Stem::of(other));
    }
}

#[test]
fn a_name_is_free_and_a_policy_takes_it() {
    let mut naming = Naming::default();
    let mut give = |wanted: &[&str]| naming.give(wanted, "tier");
    assert_eq!(give(&["web"]), "web");
    assert_eq!(give(&["web", "web-old"]), "web-old");
    assert_eq!(give(&["web"]), "web-2");
    assert_eq!(give(&["web"]), "web-3");
    assert_eq!(give(&["self"]), "tier-self");
    assert_eq!(give(&["10.0.0.1"]), "10-0-0-1");
    assert_eq!(give(&["a/b: c"]), "a-b-c");
    assert_eq!(give(&["***", "db"]), "db");
    assert_eq!(give(&["***"]), "tier");
    assert_eq!(give(&["***"]), "tier-2");
}

proptest! {
    #[test]
    fn text_in_quotes_is_that_text(text in any::<String>(), other in "[ -~]{0,12}") {
        for text in [text, other] {
            let yaml = format!("version: 1\ntiers:\n  web:\n    groups: {{ tags: {{ {0}: {0} }} }}\n    ingress: []\n", quoted(&text));
            let policy = Policy::parse("policy.yaml", &yaml).map_err(|errors| TestCaseError::fail(format!("{errors}\n{yaml}")))?;
            prop_assert_eq!(policy.tiers[0].groups.tags.get(&text), Some(&text));
            prop_assert!(quoted(&text).lines().count() <= 1);
        }
    }

    #[test]
    fn every_text_makes_a_name(texts in prop::collection::vec(any::<String>(), 1..5)) {
        let mut naming = Naming::default();
        let names: Vec<_> = texts.iter().map(|text| naming.give(&[text], "tier")).collect();
        prop_assert!(names.iter().all(|name| is_name(name)), "{names:?}");
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        prop_assert_eq!(distinct.len(), names.len());
    }
}
