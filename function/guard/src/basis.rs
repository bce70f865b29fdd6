//! What a judgement rests on, and so whether a second attempt would find the same.

use crate::change::{Change, ChangeKind, GroupChange, GroupEdit};
use crate::facts::Facts;
use crate::group::Rule;
use crate::judge::{Verdict, judge};
use crate::network::Network;
use crate::policy::Policy;

/// What a judgement rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// What the record tells.
    Record,
    /// What the account says, and the record does not tell. Once it is mended nothing shows what was forbidden, so that a
    /// retry could not tell; therefore people are told of every such change.
    LiveGroup,
}

impl Basis {
    /// What a judgement of `change` by `policy` rests on.
    pub(crate) fn of(policy: &Policy, change: &Change, facts: &Facts) -> Self {
        let is_live = match &change.kind {
            ChangeKind::Group(GroupChange { edit: GroupEdit::Create { .. }, .. }) => {
                is_new_with_ipv6(policy, facts)
            }
            ChangeKind::Group(GroupChange { edit: GroupEdit::Modify { .. }, .. })
                if requires(policy, facts) =>
            {
                true
            }
            ChangeKind::Group(GroupChange { edit, .. }) => {
                edit.is_cut() || (!edit.tells_removed() && requires(policy, facts))
            }
            ChangeKind::Tags(_) => {
                facts.subjects.iter().any(|subject| !policy.scopes(&subject.group).is_empty())
            }
            // In the version that the change made, nobody has mended anything yet.
            ChangeKind::PrefixList(_) => facts.list.is_none() && !facts.subjects.is_empty(),
            ChangeKind::Attachment(_) => false,
        };
        if is_live { Self::LiveGroup } else { Self::Record }
    }
}

/// No record tells the second rule of a new group in a VPC with IPv6; where that would be forbidden, the live group had
/// to say.
fn is_new_with_ipv6(policy: &Policy, facts: &Facts) -> bool {
    let second = facts.with_rules(&[Rule::born_with(Network::ALL_IPV6)]);
    matches!(judge(policy, &second).verdict, Verdict::Violation(_))
}

/// Whether a rule must be there in the group that was changed: no record tells what an edit took away.
fn requires(policy: &Policy, facts: &Facts) -> bool {
    let mut groups = facts.subjects.iter().map(|subject| &subject.group);
    groups.any(|group| policy.tiers_of(group).any(|tier| tier.allows.requires()))
}
