//! The Lambda door: EventBridge events in, EC2 and SNS calls out.
//!
//! ```text
//! environment ─ config ─▶ Settings ─ aws ─▶ Aws (the ports)
//! invocation ─ handler ─▶ Guard::respond over the ports ─▶ Report, and one line of log
//! batch of a queue ─ handler ─▶ the same for each message ─▶ the ids of those that failed
//! order to sweep ─ handler ─▶ Guard::sweep over the paced ports ─▶ SweepReport, and one line of log
//! ```
//!
//! Judges nothing: the guard is the crate `tierguard`. What is here turns our types into AWS's and back, and knows
//! which failures another attempt can mend.

pub mod arn;
pub mod aws;
mod batch;
pub mod clock;
pub mod config;
pub mod ec2;
mod failure;
pub mod handler;
#[cfg(feature = "local")]
pub mod local;
pub mod log;
pub mod memory;
pub mod metric;
mod order;
pub mod post;
pub mod proof;
pub mod relay;
pub mod sns;
pub mod stopwatch;
pub mod table;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
use thiserror::Error;
use tierguard::Guard;

use crate::aws::{Aws, NoRegion, Places};
use crate::config::{ConfigErrors, ProcessEnvironment, Settings};
use crate::handler::{Function, Watch};
use crate::post::Post;
use crate::proof::Proof;

/// Why the function did not start, or stopped.
#[derive(Debug, Error)]
pub enum RunError {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The Region is not known.
    #[error(transparent)]
    NoRegion(#[from] NoRegion),
    /// The Lambda Runtime API failed.
    #[error("the Lambda runtime stopped: {0}")]
    Runtime(#[source] lambda_runtime::Error),
}

/// Reads the settings, builds the clients, and serves invocations until Lambda ends the process.
///
/// # Errors
/// When the settings are wrong, or the Runtime API cannot be reached.
pub async fn run() -> Result<(), RunError> {
    #[cfg(feature = "local")]
    if local::is_wanted(&ProcessEnvironment) {
        return local::run(&ProcessEnvironment).await;
    }
    let Settings { policy, topic, sweeps, table, proof, role, log } = Settings::read(&ProcessEnvironment)?;
    log::start(log, config::function_name(&ProcessEnvironment));
    let ports = Aws::connect(Places { topic, sweeps, table, proof: proof.clone() }, role.account).await?;
    let guard = Guard { policy, own_role: Some(role.arn) };
    serve(Post { guard, paced: ports.paced(), home: ports.home(), ports }, proof).await
}

/// Answers invocations by way of `watch`; events are believed that bring the proof, or all if there is none.
async fn serve(watch: impl Watch, proof: Option<Proof>) -> Result<(), RunError> {
    let function = Function::new(watch, clock::now).asking_for(proof);
    let service = |event: LambdaEvent<Box<RawValue>>| function.handle(event);
    lambda_runtime::run(service_fn(service)).await.map_err(RunError::Runtime)
}

#[cfg(test)]
mod testing;
