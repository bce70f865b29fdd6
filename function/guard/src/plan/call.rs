//! The calls that a remedy is made of. Each says all that there is to know to make it.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::ListVersion;
use crate::group::Rule;
use crate::id::{GroupId, InterfaceId, PrefixListId};
use crate::judge::{ListUndo, Mixture};
use crate::permission::Direction;
use crate::policy::Mode;

/// A call that takes something away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Rules of a group.
    Revoke(Revoke),
    /// Entries of a prefix list.
    RestoreList(RestoreList),
    /// Groups of an interface.
    SetGroups(SetGroups),
}

/// One `RevokeSecurityGroupIngress` or `RevokeSecurityGroupEgress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    direction: Direction,
    group: GroupId,
    rules: Vec<Rule>,
    naming: Naming,
    mode: Mode,
    patience: Patience,
}

/// Whether a call waits for what was to be added before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patience {
    /// It is made whatever became of that: what it takes away is forbidden, and another attempt can still add what is
    /// allowed, which the event tells.
    None,
    /// If the allowed part of its rules could not be added for a passing reason, it is left to the next attempt: once
    /// the rules are gone, nothing tells what was allowed of them.
    UntilAdded,
}

/// One `AuthorizeSecurityGroupIngress` or `AuthorizeSecurityGroupEgress`: of rules that the policy allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorize {
    direction: Direction,
    group: GroupId,
    rules: Vec<Rule>,
    making: Making,
}

/// One `RestoreManagedPrefixListVersion`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreList {
    list: PrefixListId,
    to: ListVersion,
    from: ListVersion,
    mode: Mode,
    otherwise: Vec<Revoke>,
}

/// One `ModifyNetworkInterfaceAttribute` of the groups of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetGroups {
    interface: InterfaceId,
    groups: BTreeSet<GroupId>,
    mode: Mode,
}

/// How a call names its rules; EC2 takes one way or the other in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// By their content (`IpPermissions`).
    Content,
    /// By their ids (`SecurityGroupRuleIds`): for rules whose content does not name them, because their reference to
    /// another group has lost its account, and for rules that are wrong because of who made them.
    Id,
}

/// Whether a call is to be made, or only told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Making {
    /// It is to be made.
    Make,
    /// Observe mode: it is not.
    Withhold,
    /// The group has no room for its rules: it would be refused.
    NoRoom,
}

impl Naming {
    pub(super) fn of(rule: &Rule) -> Self {
        if rule.permission.is_exact() || rule.id.is_none() { Self::Content } else { Self::Id }
    }
}

impl Making {
    /// The same, in `mode`.
    pub(super) const fn and(self, mode: Mode) -> Self {
        match (self, mode) {
            (Self::Make, Mode::Enforce) => Self::Make,
            (Self::Make | Self::Withhold, Mode::Observe) | (Self::Withhold, Mode::Enforce) => Self::Withhold,
            (Self::NoRoom, Mode::Enforce | Mode::Observe) => Self::NoRoom,
        }
    }
}

impl Revoke {
    pub(super) fn new(group: &GroupId, rule: &Rule, naming: Naming, mode: Mode, patience: Patience) -> Self {
        let (direction, rules) = (rule.permission.direction, vec![rule.clone()]);
        Self { direction, group: group.clone(), rules, naming, mode, patience }
    }

    /// `calls` of one rule each as calls of many: one for each group, direction, way of naming, mode and patience, in the
    /// order of the first of each.
    pub(super) fn joined(alone: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut calls: Vec<Self> = Vec::new();
        let mut places = BTreeMap::new();
        for Self { direction, group, rules, naming, mode, patience } in alone {
            let key = (group.clone(), direction, naming, mode, patience);
            let place = *places.entry(key).or_insert(calls.len());
            match calls.get_mut(place) {
                Some(call) => call.rules.extend(rules),
                None => calls.push(Self { direction, group, rules, naming, mode, patience }),
            }
        }
        calls
    }

