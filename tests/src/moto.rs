//! moto: an API server that keeps EC2, SNS and SQS in memory and speaks their protocols.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cargo;
use crate::venv::Venv;

/// A running server; it stops when this is dropped, or when the test process ends.
#[derive(Debug)]
pub struct Moto {
    process: Child,
    port: u16,
}

/// The server of this test process. Tests share it and keep apart by a VPC, a topic and a queue of their own.
pub static MOTO: LazyLock<Moto> = LazyLock::new(Moto::start);

impl Moto {
    /// Starts a server and waits until it listens.
    #[must_use]
    pub fn start() -> Self {
        let mut command = Venv::ready().python();
        command.args(["-c", include_str!("moto.py")]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let log = log_path();
        let mut process = command.stderr(file(&log)).spawn().expect("the environment's Python starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("standard output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("moto's output is text");
        let port = line.trim().parse().unwrap_or_else(|_| panic!("moto did not start; see {log}"));
        Self { process, port }
    }

    /// `127.0.0.1:port`
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // Either may fail only because the process has ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn file(path: &str) -> File {
    File::create(path).expect("the target folder is writable")
}

/// Where moto writes about each request, and about its own mistakes: the servers of one test are counted.
fn log_path() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("moto-{}-{}.log", cargo::this_test(), COUNT.fetch_add(1, Ordering::Relaxed));
    cargo::target_dir().join(name).display().to_string()
}
