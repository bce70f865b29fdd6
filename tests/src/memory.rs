//! The account in memory that holds what a world holds.

use serde_json::{Value, json};
use tierguard::group::Rule as OurRule;
use tierguard::id::{GroupId, InterfaceId, PrefixListId};
use tierguard::shape::SecurityGroupRule;
use tierguard_account::Account;

use crate::event::{ACCOUNT, Held};
use crate::interface;
use crate::list;
use crate::rule::{Kind, Rule, Way, traffic};
use crate::world::World;

/// What of a world is copied.
#[derive(Debug, Clone, Copy)]
pub struct Extent<'a> {
    /// Groups, with their rules.
    pub groups: &'a [String],
    /// Prefix lists, with their entries.
    pub lists: &'a [String],
    /// Network interfaces, with their groups.
    pub interfaces: &'a [String],
}

/// The account that holds these things as they are, and the world's VPC and the default one.
pub async fn copy(world: &World, Extent { groups, lists, interfaces }: Extent<'_>) -> Account {
    let mut rules = Vec::new();
    for group in groups {
        rules.extend(world.held(group).await.iter().map(|held| described_rule(group, held)));
    }
    let mut described_lists = Vec::new();
    for id in lists {
        let entries: Vec<_> =
            list::entries(world, id).await.iter().map(|cidr| json!({"Cidr": cidr})).collect();
        described_lists.push(json!({
            "PrefixListId": id, "OwnerId": ACCOUNT, "Version": list::version(world, id).await, "MaxEntries": 10,
            "Entries": entries,
        }));
    }
    let mut described_interfaces = Vec::new();
    for id in interfaces {
        let groups = interface::groups_of(world, id).await;
        let groups: Vec<_> = groups.iter().map(|id| json!({"GroupId": id})).collect();
        described_interfaces.push(json!({
            "NetworkInterfaceId": id, "VpcId": world.vpc, "OwnerId": ACCOUNT, "Groups": groups,
        }));
    }
    let vpcs = json!([
        {"VpcId": world.vpc, "OwnerId": ACCOUNT, "IsDefault": false},
        {"VpcId": world.default_vpc().await, "OwnerId": ACCOUNT, "IsDefault": true},
    ]);
    let json = json!({
        "SecurityGroups": described_groups(world, groups).await, "SecurityGroupRules": rules,
        "PrefixLists": described_lists, "NetworkInterfaces": described_interfaces, "Vpcs": vpcs,
    });
    Account::from_json("moto", &json.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

async fn described_groups(world: &World, groups: &[String]) -> Vec<Value> {
    let found = world.ec2.describe_security_groups().set_group_ids(Some(groups.to_vec())).send().await;
    let found = found.expect("groups are described");
    let described = found.security_groups().iter().map(|group| {
        let tags = group.tags().iter();
        let tags: Vec<_> = tags.map(|tag| json!({"Key": tag.key(), "Value": tag.value()})).collect();
        json!({
            "GroupId": group.group_id(), "GroupName": group.group_name(), "OwnerId": ACCOUNT,
            "VpcId": group.vpc_id(), "Tags": tags,
        })
    });
    described.collect()
}

fn described_rule(group: &str, Held { id, way, rule, description }: &Held) -> Value {
    let (key, peer) = match rule.kind() {
        Kind::V4 => ("CidrIpv4", json!(rule.peer)),
        Kind::V6 => ("CidrIpv6", json!(rule.peer)),
        Kind::List => ("PrefixListId", json!(rule.peer)),
        Kind::Group => ("ReferencedGroupInfo", json!({"GroupId": rule.peer, "UserId": ACCOUNT})),
    };
    json!({
        "SecurityGroupRuleId": id, "GroupId": group, "GroupOwnerId": ACCOUNT, "IsEgress": *way == Way::Out,
        "IpProtocol": rule.traffic.protocol, "FromPort": rule.traffic.from, "ToPort": rule.traffic.to,
        "Description": description, key: peer,
    })
}

/// The rules of `group` in `account`, sorted.
#[must_use]
pub fn rules(account: &Account, group: &str) -> Vec<(Way, Rule)> {
    let id = GroupId::new(group).expect("a group's id");
    let mut rules: Vec<_> = account.rules_of(&id).iter().map(translated).collect();
    rules.sort();
    rules
}

/// The entries of `list` in `account`, sorted.
#[must_use]
pub fn entries(account: &Account, list: &str) -> Vec<String> {
    let id = PrefixListId::new(list).expect("a list's id");
    let entries = account.entries_of(&id).expect("a list that is there");
    let mut entries: Vec<_> = entries.networks().iter().map(ToString::to_string).collect();
    entries.sort();
    entries
}

/// The groups of `interface` in `account`, sorted.
#[must_use]
pub fn groups_of(account: &Account, interface: &str) -> Vec<String> {
    let id = InterfaceId::new(interface).expect("an interface's id");
    let found =
        account.interfaces().find(|interface| interface.id == id).expect("an interface that is there");
    let mut groups: Vec<_> = found.groups.iter().map(ToString::to_string).collect();
    groups.sort();
    groups
}

/// A rule of the account in memory as the tests write it.
fn translated(rule: &OurRule) -> (Way, Rule) {
    let shape = SecurityGroupRule::of(rule, None);
    let group = shape.referenced_group_info.and_then(|group| group.group_id);
    let peer =
        shape.cidr_ipv4.or(shape.cidr_ipv6).or(shape.prefix_list_id).or(group).expect("a rule has a peer");
    let port = |port: Option<i64>| port.and_then(|port| i32::try_from(port).ok()).unwrap_or(-1);
    let traffic = traffic(&shape.ip_protocol, port(shape.from_port), port(shape.to_port));
    (if shape.is_egress { Way::Out } else { Way::In }, traffic.with(&peer))
}
