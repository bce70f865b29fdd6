//! Groups put on network interfaces: `RunInstances`, `CreateNetworkInterface`, `ModifyNetworkInterfaceAttribute`,
//! `ModifyInstanceAttribute`. No record tells which groups an interface had before.

use std::collections::BTreeSet;
use std::fmt;

use crate::id::{GroupId, InstanceId, InterfaceId, VpcId};

/// Interfaces that got their groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Each of them, once; never empty.
    pub interfaces: Vec<Attached>,
}

/// One interface, and its groups from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The interface.
    pub interface: InterfaceKey,
    /// The instance that it belongs to, where the record tells.
    pub instance: Option<InstanceId>,
    /// The VPC, where the record tells.
    pub vpc: Option<VpcId>,
    /// Its groups, as far as the record tells.
    pub groups: BTreeSet<GroupId>,
}

/// An interface as a request names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InterfaceKey {
    /// By its id.
    Id(InterfaceId),
    /// The primary interface of an instance.
    PrimaryOf(InstanceId),
}

impl fmt::Display for InterfaceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::PrimaryOf(instance) => write!(f, "the primary interface of {instance}"),
        }
    }
}
