//! What is allowed for a time, as the policy writes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::fields::{Expected, Fields, Shape, list, text};
use super::mistake::Mistake;
use super::rules::Rules;
use super::selector;
use crate::policy::diagnostic::{Errors, Span};
use crate::policy::yaml::Node;
use crate::policy::{Exemption, ExemptionId};

/// An entry of `exemptions`.
pub(super) const SHAPE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `id`, `groups`, `allow`, `from` or `to`, `until`, `owner` and `reason`",
        example: "`{ id: OPS-1234, groups: { ids: sg-0123456789abcdef0 }, allow: 5432/tcp, from: 198.51.100.0/24, \
                  until: 2026-12-31T00:00:00Z, owner: dba@example.com, reason: migration of the ledger }`",
    },
    keys: &["id", "groups", "allow", "from", "to", "until", "owner", "reason"],
    misplaced: &["required"],
};

const EXEMPTIONS: Expected =
    Expected { what: "a list of exemptions", example: "`- id: OPS-1234`, with the other keys under it" };
const ID: Expected = Expected { what: "the id of the exemption", example: "`id: OPS-1234`" };
const GROUPS: &str = "`groups: { ids: [sg-0123456789abcdef0] }`";
const ALLOW: &str = "`allow: 5432/tcp`";
const PEERS: &str = "`from: 198.51.100.0/24` or `to: 198.51.100.0/24`";
const UNTIL: Expected =
    Expected { what: "the end of the exemption", example: "`until: 2026-12-31T00:00:00Z`" };
const OWNER: Expected = Expected { what: "whom to ask", example: "`owner: dba@example.com`" };
const REASON: Expected =
    Expected { what: "what the exemption is for", example: "`reason: migration of the ledger`" };

/// The ids so far, and where they stand.
type Ids<'n> = BTreeMap<&'n str, Span>;

/// The value of `exemptions`.
pub(super) fn read(node: &Node, rules: &mut Rules<'_, '_, '_>) -> Vec<Exemption> {
    let nodes = list(node, &EXEMPTIONS, rules.errors).unwrap_or_default();
    let mut ids = Ids::new();
    nodes.iter().filter_map(|node| exemption(node, &mut ids, rules)).collect()
}

fn exemption<'n>(node: &'n Node, ids: &mut Ids<'n>, rules: &mut Rules<'_, '_, '_>) -> Option<Exemption> {
    let fields = Fields::of(node, &SHAPE, rules.errors)?;
    if let Some(required) = fields.entry("required") {
        rules.errors.push(required.key_span, &Mistake::RequiredForATime);
    }
    let id = id(&fields, ids, rules.errors);
    let groups = fields.require("groups", GROUPS, fields.at, rules.errors);
    let groups = groups.map(|node| selector::read(node, rules.errors));
    let ports = fields.require("allow", ALLOW, fields.at, rules.errors);
    let (direction, peers) = rules.either_way(&fields, PEERS);
    let allow = rules.allowance(ports, direction, peers);
    let until = until(&fields, rules.errors);
    let owner = words(&fields, "owner", &OWNER, rules.errors);
    let reason = words(&fields, "reason", &REASON, rules.errors);
    Some(Exemption {
        id: ExemptionId(id?.into()),
        groups: groups?,
        direction,
        allow,
        until: until?,
        owner: owner?.to_owned(),
        reason: reason?.to_owned(),
    })
}

fn id<'n>(fields: &Fields<'n>, ids: &mut Ids<'n>, errors: &mut Errors<'_>) -> Option<&'n str> {
    let id = words(fields, "id", &ID, errors)?;
    let span = fields.get("id")?.span;
    if let Some(&first) = ids.get(id) {
        errors.push_with(span, |errors| Mistake::SameId { id: id.into(), first_line: errors.line(first) });
        return None;
    }
    ids.insert(id, span);
    Some(id)
}

fn until(fields: &Fields<'_>, errors: &mut Errors<'_>) -> Option<Timestamp> {
    let node = fields.require("until", UNTIL.example, fields.at, errors)?;
    let text = text(node, &UNTIL, errors)?;
    let instant = text.parse();
    instant
        .map_err(|_| errors.push(node.span, &Mistake::NotAnInstant { text: text.into(), utc: in_utc(text) }))
        .ok()
}

/// The instant that `text` is in UTC, where it lacks nothing but that.
fn in_utc(text: &str) -> Option<String> {
    let civil: DateTime = text.parse().ok()?;
    let utc = format!("{civil}Z");
    utc.parse::<Timestamp>().is_ok().then_some(utc)
}

/// The text under `key`, which must be there and say something.
fn words<'n>(
    fields: &Fields<'n>,
    key: &'static str,
    expected: &Expected,
    errors: &mut Errors<'_>,
) -> Option<&'n str> {
    let node = fields.require(key, expected.example, fields.at, errors)?;
    let words = text(node, expected, errors)?.trim();
    if words.is_empty() {
        errors.push(node.span, &Mistake::EmptyText { key, example: expected.example });
        return None;
    }
    Some(words)
}
