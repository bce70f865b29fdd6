//! Calls as the guard plans them: nothing else can make one.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::Policy;
use tierguard::change::ListVersion;
use tierguard::facts::Facts;
use tierguard::group::Rule;
use tierguard::interface::Interface;
use tierguard::judge::{Code, Finding, Keep, ListUndo, Missing, Mixture, Verdict, Violation};
use tierguard::look::Answers;
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard::plan::{Authorize, Call, Remedy, RestoreList, Revoke, SetGroups, plan};
use tierguard::policy::{Mode, OnMixture, OnViolation, Reaction};
use tierguard::reach::Excess;

use super::POLICY;
use super::ec2::{group_id, interface_id, list_id};

const REACTION: Reaction = Reaction { mode: Mode::Enforce, on_violation: OnViolation::Revoke };

/// `22/tcp from 10.0.0.0/8`, `443/tcp to pl-1`, `22/tcp from sg-2`, with a description.
fn rule((text, description): (&str, Option<&str>)) -> Rule {
    let words: Vec<_> = text.split(' ').collect();
    let [traffic, preposition, peer] = words[..] else { panic!("not a permission: {text}") };
    let direction = if preposition == "to" { Direction::Egress } else { Direction::Ingress };
    let peer = match peer.parse() {
        Ok(network) => Peer::Network(network),
        Err(_) if peer.starts_with("pl-") => Peer::PrefixList(list_id(peer)),
        Err(_) => {
            let group = tierguard::id::GroupKey::Id(group_id(peer));
            Peer::Group(GroupRef { owner: tierguard::id::AccountId::new("111122223333").ok(), group })
        }
    };
    let permission = Permission { direction, traffic: traffic.parse().unwrap(), peer };
    Rule { id: None, permission, description: description.map(str::to_owned) }
}

fn planned(violation: Violation) -> Remedy {
    let facts = Facts::about(Vec::new(), None, Answers::default(), Timestamp::UNIX_EPOCH);
    plan(&facts, &Verdict::Violation(violation))
}

/// The call that puts these rules into sg-1, each with its description.
pub(crate) fn authorize(rules: &[(&str, Option<&str>)]) -> Authorize {
    let tier = Policy::parse("policy.yaml", POLICY).unwrap().tiers[0].name.clone();
    let missing = |rule| Missing {
        code: Code::RequiredMissing,
        group: group_id("sg-1"),
        rule: Some(rule),
        what: String::new(),
        tier: tier.clone(),
        why: String::new(),
        reaction: REACTION,
    };
    let missing = rules.iter().copied().map(rule).map(missing).collect();
    let remedy = planned(Violation { missing, ..Violation::default() });
    let [call] = remedy.additions() else { panic!("one call: {remedy:?}") };
    call.clone()
}

/// The finding that this rule of sg-1 is forbidden.
fn forbidden(text: &str) -> Finding {
    Finding {
        code: Code::NotAllowed,
        group: group_id("sg-1"),
        rule: rule((text, None)),
        excess: Excess::default(),
        tier: None,
        why: String::new(),
        reaction: REACTION,
        keep: Keep::Nothing,
    }
}

/// The call that takes this rule out of sg-1.
pub(crate) fn revoke(text: &str) -> Revoke {
    let remedy = planned(Violation { findings: vec![forbidden(text)], ..Violation::default() });
    let [Call::Revoke(call)] = remedy.removals() else { panic!("one call: {remedy:?}") };
    call.clone()
}

/// The call that puts the entries of version 3 back into pl-1, if it is still in version 4.
pub(crate) fn restore() -> RestoreList {
    let undo = ListUndo { list: list_id("pl-1"), to: ListVersion(3), from: ListVersion(4) };
    let findings = vec![forbidden("22/tcp from pl-1")];
    let remedy = planned(Violation { findings, list: Some(undo), ..Violation::default() });
    let [Call::RestoreList(call)] = remedy.removals() else { panic!("one call: {remedy:?}") };
    call.clone()
}

/// The call that leaves sg-1 and sg-2 on eni-1.
pub(crate) fn set_groups() -> SetGroups {
    let interface = Interface {
        id: interface_id("eni-1"),
        instance: None,
        vpc: None,
        groups: ["sg-1", "sg-2", "sg-3"].map(group_id).into(),
        told: BTreeSet::new(),
        managed_by: None,
    };
    let mixture = Mixture {
        interface,
        tiers: Vec::new(),
        off: vec![group_id("sg-3")],
        stay: vec![group_id("sg-1"), group_id("sg-2")],
        why: String::new(),
        on_violation: OnMixture::Detach,
        mode: Mode::Enforce,
        hindrance: None,
    };
    let remedy = planned(Violation { mixtures: vec![mixture], ..Violation::default() });
    let [Call::SetGroups(call)] = remedy.removals() else { panic!("one call: {remedy:?}") };
    call.clone()
}
