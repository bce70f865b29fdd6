//! PLACEHOLDER, being written.
use super::{Policy, PolicyErrors};
pub(super) fn read(_name: &str, _text: &str) -> Result<Policy, PolicyErrors> {
    Err(PolicyErrors)
}
