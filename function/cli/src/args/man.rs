//! What `man` takes.

use std::path::PathBuf;

/// Print the man page of this command, or write those of all its subcommands
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Write a page for the command and for each subcommand into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR", value_parser = super::written())]
    pub(crate) out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  tierguard man | man -l -
  tierguard man --out ~/.local/share/man/man1

Exit status: 0 printed or written, 1 an error, 64 wrong usage.";
