//! The column of each box: one to the right of the last that leads to it. Of a cycle, some lines lead back.

use std::collections::BTreeSet;

use super::{Column, Link, Shape};

/// The columns of boxes, and which lines lead back.
pub(super) struct Ranks {
    /// For each box, counted from 0 on the left.
    pub(super) ranks: Vec<usize>,
    /// For each line.
    pub(super) back: Vec<bool>,
}

/// The columns of `shapes`.
pub(super) fn ranks(shapes: &[Shape], links: &[Link]) -> Ranks {
    let turns = turns(shapes.len(), links);
    let turn = |at: usize| turns.get(at).copied().unwrap_or_default();
    let back: Vec<_> = links.iter().map(|link| turn(link.to) < turn(link.from)).collect();
    let mut ranks: Vec<usize> = shapes.iter().map(first).collect();
    // From left to right, whichever way the line leads.
    let mut ways: Vec<_> = links
        .iter()
        .zip(&back)
        .map(|(link, is_back)| if *is_back { (link.to, link.from) } else { (link.from, link.to) })
        .collect();
    ways.sort_by_key(|(left, _)| turn(*left));
    for (left, right) in ways {
        let least = ranks.get(left).map(|rank| rank.saturating_add(1)).unwrap_or_default();
        if let Some(rank) = ranks.get_mut(right) {
            *rank = (*rank).max(least);
        }
    }
    let lowest = ranks.iter().min().copied().unwrap_or_default();
    Ranks { ranks: ranks.iter().map(|rank| rank.saturating_sub(lowest)).collect(), back }
}

const fn first(shape: &Shape) -> usize {
    match shape.column {
        Column::First => 0,
        Column::Free => 1,
    }
}

/// For each box, the turn in which it is taken away: those first to which nothing leads any more. Where something leads
/// to all that are left, the first of a cycle is taken to which nothing else leads.
fn turns(count: usize, links: &[Link]) -> Vec<usize> {
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); count];
    for link in links {
        if let Some(from) = from.get_mut(link.to) {
            from.push(link.from);
        }
    }
    let mut left: BTreeSet<_> = (0..count).collect();
    let mut turns = vec![0; count];
    for turn in 0..count {
        let is_free = |at: &usize| from.get(*at).is_none_or(|from| from.iter().all(|at| !left.contains(at)));
        let free = left.iter().copied().find(is_free);
        let taken = free.or_else(|| left.iter().copied().min_by_key(|&at| behind(at, &from, &left)));
        let Some(taken) = taken else { break };
        left.remove(&taken);
        if let Some(at) = turns.get_mut(taken) {
            *at = turn;
        }
    }
    turns
}

/// How many of those that are `left` lead to `at`, directly or not, with itself.
fn behind(at: usize, from: &[Vec<usize>], left: &BTreeSet<usize>) -> usize {
    let mut seen = BTreeSet::from([at]);
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        let before = from.get(at).into_iter().flatten().copied().filter(|before| left.contains(before));
        open.extend(before.filter(|before| seen.insert(*before)));
    }
    seen.len()
}
