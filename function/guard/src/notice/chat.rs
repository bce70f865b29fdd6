//! The story as a custom notification of Amazon Q Developer in chat applications, which shows it in Slack or Teams.
//!
//! Source: "Custom notifications using Amazon Q Developer in chat applications" in its administrator guide. What does
//! not fit that schema is dropped there without a word, so `amazon-q.schema.json` beside this file judges every message
//! of the tests. The item counts and lengths that the guide does not give are our own.

use std::collections::BTreeMap;

use serde::Serialize;

use super::email;
use super::escape::{code, cut};
use super::fate::Door;
use super::limits::{CHAT_BYTES, DESCRIPTION, FREE, ID, NAME, TIERS, TITLE, json_bytes};
use super::link::plain;
use super::story::{Block, Line, Links, Step, Story, group_id};
use super::text::Text;
use crate::respond::Handled;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    version: &'static str,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
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
pub(super) fn message(handled: &Handled, story: &Story, door: Door) -> Option<String> {
    let description = description(story);
    if description.chars().count() > DESCRIPTION {
        return None;
    }
    let steps = story.steps.iter().map(step).collect();
    let message = json(handled, story, door, description, steps);
    (json_bytes(&message) <= CHAT_BYTES).then_some(message)
}

/// The least that can be said.
pub(super) fn least(handled: &Handled, story: &Story, door: Door) -> String {
    json(handled, story, door, story.headline.markdown(), Vec::new())
}

fn json(
    handled: &Handled,
    story: &Story,
    door: Door,
    description: String,
    next_steps: Vec<String>,
) -> String {
    let message = Message {
        version: "1.0",
        source: "custom",
        id: handled.event.id.as_ref().and_then(|id| plain(id.as_str())),
        content: Content {
            text_type: "client-markdown",
            title: short(&email::title(story)),
            description,
            next_steps,
            keywords: keywords(handled, door),
        },
        metadata: Metadata {
            thread_id: thread(handled),
            summary: short(&email::headline(story)),
            event_type: format!("tierguard-{}", handled.judgement.verdict.word()),
            related_resources: group_id(handled).map(|id| theirs(id, ID)).into_iter().collect(),
            additional_context: context(handled, door),
        },
    };
    serde_json::to_string(&message).unwrap_or_default()
}

fn short(text: &Text) -> String {
    cut(&text.bare(), TITLE.saturating_sub(super::escape::CUT.chars().count()))
}

fn theirs(text: &impl ToString, longest: usize) -> String {
    Text::new().theirs(text, longest).bare()
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

/// Messages about one security group make one thread.
fn thread(handled: &Handled) -> Option<String> {
    let account = handled.event.account.as_ref().map(|account| theirs(account, ID));
    let region = handled.event.region.as_ref().map(|region| theirs(region, ID));
    let group = group_id(handled).map(|group| theirs(group, ID))?;
    let parts = ["tierguard".to_owned()].into_iter().chain(account).chain(region).chain([group]);
    Some(parts.collect::<Vec<_>>().join("-"))
}

fn keywords(handled: &Handled, door: Door) -> Vec<String> {
    let words = ["tierguard", handled.judgement.verdict.word(), door.word()].map(str::to_owned);
    let tiers = handled.judgement.tiers.iter().take(TIERS).map(|tier| theirs(tier, NAME));
    words.into_iter().chain(tiers).collect()
}

fn context(handled: &Handled, door: Door) -> BTreeMap<&'static str, String> {
    let event = &handled.event;
    let known = [
        ("account", event.account.as_ref().map(|account| theirs(account, ID))),
        ("region", event.region.as_ref().map(|region| theirs(region, ID))),
        ("group", group_id(handled).map(|group| theirs(group, ID))),
        ("event", event.name.as_ref().map(|name| theirs(name, NAME))),
        ("actor", event.actor.name.as_ref().map(|name| theirs(name, FREE))),
        ("door", Some(door.word().to_owned())),
    ];
    known.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
