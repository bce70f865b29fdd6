//! An authorize call, and what EC2 makes of it.

use std::collections::BTreeSet;

use tierguard::act::AuthorizeError;
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupKey};
use tierguard::permission::{GroupRef, Peer, Permission};
use tierguard::plan::Authorize;

use super::refused;
use crate::account::Account;

impl Account {
    /// Makes an authorize call of `caller`: all or nothing.
    pub(crate) fn authorize(
        &mut self,
        caller: Option<&AccountId>,
        call: &Authorize,
    ) -> Result<(), AuthorizeError> {
        let group = GroupKey::Id(call.group().clone());
        let key = self.resolve(caller, &group).ok_or(AuthorizeError::GroupGone)?;
        let owner = key.1.clone().or_else(|| caller.cloned());
        let entry = self.groups.get(&key).ok_or(AuthorizeError::GroupGone)?;
        let rules = call.rules().iter().map(|rule| self.to_be_added(owner.as_ref(), rule));
        let rules: Vec<_> = rules.collect::<Result<_, _>>()?;
        let mut seen = BTreeSet::new();
        let is_new = |rule: &Rule| {
            entry.rules.same_as(&rule.permission, owner.as_ref()).is_empty()
                && seen.insert(rule.permission.clone())
        };
        if !rules.iter().all(is_new) {
            return Err(AuthorizeError::Duplicate);
        }
        if !self.has_room(entry, call.direction(), &rules) {
            return Err(AuthorizeError::NoRoom);
        }
        if let Some(entry) = self.groups.get_mut(&key) {
            for rule in rules {
                entry.push(rule.into());
            }
        }
        Ok(())
    }

    /// `rule` as EC2 adds it to a group of `owner`: under an id of its own, referring only to a group that exists. What
    /// groups another account has, and what groups there are in an account that learns, nobody knows here.
    fn to_be_added(&self, owner: Option<&AccountId>, rule: &Rule) -> Result<Rule, AuthorizeError> {
        let peer = self.completed(owner, &rule.permission.peer);
        if let Peer::Group(GroupRef { owner: theirs, group }) = &rule.permission.peer {
            let is_ours = theirs.is_none() || theirs.as_ref() == owner;
            if is_ours && !self.learning && self.resolve(owner, group).is_none() {
                let message = format!("InvalidGroup.NotFound: The security group '{group}' does not exist");
                return Err(refused(message).into());
            }
        }
        let permission = Permission { peer, ..rule.permission.clone() };
        Ok(Rule { id: None, permission, description: rule.description.clone() })
    }
}
