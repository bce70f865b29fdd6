//! Opens the text of a source, gzip or not. What is small and gzip, as the files are that `CloudTrail` delivers, is unpacked
//! at once; anything else comes piece by piece.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read, Take};

use flate2::bufread::MultiGzDecoder;

use crate::encoding::GZIP;
use crate::gzip::{self, Unpacker};
use crate::progress::Counter;
use crate::source::Source;
use crate::window::{MARGIN, Size, Window, fill};

/// The longest that a record may be, far longer than any of `CloudTrail`'s own.
pub(crate) const WINDOW: Size = Size { first: 256 << 10, most: 16 << 20 };
/// How much of a source is read at once.
const BUFFER: usize = 64 << 10;

/// Opens one source after another.
#[derive(Debug)]
pub(crate) struct Opener {
    unpacker: Unpacker,
    /// Memory, behind the [`MARGIN`], for how a source begins as it is stored, or for all of it,
    stored: Vec<u8>,
    /// and for the window that its text is seen through.
    window: Vec<u8>,
}

/// A source that was opened.
pub(crate) struct Opened {
    pub(crate) window: Window<Text>,
    pub(crate) is_gzip: bool,
}

/// Where the text of a source comes from.
pub(crate) enum Text {
    Plain(Stored),
    Gzip(Box<MultiGzDecoder<BufReader<Stored>>>),
    /// All of it is at hand.
    AtHand,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stored) => stored.read(buffer),
            Self::Gzip(unpacked) => unpacked.read(buffer),
            Self::AtHand => Ok(0),
        }
    }
}

/// A source as it is stored: how it begins, and what follows.
type Stored = Chain<Cursor<Vec<u8>>, Take<Counted>>;

impl Opener {
    /// For sources of which none has been opened yet.
    pub(crate) fn new() -> Self {
        Self { unpacker: Unpacker::new(), stored: vec![0; MARGIN + gzip::LARGEST], window: Vec::new() }
    }

    /// Opens `source`; `counter` is told how much of it is read.
    ///
    /// # Errors
    /// When nothing of it can be read.
    pub(crate) fn open(&mut self, source: &Source, counter: &Counter) -> io::Result<Opened> {
        self.open_bytes(Counted::open(source, counter)?)
    }

    fn open_bytes(&mut self, mut rest: Counted) -> io::Result<Opened> {
        let stored = self.stored.get_mut(MARGIN..).unwrap_or_default();
        let mut length = rest.fill(stored.get_mut(..BUFFER).unwrap_or_default());
        if length == 0
            && let Some(error) = rest.failure.take()
        {
            return Err(error);
        }
        let is_gzip = stored.get(..length).is_some_and(|start| start.starts_with(GZIP));
        if is_gzip && length == BUFFER {
            length = length.saturating_add(rest.fill(stored.get_mut(length..).unwrap_or_default()));
        }
        let room = if is_gzip { stored.len() } else { BUFFER };
        let is_all = rest.failure.is_none() && length < room;
        let mut window = std::mem::take(&mut self.window);
        let start = stored.get(..length).unwrap_or_default();
        if is_gzip
            && is_all
            && let Some(length) = self.unpacker.unpack(start, &mut window)
        {
            return Ok(Opened { window: Window::whole(Text::AtHand, WINDOW, window, length), is_gzip });
        }
        // A terminal that has come to an end would ask for more.
        let rest = rest.take(if is_all { 0 } else { u64::MAX });
        let stored = Cursor::new(start.to_vec()).chain(rest);
        let text = if is_gzip {
            Text::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, stored))))
        } else {
            Text::Plain(stored)
        };
        Ok(Opened { window: Window::new(text, WINDOW, window), is_gzip })
    }

    /// Takes the memory of a source that was read back, for the next one.
    pub(crate) fn take_back(&mut self, window: Window<Text>) {
        self.window = window.into_bytes();
    }
}

/// The bytes of a source, counted as they are read.
pub(crate) struct Counted {
    bytes: Box<dyn Read>,
    counter: Counter,
    /// What failed, and is told by the next read: whoever failed may not fail again.
    failure: Option<io::Error>,
}

impl Counted {
    fn open(source: &Source, counter: &Counter) -> io::Result<Self> {
        let bytes: Box<dyn Read> = match source {
            Source::Stdin => Box::new(io::stdin().lock()),
            Source::Named(path) | Source::Found(path) => Box::new(File::open(path)?),
        };
        Ok(Self { bytes, counter: counter.clone(), failure: None })
    }

    /// Reads what there is and `room` has room for: how many bytes that is.
    fn fill(&mut self, room: &mut [u8]) -> usize {
        let (length, read) = fill(self, room);
        self.failure = read.err();
        length
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let length = self.bytes.read(buffer)?;
        self.counter.advance(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails once, and ends then.
    struct Failing(bool);

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, false) {
                Err(io::ErrorKind::ConnectionReset.into())
            } else {
                Ok(0)
            }
        }
    }

    fn opened(start: &[u8]) -> io::Result<Opened> {
        let bytes = Cursor::new(start.to_vec()).chain(Failing(true));
        let rest = Counted { bytes: Box::new(bytes), counter: Counter::default(), failure: None };
        Opener::new().open_bytes(rest)
    }

    /// How much text there is before a source fails that gives these bytes, and how it fails.
    fn read(start: &[u8]) -> (usize, Option<io::ErrorKind>) {
        let mut window = opened(start).unwrap().window;
        let mut failure = None;
        while !window.is_last() {
            failure = window.more().err();
        }
        (window.rest().len(), failure.map(|failure| failure.kind()))
    }

    const RESET: Option<io::ErrorKind> = Some(io::ErrorKind::ConnectionReset);

    #[test]
    fn that_a_source_fails_is_told_behind_what_it_gave() {
        let text = b"{}\n".repeat(100_000);
        for length in [1, 3000, BUFFER - 1, BUFFER, BUFFER + 1, 300_000] {
            assert_eq!(read(&text[..length]), (length, RESET));
        }
        assert_eq!(opened(b"").err().map(|error| error.kind()), RESET);
    }

    #[test]
    fn that_gzip_fails_is_told_behind_what_could_be_unpacked() {
        // Stored, not packed: so long is the text of the one block, and so far it comes.
        for (length, given) in [(1000_u16, 10), (1000, 1000), (65_535, 65_000), (65_535, 65_535)] {
            let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1];
            file.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
            file.extend(vec![b' '; given]);
            assert_eq!(read(&file), (given, RESET), "{given} of {length}");
        }
    }
}
