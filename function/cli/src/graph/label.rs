//! What stands on a box and beside an arrow, in lines of plain text that are safe to show. Markup is for each format to
//! escape.

use super::model::{Edge, Held, Kind, Node, Via};
use crate::shown::shown_up_to;

/// The longest line, in characters. An IPv6 network has up to 43.
const LONGEST: usize = 46;
/// About how long a line of several terms is, in characters.
const WIDE: usize = 26;
/// The most terms of one arrow.
const MOST_TERMS: usize = 8;
/// The most violations of one arrow, each in a line of its own.
const MOST_VIOLATIONS: usize = 4;
/// The most names of one box.
const MOST_NAMES: usize = 6;

/// The names on a box.
pub(super) fn names(node: &Node) -> Vec<String> {
    first(node.names.iter().map(|name| one(name)).collect(), MOST_NAMES)
}

/// What stands under the names.
pub(super) fn notes(node: &Node) -> Vec<String> {
    let held = node.held.iter().flat_map(|Held { groups, unjudged }| {
        let groups = counted(*groups, "group");
        let unjudged = (*unjudged > 0).then(|| format!("{} not judged", counted(*unjudged, "rule")));
        [Some(groups), unjudged].into_iter().flatten()
    });
    node.notes.iter().map(|note| one(note)).chain(held).collect()
}

/// What stands beside an arrow.
pub(super) fn of_edge(edge: &Edge) -> Vec<String> {
    let terms: Vec<_> = edge.terms.iter().map(|term| one(term)).collect();
    let mut lines = match edge.kind {
        Kind::Violation => {
            first(terms.into_iter().map(|term| format!("✗ {term}")).collect(), MOST_VIOLATIONS)
        }
        Kind::Missing => {
            wrapped(&first(terms, MOST_TERMS)).into_iter().map(|line| format!("missing: {line}")).collect()
        }
        Kind::Denied => {
            wrapped(&first(terms, MOST_TERMS)).into_iter().map(|line| format!("no {line}")).collect()
        }
        Kind::Allowed | Kind::Unused | Kind::Exempt => wrapped(&first(terms, MOST_TERMS)),
    };
    lines.extend(terms_of(&edge.via));
    lines.extend(standing(edge));
    lines
}

/// On what terms, in words.
fn terms_of(via: &Via) -> Vec<String> {
    match via {
        Via::Plain => Vec::new(),
        Via::Itself => vec!["within one group".to_owned()],
        Via::Egress => vec!["egress only".to_owned()],
        Via::Except(names) => {
            let names: Vec<_> = names.iter().map(|name| one(name)).collect();
            let mut lines = wrapped(&first(names, MOST_NAMES));
            if let Some(line) = lines.first_mut() {
                line.insert_str(0, "except ");
            }
            lines
        }
        Via::Exemption(id) => vec![one(&format!("exemption {id}"))],
    }
}

/// What live rules make of it, in words.
fn standing(edge: &Edge) -> Option<String> {
    match edge.kind {
        Kind::Allowed | Kind::Denied | Kind::Exempt => None,
        Kind::Unused => Some("unused".to_owned()),
        Kind::Missing | Kind::Violation => Some(match (edge.groups.first(), edge.groups.len()) {
            (Some(group), 1) => format!("in {}", one(group.as_str())),
            (_, count) => format!("in {count} groups"),
        }),
    }
}

/// `terms` in lines.
fn wrapped(terms: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (n, term) in terms.iter().enumerate() {
        let comma = if n.saturating_add(1) < terms.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(term.chars().count()) < WIDE => {
                line.push(' ');
                line.push_str(term);
                line.push_str(comma);
            }
            _ => lines.push(format!("{term}{comma}")),
        }
    }
    lines
}

/// The first of `texts`, and how many more there are.
fn first(mut texts: Vec<String>, most: usize) -> Vec<String> {
    let more = texts.len().saturating_sub(most);
    // One more says more than that there is one.
    if more > 1 {
        texts.truncate(most);
        texts.push(format!("and {more} more"));
    }
    texts
}

fn one(text: &str) -> String {
    shown_up_to(LONGEST, text).to_string()
}

/// `no groups`, `1 group`, `2 groups`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
