//! What a judgement needs to know: as much as the change itself tells at once, and the rest when the answers are in.

use jiff::Timestamp;

use super::{Answers, Questions};
use crate::change::{
    Attachment, Change, ChangeKind, Event, GroupChange, GroupEdit, ListChange, TagChange, Told,
};
use crate::facts::Subject;
use crate::id::GroupKey;
use crate::network::Network;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::Policy;

impl Questions {
    /// What a judgement of `change` at the instant `now` needs, as far as the change itself tells. Empty for a change
    /// that needs none.
    #[must_use]
    pub fn of(change: &Change, policy: &Policy, now: Timestamp) -> Self {
        let Event { account, region, time, .. } = &change.event;
        let mut questions = Self {
            account: account.clone(),
            region: region.clone(),
            age: time.map(|time| now.duration_since(time)),
            ..Self::default()
        };
        match &change.kind {
            ChangeKind::Group(group) => questions.ask_about_group(group, &change.event, policy),
            ChangeKind::Tags(tags) => questions.ask_about_tags(tags, policy),
            ChangeKind::PrefixList(list) => questions.ask_about_list(list, policy),
            ChangeKind::Attachment(attachment) => questions.ask_about_interfaces(attachment),
        }
        questions
    }

    /// What a judgement of `change` needs beyond what was asked in `self` and answered with `answers`: only what the
    /// event does not tell can need more. Empty (see [`Self::is_empty`]) otherwise.
    #[must_use]
    pub fn still_open(&self, change: &Change, answers: &Answers, policy: &Policy) -> Self {
        let mut more = Self {
            account: self.account.clone(),
            region: self.region.clone(),
            age: self.age,
            ..Self::default()
        };
        if let ChangeKind::PrefixList(_) = &change.kind {
            more.rules_of = answers.users.iter().flatten().map(|group| group.id.clone()).collect();
        }
        for interface in answers.interfaces.iter().flatten() {
            more.groups.extend(interface.groups.iter().cloned());
        }
        for subject in Subject::all(change, answers).into_iter().flatten() {
            more.ask_for_peers_of(&subject, policy);
        }
        more.less(self)
    }

