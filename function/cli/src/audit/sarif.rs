//! An audit in SARIF 2.1.0 (OASIS), as code scanning services take it: each finding a result, in the account file, with
//! the lines of the policy that it breaks beside it.

use serde_json::{Value, json};
use tierguard::judge::Verdict;
use tierguard::policy::Clause;
use tierguard::report::FindingReport;
use tierguard::sweep::Audited;

use super::Audit;
use crate::clauses;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What each code of a finding means.
const RULES: [(&str, &str); 5] = [
    ("not-allowed", "A rule opens more than the tier of its group allows"),
    ("denied", "A rule opens what the policy denies outside the tiers"),
    ("editor", "Somebody changed a group who may not"),
    ("required-missing", "A rule that the policy requires is not there"),
    ("together", "Tiers meet on a network interface that may not"),
];

/// The whole log.
pub(super) fn log(audit: &Audit) -> Value {
    let rules = RULES.map(|(id, text)| json!({"id": id, "shortDescription": {"text": text}}));
    let groups = audit.found.groups.iter().flat_map(|audited| results(audit, audited));
    let interfaces = FindingReport::all(&audit.found.interfaces.verdict);
    let interfaces = interfaces
        .iter()
        .map(|finding| result(audit, finding, finding.interface.as_deref().unwrap_or_default(), None));
    let results: Vec<_> = groups.chain(interfaces).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tierguard", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
            }},
            "results": results,
        }],
    })
}

fn results(audit: &Audit, audited: &Audited) -> Vec<Value> {
    let verdict = &audited.judgement.verdict;
    let group = audited.group.id.as_str();
    // Those that are about a rule come first, in the same order.
    let rules = match verdict {
        Verdict::Violation(violation) => violation.findings.as_slice(),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => &[],
    };
    let related = |n: usize| {
        let clause = clauses::broken(audit.document.policy(), rules.get(n)?);
        related(audit, &clause)
    };
    let findings = FindingReport::all(verdict);
    findings.iter().enumerate().map(|(n, finding)| result(audit, finding, group, related(n))).collect()
}

fn result(audit: &Audit, finding: &FindingReport, place: &str, related: Option<Value>) -> Value {
    let what =
        if finding.excess.is_empty() { String::new() } else { format!("{}: ", finding.excess.join(", ")) };
    json!({
        "ruleId": finding.code,
        "level": "error",
        "message": {"text": format!("{place}: {what}{}", finding.why)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(&audit.account.to_string_lossy())}},
            "logicalLocations": [{"fullyQualifiedName": place, "kind": "resource"}],
        }],
        "relatedLocations": related.into_iter().collect::<Vec<_>>(),
    })
}

/// The lines of the policy.
fn related(audit: &Audit, clause: &Clause) -> Option<Value> {
    let passage = audit.document.passage(clause)?;
    let last = passage.line.saturating_add(passage.lines.len()).saturating_sub(1);
    Some(json!({
        "message": {"text": "the policy"},
        "physicalLocation": {
            "artifactLocation": {"uri": uri(audit.document.name())},
            "region": {"startLine": passage.line, "endLine": last, "snippet": {"text": passage.lines.join("\n")}},
        },
    }))
}

/// A path as a relative reference: what RFC 3986 does not take in a path is escaped.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
