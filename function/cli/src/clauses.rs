//! Which part of a policy a finding is about, for whoever shows its lines.

use tierguard::judge::{Code, Finding};
use tierguard::policy::{Clause, Limits, Policy};

/// The part of `policy` that `finding` says is broken.
pub(crate) fn broken(policy: &Policy, finding: &Finding) -> Clause {
    let direction = finding.rule.permission.direction;
    match (finding.code, finding.tier.clone()) {
        (Code::Editor, Some(tier)) => Clause::Editors(tier),
        (Code::Denied, _) => denied(policy, &finding.why).map_or(Clause::Elsewhere, Clause::Deny),
        (Code::NotAllowed | Code::Editor | Code::RequiredMissing | Code::Together, tier) => {
            Clause::Allows(tier, direction)
        }
    }
}

/// The place of the entry that `why` has the words of.
fn denied(policy: &Policy, why: &str) -> Option<usize> {
    match &policy.elsewhere.as_ref()?.limits {
        Limits::Deny(denies) => {
            let is_it = |words: &str| {
                // An exemption that has ended stands after it.
                let rest = why.strip_prefix("elsewhere denies ").and_then(|why| why.strip_prefix(words));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("; "))
            };
            denies.iter().position(|deny| is_it(&deny.words))
        }
        Limits::Allow(_) => None,
    }
}
