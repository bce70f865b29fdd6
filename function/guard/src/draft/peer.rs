//! The peer of a rule, in the words of a policy.

use std::collections::BTreeMap;
use std::fmt;

use super::estate::Estate;
use super::quote::quoted;
use crate::group::Group;
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
use crate::network::Network;
use crate::permission::{GroupRef, Peer};
use crate::policy::is_literal;

/// A peer, as a policy writes it. They are in the order in which a person would list them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// `anywhere`.
    Anywhere,
    /// A network with a name.
    Named(String),
    /// A network.
    Network(Network),
    /// A tier.
    Tier(String),
    /// `self`.
    Itself,
    /// A group of the same account.
    Group(GroupId),
    /// A group of another account.
    Theirs(AccountId, GroupId),
    /// A prefix list.
    List(PrefixListId),
}

/// What the words depend on.
#[derive(Clone, Copy)]
pub(super) struct Dictionary<'a> {
    pub(super) estate: &'a Estate,
    /// The tier of each group that is in one.
    pub(super) homes: &'a BTreeMap<GroupId, String>,
}

impl Dictionary<'_> {
    /// The word for `peer`, of a rule in `group`; `None` where no policy can name it. Follows what a judgement takes
    /// a reference for.
    pub(super) fn word(&self, group: &Group, peer: &Peer) -> Option<Word> {
        let word = match peer {
            Peer::Network(network) => Word::Network(*network),
            Peer::PrefixList(list) => Word::List(list.clone()),
            Peer::Group(reference) => self.word_of_group(group, reference)?,
        };
        let can_be_written = match &word {
            Word::Group(id) => is_literal(id.as_str()),
            Word::Theirs(account, id) => is_literal(&format!("{account}/{id}")),
            Word::List(list) => is_literal(list.as_str()),
            Word::Anywhere | Word::Named(_) | Word::Network(_) | Word::Tier(_) | Word::Itself => true,
        };
        can_be_written.then_some(word)
    }

    fn word_of_group(&self, group: &Group, GroupRef { owner, group: key }: &GroupRef) -> Option<Word> {
        let GroupKey::Id(id) = key else { return None };
        if let (Some(theirs), Some(ours)) = (owner, &group.owner)
            && theirs != ours
        {
            return Some(Word::Theirs(theirs.clone(), id.clone()));
        }
        if *id == group.id {
            return Some(Word::Itself);
        }
        match (self.estate.group(id), owner, &group.owner) {
            (Some(_), _, _) => Some(
                self.homes.get(id).map_or_else(|| Word::Group(id.clone()), |tier| Word::Tier(tier.clone())),
            ),
            (None, Some(_), Some(_)) => Some(Word::Group(id.clone())),
            (None, Some(theirs), None) => Some(Word::Theirs(theirs.clone(), id.clone())),
            // Nobody knows whose group it is: nothing allows that.
            (None, None, _) => None,
        }
    }
}

/// As a policy writes it, in quotes where YAML wants them.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anywhere => f.write_str("anywhere"),
            Self::Named(name) | Self::Tier(name) => f.write_str(&quoted(name)),
            Self::Network(network) if network.is_ipv4() => network.fmt(f),
            Self::Network(network) => write!(f, "\"{network}\""),
            Self::Itself => f.write_str("self"),
            Self::Group(id) => id.fmt(f),
            Self::Theirs(account, id) => write!(f, "{account}/{id}"),
            Self::List(list) => list.fmt(f),
        }
    }
}
