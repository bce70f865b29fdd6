//! What must hold of any bytes at all: a module for each way in, and in it one function that stops at the first bytes of
//! which it does not hold.
//!
//! Three callers share them: the fuzzer (`targets`), the tests of this crate, which feed it every sample and everything
//! that the fuzzer has ever found, and whoever holds a strange file against one of them. Reads no files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "it is there to stop at what must not happen"
)]

pub mod account;
pub mod event;
pub mod notice;
pub mod policy;
mod world;

// By these names the check of the guard's own tests, which `notice` shares, knows what it uses.
use tierguard::visible;
