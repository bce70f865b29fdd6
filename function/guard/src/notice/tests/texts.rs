//! The texts that people read.

mod disputes;
mod editors;
mod formats;
mod groups;
mod interfaces;
mod missing;
mod narrowed;
mod remarks;
mod rules;
mod sweep;
mod undecided;

use crate::notice::Notice;

/// Of a text: its first line, what is wrong, what was done, and what to do next.
fn brief(notice: &Notice) -> String {
    const TOLD: [&str; 5] =
        ["What was opened", "What was missing", "What met", "What was done", "What to do next"];
    let paragraphs = notice.email().split("\n\n").enumerate();
    let told = paragraphs.filter(|(n, it)| *n == 0 || TOLD.iter().any(|title| it.starts_with(title)));
    told.map(|(_, paragraph)| paragraph).collect::<Vec<_>>().join("\n\n")
}
