//! The rules that have been allowed ever since they were made, and that nobody took away: they must be there at the end.

use std::collections::BTreeSet;

use tierguard::change::{Change, ChangeKind, GroupChange, GroupEdit};
use tierguard::id::RoleArn;

use super::Deed;
use crate::view::{Court, Place, View};

/// These rules.
pub(super) struct Kept(BTreeSet<Place>);

impl Kept {
    /// Those of the beginning.
    pub(super) fn of(court: &Court<'_>, view: &View) -> Self {
        Self(view.places().into_iter().filter(|place| court.allows(place) == Some(true)).collect())
    }

    /// Somebody else than the guard has changed the account from `before` to `after`.
    pub(super) fn follow(&mut self, court: &Court<'_>, before: &View, after: &View, change: &Change) {
        let (had, has) = (before.places(), after.places());
        let role = change.event.actor.role.as_ref().map_or("", RoleArn::as_str);
        self.0.retain(|place| has.contains(place) || !had.contains(place));
        let is_kept =
            |place: &&Place| court.allows(place) == Some(true) && !court.is_outsider(&place.0, role);
        self.0.extend(has.difference(&had).filter(is_kept).cloned());
        // What is allowed depends on nothing that a change of rules changes.
        if !is_of_rules(&change.kind) {
            self.0.retain(|place| court.allows(place) == Some(true));
        }
    }

    /// The guard has done something, with good reason.
    pub(super) fn forgo(&mut self, court: &Court<'_>, deed: &Deed) {
        match deed {
            Deed::Took(group, rule) => drop(self.0.remove(&(group.clone(), rule.permission.clone()))),
            Deed::PutBack => self.0.retain(|place| court.allows(place) == Some(true)),
            Deed::Added(..) | Deed::Detached(_) => {}
        }
    }

    /// One of them that is not there, although it is allowed to the end: what is exempted is so only for a time.
    pub(super) fn lost(&self, court: &Court<'_>, view: &View) -> Option<Place> {
        self.0.difference(&view.places()).find(|place| court.allows(place) == Some(true)).cloned()
    }
}

const fn is_of_rules(kind: &ChangeKind) -> bool {
    match kind {
        ChangeKind::Group(GroupChange { edit: GroupEdit::Create { .. } | GroupEdit::Delete, .. })
        | ChangeKind::Tags(_)
        | ChangeKind::PrefixList(_) => false,
        ChangeKind::Group(_) | ChangeKind::Attachment(_) => true,
    }
}
