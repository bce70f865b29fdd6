//! The ports of the guard over AWS, and the clients behind them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use jiff::Timestamp;
use thiserror::Error;
use tierguard::act::{AuthorizeError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::Group;
use tierguard::id::{AccountId, Region};
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::memory::{KeepError, Key, MemoryError, Note, Recalled};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::sweep::{self, Sweep};
use tierguard::{ChangeAccount, Publish, ReadAccount, Remember};

use crate::arn::TopicArn;
use crate::ec2::{Ec2, Home};
use crate::memory::Memory;
use crate::proof::Proof;
use crate::relay::{PassOn, Relay};
use crate::sns::Topic;
use crate::table::{Table, TableName};

/// An endpoint in the same Region answers within milliseconds; what has no connection after this has none.
const CONNECT: Duration = Duration::from_secs(1);
/// EC2's slowest answers to our calls take about a second.
const ATTEMPT: Duration = Duration::from_secs(3);
/// All attempts of one call.
const OPERATION: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// What is remembered must keep nobody waiting: where it cannot be had at once, people are told all the same.
const MEMORY: Duration = Duration::from_secs(2);

/// The account, the topics, and the memory.
#[derive(Debug, Clone)]
pub struct Aws {
    ec2: Ec2,
    topic: Topic,
    relay: Option<Relay>,
    memory: Arc<Memory>,
}

/// Where the function tells, goes on, and remembers.
#[derive(Debug, Clone)]
pub struct Places {
    /// People are told here.
    pub topic: TopicArn,
    /// Sweeps go on by way of this.
    pub sweeps: Option<TopicArn>,
    /// What was told is remembered here.
    pub table: Option<TableName>,
    /// What proves that a sweep that goes on is the function's own.
    pub proof: Option<Proof>,
}

/// The Region is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "error: AWS_REGION is not set\n help: give the Region that the function is to watch; Lambda sets it itself"
)]
pub struct NoRegion;

impl Aws {
    /// Builds the clients, once, from the standard AWS settings, for these `places` and the `account` that is guarded.
    ///
    /// No call is made here to warm the connections up. What costs time without a network is done when a client is
    /// built: the system's certificates are loaded and the TLS settings prepared. A handshake would not be: an event
    /// causes nearly every cold start, so it is waiting already, and its first look-ups open the connections that
    /// they need (EC2 speaks HTTP/1.1: as many as there are calls) while a warm-up would still be at its own. The
    /// credentials are in the environment and are not fetched at all.
    ///
    /// # Errors
    /// When no Region is set.
    pub async fn connect(places: Places, account: AccountId) -> Result<Self, NoRegion> {
        let Places { topic, sweeps, table, proof } = places;
        let config = load().await;
        let region = config.region().and_then(|region| Region::new(region.as_ref()).ok()).ok_or(NoRegion)?;
        Ok(Self {
            ec2: Ec2::new(aws_sdk_ec2::Client::new(&config), Home { account, region }),
            topic: Topic::new(sns(&config, &topic), topic),
            relay: sweeps.map(|topic| Relay::new(sns(&config, &topic), topic).proving(proof)),
            memory: Arc::new(Memory::of(table.map(|table| Table::new(dynamodb(&config), table)))),
        })
    }

    /// The same for a sweep, which must not call EC2 as fast as it can.
    #[must_use]
    pub fn paced(&self) -> Self {
        Self { ec2: self.ec2.paced(), ..self.clone() }
    }

    /// Where a sweep of it is.
    #[must_use]
    pub fn home(&self) -> sweep::Home {
        let Home { account, region } = self.ec2.home().clone();
        sweep::Home { account: Some(account), region: Some(region) }
    }
}

/// A client of the Region that `topic` is in.
fn sns(config: &SdkConfig, topic: &TopicArn) -> aws_sdk_sns::Client {
    let region = aws_config::Region::new(topic.region.to_string());
    let config = aws_sdk_sns::config::Builder::from(config).region(region).build();
    aws_sdk_sns::Client::from_conf(config)
}

/// A client that gives up early.
fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(CONNECT)
        .operation_timeout(MEMORY)
        .build();
    let config = aws_sdk_dynamodb::config::Builder::from(config).timeout_config(timeouts).build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

async fn load() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}

impl ReadAccount for Aws {
    async fn look(&self, questions: &Questions) -> Answers {
        self.ec2.look(questions).await
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.ec2.all_groups().await
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.ec2.all_interfaces().await
    }
}

impl ChangeAccount for Aws {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.ec2.revoke(call).await
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.ec2.authorize(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.ec2.restore_list(call).await
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.ec2.set_groups(call).await
    }
}

impl Publish for Aws {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        self.topic.publish(notice).await
    }
}

impl Remember for Aws {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        self.memory.recall(keys, now).await
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        self.memory.keep(note).await
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        self.memory.untold(now).await
    }
}

impl PassOn for Aws {
    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        self.relay.pass_on(rest).await
    }
}
