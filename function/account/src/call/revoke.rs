//! A revoke call, and what EC2 makes of it.

use std::collections::BTreeSet;

use tierguard::act::{RevokeError, Revoked};
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupKey, RuleId};
use tierguard::permission::Permission;
use tierguard::plan::{Naming, Revoke};

use crate::account::Account;
use crate::entry::Entry;

impl Account {
    /// Makes a revoke call of `caller`. All or nothing, but for rules named by content in a default VPC: there those
    /// that exist are revoked, and the others are told.
    pub(crate) fn revoke(
        &mut self,
        caller: Option<&AccountId>,
        call: &Revoke,
    ) -> Result<Revoked, RevokeError> {
        let group = GroupKey::Id(call.group().clone());
        let key = self.resolve(caller, &group).ok_or(RevokeError::GroupGone)?;
        let owner = key.1.clone().or_else(|| caller.cloned());
        let entry = self.groups.get(&key).ok_or(RevokeError::GroupGone)?;
        let named = |rule| (rule, self.named(entry, owner.as_ref(), call, rule));
        let named: Vec<(&Rule, _)> = call.rules().iter().map(named).collect();
        let is_refused = call.naming() == Naming::Id || !self.is_default_vpc(entry.group.vpc.as_ref());
        let (gone, there): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, ids)| ids.is_empty());
        if is_refused && !gone.is_empty() {
            return Err(RevokeError::NotThere);
        }
        if let Some(entry) = self.groups.get_mut(&key) {
            for id in there.iter().flat_map(|(_, ids)| ids) {
                entry.rules.remove(id);
            }
        }
        Ok(Revoked { unknown: gone.into_iter().map(|(rule, _)| rule.permission.clone()).collect() })
    }

    /// The ids of the rules of `entry` that a call names by `rule`. A reference without an account is to a group of the
    /// caller, never to another account's group of that id.
    fn named(
        &self,
        entry: &Entry,
        owner: Option<&AccountId>,
        call: &Revoke,
        rule: &Rule,
    ) -> BTreeSet<RuleId> {
        let mut ids = match (call.naming(), &rule.id) {
            (Naming::Id, Some(id)) => [id.clone()].into(),
            (Naming::Id, None) | (Naming::Content, _) => {
                let peer = self.completed(owner, &rule.permission.peer);
                entry.rules.same_as(&Permission { peer, ..rule.permission.clone() }, owner)
            }
        };
        ids.retain(|id| {
            entry.rules.get(id).is_some_and(|held| held.rule.permission.direction == call.direction())
        });
        ids
    }
}
