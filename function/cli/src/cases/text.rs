//! The results of cases for a person: a line for each, and under one that failed how the answer differs.

use std::io::{self, Write};

use tierguard::policy::{Answer, Case};

use super::Tested;
use crate::shown::{shown, shown_up_to};
use crate::story::counted;
use crate::story::style::{BAD, GOOD, HEADING, QUIET};

/// How much is shown of one line, in characters.
const WIDEST: usize = 1000;

pub(super) fn write(tested: &[Tested], out: &mut impl Write) -> io::Result<()> {
    for file in tested {
        writeln!(out, "{HEADING}{}{HEADING:#}", shown_up_to(WIDEST, &file.file))?;
        for (case, answer) in &file.results {
            result(case, answer, out)?;
        }
        writeln!(out)?;
    }
    let all = tested.iter().map(|file| file.results.len()).sum();
    let failed: usize = tested.iter().map(Tested::failures).sum();
    let cases = counted(all, "case");
    if all == 0 {
        return Ok(());
    }
    match failed {
        0 => writeln!(out, "{cases}: {GOOD}all passed{GOOD:#}"),
        _ => writeln!(out, "{cases}: {BAD}{failed} failed{BAD:#}, {GOOD}{} passed{GOOD:#}", all - failed),
    }
}

fn result(case: &Case, answer: &Answer, out: &mut impl Write) -> io::Result<()> {
    if answer.is_expected(case) {
        return writeln!(out, "  {GOOD}ok{GOOD:#}      {}", shown(&case.name));
    }
    writeln!(out, "  {BAD}FAILED{BAD:#}  {}", shown(&case.name))?;
    for (n, line) in (case.passage.line..).zip(&case.passage.lines) {
        writeln!(out, "    {QUIET}{n:>4} |{QUIET:#} {}", shown_up_to(WIDEST, line))?;
    }
    for line in difference(case, answer) {
        let style = if line.starts_with('-') { BAD } else { GOOD };
        writeln!(out, "         {style}{}{style:#}", shown_up_to(WIDEST, &line))?;
    }
    Ok(())
}

/// What was expected, with `-` before it, and what was found, with `+`.
pub(super) fn difference(case: &Case, answer: &Answer) -> Vec<String> {
    let Answer { found, why, excess, unknown } = answer;
    let is = |word: &str| format!("is: {word}");
    let mut lines = vec![format!("- {}", is(case.expected.word()))];
    lines.extend(case.because.iter().map(|because| format!("- because: {because}")));
    lines.push(format!("+ {}", is(found.map_or("unknown", tierguard::policy::Expectation::word))));
    lines.extend(why.iter().map(|why| format!("+ because: {why}")));
    lines.extend(excess.iter().map(|excess| format!("+ denied: {excess}")));
    lines.extend(unknown.iter().map(|unknown| format!("+ because: {unknown}")));
    // What is the same in both is no difference.
    if Some(case.expected) == *found {
        lines.retain(|line| !line.ends_with(&is(case.expected.word())));
    }
    lines
}
