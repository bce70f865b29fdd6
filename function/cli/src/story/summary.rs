//! What it all came to.

use std::fmt;

use anstyle::Style;

use crate::story::style::{BAD, GOOD, HEADING, OPEN, QUIET};
use crate::tally::{Rules, Tally};

/// The last lines of the story. What there was none of is not in it.
pub(super) struct Summary<'t>(pub(super) &'t Tally);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { compliant, violations, unmanaged, ignored, undecidable, unrelated, rules } = *self.0;
        let events = [compliant, violations, unmanaged, ignored, undecidable]
            .into_iter()
            .fold(0, usize::saturating_add);
        write!(f, "{HEADING}{}{HEADING:#}", counted(events, "security group event"))?;
        let counts = [
            (violations, BAD, if violations == 1 { "violation" } else { "violations" }),
            (undecidable, OPEN, "undecidable"),
            (compliant, GOOD, "compliant"),
            (unmanaged, Style::new(), "unmanaged"),
            (ignored, Style::new(), "ignored"),
        ];
        list(f, &counts)?;
        if unrelated > 0 {
            write!(f, "\n{QUIET}{} passed over{QUIET:#}", counted(unrelated, "other event"))?;
        }
        fates(f, rules)
    }
}

fn fates(f: &mut fmt::Formatter<'_>, rules: Rules) -> fmt::Result {
    let Rules { revoked, already_gone, failed, withheld, only_told } = rules;
    let counts = [
        (revoked, GOOD, "revoked"),
        (already_gone, Style::new(), "already gone"),
        (failed, BAD, "not revoked: the call failed"),
        (withheld, OPEN, "would be revoked"),
        (only_told, OPEN, "left in place"),
    ];
    let rules = counts.iter().map(|(count, ..)| *count).fold(0, usize::saturating_add);
    if rules == 0 {
        return Ok(());
    }
    write!(f, "\n{HEADING}{}{HEADING:#}", counted(rules, "forbidden rule"))?;
    list(f, &counts)
}

/// `: 3 violations, 1 compliant`, without what there is none of.
fn list(f: &mut fmt::Formatter<'_>, counts: &[(usize, Style, &str)]) -> fmt::Result {
    let some = counts.iter().filter(|(count, ..)| *count > 0);
    some.enumerate().try_for_each(|(index, (count, style, what))| {
        let before = if index == 0 { ": " } else { ", " };
        write!(f, "{before}{style}{count} {what}{style:#}")
    })
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
