//! Makes realistic `CloudTrail` logs of any size from a seed, and says what a replay of them must find.
//!
//! ```text
//! Order ─▶ Lane (an account in a Region) ─▶ files of records: Noise, and the Story of its groups ─▶ Shelf
//!                                                                     └──────────────────────────▶ Made
//! ```
//!
//! The same order makes the same bytes, on every machine. Only one file is held at a time. Judges nothing: what the
//! policy ([`POLICY`]) forbids, the story knows because it meant to.

mod caller;
mod change;
mod dice;
mod files;
mod group;
mod lane;
mod made;
mod mix;
mod moment;
mod noise;
mod order;
mod scene;
mod shelf;
mod story;
mod template;

pub use made::{Made, MakeError, Tier, Violation, make};
pub use mix::{Mix, OneIn};
pub use noise::{Kind, Tells, kinds};
pub use order::{Form, Order, OrderError, Organisation, Seed, Size};
pub use shelf::{Folder, Memory, Shelf};

/// The policy that the story is told against: `policy.yaml` of this crate.
pub const POLICY: &str = include_str!("../policy.yaml");
