//! May these peers reach this?

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tierguard::hypothesis::{Allowed, Hypothesis, Ruling};
use tierguard::judge::{Verdict, Violation};
use tierguard::permission::Direction;
use tierguard::policy::{Allow, Clause, Document, Exemption, Limits, Place, Policy, Selector, Tier};

use super::answer::{Answer, Excerpt, Word};
use crate::clauses;

/// How much is told of what is too much, how many rules that stay, and how many other tiers.
const MOST: usize = 10;
const DIRECTION: Direction = Direction::Ingress;

/// Whether a rule may say `flow` in a group of `place`.
pub(super) fn answer(document: &Document, place: &Place, flow: &Allow, at: Timestamp) -> Answer {
    let policy = document.policy();
    let asked = Asked { place, flow, at };
    let Some(ruling) = asked.of(policy) else {
        let lines = vec!["every group is in a tier of this policy".to_owned()];
        return Answer { word: Some(Word::Unknown), lines, because: Vec::new() };
    };
    let (word, lines, clauses) = match &ruling.judgement.verdict {
        Verdict::Compliant => {
            let clauses = asked.allowing(policy);
            (Word::Yes, vec![allowed(policy, place.as_str(), flow, &clauses)], clauses)
        }
        Verdict::Unmanaged | Verdict::Ignored(_) => {
            let line = format!("the policy says nothing about groups in no tier, so {} stays", flow.words);
            (Word::Yes, vec![line], Vec::new())
        }
        Verdict::Violation(violation) => {
            let word = if ruling.allowed().is_empty() { Word::No } else { Word::Partly };
            let (lines, clauses) = asked.exempt(policy);
            let lines = denied(&ruling, violation).into_iter().chain(lines).collect();
            (word, lines, broken(policy, violation).into_iter().chain(clauses).collect())
        }
        Verdict::Undecidable(_) => (Word::Unknown, ruling.unknown(), Vec::new()),
    };
    let beside = match word {
        Word::Yes | Word::Partly => asked.beside(policy),
        Word::No | Word::Unknown => Vec::new(),
    };
    let lines = lines.into_iter().chain(beside).collect();
    Answer { word: Some(word), lines, because: Excerpt::all(document, clauses) }
}

/// That it is allowed, and by what.
fn allowed(policy: &Policy, place: &str, flow: &Allow, clauses: &[Clause]) -> String {
    let words = &flow.words;
    match clauses.first() {
        Some(Clause::Exemption(n)) => policy.exemptions.get(*n).map_or_else(String::new, |exemption| {
            let (id, until) = (&exemption.id, exemption.until);
            format!("the exemption {id} allows {words} until {until}, in the groups that it is for")
        }),
        Some(Clause::Tier(_)) => format!("{place} does not govern what comes in, so {words} stays"),
        Some(Clause::Elsewhere) => format!("{place} denies nothing of {words}"),
        _ => format!("{place} allows {words}"),
    }
}

/// What is forbidden of it, and the lines of the policy that say so.
fn denied(ruling: &Ruling, violation: &Violation) -> Vec<String> {
    let why = violation.findings.iter().map(|finding| finding.why.clone());
    let terms = violation.findings.iter().flat_map(|finding| finding.excess.terms());
    let excess = once(terms.map(|term| format!("too much: {}", ruling.in_words(&term.to_string()))));
    let more = excess.len().saturating_sub(MOST);
    let more = (more > 0).then(|| format!("too much: {more} more"));
    let allowed = ruling.allowed().into_iter().take(MOST).map(|Allowed { rule, only_in }| {
        let rule = ruling.in_words(&rule.permission.to_string());
        format!("allowed{}: {rule}", in_groups(&only_in))
    });
    once(why).into_iter().chain(excess.into_iter().take(MOST)).chain(more).chain(once(allowed)).collect()
}

/// `lines`, each once.
fn once(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut told = BTreeSet::new();
    lines.filter(|line| told.insert(line.clone())).collect()
}

/// In which groups, where it is not in all.
fn in_groups(groups: &[&str]) -> String {
    match groups {
        [] => String::new(),
        [group] => format!(" in {group}"),
        [first, others @ ..] => format!(" in {first} and {} more", others.len()),
    }
}

fn broken(policy: &Policy, violation: &Violation) -> Vec<Clause> {
    violation.findings.iter().map(|finding| clauses::broken(policy, finding)).collect()
}

/// What is asked of a policy.
struct Asked<'a> {
    place: &'a Place,
    flow: &'a Allow,
    at: Timestamp,
}

