//! The page as a whole: a template with its style and its script, and what is filled in.

use std::borrow::Cow;

use super::markup::{filled, text};
use super::names::{Facet, Names};
use super::shortlist::Shortlist;
use super::standing::Standings;
use super::timeline::Timeline;
use super::{bars, board, lead, list};
use crate::breakdown::Breakdown;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// The SHA-256 of both in Base64: a browser takes no other style and no other script. Where a file was changed, the tests in
/// `tests/page` fail, and say the new one.
const STYLE_HASH: &str = "w5MVuYhiPrc2hRvjV/TEfGeigjGYAqtJWzf1u7VPBXI=";
const SCRIPT_HASH: &str = "b9PmWQjMwoK64USsRGD2qnLMmpQtD1v63bV+A59fKRk=";

/// All that is on the page.
pub(super) struct Page<'p> {
    pub(super) breakdown: &'p Breakdown,
    pub(super) graphs: &'p [String],
    pub(super) standings: &'p Standings,
    pub(super) timeline: &'p Timeline,
    pub(super) shortlist: &'p Shortlist,
}

impl Page<'_> {
    /// The page.
    pub(super) fn html(&self) -> String {
        let Self { breakdown, graphs, standings, timeline, shortlist } = *self;
        let incidents = shortlist.shown();
        let names = Facet::ALL.map(|facet| (facet, Names::of(facet, &incidents)));
        filled(TEMPLATE, |name| match name {
            "style" => STYLE.into(),
            "script" => SCRIPT.into(),
            "style-hash" => STYLE_HASH.into(),
            "script-hash" => SCRIPT_HASH.into(),
            "period" => text(&lead::period(breakdown)).into(),
            "facts" => lead::facts(breakdown).into(),
            "sentence" => lead::sentence(breakdown, standings).into(),
            "tiles" => lead::tiles(breakdown, standings).into(),
            "timeline" => bars::figure(timeline, breakdown.all.period).into(),
            "boards" => board::boards(breakdown, &names).into(),
            "sweeps" => lead::sweeps(breakdown).into(),
            "graphs" => drawings(graphs).into(),
            "choices" => list::choices(&names, &incidents).into(),
            "note" => list::note(shortlist, incidents.len()).into(),
            "count" => lead::grouped(incidents.len()).into(),
            "items" => list::items(&names, &incidents).into(),
            "version" => env!("CARGO_PKG_VERSION").into(),
            _ => Cow::Borrowed(""),
        })
    }
}

fn drawings(graphs: &[String]) -> String {
    let drawing = |svg: &String| format!("<div class=\"graph\" tabindex=\"0\">{svg}</div>\n");
    let all: String = graphs.iter().map(drawing).collect();
    if all.is_empty() {
        "<p class=\"quiet\">The policy is too large to be drawn.</p>\n".to_owned()
    } else {
        all
    }
}
