//! An audit as one JSON object.

use serde::Serialize;
use tierguard::id::{AccountId, GroupName, VpcId};
use tierguard::judge::{Judgement, Verdict};
use tierguard::policy::TierName;
use tierguard::report::FindingReport;
use tierguard::sweep::Audited;

use super::Audit;

/// The object. Field names and words are those of `replay --format jsonl`.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    policy: &'a str,
    account: String,
    at: String,
    groups: Vec<GroupReport<'a>>,
    interfaces: Judged<'a>,
}

#[derive(Serialize)]
struct GroupReport<'a> {
    group: &'a str,
    name: Option<&'a str>,
    account: Option<&'a str>,
    vpc: Option<&'a str>,
    /// How many rules it has; nothing is known of those of a group that is not managed.
    rules: Option<usize>,
    #[serde(flatten)]
    judged: Judged<'a>,
}

#[derive(Serialize)]
struct Judged<'a> {
    tiers: Vec<&'a str>,
    verdict: &'static str,
    reason: Option<String>,
    findings: Vec<FindingReport>,
    /// Why something could not be judged.
    unclear: Vec<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(audit: &'a Audit) -> Self {
        Self {
            policy: audit.document.name(),
            account: audit.account.to_string_lossy().into_owned(),
            at: audit.at.to_string(),
            groups: audit.found.groups.iter().map(GroupReport::new).collect(),
            interfaces: Judged::new(&audit.found.interfaces),
        }
    }
}

impl<'a> GroupReport<'a> {
    fn new(Audited { group, rules, judgement }: &'a Audited) -> Self {
        let is_managed = judgement.verdict != Verdict::Unmanaged;
        Self {
            group: group.id.as_str(),
            name: group.name.as_ref().map(GroupName::as_str),
            account: group.owner.as_ref().map(AccountId::as_str),
            vpc: group.vpc.as_ref().map(VpcId::as_str),
            rules: is_managed.then_some(rules.len()),
            judged: Judged::new(judgement),
        }
    }
}

impl<'a> Judged<'a> {
    fn new(judgement: &'a Judgement) -> Self {
        Self {
            tiers: judgement.tiers.iter().map(TierName::as_str).collect(),
            verdict: judgement.verdict.word(),
            reason: judgement.verdict.reason(),
            findings: FindingReport::all(&judgement.verdict),
            unclear: unclear(&judgement.verdict),
        }
    }
}

/// Why something could not be judged.
pub(super) fn unclear(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Violation(violation) => {
            violation.unsettled.iter().map(|unsettled| unsettled.cause.to_string()).collect()
        }
        Verdict::Undecidable(why) => why.causes(),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => Vec::new(),
    }
}
