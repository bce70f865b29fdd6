//! Who changes the account, and what they think of: people, a tool that puts its rules back, and somebody who wants in.

use tierguard::change::ChangeKind;
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::network::Network;
use tierguard::permission::Permission;

use crate::call;
use crate::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::dice::Dice;
use crate::scene::{self, ADMIN, DEPLOYER, DEVELOPER, ENTRIES, INCIDENT, INTRUDER, OWN, RULES, TIERS};
use crate::view::View;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    Developer,
    Admin,
    Incident,
    Deployer,
    Intruder,
}

/// What one of them does.
#[derive(Debug, Clone)]
pub(crate) enum Deal {
    /// Calls EC2.
    Call(ChangeKind),
    /// Says that somebody else has called EC2.
    Forge(&'static str, ChangeKind),
    /// Sends a record that nobody can understand.
    Garble,
}

impl Actor {
    pub(crate) const ALL: [Self; 5] =
        [Self::Developer, Self::Admin, Self::Incident, Self::Deployer, Self::Intruder];

    pub(crate) const fn role(self) -> &'static str {
        match self {
            Self::Developer => DEVELOPER,
            Self::Admin => ADMIN,
            Self::Incident => INCIDENT,
            Self::Deployer => DEPLOYER,
            Self::Intruder => INTRUDER,
        }
    }

    /// How long they rest before they do the next thing.
    pub(crate) fn rest(self, dice: &mut Dice) -> i64 {
        match self {
            Self::Developer => {
                dice.weighted(&[(3, 10 * SECOND), (2, HOUR), (5, 2 * DAY)]) + dice.between(0, 12 * HOUR)
            }
            Self::Admin => dice.weighted(&[(2, MINUTE), (6, 2 * DAY)]) + dice.between(0, DAY),
            Self::Incident => dice.between(DAY, 12 * DAY),
            Self::Deployer => DAY,
            Self::Intruder => dice.weighted(&[(8, SECOND), (3, 5 * DAY)]) + dice.between(0, 2 * MINUTE),
        }
    }

    /// What they do now.
    pub(crate) fn deals(self, view: &View, dice: &mut Dice) -> Vec<Deal> {
        match self {
            Self::Deployer => reconciled(view),
            Self::Intruder => intrusion(view, dice).into_iter().collect(),
            Self::Developer | Self::Admin | Self::Incident => {
                work(view, dice).map(Deal::Call).into_iter().collect()
            }
        }
    }
}

/// What the tool wants to be there. Half of it no policy allows.
const WANTED: [(&str, &str); 4] = [
    (scene::GROUPS[0].0, RULES[0]),
    (scene::GROUPS[2].0, RULES[7]),
    (scene::GROUPS[3].0, RULES[15]),
    (scene::GROUPS[5].0, RULES[3]),
];

fn reconciled(view: &View) -> Vec<Deal> {
    let missing = WANTED.iter().filter_map(|(group, text)| {
        let (group, permission) = (scene::group_id(group), scene::permission(text));
        let is_there = view.rules(&group).iter().any(|rule| rule.permission == permission);
        (!is_there)
            .then(|| Deal::Call(call::authorize(&group, &[permission], Some("managed by the deployer"))))
    });
    missing.collect()
}

/// What people do, well or badly.
fn work(view: &View, dice: &mut Dice) -> Option<ChangeKind> {
    let groups = call::groups(view);
    let group = dice.any(&groups)?.clone();
    match dice.weighted(&[
        (8, 0),
        (3, 1),
        (3, 2),
        (1, 3),
        (1, 4),
        (1, 5),
        (1, 6),
        (2, 7),
        (2, 8),
        (1, 9),
        (1, 10),
    ]) {
        0 => Some(call::authorize(&group, &some_rules(dice), dice.pick(&[None, Some("quick fix")]))),
        1 => some_rule(view, &group, dice).map(|rule| call::revoke(&group, &rule, dice.percent(30))),
        2 => edited(view, &group, dice),
        3 => Some(call::tag(&group, Some(dice.pick(&TIERS)))),
        4 => Some(call::tag(&group, None)),
        5 => Some(call::create(&new_group(&groups, dice), dice.pick(&TIERS))),
        6 => groups.iter().find(|id| is_new(id)).map(call::delete),
        7 => edited_list(view, dice),
        8 => Some(attached(&groups, dice)),
        9 => {
            some_rule(view, &group, dice).map(|rule| call::describe(&group, &rule, "for whom it may concern"))
        }
        // EC2 refuses it, and the record names a rule that is there.
        _ => some_rule(view, &group, dice).map(|rule| call::authorize(&group, &[rule.permission], None)),
    }
}

