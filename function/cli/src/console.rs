//! The standard error: what went wrong and what to do about it, and how far a long replay has come.
//!
//! Counts what it reports, so that nothing reported is forgotten when the exit status is chosen. A standard error that
//! cannot be written to is no reason to stop.

use std::error::Error;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use tierguard::policy::Diagnostics;

use crate::progress::Progress;
use crate::shown::shown_up_to;

/// Something that went wrong: `Display` and the chain of sources say what, [`Self::help`] what to do about it. Neither needs to be
/// safe to show.
pub(crate) trait Problem: Error {
    /// What to do about it.
    fn help(&self) -> Option<String>;
}

/// The standard error.
#[derive(Debug, Default)]
pub(crate) struct Console {
    reported: usize,
    /// How far it has come.
    pub(crate) progress: Progress,
}

/// How much is shown of one problem, in characters. The longest path has 4096 bytes.
const LONGEST: usize = 5000;
const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

impl Console {
    /// Reports `problem`.
    pub(crate) fn report(&mut self, problem: &dyn Problem) {
        let help = problem.help().map(|help| format!("\n  {HELP}help:{HELP:#} {help}")).unwrap_or_default();
        self.write(&format!("{ERROR}error:{ERROR:#} {}{help}", in_one_line(problem)));
    }

    /// Reports all that is wrong with a policy, drawn under its text.
    pub(crate) fn report_policy(&mut self, errors: &Diagnostics) {
        self.write(&errors.coloured());
    }

    /// Whether anything was reported.
    pub(crate) const fn has_reported(&self) -> bool {
        self.reported > 0
    }

    fn write(&mut self, text: &str) {
        self.reported = self.reported.saturating_add(1);
        self.progress.suspend(|| {
            // There is nowhere left to say that this failed.
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        });
    }
}

/// `problem` and what caused it, in one line that is safe to show. A cause that the text before it has told is not
/// told again.
fn in_one_line(problem: &dyn Problem) -> String {
    let mut text = problem.to_string();
    let mut cause = problem.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.ends_with(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        cause = error.source();
    }
    shown_up_to(LONGEST, &text).to_string()
}
