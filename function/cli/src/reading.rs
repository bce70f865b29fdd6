//! Reads the records of a source: its text (`text.rs`), then JSON values, then the records in them. Whatever the size of a
//! source, no more of it is held than one window (`window.rs`), and what the sorter has room for.
//!
//! What is damaged is told and costs nothing else: the rest of the file is still read.

use std::io;
use std::sync::Arc;

use tierguard::wire::{Scope, Seen, may_be_change, seen_may_be_change};

use crate::damage::Damage;
use crate::encoding::is_utf_16;
use crate::long::{self, Take};
use crate::passed::Passed;
use crate::progress::Counter;
use crate::record::{Header, Origin, Record, Spot, Turn};
use crate::selection::Selection;
use crate::shape::{Collect, Stray};
use crate::sorter::Sorter;
use crate::source::Source;
use crate::tally::add;
use crate::text::{Opened, Opener};
use crate::values::{Fault, Values};
use crate::window::Place;

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
    opener: Opener,
}

impl Sink {
    /// Without records.
    pub(crate) fn new(sorter: Sorter) -> Self {
        Self { sorter, passed: Passed::default(), failure: None, opener: Opener::new() }
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
        match self.sink.opener.open(source, counter) {
            Ok(opened) => self.read_text(source, opened),
            Err(source) => self.damaged(|name| Damage::Unreadable { name, source }),
        }
    }

    fn read_text(&mut self, source: &Source, Opened { window, is_gzip }: Opened) {
        self.is_gzip = is_gzip;
        let mut values = Values::of(window);
        if is_utf_16(values.beginning()) {
            self.damaged(|name| Damage::Utf16 { name });
        } else if !long::read(&mut values, self) {
            self.empty(source);
        }
        self.sink.opener.take_back(values.window);
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
