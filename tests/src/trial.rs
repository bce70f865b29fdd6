//! One flow with faults laid in its way, as Lambda would have it run: up to three attempts. What must hold afterwards is
//! read from the account, from the queue and from the proxy; the function's own word counts only as an answer or an
//! error.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use serde_json::Value;

use crate::event::Held;
use crate::fault::{Place, Twin};
use crate::flow::{Change, Flow, News};
use crate::function::Function;
use crate::kind::Kind;
use crate::proxy::Seen;
use crate::runtime_api::Answer;
use crate::state::{Facts, State, Things};
use crate::world::{Message, World};

/// How old an event is when Lambda invokes the function for it, which it does up to three times: the first retry comes
/// after one minute, the second after two more.
const ATTEMPTS: [SignedDuration; 3] =
    [SignedDuration::ZERO, SignedDuration::from_mins(1), SignedDuration::from_mins(3)];
/// How old it is when somebody hands it over once more.
const LATER: SignedDuration = SignedDuration::from_hours(1);

/// A flow, and what befalls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The flow.
    pub flow: Flow,
    /// What befalls it, and where.
    pub faults: Vec<(Kind, Place)>,
}

/// A run of a case.
#[derive(Debug)]
pub struct Trial<'a> {
    world: &'a World,
    function: &'a Function,
    things: Things,
    change: Change,
    /// What is allowed and was there when the event came.
    keep: Facts,
    faults: Vec<Kind>,
    calls: Vec<Seen>,
    messages: Vec<Message>,
    /// Whether an attempt ended in an error.
    has_failed: bool,
}

/// What must hold, and does not.
pub type Broken = String;

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.flow.name())?;
        for (kind, Place { action, nth }) in &self.faults {
            write!(f, "; {} at {action} {nth}", kind.name())?;
        }
        Ok(())
    }
}

impl Case {
    /// Runs it, in `world` by `function`, and returns the places of the calls that were made.
    ///
    /// # Errors
    /// What does not hold.
    pub async fn run(&self, world: &World, function: &Function) -> Result<Vec<Place>, Broken> {
        let (things, twin) = self.stage(world).await;
        let change = self.flow.change(world, &things).await;
        let faults: Vec<_> = self.faults.iter().map(|(kind, _)| *kind).collect();
        let now = State::of(world, &things).await.facts;
        // What may go where AWS refuses a call for good need not stay then.
        let ends = if faults.iter().all(|kind| kind.passes()) { &change.ends[..1] } else { &change.ends[..] };
        let keep = ends.iter().fold(now, |keep, end| keep.intersection(end).cloned().collect());
        drop((world.messages().await, world.proxy.seen()));
        world.proxy.lay(self.faults.iter().map(|(kind, place)| kind.fault(place, &twin)).collect());
        let (calls, messages) = (Vec::new(), Vec::new());
        let mut trial =
            Trial { world, function, things, change, keep, faults, calls, messages, has_failed: false };
        let outcome = trial.run().await.map_err(|broken| trial.describe(self, &broken));
        if self.flow == Flow::Swept {
            trial.clear().await;
        }
        outcome
    }

    /// The scene; and, if something lags, the same once more.
    async fn stage(&self, world: &World) -> (Things, Twin) {
        let things = self.flow.stage(world).await;
        if self.faults.iter().all(|(kind, _)| *kind != Kind::Behind) {
            return (things, Twin::default());
        }
        let other = self.flow.stage(world).await;
        let twin = twin(world, &things, &other).await;
        (things, twin)
    }
}