impl Asked<'_> {
    fn of(&self, policy: &Policy) -> Option<Ruling> {
        let Allow { traffic, peers, .. } = self.flow;
        let lists = &BTreeMap::new();
        policy.rule_on(&Hypothesis {
            place: self.place,
            direction: DIRECTION,
            traffic,
            peers,
            lists,
            at: self.at,
        })
    }

    fn is_allowed_by(&self, policy: &Policy) -> bool {
        self.of(policy).is_some_and(|ruling| ruling.judgement.verdict == Verdict::Compliant)
    }

    /// What allows it: the entries that do so by themselves, else the exemptions without which it would not be allowed,
    /// else all that is listed.
    fn allowing(&self, policy: &Policy) -> Vec<Clause> {
        let alone = self.entries(policy);
        if !alone.is_empty() {
            return alone;
        }
        let list = self.list(policy);
        let without = Policy { exemptions: Vec::new(), ..policy.clone() };
        if self.is_allowed_by(&without) {
            return vec![list];
        }
        let needed = policy.exemptions.iter().enumerate().filter(|(n, _)| {
            let mut without = policy.clone();
            without.exemptions.remove(*n);
            !self.is_allowed_by(&without)
        });
        let needed: Vec<_> = needed.map(|(n, _)| n).collect();
        // Where each of several is enough, none is needed.
        let enough = policy.exemptions.iter().enumerate().filter(|(_, exemption)| {
            self.is_allowed_by(&Policy { exemptions: vec![(*exemption).clone()], ..policy.clone() })
        });
        let those = if needed.is_empty() { enough.map(|(n, _)| n).collect() } else { needed };
        those.into_iter().map(Clause::Exemption).chain([list]).collect()
    }

    /// The exemptions that allow it in some groups of the tier, if not in all.
    fn exempt(&self, policy: &Policy) -> (Vec<String>, Vec<Clause>) {
        let Place::Tier(tier) = self.place else { return (Vec::new(), Vec::new()) };
        let tier = policy.tiers.iter().find(|it| it.name == *tier);
        let exempts = |exemption: &Exemption| {
            let everywhere = Exemption { groups: Selector::default(), ..exemption.clone() };
            tier.is_some_and(|tier| exemption.may_be_for(tier))
                && self.is_allowed_by(&Policy { exemptions: vec![everywhere], ..policy.clone() })
        };
        let exempt = policy.exemptions.iter().enumerate().filter(|(_, exemption)| exempts(exemption));
        let told = |(n, Exemption { id, until, .. }): (usize, &Exemption)| {
            (format!("allowed in groups that the exemption {id} is for, until {until}"), Clause::Exemption(n))
        };
        exempt.map(told).unzip()
    }

    /// That other tiers forbid some of it, of which a group of this one may be, too: such a group has to satisfy both.
    fn beside(&self, policy: &Policy) -> Vec<String> {
        let Place::Tier(tier) = self.place else { return Vec::new() };
        let told = |other: &Tier| {
            let place = Place::Tier(other.name.clone());
            let ruling = Asked { place: &place, ..*self }.of(policy)?;
            let Verdict::Violation(violation) = &ruling.judgement.verdict else { return None };
            let why = &violation.findings.first()?.why;
            Some(format!("not in a group that is also in {}: {why}", other.name))
        };
        policy.tiers_beside(tier).filter_map(told).take(MOST).collect()
    }

    /// The entries of the list that allow it by themselves.
    fn entries(&self, policy: &Policy) -> Vec<Clause> {
        let Place::Tier(tier) = self.place else { return Vec::new() };
        let count =
            policy.tiers.iter().find(|it| it.name == *tier).and_then(|tier| tier.allows.towards(DIRECTION));
        let alone = |n: &usize| {
            let mut policy = Policy { exemptions: Vec::new(), ..policy.clone() };
            let lists = policy.tiers.iter_mut().filter(|it| it.name == *tier);
            lists.filter_map(|tier| tier.allows.ingress.as_mut()).for_each(|allows| {
                let only = allows.get(*n).cloned();
                *allows = only.into_iter().collect();
            });
            self.is_allowed_by(&policy)
        };
        let entries = (0..count.map_or(0, <[Allow]>::len)).filter(alone);
        entries.map(|n| Clause::Allow(Some(tier.clone()), DIRECTION, n)).collect()
    }

    /// All that is listed; the tier, where it does not govern the direction.
    fn list(&self, policy: &Policy) -> Clause {
        let Place::Tier(tier) = self.place else {
            return match policy.elsewhere.as_ref().map(|elsewhere| &elsewhere.limits) {
                Some(Limits::Allow(_)) => Clause::Allows(None, DIRECTION),
                Some(Limits::Deny(_)) | None => Clause::Elsewhere,
            };
        };
        let mut governed = policy.tiers.iter().filter(|it| it.allows.towards(DIRECTION).is_some());
        if governed.any(|it| it.name == *tier) {
            Clause::Allows(Some(tier.clone()), DIRECTION)
        } else {
            Clause::Tier(tier.clone())
        }
    }
}
