//! An account under a policy, and what must hold whatever is told about it.
//!
//! A record comes in three ways: somebody tells what never happened ([`World::forged`]), EC2 did it
//! ([`World::true_to_life`]), or nobody vouches for it ([`World::hearsay`]). Of each: nothing goes that the policy
//! allows, unless the record says that somebody made it who may not; nothing comes that it does not allow; a second
//! delivery changes nothing more; observing changes nothing; and whatever is told of it is no more than text.

use std::collections::BTreeMap;

use futures_executor::block_on;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tierguard::act::Outcome;
use tierguard::change::{ChangeKind, GroupChange, GroupEdit};
use tierguard::facts::{Facts, Subject};
use tierguard::group::{Group, Rule};
use tierguard::id::{PrefixListId, RoleArn};
use tierguard::judge::{Code, Verdict, allows};
use tierguard::look::{Answers, LookUpError};
use tierguard::network::AddressSet;
use tierguard::policy::Mode;
use tierguard::sweep::{Home, Sweep};
use tierguard::wire::{self, Dismissal, Reading};
use tierguard::{Guard, Handled, Policy, Report};
use tierguard_account::{Account, Ports};

use crate::notice;

const OWN_ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";

/// An account under a policy.
pub(crate) struct World {
    guard: Guard,
    account: Account,
}

/// What became of a group: the rules that are no longer there, and those that were not there before.
struct Difference<'a> {
    group: &'a Group,
    gone: Vec<Rule>,
    added: Vec<Rule>,
}

impl World {
    pub(crate) fn new(policy: &str, account: &str) -> Self {
        let policy = Policy::parse("policy.yaml", policy).unwrap();
        Self::under(policy, Account::from_json("account.json", account).unwrap())
    }

    pub(crate) fn under(policy: Policy, account: Account) -> Self {
        Self { guard: Guard { policy, own_role: RoleArn::new(OWN_ROLE).ok() }, account }
    }

    /// What the bytes of an event are to the guard.
    pub(crate) fn read(event: &[u8]) -> Reading {
        wire::read(record(event), RoleArn::new(OWN_ROLE).ok().as_ref())
    }

    /// A record, through every door.
    pub(crate) fn hears_of(&self, reading: &Reading) {
        self.forged(reading);
        self.true_to_life(reading);
        self.hearsay(reading);
    }

    /// A record of what never happened.
    fn forged(&self, reading: &Reading) {
        self.deliver(reading, &self.account);
    }

    /// A record of what EC2 did.
    fn true_to_life(&self, reading: &Reading) {
        if let Reading::Change(change)
        | Reading::Ignored(
            _,
            Dismissal::OwnChange(Some(change)) | Dismissal::DescriptionOnly(Some(change)),
        ) = reading
        {
            let mut account = self.account.clone();
            account.apply(change);
            self.deliver(reading, &account);
        }
    }

    /// A record for which nobody vouches: at worst what it names is looked at.
    fn hearsay(&self, reading: &Reading) {
        let ports = Ports::new(self.account.clone());
        let now = now(reading);
        let handled = self.handle(reading.clone().hearsay(), &ports, now);
        let after = ports.account();
        if self.guard.policy.sweep == Mode::Observe {
            assert!(after == self.account, "hearsay brought about {:?}", handled.actions);
        }
        self.no_harm(&self.account, &after, now, |_, _| false);
    }

