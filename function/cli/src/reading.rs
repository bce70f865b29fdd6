//! Reads the records of a source: bytes, gzip or not, then JSON values, then the records in them. Whatever the size of a
//! source, no more of it is held than one window (`window.rs`), and what the sorter has room for.
//!
//! What is damaged is told and costs nothing else: the rest of the file is still read.

use std::fs;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use tierguard::wire::{Scope, Seen, may_be_change, seen_may_be_change};

use crate::damage::Damage;
use crate::encoding::{GZIP, is_utf_16};
use crate::gzip::{self, Unpacker};
use crate::long::{self, Take};
use crate::passed::Passed;
use crate::progress::Counter;
use crate::record::{Header, Origin, Record, Spot, Turn};
use crate::selection::Selection;
use crate::shape::{Collect, Stray};
use crate::sorter::Sorter;
use crate::source::Source;
use crate::tally::add;
use crate::values::{Fault, Values};
use crate::window::{Place, Size, Window};

/// The longest that a record may be, far longer than any of `CloudTrail`'s own.
pub(crate) const WINDOW: Size = Size { first: 256 << 10, most: 16 << 20 };
/// How much of a source is read at once.
const BUFFER: usize = 64 << 10;
/// How many damages of one file are told one by one.
const MOST: usize = 10;

/// Which records are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'s> {
    pub(crate) keep: Keep,
    pub(crate) selection: &'s Selection,
}

/// Which records are kept of those that were selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All.
    All,
    /// Those that may be a change of this scope; the others are counted.
    Changes(Scope),
}

impl Keep {
    /// Whether it takes `record`, of which this was `seen`.
    fn takes(self, record: &[u8], seen: Seen) -> bool {
        match self {
            Self::All => true,
            Self::Changes(scope) => seen_may_be_change(record, scope, seen),
        }
    }
}

/// Where records are put.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) sorter: Sorter,
    /// The records that were not kept.
    pub(crate) passed: Passed,
    /// Why a record could not be put aside.
    pub(crate) failure: Option<io::Error>,
    /// For the next file.
    tools: Tools,
}

/// What one file after another is read with.
#[derive(Debug)]
struct Tools {
    unpacker: Unpacker,
    /// Memory for a file as it is stored,
    packed: Vec<u8>,
    /// and for the window that its text is seen through.
    window: Vec<u8>,
}

impl Sink {
    /// Without records.
    pub(crate) fn new(sorter: Sorter) -> Self {
        let tools = Tools { unpacker: Unpacker::new(), packed: Vec::new(), window: Vec::new() };
        Self { sorter, passed: Passed::default(), failure: None, tools }
    }
}

/// What a source was like.
#[derive(Debug)]
pub(crate) struct Condition {
    /// What was damaged, in order.
    pub(crate) damage: Vec<Damage>,
    /// Whether it had one record, damaged or not: that needs no number.
    pub(crate) is_single: bool,
}

/// Reads `source`, the one with this `index`, into `sink`.
pub(crate) fn read(
    (index, source): (usize, &Source),
    wanted: Wanted<'_>,
    sink: &mut Sink,
    counter: &Counter,
) -> Condition {
    let name = source.name().into();
    let mut file =
        File { index, name, wanted, sink, is_gzip: false, positions: 0, damage: Vec::new(), damages: 0 };
    file.read(source, counter);
    let File { name, positions, mut damage, damages, .. } = file;
    let is_single = positions == 1;
    if is_single {
        damage.iter_mut().for_each(Damage::without_number);
    }
    let count = damages.saturating_sub(damage.len());
    damage.extend((count > 0).then_some(Damage::More { name, count }));
    Condition { damage, is_single }
}

/// A file that is being read.
struct File<'s> {
    index: usize,
    name: Arc<str>,
    wanted: Wanted<'s>,
    sink: &'s mut Sink,
    is_gzip: bool,
    /// How many records there have been, the damaged ones included.
    positions: usize,
    damage: Vec<Damage>,
    damages: usize,
}

