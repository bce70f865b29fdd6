//! An EC2 account in memory: what a replay changes instead of a live account, and what tests look at.
//!
//! - [`Account`] holds groups, rules, prefix lists, network interfaces and VPCs, reads and writes them in the AWS CLI's
//!   JSON, and applies changes as EC2 would.
//! - [`Ports`] let the guard act on it.
//! - [`Desk`] puts the two together: a record goes in, is applied, and is handled.
//! - [`Account::estate`] is what a first policy is drafted from.
//!
//! Judges nothing, opens no file, and is never part of what is deployed.

mod account;
mod answer;
mod apply;
mod call;
mod desk;
mod entry;
mod error;
mod estate;
mod generated;
mod interface;
mod json;
mod list;
mod ports;
mod rules;
#[cfg(test)]
mod testing;

pub use account::Account;
pub use desk::Desk;
pub use error::{AccountError, Problem};
pub use ports::Ports;
