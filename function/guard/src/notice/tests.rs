mod hostile;
mod inert;
mod limits;
mod samples;
mod sorts;
mod texts;

use std::sync::LazyLock;

use jsonschema::Validator;

use super::Notice;

/// The schema that Amazon Q goes by, as an independent judge.
static AMAZON_Q: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("amazon-q.schema.json")).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
});

/// What a chat message is, once the schema has taken it.
fn chat(notice: &Notice) -> serde_json::Value {
    let message = serde_json::from_str(notice.chat()).expect("a chat message is JSON");
    let errors: Vec<_> = AMAZON_Q.iter_errors(&message).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "Amazon Q would drop it: {errors:?}\n{message:#}");
    message
}

/// A chat message as a person reads it.
fn read_chat(notice: &Notice) -> String {
    let message = chat(notice);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let steps = message["content"]["nextSteps"].as_array().cloned().unwrap_or_default();
    let steps: Vec<_> = steps.iter().map(|step| format!("> {}", text(step).replace('\n', "\n  "))).collect();
    format!(
        "# {}\n{}\n\n{}\nkeywords: {}\nmetadata: {:#}\n",
        text(&message["content"]["title"]),
        text(&message["content"]["description"]),
        steps.join("\n"),
        message["content"]["keywords"],
        message["metadata"],
    )
}
