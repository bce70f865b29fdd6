//! The JSON values of a text, one after another: one pretty-printed value, JSON lines, or anything between.
//!
//! A value that is damaged does not take the others with it: reading goes on at the next line that starts a value.
//! Knows nothing of events.

use std::fmt;
use std::str::from_utf8;

use memchr::{memchr_iter, memrchr};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// The values of a text.
#[derive(Debug)]
pub(crate) struct Values<'t> {
    text: &'t [u8],
    at: usize,
    /// The start of the last broken value, and how many lines end before it.
    counted: (usize, usize),
}

/// A value that cannot be read.
#[derive(Debug)]
pub(crate) struct Broken<'t> {
    /// Where it breaks off, and why.
    pub(crate) fault: Fault,
    /// All of it, up to where the next value starts.
    pub(crate) text: &'t str,
}

/// Where a text cannot be read as JSON, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The line of the text, from 1.
    pub(crate) line: usize,
    /// The column, from 1, in characters; 0 if the text ends with the line before.
    pub(crate) column: usize,
    /// What the JSON reader says.
    pub(crate) message: String,
}

impl Fault {
    /// What `error` says of `text`, the whole of what was read.
    pub(crate) fn of(text: &[u8], error: &serde_json::Error) -> Self {
        let lines_before = error.line().saturating_sub(1);
        let mut starts = memchr_iter(b'\n', text).map(|end| end.saturating_add(1));
        let start = lines_before.checked_sub(1).and_then(|nth| starts.nth(nth)).unwrap_or(0);
        let line = text.get(start..).unwrap_or_default();
        let message = error.to_string();
        Self {
            line: error.line(),
            column: characters(line.get(..error.column()).unwrap_or(line)),
            message: message.split(" at line ").next().unwrap_or_default().to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message } = self;
        write!(f, "{message} at line {line} column {column}")
    }
}

impl<'t> Values<'t> {
    /// The values of `text`; a byte order mark is passed over.
    pub(crate) fn of(text: &'t [u8]) -> Self {
        Self { text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), at: 0, counted: (0, 0) }
    }

    fn broken(&mut self, start: usize, value: &'t [u8], error: &serde_json::Error) -> Broken<'t> {
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = memrchr(b'\n', before).map_or(0, |end| end.saturating_add(1));
        let indent = before.get(line_start..).filter(|_| error.line() == 1).map_or(0, characters);
        let Fault { line, column, message } = Fault::of(self.text.get(start..).unwrap_or_default(), error);
        let fault = Fault {
            line: self.lines_before(start).saturating_add(line),
            column: indent.saturating_add(column),
            message,
        };
        Broken { fault, text: readable(value) }
    }

    fn lines_before(&mut self, start: usize) -> usize {
        let (at, lines) = self.counted;
        let since = self.text.get(at..start).unwrap_or_default();
        let lines = memchr_iter(b'\n', since).count().saturating_add(lines);
        self.counted = (start, lines);
        lines
    }
}

impl<'t> Iterator for Values<'t> {
    type Item = Result<&'t RawValue, Broken<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?.trim_ascii_start();
        let start = self.text.len().saturating_sub(rest.len());
        let mut stream = Deserializer::from_slice(rest).into_iter::<&RawValue>();
        let value = stream.next()?;
        Some(match value {
            Ok(value) => {
                self.at = start.saturating_add(stream.byte_offset());
                Ok(value)
            }
            Err(error) => {
                let length = broken_length(rest, error.line());
                self.at = start.saturating_add(length);
                Err(self.broken(start, rest.get(..length).unwrap_or(rest), &error))
            }
        })
    }
}

/// How much of `text` belongs to the broken value that it starts with: everything up to a line that starts a value.
///
/// The error shows in line `shows_in`, counted from 1. A value that was cut shows it in the line after, which is
/// whole; so the line before is the first that may start another. Looking no further back keeps this linear.
fn broken_length(text: &[u8], shows_in: usize) -> usize {
    let mut starts = memchr_iter(b'\n', text).map(|end| end.saturating_add(1));
    let starts_value = |start: &usize| matches!(text.get(*start), Some(b'{' | b'['));
    starts.by_ref().skip(shows_in.saturating_sub(3)).find(starts_value).unwrap_or(text.len())
}

/// How many characters start in `bytes`: in UTF-8 every byte does but those that continue one.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count()
}

/// `bytes`, as far as they are text.
fn readable(bytes: &[u8]) -> &str {
    match from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            bytes.get(..error.valid_up_to()).and_then(|bytes| from_utf8(bytes).ok()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each value, or where it is broken and why.
    fn read(text: &str) -> Vec<String> {
        Values::of(text.as_bytes())
            .map(|value| match value {
                Ok(value) => value.get().to_owned(),
                Err(Broken { fault: Fault { line, column, message }, text: _ }) => {
                    format!("{line}:{column} {message}")
                }
            })
            .collect()
    }

    #[test]
    fn values_stand_in_lines_or_across_them() {
        assert_eq!(read("{}\n{}\r\n\n[]\n"), ["{}", "{}", "[]"]);
        assert_eq!(read(" {\n  \"a\": 1\n}\n{}"), ["{\n  \"a\": 1\n}", "{}"]);
        assert_eq!(read("\u{feff}{}{}"), ["{}", "{}"]);
        assert_eq!(read(" \n"), [""; 0]);
    }

    #[test]
    fn a_damaged_line_costs_no_other() {
        assert_eq!(read("{}\n{\"a\":1\n[1]\n"), ["{}", "3:1 expected `,` or `}`", "[1]"]);
        assert_eq!(read("{\"a\":\n[1]\n[2]\n"), ["3:1 expected `,` or `}`", "[1]", "[2]"]);
        assert_eq!(read("{\"a\":\n[1]"), ["2:3 EOF while parsing an object", "[1]"]);
        assert_eq!(read("  oops {}\n{}"), ["1:3 expected value", "{}"]);
        assert_eq!(
            read("{}\n{\"a\": \"b\n{}"),
            ["{}", "2:8 control character (\\u0000-\\u001F) found while parsing a string", "{}"]
        );
    }

    #[test]
    fn a_damaged_value_across_lines_is_one_error() {
        assert_eq!(read("{\n  \"a\": 1,,\n  \"b\": {}\n}\n{}"), ["2:10 key must be a string", "{}"]);
    }

    #[test]
    fn columns_are_in_characters() {
        assert_eq!(read("{\"ü\":\"世界\" x}"), ["1:11 expected `,` or `}`"]);
        assert_eq!(read("{\"ü\":\n \"世\",x}"), ["2:6 key must be a string"]);
        assert_eq!(read("\"ü\" {\"é\" x}"), ["\"ü\"", "1:10 expected `:`"]);
        assert_eq!(read("ü"), ["1:1 expected value"]);
    }

    #[test]
    fn damage_does_not_make_reading_slow() {
        let text = "[\n".repeat(200_000) + "x";
        assert_eq!(read(&text).len(), 2);
    }
}
