//! The story of a replay, for a person: one line for each event, and for those that the policy forbids, or that need a
//! person, what was found, why that is forbidden, and what was done.
//!
//! Takes no account of the width of the terminal. Everything that came from outside is shown escaped. Decides nothing.

mod details;
mod done;
mod found;
mod groups;
mod judged;
mod line;
mod remarks;
mod row;
pub(crate) mod style;
mod summary;
mod swept;

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use tierguard::judge::{Ignored, Verdict};
use tierguard::sweep::Digest;
use tierguard::{Handled, Policy};

use crate::record::Origin;
use crate::scenario::Against;
use crate::shown::shown;
pub(crate) use crate::story::judged::Judged;
pub(crate) use crate::story::line::short_name;
pub(crate) use crate::story::row::{Row, Tone};
pub(crate) use crate::story::summary::{Beside, counted};

use crate::story::details::{Details, Opened};
use crate::story::line::Line;
use crate::story::style::{HEADING, QUIET};
use crate::story::swept::Swept;
use crate::tally::Tally;

/// The details of an event that the policy forbids, or that needs a person.
pub(crate) fn details(handled: &Handled, origin: &Origin) -> Vec<Row> {
    Details { handled, origin }.rows()
}

/// Tells the story to `out`.
pub(crate) struct Story<W> {
    out: W,
    has_begun: bool,
    /// The width of the column of tiers.
    tiers: usize,
    last: Told,
}

/// What was told last: blank lines follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Heading,
    Line,
    Details,
}

impl<W: Write> Story<W> {
    /// A story of which nothing is told yet.
    pub(crate) const fn new(out: W) -> Self {
        Self { out, has_begun: false, tiers: 0, last: Told::Nothing }
    }

    /// What is told next stands apart from the headings.
    pub(crate) fn pause(&mut self) -> io::Result<()> {
        if self.last == Told::Heading { writeln!(self.out) } else { Ok(()) }
    }

    /// Where something is written beside the story.
    pub(crate) const fn beside(&mut self) -> &mut W {
        &mut self.out
    }

    /// A scenario begins: says which policy and account it is.
    pub(crate) fn begin(&mut self, Against { policy, account }: &Against, meant: &Policy) -> io::Result<()> {
        self.has_begun = true;
        self.tiers = meant.tiers.iter().map(|tier| tier.name.as_str().chars().count()).max().unwrap_or(1);
        let path =
            |path: &Option<_>| path.as_deref().map(Path::to_string_lossy).unwrap_or_default().into_owned();
        let (policy, account) = (path(policy), path(account));
        let unknown = "learnt from the events: the names and tags of groups made before are not known";
        let account = if account.is_empty() { unknown } else { account.as_str() };
        self.part(Told::Heading)?;
        writeln!(
            self.out,
            "{HEADING}policy {}{HEADING:#}{QUIET}, account {}{QUIET:#}",
            shown(&policy),
            shown(account)
        )
    }

    /// An event was handled. Of what is no security group change, nothing is told.
    pub(crate) fn event(&mut self, handled: &Handled, origin: &Origin) -> io::Result<()> {
        let line = Line { handled, tiers: self.tiers };
        match &handled.judgement.verdict {
            Verdict::Ignored(Ignored::NotAChange) => Ok(()),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {
                self.part(Told::Line)?;
                writeln!(self.out, "{line}{}", Opened(handled))
            }
            Verdict::Violation(_) | Verdict::Undecidable(_) => {
                self.part(Told::Details)?;
                writeln!(self.out, "{line}\n{}", Details { handled, origin })
            }
        }
    }

    /// A sweep was made at the instant `at`.
    pub(crate) fn swept(&mut self, digest: &Digest, at: Timestamp) -> io::Result<()> {
        self.part(Told::Details)?;
        writeln!(self.out, "{}", Swept { digest, at })
    }

    /// The end: what it all came to, if anything could be replayed. What a sweep came to, it says itself.
    pub(crate) fn end(&mut self, tally: &Tally, beside: Beside<'_>) -> io::Result<()> {
        let is_only_sweep =
            tally.sweeps > 0 && tally.events() == 0 && tally.unrelated == 0 && beside.is_nothing();
        if !self.has_begun || is_only_sweep {
            return Ok(());
        }
        self.part(Told::Details)?;
        writeln!(self.out, "{}", summary::Summary { tally, beside })
    }

    /// What was told so far can be read.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Sets `next` off from what was told last: details and headings stand between blank lines.
    fn part(&mut self, next: Told) -> io::Result<()> {
        let is_close =
            matches!((self.last, next), (Told::Nothing | Told::Heading, _) | (Told::Line, Told::Line));
        self.last = next;
        if is_close { Ok(()) } else { writeln!(self.out) }
    }
}
