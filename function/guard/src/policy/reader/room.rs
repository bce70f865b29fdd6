//! How many networks and prefix lists the entries of a policy may come to.
//!
//! An entry holds its peers themselves, not their names, so that judging looks nothing up. A file that is small because
//! one long network is named in thousands of entries would therefore be a policy of gigabytes.

use super::mistake::Mistake;
use crate::policy::diagnostic::{Errors, Span};

/// The most, each counted in every entry that it is written or named in: some ten megabytes. A network of a hundred
/// in a thousand entries is as much.
pub(super) const MOST: usize = 100_000;

/// The room that is left.
pub(super) struct Room {
    /// Nothing, once there was too little and that was reported.
    left: Option<usize>,
}

impl Room {
    /// All of it.
    pub(super) const fn new() -> Self {
        Self { left: Some(MOST) }
    }

    /// Whether there is room for `networks` more. Where there is too little, that is reported `at` a place, once, and
    /// there is none from then on.
    pub(super) fn take(&mut self, networks: usize, at: Span, errors: &mut Errors<'_>) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(networks);
        if self.left.is_none() {
            errors.push(at, &Mistake::TooManyNetworks { most: MOST });
        }
        self.left.is_some()
    }
}
