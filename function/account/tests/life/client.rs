//! The guard's ports as one invocation has them: every call takes its time, and may be refused, or answered by nobody.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use jiff::Timestamp;
use tierguard::act::{
    AuthorizeError, CallError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError,
};
use tierguard::facts::FRESH;
use tierguard::group::Group;
use tierguard::id::{GroupId, PrefixListId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::{KeepError, Key, MemoryError, Note, Recalled, Record, Remember};
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard_account::Ports;

use crate::clock::Moment;
use crate::lambda::JobId;
use crate::scene::account_id;
use crate::watcher::Begun;
use crate::weather::{Fate, Journey};
use crate::world::{World, at_once};

/// The ports of one invocation.
#[derive(Clone)]
pub(crate) struct Client {
    world: Arc<Mutex<World>>,
    job: JobId,
}

impl Client {
    pub(crate) const fn new(world: Arc<Mutex<World>>, job: JobId) -> Self {
        Self { world, job }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn wait(&self, milliseconds: i64) -> Wait {
        Wait { world: Arc::clone(&self.world), until: self.lock().now.plus(milliseconds) }
    }

    /// Makes a call, which takes `effect` when it gets there.
    async fn call<T: Send>(
        &self,
        name: &str,
        effect: impl FnOnce(&mut World) -> T + Send,
    ) -> Result<T, CallError> {
        let Journey { fate, there, back } = self.set_out(name);
        self.wait(there).await;
        let error = |message: &str, retryable| CallError { message: message.to_owned(), retryable };
        let answer = match fate {
            Fate::Throttled => Err(error("RequestLimitExceeded: Request limit exceeded.", true)),
            Fate::Denied => Err(error("UnauthorizedOperation: You are not authorized.", false)),
            Fate::Fine | Fate::Unanswered => Ok(effect(&mut self.lock())),
        };
        self.wait(back).await;
        match fate {
            Fate::Unanswered => Err(error("the connection was closed before the answer", true)),
            Fate::Fine | Fate::Throttled | Fate::Denied => answer,
        }
    }

    fn set_out(&self, name: &str) -> Journey {
        let world = &mut *self.lock();
        let journey = world.weather.journey(world.now);
        if journey.fate != Fate::Fine {
            world.watcher.tally.faults += 1;
            world.story.tell(world.now, || format!("guard {} {name}: {:?}", self.job, journey.fate));
        }
        journey
    }

    fn begin(&self, call: &Begun<'_>) {
        let world = &mut *self.lock();
        world.watcher.begins(&world.cloud, world.now, self.job, call);
    }

    async fn listed<T: Send>(
        &self,
        name: &'static str,
        of: impl FnOnce(&Ports) -> T + Send,
    ) -> Result<T, LookUpError> {
        let found = self.call(name, |world| {
            let late = world.weather.lag(world.now);
            let account = world.cloud.at(world.now.plus(-late)).account.clone();
            of(&Ports::new(account).calling_from(Some(account_id())))
        });
        found.await.map_err(|error| look_up_error(name, error))
    }
}

impl ReadAccount for Client {
    async fn look(&self, questions: &Questions) -> Answers {
        let answers = self.call("Describe", |world| shown(world, questions)).await;
        answers.unwrap_or_else(|error| {
            let part = self.lock().weather.part(4);
            let whole = shown(&mut self.lock(), questions);
            spoiled(questions, whole, &look_up_error("Describe", error), part)
        })
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.listed("DescribeSecurityGroups", |ports| at_once(ports.all_groups())).await?
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.listed("DescribeNetworkInterfaces", |ports| at_once(ports.all_interfaces())).await?
    }
}

impl ChangeAccount for Client {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.begin(&Begun::Takes(call));
        self.call(call.name(), |world| world.revoke(self.job, call)).await?
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.begin(&Begun::Adds(call));
        self.call(call.name(), |world| world.authorize(self.job, call)).await?
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.begin(&Begun::Restores(call));
        self.call(call.name(), |world| world.restore_list(self.job, call)).await?
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.begin(&Begun::Detaches(call));
        self.call(call.name(), |world| world.set_groups(self.job, call)).await?
    }
}

impl Publish for Client {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        let told = |world: &mut World| {
            world.story.tell(world.now, || format!("guard {} told: {}", self.job, notice.subject()));
            world.told(self.job, notice);
        };
        self.call("Publish", told).await.map_err(|CallError { message, .. }| PublishError { message })
    }
}

