//! A file of cases: questions in the words of a policy, and the answers that are expected.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::fields::{Expected, Fields, Shape, list, map, some_texts, text};
use super::interfaces::tier;
use super::mistake::Mistake;
use super::names::{Names, list_id};
use super::room::Room;
use super::rules::{Addresses, Rules};
use crate::id::PrefixListId;
use crate::network::{AddressSet, Network};
use crate::policy::diagnostic::{Diagnostics, Errors, Span};
use crate::policy::document::passage;
use crate::policy::yaml::{self, Content, Entry, Node};
use crate::policy::{Case, Cases, Expectation, Place};

/// The file.
const FILE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `cases`",
        example: "`cases: [{ tier: web, ports: 443/tcp, from: anywhere, is: allowed }]`",
    },
    keys: &["cases", "lists"],
    misplaced: &[],
};
/// An entry of `cases`.
const CASE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `tier`, `ports`, `from` or `to`, and `is`",
        example: "`{ tier: web, ports: 443/tcp, from: anywhere, is: allowed }`",
    },
    keys: &["name", "tier", "ports", "from", "to", "is", "because", "at"],
    misplaced: &[],
};
const CASES: Expected = Expected {
    what: "a list of cases",
    example: "`- { tier: web, ports: 443/tcp, from: anywhere, is: allowed }`",
};
const LISTS: Expected = Expected {
    what: "the entries of prefix lists, by their ids",
    example: "`lists: { pl-0123456789abcdef0: [192.0.2.0/24] }`",
};
const ENTRIES: Expected = Expected { what: "networks", example: "`[192.0.2.0/24]`" };
const TIER: Expected =
    Expected { what: "a tier", example: "`tier: web`, or `tier: elsewhere` for a group in none" };
const IS: Expected =
    Expected { what: "what is expected", example: "`allowed`, `partly`, `denied` or `unmanaged`" };
const NAME: Expected =
    Expected { what: "what the case is called", example: "`name: nobody reaches the database`" };
const BECAUSE: Expected =
    Expected { what: "a part of the line that decides", example: "`because: db allows 3306/tcp from app`" };
const AT: Expected = Expected { what: "an instant", example: "`at: 2026-12-31T00:00:00Z`" };

/// Reads the cases in `text`, which is called `name`, in the words of the policy in `root`, which has no mistakes.
pub(in crate::policy) fn read_cases(root: &Node, name: &str, text: &str) -> Result<Cases, Diagnostics> {
    let names = names_of(root);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut errors = Errors::new(name, text);
    let tree = yaml::parse(text, &mut errors);
    if let Some(cases) = tree.as_ref().and_then(|tree| file(tree, text, &names, &mut errors)) {
        return errors.finish(cases);
    }
    errors.push_first(&Mistake::NoCases);
    Err(errors.found())
}

/// The names of the policy in `root`.
pub(super) fn names_of(root: &Node) -> Names<'_> {
    let value = |key: &str| match &root.content {
        Content::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
        Content::Nothing | Content::Text(_) | Content::List(_) | Content::Reported => None,
    };
    let tiers: &[Entry] = match value("tiers").map(|node| &node.content) {
        Some(Content::Map(tiers)) => tiers,
        _ => &[],
    };
    Names::read(value("networks"), tiers, &mut Errors::new("", ""))
}

fn file(tree: &Node, whole: &str, names: &Names<'_>, errors: &mut Errors<'_>) -> Option<Cases> {
    if matches!(tree.content, Content::Nothing) {
        return None;
    }
    let fields = Fields::of(tree, &FILE, errors)?;
    let lists = fields.get("lists").map(|node| lists(node, errors)).unwrap_or_default();
    let nodes = fields.require("cases", CASES.example, fields.at, errors);
    let nodes = nodes.and_then(|node| list(node, &CASES, errors)).unwrap_or_default();
    let mut rules = Rules { names, room: Room::for_networks(), addresses: Addresses::Taken, errors };
    let cases: Vec<_> = nodes.iter().filter_map(|node| case(node, whole, &mut rules)).collect();
    (!nodes.is_empty()).then_some(Cases { cases, lists })
}

