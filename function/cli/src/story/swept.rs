//! What a sweep found: counts, what is wrong in each group, and which exemptions end.

use std::fmt;

use anstyle::Style;
use jiff::Timestamp;
use tierguard::sweep::{Digest, Fared, Line, Wrong};

use crate::story::row::Row;
use crate::story::style::{BAD, GOOD, OPEN, QUIET};
use crate::story::summary::counted;

/// The story of a sweep.
pub(super) struct Swept<'d> {
    pub(super) digest: &'d Digest,
    pub(super) at: Timestamp,
}

impl fmt::Display for Swept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Digest { observes, groups, managed, rules, .. } = self.digest;
        let style = self.style();
        let observes = if *observes { "observing only: " } else { "" };
        write!(
            f,
            "{QUIET}{:<20}{QUIET:#}  {style}{:<11}{style:#}  {observes}{}, {managed} managed, {}: {}",
            self.at.to_string(),
            "sweep",
            counted(*groups, "group"),
            counted(*rules, "rule"),
            self.found(),
        )?;
        self.rows().iter().try_for_each(|row| write!(f, "\n{row}"))
    }
}

impl Swept<'_> {
    fn style(&self) -> Style {
        match (self.digest.wrong(), self.digest.unsettled) {
            (0, 0) => GOOD,
            (0, _) => OPEN,
            (_, _) => BAD,
        }
    }

    /// `2 forbidden, 1 missing`.
    fn found(&self) -> String {
        let Digest { forbidden, missing, mixed, unsettled, .. } = self.digest;
        let counts =
            [(forbidden, "forbidden"), (missing, "missing"), (mixed, "mixed"), (unsettled, "unclear")];
        let some = counts.iter().filter(|(count, _)| **count > 0);
        let some: Vec<_> = some.map(|(count, what)| format!("{count} {what}")).collect();
        if some.is_empty() { "nothing is wrong".to_owned() } else { some.join(", ") }
    }

    fn rows(&self) -> Vec<Row> {
        let Digest { lines, causes, ending, .. } = self.digest;
        let mut sorted: Vec<_> = lines.iter().collect();
        sorted.sort_by_key(|line| &line.group);
        let mut rows = Vec::new();
        for group in sorted.chunk_by(|one, next| one.group == next.group) {
            of_group(group, &mut rows);
        }
        let more = self.digest.wrong().saturating_sub(lines.len());
        if more > 0 {
            rows.push(Row::plain("", format!("and {more} more")));
        }
        rows.extend(causes.iter().map(|cause| Row::new("unclear", OPEN, cause.clone())));
        rows.extend(ending.iter().map(|exemption| Row::new("ends soon", OPEN, exemption.clone())));
        rows
    }
}

/// All that is wrong in one group.
fn of_group(lines: &[&Line], rows: &mut Vec<Row>) {
    if let Some(Line { group, name, .. }) = lines.first() {
        let name = name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        rows.push(Row::plain("group", format!("{group}{name}")));
    }
    let is_same = |one: &&Line, next: &&Line| {
        label(one) == label(next) && (&one.rule, &one.outcome) == (&next.rule, &next.outcome)
    };
    lines.chunk_by(is_same).for_each(|lines| of_rule(lines, rows));
}

/// One rule, every line of the policy that it breaks, and what was done.
fn of_rule(lines: &[&Line], rows: &mut Vec<Row>) {
    let Some(first) = lines.first() else { return };
    rows.push(Row::new(label(first), BAD, first.rule.clone()));
    rows.extend(lines.iter().map(|line| Row::plain("because", line.why.clone())));
    rows.push(match (first.outcome, first.wrong) {
        (Fared::Done, Wrong::Forbidden) => Row::new("done", GOOD, "revoked".to_owned()),
        (Fared::Narrowed, _) => Row::new("done", GOOD, "narrowed to what is allowed".to_owned()),
        (Fared::Done, Wrong::Missing) => Row::new("done", GOOD, "put back".to_owned()),
        (Fared::Done, Wrong::Together) => Row::new("done", GOOD, "taken off".to_owned()),
        (Fared::AlreadyGone, _) => Row::new("done", GOOD, "nothing: gone already".to_owned()),
        (Fared::AlreadyThere, _) => Row::new("done", GOOD, "nothing: there already".to_owned()),
        (Fared::Withheld, Wrong::Forbidden) => {
            Row::new("done", OPEN, "observing only: would revoke it".to_owned())
        }
        (Fared::Withheld, Wrong::Missing) => {
            Row::new("done", OPEN, "observing only: would put it back".to_owned())
        }
        (Fared::Withheld, Wrong::Together) => {
            Row::new("done", OPEN, "observing only: would take it off".to_owned())
        }
        (Fared::NoRoom, _) => Row::new("failed", BAD, "the group has no room for it".to_owned()),
        (Fared::Failed, _) => Row::new("failed", BAD, "the call failed".to_owned()),
        (Fared::NotifyOnly, _) => Row::new("done", OPEN, "left as it is".to_owned()),
    });
}

/// The kind of what is wrong.
const fn label(line: &Line) -> &'static str {
    match line.wrong {
        Wrong::Missing => "missing",
        Wrong::Forbidden => "forbidden",
        Wrong::Together => "mixed",
    }
}
