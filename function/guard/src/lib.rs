//! Judges security group changes against a tier policy: facts in, verdict, plan and notice out.
//!
//! ```text
//! bytes ─ wire ─▶ Change ─ look ─▶ Facts ─ judge ─▶ Verdict ─ plan ─▶ Remedy ─ act ─▶ Outcome ─ tell ─▶ Notice
//! ```
//!
//! One noun per module, one function per arrow, and [`Guard::respond`] walks the whole way. This crate has no AWS SDK,
//! no runtime, no clock, no files and no environment: the live account, the topic and the instant come in from the
//! door that uses it, through the ports [`ReadAccount`], [`ChangeAccount`], [`Publish`] and [`Remember`].

pub mod act;
pub mod basis;
pub mod change;
pub mod dispute;
pub mod draft;
pub mod facts;
pub mod group;
pub mod hypothesis;
pub mod id;
pub mod interface;
pub mod intervals;
pub mod judge;
pub mod look;
pub mod memory;
pub mod network;
pub mod notice;
mod outbox;
pub mod permission;
pub mod plan;
pub mod policy;
pub mod reach;
pub mod report;
pub mod respond;
pub mod shape;
pub mod sweep;
mod tell;
pub mod traffic;
pub mod visible;
pub mod wire;

pub use act::ChangeAccount;
pub use look::ReadAccount;
pub use memory::Remember;
pub use notice::Publish;
pub use policy::Policy;
pub use report::Report;
pub use respond::{Guard, Handled};
