//! Chance from a seed: the same on every machine. `SplitMix64`, which is plenty for logs and nothing for secrets.

/// Dice that fall the same way each time.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: u64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// Those of a seed, and of one of the streams that it has.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        // Streams whose states were some steps apart would be one, shifted.
        Self { state: mixed(mixed(seed).wrapping_add(mixed(stream ^ STEP))) }
    }

    /// 64 bits.
    pub(crate) fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mixed(self.state)
    }

    /// A number below `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.roll()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// [`Self::below`], of what can be counted.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        let end = u64::try_from(count).unwrap_or(u64::MAX);
        usize::try_from(self.below(end)).unwrap_or_default()
    }

    /// One of `from`, if there is any.
    pub(crate) fn pick<'f, T>(&mut self, from: &'f [T]) -> Option<&'f T> {
        from.get(self.place(from.len()))
    }

    /// One of `words`, which are some.
    pub(crate) fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }
}

/// `bits`, so that those that were near each other are no longer.
const fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fall_the_same_way_each_time_and_otherwise_for_each_seed_and_stream() {
        let falls = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.below(1000), dice.below(1000), dice.below(1000)]
        };
        assert_eq!(falls(1, 0), falls(1, 0));
        assert_ne!(falls(1, 0), falls(2, 0));
        assert_ne!(falls(1, 0), falls(1, 1));
    }

    #[test]
    fn no_stream_falls_as_another_did_before() {
        let falls = |stream| {
            let mut dice = Dice::new(1, stream);
            (0..1000).map(|_| dice.roll()).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(falls(0).is_disjoint(&falls(1)));
        assert!(falls(1).is_disjoint(&falls(2)));
    }

    #[test]
    fn they_are_fair() {
        let mut dice = Dice::new(7, 0);
        let mut fell = [0_u32; 6];
        for _ in 0..6000 {
            fell[dice.place(6)] += 1;
        }
        assert!(fell.iter().all(|times| (850..1150).contains(times)), "{fell:?}");
    }
}
