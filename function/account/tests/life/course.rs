//! The course of a life: from the first change to the last look.

use std::sync::{Arc, Mutex, MutexGuard};

use tierguard::id::RoleArn;
use tierguard::memory::Notebook;
use tierguard::policy::Mode;
use tierguard::sweep::{Fared, Sweep};
use tierguard::{Guard, Policy};
use tierguard_account::Ports;

use crate::call;
use crate::cast::{Actor, Deal};
use crate::clock::{Agenda, DAY, HOUR, MINUTE, Moment, SECOND, WEEK};
use crate::cloud::{Cloud, LAG};
use crate::dice::Dice;
use crate::lambda::{End, JobId, Lambda, Payload};
use crate::record::Made;
use crate::scene::OWN;
use crate::story::Story;
use crate::tally::Tally;
use crate::trail::{self, Letter};
use crate::watcher::{Task, Watcher};
use crate::weather::Weather;
use crate::world::{World, at_once};
use crate::{policy, scene};

/// More steps than any life takes: one that takes more does not end.
const MOST_STEPS: usize = 200_000;

/// A life that was lived.
pub(crate) struct Life {
    pub(crate) policy: String,
    pub(crate) story: Story,
    pub(crate) tally: Tally,
    /// What should not have been.
    pub(crate) objection: Option<String>,
}

/// What is to come.
enum Thing {
    Act(Actor),
    Deliver(Arc<Letter>),
    /// The daily sweep.
    Sweep,
    /// An invocation goes on.
    GoOn(JobId),
    /// Another attempt is due.
    Again(JobId),
    /// Nobody acts any more, and nothing goes wrong.
    Evening,
}

/// A life on its way.
struct Course {
    dice: Dice,
    agenda: Agenda<Thing>,
    guard: Guard,
    world: Arc<Mutex<World>>,
    lambda: Lambda,
    evening: Moment,
    garbled: usize,
}

/// Lives the life of `seed`.
pub(crate) fn live(seed: u64) -> Life {
    let mut dice = Dice::new(seed);
    let (policy, text) = policy::drawn(&mut dice);
    let mut course = Course::new(dice, policy);
    let mut steps = 0;
    while let Some((now, thing)) = course.next() {
        steps += 1;
        course.world().now = now;
        course.take(thing);
        if steps > MOST_STEPS {
            course.object("9: the life does not end".to_owned());
        }
    }
    course.close();
    let mut world = course.world();
    world.watcher.tally.lives = 1;
    Life {
        policy: text,
        tally: world.watcher.tally,
        objection: world.watcher.objection.take(),
        story: std::mem::replace(&mut world.story, Story::new()),
    }
}

impl Course {
    fn new(mut dice: Dice, policy: Policy) -> Self {
        let weeks = dice.between(2, 5);
        let evening = Moment(weeks * WEEK);
        let cloud = Cloud::new(scene::account(&mut dice));
        let mut watcher = Watcher::new(policy.clone(), &cloud);
        watcher.tally.weeks = usize::try_from(weeks).unwrap();
        let world = Arc::new(Mutex::new(World {
            now: Moment(0),
            cloud,
            weather: Weather::new(dice.other(), evening),
            watcher,
            story: Story::new(),
            notebook: Notebook::default(),
            authors: Vec::new(),
            alarms: Vec::new(),
            own: Vec::new(),
        }));
        let guard = Guard { policy, own_role: RoleArn::new(OWN).ok() };
        let mut agenda = Agenda::new();
        for actor in Actor::ALL {
            agenda.enter(Moment(actor.rest(&mut dice)), Thing::Act(actor));
        }
        agenda.enter(Moment(DAY / 4), Thing::Sweep);
        agenda.enter(evening, Thing::Evening);
        let lambda = Lambda::new(guard.clone(), Arc::clone(&world));
        Self { dice, agenda, guard, world, lambda, evening, garbled: 0 }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        let world = &mut *self.world();
        world.story.tell(world.now, line);
    }

    fn object(&self, objection: String) {
        self.world().watcher.objection.get_or_insert(objection);
    }

    /// What comes next; nothing once something was wrong.
    fn next(&mut self) -> Option<(Moment, Thing)> {
        if self.world().watcher.objection.is_some() {
            return None;
        }
        self.agenda.next()
    }

