//! An audit in SARIF 2.1.0 (OASIS), as code scanning services take it: each finding a result, in the account file, with
//! the lines of the policy that it breaks beside it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tierguard::group::{Group, Rule};
use tierguard::judge::Verdict;
use tierguard::policy::Clause;
use tierguard::report::FindingReport;
use tierguard::shape::SecurityGroupRule;
use tierguard::sweep::Audited;

use super::Audit;
use super::json::unclear;
use crate::clauses;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The code of what could not be judged.
const UNDECIDABLE: &str = "undecidable";
/// The name of our fingerprints: a result has the same in every log as long as it is about the same.
const FINGERPRINT: &str = "tierguard/v1";

/// What each code of a finding means.
const RULES: [(&str, &str); 6] = [
    ("not-allowed", "A rule opens more than the tier of its group allows"),
    ("denied", "A rule opens what the policy denies outside the tiers"),
    ("editor", "Somebody changed a group who may not"),
    ("required-missing", "A rule that the policy requires is not there"),
    ("together", "Tiers meet on a network interface that may not"),
    (UNDECIDABLE, "Something cannot be judged, for the account file tells too little"),
];

/// Where a result is.
struct Place<'a> {
    /// A group, or a network interface.
    name: &'a str,
    properties: Value,
}

/// The whole log.
pub(super) fn log(audit: &Audit) -> Value {
    let rules = RULES.map(|(id, text)| json!({"id": id, "shortDescription": {"text": text}}));
    let groups = audit.found.groups.iter().flat_map(|audited| results(audit, audited));
    let mut results: Vec<_> = groups.chain(of_interfaces(audit)).collect();
    tell_apart(&mut results);
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
    let place = Place { name: audited.group.id.as_str(), properties: properties(audit, &audited.group) };
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
    let found =
        findings.iter().enumerate().map(|(n, finding)| of_finding(audit, finding, &place, related(n)));
    found.chain(of_unclear(audit, verdict, &place)).collect()
}

fn of_interfaces(audit: &Audit) -> Vec<Value> {
    let verdict = &audit.found.interfaces.verdict;
    let place = |name| Place { name, properties: json!({}) };
    let findings = FindingReport::all(verdict);
    let found = findings.iter().map(|finding| {
        of_finding(audit, finding, &place(finding.interface.as_deref().unwrap_or_default()), None)
    });
    found.chain(of_unclear(audit, verdict, &place("network interfaces"))).collect()
}

fn of_finding(audit: &Audit, finding: &FindingReport, place: &Place<'_>, related: Option<Value>) -> Value {
    let what =
        if finding.excess.is_empty() { String::new() } else { format!("{}: ", finding.excess.join(", ")) };
    let text = format!("{}: {what}{}", place.name, finding.why);
    let about = finding.rule.as_ref().map(content).unwrap_or_default();
    let mut result = result(audit, place, &finding.code, "error", &text, &about);
    if let Some(fields) = result.as_object_mut() {
        fields.insert("relatedLocations".to_owned(), related.into_iter().collect());
    }
    result
}

/// What could not be judged: nobody should take it for compliant.
fn of_unclear(audit: &Audit, verdict: &Verdict, place: &Place<'_>) -> Vec<Value> {
    let causes = unclear(verdict);
    let of_cause = |cause: &String| {
        result(audit, place, UNDECIDABLE, "warning", &format!("{}: {cause}", place.name), cause)
    };
    causes.iter().map(of_cause).collect()
}

fn result(audit: &Audit, place: &Place<'_>, code: &str, level: &str, text: &str, about: &str) -> Value {
    let Place { name, properties } = place;
    json!({
        "ruleId": code,
        "level": level,
        "message": {"text": text},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(&audit.account.to_string_lossy())}},
            "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
        }],
        "partialFingerprints": {FINGERPRINT: format!("{code} {name} {about}").trim_end()},
        "properties": properties,
    })
}

/// The account and the Region of a group, where they are known.
fn properties(audit: &Audit, group: &Group) -> Value {
    let account = group.owner.as_ref().map(|owner| ("account".to_owned(), json!(owner)));
    let region = audit.regions.get(&group.id).map(|region| ("region".to_owned(), json!(region)));
    Value::Object(account.into_iter().chain(region).collect())
}

/// What a rule says, whatever its id and its description are.
fn content(rule: &SecurityGroupRule) -> String {
    let permission = Rule::try_from(rule).map(|rule| rule.permission);
    permission.map(|permission| permission.to_string()).unwrap_or_default()
}

/// Numbers the results that have one fingerprint: a rule may break two tiers.
fn tell_apart(results: &mut [Value]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        let Some(fingerprint) =
            result.get_mut("partialFingerprints").and_then(|all| all.get_mut(FINGERPRINT))
        else {
            continue;
        };
        let count = seen.entry(fingerprint.as_str().unwrap_or_default().to_owned()).or_default();
        *count = count.saturating_add(1);
        if *count > 1 {
            *fingerprint = json!(format!("{} #{count}", fingerprint.as_str().unwrap_or_default()));
        }
    }
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
