//! From the bytes of a CloudTrail record to a [`Change`]: every encoding that AWS uses, and nothing else.
//!
//! The structs here are private and name only the fields that are used; unknown fields are ignored, a missing needed
//! field is an error. Judges nothing and looks nothing up.

mod attachment;
mod call;
mod group;
mod identity;
mod loose;
mod part;
mod prefix_list;
mod record;
mod request;
mod response;
mod tags;

use std::sync::LazyLock;

use memchr::{memchr, memmem};
use thiserror::Error;

use crate::change::{Change, Event};
use crate::id::{InvalidId, RoleArn};
use crate::network::InvalidNetwork;
use crate::shape::InvalidRule;

/// What a record turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A change to be judged.
    Change(Box<Change>),
    /// Nothing to judge.
    Ignored(Box<Event>, Dismissal),
    /// A change that `CloudTrail` cut, and what is left does not name what was changed.
    Truncated(Box<Event>),
    /// A change that cannot be understood.
    Malformed(Box<Event>, Malformed),
}

impl Reading {
    /// The event of the record.
    #[must_use]
    pub const fn event(&self) -> &Event {
        match self {
            Self::Change(change) => &change.event,
            Self::Ignored(event, _) | Self::Truncated(event) | Self::Malformed(event, _) => event,
        }
    }

    /// Whether it is about nothing that the guard guards.
    #[must_use]
    pub const fn is_unrelated(&self) -> bool {
        matches!(self, Self::Ignored(_, Dismissal::NotAChange))
    }

    /// What is left of a record for which nobody vouches. Also that it was the guard's own call is not believed.
    #[must_use]
    pub fn hearsay(self) -> Self {
        match self {
            Self::Change(change) | Self::Ignored(_, Dismissal::OwnChange(Some(change))) => {
                Self::Change(Box::new(change.hearsay()))
            }
            Self::Ignored(event, why) => Self::Ignored(Box::new(event.hearsay()), why),
            Self::Truncated(event) => Self::Truncated(Box::new(event.hearsay())),
            Self::Malformed(event, why) => Self::Malformed(Box::new(event.hearsay()), why),
        }
    }
}

/// Why a record needs no judgement, as far as the record itself tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dismissal {
    /// The call failed (`errorCode`): nothing was changed.
    FailedCall,
    /// Not a call that changes who may reach what.
    NotAChange,
    /// The guard's own call, known by the role in `sessionIssuer`; what it changed, as far as it can be read.
    OwnChange(Option<Box<Change>>),
    /// Only descriptions of rules were changed; which, as far as it can be read.
    DescriptionOnly(Option<Box<Change>>),
}

/// What is wrong with the record of a change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Not JSON, or a field that is needed is of the wrong kind.
    #[error("{part} cannot be read: {message}")]
    Json {
        /// Which part of the record.
        part: &'static str,
        /// What the JSON reader said.
        message: String,
    },
    /// A field that is needed is not there.
    #[error("{part} has no {field}")]
    Missing {
        /// Which part of the record.
        part: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A rule of it cannot be read.
    #[error("rule {number} of {part}: {source}")]
    Rule {
        /// Which part of the record.
        part: &'static str,
        /// Which rule, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: InvalidRule,
    },
    /// An entry of a prefix list cannot be read.
    #[error("entry {number} of {part}: {source}")]
    Entry {
        /// Which part of the record.
        part: &'static str,
        /// Which entry of those added, or of those removed, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: InvalidNetwork,
    },
    /// An identifier cannot be read.
    #[error("{part}: {source}")]
    Id {
        /// Which part of the record.
        part: &'static str,
        /// What is wrong with it.
        source: InvalidId,
    },
}

/// Whether `record` can be a change at all: false for most records, in a fraction of a microsecond.
///
/// True where an `eventName` in it is that of a call that matters, or of any call of security groups but those that
/// only look (`Describe…`, `Get…`), which are frequent; false where it is that of a call on tags that names resources
/// and no group. JSON could spell a letter as an escape, which AWS never does in a name; of a record with such a letter
/// the name is parsed.
#[must_use]
pub fn may_be_change(record: &[u8], scope: Scope) -> bool {
    seen_may_be_change(record, scope, Seen::default())
}

/// [`may_be_change`] of a `record` of which this was `seen` before, which spares looking for it.
#[must_use]
pub fn seen_may_be_change(record: &[u8], scope: Scope, seen: Seen) -> bool {
    call::may_be_named_in(record, seen.name, scope)
        || (!seen.is_plain && has_escape(record) && record::may_be_named(record, scope))
}

/// What was seen of a record before it is asked whether it can be a change. By default, nothing. It is believed: what is
/// not so of the record may hide a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether no backslash stands in it: so no letter is spelled as an escape.
    pub is_plain: bool,
    /// Where [`NAME_KEY`] stands in it, in bytes, if it stands there once.
    pub name: Option<usize>,
}

/// The key under which a record has the name of its call.
pub const NAME_KEY: &[u8; 11] = br#""eventName""#;

/// Which changes matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of groups, their rules and tags, and of prefix lists: all that do where a policy has no `interfaces`.
    Rules,
    /// Also those of the groups on interfaces, launches among them.
    All,
}

fn has_escape(record: &[u8]) -> bool {
    static ESCAPE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(br"\u"));
    // Most records have no backslash at all, and for one byte the search is faster.
    memchr(b'\\', record).is_some_and(|first| ESCAPE.find(record.get(first..).unwrap_or_default()).is_some())
}

/// Reads one CloudTrail record. `own` is the guard's own role.
#[must_use]
pub fn read(record: &[u8], own: Option<&RoleArn>) -> Reading {
    // A record with an escape is parsed whole, and so need not be parsed for its name before.
    if !call::may_be_named_in(record, None, Scope::All) && !has_escape(record) {
        return Reading::Ignored(Box::new(record::header(record)), Dismissal::NotAChange);
    }
    record::read(record, own)
}

/// Whether `event` is of a call that puts groups on interfaces, however little else of it can be read.
#[must_use]
pub fn is_about_interfaces(event: &Event) -> bool {
    event.name.as_deref().is_some_and(call::Call::is_attachment)
}

/// Why a change cannot be read.
enum Unreadable {
    /// What was changed was cut away.
    Truncated,
    Malformed(Malformed),
}

impl From<Malformed> for Unreadable {
    fn from(why: Malformed) -> Self {
        Self::Malformed(why)
    }
}
