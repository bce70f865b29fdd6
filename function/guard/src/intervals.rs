//! Sets of whole numbers as sorted closed intervals: the arithmetic under ports, protocols and addresses.
//!
//! Knows nothing of networks. Every operation is exact and linear in the number of intervals.

use std::cmp::{max, min};

/// A number that intervals can be made of.
pub trait Point: Copy + Ord {
    /// The smallest value.
    const MIN: Self;
    /// The largest value.
    const MAX: Self;
    /// The value after this one, `None` after [`Self::MAX`].
    fn next(self) -> Option<Self>;
    /// The value before this one, `None` before [`Self::MIN`].
    fn previous(self) -> Option<Self>;
}

macro_rules! points {
    ($($number:ty),*) => {$(
        impl Point for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )*};
}
points!(u8, u32, u128);

/// A closed interval, `first ..= last`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval<T> {
    first: T,
    last: T,
}

impl<T: Point> Interval<T> {
    /// Everything from `first` to `last`, both included; `None` where that is nothing.
    #[must_use]
    pub fn new(first: T, last: T) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The one number `point`.
    #[must_use]
    pub const fn only(point: T) -> Self {
        Self { first: point, last: point }
    }

    /// The smallest number of it.
    #[must_use]
    pub const fn first(self) -> T {
        self.first
    }

    /// The largest number of it.
    #[must_use]
    pub const fn last(self) -> T {
        self.last
    }
}

/// A set of numbers.
///
/// Held as sorted, disjoint intervals with a gap between any two, so equal sets have equal representations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals<T>(Vec<Interval<T>>);

impl<T> Default for Intervals<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Point> From<Interval<T>> for Intervals<T> {
    fn from(interval: Interval<T>) -> Self {
        Self(vec![interval])
    }
}

impl<T: Point> FromIterator<Interval<T>> for Intervals<T> {
    fn from_iter<I: IntoIterator<Item = Interval<T>>>(intervals: I) -> Self {
        let mut sorted: Vec<_> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut joined: Vec<Interval<T>> = Vec::with_capacity(sorted.len());
        for interval in sorted {
            match joined.last_mut() {
                // Touching intervals are one: `last.next()` is `None` only where nothing can follow.
                Some(open) if open.last.next().is_none_or(|after| interval.first <= after) => {
                    open.last = max(open.last, interval.last);
                }
                _ => joined.push(interval),
            }
        }
        Self(joined)
    }
}

impl<T: Point> Intervals<T> {
    /// The set of nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its intervals, smallest first, with a gap between any two.
    pub fn iter(&self) -> impl Iterator<Item = Interval<T>> + '_ {
        self.0.iter().copied()
    }

    /// How many intervals it takes to write it down.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut mine, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        let mut shared = Vec::new();
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            shared.extend(Interval::new(max(a.first, b.first), min(a.last, b.last)));
            if a.last <= b.last {
                mine.next()
            } else {
                theirs.next()
            };
        }
        Self(shared)
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// Every number that is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len().saturating_add(1));
        let mut from = Some(T::MIN);
        for interval in self.iter() {
            if let (Some(first), Some(last)) = (from, interval.first.previous()) {
                gaps.extend(Interval::new(first, last));
            }
            from = interval.last.next();
        }
        gaps.extend(from.and_then(|first| Interval::new(first, T::MAX)));
        Self(gaps)
    }

    /// Whether all of `other` is in this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.difference(self).is_empty()
    }

    /// Whether anything is in both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A set of bytes and the same set as a plain table: the table is the oracle.
    fn set() -> impl Strategy<Value = (Intervals<u8>, [bool; 256])> {
        prop::collection::vec((any::<u8>(), any::<u8>()), 0..8).prop_map(|ends| {
            let intervals: Vec<_> =
                ends.iter().filter_map(|&(a, b)| Interval::new(a.min(b), a.max(b))).collect();
            let table = std::array::from_fn(|n| {
                intervals.iter().any(|i| (i.first..=i.last).contains(&u8::try_from(n).unwrap()))
            });
            (intervals.into_iter().collect(), table)
        })
    }

    fn table(set: &Intervals<u8>) -> [bool; 256] {
        let mut table = [false; 256];
        set.iter().for_each(|i| (i.first..=i.last).for_each(|n| table[usize::from(n)] = true));
        table
    }

    fn is_canonical(set: &Intervals<u8>) -> bool {
        set.0.windows(2).all(|pair| u16::from(pair[0].last) + 1 < u16::from(pair[1].first))
    }

    proptest! {
        #[test]
        fn operations_agree_with_a_table_of_every_number((a, ta) in set(), (b, tb) in set()) {
            for (found, expected) in [
                (a.union(&b), std::array::from_fn(|n| ta[n] || tb[n])),
                (a.intersection(&b), std::array::from_fn(|n| ta[n] && tb[n])),
                (a.difference(&b), std::array::from_fn(|n| ta[n] && !tb[n])),
                (a.complement(), std::array::from_fn(|n| !ta[n])),
            ] {
                prop_assert_eq!(table(&found), expected);
                prop_assert!(is_canonical(&found));
            }
            prop_assert_eq!(a.covers(&b), (0..256).all(|n| ta[n] || !tb[n]));
            prop_assert_eq!(a.meets(&b), (0..256).any(|n| ta[n] && tb[n]));
        }
    }
}
