//! The head of the page: what was replayed against what, and what it came to in a sentence and in a few numbers.

use jiff::Timestamp;

use super::markup::text;
use super::standing::{Standing, Standings};
use crate::breakdown::{Breakdown, ModeWord, Scene, Table};
use crate::passed::Passed;

/// How many names of a kind are told.
const MOST: usize = 4;

/// The title: the period.
pub(super) fn period(breakdown: &Breakdown) -> String {
    let Some((first, last)) = breakdown.all.period else { return "Nothing happened".to_owned() };
    let (first, last) = (day(first), day(last));
    if first == last { first } else { format!("{first} to {last}") }
}

fn day(time: Timestamp) -> String {
    time.strftime("%-d %B %Y").to_string()
}

/// What was replayed against what, as a list of terms.
pub(super) fn facts(breakdown: &Breakdown) -> String {
    let Breakdown { scenes, accounts, regions, passed, selection, .. } = breakdown;
    let policies = distinct(scenes.iter().map(|scene| scene.policy.as_str()));
    let states =
        distinct(scenes.iter().map(|scene| scene.account.as_deref().unwrap_or("learnt from the events")));
    [
        fact("Policy", &some(&policies)),
        fact("Mode", mode(scenes)),
        fact("Accounts", &some(&named(accounts))),
        fact("Regions", &some(&named(regions))),
        fact("State at the start", &some(&states)),
        if selection.is_all() { String::new() } else { fact("Only events", &text(&selection.to_string())) },
        left_out(passed),
    ]
    .concat()
}

fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{} changes", grouped(count)) }
}

/// The changes that were not judged, where there are any.
fn left_out(Passed { unselected, elsewhere, .. }: &Passed) -> String {
    let unselected = (*unselected > 0).then(|| format!("{} not asked for", changes(*unselected)));
    let places: Vec<_> = elsewhere.places().map(|(place, _)| place).collect();
    let elsewhere = (elsewhere.changes > 0).then(|| {
        let changes = changes(elsewhere.changes);
        format!("{changes} in accounts or Regions of which the account file has no group: {}", some(&places))
    });
    let parts: Vec<_> = unselected.into_iter().chain(elsewhere).collect();
    if parts.is_empty() { String::new() } else { fact("Left out", &parts.join("; ")) }
}

fn fact(term: &str, what: &str) -> String {
    format!("<div><dt>{term}</dt><dd>{what}</dd></div>\n")
}

fn mode(scenes: &[Scene]) -> &'static str {
    let has = |mode| scenes.iter().any(|scene| scene.mode == mode);
    match (has(ModeWord::Enforce), has(ModeWord::Observe), has(ModeWord::Mixed)) {
        (true, false, false) => "enforce: violations are undone",
        (false, true, false) => "observe: nothing is undone",
        (false, false, false) => "none",
        (_, _, true) | (true, true, false) => "enforce in some tiers, observe in others",
    }
}

