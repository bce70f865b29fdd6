//! An audit for a person: one line for each group, what is wrong under it, and what it all came to.

use std::fmt;
use std::io::{self, Write};

use tierguard::group::Group;
use tierguard::judge::Verdict;
use tierguard::policy::TierName;
use tierguard::sweep::Audited;

use super::Audit;
use crate::shown::shown;
use crate::story::{Judged, counted, style};

/// The widths of the columns that are as wide as what is in them.
struct Widths {
    group: usize,
    name: usize,
    tiers: usize,
}

/// No column is wider.
const WIDEST: usize = 40;

pub(super) fn write(audit: &Audit, out: &mut impl Write) -> io::Result<()> {
    let groups = &audit.found.groups;
    let (policy, account) = (audit.document.name(), audit.account.to_string_lossy());
    writeln!(out, "{} by {} at {}\n", shown(&account), shown(policy), audit.at)?;
    let widths = Widths::of(groups);
    heading(out, &widths)?;
    // What is wrong comes first: a table of thousands of groups is read from its top.
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|audited| rank(&audited.judgement.verdict));
    for audited in sorted {
        line(out, audited, &widths)?;
    }
    let known: Vec<_> = groups.iter().map(|audited| audited.group.clone()).collect();
    interfaces(out, &audit.found.interfaces.verdict, &known)?;
    writeln!(out, "\n{}", Summary(audit))
}

fn heading(out: &mut impl Write, Widths { group, name, tiers }: &Widths) -> io::Result<()> {
    let bold = style::HEADING;
    writeln!(
        out,
        "{bold}{:<11}  {:<group$}  {:<name$}  {:<tiers$}  {:>5}{bold:#}",
        "VERDICT", "GROUP", "NAME", "TIERS", "RULES"
    )
}

fn line(out: &mut impl Write, audited: &Audited, Widths { group, name, tiers }: &Widths) -> io::Result<()> {
    let Audited { group: of, rules, judgement } = audited;
    let verdict = &judgement.verdict;
    let colour = style::of(verdict);
    let count = if *verdict == Verdict::Unmanaged { "-".to_owned() } else { rules.len().to_string() };
    writeln!(
        out,
        "{colour}{:<11}{colour:#}  {:<group$}  {:<name$}  {:<tiers$}  {count:>5}",
        verdict.word(),
        shown(of.id.as_str()),
        shown(name_of(of)),
        tiers_of(audited),
    )?;
    let details = Judged { groups: std::slice::from_ref(of), verdict }.to_string();
    if details.is_empty() { Ok(()) } else { writeln!(out, "{details}") }
}

fn interfaces(out: &mut impl Write, verdict: &Verdict, groups: &[Group]) -> io::Result<()> {
    let details = Judged { groups, verdict }.to_string();
    if details.is_empty() {
        return Ok(());
    }
    let colour = style::of(verdict);
    writeln!(out, "{colour}{:<11}{colour:#}  network interfaces\n{details}", verdict.word())
}

/// What a reader has to see first.
const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Violation(_) => 0,
        Verdict::Undecidable(_) => 1,
        Verdict::Compliant => 2,
        Verdict::Ignored(_) | Verdict::Unmanaged => 3,
    }
}

fn name_of(group: &Group) -> &str {
    group.name.as_ref().map_or("-", |name| name.as_str())
}

fn tiers_of(audited: &Audited) -> String {
    let tiers: Vec<_> = audited.judgement.tiers.iter().map(TierName::as_str).collect();
    if tiers.is_empty() { "-".to_owned() } else { tiers.join(", ") }
}

impl Widths {
    fn of(groups: &[Audited]) -> Self {
        let widest = |least: usize, text: &dyn Fn(&Audited) -> String| {
            let widths = groups.iter().map(|audited| text(audited).chars().count());
            widths.max().unwrap_or_default().clamp(least, WIDEST)
        };
        Self {
            group: widest(5, &|audited| shown(audited.group.id.as_str()).to_string()),
            name: widest(4, &|audited| shown(name_of(&audited.group)).to_string()),
            tiers: widest(5, &tiers_of),
        }
    }
}

/// `12 groups: 2 violations, 9 compliant, 1 unmanaged`.
struct Summary<'a>(&'a Audit);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = &self.0.found.groups;
        let of = |word: &str| groups.iter().filter(|it| it.judgement.verdict.word() == word).count();
        let counts = [
            (of("violation"), "with violations", style::BAD),
            (of("undecidable"), "undecidable", style::OPEN),
            (of("compliant"), "compliant", style::GOOD),
            (of("unmanaged"), "unmanaged", style::QUIET),
        ];
        write!(f, "{}", counted(groups.len(), "group"))?;
        let some = counts.iter().filter(|(count, ..)| *count > 0);
        some.enumerate().try_for_each(|(n, (count, what, style))| {
            let before = if n == 0 { ": " } else { ", " };
            write!(f, "{before}{style}{count} {what}{style:#}")
        })
    }
}
