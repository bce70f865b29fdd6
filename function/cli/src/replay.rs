//! Replays events: each is applied to the account in memory and handled there, in the order of time.

use std::collections::BTreeSet;
use std::path::Path;

use tierguard::id::{AccountId, Region};
use tierguard::judge::{Ignored, Verdict};
use tierguard::wire::{Reading, Scope};
use tierguard::{Guard, Handled};
use tierguard_account::{Account, Desk};

use crate::args::FailOn;
use crate::batch::{Batch, Found};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reading::{Keep, Wanted};
use crate::repeats::Repeats;
use crate::report::Report;
use crate::scenario::{self, Scenario};
use crate::selection::Selection;
use crate::settings::{Settings, Telling, UsageError};
use crate::source;
use crate::sweep::{self, Last};
use crate::tally::add;
use crate::teller::Teller;

/// Replays what `settings` say. What cannot be read is reported to `console`, and the rest is replayed.
///
/// # Errors
/// When nothing can be replayed, or what was done cannot be told.
pub(crate) fn replay(settings: &Settings, console: &mut Console) -> Result<Exit, Failure> {
    // First of all: what cannot be written is not to be found out after hours.
    let report = settings.report.as_deref().map(Report::at).transpose()?;
    let scenarios = scenarios(settings, console);
    if settings.account_out.is_some() && scenarios.len() > 1 {
        return Err(UsageError::SeveralAccounts { count: scenarios.len() }.into());
    }
    let mut teller = Teller::new(settings, report);
    let mut last = None;
    for scenario in &scenarios {
        last = play(scenario, settings, &mut teller, console)?;
    }
    let (tally, report) = teller.finish()?;
    if let Some((report, breakdown)) = report {
        report.write(&breakdown)?;
    }
    if let (Some(desk), Some(path)) = (last, &settings.account_out) {
        write_down(&desk.account(), path)?;
    }
    Ok(match settings.fail_on {
        _ if console.has_reported() => Exit::Error,
        Some(FailOn::Violation) if tally.has_violation() => Exit::Violation,
        Some(FailOn::Violation) | None => Exit::Handled,
    })
}

/// What there is to be replayed, or only to be swept.
fn scenarios(settings: &Settings, console: &mut Console) -> Vec<Scenario> {
    if settings.inputs.is_empty() {
        scenario::of_account(settings).into_iter().collect()
    } else {
        scenario::sort(source::find(settings, console), settings)
    }
}

/// Replays one scenario: the desk as it is left, or `None` if the policy or the account cannot be read.
fn play(
    scenario: &Scenario,
    settings: &Settings,
    teller: &mut Teller,
    console: &mut Console,
) -> Result<Option<Desk>, Failure> {
    let (document, account) = (scenario.document(console), scenario.account(console));
    let (Some(document), Some(account)) = (document, account) else { return Ok(None) };
    let policy = document.policy().clone();
    let policy = match settings.mode {
        Some(mode) => policy.with_mode(mode),
        None => policy,
    };
    // What is written down of the account is not only what the policy looks at.
    let scope =
        if policy.interfaces.is_some() || settings.account_out.is_some() { Scope::All } else { Scope::Rules };
    let keep = match settings.telling {
        Telling::Story | Telling::Summary | Telling::Object => Keep::Changes(scope),
        Telling::Lines => Keep::All,
    };
    let wanted = Wanted { keep, selection: &settings.selection };
    let batch = Batch::read(&scenario.sources, wanted, console)?;
    teller.begin(&scenario.against, &policy, document)?;
    let told = Told { selection: &settings.selection, owners: account.owners(), homes: account.homes() };
    let mut desk = Desk::new(Guard { policy, own_role: settings.own_role.clone() }, account);
    let last = handle(batch, &told, &mut desk, teller, console)?;
    if let Some(when) = settings.sweep {
        sweep::sweep(&mut desk, when, &last, teller, console)?;
    }
    Ok(Some(desk))
}

/// Of which events is told. The others bear on what comes after them, and are only applied.
struct Told<'s> {
    /// Those that were asked for.
    selection: &'s Selection,
    /// Those in the accounts of whose groups something is known; in all, where nobody knows which those are.
    owners: Option<BTreeSet<AccountId>>,
    /// Where the groups are that were known at first, if that is known of all.
    homes: Option<BTreeSet<(AccountId, Region)>>,
}

impl Told<'_> {
    /// Whether it is before all that was asked for.
    fn is_before(&self, reading: &Reading) -> bool {
        self.selection.is_after(reading.event().time)
    }

    /// Whether it is a change in an account of whose groups nothing is known.
    fn is_elsewhere(&self, reading: &Reading) -> bool {
        let is_stranger = |account| self.owners.as_ref().is_some_and(|owners| !owners.contains(account));
        !reading.is_unrelated() && reading.event().account.as_ref().is_some_and(is_stranger)
    }

    /// Whether its group seems to be gone, in a Region of which nobody knows any group. One that was made there meanwhile is
    /// known, until it is deleted.
    fn is_in_unknown_region(&self, handled: &Handled) -> bool {
        let is_gone = handled.judgement.verdict == Verdict::Ignored(Ignored::GroupGone);
        let is_deleted = handled.event.name.as_deref() == Some("DeleteSecurityGroup");
        let home = handled.event.account.clone().zip(handled.event.region.clone());
        let is_known = self.homes.as_ref().zip(home).is_none_or(|(homes, home)| homes.contains(&home));
        is_gone && !is_deleted && !is_known
    }
}

/// Handles all of `batch` that is `told` of: where and when those events were.
fn handle(
    mut batch: Batch,
    told: &Told<'_>,
    desk: &mut Desk,
    teller: &mut Teller,
    console: &mut Console,
) -> Result<Last, Failure> {
    let (mut last, mut repeats) = (Last::default(), Repeats::default());
    let counter = console.progress.handle(batch.total());
    let mut passed = std::mem::take(&mut batch.passed);
    for record in batch {
        let Found { json, origin } = record?;
        counter.advance(1);
        let is_told = |reading: &Reading| !told.is_before(reading) && !told.is_elsewhere(reading);
        // What people would have been told by message is in the story.
        match desk.rehearse(json.as_bytes(), is_told) {
            Ok(handled) if told.is_in_unknown_region(&handled) => {
                last.pass(handled.event.time);
                if !repeats.has(&handled.event) {
                    passed.elsewhere.add_in_region(&handled.event);
                }
            }
            Ok(handled) => {
                teller.event(&handled, &origin, &json)?;
                last.note(&handled);
            }
            Err(reading) if reading.is_unrelated() => add(&mut passed.unrelated, 1),
            Err(reading) if told.is_before(&reading) => add(&mut passed.unselected, 1),
            Err(reading) => {
                last.pass(reading.event().time);
                if !repeats.has(reading.event()) {
                    passed.elsewhere.add(reading.event().account.clone());
                }
            }
        }
    }
    console.progress.finish();
    teller.passed(passed);
    teller.flush()?;
    Ok(last)
}

fn write_down(account: &Account, path: &Path) -> Result<(), Failure> {
    let text = format!("{:#}\n", account.to_json());
    std::fs::write(path, text).map_err(|source| Failure::AccountOut { path: path.to_owned(), source })
}
