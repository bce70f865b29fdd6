//! What a judgement needs to know of the live account: asked all at once, answered by a port.

mod questions;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::SignedDuration;
use thiserror::Error;

use crate::change::{InterfaceKey, ListVersion};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupName, PrefixListId, Region};
use crate::interface::Interface;
use crate::network::AddressSet;

/// Reads a live account.
pub trait ReadAccount {
    /// Answers `questions`, all of them concurrently.
    fn look(&self, questions: &Questions) -> impl Future<Output = Answers> + Send;

    /// All groups of the account in the Region, for the sweep.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn all_groups(&self) -> impl Future<Output = Result<Vec<Group>, LookUpError>> + Send;

    /// All network interfaces of the account in the Region, for the sweep.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn all_interfaces(&self) -> impl Future<Output = Result<Vec<Interface>, LookUpError>> + Send;
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
    /// All groups of which a rule, in either direction, names this prefix list.
    pub users_of: Option<PrefixListId>,
    /// All rules of each of these groups.
    pub rules_of: BTreeSet<GroupId>,
    /// Groups that got rules which no record names: only all of their rules, once they are seen, have these among them.
    pub unnamed_in: BTreeSet<GroupId>,
    /// The entries of these prefix lists.
    pub prefix_lists: BTreeSet<PrefixListId>,
    /// The entries that a prefix list had in an earlier version.
    pub entries_at: Option<(PrefixListId, ListVersion)>,
    /// Whose these prefix lists are, in which version, and how large.
    pub list_states: BTreeSet<PrefixListId>,
    /// These interfaces: whichever exist are answered.
    pub interfaces: BTreeSet<InterfaceKey>,
    /// All interfaces that carry one of these groups.
    pub interfaces_with: BTreeSet<GroupId>,
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
    /// The groups whose rules name the prefix list asked for.
    pub users: Result<Vec<Group>, LookUpError>,
    /// All rules of each group asked for; none of a group that does not exist.
    pub rules: BTreeMap<GroupId, Result<Vec<Rule>, LookUpError>>,
    /// Groups with unnamed new rules which the account may only be slow to show.
    pub unshown_in: BTreeMap<GroupId, LookUpError>,
    /// The entries of each prefix list asked for.
    pub prefix_lists: BTreeMap<PrefixListId, Result<AddressSet, LookUpError>>,
    /// The entries of the earlier version asked for.
    pub entries_before: Option<Result<AddressSet, LookUpError>>,
    /// The state of each prefix list asked for.
    pub list_states: BTreeMap<PrefixListId, Result<ListState, LookUpError>>,
    /// The interfaces asked for, by their keys as far as they exist, and by their groups; each once.
    pub interfaces: Result<Vec<Interface>, LookUpError>,
}

/// A prefix list, but for its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    /// The account that owns it; `None` for one that AWS manages.
    pub owner: Option<AccountId>,
    /// Its version now; `None` for one that has none, because AWS manages it.
    pub version: Option<ListVersion>,
    /// `MaxEntries`: what a rule that names it counts against the quota of its group.
    pub max_entries: Option<u32>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            groups: Ok(Vec::new()),
            unseen: BTreeMap::new(),
            named: Ok(Vec::new()),
            users: Ok(Vec::new()),
            rules: BTreeMap::new(),
            unshown_in: BTreeMap::new(),
            prefix_lists: BTreeMap::new(),
            entries_before: None,
            list_states: BTreeMap::new(),
            interfaces: Ok(Vec::new()),
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

impl Answers {
    /// These answers and those of a further round.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            groups: joined(self.groups, more.groups),
            unseen: self.unseen.into_iter().chain(more.unseen).collect(),
            named: joined(self.named, more.named),
            users: joined(self.users, more.users),
            rules: self.rules.into_iter().chain(more.rules).collect(),
            unshown_in: self.unshown_in.into_iter().chain(more.unshown_in).collect(),
            prefix_lists: self.prefix_lists.into_iter().chain(more.prefix_lists).collect(),
            entries_before: self.entries_before.or(more.entries_before),
            list_states: self.list_states.into_iter().chain(more.list_states).collect(),
            interfaces: joined(self.interfaces, more.interfaces),
        }
    }

    /// All live rules of `group`.
    ///
    /// # Errors
    /// When they could not be looked up, or were not asked for.
    pub fn rules_of(&self, group: &GroupId) -> Result<&[Rule], LookUpError> {
        match self.rules.get(group) {
            Some(rules) => rules.as_deref().map_err(LookUpError::clone),
            None => Err(LookUpError {
                call: "DescribeSecurityGroupRules",
                message: format!("nothing is known of the rules of {group}"),
                retryable: false,
            }),
        }
    }
}

fn joined<T>(
    first: Result<Vec<T>, LookUpError>,
    second: Result<Vec<T>, LookUpError>,
) -> Result<Vec<T>, LookUpError> {
    let (mut first, second) = (first?, second?);
    first.extend(second);
    Ok(first)
}