    /// What was asked in both.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.groups.extend(more.groups);
        self.named.extend(more.named);
        self.users_of = self.users_of.or(more.users_of);
        self.rules_of.extend(more.rules_of);
        self.unnamed_in.extend(more.unnamed_in);
        self.prefix_lists.extend(more.prefix_lists);
        self.entries_at = self.entries_at.or(more.entries_at);
        self.list_states.extend(more.list_states);
        self.interfaces.extend(more.interfaces);
        self.interfaces_with.extend(more.interfaces_with);
        self
    }

    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { account: _, region: _, age: _, groups, named, users_of, .. } = self;
        // What is unnamed is among the rules that are asked for.
        let Self { rules_of, unnamed_in: _, prefix_lists, entries_at, list_states, interfaces, .. } = self;
        groups.is_empty()
            && named.is_empty()
            && users_of.is_none()
            && rules_of.is_empty()
            && prefix_lists.is_empty()
            && entries_at.is_none()
            && list_states.is_empty()
            && interfaces.is_empty()
            && self.interfaces_with.is_empty()
    }

    /// These questions but those that were asked in `asked`.
    fn less(mut self, asked: &Self) -> Self {
        self.groups.retain(|id| !asked.groups.contains(id));
        self.named.retain(|name| !asked.named.contains(name));
        self.rules_of.retain(|id| !asked.rules_of.contains(id));
        self.prefix_lists.retain(|list| !asked.prefix_lists.contains(list));
        self.list_states.retain(|list| !asked.list_states.contains(list));
        self.interfaces.retain(|interface| !asked.interfaces.contains(interface));
        self.interfaces_with.retain(|group| !asked.interfaces_with.contains(group));
        self
    }

    fn ask_about_group(&mut self, GroupChange { group, edit }: &GroupChange, event: &Event, policy: &Policy) {
        self.ask_for_group(group);
        if needs_live_rules(edit, event, policy) {
            self.rules_of.extend(group.id().cloned());
        }
        if edit.is_cut() {
            self.unnamed_in.extend(group.id().cloned());
        }
        match edit {
            GroupEdit::Authorize { rules: Told::Whole(rules), .. } => {
                for rule in rules {
                    self.ask_for_peer_of(&rule.permission, policy);
                }
            }
            GroupEdit::Modify { rules: Told::Whole(rules) } => {
                for (rule, direction) in
                    rules.iter().flat_map(|rule| Direction::BOTH.map(|direction| (rule, direction)))
                {
                    self.ask_for_peer_of(&rule.content.towards(direction), policy);
                }
            }
            GroupEdit::Revoke { removed, .. } if policy.puts_back() => {
                for rule in removed {
                    self.ask_for_peer_of(&rule.permission, policy);
                }
            }
            GroupEdit::Create { .. } => {
                self.ask_for_peer_of(&Permission::all_egress(Network::ALL_IPV4), policy);
            }
            GroupEdit::Authorize { rules: Told::Cut, .. }
            | GroupEdit::Modify { rules: Told::Cut }
            | GroupEdit::Revoke { .. }
            | GroupEdit::Describe { .. }
            | GroupEdit::Delete
            | GroupEdit::Associate { .. } => {}
        }
    }

    fn ask_about_tags(&mut self, TagChange { groups, edit: _ }: &TagChange, policy: &Policy) {
        if policy.interfaces.is_some() {
            self.interfaces_with.extend(groups.iter().cloned());
        }
        self.groups.extend(groups.iter().cloned());
        self.rules_of.extend(groups.iter().cloned());
    }

    fn ask_about_list(&mut self, change: &ListChange, policy: &Policy) {
        let ListChange { list, before, edit: _ } = change;
        self.users_of = Some(list.clone());
        self.entries_at = before.map(|before| (list.clone(), before));
        self.list_states.insert(list.clone());
        self.prefix_lists.insert(list.clone());
        self.prefix_lists.extend(
            Direction::BOTH.into_iter().flat_map(|direction| policy.lists_towards(direction)).cloned(),
        );
    }

    fn ask_about_interfaces(&mut self, Attachment { interfaces }: &Attachment) {
        for attached in interfaces {
            self.interfaces.insert(attached.interface.clone());
            self.groups.extend(attached.groups.iter().cloned());
        }
    }

    fn ask_for_peers_of(&mut self, subject: &Subject, policy: &Policy) {
        let taken = subject.taken.iter().filter(|_| policy.puts_back());
        for rule in subject.rules.iter().chain(taken) {
            self.ask_for_peer_of(&rule.permission, policy);
        }
        // Whether a required rule is there, and how much room there is for one, only the other rules tell.
        for rule in subject.live.iter().flatten().flatten().filter(|_| policy.adds()) {
            if policy.requires(rule.permission.direction) {
                self.ask_for_peer_of(&rule.permission, policy);
            }
            if let Peer::PrefixList(list) = &rule.permission.peer {
                self.list_states.insert(list.clone());
            }
        }
    }

    fn ask_for_group(&mut self, group: &GroupKey) {
        match group {
            GroupKey::Id(id) => drop(self.groups.insert(id.clone())),
            GroupKey::Name(name) => drop(self.named.insert(name.clone())),
        }
    }

    fn ask_for_peer_of(&mut self, rule: &Permission, policy: &Policy) {
        match &rule.peer {
            Peer::Group(GroupRef { owner, group }) => {
                // Another account's group cannot be looked up, and is in no tier of ours.
                if owner.is_none() || owner == &self.account || self.account.is_none() {
                    self.ask_for_group(group);
                }
            }
            Peer::PrefixList(list) => {
                self.prefix_lists.insert(list.clone());
                self.prefix_lists.extend(policy.lists_towards(rule.direction).cloned());
            }
            Peer::Network(_) => self.prefix_lists.extend(policy.lists_towards(rule.direction).cloned()),
        }
    }
}

/// Whether a judgement needs to see all rules of the group: because the record does not tell what was made, or to name
/// exactly what is to go, or to see what is missing.
fn needs_live_rules(edit: &GroupEdit, event: &Event, policy: &Policy) -> bool {
    let puts_back = policy.puts_back();
    match edit {
        GroupEdit::Authorize { rules: Told::Whole(rules), .. } => {
            let is_inexact = rules.iter().any(|rule| !rule.permission.is_exact());
            is_inexact || policy.adds() || !policy.lets_edit(&event.actor)
        }
        GroupEdit::Authorize { rules: Told::Cut, .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Create { .. }
        | GroupEdit::Associate { .. } => true,
        GroupEdit::Revoke { .. } => puts_back,
        GroupEdit::Describe { .. } | GroupEdit::Delete => false,
    }
}
