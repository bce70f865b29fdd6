//! Whether a policy says what somebody expected it to say.

mod json;
mod junit;
mod text;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use tierguard::policy::{Answer, Case, Document};

use crate::args::{AnswerFormat, TestArgs};
use crate::clock::instant_or_now;
use crate::console::{Console, Problem};
use crate::exit::Exit;
use crate::failure::{Failure, answered};
use crate::{files, jsonl};

/// How the names of files of cases end.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// The cases of one file, and what the policy says of each.
struct Tested {
    file: String,
    results: Vec<(Case, Answer)>,
}

/// Cases that cannot be found.
#[derive(Debug, Error)]
enum CasesError {
    #[error("the folder `{}` cannot be read", .path.display())]
    NotListed {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("there are no cases beside `{}`", .policy.display())]
    None { policy: PathBuf },
}

impl Problem for CasesError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotListed { .. } => "name the cases with `--cases FILE`".to_owned(),
            Self::None { .. } => {
                "write some into a file named `policy.test.yaml` there (`tierguard policy test --help` shows how), or \
                 name one with `--cases FILE`"
                    .to_owned()
            }
        })
    }
}

/// Tests a policy.
///
/// # Errors
/// When what is typed makes no sense, or the results cannot be written.
pub(crate) fn test(args: TestArgs, console: &mut Console) -> Result<Exit, Failure> {
    let TestArgs { file, cases, at, format, junit } = args;
    let at = instant_or_now(at)?;
    let Some(document) = files::policy(&file, console) else { return Ok(Exit::Error) };
    let paths = if cases.is_empty() { beside(&file, console) } else { cases };
    let tested: Vec<_> = paths.iter().filter_map(|path| tested(path, &document, at, console)).collect();
    if let Some(path) = junit {
        let written = std::fs::write(&path, junit::xml(document.name(), &tested));
        written.map_err(|source| Failure::Results { path, source })?;
    }
    let exit = match tested.iter().all(Tested::has_passed) {
        _ if console.has_reported() => Exit::Error,
        true => Exit::Handled,
        false => Exit::Violation,
    };
    let written = match format {
        AnswerFormat::Text => text::write(&tested, &mut anstream::stdout().lock()),
        AnswerFormat::Json => {
            jsonl::write(&mut io::stdout().lock(), &json::Report::new(document.name(), &tested))
        }
    };
    answered(written, exit)
}

/// The files of cases beside `policy`, by their names. That there are none is reported to `console`.
fn beside(policy: &Path, console: &mut Console) -> Vec<PathBuf> {
    let folder = policy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()),
        Err(source) => {
            console.report(&CasesError::NotListed { path: folder.to_owned(), source });
            return Vec::new();
        }
    };
    let mut found: Vec<_> = found.filter(|path| holds_cases(path)).collect();
    found.sort();
    if found.is_empty() {
        console.report(&CasesError::None { policy: policy.to_owned() });
    }
    // As they would have been typed.
    found.into_iter().map(|path| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)).collect()
}

fn holds_cases(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The cases in the file at `path`, answered. What is wrong with them is reported to `console`.
fn tested(path: &Path, document: &Document, at: Timestamp, console: &mut Console) -> Option<Tested> {
    let text = files::cases_text(path).map_err(|error| console.report(&error)).ok()?;
    let file = path.to_string_lossy().into_owned();
    let cases = document.cases(&file, &text).map_err(|errors| console.report_policy(&errors)).ok()?;
    let answered = |case: &Case| (case.clone(), document.answer(case, &cases, at));
    Some(Tested { results: cases.cases.iter().map(answered).collect(), file })
}

impl Tested {
    fn has_passed(&self) -> bool {
        self.failures() == 0
    }

    fn failures(&self) -> usize {
        self.results.iter().filter(|(case, answer)| !answer.is_expected(case)).count()
    }
}
