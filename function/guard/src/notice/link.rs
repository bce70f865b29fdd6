//! Links into the AWS console.
//!
//! A link is made only of parts that look exactly as AWS makes them; anything else has no link, so that no text of a
//! caller ever becomes part of one. Partitions whose console address is not known here have none either.

use serde::Serialize;

use crate::id::{EventId, GroupId, Region};

/// An address that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Link(String);

impl Link {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The page of a security group.
    pub(super) fn of_group(region: Option<&Region>, group: Option<&GroupId>) -> Option<Self> {
        let (region, group) = (region?.as_str(), plain(group?.as_str())?);
        let host = console(region)?;
        Some(Self(format!("https://{host}/ec2/home?region={region}#SecurityGroup:groupId={group}")))
    }

    /// The page of a `CloudTrail` event.
    pub(super) fn of_event(region: Option<&Region>, event: Option<&EventId>) -> Option<Self> {
        let (region, event) = (region?.as_str(), plain(event?.as_str())?);
        let host = console(region)?;
        Some(Self(format!("https://{host}/cloudtrailv2/home?region={region}#/events/{event}")))
    }
}

/// The console's host for `region`, by the partition that the Region's name begins with.
///
/// Source: the console endpoints in the "AWS Management Console Getting Started Guide", "Getting Started with Amazon
/// Web Services in China" and the "AWS `GovCloud` (US) User Guide".
fn console(region: &str) -> Option<String> {
    let region = plain(region)?;
    let domain = match region.split_once('-')? {
        ("cn", _) => "console.amazonaws.cn",
        ("us", rest) if rest.starts_with("gov-") => "console.amazonaws-us-gov.com",
        (_, rest) if rest.starts_with("iso") => return None,
        ("eusc", _) => return None,
        _ => "console.aws.amazon.com",
    };
    Some(format!("{region}.{domain}"))
}

/// `id` if it is nothing but letters, digits and hyphens: safe in an address, a command and a policy.
pub(super) fn plain(id: &str) -> Option<&str> {
    let dull = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (dull && !id.starts_with('-') && (1..=64).contains(&id.len())).then_some(id)
}
