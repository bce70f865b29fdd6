//! Everything a judgement may read: the change, the group it touched, and the live state that its rules refer to.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::change::{Change, ChangeKind, Modification, Told};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, GroupName, PrefixListId};
use crate::look::{Answers, LookUpError};
use crate::network::{AddressSet, Network};
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::traffic::Traffic;

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The group that was changed.
    pub group: Group,
    /// The rules that the change made, each once, in the order of the event. A change that only takes away has none.
    pub rules: Vec<Rule>,
}

/// A subject, and what its rules refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What is judged.
    pub subject: Subject,
    account: Option<AccountId>,
    groups: Result<Vec<Group>, LookUpError>,
    unseen: BTreeMap<GroupId, LookUpError>,
    named: Result<Vec<Group>, LookUpError>,
    lists: BTreeMap<PrefixListId, Result<AddressSet, LookUpError>>,
}

/// Why there is nothing to judge.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSubject {
    /// The group is no longer there.
    #[error("the group is gone")]
    GroupGone,
    /// It could not be looked up.
    #[error(transparent)]
    LookUp(#[from] LookUpError),
    /// `CloudTrail` cut the record, and what is left does not say which group it was.
    #[error("the record was cut, and what is left does not name the group")]
    Truncated,
}

impl Subject {
    /// What `change` made, by the event where it says, else by the live group.
    ///
    /// # Errors
    /// When the group is gone, or it cannot be known what was changed.
    pub fn of(change: &Change, answers: &Answers) -> Result<Self, NoSubject> {
        let group = target(change, answers)?;
        let live = || answers.rules.clone();
        let rules = match &change.kind {
            ChangeKind::Authorize { rules: Told::Whole(rules), .. } => rules.clone(),
            ChangeKind::Authorize { direction, rules: Told::Cut } => {
                change.group.id().ok_or(NoSubject::Truncated)?;
                live()?.into_iter().filter(|rule| rule.permission.direction == *direction).collect()
            }
            ChangeKind::Modify { rules: Told::Whole(rules) } => {
                let live = live()?;
                rules.iter().flat_map(|rule| modified(rule, &live)).collect()
            }
            ChangeKind::Modify { rules: Told::Cut } => {
                change.group.id().ok_or(NoSubject::Truncated)?;
                live()?
            }
            ChangeKind::Create { .. } => {
                // In a VPC with IPv6 there is a second one; whether the VPC is such a one, the group tells.
                let is_second = |rule: &Rule| rule.permission == Permission::all_egress(Network::ALL_IPV6);
                [Rule::born_with(Network::ALL_IPV4)]
                    .into_iter()
                    .chain(live()?.into_iter().filter(is_second))
                    .collect()
            }
            ChangeKind::Revoke { .. } | ChangeKind::Describe { .. } | ChangeKind::Delete => Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let rules = rules.into_iter().filter(|rule| seen.insert(rule.permission.clone()));
        Ok(Self { group, rules: rules.map(|rule| confirmed(rule, answers)).collect() })
    }
}

/// `rule`, where its content names it. Where it does not, it will have to be named by its id, and that must be the id
/// of a live rule that says the same: an event may give the id of any other.
fn confirmed(rule: Rule, answers: &Answers) -> Rule {
    if rule.permission.is_exact() {
        return rule;
    }
    let live = answers
        .rules
        .iter()
        .flatten()
        .find(|live| says_the_same(&rule.permission, &live.permission, answers));
    Rule { id: live.and_then(|live| live.id.clone()), ..rule }
}

/// Whether the live rule `live` says what `told` says of it, which may leave out the account of a group or give its
/// name.
fn says_the_same(told: &Permission, live: &Permission, answers: &Answers) -> bool {
    let (Peer::Group(told_group), Peer::Group(live_group)) = (&told.peer, &live.peer) else {
        return told == live;
    };
    let has_name = |name: &GroupName, id: &GroupId| {
        answers.named.iter().flatten().any(|group| group.name.as_ref() == Some(name) && group.id == *id)
    };
    let is_same_group = match (&told_group.group, &live_group.group) {
        (GroupKey::Name(name), GroupKey::Id(id)) => has_name(name, id),
        (told, live) => told == live,
    };
    let is_same_owner =
        told_group.owner.is_none() || live_group.owner.is_none() || told_group.owner == live_group.owner;
    (told.direction, told.traffic) == (live.direction, live.traffic) && is_same_group && is_same_owner
}

/// The group that `change` is about, as it is now.
fn target(change: &Change, answers: &Answers) -> Result<Group, NoSubject> {
    let found = match &change.group {
        GroupKey::Id(id) => group_by_id(id, &answers.groups, &answers.unseen)?,
        GroupKey::Name(name) => group_by_name(name, &answers.named)?,
    };
    found.cloned().ok_or(NoSubject::GroupGone)
}

/// The group `id`; `None` where it does not exist.
fn group_by_id<'a>(
    id: &GroupId,
    groups: &'a Result<Vec<Group>, LookUpError>,
    unseen: &BTreeMap<GroupId, LookUpError>,
) -> Result<Option<&'a Group>, LookUpError> {
    let groups = groups.as_ref().map_err(LookUpError::clone)?;
    match (groups.iter().find(|group| group.id == *id), unseen.get(id)) {
        (None, Some(error)) => Err(error.clone()),
        (found, _) => Ok(found),
    }
}

