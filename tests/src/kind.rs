//! The kinds of faults that every call of every flow must survive.

use crate::fault::{Fault, Place, Span, Trouble, Twin};

/// A kind of fault: what it is, and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Throttled once: the SDK's next try gets through.
    Throttled,
    /// Throttled until the attempt is over: Lambda's next attempt gets through.
    ThrottledAttempt,
    /// Throttled in all three attempts.
    ThrottledThroughout,
    /// Errors of the service's own until the attempt is over.
    Failing,
    /// Done, and answered too late, once.
    Slow,
    /// A connection that breaks before the call has arrived, once.
    LostRequest,
    /// A connection that breaks before the answer has arrived, once.
    LostAnswer,
    /// The same until the attempt is over.
    LostAnswers,
    /// What was there before the change, seen until the attempt is over.
    Behind,
    /// Credentials that have expired until the attempt is over.
    Expired,
    /// Credentials that nobody knows, until the attempt is over.
    Unknown,
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Throttled,
        Self::ThrottledAttempt,
        Self::ThrottledThroughout,
        Self::Failing,
        Self::Slow,
        Self::LostRequest,
        Self::LostAnswer,
        Self::LostAnswers,
        Self::Behind,
        Self::Expired,
        Self::Unknown,
    ];

    /// Its name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::ThrottledAttempt => "throttled, one attempt",
            Self::ThrottledThroughout => "throttled, three attempts",
            Self::Failing => "500, one attempt",
            Self::Slow => "done, answered late",
            Self::LostRequest => "request lost",
            Self::LostAnswer => "done, answer lost",
            Self::LostAnswers => "answers lost, one attempt",
            Self::Behind => "lagging, one attempt",
            Self::Expired => "credentials expired",
            Self::Unknown => "credentials unknown",
        }
    }

    /// Whether it can befall a call of this name: only what is read can lag.
    #[must_use]
    pub fn can_befall(self, action: &str) -> bool {
        match self {
            Self::Behind => reads(action),
            Self::Throttled
            | Self::ThrottledAttempt
            | Self::ThrottledThroughout
            | Self::Failing
            | Self::Slow
            | Self::LostRequest
            | Self::LostAnswer
            | Self::LostAnswers
            | Self::Expired
            | Self::Unknown => true,
        }
    }

    /// Whether another attempt can help.
    #[must_use]
    pub const fn passes(self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The fault of this kind at `place`; before the change things were as `twin` says.
    #[must_use]
    pub fn fault(self, place: &Place, twin: &Twin) -> Fault {
        let (span, trouble) = match self {
            Self::Throttled => (Span::Once, Trouble::Throttled),
            Self::ThrottledAttempt => (Span::Attempt, Trouble::Throttled),
            Self::ThrottledThroughout => (Span::Throughout, Trouble::Throttled),
            Self::Failing => (Span::Attempt, Trouble::Failing),
            Self::Slow => (Span::Once, Trouble::Slow),
            Self::LostRequest => (Span::Once, Trouble::LostRequest),
            Self::LostAnswer => (Span::Once, Trouble::LostAnswer),
            Self::LostAnswers => (Span::Attempt, Trouble::LostAnswer),
            Self::Behind => (Span::Attempt, Trouble::Behind(twin.clone())),
            Self::Expired => (Span::Attempt, Trouble::Expired),
            Self::Unknown => (Span::Attempt, Trouble::Unknown),
        };
        Fault { place: place.clone(), span, trouble }
    }
}

/// Whether a call only reads.
#[must_use]
pub fn reads(action: &str) -> bool {
    ["Describe", "Get", "Query", "BatchGet"].iter().any(|verb| action.starts_with(verb))
}
