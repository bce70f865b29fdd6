//! The machine's copy: the report, and what a notice knows beyond it. Texts are as they came, not escaped for people;
//! whoever shows them must do that.

use serde::Serialize;

use super::dispute::DisputeReport;
use super::email;
use super::escape::{ascii_json, cut};
use super::limits::{MACHINE_TEXT, TIERS};
use super::link::Link;
use super::story::{Links, Story};
use super::who;
use crate::group::Group;
use crate::judge::{Undecidable, Unsettled, Verdict};
use crate::report::{ActionReport, FindingReport, Report};
use crate::respond::Handled;
use crate::shape::SecurityGroupRule;
use crate::tell::Standing;

#[derive(Serialize)]
struct Machine {
    #[serde(flatten)]
    report: Report,
    notice: Details,
}

/// What is not in the report.
#[derive(Serialize)]
struct Details {
    /// The first line of the text for people.
    headline: String,
    /// `closed`, `open`, `still-open`, `undecided`, `restored`, `missing`, `still-missing` or `unmanaged`.
    door: &'static str,
    /// The worst outcome; `notify-only` where the policy wants no call.
    outcome: Option<&'static str>,
    /// Whether the guard tries again by itself.
    retried: bool,
    handled_at: String,
    /// From the event to its handling.
    seconds: Option<usize>,
    source_ip: Option<String>,
    user_agent: Option<String>,
    invoked_by: Option<String>,
    role: Option<String>,
    group_name: Option<String>,
    /// The groups that were judged.
    groups: Vec<NamedGroup>,
    /// Why it could not be decided.
    causes: Vec<String>,
    /// Rules of the same change that could not be judged.
    unsettled: Vec<UnsettledReport>,
    group_url: Option<Link>,
    event_url: Option<Link>,
    /// What is undone again and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<DisputeReport>,
    omitted: Omitted,
}

#[derive(Serialize)]
struct NamedGroup {
    id: String,
    name: Option<String>,
}

#[derive(Serialize)]
struct UnsettledReport {
    group: String,
    rule: Option<SecurityGroupRule>,
    cause: String,
}

/// How many were left out for their number.
#[derive(Serialize)]
struct Omitted {
    findings: usize,
    actions: usize,
    action_rules: usize,
    unsettled: usize,
    groups: usize,
    tiers: usize,
}

/// The copy, with at most `listed` of anything that there can be many of.
pub(super) fn copy(handled: &Handled, standing: Option<&Standing>, story: &Story, listed: usize) -> String {
    let mut report = Report::new(handled, None);
    let unsettled = unsettled(handled);
    let omitted = Omitted {
        findings: report.findings.len().saturating_sub(listed),
        actions: report.actions.len().saturating_sub(listed),
        action_rules: shorten(&mut report, listed),
        unsettled: unsettled.len().saturating_sub(listed),
        groups: handled.groups.len().saturating_sub(listed),
        tiers: handled.judgement.tiers.len().saturating_sub(TIERS),
    };
    let dispute = standing.map(|standing| DisputeReport::new(standing, listed));
    let notice = Details { dispute, ..Details::new(handled, story, listed, omitted) };
    ascii_json(&serde_json::to_string(&Machine { report, notice }).unwrap_or_default())
}

/// The least that can be said.
pub(super) fn least(verdict: &str, Story { state, .. }: &Story) -> String {
    let door = state.door.word();
    serde_json::json!({ "verdict": verdict, "notice": { "door": door, "omitted": "all" } }).to_string()
}