/// Nothing is remembered but what waits to be told. Then everything is told by itself: what a watcher cannot see told, it
/// holds to be lost.
impl Remember for Client {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        let recalled = self.call("GetItem", |world| world.notebook.recall(keys, now)).await;
        recalled.map_err(|error| memory_error("GetItem", error))
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        let Record::Unsent(notices) = &note.record else { return Ok(()) };
        let kept = self.call("PutItem", |world| {
            world.notebook.keep(note)?;
            world.put_in(self.job, notices);
            Ok(())
        });
        kept.await.map_err(|error| memory_error("PutItem", error))?
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        let untold = self.call("Scan", |world| world.notebook.untold(now)).await;
        untold.map_err(|error| memory_error("Scan", error))
    }
}

/// Waits until an instant of the simulated clock.
struct Wait {
    world: Arc<Mutex<World>>,
    until: Moment,
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut world = self.world.lock().unwrap();
        if world.now >= self.until {
            return Poll::Ready(());
        }
        world.alarms.push(self.until);
        Poll::Pending
    }
}

fn memory_error(call: &'static str, CallError { message, .. }: CallError) -> MemoryError {
    MemoryError { call, message }
}

fn look_up_error(call: &'static str, CallError { message, retryable }: CallError) -> LookUpError {
    LookUpError { call, message, retryable }
}

/// What the account shows of `questions`: of the groups and of what is in them, each as late as it may be.
fn shown(world: &mut World, questions: &Questions) -> Answers {
    let mut seen = || {
        let late = world.weather.lag(world.now);
        let account = world.cloud.at(world.now.plus(-late)).account.clone();
        at_once(Ports::new(account).calling_from(Some(account_id())).look(questions))
    };
    let (groups, inside) = (seen(), seen());
    let Answers { rules, prefix_lists, entries_before, list_states, .. } = inside;
    with_unseen(questions, Answers { rules, prefix_lists, entries_before, list_states, ..groups })
}

/// What a fresh event names and is not shown may be there all the same.
fn with_unseen(questions: &Questions, mut answers: Answers) -> Answers {
    if questions.age.is_none_or(|age| age >= FRESH) {
        return answers;
    }
    let error = |what: &str| LookUpError {
        call: "Describe",
        message: format!("{what} is not shown yet"),
        retryable: true,
    };
    let found: Vec<_> = answers.groups.iter().flatten().map(|group| group.id.clone()).collect();
    let missing = questions.groups.iter().filter(|id| !found.contains(id));
    answers.unseen = missing.map(|id| (id.clone(), error(id.as_str()))).collect();
    let unnamed = |group: &GroupId| (group.clone(), error(&format!("a new rule of {group}")));
    answers.unshown_in = questions.unnamed_in.iter().map(unnamed).collect();
    let is_shown = |key| answers.interfaces.iter().flatten().any(|interface| interface.is(key));
    if let Some(key) = questions.interfaces.iter().find(|key| !is_shown(key)) {
        answers.interfaces = Err(error(&key.to_string()));
    }
    answers
}

/// `answers`, some of which did not come.
fn spoiled(questions: &Questions, answers: Answers, error: &LookUpError, part: usize) -> Answers {
    let rules = || questions.rules_of.iter().map(|id: &GroupId| (id.clone(), Err(error.clone()))).collect();
    let lists =
        || questions.prefix_lists.iter().map(|id: &PrefixListId| (id.clone(), Err(error.clone()))).collect();
    let states =
        || questions.list_states.iter().map(|id: &PrefixListId| (id.clone(), Err(error.clone()))).collect();
    let before = || questions.entries_at.as_ref().map(|_| Err(error.clone()));
    let groups = Answers {
        groups: Err(error.clone()),
        named: Err(error.clone()),
        users: Err(error.clone()),
        ..answers.clone()
    };
    match part {
        0 => groups,
        1 => Answers { rules: rules(), ..answers },
        2 => Answers { prefix_lists: lists(), list_states: states(), entries_before: before(), ..answers },
        _ => Answers {
            rules: rules(),
            prefix_lists: lists(),
            list_states: states(),
            entries_before: before(),
            interfaces: Err(error.clone()),
            ..groups
        },
    }
}
