//! The settings: environment variables and the policy file, read once, with everything that is wrong said at once.
//!
//! What the SDK reads for itself (credentials, Region, `AWS_ENDPOINT_URL`) is not here.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;
use tierguard::Policy;
use tierguard::policy::{Diagnostics, Mode};
use tracing_subscriber::EnvFilter;

use crate::arn::{InvalidArn, Role, TopicArn};
use crate::log;
use crate::proof::Proof;
use crate::table::TableName;

/// Where settings come from.
pub trait Environment {
    /// The variable `name`, if it is set and is UTF-8.
    fn get(&self, name: &str) -> Option<String>;

    /// Where the running program is.
    fn program(&self) -> Option<PathBuf>;
}

/// The environment of this process.
#[derive(Debug, Clone, Copy)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn program(&self) -> Option<PathBuf> {
        std::env::current_exe().ok()
    }
}

/// The settings.
#[derive(Debug)]
pub struct Settings {
    /// `TIERGUARD_POLICY`, with `TIERGUARD_MODE` applied.
    pub policy: Policy,
    /// `TIERGUARD_TOPIC_ARN`.
    pub topic: TopicArn,
    /// `TIERGUARD_SWEEP_TOPIC_ARN`.
    pub sweeps: Option<TopicArn>,
    /// `TIERGUARD_STATE_TABLE`.
    pub table: Option<TableName>,
    /// `TIERGUARD_PROOF`.
    pub proof: Option<Proof>,
    /// `TIERGUARD_ROLE_ARN`.
    pub role: Role,
    /// `RUST_LOG`.
    pub log: EnvFilter,
}

/// One thing that is wrong with the settings.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A variable that is needed is not set.
    #[error("{name} is not set")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What to do about it.
        help: &'static str,
    },
    /// A variable has a value that it cannot have.
    #[error("{name} is `{value}`: {problem}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        help: &'static str,
    },
    /// The file that a variable names cannot be read.
    #[error("{name}: `{path}` cannot be read: {source}")]
    Unreadable {
        /// The variable.
        name: &'static str,
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
        /// What to do about it.
        help: &'static str,
    },
    /// The policy is wrong.
    #[error(transparent)]
    Policy(#[from] Diagnostics),
}

/// Everything that is wrong with the settings.
#[derive(Debug, Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

const POLICY: &str = "TIERGUARD_POLICY";
const TOPIC: &str = "TIERGUARD_TOPIC_ARN";
pub(crate) const SWEEPS: &str = "TIERGUARD_SWEEP_TOPIC_ARN";
const PROOF: &str = "TIERGUARD_PROOF";
const TABLE: &str = "TIERGUARD_STATE_TABLE";
pub(crate) const ROLE: &str = "TIERGUARD_ROLE_ARN";
const MODE: &str = "TIERGUARD_MODE";
const LOG: &str = "RUST_LOG";
const FUNCTION: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// The policy's file name where none is given.
const POLICY_FILE: &str = "policy.yaml";

const TOPIC_HELP: &str =
    "give the topic that notices go to: arn:aws:sns:<region>:<account>:<name>, not a FIFO topic";
const SWEEPS_HELP: &str = "give a topic of its own to which the function is subscribed, for sweeps that take longer than one invocation, or leave it out";
const PROOF_HELP: &str = "give a secret of 32 visible characters or more, which the targets of the rules put beside each event as `proof`, or leave it out and believe everybody who may invoke the function";
const TABLE_HELP: &str = "give the name of a table with the key `id`, in which the guard remembers what it told, or leave it out: then each process remembers for itself";
pub(crate) const ROLE_HELP: &str = "give the role that the function runs as, by which it knows its own calls: arn:aws:iam::<account>:role/<name>";
const MODE_HELP: &str = "write enforce or observe, or leave it out and let the policy decide";
const LOG_HELP: &str =
    "write a level (info, debug) or levels by module (tierguard_lambda=debug), or leave it out";
