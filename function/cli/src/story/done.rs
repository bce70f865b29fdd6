//! What was done about it, and why not where nothing was.

use tierguard::act::{Action, Outcome, Target};
use tierguard::group::Rule;
use tierguard::id::{GroupId, InterfaceId, PrefixListId};
use tierguard::judge::{Code, Finding, Hindrance, Missing, Mixture, Remark, Violation};
use tierguard::policy::OnViolation;

use crate::story::groups::Groups;
use crate::story::row::{MOST, Row, more, some_of};
use crate::story::style::{BAD, GOOD, OPEN};
use crate::tally::only_told;

/// Tells what was done about `violation`.
pub(super) struct Done<'h> {
    pub(super) groups: Groups<'h>,
    pub(super) violation: &'h Violation,
    pub(super) actions: &'h [Action],
    /// Why nothing was to be done, beside what the policy wants done.
    pub(super) remarks: &'h [Remark],
}

/// What a call that adds rules is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Rules that were missing are put back.
    PutBack,
    /// What is allowed of rules that go is to stay.
    Narrow,
}

impl Done<'_> {
    pub(super) fn rows(&self, rows: &mut Vec<Row>) {
        // What failed is not to be among those that are not told one by one.
        let mut actions: Vec<_> = self.actions.iter().collect();
        actions.sort_by_key(|action| action.outcome.error().is_none());
        rows.extend(actions.iter().take(MOST).map(|action| self.action(action)));
        rows.extend(more(actions.len()));
        rows.extend(self.violation.missing.iter().filter_map(unknown).take(MOST));
        rows.extend(self.violation.mixtures.iter().filter_map(|mixture| self.left(mixture)).take(MOST));
        if self.is_only_told() {
            rows.push(open(format!("left as it is: {}", self.why_only_told())));
        }
        if !self.violation.trespasses.is_empty() {
            rows.push(open("left to a person: no rule tells how to undo what was changed".to_owned()));
        }
    }

    fn why_only_told(&self) -> &'static str {
        let findings = &self.violation.findings;
        let is_by_author = |finding: &Finding| finding.code == Code::Editor;
        let is_bound = self.remarks.iter().find_map(|remark| match remark {
            Remark::BreakGlass { .. } => Some("whoever did it may do anything"),
            Remark::OwnChange => Some("the guard's own change never makes it act"),
            Remark::Hearsay
            | Remark::InNoTier { .. }
            | Remark::Deleted { .. }
            | Remark::DefaultGroupOpened { .. }
            | Remark::DefaultGroupUsed { .. }
            | Remark::Associated { .. } => None,
        });
        match is_bound {
            Some(why) => why,
            None if !findings.is_empty() && findings.iter().all(is_by_author) => {
                "to revoke a rule would not surely undo it"
            }
            None => "the policy asks for no more than this notice",
        }
    }

    fn action(&self, action: &Action) -> Row {
        let Action { call, target, outcome } = action;
        match target {
            Target::Rules { group, rules } => {
                let (place, some) = (self.groups.place(group), self.some(rules));
                match outcome {
                    Outcome::Failed { message, retryable: _ } => {
                        failed(format!("{call} of {some}{place}: {message}"))
                    }
                    outcome if action.adds() => added(self.purpose(group, rules), &some, &place, outcome),
                    outcome => revoked(&some, &place, outcome),
                }
            }
            Target::PrefixList(list) => self.restored(call, list, outcome),
            Target::Interface { interface, .. } => self.detached(call, interface, outcome),
        }
    }

    /// The rules of a call; those of the only one, where nothing else is told, need not be repeated.
    fn some(&self, rules: &[Rule]) -> String {
        let is_all = self.actions.len() == 1 && self.violation.missing.is_empty() && !self.is_only_told();
        match rules.len() {
            count @ 2.. if is_all => format!("these {count} rules"),
            _ => some_of(&rules.iter().map(|rule| rule.permission.to_string()).collect::<Vec<_>>()),
        }
    }

    fn purpose(&self, group: &GroupId, rules: &[Rule]) -> Purpose {
        let is_missing = |missing: &Missing| {
            missing.group == *group && missing.rule.as_ref().is_some_and(|rule| rules.contains(rule))
        };
        if self.violation.missing.iter().any(is_missing) { Purpose::PutBack } else { Purpose::Narrow }
    }

    fn restored(&self, call: &str, list: &PrefixListId, outcome: &Outcome) -> Row {
        let undo = self.violation.list.as_ref().filter(|undo| undo.list == *list);
        let to = undo.map(|undo| format!(" to version {}", undo.to)).unwrap_or_default();
        match outcome {
            Outcome::Done => done(format!("put {list} back{to}")),
            Outcome::AlreadyGone | Outcome::AlreadyThere | Outcome::NoRoom => {
                done(format!("nothing: {list} needs no putting back"))
            }
            Outcome::Withheld => open(format!("observing only: would put {list} back{to}")),
            Outcome::Failed { message, retryable: _ } => failed(format!("{call} of {list}: {message}")),
        }
    }

    fn detached(&self, call: &str, interface: &InterfaceId, outcome: &Outcome) -> Row {
        let mixture = self.violation.mixtures.iter().find(|mixture| mixture.interface.id == *interface);
        let off = self.names(mixture.map(|mixture| mixture.off.as_slice()).unwrap_or_default());
        match outcome {
            Outcome::Done => done(format!("took {off} off {interface}")),
            Outcome::AlreadyGone | Outcome::AlreadyThere | Outcome::NoRoom => {
                done(format!("nothing: {interface} is gone already"))
            }
            Outcome::Withheld => open(format!("observing only: would take {off} off {interface}")),
            Outcome::Failed { message, retryable: _ } => {
                failed(format!("{call} of {interface}, to take {off} off: {message}"))
            }
        }
    }

    /// Why the groups of an interface were left on it.
    fn left(&self, Mixture { interface, off, hindrance, .. }: &Mixture) -> Option<Row> {
        let (id, names) = (&interface.id, self.names(off));
        Some(match hindrance.as_ref()? {
            Hindrance::Managed { by } => {
                open(format!("left {names} on {id}: {by} manages it, and nobody else may change its groups"))
            }
            Hindrance::LastGroup => {
                open(format!("left {names} on {id}: no other group is on it, and EC2 wants one"))
            }
            Hindrance::AlreadyOff => done(format!("nothing: off {id} already: {names}")),
        })
    }

    /// Whether the policy wants no more than to be told of some of it.
    fn is_only_told(&self) -> bool {
        let is_left = |missing: &Missing| {
            missing.rule.is_some() && missing.reaction.on_violation == OnViolation::Notify
        };
        let is_on = |mixture: &Mixture| {
            let is_it = |action: &Action| match &action.target {
                Target::Interface { interface, .. } => *interface == mixture.interface.id,
                Target::Rules { .. } | Target::PrefixList(_) => false,
            };
            mixture.hindrance.is_none() && !self.actions.iter().any(is_it)
        };
        only_told(self.violation, self.actions) > 0
            || self.violation.missing.iter().any(is_left)
            || self.violation.mixtures.iter().any(is_on)
    }

    fn names(&self, groups: &[GroupId]) -> String {
        some_of(&groups.iter().map(|group| self.groups.name(group)).collect::<Vec<_>>())
    }
}

