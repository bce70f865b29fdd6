//! The guard's ports over an account in memory. Everything is answered at once: no future here ever waits.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tierguard::act::{RevokeError, Revoked};
use tierguard::change::Change;
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, PrefixListId};
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::network::AddressSet;
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::Call;
use tierguard::{ChangeAccount, Publish, ReadAccount};

use crate::account::Account;

/// The ports over one account and one pile of notices, which every clone shares.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    shared: Arc<Mutex<Shared>>,
    caller: Option<AccountId>,
}

#[derive(Debug, Default)]
struct Shared {
    account: Account,
    notices: Vec<Notice>,
}

impl Ports {
    /// Ports over `account`, of which nobody was told anything yet.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { account, notices: Vec::new() })), caller: None }
    }

    /// The same ports with the credentials of `caller`: where several accounts have a group of the same id, a revoke
    /// means the caller's own.
    #[must_use]
    pub fn calling_from(&self, caller: Option<AccountId>) -> Self {
        Self { shared: Arc::clone(&self.shared), caller }
    }

    /// The account as it is now.
    #[must_use]
    pub fn account(&self) -> Account {
        self.lock().account.clone()
    }

    /// Applies a successful change, as EC2 would have: see [`Account::apply`].
    pub fn apply(&self, change: &Change) {
        self.lock().account.apply(change);
    }

    /// What was published since this was last asked, in order.
    #[must_use]
    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut self.lock().notices)
    }

    /// A panic elsewhere leaves the account whole: every change to it is made in one piece.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadAccount for Ports {
    fn look(&self, questions: &Questions) -> impl Future<Output = Answers> + Send {
        ready(self.lock().account.answer(questions))
    }
}

impl ChangeAccount for Ports {
    fn revoke(&self, call: &Call) -> impl Future<Output = Result<Revoked, RevokeError>> + Send {
        ready(self.lock().account.revoke(self.caller.as_ref(), call))
    }
}

impl Publish for Ports {
    fn publish(&self, notice: &Notice) -> impl Future<Output = Result<(), PublishError>> + Send {
        self.lock().notices.push(notice.clone());
        ready(Ok(()))
    }
}

impl Account {
    /// Answers as EC2 would.
    fn answer(&self, questions: &Questions) -> Answers {
        let Questions { account, region: _, age: _, groups, named, rules_of, prefix_lists } = questions;
        let account = account.as_ref();
        let cloned = |found: Option<&Group>| found.cloned();
        Answers {
            unseen: BTreeMap::new(),
            groups: Ok(groups.iter().filter_map(|id| cloned(self.group(account, id))).collect()),
            named: Ok(named.iter().filter_map(|name| cloned(self.group_named(account, name))).collect()),
            rules: rules_of.as_ref().map_or(Ok(Vec::new()), |group| self.live_rules(account, group)),
            prefix_lists: prefix_lists.iter().map(|list| (list.clone(), self.look_up(list))).collect(),
        }
    }

    /// No rules for a group that is not there: EC2 filters by the group's id, and finds none.
    fn live_rules(&self, account: Option<&AccountId>, group: &GroupId) -> Result<Vec<Rule>, LookUpError> {
        if self.entry(account, group).is_some_and(|entry| entry.cut) {
            return Err(LookUpError {
                call: "DescribeSecurityGroupRules",
                message: format!("CloudTrail cut a record of {group}, and no account file tells its rules"),
                retryable: false,
            });
        }
        Ok(self.rules_seen_from(account, group))
    }

    fn look_up(&self, list: &PrefixListId) -> Result<AddressSet, LookUpError> {
        self.entries_of(list).cloned().ok_or_else(|| LookUpError {
            call: "GetManagedPrefixListEntries",
            message: format!("InvalidPrefixListID.NotFound: The prefix list ID '{list}' does not exist"),
            retryable: false,
        })
    }
}

#[cfg(test)]
mod tests;
