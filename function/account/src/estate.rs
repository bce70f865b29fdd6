//! What a first policy is drafted from. Drafts nothing itself.

use tierguard::draft::{Estate, Holding, KnownList};
use tierguard::group::Group;

use crate::account::Account;
use crate::list::{Entries, List};

impl Account {
    /// All groups with their rules, and what else is known that a policy may name.
    #[must_use]
    pub fn estate(&self) -> Estate {
        let holding = |group: &Group| Holding {
            rules: self.rules_seen_from(group.owner.as_ref(), &group.id),
            group: group.clone(),
        };
        // A file without interfaces says nothing of them.
        let used = || self.interfaces().flat_map(|interface| interface.groups.iter().cloned()).collect();
        Estate {
            holdings: self.groups().map(holding).collect(),
            lists: self.lists.iter().map(|(id, list)| (id.clone(), known(list))).collect(),
            used: self.interfaces().next().is_some().then(used),
        }
    }
}

fn known(list: &List) -> KnownList {
    let name = list.extras.get("PrefixListName").and_then(|name| name.as_str());
    KnownList { name: name.map(str::to_owned), entries: list.entries.as_ref().map(Entries::addresses) }
}
