//! Reads the records of a source: bytes, gzip or not, then JSON values, then the records in them. Whatever the size of a
//! source, no more of it is held than the records that are kept, and one window (`window.rs`).
//!
//! What is damaged is reported and costs nothing else: the rest of the file is still read.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;
use tierguard::wire::may_be_change;

use crate::console::{Console, Problem};
use crate::long::{self, Take};
use crate::record::{Origin, Record};
use crate::shape::{Collect, Stray};
use crate::source::Source;
use crate::values::{Fault, Values};
use crate::window::{Place, Size};

/// How much of all records is kept at most, in bytes of memory: they are put in order before the first is handled.
const ROOM: usize = 1 << 30;
/// The longest that a record may be, far longer than any of CloudTrail's own.
const WINDOW: Size = Size { first: 256 << 10, most: 16 << 20 };
/// How much of a source is read at once.
const BUFFER: usize = 64 << 10;
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
#[derive(Debug)]
pub(crate) struct Batch {
    /// Those that were kept.
    pub(crate) records: Vec<Record>,
    /// How many were not.
    pub(crate) unrelated: usize,
    /// What there is room for; `None` once there was too little.
    room: Option<usize>,
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
    #[error("`{name}` holds more events than there is room for: {} GiB in all", ROOM >> 30)]
    NoRoom { name: Rc<str> },
    #[error("`{name}`, line {line}, column {column}: this is longer than {} MiB", WINDOW.most >> 20)]
    TooLong { name: Rc<str>, line: usize, column: usize },
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
            Self::NoRoom { name: _ } => {
                "neither the rest of it nor any file after it was replayed; replay them in parts, each with the account \
                 that `--account-out` wrote before"
                    .to_owned()
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
    const fn without_number(&mut self) {
        match self {
            Self::Stray { origin, source: _ } => origin.number = None,
            Self::Unreadable { .. }
            | Self::Gzip { .. }
            | Self::NoRoom { name: _ }
            | Self::TooLong { .. }
            | Self::Utf16 { name: _ }
            | Self::NotJson { .. }
            | Self::Empty { name: _ }
            | Self::More { .. } => {}
        }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self { records: Vec::new(), unrelated: 0, room: Some(ROOM) }
    }
}

impl Batch {
    /// Whether there was too little room for what has been read.
    pub(crate) const fn is_full(&self) -> bool {
        self.room.is_none()
    }

    /// Reads `source`; what is damaged is reported to `console`.
    pub(crate) fn read(&mut self, source: &Source, keep: Keep, console: &mut Console) {
        let name: Rc<str> = source.name().into();
        let mut file =
            File { batch: self, keep, name, is_gzip: false, positions: 0, damage: Vec::new(), damages: 0 };
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
    is_gzip: bool,
    /// How many records there have been, the damaged ones included.
    positions: usize,
    damage: Vec<Damage>,
    damages: usize,
}

impl File<'_> {
    fn read(&mut self, source: &Source) {
        match open(source) {
            Ok(text) => self.read_text(source, text),
            Err(source) => self.damaged(|name| Damage::Unreadable { name, source }),
        }
    }

    fn read_text(&mut self, source: &Source, text: Text) {
        self.is_gzip = matches!(text, Text::Gzip(_));
        let mut values = Values::of(text, WINDOW);
        if matches!(values.beginning(), Some([0xff, 0xfe] | [0xfe, 0xff])) {
            return self.damaged(|name| Damage::Utf16 { name });
        }
        if !long::read(&mut values, self) {
            self.empty(source);
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
        let record = Record::new(json, origin);
        let Some(room) = self.batch.room else { return };
        self.batch.room = room.checked_sub(record.size());
        if self.batch.room.is_some() {
            self.batch.records.push(record);
        } else {
            self.damaged(|name| Damage::NoRoom { name });
        }
    }

    fn stray(&mut self, source: Stray) {
        let origin = self.next();
        self.damaged(|_| Damage::Stray { origin, source });
    }
}

impl Take for File<'_> {
    fn wants_more(&self) -> bool {
        !self.batch.is_full()
    }

    fn broken(&mut self, fault: Fault) {
        self.positions = self.positions.saturating_add(1);
        self.damaged(|name| Damage::NotJson { name, fault });
    }

    fn too_long(&mut self, Place { line, column }: Place) {
        self.positions = self.positions.saturating_add(1);
        let (line, column) = (line.saturating_add(1), column.saturating_add(1));
        self.damaged(|name| Damage::TooLong { name, line, column });
    }

    fn failed(&mut self, source: io::Error) {
        let is_gzip = self.is_gzip;
        self.damaged(|name| {
            if is_gzip { Damage::Gzip { name, source } } else { Damage::Unreadable { name, source } }
        });
    }
}

/// The bytes of a source.
type Raw = BufReader<Box<dyn Read>>;

/// The text of a source.
enum Text {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<Raw>>),
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(raw) => raw.read(buffer),
            Self::Gzip(unpacked) => unpacked.read(buffer),
        }
    }
}

fn open(source: &Source) -> io::Result<Text> {
    let raw: Box<dyn Read> = match source {
        Source::Stdin => Box::new(io::stdin().lock()),
        Source::Named(path) | Source::Found(path) => Box::new(fs::File::open(path)?),
    };
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    let is_gzip = raw.fill_buf()?.starts_with(b"\x1f\x8b");
    Ok(if is_gzip { Text::Gzip(Box::new(MultiGzDecoder::new(raw))) } else { Text::Plain(raw) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_no_room_for_is_told_once_and_ends_the_reading() {
        let record = r#"{"eventName":"CreateSecurityGroup"}"#;
        let text = format!("{record}\n").repeat(10);
        let size = Record::new(record, Origin { name: "x".into(), number: None }).size();
        let mut batch = Batch { room: Some(3 * size + 1), ..Batch::default() };
        let mut file = File {
            batch: &mut batch,
            keep: Keep::All,
            name: "x".into(),
            is_gzip: false,
            positions: 0,
            damage: Vec::new(),
            damages: 0,
        };
        long::read(&mut Values::of(text.as_bytes(), WINDOW), &mut file);
        let told: Vec<_> = file.damage.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["`x` holds more events than there is room for: 1 GiB in all"]);
        assert_eq!((batch.records.len(), batch.is_full()), (3, true));
    }
}
