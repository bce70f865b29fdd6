//! What was made, and what a replay of it must find.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use thiserror::Error;

use crate::lane::Lane;
use crate::noise::Noise;
use crate::order::Order;
use crate::shelf::Shelf;
use crate::template::TemplateError;

/// What was made. A record that comes twice is one record of [`Self::records`] for each time, and one of anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Made {
    /// Files.
    pub files: u64,
    /// Bytes of JSON.
    pub bytes: u64,
    /// Bytes as they are kept: fewer than [`Self::bytes`] where they are compressed.
    pub kept_bytes: u64,
    /// Records.
    pub records: u64,
    /// Records that came before, in an earlier file.
    pub repeats: u64,
    /// Records that are in a later file than they should be; repeats are not counted.
    pub late: u64,
    /// Calls of security groups, whatever came of them.
    pub changes: u64,
    /// Of these, those that failed.
    pub failed: u64,
    /// How many changes each tier forbids.
    pub violations_by_tier: BTreeMap<Tier, u64>,
    /// How many forbidden changes each role or user made, by ARN.
    pub violations_by_caller: BTreeMap<String, u64>,
    /// Each of them, in the order in which each account in a Region lived through them.
    #[serde(skip)]
    pub violations: Vec<Violation>,
}

/// A change that the policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// `eventID`.
    pub event: String,
    /// The tier that forbids it.
    pub tier: Tier,
    /// The ARN of the role or of the user who made it.
    pub caller: String,
}

/// A tier of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// What the internet reaches.
    Web,
    /// What web reaches.
    App,
    /// What app reaches.
    Db,
}

/// Why logs cannot be made.
#[derive(Debug, Error)]
pub enum MakeError {
    /// A file cannot be written.
    #[error("`{path}` cannot be written")]
    File {
        /// Which.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Two changes of one account in one Region would fall into one second, and nobody could say which came first.
    #[error("{changes} changes do not fit into {seconds} seconds of one account in one Region")]
    TooDense {
        /// How many changes a file would have.
        changes: u64,
        /// How long it is.
        seconds: u64,
    },
    /// A record has no proper template.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl MakeError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::File { .. } => "give a folder that you may write to, on a disk with room",
            Self::TooDense { .. } => "ask for more days, accounts or Regions, for fewer changes, or for less",
            Self::Template(_) => "mend it: no order can make it so",
        }
    }
}

impl Tier {
    /// All of them, from the outside in.
    pub const ALL: [Self; 3] = [Self::Web, Self::App, Self::Db];

    /// As the policy calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Db => "db",
        }
    }
}

/// Makes what `order` asks for, and puts it on `shelf`.
///
/// # Errors
/// When that cannot be, or the shelf takes no more. What is there by then stays.
pub fn make(order: &Order, shelf: &mut impl Shelf) -> Result<Made, MakeError> {
    let noise = Noise::new()?;
    let mut made = Made::default();
    for lane in Lane::all(order)? {
        lane.live(order, &noise, shelf, &mut made)?;
    }
    for violation in &made.violations {
        count(&mut made.violations_by_tier, violation.tier);
        count(&mut made.violations_by_caller, violation.caller.clone());
    }
    Ok(made)
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, of: K) {
    let count = counts.entry(of).or_default();
    *count = count.saturating_add(1);
}
