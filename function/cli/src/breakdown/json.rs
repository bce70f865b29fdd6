//! What a replay came to, as one JSON object. Its keys are a contract: the README describes them.

use serde::Serialize;
use tierguard::sweep::Digest;

use super::{Breakdown, Counts, Scene, Table};
use crate::passed::Elsewhere;
use crate::selection::Selection;
use crate::tally::{Deeds, Tally};

/// The object.
#[derive(Debug, Serialize)]
pub(crate) struct Summed<'b> {
    scenarios: &'b [Scene],
    first: Option<String>,
    last: Option<String>,
    events: usize,
    verdicts: Verdicts,
    gone: usize,
    unrelated: usize,
    #[serde(skip_serializing_if = "Selection::is_all")]
    selection: &'b Selection,
    unselected: usize,
    elsewhere: &'b Elsewhere,
    undone: Deeds,
    tiers: TableReport<'b>,
    callers: TableReport<'b>,
    rules: TableReport<'b>,
    accounts: TableReport<'b>,
    regions: TableReport<'b>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sweeps: Vec<SweepReport<'b>>,
}

#[derive(Debug, Serialize)]
struct Verdicts {
    compliant: usize,
    violation: usize,
    unmanaged: usize,
    undecidable: usize,
    ignored: usize,
}

#[derive(Debug, Serialize)]
struct TableReport<'b> {
    /// Whether every row says how many there were, and not how many at least.
    exact: bool,
    rows: Vec<RowReport<'b>>,
    /// What is in no row.
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<CountsReport>,
}

#[derive(Debug, Serialize)]
struct RowReport<'b> {
    name: Option<&'b str>,
    #[serde(flatten)]
    counts: CountsReport,
}

#[derive(Debug, Serialize)]
struct CountsReport {
    events: usize,
    violations: usize,
    undecidable: usize,
    undone: Deeds,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Serialize)]
struct SweepReport<'b> {
    at: String,
    sweep: &'b Digest,
}

impl<'b> Summed<'b> {
    /// What `breakdown` and `tally` say of the same events.
    pub(crate) fn new(breakdown: &'b Breakdown, tally: &Tally) -> Self {
        let Breakdown { scenes, all, tiers, callers, rules, accounts, regions, passed, selection, sweeps } =
            breakdown;
        let CountsReport { events, undone, first, last, .. } = CountsReport::of(all);
        let Tally { compliant, violations, unmanaged, ignored, gone, undecidable, unrelated, .. } = *tally;
        Self {
            scenarios: scenes,
            first,
            last,
            events,
            verdicts: Verdicts { compliant, violation: violations, unmanaged, undecidable, ignored },
            gone,
            unrelated,
            selection,
            unselected: passed.unselected,
            elsewhere: &passed.elsewhere,
            undone,
            tiers: TableReport::of(tiers),
            callers: TableReport::of(callers),
            rules: TableReport::of(rules),
            accounts: TableReport::of(accounts),
            regions: TableReport::of(regions),
            sweeps: sweeps.iter().map(|(at, sweep)| SweepReport { at: at.to_string(), sweep }).collect(),
        }
    }
}

impl<'b> TableReport<'b> {
    fn of(table: &'b Table) -> Self {
        let rows = table.rows().into_iter();
        let rows = rows.map(|row| RowReport { name: row.name, counts: CountsReport::of(row.counts) });
        Self {
            exact: table.others().is_none(),
            rows: rows.collect(),
            others: table.others().map(CountsReport::of),
        }
    }
}

impl CountsReport {
    fn of(Counts { events, violations, undecidable, deeds, period }: &Counts) -> Self {
        Self {
            events: *events,
            violations: *violations,
            undecidable: *undecidable,
            undone: *deeds,
            first: period.map(|(first, _)| first.to_string()),
            last: period.map(|(_, last)| last.to_string()),
        }
    }
}
