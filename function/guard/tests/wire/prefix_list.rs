//! `ModifyManagedPrefixList` and `RestoreManagedPrefixListVersion`.

use serde_json::{Value, json};

use super::{read, record};

fn check(name: &str, request: Value, response: Value, expect: &str) {
    let wrapper = format!("{name}Request");
    assert_eq!(read(&record(name, json!({wrapper: request}), response.clone())), expect, "{request}");
    assert_eq!(read(&record(name, request.clone(), response)), expect, "{request}");
}

fn modify(request: Value, expect: &str) {
    check("ModifyManagedPrefixList", request, Value::Null, expect);
}

fn answer(version: u8, state: &str) -> Value {
    json!({"ModifyManagedPrefixListResponse": {"xmlns": "…", "requestId": "r",
           "prefixList": {"prefixListId": "pl-1", "version": version, "state": state}}})
}

#[test]
fn entries_are_read_one_or_many_in_either_spelling() {
    let one = json!({"PrefixListId": "pl-1", "CurrentVersion": 3,
                     "AddEntry": {"Cidr": "203.0.113.7/24", "Description": 123, "tag": 1}});
    modify(one, "pl-1 at 3 +203.0.113.0/24");
    let many = json!({"PrefixListId": "pl-1", "CurrentVersion": "3",
                      "AddEntry": [{"Cidr": "10.0.0.0/8", "tag": 1}, {"Cidr": "2001:db8::/32", "tag": 2}],
                      "RemoveEntry": {"Cidr": "192.0.2.0/24", "tag": 1}});
    modify(many, "pl-1 at 3 +10.0.0.0/8 +2001:db8::/32 -192.0.2.0/24");
    let small = json!({"prefixListId": "pl-1", "currentVersion": 3,
                       "removeEntrySet": {"items": [{"cidr": "192.0.2.0/24"}]}, "addEntrySet": {}});
    modify(small, "pl-1 at 3 -192.0.2.0/24");
}

#[test]
fn what_leaves_the_entries_alone_is_no_change() {
    modify(json!({"PrefixListId": "pl-1", "CurrentVersion": 3, "PrefixListName": "offices"}), "not a change");
    modify(json!({"PrefixListId": "pl-1", "MaxEntries": 20}), "not a change");
    for name in ["CreateManagedPrefixList", "DeleteManagedPrefixList"] {
        check(name, json!({"PrefixListId": "pl-1"}), Value::Null, "not a change");
    }
}

#[test]
fn an_older_version_is_put_back() {
    let restore = |request: Value, expect: &str| {
        check("RestoreManagedPrefixListVersion", request, Value::Null, expect);
    };
    let request = json!({"PrefixListId": "pl-1", "CurrentVersion": 3, "PreviousVersion": 1});
    restore(request, "pl-1 at 3 restored from 1");
    let missing = "malformed: requestParameters has no PreviousVersion";
    restore(json!({"PrefixListId": "pl-1", "CurrentVersion": 3}), missing);
}

#[test]
fn the_response_tells_the_version_where_the_request_does_not() {
    let request = json!({"PrefixListId": "pl-1", "AddEntry": {"Cidr": "10.0.0.0/8", "tag": 1}});
    for (version, state, before) in
        [(3, "modify-in-progress", "3"), (4, "modify-complete", "3"), (3, "modify-failed", "?"), (3, "", "?")]
    {
        let expect = format!("pl-1 at {before} +10.0.0.0/8");
        check("ModifyManagedPrefixList", request.clone(), answer(version, state), &expect);
    }
    modify(request, "pl-1 at ? +10.0.0.0/8");
}

#[test]
fn of_what_was_cut_the_list_is_enough() {
    modify(json!({"omitted": true, "PrefixListId": "pl-1", "CurrentVersion": 3}), "pl-1 at 3 (cut)");
    modify(json!({"omitted": true}), "truncated");
    let told = answer(3, "modify-in-progress");
    check("ModifyManagedPrefixList", json!({"omitted": true}), told, "pl-1 at 3 (cut)");
}

#[test]
fn what_cannot_be_read_says_why() {
    let entry = |entry: Value| json!({"PrefixListId": "pl-1", "AddEntry": [{"Cidr": "10.0.0.0/8"}, entry]});
    let nowhere = json!({"CurrentVersion": 3, "AddEntry": {"Cidr": "10.0.0.0/8", "tag": 1}});
    modify(nowhere, "malformed: requestParameters has no PrefixListId");
    let odd = "malformed: entry 2 of requestParameters: `anywhere` is not a network in CIDR notation";
    modify(entry(json!({"Cidr": "anywhere"})), odd);
    modify(entry(json!({"Description": "x"})), "malformed: requestParameters has no Cidr");
    let spaced = json!({"PrefixListId": "pl 1", "AddEntry": {"Cidr": "10.0.0.0/8", "tag": 1}});
    modify(spaced, "malformed: requestParameters: `pl 1` cannot be a prefix list id");
}
