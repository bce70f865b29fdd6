//! From an account to JSON.

use serde_json::{Map, Value, json};
use tierguard::group::Group;
use tierguard::permission::Direction;
use tierguard::shape::SecurityGroupRule;

use super::permissions::{gathered, key};
use super::{GROUPS, INTERFACES, LISTS, RULES, interfaces, lists};
use crate::account::Account;
use crate::entry::{Entry, REFERENCE};
use crate::rules::Held;

pub(super) fn account(account: &Account) -> Value {
    let groups = account.groups.values().map(group).collect();
    let mut rules: Vec<_> =
        account.groups.values().flat_map(|entry| entry.rules.iter().map(move |held| (entry, held))).collect();
    rules.sort_by(|(_, one), (_, other)| one.rule.id.cmp(&other.rule.id));
    let rules = rules.into_iter().map(|(entry, held)| Value::Object(rule_fields(entry, held))).collect();
    let mut fields = account.rest.clone();
    fields.insert(GROUPS.to_owned(), groups);
    fields.insert(RULES.to_owned(), rules);
    if !account.lists.is_empty() {
        fields.insert(LISTS.to_owned(), lists::written(&account.lists));
    }
    if !account.interfaces.is_empty() {
        fields.insert(INTERFACES.to_owned(), interfaces::written(account));
    }
    Value::Object(fields)
}

fn group(entry: &Entry) -> Value {
    let Group { id, owner, name, vpc, tags } = &entry.group;
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let known = [
        ("GroupId", Some(json!(id))),
        ("OwnerId", owner.as_ref().map(|owner| json!(owner))),
        ("GroupName", name.as_ref().map(|name| json!(name))),
        ("VpcId", vpc.as_ref().map(|vpc| json!(vpc))),
        ("Tags", (!tags.is_empty()).then(|| json!(tags))),
        (key(Direction::Ingress), Some(gathered(entry, Direction::Ingress))),
        (key(Direction::Egress), Some(gathered(entry, Direction::Egress))),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(entry.extras.clone().into_iter().chain(known).collect())
}

/// A rule of `entry` in the shape of `SecurityGroupRules`.
pub(super) fn rule_fields(entry: &Entry, held: &Held) -> Map<String, Value> {
    let shape = SecurityGroupRule {
        group_owner_id: entry.group.owner.as_ref().map(ToString::to_string),
        ..SecurityGroupRule::of(&held.rule, Some(&entry.group.id))
    };
    let mut fields = held.extras.clone();
    let extras_of_reference = fields.remove(REFERENCE);
    if let Ok(Value::Object(shape)) = serde_json::to_value(shape) {
        fields.extend(shape);
    }
    if let (Some(Value::Object(reference)), Some(Value::Object(more))) =
        (fields.get_mut(REFERENCE), extras_of_reference)
    {
        reference.extend(more);
    }
    fields
}
