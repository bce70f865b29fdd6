//! The story as a custom notification of Amazon Q Developer in chat applications, which shows it in Slack or Teams.
//!
//! Source: "Custom notifications using Amazon Q Developer in chat applications" in its administrator guide. What does
//! not fit that schema is dropped there without a word, so `amazon-q.schema.json` beside this file judges every message
//! of the tests. The item counts and lengths that the guide does not give are our own.

use std::collections::BTreeMap;

use serde::Serialize;

use super::email;
use super::escape::{code, cut};
use super::frame::Frame;
use super::limits::{CHAT_BYTES, DESCRIPTION, TITLE, json_bytes};
use super::story::{Block, Line, Links, Step, Story};
use super::text::Text;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    version: &'static str,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    content: Content,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<String>,
    summary: String,
    event_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_resources: Vec<String>,
    additional_context: BTreeMap<&'static str, String>,
}

/// The message. `None` where the story is too long for it.
pub(super) fn message(frame: &Frame, story: &Story) -> Option<String> {
    let description = description(story);
    if description.chars().count() > DESCRIPTION {
        return None;
    }
    let steps = story.steps.iter().map(step).collect();
    let message = json(frame, story, description, steps);
    (json_bytes(&message) <= CHAT_BYTES).then_some(message)
}

/// The least that can be said.
pub(super) fn least(frame: &Frame, story: &Story) -> String {
    json(frame, story, story.headline.markdown(), Vec::new())
}

fn json(frame: &Frame, story: &Story, description: String, next_steps: Vec<String>) -> String {
    let Frame { id, event_type, thread, resources, keywords, context } = frame.clone();
    let message = Message {
        version: "1.0",
        source: "custom",
        id,
        content: Content {
            text_type: "client-markdown",
            title: short(&email::title(story)),
            description,
            next_steps,
            keywords,
        },
        metadata: Metadata {
            thread_id: thread,
            summary: short(&email::headline(story)),
            event_type,
            related_resources: resources,
            additional_context: context,
        },
    };
    serde_json::to_string(&message).unwrap_or_default()
}

fn short(text: &Text) -> String {
    cut(&text.bare(), TITLE.saturating_sub(super::escape::CUT.chars().count()))
}

/// One paragraph a block. Every line is a list item, because Teams joins lines that are not.
fn description(story: &Story) -> String {
    let paragraphs: Vec<_> = story.blocks.iter().map(block).chain(look(&story.links)).collect();
    paragraphs.join("\n\n")
}

fn block(Block { title, lines }: &Block) -> String {
    titled(
        title,
        lines.iter().map(|line| match line {
            Line::Item(text) => format!("- {}", text.markdown()),
            Line::Detail(text) => format!("    - {}", text.markdown()),
        }),
    )
}

fn look(Links { group, event }: &Links) -> Option<String> {
    let group = group.as_ref().map(|link| Text::from("- Group: ").link(link));
    let event = event.as_ref().map(|link| Text::from("- Event: ").link(link));
    let lines: Vec<_> = group.into_iter().chain(event).map(|line| line.markdown()).collect();
    (!lines.is_empty()).then(|| titled("Look closer", lines))
}

fn titled(title: &str, lines: impl IntoIterator<Item = String>) -> String {
    [format!("*{title}*")].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn step(Step { text, copies }: &Step) -> String {
    let copies = copies.iter().map(|copy| code(copy, DESCRIPTION));
    [text.markdown()].into_iter().chain(copies).collect::<Vec<_>>().join("\n")
}
