//! A policy file's text as a [`Policy`]: every mistake is reported, and none hides another.
//!
//! Each function gives back what it could read and reports the rest; what was given back counts only where nothing was
//! reported. Does not judge whether a policy is wise.

mod callers;
mod cases;
mod disputes;
mod exemptions;
mod fields;
mod homes;
mod interfaces;
mod mistake;
mod names;
mod nearest;
mod question;
mod room;
mod rules;
mod selector;
#[cfg(test)]
mod tests;

use callers::Callers;
use fields::{Expected, Fields, Shape, map, text};
use mistake::Mistake;
use names::Names;
use room::Room;
use rules::{Addresses, Place, Rules};

pub(super) use cases::read_cases;
pub(crate) use names::{internet, is_literal, is_name};
pub use nearest::nearest;
pub(super) use question::read_question;

use super::diagnostic::{Errors, Span};
use super::yaml::{self, Content, Entry, Node};
use super::{Diagnostics, Elsewhere, Mode, OnViolation, Policy, Reaction, Tier, TierName};

/// Reads the policy in `text`, which is called `name`: what it means, and the tree that says where each part of it is.
pub(super) fn read(name: &str, text: &str) -> Result<(Policy, Node), Diagnostics> {
    let mut errors = Errors::new(name, text);
    let root = yaml::parse(text, &mut errors);
    let policy = policy(root.as_ref(), &mut errors);
    // Of a file without a tree, why that is so has been reported.
    let nothing = Node { span: Span::START, content: Content::Nothing };
    errors.finish((policy, root.unwrap_or(nothing)))
}

const FILE: Shape = Shape {
    expected: Expected { what: "a mapping with `version` and `tiers`", example: "`version: 1`" },
    keys: &[
        "version",
        "mode",
        "on-violation",
        "networks",
        "principals",
        "tiers",
        "elsewhere",
        "break-glass",
        "exemptions",
        "interfaces",
        "sweep",
        "disputes",
    ],
    misplaced: &[],
};

const TIERS: Expected = Expected {
    what: "a mapping of tiers by name",
    example: "`tiers: { web: { groups: { tags: { tier: web } }, ingress: [] } }`",
};

const TIER: Shape = Shape {
    expected: Expected {
        what: "a mapping with `groups`, `ingress` and `egress`",
        example: "`web: { groups: { tags: { tier: web } }, ingress: [] }`",
    },
    keys: &["groups", "ingress", "egress", "editors", "mode", "on-violation"],
    misplaced: &[],
};

const VERSION: Expected = Expected { what: "the version", example: "`version: 1`" };
const MODE: Expected = Expected { what: "a mode", example: "`enforce` or `observe`" };
const ON_VIOLATION: Expected =
    Expected { what: "an answer to violations", example: "`revoke`, `narrow` or `notify`" };

/// What the guard does where the file does not say.
const DEFAULT: Reaction = Reaction { mode: Mode::Enforce, on_violation: OnViolation::Revoke };

fn policy(root: Option<&Node>, errors: &mut Errors<'_>) -> Policy {
    let fields = match root {
        Some(Node { content: Content::Nothing, .. }) | None => {
            errors.push_first(&Mistake::Empty);
            None
        }
        Some(root) => Fields::of(root, &FILE, errors),
    };
    fields.map_or_else(Policy::default, |fields| file(&fields, errors))
}

