//! YAML text as a tree in which every node knows its place in the text.
//!
//! Knows nothing of policies. Takes the part of YAML that people write by hand: one document of mappings, lists and
//! text. Anchors, aliases and tags are errors, so a small file is never a large tree.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};
use thiserror::Error;

use super::diagnostic::{Errors, Problem, Quoted, Span};

/// A value, and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) content: Content,
}

/// What a value is. Numbers and truth values are text: what they mean is for the reader to say.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing at all, `~` or `null`.
    Nothing,
    /// Text, quoted or not.
    Text(String),
    /// Values in a row.
    List(Vec<Node>),
    /// Values under keys, each key once.
    Map(Vec<Entry>),
    /// Something that has been reported already.
    Reported,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Node,
}

impl Node {
    /// Every text that is, however deep, in a value of one of `keys` somewhere in it, and where it stands.
    pub(super) fn texts_under(&self, keys: &[&str]) -> Vec<(&str, Span)> {
        match &self.content {
            Content::List(nodes) => nodes.iter().flat_map(|node| node.texts_under(keys)).collect(),
            Content::Map(entries) => {
                let mut texts = Vec::new();
                for Entry { key, value, .. } in entries {
                    let is_one = keys.contains(&key.as_str());
                    texts.extend(if is_one { value.texts() } else { value.texts_under(keys) });
                }
                texts
            }
            Content::Text(_) | Content::Nothing | Content::Reported => Vec::new(),
        }
    }

    fn texts(&self) -> Vec<(&str, Span)> {
        match &self.content {
            Content::Text(text) => vec![(text.as_str(), self.span)],
            Content::List(nodes) => nodes.iter().flat_map(Self::texts).collect(),
            Content::Map(entries) => entries.iter().flat_map(|entry| entry.value.texts()).collect(),
            Content::Nothing | Content::Reported => Vec::new(),
        }
    }
}

/// Reads `text`; `None` where there is no value, or none that can be read to its end, which is then in `errors`.
pub(super) fn parse(text: &str, errors: &mut Errors<'_>) -> Option<Node> {
    if text.len() > LARGEST {
        errors.push(Span::START, &InvalidYaml::TooLarge);
        return None;
    }
    Tree { parser: Parser::new_from_str(text), text, offsets: offsets(text), errors }
        .document()
        .ok()
        .flatten()
}

/// The largest file, in bytes. A policy of a hundred tiers is a tenth of it.
pub(crate) const LARGEST: usize = 256 * 1024;
/// How deep values may be in one another. A policy needs six.
const DEEPEST: usize = 32;

/// A text that is not the YAML that is read here.
#[derive(Debug, Error)]
enum InvalidYaml {
    #[error("the file is larger than {} KiB", LARGEST / 1024)]
    TooLarge,
    #[error("this is not YAML: {}", what.trim_end_matches('.'))]
    Syntax { what: String },
    #[error("more than {DEEPEST} values in one another")]
    TooDeep,
    #[error("a second document starts here")]
    SecondDocument,
    #[error("anchors and aliases are not supported")]
    Anchor,
    #[error("tags are not supported")]
    Tag,
    #[error("a key must be text")]
    Key,
    #[error("the key {key} is given twice")]
    Twice { key: Quoted, first_line: usize },
}

impl Problem for InvalidYaml {
    fn help(&self) -> String {
        match self {
            Self::TooLarge => {
                "write a smaller policy; long lists of networks belong in a prefix list".to_owned()
            }
            Self::Syntax { what: _ } => "look at the indentation, and close quotes and brackets".to_owned(),
            Self::TooDeep => "take out brackets or indentation".to_owned(),
            Self::SecondDocument => "a policy is one document: remove `---` and what follows".to_owned(),
            Self::Anchor => {
                "write the value out where it is used, in quotes if it starts with `&` or `*`".to_owned()
            }
            Self::Tag => "remove the tag, or put the text in quotes if it starts with `!`".to_owned(),
            Self::Key => "write `key: value`".to_owned(),
            Self::Twice { key: _, first_line } => {
                format!("keep one of them; the first is in line {first_line}")
            }
        }
    }
}

/// A document that cannot be read to its end. Why is among the errors.
struct Unreadable;

