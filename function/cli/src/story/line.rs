//! An event in one line: when, what became of it, which tier and group, which call, and by whom.

use std::fmt;

use tierguard::Handled;
use tierguard::change::Event;
use tierguard::judge::Verdict;

use crate::shown::shown;
use crate::story::style::{self, QUIET};

/// An event in one line. Columns are as wide as what usually stands in them.
pub(super) struct Line<'h> {
    pub(super) handled: &'h Handled,
    /// The width of the column of tiers.
    pub(super) tiers: usize,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Handled { event, judgement, .. } = self.handled;
        let verdict = style::of(&judgement.verdict);
        let time = event.time.map_or("-".to_owned(), |time| time.to_string());
        let tiers: Vec<_> = judgement.tiers.iter().map(ToString::to_string).collect();
        let tiers = if tiers.is_empty() { "-".to_owned() } else { tiers.join("+") };
        write!(
            f,
            "{QUIET}{time:<20}{QUIET:#}  {verdict}{:<11}{verdict:#}  {:<width$}  {:<20}  {:<16}  {}",
            judgement.verdict.word(),
            shown(&tiers),
            shown(&subject(self.handled)),
            shown(&call(event)),
            shown(caller(event)),
            width = self.tiers,
        )?;
        match &judgement.verdict {
            Verdict::Ignored(why) => write!(f, "  {QUIET}({why}){QUIET:#}"),
            Verdict::Compliant | Verdict::Violation(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
                Ok(())
            }
        }
    }
}

/// What was changed: the group, the first of several, or the interface.
fn subject(Handled { groups, group, judgement, .. }: &Handled) -> String {
    match groups.as_slice() {
        [only] => only.id.to_string(),
        [first, more @ ..] => format!("{} +{}", first.id, more.len()),
        [] => {
            let group = group.as_ref().map(ToString::to_string);
            group.or_else(|| interface(&judgement.verdict)).unwrap_or_else(|| "-".to_owned())
        }
    }
}

/// The interface whose tiers may not meet.
fn interface(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Violation(violation) => violation.mixtures.first().map(|it| it.interface.id.to_string()),
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => None,
    }
}

/// The call without the words that tell nothing here: `AuthorizeIngress`, `ModifyPrefixList`, `ModifyInstance`.
fn call(event: &Event) -> String {
    let name = event.name.as_deref().unwrap_or("-").to_owned();
    ["SecurityGroup", "Managed", "Attribute", "Version"]
        .iter()
        .fold(name, |name, word| name.replacen(word, "", 1))
}

fn caller(event: &Event) -> &str {
    short_name(event.actor.name.as_deref().unwrap_or("-"))
}

/// The telling end of a caller's ARN: `Developer/alice` of an assumed role, `user/bob`, `root`.
pub(crate) fn short_name(name: &str) -> &str {
    let resource = if name.starts_with("arn:") { name.splitn(6, ':').nth(5).unwrap_or(name) } else { name };
    resource.strip_prefix("assumed-role/").unwrap_or(resource)
}
