//! Chance that is the same every time: a small generator with a seed.

/// The generator (`SplitMix64`): neighbouring seeds give unrelated numbers.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// A generator that gives the same numbers for the same seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator whose numbers have nothing to do with those of this one.
    pub(crate) fn other(&mut self) -> Self {
        Self(self.next())
    }

    /// A number from `low` on, and below `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let sides = u64::try_from(high - low).unwrap().max(1);
        low + i64::try_from(self.next() % sides).unwrap()
    }

    /// A number below `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.between(0, i64::try_from(sides).unwrap())).unwrap()
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, percent: i64) -> bool {
        self.between(0, 100) < percent
    }

    /// One of `choices`.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// One of `choices`, if there is any.
    pub(crate) fn any<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// One of `choices`, each as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(i64, T)]) -> T {
        let mut at = self.between(0, choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            at -= weight;
            if at < 0 {
                return *choice;
            }
        }
        choices[0].1
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
