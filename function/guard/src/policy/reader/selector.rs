//! Which groups a tier or an exemption is about, as the policy writes it.

use std::collections::BTreeMap;

use super::fields::{Expected, Fields, Shape, map, some_texts, text};
use super::mistake::Mistake;
use super::names::group_id;
use crate::policy::diagnostic::Errors;
use crate::policy::yaml::{Content, Entry, Node};
use crate::policy::{NamePattern, Selector};

/// The value of `groups`.
pub(super) const SHAPE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `tags`, `names` or `ids`",
        example: "`groups: { tags: { tier: web } }`",
    },
    keys: &["tags", "names", "ids"],
    misplaced: &[],
};

const TAGS: Expected = Expected { what: "a mapping of tags", example: "`tags: { tier: web }`" };
const TAG: Expected = Expected { what: "the value of the tag", example: "`tier: \"web\"`" };
const NAMES: Expected = Expected { what: "a group name", example: "`names: [web-*]`" };
const IDS: Expected = Expected { what: "a group id", example: "`ids: [sg-0123456789abcdef0]`" };

/// Reads it.
pub(super) fn read(node: &Node, errors: &mut Errors<'_>) -> Selector {
    let Some(fields) = Fields::of(node, &SHAPE, errors) else { return Selector::default() };
    if fields.is_empty() {
        errors.push(fields.at, &Mistake::SelectsAll);
    }
    Selector {
        ids: fields.get("ids").map(|node| {
            let ids = some_texts(node, &IDS, "name a group, or remove `ids`", errors);
            ids.into_iter().filter_map(|(id, span)| group_id(id, span, errors)).collect()
        }),
        names: fields.get("names").map(|node| names(node, errors)),
        tags: fields.get("tags").map(|node| tags(node, errors)).unwrap_or_default(),
    }
}

fn names(node: &Node, errors: &mut Errors<'_>) -> Vec<NamePattern> {
    let names = some_texts(node, &NAMES, "name a group, or remove `names`", errors);
    for (name, span) in names.iter().filter(|(name, _)| name.starts_with("sg-")) {
        // EC2 refuses a group name that starts so.
        errors.push(*span, &Mistake::IdAsName { name: (*name).into() });
    }
    names.into_iter().map(|(name, _)| NamePattern(name.into())).collect()
}

fn tags(node: &Node, errors: &mut Errors<'_>) -> BTreeMap<String, String> {
    let entries = map(node, &TAGS, errors).unwrap_or_default();
    if matches!(&node.content, Content::Map(entries) if entries.is_empty()) {
        errors.push(node.span, &Mistake::NothingListed { help: "name a tag, or remove `tags`" });
    }
    let tag = |Entry { key, value, .. }: &Entry| Some((key.clone(), text(value, &TAG, errors)?.to_owned()));
    entries.iter().filter_map(tag).collect()
}
