//! The guard's ports over an account in memory. Everything is answered at once: no future here ever waits.

use std::collections::BTreeSet;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tierguard::act::{AuthorizeError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::change::Change;
use tierguard::group::Group;
use tierguard::id::AccountId;
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::memory::{KeepError, Key, MemoryError, Note, Notebook, Recalled};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::{ChangeAccount, Publish, ReadAccount, Remember};

use crate::account::Account;

/// The ports over one account, one pile of notices and one notebook, which every clone shares.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    shared: Arc<Mutex<Shared>>,
    caller: Option<AccountId>,
}

#[derive(Debug, Default)]
struct Shared {
    account: Account,
    notices: Vec<Notice>,
    notebook: Notebook,
}

impl Ports {
    /// Ports over `account`, of which nobody was told anything yet.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { account, ..Shared::default() })), caller: None }
    }

    /// The same ports with the credentials of `caller`: where several accounts have a group of the same id, a call
    /// means the caller's own, and of all groups only those are seen that are the caller's own.
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

    fn all_groups(&self) -> impl Future<Output = Result<Vec<Group>, LookUpError>> + Send {
        ready(Ok(self.lock().account.seen_from(self.caller.as_ref())))
    }

    fn all_interfaces(&self) -> impl Future<Output = Result<Vec<Interface>, LookUpError>> + Send {
        ready(Ok(self.lock().account.interfaces().cloned().collect()))
    }
}

impl ChangeAccount for Ports {
    fn revoke(&self, call: &Revoke) -> impl Future<Output = Result<Revoked, RevokeError>> + Send {
        ready(self.lock().account.revoke(self.caller.as_ref(), call))
    }

    fn authorize(&self, call: &Authorize) -> impl Future<Output = Result<(), AuthorizeError>> + Send {
        ready(self.lock().account.authorize(self.caller.as_ref(), call))
    }

    fn restore_list(&self, call: &RestoreList) -> impl Future<Output = Result<(), RestoreError>> + Send {
        ready(self.lock().account.restore_list(self.caller.as_ref(), call))
    }

    fn set_groups(&self, call: &SetGroups) -> impl Future<Output = Result<(), SetGroupsError>> + Send {
        ready(self.lock().account.set_groups(self.caller.as_ref(), call))
    }
}

impl Publish for Ports {
    fn publish(&self, notice: &Notice) -> impl Future<Output = Result<(), PublishError>> + Send {
        self.lock().notices.push(notice.clone());
        ready(Ok(()))
    }
}

impl Remember for Ports {
    fn recall(
        &self,
        keys: &BTreeSet<Key>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recalled, MemoryError>> + Send {
        ready(Ok(self.lock().notebook.recall(keys, now)))
    }

    fn keep(&self, note: &Note) -> impl Future<Output = Result<(), KeepError>> + Send {
        ready(self.lock().notebook.keep(note))
    }

    fn untold(&self, now: Timestamp) -> impl Future<Output = Result<Recalled, MemoryError>> + Send {
        ready(Ok(self.lock().notebook.untold(now)))
    }
}

#[cfg(test)]
mod tests;
