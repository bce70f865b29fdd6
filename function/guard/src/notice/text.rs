//! Text that remembers who wrote which part of it.
//!
//! What is ours is a literal of this crate, a number or a link that was checked; everything else is *theirs* and is
//! escaped for wherever it is shown. There is no way to put a text of theirs in unescaped. Does not know what is said.

use super::escape;
use super::link::Link;

/// A line of text; it has no line breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Span {
    Ours(&'static str),
    Count(usize),
    Link(Link),
    Theirs { text: Box<str>, longest: usize, quoting: Quoting },
}

/// Whether plain text sets a text of theirs apart; chat always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Marks,
}

impl Text {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn ours(self, text: &'static str) -> Self {
        self.with(Span::Ours(text))
    }

    pub(super) fn count(self, count: usize) -> Self {
        self.with(Span::Count(count))
    }

    pub(super) fn link(self, link: &Link) -> Self {
        self.with(Span::Link(link.clone()))
    }

    /// A text of theirs with a form of its own: an id, a rule, an error at the end of a line.
    pub(super) fn theirs(self, text: &impl ToString, longest: usize) -> Self {
        self.with(Span::theirs(text, longest, Quoting::None))
    }

    /// A text of theirs that could be read as ours.
    pub(super) fn quoted(self, text: &impl ToString, longest: usize) -> Self {
        self.with(Span::theirs(text, longest, Quoting::Marks))
    }

    /// A name of theirs: in quotation marks unless it looks like a name.
    pub(super) fn named(self, name: &str, longest: usize) -> Self {
        let simple = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:/@+=,".contains(&byte));
        if simple && !name.is_empty() { self.theirs(&name, longest) } else { self.quoted(&name, longest) }
    }

    pub(super) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// `texts` with `between` between them.
    pub(super) fn joined(texts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        texts
            .into_iter()
            .enumerate()
            .fold(Self::new(), |line, (n, text)| if n == 0 { text } else { line.ours(between).and(text) })
    }

    fn with(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    /// As plain text.
    pub(super) fn plain(&self) -> String {
        self.render(|text, longest, quoting| match quoting {
            Quoting::None => escape::plain(text, longest),
            Quoting::Marks => escape::quoted(text, longest),
        })
    }

    /// As chat markdown, what is theirs in code spans.
    pub(super) fn markdown(&self) -> String {
        self.render(|text, longest, _| escape::code(text, longest))
    }

    /// For those parts of a chat message that may or may not be read as markdown.
    pub(super) fn bare(&self) -> String {
        self.render(|text, longest, _| escape::bare(text, longest))
    }

    fn render(&self, theirs: impl Fn(&str, usize, Quoting) -> String) -> String {
        let show = |span: &Span| match span {
            Span::Ours(text) => (*text).to_owned(),
            Span::Count(count) => count.to_string(),
            Span::Link(link) => link.as_str().to_owned(),
            Span::Theirs { text, longest, quoting } => theirs(text, *longest, *quoting),
        };
        self.0.iter().map(show).collect()
    }
}

impl Span {
    /// Keeps no more of `text` than can be shown.
    fn theirs(text: &impl ToString, longest: usize, quoting: Quoting) -> Self {
        let text: String = text.to_string().chars().take(longest.saturating_add(1)).collect();
        Self::Theirs { text: text.into(), longest, quoting }
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::new().ours(text)
    }
}
