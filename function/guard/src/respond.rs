//! The whole way of one event: read, look, judge, plan, act, tell. Every door walks it through this one function.

use jiff::Timestamp;

use crate::act::{Action, ChangeAccount, Outcome, act};
use crate::change::{Change, ChangeKind, Event};
use crate::facts::{Facts, NoSubject, Subject};
use crate::group::{Group, Rule};
use crate::id::{GroupKey, RoleArn};
use crate::judge::{Ignored, Judgement, Undecidable, Verdict, judge};
use crate::look::{Answers, Questions, ReadAccount};
use crate::network::Network;
use crate::notice::{Notice, Publish, PublishError};
use crate::plan::plan;
use crate::policy::Policy;
use crate::wire::{self, Dismissal, Reading};

/// The guard: a policy, and the identity by which it knows its own calls.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The policy.
    pub policy: Policy,
    /// The guard's own role; without it no call is recognised as its own.
    pub own_role: Option<RoleArn>,
}

/// Everything that is to be said about one handled event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The event.
    pub event: Event,
    /// The group, as the event names it.
    pub group: Option<GroupKey>,
    /// The group, as it was found.
    pub found: Option<Group>,
    /// The rules that the change made, each judged; none of a change that only takes away, or was not judged.
    pub judged: Vec<Rule>,
    /// What the judgement rests on.
    pub basis: Basis,
    /// Tiers and verdict.
    pub judgement: Judgement,
    /// What was done.
    pub actions: Vec<Action>,
    /// When it was handled.
    pub handled_at: Timestamp,
    /// Whether people were told.
    pub announced: Announced,
}

/// What a judgement rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The rules that the record tells.
    Record,
    /// Rules of the live group, which the record does not tell. Once they are mended nothing shows what was forbidden, so that
    /// a retry could not tell; therefore people are told of every such change.
    LiveGroup,
}

/// Whether people were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announced {
    /// There is nothing that a person must know.
    NotNeeded,
    /// The notice was taken by the topic.
    Published,
    /// It was not.
    Failed(PublishError),
}

impl Guard {
    /// Handles one `CloudTrail` record: `record` is its JSON, `now` the instant of handling.
    pub async fn respond<P>(&self, record: &[u8], ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Publish + Sync,
    {
        self.handle(self.read(record), ports, now).await
    }

    /// Reads one `CloudTrail` record: the first step of [`Self::respond`].
    #[must_use]
    pub fn read(&self, record: &[u8]) -> Reading {
        wire::read(record, self.own_role.as_ref())
    }

    /// Handles a record that has been read: every step of [`Self::respond`] but the first.
    pub async fn handle<P>(&self, reading: Reading, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Publish + Sync,
    {
        let mut handled = match reading {
            Reading::Change(change) => self.answer(&change, ports, now).await,
            Reading::Ignored(event, why) => Handled::dismissed(*event, &why, now),
            Reading::Truncated(event) => {
                Handled::new(*event, Verdict::Undecidable(Undecidable::Truncated).into(), now)
            }
            Reading::Malformed(event, why) => {
                Handled::new(*event, Verdict::Undecidable(Undecidable::Malformed(why)).into(), now)
            }
        };
        if let Some(notice) = Notice::of(&handled) {
            handled.announced = match ports.publish(&notice).await {
                Ok(()) => Announced::Published,
                Err(error) => Announced::Failed(error),
            };
        }
        handled
    }

    /// Everything but telling.
    async fn answer<P>(&self, change: &Change, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Sync,
    {
        if change.kind == ChangeKind::Delete {
            return Handled::of(change, Verdict::Ignored(Ignored::GroupGone).into(), now);
        }
        let facts = match self.look(change, ports, now).await {
            Ok(facts) => facts,
            Err(why) => return Handled::of(change, Verdict::from(why).into(), now),
        };
        let judgement = judge(&self.policy, &facts);
        let basis = self.basis(change, &facts);
        let Subject { group, rules } = facts.subject;
        let actions = act(&plan(&group.id, &judgement.verdict), ports).await;
        Handled { found: Some(group), judged: rules, basis, actions, ..Handled::of(change, judgement, now) }
    }

    /// What a judgement of `facts` rests on. No record tells the second rule of a new group in a VPC with IPv6; where
    /// that would be forbidden, the live group had to say.
    fn basis(&self, change: &Change, facts: &Facts) -> Basis {
        let second = || facts.with_rules(vec![Rule::born_with(Network::ALL_IPV6)]);
        let is_new = matches!(change.kind, ChangeKind::Create { .. });
        let is_live = is_new && matches!(judge(&self.policy, &second()).verdict, Verdict::Violation(_));
        if is_live || change.kind.is_cut() { Basis::LiveGroup } else { Basis::Record }
    }

    /// One round of look-ups; a second one only for rules that stand in no event and refer to more.
    async fn look<P>(&self, change: &Change, ports: &P, now: Timestamp) -> Result<Facts, NoSubject>
    where
        P: ReadAccount + Sync,
    {
        let questions = Questions::of(change, &self.policy, now);
        let mut answers: Answers = ports.look(&questions).await;
        let subject = Subject::of(change, &answers)?;
        let more = questions.still_open(&subject, &self.policy);
        if !more.is_empty() {
            answers = answers.and(ports.look(&more).await);
        }
        Ok(Facts::new(subject, change, answers))
    }
}

impl Handled {
    fn new(event: Event, judgement: Judgement, now: Timestamp) -> Self {
        Self {
            group: event.group.clone(),
            event,
            found: None,
            judged: Vec::new(),
            basis: Basis::Record,
            judgement,
            actions: Vec::new(),
            handled_at: now,
            announced: Announced::NotNeeded,
        }
    }

    fn of(change: &Change, judgement: Judgement, now: Timestamp) -> Self {
        Self { group: Some(change.group.clone()), ..Self::new(change.event.clone(), judgement, now) }
    }

    fn dismissed(event: Event, why: &Dismissal, now: Timestamp) -> Self {
        let ignored = match why {
            Dismissal::FailedCall => Ignored::FailedCall,
            Dismissal::NotAChange => Ignored::NotAChange,
            Dismissal::OwnChange(_) => Ignored::OwnChange,
            Dismissal::DescriptionOnly(_) => Ignored::DescriptionOnly,
        };
        Self::new(event, Verdict::Ignored(ignored).into(), now)
    }

    /// Why the same event should be handled again, if that can help: a revert or a look-up failed for a passing
    /// reason, or people could not be told.
    #[must_use]
    pub fn retry(&self) -> Option<String> {
        if let Announced::Failed(error) = &self.announced {
            return Some(format!("the notice was not published: {}", error.message));
        }
        let failed_call = self.actions.iter().find_map(|action| match &action.outcome {
            Outcome::Failed { message, retryable: true } => {
                Some(format!("{} failed: {message}", action.call))
            }
            Outcome::Failed { .. } | Outcome::Done | Outcome::AlreadyGone | Outcome::Withheld => None,
        });
        failed_call.or_else(|| self.failed_look_up())
    }

    fn failed_look_up(&self) -> Option<String> {
        let errors: Vec<_> = match &self.judgement.verdict {
            Verdict::Undecidable(Undecidable::LookUpFailed(errors)) => errors.iter().collect(),
            Verdict::Violation(violation) => violation.unsettled.iter().map(|rule| &rule.cause).collect(),
            Verdict::Undecidable(_) | Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {
                Vec::new()
            }
        };
        errors.into_iter().find(|error| error.retryable).map(ToString::to_string)
    }
}
