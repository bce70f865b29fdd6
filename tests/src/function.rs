//! The built function, running as Lambda runs it: a process with its settings in the environment, which asks the Runtime
//! API for invocations.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cargo;
use crate::event::{GUARD_ROLE, REGION};
use crate::runtime_api::{Answer, RuntimeApi, TIME_LIMIT};

/// How long the function may take for anything. Lambda gives it as much.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to see whether it is still running.
const STEP: Duration = Duration::from_millis(200);

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| cargo::binary("tierguard-lambda"));

/// What the function is deployed with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `AWS_ENDPOINT_URL`
    pub endpoint: String,
    /// `TIERGUARD_TOPIC_ARN`
    pub topic: String,
    /// `TIERGUARD_SWEEP_TOPIC_ARN`
    pub sweep_topic: String,
    /// `TIERGUARD_STATE_TABLE`
    pub table: Option<String>,
    /// `TIERGUARD_PROOF`
    pub proof: Option<String>,
    /// `TIERGUARD_MODE`
    pub mode: Option<String>,
    /// The text of the policy file.
    pub policy: String,
}

/// A running function; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Function {
    process: Mutex<Child>,
    api: RuntimeApi,
    log: Arc<Log>,
}

/// What a process has written, and a bell for whoever waits for more.
#[derive(Debug, Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl Function {
    /// Starts the function and waits until it asks for its first invocation.
    #[must_use]
    pub fn start(settings: &Settings) -> Self {
        let api = RuntimeApi::start();
        let policy = policy_file(&settings.policy);
        let mut process = command(settings, &policy, &api.address()).spawn().expect("the function starts");
        let log: Arc<Log> = Arc::default();
        keep(process.stdout.take().expect("standard output is a pipe"), &log);
        keep(process.stderr.take().expect("standard error is a pipe"), &log);
        let function = Self { process: Mutex::new(process), api, log };
        function.wait("initialise", |step| function.api.is_asked(step).then_some(()));
        fs::remove_file(policy).expect("a file of one's own can be removed");
        function
    }

    /// Invokes the function with `event` and waits for what it says.
    #[must_use]
    pub fn invoke(&self, event: &str) -> Answer {
        self.invoke_within(event, TIME_LIMIT)
    }

    /// The same, with only so much time to do it in.
    #[must_use]
    pub fn invoke_within(&self, event: &str, limit: Duration) -> Answer {
        let id = self.api.invoke(event, limit);
        self.wait("answer", |step| self.api.answer(&id, step))
    }

    /// Invokes the function with `event` and returns the report that it answers.
    #[must_use]
    pub fn report(&self, event: &str) -> Value {
        self.report_within(event, TIME_LIMIT)
    }

    /// The same, with only so much time to do it in.
    #[must_use]
    pub fn report_within(&self, event: &str, limit: Duration) -> Value {
        match self.invoke_within(event, limit) {
            Answer::Response(report) => serde_json::from_str(&report).expect("the response is JSON"),
            other => panic!("no report but {other:?}; log:\n{}", self.log()),
        }
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lines.lock().unwrap().join("\n")
    }

    /// What it has logged so far with this message, as soon as these are `count` lines. They are written before an answer is
    /// given, but read by somebody else than the answer.
    #[must_use]
    pub fn logged(&self, message: &str, count: usize) -> Vec<Value> {
        self.wait(&format!("log {count} lines"), |step| {
            let lines = self.log.lines.lock().unwrap();
            let found = with_message(&lines, message);
            if found.len() >= count {
                return Some(found);
            }
            drop(self.log.more.wait_timeout(lines, step).unwrap());
            None
        })
    }

    /// Waits in steps for what `look` finds, as long as the process runs.
    fn wait<T>(&self, what: &str, look: impl Fn(Duration) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(STEP) {
                return found;
            }
            let ended = self.process.lock().unwrap().try_wait().expect("a child can be asked after");
            assert!(ended.is_none(), "the function ended ({ended:?}); log:\n{}", self.log());
            assert!(Instant::now() < deadline, "the function did not {what}; log:\n{}", self.log());
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        // Either may fail only because the process has ended by itself.
        drop(process.kill());
        drop(process.wait());
    }
}

fn command(settings: &Settings, policy: &Path, api: &str) -> Command {
    let mut command = Command::new(BINARY.as_path());
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs([
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", "tierguard"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tierguard"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_ENDPOINT_URL", &settings.endpoint),
        ("TIERGUARD_TOPIC_ARN", &settings.topic),
        ("TIERGUARD_SWEEP_TOPIC_ARN", &settings.sweep_topic),
        ("TIERGUARD_ROLE_ARN", GUARD_ROLE),
        ("RUST_LOG", "info"),
    ]);
    command.env("TIERGUARD_POLICY", policy);
    command.envs(settings.mode.iter().map(|mode| ("TIERGUARD_MODE", mode)));
    command.envs(settings.proof.iter().map(|proof| ("TIERGUARD_PROOF", proof)));
    command.envs(settings.table.iter().map(|table| ("TIERGUARD_STATE_TABLE", table)));
    command
}

/// A file of its own with this policy.
fn policy_file(text: &str) -> PathBuf {
    let file = cargo::scratch("policy.yaml");
    fs::write(&file, text).expect("the target folder is writable");
    file
}

/// The lines that are JSON and say `message`.
fn with_message(lines: &[String], message: &str) -> Vec<Value> {
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == message).collect()
}

/// Keeps every line of `output` in `log`, until it ends.
fn keep(output: impl Read + Send + 'static, log: &Arc<Log>) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            log.lines.lock().unwrap().push(line);
            log.more.notify_all();
        }
    });
}