fn file(fields: &Fields<'_>, errors: &mut Errors<'_>) -> Policy {
    version(fields, errors);
    let tiers = fields.get("tiers").and_then(|node| map(node, &TIERS, errors)).unwrap_or_default();
    let names = Names::read(fields.get("networks"), tiers, errors);
    let reaction = reaction(fields, DEFAULT, errors);
    let mut callers = Callers::read(fields.get("principals"), errors);
    let break_glass = fields.get("break-glass").map(|node| callers.list(node, &names, errors));
    let interfaces = fields.get("interfaces");
    let interfaces = interfaces.and_then(|node| interfaces::read(node, reaction.mode, &names, errors));
    let sweep = fields.get("sweep").and_then(|node| mode(node, errors)).unwrap_or(Mode::Observe);
    let disputes = fields.get("disputes").and_then(|node| disputes::read(node, errors));
    governs_something(fields, tiers, errors);
    let mut rules =
        Rules { names: &names, room: Room::for_networks(), addresses: Addresses::Refused, errors };
    Policy {
        tiers: tiers.iter().filter_map(|entry| tier(entry, reaction, &mut callers, &mut rules)).collect(),
        elsewhere: fields.entry("elsewhere").and_then(|entry| elsewhere(entry, reaction, &mut rules)),
        break_glass: break_glass.unwrap_or_default(),
        exemptions: fields
            .get("exemptions")
            .map(|node| exemptions::read(node, &mut rules))
            .unwrap_or_default(),
        interfaces,
        // A file that only observes is not to act by the back door.
        sweep: sweep.max(reaction.mode),
        disputes: disputes.unwrap_or_default(),
    }
}

fn governs_something(fields: &Fields<'_>, tiers: &[Entry], errors: &mut Errors<'_>) {
    let says_something = !tiers.is_empty() || fields.get("elsewhere").is_some();
    // A `tiers` of the wrong kind has been reported as such.
    let misses_tiers = fields.get("tiers").is_none_or(|node| matches!(&node.content, Content::Map(_)));
    if !says_something && misses_tiers {
        errors.push(fields.at, &Mistake::GovernsNothing);
    }
}

fn version(fields: &Fields<'_>, errors: &mut Errors<'_>) {
    let Some(node) = fields.require("version", VERSION.example, fields.at, errors) else { return };
    match text(node, &VERSION, errors) {
        Some("1") | None => {}
        Some(other) => errors.push(node.span, &Mistake::Version { version: other.into() }),
    }
}

fn reaction(fields: &Fields<'_>, default: Reaction, errors: &mut Errors<'_>) -> Reaction {
    let mode = fields.get("mode").and_then(|node| mode(node, errors));
    let on_violation = fields.get("on-violation").and_then(|node| on_violation(node, errors));
    Reaction {
        mode: mode.unwrap_or(default.mode),
        on_violation: on_violation.unwrap_or(default.on_violation),
    }
}

fn mode(node: &Node, errors: &mut Errors<'_>) -> Option<Mode> {
    match text(node, &MODE, errors)? {
        "enforce" => Some(Mode::Enforce),
        "observe" => Some(Mode::Observe),
        other => {
            errors.push(node.span, &Mistake::Mode { mode: other.into() });
            None
        }
    }
}

fn on_violation(node: &Node, errors: &mut Errors<'_>) -> Option<OnViolation> {
    match text(node, &ON_VIOLATION, errors)? {
        "revoke" => Some(OnViolation::Revoke),
        "narrow" => Some(OnViolation::Narrow),
        "notify" => Some(OnViolation::Notify),
        other => {
            errors.push(node.span, &Mistake::OnViolation { word: other.into(), expected: ON_VIOLATION });
            None
        }
    }
}

fn tier(
    entry: &Entry,
    default: Reaction,
    callers: &mut Callers<'_>,
    rules: &mut Rules<'_, '_, '_>,
) -> Option<Tier> {
    let fields = Fields::of(&entry.value, &TIER, rules.errors)?;
    let groups = fields.require("groups", selector::SHAPE.expected.example, entry.key_span, rules.errors);
    Some(Tier {
        name: TierName(entry.key.as_str().into()),
        groups: groups.map(|node| selector::read(node, rules.errors)).unwrap_or_default(),
        allows: rules.allow_lists(&fields, Place::Tier),
        reaction: reaction(&fields, default, rules.errors),
        editors: fields.get("editors").map(|node| callers.list(node, rules.names, rules.errors)),
    })
}

fn elsewhere(entry: &Entry, default: Reaction, rules: &mut Rules<'_, '_, '_>) -> Option<Elsewhere> {
    let fields = Fields::of(&entry.value, &rules::ELSEWHERE, rules.errors)?;
    Some(Elsewhere {
        limits: rules.limits(&fields, entry.key_span),
        reaction: reaction(&fields, default, rules.errors),
    })
}
