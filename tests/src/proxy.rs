//! A proxy between the function and the API server: it notes every call with its times, and can hold calls up, refuse
//! them, or let something befall one of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::{Fate, Fault, Place, Span};
use crate::http::{Request, Response, Server, forward};
use crate::service::{Refuse, Service};

/// The proxy; it takes no more connections once this is dropped.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    seen: Vec<Seen>,
    delay: Duration,
    refusals: BTreeMap<String, Refuse>,
    faults: Vec<Laid>,
    /// How many calls of each name have come since the faults were laid out.
    counts: BTreeMap<String, usize>,
}

/// A fault, and whether it has begun.
#[derive(Debug)]
struct Laid {
    fault: Fault,
    has_struck: bool,
}

/// A call that passed.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its name: `DescribeSecurityGroups`, `Publish`, …
    pub action: String,
    /// Whether the API server did what it asks for.
    pub took_effect: bool,
    /// When it had arrived.
    pub arrived: Instant,
    /// When it was answered.
    pub answered: Instant,
    /// What it said, as a form.
    pub body: String,
}

impl Proxy {
    /// Starts a proxy to the server at `address`.
    #[must_use]
    pub fn start(address: String) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| pass(&request, &address, &shared));
        Self { server, state }
    }

    /// `http://127.0.0.1:port`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Answers every call only after `delay`, as if the server were that far away.
    pub fn hold_up(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// Refuses every call of the name `action` from now on.
    pub fn refuse(&self, action: &str, status: u16, code: &str) {
        self.state.lock().unwrap().refusals.insert(action.to_owned(), Refuse::new(status, code));
    }

    /// Lays out `faults` instead of those before, and counts the calls from here.
    pub fn lay(&self, faults: Vec<Fault>) {
        let mut state = self.state.lock().unwrap();
        state.faults = faults.into_iter().map(|fault| Laid { fault, has_struck: false }).collect();
        state.counts.clear();
    }

    /// The attempt is over: what has begun and was to last as long has passed.
    pub fn end_attempt(&self) {
        let has_passed = |laid: &Laid| laid.has_struck && laid.fault.span != Span::Throughout;
        self.state.lock().unwrap().faults.retain(|laid| !has_passed(laid));
    }

    /// Whether every fault that was laid out and has not passed has begun.
    #[must_use]
    pub fn has_struck(&self) -> bool {
        self.state.lock().unwrap().faults.iter().all(|laid| laid.has_struck)
    }

    /// Lets every call pass again.
    pub fn relent(&self) {
        self.state.lock().unwrap().refusals.clear();
    }

    /// The calls since this was last asked, in the order of their arrival.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen = std::mem::take(&mut self.state.lock().unwrap().seen);
        seen.sort_by_key(|call| call.arrived);
        seen
    }

    /// The names of the calls since this was last asked, sorted.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        let mut actions: Vec<_> = self.seen().into_iter().map(|call| call.action).collect();
        actions.sort();
        actions
    }
}

/// Passes one call on, refuses it, or lets befall it what was laid out, and notes it before it is answered.
fn pass(request: &Request, address: &str, state: &Mutex<State>) -> Option<Response> {
    let arrived = Instant::now();
    let (service, action) = Service::call(request);
    let (delay, refusal, fault) = {
        let mut state = state.lock().unwrap();
        let fault = state.fault_of(&action);
        (state.delay, state.refusals.get(&action).cloned(), fault)
    };
    thread::sleep(delay);
    let fate = match (refusal, fault) {
        (Some(refusal), _) => Fate::refused(refusal.response(service)),
        (None, Some(fault)) => fault.trouble.befall(request, service, address),
        (None, None) => Fate::passed(forward(request, address)),
    };
    let took_effect = fate.took_effect();
    let seen = Seen { action, took_effect, arrived, answered: Instant::now(), body: request.text() };
    state.lock().unwrap().seen.push(seen);
    fate.answered()
}

impl State {
    /// Counts a call of this name, and tells what befalls it.
    fn fault_of(&mut self, action: &str) -> Option<Fault> {
        let count = self.counts.entry(action.to_owned()).or_default();
        *count += 1;
        let place = Place { action: action.to_owned(), nth: *count };
        let laid = self.faults.iter_mut().find(|laid| laid.fault.strikes(&place))?;
        laid.has_struck = true;
        Some(laid.fault.clone())
    }
}
