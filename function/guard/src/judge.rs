//! Facts in, verdict out: pure, total, deterministic.
//!
//! Of a group whose rules were changed, judges the rules that the change made, and only those: older rules had events of
//! their own. Of a group that came into another tier, and in the sweep, all of them.

mod bench;
mod kept;
mod mixture;
mod peers;
mod remark;
mod required;
mod stance;
mod verdict;

use std::collections::BTreeSet;

pub use remark::remarks;
pub use verdict::{
    Code, Finding, Hindrance, Ignored, Judgement, Keep, ListUndo, Missing, Mixture, Remark, Trespass,
    Undecidable, Unsettled, Verdict, Violation,
};

use crate::facts::{ChangedList, Facts, Subject, Touch};
use crate::group::Rule;
use crate::interface::Interface;
use crate::look::LookUpError;
use crate::policy::{OnViolation, PeerSet, Policy, Scope, Tier, TierName};
use crate::traffic::TrafficSet;
use bench::{Bench, Opinion};

/// Judges `facts` by `policy`.
#[must_use]
pub fn judge(policy: &Policy, facts: &Facts) -> Judgement {
    let mut court =
        Court { policy, facts, tiers: BTreeSet::new(), is_managed: false, found: Violation::default() };
    facts.subjects.iter().for_each(|subject| court.hear(subject));
    facts.interfaces.iter().for_each(|interface| court.look_at(interface));
    court.mend_list();
    let Court { tiers, is_managed, found, .. } = court;
    let in_order = policy.tiers.iter().map(|tier| &tier.name).filter(|name| tiers.contains(name));
    Judgement {
        tiers: in_order.cloned().collect(),
        verdict: Verdict::of(found, is_managed),
        remarks: Vec::new(),
    }
}

/// Whether `policy` allows `rule` in the group of `subject`, whoever makes it.
///
/// # Errors
/// When that depends on something that could not be looked up.
pub fn allows(policy: &Policy, facts: &Facts, subject: &Subject, rule: &Rule) -> Result<bool, LookUpError> {
    let scopes = policy.scopes(&subject.group);
    let opinions = scopes.iter().map(|scope| (Bench { policy, facts, subject, scope, rule }).of_content());
    opinions
        .map(|opinion| match opinion {
            Opinion::Fine => Ok(true),
            Opinion::Forbidden(_) => Ok(false),
            Opinion::Unsettled(error) => Err(error),
        })
        .try_fold(true, |all, allowed| Ok(all && allowed?))
}

/// Whether `rule` in the group of `subject` opens any of `traffic` with any of `peers`. What could not be looked up
/// counts as nothing.
#[must_use]
pub fn opens(
    policy: &Policy,
    facts: &Facts,
    subject: &Subject,
    rule: &Rule,
    traffic: &TrafficSet,
    peers: &PeerSet,
) -> bool {
    let scopes = policy.scopes(&subject.group);
    scopes.first().is_some_and(|scope| (Bench { policy, facts, subject, scope, rule }).opens(traffic, peers))
}

/// A judgement in the making.
struct Court<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    tiers: BTreeSet<&'a TierName>,
    /// Whether the policy says anything about any of it.
    is_managed: bool,
    found: Violation,
}

