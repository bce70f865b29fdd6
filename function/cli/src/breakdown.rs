//! What a replay came to, broken down: by tier, by caller, by rule, by account and by Region.
//!
//! Follows from the events alone, in the order in which they were handled. Of open-ended sets it keeps no more than a table
//! ([`table`]) holds. Tells nothing itself: [`text`] does to people, [`json`] to machines. What it all came to in totals is
//! for the [`Tally`](crate::tally::Tally) to say.

mod counts;
mod json;
mod scene;
mod table;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tierguard::Handled;
use tierguard::id::{AccountId, Region};
use tierguard::judge::{Ignored, Verdict};
use tierguard::policy::TierName;
use tierguard::sweep::Digest;

use crate::passed::Passed;
use crate::selection::Selection;
use crate::tally::{Deeds, Done};

pub(crate) use counts::Counts;
pub(crate) use json::Summed;
pub(crate) use scene::{ModeWord, Scene};
pub(crate) use table::{Row, Table};
pub(crate) use text::Tables;

/// What a replay came to.
#[derive(Debug, Default)]
pub(crate) struct Breakdown {
    /// What was replayed against what.
    pub(crate) scenes: Vec<Scene>,
    /// All security group events.
    pub(crate) all: Counts,
    /// By tier: an event in several tiers counts in each.
    pub(crate) tiers: Table,
    /// By who made the change.
    pub(crate) callers: Table,
    /// By rule, in its standard form: an event counts with each rule that was judged, once.
    pub(crate) rules: Table,
    /// By the account that was changed.
    pub(crate) accounts: Table,
    /// By Region.
    pub(crate) regions: Table,
    /// The records that were not handled.
    pub(crate) passed: Passed,
    /// Which events were asked for.
    pub(crate) selection: Selection,
    /// What the sweeps found, and when they were.
    pub(crate) sweeps: Vec<(Timestamp, Digest)>,
}

impl Breakdown {
    /// A scenario begins.
    pub(crate) fn begin(&mut self, scene: Scene) {
        self.scenes.push(scene);
    }

    /// An event was handled, and this became of what it broke.
    pub(crate) fn event(&mut self, handled: &Handled, done: &[Done]) {
        let Handled { event, judgement, .. } = handled;
        if judgement.verdict == Verdict::Ignored(Ignored::NotAChange) {
            return;
        }
        let counts = Counts::of(handled, done.iter().collect());
        self.all.merge(&counts);
        if judgement.tiers.is_empty() {
            self.tiers.count(None, &counts);
        }
        for tier in &judgement.tiers {
            self.tiers.count(Some(TierName::as_str(tier)), &counts);
        }
        self.callers.count(event.actor.name.as_deref(), &counts);
        self.accounts.count(event.account.as_ref().map(AccountId::as_str), &counts);
        self.regions.count(event.region.as_ref().map(Region::as_str), &counts);
        self.count_rules(handled, done);
    }

    /// A sweep was made at the instant `at`.
    pub(crate) fn swept(&mut self, digest: &Digest, at: Timestamp) {
        self.sweeps.push((at, digest.clone()));
    }

    fn count_rules(&mut self, handled: &Handled, done: &[Done]) {
        let mut broken: BTreeMap<&str, Deeds> = BTreeMap::new();
        for Done { rule, deed } in done {
            if let Some(rule) = rule {
                broken.entry(rule).or_default().add(*deed);
            }
        }
        let judged: BTreeSet<_> = handled.judged.iter().map(|rule| rule.permission.to_string()).collect();
        for (rule, deeds) in &broken {
            self.rules.count(Some(rule), &Counts::of(handled, *deeds));
        }
        for rule in judged.iter().filter(|rule| !broken.contains_key(rule.as_str())) {
            self.rules.count(Some(rule), &Counts::of_allowed(handled));
        }
    }
}
