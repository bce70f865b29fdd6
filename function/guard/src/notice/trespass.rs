//! What is told of changes by somebody who may not make them, and which cannot be undone.

use std::collections::BTreeSet;

use super::bound::Bound;
use super::door::{Door, State};
use super::limits::{COPIES, LONG, NAME};
use super::part::{Number, Part};
use super::steps;
use super::story::{self, Block, Line, Step};
use super::text::Text;
use crate::judge::{Trespass, Violation};
use crate::respond::Handled;

/// The part; `None` where there is none.
pub(super) fn part(handled: &Handled, violation: &Violation, listed: usize) -> Option<Part> {
    let all = &violation.trespasses;
    if all.is_empty() {
        return None;
    }
    let bound = Bound::of(handled);
    let groups = story::groups_of(handled, all.iter().map(|trespass| &trespass.group));
    let (label, end) = match bound {
        Bound::Policy => (Text::from("NOT UNDONE"), Text::from("That cannot be undone by itself.")),
        Bound::BreakGlass(_) => {
            (bound.label("NOT UNDONE"), Text::from("It stays: ").and(bound.reason()).ours("."))
        }
        Bound::Own => (bound.label("NOT UNDONE"), Text::from("It stays: ").and(bound.reason()).ours(".")),
    };
    let did = match Number::of(all.iter().map(|trespass| &trespass.group).collect::<BTreeSet<_>>().len()) {
        Number::One => " was changed by somebody who may not change it. ",
        Number::Many => " were changed by somebody who may not change them. ",
    };
    let about = Text::from("a change of ").and(groups.clone());
    Some(Part {
        state: State { label, door: Door::Undecided, outcome: Some("notify-only") },
        sentence: groups.ours(did).and(end),
        about,
        block: block(handled, all, listed),
        why: all.iter().map(|trespass| Text::new().theirs(&trespass.why, LONG)).collect(),
        notes: vec![Text::from(
            "Nothing about that: a record does not tell what tags, or rules that it does not list, were before.",
        )],
        steps: steps(handled, all),
    })
}

fn block(handled: &Handled, all: &[Trespass], listed: usize) -> Block {
    let one = |Trespass { group, tier, why: _ }: &Trespass| {
        let group = story::group_of(handled, group).ours(", in ").named(tier.as_str(), NAME);
        vec![Line::Item(group)]
    };
    Block { title: "What was changed, and stays as it is", lines: story::list(all, listed, one).collect() }
}

fn steps(handled: &Handled, all: &[Trespass]) -> Vec<Step> {
    let look = "See in the event what was changed, and change it back by hand if it should not be so.";
    let mut tiers: Vec<_> = Vec::new();
    for Trespass { tier, .. } in all {
        if tiers.len() < COPIES && !tiers.contains(&tier) {
            tiers.push(tier);
        }
    }
    let editors = tiers.into_iter().map(|tier| steps::by_editor(handled, tier));
    [Step::plain(Text::from(look))].into_iter().chain(editors).collect()
}
