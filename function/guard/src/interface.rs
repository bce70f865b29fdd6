//! A network interface as it stands in the account, and the groups on it.

use std::collections::BTreeSet;

use crate::change::InterfaceKey;
use crate::id::{GroupId, InstanceId, InterfaceId, VpcId};

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its id.
    pub id: InterfaceId,
    /// The instance that it is attached to, if it is to one, and whether it is its primary interface.
    pub instance: Option<(InstanceId, IsPrimary)>,
    /// Its VPC, where it is known.
    pub vpc: Option<VpcId>,
    /// Its groups; EC2 keeps at least one on each.
    pub groups: BTreeSet<GroupId>,
    /// The groups that the change put on it, where the record tells; empty where there was no change.
    pub told: BTreeSet<GroupId>,
    /// The AWS service that manages it: then nobody else may change its groups.
    pub managed_by: Option<String>,
}

/// Whether an interface is the primary one of its instance (device index 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsPrimary {
    /// It is.
    Yes,
    /// It is a further one.
    No,
}

impl Interface {
    /// Whether a request means it by `key`.
    #[must_use]
    pub fn is(&self, key: &InterfaceKey) -> bool {
        match (key, &self.instance) {
            (InterfaceKey::Id(id), _) => self.id == *id,
            (InterfaceKey::PrimaryOf(instance), Some((attached, IsPrimary::Yes))) => attached == instance,
            (InterfaceKey::PrimaryOf(_), Some((_, IsPrimary::No)) | None) => false,
        }
    }
}
