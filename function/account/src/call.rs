//! The calls of the guard, and what EC2 makes of each.

mod authorize;
mod restore_list;
mod revoke;
mod room;
mod set_groups;

use tierguard::act::CallError;

/// A refusal that trying again cannot help.
fn refused(message: String) -> CallError {
    CallError { message, retryable: false }
}

#[cfg(test)]
mod tests;
