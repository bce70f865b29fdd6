//! How much the entries of a policy may come to.
//!
//! An entry holds its peers and callers themselves, not their names, so that judging looks nothing up. A file that is
//! small because one long network is named in thousands of entries would therefore be a policy of gigabytes.

use super::mistake::Mistake;
use crate::policy::diagnostic::{Errors, Span};

/// The most networks and prefix lists, each counted in every entry that it is written or named in: some twenty megabytes.
/// A network of a hundred in a thousand entries is as much.
pub(super) const MOST: usize = 100_000;
/// The longest that all callers may be, in bytes of their text, each counted wherever it is named: some twenty
/// thousand.
pub(super) const LONGEST: usize = 1024 * 1024;

/// The room that is left.
pub(super) struct Room {
    /// Nothing, once there was too little and that was reported.
    left: Option<usize>,
    /// What is said then.
    full: Mistake,
}

impl Room {
    /// All of it, for networks and prefix lists.
    pub(super) const fn for_networks() -> Self {
        Self { left: Some(MOST), full: Mistake::TooManyNetworks { most: MOST } }
    }

    /// All of it, for the text of callers.
    pub(super) const fn for_callers() -> Self {
        Self { left: Some(LONGEST), full: Mistake::TooManyCallers { kib: LONGEST / 1024 } }
    }

    /// Whether there is room for `size` more. Where there is too little, that is reported `at` a place, once, and
    /// there is none from then on.
    pub(super) fn take(&mut self, size: usize, at: Span, errors: &mut Errors<'_>) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(size);
        if self.left.is_none() {
            errors.push(at, &self.full);
        }
        self.left.is_some()
    }
}
