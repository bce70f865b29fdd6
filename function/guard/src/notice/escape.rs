//! Makes text that somebody else wrote harmless, for each place that it is shown in.
//!
//! Names what may pass and shows everything else as an escape: ASCII that has a shape, and letters and digits that
//! neither hide nor turn the line around them. Does not know whose text it is given; that is [`super::text`].
//!
//! Sources: Slack's "Formatting text for app surfaces" (`<!channel>`, `<@U…>`, `<url|text>`, `&`, `<` and `>` as the
//! only control characters, mrkdwn's `*`, `_`, `~` and backtick); `CommonMark` 0.31 and Microsoft's "Format your bot
//! messages" for Teams (`[text](url)`, `<at>…</at>`); Unicode Standard Annex #9 (bidirectional text).

pub(super) use crate::visible::ascii_json;
use crate::visible::{hides, turns};

/// What stands where a text was cut.
pub(super) const CUT: &str = "… (cut)";

/// What stands for a text that is empty.
const EMPTY: &str = "(empty)";

/// `text` as plain text on one line, cut after about `longest` characters. Mail readers make links of addresses, and a
/// message of the guard must not lead where somebody else wants: no address begins in it.
pub(super) fn plain(text: &str, longest: usize) -> String {
    let mut before = None;
    let mut after = text.chars().skip(1);
    pieces(text, longest, |c| match (before.replace(c), c, after.next()) {
        // No address begins here, nor where this text meets the next.
        (Some('/') | None, '/', _) | (_, '/', None) => "∕".to_owned(),
        _ => visible(c),
    })
}

/// The same in quotation marks, which it cannot close.
pub(super) fn quoted(text: &str, longest: usize) -> String {
    if text.is_empty() {
        return format!("\"{EMPTY}\"");
    }
    format!("\"{}\"", plain(&text.replace('"', "'"), longest))
}

/// `text` as a code span of chat markdown, which it cannot close. In case a client does not take the span for one, or
/// reads entities before markdown, nothing in it can mention anybody or begin a link with a text of its own.
pub(super) fn code(text: &str, longest: usize) -> String {
    format!("`{}`", pieces(text, longest, |c| lookalike(c).map_or_else(|| visible(c), str::to_owned)))
}

/// `text` for those parts of a chat message that may or may not be read as markdown: nothing in it is markup.
pub(super) fn bare(text: &str, longest: usize) -> String {
    let mut before = None;
    let mut after = text.chars().skip(1);
    pieces(text, longest, |c| {
        let shown = match (before, c, after.next()) {
            (Some(left), '_', Some(right)) if left.is_alphanumeric() && right.is_alphanumeric() => visible(c),
            // No address begins here, nor where this text meets the next.
            (Some('/') | None, '/', _) | (_, '/', None) => "∕".to_owned(),
            _ => lookalike(c).or_else(|| markup(c)).map_or_else(|| visible(c), str::to_owned),
        };
        before = Some(c);
        shown
    })
}

/// `text`, which is plain text already, in ASCII and at most `longest` characters.
pub(super) fn ascii(text: &str, longest: usize) -> String {
    let shown: String = text.chars().map(|c| if c.is_ascii() { visible(c) } else { escape(c) }).collect();
    if shown.len() <= longest {
        return shown;
    }
    shown.chars().take(longest.saturating_sub(3)).chain("...".chars()).collect()
}

/// The first `longest` characters of `text`, and a mark if there were more.
pub(super) fn cut(text: &str, longest: usize) -> String {
    let mut rest = text.chars();
    let start: String = rest.by_ref().take(longest).collect();
    if rest.next().is_some() { start + CUT } else { start }
}

/// `text`, each character as `shown`, cut before it is longer than `longest` characters.
fn pieces(text: &str, longest: usize, mut shown: impl FnMut(char) -> String) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    let mut line = String::new();
    let mut length = 0_usize;
    for c in text.chars() {
        let piece = shown(c);
        length = length.saturating_add(piece.chars().count());
        if length > longest {
            line.push_str(CUT);
            break;
        }
        line.push_str(&piece);
    }
    line
}

/// `c` if it can be seen for what it is, else an escape.
fn visible(c: char) -> String {
    match c {
        ' '..='~' => c.to_string(),
        _ if !c.is_ascii() && c.is_alphanumeric() && !hides(c) && !turns(c) => c.to_string(),
        _ => escape(c),
    }
}

fn escape(c: char) -> String {
    match c {
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        _ => c.escape_unicode().to_string(),
    }
}

/// What stands for a character that could leave a code span, mention somebody, or spell a character reference.
const fn lookalike(c: char) -> Option<&'static str> {
    match c {
        '`' => Some("ˋ"),
        '<' => Some("‹"),
        '>' => Some("›"),
        '&' => Some("＆"),
        '@' => Some("＠"),
        _ => None,
    }
}

/// What stands for a character that is markup outside a code span.
const fn markup(c: char) -> Option<&'static str> {
    match c {
        '*' => Some("∗"),
        '_' => Some("ˍ"),
        '~' => Some("∼"),
        '[' => Some("［"),
        ']' => Some("］"),
        '|' => Some("｜"),
        '\\' => Some("＼"),
        _ => None,
    }
}
