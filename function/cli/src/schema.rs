//! The JSON Schema of the policy file, from which editors complete and check it.

use std::io::{self, Write};

use crate::exit::Exit;
use crate::failure::Failure;

/// Prints the schema, as the project keeps it in a file.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn schema() -> Result<Exit, Failure> {
    writeln!(io::stdout().lock(), "{:#}", tierguard::policy::schema())?;
    Ok(Exit::Handled)
}
