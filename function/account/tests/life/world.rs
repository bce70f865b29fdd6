//! Everything that there is but the guard: the account, the weather, who watches, and what was done.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::change::{Change, ChangeKind, GroupChange, GroupEdit, ListChange, ListEdit, RuleKey, Told};
use tierguard::group::Rule;
use tierguard::id::{GroupId, GroupKey};
use tierguard::memory::Notebook;
use tierguard::notice::Notice;
use tierguard::plan::{Authorize, Naming, RestoreList, Revoke, SetGroups};

use crate::call;
use crate::clock::Moment;
use crate::cloud::Cloud;
use crate::lambda::JobId;
use crate::scene::OWN;
use crate::story::Story;
use crate::watcher::{Deed, Watcher};
use crate::weather::Weather;

/// Everything but the guard.
pub(crate) struct World {
    pub(crate) now: Moment,
    pub(crate) cloud: Cloud,
    pub(crate) weather: Weather,
    pub(crate) watcher: Watcher,
    pub(crate) story: Story,
    /// What the guard keeps until people were told.
    pub(crate) notebook: Notebook,
    /// Which job put what in there.
    pub(crate) authors: Vec<(Notice, JobId)>,
    /// When the invocation that is looked at can go on.
    pub(crate) alarms: Vec<Moment>,
    /// What the guard did, and no record was written of yet.
    pub(crate) own: Vec<Change>,
}

impl World {
    pub(crate) fn revoke(&mut self, job: JobId, call: &Revoke) -> Result<Revoked, RevokeError> {
        let (before, answer) = self.cloud.serve(self.now, false, |ports| at_once(ports.revoke(call)));
        let left = self.cloud.now().rules(call.group());
        let gone: Vec<_> =
            before.rules(call.group()).into_iter().filter(|rule| !left.contains(rule)).collect();
        if !gone.is_empty() {
            self.own_call(taken(call, &gone));
            for rule in gone {
                self.done(job, &Deed::Took(call.group().clone(), rule));
            }
        }
        answer
    }

    pub(crate) fn authorize(&mut self, job: JobId, call: &Authorize) -> Result<(), AuthorizeError> {
        let (before, answer) = self.cloud.serve(self.now, false, |ports| at_once(ports.authorize(call)));
        let held = before.rules(call.group());
        let rules = self.cloud.now().rules(call.group());
        let new: Vec<_> = rules.into_iter().filter(|rule| !held.contains(rule)).collect();
        if !new.is_empty() {
            self.own_call(added(call.group(), &new));
            for rule in new {
                self.done(job, &Deed::Added(call.group().clone(), rule));
            }
        }
        answer
    }

    pub(crate) fn restore_list(&mut self, job: JobId, call: &RestoreList) -> Result<(), RestoreError> {
        let (_, answer) = self.cloud.serve(self.now, true, |ports| at_once(ports.restore_list(call)));
        if answer.is_ok() {
            let edit = ListEdit::Restore { version: call.to() };
            self.own_call(ChangeKind::PrefixList(ListChange {
                list: call.list().clone(),
                before: Some(call.from()),
                edit,
            }));
            self.done(job, &Deed::PutBack);
        }
        answer
    }

    pub(crate) fn set_groups(&mut self, job: JobId, call: &SetGroups) -> Result<(), SetGroupsError> {
        let (_, answer) = self.cloud.serve(self.now, false, |ports| at_once(ports.set_groups(call)));
        if answer.is_ok() {
            self.own_call(call::attach(call.interface(), call.groups().clone()));
            self.done(job, &Deed::Detached(call.interface().clone()));
        }
        answer
    }

    /// `job` keeps `notices`, of which others may have put some in.
    pub(crate) fn put_in(&mut self, job: JobId, notices: &[Notice]) {
        for notice in notices {
            if !self.authors.iter().any(|(known, _)| known == notice) {
                self.authors.push((notice.clone(), job));
                self.watcher.keeps(self.now, job);
            }
        }
    }

    /// `job` told people of what it has done, or of what another one has.
    pub(crate) fn told(&mut self, job: JobId, notice: &Notice) {
        let author =
            self.authors.iter().find(|(known, _)| known == notice).map_or(job, |(_, author)| *author);
        self.watcher.heard(self.now, author, notice);
        self.watcher.tally.for_others += usize::from(author != job);
    }

    /// What is kept is told by the next sweep.
    pub(crate) fn tell_what_is_kept(&mut self) {
        let kept = self.notebook.untold(self.now.timestamp());
        for notice in kept.outboxes().flat_map(|(_, notices)| notices) {
            let (_, author) = self.authors.iter().find(|(known, _)| known == notice).unwrap();
            self.watcher.heard(self.now, *author, notice);
        }
    }

    fn own_call(&mut self, kind: ChangeKind) {
        let change = self.cloud.change(self.now, OWN, kind);
        self.own.push(change);
    }

    fn done(&mut self, job: JobId, deed: &Deed) {
        self.story.tell(self.now, || format!("guard {job} {deed}"));
        self.watcher.saw(&self.cloud, self.now, job, deed);
    }
}

fn taken(call: &Revoke, gone: &[Rule]) -> ChangeKind {
    let key = |rule: &Rule| match (call.naming(), &rule.id) {
        (Naming::Id, Some(id)) => RuleKey::Id(id.clone()),
        (Naming::Id | Naming::Content, _) => RuleKey::Content(rule.permission.clone()),
    };
    let rules = Told::Whole(gone.iter().map(key).collect());
    edit(call.group(), GroupEdit::Revoke { direction: call.direction(), rules, removed: gone.to_vec() })
}

fn added(group: &GroupId, new: &[Rule]) -> ChangeKind {
    let direction = new[0].permission.direction;
    edit(group, GroupEdit::Authorize { direction, rules: Told::Whole(new.to_vec()) })
}

fn edit(group: &GroupId, edit: GroupEdit) -> ChangeKind {
    ChangeKind::Group(GroupChange { group: GroupKey::Id(group.clone()), edit })
}

/// What a future gives that never waits.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an account in memory answers at once"),
    }
}
