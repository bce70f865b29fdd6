//! A call that puts the entries of a prefix list back, and what EC2 makes of it.

use tierguard::act::RestoreError;
use tierguard::id::AccountId;
use tierguard::plan::RestoreList;

use super::refused;
use crate::account::Account;

impl Account {
    /// Makes a restore call of `caller`.
    pub(crate) fn restore_list(
        &mut self,
        caller: Option<&AccountId>,
        call: &RestoreList,
    ) -> Result<(), RestoreError> {
        let id = call.list();
        let list = self.lists.get_mut(id).ok_or(RestoreError::Changed)?;
        if !list.owner.lets_change(caller) {
            let message = format!("the prefix list {id} belongs to somebody else");
            return Err(refused(message).into());
        }
        if list.version() != call.from() {
            return Err(RestoreError::Changed);
        }
        let entries = list
            .entries_at(call.to())
            .cloned()
            .ok_or_else(|| refused(format!("the prefix list {id} has no version {}", call.to())))?;
        list.turn(call.from(), Some(entries));
        Ok(())
    }
}
