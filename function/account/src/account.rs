//! The account itself, and how things are found in it. Changes nothing: that is for [`Account::apply`] and the ports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, InterfaceId, PrefixListId, Region, VpcId};
use tierguard::network::AddressSet;
use tierguard::permission::{GroupRef, Peer};

use crate::entry::Entry;
use crate::interface::HeldInterface;
use crate::list::{Entries, List};

/// An EC2 account in memory: groups, rules, prefix lists, network interfaces, VPCs, and whatever else its file held.
/// The file may hold the groups of several accounts.
///
/// ```
/// use tierguard::id::GroupId;
/// use tierguard_account::Account;
///
/// let text = r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissionsEgress": [], "IpPermissions": [
///     {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}]}]}"#;
/// let account = Account::from_json("account.json", text)?;
/// let rules = account.rules_of(&GroupId::new("sg-1")?);
/// assert_eq!(rules[0].permission.to_string(), "22/tcp from 203.0.113.0/24");
///
/// let error = Account::from_json("account.json", r#"{"SecurityGroups": [{}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "account.json: SecurityGroups[0] has no `GroupId`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    pub(crate) groups: BTreeMap<Key, Entry>,
    pub(crate) lists: BTreeMap<PrefixListId, List>,
    pub(crate) interfaces: BTreeMap<InterfaceId, HeldInterface>,
    pub(crate) vpcs: Vec<Vpc>,
    /// The other top-level keys of the file, as they were read: nothing here changes them.
    pub(crate) rest: Map<String, Value>,
    /// Whether a group that is not here is added when an event tells of it.
    pub(crate) learning: bool,
}

/// What identifies a group here. The id comes first: look-ups go by id, and the owner is not always known.
pub(crate) type Key = (GroupId, Option<AccountId>);

/// A VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vpc {
    pub(crate) id: VpcId,
    pub(crate) owner: Option<AccountId>,
    pub(crate) is_default: bool,
}

impl Account {
    /// An empty account that learns groups from the events about them: for a replay without an account file. A group
    /// that was learned has no tags, a name only if a request gave it, and only the rules that events tell of.
    #[must_use]
    pub fn learning() -> Self {
        Self { learning: true, ..Self::default() }
    }

