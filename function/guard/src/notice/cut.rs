//! The story of a change whose record does not tell all rules, in a group where nothing is forbidden (any more).

use super::story::{self, Block, Line, Links, Step, Story};
use super::text::Text;
use super::who;
use crate::respond::Handled;

pub(super) fn story(handled: &Handled) -> Story {
    let group = story::group(handled).unwrap_or_else(|| Text::from("a group"));
    let about = Text::from("a change of ").and(group.clone());
    Story {
        label: Text::from("CHECKED"),
        about,
        headline: Text::from("the record of a change of ")
            .and(group)
            .ours(" does not tell all of its rules, so the live ones were judged. None is forbidden now."),
        blocks: vec![who::block(handled), done()],
        steps: vec![next()],
        links: Links::of(handled),
    }
}

fn done() -> Block {
    let nothing = "Nothing now. CloudTrail cuts long records (more than 100 KB), and the rules that a group is born with \
                   are in none. An earlier attempt at this event may have removed some.";
    Block { title: "What was done", lines: vec![Line::Item(Text::from(nothing))] }
}

fn next() -> Step {
    let text =
        "If rules are missing, look for this event in the guard's log: it has a line for each attempt.";
    Step { text: Text::from(text), copies: Vec::new() }
}
