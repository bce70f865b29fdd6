//! What was decided and done about one event, as one JSON object: a line of `jsonl`, the answer of the Lambda, the
//! machine's copy of a notice.

use serde::Serialize;

use crate::act::{Action, Target};
use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Code, Finding, Missing, Mixture, Remark, Trespass, Verdict, Violation};
use crate::respond::Handled;
use crate::shape::SecurityGroupRule;

/// The object. Field names and words are a contract: see the command line's reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Where the event came from: a path, with `#n` for the n-th record of a file; absent outside a replay.
    pub source: Option<String>,
    /// `eventID`.
    pub event_id: Option<String>,
    /// `eventName`.
    pub event_name: Option<String>,
    /// `eventTime`, RFC 3339.
    pub event_time: Option<String>,
    /// The account that was changed.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// Who made the change.
    pub actor: Option<String>,
    /// The group's id, or its name where the id is not known.
    pub group: Option<String>,
    /// The tiers that the group is in.
    pub tiers: Vec<String>,
    /// `compliant`, `violation`, `ignored`, `unmanaged` or `undecidable`.
    pub verdict: &'static str,
    /// Why it was ignored, or why it could not be decided.
    pub reason: Option<String>,
    /// What is forbidden.
    pub findings: Vec<FindingReport>,
    /// What was done.
    pub actions: Vec<ActionReport>,
    /// What else there is to know, in words: `break-glass`, `own-change`, `in-no-tier`, `deleted`, `associated`,
    /// `default-group-opened`, `default-group-used`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<&'static str>,
}

/// Something that the policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingReport {
    /// `not-allowed`, `denied`, `editor`, `required-missing` or `together`.
    pub code: String,
    /// The rule that is there, or is missing, in the AWS CLI's shape; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<SecurityGroupRule>,
    /// The group that was changed, where there is no rule to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The network interface, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The groups of that interface that have to come off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What of it is forbidden.
    pub excess: Vec<String>,
    /// The line of the policy that it breaks.
    pub why: String,
}

/// A call that was made, or withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionReport {
    /// Its name in the EC2 API.
    pub call: &'static str,
    /// The group whose rules it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The prefix list that it puts back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_list: Option<String>,
    /// The network interface whose groups it sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The groups that the interface has from then on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The rules, in the AWS CLI's shape.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<SecurityGroupRule>,
    /// `done`, `already-gone`, `already-there`, `no-room`, `failed` or `withheld`.
    pub outcome: String,
    /// What EC2 said of a call that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Report {
    /// The report of `handled`, which came from `source`.
    #[must_use]
    pub fn new(handled: &Handled, source: Option<&str>) -> Self {
        let Handled { event, group, judgement, actions, .. } = handled;
        let group_id = handled.found().map(|group| &group.id);
        Self {
            source: source.map(str::to_owned),
            event_id: event.id.as_ref().map(ToString::to_string),
            event_name: event.name.clone(),
            event_time: event.time.as_ref().map(ToString::to_string),
            account: event.account.as_ref().map(ToString::to_string),
            region: event.region.as_ref().map(ToString::to_string),
            actor: event.actor.name.clone(),
            group: group_id.map(ToString::to_string).or_else(|| group.as_ref().map(ToString::to_string)),
            tiers: judgement.tiers.iter().map(ToString::to_string).collect(),
            verdict: judgement.verdict.word(),
            reason: judgement.verdict.reason(),
            findings: FindingReport::all(&judgement.verdict),
            actions: actions.iter().map(ActionReport::new).collect(),
            remarks: judgement.remarks.iter().map(Remark::word).collect(),
        }
    }
}

impl FindingReport {
    /// Everything that `verdict` found.
    #[must_use]
    pub fn all(verdict: &Verdict) -> Vec<Self> {
        let violation = match verdict {
            Verdict::Violation(violation) => violation,
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
                return Vec::new();
            }
        };
        let Violation { findings, missing, mixtures, trespasses, list: _, unsettled: _ } = violation;
        (findings.iter().map(Self::of_rule))
            .chain(missing.iter().map(Self::of_missing))
            .chain(mixtures.iter().map(Self::of_mixture))
            .chain(trespasses.iter().map(Self::of_trespass))
            .collect()
    }

    fn new(code: Code, why: &str) -> Self {
        Self {
            code: code.to_string(),
            rule: None,
            group: None,
            interface: None,
            groups: Vec::new(),
            excess: Vec::new(),
            why: why.to_owned(),
        }
    }

    fn of_rule(Finding { code, group, rule, excess, why, .. }: &Finding) -> Self {
        Self {
            rule: Some(SecurityGroupRule::of(rule, Some(group))),
            excess: excess.terms().iter().map(ToString::to_string).collect(),
            ..Self::new(*code, why)
        }
    }

    fn of_missing(Missing { code, group, rule, why, .. }: &Missing) -> Self {
        Self {
            rule: rule.as_ref().map(|rule| SecurityGroupRule::of(rule, Some(group))),
            group: rule.is_none().then(|| group.to_string()),
            ..Self::new(*code, why)
        }
    }

    fn of_mixture(Mixture { interface, off, why, .. }: &Mixture) -> Self {
        Self {
            interface: Some(interface.id.to_string()),
            groups: off.iter().map(GroupId::to_string).collect(),
            ..Self::new(Code::Together, why)
        }
    }

    fn of_trespass(Trespass { group, tier: _, why }: &Trespass) -> Self {
        Self { group: Some(group.to_string()), ..Self::new(Code::Editor, why) }
    }
}

impl ActionReport {
    fn new(Action { call, target, outcome }: &Action) -> Self {
        let blank = Self {
            call,
            group: None,
            prefix_list: None,
            interface: None,
            groups: Vec::new(),
            rules: Vec::new(),
            outcome: outcome.to_string(),
            error: outcome.error().map(str::to_owned),
        };
        match target {
            Target::Rules { group, rules } => {
                let shape = |rule: &Rule| SecurityGroupRule::of(rule, Some(group));
                Self { group: Some(group.to_string()), rules: rules.iter().map(shape).collect(), ..blank }
            }
            Target::PrefixList(list) => Self { prefix_list: Some(list.to_string()), ..blank },
            Target::Interface { interface, groups } => Self {
                interface: Some(interface.to_string()),
                groups: groups.iter().map(GroupId::to_string).collect(),
                ..blank
            },
        }
    }
}
