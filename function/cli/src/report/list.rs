//! The events that people are to look at, one after the other, and what they are filtered by.

use super::incident::{Facets, Incident};
use super::lead::grouped;
use super::markup::{short, text};
use super::names::{Facet, Names};
use super::shortlist::Shortlist;
use super::standing::Standing;
use crate::story::short_name;

/// How much is shown of a name, in characters.
const WIDEST: usize = 60;

/// What to filter by: nothing that is the same in all events.
pub(super) fn choices(names: &[(Facet, Names)], incidents: &[&Incident]) -> String {
    let standings = Standing::ALL.into_iter().filter_map(|standing| {
        let count = incidents.iter().filter(|incident| incident.facets.standing == standing).count();
        (count > 0).then(|| option(standing.word(), standing.words(), count))
    });
    let outcome = choice("standing", "Outcome", &standings.collect::<Vec<_>>());
    let others = names.iter().map(|(facet, names)| {
        let options = names.all.iter().enumerate().map(|(number, (name, count))| {
            let name = match facet {
                Facet::Caller => short_name(name),
                Facet::Tier | Facet::Rule | Facet::Account | Facet::Region => name,
            };
            option(&number.to_string(), name, *count)
        });
        choice(facet.word(), facet.label(), &options.collect::<Vec<_>>())
    });
    std::iter::once(outcome).chain(others).collect()
}

fn choice(word: &str, label: &str, options: &[String]) -> String {
    if options.is_empty() {
        return String::new();
    }
    format!(
        "<label>{label}<select name=\"{word}\"><option value=\"\">all</option>{}</select></label>\n",
        options.concat()
    )
}

fn option(value: &str, name: &str, count: usize) -> String {
    format!("<option value=\"{value}\">{} ({})</option>", short(WIDEST, name), grouped(count))
}

/// How many are not shown, and which those are.
pub(super) fn note(shortlist: &Shortlist, shown: usize) -> String {
    match shortlist.left_out() {
        0 => String::new(),
        left => format!(
            "<p class=\"quiet\">{} of {} are listed: the latest of each kind, then the latest of the rest. \
             Numbers, timeline and tables count all of them.</p>\n",
            grouped(shown),
            grouped(shown.saturating_add(left))
        ),
    }
}

/// The events.
pub(super) fn items(names: &[(Facet, Names)], incidents: &[&Incident]) -> String {
    incidents.iter().map(|incident| item(names, incident)).collect()
}

fn item(names: &[(Facet, Names)], incident: &Incident) -> String {
    let Facets { time, standing, tiers, group, caller, .. } = &incident.facets;
    let second = time.map(|time| time.as_second().to_string()).unwrap_or_default();
    let numbers = names.iter().map(|(facet, names)| {
        let of_it = facet.of(incident);
        let numbers: Vec<_> =
            of_it.iter().filter_map(|name| names.number(name)).map(|n| n.to_string()).collect();
        format!(" data-{}=\"{}\"", facet.word(), numbers.join(" "))
    });
    let tiers: Vec<_> = tiers.iter().map(|tier| short(WIDEST, tier)).collect();
    format!(
        "<details class=\"incident\" data-standing=\"{word}\" data-time=\"{second}\"{}>\n<summary><time>{}</time>\
         <span class=\"badge {word}\">{}</span><span class=\"what\">{}</span><span class=\"tier\">{}{}</span>\
         <span class=\"who\">{}</span></summary>\n<div class=\"body\">\n{}</div>\n</details>\n",
        numbers.collect::<String>(),
        time.map_or_else(|| "no time".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()),
        standing.words(),
        incident.headline,
        if tiers.is_empty() { "no tier".to_owned() } else { tiers.join(", ") },
        group.as_deref().map_or_else(String::new, |group| {
            format!(" <span class=\"group\">{}</span>", short(WIDEST, group))
        }),
        caller.as_deref().map_or_else(|| text("-"), |caller| short(WIDEST, short_name(caller))),
        incident.body,
        word = standing.word(),
    )
}
