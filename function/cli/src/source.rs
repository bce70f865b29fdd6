//! Finds the files that events are in. Reads none of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use crate::console::{Console, Problem};
use crate::layout;
use crate::settings::{Input, Settings};

/// Where some events are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// On the standard input.
    Stdin,
    /// In a file, by its path as given.
    Named(PathBuf),
    /// In a file of a folder that was given, by its path as found.
    Found(PathBuf),
}

/// Events that cannot be found.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    #[error("`{}` cannot be found", .path.display())]
    NotThere {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the folder cannot be walked")]
    NotWalked {
        #[source]
        source: WalkError,
    },
    #[error("there are no events in the folder `{}`", .path.display())]
    Empty { path: PathBuf },
    #[error("no file in the folder `{}` may hold the events that were asked for", .path.display())]
    NoneWanted { path: PathBuf },
}

/// Why a folder cannot be walked.
#[derive(Debug, Error)]
#[error("{text}")]
pub(crate) struct WalkError {
    text: String,
}

impl Problem for SourceError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotThere { .. } => "give a file, a folder, or `-` for the standard input".to_owned(),
            Self::NotWalked { .. } => "make it readable, or give the files in it one by one".to_owned(),
            Self::Empty { path: _ } => {
                "files named *.json, *.jsonl, *.ndjson and *.gz are taken; any other is taken if it is given itself"
                    .to_owned()
            }
            Self::NoneWanted { path: _ } => {
                "its folders tell other accounts, Regions or days: see `--account-id`, `--region`, `--since`, `--until`"
                    .to_owned()
            }
        })
    }
}

/// Every source of `settings` in which wanted events may be, sorted by their paths. What cannot be found is reported
/// to `console`.
pub(crate) fn find(settings: &Settings, console: &mut Console) -> Vec<Source> {
    let no_events = NoEvents::new(settings);
    let mut sources = Vec::new();
    for input in &settings.inputs {
        match input {
            Input::Stdin => sources.push(Source::Stdin),
            Input::Path(path) => match std::fs::metadata(path) {
                Ok(meta) if meta.is_dir() => sources.extend(walk(path, settings, &no_events, console)),
                Ok(_) => sources.push(Source::Named(path.clone())),
                Err(source) => console.report(&SourceError::NotThere { path: path.clone(), source }),
            },
        }
    }
    // So that what is found does not depend on the order in which it was asked for.
    sources.sort_by(|one, other| one.path().cmp(other.path()));
    sources
}

/// Files that are not events, although they may lie among them: the policy and the accounts.
struct NoEvents(HashSet<PathBuf>);

impl NoEvents {
    fn new(settings: &Settings) -> Self {
        let Settings { policy, account, account_out, .. } = settings;
        let given = [policy, account, account_out].into_iter().flatten();
        Self(given.filter_map(|path| path.canonicalize().ok()).collect())
    }

    fn contain(&self, file: &DirEntry) -> bool {
        // Behind no link it has the name that it is known by.
        let may_be = |known: &PathBuf| file.path_is_symlink() || known.file_name() == Some(file.file_name());
        self.0.iter().any(may_be) && file.path().canonicalize().is_ok_and(|path| self.0.contains(&path))
    }
}

fn walk(folder: &Path, settings: &Settings, no_events: &NoEvents, console: &mut Console) -> Vec<Source> {
    let mut sources = Vec::new();
    let (mut failed, mut unwanted) = (false, false);
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if layout::is_of_another_service(entry.path()) => drop(entry),
            Ok(entry) if is_events(&entry) && !no_events.contain(&entry) => {
                if !settings.selection.may_be_in(entry.path()) {
                    unwanted = true;
                    continue;
                }
                sources.push(Source::Found(entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => {
                failed = true;
                console.report(&SourceError::NotWalked { source: WalkError { text: error.to_string() } });
            }
        }
    }
    if sources.is_empty() && !failed {
        let path = folder.to_owned();
        console.report(&if unwanted {
            SourceError::NoneWanted { path }
        } else {
            SourceError::Empty { path }
        });
    }
    sources
}

/// Whether a file found in a folder is taken to hold events, by its name.
fn is_events(entry: &DirEntry) -> bool {
    let endings = ["json", "jsonl", "ndjson", "gz"];
    let is_one = |ending: &str| endings.iter().any(|known| ending.eq_ignore_ascii_case(known));
    !entry.file_type().is_dir()
        && entry.file_name() != "account.json"
        && entry.path().extension().and_then(|ending| ending.to_str()).is_some_and(is_one)
}

impl Source {
    /// What it is called: the path as given or found.
    pub(crate) fn name(&self) -> String {
        self.path().to_string_lossy().into_owned()
    }

    fn path(&self) -> &Path {
        match self {
            Self::Stdin => Path::new("-"),
            Self::Named(path) | Self::Found(path) => path,
        }
    }

    /// Its size in bytes, as far as it is known before reading.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Stdin => 0,
            Self::Named(path) | Self::Found(path) => std::fs::metadata(path).map_or(0, |meta| meta.len()),
        }
    }

    /// The folder it is in and those above it, as far as its path names them: nearest first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        let mut is_above = true;
        // What stands before a `..` is not above it.
        self.path()
            .ancestors()
            .skip(1)
            .take_while(move |folder| std::mem::replace(&mut is_above, !folder.ends_with("..")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(path: &str) -> Vec<String> {
        let source = Source::Named(path.into());
        source.folders().map(|folder| folder.display().to_string()).collect()
    }

    #[test]
    fn the_folders_above_are_those_that_the_path_names() {
        assert_eq!(folders("events/web/x/event.json"), ["events/web/x", "events/web", "events", ""]);
        assert_eq!(folders("event.json"), [""]);
        assert_eq!(folders("/events/event.json"), ["/events", "/"]);
        assert_eq!(folders("../logs/event.json"), ["../logs", ".."]);
        assert_eq!(Source::Stdin.folders().collect::<Vec<_>>(), [Path::new("")]);
    }
}
