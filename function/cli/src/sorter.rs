//! Puts records in order, however many there are: what memory has no room for waits in files without a name, each in
//! order, and all are merged in the end.

mod run;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use crate::record::{Record, Turn};
use run::Run;

/// Takes records in any order.
#[derive(Debug)]
pub(crate) struct Sorter {
    /// How much memory they may take, in bytes.
    room: usize,
    /// How many files there are at most before they are made one: each is open all the time.
    most_runs: usize,
    records: Vec<Record>,
    /// How much memory those take.
    size: usize,
    runs: Vec<Run>,
    count: usize,
}

impl Sorter {
    /// Without records. Takes about `room` bytes of memory, or as much as one record needs, and some `most_runs` files.
    pub(crate) const fn new(room: usize, most_runs: usize) -> Self {
        Self { room, most_runs, records: Vec::new(), size: 0, runs: Vec::new(), count: 0 }
    }

    /// Takes `record`.
    ///
    /// # Errors
    /// When there is no more room, and it cannot be put aside.
    pub(crate) fn push(&mut self, record: Record) -> io::Result<()> {
        self.size = self.size.saturating_add(record.size());
        self.count = self.count.saturating_add(1);
        self.records.push(record);
        if self.size > self.room { self.spill() } else { Ok(()) }
    }

    /// Puts the records aside that are in memory.
    fn spill(&mut self) -> io::Result<()> {
        self.size = 0;
        let mut records = std::mem::take(&mut self.records);
        records.sort_unstable_by_key(|record| record.turn);
        if self.runs.len() >= self.most_runs {
            let all = Sorted::of(std::mem::take(&mut self.runs))?;
            self.runs.push(Run::spilled(all)?);
        }
        self.runs.push(Run::spilled(records.into_iter().map(Ok))?);
        Ok(())
    }
}

/// Records in order.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    runs: Vec<Run>,
    /// The first record of each run, the earliest on top.
    first: BinaryHeap<Reverse<First>>,
    count: usize,
}

#[derive(Debug)]
struct First {
    record: Record,
    run: usize,
}

impl Sorted {
    /// All that `sorters` took.
    ///
    /// # Errors
    /// When what was put aside cannot be read.
    pub(crate) fn merge(sorters: impl IntoIterator<Item = Sorter>) -> io::Result<Self> {
        let (mut all, mut total) = (Vec::new(), 0_usize);
        for Sorter { mut records, runs, count, .. } in sorters {
            total = total.saturating_add(count);
            all.extend(runs);
            records.sort_unstable_by_key(|record| record.turn);
            all.push(Run::kept(records));
        }
        Ok(Self { count: total, ..Self::of(all)? })
    }

    fn of(runs: Vec<Run>) -> io::Result<Self> {
        let mut sorted = Self { runs, ..Self::default() };
        (0..sorted.runs.len()).try_for_each(|run| sorted.refill(run))?;
        Ok(sorted)
    }

    /// How many there were at first.
    pub(crate) const fn total(&self) -> usize {
        self.count
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let next = self.runs.get_mut(run).map(Run::next).transpose()?.flatten();
        self.first.extend(next.map(|record| Reverse(First { record, run })));
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse(First { record, run }) = self.first.pop()?;
        Some(self.refill(run).map(|()| record))
    }
}

impl First {
    const fn turn(&self) -> Turn {
        self.record.turn
    }
}

impl PartialEq for First {
    fn eq(&self, other: &Self) -> bool {
        self.turn() == other.turn()
    }
}

impl Eq for First {}

impl PartialOrd for First {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for First {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.turn().cmp(&other.turn())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::record::{Moment, Spot, Step};

    fn record(number: usize, time: Option<i64>, step: Step, json: String) -> Record {
        let time = time.map(|second| Timestamp::new(second, 1).unwrap());
        let turn = Turn { moment: Moment { time, step }, spot: Spot { source: number % 3, number } };
        Record { turn, json: json.into() }
    }

    fn records() -> impl Strategy<Value = Vec<Record>> {
        let step = prop::sample::select(vec![Step::Create, Step::Other, Step::Delete]);
        let one = (prop::option::of(-3..3_i64), step, "[a\u{e9}\n]{0,9}");
        prop::collection::vec(one, 0..300).prop_map(|all| {
            all.into_iter()
                .enumerate()
                .map(|(number, (time, step, json))| record(number, time, step, json))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn records_come_in_order_whatever_room_there_is(records in records(), room in 0..2000_usize, sorters in 1..4_usize) {
            let mut all: Vec<_> = (0..sorters).map(|_| Sorter::new(room, 9)).collect();
            for (nth, record) in records.iter().enumerate() {
                all[nth % sorters].push(record.clone()).unwrap();
            }
            let sorted = Sorted::merge(all).unwrap();
            prop_assert_eq!(sorted.total(), records.len());
            let sorted: Vec<_> = sorted.map(Result::unwrap).collect();
            let mut expected = records;
            expected.sort_by_key(|record| record.turn);
            prop_assert_eq!(sorted, expected);
        }
    }
}
