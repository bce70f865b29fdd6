//! A writer of JSON lines in which every character can be seen: what is not ASCII is written as JSON's own escape, which
//! says the same.
//!
//! Callers' texts come into the log by what AWS says of them. JSON itself escapes only what is below the space; a log is
//! read in a terminal or a browser, which the rest could command or turn. Relies on each line coming in one piece.

use std::io::{self, Write};

use tierguard::visible::ascii_json;
use tracing_subscriber::fmt::MakeWriter;

/// What makes such writers, over writers that this makes.
pub(super) struct Visible<W>(pub(super) W);

/// A writer of one line.
pub(super) struct Line<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Visible<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Line(self.0.make_writer())
    }
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(ascii_json(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
