//! A Python virtual environment with the tools that the tests need, made once for all test processes.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::cargo;

const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// A ready environment.
#[derive(Debug, Clone)]
pub struct Venv(PathBuf);

impl Venv {
    /// The environment, made on first use under the target folder. Whoever comes while another process makes it waits.
    #[must_use]
    pub fn ready() -> Self {
        let home =
            cargo::target_dir().join(format!("tierguard-venv-{:016x}", fingerprint(REQUIREMENTS.as_bytes())));
        let lock = File::create(home.with_extension("lock")).expect("the target folder is writable");
        lock.lock().expect("a lock file can be locked");
        let venv = Self(home);
        if !venv.is_ready() {
            venv.make();
        }
        venv
    }

    /// A command that runs the environment's Python.
    #[must_use]
    pub fn python(&self) -> Command {
        Command::new(self.interpreter())
    }

    fn interpreter(&self) -> PathBuf {
        self.0.join("bin/python")
    }

    /// The mark is the last thing to be made. The interpreter is a link, which a change of the system's Python breaks.
    fn is_ready(&self) -> bool {
        self.mark().exists() && self.interpreter().exists()
    }

    fn mark(&self) -> PathBuf {
        self.0.join("ready")
    }

    fn make(&self) {
        let requirements = self.0.with_extension("txt");
        fs::write(&requirements, REQUIREMENTS).expect("the target folder is writable");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&self.0));
        run(self
            .python()
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"])
            .arg(&requirements));
        fs::write(self.mark(), "").expect("the target folder is writable");
    }
}

/// Runs one step of the installation.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("these tests need python3 with the module venv (apt install python3-venv): {error}")
    });
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// FNV-1a: another text gets another folder.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
