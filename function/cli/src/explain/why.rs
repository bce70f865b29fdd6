//! Why was this event a violation?

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use thiserror::Error;
use tierguard::judge::Verdict;
use tierguard::policy::{Clause, Document};
use tierguard::{Guard, Handled, Report};
use tierguard_account::Desk;

use super::answer::Excerpt;
use crate::args::AnswerFormat;
use crate::batch::Batch;
use crate::console::{Console, Problem};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reading::{Keep, Wanted};
use crate::record::Origin;
use crate::scenario::{self, Scenario};
use crate::selection::Selection;
use crate::settings::{Input, Settings};
use crate::story::Story;
use crate::{clauses, jsonl, source};

/// An event, and what it is replayed against.
pub(super) struct Event {
    pub(super) path: PathBuf,
    /// Which record of the file, from 0; all of them where it is not said.
    pub(super) number: Option<usize>,
    pub(super) policy: Option<PathBuf>,
    pub(super) account: Option<PathBuf>,
}

/// A record that is not there.
#[derive(Debug, Error)]
#[error("`{}` has no record {number}", .path.display())]
struct NoRecord {
    path: PathBuf,
    number: usize,
}

impl Problem for NoRecord {
    fn help(&self) -> Option<String> {
        Some("count from 0, or leave the number out to see all".to_owned())
    }
}

/// What was decided about one event, and the lines of the policy that decided.
#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    report: Report,
    because: Vec<Excerpt>,
}

/// Replays the event, and says which lines of the policy decided about it.
pub(super) fn answer(event: Event, format: AnswerFormat, console: &mut Console) -> Result<Exit, Failure> {
    let Event { path, number, policy, account } = event;
    let inputs = vec![Input::from(path.clone())];
    let settings = Settings { inputs, policy, account, ..Settings::default() };
    let is_meant = |origin: &Origin| number.is_none_or(|number| origin.number.unwrap_or(0) == number);
    let mut is_told = number.is_none();
    for scenario in &scenario::sort(source::find(&settings, console), &settings) {
        let (document, account) = (scenario.document(console), scenario.account(console));
        if let (Some(document), Some(account)) = (document, account) {
            let guard = Guard { policy: document.policy().clone(), own_role: None };
            let mut handled = handled(Desk::new(guard, account), scenario, console)?;
            handled.retain(|(_, origin)| is_meant(origin));
            if !handled.is_empty() || number.is_none() {
                tell(scenario, &document, &handled, format)?;
                is_told = true;
            }
        }
    }
    if let Some(number) = number.filter(|_| !is_told && !console.has_reported()) {
        console.report(&NoRecord { path, number });
    }
    Ok(if console.has_reported() { Exit::Error } else { Exit::Handled })
}

/// The events of `scenario`, handled in their order.
fn handled(
    mut desk: Desk,
    scenario: &Scenario,
    console: &mut Console,
) -> Result<Vec<(Handled, Origin)>, Failure> {
    let wanted = Wanted { keep: Keep::All, selection: &Selection::default() };
    let batch = Batch::read(&scenario.sources, wanted, console)?;
    batch.map(|record| record.map(|it| (desk.handle_quietly(it.json.as_bytes()), it.origin))).collect()
}

fn tell(
    scenario: &Scenario,
    document: &Document,
    handled: &[(Handled, Origin)],
    format: AnswerFormat,
) -> io::Result<()> {
    match format {
        AnswerFormat::Json => {
            let explained: Vec<_> = handled
                .iter()
                .map(|(handled, origin)| Explained {
                    report: Report::new(handled, Some(&origin.to_string())),
                    because: deciding(document, handled),
                })
                .collect();
            jsonl::write(&mut io::stdout().lock(), &explained)
        }
        AnswerFormat::Text => {
            let mut out = anstream::stdout().lock();
            let mut story = Story::new(&mut out);
            story.begin(&scenario.against, document.policy())?;
            for (handled, origin) in handled {
                story.event(handled, origin)?;
                let because = deciding(document, handled);
                if !because.is_empty() {
                    writeln!(story.beside())?;
                    Excerpt::write_all(&because, story.beside())?;
                }
            }
            Ok(())
        }
    }
}

/// The lines of the policy that decided about an event.
pub(crate) fn deciding(document: &Document, handled: &Handled) -> Vec<Excerpt> {
    let tiers = || handled.judgement.tiers.iter().cloned();
    let clauses: Vec<_> = match &handled.judgement.verdict {
        Verdict::Violation(violation) => {
            let findings = violation.findings.iter();
            let findings = findings.map(|finding| clauses::broken(document.policy(), finding));
            let missing = violation.missing.iter().map(|missing| Clause::Tier(missing.tier.clone()));
            let trespasses = violation.trespasses.iter().map(|it| Clause::Editors(it.tier.clone()));
            let groups = tiers().map(Clause::Groups);
            findings.chain(missing).chain(trespasses).chain(groups).collect()
        }
        Verdict::Compliant | Verdict::Undecidable(_) => tiers().map(Clause::Tier).collect(),
        Verdict::Ignored(_) | Verdict::Unmanaged => Vec::new(),
    };
    Excerpt::all(document, clauses)
}