impl File<'_> {
    fn read(&mut self, source: &Source, counter: &Counter) {
        match open(source, counter, &mut self.sink.tools) {
            Ok(text) => self.read_text(source, text),
            Err(source) => self.damaged(|name| Damage::Unreadable { name, source }),
        }
    }

    fn read_text(&mut self, source: &Source, text: Text) {
        self.is_gzip = matches!(text, Text::Gzip(_));
        let bytes = std::mem::take(&mut self.sink.tools.window);
        let mut values = Values::of(match text {
            Text::Unpacked(length) => Window::whole(text, WINDOW, bytes, length),
            Text::Plain(_) | Text::Gzip(_) => Window::new(text, WINDOW, bytes),
        });
        if is_utf_16(values.beginning()) {
            return self.damaged(|name| Damage::Utf16 { name });
        }
        if !long::read(&mut values, self) {
            self.empty(source);
        }
        self.sink.tools.window = values.window.into_bytes();
    }

    /// There is nothing in it. That is damage only in a file that was named: a program may have nothing to say, and a
    /// folder may hold anything.
    fn empty(&mut self, source: &Source) {
        match source {
            Source::Named(_) if self.damages == 0 => self.damaged(|name| Damage::Empty { name }),
            Source::Named(_) | Source::Found(_) | Source::Stdin => {}
        }
    }

    fn damaged(&mut self, damage: impl FnOnce(Arc<str>) -> Damage) {
        self.damages = self.damages.saturating_add(1);
        if self.damage.len() < MOST {
            self.damage.push(damage(Arc::clone(&self.name)));
        }
    }

    /// Which the next record is.
    const fn next(&mut self) -> usize {
        let number = self.positions;
        self.positions = number.saturating_add(1);
        number
    }

    fn pass_over(&mut self) {
        add(&mut self.sink.passed.unrelated, 1);
    }
}

impl Collect for File<'_> {
    fn passes_over(&mut self, record: &[u8], seen: Seen) -> bool {
        let is_passed_over = !self.wanted.keep.takes(record, seen);
        if is_passed_over {
            self.next();
            self.pass_over();
        }
        is_passed_over
    }

    fn record(&mut self, json: &str, header: &Header<'_>) {
        let spot = Spot { source: self.index, number: self.next() };
        let Wanted { keep, selection } = self.wanted;
        if !keep.takes(json.as_bytes(), Seen::default()) {
            return self.pass_over();
        }
        let is_change = keep != Keep::All || may_be_change(json.as_bytes(), Scope::All);
        let passed = &mut self.sink.passed;
        // What happened before bears on what comes after it.
        if !selection.takes(header) || (!is_change && selection.is_after(header.time())) {
            add(if is_change { &mut passed.unselected } else { &mut passed.unrelated }, 1);
            return;
        }
        // Of a call on tags the header does not tell that it names no group.
        let says_enough = |slim: &String| !may_be_change(slim.as_bytes(), Scope::All);
        let slim = if is_change { None } else { header.json().filter(says_enough) };
        let record = Record {
            turn: Turn { moment: header.moment(), spot },
            json: slim.unwrap_or_else(|| json.to_owned()).into_boxed_str(),
        };
        if let Err(error) = self.sink.sorter.push(record) {
            self.sink.failure = Some(error);
        }
    }

    fn stray(&mut self, source: Stray) {
        let number = Some(self.next());
        self.damaged(|name| Damage::Stray { origin: Origin { name, number }, source });
    }
}

impl Take for File<'_> {
    fn wants_more(&self) -> bool {
        self.sink.failure.is_none()
    }

    fn broken(&mut self, fault: Fault) {
        self.next();
        self.damaged(|name| Damage::NotJson { name, fault });
    }

    fn too_long(&mut self, Place { line, column }: Place) {
        self.next();
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
type Raw = BufReader<Counted>;

/// The bytes of a source, counted as they are read.
struct Counted {
    bytes: Box<dyn Read>,
    counter: Counter,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        self.counter.advance(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(length)
    }
}

/// The text of a source.
enum Text {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<Chain<Cursor<Vec<u8>>, Raw>>>),
    /// All of it is in the memory for the window, and that long.
    Unpacked(usize),
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(raw) => raw.read(buffer),
            Self::Gzip(unpacked) => unpacked.read(buffer),
            Self::Unpacked(_) => Ok(0),
        }
    }
}

fn open(source: &Source, counter: &Counter, tools: &mut Tools) -> io::Result<Text> {
    let bytes: Box<dyn Read> = match source {
        Source::Stdin => Box::new(io::stdin().lock()),
        Source::Named(path) | Source::Found(path) => Box::new(fs::File::open(path)?),
    };
    let mut raw = BufReader::with_capacity(BUFFER, Counted { bytes, counter: counter.clone() });
    if !raw.fill_buf()?.starts_with(GZIP) {
        return Ok(Text::Plain(raw));
    }
    let Tools { unpacker, packed, window } = tools;
    packed.clear();
    let most = u64::try_from(gzip::LARGEST).unwrap_or(u64::MAX);
    // What fails here does so again when it is read on.
    let is_all = raw.by_ref().take(most).read_to_end(packed).is_ok_and(|length| length < gzip::LARGEST);
    if is_all && let Some(length) = unpacker.unpack(packed, window) {
        return Ok(Text::Unpacked(length));
    }
    let raw = Cursor::new(std::mem::take(packed)).chain(raw);
    Ok(Text::Gzip(Box::new(MultiGzDecoder::new(raw))))
}
