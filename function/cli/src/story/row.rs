//! A detail of the story, in a line of its own.

use std::fmt;

use anstyle::Style;

use crate::shown::shown_up_to;
use crate::story::style::{BAD, GOOD, OPEN, QUIET};

/// How many things of a kind are told one by one.
pub(super) const MOST: usize = 6;
/// How much is shown of one detail, in characters.
const WIDEST: usize = 2000;

/// A detail: what kind of, and what it says.
pub(crate) struct Row {
    label: &'static str,
    style: Style,
    text: String,
}

/// What a detail means to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Open,
    Bad,
}

impl Row {
    /// What kind of detail it is; empty where it goes on with the one before.
    pub(crate) const fn label(&self) -> &'static str {
        self.label
    }

    /// What it says. It need not be safe to show.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What that means.
    pub(crate) fn tone(&self) -> Tone {
        match self.style {
            GOOD => Tone::Good,
            OPEN => Tone::Open,
            BAD => Tone::Bad,
            _ => Tone::Plain,
        }
    }

    pub(super) const fn new(label: &'static str, style: Style, text: String) -> Self {
        Self { label, style, text }
    }

    pub(super) const fn plain(label: &'static str, text: String) -> Self {
        Self::new(label, Style::new(), text)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, style, text } = self;
        write!(f, "    {QUIET}{label:<9}{QUIET:#}  {style}{}{style:#}", shown_up_to(WIDEST, text))
    }
}

/// The first of `things`, and how many more there are.
pub(super) fn some_of(things: &[String]) -> String {
    let told: Vec<_> = things.iter().take(MOST).map(String::as_str).collect();
    match things.len().saturating_sub(MOST) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// How many of `count` things are not told one by one, if any.
pub(super) fn more(count: usize) -> Option<Row> {
    let more = count.saturating_sub(MOST);
    (more > 0).then(|| Row::plain("", format!("and {more} more")))
}
