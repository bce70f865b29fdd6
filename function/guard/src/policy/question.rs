//! A question about a policy, in words: `may 10.1.2.3 reach 3306/tcp of db`, `who can reach db`. A name of several words
//! stands in quotes.
//!
//! Reads questions, and answers none.

use super::{Allow, Diagnostics, Document, Place, reader};

/// A question about a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Whether a rule may let these peers reach this.
    May {
        /// Where the group is that the rule would be in.
        place: Place,
        /// The traffic and the peers.
        flow: Box<Allow>,
    },
    /// Who may reach a group.
    Who {
        /// Where the group is.
        place: Place,
    },
}

impl Document {
    /// Reads the question in `text`.
    ///
    /// # Errors
    /// What is wrong with it, drawn under its words.
    pub fn question(&self, text: &str) -> Result<Question, Diagnostics> {
        reader::read_question(&self.root, text)
    }
}

#[cfg(test)]
mod tests;
