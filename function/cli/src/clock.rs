//! The desk's one clock. A replay does not look at it: its time is that of its events.

use jiff::Timestamp;

use crate::settings::{UsageError, instant};

/// The instant in `text`; without one, now.
pub(crate) fn instant_or_now(text: Option<String>) -> Result<Timestamp, UsageError> {
    text.map_or_else(|| Ok(now()), instant)
}

#[expect(
    clippy::disallowed_methods,
    reason = "people at a desk ask about now; the instant goes in from here"
)]
fn now() -> Timestamp {
    let now = Timestamp::now();
    // To the second, as `CloudTrail` tells times.
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
