//! One question about a policy, one answer, and the lines of the policy that decide.

mod answer;
mod may;
mod who;
mod why;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use tierguard::policy::Question;

use crate::args::ExplainArgs;
use crate::clock::instant_or_now;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::{Failure, answered};
use crate::files;
use crate::settings::UsageError;
use why::Event;

pub(crate) use why::deciding;

/// Answers a question.
///
/// # Errors
/// When what is typed makes no sense, or the answer cannot be written.
pub(crate) fn explain(args: ExplainArgs, console: &mut Console) -> Result<Exit, Failure> {
    let ExplainArgs { question, policy, account, at, format, fail_on } = args;
    if let [first, path @ ..] = question.as_slice()
        && first == "why"
    {
        if at.is_some() {
            return Err(UsageError::AtOfWhy.into());
        }
        if !fail_on.is_empty() {
            return Err(UsageError::FailOnOfQuestion.into());
        }
        let (path, number) = numbered(path_of(path)?);
        let event = Event { path, number, policy, account };
        files::stdin_once([Some(&event.path), event.policy.as_ref(), event.account.as_ref()])?;
        return why::answer(event, format, console);
    }
    if account.is_some() {
        return Err(UsageError::AccountOfQuestion.into());
    }
    let at = instant_or_now(at)?;
    let policy = policy.unwrap_or_else(|| PathBuf::from("policy.yaml"));
    let Some(document) = files::policy(&policy, console) else { return Ok(Exit::Error) };
    let answer = match document.question(&in_one_line(&question)) {
        Ok(Question::May { place, flow }) => may::answer(&document, &place, &flow, at),
        Ok(Question::Who { .. }) if !fail_on.is_empty() => return Err(UsageError::FailOnOfQuestion.into()),
        Ok(Question::Who { place }) => who::answer(&document, &place, at),
        Err(errors) => {
            console.report_policy(&errors);
            return Ok(Exit::Error);
        }
    };
    let is_failure = answer.word.is_some_and(|word| fail_on.iter().any(|what| word.is(*what)));
    answered(answer.write(format), if is_failure { Exit::Violation } else { Exit::Handled })
}

/// The question in `words`, as they were typed: what a shell has made one word of several stays one.
fn in_one_line(words: &[String]) -> String {
    match words {
        [question] => question.clone(),
        words => words.iter().map(|word| as_one(word)).collect::<Vec<_>>().join(" "),
    }
}

fn as_one(word: &str) -> Cow<'_, str> {
    let is_several = word.contains(char::is_whitespace) && !word.contains('"');
    if is_several { format!("\"{word}\"").into() } else { word.into() }
}

/// `file.json#3`, as a replay calls the fourth record of a file, unless a file is called so.
fn numbered(path: PathBuf) -> (PathBuf, Option<usize>) {
    let number = |path: &Path| {
        let (file, number) = path.to_str()?.rsplit_once('#')?;
        Some((PathBuf::from(file), number.parse().ok()?))
    };
    match number(&path).filter(|_| !path.exists()) {
        Some((file, number)) => (file, Some(number)),
        None => (path, None),
    }
}

/// The path after `why`, with or without small words.
fn path_of(words: &[String]) -> Result<PathBuf, UsageError> {
    const SMALL: [&str; 5] = ["was", "is", "a", "violation", "violation?"];
    let said: Vec<_> = words.iter().filter(|word| !SMALL.contains(&word.as_str())).collect();
    match said.as_slice() {
        [path] => Ok(Path::new(path).to_owned()),
        [] | [_, _, ..] => Err(UsageError::NoEvent),
    }
}
