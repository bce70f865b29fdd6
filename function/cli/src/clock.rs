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
    Timestamp::now()
}
