//! The Lambda Runtime API: hands invocations to the function and takes its answers.
//!
//! Source: AWS Lambda developer guide, "Using the Lambda runtime API".

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http::{Request, Response, Server};

/// The function's ARN, as the service tells it.
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:tierguard";

/// The time that an invocation is usually given.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The service side of the API.
#[derive(Debug)]
pub struct RuntimeApi {
    server: Server,
    invocations: Sender<Invocation>,
    asked: Mutex<Receiver<()>>,
    answers: Mutex<Receiver<(String, Answer)>>,
    count: AtomicU64,
}

/// What the function said to one invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The payload of its response.
    Response(String),
    /// The payload of its error: Lambda would try again.
    Error(String),
    /// It could not start.
    InitError(String),
}

#[derive(Debug)]
struct Invocation {
    id: String,
    payload: String,
    /// As `Lambda-Runtime-Deadline-Ms` tells, from when the function takes it.
    limit: Duration,
}

impl RuntimeApi {
    /// Starts the service.
    #[must_use]
    pub fn start() -> Self {
        let (invocations, next) = channel();
        let (asks, asked) = channel();
        let (answered, answers) = channel();
        let (next, asks, answered) = (Mutex::new(next), Mutex::new(asks), Mutex::new(answered));
        let server = Server::start(move |request| {
            if request.method() == "GET" {
                asks.lock().unwrap().send(()).ok()?;
                return next.lock().unwrap().recv().ok().map(|invocation: Invocation| invocation.hand_over());
            }
            let answer = read_answer(&request);
            let status = if answer.is_some() { 202 } else { 404 };
            answer.map(|answer| answered.lock().unwrap().send(answer));
            Some(Response::new(status, "application/json", r#"{"status":"OK"}"#))
        });
        Self {
            server,
            invocations,
            asked: Mutex::new(asked),
            answers: Mutex::new(answers),
            count: AtomicU64::new(0),
        }
    }

    /// `AWS_LAMBDA_RUNTIME_API`
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address()
    }

    /// Whether the function asks for an invocation within `patience`.
    #[must_use]
    pub fn is_asked(&self, patience: Duration) -> bool {
        self.asked.lock().unwrap().recv_timeout(patience).is_ok()
    }

    /// Queues one invocation, which has so much time, and returns its id.
    pub fn invoke(&self, payload: &str, limit: Duration) -> String {
        let id = format!("00000000-0000-4000-8000-{:012}", self.count.fetch_add(1, Ordering::Relaxed));
        let invocation = Invocation { id: id.clone(), payload: payload.to_owned(), limit };
        self.invocations.send(invocation).expect("the service is running");
        id
    }

    /// The answer to the invocation `id`, or `None` if there is none within `patience`.
    ///
    /// # Panics
    /// When the function answers an invocation that it was not given.
    #[must_use]
    pub fn answer(&self, id: &str, patience: Duration) -> Option<Answer> {
        match self.answers.lock().unwrap().recv_timeout(patience) {
            Ok((of, answer)) => {
                assert!(
                    of == id || matches!(answer, Answer::InitError(_)),
                    "an answer to {of} instead of {id}"
                );
                Some(answer)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the service ended"),
        }
    }
}

impl Invocation {
    fn hand_over(&self) -> Response {
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + self.limit;
        Response::new(200, "application/json", &self.payload)
            .with("Lambda-Runtime-Aws-Request-Id", &self.id)
            .with("Lambda-Runtime-Deadline-Ms", &deadline.as_millis().to_string())
            .with("Lambda-Runtime-Invoked-Function-Arn", FUNCTION_ARN)
            .with("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
    }
}

/// The answer that `request` brings, with the id of its invocation.
fn read_answer(request: &Request) -> Option<(String, Answer)> {
    let path = request.path().strip_prefix("/2018-06-01/runtime/")?;
    match *path.split('/').collect::<Vec<_>>() {
        ["init", "error"] => Some((String::new(), Answer::InitError(request.text()))),
        ["invocation", id, "response"] => Some((id.to_owned(), Answer::Response(request.text()))),
        ["invocation", id, "error"] => Some((id.to_owned(), Answer::Error(request.text()))),
        _ => None,
    }
}
