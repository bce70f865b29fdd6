//! What changes make of a prefix list.

use tierguard::change::ChangeKind;
use tierguard::id::PrefixListId;

use super::*;
use crate::Account;
use crate::testing::{OURS, event_from};

const VENDORS: &str =
    r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Version": 2, "Entries": [{"Cidr": "10.0.0.0/8"}]}]}"#;

fn change(list: &str, before: Option<i64>, edit: ListEdit) -> tierguard::change::Change {
    let list = PrefixListId::new(list).unwrap();
    let change = ListChange { list, before: before.map(ListVersion), edit };
    event_from(OURS, ChangeKind::PrefixList(change))
}

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn edit(before: Option<i64>, added: &[&str], removed: &[&str]) -> tierguard::change::Change {
    change("pl-1", before, ListEdit::Entries { added: networks(added), removed: networks(removed) })
}

fn back(before: i64, version: i64) -> tierguard::change::Change {
    change("pl-1", Some(before), ListEdit::Restore { version: ListVersion(version) })
}

/// `3: 10.0.0.0/8; before: 2: …` after these changes.
fn check(changes: &[tierguard::change::Change], expected: &str) {
    let mut account = Account::from_json("account.json", VENDORS).unwrap();
    for change in changes {
        account.apply(change);
    }
    let list = &account.lists[&PrefixListId::new("pl-1").unwrap()];
    let written = |entries: &Entries| {
        let entries: Vec<_> = entries.iter().map(|entry| entry.network.to_string()).collect();
        entries.join(" ")
    };
    let now = list.entries.as_ref().map_or("unknown".to_owned(), written);
    let earlier = list.earlier.iter().map(|(version, entries)| format!("; {version}: {}", written(entries)));
    assert_eq!(format!("{}: {now}{}", list.version(), earlier.collect::<String>()), expected, "{changes:?}");
}

#[test]
fn an_edit_makes_a_new_version() {
    check(&[edit(Some(2), &["10.1.0.0/16"], &["10.0.0.0/8"])], "3: 10.1.0.0/16; 2: 10.0.0.0/8");
    check(&[edit(None, &["10.1.0.0/16"], &[])], "3: 10.0.0.0/8 10.1.0.0/16; 2: 10.0.0.0/8");
    // The event knows better which version it was.
    check(&[edit(Some(7), &[], &["10.0.0.0/8"])], "8: ; 7: 10.0.0.0/8");
    // Removed and added again: only its text was changed.
    check(&[edit(Some(2), &["10.0.0.0/8"], &["10.0.0.0/8"])], "3: 10.0.0.0/8; 2: 10.0.0.0/8");
}

#[test]
fn the_entries_of_an_earlier_version_come_back() {
    let changed = edit(Some(2), &["10.1.0.0/16"], &["10.0.0.0/8"]);
    let all = "4: 10.0.0.0/8; 2: 10.0.0.0/8; 3: 10.1.0.0/16";
    check(&[changed.clone(), back(3, 2)], all);
    // A change that was made before its record came is not made again.
    check(&[changed.clone(), back(3, 2), back(3, 2)], all);
    check(&[changed.clone(), changed], "3: 10.1.0.0/16; 2: 10.0.0.0/8");
    check(&[back(2, 1)], "3: unknown; 2: 10.0.0.0/8");
}

#[test]
fn what_was_cut_makes_the_entries_unknown() {
    let cut = change("pl-1", Some(2), ListEdit::Cut);
    check(std::slice::from_ref(&cut), "3: unknown; 2: 10.0.0.0/8");
    check(&[cut.clone(), edit(Some(3), &["10.1.0.0/16"], &[])], "4: unknown; 2: 10.0.0.0/8");
    check(&[cut, back(3, 2)], "4: 10.0.0.0/8; 2: 10.0.0.0/8");
}

#[test]
fn a_list_that_is_not_here_stays_unknown() {
    for mut account in [Account::default(), Account::learning()] {
        account.apply(&edit(Some(1), &["10.1.0.0/16"], &[]));
        assert_eq!(account.entries_of(&PrefixListId::new("pl-1").unwrap()), None);
    }
}
