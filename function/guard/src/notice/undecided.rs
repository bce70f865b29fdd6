//! The story of a change that could not be judged.

use super::door::{Door, State};
use super::limits::{LONG, NAME};
use super::story::{self, Block, Line, Links, Step, Story};
use super::text::Text;
use super::{remarks, steps, who};
use crate::judge::Undecidable;
use crate::look::LookUpError;
use crate::respond::Handled;

pub(super) fn story(handled: &Handled, why: &Undecidable, listed: usize) -> Story {
    Story {
        state: State { label: Text::from("UNDECIDED"), door: Door::Undecided, outcome: None },
        about: about(handled),
        headline: headline(handled, why),
        blocks: [Block { title: "Why it could not be judged", lines: cause(why, listed) }]
            .into_iter()
            .chain(remarks::block(handled))
            .chain([who::block(handled), done(handled)])
            .collect(),
        steps: vec![next(why)],
        links: Links::of(handled),
    }
}

fn event(handled: &Handled) -> Text {
    match &handled.event.name {
        Some(name) => Text::new().named(name, NAME),
        None => Text::from("a security group change"),
    }
}

fn about(handled: &Handled) -> Text {
    match story::group(handled) {
        Some(group) => event(handled).ours(" on ").and(group),
        None => event(handled),
    }
}

fn headline(handled: &Handled, why: &Undecidable) -> Text {
    let sentence = about(handled).ours(match why {
        Undecidable::Malformed(_) => " could not be understood.",
        Undecidable::Truncated => " could not be judged: its record was cut.",
        Undecidable::LookUpFailed(_) => " could not be judged.",
    });
    let takes_away =
        handled.event.name.as_deref().is_some_and(|name| name.starts_with("RevokeSecurityGroup"));
    sentence.ours(if takes_away { " Whatever it took away is gone." } else { " Whatever it opened is open." })
}

fn cause(why: &Undecidable, listed: usize) -> Vec<Line> {
    match why {
        Undecidable::Malformed(error) => vec![Line::Item(Text::new().theirs(error, LONG))],
        Undecidable::Truncated => vec![Line::Item(Text::from(
            "CloudTrail cut the record for its length (more than 100 KB), and what is left has no group id.",
        ))],
        Undecidable::LookUpFailed(errors) => {
            let mut each: Vec<&LookUpError> = Vec::new();
            for error in errors {
                if !each.contains(&error) {
                    each.push(error);
                }
            }
            story::list(&each, listed, |error| vec![Line::Item(Text::new().theirs(error, LONG))]).collect()
        }
    }
}

fn done(handled: &Handled) -> Block {
    let nothing = Text::from("Nothing: the guard changes only what it has judged.");
    let lines = [nothing].into_iter().chain(steps::again(handled)).map(Line::Item);
    Block { title: "What was done", lines: lines.collect() }
}

fn next(why: &Undecidable) -> Step {
    let text = match why {
        Undecidable::Malformed(_) => {
            "Look at the event and at the group, and remove by hand what should not be there. If the event is \
             genuine, it has a shape that the guard does not know: please report it."
        }
        Undecidable::Truncated => "Find the group in the event, and remove by hand what should not be there.",
        Undecidable::LookUpFailed(_) => {
            "Look at the group, and remove by hand what should not be there. If this keeps happening, see that the \
             guard's role may make the call above."
        }
    };
    Step::plain(Text::from(text))
}
