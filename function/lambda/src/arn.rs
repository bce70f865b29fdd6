//! The two ARNs that are settings: the topic's and the guard's own role's.
//!
//! Source: the AWS General Reference, "Amazon Resource Names", `arn:partition:service:region:account:resource`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use tierguard::id::{AccountId, Region, RoleArn};

/// A standard SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    text: Box<str>,
    /// The Region that it is in: publishing goes there.
    pub region: Region,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: RoleArn,
    /// The account that it is in: the one that the function guards.
    pub account: AccountId,
}

/// A text that is not the ARN that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not {expected}")]
pub struct InvalidArn {
    /// What was expected, with its article.
    pub expected: &'static str,
}

/// The parts that matter of an ARN.
struct Arn<'a> {
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (scheme, partition) = (parts.next()?, parts.next()?);
        let arn = Self {
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (scheme == "arn" && partition.starts_with("aws") && is_account(arn.account)).then_some(arn)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A FIFO topic's name ends in `.fifo`, and publishing to one needs more than a notice has.
fn is_topic_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=256).contains(&text.len()) && text.bytes().all(is_allowed)
}

impl FromStr for TopicArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let topic = Arn::parse(text).filter(|arn| arn.service == "sns" && is_topic_name(arn.resource));
        let region = topic.and_then(|arn| Region::new(arn.region).ok());
        let region = region.ok_or(InvalidArn { expected: "the ARN of a standard SNS topic" })?;
        Ok(Self { text: text.into(), region })
    }
}

impl FromStr for Role {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let is_role = |arn: &Arn<'_>| {
            let name = arn.resource.strip_prefix("role/");
            arn.service == "iam" && arn.region.is_empty() && name.is_some_and(|name| !name.is_empty())
        };
        let role = Arn::parse(text).filter(is_role);
        let role = role.and_then(|arn| {
            Some(Self { arn: RoleArn::new(text).ok()?, account: AccountId::new(arn.account).ok()? })
        });
        role.ok_or(InvalidArn { expected: "the ARN of an IAM role" })
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_knows_its_region() {
        let topic: TopicArn = "arn:aws-cn:sns:cn-north-1:123456789012:tier_guard-1".parse().unwrap();
        assert_eq!(topic.region.as_str(), "cn-north-1");
        assert_eq!(topic.to_string(), "arn:aws-cn:sns:cn-north-1:123456789012:tier_guard-1");
    }

    #[test]
    fn a_role_knows_its_account() {
        let role: Role = "arn:aws:iam::123456789012:role/some/path/guard".parse().unwrap();
        assert_eq!(role.account.as_str(), "123456789012");
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        for text in [
            "",
            "tierguard",
            "arn:aws:sqs:eu-west-1:123456789012:tierguard",
            "arn:aws:sns:eu-west-1:12345678901:tierguard",
            "arn:aws:sns::123456789012:tierguard",
            "arn:aws:sns:eu-west-1:123456789012:tierguard.fifo",
            "arn:aws:sns:eu-west-1:123456789012:tierguard:0ec3…",
        ] {
            let error = text.parse::<TopicArn>().unwrap_err();
            assert_eq!(error.to_string(), "not the ARN of a standard SNS topic", "{text}");
        }
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for text in [
            "",
            "guard",
            "arn:aws:iam::123456789012:user/guard",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:sts::123456789012:assumed-role/guard/session",
            "arn:aws:iam::aws:role/guard",
        ] {
            let error = text.parse::<Role>().unwrap_err();
            assert_eq!(error.to_string(), "not the ARN of an IAM role", "{text}");
        }
    }
}
