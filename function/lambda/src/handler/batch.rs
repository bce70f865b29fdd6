//! The messages of a batch, each handled on its own. Those that failed are answered by their ids; SQS brings them again,
//! and no other.
//!
//! The queue is for events. An order to sweep in a message is not obeyed: it is no record, and is ignored like any other
//! thing that is none.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::SqsBatchResponse;
use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::{Unfinished, Watch, event};
use crate::batch::Message;
use crate::log;
use crate::proof::Proof;

/// How many messages are under way at once. EC2 lets some fifty changes through before it throttles, and one event rarely
/// needs more than two.
const AT_ONCE: usize = 10;

/// Handles `messages` within `left`; each is handled at the instant that `clock` tells when its turn comes.
pub(super) async fn handle(
    watch: &impl Watch,
    proof: Option<&Proof>,
    messages: Vec<Message>,
    clock: fn() -> Timestamp,
    left: Duration,
) -> SqsBatchResponse {
    let (began, all) = (Instant::now(), messages.len());
    let turns = messages.into_iter().enumerate().map(|(turn, message)| async move {
        let left = share(left.saturating_sub(began.elapsed()), all.saturating_sub(turn));
        let is_finished = is_finished(watch, proof, &message, clock(), left).await;
        (!is_finished).then_some(message.receipt.message_id)
    });
    let mut under_way = stream::iter(turns).buffer_unordered(AT_ONCE);
    let mut response = SqsBatchResponse::default();
    while let Some(failed) = under_way.next().await {
        if let Some(message_id) = failed {
            response.add_failure(message_id);
        }
    }
    response
}

/// What one message may take of the time that is `left` for `waiting` messages, itself included: those that come after
/// must find as much, even if all of these use theirs up.
fn share(left: Duration, waiting: usize) -> Duration {
    let rounds = waiting.div_ceil(AT_ONCE).max(1);
    left / u32::try_from(rounds).unwrap_or(u32::MAX)
}

/// Handles one message; false where it is to come again. Its line in the log says why.
async fn is_finished(
    watch: &impl Watch,
    proof: Option<&Proof>,
    message: &Message,
    now: Timestamp,
    left: Duration,
) -> bool {
    match caught(one(watch, proof, message, now, left)).await {
        Ok(handled) => handled.is_ok(),
        Err(panic) => {
            log::panicked(&panic, &message.receipt);
            false
        }
    }
}

async fn one(
    watch: &impl Watch,
    proof: Option<&Proof>,
    Message { receipt, body }: &Message,
    now: Timestamp,
    left: Duration,
) -> Result<(), Unfinished> {
    // What is no JSON may still be what is left of an event: that is for the guard to see.
    let opened = serde_json::from_str(body).ok().map(event::record);
    let record = opened.as_ref().map_or(body.as_str(), |brought| brought.record.get());
    let vouching = Proof::vouches(proof, opened.as_ref().and_then(|brought| brought.proof.as_deref()));
    event::handle(watch, record.as_bytes(), vouching, Some(receipt), now, left).await.map(drop)
}

/// What becomes of `future`, or what its panic said.
///
/// The one place where unwinding is caught. No input is known to make the guard panic, and an event that comes alone
/// may take its invocation with it; here the other messages of the batch would be repeated with it, until all of them
/// are given up. Nothing that the future has left half done is looked at afterwards: it is not polled again, and all
/// that it shares with the others is never changed (the guard, the clients).
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = Box::pin(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(words(&*panic))),
    })
    .await
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("something that is no text").to_owned()
}

#[cfg(test)]
mod tests;
