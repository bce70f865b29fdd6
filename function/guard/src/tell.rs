//! Tells people of one event: how loud, is decided by what is remembered.
//!
//! What is told rests on four rules. A revert is counted without a message only where people were told before that it
//! will be. An event is not told a second time unless something new came of it. What an earlier attempt could not tell
//! is told first. Where the memory fails, everything is told: it never stops anything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::act::{Action, Outcome, Target};
use crate::change::Vouching;
use crate::dispute::{Bout, Dispute, Disputes, Matter, Revert, Stage, Undone};
use crate::judge::{Ignored, Missing, Verdict, Violation};
use crate::memory::{KeepError, Key, MemoryError, Note, Recalled, Record, Remember, Telling};
use crate::notice::{Notice, Publish, PublishError};
use crate::outbox::Outbox;
use crate::respond::{Guard, Handled};

/// Whether people were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announced {
    /// There is nothing that a person must know.
    NotNeeded,
    /// The notice was taken by the topic.
    Published,
    /// It is in dispute, and was counted: people were told that it is, and are told the count later.
    Counted,
    /// People were told the same of this event before.
    Before,
    /// The topic did not take the notice.
    Failed(PublishError),
}

impl Announced {
    /// Publishes `notice`.
    pub async fn by(notice: &Notice, ports: &impl Publish) -> Self {
        match ports.publish(notice).await {
            Ok(()) => Self::Published,
            Err(error) => Self::Failed(error),
        }
    }

    /// A word for the log.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::Published => "published",
            Self::Counted => "counted",
            Self::Before => "before",
            Self::Failed(_) => "failed",
        }
    }
}

/// What became of telling people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) announced: Announced,
    /// At what the memory failed, if it did.
    pub(crate) lapse: Option<MemoryError>,
}

/// What a notice says beside its event, of something that is in dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) stage: Stage,
    pub(crate) bouts: Vec<Bout>,
    /// How long it is counted until people are told again.
    pub(crate) within: SignedDuration,
    /// The guard's own role: the other side.
    pub(crate) own: Option<String>,
}

/// How often it is tried to write what somebody else writes at the same time.
pub(crate) const ATTEMPTS: usize = 4;
/// How long an event is remembered: EventBridge delivers for a day, and Lambda keeps what it has for six hours.
const EVENT: SignedDuration = SignedDuration::from_hours(48);
/// The most places of which a dispute is remembered for one event; an event about more is told by itself.
const MOST_PLACES: usize = 16;

impl Guard {
    /// Tells people of `handled`, if they have to know.
    pub(crate) async fn tell<P: Publish + Remember>(&self, handled: &Handled, ports: &P) -> Told {
        let Some(notice) = Notice::of(handled) else { return tell_left(handled, ports).await };
        let memoir = Memoir::new(self, handled, &notice);
        for _ in 0..ATTEMPTS {
            let recalled = match ports.recall(&memoir.keys(), handled.handled_at).await {
                Ok(recalled) => recalled,
                Err(error) => return aloud(&notice, ports, Some(error)).await,
            };
            if let Some(told) = memoir.tell_left(&notice, &recalled, ports).await {
                return told;
            }
            match memoir.hear(&recalled) {
                Hearing::Before => return Told { announced: Announced::Before, lapse: None },
                Hearing::Counted(notes) => match keep(&notes, ports).await {
                    Ok(()) => return Told { announced: Announced::Counted, lapse: None },
                    Err(KeepError::Overtaken) => {}
                    Err(KeepError::Failed(error)) => return aloud(&notice, ports, Some(error)).await,
                },
                Hearing::Aloud(None) => return memoir.publish(&notice, &recalled, ports).await,
                Hearing::Aloud(Some(standing)) => {
                    let notice = Notice::in_dispute(handled, &standing).unwrap_or(notice);
                    return memoir.publish(&notice, &recalled, ports).await;
                }
            }
        }
        aloud(&notice, ports, None).await
    }

