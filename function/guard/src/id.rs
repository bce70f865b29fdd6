//! Identifiers of AWS resources, each its own type.
//!
//! What AWS hands out is taken as it comes: an id is opaque, and only what could never be an id (empty, over-long,
//! or holding anything but visible ASCII) is refused. Whether an id *looks* right is the policy reader's question.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The longest text taken as an identifier, in bytes. No AWS identifier comes near it.
const LONGEST: usize = 255;
/// The longest ARN of a role or user, in bytes (IAM API Reference, `Role`): the path alone may have 512.
const LONGEST_ARN: usize = 2048;

/// A text that cannot be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` cannot be {noun}")]
pub struct InvalidId {
    /// What was expected, with its article: `a security group id`.
    pub noun: &'static str,
    /// What was found, cut to a length that can be shown.
    pub text: String,
}

fn checked(text: &str, noun: &'static str, longest: usize) -> Result<Box<str>, InvalidId> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.into())
    } else {
        Err(InvalidId { noun, text: text.chars().take(64).flat_map(char::escape_default).collect() })
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $noun:literal, $longest:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` as it stands.
            ///
            /// # Errors
            /// When `text` is empty, longer than 255 bytes (an ARN: 2048), or holds anything but visible ASCII.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                checked(text, $noun, $longest).map(Self)
            }

            /// The identifier as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An AWS account, twelve digits.
    AccountId = "an account id", LONGEST;
    /// An AWS Region, `eu-west-1`.
    Region = "a Region", LONGEST;
    /// A security group, `sg-…`.
    GroupId = "a security group id", LONGEST;
    /// A security group rule, `sgr-…`.
    RuleId = "a security group rule id", LONGEST;
    /// A VPC, `vpc-…`.
    VpcId = "a VPC id", LONGEST;
    /// A managed prefix list, `pl-…`.
    PrefixListId = "a prefix list id", LONGEST;
    /// A CloudTrail `eventID`; repeated deliveries share it.
    EventId = "an event id", LONGEST;
    /// The ARN of an IAM role.
    RoleArn = "a role ARN", LONGEST_ARN;
    /// The ARN of an IAM user, or of an account's root user.
    UserArn = "a user ARN", LONGEST_ARN;
    /// A network interface, `eni-…`.
    InterfaceId = "a network interface id", LONGEST;
    /// An instance, `i-…`.
    InstanceId = "an instance id", LONGEST;
}

/// A security group as a request names it: by id, or (in the default VPC only) by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKey {
    /// `GroupId`.
    Id(GroupId),
    /// `GroupName`: names a group of the Region's default VPC.
    Name(GroupName),
}

impl GroupKey {
    /// The id, where the request gave one.
    #[must_use]
    pub fn id(&self) -> Option<&GroupId> {
        match self {
            Self::Id(id) => Some(id),
            Self::Name(_) => None,
        }
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// The name of a security group: free text of up to 255 characters, chosen by whoever created it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct GroupName(Box<str>);

impl GroupName {
    /// Takes `text` as it stands; names are compared byte for byte, as EC2 does.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_may_be_longer_than_an_id() {
        let arn = |length: usize| format!("{:x<length$}", "arn:aws:iam::111122223333:role/");
        assert!(RoleArn::new(&arn(2048)).is_ok());
        assert!(UserArn::new(&arn(2048)).is_ok());
        assert!(RoleArn::new(&arn(2049)).is_err());
        assert!(GroupId::new(&arn(255)).is_ok());
        assert!(GroupId::new(&arn(256)).is_err());
        for text in ["", "sg 1", "sg-é", "sg-\n"] {
            assert!(GroupId::new(text).is_err(), "{text}");
        }
    }
}
