//! The one place where this crate reads the clock.

use jiff::Timestamp;

/// The present instant.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the door brings the instant; everything behind it is given one"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
