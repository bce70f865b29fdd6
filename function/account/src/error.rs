//! What can be wrong with an account file.

use serde_json::Error as JsonError;
use thiserror::Error;
use tierguard::shape::InvalidRule;

/// An account file that cannot be read: which file, where in it, and what is wrong. What to do about it is
/// [`AccountError::help`].
#[derive(Debug, Error)]
#[error("{file}: {problem}")]
pub struct AccountError {
    /// The file, as it was named.
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
}

/// What is wrong with an account file. A `place` is written like `SecurityGroups[3].IpPermissions[0]`.
#[derive(Debug, Error)]
pub enum Problem {
    /// Not JSON.
    #[error("not JSON: {source}")]
    Json {
        /// What the JSON reader said.
        source: JsonError,
    },
    /// JSON, but not an object.
    #[error("not a JSON object")]
    NotAnObject,
    /// A key of the file that is nearly one of those that are read.
    #[error("unknown key `{}`", .key.escape_debug())]
    Misspelt {
        /// The key.
        key: String,
        /// The one that was meant.
        likely: &'static str,
    },
    /// A value of the wrong kind.
    #[error("{place} is not {expected}")]
    WrongKind {
        /// Where.
        place: String,
        /// What belongs there, with its article: `a list`.
        expected: &'static str,
    },
    /// A key that is needed is not there.
    #[error("{place} has no `{key}`")]
    Missing {
        /// Where.
        place: String,
        /// The key.
        key: &'static str,
    },
    /// A rule, a network or an identifier that cannot be read.
    #[error("{place}: {source}")]
    Invalid {
        /// Where.
        place: String,
        /// What is wrong with it.
        source: InvalidRule,
    },
    /// An id that stood in the file before.
    #[error("{place} repeats `{id}`")]
    Repeated {
        /// Where.
        place: String,
        /// The id.
        id: String,
    },
    /// A rule of a group that is not in the file.
    #[error("{place} belongs to `{group}`, which is not among the security groups")]
    NoSuchGroup {
        /// Where.
        place: String,
        /// The group's id.
        group: String,
    },
    /// Only the first page of what a call prints.
    #[error("there is a `NextToken`: this is only a part of what there is")]
    Partial,
    /// A permission of a group that is not among the rules, of which the file has a list as well.
    #[error("{place} is not among the security group rules")]
    Unlisted {
        /// Where.
        place: String,
    },
}

impl AccountError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.problem {
            Problem::Misspelt { likely, .. } => match likely {
                "SecurityGroupRules" => "write `SecurityGroupRules`",
                "PrefixLists" => "write `PrefixLists`",
                "NetworkInterfaces" => "write `NetworkInterfaces`",
                "Vpcs" => "write `Vpcs`",
                _ => "write `SecurityGroups`",
            },
            Problem::Json { .. } | Problem::NotAnObject => {
                "write one JSON object with the keys of the AWS CLI: SecurityGroups, SecurityGroupRules, PrefixLists, \
                 NetworkInterfaces, Vpcs"
            }
            Problem::WrongKind { .. } | Problem::Invalid { .. } => "write it as the AWS CLI prints it",
            Problem::Missing { key: "Entries", .. } => {
                "add what `aws ec2 get-managed-prefix-list-entries` prints for the list"
            }
            Problem::Missing { key: "IpPermissions" | "IpPermissionsEgress", .. } => {
                "add the list as `aws ec2 describe-security-groups` prints it, even if it is empty, or add what \
                 `aws ec2 describe-security-group-rules` prints"
            }
            Problem::Missing { .. } => "add the key, as the AWS CLI prints it",
            Problem::Repeated { .. } => "keep the one that is true: an id is given once",
            Problem::NoSuchGroup { .. } => "add the group to SecurityGroups, or remove the rule",
            Problem::Partial => "let the AWS CLI print all pages: leave out --max-items and --no-paginate",
            Problem::Unlisted { .. } => {
                "fetch all groups and all rules again, one right after the other, or leave SecurityGroupRules out"
            }
        }
    }
}
