//! What is found, compared with what a walk through all rules finds.

use proptest::prelude::*;

use super::*;
use crate::testing::{OURS, account_id, permission};

/// Whether two permissions are the same rule in a group of `account`.
fn is_same(one: &Permission, other: &Permission, account: Option<&AccountId>) -> bool {
    let with_owner = |permission: &Permission| {
        let mut permission = permission.clone();
        if let Peer::Group(reference) = &mut permission.peer {
            reference.owner = reference.owner.take().or_else(|| account.cloned());
        }
        permission
    };
    with_owner(one) == with_owner(other)
}

const TEXTS: [&str; 8] = [
    "22/tcp from 10.0.0.0/8",
    "22/tcp to 10.0.0.0/8",
    "22/tcp from pl-1",
    "22/tcp from sg-1",
    "22/tcp from 111122223333/sg-1",
    "22/tcp from 444455556666/sg-1",
    "23/tcp from 111122223333/sg-1",
    "22/tcp from web",
];

fn held(text: &str) -> Held {
    Rule { id: None, permission: permission(text), description: None }.into()
}

fn rule_id(number: u8) -> RuleId {
    RuleId::new(&format!("sgr-{number}")).unwrap()
}

proptest! {
    #[test]
    fn the_same_is_found_as_by_looking_at_each(
        edits in proptest::collection::vec((0..9_u8, proptest::option::of(proptest::sample::select(&TEXTS[..]))), 0..30),
        asked in proptest::sample::select(&TEXTS[..]),
        account in proptest::option::of(Just(account_id(OURS))),
    ) {
        let (mut rules, mut walked) = (Rules::default(), BTreeMap::new());
        for (number, text) in edits {
            let id = rule_id(number);
            if let Some(text) = text {
                rules.insert(id.clone(), held(text));
                walked.insert(id, permission(text));
            } else {
                prop_assert_eq!(rules.remove(&id).is_some(), walked.remove(&id).is_some());
            }
        }
        let (asked, account) = (permission(asked), account.as_ref());
        let same = walked.iter().filter(|(_, permission)| is_same(permission, &asked, account));
        prop_assert_eq!(rules.same_as(&asked, account), same.map(|(id, _)| id.clone()).collect());
        prop_assert_eq!(rules.count(&asked), walked.values().filter(|permission| **permission == asked).count());
        prop_assert!(rules.iter().map(|held| held.rule.id.as_ref()).eq(walked.keys().map(Some)));
    }

    #[test]
    fn the_way_to_the_same_rules_does_not_matter(texts in proptest::sample::subsequence(&TEXTS[..], 1..8)) {
        let (mut straight, mut winding) = (Rules::default(), Rules::default());
        for (number, text) in (0..).zip(&texts) {
            straight.insert(rule_id(number), held(text));
            winding.insert(rule_id(number), held("all to ::/0"));
        }
        for (number, text) in (0..).zip(&texts).collect::<Vec<_>>().into_iter().rev() {
            winding.insert(rule_id(number), held(text));
        }
        winding.insert(rule_id(9), held("all to ::/0"));
        winding.remove(&rule_id(9));
        prop_assert_eq!(winding, straight);
    }
}
