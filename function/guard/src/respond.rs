//! The whole way of one event: read, look, judge, plan, act, tell. Every door walks it through this one function.

use jiff::Timestamp;

use crate::act::{Action, ChangeAccount, Outcome, act};
pub use crate::basis::Basis;
use crate::change::{Change, ChangeKind, Event, GroupChange, GroupEdit, Vouching};
use crate::facts::{Facts, NoSubject};
use crate::group::{Group, Rule};
use crate::id::{GroupKey, RoleArn};
use crate::judge::{Ignored, Judgement, Remark, Undecidable, Verdict, judge, remarks};
use crate::look::{Answers, Questions, ReadAccount};
use crate::memory::{MemoryError, Remember};
use crate::notice::Publish;
use crate::plan::plan;
use crate::policy::Policy;
pub use crate::tell::Announced;
use crate::tell::Told;
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
    /// The groups that were judged, as they were found.
    pub groups: Vec<Group>,
    /// The rules that were judged: those that the change made, or may have; none of a change that only takes away.
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
    /// At what the memory failed, if it did; nothing depends on it but how often people are told.
    pub lapse: Option<MemoryError>,
}

impl Guard {
    /// Handles one `CloudTrail` record: `record` is its JSON, `now` the instant of handling.
    pub async fn respond<P>(&self, record: &[u8], ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        self.handle(self.read(record), ports, now).await
    }

    /// Handles a record that anybody may have written: what it names is swept, as the policy's `sweep` says, and nothing
    /// that it says is believed.
    pub async fn respond_to_hearsay<P>(&self, record: &[u8], ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        self.handle(self.read(record).hearsay(), ports, now).await
    }

    /// Reads one `CloudTrail` record: the first step of [`Self::respond`].
    #[must_use]
    pub fn read(&self, record: &[u8]) -> Reading {
        wire::read(record, self.own_role.as_ref())
    }

    /// Handles a record that has been read: every step of [`Self::respond`] but the first.
    pub async fn handle<P>(&self, reading: Reading, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        let handled = self.handle_quietly(reading, ports, now).await;
        let Told { announced, lapse } = self.tell(&handled, ports).await;
        Handled { announced, lapse, ..handled }
    }