fn named(table: &Table) -> Vec<&str> {
    table.rows().into_iter().filter_map(|row| row.name).collect()
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

fn some(names: &[&str]) -> String {
    if names.is_empty() {
        return "not told".to_owned();
    }
    let told: Vec<_> = names.iter().take(MOST).map(|name| text(name)).collect();
    match names.len().saturating_sub(MOST) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// What it came to, in sentences.
pub(super) fn sentence(breakdown: &Breakdown, standings: &Standings) -> String {
    let (events, broke) = (breakdown.all.events, breakdown.all.violations);
    if events == 0 {
        return "No change of a security group was found.".to_owned();
    }
    let changes = changes(events);
    let verdict = match broke {
        0 => "none broke the policy".to_owned(),
        broke => format!("<strong>{} broke the policy</strong>: {}", grouped(broke), fates(standings)),
    };
    let undecidable = match standings.of(Standing::Undecidable) {
        0 => String::new(),
        1 => " One more could not be judged and needs a person.".to_owned(),
        more => format!(" {} more could not be judged and need a person.", grouped(more)),
    };
    format!("Of {changes} to security groups, {verdict}.{undecidable}")
}

fn fates(standings: &Standings) -> String {
    let broken = standings.each().filter(|(standing, _)| *standing != Standing::Undecidable);
    let some: Vec<_> = broken.filter(|(_, count)| *count > 0).collect();
    let part = |(standing, count): &(Standing, usize)| {
        let (is, are, undone) = fate(*standing);
        match (some.len(), count) {
            (1, 1) => format!("it {is}{undone}"),
            (1, _) => format!("all {are}{undone}"),
            (_, count) => format!("{} {undone}", grouped(*count)),
        }
    };
    some.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// What is said of one and of all before the fate, and the fate.
const fn fate(standing: Standing) -> (&'static str, &'static str, &'static str) {
    match standing {
        Standing::Undone => ("was ", "were ", "undone"),
        Standing::WouldBeUndone => ("", "", "would have been undone"),
        Standing::Open => ("was ", "were ", "left open"),
        Standing::Undecidable => ("was ", "were ", "not judged"),
    }
}

/// The numbers that matter, each a link to the events that it counts.
pub(super) fn tiles(breakdown: &Breakdown, standings: &Standings) -> String {
    let plain = |count: usize, what: &str| {
        format!("<div class=\"tile\"><b>{}</b><span>{what}</span></div>\n", grouped(count))
    };
    let link = |(standing, count): (Standing, usize)| {
        let (word, words) = (standing.word(), standing.words());
        match count {
            0 => format!("<div class=\"tile none\"><b>0</b><span>{words}</span></div>\n"),
            count => format!(
                "<a class=\"tile pick {word}\" href=\"#incidents\" data-facet=\"standing\" data-value=\"{word}\">\
                 <b>{}</b><span>{words}</span></a>\n",
                grouped(count)
            ),
        }
    };
    let head = [plain(breakdown.all.events, "changes"), plain(breakdown.all.violations, "broke the policy")];
    head.into_iter().chain(standings.each().map(link)).collect()
}

/// What the sweeps after the events found.
pub(super) fn sweeps(breakdown: &Breakdown) -> String {
    let line = |(at, digest): &(Timestamp, tierguard::sweep::Digest)| {
        format!(
            "<li>{}: {} groups, {} managed, {} rules: <b>{} forbidden, {} missing</b></li>\n",
            at.strftime("%-d %B %Y %H:%M UTC"),
            grouped(digest.groups),
            grouped(digest.managed),
            grouped(digest.rules),
            grouped(digest.forbidden),
            grouped(digest.missing)
        )
    };
    let lines: String = breakdown.sweeps.iter().map(line).collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "<section>\n<h2>The account afterwards</h2>\n<p class=\"quiet\">Every rule of every group, swept after the last event.</p>\n<ul class=\"sweeps\">\n{lines}</ul>\n</section>\n"
    )
}

/// `12,345`.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let lead = digits.len();
    let with_commas = digits.chars().enumerate().map(|(n, digit)| {
        let is_third = n > 0 && lead.saturating_sub(n).is_multiple_of(3);
        if is_third { format!(",{digit}") } else { digit.to_string() }
    });
    with_commas.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(events: usize, undone: usize, would: usize, open: usize, undecidable: usize) -> String {
        let mut breakdown = Breakdown::default();
        breakdown.all.events = events;
        breakdown.all.violations = undone + would + open;
        let mut standings = Standings::default();
        for (standing, count) in Standing::ALL.into_iter().zip([undone, would, open, undecidable]) {
            standings.add(standing, count);
        }
        sentence(&breakdown, &standings)
    }

    #[test]
    fn what_it_came_to_is_a_sentence() {
        insta::assert_snapshot!([
            said(0, 0, 0, 0, 0),
            said(1, 0, 0, 0, 0),
            said(1, 1, 0, 0, 0),
            said(20, 0, 12, 0, 1),
            said(1300, 1100, 2, 3, 4),
            said(2, 0, 0, 2, 0),
        ].join("\n"), @"
        No change of a security group was found.
        Of 1 change to security groups, none broke the policy.
        Of 1 change to security groups, <strong>1 broke the policy</strong>: it was undone.
        Of 20 changes to security groups, <strong>12 broke the policy</strong>: all would have been undone. One more could not be judged and needs a person.
        Of 1,300 changes to security groups, <strong>1,105 broke the policy</strong>: 1,100 undone, 2 would have been undone, 3 left open. 4 more could not be judged and need a person.
        Of 2 changes to security groups, <strong>2 broke the policy</strong>: all were left open.
        ");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
