//! Nodes as the kind of value that is expected, and mappings as a fixed set of keys.

use super::homes::home;
use super::mistake::{Found, Mistake};
use super::nearest::nearest;
use crate::policy::diagnostic::{Errors, Span};
use crate::policy::yaml::{Content, Entry, Node};

/// What should stand somewhere: a noun, and how it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) what: &'static str,
    pub(super) example: &'static str,
}

const TRUTH: Expected = Expected { what: "`true` or `false`", example: "`true` or `false`" };

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) expected: Expected,
    /// The keys that are read.
    pub(super) keys: &'static [&'static str],
    /// Keys that do not belong there for a reason of their own, which is for the reader of the mapping to say.
    pub(super) misplaced: &'static [&'static str],
}

/// The entries of a mapping, whose unknown keys have been reported.
pub(super) struct Fields<'n> {
    /// Where the mapping is.
    pub(super) at: Span,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// `node` as a mapping of the given shape.
    pub(super) fn of(node: &'n Node, shape: &Shape, errors: &mut Errors<'_>) -> Option<Self> {
        let entries = map(node, &shape.expected, errors)?;
        for Entry { key, key_span, value: _ } in entries {
            if !shape.knows(key) {
                errors.push_with(*key_span, |_| shape.refusal(key));
            }
        }
        Some(Self { at: node.span, entries })
    }

    /// Whether there are no entries, not even unknown ones.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry under `key`.
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under `key`, which must be there; where it is not, that is said `at` a place.
    pub(super) fn require(
        &self,
        key: &'static str,
        example: &'static str,
        at: Span,
        errors: &mut Errors<'_>,
    ) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            errors.push(at, &Mistake::MissingKey { key, example });
        }
        value
    }
}

impl Shape {
    fn knows(&self, key: &str) -> bool {
        self.keys.contains(&key) || self.misplaced.contains(&key)
    }

    fn refusal(&self, key: &str) -> Mistake {
        let nearest = nearest(key, self.keys.iter().copied());
        match home(key) {
            Some(home) => Mistake::KeyElsewhere { key: key.into(), nearest, home, keys: self.keys },
            None => Mistake::UnknownKey { key: key.into(), nearest, keys: self.keys },
        }
    }
}

/// `node` as `true` or `false`, the value of `key`.
pub(super) fn truth(node: &Node, key: &'static str, errors: &mut Errors<'_>) -> Option<bool> {
    match text(node, &TRUTH, errors)? {
        "true" => Some(true),
        "false" => Some(false),
        other => {
            errors.push(node.span, &Mistake::Truth { word: other.into(), key });
            None
        }
    }
}

/// `node` as text.
pub(super) fn text<'n>(node: &'n Node, expected: &Expected, errors: &mut Errors<'_>) -> Option<&'n str> {
    match &node.content {
        Content::Text(text) => Some(text),
        _ => refuse(node, expected, errors),
    }
}

/// `node` as a list.
pub(super) fn list<'n>(node: &'n Node, expected: &Expected, errors: &mut Errors<'_>) -> Option<&'n [Node]> {
    match &node.content {
        Content::List(nodes) => Some(nodes),
        _ => refuse(node, expected, errors),
    }
}

/// `node` as a mapping.
pub(super) fn map<'n>(node: &'n Node, expected: &Expected, errors: &mut Errors<'_>) -> Option<&'n [Entry]> {
    match &node.content {
        Content::Map(entries) => Some(entries),
        _ => refuse(node, expected, errors),
    }
}

/// `node` as one text or a list of them, each with its place.
pub(super) fn texts<'n>(
    node: &'n Node,
    expected: &Expected,
    errors: &mut Errors<'_>,
) -> Vec<(&'n str, Span)> {
    match &node.content {
        Content::List(nodes) => {
            nodes.iter().filter_map(|node| Some((text(node, expected, errors)?, node.span))).collect()
        }
        Content::Text(text) => vec![(text, node.span)],
        Content::Nothing | Content::Map(_) | Content::Reported => {
            if let Some(found) = found(node) {
                errors.push(node.span, &Mistake::KindOrList { expected: *expected, found });
            }
            Vec::new()
        }
    }
}

/// The same, where an empty list is a mistake, and what to do about that.
pub(super) fn some_texts<'n>(
    node: &'n Node,
    expected: &Expected,
    help: &'static str,
    errors: &mut Errors<'_>,
) -> Vec<(&'n str, Span)> {
    if matches!(&node.content, Content::List(nodes) if nodes.is_empty()) {
        errors.push(node.span, &Mistake::NothingListed { help });
    }
    texts(node, expected, errors)
}

fn refuse<T>(node: &Node, expected: &Expected, errors: &mut Errors<'_>) -> Option<T> {
    if let Some(found) = found(node) {
        errors.push(node.span, &Mistake::Kind { expected: *expected, found });
    }
    None
}

/// What `node` is, unless it has been reported.
fn found(node: &Node) -> Option<Found> {
    match &node.content {
        Content::Reported => None,
        Content::Nothing => Some(Found::Nothing),
        Content::Text(text) => Some(Found::Text(text.as_str().into())),
        Content::List(_) => Some(Found::List),
        Content::Map(_) => Some(Found::Map),
    }
}
