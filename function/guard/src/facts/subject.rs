//! A group to be judged, and which of its rules: by the event where it says, else by the live group.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::change::{Change, ChangeKind, GroupChange, GroupEdit, ListChange, Modification, TagChange, Told};
use crate::group::{Group, Rule};
use crate::id::{GroupId, GroupKey, GroupName, RuleId};
use crate::look::{Answers, LookUpError};
use crate::network::Network;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::traffic::Traffic;

/// A group to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The group.
    pub group: Group,
    /// The rules that are judged, each once, in the order of the event: those that the change made, or all that it may
    /// have made different. A change that only takes away has none.
    pub rules: Vec<Rule>,
    /// The rules that the change removed, as far as its record tells what they said.
    pub taken: Vec<Rule>,
    /// What the caller has to do with it.
    pub touch: Touch,
    /// Why the change may have made rules that are not among `rules`, if that may be: no record names them, and the
    /// account may only be slow to show them.
    pub unshown: Option<LookUpError>,
    /// All rules of the group as they are now, where they were looked up, but for `taken`.
    pub live: Option<Result<Vec<Rule>, LookUpError>>,
}

/// What was done to a group that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// The caller added `rules`.
    Added,
    /// The caller edited them in place.
    Edited,
    /// The caller removed `taken`.
    Removed,
    /// The caller removed rules, and no record tells which.
    Lost,
    /// The caller changed the group, or it is not known which of its rules they made.
    Group,
    /// Nothing: something that its rules depend on was changed.
    Depends,
    /// Nothing: the sweep came by.
    Swept,
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
    /// The groups that `change` may have opened, as far as `answers` tell.
    ///
    /// # Errors
    /// When the group is gone, or it cannot be known what was changed.
    pub fn all(change: &Change, answers: &Answers) -> Result<Vec<Self>, NoSubject> {
        match &change.kind {
            ChangeKind::Group(group) => Ok(vec![Self::changed(group, answers)?]),
            ChangeKind::Tags(tags) => Self::tagged(tags, answers),
            ChangeKind::PrefixList(list) => Self::using(list, answers),
            ChangeKind::Attachment(_) => Ok(Vec::new()),
        }
    }

    /// The group of the sweep: all of its rules are judged, and nobody changed it.
    #[must_use]
    pub fn swept(group: Group, live: Vec<Rule>) -> Self {
        Self {
            group,
            rules: live.clone(),
            taken: Vec::new(),
            touch: Touch::Swept,
            unshown: None,
            live: Some(Ok(live)),
        }
    }

    fn changed(change: &GroupChange, answers: &Answers) -> Result<Self, NoSubject> {
        let group = target(change, answers)?;
        let live = || Ok::<_, LookUpError>(answers.rules_of(&group.id)?.to_vec());
        let needs_id = || change.group.id().map(drop).ok_or(NoSubject::Truncated);
        let (rules, taken) = match &change.edit {
            GroupEdit::Authorize { rules: Told::Whole(rules), .. } => (rules.clone(), Vec::new()),
            GroupEdit::Authorize { direction, rules: Told::Cut } => {
                needs_id()?;
                let is_towards = |rule: &Rule| rule.permission.direction == *direction;
                (live()?.into_iter().filter(is_towards).collect(), Vec::new())
            }
            GroupEdit::Modify { rules: Told::Whole(rules) } => {
                let live = live()?;
                let live = by_id(&live);
                (rules.iter().flat_map(|rule| modified(rule, &live)).collect(), Vec::new())
            }
            GroupEdit::Modify { rules: Told::Cut } => {
                needs_id()?;
                (live()?, Vec::new())
            }
            GroupEdit::Associate { .. } => (live()?, Vec::new()),
            GroupEdit::Create { .. } => {
                // In a VPC with IPv6 there is a second one; whether the VPC is such a one, the group tells.
                let is_second = |rule: &Rule| rule.permission == Permission::all_egress(Network::ALL_IPV6);
                let second = live()?.into_iter().filter(is_second);
                ([Rule::born_with(Network::ALL_IPV4)].into_iter().chain(second).collect(), Vec::new())
            }
            GroupEdit::Revoke { removed, .. } => (Vec::new(), removed.clone()),
            GroupEdit::Describe { .. } | GroupEdit::Delete => (Vec::new(), Vec::new()),
        };
        let live = answers.rules.get(&group.id).cloned();
        let shown = Said::by(answers.rules.get(&group.id).into_iter().flatten().flatten(), answers);
        let rules = once(rules).map(|rule| confirmed(rule, &shown)).collect();
        let live = live.map(|live| live.map(|live| without(live, &taken, answers)));
        let unshown = answers.unshown_in.get(&group.id).cloned();
        Ok(Self { group, rules, taken, touch: touch(&change.edit), unshown, live })
    }

    /// The groups whose tags were changed, as far as they exist: in the tiers that they are in now, all of their rules
    /// are judged.
    fn tagged(change: &TagChange, answers: &Answers) -> Result<Vec<Self>, NoSubject> {
        let groups = change
            .groups
            .iter()
            .filter_map(|id| group_by_id(id, &answers.groups, &answers.unseen).transpose());
        let subjects = groups.map(|group| {
            let group = group?;
            let live = answers.rules_of(&group.id)?.to_vec();
            Ok(Self { touch: Touch::Group, ..Self::swept(group.clone(), live) })
        });
        let subjects: Vec<_> = subjects.collect::<Result<_, LookUpError>>()?;
        if subjects.is_empty() { Err(NoSubject::GroupGone) } else { Ok(subjects) }
    }

    /// The groups that use a prefix list: the rules that name it are judged.
    fn using(change: &ListChange, answers: &Answers) -> Result<Vec<Self>, NoSubject> {
        let users = answers.users.as_ref().map_err(LookUpError::clone)?;
        // Until the rules of a user have been asked for, there is nothing of it to judge.
        let known = users.iter().filter(|group| answers.rules.contains_key(&group.id));
        let subjects = known.map(|group| {
            let live = answers.rules_of(&group.id)?.to_vec();
            let names_list = |rule: &&Rule| rule.permission.peer == Peer::PrefixList(change.list.clone());
            let rules = live.iter().filter(names_list).cloned().collect();
            Ok(Self {
                group: group.clone(),
                rules,
                taken: Vec::new(),
                touch: Touch::Depends,
                unshown: None,
                live: Some(Ok(live)),
            })
        });
        Ok(subjects.collect::<Result<_, LookUpError>>()?)
    }
}

