//! One event as one line of JSON: the report that the Lambda function returns. One sweep as another: its digest. What was
//! elsewhere as the last.
//!
//! Says nothing that these do not. Characters that could command a terminal are written as JSON escapes; to a
//! JSON reader that is the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use tierguard::sweep::Digest;

use crate::passed::Elsewhere;
use crate::shown::is_hidden;

/// What a sweep found, as an object that is not mistaken for an event.
#[derive(Debug, Serialize)]
pub(crate) struct SweepReport<'d> {
    /// What it found.
    pub(crate) sweep: &'d Digest,
}

/// The changes that are in no other line, as an object that is not mistaken for an event.
#[derive(Debug, Serialize)]
pub(crate) struct ElsewhereReport<'p> {
    /// How many there were, and where.
    pub(crate) elsewhere: &'p Elsewhere,
}

/// Writes `report` and a line break.
pub(crate) fn write(out: &mut impl Write, report: &impl Serialize) -> io::Result<()> {
    report.serialize(&mut Serializer::with_formatter(&mut *out, Visible))?;
    out.write_all(b"\n")
}

/// Compact JSON in which every character can be seen.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return out.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            let mut units = [0; 2];
            if is_hidden(c) {
                c.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
            } else {
                write!(out, "{c}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_stay_the_same_text() {
        let text = "a\u{1b}[2J \u{9b}31m \u{202e} \u{e0041} \u{7f} \"ü\" 世";
        let mut line = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut line, Visible)).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        insta::assert_snapshot!(line, @r#""a\u001b[2J \u009b31m \u202e \udb40\udc41 \u007f \"ü\" 世""#);
    }
}
