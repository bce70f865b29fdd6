//! Who, where and what: the first rows of each table, each a link to its events.

use super::lead::grouped;
use super::markup::{short, text};
use super::names::{Facet, Names};
use crate::breakdown::{Breakdown, Counts, Row, Table};
use crate::story::{counted, short_name};
use crate::tally::Deeds;

/// How many rows are shown.
const MOST: usize = 8;
/// How much is shown of a name, in characters.
const WIDEST: usize = 90;

/// All tables.
pub(super) fn boards(breakdown: &Breakdown, names: &[(Facet, Names)]) -> String {
    let board = |(facet, names): &(Facet, Names)| board(*facet, table(*facet, breakdown), names);
    let (places, others): (Vec<_>, Vec<_>) =
        names.iter().partition(|(facet, _)| matches!(facet, Facet::Account | Facet::Region));
    // Both are short: they share the room of one.
    let places: String = places.into_iter().map(board).collect();
    format!("{}<div class=\"stack\">\n{places}</div>\n", others.into_iter().map(board).collect::<String>())
}

const fn table(facet: Facet, breakdown: &Breakdown) -> &Table {
    match facet {
        Facet::Tier => &breakdown.tiers,
        Facet::Caller => &breakdown.callers,
        Facet::Rule => &breakdown.rules,
        Facet::Account => &breakdown.accounts,
        Facet::Region => &breakdown.regions,
    }
}

fn board(facet: Facet, table: &Table, names: &Names) -> String {
    let rows: Vec<_> = table
        .rows()
        .into_iter()
        .filter(|row| row.counts.violations > 0 || row.counts.undecidable > 0)
        .collect();
    let Some(most) = rows.iter().map(|row| weight(row.counts)).max() else { return String::new() };
    let (label, word) = (facet.label(), facet.word());
    let lines: String = rows.iter().take(MOST).map(|row| line(facet, row, most, names)).collect();
    let more = match rows.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("<p class=\"quiet\">and {}</p>\n", counted(more, &format!("more {}", noun(facet)))),
    };
    let about = match table.others() {
        Some(_) => {
            "<p class=\"quiet\">There were too many to tell all apart: these are at least so many.</p>\n"
        }
        None => "",
    };
    format!(
        "<section class=\"board {word}\">\n<table>\n<caption>{label}</caption>\n<thead><tr><th scope=\"col\">{label}</th>\
         <th scope=\"col\">Violations</th><th scope=\"col\">Changes</th></tr></thead>\n<tbody>\n{lines}</tbody>\n</table>\n{more}{about}</section>\n"
    )
}

const fn noun(facet: Facet) -> &'static str {
    match facet {
        Facet::Region => "Region",
        Facet::Tier | Facet::Caller | Facet::Rule | Facet::Account => facet.word(),
    }
}

const fn weight(counts: &Counts) -> usize {
    counts.violations.saturating_add(counts.undecidable)
}

fn line(facet: Facet, row: &Row<'_>, most: usize, names: &Names) -> String {
    let share = weight(row.counts).saturating_mul(100).checked_div(most).unwrap_or_default().max(1);
    format!(
        "<tr><th scope=\"row\">{}<small>{}</small></th><td>{}<svg class=\"share\" viewBox=\"0 0 100 4\" \
         preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{share}\" height=\"4\"/></svg></td><td>{}</td></tr>\n",
        name(facet, row, names),
        fates(row.counts),
        grouped(row.counts.violations),
        grouped(row.counts.events),
    )
}

fn name(facet: Facet, row: &Row<'_>, names: &Names) -> String {
    let Some(name) = row.name else { return format!("<span class=\"quiet\">{}</span>", nameless(facet)) };
    let brief = match facet {
        Facet::Caller => short(WIDEST, short_name(name)),
        Facet::Tier | Facet::Rule | Facet::Account | Facet::Region => short(WIDEST, name),
    };
    match names.number(name) {
        Some(number) => format!(
            "<a class=\"pick\" href=\"#incidents\" data-facet=\"{}\" data-value=\"{number}\" title=\"{}\">{brief}</a>",
            facet.word(),
            text(name)
        ),
        None => format!("<span title=\"{}\">{brief}</span>", text(name)),
    }
}

const fn nameless(facet: Facet) -> &'static str {
    match facet {
        Facet::Tier => "in no tier",
        Facet::Caller | Facet::Rule | Facet::Account | Facet::Region => "not told",
    }
}

/// What became of what they broke, and what needs a person.
fn fates(Counts { undecidable, deeds, .. }: &Counts) -> String {
    let open = (*undecidable > 0).then(|| format!("{} undecidable", grouped(*undecidable)));
    let parts: Vec<_> = fates_of(deeds).into_iter().chain(open).collect();
    parts.join(", ")
}

fn fates_of(deeds: &Deeds) -> Vec<String> {
    let some = deeds.each().into_iter().filter(|(_, count)| *count > 0);
    some.map(|(deed, count)| format!("{} {}", grouped(count), deed.words())).collect()
}
