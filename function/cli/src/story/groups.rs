//! The groups of an event, as they are named in its story.

use tierguard::group::Group;
use tierguard::id::GroupId;

use crate::story::row::{Row, some_of};

/// The groups that an event was judged by, as they were found.
#[derive(Clone, Copy)]
pub(super) struct Groups<'h>(pub(super) &'h [Group]);

impl Groups<'_> {
    /// `sg-… (web-shop)`, or the id alone.
    pub(super) fn name(self, id: &GroupId) -> String {
        let name = self.0.iter().find(|group| group.id == *id).and_then(|group| group.name.as_ref());
        name.map_or_else(|| id.to_string(), |name| format!("{id} ({name})"))
    }

    /// ` in sg-… (web-shop)` where there are several, so that it has to be said.
    pub(super) fn place(self, id: &GroupId) -> String {
        match self.0 {
            [] | [_] => String::new(),
            [_, _, ..] => format!(" in {}", self.name(id)),
        }
    }

    /// All of them; of one, its id stands in the line of the event.
    pub(super) fn row(self) -> Option<Row> {
        match self.0 {
            [] => None,
            [group] => {
                let name = group.name.as_ref()?;
                let vpc = group.vpc.as_ref().map(|vpc| format!(" in {vpc}")).unwrap_or_default();
                Some(Row::plain("group", format!("{name}{vpc}")))
            }
            [_, _, ..] => self.list(),
        }
    }

    /// All of them, where there are several.
    pub(super) fn list(self) -> Option<Row> {
        let names: Vec<_> = self.0.iter().map(|group| self.name(&group.id)).collect();
        (names.len() > 1).then(|| Row::plain("groups", some_of(&names)))
    }
}
