//! The sweep: every rule of every group and the groups of every interface, judged on schedule. Events are late, cut, or
//! lost; what a group is, is the truth.
//!
//! A sweep that runs out of time says where it stopped, and another one goes on from there.

mod audit;
mod digest;
mod interfaces;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use audit::{Audit, Audited};
pub use digest::{Digest, Disputed, Fared, Line, Wrong};

use crate::act::{ChangeAccount, act};
use crate::facts::{Facts, Subject};
use crate::group::Group;
use crate::id::{AccountId, GroupId, Region};
use crate::judge::judge;
use crate::look::{Answers, LookUpError, Questions, ReadAccount};
use crate::memory::{MemoryError, Recalled, Remember};
use crate::notice::{Notice, Publish};
use crate::outbox::{self, Outbox};
use crate::permission::{Direction, Peer};
use crate::plan::plan;
use crate::policy::{Mode, Policy};
use crate::respond::{Announced, Guard};
use crate::tell::Told;

/// What is to be swept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// The last group that was swept before, if this is the rest of a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<GroupId>,
    /// What was found before.
    #[serde(default)]
    pub digest: Digest,
}

/// What became of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// What was found, in this part and those before it.
    pub digest: Digest,
    /// Where to go on, if time ran out.
    pub rest: Option<Sweep>,
    /// Why the sweep could not go on, if it could not.
    pub failed: Option<LookUpError>,
    /// Whether people were told. The parts of one sweep are told in one message, by the last.
    pub announced: Announced,
    /// At what the memory failed, if it did: what waits there to be told waits for the next sweep.
    pub lapse: Option<MemoryError>,
}

/// Where the sweep is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account.
    pub account: Option<AccountId>,
    /// The Region.
    pub region: Option<Region>,
}

/// How many groups are looked at between two looks at the clock: what they may need of EC2's rates is a matter of seconds.
const BATCH: usize = 20;

impl Guard {
    /// Sweeps all groups of `home` from where `sweep` says, at the instant `now`, for as long as `has_time`.
    pub async fn sweep<P>(
        &self,
        sweep: Sweep,
        home: &Home,
        ports: &P,
        now: Timestamp,
        has_time: impl Fn() -> bool,
    ) -> Swept
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        let digest = sweep.digest.begun(now, self.policy.sweep);
        let mut draft = None;
        let mut swept = match ports.all_groups().await {
            Ok(groups) => {
                let mut sweeper = Sweeper::new(self.policy.swept(), home, &groups, now, digest);
                let (rest, failed) = sweeper.go(groups, sweep.after, ports, &has_time).await;
                let (rest, failed) = match (rest, failed) {
                    (None, None) => sweeper.interfaces(ports, &has_time).await,
                    (rest, failed) => (rest, failed),
                };
                draft = sweeper.draft;
                Swept { lapse: sweeper.lapse, ..Swept::new(sweeper.digest, rest, failed) }
            }
            Err(error) => Swept::new(digest, None, Some(error)),
        };
        if swept.rest.is_some() {
            // Whoever goes on has the digest.
            if let Some(draft) = draft {
                let taken = Outbox::of_sweeps(home, ports, now).take(&[draft]).await;
                swept.lapse = swept.lapse.or(taken.err());
            }
            return swept;
        }
        swept.digest.end(&self.policy, now);
        self.conclude(&mut swept, draft.as_ref(), home, ports, now).await;
        swept
    }

    /// Tells people of a sweep that nobody goes on with.
    pub async fn tell_of_sweep<P: Publish + Remember>(
        &self,
        swept: &Swept,
        home: &Home,
        ports: &P,
    ) -> Announced {
        let Some(notice) = Notice::of_sweep(swept, home) else { return Announced::NotNeeded };
        let now = swept.digest.began.unwrap_or_default();
        Outbox::of_sweeps(home, ports, now).publish(&notice, None, None).await.announced
    }

    /// Tells people of a sweep that is over, of which `draft` is in the outbox; and of what was counted without a message
    /// until now, or could not be told.
    async fn conclude<P: Publish + Remember>(
        &self,
        swept: &mut Swept,
        draft: Option<&Notice>,
        home: &Home,
        ports: &P,
        now: Timestamp,
    ) {
        let untold = match ports.untold(now).await {
            Ok(untold) => untold,
            Err(error) => {
                swept.lapse.get_or_insert(error);
                Recalled::default()
            }
        };
        swept.digest.count(&untold);
        let left = outbox::send_all(&untold.without(draft), ports, now).await;
        let own = match Notice::of_sweep(swept, home) {
            Some(notice) if swept.digest.done() > 0 => {
                Outbox::of_sweeps(home, ports, now).publish(&notice, draft, None).await
            }
            Some(notice) => Told { announced: Announced::by(&notice, ports).await, lapse: None },
            None => Told { announced: Announced::NotNeeded, lapse: None },
        };
        if own.announced == Announced::Published {
            swept.lapse = swept.lapse.take().or(self.told(untold, ports, now).await.err());
        }
        let Told { announced, lapse } = left.and(own);
        swept.announced = announced;
        swept.lapse = swept.lapse.take().or(lapse);
    }
}

