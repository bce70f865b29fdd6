//! What an account answers to the guard's questions.

use std::collections::BTreeMap;

use tierguard::change::ListVersion;
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, PrefixListId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, ListState, LookUpError, Questions};
use tierguard::network::AddressSet;
use tierguard::permission::Peer;

use crate::account::{Account, is_seen};
use crate::entry::Entry;
use crate::list::{Entries, List, ListOwner};

impl Account {
    /// Answers as EC2 would.
    pub(crate) fn answer(&self, questions: &Questions) -> Answers {
        let Questions { account, region: _, age: _, groups, named, users_of, .. } = questions;
        let Questions {
            rules_of, prefix_lists, entries_at, list_states, interfaces, interfaces_with, ..
        } = questions;
        let account = account.as_ref();
        let cloned = |found: Option<&Group>| found.cloned();
        let found = interfaces.iter().filter_map(|key| self.interface(account, key));
        let found =
            found.chain(interfaces_with.iter().flat_map(|group| self.interfaces_with(account, group)));
        // An interface may be asked for in several ways.
        let found: BTreeMap<_, &Interface> = found.map(|held| (held.id(), &held.interface)).collect();
        Answers {
            unseen: BTreeMap::new(),
            unshown_in: BTreeMap::new(),
            groups: Ok(groups.iter().filter_map(|id| cloned(self.group(account, id))).collect()),
            named: Ok(named.iter().filter_map(|name| cloned(self.group_named(account, name))).collect()),
            users: Ok(users_of.iter().flat_map(|list| self.users_of(account, list)).cloned().collect()),
            rules: rules_of.iter().map(|id| (id.clone(), self.live_rules(account, id))).collect(),
            prefix_lists: prefix_lists.iter().map(|id| (id.clone(), self.live_entries(id))).collect(),
            entries_before: entries_at.as_ref().map(|(id, version)| self.entries_at(id, *version)),
            list_states: list_states.iter().map(|id| (id.clone(), self.state_of(account, id))).collect(),
            interfaces: Ok(found.into_values().cloned().collect()),
        }
    }

    /// The groups that `account` sees.
    pub(crate) fn seen_from(&self, account: Option<&AccountId>) -> Vec<Group> {
        let seen = self.groups().filter(|group| is_seen(group.owner.as_ref(), account));
        seen.cloned().collect()
    }

    /// No rules for a group that is not there: EC2 filters by the group's id, and finds none.
    fn live_rules(&self, account: Option<&AccountId>, group: &GroupId) -> Result<Vec<Rule>, LookUpError> {
        if self.entry(account, group).is_some_and(|entry| entry.cut) {
            let message = format!("CloudTrail cut a record of {group}, and no account file tells its rules");
            return Err(failed("DescribeSecurityGroupRules", message));
        }
        Ok(self.rules_seen_from(account, group))
    }

    /// The groups of which a rule names `list`. Of one whose rules nobody knows, some may.
    fn users_of(&self, account: Option<&AccountId>, list: &PrefixListId) -> impl Iterator<Item = &Group> {
        let is_user = |entry: &&Entry| {
            entry.cut || entry.rules().any(|rule| rule.permission.peer == Peer::PrefixList(list.clone()))
        };
        let seen = self.groups.values().filter(move |entry| is_seen(entry.group.owner.as_ref(), account));
        seen.filter(is_user).map(|entry| &entry.group)
    }

    fn live_entries(&self, id: &PrefixListId) -> Result<AddressSet, LookUpError> {
        let list = self.list("GetManagedPrefixListEntries", id)?;
        list.entries.as_ref().map(Entries::addresses).ok_or_else(|| {
            let message = format!("CloudTrail cut a record of {id}, and nothing else tells its entries");
            failed("GetManagedPrefixListEntries", message)
        })
    }

    fn entries_at(&self, id: &PrefixListId, version: ListVersion) -> Result<AddressSet, LookUpError> {
        let list = self.list("GetManagedPrefixListEntries", id)?;
        list.entries_at(version).map(Entries::addresses).ok_or_else(|| {
            failed(
                "GetManagedPrefixListEntries",
                format!("nothing tells the entries of {id} in version {version}"),
            )
        })
    }

    fn state_of(&self, account: Option<&AccountId>, id: &PrefixListId) -> Result<ListState, LookUpError> {
        let list = self.list("DescribeManagedPrefixLists", id)?;
        Ok(ListState {
            owner: list.owner.seen_from(account),
            version: (list.owner != ListOwner::Aws).then(|| list.version()),
            max_entries: list.max_entries,
        })
    }

    fn list(&self, call: &'static str, id: &PrefixListId) -> Result<&List, LookUpError> {
        self.lists.get(id).ok_or_else(|| failed(call, missing_list(id)))
    }
}

/// Why nothing is known of a list, and what to do about it: whoever reads this has a file to complete.
fn missing_list(id: &PrefixListId) -> String {
    format!(
        "the account file has no list {id} among its `PrefixLists`: add it, with what `aws ec2 \
         get-managed-prefix-list-entries --prefix-list-id {id}` prints as its `Entries`"
    )
}

/// A look-up that trying again cannot help.
const fn failed(call: &'static str, message: String) -> LookUpError {
    LookUpError { call, message, retryable: false }
}
