//! A revoke call, and what EC2 makes of it.

use tierguard::act::{RevokeError, Revoked};
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupKey, RuleId};
use tierguard::permission::{Direction, Permission};
use tierguard::plan::{Call, Naming};

use crate::account::Account;
use crate::entry::{Entry, is_same};

impl Account {
    /// Makes a revoke call of `caller`. All or nothing, but for rules named by content in a default VPC: there those
    /// that exist are revoked, and the others are told.
    pub(crate) fn revoke(&mut self, caller: Option<&AccountId>, call: &Call) -> Result<Revoked, RevokeError> {
        let group = GroupKey::Id(call.group().clone());
        let key = self.resolve(caller, &group).ok_or(RevokeError::GroupGone)?;
        let owner = key.1.clone().or_else(|| caller.cloned());
        let wanted: Vec<_> =
            call.rules().iter().map(|rule| self.wanted(owner.as_ref(), call, rule)).collect();
        let entry = self.groups.get(&key).ok_or(RevokeError::GroupGone)?;
        let unknown: Vec<_> = wanted.iter().filter(|wanted| !wanted.is_in(entry)).collect();
        let is_refused = call.naming() == Naming::Id || !self.is_default_vpc(entry.group.vpc.as_ref());
        if is_refused && !unknown.is_empty() {
            return Err(RevokeError::NotThere);
        }
        let unknown = unknown.into_iter().map(|wanted| wanted.rule.permission.clone()).collect();
        if let Some(entry) = self.groups.get_mut(&key) {
            entry.rules.retain(|held| !wanted.iter().any(|wanted| wanted.names(&held.rule)));
        }
        Ok(Revoked { unknown })
    }

    fn wanted<'c>(&self, owner: Option<&AccountId>, call: &'c Call, rule: &'c Rule) -> Wanted<'c> {
        Wanted {
            direction: call.direction(),
            id: rule.id.as_ref().filter(|_| call.naming() == Naming::Id),
            content: Permission {
                peer: self.completed(owner, &rule.permission.peer),
                ..rule.permission.clone()
            },
            owner: owner.cloned(),
            rule,
        }
    }
}

/// One rule of a call, as the call names it.
struct Wanted<'c> {
    direction: Direction,
    /// Its id, where the call names it so.
    id: Option<&'c RuleId>,
    content: Permission,
    owner: Option<AccountId>,
    rule: &'c Rule,
}

impl Wanted<'_> {
    fn is_in(&self, entry: &Entry) -> bool {
        entry.rules().any(|rule| self.names(rule))
    }

    fn names(&self, rule: &Rule) -> bool {
        let is_named = match self.id {
            Some(id) => rule.id.as_ref() == Some(id),
            None => is_same(&rule.permission, &self.content, self.owner.as_ref()),
        };
        is_named && rule.permission.direction == self.direction
    }
}