impl Swept {
    /// What was found, of which nobody was told yet.
    #[must_use]
    pub const fn new(digest: Digest, rest: Option<Sweep>, failed: Option<LookUpError>) -> Self {
        Self { digest, rest, failed, announced: Announced::NotNeeded, lapse: None }
    }
}

impl Policy {
    /// The policy of the sweep, which may observe where events are answered.
    pub(crate) fn swept(&self) -> Self {
        match self.sweep {
            Mode::Enforce => self.clone(),
            Mode::Observe => self.clone().with_mode(Mode::Observe),
        }
    }
}

/// A sweep on its way.
struct Sweeper<'a> {
    policy: Policy,
    home: &'a Home,
    digest: Digest,
    /// All groups as they were when the sweep began, and every prefix list that was met so far.
    known: Facts,
    /// The last group that was swept.
    last: Option<GroupId>,
    /// What is in the outbox of what was done so far.
    draft: Option<Notice>,
    /// How much had been done when that was put in, or in the parts of the sweep before this one.
    noted: usize,
    /// At what the memory failed, if it did.
    lapse: Option<MemoryError>,
}

impl<'a> Sweeper<'a> {
    fn new(policy: Policy, home: &'a Home, groups: &[Group], now: Timestamp, digest: Digest) -> Self {
        let answers = Answers { groups: Ok(groups.to_vec()), ..Answers::default() };
        let known = Facts::about(Vec::new(), home.account.clone(), answers, now).of_whole_account();
        let noted = digest.done();
        Self { policy, home, digest, known, last: None, draft: None, noted, lapse: None }
    }

