//! What ends the command before its time.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::console::{Console, Problem};
use crate::exit::Exit;
use crate::settings::UsageError;

/// Why the command ends before its time.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The command line cannot be parsed, or asks for help.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// It makes no sense.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The story cannot be told.
    #[error("the standard output cannot be written to")]
    Output(#[from] io::Error),
    /// Records for which memory has no room cannot be put aside.
    #[error("events cannot be put aside in a temporary file")]
    NoRoom(#[source] io::Error),
    /// The account cannot be written down.
    #[error("the account cannot be written to `{}`", .path.display())]
    AccountOut {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The page cannot be written.
    #[error("the report cannot be written to `{}`", .path.display())]
    Report {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The results of a test cannot be written down.
    #[error("the results cannot be written to `{}`", .path.display())]
    Results {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A man page cannot be written down.
    #[error("the page `{}` cannot be written", .path.display())]
    Page {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Problem for Failure {
    fn help(&self) -> Option<String> {
        match self {
            Self::CommandLine(_) => None,
            Self::Usage(error) => error.help(),
            Self::Output(_) => Some("look at the disk, or at what reads the output".to_owned()),
            Self::NoRoom(_) => Some(
                "make room in the folder for temporary files, or name another one in `TMPDIR`".to_owned(),
            ),
            Self::Page { .. } => Some("give a folder that you may write to".to_owned()),
            Self::AccountOut { .. } | Self::Report { .. } | Self::Results { .. } => {
                Some("give a file in a folder that you may write to".to_owned())
            }
        }
    }
}

/// `exit`, once the answer has been `written`. A reader who has gone has seen enough: how it ends does not change.
///
/// # Errors
/// When it could not be written for another reason.
pub(crate) fn answered(written: io::Result<()>, exit: Exit) -> Result<Exit, Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(exit),
    }
}

impl Failure {
    /// Says what there is to say, and how the command ends.
    pub(crate) fn exit(self, console: &mut Console) -> Exit {
        console.progress.finish();
        match self {
            Self::CommandLine(error) => {
                let is_wrong = error.use_stderr();
                // Whoever closed the output does not want to read it.
                let _ = error.print();
                if is_wrong { Exit::Usage } else { Exit::Handled }
            }
            // The reader has seen enough; what was reported until then holds.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                if console.has_reported() {
                    Exit::Error
                } else {
                    Exit::Handled
                }
            }
            Self::Usage(_) => {
                console.report(&self);
                Exit::Usage
            }
            Self::Output(_)
            | Self::NoRoom(_)
            | Self::AccountOut { .. }
            | Self::Report { .. }
            | Self::Results { .. }
            | Self::Page { .. } => {
                console.report(&self);
                Exit::Error
            }
        }
    }
}
