//! For tests: what the schema says of a policy's text.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use super::schema;
use crate::policy::diagnostic::Errors;
use crate::policy::yaml::{self, Content, Node};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());

/// The two ways in which an editor may see a policy: every scalar as text, as if each were in quotes; and what looks like
/// a number or a truth value as that.
#[derive(Debug, Clone, Copy)]
pub(in crate::policy) enum Seen {
    Quoted,
    Plain,
}

/// What the schema has against the policy in `text`; nothing, where it takes it.
pub(in crate::policy) fn complaints(text: &str, seen: Seen) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut errors = Errors::new("", text);
    let root = yaml::parse(text, &mut errors);
    let root = errors.finish(root).unwrap_or_else(|errors| panic!("{errors}"));
    let policy = root.map_or(Value::Null, |root| json(&root, seen));
    VALIDATOR.iter_errors(&policy).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Fails where the schema refuses what the reader takes.
pub(in crate::policy) fn check_accepted(text: &str) {
    for seen in [Seen::Quoted, Seen::Plain] {
        let complaints = complaints(text, seen);
        assert!(complaints.is_empty(), "{seen:?}: {complaints:#?} in\n{text}");
    }
}

fn json(node: &Node, seen: Seen) -> Value {
    match &node.content {
        Content::Nothing | Content::Reported => Value::Null,
        Content::Text(text) => scalar(text, seen),
        Content::List(nodes) => nodes.iter().map(|node| json(node, seen)).collect(),
        Content::Map(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), json(&entry.value, seen))).collect()
        }
    }
}

fn scalar(text: &str, seen: Seen) -> Value {
    match (seen, serde_json::from_str(text)) {
        (Seen::Plain, Ok(value @ (Value::Number(_) | Value::Bool(_)))) => value,
        (Seen::Plain | Seen::Quoted, _) => text.into(),
    }
}
