//! Whether a policy says what somebody expected it to say.

mod json;
mod junit;
mod text;

use std::collections::BTreeSet;
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
use crate::shown::shown;
use crate::{files, jsonl};

/// How the names of files of cases end.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// How the names of policies end.
const POLICIES: [&str; 3] = [".yaml", ".yml", ".json"];

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
            Self::None { policy } => {
                let name = name_of(policy);
                let stem = POLICIES.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or("policy");
                format!(
                    "write some into a file named `{}.test.yaml` there (`tierguard policy test --help` shows how), or \
                     name one with `--cases FILE`",
                    shown(stem)
                )
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
    files::stdin_once(cases.iter().chain([&file]).map(Some))?;
    let Some(document) = files::policy(&file, console) else { return Ok(Exit::Error) };
    let paths = if cases.is_empty() { beside(&file, console) } else { cases };
    let (mut tested, mut unread) = (Vec::new(), Vec::new());
    for path in &paths {
        match answered_cases(path, &document, at, console) {
            Some(file) => tested.push(file),
            None => unread.push(path.to_string_lossy().into_owned()),
        }
    }
    if let Some(path) = junit {
        let written = std::fs::write(&path, junit::xml(document.name(), &tested, &unread));
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
    let all: BTreeSet<_> = found.collect();
    let found: Vec<_> = all.iter().filter(|path| is_of(path, policy, &all)).collect();
    if found.is_empty() {
        console.report(&CasesError::None { policy: policy.to_owned() });
    }
    // As they would have been typed.
    found.into_iter().map(|path| path.strip_prefix("./").unwrap_or(path).to_owned()).collect()
}

/// Whether the file at `path`, one of `all` in a folder, holds cases of `policy`: those of another policy, after which
/// they are named, are none of its. `policy.prod.test.yaml` belongs to `policy.prod.yaml`, or else to `policy.yaml`, or
/// else to every policy there.
fn is_of(path: &Path, policy: &Path, all: &BTreeSet<PathBuf>) -> bool {
    let name = name_of(path);
    let Some(base) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) else { return false };
    let dots = base.match_indices('.').map(|(dot, _)| dot).chain([base.len()]);
    let stems: Vec<_> = dots.filter_map(|end| base.get(..end)).collect();
    let is_there = |name: String| all.contains(&path.with_file_name(name));
    let is_policy = |stem: &&str| POLICIES.iter().any(|ending| is_there(format!("{stem}{ending}")));
    let owner = stems.into_iter().rev().find(is_policy);
    let name = name_of(policy);
    owner.is_none_or(|owner| POLICIES.iter().any(|ending| name.strip_suffix(ending) == Some(owner)))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The cases in the file at `path`, answered. What is wrong with them is reported to `console`.
fn answered_cases(path: &Path, document: &Document, at: Timestamp, console: &mut Console) -> Option<Tested> {
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
