//! What a successful call made of the account. Refuses nothing: EC2 let the call succeed, so what contradicts it here
//! is out of date.

use std::collections::BTreeMap;

use tierguard::change::{
    Attachment, Change, ChangeKind, Event, GroupChange, GroupEdit, Modification, RuleKey, TagChange, TagEdit,
    Told,
};
use tierguard::group::Rule;
use tierguard::id::{AccountId, GroupKey, GroupName, VpcId};
use tierguard::network::Network;

use crate::account::{Account, Key};
use crate::entry::Entry;
use crate::generated;

impl Account {
    /// Applies a successful change as EC2 would have.
    ///
    /// The event's account and the name or id in it say which group is meant. If the group is not here, nothing
    /// happens; an account that learns adds it. An interface that is not here is added, a prefix list never: no event
    /// tells all of its entries. What `CloudTrail` cut from a record cannot be applied: from then on the rules of a group
    /// that was learned, and the entries of a prefix list, are not known.
    pub fn apply(&mut self, change: &Change) {
        let Change { event, kind } = change;
        match kind {
            ChangeKind::Group(group) => self.apply_to_group(event, group),
            ChangeKind::Tags(tags) => self.tag(event.account.as_ref(), tags),
            ChangeKind::PrefixList(list) => {
                if let Some(known) = self.lists.get_mut(&list.list) {
                    known.apply(list);
                }
            }
            ChangeKind::Attachment(Attachment { interfaces }) => {
                for attached in interfaces {
                    self.attach(event.account.as_ref(), attached);
                }
            }
        }
    }

    fn apply_to_group(&mut self, event: &Event, GroupChange { group, edit }: &GroupChange) {
        let account = event.account.as_ref();
        match edit {
            GroupEdit::Create { name, vpc, tags } => {
                self.create(account, group, name.as_ref(), vpc.as_ref(), tags);
            }
            GroupEdit::Delete => drop(self.resolve(account, group).and_then(|key| self.groups.remove(&key))),
            GroupEdit::Authorize { rules: Told::Whole(rules), .. } => {
                self.edit(event, group, rules.iter().cloned().map(Edit::Add));
            }
            GroupEdit::Revoke { rules: Told::Whole(rules), .. } => {
                self.edit(event, group, rules.iter().cloned().map(Edit::Remove));
            }
            GroupEdit::Modify { rules: Told::Whole(rules) } => {
                self.edit(event, group, rules.iter().cloned().map(Edit::Replace));
            }
            GroupEdit::Describe { descriptions, .. } => {
                let described = |(key, text): (RuleKey, Option<String>)| Edit::Describe(key, text);
                self.edit(event, group, descriptions.iter().cloned().map(described));
            }
            GroupEdit::Authorize { rules: Told::Cut, .. }
            | GroupEdit::Revoke { rules: Told::Cut, .. }
            | GroupEdit::Modify { rules: Told::Cut } => self.cut(event, group),
            // In which further VPCs a group can be used bears on no rule.
            GroupEdit::Associate { .. } => {}
        }
    }

