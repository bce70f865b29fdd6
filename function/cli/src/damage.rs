//! What cannot be read as events, where it is, and what to do about it.

use std::io;
use std::sync::Arc;

use thiserror::Error;

use crate::console::Problem;
use crate::record::Origin;
use crate::shape::Stray;
use crate::text::WINDOW;
use crate::values::Fault;

/// Something that cannot be read as events.
#[derive(Debug, Error)]
pub(crate) enum Damage {
    #[error("`{name}` cannot be read")]
    Unreadable {
        name: Arc<str>,
        #[source]
        source: io::Error,
    },
    #[error("`{name}` cannot be unpacked to its end")]
    Gzip {
        name: Arc<str>,
        #[source]
        source: io::Error,
    },
    #[error("`{name}`, line {line}, column {column}: this is longer than {} MiB", WINDOW.most >> 20)]
    TooLong { name: Arc<str>, line: usize, column: usize },
    #[error("`{name}` is not UTF-8 but UTF-16")]
    Utf16 { name: Arc<str> },
    #[error("`{name}`, line {}, column {}: this is not JSON: {}", .fault.line, .fault.column, .fault.message)]
    NotJson { name: Arc<str>, fault: Fault },
    #[error("`{origin}`: {source}")]
    Stray { origin: Origin, source: Stray },
    #[error("`{name}` is empty")]
    Empty { name: Arc<str> },
    #[error("`{name}` has {count} more places that cannot be read")]
    More { name: Arc<str>, count: usize },
}

impl Problem for Damage {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "make it a file that you may read".to_owned(),
            Self::Gzip { .. } => {
                "fetch it again: it is cut or changed; events before the damage were replayed".to_owned()
            }
            Self::TooLong { .. } => {
                "take it out: no event of CloudTrail is that long; whatever else is in the file was replayed".to_owned()
            }
            Self::Utf16 { name: _ } => "save it as UTF-8; PowerShell: `| Out-File -Encoding utf8`".to_owned(),
            Self::Stray { source: Stray::NotAnEvent, .. } => {
                "take it out, or give an EventBridge event, a CloudTrail record, a CloudTrail log file, or the output \
                 of `aws cloudtrail lookup-events`"
                    .to_owned()
            }
            Self::NotJson { .. } | Self::Stray { source: Stray::TooDeep | Stray::Unreadable { .. }, .. } => {
                "fetch or export it again; whatever else is whole in the file was replayed".to_owned()
            }
            Self::Empty { name: _ } => "give a file that holds events, or a folder of them".to_owned(),
            Self::More { .. } => "see the errors above".to_owned(),
        })
    }
}

impl Damage {
    /// It is in the only record of its file.
    pub(crate) const fn without_number(&mut self) {
        match self {
            Self::Stray { origin, source: _ } => origin.number = None,
            Self::Unreadable { .. }
            | Self::Gzip { .. }
            | Self::TooLong { .. }
            | Self::Utf16 { name: _ }
            | Self::NotJson { .. }
            | Self::Empty { name: _ }
            | Self::More { .. } => {}
        }
    }
}
