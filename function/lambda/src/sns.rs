//! Publishing notices to the topic. Words nothing: the notice brings its texts.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use tierguard::Publish;
use tierguard::notice::{Attribute, Notice, PublishError};

use crate::arn::TopicArn;
use crate::failure::Failure;

/// The topic that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: TopicArn,
}

impl Topic {
    /// The topic `arn`, through a client of its Region.
    #[must_use]
    pub const fn new(client: Client, arn: TopicArn) -> Self {
        Self { client, arn }
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
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(PublishError { message: Failure::of(&error).message }),
        }
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
