//! A proxy between the function and the API server: it notes every call with its times, and can hold calls up or refuse
//! them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{Request, Response, Server, forward};

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
}

/// A call that passed.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its name: `DescribeSecurityGroups`, `Publish`, …
    pub action: String,
    /// When it had arrived.
    pub arrived: Instant,
    /// When it was answered.
    pub answered: Instant,
    /// What it said, as a form.
    pub body: String,
}

/// How to refuse a call.
#[derive(Debug, Clone)]
pub struct Refuse {
    /// The status of the answer: 5xx for a server that is down, 4xx for one that declines.
    pub status: u16,
    /// The error code.
    pub code: String,
}

impl Proxy {
    /// Starts a proxy to the server at `address`.
    #[must_use]
    pub fn start(address: String) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| Some(pass(&request, &address, &shared)));
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
        let refusal = Refuse { status, code: code.to_owned() };
        self.state.lock().unwrap().refusals.insert(action.to_owned(), refusal);
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

/// Passes one call on, or refuses it, and notes it before it is answered.
fn pass(request: &Request, address: &str, state: &Mutex<State>) -> Response {
    let arrived = Instant::now();
    let body = request.text();
    let action = action(&body);
    let (delay, refusal) = {
        let state = state.lock().unwrap();
        (state.delay, state.refusals.get(&action).cloned())
    };
    thread::sleep(delay);
    let response = match refusal {
        Some(refusal) => refusal.response(&action),
        None => forward(request, address)
            .unwrap_or_else(|error| Response::new(502, "text/plain", &error.to_string())),
    };
    state.lock().unwrap().seen.push(Seen { action, arrived, answered: Instant::now(), body });
    response
}

/// `Action=…` of the query protocols.
fn action(form: &str) -> String {
    form.split('&').find_map(|field| field.strip_prefix("Action=")).unwrap_or("?").to_owned()
}

impl Refuse {
    /// The error in the shape of the service that `action` belongs to.
    fn response(&self, action: &str) -> Response {
        let code = &self.code;
        let error = format!(
            "<Error><Type>Sender</Type><Code>{code}</Code><Message>refused by the test</Message></Error>"
        );
        let body = if action == "Publish" {
            format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>")
        } else {
            format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>")
        };
        Response::new(self.status, "text/xml", &body)
    }
}
