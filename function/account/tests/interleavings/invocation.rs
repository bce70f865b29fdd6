//! One invocation of the guard, which can stop at every call that it makes.
//!
//! The guard is run as it is: from its start, with the answers that it has had so far, until it makes a call that has
//! none. What it does between two calls nobody else can see; so an invocation is what it was asked to do, and the answers.

use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use tierguard::act::{AuthorizeError, CallError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::Group;
use tierguard::id::AccountId;
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::notice::{Notice, PublishError};
use tierguard::permission::Permission;
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep, Swept};
use tierguard::{ChangeAccount, Guard, Handled, Publish, ReadAccount, Remember};

use super::known::{Known, Memo};
use super::world::{ACCOUNT, Record};

/// What an invocation is to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Task {
    /// Respond to this record.
    Respond(Known<Record>),
    /// Sweep the account.
    Sweep,
}

/// An invocation on its way.
pub(crate) struct Invocation {
    pub(crate) task: Task,
    log: Vec<Entry>,
    pub(crate) progress: Progress,
}

/// A call that was answered.
type Entry = (Known<Asked>, Known<Answer>);

/// How far an invocation is.
pub(crate) enum Progress {
    /// It waits for the answers to these calls, in whatever order they come.
    Waits(Vec<Known<Asked>>),
    /// It is over, and has failed if it is to be tried again.
    Over { again: bool },
}

/// A call that the guard makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Look(Questions),
    AllGroups,
    AllInterfaces,
    Revoke(Revoke),
    Authorize(Authorize),
    Publish(Notice),
}

/// What comes back.
#[expect(clippy::large_enum_variant, reason = "most of what comes back is what was looked up")]
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Looked(Answers),
    Groups(Result<Vec<Group>, LookUpError>),
    Interfaces(Result<Vec<Interface>, LookUpError>),
    Revoked(Result<Revoked, RevokeError>),
    Authorized(Result<(), AuthorizeError>),
    Published(Result<(), PublishError>),
}

impl Asked {
    fn known(self) -> Known<Self> {
        Known::by(&format!("{self:?}"), self)
    }

    /// The name of a call that changes the account; of any other, none.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Revoke(call) => call.name(),
            Self::Authorize(call) => call.name(),
            Self::Look(_) | Self::AllGroups | Self::AllInterfaces | Self::Publish(_) => "",
        }
    }

    /// Whether it only reads.
    pub(crate) const fn reads(&self) -> bool {
        match self {
            Self::Look(_) | Self::AllGroups | Self::AllInterfaces => true,
            Self::Revoke(_) | Self::Authorize(_) | Self::Publish(_) => false,
        }
    }

    /// What comes back if it is refused for a passing reason, or nothing comes back in time.
    pub(crate) fn refused(&self) -> Known<Answer> {
        let message = || "RequestLimitExceeded".to_owned();
        let failed = || CallError { message: message(), retryable: true };
        let not_found = || LookUpError { call: "Describe", message: message(), retryable: true };
        let answer = match self {
            Self::Look(questions) => {
                let rules = questions.rules_of.iter().map(|group| (group.clone(), Err(not_found())));
                let (groups, rules) = (Err(not_found()), rules.collect());
                Answer::Looked(Answers { groups, rules, ..Answers::default() })
            }
            Self::AllGroups => Answer::Groups(Err(not_found())),
            Self::AllInterfaces => Answer::Interfaces(Err(not_found())),
            Self::Revoke(_) => Answer::Revoked(Err(failed().into())),
            Self::Authorize(_) => Answer::Authorized(Err(failed().into())),
            Self::Publish(_) => Answer::Published(Err(PublishError { message: message() })),
        };
        answer.known()
    }

    /// Whether people are told of `rule` by it.
    pub(crate) fn names(&self, rule: &Permission) -> bool {
        let Self::Publish(notice) = self else { return false };
        // In the words around it a rule stands whole: `80/tcp` is not in `180/tcp`.
        words(&notice.email().replace([':', ',', '.', '"', '('], " "))
            .contains(&words(&rule.to_string().replace('.', " ")))
    }

    /// Whether people are told by it that an earlier attempt may have done more, of which nothing shows now.
    pub(crate) fn admits_more(&self) -> bool {
        let Self::Publish(notice) = self else { return false };
        words(notice.email()).contains(" An earlier attempt at this event may have")
    }
}

