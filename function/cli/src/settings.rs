//! What is meant by what was typed. Everything after this works with values that make sense.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;
use tierguard::id::{AccountId, Region, RoleArn};
use tierguard::policy::Mode;

use crate::args::{FailOn, Format, ModeArg, ReplayArgs};
use crate::console::Problem;
use crate::files;
use crate::layout::{is_account, is_region};
use crate::selection::Selection;

/// What to replay, and how.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// Where the events are, in the order in which they were given; none where an account is only to be swept.
    pub(crate) inputs: Vec<Input>,
    /// The policy for all of them; otherwise each is replayed against the nearest.
    pub(crate) policy: Option<PathBuf>,
    /// The account for all of them; otherwise each is replayed against the nearest.
    pub(crate) account: Option<PathBuf>,
    /// Which events are replayed.
    pub(crate) selection: Selection,
    /// The mode, where the policy's own is not to be used.
    pub(crate) mode: Option<Mode>,
    /// When to sweep, if at all.
    pub(crate) sweep: Option<SweepTime>,
    /// What to tell, and in which form.
    pub(crate) telling: Telling,
    /// Where to write the page.
    pub(crate) report: Option<PathBuf>,
    /// Where to write the account.
    pub(crate) account_out: Option<PathBuf>,
    /// The guard's own role.
    pub(crate) own_role: Option<RoleArn>,
    /// What the exit status is to tell.
    pub(crate) fail_on: Option<FailOn>,
}

/// Where events are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// The standard input.
    Stdin,
    /// A file, or a folder of them.
    Path(PathBuf),
}

/// What is told on the standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Each event, for people, and what they came to.
    #[default]
    Story,
    /// What they came to, for people.
    Summary,
    /// Each event, for machines.
    Lines,
    /// What they came to, for machines.
    Object,
}

/// When a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SweepTime {
    /// At the time of the last event.
    LastEvent,
    /// At this instant.
    At(Timestamp),
}

/// What a replay does once nobody reads what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unheard {
    /// It stops: to tell was all that it was for.
    Stop,
    /// It goes on in silence, for what it is to leave behind.
    GoOn,
}

/// A command line that makes no sense.
#[derive(Debug, Error)]
pub(crate) enum UsageError {
    #[error("the standard input (`-`) is given twice")]
    StdinTwice,
    #[error("`{text}` is not the ARN of a role")]
    NotARole { text: String },
    #[error("`{text}` is not a point in time")]
    NotATime { text: String },
    #[error("`--format jsonl` tells each event, and `--summary` tells none")]
    SummaryOfLines,
    #[error("`--since` is not before `--until`")]
    NoTimeLeft,
    #[error("`{text}` is not an account")]
    NotAnAccount { text: String },
    #[error("`{text}` is not a Region")]
    NotARegion { text: String },
    #[error("there is nothing to sweep")]
    NothingToSweep,
    #[error("it is not known when the sweep is")]
    NoTime,
    #[error("`why` is asked about one event")]
    NoEvent,
    #[error("`--at` says nothing of an event, which has its own time")]
    AtOfWhy,
    #[error("`--account` is for `why`: other questions are about the policy alone")]
    AccountOfQuestion,
    #[error("`--fail-on` is for `may`: other questions have no yes or no")]
    FailOnOfQuestion,
    #[error("`--account-out` takes the account of one scenario, and there are {count}")]
    SeveralAccounts { count: usize },
}

impl Problem for UsageError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::StdinTwice => "give it once".to_owned(),
            Self::NotARole { text: _ } => {
                "give the role itself, `arn:aws:iam::123456789012:role/tierguard`, not a session of it; \
                 it is read from `--role` or `TIERGUARD_ROLE_ARN`"
                    .to_owned()
            }
            Self::NotATime { text: _ } => {
                "write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02"
                    .to_owned()
            }
            Self::SummaryOfLines => "leave one of them out, or take `--format json`".to_owned(),
            Self::NoTimeLeft => "give an earlier `--since` or a later `--until`".to_owned(),
            Self::NotAnAccount { text: _ } => "give its 12 digits: `--account-id 111122223333`".to_owned(),
            Self::NotARegion { text: _ } => "give its code: `--region eu-west-1`".to_owned(),
            Self::AtOfWhy | Self::AccountOfQuestion | Self::FailOnOfQuestion => "leave it out".to_owned(),
            Self::NoEvent => "give the path of its file: `tierguard explain why event.json`".to_owned(),
            Self::NothingToSweep => "give events, or an account with `--account FILE`".to_owned(),
            Self::NoTime => "give it with `--at`, or give events".to_owned(),
            Self::SeveralAccounts { count: _ } => {
                "name one with `--policy` and `--account`, or replay one folder at a time".to_owned()
            }
        })
    }
}

