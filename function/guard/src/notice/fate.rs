//! What became of each forbidden rule, and so the state of the door.

use std::collections::BTreeMap;

use crate::act::{Action, Outcome};
use crate::group::Rule;
use crate::judge::{Finding, Violation};
use crate::policy::OnViolation;

/// A forbidden rule: once, whatever number of scopes forbid it.
#[derive(Debug, Clone)]
pub(super) struct Forbidden<'a> {
    pub(super) rule: &'a Rule,
    pub(super) findings: Vec<&'a Finding>,
    pub(super) fate: Fate<'a>,
}

/// What became of a rule; the worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate<'a> {
    /// It had gone before the guard came.
    AlreadyGone,
    /// The guard removed it.
    Removed,
    /// The policy wants no more than a notice.
    NotifyOnly,
    /// Observe mode.
    Withheld,
    /// It may still be there.
    Failed {
        /// What EC2 said.
        error: &'a str,
    },
}

/// Whether what was forbidden is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// No.
    Closed,
    /// Yes, and that is what the policy says.
    Open,
    /// Yes, though the guard tried to close it.
    StillOpen,
    /// It is not known whether it should be.
    Undecided,
}

impl Door {
    /// A word for machines.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::StillOpen => "still-open",
            Self::Undecided => "undecided",
        }
    }
}

impl Fate<'_> {
    /// The word of the report's `outcome`, and `notify-only` where no call was to be made.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::AlreadyGone => "already-gone",
            Self::Removed => "done",
            Self::NotifyOnly => "notify-only",
            Self::Withheld => "withheld",
            Self::Failed { .. } => "failed",
        }
    }

    pub(super) const fn door(self) -> Door {
        match self {
            Self::AlreadyGone | Self::Removed => Door::Closed,
            Self::NotifyOnly | Self::Withheld => Door::Open,
            Self::Failed { .. } => Door::StillOpen,
        }
    }
}

/// The forbidden rules of `violation`, each with what became of it, in the order of the findings.
pub(super) fn forbidden<'a>(violation: &'a Violation, actions: &'a [Action]) -> Vec<Forbidden<'a>> {
    let outcomes: BTreeMap<&Rule, &Outcome> = actions
        .iter()
        .flat_map(|action| action.rules.iter().map(move |rule| (rule, &action.outcome)))
        .collect();
    let mut about: BTreeMap<&Rule, Vec<&Finding>> = BTreeMap::new();
    for finding in &violation.findings {
        about.entry(&finding.rule).or_default().push(finding);
    }
    let with_fate = |finding: &'a Finding| {
        let findings = about.remove(&finding.rule)?;
        let fate = fate(outcomes.get(&finding.rule).copied(), &findings);
        Some(Forbidden { rule: &finding.rule, findings, fate })
    };
    violation.findings.iter().filter_map(with_fate).collect()
}

/// A rule that should have been revoked and is in no call counts as still there.
fn fate<'a>(outcome: Option<&'a Outcome>, findings: &[&Finding]) -> Fate<'a> {
    match outcome {
        Some(Outcome::Done) => Fate::Removed,
        Some(Outcome::AlreadyGone) => Fate::AlreadyGone,
        Some(Outcome::Withheld) => Fate::Withheld,
        Some(Outcome::Failed { message, retryable: _ }) => Fate::Failed { error: message },
        None if findings.iter().all(|finding| finding.reaction.on_violation == OnViolation::Notify) => {
            Fate::NotifyOnly
        }
        None => Fate::Failed { error: "no call was made to remove it" },
    }
}