impl Court<'_> {
    /// Judges one group.
    fn hear(&mut self, subject: &Subject) {
        let scopes = self.policy.scopes(&subject.group);
        self.is_managed |= !scopes.is_empty();
        subject.rules.iter().for_each(|rule| self.hold(subject, &scopes, rule));
        let unshown = subject.unshown.iter().filter(|_| !scopes.is_empty());
        self.found
            .unsettled
            .extend(unshown.map(|cause| Unsettled::group(subject.group.id.clone(), cause.clone())));
        for tier in self.policy.tiers_of(&subject.group) {
            self.tiers.insert(&tier.name);
            self.accuse(subject, tier);
            required::find(self.policy, self.facts, subject, tier, &mut self.found);
        }
    }

    /// Holds one rule against every scope of its group.
    fn hold(&mut self, subject: &Subject, scopes: &[Scope<'_>], rule: &Rule) {
        let before = self.found.findings.len();
        for scope in scopes {
            let bench = Bench { policy: self.policy, facts: self.facts, subject, scope, rule };
            for opinion in bench.opinions() {
                match opinion {
                    Opinion::Fine => {}
                    Opinion::Forbidden(finding) => self.found.findings.push(*finding),
                    Opinion::Unsettled(cause) => self.found.unsettled.push(Unsettled {
                        group: subject.group.id.clone(),
                        rule: Some(rule.clone()),
                        cause,
                    }),
                }
            }
        }
        let new = self.found.findings.get_mut(before..).unwrap_or_default();
        // What is allowed of a rule is still not for everybody to add.
        let mut tiers = self.policy.tiers_of(&subject.group);
        let is_trespass = subject.touch.made_rules()
            && tiers.any(|tier| bench::trespass(self.facts, subject, tier).is_some());
        let narrows = |finding: &Finding| finding.reaction.on_violation == OnViolation::Narrow;
        if new.iter().any(narrows) && !is_trespass {
            let (keep, unknown) = kept::of(self.policy, self.facts, subject, scopes, rule);
            for finding in new {
                finding.keep = keep.clone();
            }
            // What may stay depends on it: the next attempt may know.
            self.found.unsettled.extend(unknown.map(|cause| Unsettled {
                group: subject.group.id.clone(),
                rule: Some(rule.clone()),
                cause,
            }));
        }
    }

    /// Takes note of a caller who changed a group of `tier` and may not, where there is no rule to be undone.
    fn accuse(&mut self, subject: &Subject, tier: &Tier) {
        let is_undone = !subject.rules.is_empty() || !subject.taken.is_empty();
        if subject.touch != Touch::Group && is_undone {
            return;
        }
        if let Some(why) = bench::trespass(self.facts, subject, tier) {
            let (group, tier) = (subject.group.id.clone(), tier.name.clone());
            self.found.trespasses.push(Trespass { group, tier, why });
        }
    }

    /// Whether the tiers of `interface` may meet.
    fn look_at(&mut self, interface: &Interface) {
        let Some(interfaces) = &self.policy.interfaces else { return };
        match mixture::find(self.policy, self.facts, interfaces, interface) {
            Ok((tiers, mixture)) => {
                self.is_managed |= !tiers.is_empty();
                self.tiers.extend(tiers);
                self.found.mixtures.extend(mixture);
            }
            Err(unsettled) => self.found.unsettled.push(*unsettled),
        }
    }

    /// Finds out whether putting a changed prefix list back makes everything right that was found.
    fn mend_list(&mut self) {
        let (Some(list), Some(before)) = (&self.facts.list, self.facts.with_list_restored()) else { return };
        let is_right = |subject: &Subject| {
            subject.rules.iter().all(|rule| allows(self.policy, &before, subject, rule) == Ok(true))
        };
        let is_wanted = |finding: &Finding| finding.reaction.on_violation != OnViolation::Notify;
        if self.found.findings.iter().any(is_wanted) && before.subjects.iter().all(is_right) {
            let ChangedList { id, before: to, after: from, entries: _ } = list;
            self.found.list = Some(ListUndo { list: id.clone(), to: *to, from: *from });
        }
    }
}

impl Verdict {
    fn of(found: Violation, is_managed: bool) -> Self {
        match (found.is_empty(), found.unsettled.is_empty(), is_managed) {
            (false, _, _) => Self::Violation(found),
            (true, false, _) => Self::Undecidable(Undecidable::LookUpFailed(
                found.unsettled.into_iter().map(|rule| rule.cause).collect(),
            )),
            (true, true, true) => Self::Compliant,
            (true, true, false) => Self::Unmanaged,
        }
    }
}
