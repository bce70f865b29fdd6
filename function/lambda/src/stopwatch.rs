//! When the last of what an event brought about was taken away again: what exposure is measured to. The guard has no
//! clock; the door notes the instant at which AWS answers.
//!
//! Only what takes away counts, and only what was done: a rule that is put back was no exposure, and one that somebody
//! else had removed before was over when they did.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tierguard::act::{AuthorizeError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::Group;
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::memory::{KeepError, Key, MemoryError, Note, Recalled};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::{ChangeAccount, Publish, ReadAccount, Remember};

/// Runs from when the handling of one event begins.
#[derive(Debug)]
pub struct Stopwatch {
    began: Instant,
    undone: Mutex<Option<Duration>>,
}

/// Ports that note on a stopwatch when something was taken away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed<'a, P> {
    /// The ports.
    pub(crate) ports: &'a P,
    /// The stopwatch of the event.
    pub(crate) stopwatch: &'a Stopwatch,
}

impl Stopwatch {
    /// One that runs from now.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), undone: Mutex::default() }
    }

    /// How long it has been running.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// When something was taken away the last time; `None` where nothing was.
    #[must_use]
    pub fn undone(&self) -> Option<Duration> {
        *self.undone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self) {
        *self.undone.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.elapsed());
    }
}

impl<P: Sync> Timed<'_, P> {
    /// Notes the present instant if `answer` says that something `is_undone`.
    fn noted<T, E>(&self, answer: Result<T, E>, is_undone: impl FnOnce(&T) -> bool) -> Result<T, E> {
        if answer.as_ref().is_ok_and(is_undone) {
            self.stopwatch.note();
        }
        answer
    }
}

impl<P: ChangeAccount + Sync> ChangeAccount for Timed<'_, P> {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        let answer = self.ports.revoke(call).await;
        self.noted(answer, |revoked| revoked.unknown.len() < call.rules().len())
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.ports.authorize(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        let answer = self.ports.restore_list(call).await;
        self.noted(answer, |()| true)
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        let answer = self.ports.set_groups(call).await;
        self.noted(answer, |()| true)
    }
}

impl<P: ReadAccount + Sync> ReadAccount for Timed<'_, P> {
    async fn look(&self, questions: &Questions) -> Answers {
        self.ports.look(questions).await
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.ports.all_groups().await
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.ports.all_interfaces().await
    }
}

impl<P: Publish + Sync> Publish for Timed<'_, P> {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        self.ports.publish(notice).await
    }
}

impl<P: Remember + Sync> Remember for Timed<'_, P> {
    async fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Result<Recalled, MemoryError> {
        self.ports.recall(keys, now).await
    }

    async fn keep(&self, note: &Note) -> Result<(), KeepError> {
        self.ports.keep(note).await
    }

    async fn untold(&self, now: Timestamp) -> Result<Recalled, MemoryError> {
        self.ports.untold(now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::calls::{authorize, restore, revoke, set_groups};

    /// An account that gives every call the same answer.
    struct Says(Result<Revoked, RevokeError>);

    impl ChangeAccount for Says {
        async fn revoke(&self, _: &Revoke) -> Result<Revoked, RevokeError> {
            self.0.clone()
        }

        async fn authorize(&self, _: &Authorize) -> Result<(), AuthorizeError> {
            self.0.clone().map(drop).map_err(|_| AuthorizeError::Duplicate)
        }

        async fn restore_list(&self, _: &RestoreList) -> Result<(), RestoreError> {
            self.0.clone().map(drop).map_err(|_| RestoreError::Changed)
        }

        async fn set_groups(&self, _: &SetGroups) -> Result<(), SetGroupsError> {
            self.0.clone().map(drop).map_err(|_| SetGroupsError::InterfaceGone)
        }
    }

    /// Whether each kind of call is noted when it is answered so: revoke, restore, set groups, authorize.
    async fn noted(answer: Result<Revoked, RevokeError>) -> [bool; 4] {
        let says = Says(answer);
        let stopwatches = [(); 4].map(|()| Stopwatch::start());
        let [a, b, c, d] = stopwatches.each_ref().map(|stopwatch| Timed { ports: &says, stopwatch });
        drop(a.revoke(&revoke("22/tcp from 0.0.0.0/0")).await);
        drop(b.restore_list(&restore()).await);
        drop(c.set_groups(&set_groups()).await);
        drop(d.authorize(&authorize(&[("443/tcp from 0.0.0.0/0", None)])).await);
        stopwatches.map(|stopwatch| stopwatch.undone().is_some())
    }

    #[tokio::test]
    async fn what_takes_away_and_was_done_is_noted() {
        assert_eq!(noted(Ok(Revoked::default())).await, [true, true, true, false]);
    }

    #[tokio::test]
    async fn what_was_not_done_is_not_noted() {
        assert_eq!(noted(Err(RevokeError::NotThere)).await, [false; 4]);
    }

    /// The answer of a default VPC to a revoke of what is not there.
    #[tokio::test]
    async fn what_was_gone_before_is_not_noted() {
        let call = revoke("22/tcp from 0.0.0.0/0");
        let unknown = call.rules().iter().map(|rule| rule.permission.clone()).collect();
        let [is_noted, ..] = noted(Ok(Revoked { unknown })).await;
        assert!(!is_noted);
    }

    #[test]
    fn the_last_instant_counts() {
        let stopwatch = Stopwatch::start();
        assert_eq!(stopwatch.undone(), None);
        stopwatch.note();
        let first = stopwatch.undone();
        stopwatch.note();
        assert!(first.is_some() && stopwatch.undone() >= first);
        assert!(stopwatch.undone() <= Some(stopwatch.elapsed()));
    }
}
