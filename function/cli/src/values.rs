//! The JSON values of a text, one after another: one pretty-printed value, JSON lines, or anything between.
//!
//! Of a value that is longer than the window only its elements are there, one after another: see [`crate::long`]. A value
//! that is damaged does not take the others with it: reading goes on at the next line that starts a value. Knows nothing
//! of events.

use std::fmt;
use std::io::{self, Read};
use std::str::from_utf8;

use memchr::{memchr_iter, memmem};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::encoding::UTF_8;
use crate::window::{Place, Window};

/// The values of a text.
#[derive(Debug)]
pub(crate) struct Values<R> {
    pub(crate) window: Window<R>,
    failure: Option<io::Error>,
    /// How often the end of an object was looked for, and none was found that helped.
    vain_looks: usize,
}

/// How often the end of an object may be looked for in vain. In a sound text that happens never, in one that was cut once;
/// and each look may be as long as the window.
const MOST_VAIN_LOOKS: usize = 1000;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The end of the text.
    End,
    /// A value of this length, in bytes.
    Value(usize),
    /// A value that is longer than the window.
    Long,
    /// A value that cannot be read.
    Broken(Broken),
}

/// A value that cannot be read.
#[derive(Debug)]
pub(crate) struct Broken {
    /// Where it breaks off, and why.
    pub(crate) fault: Fault,
    /// How much of what is at hand belongs to it; `None` if all does, and what follows may too.
    pub(crate) length: Option<usize>,
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
        let line = text.get(line_start(text, error)..).unwrap_or_default();
        let message = error.to_string();
        Self {
            line: error.line(),
            column: bytecount::num_chars(line.get(..error.column()).unwrap_or(line)),
            message: message.split(" at line ").next().unwrap_or_default().to_owned(),
        }
    }

    /// The same, of a text that begins at `place`.
    fn after(self, place: Place) -> Self {
        let before = if self.line == 1 { place.column } else { 0 };
        let Self { line, column, message } = self;
        Self { line: place.line.saturating_add(line), column: before.saturating_add(column), message }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message } = self;
        write!(f, "{message} at line {line} column {column}")
    }
}

impl<R: Read> Values<R> {
    /// The values of the text in `window`.
    pub(crate) const fn of(window: Window<R>) -> Self {
        Self { window, failure: None, vain_looks: 0 }
    }

    /// What is at hand first of the text. A byte order mark of UTF-8 is passed over.
    pub(crate) fn beginning(&mut self) -> &[u8] {
        self.more();
        if self.window.rest().starts_with(UTF_8) {
            self.window.drop_mark(UTF_8.len());
        }
        self.window.rest()
    }

    /// Why the source failed, if it did and that was not asked before: what was read until then is there.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// What comes next; it is at hand from its first byte, and stays there.
    pub(crate) fn next(&mut self) -> Next {
        loop {
            self.window.skip_space();
            if let Some(next) = self.at_hand() {
                return next;
            }
            if self.window.is_full() {
                return Next::Long;
            }
            self.more();
        }
    }

