//! One event: the record that it brings, handled in the time that there is.

use std::time::Duration;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tierguard::Report;
use tierguard::change::{Event, Vouching};
use tierguard::wire::{self, Reading};

use super::{Unfinished, Watch};
use crate::batch::Receipt;
use crate::log::{self, Course};
use crate::stopwatch::Stopwatch;

/// An envelope that EventBridge did not make, or that something between it and us has changed: whatever else it
/// lacks, it still brings its record.
#[derive(Debug, Deserialize)]
struct Bare {
    detail: Box<RawValue>,
    proof: Option<String>,
}

/// What an invocation, or a message, brings.
#[derive(Debug)]
pub(super) struct Brought {
    /// The CloudTrail record: the `detail` of an event, else the whole.
    pub(super) record: Box<RawValue>,
    /// The `proof` beside it, if there is one.
    pub(super) proof: Option<String>,
}

/// Handles `record`, within `left`; `receipt` is that of the message that brought it, if one did.
pub(super) async fn handle(
    watch: &impl Watch,
    record: &[u8],
    vouching: Vouching,
    receipt: Option<&Receipt>,
    now: Timestamp,
    left: Duration,
) -> Result<Report, Unfinished> {
    let stopwatch = Stopwatch::start();
    // On the heap: with every call of the SDK within, the future is too large and too deep for the stack.
    let respond = Box::pin(watch.respond(record, vouching, now, &stopwatch));
    let handled = tokio::time::timeout(left, respond).await;
    let course = Course { receipt, took: stopwatch.elapsed(), undone: stopwatch.undone() };
    let Ok(handled) = handled else {
        log::out_of_time(&event_of(record), now, &course);
        return Err(Unfinished::OutOfTime);
    };
    let (report, retry) = (Report::new(&handled, None), handled.retry());
    log::handled(&handled, &report, retry.as_deref(), &course);
    match retry {
        Some(reason) => Err(Unfinished::Retry { reason }),
        None => Ok(report),
    }
}

/// What `payload` brings: an EventBridge event, or what the target of a rule of the stack's makes of one, or a bare record.
pub(super) fn record(payload: Box<RawValue>) -> Brought {
    if let Ok(event) = serde_json::from_str::<EventBridgeEvent<Box<RawValue>>>(payload.get()) {
        return Brought { record: event.detail, proof: None };
    }
    match serde_json::from_str(payload.get()) {
        Ok(Bare { detail, proof }) => Brought { record: detail, proof },
        Err(_) => Brought { record: payload, proof: None },
    }
}

/// What `record` says about itself.
fn event_of(record: &[u8]) -> Event {
    match wire::read(record, None) {
        Reading::Change(change) => change.event,
        Reading::Ignored(event, _) | Reading::Malformed(event, _) | Reading::Truncated(event) => *event,
    }
}
