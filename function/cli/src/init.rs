//! A first policy, drafted from an account. What is in it is for the library to say: here the account is read, and the
//! draft handed over.

mod json;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;
use tierguard::draft::{Draft, Estate, TagKey};

use crate::args::{AnswerFormat, InitArgs};
use crate::console::{Console, Problem};
use crate::exit::Exit;
use crate::failure::{Failure, answered};
use crate::shown::shown;
use crate::story::counted;
use crate::whole::WholeFile;
use crate::{files, jsonl};

/// Why there is no draft.
#[derive(Debug, Error)]
enum InitError {
    #[error("no group has the tag `{tag}`")]
    NoTag { tag: String, tags: Vec<TagKey> },
    #[error("`{}` is there already", .path.display())]
    Exists { path: PathBuf },
    #[error("the policy cannot be written to `{}`", .path.display())]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// How many tags are named to somebody who looks for one.
const MOST_TAGS: usize = 8;

impl Problem for InitError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoTag { tags, .. } if tags.is_empty() => {
                "no group has any tag: leave `--tag` out, and tiers follow the names".to_owned()
            }
            Self::NoTag { tags, .. } => {
                let named: Vec<_> =
                    tags.iter().take(MOST_TAGS).map(|tag| format!("`{}`", shown(tag.as_str()))).collect();
                format!("the groups have {}: each letter counts", named.join(", "))
            }
            Self::Exists { .. } => {
                "nothing is overwritten: name another file, or move this one away".to_owned()
            }
            Self::Unwritable { .. } => "give a file in a folder that you may write to".to_owned(),
        })
    }
}

/// Drafts a policy.
///
/// # Errors
/// When the answer cannot be written.
pub(crate) fn init(args: InitArgs, console: &mut Console) -> Result<Exit, Failure> {
    let InitArgs { account, tag, out, format } = args;
    let Some(read) = files::account_with_groups(&account, console) else { return Ok(Exit::Error) };
    let drafted = draft(&account, &read.estate(), tag.as_deref())
        .and_then(|draft| out.as_deref().map_or(Ok(()), |out| write(out, &draft.text)).map(|()| draft));
    let draft = match drafted {
        Ok(draft) => draft,
        Err(error) => {
            console.report(&error);
            return Ok(Exit::Error);
        }
    };
    let written = match (format, &out) {
        (AnswerFormat::Json, _) => {
            jsonl::write(&mut io::stdout().lock(), &json::Report::new(&account, &draft))
        }
        (AnswerFormat::Text, None) => io::stdout().lock().write_all(draft.text.as_bytes()),
        (AnswerFormat::Text, Some(out)) => tell(out, &draft, &mut anstream::stdout().lock()),
    };
    answered(written, Exit::Handled)
}

fn draft(path: &Path, estate: &Estate, tag: Option<&str>) -> Result<Draft, InitError> {
    let key = tag.map(TagKey::new);
    if let Some(key) = key.as_ref().filter(|key| !estate.has_tag(key)) {
        return Err(InitError::NoTag { tag: key.as_str().to_owned(), tags: estate.tag_keys() });
    }
    Ok(Draft::of(estate, &files::name(path), key.as_ref()))
}

/// Writes a new file.
fn write(path: &Path, text: &str) -> Result<(), InitError> {
    WholeFile::create(path, text).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists { path: path.to_owned() },
        _ => InitError::Unwritable { path: path.to_owned(), source },
    })
}

/// What a person has to know of a policy that went into a file.
fn tell(path: &Path, draft: &Draft, out: &mut impl Write) -> io::Result<()> {
    let tiers = counted(draft.plan.tiers.len(), "tier");
    let groups = draft.plan.tiers.iter().map(|tier| tier.groups.len()).sum();
    let others = counted(draft.plan.elsewhere.groups.len(), "group");
    let doubts = counted(draft.plan.doubts().count(), "doubt");
    let path = path.to_string_lossy();
    writeln!(out, "{}: {tiers} of {}, {others} in no tier, {doubts}", shown(&path), counted(groups, "group"))
}
