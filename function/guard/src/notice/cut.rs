//! The story of a change that the live group had to tell of, because no record does, where nothing is forbidden (any
//! more). Once the guard has mended such a change, nothing shows what was forbidden: therefore people are told of each.
//! Where something is forbidden still, the part that was mended before shows as little, and [`earlier`] tells of it.

use super::door::State;
use super::story::{self, Block, Line, Links, Step, Story};
use super::text::Text;
use super::who;
use crate::respond::Handled;

pub(super) fn story(handled: &Handled) -> Story {
    let group = story::group(handled).unwrap_or_else(|| Text::from("a group"));
    Story {
        state: State::nothing(),
        about: Text::from("a change of ").and(group.clone()),
        headline: headline(Untold::of(handled), group),
        blocks: vec![who::block(handled), done(handled)],
        steps: vec![next()],
        links: Links::of(handled),
    }
}

/// What no record tells.
#[derive(Clone, Copy)]
enum Untold {
    /// All rules that it was about: a record that was cut, or of a new group.
    Rules,
    /// What a rule said before it was edited.
    Edited,
    /// In which tiers a group was before.
    Tiers,
    /// What a prefix list held before, or it has been changed since.
    Entries,
}

impl Untold {
    fn of(handled: &Handled) -> Self {
        match handled.event.name.as_deref() {
            Some("CreateTags" | "DeleteTags") => Self::Tiers,
            Some("ModifyManagedPrefixList" | "RestoreManagedPrefixListVersion") => Self::Entries,
            Some("ModifySecurityGroupRules") => Self::Edited,
            _ => Self::Rules,
        }
    }
}

fn headline(untold: Untold, group: Text) -> Text {
    match untold {
        Untold::Rules => Text::from("the record of a change of ")
            .and(group)
            .ours(" does not tell all of its rules, so the live ones were judged. None is forbidden now."),
        Untold::Edited => Text::from("rules of ").and(group).ours(
            " were edited, and its record does not tell all of it, so the live ones were judged. Nothing is \
             forbidden or missing now.",
        ),
        Untold::Tiers => Text::from("tags of ")
            .and(group)
            .ours(" were changed, so all live rules were judged by the tiers of now. None is forbidden now."),
        Untold::Entries => Text::from("a prefix list was changed that ")
            .and(group)
            .ours(" may use, so the live rules that name it were judged. None is forbidden now."),
    }
}

/// What was done, and why people are told.
pub(super) fn done(handled: &Handled) -> Block {
    let nothing = Text::from("Nothing now. ").and(earlier(handled));
    Block { title: "What was done", lines: vec![Line::Item(nothing)] }
}

/// What was done before, of which nothing but this tells: an attempt that ended before it could tell people.
pub(super) fn earlier(handled: &Handled) -> Text {
    Text::from(match Untold::of(handled) {
        Untold::Rules => {
            "CloudTrail cuts long records (more than 100 KB), and the rules that a group is born with are in none. An \
             earlier attempt at this event may have removed some."
        }
        Untold::Edited => {
            "No record tells what a rule said before. An earlier attempt at this event may have removed rules, or put \
             some back, and nothing would show that now."
        }
        Untold::Tiers => {
            "No record tells in which tiers a group was before. An earlier attempt at this event may have removed rules, \
             and nothing would show that now."
        }
        Untold::Entries => {
            "The list is not as this change left it, or its former entries are not known. An earlier attempt at this \
             event may have put it back, or removed rules, and nothing would show that now."
        }
    })
}

fn next() -> Step {
    let text =
        "If rules are missing, look for this event in the guard's log: it has a line for each attempt.";
    Step::plain(Text::from(text))
}
