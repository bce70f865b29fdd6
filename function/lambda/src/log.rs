//! The log: JSON lines, of which each event and each part of a sweep has exactly one that says how it went. That line is
//! also where CloudWatch takes the metrics from.

mod counts;
mod line;
mod visible;

use std::time::Duration;

use jiff::Timestamp;
use tierguard::Report;
use tierguard::act::{Action, Outcome};
use tierguard::change::Event;
use tierguard::id::{AccountId, EventId, Region};
use tierguard::judge::{Ignored, Verdict};
use tierguard::memory::MemoryError;
use tierguard::respond::{Announced, Handled};
use tierguard::sweep::Swept;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;

use self::counts::Counts;
use self::line::Line;
use self::visible::Visible;
use crate::batch::Receipt;
use crate::handler::{SweepReport, Unfinished};

/// What is logged where `RUST_LOG` does not say.
const DEFAULT: &str = "info";
/// The crates under the SDK and the runtime say at `info` what nobody needs for each event, and below it whole
/// requests: they are heard only where `RUST_LOG` names one of them. Of the runtime, the span with the request id is
/// wanted; what its `panic` layer says of an error is in the event's own line.
const QUIET: &str = "aws_=warn,hyper=warn,h2=warn,rustls=warn,lambda_runtime=warn,lambda_runtime::layers::trace=info,\
     lambda_runtime::layers::panic=off";

/// What `RUST_LOG` lets through.
///
/// # Errors
/// When it is not in the notation of tracing-subscriber's `EnvFilter`.
pub fn filter(rust_log: Option<&str>) -> Result<EnvFilter, ParseError> {
    let given = rust_log.unwrap_or(DEFAULT);
    EnvFilter::builder().parse(format!("{QUIET},{given}"))
}

/// Writes what `filter` lets through to standard output, for the rest of the process; with the metrics of `function`, if
/// it has a name.
pub fn start(filter: EnvFilter, function: Option<String>) {
    // It fails only where a log was started before, which then goes on.
    let _ = tracing::subscriber::set_global_default(to(std::io::stdout, filter, function));
}

/// A log that writes what `filter` lets through to `writer`.
fn to<W>(writer: W, filter: EnvFilter, function: Option<String>) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let format = tracing_subscriber::fmt().json().event_format(Line::of(function));
    format.with_writer(Visible(writer)).with_env_filter(filter).finish()
}

/// How the handling of an event went, beside what was decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    /// The message that brought it, if one did.
    pub(crate) receipt: Option<&'a Receipt>,
    /// How long it took.
    pub(crate) took: Duration,
    /// After how much of that the last of what was undone was undone.
    pub(crate) undone: Option<Duration>,
}

/// Writes one line with these fields, at a level that is known only now: the level of a line is part of its place in
/// the program.
macro_rules! line {
    ($level:expr, $($field:tt)*) => {
        match $level {
            Level::Error => tracing::error!($($field)*),
            Level::Info => tracing::info!($($field)*),
            Level::Debug => tracing::debug!($($field)*),
        }
    };
}

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Something was left undone.
    Error,
    /// A security group event, or a sweep.
    Info,
    /// Anything else: the rule in `infra/` does not let it through at all.
    Debug,
}

impl Level {
    fn of(handled: &Handled, retry: Option<&str>) -> Self {
        match (&handled.judgement.verdict, retry) {
            (_, Some(_)) => Self::Error,
            (Verdict::Ignored(Ignored::NotAChange), None) => Self::Debug,
            (_, None) => Self::Info,
        }
    }
}

/// The line of an event that was handled: `report` is what the invocation answers, `retry` why it is to be handled
/// again.
pub(crate) fn handled(handled: &Handled, report: &Report, retry: Option<&str>, course: &Course<'_>) {
    let Report { event_id, event_name, account, region, group, verdict, reason, .. } = report;
    let counts = Counts::of(handled, retry.is_some());
    let exposure = course.exposure(&handled.event, handled.handled_at);
    line!(
        Level::of(handled, retry),
        event_id = event_id.as_deref(),
        event_name = event_name.as_deref(),
        account = account.as_deref(),
        region = region.as_deref(),
        group = group.as_deref(),
        tiers = report.tiers.join(","),
        verdict,
        reason = reason.as_deref(),
        findings = report.findings.len(),
        outcomes = outcomes(report),
        added = added(&handled.actions),
        remarks = remarks(report),
        message_id = course.message_id(),
        receive_count = course.receive_count(),
        exposure_ms = exposure,
        duration_ms = millis(course.took),
        published = handled.announced == Announced::Published,
        announced = handled.announced.word(),
        memory = lapse(handled.lapse.as_ref()),
        retry,
        Events = counts.and_then(|counts| counts.events),
        Violations = counts.map(|counts| counts.violations),
        Undecided = counts.map(|counts| counts.undecided),
        Reverts = counts.map(|counts| counts.reverts),
        FailedReverts = counts.map(|counts| counts.failed_reverts),
        Notices = counts.map(|counts| counts.notices),
        FailedNotices = counts.map(|counts| counts.failed_notices),
        Retries = counts.map(|counts| counts.retries),
        Exposure = exposure,
        "handled"
    );
}