impl Details {
    fn new(handled: &Handled, story: &Story, listed: usize, omitted: Omitted) -> Self {
        let Handled { event, handled_at, .. } = handled;
        let found = handled.found();
        let Links { group, event: record } = &story.links;
        let short = |text: Option<&str>| text.map(|text| cut(text, MACHINE_TEXT));
        Self {
            headline: email::headline(story).plain(),
            door: story.state.door.word(),
            outcome: story.state.outcome,
            retried: handled.retry().is_some(),
            handled_at: handled_at.to_string(),
            seconds: who::seconds(handled),
            source_ip: short(event.source_ip.as_deref()),
            user_agent: short(event.user_agent.as_deref()),
            invoked_by: short(event.actor.invoked_by.as_deref()),
            role: short(event.actor.role.as_ref().map(crate::id::RoleArn::as_str)),
            group_name: short(found.as_ref().and_then(|group| Some(group.name.as_ref()?.as_str()))),
            groups: handled.groups.iter().take(listed).map(NamedGroup::new).collect(),
            causes: causes(handled, listed),
            unsettled: unsettled(handled).iter().take(listed).map(UnsettledReport::new).collect(),
            group_url: group.clone(),
            event_url: record.clone(),
            dispute: None,
            omitted,
        }
    }
}

impl NamedGroup {
    fn new(Group { id, name, .. }: &Group) -> Self {
        let name = name.as_ref().map(|name| cut(name.as_str(), MACHINE_TEXT));
        Self { id: id.to_string(), name }
    }
}

impl UnsettledReport {
    fn new(Unsettled { group, rule, cause }: &Unsettled) -> Self {
        let mut rule = rule.as_ref().map(|rule| SecurityGroupRule::of(rule, None));
        rule.iter_mut().for_each(shorten_rule);
        Self { group: group.to_string(), rule, cause: cut(&cause.to_string(), MACHINE_TEXT) }
    }
}

fn unsettled(handled: &Handled) -> &[Unsettled] {
    match &handled.judgement.verdict {
        Verdict::Violation(violation) => &violation.unsettled,
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => &[],
    }
}

fn causes(handled: &Handled, listed: usize) -> Vec<String> {
    let why = match &handled.judgement.verdict {
        Verdict::Undecidable(why) => why,
        Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Violation(_) => {
            return Vec::new();
        }
    };
    match why {
        Undecidable::Malformed(error) => vec![cut(&error.to_string(), MACHINE_TEXT)],
        Undecidable::Truncated => Vec::new(),
        Undecidable::LookUpFailed(errors) => {
            errors.iter().take(listed.max(1)).map(|error| cut(&error.to_string(), MACHINE_TEXT)).collect()
        }
    }
}

/// Leaves at most `listed` findings, calls and rules of calls in `report`, and no endless text. Says how many rules of
/// calls it left out.
fn shorten(report: &mut Report, listed: usize) -> usize {
    let Report { event_name, actor, group, tiers, findings, actions, remarks, .. } = report;
    remarks.sort_unstable();
    remarks.dedup();
    for text in [event_name, actor, group].into_iter().flatten().chain(tiers.iter_mut()) {
        *text = cut(text, MACHINE_TEXT);
    }
    tiers.truncate(TIERS);
    let all: usize = actions.iter().map(|action| action.rules.len()).sum();
    findings.truncate(listed);
    findings.iter_mut().for_each(shorten_finding);
    actions.truncate(listed);
    let left = actions.iter_mut().fold(listed, shorten_action);
    all.saturating_sub(listed.saturating_sub(left))
}

fn shorten_finding(finding: &mut FindingReport) {
    let FindingReport { code: _, rule, group: _, interface: _, groups, excess, why } = finding;
    rule.iter_mut().for_each(shorten_rule);
    groups.truncate(TIERS);
    excess.truncate(TIERS);
    for text in excess.iter_mut().chain([why]) {
        *text = cut(text, MACHINE_TEXT);
    }
}

/// Leaves at most `listed` rules, and says how many more there may be elsewhere.
fn shorten_action(listed: usize, action: &mut ActionReport) -> usize {
    let ActionReport { call: _, group: _, prefix_list: _, interface: _, groups, rules, outcome: _, error } =
        action;
    groups.truncate(TIERS);
    rules.truncate(listed);
    rules.iter_mut().for_each(shorten_rule);
    *error = error.take().map(|text| cut(&text, MACHINE_TEXT));
    listed.saturating_sub(rules.len())
}

fn shorten_rule(rule: &mut SecurityGroupRule) {
    let name = rule.referenced_group_info.as_mut().and_then(|group| group.group_name.as_mut());
    for text in rule.description.iter_mut().chain(name) {
        *text = cut(text, MACHINE_TEXT);
    }
}
