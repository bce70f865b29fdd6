//! What is told beside the verdict, or although nothing is forbidden.

use super::bound::Bound;
use super::door::{Door, State};
use super::limits::{ID, NAME, TIERS};
use super::story::{self, Block, Line, Links, Step, Story};
use super::text::Text;
use super::{cut, who};
use crate::judge::{Remark, Verdict};
use crate::respond::{Basis, Handled};

/// The story of a change in which nothing is forbidden.
pub(super) fn story(handled: &Handled) -> Story {
    let all = in_order(handled);
    let lead = all.first().copied();
    let more = all.len().saturating_sub(1);
    let sentence =
        lead.map_or_else(Text::new, |remark| sentence(handled, remark)).ours(" ").and(verdict(handled));
    let done = match handled.basis {
        Basis::Record => None,
        Basis::LiveGroup => Some(cut::done(handled)),
    };
    Story {
        state: State { label: lead.map_or_else(Text::new, label), ..state(handled) },
        about: lead.map_or_else(Text::new, |remark| about(handled, remark)),
        headline: sentence,
        blocks: (more > 0)
            .then(|| block(handled))
            .flatten()
            .into_iter()
            .chain([who::block(handled)])
            .chain(done)
            .collect(),
        steps: steps(handled),
        links: Links::of(handled),
    }
}

/// All remarks beside a verdict that says more itself.
pub(super) fn block(handled: &Handled) -> Option<Block> {
    let all = in_order(handled);
    let lines: Vec<_> =
        story::list(&all, TIERS, |remark| vec![Line::Item(sentence(handled, remark))]).collect();
    (!lines.is_empty()).then_some(Block { title: "What else there is to know", lines })
}

