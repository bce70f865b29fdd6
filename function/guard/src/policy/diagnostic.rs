//! What is wrong or unwise in a file of the user's, where, and what to write instead; and how that is drawn for a person.
//!
//! Does not know what can be wrong: the texts are those of whoever reports. Nothing of the file is kept but the lines
//! that are shown.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::visible::hides;

/// All that is to be said of a file, in the order of the file. `Display` draws it as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    found: Vec<Diagnostic>,
    omitted: usize,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file means nothing until it is put right.
    Error,
    /// The file means something, but perhaps not what was meant.
    Warning,
}

/// One thing that is wrong or unwise in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    line: usize,
    column: usize,
    message: String,
    help: String,
    excerpt: Excerpt,
}

/// The line that it is in, without control characters and cut to a width that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    text: String,
    marked: Range<usize>,
}

/// A stretch of the file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Something that can be wrong: `Display` says what, [`Self::help`] what to write instead.
pub(super) trait Problem: fmt::Display {
    fn help(&self) -> String;
}

impl<P: Problem> Problem for &P {
    fn help(&self) -> String {
        (**self).help()
    }
}

/// The errors found so far in one file.
pub(super) struct Errors<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<(Span, Diagnostic)>,
    omitted: usize,
}

/// A text of the user's, in backticks, cut to a length that can be shown, and without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quoted(String);

/// How many errors are kept. Nobody reads more, and a hostile file could hold as many as it has bytes.
const MOST: usize = 200;
/// How much is shown of a line, in characters.
const WIDEST: usize = 160;
/// How much of it may stand before the error.
const BEFORE: usize = 80;
/// How much is shown of a text in backticks, in characters.
const LONGEST: usize = 64;
/// How much of a remedy. The ARN of a role has at most 512 characters of path, 64 of name, and some 40 before them.
const LONGEST_REMEDY: usize = 640;
/// Wider than any excerpt, so that the renderer never cuts one itself.
const TERMINAL: usize = 1000;

impl Diagnostics {
    /// What `found` says of `text`, which is called `file`: in the order of the file, and no more than can be read.
    pub(super) fn new(file: &str, mut found: Vec<(Span, Diagnostic)>, omitted: usize) -> Self {
        found.sort_by_key(|(span, _)| span.start);
        let omitted = omitted.saturating_add(found.len().saturating_sub(MOST));
        let found = found.into_iter().take(MOST).map(|(_, diagnostic)| diagnostic).collect();
        Self { file: file.chars().map(visible).collect(), found, omitted }
    }