impl Settings {
    /// What `args` mean.
    ///
    /// # Errors
    /// When they contradict themselves.
    pub(crate) fn new(args: ReplayArgs) -> Result<Self, UsageError> {
        let selection = selection(&args)?;
        let ReplayArgs {
            paths,
            policy,
            account,
            mode,
            sweep,
            at,
            format,
            summary,
            report,
            account_out,
            role,
            fail_on,
            since: _,
            until: _,
            account_id: _,
            region: _,
        } = args;
        let telling = telling(format, summary)?;
        files::stdin_once(paths.iter().chain(&policy).chain(&account).map(Some))?;
        let inputs: Vec<_> = paths.into_iter().map(Input::from).collect();
        let own_role = role.filter(|text| !text.is_empty()).map(|text| role_arn(&text)).transpose()?;
        let at = at.map(instant).transpose()?;
        let sweep = sweep.then(|| at.map_or(SweepTime::LastEvent, SweepTime::At));
        if inputs.is_empty() {
            sweepable(account.as_deref(), sweep)?;
        }
        let mode = mode.map(Mode::from);
        Ok(Self {
            inputs,
            policy,
            account,
            selection,
            mode,
            sweep,
            telling,
            report,
            account_out,
            own_role,
            fail_on,
        })
    }

    /// What to do once nobody reads what is told.
    pub(crate) const fn unheard(&self) -> Unheard {
        match (&self.report, &self.account_out, self.fail_on) {
            (None, None, None) => Unheard::Stop,
            (Some(_), _, _) | (_, Some(_), _) | (_, _, Some(_)) => Unheard::GoOn,
        }
    }
}

/// What is told of the events.
const fn telling(format: Format, summary: bool) -> Result<Telling, UsageError> {
    match (format, summary) {
        (Format::Text, false) => Ok(Telling::Story),
        (Format::Text, true) => Ok(Telling::Summary),
        (Format::Jsonl, false) => Ok(Telling::Lines),
        (Format::Jsonl, true) => Err(UsageError::SummaryOfLines),
        (Format::Json, _) => Ok(Telling::Object),
    }
}

/// Whether a sweep without events knows of what and when it is.
fn sweepable(account: Option<&Path>, sweep: Option<SweepTime>) -> Result<(), UsageError> {
    match (account, sweep) {
        (None, _) => Err(UsageError::NothingToSweep),
        (Some(_), None | Some(SweepTime::LastEvent)) => Err(UsageError::NoTime),
        (Some(_), Some(SweepTime::At(_))) => Ok(()),
    }
}

/// The instant in `text`; of a day, that of its beginning in UTC.
pub(crate) fn instant(text: String) -> Result<Timestamp, UsageError> {
    instant_of_day(text, Date::to_owned)
}

/// The instant in `text`; of a day, the beginning in UTC of the one that `of_day` tells.
fn instant_of_day(text: String, of_day: impl Fn(&Date) -> Date) -> Result<Timestamp, UsageError> {
    // Of a text that tells a time as well, the day alone would be read, too.
    let is_day = text.len() == "2026-03-02".len();
    let day = if is_day { text.parse().ok() } else { None };
    if let Some(start) = day.and_then(|day| of_day(&day).to_zoned(TimeZone::UTC).ok()) {
        return Ok(start.timestamp());
    }
    text.parse().map_err(|_| UsageError::NotATime { text })
}

/// The events that `args` ask for.
fn selection(args: &ReplayArgs) -> Result<Selection, UsageError> {
    let ReplayArgs { since, until, account_id, region: regions, .. } = args;
    let since = since.clone().map(instant).transpose()?;
    let after = |day: &Date| day.tomorrow().unwrap_or(*day);
    let until = until.clone().map(|until| instant_of_day(until, after)).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(UsageError::NoTimeLeft);
    }
    let accounts = account_id.iter().map(|text| account(text)).collect::<Result<_, _>>()?;
    let regions = regions.iter().map(|text| region_of(text)).collect::<Result<_, _>>()?;
    Ok(Selection { since, until, accounts, regions })
}

fn account(text: &str) -> Result<AccountId, UsageError> {
    let account = is_account(text).then(|| AccountId::new(text).ok()).flatten();
    account.ok_or_else(|| UsageError::NotAnAccount { text: text.to_owned() })
}

fn region_of(text: &str) -> Result<Region, UsageError> {
    let region = is_region(text).then(|| Region::new(text).ok()).flatten();
    region.ok_or_else(|| UsageError::NotARegion { text: text.to_owned() })
}

/// `arn:<partition>:iam::<account>:role/<path and name>`.
fn role_arn(text: &str) -> Result<RoleArn, UsageError> {
    let not_a_role = || UsageError::NotARole { text: text.to_owned() };
    let mut parts = text.splitn(6, ':');
    let is_role = parts.next() == Some("arn")
        && parts.nth(1) == Some("iam")
        && parts.nth(2).is_some_and(|resource| resource.starts_with("role/"));
    if !is_role {
        return Err(not_a_role());
    }
    RoleArn::new(text).map_err(|_| not_a_role())
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        if files::is_stdin(&path) { Self::Stdin } else { Self::Path(path) }
    }
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Enforce => Self::Enforce,
            ModeArg::Observe => Self::Observe,
        }
    }
}
