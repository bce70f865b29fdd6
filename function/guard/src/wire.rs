//! From the bytes of a CloudTrail record to a [`Change`]: every encoding that AWS uses, and nothing else.
//!
//! The structs here are private and name only the fields that are used; unknown fields are ignored, a missing needed
//! field is an error. Judges nothing and looks nothing up.

mod loose;
mod record;
mod request;
mod response;

use memchr::memmem;
use thiserror::Error;

use crate::change::{Change, Event};
use crate::id::{InvalidId, RoleArn};
use crate::shape::InvalidRule;

/// What a record turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A security group change to be judged.
    Change(Box<Change>),
    /// Nothing to judge.
    Ignored(Box<Event>, Dismissal),
    /// A security group change that `CloudTrail` cut, and what is left does not name the group.
    Truncated(Box<Event>),
    /// A security group change that cannot be understood.
    Malformed(Box<Event>, Malformed),
}

/// Why a record needs no judgement, as far as the record itself tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dismissal {
    /// The call failed (`errorCode`): nothing was changed.
    FailedCall,
    /// Not a call that changes security group rules.
    NotAChange,
    /// The guard's own call, known by the role in `sessionIssuer`; what it changed, as far as it can be read.
    OwnChange(Option<Box<Change>>),
    /// Only descriptions of rules were changed; which, as far as it can be read.
    DescriptionOnly(Option<Box<Change>>),
}

/// What is wrong with a record of a security group change.
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
    /// An identifier cannot be read.
    #[error("{part}: {source}")]
    Id {
        /// Which part of the record.
        part: &'static str,
        /// What is wrong with it.
        source: InvalidId,
    },
}

/// Whether `record` can be a security group change at all: false for most records, in a fraction of a microsecond.
///
/// Every call that matters has `SecurityGroup` in its name. JSON could spell a letter as an escape, which AWS never
/// does; such a record is let through to be parsed.
#[must_use]
pub fn may_be_change(record: &[u8]) -> bool {
    memmem::find(record, b"SecurityGroup").is_some() || memmem::find(record, br"\u").is_some()
}

/// Reads one CloudTrail record. `own` is the guard's own role.
#[must_use]
pub fn read(record: &[u8], own: Option<&RoleArn>) -> Reading {
    if !may_be_change(record) {
        return Reading::Ignored(Box::new(record::header(record)), Dismissal::NotAChange);
    }
    record::read(record, own)
}
