//! `CreateTags` and `DeleteTags`.

use serde_json::{Value, json};

use super::{read, record};

fn check(name: &str, request: Value, expect: &str) {
    assert_eq!(read(&record(name, request.clone(), json!({"_return": true}))), expect, "{request}");
}

#[test]
fn only_groups_are_read_each_once_in_every_encoding() {
    let request = json!({
        "resourcesSet": {"items": [{"resourceId": "i-1"}, {"resourceId": "sg-2"}, {"resourceId": "sgr-1"},
                                   {"resourceId": "sg-1"}, {"resourceId": "sg-2"}]},
        "tagSet": {"items": [{"key": "tier", "value": "web"}, {"key": "cost", "value": 7}]}});
    check("CreateTags", request, r#"set {"cost": "7", "tier": "web"} on sg-1 sg-2"#);
    let many = json!({"CreateTagsRequest": {
        "ResourceId": [{"content": "sg-1", "tag": 1}, {"content": "i-1", "tag": 2}],
        "Tag": [{"Key": "tier", "Value": "web", "tag": 1}, {"Key": "on", "Value": true, "tag": 2}]}});
    check("CreateTags", many, r#"set {"on": "true", "tier": "web"} on sg-1"#);
    let one = json!({"CreateTagsRequest": {"ResourceId": {"content": "sg-1", "tag": 1},
                                           "Tag": {"Key": "tier", "tag": 1}}});
    check("CreateTags", one, r#"set {"tier": ""} on sg-1"#);
}

#[test]
fn tags_of_anything_else_are_no_change() {
    let request = json!({"resourcesSet": {"items": [{"resourceId": "ami-1"}, {"resourceId": "sgr-1"}]},
                         "tagSet": {"items": [{"key": "tier", "value": "web"}]}});
    check("CreateTags", request.clone(), "not a change");
    check("DeleteTags", request, "not a change");
}

#[test]
fn removing_names_keys_or_values_or_every_tag() {
    let of = |tags: Value| json!({"resourcesSet": {"items": [{"resourceId": "sg-1"}]}, "tagSet": tags});
    for none in [json!({}), json!({"items": []}), Value::Null] {
        check("DeleteTags", of(none), "remove {} from sg-1");
    }
    check("DeleteTags", json!({"resourcesSet": {"items": [{"resourceId": "sg-1"}]}}), "remove {} from sg-1");
    let some = json!({"items": [{"key": "a"}, {"key": "b", "value": "x"}, {"key": "c", "value": ""}]});
    check("DeleteTags", of(some), r#"remove {"a": None, "b": Some("x"), "c": Some("")} from sg-1"#);
    let either = json!({"items": [{"key": "a", "value": "x"}, {"key": "a", "value": "y"}]});
    check("DeleteTags", of(either), r#"remove {"a": None} from sg-1"#);
}

#[test]
fn what_cannot_be_read_says_why() {
    let group = json!({"items": [{"resourceId": "sg-1"}]});
    check("CreateTags", json!({"omitted": true}), "truncated");
    check("CreateTags", json!({"omitted": true, "resourcesSet": group}), "truncated");
    check("CreateTags", json!({}), "malformed: requestParameters has no resourcesSet");
    check("CreateTags", json!({"resourcesSet": group}), "malformed: requestParameters has no tagSet");
    let keyless = json!({"resourcesSet": group, "tagSet": {"items": [{"value": "x"}]}});
    check("DeleteTags", keyless, "malformed: requestParameters has no key");
    let odd = json!({"resourcesSet": {"items": [{"resourceId": "sg- 1"}]}, "tagSet": {}});
    check("DeleteTags", odd, "malformed: requestParameters: `sg- 1` cannot be a security group id");
}
