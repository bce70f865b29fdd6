//! What people are told beside the verdict, because it bears on who may reach what.

use super::verdict::Remark;
use crate::change::{Change, ChangeKind, Event, GroupEdit, Vouching};
use crate::facts::{Facts, Subject};
use crate::group::Group;
use crate::policy::Policy;

/// The name that EC2 gives the group that every VPC is born with.
const DEFAULT: &str = "default";

/// What there is to be told of `change` beside the verdict on `facts`.
#[must_use]
pub fn remarks(policy: &Policy, change: &Change, facts: &Facts) -> Vec<Remark> {
    let subjects = facts.subjects.iter();
    let remarks: Vec<_> = match &change.kind {
        ChangeKind::Group(group) => {
            subjects.filter_map(|subject| of_group(policy, &group.edit, subject)).collect()
        }
        ChangeKind::Tags(_) => subjects.filter_map(|subject| of_tags(policy, &subject.group)).collect(),
        ChangeKind::Attachment(_) => facts
            .interfaces
            .iter()
            .flat_map(|interface| {
                let groups = facts.groups_in(&interface.groups).unwrap_or_default();
                let defaults =
                    groups.into_iter().filter(|group| is_default(group) && !is_in_tier(policy, group));
                defaults.map(|group| Remark::DefaultGroupUsed {
                    group: group.id.clone(),
                    interface: interface.id.clone(),
                })
            })
            .collect(),
        ChangeKind::PrefixList(_) => Vec::new(),
    };
    let hearsay = of_hearsay(policy, &change.event, facts);
    hearsay.into_iter().chain(remarks).chain(of_caller(policy, facts)).collect()
}

fn of_group(policy: &Policy, edit: &GroupEdit, Subject { group, rules, .. }: &Subject) -> Option<Remark> {
    match edit {
        GroupEdit::Associate { vpc } => is_in_tier(policy, group)
            .then(|| Remark::Associated { group: group.id.clone(), vpc: vpc.clone() }),
        GroupEdit::Authorize { .. } | GroupEdit::Modify { .. } => {
            let is_open = is_default(group) && policy.scopes(group).is_empty() && !rules.is_empty();
            is_open.then(|| Remark::DefaultGroupOpened { group: group.id.clone() })
        }
        GroupEdit::Revoke { .. }
        | GroupEdit::Describe { .. }
        | GroupEdit::Create { .. }
        | GroupEdit::Delete => None,
    }
}

fn of_tags(policy: &Policy, group: &Group) -> Option<Remark> {
    (!is_in_tier(policy, group)).then(|| Remark::InNoTier { group: group.id.clone() })
}

/// A change of a caller who may change anything is always told of, where the policy says anything about what was
/// changed.
fn of_caller(policy: &Policy, facts: &Facts) -> Option<Remark> {
    let is_managed = is_managed(policy, facts);
    let is_theirs = facts.actor.as_ref().is_some_and(|actor| policy.break_glass.include(actor));
    (is_managed && is_theirs).then(|| Remark::BreakGlass { callers: policy.break_glass.clone() })
}

/// So is a record that anybody may have written: somebody tries the door.
fn of_hearsay(policy: &Policy, event: &Event, facts: &Facts) -> Option<Remark> {
    match event.vouching {
        Vouching::Vouched => None,
        Vouching::Hearsay => is_managed(policy, facts).then_some(Remark::Hearsay),
    }
}

fn is_managed(policy: &Policy, facts: &Facts) -> bool {
    facts.subjects.iter().any(|subject| !policy.scopes(&subject.group).is_empty())
        || (policy.interfaces.is_some() && !facts.interfaces.is_empty())
}

fn is_default(group: &Group) -> bool {
    group.name.as_ref().is_some_and(|name| name.as_str() == DEFAULT)
}

fn is_in_tier(policy: &Policy, group: &Group) -> bool {
    policy.tiers_of(group).next().is_some()
}
