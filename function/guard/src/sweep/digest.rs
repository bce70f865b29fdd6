//! What a sweep found, in one message: counts, the first of what is wrong, and which exemptions end. It is handed from
//! one part of a sweep to the next, so it has a size that does not grow with the account.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::{Action, Outcome, Target};
use crate::dispute::{Bout, Matter};
use crate::facts::Facts;
use crate::group::Rule;
use crate::id::GroupId;
use crate::judge::{Finding, Judgement, Keep, Missing, Mixture, Undecidable, Unsettled, Verdict, Violation};
use crate::look::LookUpError;
use crate::memory::Recalled;
use crate::permission::Permission;
use crate::policy::{Exemption, Mode, Policy, TierName};

/// The most lines that a digest holds; the rest is counted.
const MOST_LINES: usize = 100;
/// The most causes, and the most exemptions.
const MOST_OTHERS: usize = 20;
/// The longest text of a line, in characters.
const LONGEST: usize = 300;

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Digest {
    /// When the sweep began.
    pub began: Option<Timestamp>,
    /// Whether it only observed.
    pub observes: bool,
    /// How many groups were looked at.
    pub groups: usize,
    /// How many of them the policy says something about.
    pub managed: usize,
    /// How many rules these have.
    pub rules: usize,
    /// How many rules are forbidden.
    pub forbidden: usize,
    /// How many rules are missing.
    pub missing: usize,
    /// On how many interfaces tiers meet that may not.
    pub mixed: usize,
    /// How many rules, or whole groups, could not be judged.
    pub unsettled: usize,
    /// How many of the forbidden and missing rules fared how.
    pub outcomes: BTreeMap<Fared, usize>,
    /// The first of what is wrong.
    pub lines: Vec<Line>,
    /// Why things could not be judged: the first of the causes.
    pub causes: Vec<String>,
    /// The first of the exemptions that end within seven days.
    pub ending: Vec<String>,
    /// How many exemptions that are.
    pub endings: usize,
    /// What was undone again and again without a message: the first of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputed: Vec<Disputed>,
    /// How often anything was.
    #[serde(skip_serializing_if = "is_none")]
    pub untold: usize,
}

/// Something that was undone again and again, and counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// Where: a group, a prefix list or an interface, by its id.
    pub place: String,
    /// What, and how it was undone.
    #[serde(flatten)]
    pub matter: Matter,
    /// How often since the last message.
    pub untold: usize,
    /// How often since the dispute began.
    pub times: usize,
    /// Since when.
    pub since: Timestamp,
    /// Who made it most often.
    pub by: Option<String>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: Option<String>,
    /// Whether a rule is there, or is not.
    pub wrong: Wrong,
    /// The rule, `22/tcp from 0.0.0.0/0`; of an interface, `web with db on eni-0123456789abcdef0`.
    pub rule: String,
    /// The lines of the policy that are broken.
    pub why: String,
    /// How it fared.
    pub outcome: Fared,
}

/// In which way a rule is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// It is there and should not be.
    Forbidden,
    /// It is not there and should be.
    Missing,
    /// It is no rule, but an interface on which tiers meet that may not.
    Together,
}

/// How a rule fared that is wrong: the word of the [`Outcome`] of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fared {
    /// It was removed, put back, or taken off.
    Done,
    /// It was removed, and what is allowed of it is there in its place.
    Narrowed,
    /// It was gone when it was to be removed.
    AlreadyGone,
    /// It was there when it was to be put back.
    AlreadyThere,
    /// The call failed.
    Failed,
    /// The call was not made: the sweep only observes.
    Withheld,
    /// Its group has no room for it.
    NoRoom,
    /// The policy wants no call, or it is not known which rule would do.
    NotifyOnly,
}

impl Fared {
    /// The word of the JSON output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Narrowed => "narrowed",
            Self::AlreadyGone => "already-gone",
            Self::AlreadyThere => "already-there",
            Self::Failed => "failed",
            Self::Withheld => "withheld",
            Self::NoRoom => "no-room",
            Self::NotifyOnly => "notify-only",
        }
    }
}

impl From<&Outcome> for Fared {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Done,
            Outcome::AlreadyGone => Self::AlreadyGone,
            Outcome::AlreadyThere => Self::AlreadyThere,
            Outcome::Failed { .. } => Self::Failed,
            Outcome::Withheld => Self::Withheld,
            Outcome::NoRoom => Self::NoRoom,
        }
    }
}

