//! How an event that people are to look at stands.

use tierguard::Handled;
use tierguard::judge::Verdict;

use crate::tally::{Deed, Done};

/// How it stands, from what is settled to what is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Standing {
    /// All that was forbidden is undone.
    Undone,
    /// All of it would be, if the guard were not to observe.
    WouldBeUndone,
    /// Some of it is not.
    Open,
    /// It could not be judged.
    Undecidable,
}

impl Standing {
    pub(super) const ALL: [Self; 4] = [Self::Undone, Self::WouldBeUndone, Self::Open, Self::Undecidable];

    /// That of an event; `None` of one that needs nobody.
    pub(super) fn of(handled: &Handled, done: &[Done]) -> Option<Self> {
        match &handled.judgement.verdict {
            Verdict::Violation(_) => {
                let worst = done.iter().map(|done| Self::after(done.deed)).max();
                Some(worst.unwrap_or(Self::Open))
            }
            Verdict::Undecidable(_) => Some(Self::Undecidable),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => None,
        }
    }

    const fn after(deed: Deed) -> Self {
        match deed {
            Deed::Revoked | Deed::Narrowed | Deed::PutBack | Deed::Detached | Deed::AlreadyRight => {
                Self::Undone
            }
            Deed::WouldBeUndone => Self::WouldBeUndone,
            Deed::Failed | Deed::Left => Self::Open,
        }
    }

    /// A word for style sheets.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Undone => "undone",
            Self::WouldBeUndone => "would",
            Self::Open => "open",
            Self::Undecidable => "undecidable",
        }
    }

    /// For people.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Undone => "undone",
            Self::WouldBeUndone => "would be undone",
            Self::Open => "left open",
            Self::Undecidable => "needs a person",
        }
    }
}

/// How many stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standings([usize; 4]);

impl Standings {
    /// `more` more of these.
    pub(super) fn add(&mut self, standing: Standing, more: usize) {
        for (count, other) in self.0.iter_mut().zip(Standing::ALL) {
            if other == standing {
                *count = count.saturating_add(more);
            }
        }
    }

    /// All of `other` too.
    pub(super) fn merge(&mut self, other: &Self) {
        other.each().for_each(|(standing, count)| self.add(standing, count));
    }

    /// How many of each.
    pub(super) fn each(&self) -> impl Iterator<Item = (Standing, usize)> + use<> {
        Standing::ALL.into_iter().zip(self.0)
    }

    /// How many of one.
    pub(super) fn of(&self, standing: Standing) -> usize {
        self.each().filter(|(other, _)| *other == standing).map(|(_, count)| count).sum()
    }

    /// How many in all.
    pub(super) fn total(&self) -> usize {
        self.0.into_iter().fold(0, usize::saturating_add)
    }
}
