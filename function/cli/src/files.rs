//! The files that are held as a whole: policies, cases and accounts. What is wrong with one is reported, all at once.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use thiserror::Error;
use tierguard::policy::Document;
use tierguard_account::{Account, AccountError};

use crate::console::{Console, Problem};
use crate::encoding;
use crate::settings::UsageError;

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
    #[error("the {noun} `{}` is not text", .path.display())]
    NotText { noun: &'static str, path: PathBuf },
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("the account `{}` has no security groups", name(.path))]
    NoGroups { path: PathBuf },
}

impl Problem for FileError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { noun: "policy", source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "give the path of a policy: `tierguard policy init --account FILE` drafts a first one"
                    .to_owned()
            }
            Self::Unreadable { .. } => "give the path of a text file that you may read".to_owned(),
            Self::TooLarge { noun: "policy", .. } => {
                "give the path of a policy: one is a few pages long".to_owned()
            }
            Self::TooLarge { noun: "file of cases", .. } => "write several files of cases".to_owned(),
            Self::TooLarge { .. } => "keep the groups that the events are about, and their rules".to_owned(),
            Self::NotText { .. } => "save it as UTF-8, or as UTF-16 with a byte order mark".to_owned(),
            Self::Account(error) => error.help().to_owned(),
            Self::NoGroups { .. } => {
                "write what `aws ec2 describe-security-groups --output json` prints into it".to_owned()
            }
        })
    }
}

/// The policy in the file at `path`, or on the standard input.
///
/// Says what is wrong with it on `console`.
pub(crate) fn policy(path: &Path, console: &mut Console) -> Option<Document> {
    let text = policy_text(path).map_err(|error| console.report(&error)).ok()?;
    Document::parse(&name(path), &text).map_err(|errors| console.report_policy(&errors)).ok()
}

/// The text of the policy in the file at `path`, or on the standard input.
pub(crate) fn policy_text(path: &Path) -> Result<String, FileError> {
    text("policy", path, LARGEST_POLICY)
}

/// What the policy or the account in the file at `path` is called.
pub(crate) fn name(path: &Path) -> Cow<'_, str> {
    if is_stdin(path) { "<stdin>".into() } else { path.to_string_lossy() }
}

/// Whether this `path` stands for the standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses `paths` of which more than one stands for the standard input: that can be read once.
pub(crate) fn stdin_once<'p>(paths: impl IntoIterator<Item = Option<&'p PathBuf>>) -> Result<(), UsageError> {
    let given = paths.into_iter().flatten().filter(|path| is_stdin(path)).count();
    if given > 1 { Err(UsageError::StdinTwice) } else { Ok(()) }
}

/// The text of the cases in the file at `path`.
pub(crate) fn cases_text(path: &Path) -> Result<String, FileError> {
    text("file of cases", path, LARGEST_POLICY)
}

/// The account in the file at `path`, or on the standard input.
///
/// Says what is wrong with it on `console`.
pub(crate) fn account(path: &Path, console: &mut Console) -> Option<Account> {
    let account =
        text("account", path, LARGEST_ACCOUNT).and_then(|text| Ok(Account::from_json(&name(path), &text)?));
    account.map_err(|error| console.report(&error)).ok()
}

/// The same, if it holds a group: of an account without one there is nothing to say.
pub(crate) fn account_with_groups(path: &Path, console: &mut Console) -> Option<Account> {
    let account = account(path, console)?;
    if account.groups().next().is_none() {
        console.report(&FileError::NoGroups { path: path.to_owned() });
        return None;
    }
    Some(account)
}

/// The text of what is held as a whole, of `most` bytes at most: of the file at `path`, or of the standard input.
fn text(noun: &'static str, path: &Path, most: u64) -> Result<String, FileError> {
    let unreadable = |source| FileError::Unreadable { noun, path: path.to_owned(), source };
    let too_large = || FileError::TooLarge { noun, path: path.to_owned(), most };
    let is_too_large = |bytes: &Vec<u8>| u64::try_from(bytes.len()).is_ok_and(|length| length > most);
    let read = if is_stdin(path) { stdin(most) } else { File::open(path).and_then(|file| bytes(file, most)) };
    let packed =
        Some(read.map_err(unreadable)?).filter(|bytes| !is_too_large(bytes)).ok_or_else(too_large)?;
    let bytes = encoding::unpacked(packed, most).map_err(unreadable)?;
    let bytes = Some(bytes).filter(|bytes| !is_too_large(bytes)).ok_or_else(too_large)?;
    encoding::text(bytes).ok_or_else(|| FileError::NotText { noun, path: path.to_owned() })
}

/// What is on the standard input. That is there once, and several scenarios may ask for it.
fn stdin(most: u64) -> io::Result<Vec<u8>> {
    static READ: OnceLock<Vec<u8>> = OnceLock::new();
    if READ.get().is_none() {
        let read = bytes(io::stdin().lock(), most)?;
        READ.get_or_init(|| read);
    }
    Ok(READ.get().cloned().unwrap_or_default())
}

/// What is read, of which more than `most` bytes are too many.
fn bytes(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
