//! The built `tierguard` command.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tierguard_account::Account;

use crate::cargo;
use crate::sample;

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| cargo::binary("tierguard"));

/// What a replay printed and left behind.
#[derive(Debug)]
pub struct Replayed {
    /// The objects that it printed, one an event.
    pub reports: Vec<Value>,
    /// The account after the last event.
    pub account: Account,
}

/// Runs `tierguard replay --format jsonl` with these further arguments, and returns the objects that it prints, one an
/// event.
///
/// # Panics
/// When its exit status is not 0.
pub fn replay(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Vec<Value> {
    let mut command = Command::new(BINARY.as_path());
    command.args(["replay", "--format", "jsonl", "--role", sample::ROLE]).args(arguments);
    let output = command.output().expect("the command starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("the output is text");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The same with `--account-out`.
pub fn replay_to_account(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Replayed {
    let out = cargo::scratch("account.json");
    let mut all = vec!["--account-out".into(), out.clone().into_os_string()];
    all.extend(arguments.into_iter().map(Into::into));
    let replayed = Replayed { reports: replay(all), account: sample::account(&out) };
    fs::remove_file(&out).expect("a file of one's own can be removed");
    replayed
}
