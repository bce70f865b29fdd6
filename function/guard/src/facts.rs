//! Everything a judgement may read: the change, the group it touched, and the live state that its rules refer to.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::change::{Change, ChangeKind, Modification, Told};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
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
    groups: Vec<Group>,
    named: Vec<Group>,
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
            ChangeKind::Modify { rules: Told::Cut } => live()?,
            ChangeKind::Create { .. } => {
                // In a VPC with IPv6 there is a second one; whether the VPC is such a one, the group tells.
                let is_second = |rule: &Rule| rule.permission == Permission::all_egress(Network::ALL_IPV6);
                let first = Rule {
                    id: None,
                    permission: Permission::all_egress(Network::ALL_IPV4),
                    description: None,
                };
                [first].into_iter().chain(live()?.into_iter().filter(is_second)).collect()
            }
            ChangeKind::Revoke { .. } | ChangeKind::Describe { .. } | ChangeKind::Delete => Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let rules = rules.into_iter().filter(|rule| seen.insert(rule.permission.clone())).collect();
        Ok(Self { group, rules })
    }
}

/// The group that `change` is about, as it is now.
fn target(change: &Change, answers: &Answers) -> Result<Group, NoSubject> {
    let found = match &change.group {
        GroupKey::Id(id) => answers.groups.clone()?.into_iter().find(|group| group.id == *id),
        GroupKey::Name(name) => {
            answers.named.clone()?.into_iter().find(|group| group.name.as_ref() == Some(name))
        }
    };
    found.ok_or(NoSubject::GroupGone)
}

/// The rule that an edit made. The record does not say its direction: the live rule does. If that is gone, or not to
/// be seen yet, it may be either.
fn modified(edit: &Modification, live: &[Rule]) -> Vec<Rule> {
    let directions = match live.iter().find(|rule| rule.id.as_ref() == Some(&edit.id)) {
        Some(rule) => vec![rule.permission.direction],
        None => vec![Direction::Ingress, Direction::Egress],
    };
    let rule = |direction| Rule {
        id: Some(edit.id.clone()),
        permission: edit.content.towards(direction),
        description: edit.description.clone(),
    };
    directions.into_iter().map(rule).collect()
}

impl Facts {
    /// `subject` with the `answers` that its rules need; `change` says whose account it is.
    #[must_use]
    pub fn new(subject: Subject, change: &Change, answers: Answers) -> Self {
        Self {
            account: subject.group.owner.clone().or_else(|| change.event.account.clone()),
            subject,
            groups: answers.groups.unwrap_or_default(),
            named: answers.named.unwrap_or_default(),
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

    /// The group of our own account that `reference` names, if it is ours and exists.
    #[must_use]
    pub fn referenced(&self, reference: &GroupRef) -> Option<&Group> {
        if reference.owner.is_some() && reference.owner != self.account {
            return None;
        }
        match &reference.group {
            GroupKey::Id(id) => self.known_groups().find(|group| group.id == *id),
            GroupKey::Name(name) => self.named.iter().find(|group| group.name.as_ref() == Some(name)),
        }
    }

    /// Whose group `reference` names: the account and the id, as far as they are known. The owner that a reference
    /// lacks is ours only if the group is there.
    #[must_use]
    pub fn identity<'a>(&'a self, reference: &'a GroupRef) -> Option<(&'a AccountId, &'a GroupId)> {
        let found = self.referenced(reference);
        let id = found.map(|group| &group.id).or(reference.group.id())?;
        let owner = reference.owner.as_ref().or(found.and(self.account.as_ref()))?;
        Some((owner, id))
    }

    /// Whether `owner` is the account of the judged group.
    #[must_use]
    pub fn is_own(&self, owner: &AccountId) -> bool {
        self.account.as_ref() == Some(owner)
    }

    fn known_groups(&self) -> impl Iterator<Item = &Group> {
        [&self.subject.group].into_iter().chain(&self.groups)
    }
}

impl Permission {
    /// What EC2 gives every new group, for IPv4 and, in a VPC with IPv6, for that too: all traffic out.
    #[must_use]
    pub const fn all_egress(network: Network) -> Self {
        Self { direction: Direction::Egress, traffic: Traffic::All, peer: Peer::Network(network) }
    }
}