    /// Takes note that people were told of all that was `untold`. What was counted since stays untold.
    ///
    /// # Errors
    /// When that could not be noted: it is told again.
    pub(crate) async fn told(
        &self,
        untold: Recalled,
        ports: &impl Remember,
        now: Timestamp,
    ) -> Result<(), MemoryError> {
        for (key, seen) in untold.disputes() {
            for _ in 0..ATTEMPTS {
                let recalled = ports.recall(&BTreeSet::from([key.clone()]), now).await?;
                let Some(mut dispute) = recalled.dispute(key).cloned() else { break };
                dispute.tell_seen(seen, now);
                let until = dispute.until(now, self.policy.disputes);
                let seen = recalled.version(key);
                let note = Note { key: key.clone(), record: Record::Dispute(dispute), seen, until };
                match ports.keep(&note).await {
                    Ok(()) => break,
                    Err(KeepError::Failed(error)) => return Err(error),
                    Err(KeepError::Overtaken) => {}
                }
            }
        }
        Ok(())
    }
}

impl Told {
    /// What became of both.
    pub(crate) fn and(self, other: Self) -> Self {
        let announced = match (self.announced, other.announced) {
            (failed @ Announced::Failed(_), _) | (_, failed @ Announced::Failed(_)) => failed,
            (Announced::NotNeeded, announced) | (announced, _) => announced,
        };
        Self { announced, lapse: self.lapse.or(other.lapse) }
    }
}

/// Publishes `notice` whatever is remembered.
async fn aloud(notice: &Notice, ports: &impl Publish, lapse: Option<MemoryError>) -> Told {
    Told { announced: Announced::by(notice, ports).await, lapse }
}

/// Tells what an earlier attempt did and could not tell, where this one has found nothing to tell: the group, the list or
/// the policy may be another by now.
async fn tell_left<P: Publish + Remember>(handled: &Handled, ports: &P) -> Told {
    let nothing = Told { announced: Announced::NotNeeded, lapse: None };
    let may_be_left = match handled.judgement.verdict {
        Verdict::Compliant | Verdict::Unmanaged | Verdict::Ignored(Ignored::GroupGone) => true,
        Verdict::Ignored(_) | Verdict::Undecidable(_) | Verdict::Violation(_) => false,
    };
    let Some(key) = Key::outbox(&handled.event).filter(|_| may_be_left) else { return nothing };
    match ports.recall(&BTreeSet::from([key.clone()]), handled.handled_at).await {
        Ok(recalled) => Outbox::new(key.clone(), ports, handled.handled_at).send(recalled.unsent(&key)).await,
        Err(error) => Told { lapse: Some(error), ..nothing },
    }
}

async fn keep(notes: &[Note], ports: &impl Remember) -> Result<(), KeepError> {
    for note in notes {
        ports.keep(note).await?;
    }
    Ok(())
}

/// What is to be remembered of one event.
struct Memoir {
    limits: Disputes,
    own: Option<String>,
    now: Timestamp,
    event: Option<Key>,
    /// Where the notices are that an earlier attempt may not have told.
    outbox: Option<Key>,
    telling: Telling,
    /// Whether handling it did something, which people do not know yet.
    is_new: bool,
    /// Whether another attempt follows: of how that goes, people were promised to hear.
    is_retried: bool,
    revert: Revert,
    /// What was undone, by the key of the place; nothing where anything else is left to be told.
    matters: BTreeMap<Key, BTreeSet<Matter>>,
}

/// What is to be done about a notice.
enum Hearing {
    /// People were told before.
    Before,
    /// It is enough to keep these notes.
    Counted(Vec<Note>),
    /// It is to be published, with what there is to say of a dispute.
    Aloud(Option<Standing>),
}

