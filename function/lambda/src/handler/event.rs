//! One event: the record that it brings, handled in the time that there is.

use std::time::Duration;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tierguard::Report;
use tierguard::change::Event;
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
}

/// Handles `record`, within `left`; `receipt` is that of the message that brought it, if one did.
pub(super) async fn handle(
    watch: &impl Watch,
    record: &[u8],
    receipt: Option<&Receipt>,
    now: Timestamp,
    left: Duration,
) -> Result<Report, Unfinished> {
    let stopwatch = Stopwatch::start();
    // On the heap: with every call of the SDK within, the future is too large and too deep for the stack.
    let respond = Box::pin(watch.respond(record, now, &stopwatch));
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

/// The CloudTrail record in `payload`: the `detail` of an EventBridge event, else the whole.
pub(super) fn record(payload: Box<RawValue>) -> Box<RawValue> {
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