/// The line of an event that was not handled in time.
pub(crate) fn out_of_time(event: &Event, now: Timestamp, course: &Course<'_>) {
    let exposure = course.exposure(event, now);
    tracing::error!(
        event_id = event.id.as_ref().map(EventId::as_str),
        event_name = event.name.as_deref(),
        account = event.account.as_ref().map(AccountId::as_str),
        region = event.region.as_ref().map(Region::as_str),
        message_id = course.message_id(),
        receive_count = course.receive_count(),
        exposure_ms = exposure,
        duration_ms = millis(course.took),
        published = false,
        retry = "out of time",
        Events = 1,
        Retries = 1,
        Exposure = exposure,
        "not handled"
    );
}

/// The line of a message whose handling came to a `panic`. What it brought is not looked at again.
pub(crate) fn panicked(panic: &str, receipt: &Receipt) {
    tracing::error!(
        message_id = receipt.message_id,
        receive_count = receipt.receive_count,
        published = false,
        retry = format!("panicked: {panic}"),
        Events = 1,
        Retries = 1,
        "not handled"
    );
}

/// The line of a part of a sweep that took `took`: `report` is what the invocation answers, `unfinished` why it fails
/// instead.
pub fn swept(report: &SweepReport, swept: &Swept, unfinished: Option<&Unfinished>, took: Duration) {
    let SweepReport { sweep, reason, groups, managed, rules, forbidden, missing, mixed, unsettled, .. } =
        report;
    let is_well = unfinished.is_none() && reason.is_none();
    // Each part counts all that those before it found: the last one alone brings metrics.
    let last =
        (*sweep != "continued").then(|| Counts::of_sweep(report, &swept.announced, unfinished.is_some()));
    let found = |count: &usize| last.map(|_| *count);
    line!(
        if is_well { Level::Info } else { Level::Error },
        sweep,
        reason = reason.as_deref(),
        groups,
        managed,
        rules,
        forbidden,
        missing,
        mixed,
        unsettled,
        outcomes = counted(report),
        observes = report.observes,
        duration_ms = millis(took),
        published = swept.announced == Announced::Published,
        memory = lapse(swept.lapse.as_ref()),
        retry = unfinished.map(ToString::to_string),
        SweepsDone = last.map(|_| u8::from(*sweep == "done")),
        SweptGroups = found(groups),
        SweptManaged = found(managed),
        SweptForbidden = found(forbidden),
        SweptMissing = found(missing),
        SweptMixed = found(mixed),
        SweptUnsettled = found(unsettled),
        Reverts = last.map(|counts| counts.reverts),
        FailedReverts = last.map(|counts| counts.failed_reverts),
        Notices = last.map(|counts| counts.notices),
        FailedNotices = last.map(|counts| counts.failed_notices),
        Retries = last.map(|counts| counts.retries),
        "swept"
    );
}

/// The line of a part of a sweep that was not done in time.
pub fn sweep_out_of_time(took: Duration) {
    tracing::error!(
        sweep = "failed",
        duration_ms = millis(took),
        published = false,
        retry = "out of time",
        SweepsDone = 0,
        Retries = 1,
        "not swept"
    );
}

/// At what the memory failed, if it did.
fn lapse(error: Option<&MemoryError>) -> Option<String> {
    error.map(ToString::to_string)
}

/// How many rules fared how: `done=3,failed=1`.
fn counted(report: &SweepReport) -> String {
    let counts = report.outcomes.iter().map(|(outcome, count)| format!("{outcome}={count}"));
    counts.collect::<Vec<_>>().join(",")
}

/// How many rules were added.
fn added(actions: &[Action]) -> usize {
    let done = actions.iter().filter(|action| action.adds() && action.outcome == Outcome::Done);
    done.map(|action| action.rules().len()).sum()
}

/// What there is to know beside the verdict, if anything.
fn remarks(report: &Report) -> Option<String> {
    (!report.remarks.is_empty()).then(|| report.remarks.join(","))
}

/// How the calls went, each outcome once.
fn outcomes(report: &Report) -> String {
    let mut outcomes: Vec<_> = report.actions.iter().map(|action| action.outcome.as_str()).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    outcomes.join(",")
}

impl Course<'_> {
    /// From the change to AWS's answer to the last call that took away what it brought; `None` where none did. Handling
    /// began at `began`. Event times are whole seconds, rounded down, so it is up to a second too long; clocks differ, so
    /// it is never below zero.
    fn exposure(&self, event: &Event, began: Timestamp) -> Option<u64> {
        let before = began.as_millisecond().saturating_sub(event.time?.as_millisecond());
        Some(u64::try_from(before).unwrap_or(0).saturating_add(millis(self.undone?)))
    }

    fn message_id(&self) -> Option<&str> {
        self.receipt.map(|receipt| receipt.message_id.as_str())
    }

    fn receive_count(&self) -> Option<u32> {
        self.receipt.and_then(|receipt| receipt.receive_count)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
