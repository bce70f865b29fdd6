//! Who tells what happened: the story to people, JSON lines to machines. Both write to the standard output.
//!
//! A reader who has gone ends the telling; whether that ends the replay is for the settings to say.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::AutoStream;
use jiff::Timestamp;
use tierguard::sweep::Digest;
use tierguard::{Handled, Policy, Report};

use crate::args::Format;
use crate::jsonl::{self, SweepReport};
use crate::record::Origin;
use crate::scenario::Against;
use crate::settings::Unheard;
use crate::story::Story;
use crate::tally::Tally;

/// Tells what happened.
pub(crate) struct Teller {
    voice: Voice,
    unheard: Unheard,
    tally: Tally,
}

enum Voice {
    Text(Story<BufWriter<AutoStream<StdoutLock<'static>>>>),
    Jsonl(BufWriter<StdoutLock<'static>>),
    /// The reader has gone.
    Silent,
}

impl Teller {
    /// Tells in this form.
    pub(crate) fn new(format: Format, unheard: Unheard) -> Self {
        let voice = match format {
            Format::Text => Voice::Text(Story::new(BufWriter::new(anstream::stdout().lock()))),
            Format::Jsonl => Voice::Jsonl(BufWriter::new(io::stdout().lock())),
        };
        Self { voice, unheard, tally: Tally::default() }
    }

    /// A scenario begins.
    pub(crate) fn begin(&mut self, against: &Against, policy: &Policy) -> io::Result<()> {
        let told = match &mut self.voice {
            Voice::Text(story) => story.begin(against, policy),
            Voice::Jsonl(_) | Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// An event was handled.
    pub(crate) fn event(&mut self, handled: &Handled, origin: &Origin) -> io::Result<()> {
        self.tally.count(handled);
        let told = match &mut self.voice {
            Voice::Text(story) => story.event(handled, origin),
            Voice::Jsonl(out) => jsonl::write(out, &Report::new(handled, Some(&origin.to_string()))),
            Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// A sweep was made at the instant `at`.
    pub(crate) fn swept(&mut self, digest: &Digest, at: Timestamp) -> io::Result<()> {
        self.tally.count_sweep(digest);
        let told = match &mut self.voice {
            Voice::Text(story) => story.swept(digest, at),
            Voice::Jsonl(out) => jsonl::write(out, &SweepReport { sweep: digest }),
            Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// So many more records were no changes.
    pub(crate) fn unrelated(&mut self, count: usize) {
        self.tally.unrelated = self.tally.unrelated.saturating_add(count);
    }

    /// What was told so far can be read.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let told = match &mut self.voice {
            Voice::Text(story) => story.flush(),
            Voice::Jsonl(out) => out.flush(),
            Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// The end, and what it all came to.
    pub(crate) fn finish(mut self) -> io::Result<Tally> {
        let told = match &mut self.voice {
            Voice::Text(story) => story.end(&self.tally),
            Voice::Jsonl(_) | Voice::Silent => Ok(()),
        };
        self.heard(told)?;
        self.flush()?;
        Ok(self.tally)
    }

    /// What became of something told. A reader who has gone is told no more, and is no error if the replay goes on.
    fn heard(&mut self, told: io::Result<()>) -> io::Result<()> {
        match (told, self.unheard) {
            (Err(error), Unheard::GoOn) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.voice = Voice::Silent;
                Ok(())
            }
            (told, Unheard::GoOn | Unheard::Stop) => told,
        }
    }
}