impl Digest {
    /// The digest of a sweep that begins at `now`, or goes on.
    #[must_use]
    pub(super) fn begun(mut self, now: Timestamp, mode: Mode) -> Self {
        self.began.get_or_insert(now);
        // Of a sweep whose parts differ, it is not true that nothing was changed.
        self.observes = mode == Mode::Observe && (self.groups == 0 || self.observes);
        self
    }

    /// Takes note of the exemptions that end soon.
    pub(super) fn end(&mut self, policy: &Policy, now: Timestamp) {
        let ending: Vec<_> = policy.exemptions.iter().filter(|exemption| exemption.ends_soon(now)).collect();
        self.endings = ending.len();
        self.ending = ending.into_iter().take(MOST_OTHERS).map(in_words).collect();
    }

    /// Takes note of what was undone without a message.
    pub(super) fn count(&mut self, untold: &Recalled) {
        let bouts = untold
            .disputes()
            .flat_map(|(key, dispute)| dispute.untold_bouts().map(|bout| disputed(key.subject(), bout)));
        let mut disputed: Vec<_> = bouts.collect();
        disputed.sort_by_key(|it| Reverse(it.untold));
        self.untold = disputed.iter().map(|it| it.untold).sum();
        disputed.truncate(MOST_OTHERS);
        self.disputed = disputed;
    }

    /// Takes in what was found in some of `all` groups, and what was done.
    pub(super) fn add(&mut self, all: usize, facts: &Facts, judgement: &Judgement, actions: &[Action]) {
        self.groups = self.groups.saturating_add(all);
        self.managed = self.managed.saturating_add(facts.subjects.len());
        let rules: usize = facts.subjects.iter().map(|subject| subject.rules.len()).sum();
        self.rules = self.rules.saturating_add(rules);
        match &judgement.verdict {
            Verdict::Violation(violation) => self.violation(facts, violation, actions),
            Verdict::Undecidable(Undecidable::LookUpFailed(errors)) => {
                self.unsettled = self.unsettled.saturating_add(errors.len());
                for error in errors {
                    self.cause(&error.to_string());
                }
            }
            Verdict::Undecidable(_) | Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {}
        }
    }

    /// Takes note of a group whose rules cannot be known.
    pub(super) fn unknown(&mut self, error: &LookUpError) {
        self.unsettled = self.unsettled.saturating_add(1);
        self.cause(&error.to_string());
    }

    fn violation(&mut self, facts: &Facts, violation: &Violation, actions: &[Action]) {
        let Violation { findings, missing, mixtures, trespasses: _, list: _, unsettled } = violation;
        let forbidden = forbidden(findings, actions);
        self.forbidden = self.forbidden.saturating_add(forbidden.len());
        self.missing = self.missing.saturating_add(missing.len());
        self.mixed = self.mixed.saturating_add(mixtures.len());
        self.unsettled = self.unsettled.saturating_add(unsettled.len());
        for Unsettled { cause, .. } in unsettled {
            self.cause(&cause.to_string());
        }
        let lines = (forbidden.into_iter())
            .chain(missing.iter().map(|missing| of_missing(missing, actions)))
            .chain(mixtures.iter().filter_map(|mixture| of_mixture(mixture, actions)));
        for line in lines {
            let count = self.outcomes.entry(line.outcome).or_default();
            *count = count.saturating_add(1);
            if self.lines.len() < MOST_LINES {
                self.lines.push(Line { name: name(facts, &line.group), ..line });
            }
        }
    }

    fn cause(&mut self, error: &str) {
        let cause = cut(error);
        if self.causes.len() < MOST_OTHERS && !self.causes.contains(&cause) {
            self.causes.push(cause);
        }
    }

    /// How much was changed.
    #[must_use]
    pub fn done(&self) -> usize {
        [Fared::Done, Fared::Narrowed].iter().filter_map(|fared| self.outcomes.get(fared)).sum()
    }

    /// How many things are wrong that a line could tell.
    #[must_use]
    pub const fn wrong(&self) -> usize {
        self.forbidden.saturating_add(self.missing).saturating_add(self.mixed)
    }

    /// Whether anything is wrong, or will be soon.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let counts = [self.wrong(), self.unsettled, self.endings, self.untold];
        counts.iter().any(|count| *count > 0)
    }
}

