//! Publishing notices to the topic. Words nothing: the notice brings its texts.

use std::time::Duration;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use tierguard::Publish;
use tierguard::notice::{Attribute, Notice, PublishError};

use crate::arn::TopicArn;
use crate::failure::Failure;

/// A notice that the topic could not take for a passing reason is brought again after these waits, on top of what the
/// SDK tries: once a rule is undone, another run of the guard could no longer tell of it.
const WAITS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// The topic that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: TopicArn,
    waits: [Duration; 3],
}

impl Topic {
    /// The topic `arn`, through a client of its Region.
    #[must_use]
    pub const fn new(client: Client, arn: TopicArn) -> Self {
        Self { client, arn, waits: WAITS }
    }

    /// The same, but a notice is brought again after these waits.
    #[must_use]
    pub fn with_waits(self, waits: [Duration; 3]) -> Self {
        Self { waits, ..self }
    }

    async fn send(call: PublishFluentBuilder) -> Result<(), Failure> {
        call.send().await.map(drop).map_err(|error| Failure::of(&error))
    }
}

impl Publish for Topic {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        let call = self
            .client
            .publish()
            .topic_arn(self.arn.to_string())
            .subject(notice.subject())
            .message(notice.message())
            .message_structure("json");
        let call = notice.attributes().try_fold(call, with_attribute);
        let call = call.map_err(|error| PublishError { message: error.to_string() })?;
        for wait in self.waits {
            match Self::send(call.clone()).await {
                Err(failure) if failure.retryable => tokio::time::sleep(wait).await,
                done => return done.map_err(PublishError::from),
            }
        }
        Ok(Self::send(call).await?)
    }
}

impl From<Failure> for PublishError {
    fn from(failure: Failure) -> Self {
        Self { message: failure.message }
    }
}

fn with_attribute(
    call: PublishFluentBuilder,
    attribute: &Attribute,
) -> Result<PublishFluentBuilder, BuildError> {
    let value = MessageAttributeValue::builder();
    let value = value.data_type(attribute.data_type()).string_value(attribute.value()).build()?;
    Ok(call.message_attributes(attribute.name(), value))
}

#[cfg(test)]
mod tests;
