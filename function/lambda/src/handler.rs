//! One invocation: from Lambda's bytes to the guard, and back to an answer or an error.
//!
//! Knows the envelope and the deadline, and nothing of what is in the record.

use std::time::{Duration, Instant};

use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;
use tierguard::change::Event;
use tierguard::wire::{self, Reading};
use tierguard::{Handled, Report};

use crate::log;

/// What is kept of the time that Lambda gives, for the answer to be sent.
const MARGIN: Duration = Duration::from_secs(1);

/// The function: what responds to a record, and a clock.
#[derive(Debug)]
pub struct Function<F> {
    respond: F,
    clock: fn() -> Timestamp,
}

/// An event that must be handled again. Lambda does so when the invocation fails.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfinished {
    /// Something failed that may succeed the next time.
    #[error("left to the retry: {reason}")]
    Retry {
        /// What.
        reason: String,
    },
    /// Lambda is about to end the invocation.
    #[error("out of time: left to the retry")]
    OutOfTime,
}

/// An envelope that EventBridge did not make, or that something between it and us has changed: whatever else it
/// lacks, it still brings its record.
#[derive(Debug, Deserialize)]
struct Bare {
    detail: Box<RawValue>,
}

impl<F: AsyncFn(&[u8], Timestamp) -> Handled> Function<F> {
    /// A function that hands each record to `respond`, with the instant that `clock` tells.
    pub const fn new(respond: F, clock: fn() -> Timestamp) -> Self {
        Self { respond, clock }
    }

    /// Handles one invocation: an EventBridge event that holds a CloudTrail record, or a bare record. Whatever else
    /// it may be is answered as `ignored`.
    ///
    /// # Errors
    /// Where handling the same event again can help.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Report, Unfinished> {
        let (began, now) = (Instant::now(), (self.clock)());
        let record = record(event.payload);
        let record = record.get().as_bytes();
        // On the heap: with every call of the SDK within, the future is too large and too deep for the stack.
        let respond = Box::pin((self.respond)(record, now));
        let Ok(handled) = tokio::time::timeout(time_left(event.context.deadline, now), respond).await else {
            log::out_of_time(&event_of(record), now, began.elapsed());
            return Err(Unfinished::OutOfTime);
        };
        let (report, retry) = (Report::new(&handled, None), handled.retry());
        log::handled(&handled, &report, retry.as_deref(), began.elapsed());
        match retry {
            Some(reason) => Err(Unfinished::Retry { reason }),
            None => Ok(report),
        }
    }
}

/// The CloudTrail record in `payload`: the `detail` of an EventBridge event, else the whole.
fn record(payload: Box<RawValue>) -> Box<RawValue> {
    let event = serde_json::from_str::<EventBridgeEvent<Box<RawValue>>>(payload.get());
    let record = event.map(|event| event.detail);
    record.or_else(|_| serde_json::from_str(payload.get()).map(|Bare { detail }| detail)).unwrap_or(payload)
}

/// What `record` says about itself.
fn event_of(record: &[u8]) -> Event {
    match wire::read(record, None) {
        Reading::Change(change) => change.event,
        Reading::Ignored(event, _) | Reading::Malformed(event, _) | Reading::Truncated(event) => *event,
    }
}

/// How long handling may take: until a second before `deadline` (milliseconds since 1970), or, of a short time, three
/// quarters of it. A deadline that is past when the event comes in is none: `cargo lambda watch` sends such a one.
fn time_left(deadline: u64, now: Timestamp) -> Duration {
    let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
    match Duration::from_millis(deadline.saturating_sub(now)) {
        Duration::ZERO => Duration::MAX,
        left => left.saturating_sub(MARGIN.min(left / 4)),
    }
}

impl From<Unfinished> for Diagnostic {
    fn from(error: Unfinished) -> Self {
        let error_type = match &error {
            Unfinished::Retry { .. } => "Retry",
            Unfinished::OutOfTime => "OutOfTime",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests;
