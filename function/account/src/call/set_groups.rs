//! A call that sets the groups of an interface, and what EC2 makes of it.

use tierguard::act::SetGroupsError;
use tierguard::change::InterfaceKey;
use tierguard::id::AccountId;
use tierguard::plan::SetGroups;

use super::refused;
use crate::account::Account;

impl Account {
    /// Makes a call of `caller` that sets groups. An interface that an AWS service manages is the service's own.
    pub(crate) fn set_groups(
        &mut self,
        caller: Option<&AccountId>,
        call: &SetGroups,
    ) -> Result<(), SetGroupsError> {
        let id = call.interface();
        let found = self.interface(caller, &InterfaceKey::Id(id.clone()));
        let held = found.ok_or(SetGroupsError::InterfaceGone)?;
        if let Some(by) = &held.interface.managed_by {
            let message = format!("OperationNotPermitted: The network interface '{id}' is managed by {by}");
            return Err(refused(message).into());
        }
        let owner = held.owner.clone().or_else(|| caller.cloned());
        let is_unknown = |group: &&_| !self.learning && self.entry(owner.as_ref(), group).is_none();
        if let Some(group) = call.groups().iter().find(is_unknown) {
            let message = format!("InvalidGroup.NotFound: The security group '{group}' does not exist");
            return Err(refused(message).into());
        }
        if let Some(held) = self.interfaces.get_mut(id) {
            held.replace_groups(call.groups());
        }
        Ok(())
    }
}
