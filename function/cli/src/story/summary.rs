//! What it all came to.

use std::fmt;

use anstyle::Style;

use crate::passed::{Elsewhere, Passed};
use crate::selection::Selection;
use crate::story::style::{BAD, GOOD, HEADING, OPEN, QUIET};
use crate::tally::{Fates, Tally, Undone};

/// The last lines of the story. What there was none of is not in it.
pub(super) struct Summary<'t> {
    pub(super) tally: &'t Tally,
    pub(super) beside: Beside<'t>,
}

/// The events that were not handled, and which were asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside<'t> {
    pub(crate) passed: &'t Passed,
    pub(crate) selection: &'t Selection,
}

impl Beside<'_> {
    /// Whether there are none, but perhaps unrelated ones.
    pub(super) const fn is_nothing(self) -> bool {
        self.passed.unselected == 0 && self.passed.elsewhere.changes == 0
    }
}

/// How many had a fate, how good that is, and the fate.
type Count = (usize, Style, &'static str);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { compliant, violations, unmanaged, ignored, gone, undecidable, unrelated, undone, .. } =
            *self.tally;
        write!(f, "{HEADING}{}{HEADING:#}", counted(self.tally.events(), "security group event"))?;
        let counts = [
            (violations, BAD, if violations == 1 { "violation" } else { "violations" }),
            (undecidable, OPEN, "undecidable"),
            (compliant, GOOD, "compliant"),
            (unmanaged, Style::new(), "unmanaged"),
            (ignored, Style::new(), "ignored"),
        ];
        list(f, &counts)?;
        if gone > 0 {
            write!(f, " ({gone} of groups that are gone)")?;
        }
        if unrelated > 0 {
            write!(f, "\n{QUIET}{} passed over{QUIET:#}", counted(unrelated, "other event"))?;
        }
        write!(f, "{}", self.beside)?;
        let Undone { rules, narrowed, mended, missing, lists, interfaces } = undone;
        fates(f, "forbidden rule", &of_rules(rules, narrowed, mended))?;
        fates(f, "missing rule", &of_missing(missing))?;
        fates(f, "changed prefix list", &of_lists(lists))?;
        fates(f, "mixed interface", &of_interfaces(interfaces))
    }
}

fn of_rules(rules: Fates, narrowed: usize, mended: usize) -> Vec<Count> {
    let Fates { done, needless, no_room: _, failed, withheld, left } = rules;
    vec![
        (done, GOOD, "revoked"),
        (narrowed, GOOD, "narrowed"),
        (mended, GOOD, "allowed again with the prefix list"),
        (needless, Style::new(), "already gone"),
        (failed, BAD, "not revoked: the call failed"),
        (withheld, OPEN, "would be revoked"),
        (left, OPEN, "left in place"),
    ]
}

fn of_missing(Fates { done, needless, no_room, failed, withheld, left }: Fates) -> Vec<Count> {
    vec![
        (done, GOOD, "put back"),
        (needless, Style::new(), "already there"),
        (no_room, BAD, "not put back: no room in the group"),
        (failed, BAD, "not put back: the call failed"),
        (withheld, OPEN, "would be put back"),
        (left, OPEN, "left missing"),
    ]
}

fn of_lists(Fates { done, needless, no_room: _, failed, withheld, left }: Fates) -> Vec<Count> {
    vec![
        (done, GOOD, "put back"),
        (needless, Style::new(), "put back already"),
        (failed, BAD, "not put back: the call failed"),
        (withheld, OPEN, "would be put back"),
        (left, OPEN, "left as it is"),
    ]
}

fn of_interfaces(Fates { done, needless, no_room: _, failed, withheld, left }: Fates) -> Vec<Count> {
    vec![
        (done, GOOD, "detached"),
        (needless, Style::new(), "already detached"),
        (failed, BAD, "not detached: the call failed"),
        (withheld, OPEN, "would be detached"),
        (left, OPEN, "left as it is"),
    ]
}

fn fates(f: &mut fmt::Formatter<'_>, what: &str, counts: &[Count]) -> fmt::Result {
    let all = counts.iter().map(|(count, ..)| *count).fold(0, usize::saturating_add);
    if all == 0 {
        return Ok(());
    }
    write!(f, "\n{HEADING}{}{HEADING:#}", counted(all, what))?;
    list(f, counts)
}

/// `: 3 violations, 1 compliant`, without what there is none of.
fn list(f: &mut fmt::Formatter<'_>, counts: &[Count]) -> fmt::Result {
    let some = counts.iter().filter(|(count, ..)| *count > 0);
    some.enumerate().try_for_each(|(index, (count, style, what))| {
        let before = if index == 0 { ": " } else { ", " };
        write!(f, "{before}{style}{count} {what}{style:#}")
    })
}

impl fmt::Display for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed: Passed { unselected, elsewhere, .. }, selection } = self;
        if !selection.is_all() {
            write!(f, "\n{QUIET}only events {selection}")?;
            if *unselected > 0 {
                write!(f, ": {} left out", counted(*unselected, "change"))?;
            }
            write!(f, "{QUIET:#}")?;
        }
        if elsewhere.changes > 0 {
            let changes = counted(elsewhere.changes, "change");
            write!(
                f,
                "\n{OPEN}{changes} not judged{OPEN:#}, in accounts or Regions of which the account file has no group: "
            )?;
            places(f, elsewhere)?;
        }
        Ok(())
    }
}

/// `111122223333 (2), us-west-2 (1)`.
fn places(f: &mut fmt::Formatter<'_>, elsewhere: &Elsewhere) -> fmt::Result {
    const MOST: usize = 5;
    let mut places = elsewhere.places().map(|(place, count)| format!("{place} ({count})"));
    let told: Vec<_> = places.by_ref().take(MOST).collect();
    f.write_str(&told.join(", "))?;
    if places.next().is_some() { f.write_str(", \u{2026}") } else { Ok(()) }
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
