//! One side of a violation: its rules, what is missing, its interfaces, or that somebody changed what they may not.

use super::door::State;
use super::story::{Block, Step};
use super::text::Text;

/// What is told of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) state: State,
    /// What it is about, for a subject.
    pub(super) about: Text,
    /// What happened, as a sentence.
    pub(super) sentence: Text,
    /// What there is to know.
    pub(super) block: Block,
    /// Each line of the policy that is broken.
    pub(super) why: Vec<Text>,
    /// What the calls alone do not say.
    pub(super) notes: Vec<Text>,
    /// What to do next.
    pub(super) steps: Vec<Step>,
}

/// Whether one thing is told of, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    One,
    Many,
}

impl Number {
    pub(super) const fn of(count: usize) -> Self {
        if count == 1 { Self::One } else { Self::Many }
    }
}
