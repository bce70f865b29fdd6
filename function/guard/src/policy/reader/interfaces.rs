//! Which tiers may meet on one network interface, as the policy writes it.

use std::collections::BTreeSet;

use super::fields::{Expected, Fields, Shape, list, text};
use super::mistake::Mistake;
use super::mode;
use super::names::{NameKind, Names};
use super::nearest::nearest;
use crate::policy::diagnostic::{Errors, Span};
use crate::policy::yaml::Node;
use crate::policy::{Interfaces, Mode, OnMixture, TierName};

/// The value of `interfaces`.
pub(super) const SHAPE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `together`",
        example: "`interfaces: { together: [[web, ssh-admin], [app, ssh-admin]] }`",
    },
    keys: &["together", "on-violation", "mode"],
    misplaced: &[],
};

const TOGETHER: Expected = Expected {
    what: "a list of lists of tiers",
    example: "`together: [[web, ssh-admin], [app, ssh-admin]]`, or `[]` where no two tiers may meet",
};
const SET: Expected = Expected { what: "a list of tiers that may meet", example: "`[web, ssh-admin]`" };
const TIER: Expected = Expected { what: "the name of a tier", example: "`[web, ssh-admin]`" };
/// How many tiers are named to somebody who looks for one.
const MOST_TIERS: usize = 8;
const ON_VIOLATION: Expected =
    Expected { what: "an answer to tiers that may not meet", example: "`notify` or `detach`" };

/// Reads it. `default` is what the file says about the mode.
pub(super) fn read(
    node: &Node,
    default: Mode,
    names: &Names<'_>,
    errors: &mut Errors<'_>,
) -> Option<Interfaces> {
    let fields = Fields::of(node, &SHAPE, errors)?;
    let together = fields.require("together", "`together: [[web, ssh-admin]]`", fields.at, errors);
    let together = together.and_then(|node| list(node, &TOGETHER, errors)).unwrap_or_default();
    let on_violation = fields.get("on-violation").and_then(|node| on_mixture(node, errors));
    let mode = fields.get("mode").and_then(|node| mode(node, errors));
    Some(Interfaces {
        together: together.iter().map(|node| set(node, names, errors)).collect(),
        on_violation: on_violation.unwrap_or(OnMixture::Notify),
        mode: mode.unwrap_or(default),
    })
}

fn on_mixture(node: &Node, errors: &mut Errors<'_>) -> Option<OnMixture> {
    match text(node, &ON_VIOLATION, errors)? {
        "detach" => Some(OnMixture::Detach),
        "notify" => Some(OnMixture::Notify),
        other => {
            errors.push(node.span, &Mistake::OnViolation { word: other.into(), expected: ON_VIOLATION });
            None
        }
    }
}

fn set(node: &Node, names: &Names<'_>, errors: &mut Errors<'_>) -> BTreeSet<TierName> {
    let nodes = list(node, &SET, errors);
    if nodes.is_some_and(<[Node]>::is_empty) {
        let help = "name the tiers that may meet, or remove this list";
        errors.push(node.span, &Mistake::NothingListed { help });
    }
    let mut set = BTreeSet::new();
    for node in nodes.unwrap_or_default() {
        let Some(tier) = text(node, &TIER, errors).and_then(|name| tier(name, node.span, names, errors))
        else {
            continue;
        };
        if set.contains(&tier) {
            errors.push(node.span, &Mistake::TierTwice { name: tier.as_str().into() });
        }
        set.insert(tier);
    }
    set
}

pub(super) fn tier(name: &str, span: Span, names: &Names<'_>, errors: &mut Errors<'_>) -> Option<TierName> {
    match names.kind(name) {
        Some(NameKind::Tier) => return Some(TierName(name.into())),
        Some(NameKind::Network) => errors.push(span, &Mistake::NotATier { name: name.into() }),
        None => errors.push_with(span, |_| {
            let nearest = nearest(name, names.tiers()).map(str::to_owned);
            let tiers = names.tiers().take(MOST_TIERS).map(str::to_owned).collect();
            Mistake::UnknownTier { name: name.into(), nearest, tiers }
        }),
    }
    None
}
