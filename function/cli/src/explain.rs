//! One question about a policy, one answer, and the lines of the policy that decide.

mod answer;
mod may;
mod who;
mod why;

use std::path::{Path, PathBuf};

use tierguard::policy::Question;

use crate::args::ExplainArgs;
use crate::clock::instant_or_now;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::settings::UsageError;
use why::Event;

pub(crate) use why::deciding;

/// Answers a question.
///
/// # Errors
/// When what is typed makes no sense, or the answer cannot be written.
pub(crate) fn explain(args: ExplainArgs, console: &mut Console) -> Result<Exit, Failure> {
    let ExplainArgs { question, policy, account, at, format } = args;
    if let [first, path @ ..] = question.as_slice()
        && first == "why"
    {
        if at.is_some() {
            return Err(UsageError::AtOfWhy.into());
        }
        let event = Event { path: path_of(path)?, policy, account };
        return why::answer(event, format, console);
    }
    if account.is_some() {
        return Err(UsageError::AccountOfQuestion.into());
    }
    let at = instant_or_now(at)?;
    let policy = policy.unwrap_or_else(|| PathBuf::from("policy.yaml"));
    let Some(document) = files::policy(&policy, console) else { return Ok(Exit::Error) };
    let answer = match document.question(&question.join(" ")) {
        Ok(Question::May { place, flow }) => may::answer(&document, &place, &flow, at),
        Ok(Question::Who { tier }) => who::answer(&document, &tier, at),
        Err(errors) => {
            console.report_policy(&errors);
            return Ok(Exit::Error);
        }
    };
    answer.write(format)?;
    Ok(Exit::Handled)
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