    /// The next byte that is no white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            self.window.skip_space();
            let first = self.window.rest().first().copied();
            if first.is_some() || self.window.is_last() {
                return first;
            }
            self.more();
        }
    }

    /// The first `length` bytes at hand, as far as they are text.
    pub(crate) fn text(&self, length: usize) -> &str {
        readable(self.window.rest().get(..length).unwrap_or(self.window.rest()))
    }

    pub(crate) fn more(&mut self) {
        if let Err(error) = self.window.more() {
            self.failure = Some(error);
        }
    }

    /// Whether the end of the next object may be looked for by its brackets.
    pub(crate) const fn may_look(&self) -> bool {
        self.vain_looks < MOST_VAIN_LOOKS
    }

    /// One more look in vain.
    pub(crate) const fn looked_in_vain(&mut self) {
        self.vain_looks = self.vain_looks.saturating_add(1);
    }

    /// Takes in more, in which an object may end that does not end at hand: whether there was any.
    pub(crate) fn look_further(&mut self) -> bool {
        let may_be = !self.window.is_last() && !self.window.is_full();
        if may_be {
            self.more();
        } else {
            self.looked_in_vain();
        }
        may_be
    }

    /// What is wrong with the next byte, or with the end of the text. Another value may start here.
    pub(crate) fn fault(&mut self, message: &str) -> Broken {
        let place = self.window.place();
        let next = self.window.rest().first();
        // The reader of what is not long gives the column of what came before the end.
        let column = usize::from(next.is_some());
        let fault = Fault { line: 1, column, message: message.to_owned() }.after(place);
        let is_start = place.column == 0 && matches!(next, Some(b'{' | b'['));
        Broken { fault, length: if is_start { Some(0) } else { self.broken_length(1) } }
    }

    /// Goes on to the next line that starts a value, beyond `broken`, whose text was at hand.
    pub(crate) fn go_on_after(&mut self, broken: &Broken) {
        if let Some(length) = broken.length {
            return self.window.advance(length);
        }
        while !self.window.is_last() {
            // The line feed may be the last byte at hand, and the value start with the next.
            let length = self.window.rest().len().saturating_sub(1);
            self.window.advance(length);
            self.more();
            if let Some(start) = line_that_starts_a_value(self.window.rest()) {
                return self.window.advance(start);
            }
        }
        self.window.advance(self.window.rest().len());
    }

    /// What comes next, if what is at hand tells that.
    fn at_hand(&mut self) -> Option<Next> {
        let (rest, is_last) = (self.window.rest(), self.window.is_last());
        let mut stream = Deserializer::from_slice(rest).into_iter::<&RawValue>();
        match stream.next() {
            None => is_last.then_some(Next::End),
            Some(Ok(value)) => {
                let may_go_on = stream.byte_offset() == rest.len() && is_number(value.get());
                (is_last || !may_go_on).then(|| Next::Value(value.get().len()))
            }
            // A number that is cut is no number: `-`, `1e`.
            Some(Err(error)) if !is_last && (error.is_eof() || shows_at(rest, &error) >= rest.len()) => None,
            Some(Err(error)) => {
                let (fault, length) = (Fault::of(rest, &error), self.broken_length(error.line()));
                Some(Next::Broken(Broken { fault: fault.after(self.window.place()), length }))
            }
        }
    }

    /// How much of what is at hand belongs to the broken value that it starts with: everything up to a line that starts
    /// a value.
    ///
    /// The error shows in line `shows_in`, counted from 1. A value that was cut shows it in the line after, which is
    /// whole; so the line before is the first that may start another. Looking no further back keeps this linear.
    fn broken_length(&self, shows_in: usize) -> Option<usize> {
        let text = self.window.rest();
        let starts = memchr_iter(b'\n', text).map(|end| end.saturating_add(1));
        let starts_value = |start: &usize| matches!(text.get(*start), Some(b'{' | b'['));
        starts.skip(shows_in.saturating_sub(3)).find(starts_value)
    }
}

/// Where in `text` the line of `error` starts.
fn line_start(text: &[u8], error: &serde_json::Error) -> usize {
    let mut starts = memchr_iter(b'\n', text).map(|end| end.saturating_add(1));
    let lines_before = error.line().saturating_sub(1);
    lines_before.checked_sub(1).and_then(|nth| starts.nth(nth)).unwrap_or(0)
}

/// How much of `text` had been read when `error` showed.
fn shows_at(text: &[u8], error: &serde_json::Error) -> usize {
    line_start(text, error).saturating_add(error.column())
}

/// Whether a JSON value is a number: the only one whose end shows in what follows it.
fn is_number(value: &str) -> bool {
    value.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// Where in `text` a line starts with a value; its first line is not looked at.
fn line_that_starts_a_value(text: &[u8]) -> Option<usize> {
    let starts = [b"\n{", b"\n["].map(|start| memmem::find(text, start));
    starts.into_iter().flatten().min().map(|end| end.saturating_add(1))
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
    use crate::window::Size;

    fn read_through(text: &str, first: usize) -> Vec<String> {
        let mut values = Values::of(Window::new(text.as_bytes(), Size { first, most: 1024 }, Vec::new()));
        values.beginning();
        let mut read = Vec::new();
        loop {
            match values.next() {
                Next::End => return read,
                Next::Long => panic!("nothing here is long"),
                Next::Value(length) => {
                    read.push(values.text(length).to_owned());
                    values.window.advance(length);
                }
                Next::Broken(broken) => {
                    let Fault { line, column, message } = &broken.fault;
                    read.push(format!("{line}:{column} {message}"));
                    values.go_on_after(&broken);
                }
            }
        }
    }

    /// Each value, or where it is broken and why, however much of the text is taken in at first.
    fn read(text: &str) -> Vec<String> {
        let read = read_through(text, 1024);
        for first in 3..text.len() {
            assert_eq!(read_through(text, first), read, "with {first} bytes at first");
        }
        read
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
    fn a_number_that_is_cut_by_the_window_goes_on() {
        assert_eq!(read("[1] -12.5e-3\n1e7 "), ["[1]", "-12.5e-3", "1e7"]);
        assert_eq!(read("{\"a\": -0.1e+2}\n{}"), ["{\"a\": -0.1e+2}", "{}"]);
        assert_eq!(read("-\n{}"), ["2:0 invalid number", "{}"]);
    }

    #[test]
    fn what_is_broken_may_be_longer_than_the_window() {
        assert_eq!(read(&format!("oops{}\n{{}}", " ".repeat(3000))), ["1:1 expected value", "{}"]);
    }

    #[test]
    fn damage_does_not_make_reading_slow() {
        let text = "[\n".repeat(500) + "x";
        assert_eq!(read_through(&text, 16).len(), 2);
    }
}