fn disputed(place: &str, bout: &Bout) -> Disputed {
    let most = bout.callers.iter().max_by_key(|(_, count)| **count);
    Disputed {
        place: place.to_owned(),
        matter: bout.matter.clone(),
        untold: bout.untold,
        times: bout.times,
        since: bout.since,
        by: most.map(|(caller, _)| cut(caller)),
    }
}

/// Each forbidden rule once, whatever number of scopes forbid it.
fn forbidden(findings: &[Finding], actions: &[Action]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut known: BTreeMap<(&GroupId, &Permission), usize> = BTreeMap::new();
    for Finding { group, rule, why, keep, .. } in findings {
        let first = known.entry((group, &rule.permission)).or_insert(lines.len());
        match lines.get_mut(*first) {
            Some(line) => line.why = cut(&format!("{}; {why}", line.why)),
            None => lines.push(Line {
                group: group.clone(),
                name: None,
                wrong: Wrong::Forbidden,
                rule: cut(&rule.permission.to_string()),
                why: cut(why),
                outcome: narrowed(
                    fared(actions.iter().filter(|action| !action.adds()), group, Some(rule)),
                    keep,
                    group,
                    actions,
                ),
            }),
        }
    }
    lines
}

/// How a removed rule fared of which `keep` was to stay: whether all of that is there.
fn narrowed(fared: Fared, keep: &Keep, group: &GroupId, actions: &[Action]) -> Fared {
    let Keep::Parts(parts) = keep else { return fared };
    let is_missing = |action: &&Action| {
        let is_there = matches!(action.outcome, Outcome::Done | Outcome::AlreadyThere);
        let is_of_group = matches!(&action.target, Target::Rules { group: about, .. } if about == group);
        action.adds()
            && is_of_group
            && !is_there
            && action.rules().iter().any(|it| parts.contains(&it.permission))
    };
    match fared {
        Fared::Done if !actions.iter().any(|action| is_missing(&action)) => Fared::Narrowed,
        fared => fared,
    }
}

fn of_missing(Missing { group, rule, what, why, .. }: &Missing, actions: &[Action]) -> Line {
    Line {
        group: group.clone(),
        name: None,
        wrong: Wrong::Missing,
        rule: cut(what),
        why: cut(why),
        outcome: fared(actions.iter().filter(|action| action.adds()), group, rule.as_ref()),
    }
}

/// An interface, told of under the first group that has to come off.
fn of_mixture(Mixture { interface, tiers, off, why, .. }: &Mixture, actions: &[Action]) -> Option<Line> {
    let is_about = |action: &&Action| match &action.target {
        Target::Interface { interface: about, .. } => *about == interface.id,
        Target::Rules { .. } | Target::PrefixList(_) => false,
    };
    let tiers: Vec<_> = tiers.iter().map(TierName::as_str).collect();
    Some(Line {
        group: off.first()?.clone(),
        name: None,
        wrong: Wrong::Together,
        rule: cut(&format!("{} on {}", tiers.join(" with "), interface.id)),
        why: cut(why),
        outcome: actions
            .iter()
            .find(is_about)
            .map_or(Fared::NotifyOnly, |action| Fared::from(&action.outcome)),
    })
}

/// How `rule` of `group` fared in `actions`.
fn fared<'a>(mut actions: impl Iterator<Item = &'a Action>, group: &GroupId, rule: Option<&Rule>) -> Fared {
    let is_about = |action: &&Action| match &action.target {
        Target::Rules { group: about, rules } => {
            about == group && rule.is_some_and(|rule| rules.contains(rule))
        }
        Target::PrefixList(_) | Target::Interface { .. } => false,
    };
    actions.find(is_about).map_or(Fared::NotifyOnly, |action| Fared::from(&action.outcome))
}

fn name(facts: &Facts, group: &GroupId) -> Option<String> {
    let subject = facts.subjects.iter().find(|subject| subject.group.id == *group);
    let group =
        subject.map(|subject| &subject.group).or_else(|| facts.all_groups().find(|it| it.id == *group))?;
    group.name.as_ref().map(|name| cut(name.as_str()))
}

/// `OPS-1234 (dba@example.com) ends 2026-12-31T00:00:00Z: 5432/tcp from 198.51.100.0/24`.
fn in_words(Exemption { id, owner, until, allow, .. }: &Exemption) -> String {
    cut(&format!("{id} ({owner}) ends {until}: {}", allow.words))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