    /// A sweep, and another one.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let ports = Ports::new(self.account.clone());
        let home = Home { account: None, region: None };
        let sweep = || block_on(self.guard.sweep(Sweep::default(), &home, &ports, now, || true));
        sweep();
        let after = ports.account();
        ports.take_notices().iter().for_each(notice::sound);
        assert!(
            self.guard.policy.sweep == Mode::Enforce || after == self.account,
            "an observing sweep acted"
        );
        self.no_harm(&self.account, &after, now, |_, _| false);
        sweep();
        assert!(after == ports.account(), "a second sweep changed something");
    }

    /// A vouched record, twice, to an account that is as it was `before`.
    fn deliver(&self, reading: &Reading, before: &Account) {
        let now = now(reading);
        let ports = Ports::new(before.clone());
        let first = self.handle(reading.clone(), &ports, now);
        let after = ports.account();
        let is_acting = !first.actions.is_empty();
        assert!(is_acting || after == *before, "something changed without an action");
        if !matches!(reading, Reading::Change(_)) {
            assert!(!is_acting, "what is no change led to {:?}", first.actions);
        }
        self.no_harm(before, &after, now, |group, rule| is_about_its_maker(&first, group, rule));
        let is_edit = matches!(reading, Reading::Change(change) if matches!(
            change.kind,
            ChangeKind::Group(GroupChange { edit: GroupEdit::Modify { .. }, .. })
        ));
        let second = self.handle(reading.clone(), &ports, now);
        self.no_harm(&after, &ports.account(), now, |group, rule| is_about_its_maker(&second, group, rule));
        // The record of an edit tells no direction. Once the rule is gone, it may mean another one of that content. And
        // where there was no room for what is allowed of a rule, there may be once the rule is gone.
        let has_more_room = first.actions.iter().any(|action| action.outcome == Outcome::NoRoom);
        assert!(
            is_edit || has_more_room || after == ports.account(),
            "the second delivery changed more: {:?}",
            second.actions
        );
    }

    fn handle(&self, reading: Reading, ports: &Ports, now: Timestamp) -> Handled {
        let ports = ports.calling_from(reading.event().account.clone());
        let handled = block_on(self.guard.handle(reading, &ports, now));
        told(&ports, &handled);
        handled
    }

    /// Between `before` and `after`, nothing that is allowed was taken, unless `is_excused`, and nothing else was added.
    fn no_harm(
        &self,
        before: &Account,
        after: &Account,
        at: Timestamp,
        is_excused: impl Fn(&Group, &Rule) -> bool,
    ) {
        if before == after {
            return;
        }
        let entries = entries(before);
        let mut facts_of = BTreeMap::new();
        for Difference { group, gone, added } in differences(before, after) {
            let facts = facts_of.entry(&group.owner).or_insert_with(|| {
                let ours =
                    before.groups().filter(|other| other.owner.is_none() || other.owner == group.owner);
                let (groups, prefix_lists) = (Ok(ours.cloned().collect()), entries.clone());
                let answers = Answers { groups, prefix_lists, ..Answers::default() };
                Facts::about(Vec::new(), group.owner.clone(), answers, at).of_whole_account()
            });
            let subject =
                Subject::swept(group.clone(), before.rules_seen_from(group.owner.as_ref(), &group.id));
            let is_allowed = |rule: &Rule| allows(&self.guard.policy, facts, &subject, rule) == Ok(true);
            for rule in gone {
                let is_fine = !is_allowed(&rule) || is_excused(group, &rule);
                assert!(is_fine, "{} is allowed in {} and was taken", rule.permission, group.id);
            }
            for rule in added {
                assert!(
                    is_allowed(&rule),
                    "{} is not allowed in {} and was added",
                    rule.permission,
                    group.id
                );
            }
        }
    }
}

/// The record in an EventBridge event, as the Lambda finds it; any other bytes are a record themselves.
fn record(event: &[u8]) -> &[u8] {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        detail: &'a RawValue,
    }
    serde_json::from_slice(event).map_or(event, |Envelope { detail }| detail.get().as_bytes())
}

/// Whether `rule` goes because of who made it.
fn is_about_its_maker(handled: &Handled, group: &Group, rule: &Rule) -> bool {
    let Verdict::Violation(violation) = &handled.judgement.verdict else { return false };
    violation.findings.iter().any(|finding| {
        finding.code == Code::Editor
            && finding.group == group.id
            && finding.rule.permission == rule.permission
    })
}

/// What is told of `handled`, to people and to machines, is no more than text.
fn told(ports: &Ports, handled: &Handled) {
    ports.take_notices().iter().for_each(notice::sound);
    let report = serde_json::to_string(&Report::new(handled, None)).unwrap();
    serde_json::from_str::<serde_json::Value>(&report).unwrap();
}

/// The instant at which a desk handles it.
fn now(reading: &Reading) -> Timestamp {
    reading.event().time.unwrap_or_default()
}

/// The groups that are not as they were.
fn differences<'a>(before: &'a Account, after: &'a Account) -> impl Iterator<Item = Difference<'a>> {
    before.groups().filter_map(|group| {
        let rules = |account: &Account| account.rules_seen_from(group.owner.as_ref(), &group.id);
        let (had, has) = (rules(before), rules(after));
        let without = |some: &[Rule], others: &[Rule]| {
            some.iter().filter(|rule| others.binary_search(rule).is_err()).cloned().collect()
        };
        (had != has).then(|| Difference { group, gone: without(&had, &has), added: without(&has, &had) })
    })
}

/// The entries of every prefix list of `account`.
fn entries(account: &Account) -> BTreeMap<PrefixListId, Result<AddressSet, LookUpError>> {
    let file = account.to_json();
    let lists = file.get("PrefixLists").and_then(|lists| lists.as_array()).into_iter().flatten();
    let lists = lists.filter_map(|list| PrefixListId::new(list.get("PrefixListId")?.as_str()?).ok());
    lists.filter_map(|list| Some((list.clone(), Ok(account.entries_of(&list)?)))).collect()
}
