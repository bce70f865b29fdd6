//! What is wrong with a policy, and what in it was perhaps not meant.

use std::io::{self, Write};

use serde::Serialize;
use tierguard::policy::{Diagnostic, Diagnostics, Document};

use crate::args::{AnswerFormat, CheckArgs, FailOnWarning};
use crate::clock::instant_or_now;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::{Failure, answered};
use crate::shown::shown;
use crate::story::counted;
use crate::story::style::{BAD, GOOD, OPEN};
use crate::{files, jsonl};

/// Checks a policy.
///
/// # Errors
/// When what is typed makes no sense, or the answer cannot be written.
pub(crate) fn check(args: CheckArgs, console: &mut Console) -> Result<Exit, Failure> {
    let CheckArgs { file, account, at, format, fail_on } = args;
    let at = instant_or_now(at)?;
    files::stdin_once([Some(&file), account.as_ref()])?;
    let groups = match account.map(|path| files::account_with_groups(&path, console)) {
        Some(Some(account)) => Some(account.groups().cloned().collect::<Vec<_>>()),
        Some(None) => return Ok(Exit::Error),
        None => None,
    };
    let text = match files::policy_text(&file) {
        Ok(text) => text,
        Err(error) => {
            console.report(&error);
            return Ok(Exit::Error);
        }
    };
    let name = files::name(&file);
    let checked = Checked::new(&name, Document::parse(&name, &text), |document| {
        document.warnings(at, groups.as_deref())
    });
    let exit = match fail_on {
        _ if !checked.errors().is_empty() => Exit::Error,
        Some(FailOnWarning::Warning) if !checked.warnings().is_empty() => Exit::Violation,
        Some(FailOnWarning::Warning) | None => Exit::Handled,
    };
    let written = match format {
        AnswerFormat::Text => checked.tell(&mut anstream::stdout().lock()),
        AnswerFormat::Json => jsonl::write(&mut io::stdout().lock(), &checked.report()),
    };
    answered(written, exit)
}

/// A policy that was checked.
enum Checked<'n> {
    /// It is none.
    Wrong { name: &'n str, errors: Diagnostics },
    /// It is one.
    Right { name: &'n str, document: Box<Document>, warnings: Diagnostics },
}

impl<'n> Checked<'n> {
    fn new(
        name: &'n str,
        parsed: Result<Document, Diagnostics>,
        warnings: impl FnOnce(&Document) -> Diagnostics,
    ) -> Self {
        match parsed {
            Ok(document) => Self::Right { name, warnings: warnings(&document), document: Box::new(document) },
            Err(errors) => Self::Wrong { name, errors },
        }
    }

    fn errors(&self) -> Vec<&Diagnostic> {
        match self {
            Self::Wrong { errors, .. } => errors.iter().collect(),
            Self::Right { .. } => Vec::new(),
        }
    }

    fn warnings(&self) -> Vec<&Diagnostic> {
        match self {
            Self::Wrong { .. } => Vec::new(),
            Self::Right { warnings, .. } => warnings.iter().collect(),
        }
    }

    fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Wrong { name, errors } => {
                let count = counted(errors.len(), "error");
                writeln!(out, "{}\n\n{}: {BAD}{count}{BAD:#}", errors.coloured(), shown(name))
            }
            Self::Right { name, document, warnings } => {
                let policy = document.policy();
                let tiers = counted(policy.tiers.len(), "tier");
                let exemptions = counted(policy.exemptions.len(), "exemption");
                let style = if warnings.is_empty() { GOOD } else { OPEN };
                let count = counted(warnings.len(), "warning");
                if !warnings.is_empty() {
                    writeln!(out, "{}\n", warnings.coloured())?;
                }
                writeln!(out, "{}: {tiers}, {exemptions}, {style}{count}{style:#}", shown(name))
            }
        }
    }

    fn report(&self) -> Report<'_> {
        let (Self::Wrong { name, .. } | Self::Right { name, .. }) = self;
        Report { file: name, errors: entries(self.errors()), warnings: entries(self.warnings()) }
    }
}

/// The JSON of a check.
#[derive(Serialize)]
struct Report<'c> {
    file: &'c str,
    errors: Vec<Entry<'c>>,
    warnings: Vec<Entry<'c>>,
}

#[derive(Serialize)]
struct Entry<'c> {
    line: usize,
    column: usize,
    message: &'c str,
    help: &'c str,
}

fn entries(found: Vec<&Diagnostic>) -> Vec<Entry<'_>> {
    found.into_iter().map(Entry::of).collect()
}

impl<'c> Entry<'c> {
    fn of(diagnostic: &'c Diagnostic) -> Self {
        Self {
            line: diagnostic.line(),
            column: diagnostic.column(),
            message: diagnostic.message(),
            help: diagnostic.help(),
        }
    }
}
