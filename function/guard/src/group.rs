//! A security group as it stands in the account, and its rules.

use std::collections::BTreeMap;

use crate::id::{AccountId, GroupId, GroupName, RuleId, VpcId};
use crate::permission::Permission;

/// A security group: what a tier's selector may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The account that owns it, where it is known.
    pub owner: Option<AccountId>,
    /// Its name, where it is known.
    pub name: Option<GroupName>,
    /// Its VPC, where it is known.
    pub vpc: Option<VpcId>,
    /// Its tags, by key.
    pub tags: BTreeMap<String, String>,
}

/// One rule of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Its id; events before mid-2021 do not have it.
    pub id: Option<RuleId>,
    /// What it says.
    pub permission: Permission,
    /// The text that whoever made it put beside it.
    pub description: Option<String>,
}
