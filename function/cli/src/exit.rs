//! What the exit status says.

use std::process::ExitCode;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every event was handled.
    Handled,
    /// Something could not be read or written; what could be was handled.
    Error,
    /// There was something that `--fail-on` names: a violation, a warning, an answer; or a case of a policy failed.
    Violation,
    /// The command line makes no sense (`EX_USAGE` of sysexits.h).
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Handled => 0,
            Exit::Error => 1,
            Exit::Violation => 2,
            Exit::Usage => 64,
        })
    }
}
