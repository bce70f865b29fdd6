//! Who watches the guard, and knows everything: what the account was at each instant, who made what, what was told.
//!
//! The numbers are those of the invariants. What the guard does is held against every state of the account that it may
//! have seen: from a minute before the attempt began, since Describe calls may lag so far, until now.
//!
//! 1. A rule that the guard took was forbidden in one of these states; or a tier lets only some change the group, and the
//!    record that was handled says that somebody else made that rule, under that id. What came off an interface, in one of
//!    them it might not be there; of a list that was put back, in one of them a rule that names it was forbidden.
//! 2. Once an event was handled for good, what it made and the policy forbids in all of these states is gone, or a notice
//!    about the event names it or says that it could not be decided. So is every forbidden rule of a group that was
//!    tagged, and every one that names a list that was changed, if it was there in all of these states.
//! 3. An event that is handled twice more, without faults, changes nothing the second time.
//! 4. Once an event, or a sweep, was handled for good, a notice about it that is later than the deed names each rule that
//!    the guard took. Of what no record tells, a notice about the event is enough.
//! 5. No call follows from a record of the guard's own; none from one of a break-glass caller either.
//! 6. A record that cannot be understood, or does not say what it is about, has a notice.
//! 7. Where a group's tiers, the interfaces or the sweep observe, no call is made.
//! 8. What is added was allowed in one of these states, and no call of an attempt that adds begins after one that takes away.
//! 9. No life panics, and each ends.
//!
//! What was put into the outbox is told at the end of the life at the latest.
//!
//! Of 4 two limits are known, both where an attempt could not put what it did into the outbox either. Where a deed is told
//! by nobody, it is counted.
//!
//! - A sweep, or a change of a prefix list that could be put back, died or could not publish after it had taken something:
//!   the next attempt finds it done, and no record tells of it.
//! - Before people could be told what was done, somebody has deleted a group, changed tags, or edited the list, or an
//!   exemption has ended: the next attempt judges what the event means by then.
//!
//! It does not ask whether a notice is well written, nor whether it comes in time.

mod kept;
mod told;
mod window;

use std::collections::BTreeMap;
use std::fmt;

use tierguard::Policy;
use tierguard::change::{Change, ChangeKind, GroupChange, GroupEdit, Told as Rules};
use tierguard::group::Rule;
use tierguard::id::{GroupId, InterfaceId, RoleArn};
use tierguard::notice::Notice;
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::policy::{Exemption, Mode};
use tierguard::respond::Announced;
use tierguard::wire::{Reading, is_about_interfaces};

use crate::call::rule_in_words;
use crate::clock::Moment;
use crate::cloud::{Cloud, LAG};
use crate::lambda::{End, JobId};
use crate::scene::OWN;
use crate::tally::Tally;
use crate::view::{Context, View};
use kept::Kept;
use told::Told;
use window::Window;

/// Who watches.
pub(crate) struct Watcher {
    policy: Policy,
    jobs: BTreeMap<JobId, Watch>,
    /// Jobs that have ended, with what waits to be told.
    waiting: Vec<(JobId, Watch)>,
    told: Told,
    kept: Kept,
    pub(crate) tally: Tally,
    /// The first thing that should not have been.
    pub(crate) objection: Option<String>,
}

/// What an invocation is about.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// A record: how the guard reads it, and the change that EC2 truly made, if it made one.
    Record {
        reading: Box<Reading>,
        truth: Option<Box<Change>>,
    },
    Sweep,
}

/// What is known of the invocations for one event, or one sweep.
struct Watch {
    task: Task,
    began: Moment,
    has_taken: bool,
    /// What was done in all attempts.
    deeds: Vec<Done>,
    /// When it last put what it had done into the outbox.
    kept: Option<Moment>,
}

/// Something that was done, when, and in which state of the account and of the exemptions.
struct Done {
    at: Moment,
    deed: Deed,
    within: (Context, usize),
}