/// `text` with one space between its words, and around it.
fn words(text: &str) -> String {
    format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

impl Answer {
    pub(crate) fn known(self) -> Known<Self> {
        Known::by(&format!("{self:?}"), self)
    }
}

/// Every invocation that was met in a search: the guard is run once for each.
#[derive(Default)]
pub(crate) struct Invocations(Memo<Known<Invocation>>);

impl Invocations {
    /// An invocation that has just begun.
    pub(crate) fn begun(&self, guard: &Guard, task: &Task) -> Known<Invocation> {
        self.at(guard, task, &[])
    }

    /// The same invocation, when `answer` to `call` has come.
    pub(crate) fn answered(
        &self,
        guard: &Guard,
        invocation: &Invocation,
        call: &Known<Asked>,
        answer: Known<Answer>,
    ) -> Known<Invocation> {
        let mut log = invocation.log.clone();
        log.push((call.clone(), answer));
        // In which order calls that are under way together were answered, the guard does not see.
        log.sort_by_key(|(asked, _)| asked.digest());
        self.at(guard, &invocation.task, &log)
    }

    fn at(&self, guard: &Guard, task: &Task, log: &[Entry]) -> Known<Invocation> {
        let identity = (task, log);
        self.0.get(&identity, || {
            let progress = run(guard, task, log);
            Known::by(&identity, Invocation { task: task.clone(), log: log.to_vec(), progress })
        })
    }
}

/// Runs the guard from its start until it has had all answers of `log`.
fn run(guard: &Guard, task: &Task, log: &[Entry]) -> Progress {
    let ports = Replayed { log: Mutex::new(log.to_vec()), waiting: Mutex::default() };
    let now: Timestamp = "2026-03-02T09:00:10Z".parse().unwrap();
    let again = match task {
        Task::Respond(record) => poll_once(guard.respond(record.text.as_bytes(), &ports, now))
            .map(|handled| is_unfinished(&handled)),
        Task::Sweep => {
            let home = Home { account: AccountId::new(ACCOUNT).ok(), region: None };
            poll_once(guard.sweep(Sweep::default(), &home, &ports, now, || true))
                .map(|swept| is_cut_short(&swept))
        }
    };
    assert!(ports.log.lock().unwrap().is_empty(), "an answer to a call that the guard does not make again");
    match again {
        Poll::Ready(again) => Progress::Over { again },
        Poll::Pending => Progress::Waits(ports.waiting.into_inner().unwrap()),
    }
}

fn is_unfinished(handled: &Handled) -> bool {
    handled.retry().is_some()
}

fn is_cut_short(swept: &Swept) -> bool {
    let is_told = !matches!(swept.announced, Announced::Failed(_));
    !is_told || swept.failed.as_ref().is_some_and(|error| error.retryable)
}

fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Ports that answer from a log. What is not in it, is never answered.
struct Replayed {
    log: Mutex<Vec<Entry>>,
    waiting: Mutex<Vec<Known<Asked>>>,
}

impl Replayed {
    /// The answer to `asked`: of calls that are alike, each has its own.
    fn answer(&self, asked: Asked) -> Option<Answer> {
        let asked = asked.known();
        let mut log = self.log.lock().unwrap();
        let Some(place) = log.iter().position(|(call, _)| *call == asked) else {
            self.waiting.lock().unwrap().push(asked);
            return None;
        };
        Some((*log.remove(place).1).clone())
    }
}

/// The answer out of a log, or none for ever.
macro_rules! answer {
    ($ports:expr, $asked:expr, $answer:path) => {
        match $ports.answer($asked) {
            Some($answer(answer)) => answer,
            Some(other) => panic!("not an answer to this call: {other:?}"),
            None => pending().await,
        }
    };
}

impl ReadAccount for Replayed {
    async fn look(&self, questions: &Questions) -> Answers {
        answer!(self, Asked::Look(questions.clone()), Answer::Looked)
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        answer!(self, Asked::AllGroups, Answer::Groups)
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        answer!(self, Asked::AllInterfaces, Answer::Interfaces)
    }
}

impl ChangeAccount for Replayed {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        answer!(self, Asked::Revoke(call.clone()), Answer::Revoked)
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        answer!(self, Asked::Authorize(call.clone()), Answer::Authorized)
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        panic!("there is no prefix list: {call:?}")
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        panic!("there is no interface: {call:?}")
    }
}

impl Publish for Replayed {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        answer!(self, Asked::Publish(notice.clone()), Answer::Published)
    }
}

/// Each invocation is alone with what it knows: what was told before decides only how loud it is.
impl Remember for Replayed {}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} after {} answers", self.task, self.log.len())
    }
}
