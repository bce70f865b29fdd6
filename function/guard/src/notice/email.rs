//! The story as plain text: an email, and whatever else shows text as it is.
//!
//! A line that begins in the first column is ours to its first word: what others wrote can only stand further right,
//! so it cannot begin a line that looks like the guard's own.

use super::escape::ascii;
use super::limits::SUBJECT;
use super::link::Link;
use super::story::{Block, Line, Links, Step, Story};
use super::text::Text;

/// Where prose is wrapped, in characters.
const WIDTH: usize = 76;

/// The subject. Source: the Amazon SNS API reference, `Publish`: ASCII, fewer than 100 characters, no control
/// characters or line breaks, begins with a letter, a digit or punctuation.
pub(super) fn subject(story: &Story, place: Text) -> String {
    ascii(&title(story).and(place).plain(), SUBJECT)
}

/// `CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-…)`.
pub(super) fn title(story: &Story) -> Text {
    story.state.label.clone().ours(": ").and(story.about.clone())
}

/// The first line.
pub(super) fn headline(story: &Story) -> Text {
    story.state.label.clone().ours(": ").and(story.headline.clone())
}

/// The whole text.
pub(super) fn text(story: &Story) -> String {
    let blocks = story.blocks.iter().map(block);
    let paragraphs: Vec<_> = [first(story)]
        .into_iter()
        .chain(blocks)
        .chain(next(&story.steps))
        .chain(look(&story.links))
        .map(|lines| lines.join("\n"))
        .collect();
    paragraphs.join("\n\n") + "\n"
}

/// The least that can be said.
pub(super) fn least(story: &Story) -> String {
    first(story).join("\n") + "\n"
}

fn first(story: &Story) -> Vec<String> {
    wrapped(&headline(story), "", "  ")
}

fn block(Block { title, lines }: &Block) -> Vec<String> {
    titled(
        title,
        lines.iter().flat_map(|line| match line {
            Line::Item(text) => wrapped(text, "  ", "    "),
            Line::Detail(text) => wrapped(text, "    ", "      "),
        }),
    )
}

fn next(steps: &[Step]) -> Option<Vec<String>> {
    let lines = steps.iter().flat_map(|Step { text, copies }| {
        let copies = copies.iter().map(|copy| format!("    {copy}"));
        wrapped(text, "  ", "  ").into_iter().chain(copies)
    });
    (!steps.is_empty()).then(|| titled("What to do next", lines))
}

fn look(Links { group, event }: &Links) -> Option<Vec<String>> {
    let line = |what, link: &Link| format!("  {what} {}", link.as_str());
    let group = group.as_ref().map(|link| line("Group:", link));
    let event = event.as_ref().map(|link| line("Event:", link));
    let lines: Vec<_> = group.into_iter().chain(event).collect();
    (!lines.is_empty()).then(|| titled("Look closer", lines))
}

fn titled(title: &str, lines: impl IntoIterator<Item = String>) -> Vec<String> {
    [title.to_owned()].into_iter().chain(lines).collect()
}

/// `text` in lines of about [`WIDTH`], the first after `indent`, the others after `hanging`. A word is never broken.
fn wrapped(text: &Text, indent: &str, hanging: &str) -> Vec<String> {
    let text = text.plain();
    let mut lines = Vec::new();
    let mut line = indent.to_owned();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = line.chars().count().saturating_add(word.chars().count()).saturating_add(1);
        if !empty && width > WIDTH {
            lines.push(std::mem::replace(&mut line, hanging.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}
