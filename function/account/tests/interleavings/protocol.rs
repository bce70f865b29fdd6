//! What can happen next, and what must hold whatever happens.

use std::collections::BTreeSet;

use stateright::{Model, Property};
use tierguard::id::RoleArn;
use tierguard::permission::Permission;
use tierguard::{Guard, Policy};

use super::invocation::{Answer, Asked, Invocation, Invocations, Progress, Task};
use super::known::{Known, Memo};
use super::state::{Flaw, Spare, State, Untold};
use super::world::{Act, OWN_ROLE, Record, World, permission};

/// The most invocations at once.
const AT_ONCE: usize = 2;

/// A small universe.
pub(crate) struct Universe {
    pub(crate) policy: &'static str,
    /// The rules that there are at first.
    pub(crate) first: &'static [&'static str],
    /// What each writer does, in this order.
    pub(crate) writers: &'static [&'static [Act]],
    /// The rules that the policy forbids; it allows every other one of this universe.
    pub(crate) forbidden: &'static [&'static str],
    /// The rules that must be there in the end, once the first writer has acted.
    pub(crate) kept: &'static [&'static str],
    /// What may go wrong.
    pub(crate) spare: Spare,
    /// Whether the guard's own calls come back as events.
    pub(crate) echoes: bool,
}

/// The guard in a universe.
pub(crate) struct Protocol {
    universe: Universe,
    guard: Guard,
    forbidden: BTreeSet<Permission>,
    kept: BTreeSet<Permission>,
    invocations: Invocations,
    acts: Memo<Option<(Known<World>, Known<Record>)>>,
    calls: Memo<(Known<World>, Known<Answer>)>,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// A writer does what comes next.
    Write { writer: usize },
    /// An event comes, and will come `again` or not.
    Deliver { event: usize, again: bool },
    /// An event gets lost.
    Lose { event: usize },
    /// A sweep begins.
    Sweep,
    /// A call of an invocation is answered.
    Call { invocation: usize, call: usize, fate: Fate },
    /// An invocation ends where it is, and what it was to do is to be done again. What never comes in three attempts
    /// waits in the dead-letter queue until a person sends it again, which is one more attempt.
    Crash { invocation: usize },
}

/// How a call fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is made, and answered.
    Answered,
    /// It is answered with what was there one change ago.
    Lagging,
    /// It is not made, and fails for a passing reason.
    Refused,
    /// It is made, but as far as the guard can see it failed.
    Unheard,
}

impl Protocol {
    pub(crate) fn new(universe: Universe) -> Self {
        let policy = Policy::parse("policy.yaml", universe.policy).unwrap();
        let permissions = |texts: &[&str]| texts.iter().map(|text| permission(text)).collect();
        Self {
            forbidden: permissions(universe.forbidden),
            kept: permissions(universe.kept),
            guard: Guard { policy, own_role: RoleArn::new(OWN_ROLE).ok() },
            invocations: Invocations::default(),
            acts: Memo::default(),
            calls: Memo::default(),
            universe,
        }
    }

    fn act(&self, state: &State, writer: usize) -> Option<(Known<World>, Known<Record>)> {
        let done = state.acted[writer];
        let act = *self.universe.writers[writer].get(done)?;
        let find = || state.world.after(act, 10 * writer + done, &self.guard);
        self.acts.get(&(&state.world, writer, done), find)
    }

    /// Takes note that the account is `world` now.
    fn turn(state: &mut State, world: Known<World>) {
        if world != state.world {
            state.before = (state.spare.lags > 0).then(|| state.world.clone());
            state.world = world;
        }
    }

    fn begin(&self, state: &mut State, task: &Task) {
        let invocation = self.invocations.begun(&self.guard, task);
        Self::go_on(state, invocation);
    }

    /// Takes note that `invocation` has come this far.
    fn go_on(state: &mut State, invocation: Known<Invocation>) {
        match invocation.progress {
            Progress::Waits(_) => state.running.push(invocation),
            Progress::Over { again: true } => state.put_back(&invocation.task),
            Progress::Over { again: false } => {}
        }
        state.running.sort_by_key(Known::digest);
    }

    /// Takes note of what a call of the guard made of the account.
    fn watch(&self, state: &mut State, task: &Task, call: &Asked, world: Known<World>) {
        let (before, after) = (state.world.permissions(), world.permissions());
        if before.difference(&after).any(|rule| !self.forbidden.contains(rule)) {
            state.flaw = Some(Flaw::TookAllowed);
        }
        if after.difference(&before).any(|rule| self.forbidden.contains(rule)) {
            state.flaw = Some(Flaw::AddedForbidden);
        }
        if matches!(task, Task::Respond(record) if record.is_own) {
            state.flaw = Some(Flaw::AnsweredItself);
        }
        if self.universe.echoes {
            state.send(Record::of_own(call.name(), &state.world, &world));
        }
        let changed = before.symmetric_difference(&after);
        state.untold.extend(changed.map(|rule| Untold { rule: rule.clone(), by: task.clone() }));
        Self::turn(state, world);
    }

    /// What `call` makes of `world`, and its answer.
    fn made(&self, world: &Known<World>, call: &Known<Asked>) -> (Known<World>, Known<Answer>) {
        self.calls.get(&(world, call), || {
            let (after, answer) = world.take(call);
            (after.unwrap_or_else(|| world.clone()), answer.known())
        })
    }

