//! The function on a laptop: the account is in memory, and notices go to standard error. Built by `cargo lambda
//! watch` only (feature `local`); with `AWS_ENDPOINT_URL` set, the function uses that AWS instead.
//!
//! Each event's change is first applied to the account, as EC2 would have, and then handled: so any event can be
//! invoked in any order, and what the guard undid stays undone until the function is started again. A sweep goes over
//! the same account, and to its end.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tierguard::change::Vouching;
use tierguard::notice::{Notice, PublishError};
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep, Swept};
use tierguard::{Guard, Handled};
use tierguard_account::{Account, Desk};

use crate::arn::Role;
use crate::config::{self, ConfigError, ConfigErrors, Environment};
use crate::handler::Watch;
use crate::stopwatch::Stopwatch;
use crate::{RunError, log, serve};

const ENDPOINT: &str = "AWS_ENDPOINT_URL";
const ACCOUNT: &str = "TIERGUARD_ACCOUNT";

const ACCOUNT_FILE: &str = "events/account.json";
const POLICY_FILE: &str = "events/policy.yaml";

const ACCOUNT_HELP: &str = "give the path of an account, or run at the root of the repository, which has one";

/// Whether the account is to be in memory.
pub fn is_wanted(environment: &impl Environment) -> bool {
    config::variable(environment, ENDPOINT).is_none()
}

/// Serves invocations over an account in memory.
///
/// # Errors
/// When the settings are wrong, or the Runtime API cannot be reached.
pub async fn run(environment: &impl Environment) -> Result<(), RunError> {
    let desk = Shared(Mutex::new(desk(environment)?));
    log::start(config::log_filter(environment).map_err(|error| ConfigErrors(vec![error]))?, None);
    serve(desk, None).await
}

/// The desk, of which every notice is shown.
struct Shared(Mutex<Desk>);

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Shared {
    async fn respond(&self, record: &[u8], _: Vouching, _: Timestamp, _: &Stopwatch) -> Handled {
        let mut desk = self.desk();
        let handled = desk.handle(record);
        desk.take_notices().iter().for_each(show);
        handled
    }

    async fn sweep(&self, sweep: Sweep, now: Timestamp, _: impl Fn() -> bool) -> Swept {
        let mut desk = self.desk();
        // Of every account that the file holds.
        let swept = desk.sweep(sweep, &Home { account: None, region: None }, now);
        desk.take_notices().iter().for_each(show);
        swept
    }

    async fn pass_on(&self, _: &Sweep) -> Result<(), PublishError> {
        Err(PublishError { message: "a sweep of an account in memory has no rest".to_owned() })
    }

    async fn tell(&self, _: &Swept) -> Announced {
        Announced::NotNeeded
    }
}

/// A guard and the account that `TIERGUARD_ACCOUNT` names.
///
/// # Errors
/// Everything that is wrong with the settings, at once.
pub fn desk(environment: &impl Environment) -> Result<Desk, ConfigErrors> {
    let policy = config::policy(environment, Some(POLICY_FILE.into()));
    let role = config::optional::<Role>(environment, config::ROLE, config::ROLE_HELP);
    match (policy, config::mode(environment), role, account(environment)) {
        (Ok(policy), Ok(mode), Ok(role), Ok(account)) => {
            let policy = config::with_mode(policy, mode);
            Ok(Desk::new(Guard { policy, own_role: role.map(|role| role.arn) }, account))
        }
        (policy, mode, role, account) => {
            let wrong = [role.err(), mode.err(), account.err(), policy.err()];
            Err(ConfigErrors(wrong.into_iter().flatten().collect()))
        }
    }
}

fn account(environment: &impl Environment) -> Result<Account, ConfigError> {
    let given = config::variable(environment, ACCOUNT);
    let path = PathBuf::from(given.as_deref().unwrap_or(ACCOUNT_FILE));
    let text = config::file(ACCOUNT, &path, ACCOUNT_HELP)?;
    let account = Account::from_json(&path.display().to_string(), &text);
    account.map_err(|error| ConfigError::Invalid {
        name: ACCOUNT,
        value: path.display().to_string(),
        problem: error.problem.to_string(),
        help: error.help(),
    })
}

/// Writes `notice` as an email would bring it.
fn show(notice: &Notice) {
    // A notice that cannot be shown is still in the answer.
    let _ = writeln!(std::io::stderr(), "\nSubject: {}\n\n{}", notice.subject(), notice.email());
}

#[cfg(test)]
mod tests;
