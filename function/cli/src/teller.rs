//! Who tells what happened: the story to people, JSON lines to machines. Both write to the standard output.
//!
//! A reader who has gone ends the telling; whether that ends the replay is for the settings to say.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::AutoStream;
use jiff::Timestamp;
use tierguard::judge::Verdict;
use tierguard::policy::Document;
use tierguard::sweep::Digest;
use tierguard::{Handled, Policy, Report};

use crate::breakdown::{Breakdown, Scene, Summed, Tables};
use crate::jsonl::{self, ElsewhereReport, SweepReport};
use crate::passed::Passed;
use crate::record::Origin;
use crate::repeats::Repeats;
use crate::report::Report as Page;
use crate::scenario::Against;
use crate::selection::Selection;
use crate::settings::{Settings, Telling, Unheard};
use crate::story::{Beside, Story};
use crate::tally::{Done, Tally, add, deeds};

/// Tells what happened.
pub(crate) struct Teller {
    voice: Voice,
    unheard: Unheard,
    tally: Tally,
    repeats: Repeats,
    passed: Passed,
    selection: Selection,
    /// Where it is asked for.
    breakdown: Option<Breakdown>,
    /// The page, where it is asked for.
    page: Option<Page>,
}

/// The standard output, for people.
type Paper = BufWriter<AutoStream<StdoutLock<'static>>>;

enum Voice {
    Story(Story<Paper>),
    Summary(Story<Paper>),
    Lines(BufWriter<StdoutLock<'static>>),
    Object(BufWriter<StdoutLock<'static>>),
    /// The reader has gone.
    Silent,
}

impl Teller {
    /// Tells what `settings` want told.
    pub(crate) fn new(settings: &Settings, page: Option<Page>) -> Self {
        let paper = || Story::new(BufWriter::new(anstream::stdout().lock()));
        let voice = match settings.telling {
            Telling::Story => Voice::Story(paper()),
            Telling::Summary => Voice::Summary(paper()),
            Telling::Lines => Voice::Lines(BufWriter::new(io::stdout().lock())),
            Telling::Object => Voice::Object(BufWriter::new(io::stdout().lock())),
        };
        let breakdown = match (settings.telling, &page) {
            (Telling::Summary | Telling::Object, _) | (_, Some(_)) => Some(Breakdown::default()),
            (Telling::Story | Telling::Lines, None) => None,
        };
        Self {
            voice,
            unheard: settings.unheard(),
            tally: Tally::default(),
            repeats: Repeats::default(),
            passed: Passed::default(),
            selection: settings.selection.clone(),
            breakdown,
            page,
        }
    }

    /// A scenario begins.
    pub(crate) fn begin(&mut self, against: &Against, policy: &Policy, document: Document) -> io::Result<()> {
        self.repeats = Repeats::default();
        if let Some(breakdown) = &mut self.breakdown {
            breakdown.begin(Scene::new(against, policy));
        }
        if let Some(page) = &mut self.page {
            page.begin(policy, document);
        }
        let told = match &mut self.voice {
            Voice::Story(story) | Voice::Summary(story) => story.begin(against, policy),
            Voice::Lines(_) | Voice::Object(_) | Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// The event in `record` was handled. One that came before is shown, and not counted again.
    pub(crate) fn event(&mut self, handled: &Handled, origin: &Origin, record: &str) -> io::Result<()> {
        if !self.repeats.has(&handled.event) {
            self.count(handled, origin, record);
        }
        let told = match &mut self.voice {
            Voice::Story(story) => story.event(handled, origin),
            Voice::Lines(out) => jsonl::write(out, &Report::new(handled, Some(&origin.to_string()))),
            Voice::Summary(_) | Voice::Object(_) | Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    fn count(&mut self, handled: &Handled, origin: &Origin, record: &str) {
        self.tally.count(handled);
        let Some(breakdown) = &mut self.breakdown else { return };
        let done = done(handled);
        breakdown.event(handled, &done);
        if let Some(page) = &mut self.page {
            page.event(handled, &done, origin, record);
        }
    }

    /// A sweep was made at the instant `at`.
    pub(crate) fn swept(&mut self, digest: &Digest, at: Timestamp) -> io::Result<()> {
        self.tally.count_sweep(digest);
        if let Some(breakdown) = &mut self.breakdown {
            breakdown.swept(digest, at);
        }
        let told = match &mut self.voice {
            Voice::Story(story) | Voice::Summary(story) => story.swept(digest, at),
            Voice::Lines(out) => jsonl::write(out, &SweepReport { sweep: digest }),
            Voice::Object(_) | Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// These records were not handled.
    pub(crate) fn passed(&mut self, passed: Passed) {
        add(&mut self.tally.unrelated, passed.unrelated);
        self.passed.merge(passed);
    }

    /// What was told so far can be read.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let told = match &mut self.voice {
            Voice::Story(story) | Voice::Summary(story) => story.flush(),
            Voice::Lines(out) | Voice::Object(out) => out.flush(),
            Voice::Silent => Ok(()),
        };
        self.heard(told)
    }

    /// The end, and what it all came to; the page is still to be written.
    pub(crate) fn finish(mut self) -> io::Result<(Tally, Option<(Page, Breakdown)>)> {
        if let Some(breakdown) = &mut self.breakdown {
            (breakdown.passed, breakdown.selection) = (self.passed.clone(), self.selection.clone());
        }
        let told = self.sum_up();
        self.heard(told)?;
        self.flush()?;
        Ok((self.tally, self.page.zip(self.breakdown)))
    }

    fn sum_up(&mut self) -> io::Result<()> {
        let Self { voice, tally, breakdown, passed, selection, .. } = self;
        let beside = Beside { passed, selection };
        match (voice, breakdown) {
            (Voice::Story(story), _) => story.end(tally, beside),
            (Voice::Summary(story), Some(breakdown)) => {
                story.pause()?;
                story.end(tally, beside)?;
                if tally.events() > 0 { writeln!(story.beside(), "{}", Tables(breakdown)) } else { Ok(()) }
            }
            (Voice::Object(out), Some(breakdown)) => jsonl::write(out, &Summed::new(breakdown, tally)),
            (Voice::Lines(out), _) if passed.elsewhere.changes > 0 => {
                jsonl::write(out, &ElsewhereReport { elsewhere: &passed.elsewhere })
            }
            (Voice::Lines(_) | Voice::Silent | Voice::Summary(_) | Voice::Object(_), _) => Ok(()),
        }
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

/// What became of what an event broke.
fn done(handled: &Handled) -> Vec<Done> {
    match &handled.judgement.verdict {
        Verdict::Violation(violation) => deeds(violation, &handled.actions),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => Vec::new(),
    }
}