/// A call that the guard is about to make.
pub(crate) enum Begun<'a> {
    Takes(&'a Revoke),
    Adds(&'a Authorize),
    Restores(&'a RestoreList),
    Detaches(&'a SetGroups),
}

/// What the guard did.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Took(GroupId, Rule),
    Added(GroupId, Rule),
    PutBack,
    Detached(InterfaceId),
}

impl Watcher {
    pub(crate) fn new(policy: Policy, cloud: &Cloud) -> Self {
        Self {
            kept: Kept::of(&cloud.now().court(&policy, Moment(0)), cloud.now()),
            policy,
            jobs: BTreeMap::new(),
            waiting: Vec::new(),
            told: Told::default(),
            tally: Tally::default(),
            objection: None,
        }
    }

    fn object(&mut self, objection: impl FnOnce() -> String) {
        if self.objection.is_none() {
            self.objection = Some(objection());
        }
    }

    /// An attempt begins.
    pub(crate) fn attempt(&mut self, now: Moment, job: JobId, task: &Task) {
        let watch = self.jobs.entry(job).or_insert_with(|| Watch {
            task: task.clone(),
            began: now,
            has_taken: false,
            deeds: Vec::new(),
            kept: None,
        });
        (watch.began, watch.has_taken) = (now, false);
    }

    /// Somebody else than the guard has changed the account.
    pub(crate) fn follow(&mut self, before: &View, cloud: &Cloud, now: Moment, change: &Change) {
        let after = cloud.now();
        self.kept.follow(&after.court(&self.policy, now), before, after, change);
    }

    /// The guard sets out to make a call.
    pub(crate) fn begins(&mut self, cloud: &Cloud, now: Moment, job: JobId, call: &Begun<'_>) {
        let Some(watch) = self.jobs.get_mut(&job) else { return };
        let had_taken = watch.has_taken;
        watch.has_taken |= !matches!(call, Begun::Adds(_));
        let window = Window::new(&self.policy, cloud, watch.began.plus(-LAG), watch.began);
        let wrong = watch
            .may_not_act(&self.policy)
            .or_else(|| window.observes(call))
            .or_else(|| window.is_not_allowed(call))
            .or_else(|| {
                (had_taken && matches!(call, Begun::Adds(_)) && !watch.is_sweep())
                    .then_some("8: it adds after it took")
            });
        if let Some(wrong) = wrong {
            self.object(|| format!("{now} {job}: {wrong}: {call}"));
        }
    }

    /// A call of the guard took effect.
    pub(crate) fn saw(&mut self, cloud: &Cloud, now: Moment, job: JobId, deed: &Deed) {
        self.count(deed);
        let within = self.context(cloud, now);
        let Some(watch) = self.jobs.get_mut(&job) else { return };
        let window = Window::new(&self.policy, cloud, watch.began.plus(-LAG), watch.began);
        let wrong = match deed {
            Deed::Took(group, rule)
                if !window.forbids(group, rule) && !watch.claims(&window, group, rule) =>
            {
                Some("1: the policy allows what was taken")
            }
            Deed::PutBack if !window.forbids_list() => {
                Some("1: the policy allows the list that was put back")
            }
            Deed::Detached(interface) if !window.forbids_together(interface) => {
                Some("1: the policy allows what was on the interface")
            }
            Deed::Took(..) | Deed::Added(..) | Deed::PutBack | Deed::Detached(_) => None,
        };
        self.kept.forgo(&cloud.now().court(&self.policy, now), deed);
        watch.deeds.push(Done { at: now, deed: deed.clone(), within });
        if let Some(wrong) = wrong {
            self.object(|| format!("{now} {job}: {wrong}: it {deed}"));
        }
    }

    /// What bears on a judgement: the account but for its rules, and how many exemptions count.
    fn context(&self, cloud: &Cloud, now: Moment) -> (Context, usize) {
        let counts = |exemption: &&Exemption| exemption.counts_at(now.timestamp());
        (cloud.now().context(), self.policy.exemptions.iter().filter(counts).count())
    }

    const fn count(&mut self, deed: &Deed) {
        match deed {
            Deed::Took(..) => self.tally.reverts += 1,
            Deed::Added(..) => self.tally.added += 1,
            Deed::PutBack => self.tally.lists += 1,
            Deed::Detached(_) => self.tally.detached += 1,
        }
    }

    /// People got a notice.
    pub(crate) fn heard(&mut self, now: Moment, job: JobId, notice: &Notice) {
        self.tally.notices += 1;
        self.told.hear(now, job, notice);
    }

    /// What a job has done so far is in the outbox.
    pub(crate) fn keeps(&mut self, now: Moment, job: JobId) {
        if let Some(watch) = self.jobs.get_mut(&job) {
            watch.kept = Some(now);
        }
    }

    /// An attempt has failed. What it did, the next one finds done, and where no record tells, that one has nothing to
    /// tell: see the limits above.
    pub(crate) fn failed(&mut self, job: JobId, end: &End) {
        let is_silent = match end {
            End::Died => true,
            End::Handled(handled) => matches!(handled.announced, Announced::Failed(_)),
            End::Swept(swept) => matches!(swept.announced, Announced::Failed(_)),
        };
        let Some(watch) = self.jobs.get_mut(&job) else { return };
        if is_silent && watch.is_forgetful() {
            let deeds = watch.deeds.len();
            let kept = watch.kept;
            watch.deeds.retain(|done| kept.is_some_and(|kept| done.at <= kept));
            self.tally.untold += deeds - watch.deeds.len();
        }
    }

    /// The last attempt has ended, and nothing is left to another one.
    pub(crate) fn ended(&mut self, cloud: &Cloud, now: Moment, job: JobId) {
        let Some(mut watch) = self.jobs.remove(&job) else { return };
        let context = self.context(cloud, now);
        let mut waiting = Vec::new();
        for done in std::mem::take(&mut watch.deeds) {
            let Done { at, deed, within } = &done;
            match self.is_announced(&watch, job, *at, deed) {
                true => {}
                false if watch.kept.is_some_and(|kept| *at <= kept) => waiting.push(done),
                false if *within != context => self.tally.untold += 1,
                false => self.object(|| format!("{now} {job}: 4: nobody was told that at {at} it {deed}")),
            }
        }
        self.hear_out(cloud, now, job, &watch);
        watch.deeds = waiting;
        self.waiting.push((job, watch));
    }

    /// What the record of a job was about has been told, or is no more.
    fn hear_out(&mut self, cloud: &Cloud, now: Moment, job: JobId, watch: &Watch) {
        let Task::Record { reading, truth } = &watch.task else { return };
        if is_unreadable(&self.policy, reading) && !self.told.is_about(job, Moment(0)) {
            self.object(|| format!("{now} {job}: 6: nobody was told of a record that cannot be understood"));
        }
        let Some(truth) = truth else { return };
        let window = Window::new(&self.policy, cloud, watch.began.plus(-LAG), watch.began);
        let silent = window
            .left(truth, watch.is_cut())
            .into_iter()
            .find(|(group, rule)| !self.told.names(job, Moment(0), group, rule));
        if let Some((group, rule)) = silent {
            let rule = rule_in_words(&rule);
            self.object(|| {
                format!("{now} {job}: 2: forbidden, there, and nobody was told: {rule} of {group}")
            });
        }
    }

    /// Whether people were told of `deed` after it was done.
    fn is_announced(&self, watch: &Watch, job: JobId, at: Moment, deed: &Deed) -> bool {
        match deed {
            Deed::Took(group, rule) if !watch.is_untold() => self.told.names(job, at, group, rule),
            Deed::Took(..) | Deed::Added(..) | Deed::PutBack | Deed::Detached(_) => {
                self.told.is_about(job, at)
            }
        }
    }

    /// The last sweep has made the account what it is, at one go: what it took must not be allowed.
    pub(crate) fn swept(&mut self, before: &View, cloud: &Cloud, now: Moment) {
        let after = cloud.now().places();
        let court = before.court(&self.policy, now);
        let wrong = before
            .places()
            .into_iter()
            .find(|place| !after.contains(place) && court.allows(place) == Some(true));
        let new =
            after.iter().find(|place| !before.places().contains(place) && court.allows(place) != Some(true));
        if let Some((group, permission)) = wrong {
            self.object(|| format!("{now}: 1: the sweep took {permission} from {group}"));
        }
        if let Some((group, permission)) = new {
            self.object(|| format!("{now}: 8: the sweep added {permission} to {group}"));
        }
    }

    /// At the end of a life, after a sweep that enforces.
    pub(crate) fn last_look(&mut self, cloud: &Cloud, now: Moment) {
        for (job, watch) in std::mem::take(&mut self.waiting) {
            for Done { at, deed, .. } in &watch.deeds {
                if !self.is_announced(&watch, job, *at, deed) {
                    self.object(|| format!("the end: {job}: 4: nobody was told that at {at} it {deed}"));
                }
            }
        }
        let window = Window::new(&self.policy, cloud, now, now);
        let place = |(group, permission)| format!("{permission} of {group}");
        let left = window.left_for_good().map(|it| format!("the end: forbidden, and there: {}", place(it)));
        let mixed = window.mixed_for_good().map(|it| format!("the end: {it} holds tiers that may not meet"));
        let lost = self.kept.lost(&cloud.now().court(&self.policy, now), cloud.now());
        let lost = lost.map(|it| format!("the end: allowed, taken by nobody, and not there: {}", place(it)));
        if let Some(wrong) = left.or(mixed).or(lost) {
            self.object(|| wrong);
        }
    }
}

/// Whether people must know that nobody can tell what a record says. Where the policy says nothing of interfaces, nobody
/// cares what is on them.
fn is_unreadable(policy: &Policy, reading: &Reading) -> bool {
    match reading {
        Reading::Malformed(event, _) | Reading::Truncated(event) => {
            policy.interfaces.is_some() || !is_about_interfaces(event)
        }
        Reading::Change(_) | Reading::Ignored(..) => false,
    }
}

impl Watch {
    const fn is_sweep(&self) -> bool {
        matches!(self.task, Task::Sweep)
    }

    /// The change that the record tells, whether it is true or not.
    fn change(&self) -> Option<&Change> {
        let Task::Record { reading, .. } = &self.task else { return None };
        match reading.as_ref() {
            Reading::Change(change) => Some(change),
            Reading::Ignored(..) | Reading::Truncated(_) | Reading::Malformed(..) => None,
        }
    }

    /// Why no call may follow from this, if none may.
    fn may_not_act(&self, policy: &Policy) -> Option<&'static str> {
        let Some(change) = self.change() else {
            let observes = self.is_sweep() && policy.sweep == Mode::Observe;
            return match &self.task {
                Task::Sweep => observes.then_some("7: the sweep observes"),
                Task::Record { .. } => Some("5: there is nothing to act upon"),
            };
        };
        let actor = &change.event.actor;
        if actor.role.as_ref().map(RoleArn::as_str) == Some(OWN) {
            return Some("5: it is the guard's own call");
        }
        policy.break_glass.include(actor).then_some("5: the caller may do anything")
    }

    /// Whether the record says that somebody made `rule` who may not change the group.
    fn claims(&self, window: &Window<'_>, group: &GroupId, rule: &Rule) -> bool {
        let Some(Change { event, kind: ChangeKind::Group(GroupChange { edit, .. }) }) = self.change() else {
            return false;
        };
        let GroupEdit::Authorize { rules: Rules::Whole(rules), .. } = edit else { return false };
        let is_it = |told: &Rule| told.id == rule.id && told.permission.is_one_with(&rule.permission);
        let caller = event.actor.role.as_ref().map_or("", RoleArn::as_str);
        rules.iter().any(is_it) && window.is_outsider(group, caller)
    }

    /// Whether what was done is known to nobody once the attempt that did it could not tell.
    fn is_forgetful(&self) -> bool {
        let is_of_list = |change: &Change| matches!(change.kind, ChangeKind::PrefixList(_));
        self.is_sweep() || self.change().is_some_and(is_of_list)
    }

    /// Whether the record does not tell which rules it is about.
    fn is_cut(&self) -> bool {
        match self.change().map(|change| &change.kind) {
            Some(ChangeKind::Group(GroupChange { edit, .. })) => edit.is_cut(),
            Some(ChangeKind::Tags(_) | ChangeKind::PrefixList(_) | ChangeKind::Attachment(_)) | None => false,
        }
    }

    /// Whether no record tells what was wrong: then every such change is told of, and not what was done about it.
    fn is_untold(&self) -> bool {
        match self.change().map(|change| &change.kind) {
            Some(ChangeKind::Group(GroupChange { edit, .. })) => match edit {
                GroupEdit::Modify { .. } | GroupEdit::Create { .. } => true,
                edit => edit.is_cut(),
            },
            Some(ChangeKind::Tags(_) | ChangeKind::PrefixList(_)) => true,
            Some(ChangeKind::Attachment(_)) | None => false,
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Took(group, rule) => write!(f, "took {} from {group}", rule_in_words(rule)),
            Self::Added(group, rule) => write!(f, "added {} to {group}", rule_in_words(rule)),
            Self::PutBack => f.write_str("put the prefix list back"),
            Self::Detached(interface) => write!(f, "took groups off {interface}"),
        }
    }
}

impl fmt::Display for Begun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = |rules: &[Rule]| rules.iter().map(rule_in_words).collect::<Vec<_>>().join(", ");
        match self {
            Self::Takes(call) => write!(f, "{} {} {}", call.name(), call.group(), rules(call.rules())),
            Self::Adds(call) => write!(f, "{} {} {}", call.name(), call.group(), rules(call.rules())),
            Self::Restores(call) => write!(f, "{} {}", call.name(), call.list()),
            Self::Detaches(call) => write!(f, "{} {}", call.name(), call.interface()),
        }
    }
}
