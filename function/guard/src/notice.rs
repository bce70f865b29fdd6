//! PLACEHOLDER, being written.

use std::future::Future;

use thiserror::Error;

use crate::respond::Handled;

/// Tells people.
pub trait Publish {
    /// Publishes one notice.
    fn publish(&self, notice: &Notice) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// A notice that the topic did not take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PublishError {
    /// What came back.
    pub message: String,
}

/// What people and machines are told about one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice;

impl Notice {
    /// The notice about `handled`; `None` where nobody needs to know.
    #[must_use]
    pub fn of(_handled: &Handled) -> Option<Self> {
        None
    }
}
