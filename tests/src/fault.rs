//! What can befall a call on its way to AWS or back, and which call it befalls.

use std::io;
use std::thread;
use std::time::Duration;

use crate::http::{Request, Response, forward};
use crate::service::{Refuse, Service};

/// Later than the function waits for one answer (three seconds).
const LATE: Duration = Duration::from_millis(3300);

/// A call: the `nth` of this name, from 1, since faults were last laid out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// `DescribeSecurityGroups`, `Publish`, …
    pub action: String,
    /// Which of them, in the order of their arrival.
    pub nth: usize,
}

/// Something that befalls a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins.
    pub place: Place,
    /// How far it goes.
    pub span: Span,
    /// What it is.
    pub trouble: Trouble,
}

/// Which calls a fault befalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The one of its place.
    Once,
    /// That one and all of its name after it, until the attempt is over.
    Attempt,
    /// The same in every attempt.
    Throughout,
}

/// What befalls a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Too many calls: it is declined, and nothing is done.
    Throttled,
    /// The service has an error of its own, and nothing is done.
    Failing,
    /// It is declined because the credentials have expired.
    Expired,
    /// It is declined because nobody knows the credentials.
    Unknown,
    /// It is done, and answered when nobody waits for it any more.
    Slow,
    /// The connection breaks before it has arrived.
    LostRequest,
    /// It is done, and the connection breaks before its answer has arrived.
    LostAnswer,
    /// It is answered from how things were before.
    Behind(Twin),
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Fate {
    /// The answer of the service, if it got the call.
    pub(crate) done: Option<Response>,
    /// What the caller gets; without it the connection is closed.
    pub(crate) answer: Option<Response>,
    /// When.
    pub(crate) wait: Duration,
}

/// How things were before: the same scene once more, in which nothing has been changed. Each name of a thing in the one
/// scene, with its name in the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twin(pub Vec<(String, String)>);

impl Fault {
    /// Whether it befalls the call of `place`.
    pub(crate) fn strikes(&self, place: &Place) -> bool {
        let is_reached = match self.span {
            Span::Once => self.place.nth == place.nth,
            Span::Attempt | Span::Throughout => self.place.nth <= place.nth,
        };
        self.place.action == place.action && is_reached
    }
}

impl Trouble {
    /// What comes of `request` to the server at `address`.
    pub(crate) fn befall(&self, request: &Request, service: Service, address: &str) -> Fate {
        let refused = |refuse: Refuse| Fate::refused(refuse.response(service));
        match self {
            Self::Throttled => refused(service.throttling()),
            Self::Failing => refused(service.failing()),
            Self::Expired => refused(service.expired()),
            Self::Unknown => refused(service.unknown()),
            Self::Slow => Fate { wait: LATE, ..Fate::passed(forward(request, address)) },
            Self::LostRequest => Fate::of(None, None),
            Self::LostAnswer => Fate { answer: None, ..Fate::passed(forward(request, address)) },
            Self::Behind(twin) => Fate::passed(twin.answer(request, address)),
        }
    }
}

impl Fate {
    fn of(done: Option<Response>, answer: Option<Response>) -> Self {
        Self { done, answer, wait: Duration::ZERO }
    }

    /// That of a call which the service declines with `answer`.
    pub(crate) fn refused(answer: Response) -> Self {
        Self::of(None, Some(answer))
    }

    /// That of a call which the service answered.
    pub(crate) fn passed(result: io::Result<Response>) -> Self {
        let answer = result.unwrap_or_else(|error| Response::new(502, "text/plain", &error.to_string()));
        Self::of(Some(answer.clone()), Some(answer))
    }

    /// Whether the service did what the call asked for, whether or not the caller hears of it.
    pub(crate) fn took_effect(&self) -> bool {
        self.done.as_ref().is_some_and(|done| done.status < 300)
    }

    /// What the caller gets, when it is time.
    pub(crate) fn answered(self) -> Option<Response> {
        thread::sleep(self.wait);
        self.answer
    }
}

impl Twin {
    /// The answer to `request`, if nothing had been changed.
    fn answer(&self, request: &Request, address: &str) -> io::Result<Response> {
        let asked = Request { body: self.there(&request.text()).into_bytes(), ..request.clone() };
        let answer = forward(&asked, address)?;
        let body = self.back(&String::from_utf8_lossy(&answer.body)).into_bytes();
        Ok(Response { body, ..answer })
    }

    fn there(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (this, other)| text.replace(this, other))
    }

    fn back(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (this, other)| text.replace(other, this))
    }
}
