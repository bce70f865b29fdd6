//! The Lambda function. Everything is in the library; this maps its result to an exit status.

use std::io::Write;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match tierguard_lambda::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // As plain lines, not as JSON: a policy error is a drawing. If even this fails, the status is left.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
