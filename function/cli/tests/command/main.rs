//! The built command, as people use it: what goes in, what comes out, and how it ends.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test harness stops at the first surprise"
)]

mod accounts;
mod audit;
mod cases;
mod check;
mod desk;
mod discovery;
mod ends;
mod errors;
mod explain;
mod graph;
mod help;
mod hostile;
mod init;
mod logs;
mod machine;
mod memory;
mod report;
mod shapes;
mod story;
mod summary;
mod sweep;
mod usage;
mod ways;
