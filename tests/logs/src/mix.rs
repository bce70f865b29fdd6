//! What the logs are mixed of.

use std::num::NonZeroU64;
use std::str::FromStr;

use crate::dice::Dice;
use crate::order::OrderError;

/// One in so many; the numbers are averages, except for [`Self::changes`], which is kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// Records that are calls of security groups, whatever came of them.
    pub changes: OneIn,
    /// Of these, calls that the policy forbids.
    pub violations: OneIn,
    /// Of these, calls that failed.
    pub failures: OneIn,
    /// Records that come minutes, and one in twenty of them hours, too late.
    pub late: OneIn,
    /// Records that come again in a later file.
    pub repeats: OneIn,
}

/// One in so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneIn(NonZeroU64);

impl Default for Mix {
    /// One record in 100 is a call of security groups; of these one in eight is forbidden and one in twenty failed.
    fn default() -> Self {
        Self {
            changes: OneIn::new(100),
            violations: OneIn::new(8),
            failures: OneIn::new(20),
            late: OneIn::new(50),
            repeats: OneIn::new(500),
        }
    }
}

impl OneIn {
    /// One in `number`; one in one if that is 0.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        match NonZeroU64::new(number) {
            Some(number) => Self(number),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// In how many.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0.get()
    }

    /// Whether this is one.
    pub(crate) fn falls(self, dice: &mut Dice) -> bool {
        dice.below(self.number()) == 0
    }
}

impl FromStr for OneIn {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        text.parse().map(Self).map_err(|_| OrderError::OneIn { text: text.to_owned() })
    }
}
