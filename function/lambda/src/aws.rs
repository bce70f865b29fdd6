//! The ports of the guard over AWS, and the clients behind them.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use thiserror::Error;
use tierguard::act::{RevokeError, Revoked};
use tierguard::id::{AccountId, Region};
use tierguard::look::{Answers, Questions};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::Call;
use tierguard::{ChangeAccount, Publish, ReadAccount};

use crate::arn::TopicArn;
use crate::ec2::{Ec2, Home};
use crate::sns::Topic;

/// An endpoint in the same Region answers within milliseconds; what has no connection after this has none.
const CONNECT: Duration = Duration::from_secs(1);
/// EC2's slowest answers to our calls take about a second.
const ATTEMPT: Duration = Duration::from_secs(3);
/// All attempts of one call. A look-up, a revoke and a publish that each took this long still fit in Lambda's 30 s.
const OPERATION: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// The account and the topic.
#[derive(Debug, Clone)]
pub struct Aws {
    ec2: Ec2,
    topic: Topic,
}

/// The Region is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "error: AWS_REGION is not set\n help: give the Region that the function is to watch; Lambda sets it itself"
)]
pub struct NoRegion;

impl Aws {
    /// Builds the clients, once, from the standard AWS settings: `topic` is told, `account` is guarded.
    ///
    /// No call is made here to warm the connections up. What costs time without a network is done when a client is
    /// built: the system's certificates are loaded and the TLS settings prepared. A handshake would not be: an event
    /// causes nearly every cold start, so it is waiting already, and its first look-ups open the connections that
    /// they need (EC2 speaks HTTP/1.1: as many as there are calls) while a warm-up would still be at its own. The
    /// credentials are in the environment and are not fetched at all.
    ///
    /// # Errors
    /// When no Region is set.
    pub async fn connect(topic: TopicArn, account: AccountId) -> Result<Self, NoRegion> {
        let config = load().await;
        let region = config.region().and_then(|region| Region::new(region.as_ref()).ok()).ok_or(NoRegion)?;
        let sns_region = aws_config::Region::new(topic.region.to_string());
        let sns = aws_sdk_sns::config::Builder::from(&config).region(sns_region).build();
        Ok(Self {
            ec2: Ec2::new(aws_sdk_ec2::Client::new(&config), Home { account, region }),
            topic: Topic::new(aws_sdk_sns::Client::from_conf(sns), topic),
        })
    }
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
}

impl ChangeAccount for Aws {
    async fn revoke(&self, call: &Call) -> Result<Revoked, RevokeError> {
        self.ec2.revoke(call).await
    }
}

impl Publish for Aws {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        self.topic.publish(notice).await
    }
}
