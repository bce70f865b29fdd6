//! Where a life is played: the account as it is at the beginning, who there is, and the rules that people think of.

use serde_json::{Value, json};
use tierguard::id::{AccountId, GroupId, GroupKey, InterfaceId, PrefixListId};
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard_account::Account;

use crate::dice::Dice;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
const VPC: &str = "vpc-1";
pub(crate) const LIST: &str = "pl-00000001";

pub(crate) const WEB: &str = "sg-0000000a";
const WEB_TOO: &str = "sg-000000a2";
const APP: &str = "sg-0000000b";
const DB: &str = "sg-0000000c";
const SSH: &str = "sg-0000000d";
const OTHER: &str = "sg-0000000e";
/// The groups of the beginning: id, name, tier tag.
pub(crate) const GROUPS: [(&str, &str, &str); 6] = [
    (WEB, "front", "web"),
    (WEB_TOO, "front-2", "web"),
    (APP, "middle", "app"),
    (DB, "back", "db"),
    (SSH, "ssh-admin", "none"),
    (OTHER, "batch", "none"),
];
/// The values that people give the tag that makes tiers.
pub(crate) const TIERS: [&str; 4] = ["web", "app", "db", "none"];
/// The interfaces of the beginning, and their groups. The last one belongs to an AWS service.
pub(crate) const INTERFACES: [(&str, &[&str]); 4] =
    [("eni-1", &[WEB]), ("eni-2", &[APP, SSH]), ("eni-3", &[DB]), ("eni-4", &[WEB_TOO])];

pub(crate) const ADMIN: &str = "arn:aws:iam::111122223333:role/CloudAdmin";
pub(crate) const DEVELOPER: &str = "arn:aws:iam::111122223333:role/Developer";
pub(crate) const DEPLOYER: &str = "arn:aws:iam::111122223333:role/Deployer";
pub(crate) const INCIDENT: &str = "arn:aws:iam::111122223333:role/IncidentCommander";
pub(crate) const INTRUDER: &str = "arn:aws:iam::111122223333:role/Forgotten";
pub(crate) const OWN: &str = "arn:aws:iam::111122223333:role/tierguard";

/// What rules say: few enough that chance makes everything meet everything else.
pub(crate) const RULES: [&str; 20] = [
    "443/tcp from 0.0.0.0/0",
    "80/tcp from ::/0",
    "80-81/tcp from 0.0.0.0/0",
    "22/tcp from 0.0.0.0/0",
    "22/tcp from 128.0.0.0/1",
    "22/tcp from 203.0.113.7/32",
    "22/tcp from pl-00000001",
    "8080/tcp from sg-0000000a",
    "8080/tcp from sg-000000a2",
    "8080/tcp from pl-00000001",
    "8080/tcp from 0.0.0.0/0",
    "3306/tcp from sg-0000000b",
    "3306/tcp from sg-0000000c",
    "3306/tcp from 10.0.0.0/8",
    "5432/tcp from 198.51.100.0/24",
    "all from 0.0.0.0/0",
    "all from sg-0000000e",
    "icmp/8.0 from 10.0.0.0/8",
    "443/tcp to 0.0.0.0/0",
    "all to 0.0.0.0/0",
];
/// What the entries of the prefix list may be.
pub(crate) const ENTRIES: [&str; 4] = ["198.51.100.0/24", "203.0.113.0/28", "0.0.0.0/1", "2001:db8:7::/48"];

pub(crate) fn account_id() -> AccountId {
    AccountId::new(ACCOUNT).unwrap()
}

pub(crate) fn group_id(text: &str) -> GroupId {
    GroupId::new(text).unwrap()
}

pub(crate) fn interface_id(text: &str) -> InterfaceId {
    InterfaceId::new(text).unwrap()
}

pub(crate) fn list_id() -> PrefixListId {
    PrefixListId::new(LIST).unwrap()
}

/// `443/tcp from 0.0.0.0/0`.
pub(crate) fn permission(text: &str) -> Permission {
    let words: Vec<_> = text.split(' ').collect();
    let direction = if words[1] == "to" { Direction::Egress } else { Direction::Ingress };
    Permission { direction, traffic: words[0].parse().unwrap(), peer: peer(words[2]) }
}

fn peer(text: &str) -> Peer {
    match text.split_once('-') {
        Some(("sg", _)) => {
            Peer::Group(GroupRef { owner: Some(account_id()), group: GroupKey::Id(group_id(text)) })
        }
        Some(("pl", _)) => Peer::PrefixList(list_id()),
        Some(_) | None => Peer::Network(text.parse().unwrap()),
    }
}

/// The account at the beginning: each group has some rules, good ones and bad ones, that nobody was watching then.
pub(crate) fn account(dice: &mut Dice) -> Account {
    let groups: Vec<_> = GROUPS.iter().map(|(id, name, tier)| group(id, name, tier)).collect();
    let rules: Vec<_> = GROUPS.iter().flat_map(|(id, ..)| rules(id, dice)).collect();
    let interfaces: Vec<_> = INTERFACES.iter().map(|(id, groups)| interface(id, groups)).collect();
    let list = json!({
        "PrefixListId": LIST, "OwnerId": ACCOUNT, "Version": 1, "MaxEntries": 6, "Entries": [{"Cidr": ENTRIES[0]}],
    });
    let text = json!({
        "SecurityGroups": groups, "SecurityGroupRules": rules, "NetworkInterfaces": interfaces, "PrefixLists": [list],
        "Vpcs": [{"VpcId": VPC, "IsDefault": dice.percent(50), "OwnerId": ACCOUNT}],
    });
    Account::from_json("account.json", &text.to_string()).unwrap()
}

fn group(id: &str, name: &str, tier: &str) -> Value {
    let tags = json!([{"Key": "tier", "Value": tier}]);
    json!({"GroupId": id, "GroupName": name, "OwnerId": ACCOUNT, "VpcId": VPC, "Tags": tags})
}

fn rules(group: &str, dice: &mut Dice) -> Vec<Value> {
    let mut chosen: Vec<_> = RULES.iter().enumerate().filter(|_| dice.percent(20)).collect();
    chosen.truncate(5);
    let of_group = group_id(group);
    let rule = |(number, text): (usize, &&str)| {
        let id = tierguard::id::RuleId::new(&format!("sgr-{group}-{number}")).ok();
        let rule = tierguard::group::Rule { id, permission: permission(text), description: None };
        json!(tierguard::shape::SecurityGroupRule::of(&rule, Some(&of_group)))
    };
    chosen.into_iter().map(rule).collect()
}

fn interface(id: &str, groups: &[&str]) -> Value {
    let groups: Vec<_> = groups.iter().map(|group| json!({"GroupId": group})).collect();
    let managed = id == INTERFACES[INTERFACES.len() - 1].0;
    json!({
        "NetworkInterfaceId": id, "OwnerId": ACCOUNT, "VpcId": VPC, "Groups": groups, "RequesterManaged": managed,
        "RequesterId": "amazon-elb",
    })
}