impl Memoir {
    fn new(guard: &Guard, handled: &Handled, notice: &Notice) -> Self {
        let event = &handled.event;
        let is_new = handled.actions.iter().any(|action| action.outcome == Outcome::Done);
        Self {
            limits: guard.policy.disputes,
            own: guard.own_role.as_ref().map(ToString::to_string),
            now: handled.handled_at,
            // What somebody wrote by hand must not keep the event quiet whose id it has.
            event: match event.vouching {
                Vouching::Vouched => event.id.as_ref().map(Key::event),
                Vouching::Hearsay => None,
            },
            outbox: Key::outbox(event),
            telling: Telling {
                verdict: handled.judgement.verdict.word().to_owned(),
                door: notice.door().to_owned(),
            },
            is_new,
            is_retried: handled.retry().is_some(),
            revert: Revert {
                at: handled.handled_at,
                event: event.id.clone(),
                by: event.actor.identity().or(event.actor.name.as_deref()).unwrap_or("somebody").to_owned(),
            },
            // What was gone before is nothing that the guard undid.
            matters: if notice.is_well() && is_new { matters(handled) } else { BTreeMap::new() },
        }
    }

    fn keys(&self) -> BTreeSet<Key> {
        self.event.iter().chain(&self.outbox).chain(self.matters.keys()).cloned().collect()
    }

    fn outbox<'p, P: Publish + Remember>(&self, ports: &'p P) -> Option<Outbox<'p, P>> {
        self.outbox.clone().map(|key| Outbox::new(key, ports, self.now))
    }

    /// Tells what an earlier attempt could not tell, if it left anything: what became of that, if it was not taken. What
    /// this attempt has to tell, `notice`, is told all the same: the event may have been delivered twice, and what was
    /// left may be of the other delivery.
    async fn tell_left<P: Publish + Remember>(
        &self,
        notice: &Notice,
        recalled: &Recalled,
        ports: &P,
    ) -> Option<Told> {
        let outbox = self.outbox(ports)?;
        let left = self.outbox.as_ref().map_or(&[][..], |key| recalled.unsent(key));
        if left.is_empty() {
            return None;
        }
        let told = outbox.send(left).await;
        if told.announced == Announced::Published {
            return None;
        }
        let put = if self.is_new { outbox.put(notice, None, None).await } else { Ok(()) };
        Some(Told { lapse: told.lapse.or(put.err()), ..told })
    }

    fn hear(&self, recalled: &Recalled) -> Hearing {
        let before = self.event.as_ref().and_then(|event| recalled.telling(event));
        if before == Some(&self.telling) && !self.is_new && !self.is_retried {
            return Hearing::Before;
        }
        let (disputes, stage) = self.disputes(recalled);
        // Whoever was told otherwise of this event has to hear how it ended.
        let is_corrected = before.is_some_and(|before| *before != self.telling);
        if stage == Stage::Counted && !is_corrected {
            return Hearing::Counted(self.notes(&disputes, recalled));
        }
        let standing = Standing {
            stage,
            bouts: disputes.iter().flat_map(|(key, dispute)| self.told_bouts(key, dispute)).collect(),
            within: self.limits.within,
            own: self.own.clone(),
        };
        Hearing::Aloud(Some(standing).filter(|standing| !standing.bouts.is_empty()))
    }

    /// What is in dispute when this event is taken in, and how loud that is.
    fn disputes(&self, recalled: &Recalled) -> (BTreeMap<Key, Dispute>, Stage) {
        let mut disputes = BTreeMap::new();
        let mut loudest = None;
        for (key, matters) in &self.matters {
            let mut dispute = recalled.dispute(key).cloned().unwrap_or_default();
            let stage = dispute.hear(matters, &self.revert, self.limits);
            loudest = loudest.max(Some(stage));
            disputes.insert(key.clone(), dispute);
        }
        (disputes, loudest.unwrap_or(Stage::Ordinary))
    }

    /// Those matters of this event of which more is to be said than that they were undone this once.
    fn told_bouts(&self, key: &Key, dispute: &Dispute) -> Vec<Bout> {
        let Some(matters) = self.matters.get(key) else { return Vec::new() };
        let is_more = |bout: &&Bout| bout.untold > 1 || bout.stage(self.now, self.limits) != Stage::Ordinary;
        dispute.bouts(matters).filter(is_more).cloned().collect()
    }

    /// Publishes `notice`, and then takes note of that. What cannot be noted is told again; what was done is kept until
    /// it is told.
    async fn publish<P: Publish + Remember>(&self, notice: &Notice, recalled: &Recalled, ports: &P) -> Told {
        let told = match self.outbox(ports).filter(|_| self.is_new) {
            Some(outbox) => outbox.publish(notice, None, Some(recalled)).await,
            None => aloud(notice, ports, None).await,
        };
        if told.announced != Announced::Published {
            return told;
        }
        let (shown, _) = self.disputes(recalled);
        let mut recalled = recalled.clone();
        for _ in 0..ATTEMPTS {
            match keep(&self.told_notes(&shown, &recalled), ports).await {
                Ok(()) => return told,
                Err(KeepError::Failed(error)) => return Told { lapse: told.lapse.or(Some(error)), ..told },
                Err(KeepError::Overtaken) => {}
            }
            match ports.recall(&self.keys(), self.now).await {
                Ok(again) => recalled = again,
                Err(error) => return Told { lapse: told.lapse.or(Some(error)), ..told },
            }
        }
        told
    }

    /// What is to be kept when people were told of what `shown` has.
    fn told_notes(&self, shown: &BTreeMap<Key, Dispute>, recalled: &Recalled) -> Vec<Note> {
        let (mut disputes, _) = self.disputes(recalled);
        for (key, matters) in &self.matters {
            if let (Some(dispute), Some(shown)) = (disputes.get_mut(key), shown.get(key)) {
                dispute.tell(matters, shown, self.now, self.limits);
            }
        }
        self.notes(&disputes, recalled)
    }

    fn notes(&self, disputes: &BTreeMap<Key, Dispute>, recalled: &Recalled) -> Vec<Note> {
        let note =
            |key: &Key, record, until| Note { key: key.clone(), record, seen: recalled.version(key), until };
        let disputes = disputes.iter().map(|(key, dispute)| {
            note(key, Record::Dispute(dispute.clone()), dispute.until(self.now, self.limits))
        });
        let until = self.now.saturating_add(EVENT).unwrap_or(Timestamp::MAX);
        let event = self.event.iter().map(|key| note(key, Record::Telling(self.telling.clone()), until));
        disputes.chain(event).collect()
    }
}

