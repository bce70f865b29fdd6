//! The AWS CLI's JSON of an account. Without the key `SecurityGroupRules` the rules follow from `IpPermissions` and
//! `IpPermissionsEgress`, which each group must have then. With it, it tells all rules, and what permissions say besides must be
//! among them.
//!
//! Sources: the EC2 API reference for `SecurityGroup`, `IpPermission`, `SecurityGroupRule`, `ManagedPrefixList`,
//! `NetworkInterface`, `Vpc`.

mod interfaces;
mod lists;
mod object;
mod permissions;
mod read;
mod write;

use serde_json::Value;

use crate::account::Account;
use crate::error::AccountError;

const GROUPS: &str = "SecurityGroups";
const RULES: &str = "SecurityGroupRules";
const LISTS: &str = "PrefixLists";
const INTERFACES: &str = "NetworkInterfaces";
const VPCS: &str = "Vpcs";

impl Account {
    /// Reads the AWS CLI's output keys merged in one object; `name` is what errors call the file.
    ///
    /// # Errors
    /// When it is not that, repeats a group or a rule, has a rule of a group that it does not have, or has a group of which it
    /// does not tell the rules.
    pub fn from_json(name: &str, text: &str) -> Result<Self, AccountError> {
        read::account(text).map_err(|problem| AccountError { file: name.to_owned(), problem })
    }

    /// The same keys as were read, `SecurityGroups` and `SecurityGroupRules` always among them and, as prefix lists and
    /// network interfaces, sorted by id.
    /// What was read and is not understood here is written as it was.
    #[must_use]
    pub fn to_json(&self) -> Value {
        write::account(self)
    }
}

#[cfg(test)]
mod tests;