/// What to do about them.
pub(super) fn steps(handled: &Handled) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for remark in in_order(handled) {
        let step = Step::plain(Text::from(step(remark)));
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// Each remark once, the most alarming first.
fn in_order(handled: &Handled) -> Vec<&Remark> {
    let rank = |remark: &&Remark| match remark {
        Remark::OwnChange => 0,
        Remark::Hearsay => 1,
        Remark::BreakGlass { .. } => 2,
        Remark::InNoTier { .. } => 3,
        Remark::Deleted { .. } => 4,
        Remark::DefaultGroupOpened { .. } => 5,
        Remark::DefaultGroupUsed { .. } => 6,
        Remark::Associated { .. } => 7,
    };
    let mut all: Vec<_> = handled.judgement.remarks.iter().collect();
    all.sort_by_key(rank);
    all.dedup();
    all
}

fn state(handled: &Handled) -> State {
    let door = match &handled.judgement.verdict {
        Verdict::Compliant | Verdict::Ignored(_) => Door::Closed,
        Verdict::Unmanaged => Door::Unmanaged,
        Verdict::Undecidable(_) | Verdict::Violation(_) => Door::Undecided,
    };
    State { door, ..State::nothing() }
}

fn label(remark: &Remark) -> Text {
    Text::from(match remark {
        Remark::OwnChange => "ALARM",
        Remark::Hearsay => "HEARSAY",
        Remark::BreakGlass { .. } => "BREAK-GLASS",
        Remark::InNoTier { .. } => "IN NO TIER",
        Remark::Deleted { .. } => "DELETED",
        Remark::DefaultGroupOpened { .. } | Remark::DefaultGroupUsed { .. } => "DEFAULT GROUP",
        Remark::Associated { .. } => "ASSOCIATED",
    })
}

fn about(handled: &Handled, remark: &Remark) -> Text {
    let event = || match &handled.event.name {
        Some(name) => Text::new().named(name, NAME),
        None => Text::from("a change"),
    };
    let on_group = |start: Text| match story::group(handled) {
        Some(group) => start.ours(" on ").and(group),
        None => start,
    };
    match remark {
        Remark::OwnChange | Remark::Hearsay | Remark::BreakGlass { .. } | Remark::Deleted { .. } => {
            on_group(event())
        }
        Remark::InNoTier { group } | Remark::DefaultGroupOpened { group } => story::group_of(handled, group),
        Remark::DefaultGroupUsed { group, interface } => {
            story::group_of(handled, group).ours(" on ").theirs(interface, ID)
        }
        Remark::Associated { group, vpc } => {
            let group = story::group_of(handled, group);
            vpc.iter().fold(group, |group, vpc| group.ours(" with ").theirs(vpc, ID))
        }
    }
}

fn sentence(handled: &Handled, remark: &Remark) -> Text {
    match remark {
        Remark::OwnChange => Text::from(
            "the guard's own role made this change. Either its policy was changed meanwhile, or somebody else uses \
             the role.",
        ),
        Remark::Hearsay => Text::from(
            "nobody vouches for this record: it did not come by way of the guard's own rules, and anybody who may invoke \
             the guard can have written it. Nothing of it was believed; what it names was looked at as a sweep would.",
        ),
        Remark::BreakGlass { callers } => {
            let who = Text::from("a break-glass caller (").named(&callers.to_string(), NAME);
            let did = who.ours(") made this change");
            let event = handled.event.name.as_ref();
            let did = event.iter().fold(did, |did, name| did.ours(", ").named(name, NAME));
            let group = story::group(handled);
            let did = group.into_iter().fold(did, |did, group| did.ours(" on ").and(group));
            did.ours(". The guard undoes nothing of it.")
        }
        Remark::InNoTier { group } => Text::from("tags of ")
            .and(story::group_of(handled, group))
            .ours(" were changed, and it is in no tier now."),
        Remark::Deleted { tiers } => {
            let group = story::group(handled).unwrap_or_else(|| Text::from("a group"));
            let names = tiers.iter().take(TIERS).map(|tier| Text::new().named(tier.as_str(), NAME));
            group.ours(", which the policy lists in ").and(Text::joined(names, ", ")).ours(", was deleted.")
        }
        Remark::DefaultGroupOpened { group } => Text::from("rules were added to the default group ")
            .and(story::group_of(handled, group))
            .ours(", of which the policy says nothing."),
        Remark::DefaultGroupUsed { group, interface } => Text::from("the default group ")
            .and(story::group_of(handled, group))
            .ours(", which is in no tier, is on ")
            .theirs(interface, ID)
            .ours("."),
        Remark::Associated { group, vpc } => {
            let can = story::group_of(handled, group).ours(" can be used in ");
            match vpc {
                Some(vpc) => can.theirs(vpc, ID).ours(" too now."),
                None => can.ours("a further VPC now."),
            }
        }
    }
}

/// What the verdict adds.
fn verdict(handled: &Handled) -> Text {
    Text::from(match (&handled.judgement.verdict, Bound::of(handled)) {
        (Verdict::Compliant, Bound::BreakGlass(_)) => "Nothing in it is forbidden.",
        (Verdict::Compliant, Bound::Policy | Bound::Own) => "Nothing that was judged is forbidden.",
        (Verdict::Unmanaged, _) => "Nothing of it was judged.",
        (Verdict::Ignored(_), _) => "There is nothing left to judge.",
        (Verdict::Undecidable(_) | Verdict::Violation(_), _) => "See below.",
    })
}

const fn step(remark: &Remark) -> &'static str {
    match remark {
        Remark::OwnChange => {
            "Find out at once who used the guard's role: only the guard may. If it was the guard, see which policy it \
             had then."
        }
        Remark::Hearsay => {
            "If it was nobody of yours (a test, an event handed back without its proof), find out who invoked the guard, or \
             wrote to its queue, and take that permission away."
        }
        Remark::BreakGlass { .. } => {
            "See that somebody knows of it, and that it is taken back when the incident is over."
        }
        Remark::InNoTier { .. } => {
            "If it should be in a tier, give it the tags, the name or the entry that the policy asks for."
        }
        Remark::Deleted { .. } => {
            "If it was not meant to go, make it again: no call brings a deleted group back. Else drop it from the policy."
        }
        Remark::DefaultGroupOpened { .. } | Remark::DefaultGroupUsed { .. } => {
            "Use a group of a tier instead: whatever is started without a group gets the default group of its VPC."
        }
        Remark::Associated { .. } => {
            "If it should not be used there, disassociate it (DisassociateSecurityGroupVpc)."
        }
    }
}
