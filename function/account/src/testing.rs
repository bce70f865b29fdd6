//! Words for tests: rules and changes as short texts.

use tierguard::change::{Change, ChangeKind, Event, RuleKey, Told};
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, PrefixListId, RuleId};
use tierguard::permission::{Direction, GroupRef, Peer, Permission};

use crate::Account;

/// The account of every change here that does not say another.
pub(crate) const OURS: &str = "111122223333";

pub(crate) fn account_id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

pub(crate) fn group_id(text: &str) -> GroupId {
    GroupId::new(text).unwrap()
}

/// `sg-1`, or a name.
pub(crate) fn group_key(text: &str) -> GroupKey {
    if text.starts_with("sg-") { GroupKey::Id(group_id(text)) } else { GroupKey::Name(GroupName::new(text)) }
}

/// `22/tcp from 10.0.0.0/8`, `all to pl-1`, `3306/tcp from 444455556666/sg-1`.
pub(crate) fn permission(text: &str) -> Permission {
    let words: Vec<_> = text.split(' ').collect();
    let [traffic, preposition, peer] = words[..] else { panic!("not a permission: {text}") };
    let direction = if preposition == "to" { Direction::Egress } else { Direction::Ingress };
    Permission { direction, traffic: traffic.parse().unwrap(), peer: self::peer(peer) }
}

fn peer(text: &str) -> Peer {
    if let Ok(network) = text.parse() {
        return Peer::Network(network);
    }
    if text.starts_with("pl-") {
        return Peer::PrefixList(PrefixListId::new(text).unwrap());
    }
    let (owner, group) = match text.split_once('/') {
        Some((owner, group)) => (Some(account_id(owner)), group),
        None => (None, text),
    };
    Peer::Group(GroupRef { owner, group: group_key(group) })
}

/// A permission, before it an id where it has one, behind it a description: `sgr-1 22/tcp from 10.0.0.0/8 # why`.
pub(crate) fn rule(text: &str) -> Rule {
    let (text, description) = match text.split_once(" # ") {
        Some((text, description)) => (text, Some(description.to_owned())),
        None => (text, None),
    };
    let (id, text) = match text.split_once(' ') {
        Some((id, text)) if id.starts_with("sgr-") => (Some(RuleId::new(id).unwrap()), text),
        Some(_) | None => (None, text),
    };
    Rule { id, permission: permission(text), description }
}

/// An id or a permission.
pub(crate) fn rule_key(text: &str) -> RuleKey {
    if text.starts_with("sgr-") {
        RuleKey::Id(RuleId::new(text).unwrap())
    } else {
        RuleKey::Content(permission(text))
    }
}

/// What [`rule`] reads; generated ids are left out.
pub(crate) fn written(rule: &Rule) -> String {
    let id = rule.id.as_ref().map(RuleId::as_str).filter(|id| id.len() != "sgr-".len() + 17);
    let id = id.map(|id| format!("{id} ")).unwrap_or_default();
    let description = rule.description.as_ref().map(|text| format!(" # {text}")).unwrap_or_default();
    format!("{id}{}{description}", rule.permission)
}

/// The rules of a group, written.
pub(crate) fn rules(account: &Account, group: &str) -> Vec<String> {
    let mut rules: Vec<_> = account.rules_of(&group_id(group)).iter().map(written).collect();
    rules.sort();
    rules
}

pub(crate) fn change_from(account: &str, group: &str, kind: ChangeKind) -> Change {
    let event = Event { account: Some(account_id(account)), ..Event::default() };
    Change { event, group: group_key(group), kind }
}

pub(crate) fn change(group: &str, kind: ChangeKind) -> Change {
    change_from(OURS, group, kind)
}

pub(crate) fn authorize(group: &str, rules: &[&str]) -> Change {
    let rules = Told::Whole(rules.iter().map(|text| rule(text)).collect());
    change(group, ChangeKind::Authorize { direction: Direction::Ingress, rules })
}

pub(crate) fn revoke(group: &str, rules: &[&str]) -> Change {
    let rules = Told::Whole(rules.iter().map(|text| rule_key(text)).collect());
    change(group, ChangeKind::Revoke { direction: Direction::Ingress, rules })
}

/// An account of these groups, each an object of the AWS CLI, and two VPCs, the first of them the default.
pub(crate) fn account(groups: &str) -> Account {
    let vpcs = r#"[{"VpcId": "vpc-1", "IsDefault": true, "OwnerId": "111122223333"}, {"VpcId": "vpc-2"}]"#;
    let text = format!(r#"{{"SecurityGroups": [{groups}], "Vpcs": {vpcs}}}"#);
    Account::from_json("account.json", &text).unwrap()
}
