//! What a tier of a draft allows.

use super::note::Note;
use super::peer::Word;
use crate::permission::Direction;
use crate::traffic::Traffic;

/// What the groups of a tier open in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flows {
    /// Whether the draft holds the tier to it.
    pub standing: Standing,
    /// What is allowed.
    pub entries: Vec<Entry>,
    /// What is to be said of all of it.
    pub notes: Vec<Note>,
}

/// Whether a draft governs a direction of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Governed,
    /// It cannot yet: some rule can be allowed by no policy. What it would say is written as a comment.
    Stuck,
    /// It does not: nothing is known of rules in this direction.
    Unknown,
}

/// Some traffic, from or to some peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The traffic.
    pub traffic: Vec<Traffic>,
    /// The peers.
    pub sources: Vec<Source>,
}

/// A peer, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The peer.
    pub word: Word,
    /// What is to be said.
    pub notes: Vec<Note>,
}

impl Entry {
    /// What it lets through with `source` alone: `22/tcp from anywhere`.
    pub(super) fn about(&self, source: &Source, direction: Direction) -> String {
        let traffic: Vec<_> = self.traffic.iter().map(Traffic::to_string).collect();
        format!("{} {} {}", traffic.join(", "), direction.preposition(), source.word)
    }
}
