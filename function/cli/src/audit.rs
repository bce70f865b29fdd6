//! Every group of an account, judged as it is.

mod json;
mod sarif;
mod table;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tierguard::id::{GroupId, Region};
use tierguard::judge::{Judgement, Verdict};
use tierguard::policy::Document;
use tierguard::sweep::{self, Home};
use tierguard::{Guard, Policy};
use tierguard_account::{Account, Desk};

use crate::args::{AuditArgs, AuditFailOn, AuditFormat};
use crate::clock::instant_or_now;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::{Failure, answered};
use crate::scenario::{self, ScenarioError};
use crate::sweep::SweepError;
use crate::{files, jsonl};

/// An account that was judged, and by what.
struct Audit {
    account: PathBuf,
    document: Document,
    at: Timestamp,
    found: sweep::Audit,
    /// The Regions of groups, where they are known.
    regions: BTreeMap<GroupId, Region>,
}

/// Judges an account.
///
/// # Errors
/// When what is typed makes no sense, or the answer cannot be written.
pub(crate) fn audit(args: AuditArgs, console: &mut Console) -> Result<Exit, Failure> {
    let AuditArgs { account, policy, at, format, fail_on } = args;
    let at = instant_or_now(at)?;
    files::stdin_once([Some(&account), policy.as_ref()])?;
    let Some(audit) = judged(&account, policy, at, console) else { return Ok(Exit::Error) };
    let exit = if fail_on.iter().any(|what| audit.has(*what)) { Exit::Violation } else { Exit::Handled };
    let written = match format {
        AuditFormat::Table => table::write(&audit, &mut anstream::stdout().lock()),
        AuditFormat::Json => jsonl::write(&mut io::stdout().lock(), &json::Report::new(&audit)),
        AuditFormat::Sarif => jsonl::write(&mut io::stdout().lock(), &sarif::log(&audit)),
    };
    answered(written, exit)
}

/// The account at `path`, judged. What keeps it from that is reported to `console`.
fn judged(path: &Path, policy: Option<PathBuf>, at: Timestamp, console: &mut Console) -> Option<Audit> {
    let Some(policy) = policy.or_else(|| scenario::policy_beside(path)) else {
        console.report(&ScenarioError::NoPolicy { first: path.to_string_lossy().into_owned() });
        return None;
    };
    let (document, account) = (files::policy(&policy, console), files::account_with_groups(path, console));
    let (document, account) = (document?, account?);
    let regions = account.groups().filter_map(|group| Some((group.id.clone(), account.region_of(group)?)));
    let regions = regions.collect();
    match all_groups(document.policy(), account, at) {
        Ok(found) => Some(Audit { account: path.to_owned(), document, at, found, regions }),
        Err(error) => {
            console.report(&error);
            None
        }
    }
}

/// All groups of `account`, whoever owns them, judged by `policy` at the instant `at`.
///
/// # Errors
/// When a look-up fails that every judgement needs.
pub(crate) fn all_groups(
    policy: &Policy,
    account: Account,
    at: Timestamp,
) -> Result<sweep::Audit, SweepError> {
    let guard = Guard { policy: policy.clone(), own_role: None };
    let home = Home { account: None, region: None };
    Ok(Desk::new(guard, account).audit(&home, at)?)
}

impl Audit {
    /// The judgements of all groups, and that of the interfaces.
    fn judgements(&self) -> impl Iterator<Item = &Judgement> {
        let groups = self.found.groups.iter().map(|group| &group.judgement);
        groups.chain([&self.found.interfaces])
    }

    fn has(&self, what: AuditFailOn) -> bool {
        self.judgements().any(|judgement| match (what, &judgement.verdict) {
            (AuditFailOn::Violation, verdict) => matches!(verdict, Verdict::Violation(_)),
            (AuditFailOn::Undecidable, Verdict::Violation(violation)) => !violation.unsettled.is_empty(),
            (AuditFailOn::Undecidable, verdict) => matches!(verdict, Verdict::Undecidable(_)),
        })
    }
}
