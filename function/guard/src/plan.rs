//! From findings to the exact calls that undo them. What is in a [`Remedy`] is all that an executor may do, and only
//! [`plan`] makes one.
//!
//! A rule is revoked by its content, not by its id: the content is what was judged, and it cannot come to mean
//! something else between the judgement and the call, as the rule behind an id can.

use std::collections::BTreeMap;

use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Finding, Verdict};
use crate::permission::Direction;
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
    for (rule, mode) in to_revoke(findings) {
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

/// The rules of `findings` that are to go, each once, in their order, and whether to act: a rule goes if any scope that
/// forbids it wants it revoked, and it goes at once if any of those enforces.
fn to_revoke(findings: &[Finding]) -> impl Iterator<Item = (&Rule, Mode)> {
    let mut modes: BTreeMap<&Rule, Mode> = BTreeMap::new();
    for Finding { rule, reaction, .. } in findings {
        match reaction.on_violation {
            OnViolation::Notify => {}
            OnViolation::Revoke => {
                let mode = modes.entry(rule).or_insert(reaction.mode);
                *mode = reaction.mode.min(*mode);
            }
        }
    }
    findings.iter().filter_map(move |finding| modes.remove_entry(&finding.rule))
}

impl Naming {
    fn of(rule: &Rule) -> Self {
        if rule.permission.is_exact() || rule.id.is_none() { Self::Content } else { Self::Id }
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
        self.rules.iter().map(|rule| Self {
            direction: self.direction,
            group: self.group.clone(),
            rules: vec![rule.clone()],
            naming: self.naming,
            mode: self.mode,
        })
    }
}