    fn take(&mut self, thing: Thing) {
        let now = self.world().now;
        match thing {
            Thing::Act(actor) if now < self.evening => self.act(actor),
            Thing::Sweep if now < self.evening => {
                let looks = self.dice.between(1, 4).try_into().unwrap();
                self.lambda.queue(Task::Sweep, Payload::Sweep(Sweep::default(), looks));
                self.world().watcher.tally.sweeps += 1;
                self.agenda.enter(now.plus(DAY), Thing::Sweep);
            }
            Thing::Act(_) | Thing::Sweep => {}
            Thing::Deliver(letter) => self.deliver(&letter),
            Thing::GoOn(job) => self.go_on(job),
            Thing::Again(job) => self.lambda.queue_again(job),
            Thing::Evening => self.tell(|| "nobody acts any more, and nothing goes wrong".to_owned()),
        }
        self.begin();
    }

    /// Begins what waits for an attempt.
    fn begin(&mut self) {
        while let Some(job) = self.lambda.begin() {
            let now = self.world().now;
            self.agenda.enter(now, Thing::GoOn(job));
        }
    }

    fn act(&mut self, actor: Actor) {
        let now = self.world().now;
        let view = self.world().cloud.now().clone();
        for deal in actor.deals(&view, &mut self.dice) {
            match deal {
                Deal::Call(kind) => self.call(actor.role(), kind),
                Deal::Forge(role, kind) => self.forge(role, kind),
                Deal::Garble => self.garble(),
            }
        }
        let rest = actor.rest(&mut self.dice);
        self.agenda.enter(now.plus(rest), Thing::Act(actor));
    }

    fn call(&mut self, role: &'static str, kind: tierguard::change::ChangeKind) {
        let made = {
            let world = &mut *self.world();
            let change = world.cloud.change(world.now, role, kind);
            let before = world.cloud.now().clone();
            let refusal = world.cloud.make(world.now, &change).err();
            match refusal {
                None => {
                    world.watcher.tally.changes += 1;
                    world.watcher.follow(&before, &world.cloud, world.now, &change);
                }
                Some(_) => world.watcher.tally.refused += 1,
            }
            world.story.tell(world.now, || told(role, &change, refusal.map(|it| it.0)));
            Made { change, refusal }
        };
        let truth = made.refusal.is_none().then(|| made.change.clone());
        self.post(&made, truth);
    }

    /// Has a record of something come that nobody did.
    fn forge(&mut self, role: &'static str, kind: tierguard::change::ChangeKind) {
        let change = {
            let world = &mut *self.world();
            world.watcher.tally.forged += 1;
            let change = world.cloud.change(world.now, role, kind);
            world.story.tell(world.now, || format!("forged: {}", told(role, &change, None)));
            change
        };
        self.post(&Made { change, refusal: None }, None);
    }

    fn garble(&mut self) {
        self.garbled += 1;
        let now = self.world().now;
        self.agenda.enter(now.plus(SECOND), Thing::Deliver(Arc::new(trail::garbled(self.garbled))));
    }

    /// Writes the record of what was made, and sends it on its way.
    fn post(&mut self, made: &Made, truth: Option<tierguard::change::Change>) {
        let (letter, now) = {
            let world = &mut *self.world.lock().unwrap();
            (trail::letter(made, truth, &mut self.dice, &mut world.watcher.tally), world.now)
        };
        let delays = letter.delays.clone();
        let letter = Arc::new(letter);
        for delay in delays {
            self.agenda.enter(now.plus(delay), Thing::Deliver(Arc::clone(&letter)));
        }
        self.world().watcher.tally.duplicates += letter.delays.len().saturating_sub(1);
    }

    fn deliver(&mut self, letter: &Letter) {
        let reading = Box::new(self.guard.read(letter.record.as_bytes()));
        let task = Task::Record { reading, truth: letter.truth.clone().map(Box::new) };
        let job = self.lambda.queue(task, Payload::Record(letter.record.as_str().into()));
        self.world().watcher.tally.delivered += 1;
        self.tell(|| format!("delivered {} as {job}", letter.words));
    }

    fn go_on(&mut self, job: JobId) {
        let gone_on = self.lambda.go_on(job);
        let own = std::mem::take(&mut self.world().own);
        for change in own {
            self.post(&Made { change, refusal: None }, None);
        }
        match gone_on {
            Ok(next) => self.agenda.enter(next, Thing::GoOn(job)),
            Err(end) => self.end(job, &end),
        }
    }

