//! Lambda: invocations that are retried twice, then wait in the dead-letter queue; at most two at a time.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep, Swept};
use tierguard::{Guard, Handled};

use crate::client::Client;
use crate::clock::Moment;
use crate::scene::account_id;
use crate::watcher::Task;
use crate::world::World;

/// How many invocations are under way at most.
const AT_ONCE: usize = 2;

/// What is to be handled: an event that was delivered, or a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct JobId(pub(crate) usize);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What is to be handled.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) payload: Payload,
    /// How many attempts there were since it was queued, or redriven.
    pub(crate) attempts: usize,
}

#[expect(clippy::large_enum_variant, reason = "there are few of them at a time")]
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    Record(Arc<str>),
    /// A sweep, and for how many looks at the clock it has time.
    Sweep(Sweep, usize),
}

/// What came of an invocation.
pub(crate) enum End {
    Handled(Box<Handled>),
    Swept(Box<Swept>),
    /// It died.
    Died,
}

type Invocation = Pin<Box<dyn Future<Output = End> + Send>>;

/// Lambda, with the function in it.
pub(crate) struct Lambda {
    guard: Arc<Guard>,
    world: Arc<Mutex<World>>,
    pub(crate) jobs: BTreeMap<JobId, Job>,
    waiting: VecDeque<JobId>,
    running: BTreeMap<JobId, (Invocation, Option<Moment>)>,
    queued: usize,
}

impl Lambda {
    pub(crate) fn new(guard: Guard, world: Arc<Mutex<World>>) -> Self {
        Self {
            guard: Arc::new(guard),
            world,
            jobs: BTreeMap::new(),
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            queued: 0,
        }
    }

    /// A new job, which waits for its first attempt.
    pub(crate) fn queue(&mut self, task: Task, payload: Payload) -> JobId {
        self.queued += 1;
        let id = JobId(self.queued);
        self.jobs.insert(id, Job { task, payload, attempts: 0 });
        self.waiting.push_back(id);
        id
    }

    /// A job that waits for a further attempt.
    pub(crate) fn queue_again(&mut self, id: JobId) {
        self.waiting.push_back(id);
    }

    /// Begins the next attempt, if one waits and may begin.
    pub(crate) fn begin(&mut self) -> Option<JobId> {
        if self.running.len() >= AT_ONCE {
            return None;
        }
        let id = self.waiting.pop_front()?;
        let job = self.jobs.get_mut(&id).unwrap();
        job.attempts += 1;
        let world = &mut *self.world.lock().unwrap();
        let (now, tally) = (world.now, &mut world.watcher.tally);
        tally.invocations += 1;
        tally.together += usize::from(!self.running.is_empty());
        tally.retries += usize::from(job.attempts > 1);
        world.watcher.attempt(now, id, &job.task);
        let dies = world.weather.death(now).map(|after| now.plus(after));
        let client = Client::new(Arc::clone(&self.world), id);
        let invocation = invocation(Arc::clone(&self.guard), client, job.payload.clone(), now);
        self.running.insert(id, (invocation, dies));
        Some(id)
    }

    /// Lets an invocation go on: when it wants to be looked at again, or what came of it.
    pub(crate) fn go_on(&mut self, id: JobId) -> Result<Moment, End> {
        let (invocation, dies) = self.running.get_mut(&id).unwrap();
        let now = self.world.lock().unwrap().now;
        if dies.is_some_and(|dies| dies <= now) {
            self.running.remove(&id);
            return Err(End::Died);
        }
        match invocation.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(end) => {
                self.running.remove(&id);
                Err(end)
            }
            Poll::Pending => {
                let alarms = std::mem::take(&mut self.world.lock().unwrap().alarms);
                Ok(alarms.into_iter().chain(*dies).min().unwrap())
            }
        }
    }
}

/// The function's work on one payload. It dies where it is dropped: what it has sent has been sent.
fn invocation(guard: Arc<Guard>, client: Client, payload: Payload, now: Moment) -> Invocation {
    let now = now.timestamp();
    Box::pin(async move {
        match payload {
            Payload::Record(record) => {
                End::Handled(Box::new(guard.respond(record.as_bytes(), &client, now).await))
            }
            Payload::Sweep(sweep, looks) => {
                let looks = AtomicUsize::new(looks);
                let has_time = || {
                    looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1)).is_ok()
                };
                let home = Home { account: Some(account_id()), region: None };
                End::Swept(Box::new(guard.sweep(sweep, &home, &client, now, has_time).await))
            }
        }
    })
}

impl End {
    /// Why the event is to be handled again, if it is.
    pub(crate) fn failure(&self) -> Option<String> {
        match self {
            Self::Died => Some("it died".to_owned()),
            Self::Handled(handled) => handled.retry(),
            Self::Swept(swept) => match (&swept.announced, &swept.failed) {
                (Announced::Failed(error), _) => Some(format!("the notice was not published: {error}")),
                (_, Some(error)) if error.retryable => Some(error.to_string()),
                (_, Some(_) | None) => None,
            },
        }
    }
}
