//! Text that somebody else wrote, as YAML that means exactly that text. What cannot be seen is written as an escape.

use crate::visible::{hides, turns};

/// Words that YAML, or some reader of it, takes for something else than text.
const TAKEN: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// `text`, in quotes where it would be something else without them.
pub(super) fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let inside: String = text.chars().map(escaped).collect();
    format!("\"{inside}\"")
}

/// Whether `text` is the same with and without quotes, for every reader of YAML.
fn is_plain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_inner)
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
}

fn escaped(c: char) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if !hides(c) && !turns(c) => c.to_string(),
        c if u32::from(c) <= 0xffff => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    }
}
