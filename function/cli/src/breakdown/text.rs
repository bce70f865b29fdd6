//! What a replay came to, as tables for a person: the first rows of each, and how many more there are.

use std::fmt;

use super::{Breakdown, Counts, Row, Table};
use crate::shown::{shown, shown_up_to};
use crate::story::counted;
use crate::story::style::{BAD, HEADING, OPEN, QUIET};
use crate::tally::{Deed, Deeds};

/// How many rows of a table are told.
const MOST: usize = 10;
/// How wide a name is at most, in characters.
const WIDEST: usize = 72;

/// The period, and the tables.
pub(crate) struct Tables<'b>(pub(crate) &'b Breakdown);

impl fmt::Display for Tables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breakdown { all, tiers, callers, rules, accounts, regions, .. } = self.0;
        if let Some((first, last)) = all.period {
            write!(f, "{QUIET}from {first} to {last}{QUIET:#}")?;
        }
        for (heading, noun, table) in [
            ("TIER", "tier", tiers),
            ("CALLER", "caller", callers),
            ("RULE", "rule", rules),
            ("ACCOUNT", "account", accounts),
            ("REGION", "Region", regions),
        ] {
            tell(f, heading, noun, table)?;
        }
        Ok(())
    }
}

fn tell(f: &mut fmt::Formatter<'_>, heading: &str, noun: &str, table: &Table) -> fmt::Result {
    let rows = table.rows();
    let told: Vec<_> = rows.iter().take(MOST).collect();
    let names = told.iter().map(|row| name_of(row).chars().count());
    let Some(width) = names.max().map(|widest| widest.max(heading.len())) else { return Ok(()) };
    write!(
        f,
        "\n\n{HEADING}{heading:<width$}  {:>7}  {:>10}  {:>11}  {:<10}  {:<10}  DONE{HEADING:#}",
        "EVENTS", "VIOLATIONS", "UNDECIDABLE", "FIRST", "LAST"
    )?;
    for row in &told {
        tell_row(f, row, width)?;
    }
    let more = rows.len().saturating_sub(MOST);
    if more > 0 {
        write!(f, "\n{QUIET}and {}{QUIET:#}", counted(more, &format!("more {noun}")))?;
    }
    if let Some(others) = table.others() {
        let events = counted(others.events, "event");
        write!(
            f,
            "\n{QUIET}too many to tell apart: {events} more, some of them of the {noun}s above{QUIET:#}"
        )?;
    }
    Ok(())
}

fn tell_row(f: &mut fmt::Formatter<'_>, row: &Row<'_>, width: usize) -> fmt::Result {
    let Counts { events, violations, undecidable, deeds, period } = row.counts;
    let day = |time: Option<jiff::Timestamp>| {
        time.map_or_else(|| "-".to_owned(), |time| time.to_string().chars().take(10).collect())
    };
    let (bad, open) = (styled(*violations, BAD), styled(*undecidable, OPEN));
    let line = format!(
        "{:<width$}  {events:>7}  {bad}{violations:>10}{bad:#}  {open}{undecidable:>11}{open:#}  {:<10}  {:<10}  {}",
        name_of(row),
        day(period.map(|(first, _)| first)),
        day(period.map(|(_, last)| last)),
        in_words(deeds),
    );
    write!(f, "\n{}", line.trim_end())
}

/// Nothing is not worth a colour.
const fn styled(count: usize, style: anstyle::Style) -> anstyle::Style {
    if count == 0 { anstyle::Style::new() } else { style }
}

fn name_of(row: &Row<'_>) -> String {
    shown_up_to(WIDEST, row.name.unwrap_or("-")).to_string()
}

/// `3 revoked, 1 left`, without what there is none of.
pub(crate) fn in_words(deeds: &Deeds) -> String {
    let some = deeds.each().into_iter().filter(|(_, count)| *count > 0);
    let words: Vec<_> =
        some.map(|(deed, count): (Deed, usize)| format!("{count} {}", deed.words())).collect();
    shown(&words.join(", ")).to_string()
}