/// The group of the default VPC with this name; `None` where it does not exist.
fn group_by_name<'a>(
    name: &GroupName,
    named: &'a Result<Vec<Group>, LookUpError>,
) -> Result<Option<&'a Group>, LookUpError> {
    let named = named.as_ref().map_err(LookUpError::clone)?;
    Ok(named.iter().find(|group| group.name.as_ref() == Some(name)))
}

/// The rule that an edit made. The record says neither its direction nor the account of a group that it refers to:
/// the live rule does. If that is gone, or not to be seen yet, it may have either direction.
fn modified(edit: &Modification, live: &[Rule]) -> Vec<Rule> {
    let Modification { id, content, description } = edit;
    let live = live.iter().find(|rule| rule.id.as_ref() == Some(id)).map(|rule| &rule.permission);
    let rule = |direction| Rule {
        id: Some(id.clone()),
        permission: content.towards(direction),
        description: description.clone(),
    };
    match live {
        None => [Direction::Ingress, Direction::Egress].map(rule).to_vec(),
        Some(live) => {
            let mut rule = rule(live.direction);
            if let (Peer::Group(told), Peer::Group(live)) = (&mut rule.permission.peer, &live.peer)
                && told.owner.is_none()
                && told.group == live.group
            {
                told.owner.clone_from(&live.owner);
            }
            vec![rule]
        }
    }
}

/// What is known of the group that a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referenced<'a> {
    /// Whose it is.
    pub owner: Owner<'a>,
    /// Its id.
    pub id: Option<&'a GroupId>,
    /// The group, if it is ours and exists.
    pub group: Option<&'a Group>,
}

/// Whose a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// The account's of the judged group.
    Ours,
    /// Another account's.
    Theirs(&'a AccountId),
    /// Not known: a reference that has lost its account, to a group that is not there.
    Unknown,
}

impl Facts {
    /// `subject` with the `answers` that its rules need; `change` says whose account it is.
    #[must_use]
    pub fn new(subject: Subject, change: &Change, answers: Answers) -> Self {
        Self {
            account: subject.group.owner.clone().or_else(|| change.event.account.clone()),
            subject,
            groups: answers.groups,
            unseen: answers.unseen,
            named: answers.named,
            lists: answers.prefix_lists,
        }
    }

    /// The live entries of `list`.
    ///
    /// # Errors
    /// When they could not be looked up.
    pub fn entries(&self, list: &PrefixListId) -> Result<&AddressSet, LookUpError> {
        match self.lists.get(list) {
            Some(entries) => entries.as_ref().map_err(LookUpError::clone),
            None => Err(LookUpError {
                call: "GetManagedPrefixListEntries",
                message: format!("nothing is known of {list}"),
                retryable: false,
            }),
        }
    }

    /// What is known of the group that `reference` names. A group that exists in the account of the judged group is
    /// ours even if the reference lacks its account; one that does not is nobody's.
    ///
    /// # Errors
    /// When it could not be looked up.
    pub fn referenced<'a>(&'a self, reference: &'a GroupRef) -> Result<Referenced<'a>, LookUpError> {
        let owner = reference.owner.as_ref();
        let id = reference.group.id();
        if let (Some(theirs), Some(ours)) = (owner, &self.account)
            && theirs != ours
        {
            return Ok(Referenced { owner: Owner::Theirs(theirs), id, group: None });
        }
        let found = match &reference.group {
            GroupKey::Id(id) if *id == self.subject.group.id => Some(&self.subject.group),
            GroupKey::Id(id) => group_by_id(id, &self.groups, &self.unseen)?,
            GroupKey::Name(name) => group_by_name(name, &self.named)?,
        };
        let is_ours = found.is_some() || (owner.is_some() && self.account.is_some());
        Ok(Referenced {
            owner: if is_ours { Owner::Ours } else { owner.map_or(Owner::Unknown, Owner::Theirs) },
            id: found.map(|group| &group.id).or(id),
            group: found,
        })
    }

    /// The same facts about other rules of the group.
    #[must_use]
    pub fn with_rules(&self, rules: Vec<Rule>) -> Self {
        Self { subject: Subject { rules, ..self.subject.clone() }, ..self.clone() }
    }

    /// The account of the judged group, where it is known.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }
}

impl Rule {
    /// A rule that a new group is born with.
    #[must_use]
    pub const fn born_with(network: Network) -> Self {
        Self { id: None, permission: Permission::all_egress(network), description: None }
    }
}

impl Permission {
    /// What EC2 gives every new group, for IPv4 and, in a VPC with IPv6, for that too: all traffic out.
    #[must_use]
    pub const fn all_egress(network: Network) -> Self {
        Self { direction: Direction::Egress, traffic: Traffic::All, peer: Peer::Network(network) }
    }
}
