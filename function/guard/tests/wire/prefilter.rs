//! What is let through to be parsed.

use proptest::prelude::*;
use serde_json::{Value, json};
use tierguard::change::ChangeKind;
use tierguard::wire::{self, NAME_KEY, Reading, Scope, Seen};

use super::{GROUP_CALLS, OTHER_CALLS, any_json, read, record};

/// Whether `record` can be a change, whatever was seen of it before.
fn may_be_change(record: &[u8], scope: Scope) -> bool {
    let may_be = wire::may_be_change(record, scope);
    let keys = record.windows(NAME_KEY.len()).enumerate().filter(|(_, text)| text == NAME_KEY);
    let keys: Vec<_> = keys.map(|(at, _)| at).collect();
    let nowhere = [None, Some(record.len()), Some(usize::MAX)];
    let once = if let [at] = keys[..] { Some(at) } else { None };
    for name in nowhere.into_iter().chain([once]) {
        let seen = Seen { is_plain: !record.contains(&b'\\'), name };
        assert_eq!(wire::seen_may_be_change(record, scope, seen), may_be, "{seen:?}");
        let seen = Seen { is_plain: false, name };
        assert_eq!(wire::seen_may_be_change(record, scope, seen), may_be, "{seen:?}");
    }
    may_be
}

#[test]
fn the_name_of_the_call_decides() {
    for (json, expect) in [
        (r#"{"eventName":"CreateTags"}"#, true),
        ("{\"eventName\" :\n\t\"RunInstances\"}", true),
        (r#"{"eventName":"DescribeSecurityGroups"}"#, false),
        (r#"{"eventName":"GetSecurityGroupsForVpc"}"#, false),
        (r#"{"eventName":"MoveSecurityGroupToAnotherWorld"}"#, true),
        (r#"{"eventName":"Run\u0049nstances"}"#, true),
        (r#"{"eventName":{"content":"CreateTags","tag":1}}"#, true),
        (r#"{"x":{"eventName":"PutParameter"},"eventName":"DeleteTags"}"#, true),
        (r#"{"eventName":"AuthorizeSecurityGroup"#, true),
        (r#"{"eventName" "CreateTags"}"#, true),
        (r#"{"eventName";"CreateTags"}"#, true),
        ("{\"eventName\":\"Create\0Tags\"}", true),
        (r#"{"eventName":"CreateTagsX"}"#, false),
        (r#"{"eventName":"XCreateTags"}"#, false),
        (r#"{"eventName":"CreateManagedPrefixList"}"#, false),
        (r#"{"eventName":"PutParameter","x":"CreateTags","y":"SecurityGroup"}"#, false),
        (r#"{"x":"eventName","eventNames":"CreateTags"}"#, false),
        ("{}", false),
        ("", false),
    ] {
        assert_eq!(may_be_change(json.as_bytes(), Scope::All), expect, "{json}");
    }
    for name in GROUP_CALLS.iter().chain(&OTHER_CALLS) {
        let record = record(name, json!({"omitted": true}), Value::Null).to_string();
        assert!(may_be_change(record.as_bytes(), Scope::All), "{name}");
        assert_ne!(read(&serde_json::from_str(&record).unwrap()), "not a change", "{name}");
    }
}

#[test]
fn interfaces_matter_where_the_scope_has_them() {
    for (json, is_of_rules) in [
        (r#"{"eventName":"RunInstances"}"#, false),
        (r#"{"eventName":"CreateNetworkInterface"}"#, false),
        (r#"{"eventName":"ModifyNetworkInterfaceAttribute"}"#, false),
        (r#"{"eventName":"RunInstances","x":{"eventName":"CreateTags"}}"#, true),
        (r#"{"eventName":"CreateTags"}"#, true),
    ] {
        assert!(may_be_change(json.as_bytes(), Scope::All), "{json}");
        assert_eq!(may_be_change(json.as_bytes(), Scope::Rules), is_of_rules, "{json}");
    }
}

#[test]
fn of_calls_on_tags_those_matter_that_may_name_a_group() {
    for (request, expect) in [
        (r#"{"resourcesSet":{"items":[{"resourceId":"i-1"},{"resourceId":"vol-1"}]}}"#, false),
        (r#"{"resourcesSet":{"items":[{"resourceId":"i-1"},{"resourceId":"sg-1"}]}}"#, true),
        (r#"{"resourcesSet":{"items":[{"resourceId":"s\u0067-1"}]}}"#, true),
        (r#"{"resourcesSet":{"items":[{"resourceId": "i-1"}]}}"#, true),
        (r#"{"resources":["i-1"]}"#, true),
        (r#"{"resourcesSet":{"items":[{"resourceId":"i-1"}],"omitted":true}}"#, true),
        ("null", true),
    ] {
        for name in ["CreateTags", "DeleteTags"] {
            let json = format!(r#"{{"eventName":"{name}","requestParameters":{request}}}"#);
            assert_eq!(may_be_change(json.as_bytes(), Scope::All), expect, "{json}");
            let json = json.replace(name, "CreateSecurityGroup");
            assert!(may_be_change(json.as_bytes(), Scope::All), "{json}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_out_is_no_change(
        name in prop_oneof![
            prop::sample::select([GROUP_CALLS.as_slice(), &OTHER_CALLS, &["PutParameter", ""]].concat())
                .prop_map(Value::from),
            any_json(),
        ],
        request in any_json(),
        is_escaped in any::<bool>(),
        is_spaced in any::<bool>(),
    ) {
        let mut record = record("x", request, Value::Null);
        record["eventName"] = name;
        let json = if is_spaced { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) };
        let json = json.unwrap();
        let json = if is_escaped { json.replace("Tags", r"T\u0061gs").replace("Name", r"N\u0061me") } else { json };
        // As the whole of it is parsed: a letter spelled as an escape lets every record through.
        let parsed = wire::read(json.replacen('{', r#"{"z":"\u0041","#, 1).as_bytes(), None);
        // What names no group in any way is about none, even where it cannot be read.
        let is_of_tags = matches!(parsed.event().name.as_deref(), Some("CreateTags" | "DeleteTags"));
        let is_no_group = is_of_tags && matches!(parsed, Reading::Malformed(..)) && !json.contains("sg-");
        let is_no_change = parsed.is_unrelated() || is_no_group;
        prop_assert!(is_no_change || may_be_change(json.as_bytes(), Scope::All), "{}", json);
        if !may_be_change(json.as_bytes(), Scope::Rules) && may_be_change(json.as_bytes(), Scope::All) {
            let is_of_interfaces = match &parsed {
                Reading::Change(change) => matches!(change.kind, ChangeKind::Attachment(_)),
                Reading::Ignored(..) | Reading::Truncated(_) | Reading::Malformed(..) => {
                    wire::is_about_interfaces(parsed.event())
                }
            };
            prop_assert!(is_of_interfaces, "{}", json);
        }
    }
}
