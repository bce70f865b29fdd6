//! The order within each column. Parts that no line connects stand one below the other; within a part each place is
//! drawn to the middle of its neighbours, left and right in turn, and the order with the fewest crossings is kept.

use std::collections::BTreeMap;

use super::heights::Item;
use super::{Joint, length};

/// How often the order is looked for.
const ROUNDS: usize = 12;

/// The parts that no line connects, each with its places from left to right; in the order of their first boxes.
pub(super) fn parts(items: &[Item], joints: &[Joint]) -> Vec<Vec<usize>> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for joint in joints {
        next.entry(joint.left).or_default().push(joint.right);
        next.entry(joint.right).or_default().push(joint.left);
    }
    let mut seen = vec![false; items.len()];
    let mut parts = Vec::new();
    for start in 0..items.len() {
        let mut part = Vec::new();
        let mut open = vec![start];
        while let Some(item) = open.pop() {
            if seen.get_mut(item).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            part.push(item);
            open.extend(next.get(&item).into_iter().flatten());
        }
        part.sort_unstable();
        if !part.is_empty() {
            parts.push(part);
        }
    }
    // Boxes come before all other places, and those on the left before the others: a part is where its first tier is.
    let is_inner = |item: &&usize| items.get(**item).is_some_and(Item::is_free_box);
    parts.sort_by_key(|part| part.iter().find(is_inner).copied());
    parts
}

/// Each column from top to bottom.
pub(super) fn ordered(parts: &[Vec<usize>], items: &[Item], joints: &[Joint]) -> Vec<Vec<usize>> {
    let width = items.iter().map(|item| item.column.saturating_add(1)).max().unwrap_or_default();
    let mut part_of = vec![0; items.len()];
    for (n, part) in parts.iter().enumerate() {
        for &item in part {
            if let Some(of) = part_of.get_mut(item) {
                *of = n;
            }
        }
    }
    let mut own: Vec<Vec<Joint>> = vec![Vec::new(); parts.len()];
    for joint in joints {
        if let Some(own) = part_of.get(joint.left).and_then(|&part| own.get_mut(part)) {
            own.push(*joint);
        }
    }
    let mut columns = vec![Vec::new(); width];
    for (part, joints) in parts.iter().zip(&own) {
        for (column, ordered) in columns.iter_mut().zip(Part::new(part, items, joints, width).ordered()) {
            column.extend(ordered);
        }
    }
    columns
}

/// One part in the making.
#[derive(Clone)]
struct Part {
    columns: Vec<Vec<usize>>,
    position: BTreeMap<usize, usize>,
    to_left: BTreeMap<usize, Vec<usize>>,
    to_right: BTreeMap<usize, Vec<usize>>,
}

impl Part {
    fn new(part: &[usize], items: &[Item], joints: &[Joint], width: usize) -> Self {
        let mut columns = vec![Vec::new(); width];
        for &item in part {
            if let Some(column) = items.get(item).and_then(|at| columns.get_mut(at.column)) {
                column.push(item);
            }
        }
        let (mut to_left, mut to_right) = (BTreeMap::new(), BTreeMap::new());
        for joint in joints {
            to_left.entry(joint.right).or_insert_with(Vec::new).push(joint.left);
            to_right.entry(joint.left).or_insert_with(Vec::new).push(joint.right);
        }
        let mut part = Self { columns, position: BTreeMap::new(), to_left, to_right };
        part.note();
        part
    }

    /// The best order that is found: from the left or the right first, with those that want the same place left as they
    /// are or turned round in between.
    fn ordered(self) -> Vec<Vec<usize>> {
        let mut best = (self.crossings(), self.columns.clone());
        for (first, turns) in [(0_usize, false), (1, false), (0, true), (1, true)] {
            let mut part = self.clone();
            for round in first..first.saturating_add(ROUNDS) {
                part.sweep(round % 2 == 0, turns && round % 4 < 2);
                let crossings = part.crossings();
                if crossings < best.0 {
                    best = (crossings, part.columns.clone());
                }
            }
        }
        best.1
    }

    /// Sorts one column after the other, from the left or from the right.
    fn sweep(&mut self, is_forward: bool, turns: bool) {
        let count = self.columns.len();
        for step in 0..count {
            let column = if is_forward { step } else { count.saturating_sub(step).saturating_sub(1) };
            if let Some(column) = self.columns.get_mut(column).filter(|_| turns) {
                column.reverse();
            }
            self.sort(column, is_forward);
        }
    }

    /// Sorts one column by where its neighbours stand.
    fn sort(&mut self, column: usize, by_left: bool) {
        let neighbours = if by_left { &self.to_left } else { &self.to_right };
        let key = |item: usize| {
            let places: Vec<_> =
                neighbours.get(&item).into_iter().flatten().map(|other| self.place(*other)).collect();
            let sum = places.iter().sum::<i64>() * 1000;
            sum.checked_div(length(places.len())).unwrap_or(self.place(item) * 1000)
        };
        let Some(mut sorted) = self.columns.get(column).cloned() else { return };
        sorted.sort_by_cached_key(|&item| key(item));
        self.position.extend(sorted.iter().enumerate().map(|(place, item)| (*item, place)));
        if let Some(column) = self.columns.get_mut(column) {
            *column = sorted;
        }
    }

    fn place(&self, item: usize) -> i64 {
        length(self.position.get(&item).copied().unwrap_or_default())
    }

    fn note(&mut self) {
        for column in &self.columns {
            self.position.extend(column.iter().enumerate().map(|(place, item)| (*item, place)));
        }
    }

    /// How often lines cross.
    fn crossings(&self) -> usize {
        let of_column = |column: &Vec<usize>| {
            let ends = column.iter().flat_map(|item| {
                let mut ends: Vec<_> =
                    self.to_right.get(item).into_iter().flatten().map(|end| self.place(*end)).collect();
                ends.sort_unstable();
                ends
            });
            inversions(ends.collect()).1
        };
        self.columns.iter().map(of_column).sum()
    }
}

/// `numbers` sorted, and how many pairs of them stood the wrong way round.
fn inversions(mut numbers: Vec<i64>) -> (Vec<i64>, usize) {
    if numbers.len() < 2 {
        return (numbers, 0);
    }
    let right = numbers.split_off(numbers.len() / 2);
    let ((left, in_left), (right, in_right)) = (inversions(numbers), inversions(right));
    let mut count = in_left.saturating_add(in_right);
    let mut sorted = Vec::new();
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(other)) = (left.peek().copied(), right.peek().copied()) {
        if one <= other {
            sorted.extend(left.next());
        } else {
            count = count.saturating_add(left.len());
            sorted.extend(right.next());
        }
    }
    sorted.extend(left.chain(right));
    (sorted, count)
}
