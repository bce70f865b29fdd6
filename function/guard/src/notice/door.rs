//! How things stand, in a word for people and in words for machines.

use serde::{Deserialize, Serialize};

use super::text::Text;

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// For people: `CLOSED`.
    pub(super) label: Text,
    pub(super) door: Door,
    /// The worst outcome; `notify-only` where no call was to be made.
    pub(super) outcome: Option<&'static str>,
}

/// Whether what was forbidden is still open, and what is required still missing; the worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Door {
    /// Nothing that is required is missing any more.
    Restored,
    /// Nothing forbidden is open.
    Closed,
    /// The policy says nothing about it.
    Unmanaged,
    /// Something that is required is missing, and the guard did not try to put it back.
    Missing,
    /// It is not known whether it should be open.
    Undecided,
    /// It is open, and the guard did not try to close it.
    Open,
    /// Something that is required is missing, though the guard tried to put it back.
    StillMissing,
    /// It is open, though the guard tried to close it.
    StillOpen,
}

impl State {
    /// How things stand where nothing is forbidden.
    pub(super) fn nothing() -> Self {
        Self { label: Text::from("CHECKED"), door: Door::Closed, outcome: None }
    }
}

impl Door {
    /// A word for machines.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Closed => "closed",
            Self::Unmanaged => "unmanaged",
            Self::Missing => "missing",
            Self::Undecided => "undecided",
            Self::Open => "open",
            Self::StillMissing => "still-missing",
            Self::StillOpen => "still-open",
        }
    }

    /// Whether nothing is left to be done.
    pub(super) const fn is_well(self) -> bool {
        match self {
            Self::Restored | Self::Closed => true,
            Self::Unmanaged
            | Self::Missing
            | Self::Undecided
            | Self::Open
            | Self::StillMissing
            | Self::StillOpen => false,
        }
    }
}