const POLICY_HELP: &str = "give the path of the policy, or put a policy.yaml beside the program";

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once.
    pub fn read(environment: &impl Environment) -> Result<Self, ConfigErrors> {
        let topic = required(environment, TOPIC, TOPIC_HELP);
        let sweeps = optional(environment, SWEEPS, SWEEPS_HELP);
        let table = optional(environment, TABLE, TABLE_HELP);
        let proof = optional(environment, PROOF, PROOF_HELP).map_err(ConfigError::without_value);
        let role = required(environment, ROLE, ROLE_HELP);
        let policy =
            policy(environment, environment.program().map(|program| program.with_file_name(POLICY_FILE)));
        let mode = mode(environment);
        let log = log_filter(environment);
        match (policy, mode, topic, sweeps, table, proof, role, log) {
            (Ok(policy), Ok(mode), Ok(topic), Ok(sweeps), Ok(table), Ok(proof), Ok(role), Ok(log)) => {
                Ok(Self { policy: with_mode(policy, mode), topic, sweeps, table, proof, role, log })
            }
            (policy, mode, topic, sweeps, table, proof, role, log) => {
                let wrong = [
                    topic.err(),
                    sweeps.err(),
                    table.err(),
                    proof.err(),
                    role.err(),
                    mode.err(),
                    log.err(),
                    policy.err(),
                ];
                Err(ConfigErrors(wrong.into_iter().flatten().collect()))
            }
        }
    }
}

/// The variable `name`; an empty one is as good as none.
pub(crate) fn variable(environment: &impl Environment, name: &str) -> Option<String> {
    environment.get(name).filter(|value| !value.is_empty())
}

fn required<T: FromStr<Err = InvalidArn>>(
    environment: &impl Environment,
    name: &'static str,
    help: &'static str,
) -> Result<T, ConfigError> {
    optional(environment, name, help)?.ok_or(ConfigError::Missing { name, help })
}

/// The variable `name` as what it stands for, if it is set.
pub(crate) fn optional<T: FromStr<Err = InvalidArn>>(
    environment: &impl Environment,
    name: &'static str,
    help: &'static str,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = variable(environment, name) else { return Ok(None) };
    let invalid = |error: InvalidArn| ConfigError::Invalid {
        name,
        value: value.clone(),
        problem: error.to_string(),
        help,
    };
    value.parse().map(Some).map_err(invalid)
}

/// The mode that overrides every mode of the policy, if one does.
pub(crate) fn mode(environment: &impl Environment) -> Result<Option<Mode>, ConfigError> {
    match variable(environment, MODE).as_deref() {
        None => Ok(None),
        Some("enforce") => Ok(Some(Mode::Enforce)),
        Some("observe") => Ok(Some(Mode::Observe)),
        Some(other) => Err(ConfigError::Invalid {
            name: MODE,
            value: other.to_owned(),
            problem: "not a mode".to_owned(),
            help: MODE_HELP,
        }),
    }
}

/// `policy` in `mode`, if there is one.
pub(crate) fn with_mode(policy: Policy, mode: Option<Mode>) -> Policy {
    match mode {
        Some(mode) => policy.with_mode(mode),
        None => policy,
    }
}

/// The policy, as it is written in the file that is named, else in `default`.
pub(crate) fn policy(
    environment: &impl Environment,
    default: Option<PathBuf>,
) -> Result<Policy, ConfigError> {
    let path = variable(environment, POLICY).map(PathBuf::from).or(default);
    let path = path.ok_or(ConfigError::Missing { name: POLICY, help: POLICY_HELP })?;
    let text = file(POLICY, &path, POLICY_HELP)?;
    Ok(Policy::parse(&path.display().to_string(), &text)?)
}

/// The text of the file `path`, which the variable `name` could have named.
pub(crate) fn file(name: &'static str, path: &Path, help: &'static str) -> Result<String, ConfigError> {
    let unreadable =
        |source| ConfigError::Unreadable { name, path: path.display().to_string(), source, help };
    std::fs::read_to_string(path).map_err(unreadable)
}

/// What Lambda calls the function; nobody else calls it anything.
pub(crate) fn function_name(environment: &impl Environment) -> Option<String> {
    variable(environment, FUNCTION)
}

/// What is logged.
pub(crate) fn log_filter(environment: &impl Environment) -> Result<EnvFilter, ConfigError> {
    let given = variable(environment, LOG);
    log::filter(given.as_deref()).map_err(|error| ConfigError::Invalid {
        name: LOG,
        value: given.unwrap_or_default(),
        problem: error.to_string(),
        help: LOG_HELP,
    })
}

impl ConfigError {
    /// The same, but a secret is not shown.
    fn without_value(self) -> Self {
        match self {
            Self::Invalid { name, value: _, problem, help } => {
                Self::Invalid { name, value: "…".to_owned(), problem, help }
            }
            other @ (Self::Missing { .. } | Self::Unreadable { .. } | Self::Policy(_)) => other,
        }
    }

    /// What to do about it; `None` where the error says so itself.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Missing { help, .. } | Self::Invalid { help, .. } | Self::Unreadable { help, .. } => {
                Some(help)
            }
            Self::Policy(_) => None,
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            match error.help() {
                Some(help) => write!(f, "error: {error}\n help: {help}")?,
                None => write!(f, "{error}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
