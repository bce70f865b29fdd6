//! An account that does not show yet what a fresh event tells of it. Describe calls lag a change by seconds, at worst
//! minutes; to judge what was there before would be to let the change through.

use jiff::{SignedDuration, Timestamp};

use crate::change::{Attached, Attachment, Change, ChangeKind, ListChange, ListEdit, TagChange, TagEdit};
use crate::group::Group;
use crate::look::{Answers, LookUpError};
use crate::network::AddressSet;

/// How long after an event what it tells may take to be seen. The second of Lambda's two retries comes later than that.
pub const FRESH: SignedDuration = SignedDuration::from_secs(120);

/// What of `change` the `answers` do not show, at the instant `at`, but may only be slow to show. Of an older event, what
/// is not there has been changed since.
pub(super) fn of(change: &Change, answers: &Answers, at: Timestamp) -> Option<LookUpError> {
    let is_fresh = change.event.time.is_some_and(|time| at.duration_since(time) < FRESH);
    let missing = match &change.kind {
        ChangeKind::Group(_) => None,
        ChangeKind::Tags(tags) => of_tags(tags, answers),
        ChangeKind::PrefixList(list) => of_list(list, answers),
        ChangeKind::Attachment(attachment) => of_interfaces(attachment, answers),
    };
    missing.filter(|_| is_fresh).map(|(call, what)| LookUpError {
        call,
        message: format!("{what} cannot be seen yet, but the account may only be slow to show it"),
        retryable: true,
    })
}

fn of_tags(TagChange { groups, edit }: &TagChange, answers: &Answers) -> Option<(&'static str, String)> {
    let mut live = answers.groups.iter().flatten().filter(|group| groups.contains(&group.id));
    let group = live.find(|group| !shows(group, edit))?;
    Some(("DescribeSecurityGroups", format!("the tags of {}", group.id)))
}

fn shows(group: &Group, edit: &TagEdit) -> bool {
    match edit {
        TagEdit::Set(tags) => tags.iter().all(|(key, value)| group.tags.get(key) == Some(value)),
        // Tags of AWS itself stay.
        TagEdit::Removed(tags) if tags.is_empty() => group.tags.keys().all(|key| key.starts_with("aws:")),
        TagEdit::Removed(tags) => tags.iter().all(|(key, value)| match (group.tags.get(key), value) {
            (None, _) => true,
            (Some(live), Some(removed)) => live != removed,
            (Some(_), None) => false,
        }),
    }
}

fn of_list(change: &ListChange, answers: &Answers) -> Option<(&'static str, String)> {
    let state = answers.list_states.get(&change.list)?.as_ref().ok()?;
    let (version, after) = (state.version?, change.after()?);
    if version < after {
        return Some(("DescribeManagedPrefixLists", format!("the new version of {}", change.list)));
    }
    // The entries are another call's answer, and may be older. What a later version holds, no event of this one tells.
    let lacks = |live: &AddressSet| !live.covers(&added(change));
    let is_behind = version == after && answers.prefix_lists.get(&change.list)?.as_ref().is_ok_and(lacks);
    is_behind.then(|| ("GetManagedPrefixListEntries", format!("the new entries of {}", change.list)))
}

fn added(change: &ListChange) -> AddressSet {
    match &change.edit {
        ListEdit::Entries { added, .. } => added.iter().copied().collect(),
        ListEdit::Restore { .. } | ListEdit::Cut => AddressSet::default(),
    }
}

fn of_interfaces(
    Attachment { interfaces }: &Attachment,
    answers: &Answers,
) -> Option<(&'static str, String)> {
    let differs = |Attached { interface, groups, .. }: &&Attached| {
        let live = answers.interfaces.iter().flatten().find(|live| live.is(interface));
        !groups.is_empty() && live.is_some_and(|live| live.groups != *groups)
    };
    let Attached { interface, .. } = interfaces.iter().find(differs)?;
    Some(("DescribeNetworkInterfaces", format!("the groups of {interface}")))
}