    fn create(
        &mut self,
        account: Option<&AccountId>,
        group: &GroupKey,
        name: Option<&GroupName>,
        vpc: Option<&VpcId>,
        tags: &BTreeMap<String, String>,
    ) {
        // A new group is known by its id: one that a record does not tell cannot be met again.
        let GroupKey::Id(id) = group else { return };
        let vpc = vpc.or_else(|| self.default_vpc(account)).cloned();
        let key = self.resolve(account, group).unwrap_or_else(|| (id.clone(), account.cloned()));
        let entry = self.groups.entry(key.clone()).or_insert_with(|| Entry::learned(key));
        // The record may come after those of the group's first rules, or after the account was read: it adds what is
        // not known and takes nothing back.
        let known = &mut entry.group;
        known.name = known.name.take().or_else(|| name.cloned());
        known.vpc = known.vpc.take().or(vpc);
        for (key, value) in tags {
            known.tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if std::mem::take(&mut entry.learned) {
            entry.add(Rule::born_with(Network::ALL_IPV4), account);
        }
    }

    /// Sets or removes tags of the groups that are here or can be learned.
    fn tag(&mut self, account: Option<&AccountId>, TagChange { groups, edit }: &TagChange) {
        for group in groups {
            let group = GroupKey::Id(group.clone());
            let key = self.resolve(account, &group).or_else(|| self.learn(account, &group));
            if let Some(entry) = key.and_then(|key| self.groups.get_mut(&key)) {
                retag(&mut entry.group.tags, edit);
            }
        }
    }

    /// Makes `edits` in `group`, if it is here or can be learned.
    fn edit(&mut self, event: &Event, group: &GroupKey, edits: impl Iterator<Item = Edit>) {
        let Some(key) = self.meet(event, group) else { return };
        let owner = key.1.clone().or_else(|| event.account.clone());
        let owner = owner.as_ref();
        for edit in edits {
            let edit = self.completed_edit(&key, owner, edit);
            if let Some(entry) = self.groups.get_mut(&key) {
                edit.make(entry, owner);
            }
        }
    }

    /// Takes note that something was done to `group` and nobody knows what.
    fn cut(&mut self, event: &Event, group: &GroupKey) {
        if let Some(entry) = self.meet(event, group).and_then(|key| self.groups.get_mut(&key)) {
            entry.cut |= entry.learned;
        }
    }

    /// `group`, if it is here or can be learned, known by the name that the request gave.
    fn meet(&mut self, event: &Event, group: &GroupKey) -> Option<Key> {
        let account = event.account.as_ref();
        let key = self.resolve(account, group).or_else(|| self.learn(account, group))?;
        // The id of a group that the request names stands in the response.
        if let (GroupKey::Id(_), Some(GroupKey::Name(name))) = (group, &event.group) {
            self.name(account, &key, name);
        }
        Some(key)
    }

    /// Takes note that the group of `key` is called `name`, if it has no name yet.
    fn name(&mut self, account: Option<&AccountId>, key: &Key, name: &GroupName) {
        if self.groups.get(key).is_none_or(|entry| entry.group.name.is_some()) {
            return;
        }
        let generated = generated::group_id(account, name);
        let before = self.resolve(account, &GroupKey::Name(name.clone()));
        let before = before.filter(|(id, _)| generated.as_ref() == Some(id));
        // What was learned of the name before the id was told is about this group.
        let before = before.and_then(|before| self.groups.remove(&before));
        if let Some(entry) = self.groups.get_mut(key) {
            entry.group.name = Some(name.clone());
            if let Some(before) = before {
                entry.take_over(&before, account);
            }
        }
    }

    /// Adds a group of which an event told, if this account learns.
    fn learn(&mut self, account: Option<&AccountId>, group: &GroupKey) -> Option<Key> {
        if !self.learning {
            return None;
        }
        let (id, name) = match group {
            GroupKey::Id(id) => (id.clone(), None),
            GroupKey::Name(name) => (generated::group_id(account, name)?, Some(name.clone())),
        };
        let key = (id, account.cloned());
        // A name that several groups have may have been learned before.
        let entry = self.groups.entry(key.clone()).or_insert_with(|| Entry::learned(key.clone()));
        entry.group.name = name;
        Some(key)
    }

    /// An edit in `group` with its references to groups as EC2 keeps them.
    fn completed_edit(&self, group: &Key, owner: Option<&AccountId>, edit: Edit) -> Edit {
        match edit {
            Edit::Add(mut rule) => {
                rule.permission.peer = self.completed(owner, &rule.permission.peer);
                Edit::Add(rule)
            }
            Edit::Replace(mut edit) => {
                let kept = self.groups.get(group).and_then(|entry| entry.kept_peer(&edit)).cloned();
                edit.content.peer = kept.unwrap_or_else(|| self.completed(owner, &edit.content.peer));
                Edit::Replace(edit)
            }
            Edit::Remove(key) => Edit::Remove(self.completed_key(owner, key)),
            Edit::Describe(key, text) => Edit::Describe(self.completed_key(owner, key), text),
        }
    }

    fn completed_key(&self, owner: Option<&AccountId>, key: RuleKey) -> RuleKey {
        match key {
            RuleKey::Id(id) => RuleKey::Id(id),
            RuleKey::Content(mut permission) => {
                permission.peer = self.completed(owner, &permission.peer);
                RuleKey::Content(permission)
            }
        }
    }
}

/// Makes `edit` of `tags`. A tag that is removed with a value goes only if it has that value.
fn retag(tags: &mut BTreeMap<String, String>, edit: &TagEdit) {
    match edit {
        TagEdit::Set(set) => tags.extend(set.iter().map(|(key, value)| (key.clone(), value.clone()))),
        TagEdit::Removed(removed) if removed.is_empty() => tags.clear(),
        TagEdit::Removed(removed) => tags.retain(|key, value| {
            let goes = removed.get(key).map(|only| only.as_ref().is_none_or(|only| only == value));
            goes != Some(true)
        }),
    }
}

/// One rule's part in a change.
enum Edit {
    Add(Rule),
    Remove(RuleKey),
    Replace(Modification),
    Describe(RuleKey, Option<String>),
}

impl Edit {
    fn make(self, entry: &mut Entry, owner: Option<&AccountId>) {
        match self {
            Self::Add(rule) => entry.add(rule, owner),
            Self::Remove(key) => entry.remove(&key, owner),
            Self::Replace(edit) => entry.replace(edit, owner),
            Self::Describe(key, text) => entry.describe(&key, text.as_deref(), owner),
        }
    }
}

#[cfg(test)]
mod tests;
