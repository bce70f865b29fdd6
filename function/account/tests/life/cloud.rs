//! EC2, as it is and as it was a moment ago: Describe calls may show what was true a minute before.

use std::collections::VecDeque;

use tierguard::change::{Actor, Change, ChangeKind, Event, GroupChange, GroupEdit, Told};
use tierguard::id::{EventId, Region, RoleArn, RuleId};
use tierguard_account::{Account, Ports};

use crate::call;
use crate::clock::{MINUTE, Moment};
use crate::scene::{REGION, account_id};
use crate::view::View;

/// How far a Describe call may lag behind.
pub(crate) const LAG: i64 = MINUTE;

/// The account, and what it was for as long as anybody may still see that.
pub(crate) struct Cloud {
    /// The last one is the account as it is.
    views: VecDeque<View>,
    events: usize,
}

/// A call that EC2 refused, and with which code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str);

impl Cloud {
    pub(crate) fn new(account: Account) -> Self {
        let view = View { since: Moment(0), account, version: 1 };
        Self { views: [view].into(), events: 0 }
    }

    /// The account as it is.
    pub(crate) fn now(&self) -> &View {
        &self.views[self.views.len() - 1]
    }

    /// The account as it was at `moment`.
    pub(crate) fn at(&self, moment: Moment) -> &View {
        self.since(moment).next().unwrap()
    }

    /// Everything that the account has been since `moment`.
    pub(crate) fn since(&self, moment: Moment) -> impl Iterator<Item = &View> {
        let first = self.views.iter().rposition(|view| view.since <= moment).unwrap_or(0);
        self.views.iter().skip(first)
    }

    /// Forgets what the account was before `moment`.
    pub(crate) fn forget(&mut self, moment: Moment) {
        while self.views.get(1).is_some_and(|view| view.since <= moment) {
            self.views.pop_front();
        }
    }

    /// The change that a call of `role` makes; whether EC2 makes it is another question.
    pub(crate) fn change(&mut self, at: Moment, role: &str, kind: ChangeKind) -> Change {
        self.events += 1;
        let event = Event {
            id: EventId::new(&format!("e-{}", self.events)).ok(),
            name: Some(call::name(&kind).to_owned()),
            time: Some(at.to_the_second()),
            account: Some(account_id()),
            region: Region::new(REGION).ok(),
            actor: Actor { role: RoleArn::new(role).ok(), ..Actor::default() },
            ..Event::default()
        };
        Change { event, kind: self.with_ids(kind) }
    }

    /// Makes a change of somebody else than the guard.
    pub(crate) fn make(&mut self, at: Moment, change: &Change) -> Result<(), Refusal> {
        call::refusal(self.now(), &change.kind).map_or(Ok(()), Err)?;
        let mut account = self.now().account.clone();
        account.apply(change);
        self.become_now(at, account, matches!(change.kind, ChangeKind::PrefixList(_)));
        Ok(())
    }

    /// Lets the guard make a call: the account before it, and what came back.
    pub(crate) fn serve<T>(
        &mut self,
        at: Moment,
        is_of_list: bool,
        call: impl FnOnce(&Ports) -> T,
    ) -> (View, T) {
        let before = self.now().clone();
        let ports = Ports::new(before.account.clone()).calling_from(Some(account_id()));
        let answer = call(&ports);
        let account = ports.account();
        if account != before.account {
            self.become_now(at, account, is_of_list);
        }
        (before, answer)
    }

    fn become_now(&mut self, at: Moment, account: Account, is_of_list: bool) {
        let version = self.now().version + i64::from(is_of_list);
        self.views.push_back(View { since: at, account, version });
    }

    /// `kind`, whose new rules have ids.
    fn with_ids(&self, kind: ChangeKind) -> ChangeKind {
        let ChangeKind::Group(GroupChange { group, edit: GroupEdit::Authorize { direction, rules } }) = kind
        else {
            return kind;
        };
        let Told::Whole(mut rules) = rules else { panic!("people know what they do") };
        for (rule, number) in rules.iter_mut().zip(0..) {
            let id = RuleId::new(&format!("sgr-{:08x}{number:x}", self.events)).unwrap();
            rule.id = rule.id.take().or(Some(id));
        }
        ChangeKind::Group(GroupChange {
            group,
            edit: GroupEdit::Authorize { direction, rules: Told::Whole(rules) },
        })
    }
}