struct Tree<'t, 'e, 'f> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    /// Where each character starts, in bytes: the parser counts in characters.
    offsets: Vec<usize>,
    errors: &'e mut Errors<'f>,
}

fn offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(offset, _)| offset).collect()
}

impl<'t> Tree<'t, '_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Unreadable> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) if root.is_some() => {
                    self.errors.push(span, &InvalidYaml::SecondDocument);
                    return Ok(root);
                }
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                value => root = Some(self.node(value, span, 1)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Unreadable> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.span(span))),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::START)),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Unreadable> {
        if depth > DEEPEST {
            self.errors.push(span, &InvalidYaml::TooDeep);
            return Err(Unreadable);
        }
        self.refuse_markup(&event, span);
        match event {
            Event::Scalar(text, style, ..) => Ok(scalar(&text, style, span)),
            Event::SequenceStart(..) => self.list(span, depth),
            Event::MappingStart(..) => self.map(span, depth),
            Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Ok(Node { span, content: Content::Reported }),
        }
    }

    fn refuse_markup(&mut self, event: &Event<'t>, span: Span) {
        let (anchor, tag) = match event {
            Event::Alias(anchor) => (*anchor, &None),
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(anchor, tag)
            | Event::MappingStart(anchor, tag) => (*anchor, tag),
            _ => return,
        };
        if anchor != 0 {
            self.errors.push(span, &InvalidYaml::Anchor);
        }
        if tag.is_some() {
            self.errors.push(span, &InvalidYaml::Tag);
        }
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, Unreadable> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let last = nodes.last().map_or(start, |node| node.span);
                return Ok(Node { span: whole(start, last, span), content: Content::List(nodes) });
            }
            nodes.push(self.node(event, span, depth.saturating_add(1))?);
        }
    }

    fn map(&mut self, start: Span, depth: usize) -> Result<Node, Unreadable> {
        let (mut entries, mut lines, mut last) = (Vec::new(), BTreeMap::new(), start);
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Node { span: whole(start, last, span), content: Content::Map(entries) });
            }
            let key = self.node(event, span, depth.saturating_add(1))?;
            let (event, span) = self.next()?;
            let mut value = self.node(event, span, depth.saturating_add(1))?;
            if value.span.is_empty() {
                value.span = key.span;
            }
            last = value.span;
            entries.extend(self.entry(key, value, &mut lines));
        }
    }

    fn entry(&mut self, key: Node, value: Node, lines: &mut BTreeMap<String, Span>) -> Option<Entry> {
        let Content::Text(name) = key.content else {
            if !matches!(key.content, Content::Reported) {
                self.errors.push(key.span, &InvalidYaml::Key);
            }
            return None;
        };
        if let Some(first) = lines.get(&name) {
            self.errors.push_with(key.span, |errors| InvalidYaml::Twice {
                key: name.as_str().into(),
                first_line: errors.line(*first),
            });
            return None;
        }
        lines.insert(name.clone(), key.span);
        Some(Entry { key: name, key_span: key.span, value })
    }

    fn syntax(&mut self, error: &ScanError) -> Unreadable {
        let last = self.text.trim_end().char_indices().last().map_or(0, |(offset, _)| offset);
        let start = self.offset(error.marker().index()).min(last);
        let what = error.info().chars().filter(|c| !c.is_control()).collect();
        self.errors.push(Span { start, end: start }, &InvalidYaml::Syntax { what });
        Unreadable
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span { start: self.offset(span.start.index()), end: self.offset(span.end.index()) }
    }

    fn offset(&self, index: usize) -> usize {
        self.offsets.get(index).copied().unwrap_or(self.text.len())
    }
}

/// From `start` to `end`, the closing bracket; to `last`, the last value, where indentation closes.
fn whole(start: Span, last: Span, end: Span) -> Span {
    start.to(if end.is_empty() { last } else { end })
}

fn scalar(text: &str, style: ScalarStyle, span: Span) -> Node {
    let is_plain = style == ScalarStyle::Plain;
    if is_plain && text.is_empty() {
        // Nothing stands here: the parser's span is that of whatever comes next.
        return Node { span: Span { end: span.start, ..span }, content: Content::Nothing };
    }
    let is_null = is_plain && matches!(text, "~" | "null" | "Null" | "NULL");
    Node { span, content: if is_null { Content::Nothing } else { Content::Text(text.to_owned()) } }
}
