//! The files that are held as a whole: policies and accounts. What is wrong with one is reported, all at once.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;
use tierguard::policy::Document;
use tierguard_account::{Account, AccountError};

use crate::console::{Console, Problem};

/// How large a policy may be, in bytes.
const LARGEST_POLICY: u64 = 1 << 20;
/// How large an account may be, in bytes. Read, it takes several times that.
const LARGEST_ACCOUNT: u64 = 128 << 20;

/// A file that cannot be read.
#[derive(Debug, Error)]
pub(crate) enum FileError {
    #[error("the {noun} `{}` cannot be read", .path.display())]
    Unreadable {
        noun: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the {noun} `{}` is larger than {} MiB", .path.display(), .most >> 20)]
    TooLarge { noun: &'static str, path: PathBuf, most: u64 },
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl Problem for FileError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "give the path of a text file that you may read".to_owned(),
            Self::TooLarge { noun: "policy", .. } => {
                "give the path of a policy: one is a few pages long".to_owned()
            }
            Self::TooLarge { noun: "file of cases", .. } => "write several files of cases".to_owned(),
            Self::TooLarge { .. } => "keep the groups that the events are about, and their rules".to_owned(),
            Self::Account(error) => error.help().to_owned(),
        })
    }
}

/// The policy in the file at `path`, or on the standard input.
///
/// Says what is wrong with it on `console`.
pub(crate) fn policy(path: &Path, console: &mut Console) -> Option<Document> {
    let text = policy_text(path).map_err(|error| console.report(&error)).ok()?;
    Document::parse(&policy_name(path), &text).map_err(|errors| console.report_policy(&errors)).ok()
}

/// The text of the policy in the file at `path`, or on the standard input.
pub(crate) fn policy_text(path: &Path) -> Result<String, FileError> {
    if is_stdin(path) {
        return read("policy", path, io::stdin().lock(), LARGEST_POLICY);
    }
    text("policy", path, LARGEST_POLICY)
}

/// What the policy in the file at `path` is called.
pub(crate) fn policy_name(path: &Path) -> Cow<'_, str> {
    if is_stdin(path) { "<stdin>".into() } else { path.to_string_lossy() }
}

/// Whether this `path` stands for the standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The text of the cases in the file at `path`.
pub(crate) fn cases_text(path: &Path) -> Result<String, FileError> {
    text("file of cases", path, LARGEST_POLICY)
}

/// The account in the file at `path`.
///
/// Says what is wrong with it on `console`.
pub(crate) fn account(path: &Path, console: &mut Console) -> Option<Account> {
    let account = text("account", path, LARGEST_ACCOUNT)
        .and_then(|text| Ok(Account::from_json(&path.to_string_lossy(), &text)?));
    account.map_err(|error| console.report(&error)).ok()
}

/// The text of a file that is held as a whole, of `most` bytes at most.
fn text(noun: &'static str, path: &Path, most: u64) -> Result<String, FileError> {
    let file = File::open(path);
    read(
        noun,
        path,
        file.map_err(|source| FileError::Unreadable { noun, path: path.to_owned(), source })?,
        most,
    )
}

/// The text of what is read from `path`.
fn read(noun: &'static str, path: &Path, from: impl Read, most: u64) -> Result<String, FileError> {
    let unreadable = |source| FileError::Unreadable { noun, path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let length = from.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(length).is_ok_and(|length| length > most) {
        return Err(FileError::TooLarge { noun, path: path.to_owned(), most });
    }
    String::from_utf8(bytes).map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))
}