fn case(node: &Node, whole: &str, rules: &mut Rules<'_, '_, '_>) -> Option<Case> {
    let fields = Fields::of(node, &CASE, rules.errors)?;
    let place = place(&fields, rules);
    let ports = fields.require("ports", "`ports: 443/tcp`", fields.at, rules.errors);
    let (direction, peers) = rules.either_way(&fields, "`from: anywhere` or `to: anywhere`");
    let question = rules.allowance(ports, direction, peers);
    let expected = expectation(&fields, rules.errors);
    let name = fields.get("name").and_then(|node| text(node, &NAME, rules.errors));
    let because = because(&fields, expected, rules.errors);
    let at = fields.get("at").and_then(|node| instant(node, rules.errors));
    let place = place?;
    Some(Case {
        name: name.map_or_else(|| format!("{}: {}", place.as_str(), question.words), str::to_owned),
        place,
        direction,
        question,
        at,
        expected: expected?,
        because: because.map(str::to_owned),
        passage: passage(whole, node.span)?,
    })
}

/// Where the group is, by `tier`.
fn place(fields: &Fields<'_>, rules: &mut Rules<'_, '_, '_>) -> Option<Place> {
    let node = fields.require("tier", TIER.example, fields.at, rules.errors)?;
    let name = text(node, &TIER, rules.errors)?;
    place_of(name, node.span, rules.names, rules.errors)
}

/// The place that is called `name`.
pub(super) fn place_of(name: &str, span: Span, names: &Names<'_>, errors: &mut Errors<'_>) -> Option<Place> {
    if name == "elsewhere" {
        Some(Place::Elsewhere)
    } else {
        tier(name, span, names, errors).map(Place::Tier)
    }
}

fn expectation(fields: &Fields<'_>, errors: &mut Errors<'_>) -> Option<Expectation> {
    let node = fields.require("is", IS.example, fields.at, errors)?;
    match text(node, &IS, errors)? {
        "allowed" => Some(Expectation::Allowed),
        "denied" => Some(Expectation::Denied),
        "partly" => Some(Expectation::Partly),
        "unmanaged" => Some(Expectation::Unmanaged),
        other => {
            errors.push(node.span, &Mistake::Expectation { word: other.into() });
            None
        }
    }
}

/// The part of the line that decides; of what is not denied, none does.
fn because<'n>(
    fields: &Fields<'n>,
    expected: Option<Expectation>,
    errors: &mut Errors<'_>,
) -> Option<&'n str> {
    let node = fields.get("because")?;
    let because = text(node, &BECAUSE, errors)?.trim();
    match expected {
        _ if because.is_empty() => {
            errors.push(node.span, &Mistake::EmptyText { key: "because", example: BECAUSE.example });
        }
        Some(Expectation::Allowed | Expectation::Unmanaged) => {
            errors.push(node.span, &Mistake::BecauseOfNothing);
        }
        Some(Expectation::Denied | Expectation::Partly) | None => {}
    }
    Some(because)
}

fn instant(node: &Node, errors: &mut Errors<'_>) -> Option<Timestamp> {
    let text = text(node, &AT, errors)?;
    let wrong = |_| errors.push(node.span, &Mistake::NotAnInstant { text: text.into(), utc: None });
    text.parse().map_err(wrong).ok()
}

fn lists(node: &Node, errors: &mut Errors<'_>) -> BTreeMap<PrefixListId, AddressSet> {
    let entries = map(node, &LISTS, errors).unwrap_or_default();
    let one = |Entry { key, key_span, value }: &Entry| {
        let list = list_id(key, *key_span, errors)?;
        Some((list, networks(value, errors)))
    };
    entries.iter().filter_map(one).collect()
}

fn networks(node: &Node, errors: &mut Errors<'_>) -> AddressSet {
    let texts = some_texts(node, &ENTRIES, "write a network, or remove the list", errors);
    let networks = texts.into_iter().filter_map(|(text, span)| {
        text.parse::<Network>().map_err(|error| errors.push(span, &Mistake::Network(error))).ok()
    });
    networks.collect()
}
