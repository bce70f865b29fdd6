//! The harness of the end-to-end tests: the built function, an API server for it to act on, and the events that tell it
//! what was done there.
//!
//! Nothing here judges: it makes changes through the public API, hands their events over, and reads back what is there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::missing_panics_doc,
    reason = "a test harness stops at the first surprise, and owns its environment and its clock"
)]

pub mod call;
pub mod cargo;
pub mod command;
pub mod corpus;
pub mod dice;
pub mod event;
pub mod fault;
pub mod flow;
pub mod function;
pub mod http;
pub mod iam;
pub mod interface;
pub mod kind;
pub mod list;
pub mod memory;
pub mod moto;
pub mod operations;
pub mod proxy;
pub mod rule;
pub mod runtime_api;
pub mod sample;
pub mod scene;
pub mod service;
pub mod state;
pub mod table;
pub mod tags;
pub mod template;
pub mod trial;
pub mod venv;
pub mod world;