    fn end(&mut self, job: JobId, end: &End) {
        let now = self.world().now;
        if let Some(why) = end.failure() {
            self.world().watcher.tally.crashes += usize::from(matches!(end, End::Died));
            self.tell(|| format!("{job} failed: {why}"));
            self.world().watcher.failed(job, end);
            let wait = self.wait(job);
            return self.agenda.enter(now.plus(wait), Thing::Again(job));
        }
        if let End::Swept(swept) = end
            && let Some(rest) = &swept.rest
        {
            self.world().watcher.tally.parts += 1;
            let held = self.lambda.jobs.get_mut(&job).unwrap();
            (held.payload, held.attempts) = (Payload::Sweep(rest.clone(), 4), 0);
            return self.agenda.enter(now, Thing::Again(job));
        }
        self.tell(|| format!("{job} ended: {}", outcome(end)));
        let ended = self.lambda.jobs.remove(&job).unwrap();
        {
            let world = &mut *self.world();
            world.watcher.ended(&world.cloud, world.now, job);
            world.cloud.forget(world.now.plus(-LAG - HOUR));
        }
        if let Payload::Record(record) = &ended.payload
            && self.dice.percent(10)
        {
            self.twice_more(job, record);
        }
    }

    /// After how long a failed job has its next attempt: soon, or, after three, when a person comes by.
    fn wait(&mut self, job: JobId) -> i64 {
        let held = self.lambda.jobs.get_mut(&job).unwrap();
        match held.attempts {
            1 => MINUTE + self.dice.between(0, 5 * SECOND),
            2 => 2 * MINUTE + self.dice.between(0, 5 * SECOND),
            _ => {
                held.attempts = 0;
                self.world().watcher.tally.redriven += 1;
                self.dice.between(10 * MINUTE, DAY)
            }
        }
    }

    /// Handles an event twice more, on a copy of the account: the second time nothing must change.
    fn twice_more(&self, job: JobId, record: &str) {
        let now = self.world().now.timestamp();
        let ports =
            Ports::new(self.world().cloud.now().account.clone()).calling_from(Some(scene::account_id()));
        let handle = || at_once(self.guard.respond(record.as_bytes(), &ports, now));
        handle();
        let once = ports.account();
        handle();
        self.world().watcher.tally.twice += 1;
        // Where an edited rule is gone, its record may mean another one of that content: the record tells no direction.
        if once != ports.account() && !record.contains("ModifySecurityGroupRules") {
            self.object(format!("{job}: 3: handled once more, its record changes something: {record}"));
        }
    }

    /// A sweep that enforces, with nothing in its way; then everything must be as the policy wants it.
    fn close(&mut self) {
        if self.world().watcher.objection.is_some() {
            return;
        }
        let guard = Guard {
            policy: Policy { sweep: Mode::Enforce, ..self.guard.policy.clone() },
            ..self.guard.clone()
        };
        let home = tierguard::sweep::Home { account: Some(scene::account_id()), region: None };
        let now = self.world().now;
        let sweep =
            |ports: &Ports| at_once(guard.sweep(Sweep::default(), &home, ports, now.timestamp(), || true));
        let world = &mut *self.world();
        let (before, _) = world.cloud.serve(now, false, sweep);
        world.watcher.swept(&before, &world.cloud, now);
        world.tell_what_is_kept();
        world.watcher.last_look(&world.cloud, now);
        let (_, swept) = world.cloud.serve(now, false, sweep);
        let acts = |fared: &Fared| !matches!(fared, Fared::NotifyOnly | Fared::Withheld | Fared::NoRoom);
        if swept.digest.outcomes.keys().any(acts) {
            world
                .watcher
                .objection
                .get_or_insert_with(|| format!("3: a second sweep finds more to do: {:?}", swept.digest));
        }
    }
}

fn told(role: &str, change: &tierguard::change::Change, refusal: Option<&str>) -> String {
    let (_, role) = role.rsplit_once('/').unwrap();
    let id = change.event.id.as_ref().unwrap();
    let refusal = refusal.map_or(String::new(), |code| format!(": {code}"));
    format!("{id} {role}: {}{refusal}", call::in_words(&change.kind))
}

fn outcome(end: &End) -> String {
    match end {
        End::Handled(handled) => {
            let reason = handled.judgement.verdict.reason().unwrap_or_default();
            format!("{} {reason}", handled.judgement.verdict.word())
        }
        End::Swept(swept) => format!("swept, {} wrong", swept.digest.wrong()),
        End::Died => "died".to_owned(),
    }
}