/// What `edit` was to the rules that are judged.
fn touch(edit: &GroupEdit) -> Touch {
    match edit {
        GroupEdit::Authorize { rules: Told::Whole(_), .. } => Touch::Added,
        GroupEdit::Modify { rules: Told::Whole(_) } => Touch::Edited,
        GroupEdit::Revoke { .. } if edit.tells_removed() => Touch::Removed,
        GroupEdit::Revoke { .. } => Touch::Lost,
        GroupEdit::Authorize { rules: Told::Cut, .. }
        | GroupEdit::Modify { rules: Told::Cut }
        | GroupEdit::Describe { .. }
        | GroupEdit::Create { .. }
        | GroupEdit::Delete
        | GroupEdit::Associate { .. } => Touch::Group,
    }
}

impl Touch {
    /// Whether the caller changed the group, or its rules.
    #[must_use]
    pub const fn is_by_caller(self) -> bool {
        match self {
            Self::Added | Self::Edited | Self::Removed | Self::Lost | Self::Group => true,
            Self::Depends | Self::Swept => false,
        }
    }

    /// Whether the caller made the rules that are judged.
    #[must_use]
    pub const fn made_rules(self) -> bool {
        match self {
            Self::Added | Self::Edited => true,
            Self::Removed | Self::Lost | Self::Group | Self::Depends | Self::Swept => false,
        }
    }

    /// Whether a rule may be missing now that should be there.
    #[must_use]
    pub const fn may_lack(self) -> bool {
        match self {
            Self::Edited | Self::Removed | Self::Lost | Self::Swept => true,
            Self::Added | Self::Group | Self::Depends => false,
        }
    }
}

/// Each of `rules`, by its content, once.
fn once(rules: Vec<Rule>) -> impl Iterator<Item = Rule> {
    let mut seen = BTreeSet::new();
    rules.into_iter().filter(move |rule| seen.insert(rule.permission.clone()))
}

/// `live` but what was `taken`: an account may be slow to show that it is gone. If it is there again because the guard
/// has put it back, the event was handled before, and what was done is to be told once more.
fn without(live: Vec<Rule>, taken: &[Rule], answers: &Answers) -> Vec<Rule> {
    let taken = Said::by(taken, answers);
    let is_taken = |rule: &Rule| {
        let mut alike = taken.alike(&rule.permission);
        alike.any(|taken| says_the_same(&taken.permission, &rule.permission, answers))
    };
    live.into_iter().filter(|rule| !is_taken(rule)).collect()
}

