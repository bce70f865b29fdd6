//! What is wrong, and which line of the policy says so.

use tierguard::group::Rule;
use tierguard::interface::Interface;
use tierguard::judge::{Code, Finding, Keep, Missing, Mixture, Trespass, Undecidable, Unsettled, Violation};
use tierguard::look::LookUpError;
use tierguard::policy::TierName;

use crate::story::groups::Groups;
use crate::story::row::{MOST, Row, more, some_of};
use crate::story::style::{BAD, OPEN};

/// Tells what is wrong.
pub(super) struct Found<'h> {
    pub(super) groups: Groups<'h>,
    /// What the event did to rules: `opened` them, or found them there.
    pub(super) verb: &'static str,
}

impl Found<'_> {
    pub(super) fn violation(&self, violation: &Violation, rows: &mut Vec<Row>) {
        let Violation { findings, missing, mixtures, trespasses, list: _, unsettled } = violation;
        let is_same = |one: &Finding, next: &Finding| one.group == next.group && one.rule == next.rule;
        let about: Vec<_> = findings.chunk_by(is_same).collect();
        some(&about, rows, |findings, rows| self.forbidden(findings, rows));
        some(missing, rows, |missing, rows| self.missing(missing, rows));
        some(mixtures, rows, mixture);
        some(trespasses, rows, |trespass, rows| self.trespass(trespass, rows));
        rows.extend(unsettled.iter().take(MOST).map(|unsettled| self.unsettled(unsettled)));
    }

    /// One rule, and every line of the policy that it breaks.
    fn forbidden(&self, findings: &[Finding], rows: &mut Vec<Row>) {
        let Some(Finding { group, rule, keep, .. }) = findings.first() else { return };
        let opened = rule.permission.to_string();
        let place = self.groups.place(group);
        rows.push(Row::new(self.verb, BAD, format!("{opened}{place}{}", description(rule))));
        for Finding { excess, why, .. } in findings {
            let excess: Vec<_> = excess.terms().iter().map(ToString::to_string).collect();
            if !excess.is_empty() && excess != [opened.as_str()] {
                rows.push(Row::plain("too much", some_of(&excess)));
            }
            rows.push(Row::plain("because", why.clone()));
        }
        match keep {
            Keep::Nothing | Keep::Parts(_) => {}
            Keep::TooMany => rows.push(Row::plain(
                "note",
                "what of it is allowed would take more rules than a group has room for".to_owned(),
            )),
        }
    }

    fn missing(&self, missing: &Missing, rows: &mut Vec<Row>) {
        let Missing { code, group, what, why, rule, .. } = missing;
        let label = match code {
            Code::Editor => "removed",
            Code::RequiredMissing | Code::NotAllowed | Code::Denied | Code::Together => "missing",
        };
        let text = rule.as_ref().map(description).unwrap_or_default();
        rows.push(Row::new(label, BAD, format!("{what}{}{text}", self.groups.place(group))));
        rows.push(Row::plain("because", why.clone()));
    }

    fn trespass(&self, Trespass { group, tier: _, why }: &Trespass, rows: &mut Vec<Row>) {
        rows.push(Row::new("changed", BAD, self.groups.name(group)));
        rows.push(Row::plain("because", why.clone()));
    }

    fn unsettled(&self, Unsettled { group, rule, cause }: &Unsettled) -> Row {
        let what = match rule {
            Some(rule) => format!("{}{}", rule.permission, self.groups.place(group)),
            None => self.groups.name(group),
        };
        Row::new("unclear", OPEN, format!("{what} could not be judged: {cause}"))
    }
}

fn mixture(Mixture { interface, tiers, why, .. }: &Mixture, rows: &mut Vec<Row>) {
    let tiers: Vec<_> = tiers.iter().map(TierName::as_str).collect();
    rows.push(Row::new("meet", BAD, format!("{} on {}", tiers.join(" and "), place(interface))));
    rows.push(Row::plain("because", why.clone()));
}

/// `eni-… of i-…`.
fn place(Interface { id, instance, .. }: &Interface) -> String {
    instance.as_ref().map_or_else(|| id.to_string(), |(instance, _)| format!("{id} of {instance}"))
}

/// Why an event could not be judged.
pub(super) fn undecidable(why: &Undecidable, rows: &mut Vec<Row>) {
    let because = |text: String| Row::new("because", OPEN, text);
    match why {
        Undecidable::Malformed(why) => rows.push(because(format!("the record cannot be understood: {why}"))),
        Undecidable::Truncated => {
            rows.push(because(
                "CloudTrail cut the record, and what is left does not name the group".to_owned(),
            ));
        }
        Undecidable::LookUpFailed(errors) => {
            some(errors, rows, |error: &LookUpError, rows| rows.push(because(error.to_string())));
        }
    }
    rows.push(Row::plain("done", "nothing: somebody has to look at the event and the group".to_owned()));
}

fn description(rule: &Rule) -> String {
    let text = rule.description.as_deref().filter(|text| !text.is_empty());
    text.map(|text| format!("  “{text}”")).unwrap_or_default()
}

/// Tells the first of `things`, and how many more there are.
fn some<T>(things: &[T], rows: &mut Vec<Row>, mut tell: impl FnMut(&T, &mut Vec<Row>)) {
    things.iter().take(MOST).for_each(|thing| tell(thing, rows));
    rows.extend(more(things.len()));
}
