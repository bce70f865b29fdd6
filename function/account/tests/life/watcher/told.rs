//! What people were told. The one place that knows how a notice says it.

use std::collections::BTreeMap;

use serde_json::Value;
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::notice::Notice;
use tierguard::shape::SecurityGroupRule;

use crate::clock::Moment;
use crate::lambda::JobId;

/// All notices, by what they are about.
#[derive(Default)]
pub(super) struct Told(BTreeMap<JobId, Vec<(Moment, Value)>>);

impl Told {
    pub(super) fn hear(&mut self, now: Moment, job: JobId, notice: &Notice) {
        let machine = serde_json::from_str(notice.machine()).unwrap();
        self.0.entry(job).or_default().push((now, machine));
    }

    fn since(&self, job: JobId, moment: Moment) -> impl Iterator<Item = &Value> {
        let told = self.0.get(&job).into_iter().flatten();
        told.filter(move |(at, _)| *at >= moment).map(|(_, notice)| notice)
    }

    /// Whether there was a notice about this event, or this sweep, from `moment` on.
    pub(super) fn is_about(&self, job: JobId, moment: Moment) -> bool {
        self.since(job, moment).next().is_some()
    }

    /// Whether one of them names `rule`, or says that nothing could be decided.
    pub(super) fn names(&self, job: JobId, moment: Moment, group: &GroupId, rule: &Rule) -> bool {
        self.since(job, moment)
            .any(|notice| notice["verdict"] == "undecidable" || is_named(notice, group, rule))
    }
}

fn is_named(notice: &Value, group: &GroupId, rule: &Rule) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let findings = list(&notice["findings"]).into_iter().map(|finding| finding["rule"].clone());
    // The group stands beside the rule.
    let unsettled = list(&notice["notice"]["unsettled"]).into_iter().map(|unsettled| {
        let mut rule = unsettled["rule"].clone();
        if let Some(rule) = rule.as_object_mut() {
            rule.insert("GroupId".to_owned(), unsettled["group"].clone());
        }
        rule
    });
    let single = findings.chain(unsettled);
    let of_actions = list(&notice["actions"]).into_iter().flat_map(|action| list(&action["rules"]));
    let is_line =
        |line: &Value| line["group"] == group.as_str() && line["rule"] == rule.permission.to_string();
    single.chain(of_actions).any(|told| is_it(told, group, rule))
        || list(&notice["sweep"]["lines"]).iter().any(is_line)
}

fn is_it(told: Value, group: &GroupId, rule: &Rule) -> bool {
    let Ok(shape) = serde_json::from_value::<SecurityGroupRule>(told) else { return false };
    let is_group = shape.group_id.as_deref() == Some(group.as_str());
    is_group && Rule::try_from(&shape).is_ok_and(|told| told.permission.is_one_with(&rule.permission))
}
