//! From findings to the exact calls that undo them. What is in a [`Remedy`] is all that an executor may do, and only
//! [`plan`] makes one.
//!
//! A rule is revoked by its content, not by its id: the content is what was judged, and it cannot come to mean
//! something else between the judgement and the call, as the rule behind an id can.

use crate::group::Rule;
use crate::id::{GroupId, GroupKey};
use crate::judge::{Finding, Verdict};
use crate::permission::{Direction, GroupRef, Peer};
use crate::policy::{Mode, OnViolation};

/// The calls to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remedy(Vec<Call>);

/// One `RevokeSecurityGroupIngress` or `RevokeSecurityGroupEgress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    direction: Direction,
    group: GroupId,
    rules: Vec<Rule>,
    naming: Naming,
    mode: Mode,
}

/// How a call names its rules; EC2 takes one way or the other in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// By their content (`IpPermissions`).
    Content,
    /// By their ids (`SecurityGroupRuleIds`): for rules whose content does not name them, because their reference to
    /// another group has lost its account.
    Id,
}

/// The calls that undo what `verdict` found in `group`: one per direction, with every offending rule once.
#[must_use]
pub fn plan(group: &GroupId, verdict: &Verdict) -> Remedy {
    let findings = match verdict {
        Verdict::Violation(violation) => violation.findings.as_slice(),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => &[],
    };
    let mut calls: Vec<Call> = Vec::new();
    for rule in to_revoke(findings) {
        let Some(mode) = mode_for(rule, findings) else { continue };
        let (direction, naming) = (rule.permission.direction, Naming::of(rule));
        let fits = |call: &&mut Call| (call.direction, call.naming, call.mode) == (direction, naming, mode);
        match calls.iter_mut().find(fits) {
            Some(call) => call.rules.push(rule.clone()),
            None => {
                calls.push(Call { direction, group: group.clone(), rules: vec![rule.clone()], naming, mode });
            }
        }
    }
    Remedy(calls)
}

/// The rules of `findings`, each once.
fn to_revoke(findings: &[Finding]) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> = Vec::new();
    for Finding { rule, .. } in findings {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

/// What to do about `rule`: it goes if any scope that forbids it enforces its revocation; `None` if none wants it
/// revoked at all.
fn mode_for(rule: &Rule, findings: &[Finding]) -> Option<Mode> {
    let about = findings.iter().filter(|finding| finding.rule == *rule).map(|finding| finding.reaction);
    about.filter(|reaction| reaction.on_violation == OnViolation::Revoke).map(|reaction| reaction.mode).min()
}

impl Naming {
    fn of(rule: &Rule) -> Self {
        match (&rule.permission.peer, &rule.id) {
            (
                Peer::Group(GroupRef { owner: None, .. } | GroupRef { group: GroupKey::Name(_), .. }),
                Some(_),
            ) => Self::Id,
            (Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_), _) => Self::Content,
        }
    }
}

impl Remedy {
    /// The calls; they do not depend on each other.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.0
    }
}

impl Call {
    /// Which of the two calls.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// `GroupId`.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// The rules that it names; never empty.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How it names them.
    #[must_use]
    pub const fn naming(&self) -> Naming {
        self.naming
    }

    /// Whether it is to be made, or only told of.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The name of the call in the EC2 API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.direction {
            Direction::Ingress => "RevokeSecurityGroupIngress",
            Direction::Egress => "RevokeSecurityGroupEgress",
        }
    }

    /// The same call for each of its rules alone.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> + '_ {
        self.rules.iter().map(|rule| Self { rules: vec![rule.clone()], ..self.clone() })
    }
}