    /// Sweeps `groups` in the order of their ids; where to go on, and why not, if it cannot.
    async fn go<P>(
        &mut self,
        mut groups: Vec<Group>,
        after: Option<GroupId>,
        ports: &P,
        has_time: &impl Fn() -> bool,
    ) -> (Option<Sweep>, Option<LookUpError>)
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        groups.sort_by(|one, other| one.id.cmp(&other.id));
        let is_left = |group: &&Group| after.as_ref().is_none_or(|after| group.id > *after);
        let left: Vec<_> = groups.iter().filter(is_left).collect();
        self.last.clone_from(&after);
        for batch in left.chunks(BATCH) {
            if !has_time() {
                return (Some(self.rest()), None);
            }
            let done = self.batch(batch, ports).await;
            self.note(ports).await;
            if let Err(error) = done {
                return (None, Some(error));
            }
            self.last = batch.last().map(|group| group.id.clone());
        }
        (None, None)
    }

    /// Puts what was done so far into the outbox, in case that this attempt does not come to tell it.
    async fn note<P: Publish + Remember>(&mut self, ports: &P) {
        let done = self.digest.done();
        if done == self.noted {
            return;
        }
        let stopped = LookUpError {
            call: "the sweep",
            message: "it stopped before its end".to_owned(),
            retryable: true,
        };
        let swept = Swept::new(self.digest.clone(), None, Some(stopped));
        let Some(notice) = Notice::of_sweep(&swept, self.home) else { return };
        let outbox = Outbox::of_sweeps(self.home, ports, self.known.at);
        match outbox.put(&notice, self.draft.as_ref(), None).await {
            Ok(()) => (self.draft, self.noted) = (Some(notice), done),
            Err(error) => self.lapse = Some(error),
        }
    }

    /// The sweep that goes on from here.
    fn rest(&self) -> Sweep {
        Sweep { after: self.last.clone(), digest: self.digest.clone() }
    }

    async fn batch<P>(&mut self, groups: &[&Group], ports: &P) -> Result<(), LookUpError>
    where
        P: ReadAccount + ChangeAccount + Sync,
    {
        let (facts, unknown) = self.look_at(groups, ports).await?;
        for error in &unknown {
            self.digest.unknown(error);
        }
        let judgement = judge(&self.policy, &facts);
        let actions = act(&plan(&facts, &judgement.verdict), ports).await;
        self.digest.add(groups.len(), &facts, &judgement, &actions);
        Ok(())
    }

    /// What there is to know of those of `groups` that the policy says something about, with all of their rules; and why
    /// those of some can never be known.
    async fn look_at<P>(
        &mut self,
        groups: &[&Group],
        ports: &P,
    ) -> Result<(Facts, Vec<LookUpError>), LookUpError>
    where
        P: ReadAccount + Sync,
    {
        // The list of all groups may be minutes old: a group that has changed its tier since must not be judged by it.
        let is_managed = |group: &&&Group| !self.policy.scopes(group).is_empty();
        let ids: BTreeSet<_> = groups.iter().filter(is_managed).map(|group| group.id.clone()).collect();
        let found = ports.look(&Questions { groups: ids.clone(), rules_of: ids, ..self.questions() }).await;
        let (mut subjects, mut unknown) = (Vec::new(), Vec::new());
        for group in found.groups.clone()? {
            match found.rules_of(&group.id) {
                Ok(rules) => subjects.push(Subject::swept(group, rules.to_vec())),
                // What another attempt may tell, it is left to; what none can must not keep the other groups waiting.
                Err(error) if error.retryable => return Err(error),
                Err(error) => unknown.push(error),
            }
        }
        self.learn_lists(&subjects, ports).await;
        Ok((self.known.with_subjects(subjects), unknown))
    }

    fn questions(&self) -> Questions {
        let Home { account, region } = self.home.clone();
        Questions { account, region, ..Questions::default() }
    }

    /// Looks up those prefix lists that the rules of `subjects` name, or that decide about them, and that are not known
    /// yet.
    async fn learn_lists<P>(&mut self, subjects: &[Subject], ports: &P)
    where
        P: ReadAccount + Sync,
    {
        let named = subjects.iter().flat_map(|subject| &subject.rules).filter_map(|rule| {
            match &rule.permission.peer {
                Peer::PrefixList(list) => Some(list),
                Peer::Group(_) | Peer::Network(_) => None,
            }
        });
        let deciding = Direction::BOTH.into_iter().flat_map(|direction| self.policy.lists_towards(direction));
        let mut lists: BTreeSet<_> = named.chain(deciding).cloned().collect();
        lists.retain(|list| !self.known.knows(list));
        if !lists.is_empty() {
            let questions = Questions { list_states: lists.clone(), prefix_lists: lists, ..self.questions() };
            self.known.learn_lists(ports.look(&questions).await);
        }
    }
}