fn revoked(rules: &str, place: &str, outcome: &Outcome) -> Row {
    match outcome {
        Outcome::Done => done(format!("revoked {rules}{place}")),
        Outcome::AlreadyGone | Outcome::AlreadyThere | Outcome::NoRoom => {
            done(format!("nothing: gone already: {rules}{place}"))
        }
        Outcome::Withheld => open(format!("observing only: would revoke {rules}{place}")),
        Outcome::Failed { message, retryable: _ } => failed(format!("{rules}{place}: {message}")),
    }
}

fn added(purpose: Purpose, rules: &str, place: &str, outcome: &Outcome) -> Row {
    match (outcome, purpose) {
        (Outcome::Done, Purpose::PutBack) => done(format!("put back {rules}{place}")),
        (Outcome::Done, Purpose::Narrow) => done(format!("kept what is allowed: {rules}{place}")),
        (Outcome::AlreadyGone | Outcome::AlreadyThere, Purpose::PutBack | Purpose::Narrow) => {
            done(format!("nothing: there already: {rules}{place}"))
        }
        (Outcome::NoRoom, Purpose::PutBack) => {
            Row::new("failed", BAD, format!("the group has no room to put back {rules}{place}"))
        }
        (Outcome::NoRoom, Purpose::Narrow) => {
            open(format!("nothing of it is kept: the group has no room for {rules}{place}"))
        }
        (Outcome::Withheld, Purpose::PutBack) => {
            open(format!("observing only: would put back {rules}{place}"))
        }
        (Outcome::Withheld, Purpose::Narrow) => {
            open(format!("observing only: would keep what is allowed: {rules}{place}"))
        }
        (Outcome::Failed { message, retryable: _ }, Purpose::PutBack | Purpose::Narrow) => {
            failed(format!("{rules}{place}: {message}"))
        }
    }
}

/// What is missing and cannot be put back, because no one rule is meant.
fn unknown(Missing { rule, what, .. }: &Missing) -> Option<Row> {
    let text = format!("not put back: {what}: the policy does not say which group of the tier is meant");
    rule.is_none().then(|| open(text))
}

const fn done(text: String) -> Row {
    Row::new("done", GOOD, text)
}

const fn open(text: String) -> Row {
    Row::new("done", OPEN, text)
}

const fn failed(text: String) -> Row {
    Row::new("failed", BAD, text)
}

#[cfg(test)]
mod tests;
