//! The standard error: what went wrong and what to do about it, and how far a long replay has come.
//!
//! Counts what it reports, so that nothing reported is forgotten when the exit status is chosen. A standard error that
//! cannot be written to is no reason to stop.

use std::error::Error;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tierguard::policy::Diagnostics;

use crate::jsonl;
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
    speech: Speech,
    /// How far it has come.
    pub(crate) progress: Progress,
}

/// How problems are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Speech {
    /// To people.
    #[default]
    Text,
    /// To machines: each as one line of JSON.
    Json,
}

/// A problem as one line of JSON.
#[derive(Serialize)]
struct Told<'p> {
    error: &'p str,
    help: Option<&'p str>,
    #[serde(flatten)]
    place: Option<Place<'p>>,
}

/// Where in a file it is.
#[derive(Serialize)]
struct Place<'p> {
    file: &'p str,
    line: usize,
    column: usize,
}

/// How much is shown of one problem, in characters. The longest path has 4096 bytes.
const LONGEST: usize = 5000;
const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

impl Console {
    /// From now on, tells problems like this.
    pub(crate) const fn speak(&mut self, speech: Speech) {
        self.speech = speech;
    }

    /// Reports `problem`.
    pub(crate) fn report(&mut self, problem: &dyn Problem) {
        let (error, help) = (in_one_line(problem), problem.help());
        match self.speech {
            Speech::Text => {
                let help = help.map(|help| format!("\n  {HELP}help:{HELP:#} {help}")).unwrap_or_default();
                self.write(&format!("{ERROR}error:{ERROR:#} {error}{help}"));
            }
            Speech::Json => self.tell(&Told { error: &error, help: help.as_deref(), place: None }),
        }
    }

    /// Reports all that is wrong with a policy: to people, drawn under its text.
    pub(crate) fn report_policy(&mut self, errors: &Diagnostics) {
        match self.speech {
            Speech::Text => self.write(&errors.coloured()),
            Speech::Json => self.tell_policy(errors),
        }
    }

    /// Whether anything was reported.
    pub(crate) const fn has_reported(&self) -> bool {
        self.reported > 0
    }

    fn tell_policy(&mut self, errors: &Diagnostics) {
        for error in errors {
            let place = Place { file: errors.file(), line: error.line(), column: error.column() };
            self.tell(&Told { error: error.message(), help: Some(error.help()), place: Some(place) });
        }
        if errors.omitted() > 0 {
            let error = format!("{} more errors are not shown", errors.omitted());
            self.tell(&Told {
                error: &error,
                help: Some("mend those that are, and look again"),
                place: None,
            });
        }
    }

    /// Writes one line of JSON. Memory takes everything, and JSON is text.
    fn tell(&mut self, told: &Told<'_>) {
        let mut line = Vec::new();
        let _ = jsonl::write(&mut line, told);
        self.write(String::from_utf8_lossy(&line).trim_end());
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