impl Trial<'_> {
    async fn run(&mut self) -> Result<Vec<Place>, Broken> {
        let answer = self.attempts().await?;
        self.world.proxy.lay(Vec::new());
        let places = places(&self.calls);
        let mended = self.ends().await;
        if matches!(answer, Answer::Response(_)) {
            self.check_answered(mended).await?;
        } else if !self.may_go_to_dead_letters() {
            return Err(format!("three attempts were not enough: {answer:?}"));
        }
        // Somebody hands the event over again, from the dead-letter queue if that is where it ended.
        if mended.is_none() || matches!(answer, Answer::Error(_)) {
            self.again().await?;
            if self.ends().await.is_none() {
                return Err("it is not mended when the event is handed over again".to_owned());
            }
            self.check_told()?;
        }
        let before = State::of(self.world, &self.things).await;
        self.again().await?;
        let after = State::of(self.world, &self.things).await;
        // What a lasting fault kept from being added may be added then.
        let is_better = mended.is_some_and(|end| end > 0) && self.ends().await == Some(0);
        let is_well = after == before || is_better;
        if is_well { Ok(places) } else { Err("handled once more, it ends otherwise".to_owned()) }
    }

    /// Whether three attempts need not be enough: because a fault lasts for all of them, or because only the last could have
    /// known all, of which people were told before.
    fn may_go_to_dead_letters(&self) -> bool {
        self.faults.contains(&Kind::ThrottledThroughout)
            || (self.change.takes_all_attempts && self.messages.iter().any(warns))
    }

    /// Invokes the function until it answers, three times at most.
    async fn attempts(&mut self) -> Result<Answer, Broken> {
        let [first, retries @ ..] = ATTEMPTS;
        let mut answer = self.attempt(first).await?;
        for age in retries {
            if matches!(answer, Answer::Response(_)) {
                break;
            }
            answer = self.attempt(age).await?;
        }
        Ok(answer)
    }

    /// One invocation when the change was made so long ago, and what must hold after each.
    async fn attempt(&mut self, age: SignedDuration) -> Result<Answer, Broken> {
        let answer = self.function.invoke(&self.change.payload(age));
        self.world.proxy.end_attempt();
        self.has_failed |= matches!(answer, Answer::Error(_));
        let calls = self.world.proxy.seen();
        check_order(&calls)?;
        self.calls.extend(calls);
        self.messages.extend(self.world.messages().await);
        let now = State::of(self.world, &self.things).await.facts;
        let lost: Vec<_> = self.keep.difference(&now).collect();
        if lost.is_empty() { Ok(answer) } else { Err(format!("gone, though it is allowed: {lost:?}")) }
    }

    /// Hands the event over when nothing goes wrong any more.
    async fn again(&mut self) -> Result<(), Broken> {
        match self.attempt(LATER).await? {
            Answer::Response(_) => Ok(()),
            other => Err(format!("handed over once more, it fails: {other:?}")),
        }
    }

    /// Which of the ends this is.
    async fn ends(&self) -> Option<usize> {
        let now = State::of(self.world, &self.things).await.facts;
        self.change.ends.iter().position(|end| *end == now)
    }

    /// What must hold once the function has answered.
    async fn check_answered(&self, mended: Option<usize>) -> Result<(), Broken> {
        let is_lasting = self.faults.iter().any(|kind| !kind.passes());
        match mended {
            Some(0) => self.check_told(),
            Some(_) if is_lasting => self.check_told(),
            None if self.may_wait(is_lasting) && self.messages.iter().any(warns) => Ok(()),
            Some(_) | None => {
                let now = State::of(self.world, &self.things).await.facts;
                Err(format!("not mended, and nobody told: {now:#?} instead of {:#?}", self.change.ends))
            }
        }
    }

    /// Whether it is enough to tell why it is not mended: where AWS refuses a call for good; and of a sweep, since the
    /// next one makes the calls again that failed.
    fn may_wait(&self, is_lasting: bool) -> bool {
        is_lasting || self.change.is_swept()
    }

    /// That people heard of what was done, after it was; or of nothing, if there is nothing to hear.
    fn check_told(&self) -> Result<(), Broken> {
        let told = |verdict: &str| self.messages.iter().any(|message| copy(message)["verdict"] == verdict);
        match self.change.news {
            News::Nothing if told("violation") => Err("an allowed change was called a violation".to_owned()),
            News::Undecided if !told("undecidable") => Err("nobody was told".to_owned()),
            News::Nothing | News::Undecided => Ok(()),
            News::Undone => self.check_announced(),
        }
    }

    fn check_announced(&self) -> Result<(), Broken> {
        let is_change = |call: &&Seen| call.took_effect && changes(&call.action);
        let last = self.calls.iter().filter(is_change).map(|call| call.answered).max();
        let is_news = |call: &&Seen| call.took_effect && call.action == "Publish";
        let is_later =
            self.calls.iter().filter(is_news).any(|call| last.is_some_and(|last| last <= call.arrived));
        let ids = || self.things.ids();
        let names = |message: &Message| ids().any(|id| message.text.contains(id));
        let is_told = is_later && self.messages.iter().any(names);
        match (last, is_told || self.is_kept_by_nobody()) {
            (None, _) => Err("nothing was done".to_owned()),
            (Some(_), false) => Err("what was done was not announced".to_owned()),
            (Some(_), true) => Ok(()),
        }
    }

    /// Whether the topic did not take the notice of an attempt, the table failed as well, and no later attempt can find
    /// that anything was done: then the error of that attempt, and its line of log, are all that there is.
    fn is_kept_by_nobody(&self) -> bool {
        let failed = |action: &str| self.calls.iter().any(|call| call.action == action && !call.took_effect);
        let has_table_failed = ["GetItem", "PutItem", "Scan"].into_iter().any(failed);
        self.change.leaves_no_trace && self.has_failed && failed("Publish") && has_table_failed
    }

    /// What a person needs to see why.
    fn describe(&self, case: &Case, broken: &Broken) -> Broken {
        let calls = self
            .calls
            .iter()
            .map(|call| format!("{}{}", call.action, if call.took_effect { "" } else { " (no effect)" }));
        let calls: Vec<_> = calls.collect();
        let told: Vec<_> = self.messages.iter().map(|message| &message.subject).collect();
        format!("{case}: {broken}\n  calls: {}\n  messages: {told:#?}", calls.join(", "))
    }

    /// Where a sweep sees all groups there must be none of the last time.
    async fn clear(&self) {
        for group in &self.things.groups {
            let delete = self.world.ec2.delete_security_group().group_id(group);
            delete.send().await.expect("a group that nobody uses can be deleted");
        }
    }
}

