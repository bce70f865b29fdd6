//! What there is to know about an event that the policy forbids, or that needs a person.

use std::fmt;

use anstyle::Style;
use tierguard::Handled;
use tierguard::act::{Action, Outcome};
use tierguard::group::Rule;
use tierguard::judge::{Finding, Undecidable, Unsettled, Verdict, Violation};
use tierguard::look::LookUpError;

use crate::record::Origin;
use crate::shown::shown_up_to;
use crate::story::style::{BAD, GOOD, OPEN, QUIET};
use crate::tally::only_told;

/// How many things of a kind are told one by one.
const MOST: usize = 6;
/// How much is shown of one detail, in characters.
const WIDEST: usize = 2000;

/// The details of an event, one in a line.
pub(super) struct Details<'h> {
    pub(super) handled: &'h Handled,
    pub(super) origin: &'h Origin,
}

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = Vec::new();
        match &self.handled.judgement.verdict {
            Verdict::Violation(violation) => self.violation(violation, &mut rows),
            Verdict::Undecidable(why) => undecidable(why, &mut rows),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {}
        }
        rows.extend(self.group());
        rows.extend(self.caller());
        rows.push(self.event());
        rows.iter().enumerate().try_for_each(|(index, row)| {
            if index > 0 {
                writeln!(f)?;
            }
            row.fmt(f)
        })
    }
}

/// What an event opened that nobody minds; nothing for one that opened nothing.
pub(super) struct Opened<'h>(pub(super) &'h Handled);

impl fmt::Display for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<_> = self.0.judged.iter().map(|rule| rule.permission.to_string()).collect();
        if rules.is_empty() { Ok(()) } else { write!(f, "\n{}", Row::plain("opened", some_of(&rules))) }
    }
}

/// A detail: what kind of, and what it says.
struct Row {
    label: &'static str,
    style: Style,
    text: String,
}

impl Row {
    const fn new(label: &'static str, style: Style, text: String) -> Self {
        Self { label, style, text }
    }

    const fn plain(label: &'static str, text: String) -> Self {
        Self::new(label, Style::new(), text)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, style, text } = self;
        write!(f, "    {QUIET}{label:<9}{QUIET:#}  {style}{}{style:#}", shown_up_to(WIDEST, text))
    }
}

impl Details<'_> {
    fn violation(&self, Violation { findings, unsettled }: &Violation, rows: &mut Vec<Row>) {
        let about: Vec<_> = findings.chunk_by(|one, next| one.rule == next.rule).collect();
        about.iter().take(MOST).for_each(|findings| forbidden(findings, rows));
        rows.extend(more(about.len()));
        rows.extend(unsettled.iter().take(MOST).map(|Unsettled { rule, cause }| {
            Row::new("unclear", OPEN, format!("{} could not be judged: {cause}", rule.permission))
        }));
        let only_told = only_told(self.handled);
        let is_all = self.handled.actions.len() == 1 && only_told == 0;
        rows.extend(self.handled.actions.iter().map(|action| done(action, is_all)));
        if only_told > 0 {
            rows.push(Row::new(
                "done",
                OPEN,
                "left as it is: the policy asks for no more than this notice".to_owned(),
            ));
        }
    }

    fn group(&self) -> Option<Row> {
        let group = self.handled.found.as_ref()?;
        let name = group.name.as_ref()?;
        let vpc = group.vpc.as_ref().map(|vpc| format!(" in {vpc}")).unwrap_or_default();
        Some(Row::plain("group", format!("{name}{vpc}")))
    }

    fn event(&self) -> Row {
        let name = self.handled.event.name.as_ref().map(|name| format!("{name} in ")).unwrap_or_default();
        Row::plain("event", format!("{name}{}", self.origin))
    }

    fn caller(&self) -> Option<Row> {
        let event = &self.handled.event;
        let name = event.actor.name.as_ref()?;
        let address = event.source_ip.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
        Some(Row::plain("caller", format!("{name}{address}")))
    }
}

/// One rule, and every line of the policy that it breaks.
fn forbidden(findings: &[Finding], rows: &mut Vec<Row>) {
    let Some(Finding { rule, .. }) = findings.first() else { return };
    let opened = rule.permission.to_string();
    rows.push(Row::new("opened", BAD, format!("{opened}{}", description(rule))));
    for Finding { excess, why, .. } in findings {
        let excess: Vec<_> = excess.terms().iter().map(ToString::to_string).collect();
        if excess != [opened.as_str()] {
            rows.push(Row::plain("too much", some_of(&excess)));
        }
        rows.push(Row::plain("because", why.clone()));
    }
}

fn description(rule: &Rule) -> String {
    let text = rule.description.as_deref().filter(|text| !text.is_empty());
    text.map(|text| format!("  “{text}”")).unwrap_or_default()
}

fn undecidable(why: &Undecidable, rows: &mut Vec<Row>) {
    let because = |text: String| Row::new("because", OPEN, text);
    match why {
        Undecidable::Malformed(why) => rows.push(because(format!("the record cannot be understood: {why}"))),
        Undecidable::Truncated => {
            rows.push(because(
                "CloudTrail cut the record, and what is left does not name the group".to_owned(),
            ));
        }
        Undecidable::LookUpFailed(errors) => {
            rows.extend(errors.iter().take(MOST).map(|error: &LookUpError| because(error.to_string())));
            rows.extend(more(errors.len()));
        }
    }
    rows.push(Row::plain("done", "nothing: somebody has to look at the event and the group".to_owned()));
}

/// What was done; `is_all` if it was done to every rule that is told of.
fn done(Action { call, rules, outcome, .. }: &Action, is_all: bool) -> Row {
    let names: Vec<_> = rules.iter().map(|rule| rule.permission.to_string()).collect();
    let rules = match names.len() {
        2.. if is_all => format!("these {} rules", names.len()),
        _ => some_of(&names),
    };
    match outcome {
        Outcome::Done => Row::new("done", GOOD, format!("revoked {rules}")),
        Outcome::AlreadyGone => Row::new("done", GOOD, format!("nothing: gone already: {rules}")),
        Outcome::Withheld => Row::new("done", OPEN, format!("observing only: would revoke {rules}")),
        Outcome::Failed { message, retryable: _ } => {
            Row::new("failed", BAD, format!("{call} of {rules}: {message}"))
        }
    }
}

fn some_of(things: &[String]) -> String {
    let told: Vec<_> = things.iter().take(MOST).map(String::as_str).collect();
    match things.len().saturating_sub(MOST) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

fn more(count: usize) -> Option<Row> {
    let more = count.saturating_sub(MOST);
    (more > 0).then(|| Row::plain("", format!("and {more} more")))
}
