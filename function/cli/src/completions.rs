//! The completions of the command line, for shells.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::args::{Args, CompletionsArgs};
use crate::exit::Exit;
use crate::failure::{Failure, answered};

/// Prints them.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn completions(CompletionsArgs { shell }: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    // What writes them takes a failure for a defect: memory takes everything.
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command, name, &mut script);
    answered(io::stdout().lock().write_all(&script), Exit::Handled)
}
