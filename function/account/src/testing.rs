//! Words for tests: rules and changes as short texts.

use jiff::Timestamp;
use serde_json::{Value, json};
use tierguard::Policy;
use tierguard::change::{Change, ChangeKind, Event, GroupChange, GroupEdit, ListVersion, RuleKey, Told};
use tierguard::facts::Facts;
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, PrefixListId, RuleId};
use tierguard::interface::Interface;
use tierguard::judge::{Code, Finding, Keep, ListUndo, Missing, Mixture, Verdict, Violation};
use tierguard::look::Answers;
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard::plan::{Authorize, Call, Remedy, RestoreList, Revoke, SetGroups, plan};
use tierguard::policy::{Mode, OnMixture, OnViolation, Reaction};
use tierguard::reach::Excess;

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

/// A change of anything, in `account`.
pub(crate) fn event_from(account: &str, kind: ChangeKind) -> Change {
    Change { event: Event { account: Some(account_id(account)), ..Event::default() }, kind }
}

pub(crate) fn change_from(account: &str, group: &str, edit: GroupEdit) -> Change {
    event_from(account, ChangeKind::Group(GroupChange { group: group_key(group), edit }))
}

pub(crate) fn change(group: &str, edit: GroupEdit) -> Change {
    change_from(OURS, group, edit)
}

pub(crate) fn authorize(group: &str, rules: &[&str]) -> Change {
    let rules = Told::Whole(rules.iter().map(|text| rule(text)).collect());
    change(group, GroupEdit::Authorize { direction: Direction::Ingress, rules })
}

pub(crate) fn revoke(group: &str, rules: &[&str]) -> Change {
    let rules = Told::Whole(rules.iter().map(|text| rule_key(text)).collect());
    change(group, GroupEdit::Revoke { direction: Direction::Ingress, rules, removed: Vec::new() })
}

/// An account of these groups, each an object of the AWS CLI, and two VPCs, the first of them the default.
pub(crate) fn account(groups: &str) -> Account {
    let vpcs = r#"[{"VpcId": "vpc-1", "IsDefault": true, "OwnerId": "111122223333"}, {"VpcId": "vpc-2"}]"#;
    read(&format!(r#"{{"SecurityGroups": [{groups}], "Vpcs": {vpcs}}}"#))
}

/// The account in `text`, whose groups have no rules in a direction of which it does not tell any.
pub(crate) fn read(text: &str) -> Account {
    let mut file: Value = serde_json::from_str(text).unwrap();
    for group in file["SecurityGroups"].as_array_mut().into_iter().flatten() {
        for key in ["IpPermissions", "IpPermissionsEgress"] {
            group.as_object_mut().unwrap().entry(key).or_insert(json!([]));
        }
    }
    Account::from_json("account.json", &file.to_string()).unwrap()
}

/// A group of one id in two accounts, as an account learns it from events that are not true: it has `rules` in both.
pub(crate) fn twins(group: &str, owners: [&str; 2], rules: &[&str]) -> Account {
    let mut account = Account::learning();
    for owner in owners {
        account.apply(&event_from(owner, authorize(group, rules).kind));
    }
    account
}

/// What the guard does about what it found in nothing but `violation`.
pub(crate) fn planned(violation: Violation) -> Remedy {
    let facts = Facts::about(Vec::new(), None, Answers::default(), Timestamp::UNIX_EPOCH);
    plan(&facts, &Verdict::Violation(violation))
}

/// What the guard does about `rules`, every one of them forbidden. The planner names a rule by its id where its
/// reference has no account.
pub(crate) fn remedy(group: &str, rules: &[Rule]) -> Remedy {
    planned(Violation { findings: findings(group, rules), ..Violation::default() })
}

pub(crate) const REACTION: Reaction = Reaction { mode: Mode::Enforce, on_violation: OnViolation::Revoke };

fn findings(group: &str, rules: &[Rule]) -> Vec<Finding> {
    let finding = |rule: &Rule| Finding {
        code: Code::NotAllowed,
        group: group_id(group),
        rule: rule.clone(),
        excess: Excess::default(),
        tier: None,
        why: String::new(),
        reaction: REACTION,
        keep: Keep::Nothing,
    };
    rules.iter().map(finding).collect()
}

/// The revoke calls of [`remedy`].
pub(crate) fn revokes(group: &str, rules: &[Rule]) -> Vec<Revoke> {
    let revoke = |call: &Call| match call {
        Call::Revoke(call) => call.clone(),
        Call::RestoreList(_) | Call::SetGroups(_) => panic!("not a revoke: {call:?}"),
    };
    remedy(group, rules).removals().iter().map(revoke).collect()
}

/// The one authorize call that puts `rules` back.
pub(crate) fn put_back(group: &str, rules: &[Rule]) -> Authorize {
    let missing = |rule: &Rule| Missing {
        code: Code::RequiredMissing,
        group: group_id(group),
        rule: Some(rule.clone()),
        what: String::new(),
        tier: Policy::parse("policy.yaml", "{version: 1, tiers: {web: {groups: {names: [web]}}}}")
            .unwrap()
            .tiers[0]
            .name
            .clone(),
        why: String::new(),
        reaction: REACTION,
    };
    let missing = rules.iter().map(missing).collect();
    let remedy = planned(Violation { missing, ..Violation::default() });
    let [call] = remedy.additions() else { panic!("one call: {remedy:?}") };
    call.clone()
}

/// The call that puts the entries of version `to` back into `pl-1`, if it is still in version `from`.
pub(crate) fn restore(to: i64, from: i64) -> RestoreList {
    let list = PrefixListId::new("pl-1").unwrap();
    let undo = ListUndo { list, to: ListVersion(to), from: ListVersion(from) };
    let findings = findings("sg-1", &[rule("22/tcp from pl-1")]);
    let remedy = planned(Violation { findings, list: Some(undo), ..Violation::default() });
    let [Call::RestoreList(call)] = remedy.removals() else { panic!("one call: {remedy:?}") };
    call.clone()
}

/// The call that leaves only `stay` on `interface`.
pub(crate) fn set_groups(interface: &Interface, stay: &[&str]) -> SetGroups {
    let mixture = Mixture {
        interface: interface.clone(),
        tiers: Vec::new(),
        off: Vec::new(),
        stay: stay.iter().map(|group| group_id(group)).collect(),
        why: String::new(),
        on_violation: OnMixture::Detach,
        mode: Mode::Enforce,
        hindrance: None,
    };
    let remedy = planned(Violation { mixtures: vec![mixture], ..Violation::default() });
    let [Call::SetGroups(call)] = remedy.removals() else { panic!("one call: {remedy:?}") };
    call.clone()
}
