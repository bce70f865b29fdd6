//! What a replay came to, as one page of HTML that needs nothing else: for those who decide whether the guard may act.
//!
//! Each event that people are to look at is an [`incident`]; a [`shortlist`] of them is shown in full, all are counted
//! ([`timeline`], and the [`Breakdown`]). The page works by `file://`, loads nothing, and shows everything without its
//! script, which only filters. What others wrote comes in through [`markup`] alone.
//!
//! Judges nothing, and has no clock: the page follows from the events.

mod bars;
mod board;
mod incident;
mod lead;
mod list;
mod markup;
mod names;
mod page;
mod pretty;
mod shortlist;
mod standing;
mod timeline;

use std::io::Write;
use std::path::{Path, PathBuf};

use tierguard::policy::Document;
use tierguard::{Handled, Policy};

use crate::breakdown::Breakdown;
use crate::failure::Failure;
use crate::graph;
use crate::record::Origin;
use crate::tally::Done;
use crate::whole::WholeFile;
use incident::{Case, Incident};
use page::Page;
use shortlist::Shortlist;
use standing::{Standing, Standings};
use timeline::Timeline;

/// How many policies are drawn.
const MOST_GRAPHS: usize = 6;

/// A page in the making.
#[derive(Debug)]
pub(crate) struct Report {
    /// The path of its file, as it was given.
    path: PathBuf,
    file: WholeFile,
    /// The policy of the scenario that is being replayed.
    document: Option<Document>,
    graphs: Vec<String>,
    standings: Standings,
    timeline: Timeline,
    shortlist: Shortlist,
}

impl Report {
    /// A page that will be the file at `path`.
    ///
    /// # Errors
    /// When that cannot be written.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        Ok(Self {
            path: path.to_owned(),
            file: WholeFile::at(path).map_err(|source| Failure::Report { path: path.to_owned(), source })?,
            document: None,
            graphs: Vec::new(),
            standings: Standings::default(),
            timeline: Timeline::default(),
            shortlist: Shortlist::default(),
        })
    }

    /// A scenario begins.
    pub(crate) fn begin(&mut self, policy: &Policy, document: Document) {
        if self.graphs.len() < MOST_GRAPHS {
            self.graphs.extend(graph::part(policy, document.name(), self.graphs.len()));
        }
        self.document = Some(document);
    }

    /// The record at `origin` was handled, and this became of what it broke.
    pub(crate) fn event(&mut self, handled: &Handled, done: &[Done], origin: &Origin, record: &str) {
        let Some(standing) = Standing::of(handled, done) else { return };
        self.standings.add(standing, 1);
        self.timeline.count(handled.event.time, standing);
        let case = Case { handled, done, origin, record, document: self.document.as_ref() };
        self.shortlist.offer(Incident::new(case, standing));
    }

    /// Writes the page.
    ///
    /// # Errors
    /// When it cannot be written; what was there before is still there then.
    pub(crate) fn write(&self, breakdown: &Breakdown) -> Result<(), Failure> {
        let Self { path, file, document: _, graphs, standings, timeline, shortlist } = self;
        let page = Page { breakdown, graphs, standings, timeline, shortlist };
        let written = file.write(|out| out.write_all(page.html().as_bytes()));
        written.map_err(|source| Failure::Report { path: path.clone(), source })
    }
}