    fn call(&self, state: &mut State, invocation: usize, call: usize, fate: Fate) {
        let invocation = state.running.remove(invocation);
        let Progress::Waits(calls) = &invocation.progress else { unreachable!("it runs") };
        let call = &calls[call];
        let answer = match fate {
            Fate::Answered => self.take_effect(state, &invocation.task, call),
            Fate::Lagging => {
                state.spare.lags -= 1;
                let before = state.before.clone().unwrap();
                self.made(&before, call).1
            }
            Fate::Refused => {
                state.spare.failures -= 1;
                call.refused()
            }
            Fate::Unheard => {
                state.spare.failures -= 1;
                self.take_effect(state, &invocation.task, call);
                call.refused()
            }
        };
        if state.spare.lags == 0 {
            state.before = None;
        }
        Self::go_on(state, self.invocations.answered(&self.guard, &invocation, call, answer));
    }

    /// Makes `call` of the account or the topic.
    fn take_effect(&self, state: &mut State, task: &Task, call: &Known<Asked>) -> Known<Answer> {
        let (world, answer) = self.made(&state.world, call);
        if world != state.world {
            self.watch(state, task, call, world);
        }
        state.untold.retain(|Untold { rule, by }| !(call.names(rule) || by == task && call.admits_more()));
        answer
    }

    fn is_well(&self, state: &State) -> bool {
        let rules = state.world.permissions();
        let is_kept = state.acted[0] == 0 || self.kept.is_subset(&rules);
        self.forbidden.is_disjoint(&rules) && is_kept
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            world: World::with(self.universe.first),
            before: None,
            acted: vec![0; self.universe.writers.len()],
            queue: Vec::new(),
            running: Vec::new(),
            due: false,
            spare: self.universe.spare,
            untold: BTreeSet::new(),
            flaw: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let Spare { crashes, failures, lags, repeats, losses, sweeps } = state.spare;
        let writers = 0..self.universe.writers.len();
        let able = writers.filter(|&writer| self.act(state, writer).is_some());
        actions.extend(able.map(|writer| Action::Write { writer }));
        let has_room = state.running.len() < AT_ONCE;
        for event in firsts(&state.queue) {
            if has_room {
                actions.push(Action::Deliver { event, again: false });
                actions.extend((repeats > 0).then_some(Action::Deliver { event, again: true }));
            }
            let can_be_lost = losses > 0 && !state.queue[event].is_own;
            actions.extend(can_be_lost.then_some(Action::Lose { event }));
        }
        let sweeps_already = state.running.iter().any(|invocation| invocation.task == Task::Sweep);
        if has_room && !sweeps_already && (state.due || sweeps > 0) {
            actions.push(Action::Sweep);
        }
        for invocation in firsts(&state.running) {
            let Progress::Waits(calls) = &state.running[invocation].progress else { continue };
            for (call, asked) in calls.iter().enumerate() {
                let lagging = asked.reads() && lags > 0 && state.before.is_some();
                let fates = [
                    Some(Fate::Answered),
                    lagging.then_some(Fate::Lagging),
                    (failures > 0).then_some(Fate::Refused),
                    (failures > 0 && !asked.reads()).then_some(Fate::Unheard),
                ];
                let calls = fates.into_iter().flatten().map(|fate| Action::Call { invocation, call, fate });
                actions.extend(calls);
            }
            actions.extend((crashes > 0).then_some(Action::Crash { invocation }));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Write { writer } => {
                let (world, record) = self.act(state, writer)?;
                next.acted[writer] += 1;
                Self::turn(&mut next, world);
                next.send(record);
            }
            Action::Deliver { event, again } => {
                let record = next.queue[event].clone();
                if again {
                    next.spare.repeats -= 1;
                } else {
                    next.queue.remove(event);
                }
                self.begin(&mut next, &Task::Respond(record));
            }
            Action::Lose { event } => {
                next.queue.remove(event);
                next.spare.losses -= 1;
                next.due = true;
            }
            Action::Sweep => {
                if !std::mem::take(&mut next.due) {
                    next.spare.sweeps -= 1;
                }
                self.begin(&mut next, &Task::Sweep);
            }
            Action::Call { invocation, call, fate } => self.call(&mut next, invocation, call, fate),
            Action::Crash { invocation } => {
                let crashed = next.running.remove(invocation);
                next.spare.crashes -= 1;
                next.put_back(&crashed.task);
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing allowed is ever taken away", |_, state: &State| {
                state.flaw != Some(Flaw::TookAllowed)
            }),
            Property::always("whatever is added is allowed", |_, state: &State| {
                state.flaw != Some(Flaw::AddedForbidden)
            }),
            Property::always("own calls cause no other", |_, state: &State| {
                state.flaw != Some(Flaw::AnsweredItself)
            }),
            Property::always(
                "in the end nothing forbidden is there and nothing kept is missing",
                |model: &Self, state: &State| !state.is_quiet() || model.is_well(state),
            ),
            Property::always("in the end everything was announced", |_, state: &State| {
                !state.is_quiet() || state.untold.is_empty()
            }),
            Property::always("it always ends", |model: &Self, state: &State| {
                let mut actions = Vec::new();
                model.actions(state, &mut actions);
                state.is_quiet() || !actions.is_empty()
            }),
            Property::sometimes("one event is handled twice at once", |_, state: &State| {
                state.is_handled_twice()
            }),
            // Only where something may crash; a property of no universe must be found in it.
            Property::sometimes("whoever did it is not there to tell", |model: &Self, state: &State| {
                model.universe.spare.crashes == 0 || state.is_orphaned()
            }),
        ]
    }
}

/// The places of `all`, of what is there several times only the first.
fn firsts<T>(all: &[Known<T>]) -> impl Iterator<Item = usize> + '_ {
    (0..all.len()).filter(|&place| !all[..place].contains(&all[place]))
}
