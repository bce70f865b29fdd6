//! When something that is undone again and again is in dispute, as the policy writes it.

use jiff::SignedDuration;

use super::fields::{Expected, Fields, Shape, text};
use super::mistake::Mistake;
use crate::dispute::Disputes;
use crate::policy::diagnostic::Errors;
use crate::policy::yaml::Node;

/// The value of `disputes`.
pub(super) const SHAPE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `after` and `within`",
        example: "`disputes: { after: 5, within: 1h }`",
    },
    keys: &["after", "within"],
    misplaced: &[],
};

const AFTER: Expected = Expected { what: "a number of times", example: "`after: 5`" };
const WITHIN: Expected = Expected { what: "a time", example: "`within: 1h`" };

const LEAST_TIMES: usize = 2;
const MOST_TIMES: usize = 20;
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Reads it.
pub(super) fn read(node: &Node, errors: &mut Errors<'_>) -> Option<Disputes> {
    let fields = Fields::of(node, &SHAPE, errors)?;
    let default = Disputes::default();
    let after = fields.get("after").map_or(Some(default.after), |node| after(node, errors));
    let within = fields.get("within").map_or(Some(default.within), |node| within(node, errors));
    Some(Disputes { after: after?, within: within? })
}

fn after(node: &Node, errors: &mut Errors<'_>) -> Option<usize> {
    let text = text(node, &AFTER, errors)?;
    let after = text.parse().ok().filter(|times| (LEAST_TIMES..=MOST_TIMES).contains(times));
    if after.is_none() {
        let (least, most) = (LEAST_TIMES, MOST_TIMES);
        errors.push(node.span, &Mistake::NotSoOften { text: text.into(), least, most });
    }
    after
}

fn within(node: &Node, errors: &mut Errors<'_>) -> Option<SignedDuration> {
    let text = text(node, &WITHIN, errors)?;
    let within = text.parse().ok().filter(|time| (SHORTEST..=LONGEST).contains(time));
    if within.is_none() {
        errors.push(node.span, &Mistake::NotSoLong { text: text.into() });
    }
    within
}
