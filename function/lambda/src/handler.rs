//! One invocation: from Lambda's bytes to the guard, and back to an answer or an error.
//!
//! Knows the envelopes and the deadline, and nothing of what is in the record.

mod batch;
mod event;
mod sweep;

use std::future::Future;
use std::time::Duration;

use aws_lambda_events::sqs::SqsBatchResponse;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;
use tierguard::change::Vouching;
use tierguard::notice::PublishError;
use tierguard::respond::Announced;
use tierguard::sweep::{Sweep, Swept};
use tierguard::{Handled, Report};

pub use self::sweep::SweepReport;
use crate::proof::Proof;
use crate::stopwatch::Stopwatch;
use crate::{batch as batches, order};

/// What is kept of the time that Lambda gives, for the answer to be sent.
const MARGIN: Duration = Duration::from_secs(1);

/// What the function does at its invocations.
pub trait Watch {
    /// Responds to a CloudTrail record at the instant `now`, and notes on `stopwatch` when something was undone.
    fn respond(
        &self,
        record: &[u8],
        vouching: Vouching,
        now: Timestamp,
        stopwatch: &Stopwatch,
    ) -> impl Future<Output = Handled>;

    /// Sweeps, for as long as `has_time`.
    fn sweep(&self, sweep: Sweep, now: Timestamp, has_time: impl Fn() -> bool)
    -> impl Future<Output = Swept>;

    /// Hands the rest of a sweep to another invocation.
    ///
    /// # Errors
    /// When nobody takes it.
    fn pass_on(&self, rest: &Sweep) -> impl Future<Output = Result<(), PublishError>>;

    /// Tells people of a sweep that nobody goes on with.
    fn tell(&self, swept: &Swept) -> impl Future<Output = Announced>;
}

/// The function: a watch, a clock, and the proof that what it is told is to be believed.
#[derive(Debug)]
pub struct Function<W> {
    watch: W,
    clock: fn() -> Timestamp,
    proof: Option<Proof>,
}

/// What an invocation answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// What was decided and done about an event.
    Event(Box<Report>),
    /// What a sweep found.
    Sweep(Box<SweepReport>),
    /// Which messages of a batch are to come again.
    Batch(SqsBatchResponse),
}

/// An invocation that is not finished. Lambda repeats those that fail.
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
    /// A sweep has not seen all groups, and nobody goes on with it.
    #[error("the sweep stopped, and the next one begins anew: {reason}")]
    Stopped {
        /// Why nobody goes on.
        reason: String,
    },
    /// A batch whose messages have no ids by which to give them back: all of it comes again.
    #[error("{reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

impl<W: Watch> Function<W> {
    /// A function that hands each invocation to `watch`, with the instant that `clock` tells.
    pub const fn new(watch: W, clock: fn() -> Timestamp) -> Self {
        Self { watch, clock, proof: None }
    }

    /// The same, which believes only what comes with `proof`, if there is one. Without, it believes everybody.
    #[must_use]
    pub fn asking_for(self, proof: Option<Proof>) -> Self {
        Self { proof, ..self }
    }

    /// Handles one invocation: an order to sweep; an EventBridge event that holds a CloudTrail record; a bare record; or
    /// a batch of messages of a queue, each of which is one of the latter two. Whatever else it may be is answered as
    /// `ignored`.
    ///
    /// # Errors
    /// Where handling the same event again can help, where a sweep has stopped, and where a batch cannot be answered. What
    /// fails of a batch is answered, and is no error, which would repeat the others too.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Answer, Unfinished> {
        let now = (self.clock)();
        let left = time_left(event.context.deadline, now);
        if let Some(order) = order::read(event.payload.get(), self.proof.as_ref()) {
            return Ok(Answer::Sweep(Box::new(sweep::handle(&self.watch, order, now, left).await?)));
        }
        if let Some(messages) = batches::read(event.payload.get()) {
            let messages = messages.map_err(|error| Unfinished::Unreadable { reason: error.to_string() })?;
            return Ok(Answer::Batch(
                batch::handle(&self.watch, self.proof.as_ref(), messages, self.clock, left).await,
            ));
        }
        let brought = event::record(event.payload);
        let vouching = Proof::vouches(self.proof.as_ref(), brought.proof.as_deref());
        let record = brought.record.get().as_bytes();
        let report = event::handle(&self.watch, record, vouching, None, now, left).await?;
        Ok(Answer::Event(Box::new(report)))
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
            Unfinished::Stopped { .. } => "Stopped",
            Unfinished::Unreadable { .. } => "Unreadable",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests;