    /// [`Self::handle`], but nobody is told, and nothing is remembered of what was told: for rehearsals.
    pub async fn handle_quietly<P>(&self, reading: Reading, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Sync,
    {
        let mut handled = match reading {
            Reading::Change(change) => match change.event.vouching {
                Vouching::Vouched => self.answer(&change, ports, now).await,
                Vouching::Hearsay => self.sweeping().answer(&change, ports, now).await,
            },
            Reading::Ignored(_, Dismissal::OwnChange(Some(change))) => self.review(&change, ports, now).await,
            Reading::Ignored(event, why) => Handled::dismissed(*event, &why, now),
            // Where the policy says nothing about interfaces, a launch that cannot be read is nobody's concern.
            Reading::Truncated(event) | Reading::Malformed(event, _) if self.is_unmanaged(&event) => {
                Handled::new(*event, Verdict::Ignored(Ignored::NotAChange).into(), now)
            }
            Reading::Truncated(event) => {
                Handled::new(*event, Verdict::Undecidable(Undecidable::Truncated).into(), now)
            }
            Reading::Malformed(event, why) => {
                Handled::new(*event, Verdict::Undecidable(Undecidable::Malformed(why)).into(), now)
            }
        };
        if handled.is_undecided_hearsay() {
            handled.judgement.remarks = vec![Remark::Hearsay];
        }
        handled
    }

    /// The guard as the policy lets it sweep: more than that nobody without a voucher can bring about.
    fn sweeping(&self) -> Self {
        Self { policy: self.policy.swept(), own_role: self.own_role.clone() }
    }

    /// Everything but telling.
    async fn answer<P>(&self, change: &Change, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + ChangeAccount + Sync,
    {
        if let Some(judgement) = self.at_once(change) {
            return Handled::of(change, judgement, now);
        }
        let facts = match self.look(change, ports, now).await {
            Ok(facts) => facts,
            Err(why) => return Handled::of(change, Verdict::from(why).into(), now),
        };
        let verdict = judge(&self.policy, &facts);
        let judgement = Judgement { remarks: remarks(&self.policy, change, &facts), ..verdict };
        let actions = act(&plan(&facts, &judgement.verdict), ports).await;
        let basis = Basis::of(&self.policy, change, &facts);
        Handled { basis, actions, ..Handled::judged(change, judgement, facts, now) }
    }

    /// Looks at a change of the guard's own. Whatever comes of it, nothing is done about it: what the guard does to an
    /// account never makes it do more. If the policy forbids it, people must know.
    async fn review<P>(&self, change: &Change, ports: &P, now: Timestamp) -> Handled
    where
        P: ReadAccount + Sync,
    {
        let own = || Handled::of(change, Verdict::Ignored(Ignored::OwnChange).into(), now);
        if !change.kind.may_open() || self.at_once(change).is_some() {
            return own();
        }
        let facts = match self.look(change, ports, now).await {
            Ok(facts) => facts.own(),
            Err(NoSubject::GroupGone) => return own(),
            Err(why) => return Handled::of(change, Verdict::from(why).into(), now),
        };
        let judgement = judge(&self.policy, &facts);
        match &judgement.verdict {
            Verdict::Violation(_) => {
                let judgement = Judgement { remarks: vec![Remark::OwnChange], ..judgement };
                Handled::judged(change, judgement, facts, now)
            }
            Verdict::Undecidable(_) => Handled::judged(change, judgement, facts, now),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => own(),
        }
    }

    fn is_unmanaged(&self, event: &Event) -> bool {
        self.policy.interfaces.is_none() && wire::is_about_interfaces(event)
    }

    /// The judgement of a change for which nothing has to be looked up.
    fn at_once(&self, change: &Change) -> Option<Judgement> {
        match &change.kind {
            ChangeKind::Group(GroupChange { group, edit: GroupEdit::Delete }) => Some(self.of_deleted(group)),
            ChangeKind::Tags(tags) if !tags.touches(&self.policy.selector_keys()) => {
                Some(Verdict::Ignored(Ignored::NotAChange).into())
            }
            ChangeKind::Attachment(_) if self.policy.interfaces.is_none() => {
                Some(Verdict::Ignored(Ignored::NotAChange).into())
            }
            ChangeKind::Group(_)
            | ChangeKind::Tags(_)
            | ChangeKind::PrefixList(_)
            | ChangeKind::Attachment(_) => None,
        }
    }

    /// Of a group that is gone only its id or its name is known: whether it was in a tier, a policy that names it so
    /// tells.
    fn of_deleted(&self, group: &GroupKey) -> Judgement {
        let tiers: Vec<_> = self
            .policy
            .tiers
            .iter()
            .filter(|tier| tier.groups.names(group))
            .map(|tier| tier.name.clone())
            .collect();
        let remark = (!tiers.is_empty()).then(|| Remark::Deleted { tiers: tiers.clone() });
        let verdict = Verdict::Ignored(Ignored::GroupGone);
        Judgement { tiers, verdict, remarks: remark.into_iter().collect() }
    }

    /// One round of look-ups for all that the change itself tells; further ones only for what it does not tell.
    async fn look<P>(&self, change: &Change, ports: &P, now: Timestamp) -> Result<Facts, NoSubject>
    where
        P: ReadAccount + Sync,
    {
        let mut asked = Questions::of(change, &self.policy, now);
        let mut answers: Answers = ports.look(&asked).await;
        for _ in 0..FURTHER_ROUNDS {
            let more = asked.still_open(change, &answers, &self.policy);
            if more.is_empty() {
                break;
            }
            answers = answers.and(ports.look(&more).await);
            asked = asked.and(more);
        }
        Facts::of(change, answers, now)
    }
}

/// The users of a prefix list have rules, and these have peers: no change needs to be asked about more often.
const FURTHER_ROUNDS: usize = 2;

impl Handled {
    fn new(event: Event, judgement: Judgement, now: Timestamp) -> Self {
        Self {
            group: event.group.clone(),
            event,
            groups: Vec::new(),
            judged: Vec::new(),
            basis: Basis::Record,
            judgement,
            actions: Vec::new(),
            handled_at: now,
            announced: Announced::NotNeeded,
            lapse: None,
        }
    }

    fn of(change: &Change, judgement: Judgement, now: Timestamp) -> Self {
        Self { group: change.group().cloned(), ..Self::new(change.event.clone(), judgement, now) }
    }

    fn judged(change: &Change, judgement: Judgement, facts: Facts, now: Timestamp) -> Self {
        let judged = facts.subjects.iter().flat_map(|subject| subject.rules.clone()).collect();
        let groups = facts.subjects.into_iter().map(|subject| subject.group).collect();
        Self { groups, judged, ..Self::of(change, judgement, now) }
    }

    /// Whether nobody can judge what nobody vouches for. Of what was judged the judgement says so.
    fn is_undecided_hearsay(&self) -> bool {
        let Judgement { verdict, remarks, .. } = &self.judgement;
        self.event.vouching == Vouching::Hearsay
            && matches!(verdict, Verdict::Undecidable(_))
            && remarks.is_empty()
    }

    /// The group that was judged, if it was one and no more.
    #[must_use]
    pub fn found(&self) -> Option<&Group> {
        match self.groups.as_slice() {
            [group] => Some(group),
            [] | [_, _, ..] => None,
        }
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
            Outcome::Failed { .. }
            | Outcome::Done
            | Outcome::AlreadyGone
            | Outcome::AlreadyThere
            | Outcome::Withheld
            | Outcome::NoRoom => None,
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
