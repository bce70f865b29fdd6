//! What there is to know about an event: all of it where the policy forbids something or a person is needed, a line or
//! two elsewhere.

use std::fmt;

use tierguard::Handled;
use tierguard::judge::Verdict;

use crate::record::Origin;
use crate::story::done::Done;
use crate::story::found::{Found, undecidable};
use crate::story::groups::Groups;
use crate::story::remarks;
use crate::story::row::{Row, some_of};

/// The details of an event, one in a line.
pub(super) struct Details<'h> {
    pub(super) handled: &'h Handled,
    pub(super) origin: &'h Origin,
}

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows().iter().enumerate().try_for_each(|(index, row)| {
            if index > 0 {
                writeln!(f)?;
            }
            row.fmt(f)
        })
    }
}

/// What an event opened that nobody minds, and what else there is to know; nothing for one that opened nothing.
pub(super) struct Opened<'h>(pub(super) &'h Handled);

impl fmt::Display for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handled = self.0;
        let rules: Vec<_> = handled.judged.iter().map(|rule| rule.permission.to_string()).collect();
        let opened = (!rules.is_empty()).then(|| Row::plain(verb(handled), some_of(&rules)));
        let rows = opened.into_iter().chain(notes(handled)).chain(Groups(&handled.groups).list());
        rows.into_iter().try_for_each(|row| write!(f, "\n{row}"))
    }
}

impl Details<'_> {
    /// All of them.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let handled = self.handled;
        let groups = Groups(&handled.groups);
        match &handled.judgement.verdict {
            Verdict::Violation(violation) => {
                Found { groups, verb: verb(handled) }.violation(violation, &mut rows);
                let (actions, remarks) = (&handled.actions, &handled.judgement.remarks);
                Done { groups, violation, actions, remarks }.rows(&mut rows);
            }
            Verdict::Undecidable(why) => undecidable(why, &mut rows),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {}
        }
        rows.extend(notes(handled));
        rows.extend(groups.row());
        rows.extend(self.caller());
        rows.push(self.event());
        rows
    }

    fn event(&self) -> Row {
        let name = self.handled.event.name.as_ref().map(|name| format!("{name} in ")).unwrap_or_default();
        Row::plain("event", format!("{name}{}", self.origin))
    }

    fn caller(&self) -> Option<Row> {
        let event = &self.handled.event;
        let name = event.actor.name.as_ref()?;
        let address = event.source_ip.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
        Some(Row::plain("caller", format!("{name}{address}")))
    }
}

/// What an event did to the rules that were judged: a change of tags or of a prefix list found them there.
const fn verb(handled: &Handled) -> &'static str {
    if handled.group.is_some() { "opened" } else { "holds" }
}

fn notes(handled: &Handled) -> impl Iterator<Item = Row> + '_ {
    let groups = Groups(&handled.groups);
    handled.judgement.remarks.iter().map(move |remark| remarks::row(remark, groups))
}
