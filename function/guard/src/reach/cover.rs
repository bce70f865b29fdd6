//! The fewest of many overlapping sets that together hold every element.
//!
//! Knows nothing of traffic and addresses: a set is a number, an element is the list of the sets that hold it. The
//! problem is NP-hard, so the search has a limit of work: within it the answer is the least there is, beyond it the
//! best that was found, which is never worse than always taking the set that holds most.

use std::collections::{BTreeMap, BTreeSet};

/// An element, as the sets that hold it; in order, without repeats.
pub(super) type Holders = Vec<usize>;

/// How many elements the search may look at, over and over, before it settles for what it has: some milliseconds.
const WORK: usize = 200_000;
/// How many elements an element is compared with before it is kept: dropping more of them only saves work.
const COMPARED: usize = 256;

/// The fewest sets such that each of `elements` is in one of them, in order; `None` where no such sets were found
/// that are `most` or fewer.
pub(super) fn fewest(elements: BTreeSet<Holders>, most: usize) -> Option<Vec<usize>> {
    let mut work = WORK;
    let mut chosen = Vec::new();
    for part in parts(hardest(elements)) {
        let room = most.checked_sub(chosen.len())?;
        let mut search = Search { best: greedy(&part, room), room, work };
        search.walk(&part, &mut Vec::new());
        work = search.work;
        chosen.extend(search.best?);
    }
    chosen.sort_unstable();
    Some(chosen)
}

/// `elements` without those that are held wherever another one is.
fn hardest(elements: BTreeSet<Holders>) -> Vec<Holders> {
    let mut elements: Vec<_> = elements.into_iter().collect();
    elements.sort_by_key(Vec::len);
    let mut kept: Vec<Holders> = Vec::new();
    for element in elements {
        let is_held_with = |other: &Holders| other.iter().all(|set| element.binary_search(set).is_ok());
        if !kept.iter().take(COMPARED).any(is_held_with) {
            kept.push(element);
        }
    }
    kept
}

/// `elements`, put apart so that no set holds elements of two parts.
fn parts(elements: Vec<Holders>) -> Vec<Vec<Holders>> {
    let mut parts: Vec<(BTreeSet<usize>, Vec<Holders>)> = Vec::new();
    for element in elements {
        let shares_a_set = |part: &(BTreeSet<usize>, _)| element.iter().any(|set| part.0.contains(set));
        let (touched, apart): (Vec<_>, Vec<_>) = parts.into_iter().partition(shares_a_set);
        parts = apart;
        let mut joined = (element.iter().copied().collect::<BTreeSet<_>>(), vec![element]);
        for (sets, held) in touched {
            joined.0.extend(sets);
            joined.1.extend(held);
        }
        parts.push(joined);
    }
    parts.into_iter().map(|(_, held)| held).collect()
}

/// Always the set that holds most of what is left; `None` past `most` sets.
fn greedy(elements: &[Holders], most: usize) -> Option<Vec<usize>> {
    let mut chosen = Vec::new();
    let mut left: Vec<&Holders> = elements.iter().collect();
    while let Some((set, _)) = by_weight(&left).first() {
        if chosen.len() == most {
            return None;
        }
        chosen.push(*set);
        left.retain(|element| element.binary_search(set).is_err());
    }
    left.is_empty().then_some(chosen)
}

/// The sets and how many of `elements` each holds, most first.
fn by_weight(elements: &[&Holders]) -> Vec<(usize, usize)> {
    let mut weights: BTreeMap<usize, usize> = BTreeMap::new();
    for set in elements.iter().copied().flatten() {
        let weight = weights.entry(*set).or_default();
        *weight = weight.saturating_add(1);
    }
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by_key(|&(set, weight)| (std::cmp::Reverse(weight), set));
    weights
}

/// Branch and bound: an element has to be held by one of its sets, so each of them is tried.
struct Search {
    best: Option<Vec<usize>>,
    room: usize,
    work: usize,
}

