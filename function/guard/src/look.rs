//! What a judgement needs to know of the live account: asked all at once, answered by a port.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::change::{Change, ChangeKind, Told};
use crate::facts::Subject;
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, GroupName, PrefixListId, Region};
use crate::network::{AddressSet, Network};
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::Policy;

/// Reads a live account.
pub trait ReadAccount {
    /// Answers `questions`, all of them concurrently.
    fn look(&self, questions: &Questions) -> impl Future<Output = Answers> + Send;
}

/// What is to be looked up. Empty parts are not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    /// The account that the event is about, where the event says.
    pub account: Option<AccountId>,
    /// The Region that the event is about, where the event says.
    pub region: Option<Region>,
    /// Groups, by id: whichever exist are answered.
    pub groups: BTreeSet<GroupId>,
    /// Groups of the Region's default VPC, by name: whichever exist are answered.
    pub named: BTreeSet<GroupName>,
    /// All rules of this group.
    pub rules_of: Option<GroupId>,
    /// The entries of these prefix lists.
    pub prefix_lists: BTreeSet<PrefixListId>,
    /// How long ago the event was, where it says: what a fresh event names was there a moment ago, so an account that
    /// does not show it may only be slow.
    pub age: Option<SignedDuration>,
}

/// What was found. A question that was not asked has an empty answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The groups asked for by id, as far as they exist.
    pub groups: Result<Vec<Group>, LookUpError>,
    /// Groups asked for by id that the account does not show, but may only be slow to show.
    pub unseen: BTreeMap<GroupId, LookUpError>,
    /// The groups of the default VPC asked for by name, as far as they exist.
    pub named: Result<Vec<Group>, LookUpError>,
    /// All rules of the group asked for.
    pub rules: Result<Vec<Rule>, LookUpError>,
    /// The entries of each prefix list asked for.
    pub prefix_lists: BTreeMap<PrefixListId, Result<AddressSet, LookUpError>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            groups: Ok(Vec::new()),
            unseen: BTreeMap::new(),
            named: Ok(Vec::new()),
            rules: Ok(Vec::new()),
            prefix_lists: BTreeMap::new(),
        }
    }
}

/// A look-up that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call} failed: {message}")]
pub struct LookUpError {
    /// The call.
    pub call: &'static str,
    /// What came back.
    pub message: String,
    /// Whether trying again can help.
    pub retryable: bool,
}

impl Questions {
    /// What a judgement of `change` at the instant `now` needs, as far as the change itself tells. Empty for a change
    /// that needs none.
    #[must_use]
    pub fn of(change: &Change, policy: &Policy, now: Timestamp) -> Self {
        let event = &change.event;
        let mut questions = Self {
            account: event.account.clone(),
            region: event.region.clone(),
            age: event.time.map(|time| now.duration_since(time)),
            ..Self::default()
        };
        questions.ask_for_group(&change.group);
        match &change.kind {
            ChangeKind::Authorize { rules: Told::Whole(rules), .. } => {
                for rule in rules {
                    questions.ask_for_peer_of(&rule.permission, policy);
                }
                if rules.iter().any(|rule| !rule.permission.is_exact()) {
                    questions.rules_of = change.group.id().cloned();
                }
            }
            ChangeKind::Modify { rules } => {
                questions.rules_of = change.group.id().cloned();
                let Told::Whole(rules) = rules else { return questions };
                for (rule, direction) in rules.iter().flat_map(|rule| BOTH.map(|direction| (rule, direction)))
                {
                    questions.ask_for_peer_of(&rule.content.towards(direction), policy);
                }
            }
            ChangeKind::Authorize { rules: Told::Cut, .. } => questions.rules_of = change.group.id().cloned(),
            ChangeKind::Create { .. } => {
                questions.rules_of = change.group.id().cloned();
                questions.ask_for_peer_of(&Permission::all_egress(Network::ALL_IPV4), policy);
            }
            ChangeKind::Revoke { .. } | ChangeKind::Describe { .. } | ChangeKind::Delete => {}
        }
        questions
    }

    /// What a judgement of `subject` needs beyond what was asked in `self`: only rules that were not in the event
    /// can need more. Empty (see [`Self::is_empty`]) otherwise.
    #[must_use]
    pub fn still_open(&self, subject: &Subject, policy: &Policy) -> Self {
        let (account, region) = (self.account.clone(), self.region.clone());
        let mut more = Self { account, region, age: self.age, ..Self::default() };
        for rule in &subject.rules {
            more.ask_for_peer_of(&rule.permission, policy);
        }
        more.groups.retain(|id| !self.groups.contains(id));
        more.named.retain(|name| !self.named.contains(name));
        more.prefix_lists.retain(|list| !self.prefix_lists.contains(list));
        more
    }

    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { account: _, region: _, age: _, groups, named, rules_of, prefix_lists } = self;
        groups.is_empty() && named.is_empty() && rules_of.is_none() && prefix_lists.is_empty()
    }

    fn ask_for_group(&mut self, group: &GroupKey) {
        match group {
            GroupKey::Id(id) => drop(self.groups.insert(id.clone())),
            GroupKey::Name(name) => drop(self.named.insert(name.clone())),
        }
    }

    fn ask_for_peer_of(&mut self, rule: &Permission, policy: &Policy) {
        match &rule.peer {
            Peer::Group(GroupRef { owner, group }) => {
                // Another account's group cannot be looked up, and is in no tier of ours.
                if owner.is_none() || owner == &self.account || self.account.is_none() {
                    self.ask_for_group(group);
                }
            }
            Peer::PrefixList(list) => {
                self.prefix_lists.insert(list.clone());
                self.prefix_lists.extend(policy.lists_towards(rule.direction).cloned());
            }
            Peer::Network(_) => self.prefix_lists.extend(policy.lists_towards(rule.direction).cloned()),
        }
    }
}

const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

impl Answers {
    /// These answers and those of a second round.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        let joined = |first: Result<Vec<Group>, LookUpError>, second: Result<Vec<Group>, LookUpError>| {
            let (first, second) = (first?, second?);
            Ok([first, second].concat())
        };
        Self {
            groups: joined(self.groups, more.groups),
            unseen: self.unseen.into_iter().chain(more.unseen).collect(),
            named: joined(self.named, more.named),
            rules: self.rules,
            prefix_lists: self.prefix_lists.into_iter().chain(more.prefix_lists).collect(),
        }
    }
}
