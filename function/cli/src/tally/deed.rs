//! What became of each thing that one event broke: one word for each, where [`Fates`](super::Fates) counts kinds of things.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tierguard::act::{Action, Outcome, Target};
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::judge::{Finding, Hindrance, Missing, Mixture, Violation};

use super::add;
use super::fates::{list_outcome, named, narrowed};

/// What became of something that the policy forbids, or wants and does not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A rule was taken away.
    Revoked,
    /// What is allowed of a rule was left.
    Narrowed,
    /// A rule, or the prefix list that it names, is again as it was.
    PutBack,
    /// A group was taken off an interface.
    Detached,
    /// Somebody else was faster.
    AlreadyRight,
    /// The mode is to observe.
    WouldBeUndone,
    /// A call failed, or the group had no room.
    Failed,
    /// There was no call to make: the policy only tells, or nobody knows which.
    Left,
}

/// One thing, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// The rule in its standard form, `22/tcp from 0.0.0.0/0`; `None` of what is no rule.
    pub(crate) rule: Option<String>,
    /// What became of it.
    pub(crate) deed: Deed,
}

/// How many things met with which deed. The names are those of the JSON output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Deeds {
    revoked: usize,
    narrowed: usize,
    put_back: usize,
    detached: usize,
    already_right: usize,
    would_be_undone: usize,
    failed: usize,
    left: usize,
}

impl Deed {
    /// In the past tense, as it stands after a number.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Narrowed => "narrowed",
            Self::PutBack => "put back",
            Self::Detached => "detached",
            Self::AlreadyRight => "already right",
            Self::WouldBeUndone => "would be undone",
            Self::Failed => "failed",
            Self::Left => "left",
        }
    }
}

impl Deeds {
    /// One more of these.
    pub(crate) const fn add(&mut self, deed: Deed) {
        let count = match deed {
            Deed::Revoked => &mut self.revoked,
            Deed::Narrowed => &mut self.narrowed,
            Deed::PutBack => &mut self.put_back,
            Deed::Detached => &mut self.detached,
            Deed::AlreadyRight => &mut self.already_right,
            Deed::WouldBeUndone => &mut self.would_be_undone,
            Deed::Failed => &mut self.failed,
            Deed::Left => &mut self.left,
        };
        *count = count.saturating_add(1);
    }

    /// All of `other` too.
    pub(crate) fn merge(&mut self, other: &Self) {
        let Self { revoked, narrowed, put_back, detached, already_right, would_be_undone, failed, left } =
            self;
        add(revoked, other.revoked);
        add(narrowed, other.narrowed);
        add(put_back, other.put_back);
        add(detached, other.detached);
        add(already_right, other.already_right);
        add(would_be_undone, other.would_be_undone);
        add(failed, other.failed);
        add(left, other.left);
    }

    /// How many of each.
    pub(crate) const fn each(&self) -> [(Deed, usize); 8] {
        [
            (Deed::Revoked, self.revoked),
            (Deed::Narrowed, self.narrowed),
            (Deed::PutBack, self.put_back),
            (Deed::Detached, self.detached),
            (Deed::AlreadyRight, self.already_right),
            (Deed::WouldBeUndone, self.would_be_undone),
            (Deed::Failed, self.failed),
            (Deed::Left, self.left),
        ]
    }
}

impl<'d> FromIterator<&'d Done> for Deeds {
    fn from_iter<I: IntoIterator<Item = &'d Done>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), |mut deeds, done| {
            deeds.add(done.deed);
            deeds
        })
    }
}

/// What became of each thing that `violation` names. A rule that two tiers forbid is one thing.
pub(crate) fn deeds(violation: &Violation, actions: &[Action]) -> Vec<Done> {
    let Violation { findings, missing, mixtures, trespasses, list: _, unsettled: _ } = violation;
    let rules = Rules::of(violation, actions);
    let mut seen = HashSet::new();
    let forbidden = findings.iter().filter(|Finding { group, rule, .. }| seen.insert((group, rule)));
    let forbidden = forbidden.map(|Finding { group, rule, .. }| Done {
        rule: Some(rule.permission.to_string()),
        deed: rules.forbidden(group, rule),
    });
    let missing = missing.iter().map(|missing| Done {
        rule: Some(
            missing.rule.as_ref().map_or_else(|| missing.what.clone(), |it| it.permission.to_string()),
        ),
        deed: rules.missing(missing),
    });
    let mixtures = mixtures.iter().map(|mixture| Done { rule: None, deed: mixed(mixture, actions) });
    let trespasses = trespasses.iter().map(|_| Done { rule: None, deed: Deed::Left });
    forbidden.chain(missing).chain(mixtures).chain(trespasses).collect()
}

/// How each rule of each group fared.
struct Rules<'a> {
    removed: HashMap<(&'a GroupId, &'a Rule), &'a Outcome>,
    added: HashMap<(&'a GroupId, &'a Rule), &'a Outcome>,
    narrowed: HashSet<(&'a GroupId, &'a Rule)>,
    list: Option<&'a Outcome>,
}

impl<'a> Rules<'a> {
    fn of(violation: &'a Violation, actions: &'a [Action]) -> Self {
        let rules = |action: &'a Action| named(action).map(|rule| (rule, &action.outcome));
        Self {
            removed: actions.iter().filter(|action| !action.adds()).flat_map(rules).collect(),
            added: actions.iter().filter(|action| action.adds()).flat_map(rules).collect(),
            narrowed: narrowed(violation, actions),
            list: list_outcome(actions),
        }
    }

    fn forbidden(&self, group: &GroupId, rule: &Rule) -> Deed {
        let done = if self.narrowed.contains(&(group, rule)) { Deed::Narrowed } else { Deed::Revoked };
        match self.removed.get(&(group, rule)) {
            Some(outcome) => of_outcome(Some(outcome), done),
            None => of_outcome(self.list, Deed::PutBack),
        }
    }

    fn missing(&self, Missing { group, rule, .. }: &Missing) -> Deed {
        let outcome = rule.as_ref().and_then(|rule| self.added.get(&(group, rule)));
        of_outcome(outcome.copied(), Deed::PutBack)
    }
}

fn mixed(mixture: &Mixture, actions: &[Action]) -> Deed {
    let is_it = |action: &&Action| match &action.target {
        Target::Interface { interface, .. } => *interface == mixture.interface.id,
        Target::Rules { .. } | Target::PrefixList(_) => false,
    };
    match (actions.iter().find(is_it), &mixture.hindrance) {
        (Some(action), _) => of_outcome(Some(&action.outcome), Deed::Detached),
        (None, Some(Hindrance::AlreadyOff)) => Deed::AlreadyRight,
        (None, Some(Hindrance::Managed { .. } | Hindrance::LastGroup) | None) => Deed::Left,
    }
}

const fn of_outcome(outcome: Option<&Outcome>, done: Deed) -> Deed {
    match outcome {
        Some(Outcome::Done) => done,
        Some(Outcome::AlreadyGone | Outcome::AlreadyThere) => Deed::AlreadyRight,
        Some(Outcome::Withheld) => Deed::WouldBeUndone,
        Some(Outcome::Failed { .. } | Outcome::NoRoom) => Deed::Failed,
        None => Deed::Left,
    }
}