impl Search {
    fn walk(&mut self, elements: &[Holders], chosen: &mut Vec<usize>) {
        let Some(element) = elements.iter().min_by_key(|element| element.len()) else {
            self.best = Some(chosen.clone());
            return;
        };
        for &set in element {
            // Work is counted where it is done: each branch looks at every element that is left.
            let Some(work) = self.work.checked_sub(elements.len()) else { return };
            self.work = work;
            let left: Vec<_> =
                elements.iter().filter(|held| held.binary_search(&set).is_err()).cloned().collect();
            chosen.push(set);
            if self.may_do_better(chosen.len().saturating_add(at_least(&left))) {
                self.walk(&left, chosen);
            }
            chosen.pop();
        }
    }

    fn may_do_better(&self, sets: usize) -> bool {
        self.best.as_ref().map_or(sets <= self.room, |best| sets < best.len())
    }
}

/// How many sets `elements` need at least: as many as there are elements of which no two share a set.
fn at_least(elements: &[Holders]) -> usize {
    let mut used = BTreeSet::new();
    let apart = elements.iter().filter(|element| {
        let is_apart = element.iter().all(|set| !used.contains(set));
        used.extend(is_apart.then_some(element.iter().copied()).into_iter().flatten());
        is_apart
    });
    apart.count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(elements: &[&[usize]], most: usize) -> Option<Vec<usize>> {
        fewest(elements.iter().map(|element| element.to_vec()).collect(), most)
    }

    #[test]
    fn nothing_needs_nothing() {
        assert_eq!(of(&[], 0), Some(vec![]));
        assert_eq!(of(&[&[0]], 0), None);
        assert_eq!(of(&[&[]], 9), None, "an element that nothing holds");
    }

    #[test]
    fn the_set_that_holds_most_is_not_always_in_it() {
        // Set 0 holds four of six; sets 1 and 2 hold three each.
        let elements: &[&[usize]] = &[&[0, 1], &[0, 1, 3], &[1, 4], &[0, 2], &[0, 2, 3], &[2, 5]];
        assert_eq!(of(elements, 2), Some(vec![1, 2]));
        assert_eq!(of(elements, 1), None);
    }

    /// Every subset of the sets, smallest first.
    fn by_trying_all(elements: &BTreeSet<Holders>, sets: usize) -> usize {
        let holds =
            |subset: u32| elements.iter().all(|element| element.iter().any(|set| subset >> set & 1 == 1));
        (0..1_u32 << sets).filter(|&subset| holds(subset)).map(u32::count_ones).min().unwrap() as usize
    }

    proptest! {
        #[test]
        fn is_the_least_there_is(elements in prop::collection::btree_set(
            prop::collection::btree_set(0..10_usize, 1..5).prop_map(|sets| sets.into_iter().collect::<Vec<_>>()),
            0..24,
        )) {
            let least = by_trying_all(&elements, 10);
            let found = fewest(elements.clone(), least).unwrap();
            prop_assert_eq!(found.len(), least);
            prop_assert!(elements.iter().all(|element| element.iter().any(|set| found.contains(set))));
            if let Some(too_few) = least.checked_sub(1) {
                prop_assert_eq!(fewest(elements, too_few), None);
            }
        }

        #[test]
        fn a_search_that_is_cut_short_still_holds_everything(seed in any::<u64>()) {
            // 600 elements in 4 of 90 sets each: far past the limit of work.
            let pick = |n: u64| (seed ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).to_le_bytes()[0] % 90;
            let elements: BTreeSet<Holders> = (0..600_u64)
                .map(|n| (0..4).map(|m| usize::from(pick(4 * n + m))).collect::<BTreeSet<_>>().into_iter().collect())
                .collect();
            let found = fewest(elements.clone(), 90).unwrap();
            prop_assert!(elements.iter().all(|element| element.iter().any(|set| found.contains(set))));
        }
    }
}
