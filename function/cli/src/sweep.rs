//! One sweep of the account at the desk, after its last event.

use std::collections::BTreeSet;

use jiff::Timestamp;
use thiserror::Error;
use tierguard::Handled;
use tierguard::id::{AccountId, Region};
use tierguard::judge::{Ignored, Verdict};
use tierguard::look::LookUpError;
use tierguard::sweep::{Home, Sweep};
use tierguard_account::Desk;

use crate::console::{Console, Problem};
use crate::failure::Failure;
use crate::settings::SweepTime;
use crate::teller::Teller;

/// Where and when the events were: so is the sweep after them.
#[derive(Debug, Default)]
pub(crate) struct Last {
    time: Option<Timestamp>,
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
}

/// A sweep that cannot be made.
#[derive(Debug, Error)]
pub(crate) enum SweepError {
    #[error("it is not known when the sweep is: no event has a time")]
    NoTime,
    #[error("the sweep cannot go on")]
    LookUp(#[from] LookUpError),
}

impl Problem for SweepError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoTime => "give it with `--at`".to_owned(),
            Self::LookUp(_) => {
                "complete the account, or take out of the policy what needs the look-up".to_owned()
            }
        })
    }
}

impl Last {
    /// Takes note of an event, if it is a change: only the changes of a long log are looked at at all.
    pub(crate) fn note(&mut self, Handled { event, judgement, .. }: &Handled) {
        if judgement.verdict == Verdict::Ignored(Ignored::NotAChange) {
            return;
        }
        self.pass(event.time);
        self.accounts.extend(event.account.clone());
        self.regions.extend(event.region.clone());
    }

    /// Takes note of when a change was that is not told.
    pub(crate) fn pass(&mut self, time: Option<Timestamp>) {
        self.time = time.or(self.time);
    }

    /// The account whose groups `desk` has, else that of the events, and their Region; none where there are several, so
    /// that no group is left out.
    fn home(&self, desk: &Desk) -> Home {
        let owners = desk.account().groups().filter_map(|group| group.owner.clone()).collect();
        Home { account: only(&owners).or_else(|| only(&self.accounts)), region: only(&self.regions) }
    }
}

/// Sweeps the account of `desk`, and tells what was found. Why it could not, is reported to `console`.
///
/// # Errors
/// When it cannot be told.
pub(crate) fn sweep(
    desk: &mut Desk,
    when: SweepTime,
    last: &Last,
    teller: &mut Teller,
    console: &mut Console,
) -> Result<(), Failure> {
    let at = match when {
        SweepTime::At(at) => Some(at),
        SweepTime::LastEvent => last.time,
    };
    let Some(at) = at else {
        console.report(&SweepError::NoTime);
        return Ok(());
    };
    let home = last.home(desk);
    let swept = desk.sweep(Sweep::default(), &home, at);
    // What people would have been told by message is in the story.
    drop(desk.take_notices());
    teller.swept(&swept.digest, at)?;
    if let Some(error) = swept.failed {
        console.report(&SweepError::LookUp(error));
    }
    Ok(teller.flush()?)
}

fn only<T: Ord + Clone>(things: &BTreeSet<T>) -> Option<T> {
    things.first().filter(|_| things.len() == 1).cloned()
}