    /// One by one, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.found.iter()
    }

    /// What the file is called.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many there are beyond those that [`Self::iter`] gives.
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Whether there is nothing to be said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.found.len().saturating_add(self.omitted)
    }

    /// The text of `Display`, with the escape sequences that colour it in a terminal.
    #[must_use]
    pub fn coloured(&self) -> String {
        self.drawn(&Renderer::styled())
    }

    fn drawn(&self, renderer: &Renderer) -> String {
        let renderer = renderer.clone().term_width(TERMINAL);
        let mut drawings: Vec<_> = self.iter().map(|error| error.drawn(&self.file, &renderer)).collect();
        if self.omitted > 0 {
            let noun = if self.iter().any(Diagnostic::is_error) { "errors" } else { "warnings" };
            let rest = format!("{} more {noun} are not shown", self.omitted);
            drawings.push(renderer.render(&[Level::NOTE.primary_title(rest).elements(None::<Origin<'_>>)]));
        }
        drawings.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.drawn(&Renderer::plain()))
    }
}

impl Error for Diagnostics {}

impl<'e> IntoIterator for &'e Diagnostics {
    type Item = &'e Diagnostic;
    type IntoIter = std::slice::Iter<'e, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Diagnostic {
    /// What `problem` says of `span` in `text`.
    pub(super) fn new(severity: Severity, text: &str, span: Span, problem: &impl Problem) -> Self {
        let (line, column) = place(text, span);
        let (message, help) = (problem.to_string(), problem.help());
        Self { severity, line, column, message, help, excerpt: Excerpt::of(text, span) }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1, in characters.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong: one line, lower case, without a full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    fn drawn(&self, file: &str, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let head = level
            .clone()
            .primary_title(self.message.as_str())
            .element(Origin::path(file).line(self.line).char_column(self.column));
        let snippet = self.excerpt.snippet().map(|snippet| snippet.line_start(self.line));
        let margin = " ".repeat(snippet.as_ref().map_or(0, |_| self.line.to_string().len()));
        let body =
            Group::with_level(level).elements(snippet).element(Level::HELP.message(self.help.as_str()));
        // Apart, because together the renderer would give the place by the excerpt, which may be cut.
        let (head, body) = (renderer.render(&[head]), renderer.render(&[body]));
        format!("{}\n{body}", head.replacen('\n', &format!("\n{margin}"), 1))
    }
}

impl Span {
    /// The start of the file.
    pub(super) const START: Self = Self { start: 0, end: 0 };

    /// Whether there is nothing in it.
    pub(super) const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// From the start of this to the end of `last`.
    pub(super) const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }
}

impl<'t> Errors<'t> {
    /// None yet in `text`, which is called `file`.
    pub(super) const fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, found: Vec::new(), omitted: 0 }
    }

    /// Adds what is wrong at `span`.
    pub(super) fn push(&mut self, span: Span, problem: &impl Problem) {
        self.push_with(span, |_| problem);
    }

    /// The same, where it takes work to say what is wrong: it is done only for an error that is kept.
    pub(super) fn push_with<P: Problem>(&mut self, span: Span, problem: impl FnOnce(&Self) -> P) {
        if self.found.len() >= MOST {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        let problem = problem(self);
        self.found.push((span, Diagnostic::new(Severity::Error, self.text, span, &problem)));
    }

    /// Adds what is wrong with the file as a whole, unless something else is.
    pub(super) fn push_first(&mut self, problem: &impl Problem) {
        if self.found.is_empty() {
            self.push(Span::START, problem);
        }
    }

    /// The number of the line that `span` starts in, from 1.
    pub(super) fn line(&self, span: Span) -> usize {
        place(self.text, span).0
    }

    /// `value`, if nothing is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.found.is_empty() { Ok(value) } else { Err(self.found()) }
    }

    /// All that is wrong.
    pub(super) fn found(self) -> Diagnostics {
        let Self { file, text: _, found, omitted } = self;
        Diagnostics::new(file, found, omitted)
    }
}

/// The line and column of the start of `span`.
fn place(text: &str, span: Span) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line.saturating_add(1), column.saturating_add(1))
}

impl Excerpt {
    /// The line that `span` starts in, with as much of `span` marked as is in it.
    fn of(text: &str, span: Span) -> Self {
        let (before, from) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let (inside, after) =
            from.split_at_checked(span.end.saturating_sub(span.start)).unwrap_or((from, ""));
        let before = before.rsplit('\n').next().unwrap_or_default();
        let (inside, after) = match inside.split_once('\n') {
            Some((inside, _)) => (inside.trim_end(), ""),
            None => (inside, after.split('\n').next().unwrap_or_default().trim_end()),
        };
        Self::cut(before, inside, after)
    }

    fn snippet(&self) -> Option<Snippet<'_, Annotation<'_>>> {
        let mark = AnnotationKind::Primary.span(self.marked.clone());
        (!self.text.is_empty()).then(|| Snippet::source(self.text.as_str()).annotation(mark))
    }

    fn cut(before: &str, inside: &str, after: &str) -> Self {
        let long = before.chars().count().saturating_sub(BEFORE);
        let mut text: String = if long > 0 { "…".to_owned() } else { String::new() };
        text.extend(before.chars().skip(long).map(visible));
        let start = text.len();
        text.extend(inside.chars().take(WIDEST.saturating_sub(BEFORE)).map(visible));
        let end = text.len();
        text.extend(after.chars().take(WIDEST.saturating_sub(text.chars().count())).map(visible));
        if text.trim().is_empty() {
            Self { text: String::new(), marked: 0..0 }
        } else {
            Self { text, marked: start..end }
        }
    }
}

impl Quoted {
    /// What somebody is to write instead: the same, but cut only where it is longer than any ARN.
    pub(super) fn remedy(text: &str) -> Self {
        Self::cut(text, LONGEST_REMEDY)
    }

    fn cut(text: &str, longest: usize) -> Self {
        let mut chars = text.chars();
        let shown: String = chars.by_ref().take(longest).map(visible).collect();
        Self(if chars.next().is_some() { format!("{shown}…") } else { shown })
    }
}

impl From<&str> for Quoted {
    fn from(text: &str) -> Self {
        Self::cut(text, LONGEST)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

/// `c`, or a stand-in where it could command a terminal, turn the direction of the text, or hide in it. Letters that are
/// written from right to left stay: the file is the reader's own.
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if hides(c) => '\u{fffd}',
        c => c,
    }
}
