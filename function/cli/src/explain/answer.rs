//! An answer, and the parts of the policy that it rests on.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;
use tierguard::policy::{Clause, Document, Passage};

use crate::args::{AnswerFormat, FailOnAnswer};
use crate::jsonl;
use crate::shown::shown_up_to;
use crate::story::style::{BAD, GOOD, HEADING, OPEN, QUIET};

/// How much is shown of one line, in characters.
const WIDEST: usize = 1000;

/// An answer.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// `yes`, `partly`, `no` or `unknown`; absent where that was not asked.
    #[serde(rename = "answer", skip_serializing_if = "Option::is_none")]
    pub(super) word: Option<Word>,
    /// What there is to say, a line each.
    pub(super) lines: Vec<String>,
    /// The parts of the policy that decide.
    pub(super) because: Vec<Excerpt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Word {
    Yes,
    Partly,
    No,
    Unknown,
}

/// Lines of a policy.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Excerpt {
    file: String,
    /// The number of the first line, from 1.
    pub(crate) line: usize,
    /// The lines.
    pub(crate) lines: Vec<String>,
}

impl Excerpt {
    /// The lines of `document` that `clauses` are written in, each part once, in the order of the file.
    pub(super) fn all(document: &Document, clauses: impl IntoIterator<Item = Clause>) -> Vec<Self> {
        let passages = clauses.into_iter().filter_map(|clause| document.passage(&clause));
        let excerpt = |Passage { line, lines }| Self { file: document.name().to_owned(), line, lines };
        let mut all: Vec<_> = passages.map(excerpt).collect();
        all.sort_by_key(|excerpt| excerpt.line);
        all.dedup();
        all
    }

    /// Writes the lines with their numbers, under the name of the file where it has not been said.
    pub(super) fn write_all(excerpts: &[Self], out: &mut impl Write) -> io::Result<()> {
        let widest =
            excerpts.iter().map(|it| it.line.saturating_add(it.lines.len())).max().unwrap_or_default();
        let width = widest.to_string().len();
        let mut next = None;
        for Self { file, line, lines } in excerpts {
            match next {
                None => writeln!(out, "{QUIET}{:width$}--> {}{QUIET:#}", "", shown_up_to(WIDEST, file))?,
                Some(next) if next == *line => {}
                Some(_) => writeln!(out, "{QUIET}{:width$} ...{QUIET:#}", "")?,
            }
            next = Some(line.saturating_add(lines.len()));
            for (n, line) in (*line..).zip(lines) {
                writeln!(out, "{QUIET}{n:>width$} |{QUIET:#} {}", shown_up_to(WIDEST, line))?;
            }
        }
        Ok(())
    }
}

impl Word {
    /// Whether it is what the exit status is to tell.
    pub(super) const fn is(self, what: FailOnAnswer) -> bool {
        matches!(
            (self, what),
            (Self::No, FailOnAnswer::No)
                | (Self::Partly, FailOnAnswer::Partly)
                | (Self::Unknown, FailOnAnswer::Unknown)
        )
    }

    const fn shown(self) -> (&'static str, Style) {
        match self {
            Self::Yes => ("yes: ", GOOD),
            Self::Partly => ("partly: ", OPEN),
            Self::No => ("no: ", BAD),
            Self::Unknown => ("that cannot be told: ", OPEN),
        }
    }
}

impl Answer {
    pub(super) fn write(&self, format: AnswerFormat) -> io::Result<()> {
        match format {
            AnswerFormat::Text => self.tell(&mut anstream::stdout().lock()),
            AnswerFormat::Json => jsonl::write(&mut io::stdout().lock(), self),
        }
    }

    fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        let (word, style) = self.word.map_or(("", HEADING), Word::shown);
        for (index, line) in self.lines.iter().enumerate() {
            let word = if index == 0 { word } else { "" };
            writeln!(out, "{style}{word}{style:#}{}", shown_up_to(WIDEST, line))?;
        }
        if !self.because.is_empty() {
            writeln!(out)?;
        }
        Excerpt::write_all(&self.because, out)
    }
}
