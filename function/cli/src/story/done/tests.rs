//! What becomes of rules in ways that an account in memory does not bring about by itself.

use std::collections::BTreeSet;

use tierguard::act::{Action, Outcome, Target};
use tierguard::change::ListVersion;
use tierguard::group::{Group, Rule};
use tierguard::id::{GroupId, InterfaceId, PrefixListId};
use tierguard::interface::Interface;
use tierguard::judge::{Code, Finding, Hindrance, Keep, ListUndo, Missing, Mixture, Violation};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::policy::{Mode, OnMixture, OnViolation, Policy, Reaction, TierName};
use tierguard::reach::Excess;

use super::Done;
use crate::story::found::Found;
use crate::story::groups::Groups;
use crate::story::row::Row;
use crate::tally::Undone;

const REACTION: Reaction = Reaction { mode: Mode::Enforce, on_violation: OnViolation::Narrow };

fn group() -> GroupId {
    GroupId::new("sg-1").unwrap()
}

fn rule(ports: &str, network: &str) -> Rule {
    let peer = Peer::Network(network.parse().unwrap());
    let permission = Permission { direction: Direction::Ingress, traffic: ports.parse().unwrap(), peer };
    Rule { id: None, permission, description: None }
}

fn wide() -> Rule {
    rule("0-65535/tcp", "0.0.0.0/0")
}

fn tier() -> TierName {
    let text = "version: 1\ntiers:\n  web:\n    groups: { names: [web] }\n    ingress: []\n";
    Policy::parse("policy.yaml", text).unwrap().tiers[0].name.clone()
}

/// A rule that is forbidden, and of which `keep` is to stay.
fn narrowed(keep: Keep) -> Violation {
    let why = "web allows 443/tcp from anywhere".to_owned();
    let finding = Finding {
        code: Code::NotAllowed,
        group: group(),
        rule: wide(),
        excess: Excess::default(),
        tier: Some(tier()),
        why,
        reaction: REACTION,
        keep,
    };
    Violation { findings: vec![finding], ..Violation::default() }
}

fn parts() -> Keep {
    Keep::Parts(vec![rule("443/tcp", "0.0.0.0/0").permission])
}

/// Two rules that are missing.
fn missing() -> Violation {
    let missing = |rule: Rule| Missing {
        code: Code::RequiredMissing,
        group: group(),
        what: rule.permission.to_string(),
        rule: Some(rule),
        tier: tier(),
        why: "web requires 80/tcp, 443/tcp from anywhere".to_owned(),
        reaction: REACTION,
    };
    let missing = ["80/tcp", "443/tcp"].map(|ports| missing(rule(ports, "0.0.0.0/0")));
    Violation { missing: missing.into(), ..Violation::default() }
}

fn action(call: &'static str, rules: &[Rule], outcome: Outcome) -> Action {
    Action { call, target: Target::Rules { group: group(), rules: rules.to_vec() }, outcome }
}

fn authorize(ports: &str, outcome: Outcome) -> Action {
    action("AuthorizeSecurityGroupIngress", &[rule(ports, "0.0.0.0/0")], outcome)
}

fn revoke(outcome: Outcome) -> Action {
    action("RevokeSecurityGroupIngress", &[wide()], outcome)
}

fn failed() -> Outcome {
    Outcome::Failed { message: "UnauthorizedOperation".to_owned(), retryable: false }
}

/// The story of `violation` and `actions` in a group or in two.
fn told(violation: &Violation, actions: &[Action], groups: usize) -> String {
    let group = |number: usize| Group {
        id: GroupId::new(&format!("sg-{number}")).unwrap(),
        name: None,
        vpc: None,
        owner: None,
        tags: [].into(),
    };
    let all: Vec<_> = (1..=groups).map(group).collect();
    let groups = Groups(&all);
    let mut rows = Vec::new();
    Found { groups, verb: "opened" }.violation(violation, &mut rows);
    Done { groups, violation, actions, remarks: &[] }.rows(&mut rows);
    let plain = |row: &Row| anstream::adapter::strip_str(&format!("{row}\n")).to_string();
    rows.iter().map(plain).collect()
}

fn counted(violation: &Violation, actions: &[Action]) -> Undone {
    let mut undone = Undone::default();
    undone.count(violation, actions);
    undone
}

