//! PLACEHOLDER, being written.
/// All that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("x")]
pub struct PolicyErrors;
