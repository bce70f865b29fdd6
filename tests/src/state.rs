//! What there is in an account, as sentences that can be compared: who may reach what through some groups, what some
//! prefix lists hold, and what some interfaces carry. Read through the API, whatever the function says about it.

use std::collections::BTreeSet;

use crate::rule::{Rule, Way};
use crate::world::World;
use crate::{interface, list};

/// The things that a scene is made of, each kind in the order of its making.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Things {
    /// Groups, by their ids.
    pub groups: Vec<String>,
    /// Names of groups.
    pub names: Vec<String>,
    /// Prefix lists.
    pub lists: Vec<String>,
    /// Interfaces.
    pub interfaces: Vec<String>,
}

impl Things {
    /// All of them, and the names.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        [&self.groups, &self.names, &self.lists, &self.interfaces].into_iter().flatten()
    }
}

/// Sentences about things.
pub type Facts = BTreeSet<String>;

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What it says.
    pub facts: Facts,
    /// The ids of the rules and the versions of the lists, which are others for a thing that went and came back.
    pub ids: Facts,
}

/// A group has a rule.
#[must_use]
pub fn has(group: &str, way: Way, rule: &Rule) -> String {
    format!("{group} {way:?} {rule}")
}

/// A prefix list holds an entry.
#[must_use]
pub fn holds(list: &str, entry: &str) -> String {
    format!("{list} holds {entry}")
}

/// An interface carries a group.
#[must_use]
pub fn carries(interface: &str, group: &str) -> String {
    format!("{interface} carries {group}")
}

impl State {
    /// What is there of `things`.
    pub async fn of(world: &World, things: &Things) -> Self {
        let (mut facts, mut ids) = (Facts::new(), Facts::new());
        for group in &things.groups {
            for held in world.held(group).await {
                facts.insert(has(group, held.way, &held.rule));
                ids.insert(held.id);
            }
        }
        for list in &things.lists {
            facts.extend(list::entries(world, list).await.iter().map(|entry| holds(list, entry)));
            ids.insert(format!("{list} version {}", list::version(world, list).await));
        }
        for interface in &things.interfaces {
            let groups = interface::groups_of(world, interface).await;
            facts.extend(groups.iter().map(|group| carries(interface, group)));
        }
        Self { facts, ids }
    }
}
