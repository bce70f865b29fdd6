//! The man pages: one for the command, one for each subcommand. They say what `--help` says.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Args, ManArgs};
use crate::exit::Exit;
use crate::failure::{Failure, answered};

/// Prints the first page, or writes all.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn man(ManArgs { out }: ManArgs) -> Result<Exit, Failure> {
    // `help` says nothing that the pages do not.
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    match out {
        None => answered(io::stdout().lock().write_all(page(&of(command))?.as_bytes()), Exit::Handled),
        Some(folder) => {
            write_all(&command, &folder)?;
            Ok(Exit::Handled)
        }
    }
}

/// Writes the page of `command` and those of its subcommands into `folder`.
fn write_all(command: &Command, folder: &Path) -> Result<(), Failure> {
    let man = of(command.clone());
    let path = folder.join(man.get_filename());
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, page(&man)?));
    written.map_err(|source| Failure::Page { path, source })?;
    command.get_subcommands().try_for_each(|command| write_all(command, folder))
}

fn of(command: Command) -> Man {
    Man::new(command).source(concat!("tierguard ", env!("CARGO_PKG_VERSION")))
}

fn page(man: &Man) -> io::Result<String> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    let page = String::from_utf8(page).map_err(io::Error::other)?;
    // What stands after the options is examples, whose lines are to stay as they are.
    let page = page.replacen(".SH EXTRA\n", ".SH EXAMPLES\n.nf\n", 1);
    Ok(page.replacen(".SH VERSION\n", ".fi\n.SH VERSION\n", 1))
}