/// `rule`, where its content names it. Where it does not, it will have to be named by its id, and that must be the id
/// of a live rule that says the same: an event may give the id of any other.
fn confirmed(rule: Rule, live: &Said<'_>) -> Rule {
    if rule.permission.is_exact() {
        return rule;
    }
    let same = live
        .alike(&rule.permission)
        .filter(|live| live.id.is_some())
        .find(|same| says_the_same(&rule.permission, &same.permission, live.answers));
    match same {
        // It knows the account that the event has left out.
        Some(live) => Rule { description: rule.description, ..live.clone() },
        None => Rule { id: None, ..rule },
    }
}

/// Rules, by what they say but for the account of a group: what says the same as one of them is found without a look at
/// the others.
struct Said<'a> {
    rules: BTreeMap<Permission, Vec<&'a Rule>>,
    answers: &'a Answers,
}

impl<'a> Said<'a> {
    fn by(rules: impl IntoIterator<Item = &'a Rule>, answers: &'a Answers) -> Self {
        let mut said = BTreeMap::<_, Vec<_>>::new();
        for rule in rules {
            said.entry(without_account(&rule.permission)).or_default().push(rule);
        }
        Self { rules: said, answers }
    }

    /// The rules that may say the same as `permission`, which may name a group where they give its id, or the other way
    /// round.
    fn alike(&self, permission: &Permission) -> impl Iterator<Item = &'a Rule> {
        let own = without_account(permission);
        let others = match &own.peer {
            Peer::Group(GroupRef { group, .. }) => self.other_keys(group),
            Peer::Network(_) | Peer::PrefixList(_) => Vec::new(),
        };
        let others = others
            .into_iter()
            .map(|group| Permission { peer: Peer::Group(GroupRef { owner: None, group }), ..own.clone() });
        let spellings: Vec<_> = [own.clone()].into_iter().chain(others).collect();
        let found = spellings.iter().filter_map(|spelling| self.rules.get(spelling)).flatten().copied();
        found.collect::<Vec<_>>().into_iter()
    }

    /// What else names the group that `key` names.
    fn other_keys(&self, key: &GroupKey) -> Vec<GroupKey> {
        let named = self.answers.named.iter().flatten();
        let other = |group: &Group| match key {
            GroupKey::Id(id) => group.name.clone().filter(|_| group.id == *id).map(GroupKey::Name),
            GroupKey::Name(name) => {
                (group.name.as_ref() == Some(name)).then(|| GroupKey::Id(group.id.clone()))
            }
        };
        named.filter_map(other).collect()
    }
}

/// `permission`, whoever owns the group that it names.
fn without_account(permission: &Permission) -> Permission {
    let mut permission = permission.clone();
    if let Peer::Group(group) = &mut permission.peer {
        group.owner = None;
    }
    permission
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

/// The group of `change`, as it is now.
fn target(change: &GroupChange, answers: &Answers) -> Result<Group, NoSubject> {
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
pub(super) fn group_by_name<'a>(
    name: &GroupName,
    named: &'a Result<Vec<Group>, LookUpError>,
) -> Result<Option<&'a Group>, LookUpError> {
    let named = named.as_ref().map_err(LookUpError::clone)?;
    Ok(named.iter().find(|group| group.name.as_ref() == Some(name)))
}

/// The rule that an edit made. The record says neither its direction nor the account of a group that it refers to:
/// the live rule does. If that is gone, or not to be seen yet, it may have either direction.
fn modified(edit: &Modification, live: &BTreeMap<&RuleId, &Permission>) -> Vec<Rule> {
    let Modification { id, content, description } = edit;
    let live = live.get(id);
    let rule = |direction| Rule {
        id: Some(id.clone()),
        permission: content.towards(direction),
        description: description.clone(),
    };
    match live {
        None => Direction::BOTH.map(rule).to_vec(),
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

/// What the rules of one group say, by their ids.
fn by_id(rules: &[Rule]) -> BTreeMap<&RuleId, &Permission> {
    rules.iter().filter_map(|rule| Some((rule.id.as_ref()?, &rule.permission))).collect()
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
