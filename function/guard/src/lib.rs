//! x
pub mod change;
pub mod group;
pub mod id;
pub mod intervals;
pub mod network;
pub mod permission;
pub mod policy;
pub mod reach;
pub mod shape;
pub mod traffic;
pub mod wire;
