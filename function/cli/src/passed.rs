//! Records that were read and not handled, and why.

use std::collections::BTreeMap;

use serde::Serialize;
use tierguard::change::Event;
use tierguard::id::AccountId;

use crate::tally::add;

/// How many accounts are named, and how many Regions.
const MOST: usize = 100;

/// Records that were not handled. Adds up to the same in whatever order they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Those of calls that do not matter.
    pub(crate) unrelated: usize,
    /// Those of calls that may, and were not asked for.
    pub(crate) unselected: usize,
    /// Changes in accounts and Regions of whose groups nothing is known.
    pub(crate) elsewhere: Elsewhere,
}

/// How many changes were in accounts and Regions of whose groups nothing is known, and in which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Elsewhere {
    /// How many there are.
    pub(crate) changes: usize,
    /// How many in each of the first accounts, by their numbers.
    pub(crate) accounts: BTreeMap<AccountId, usize>,
    /// How many in each of the first Regions of accounts of which other groups are known: `111122223333/eu-west-1`.
    pub(crate) regions: BTreeMap<String, usize>,
}

impl Passed {
    /// All of `other` too.
    pub(crate) fn merge(&mut self, other: Self) {
        let Self { unrelated, unselected, elsewhere } = other;
        add(&mut self.unrelated, unrelated);
        add(&mut self.unselected, unselected);
        let Elsewhere { changes, accounts, regions } = elsewhere;
        add(&mut self.elsewhere.changes, changes);
        for (account, more) in accounts {
            count(&mut self.elsewhere.accounts, account, more);
        }
        for (region, more) in regions {
            count(&mut self.elsewhere.regions, region, more);
        }
    }
}

impl Elsewhere {
    /// One more, in `account`.
    pub(crate) fn add(&mut self, account: Option<AccountId>) {
        if let Some(account) = account {
            count(&mut self.accounts, account, 1);
        }
        add(&mut self.changes, 1);
    }

    /// One more, in the Region of `event`, in an account of which other groups are known.
    pub(crate) fn add_in_region(&mut self, event: &Event) {
        if let (Some(account), Some(region)) = (&event.account, &event.region) {
            count(&mut self.regions, format!("{account}/{region}"), 1);
        }
        add(&mut self.changes, 1);
    }

    /// The accounts and the Regions, with how many changes were in each.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, usize)> {
        let accounts = self.accounts.iter().map(|(account, count)| (account.as_str(), *count));
        accounts.chain(self.regions.iter().map(|(region, count)| (region.as_str(), *count)))
    }
}

/// Counts some more at `place`, as long as it is one of the first.
fn count<P: Ord>(places: &mut BTreeMap<P, usize>, place: P, more: usize) {
    add(places.entry(place).or_default(), more);
    // What goes has as many before it from now on, and does not come back.
    if places.len() > MOST {
        places.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use tierguard::id::Region;

    use super::*;

    fn account(n: usize) -> AccountId {
        AccountId::new(&format!("{n:0>12}")).unwrap()
    }

    #[test]
    fn it_adds_up_to_the_same_in_any_order() {
        let ids = || (0..3 * MOST).chain(0..MOST / 2);
        let mut all = Elsewhere::default();
        let event = |n| Event {
            account: Some(account(n)),
            region: Region::new("eu-west-1").ok(),
            ..Event::default()
        };
        for n in ids() {
            all.add(Some(account(n)));
            all.add_in_region(&event(n));
        }
        let (mut even, mut odd) = (Passed::default(), Passed::default());
        let backwards: Vec<_> = ids().collect();
        for n in backwards.into_iter().rev() {
            let half = if n % 2 == 0 { &mut even } else { &mut odd };
            half.elsewhere.add(Some(account(n)));
            half.elsewhere.add_in_region(&event(n));
        }
        even.merge(odd);
        assert_eq!(even.elsewhere, all);
        assert_eq!((all.changes, all.accounts.len(), all.regions.len()), (7 * MOST, MOST, MOST));
        assert_eq!((all.accounts[&account(0)], all.accounts[&account(MOST - 1)]), (2, 1));
        assert_eq!(all.regions["000000000000/eu-west-1"], 2);
    }
}