/// What somebody does who wants in.
fn intrusion(view: &View, dice: &mut Dice) -> Option<Deal> {
    let groups = call::groups(view);
    let group = dice.any(&groups)?.clone();
    let deal = match dice.weighted(&[(4, 0), (3, 1), (2, 2), (1, 3), (2, 4), (1, 5), (2, 6), (1, 7), (1, 8)])
    {
        0 => Deal::Call(call::authorize(
            &group,
            &[scene::permission(dice.pick(&[RULES[3], RULES[10], RULES[15]]))],
            None,
        )),
        1 => Deal::Call(edited(view, &group, dice)?),
        2 => Deal::Call(call::tag(&group, Some("none"))),
        3 => Deal::Call(call::tag(&group, Some(dice.pick(&TIERS)))),
        // The owner of a good rule is said to be a developer, who may perhaps not make it.
        4 => {
            let rule = some_rule(view, &group, dice)?;
            Deal::Forge(DEVELOPER, said_to_be_added(&group, &rule))
        }
        5 => Deal::Forge(OWN, call::authorize(&group, &some_rules(dice), None)),
        6 => {
            let rule = some_rule(view, &group, dice)?;
            let worse = scene::permission(dice.pick(&RULES));
            Deal::Forge(ADMIN, call::modify(&group, rule.id.as_ref()?, &worse))
        }
        7 => Deal::Forge(ADMIN, call::tag(&group, Some(dice.pick(&TIERS)))),
        _ => Deal::Garble,
    };
    Some(deal)
}

/// The rule is there, under the id that it has.
fn said_to_be_added(group: &GroupId, rule: &Rule) -> ChangeKind {
    let mut kind = call::authorize(group, std::slice::from_ref(&rule.permission), None);
    call::name_rules(&mut kind, rule.id.as_ref());
    kind
}

fn some_rules(dice: &mut Dice) -> Vec<Permission> {
    let rules = (0..dice.between(1, 4)).map(|_| scene::permission(dice.pick(&RULES)));
    let rules: std::collections::BTreeSet<_> = rules.collect();
    rules.into_iter().collect()
}

fn some_rule(view: &View, group: &GroupId, dice: &mut Dice) -> Option<Rule> {
    dice.any(&view.rules(group)).cloned()
}

/// A rule of the group edited in place: EC2 wants the same kind of peer as before.
fn edited(view: &View, group: &GroupId, dice: &mut Dice) -> Option<ChangeKind> {
    let rule = some_rule(view, group, dice)?;
    let kind = std::mem::discriminant(&rule.permission.peer);
    let is_alike = |to: &Permission| std::mem::discriminant(&to.peer) == kind && *to != rule.permission;
    let others: Vec<_> = RULES.iter().map(|text| scene::permission(text)).filter(is_alike).collect();
    Some(call::modify(group, rule.id.as_ref()?, dice.any(&others)?))
}

fn edited_list(view: &View, dice: &mut Dice) -> Option<ChangeKind> {
    let network: Network = dice.pick(&ENTRIES).parse().ok()?;
    let is_there = view.account.entries_of(&scene::list_id())?.networks().contains(&network);
    Some(call::edit_list(view.version, network, !is_there))
}

fn attached(groups: &[GroupId], dice: &mut Dice) -> ChangeKind {
    let (interface, _) = dice.pick(&scene::INTERFACES);
    let chosen = (0..dice.between(1, 4)).filter_map(|_| dice.any(groups).cloned()).collect();
    call::attach(&scene::interface_id(interface), chosen)
}

/// An id that no group has.
fn new_group(groups: &[GroupId], dice: &mut Dice) -> GroupId {
    loop {
        let id = scene::group_id(&format!("sg-{:08x}", dice.between(0x100, 0x10_0000)));
        if !groups.contains(&id) {
            return id;
        }
    }
}

/// Whether somebody made the group in this life.
fn is_new(id: &GroupId) -> bool {
    scene::GROUPS.iter().all(|(known, ..)| *known != id.as_str())
}
