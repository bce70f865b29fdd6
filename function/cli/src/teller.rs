//! Who tells what happened: the story to people, JSON lines to machines. Both write to the standard output.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::AutoStream;
use tierguard::{Handled, Policy, Report};

use crate::args::Format;
use crate::jsonl;
use crate::record::Origin;
use crate::scenario::Against;
use crate::story::Story;
use crate::tally::Tally;

/// Tells what happened.
pub(crate) struct Teller {
    voice: Voice,
    tally: Tally,
}

enum Voice {
    Text(Story<BufWriter<AutoStream<StdoutLock<'static>>>>),
    Jsonl(BufWriter<StdoutLock<'static>>),
}

impl Teller {
    /// Tells of this many scenarios.
    pub(crate) fn new(format: Format, scenarios: usize) -> Self {
        let voice = match format {
            Format::Text => Voice::Text(Story::new(BufWriter::new(anstream::stdout().lock()), scenarios)),
            Format::Jsonl => Voice::Jsonl(BufWriter::new(io::stdout().lock())),
        };
        Self { voice, tally: Tally::default() }
    }

    /// A scenario begins.
    pub(crate) fn begin(&mut self, against: &Against, policy: &Policy) -> io::Result<()> {
        match &mut self.voice {
            Voice::Text(story) => story.begin(against, policy),
            Voice::Jsonl(_) => Ok(()),
        }
    }

    /// An event was handled.
    pub(crate) fn event(&mut self, handled: &Handled, origin: &Origin) -> io::Result<()> {
        self.tally.count(handled);
        match &mut self.voice {
            Voice::Text(story) => story.event(handled, origin),
            Voice::Jsonl(out) => jsonl::write(out, &Report::new(handled, Some(&origin.to_string()))),
        }
    }

    /// So many more records were no changes.
    pub(crate) fn unrelated(&mut self, count: usize) {
        self.tally.unrelated = self.tally.unrelated.saturating_add(count);
    }

    /// What was told so far can be read.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.voice {
            Voice::Text(story) => story.flush(),
            Voice::Jsonl(out) => out.flush(),
        }
    }

    /// The end, and what it all came to.
    pub(crate) fn finish(mut self) -> io::Result<Tally> {
        if let Voice::Text(story) = &mut self.voice {
            story.end(&self.tally)?;
        }
        self.flush()?;
        Ok(self.tally)
    }
}
