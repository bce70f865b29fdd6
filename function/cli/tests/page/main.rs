//! The page that `replay --report` writes: what stands in it, and what a person can do with it in a real browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test harness stops at the first surprise"
)]

mod browser;
#[path = "../command/desk.rs"]
#[expect(dead_code, reason = "the tests of the command need more of it")]
mod desk;
mod driving;
mod history;
mod hostile;
mod markup;
mod paper;
