//! What was decided and done about one event, as one JSON object: a line of `jsonl`, the answer of the Lambda, the
//! machine's copy of a notice.

use serde::Serialize;

use crate::act::Action;
use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Finding, Verdict};
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
}

/// A rule that the policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingReport {
    /// `not-allowed` or `denied`.
    pub code: String,
    /// The rule, in the AWS CLI's shape.
    pub rule: SecurityGroupRule,
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
    /// The group.
    pub group: String,
    /// The rules, in the AWS CLI's shape.
    pub rules: Vec<SecurityGroupRule>,
    /// `done`, `already-gone`, `failed` or `withheld`.
    pub outcome: String,
    /// What EC2 said of a call that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Report {
    /// The report of `handled`, which came from `source`.
    #[must_use]
    pub fn new(handled: &Handled, source: Option<&str>) -> Self {
        let Handled { event, group, found, judgement, actions, .. } = handled;
        let group_id = found.as_ref().map(|group| &group.id);
        let findings = match &judgement.verdict {
            Verdict::Violation(violation) => violation.findings.as_slice(),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => &[],
        };
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
            findings: findings.iter().map(|finding| FindingReport::new(finding, group_id)).collect(),
            actions: actions.iter().map(ActionReport::new).collect(),
        }
    }
}

impl FindingReport {
    fn new(finding: &Finding, group: Option<&GroupId>) -> Self {
        let Finding { code, rule, excess, tier: _, why, reaction: _ } = finding;
        Self {
            code: code.to_string(),
            rule: SecurityGroupRule::of(rule, group),
            excess: excess.terms().iter().map(ToString::to_string).collect(),
            why: why.clone(),
        }
    }
}

impl ActionReport {
    fn new(Action { call, group, rules, outcome }: &Action) -> Self {
        let shape = |rule: &Rule| SecurityGroupRule::of(rule, Some(group));
        Self {
            call,
            group: group.to_string(),
            rules: rules.iter().map(shape).collect(),
            outcome: outcome.to_string(),
            error: outcome.error().map(str::to_owned),
        }
    }
}