    /// Which of the two calls.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// `GroupId`.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// The rules that it names; never empty.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How it names them.
    #[must_use]
    pub const fn naming(&self) -> Naming {
        self.naming
    }

    /// Whether it is to be made, or only told of.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The name of the call in the EC2 API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.direction {
            Direction::Ingress => "RevokeSecurityGroupIngress",
            Direction::Egress => "RevokeSecurityGroupEgress",
        }
    }

    /// Whether it waits for what was to be added before.
    #[must_use]
    pub const fn patience(&self) -> Patience {
        self.patience
    }

    /// The same call for each of its rules alone.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> + '_ {
        let Self { direction, ref group, ref rules, naming, mode, patience } = *self;
        rules.iter().map(move |rule| Self {
            direction,
            group: group.clone(),
            rules: vec![rule.clone()],
            naming,
            mode,
            patience,
        })
    }
}

impl Authorize {
    /// `rules` of groups as calls: one for each group, direction and way of making, in the order of the first rule of each.
    pub(super) fn all(rules: impl IntoIterator<Item = (GroupId, Rule, Making)>) -> Vec<Self> {
        let mut calls: Vec<Self> = Vec::new();
        let mut places = BTreeMap::new();
        for (group, rule, making) in rules {
            let direction = rule.permission.direction;
            let place = *places.entry((group.clone(), direction, making)).or_insert(calls.len());
            match calls.get_mut(place) {
                Some(call) => call.rules.push(rule),
                None => calls.push(Self { direction, group, rules: vec![rule], making }),
            }
        }
        calls
    }

    /// Which of the two calls.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// `GroupId`.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// The rules that it adds, with their descriptions; never empty.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether it is to be made, or only told of.
    #[must_use]
    pub const fn making(&self) -> Making {
        self.making
    }

    /// The name of the call in the EC2 API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.direction {
            Direction::Ingress => "AuthorizeSecurityGroupIngress",
            Direction::Egress => "AuthorizeSecurityGroupEgress",
        }
    }

    /// The same call for each of its rules alone.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> + '_ {
        let Self { direction, ref group, ref rules, making } = *self;
        rules.iter().map(move |rule| Self {
            direction,
            group: group.clone(),
            rules: vec![rule.clone()],
            making,
        })
    }
}

impl RestoreList {
    pub(super) fn new(undo: &ListUndo, mode: Mode, otherwise: Vec<Revoke>) -> Self {
        Self { list: undo.list.clone(), to: undo.to, from: undo.from, mode, otherwise }
    }

    /// `PrefixListId`.
    #[must_use]
    pub const fn list(&self) -> &PrefixListId {
        &self.list
    }

    /// `PreviousVersion`: the one that comes back.
    #[must_use]
    pub const fn to(&self) -> ListVersion {
        self.to
    }

    /// `CurrentVersion`: if the list has another one, somebody has changed it since, and EC2 refuses.
    #[must_use]
    pub const fn from(&self) -> ListVersion {
        self.from
    }

    /// Whether it is to be made, or only told of.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The calls to make if EC2 refuses this one.
    #[must_use]
    pub fn otherwise(&self) -> &[Revoke] {
        &self.otherwise
    }

    /// The name of the call in the EC2 API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        "RestoreManagedPrefixListVersion"
    }
}

impl SetGroups {
    pub(super) fn new(mixture: &Mixture) -> Self {
        Self {
            interface: mixture.interface.id.clone(),
            groups: mixture.stay.iter().cloned().collect(),
            mode: mixture.mode,
        }
    }

    /// `NetworkInterfaceId`.
    #[must_use]
    pub const fn interface(&self) -> &InterfaceId {
        &self.interface
    }

    /// `Groups`: the groups that it has from then on; never empty.
    #[must_use]
    pub const fn groups(&self) -> &BTreeSet<GroupId> {
        &self.groups
    }

    /// Whether it is to be made, or only told of.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The name of the call in the EC2 API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        "ModifyNetworkInterfaceAttribute"
    }
}