#[test]
fn a_rule_that_is_narrowed() {
    let violation = narrowed(parts());
    let actions = [authorize("443/tcp", Outcome::Done), revoke(Outcome::Done)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    done       kept what is allowed: 443/tcp from 0.0.0.0/0
    done       revoked all/tcp from 0.0.0.0/0
    ");
    insta::assert_snapshot!(told(&violation, &actions, 2), @"
    opened     all/tcp from 0.0.0.0/0 in sg-1
    because    web allows 443/tcp from anywhere
    done       kept what is allowed: 443/tcp from 0.0.0.0/0 in sg-1
    done       revoked all/tcp from 0.0.0.0/0 in sg-1
    ");
    let undone = counted(&violation, &actions);
    assert_eq!((undone.narrowed, undone.rules.done), (1, 0));
    let actions = [authorize("443/tcp", Outcome::AlreadyThere), revoke(Outcome::Done)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    done       nothing: there already: 443/tcp from 0.0.0.0/0
    done       revoked all/tcp from 0.0.0.0/0
    ");
    assert_eq!(counted(&violation, &actions), undone);
    let actions = [authorize("443/tcp", Outcome::Withheld), revoke(Outcome::Withheld)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    done       observing only: would keep what is allowed: 443/tcp from 0.0.0.0/0
    done       observing only: would revoke all/tcp from 0.0.0.0/0
    ");
    let undone = counted(&violation, &actions);
    assert_eq!((undone.narrowed, undone.rules.withheld), (0, 1));
}

#[test]
fn a_rule_that_is_to_be_narrowed_and_cannot_be() {
    let violation = narrowed(parts());
    let actions = [authorize("443/tcp", Outcome::NoRoom), revoke(Outcome::Done)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    done       nothing of it is kept: the group has no room for 443/tcp from 0.0.0.0/0
    done       revoked all/tcp from 0.0.0.0/0
    ");
    let undone = counted(&violation, &actions);
    assert_eq!((undone.narrowed, undone.rules.done), (0, 1));
    let actions = [authorize("443/tcp", failed()), revoke(failed())];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    failed     AuthorizeSecurityGroupIngress of 443/tcp from 0.0.0.0/0: UnauthorizedOperation
    failed     RevokeSecurityGroupIngress of all/tcp from 0.0.0.0/0: UnauthorizedOperation
    ");
    assert_eq!(counted(&violation, &actions).rules.failed, 1);
    insta::assert_snapshot!(told(&narrowed(Keep::TooMany), &[revoke(Outcome::Done)], 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    note       what of it is allowed would take more rules than a group has room for
    done       revoked all/tcp from 0.0.0.0/0
    ");
}

#[test]
fn missing_rules_that_are_not_put_back() {
    let violation = missing();
    let actions = [authorize("80/tcp", Outcome::AlreadyThere), authorize("443/tcp", Outcome::NoRoom)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    missing    80/tcp from 0.0.0.0/0
    because    web requires 80/tcp, 443/tcp from anywhere
    missing    443/tcp from 0.0.0.0/0
    because    web requires 80/tcp, 443/tcp from anywhere
    done       nothing: there already: 80/tcp from 0.0.0.0/0
    failed     the group has no room to put back 443/tcp from 0.0.0.0/0
    ");
    let missing = counted(&violation, &actions).missing;
    assert_eq!((missing.needless, missing.no_room, missing.left), (1, 1, 0));
    let actions = [authorize("80/tcp", failed())];
    let missing = counted(&violation, &actions).missing;
    assert_eq!((missing.failed, missing.left), (1, 1));
}

#[test]
fn a_prefix_list_that_cannot_be_put_back() {
    let list = PrefixListId::new("pl-1").unwrap();
    let undo = ListUndo { list: list.clone(), to: ListVersion(3), from: ListVersion(4) };
    let violation = Violation { list: Some(undo), ..narrowed(Keep::Nothing) };
    let restore = |outcome| Action {
        call: "RestoreManagedPrefixListVersion",
        target: Target::PrefixList(list.clone()),
        outcome,
    };
    let actions = [restore(failed()), revoke(Outcome::Done)];
    insta::assert_snapshot!(told(&violation, &actions, 1), @"
    opened     all/tcp from 0.0.0.0/0
    because    web allows 443/tcp from anywhere
    failed     RestoreManagedPrefixListVersion of pl-1: UnauthorizedOperation
    done       revoked all/tcp from 0.0.0.0/0
    ");
    let undone = counted(&violation, &actions);
    assert_eq!((undone.lists.failed, undone.rules.done, undone.mended), (1, 1, 0));
    let undone = counted(&violation, &[restore(Outcome::Done)]);
    assert_eq!((undone.lists.done, undone.rules.left, undone.mended), (1, 0, 1));
}

#[test]
fn groups_that_do_not_come_off() {
    let interface = InterfaceId::new("eni-1").unwrap();
    let mixture = |hindrance| Mixture {
        interface: Interface {
            id: interface.clone(),
            instance: None,
            vpc: None,
            groups: BTreeSet::new(),
            told: BTreeSet::new(),
            managed_by: None,
        },
        tiers: vec![tier()],
        off: vec![group()],
        stay: Vec::new(),
        why: "on one interface only groups of one tier may meet".to_owned(),
        on_violation: OnMixture::Detach,
        mode: Mode::Enforce,
        hindrance,
    };
    let set = |outcome| Action {
        call: "ModifyNetworkInterfaceAttribute",
        target: Target::Interface { interface: interface.clone(), groups: [].into() },
        outcome,
    };
    let free = Violation { mixtures: vec![mixture(None)], ..Violation::default() };
    insta::assert_snapshot!(told(&free, &[set(failed())], 0), @"
    meet       web on eni-1
    because    on one interface only groups of one tier may meet
    failed     ModifyNetworkInterfaceAttribute of eni-1, to take sg-1 off: UnauthorizedOperation
    ");
    insta::assert_snapshot!(told(&free, &[set(Outcome::AlreadyGone)], 0), @"
    meet       web on eni-1
    because    on one interface only groups of one tier may meet
    done       nothing: eni-1 is gone already
    ");
    assert_eq!(counted(&free, &[set(failed())]).interfaces.failed, 1);
    let off = mixture(Some(Hindrance::AlreadyOff));
    let off = Violation { mixtures: vec![off], ..Violation::default() };
    insta::assert_snapshot!(told(&off, &[], 0), @"
    meet       web on eni-1
    because    on one interface only groups of one tier may meet
    done       nothing: off eni-1 already: sg-1
    ");
    assert_eq!(counted(&off, &[]).interfaces.needless, 1);
}

#[test]
fn what_failed_is_told_first() {
    let actions: Vec<_> =
        (0..9).map(|number| revoke(if number == 8 { failed() } else { Outcome::Done })).collect();
    let told = told(&narrowed(Keep::Nothing), &actions, 1);
    let lines: Vec<_> = told.lines().skip_while(|line| !line.contains("failed")).collect();
    assert!(lines[0].contains("UnauthorizedOperation"), "{told}");
    assert_eq!((lines.len(), lines[6].trim()), (7, "and 3 more"));
}
