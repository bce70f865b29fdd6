//! The account as it was from an instant on, and what the policy says of it then.

use std::collections::BTreeSet;

use tierguard::Policy;
use tierguard::facts::{Facts, Subject};
use tierguard::group::{Group, Rule};
use tierguard::id::{GroupId, InterfaceId, RoleArn};
use tierguard::judge::allows;
use tierguard::look::Answers;
use tierguard::permission::{Peer, Permission};
use tierguard::policy::Mode;
use tierguard_account::Account;

use crate::clock::Moment;
use crate::scene::{account_id, list_id};

/// A rule of a group, by its content.
pub(crate) type Place = (GroupId, Permission);

/// Groups, with their tags, and the version of the prefix list.
pub(crate) type Context = (Vec<Group>, i64);

/// The account as it was from an instant on.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) since: Moment,
    pub(crate) account: Account,
    /// The version of the prefix list.
    pub(crate) version: i64,
}

/// What the policy says of a view.
pub(crate) struct Court<'a> {
    policy: &'a Policy,
    view: &'a View,
    facts: Facts,
}

impl View {
    pub(crate) fn rules(&self, group: &GroupId) -> Vec<Rule> {
        self.account.rules_of(group)
    }

    /// All rules of all groups.
    pub(crate) fn places(&self) -> BTreeSet<Place> {
        let rules = |group: &Group| {
            let id = group.id.clone();
            self.rules(&group.id).into_iter().map(move |rule| (id.clone(), rule.permission))
        };
        self.account.groups().flat_map(rules).collect()
    }

    pub(crate) fn groups_on(&self, interface: &InterfaceId) -> Option<&BTreeSet<GroupId>> {
        self.account.interfaces().find(|it| it.id == *interface).map(|it| &it.groups)
    }

    /// What bears on a judgement, but for rules: which groups there are, with their tags, and the version of the list.
    pub(crate) fn context(&self) -> Context {
        (self.account.groups().cloned().collect(), self.version)
    }

    /// What `policy` says of it at the instant `at`.
    pub(crate) fn court<'a>(&'a self, policy: &'a Policy, at: Moment) -> Court<'a> {
        let answers = Answers {
            groups: Ok(self.account.groups().cloned().collect()),
            prefix_lists: self
                .account
                .entries_of(&list_id())
                .map(|it| (list_id(), Ok(it)))
                .into_iter()
                .collect(),
            ..Answers::default()
        };
        let facts = Facts::about(Vec::new(), Some(account_id()), answers, at.timestamp());
        Court { policy, view: self, facts: facts.of_whole_account() }
    }
}

impl Court<'_> {
    fn group(&self, id: &GroupId) -> Option<&Group> {
        self.view.account.group(None, id)
    }

    /// Whether the policy allows this content in the group, whoever makes it; `None` where there is no such group.
    pub(crate) fn allows(&self, (group, permission): &Place) -> Option<bool> {
        let rule = Rule { id: None, permission: permission.clone(), description: None };
        let subject = Subject::swept(self.group(group)?.clone(), vec![rule.clone()]);
        Some(allows(self.policy, &self.facts, &subject, &rule).unwrap())
    }

    /// Whether a tier of the group lets only some change it, and `maker` is none of them.
    pub(crate) fn is_outsider(&self, group: &GroupId, maker: &str) -> bool {
        let actor = tierguard::change::Actor { role: RoleArn::new(maker).ok(), ..Default::default() };
        let tiers = self.group(group).into_iter().flat_map(|group| self.policy.tiers_of(group));
        tiers.filter_map(|tier| tier.editors.as_ref()).any(|editors| !editors.include(&actor))
    }

    /// Whether something that holds for the group wants calls to be made.
    pub(crate) fn enforces(&self, group: &GroupId) -> bool {
        let scopes = self.group(group).map(|group| self.policy.scopes(group)).unwrap_or_default();
        scopes.iter().any(|scope| scope.reaction().mode == Mode::Enforce)
    }

    /// Whether the policy forbids a rule that names the prefix list.
    pub(crate) fn forbids_list(&self) -> bool {
        let names_list = |(_, permission): &&Place| permission.peer == Peer::PrefixList(list_id());
        self.view.places().iter().filter(names_list).any(|place| self.allows(place) == Some(false))
    }

    /// Whether the tiers of these groups may not meet on an interface.
    pub(crate) fn forbids_together(&self, groups: &BTreeSet<GroupId>) -> bool {
        let Some(interfaces) = &self.policy.interfaces else { return false };
        let groups = groups.iter().filter_map(|id| self.group(id));
        let tiers = groups.flat_map(|group| self.policy.tiers_of(group)).map(|tier| &tier.name);
        !interfaces.allow(&tiers.collect())
    }
}
