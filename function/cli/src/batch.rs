//! The records of many sources, read by all cores, in the order in which they are handled. That order does not depend on
//! who read what first.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use crate::console::Console;
use crate::failure::Failure;
use crate::passed::Passed;
use crate::progress::Counter;
use crate::reading::{self, Condition, Sink, Wanted};
use crate::record::{Origin, Record, Turn};
use crate::sorter::{Sorted, Sorter};
use crate::source::Source;

/// How much memory all records may take, in bytes; the others wait in files.
const ROOM: usize = 8 << 20;

/// How many files those may be, that are all open: a process may have 256 on some systems.
const FILES: usize = 64;

/// The records of some sources, in order.
#[derive(Debug)]
pub(crate) struct Batch {
    records: Sorted,
    names: Vec<Name>,
    /// The records that were not kept.
    pub(crate) passed: Passed,
}

/// A record that was read.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its JSON.
    pub(crate) json: Box<str>,
    /// Where it was found.
    pub(crate) origin: Origin,
}

/// What a source is called, and whether its records have numbers.
#[derive(Debug, Clone)]
struct Name {
    name: Arc<str>,
    is_single: bool,
}

impl Batch {
    /// Reads `sources`. What is damaged is reported to `console`, in the order of the sources.
    ///
    /// # Errors
    /// When there is no room for the records.
    pub(crate) fn read(
        sources: &[Source],
        wanted: Wanted<'_>,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        let mut names: Vec<_> =
            sources.iter().map(|source| Name { name: source.name().into(), is_single: false }).collect();
        let crew = Crew {
            sources,
            wanted,
            counter: console.progress.read(sources.iter().map(Source::size).sum()),
            next: AtomicUsize::new(0),
            size: crew_size(sources.len()),
        };
        let sinks = crew.read(|index, condition| {
            if let Some(name) = names.get_mut(index) {
                name.is_single = condition.is_single;
            }
            condition.damage.iter().for_each(|damage| console.report(damage));
        });
        console.progress.finish();
        let mut passed = Passed::default();
        let mut sorters = Vec::new();
        for sink in sinks {
            passed.merge(sink.passed);
            sink.failure.map_or(Ok(()), Err).map_err(Failure::NoRoom)?;
            sorters.push(sink.sorter);
        }
        let records = Sorted::merge(sorters).map_err(Failure::NoRoom)?;
        Ok(Self { records, names, passed })
    }

    /// How many records were kept.
    pub(crate) const fn total(&self) -> usize {
        self.records.total()
    }

    fn origin(&self, Turn { spot, .. }: Turn) -> Origin {
        let found = self.names.get(spot.source);
        let name = found.map_or_else(|| "".into(), |found| Arc::clone(&found.name));
        let is_single = found.is_some_and(|found| found.is_single);
        Origin { name, number: (!is_single).then_some(spot.number) }
    }
}

impl Iterator for Batch {
    type Item = Result<Found, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        let found = |Record { turn, json }| Found { json, origin: self.origin(turn) };
        Some(record.map(found).map_err(Failure::NoRoom))
    }
}

/// How many read so many sources.
fn crew_size(sources: usize) -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(sources).max(1)
}

/// Those who read.
struct Crew<'s> {
    sources: &'s [Source],
    wanted: Wanted<'s>,
    counter: Counter,
    /// Which source is read next.
    next: AtomicUsize,
    /// How many they are.
    size: usize,
}

impl Crew<'_> {
    /// Reads all sources; gives the condition of each to `tell`, in their order.
    fn read(&self, mut tell: impl FnMut(usize, Condition)) -> Vec<Sink> {
        let (told, conditions) = mpsc::channel();
        if self.size == 1 {
            let sink = self.work(&mut |index, condition| tell(index, condition));
            return vec![sink];
        }
        thread::scope(|scope| {
            let work = |told: mpsc::Sender<_>| {
                move || {
                    self.work(&mut |index, condition| {
                        // Who is told waits until all who tell have gone.
                        let _ = told.send((index, condition));
                    })
                }
            };
            let crew: Vec<_> = (0..self.size).map(|_| scope.spawn(work(told.clone()))).collect();
            drop(told);
            in_order(conditions, tell);
            crew.into_iter()
                .map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    /// Reads one source after another, as long as there are any that nobody reads.
    fn work(&self, tell: &mut dyn FnMut(usize, Condition)) -> Sink {
        let share = |all: usize| all.checked_div(self.size).unwrap_or(all).max(2);
        let mut sink = Sink::new(Sorter::new(share(ROOM), share(FILES)));
        while sink.failure.is_none() {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = self.sources.get(index) else { break };
            tell(index, reading::read((index, source), self.wanted, &mut sink, &self.counter));
        }
        sink
    }
}

/// Gives the `conditions` of all sources to `tell` in the order of the sources, each as soon as may be.
fn in_order(conditions: mpsc::Receiver<(usize, Condition)>, mut tell: impl FnMut(usize, Condition)) {
    let mut early = BTreeMap::new();
    let mut next = 0_usize;
    for (index, condition) in conditions {
        early.insert(index, condition);
        while let Some(condition) = early.remove(&next) {
            tell(next, condition);
            next = next.saturating_add(1);
        }
    }
}
