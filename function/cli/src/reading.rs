//! Reads the records of a source: bytes, gzip or not, then JSON values, then the records in them.
//!
//! What is damaged is reported and costs nothing else: the rest of the file is still read.

use std::io::{self, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;
use tierguard::wire::may_be_change;

use crate::console::{Console, Problem};
use crate::record::{Origin, Record};
use crate::shape::{self, Collect, Stray};
use crate::source::Source;
use crate::values::{Broken, Fault, Values};

/// How large a file may be once it is unpacked: small files can unpack to anything.
const LARGEST: u64 = 4 << 30;
/// How many damages of one file are told one by one.
const MOST: usize = 10;

/// Which records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All.
    All,
    /// Those that may be a change; the others are counted.
    Changes,
}

/// The records of some sources.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Those that were kept.
    pub(crate) records: Vec<Record>,
    /// How many were not.
    pub(crate) unrelated: usize,
}

/// Something that cannot be read as events.
#[derive(Debug, Error)]
pub(crate) enum Damage {
    #[error("`{name}` cannot be read")]
    Unreadable {
        name: Rc<str>,
        #[source]
        source: io::Error,
    },
    #[error("`{name}` cannot be unpacked to its end")]
    Gzip {
        name: Rc<str>,
        #[source]
        source: io::Error,
    },
    #[error("`{name}` unpacks to more than {} GiB", LARGEST >> 30)]
    TooLarge { name: Rc<str> },
    #[error("`{name}` is not UTF-8 but UTF-16")]
    Utf16 { name: Rc<str> },
    #[error("`{name}`, line {}, column {}: this is not JSON: {}", .fault.line, .fault.column, .fault.message)]
    NotJson { name: Rc<str>, fault: Fault },
    #[error("`{origin}`: {source}")]
    Stray { origin: Origin, source: Stray },
    #[error("`{name}` is empty")]
    Empty { name: Rc<str> },
    #[error("`{name}` has {count} more places that cannot be read")]
    More { name: Rc<str>, count: usize },
}

impl Problem for Damage {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "make it a file that you may read".to_owned(),
            Self::Gzip { .. } => {
                "fetch it again: it is cut or changed; events before the damage were replayed".to_owned()
            }
            Self::TooLarge { name: _ } => "split it; events before that were replayed".to_owned(),
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
    const fn without_number(&mut self) {
        match self {
            Self::Stray { origin, source: _ } => origin.number = None,
            Self::Unreadable { .. }
            | Self::Gzip { .. }
            | Self::TooLarge { name: _ }
            | Self::Utf16 { name: _ }
            | Self::NotJson { .. }
            | Self::Empty { name: _ }
            | Self::More { .. } => {}
        }
    }
}

impl Batch {
    /// Reads `source`; what is damaged is reported to `console`.
    pub(crate) fn read(&mut self, source: &Source, keep: Keep, console: &mut Console) {
        let name: Rc<str> = source.name().into();
        let mut file = File { batch: self, keep, name, positions: 0, damage: Vec::new(), damages: 0 };
        let first = file.batch.records.len();
        file.read(source);
        let File { positions, mut damage, damages, name, .. } = file;
        if positions == 1 {
            // The only record of a file needs no number.
            self.records.iter_mut().skip(first).for_each(|record| record.origin.number = None);
            damage.iter_mut().for_each(Damage::without_number);
        }
        let more = damages.saturating_sub(damage.len());
        for damage in &damage {
            console.report(damage);
        }
        if more > 0 {
            console.report(&Damage::More { name, count: more });
        }
    }
}

/// A file that is being read.
struct File<'b> {
    batch: &'b mut Batch,
    keep: Keep,
    name: Rc<str>,
    /// How many records there have been, the damaged ones included.
    positions: usize,
    damage: Vec<Damage>,
    damages: usize,
}

impl File<'_> {
    fn read(&mut self, source: &Source) {
        let bytes = match raw(source) {
            Ok(bytes) => self.unpacked(bytes),
            Err(source) => return self.damaged(|name| Damage::Unreadable { name, source }),
        };
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return self.damaged(|name| Damage::Utf16 { name });
        }
        let mut values = Values::of(&bytes).peekable();
        if values.peek().is_none() {
            return self.empty(source);
        }
        for value in values {
            match value {
                Ok(value) => shape::unwrap(value.get(), self),
                Err(broken) => self.broken(broken),
            }
        }
    }

    /// There is nothing in it. That is damage only in a file that was named: a program may have nothing to say, and a
    /// folder may hold anything.
    fn empty(&mut self, source: &Source) {
        match source {
            Source::Named(_) if self.damages == 0 => self.damaged(|name| Damage::Empty { name }),
            Source::Named(_) | Source::Found(_) | Source::Stdin => {}
        }
    }

    /// What is in `bytes` if they are gzip, as much of it as can be unpacked.
    fn unpacked(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if !bytes.starts_with(b"\x1f\x8b") {
            return bytes;
        }
        let mut unpacked = Vec::new();
        match MultiGzDecoder::new(bytes.as_slice()).take(LARGEST).read_to_end(&mut unpacked) {
            Err(source) => self.damaged(|name| Damage::Gzip { name, source }),
            Ok(length) if u64::try_from(length).is_ok_and(|length| length < LARGEST) => {}
            Ok(_) => self.damaged(|name| Damage::TooLarge { name }),
        }
        unpacked
    }

    fn broken(&mut self, Broken { fault, text }: Broken<'_>) {
        shape::salvage(text, self);
        self.positions = self.positions.saturating_add(1);
        self.damaged(|name| Damage::NotJson { name, fault });
    }

    fn damaged(&mut self, damage: impl FnOnce(Rc<str>) -> Damage) {
        self.damages = self.damages.saturating_add(1);
        if self.damage.len() < MOST {
            self.damage.push(damage(Rc::clone(&self.name)));
        }
    }

    /// Where the next record is.
    fn next(&mut self) -> Origin {
        let number = self.positions;
        self.positions = number.saturating_add(1);
        Origin { name: Rc::clone(&self.name), number: Some(number) }
    }
}

impl Collect for File<'_> {
    fn record(&mut self, json: &str) {
        let origin = self.next();
        if self.keep == Keep::Changes && !may_be_change(json.as_bytes()) {
            self.batch.unrelated = self.batch.unrelated.saturating_add(1);
            return;
        }
        self.batch.records.push(Record::new(json, origin));
    }

    fn stray(&mut self, source: Stray) {
        let origin = self.next();
        self.damaged(|_| Damage::Stray { origin, source });
    }
}

fn raw(source: &Source) -> io::Result<Vec<u8>> {
    match source {
        Source::Stdin => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        }
        Source::Named(path) | Source::Found(path) => std::fs::read(path),
    }
}
