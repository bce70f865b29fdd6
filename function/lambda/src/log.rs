//! The log: JSON lines, of which each event and each part of a sweep has exactly one that says how it went.

mod visible;

use std::time::Duration;

use jiff::Timestamp;
use tierguard::Report;
use tierguard::act::{Action, Outcome};
use tierguard::change::Event;
use tierguard::id::{AccountId, EventId, Region};
use tierguard::judge::{Ignored, Verdict};
use tierguard::respond::{Announced, Handled};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;

use crate::handler::{SweepReport, Unfinished};
use visible::Visible;

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

/// Writes what `filter` lets through to standard output, for the rest of the process.
pub fn start(filter: EnvFilter) {
    // It fails only where a log was started before, which then goes on.
    let _ = tracing::subscriber::set_global_default(to(std::io::stdout, filter));
}

/// A log that writes what `filter` lets through to `writer`.
fn to<W>(writer: W, filter: EnvFilter) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let format = tracing_subscriber::fmt().json().flatten_event(true);
    let format = format.with_current_span(true).with_span_list(false).with_writer(Visible(writer));
    format.with_env_filter(filter).finish()
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

/// The line of an event that was handled in `took`: `report` is what the invocation answers, `retry` why it is to be
/// handled again.
pub fn handled(handled: &Handled, report: &Report, retry: Option<&str>, took: Duration) {
    let Report { event_id, event_name, account, region, group, verdict, reason, .. } = report;
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
        exposure_ms = exposure(&handled.event, handled.handled_at, took),
        duration_ms = millis(took),
        published = handled.announced == Announced::Published,
        retry,
        "handled"
    );
}

/// The line of an event that was not handled in time.
pub fn out_of_time(event: &Event, now: Timestamp, took: Duration) {
    tracing::error!(
        event_id = event.id.as_ref().map(EventId::as_str),
        event_name = event.name.as_deref(),
        account = event.account.as_ref().map(AccountId::as_str),
        region = event.region.as_ref().map(Region::as_str),
        exposure_ms = exposure(event, now, took),
        duration_ms = millis(took),
        published = false,
        retry = "out of time",
        "not handled"
    );
}

/// The line of a part of a sweep that took `took`: `report` is what the invocation answers, `unfinished` why it fails
/// instead.
pub fn swept(report: &SweepReport, announced: &Announced, unfinished: Option<&Unfinished>, took: Duration) {
    let SweepReport { sweep, reason, groups, managed, rules, forbidden, missing, mixed, unsettled, .. } =
        report;
    let is_well = unfinished.is_none() && reason.is_none();
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
        published = *announced == Announced::Published,
        retry = unfinished.map(ToString::to_string),
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
        "not swept"
    );
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

/// From the change to the end of its handling, which began at `began`. Event times are whole seconds, rounded down,
/// so it is up to a second too long; clocks differ, so it is never below zero.
fn exposure(event: &Event, began: Timestamp, took: Duration) -> Option<u64> {
    let before = began.as_millisecond().saturating_sub(event.time?.as_millisecond());
    Some(u64::try_from(before).unwrap_or(0).saturating_add(millis(took)))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
