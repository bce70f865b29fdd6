//! Where a guard that enforces leaves an account: whatever was done to it, by whomever, in whatever order, and however
//! often it is told.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may stop at the first surprise")]

use std::collections::BTreeSet;

use futures_executor::block_on;
use jiff::Timestamp;
use proptest::prelude::*;
use tierguard::change::{
    Actor, Change, ChangeKind, Content, Event, GroupChange, GroupEdit, Modification, RuleKey, TagChange,
    TagEdit, Told,
};
use tierguard::facts::{Facts, Subject};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, EventId, GroupId, GroupKey, RoleArn, RuleId};
use tierguard::judge::allows;
use tierguard::look::Answers;
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard::sweep::{Home, Sweep};
use tierguard::wire::Reading;
use tierguard::{Guard, Policy};
use tierguard_account::{Account, Ports};

const OURS: &str = "111122223333";
const GROUPS: [&str; 3] = ["sg-1", "sg-2", "sg-3"];
/// A group that events may make.
const NEW: &str = "sg-4";
const TIERS: [&str; 3] = ["web", "db", "none"];
const ADMIN: &str = "arn:aws:iam::111122223333:role/Admin";
const ANYBODY: &str = "arn:aws:iam::111122223333:role/Developer";
const OWN: &str = "arn:aws:iam::111122223333:role/tierguard";

/// Few enough rules that chance makes everything meet everything else.
const RULES: [&str; 12] = [
    "80/tcp from 0.0.0.0/0",
    "80-81/tcp from 0.0.0.0/0",
    "80/tcp from 10.0.0.0/8",
    "81/tcp from 10.1.0.0/16",
    "80/tcp from sg-1",
    "81/tcp from sg-2",
    "81/tcp from sg-4",
    "all from 0.0.0.0/0",
    "81/tcp from 0.0.0.0/0",
    "81/tcp to 10.0.0.0/8",
    "all to 0.0.0.0/0",
    "80/tcp to sg-3",
];
/// What the lists of a policy are made of.
const ALLOWED: [&str; 6] = [
    "{ allow: 80/tcp, from: anywhere }",
    "{ allow: 80-81/tcp, from: 10.0.0.0/8 }",
    "{ allow: 81/tcp, from: [web, self] }",
    "{ allow: 80/tcp, from: [db, sg-1] }",
    "{ allow: 81/tcp, from: 0.0.0.0/1 }",
    "{ allow: all, from: 128.0.0.0/1 }",
];
const LEFT: [&str; 3] = ["", "    egress: []\n", "    egress: [{ allow: 81/tcp, to: 10.0.0.0/8 }]\n"];

fn policy() -> impl Strategy<Value = String> {
    let tier = || {
        let editors = prop::sample::select(vec!["", "", "    editors: [admins]\n", "    editors: []\n"]);
        let on_violation = prop::sample::select(vec!["revoke", "revoke", "narrow"]);
        (allowed(), prop::sample::select(&LEFT[..]), editors, on_violation, prop::bool::weighted(0.3))
    };
    let elsewhere = prop_oneof![
        Just(String::new()),
        Just("elsewhere: { deny: [{ ports: 80/tcp, from: internet }] }\n".to_owned()),
        allowed().prop_map(|allowed| format!("elsewhere: {{ ingress: [{}] }}\n", allowed.join(", "))),
    ];
    (tier(), tier(), elsewhere).prop_map(|(web, db, elsewhere)| {
        let tier = |name: &str, (allowed, egress, editors, on_violation, requires): &Tier| {
            let required =
                if *requires { "{ allow: 80/tcp, from: 10.9.0.0/16, required: true }, " } else { "" };
            format!(
                "  {name}:\n    groups: {{ tags: {{ tier: {name} }} }}\n    on-violation: {on_violation}\n\
                 {editors}{egress}    ingress: [{required}{}]\n",
                allowed.join(", ")
            )
        };
        format!(
            "version: 1\nsweep: enforce\nprincipals: {{ admins: [\"{ADMIN}\"] }}\n{elsewhere}tiers:\n{}{}",
            tier("web", &web),
            tier("db", &db)
        )
    })
}

type Tier = (Vec<&'static str>, &'static str, &'static str, &'static str, bool);

