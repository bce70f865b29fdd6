//! Words in comments: in one line, short, and nothing in them but what can be seen.

use std::fmt;

use crate::group::Group;
use crate::id::GroupName;
use crate::visible::{hides, turns};

/// How much is shown of one text, in characters.
const LONGEST: usize = 80;
/// How many things are named one by one.
const MOST: usize = 3;

/// `text`, to stand in a comment.
pub(super) const fn safe(text: &str) -> Safe<'_> {
    Safe(text)
}

/// A text whose `Display` is safe to stand in a comment.
pub(super) struct Safe<'t>(&'t str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        for c in chars.by_ref().take(LONGEST) {
            if hides(c) || turns(c) { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        if chars.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

/// The first of `texts`, and how many more there are.
pub(super) fn listed(texts: &[String]) -> String {
    let named: Vec<_> = texts.iter().take(MOST).map(|text| safe(text).to_string()).collect();
    match texts.len().saturating_sub(MOST) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// What a person calls a group.
pub(super) fn label(group: &Group) -> String {
    let name = group.name.as_ref().map(GroupName::as_str).filter(|name| !name.is_empty());
    name.map_or_else(|| group.id.to_string(), str::to_owned)
}
