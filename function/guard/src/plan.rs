//! From what was found to the exact calls that undo it. What is in a [`Remedy`] is all that an executor may do, and
//! only [`plan`] makes one.
//!
//! A rule is revoked by its content, not by its id: the content is what was judged, and it cannot come to mean
//! something else between the judgement and the call, as the rule behind an id can. Only where what is wrong with a rule
//! is who made it, or where its content does not name it, its id does.

mod call;
mod quota;

use std::collections::{BTreeMap, BTreeSet};

pub use call::{Authorize, Call, Making, Naming, Patience, RestoreList, Revoke, SetGroups};

use crate::facts::Facts;
use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Code, Finding, Hindrance, Keep, Mixture, Verdict, Violation};
use crate::permission::Permission;
use crate::policy::{Mode, OnMixture, OnViolation};
use quota::Quota;

/// The calls to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remedy {
    additions: Vec<Authorize>,
    removals: Vec<Call>,
}

impl Remedy {
    /// The calls that add rules: all of them come before any that takes something away. They do not depend on each
    /// other.
    #[must_use]
    pub fn additions(&self) -> &[Authorize] {
        &self.additions
    }

    /// The calls that take something away. They do not depend on each other.
    #[must_use]
    pub fn removals(&self) -> &[Call] {
        &self.removals
    }
}

/// The calls that undo what `verdict` found in `facts`.
#[must_use]
pub fn plan(facts: &Facts, verdict: &Verdict) -> Remedy {
    match verdict {
        Verdict::Violation(violation) => remedy(facts, violation),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
            Remedy::default()
        }
    }
}

fn remedy(facts: &Facts, violation: &Violation) -> Remedy {
    let offences = offences(&violation.findings);
    let revokes = revokes(facts, &offences);
    let (additions, removals) = match &violation.list {
        // With the list put back, nothing of the rules that name it has to go.
        Some(undo) => {
            let mode = offences.iter().map(|offence| offence.mode).min().unwrap_or(Mode::Observe);
            (Vec::new(), vec![Call::RestoreList(RestoreList::new(undo, mode, revokes))])
        }
        None => (narrowed(facts, &offences), revokes.into_iter().map(Call::Revoke).collect()),
    };
    let put_back = put_back(facts, violation);
    Remedy {
        additions: additions.into_iter().chain(put_back).collect(),
        removals: removals.into_iter().chain(detached(&violation.mixtures)).collect(),
    }
}

/// A rule that is to go, for all the reasons that were found.
struct Offence<'a> {
    group: &'a GroupId,
    rule: &'a Rule,
    naming: Naming,
    keep: &'a Keep,
    mode: Mode,
}

/// The rules of `findings` that are to go, each once, in their order: a rule goes if any scope that forbids it wants it
/// gone, and it goes at once if any of those enforces. It is narrowed only if all of them want that.
fn offences(findings: &[Finding]) -> Vec<Offence<'_>> {
    let mut by_rule: BTreeMap<(&GroupId, &Rule), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_rule.entry((&finding.group, &finding.rule)).or_default().push(finding);
    }
    let in_order = findings.iter().filter_map(|finding| by_rule.remove(&(&finding.group, &finding.rule)));
    in_order.filter_map(|about| offence(&about)).collect()
}

fn offence<'a>(about: &[&'a Finding]) -> Option<Offence<'a>> {
    let acting = || about.iter().filter(|finding| finding.reaction.on_violation != OnViolation::Notify);
    let Finding { group, rule, keep, .. } = acting().next()?;
    let wants_all_gone = acting().any(|finding| finding.reaction.on_violation == OnViolation::Revoke);
    let is_by_author = acting().all(|finding| finding.code == Code::Editor);
    Some(Offence {
        group,
        rule,
        naming: if is_by_author { Naming::Id } else { Naming::of(rule) },
        keep: if wants_all_gone { &Keep::Nothing } else { keep },
        mode: acting().map(|finding| finding.reaction.mode).min()?,
    })
}

/// One call for each group, direction, way of naming and mode.
fn revokes(facts: &Facts, offences: &[Offence<'_>]) -> Vec<Revoke> {
    let told = facts.subjects.iter().filter(|subject| subject.touch.made_rules());
    let told: BTreeSet<_> = told.map(|subject| &subject.group.id).collect();
    Revoke::joined(offences.iter().map(|Offence { group, rule, naming, mode, keep }| {
        let patience = match keep {
            Keep::Parts(_) if !told.contains(group) => Patience::UntilAdded,
            Keep::Parts(_) | Keep::Nothing | Keep::TooMany => Patience::None,
        };
        Revoke::new(group, rule, *naming, *mode, patience)
    }))
}

/// What is allowed of the rules that are to go, as far as there is room for it.
fn narrowed(facts: &Facts, offences: &[Offence<'_>]) -> Vec<Authorize> {
    let mut added = Vec::new();
    let mut quota = Quota::new(facts);
    for Offence { group, rule, keep, mode, .. } in offences {
        let Keep::Parts(parts) = keep else { continue };
        let rules: Vec<_> =
            parts.iter().filter(|part| !quota.has(group, part)).map(|part| part_of(rule, part)).collect();
        let making = quota.take(group, &rules).and(*mode);
        added.extend(rules.into_iter().map(|rule| ((*group).clone(), rule, making)));
    }
    Authorize::all(added)
}

/// A part of `rule`, with its description and a mark.
fn part_of(rule: &Rule, permission: &Permission) -> Rule {
    const MARK: &str = " (narrowed by tierguard)";
    const LONGEST: usize = 255;
    let words = rule.description.as_deref().unwrap_or_default();
    let room = LONGEST.saturating_sub(MARK.len());
    let words: String = words.trim_end_matches(MARK).chars().take(room).collect();
    Rule {
        id: None,
        permission: permission.clone(),
        description: Some((words + MARK).trim_start().to_owned()),
    }
}

/// What is missing, as far as it is known and there is room for it.
fn put_back(facts: &Facts, violation: &Violation) -> Vec<Authorize> {
    let mut added = Vec::new();
    let mut quota = Quota::new(facts);
    for missing in &violation.missing {
        let (Some(rule), false) = (&missing.rule, missing.reaction.on_violation == OnViolation::Notify)
        else {
            continue;
        };
        let making = quota.take(&missing.group, std::slice::from_ref(rule)).and(missing.reaction.mode);
        added.push((missing.group.clone(), rule.clone(), making));
    }
    Authorize::all(added)
}

/// The groups that come off the interfaces that they may not be on.
fn detached(mixtures: &[Mixture]) -> impl Iterator<Item = Call> + '_ {
    let can_go = |mixture: &&Mixture| {
        let is_wanted = mixture.on_violation == OnMixture::Detach;
        let is_free = match &mixture.hindrance {
            None => true,
            Some(Hindrance::Managed { .. } | Hindrance::LastGroup | Hindrance::AlreadyOff) => false,
        };
        is_wanted && is_free
    };
    mixtures.iter().filter(can_go).map(|mixture| Call::SetGroups(SetGroups::new(mixture)))
}