fn allowed() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(&ALLOWED[..], 0..4)
}

fn group_id(text: &str) -> GroupId {
    GroupId::new(text).unwrap()
}

fn account_id() -> AccountId {
    AccountId::new(OURS).unwrap()
}

/// `80/tcp from 10.0.0.0/8`.
fn permission(text: &str) -> Permission {
    let (traffic, rest) = text.split_once(' ').unwrap();
    let (preposition, peer) = rest.split_once(' ').unwrap();
    let direction = if preposition == "to" { Direction::Egress } else { Direction::Ingress };
    let reference = || GroupRef { owner: Some(account_id()), group: GroupKey::Id(group_id(peer)) };
    let peer = peer.parse().map_or_else(|_| Peer::Group(reference()), Peer::Network);
    Permission { direction, traffic: traffic.parse().unwrap(), peer }
}

fn rule(id: &str, text: &str) -> Rule {
    Rule { id: RuleId::new(id).ok(), permission: permission(text), description: None }
}

/// Three groups, each in a tier or in none, with some of the rules.
fn account() -> impl Strategy<Value = Account> {
    let group = || (prop::sample::select(&TIERS[..]), prop::sample::subsequence(&RULES[..], 0..8));
    [group(), group(), group()].prop_map(|groups| {
        let ids: Vec<_> = GROUPS
            .iter()
            .map(|id| format!(r#"{{"GroupId": "{id}", "OwnerId": "{OURS}", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}}"#))
            .collect();
        let text = format!(r#"{{"SecurityGroups": [{}]}}"#, ids.join(", "));
        let mut account = Account::from_json("account.json", &text).unwrap();
        for (group, (tier, rules)) in GROUPS.iter().zip(groups) {
            let group = group_id(group);
            let tags = [("tier".to_owned(), tier.to_owned())].into();
            let tags = TagChange { groups: [group.clone()].into(), edit: TagEdit::Set(tags) };
            let rules = rules.iter().map(|text| rule(&rule_id(group.as_str(), text), text)).collect();
            account.apply(&by(ANYBODY, ChangeKind::Tags(tags)));
            account.apply(&by(ANYBODY, authorize(&group, rules)));
        }
        account
    })
}

/// The id of a rule that was there before the first event.
fn rule_id(group: &str, text: &str) -> String {
    let number = RULES.iter().position(|rule| *rule == text).unwrap();
    format!("sgr-{group}-{number}")
}

fn authorize(group: &GroupId, rules: Vec<Rule>) -> ChangeKind {
    let edit = GroupEdit::Authorize { direction: Direction::Ingress, rules: Told::Whole(rules) };
    ChangeKind::Group(GroupChange { group: GroupKey::Id(group.clone()), edit })
}

fn by(role: &str, kind: ChangeKind) -> Change {
    let actor = Actor { role: RoleArn::new(role).ok(), ..Actor::default() };
    Change { event: Event { account: Some(account_id()), actor, ..Event::default() }, kind }
}

/// What somebody does. The change that it makes depends on what is there when they do it.
#[derive(Debug, Clone)]
struct Step {
    group: &'static str,
    act: Act,
    role: &'static str,
    /// Whether its event comes twice.
    twice: bool,
}

#[derive(Debug, Clone)]
enum Act {
    Authorize(Vec<&'static str>),
    Revoke(usize),
    Modify(usize, &'static str),
    Tag(&'static str),
    Untag,
    Create(&'static str),
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        4 => prop::sample::subsequence(&RULES[..], 1..4).prop_map(Act::Authorize),
        2 => (0..8_usize).prop_map(Act::Revoke),
        3 => (0..8_usize, prop::sample::select(&RULES[..])).prop_map(|(n, text)| Act::Modify(n, text)),
        2 => prop::sample::select(&TIERS[..]).prop_map(Act::Tag),
        1 => Just(Act::Untag),
        1 => prop::sample::select(&TIERS[..]).prop_map(Act::Create),
        1 => Just(Act::Delete),
    ];
    let group = prop::sample::select(vec!["sg-1", "sg-2", "sg-3", NEW]);
    let role = prop::sample::select(vec![ADMIN, ANYBODY]);
    (group, act, role, any::<bool>()).prop_map(|(group, act, role, twice)| Step { group, act, role, twice })
}

impl Step {
    /// What EC2 makes of this step in `account`: the changes of one successful call, or `None` where it refuses.
    fn change(&self, account: &Account, number: usize) -> Option<Change> {
        let group = group_id(match self.act {
            Act::Create(_) | Act::Delete => NEW,
            Act::Authorize(_) | Act::Revoke(_) | Act::Modify(..) | Act::Tag(_) | Act::Untag => self.group,
        });
        let exists = account.group(None, &group).is_some();
        if exists == matches!(self.act, Act::Create(_)) {
            return None;
        }
        let live = account.rules_of(&group);
        let has = |text: &str| live.iter().any(|rule| rule.permission == permission(text));
        let edit = |edit| ChangeKind::Group(GroupChange { group: GroupKey::Id(group.clone()), edit });
        let tags = |edit| ChangeKind::Tags(TagChange { groups: [group.clone()].into(), edit });
        let tier = |tier: &str| [("tier".to_owned(), tier.to_owned())].into();
        let kind = match &self.act {
            Act::Authorize(texts) => {
                let made = |text: &&str| rule(&format!("sgr-{number}-{text}").replace(' ', "-"), text);
                let rules: Vec<_> = texts.iter().filter(|text| !has(text)).map(made).collect();
                let direction = rules.first()?.permission.direction;
                let rules = rules.into_iter().filter(|rule| rule.permission.direction == direction).collect();
                edit(GroupEdit::Authorize { direction, rules: Told::Whole(rules) })
            }
            Act::Revoke(n) => {
                let rule = live.get(n % live.len().max(1))?;
                let key = RuleKey::Content(rule.permission.clone());
                edit(GroupEdit::Revoke {
                    direction: rule.permission.direction,
                    rules: Told::Whole(vec![key]),
                    removed: vec![rule.clone()],
                })
            }
            Act::Modify(n, text) => {
                let edited = live.get(n % live.len().max(1))?;
                let Permission { traffic, peer, .. } = permission(text);
                let content = Content { traffic, peer };
                let becomes = content.towards(edited.permission.direction);
                if live.iter().any(|rule| rule.permission == becomes) {
                    return None;
                }
                let edited = Modification { id: edited.id.clone()?, content, description: None };
                edit(GroupEdit::Modify { rules: Told::Whole(vec![edited]) })
            }
            Act::Tag(name) => tags(TagEdit::Set(tier(name))),
            Act::Untag => tags(TagEdit::Removed([("tier".to_owned(), None)].into())),
            Act::Create(name) => edit(GroupEdit::Create { name: None, vpc: None, tags: tier(name) }),
            Act::Delete => edit(GroupEdit::Delete),
        };
        let mut change = by(self.role, kind);
        change.event.id = EventId::new(&format!("e-{number}")).ok();
        change.event.time = Some(Timestamp::UNIX_EPOCH);
        Some(change)
    }
}

/// A rule of a group, by its content.
type Place = (GroupId, Permission);

/// The rules that `change` takes away or edits in `account`, and those of the group that it deletes.
fn touched(account: &Account, change: &Change) -> Vec<Place> {
    let ChangeKind::Group(GroupChange { group: GroupKey::Id(group), edit }) = &change.kind else {
        return Vec::new();
    };
    let live = account.rules_of(group);
    let is_touched = |rule: &Rule| match edit {
        GroupEdit::Revoke { rules: Told::Whole(keys), .. } => {
            keys.contains(&RuleKey::Content(rule.permission.clone()))
        }
        GroupEdit::Modify { rules: Told::Whole(edits) } => {
            edits.iter().any(|edit| Some(&edit.id) == rule.id.as_ref())
        }
        GroupEdit::Delete => true,
        GroupEdit::Authorize { .. }
        | GroupEdit::Revoke { .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Describe { .. }
        | GroupEdit::Create { .. }
        | GroupEdit::Associate { .. } => false,
    };
    live.into_iter().filter(is_touched).map(|rule| (group.clone(), rule.permission)).collect()
}

/// The rules of all groups of `account`.
fn places(account: &Account) -> BTreeSet<Place> {
    let rules_of = |group: &Group| {
        let group = group.id.clone();
        account.rules_of(&group).into_iter().map(move |rule| (group.clone(), rule.permission))
    };
    account.groups().flat_map(rules_of).collect()
}

/// Whether `policy` allows a rule of `account`, judged alone among the groups that there are.
fn is_allowed(policy: &Policy, account: &Account, (group, permission): &Place) -> bool {
    let Some(group) = account.group(None, group).cloned() else { return false };
    let rule = Rule { id: None, permission: permission.clone(), description: None };
    let subject = Subject::swept(group, vec![rule.clone()]);
    let answers = Answers { groups: Ok(account.groups().cloned().collect()), ..Answers::default() };
    let facts = Facts::about(vec![subject.clone()], Some(account_id()), answers, Timestamp::UNIX_EPOCH);
    allows(policy, &facts.of_whole_account(), &subject, &rule) == Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// What the policy forbids is gone, and what it allows and nobody touched is there.
    #[test]
    fn nothing_forbidden_is_left_and_nothing_allowed_is_lost(account in account(), policy in policy(),
                                                             steps in prop::collection::vec(step(), 1..12)) {
        let policy = Policy::parse("policy.yaml", &policy).unwrap();
        let guard = Guard { policy: policy.clone(), own_role: RoleArn::new(OWN).ok() };
        let mut untouched = places(&account);
        let ports = Ports::new(account);
        // A rule that was forbidden while the group was in another tier, or its peer was, went with good reason.
        let mut always_allowed = untouched.clone();
        always_allowed.retain(|place| is_allowed(&policy, &ports.account(), place));
        for (number, step) in steps.iter().enumerate() {
            let Some(change) = step.change(&ports.account(), number) else { continue };
            for place in touched(&ports.account(), &change) {
                untouched.remove(&place);
            }
            ports.apply(&change);
            always_allowed.retain(|place| is_allowed(&policy, &ports.account(), place));
            for _ in 0..=usize::from(step.twice) {
                block_on(guard.handle(Reading::Change(Box::new(change.clone())), &ports, Timestamp::UNIX_EPOCH));
            }
        }
        let home = Home { account: Some(account_id()), region: None };
        let swept = block_on(guard.sweep(Sweep::default(), &home, &ports, Timestamp::UNIX_EPOCH, || true));
        prop_assert_eq!((swept.rest, swept.failed), (None, None));
        let (end, left) = (ports.account(), places(&ports.account()));
        let forbidden: Vec<_> = left.iter().filter(|place| !is_allowed(&policy, &end, place)).collect();
        prop_assert!(forbidden.is_empty(), "left: {forbidden:?}");
        let lost: Vec<_> = untouched.intersection(&always_allowed).filter(|place| !left.contains(place)).collect();
        prop_assert!(lost.is_empty(), "lost: {lost:?}");
    }
}

/// A group may be in two tiers, of which one requires what the other forbids.
#[test]
fn what_one_tier_requires_and_another_forbids_is_not_put_back() {
    const POLICY: &str = "
version: 1
sweep: enforce
tiers:
  web: { groups: { tags: { tier: web } }, ingress: [{ allow: 80/tcp, from: 10.0.0.0/8, required: true }] }
  db:  { groups: { ids: [sg-1] }, ingress: [{ allow: 81/tcp, from: 10.0.0.0/8, required: true }] }
";
    let guard = Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: None };
    let group = |tier: &str| {
        let text = format!(
            r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "OwnerId": "{OURS}", "Tags": [{{"Key": "tier", "Value": "{tier}"}}],
                "IpPermissions": [], "IpPermissionsEgress": []}}]}}"#
        );
        Ports::new(Account::from_json("account.json", &text).unwrap())
    };
    let rules_after_sweep = |ports: Ports| {
        let home = Home { account: Some(account_id()), region: None };
        let swept = block_on(guard.sweep(Sweep::default(), &home, &ports, Timestamp::UNIX_EPOCH, || true));
        (places(&ports.account()).len(), swept.digest.missing)
    };
    assert_eq!(rules_after_sweep(group("none")), (1, 1));
    assert_eq!(rules_after_sweep(group("web")), (0, 2));
}
