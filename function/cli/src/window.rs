//! A text seen through a window, so that a file of any length takes the same memory. Knows nothing of JSON.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr};

/// How much of a text is at hand, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// How much is taken in at first.
    pub(crate) first: usize,
    /// The most that is at hand at once, and so the longest that one record may be.
    pub(crate) most: usize,
}

/// How many bytes of a large memory are left free before what is read into it. An allocator lets it begin 16 bytes behind
/// a page; what the system copies there out of pages of its own takes some processors three times as long.
pub(crate) const MARGIN: usize = 2048;

/// What is at hand of a text, from where reading has come to.
#[derive(Debug)]
pub(crate) struct Window<R> {
    source: R,
    size: Size,
    /// What was taken in, and room for more: behind the [`MARGIN`], unless all was there at first.
    bytes: Vec<u8>,
    /// Where in it what is at hand starts,
    start: usize,
    /// and where it ends.
    end: usize,
    ended: bool,
    /// Up to where in it lines and characters were counted,
    counted: usize,
    /// and which place that is.
    place: Place,
}

/// A place in a text, counted from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// How many lines end before it.
    pub(crate) line: usize,
    /// How many characters of its line come before it.
    pub(crate) column: usize,
}

impl<R: Read> Window<R> {
    /// The beginning of `source`, of which nothing is at hand yet. What `bytes` has room for need not be allocated; what
    /// stands in it does not matter.
    pub(crate) const fn new(source: R, size: Size, bytes: Vec<u8>) -> Self {
        let place = Place { line: 0, column: 0 };
        Self { source, size, bytes, start: MARGIN, end: MARGIN, ended: false, counted: MARGIN, place }
    }

    /// All of a text, which is the first `length` of `bytes`: `source` is asked for no more.
    pub(crate) fn whole(source: R, size: Size, bytes: Vec<u8>, length: usize) -> Self {
        Self { start: 0, end: length, counted: 0, ended: true, ..Self::new(source, size, bytes) }
    }

    /// The memory that it took, for the next one.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What is at hand.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the text ends with what is at hand.
    pub(crate) const fn is_last(&self) -> bool {
        self.ended
    }

    /// Whether no more can be at hand at once.
    pub(crate) fn is_full(&self) -> bool {
        self.rest().len() >= self.size.most
    }

    /// Where what is at hand begins. What was passed is counted for this, and only once.
    pub(crate) fn place(&mut self) -> Place {
        let passed = self.bytes.get(self.counted..self.start).unwrap_or_default();
        self.place = self.place.behind(passed);
        self.counted = self.start;
        self.place
    }

    /// Takes in as much again as is at hand, so that whoever looks at it anew each time looks at no byte more than
    /// twice on average.
    ///
    /// # Errors
    /// When the source fails: the text ends there.
    pub(crate) fn more(&mut self) -> io::Result<()> {
        let held = self.rest().len();
        let wanted = held.max(self.size.first).min(self.size.most.saturating_sub(held));
        if self.ended || wanted == 0 {
            return Ok(());
        }
        // Counted now: what was passed is written over.
        self.place();
        let held = MARGIN.saturating_add(held);
        let end = held.saturating_add(wanted);
        let room = end.saturating_sub(self.bytes.len());
        self.bytes.reserve_exact(room);
        self.bytes.resize(self.bytes.len().saturating_add(room), 0);
        self.bytes.copy_within(self.start..self.end, MARGIN);
        (self.start, self.counted) = (MARGIN, MARGIN);
        let (length, taken) = fill(&mut self.source, self.bytes.get_mut(held..end).unwrap_or_default());
        self.end = held.saturating_add(length);
        self.ended = length < wanted || taken.is_err();
        taken
    }

    /// Goes on by `length` bytes.
    pub(crate) fn advance(&mut self, length: usize) {
        self.start = self.start.saturating_add(length).min(self.end);
    }

    /// Goes on by `length` bytes that are not part of the text.
    pub(crate) fn drop_mark(&mut self, length: usize) {
        self.place();
        self.advance(length);
        self.counted = self.start;
    }

    /// Goes on to the next byte at hand that is no white space.
    pub(crate) fn skip_space(&mut self) {
        let rest = self.rest();
        let length = rest.len().saturating_sub(rest.trim_ascii_start().len());
        self.advance(length);
    }
}

/// Reads what `source` has and `room` has room for: how many bytes that is, and whether the source fails behind them.
pub(crate) fn fill(source: &mut impl Read, room: &mut [u8]) -> (usize, io::Result<()>) {
    let mut length = 0_usize;
    while let Some(room) = room.get_mut(length..).filter(|room| !room.is_empty()) {
        match source.read(room) {
            Ok(0) => break,
            Ok(more) => length = length.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (length, Err(error)),
        }
    }
    (length, Ok(()))
}

impl Place {
    /// The place that this `text` leads to from here.
    fn behind(self, text: &[u8]) -> Self {
        let (lines, before, last) = match memrchr(b'\n', text) {
            Some(end) => {
                let (lines, last) = text.split_at(end.saturating_add(1));
                (memchr_iter(b'\n', lines).count(), 0, last)
            }
            None => (0, self.column, text),
        };
        let column = before.saturating_add(bytecount::num_chars(last));
        Self { line: self.line.saturating_add(lines), column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_where_it_is() {
        let mut window = Window::new("ab\nü世c\n".as_bytes(), Size { first: 64, most: 64 }, b"x".repeat(100));
        window.more().unwrap();
        let places = [(1, 0, 1), (2, 1, 0), (5, 1, 2), (2, 2, 0)];
        for (length, line, column) in places {
            window.advance(length);
            assert_eq!(window.place(), Place { line, column });
        }
        assert!(window.rest().is_empty() && window.is_last());
        // Whether that is asked at each place or not, and whether or not what was passed is still there.
        let text = "ab\nü世c\n".as_bytes();
        let mut window = Window::new(text, Size { first: 1, most: 9 }, Vec::new());
        let mut passed = 0;
        for (length, ..) in places {
            passed += length;
            while window.rest().len() < length {
                window.more().unwrap();
            }
            window.advance(length);
        }
        assert_eq!((passed, window.place()), (text.len(), Place { line: 2, column: 0 }));
    }

    #[test]
    fn it_holds_no_more_than_the_most() {
        let mut window = Window::new(io::repeat(b'x'), Size { first: 10, most: 100 }, Vec::new());
        for held in [10, 20, 40, 80, 100, 100] {
            window.more().unwrap();
            assert_eq!(window.rest().len(), held);
        }
        assert!(window.is_full() && !window.is_last());
        assert_eq!(window.bytes.capacity(), MARGIN + 100);
        window.advance(99);
        window.more().unwrap();
        assert_eq!(window.rest().len(), 11);
    }

    #[test]
    fn what_a_source_gave_before_it_failed_is_there() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        let mut window = Window::new(b"abc".chain(Failing), Size { first: 64, most: 64 }, Vec::new());
        assert_eq!(window.more().unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!((window.rest(), window.is_last()), (&b"abc"[..], true));
    }
}