/// What was undone, by place, where that is all that there is to tell.
fn matters(handled: &Handled) -> BTreeMap<Key, BTreeSet<Matter>> {
    let Verdict::Violation(violation) = &handled.judgement.verdict else { return BTreeMap::new() };
    let is_all = violation.unsettled.is_empty() && handled.judgement.remarks.is_empty();
    if !is_all || !handled.actions.iter().all(is_undone) {
        return BTreeMap::new();
    }
    let mut matters: BTreeMap<Key, BTreeSet<Matter>> = BTreeMap::new();
    for action in &handled.actions {
        for (subject, matter) in undone(action, violation) {
            let key = Key::dispute(handled.event.account.as_ref(), handled.event.region.as_ref(), &subject);
            matters.entry(key).or_default().insert(matter);
        }
    }
    if matters.len() > MOST_PLACES { BTreeMap::new() } else { matters }
}

fn is_undone(action: &Action) -> bool {
    match action.outcome {
        Outcome::Done | Outcome::AlreadyGone | Outcome::AlreadyThere => true,
        Outcome::Failed { .. } | Outcome::Withheld | Outcome::NoRoom => false,
    }
}

/// What `action` undid, and where. The allowed part that stays of a rule is no matter of its own.
fn undone(action: &Action, violation: &Violation) -> Vec<(String, Matter)> {
    match &action.target {
        Target::Rules { group, rules } => {
            let is_missing = |rule: &&_| {
                let is_it =
                    |missing: &&Missing| missing.group == *group && missing.rule.as_ref() == Some(*rule);
                violation.missing.iter().any(|missing| is_it(&missing))
            };
            let undone = if action.adds() { Undone::PutBack } else { Undone::Removed };
            rules
                .iter()
                .filter(|rule| !action.adds() || is_missing(rule))
                .map(|rule| (group.to_string(), Matter::new(undone, &rule.permission)))
                .collect()
        }
        Target::PrefixList(list) => vec![(list.to_string(), Matter::new(Undone::Restored, list))],
        Target::Interface { interface, .. } => {
            vec![(interface.to_string(), Matter::new(Undone::Detached, interface))]
        }
    }
}
