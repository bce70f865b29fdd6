//! An event that people are to look at, as a part of the page: what it is told apart by, and the HTML of what there is to
//! know about it.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use tierguard::Handled;
use tierguard::id::{AccountId, GroupKey, Region};
use tierguard::policy::{Document, TierName};

use super::markup::{self, short, text};
use super::pretty::pretty;
use super::standing::Standing;
use crate::explain;
use crate::record::Origin;
use crate::story::{Row, Tone, counted, details};
use crate::tally::Done;

/// How many rules of one event it can be found by.
const MOST_RULES: usize = 50;
/// How long its headline is at most, in characters.
const HEADLINE: usize = 120;

/// An event that people are to look at.
#[derive(Debug)]
pub(super) struct Incident {
    /// By what it is told apart from others.
    pub(super) facets: Facets,
    /// What it is about, in HTML.
    pub(super) headline: String,
    /// What there is to know about it, in HTML.
    pub(super) body: String,
}

/// By what events are told apart and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facets {
    pub(super) time: Option<Timestamp>,
    pub(super) standing: Standing,
    pub(super) tiers: Vec<String>,
    /// The group that it is about.
    pub(super) group: Option<String>,
    pub(super) caller: Option<String>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) rules: Vec<String>,
}

/// Events of one kind differ in nothing but their time: same tiers, same caller, same place, same rules, same end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind(u64);

/// An event on its way to the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) handled: &'c Handled,
    pub(super) done: &'c [Done],
    pub(super) origin: &'c Origin,
    pub(super) record: &'c str,
    /// The policy that it was judged by.
    pub(super) document: Option<&'c Document>,
}

impl Incident {
    pub(super) fn new(case: Case<'_>, standing: Standing) -> Self {
        let rows = details(case.handled, case.origin);
        let headline = rows.first().map(Row::text).unwrap_or_default();
        Self {
            facets: Facets::new(case, standing),
            headline: short(HEADLINE, headline),
            body: body(case, &rows),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        let Facets { time: _, standing, tiers, group: _, caller, account, region, rules } = &self.facets;
        // Without a key, so that it is the same in every run.
        let mut hasher = DefaultHasher::new();
        (standing, tiers, caller, account, region, rules, &self.headline).hash(&mut hasher);
        Kind(hasher.finish())
    }

    /// About how much of the page it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        self.body.len().saturating_add(1000)
    }
}

impl Facets {
    fn new(Case { handled, done, .. }: Case<'_>, standing: Standing) -> Self {
        let Handled { event, judgement, .. } = handled;
        let mut rules: Vec<_> = done.iter().filter_map(|done| done.rule.clone()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules.truncate(MOST_RULES);
        Self {
            time: event.time,
            standing,
            tiers: judgement.tiers.iter().map(TierName::to_string).collect(),
            group: group(handled),
            caller: event.actor.name.clone(),
            account: event.account.as_ref().map(AccountId::to_string),
            region: event.region.as_ref().map(Region::to_string),
            rules,
        }
    }
}

/// The group of an event; of one about several, how many they are.
fn group(handled: &Handled) -> Option<String> {
    match handled.groups.as_slice() {
        [] => handled.group.as_ref().map(GroupKey::to_string),
        [group] => Some(group.id.to_string()),
        groups => Some(counted(groups.len(), "group")),
    }
}

fn body(case: Case<'_>, rows: &[Row]) -> String {
    [told(rows), policy(case), record(case.record)].concat()
}

/// The details as a list of terms: one that goes on with the one before stands under the same term.
fn told(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let class = match row.tone() {
            Tone::Plain => "",
            Tone::Good => " class=\"good\"",
            Tone::Open => " class=\"wait\"",
            Tone::Bad => " class=\"bad\"",
        };
        format!("<dt>{}</dt><dd{class}>{}</dd>\n", row.label(), text(row.text()))
    };
    format!("<dl class=\"told\">\n{}</dl>\n", rows.iter().map(row).collect::<String>())
}

/// The lines of the policy that decided.
fn policy(Case { handled, document, .. }: Case<'_>) -> String {
    let Some(document) = document else { return String::new() };
    let lines = explain::deciding(document, handled);
    if lines.is_empty() {
        return String::new();
    }
    let mut next = 0;
    let mut html = String::new();
    for excerpt in &lines {
        if next > 0 && next != excerpt.line {
            html.push_str("<span class=\"number\">…</span>\n");
        }
        for (number, line) in (excerpt.line..).zip(&excerpt.lines) {
            // A text takes whatever is written to it.
            let _ = writeln!(html, "<span class=\"number\">{number}</span> {}", text(line));
        }
        next = excerpt.line.saturating_add(excerpt.lines.len());
    }
    format!(
        "<h4>The lines of {} that decide</h4>\n<pre class=\"policy\">{html}</pre>\n",
        text(document.name())
    )
}

fn record(json: &str) -> String {
    let (shown, left) = pretty(json);
    let rest = if left > 0 {
        format!("<p class=\"quiet\">{} of it are left out here.</p>\n", counted(left, "more byte"))
    } else {
        String::new()
    };
    format!(
        "<details class=\"record\"><summary>The CloudTrail record</summary>\n<pre>{}</pre>\n{rest}</details>\n",
        markup::json(&shown)
    )
}