    /// All groups, by id.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values().map(|entry| &entry.group)
    }

    /// The accounts whose groups these are; `None` where that is not known: of an account that learns, of one without
    /// groups, and where a group's owner is not told.
    #[must_use]
    pub fn owners(&self) -> Option<BTreeSet<AccountId>> {
        let owners: Option<BTreeSet<_>> = self.groups().map(|group| group.owner.clone()).collect();
        owners.filter(|owners| !self.learning && !owners.is_empty())
    }

    /// The accounts that these groups are in, each with its Regions; `None` where that is not known of one of them, and
    /// of an account that learns.
    #[must_use]
    pub fn homes(&self) -> Option<BTreeSet<(AccountId, Region)>> {
        let homes = self.groups().map(|group| group.owner.clone().zip(self.region_of(group)));
        homes.collect::<Option<BTreeSet<_>>>().filter(|homes| !self.learning && !homes.is_empty())
    }

    /// The Region of this group, where its file tells its ARN.
    #[must_use]
    pub fn region_of(&self, group: &Group) -> Option<Region> {
        let entry = self.groups.get(&(group.id.clone(), group.owner.clone()))?;
        let arn = entry.extras.get("SecurityGroupArn")?.as_str()?;
        Region::new(arn.split(':').nth(3)?).ok()
    }

    /// The group of this id. Only groups of `account`, or of an unknown owner, are seen; without an account, all.
    #[must_use]
    pub fn group(&self, account: Option<&AccountId>, id: &GroupId) -> Option<&Group> {
        self.entry(account, id).map(|entry| &entry.group)
    }

    /// The group of this name in the default VPC of `account`. Where nothing is known of its VPCs, the one group of
    /// this name in the account.
    #[must_use]
    pub fn group_named(&self, account: Option<&AccountId>, name: &GroupName) -> Option<&Group> {
        let mut vpcs = self.vpcs.iter().filter(|vpc| is_seen(vpc.owner.as_ref(), account)).peekable();
        let knows_vpcs = vpcs.peek().is_some();
        let mut named = self.groups().filter(|group| {
            group.name.as_ref() == Some(name)
                && is_seen(group.owner.as_ref(), account)
                && (!knows_vpcs || self.is_default_vpc(group.vpc.as_ref()))
        });
        // Several default VPCs (of several Regions or accounts) may each hold one: then the name says too little.
        named.next().filter(|_| named.next().is_none())
    }

    /// All rules of this group, sorted by id; where several accounts have a group of this id, of all of them.
    #[must_use]
    pub fn rules_of(&self, group: &GroupId) -> Vec<Rule> {
        sorted(self.entries(None, group).flat_map(Entry::rules))
    }

    /// All rules of this group as `account` sees it, sorted by id.
    #[must_use]
    pub fn rules_seen_from(&self, account: Option<&AccountId>, group: &GroupId) -> Vec<Rule> {
        sorted(self.entry(account, group).into_iter().flat_map(Entry::rules))
    }

    /// The entries of a prefix list, if it exists and they are known.
    #[must_use]
    pub fn entries_of(&self, list: &PrefixListId) -> Option<AddressSet> {
        self.lists.get(list)?.entries.as_ref().map(Entries::addresses)
    }

    /// Whether this is a default VPC.
    pub(crate) fn is_default_vpc(&self, id: Option<&VpcId>) -> bool {
        self.vpcs.iter().any(|vpc| vpc.is_default && Some(&vpc.id) == id)
    }

    /// The default VPC of `account`, if it is known and only one.
    pub(crate) fn default_vpc(&self, account: Option<&AccountId>) -> Option<&VpcId> {
        let mut seen = self.vpcs.iter().filter(|vpc| vpc.is_default && is_seen(vpc.owner.as_ref(), account));
        seen.next().filter(|_| seen.next().is_none()).map(|vpc| &vpc.id)
    }

    /// What a request of `account` means by `group`.
    pub(crate) fn resolve(&self, account: Option<&AccountId>, group: &GroupKey) -> Option<Key> {
        match group {
            GroupKey::Id(id) => self.entry(account, id).map(Entry::key),
            GroupKey::Name(name) => {
                self.group_named(account, name).map(|group| (group.id.clone(), group.owner.clone()))
            }
        }
    }

    /// `peer` as EC2 keeps it: a reference to a group of the same account says the account, and says the id for the
    /// name. A reference to a group that is not here stays as it is.
    pub(crate) fn completed(&self, account: Option<&AccountId>, peer: &Peer) -> Peer {
        let Peer::Group(GroupRef { owner, group }) = peer else { return peer.clone() };
        let Some((id, found)) = self.resolve(owner.as_ref().or(account), group) else { return peer.clone() };
        let owner = owner.clone().or(found).or_else(|| account.cloned());
        Peer::Group(GroupRef { owner, group: GroupKey::Id(id) })
    }

    pub(crate) fn entry(&self, account: Option<&AccountId>, id: &GroupId) -> Option<&Entry> {
        let own = || self.groups.get(&(id.clone(), account.cloned()));
        own().or_else(|| self.entries(account, id).next())
    }

    pub(crate) fn entries(&self, account: Option<&AccountId>, id: &GroupId) -> impl Iterator<Item = &Entry> {
        let from_id = self.groups.range((id.clone(), None)..);
        let of_id = from_id.take_while(move |((found, _), _)| found == id);
        of_id.filter(move |((_, owner), _)| is_seen(owner.as_ref(), account)).map(|(_, entry)| entry)
    }
}

/// Whether `account` sees what belongs to `owner`.
pub(crate) fn is_seen(owner: Option<&AccountId>, account: Option<&AccountId>) -> bool {
    account.is_none() || owner.is_none() || owner == account
}

fn sorted<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<Rule> {
    let mut rules: Vec<_> = rules.cloned().collect();
    rules.sort();
    rules
}