/// Whether a message says that not all is well.
fn warns(message: &Message) -> bool {
    const OPEN: [&str; 5] = ["still-open", "still-missing", "undecided", "open", "missing"];
    let door = copy(message)["notice"]["door"].as_str().unwrap_or_default().to_owned();
    OPEN.contains(&door.as_str())
}

/// The copy for machines.
fn copy(message: &Message) -> Value {
    serde_json::from_str(&message.text).unwrap_or_default()
}

/// Whether a call changes who may reach what.
fn changes(action: &str) -> bool {
    let verbs = ["Authorize", "Revoke", "Restore", "Modify"];
    verbs.iter().any(|verb| action.starts_with(verb))
}

/// That what is added to a group is added before anything is taken from one.
fn check_order(calls: &[Seen]) -> Result<(), Broken> {
    let of = |verb: &'static str| calls.iter().filter(move |call| call.action.starts_with(verb));
    let first_taken = of("Revoke").map(|call| call.arrived).min();
    let is_late = |call: &Seen| first_taken.is_some_and(|taken| call.answered > taken);
    match of("Authorize").find(|call| is_late(call)) {
        Some(call) => Err(format!("{} came after something was taken away", call.action)),
        None => Ok(()),
    }
}

/// Where each call was made: its name, and which of that name it was.
fn places(calls: &[Seen]) -> Vec<Place> {
    let mut counts = BTreeMap::new();
    let place = |call: &Seen| {
        let count = counts.entry(call.action.clone()).or_insert(0);
        *count += 1;
        Place { action: call.action.clone(), nth: *count }
    };
    calls.iter().map(place).collect()
}

/// Each name of a thing of the one scene, with its name in the other.
async fn twin(world: &World, this: &Things, other: &Things) -> Twin {
    let mut pairs: Vec<_> = this.ids().cloned().zip(other.ids().cloned()).collect();
    for (group, twin) in this.groups.iter().zip(&other.groups) {
        pairs.extend(rules(world, group).await.into_iter().zip(rules(world, twin).await));
    }
    Twin(pairs)
}

/// The ids of the rules of `group`, in the order of what they say.
async fn rules(world: &World, group: &str) -> Vec<String> {
    let mut held: Vec<Held> = world.held(group).await;
    held.sort_by(|one, other| (one.way, &one.rule.traffic).cmp(&(other.way, &other.rule.traffic)));
    held.into_iter().map(|held| held.id).collect()
}
