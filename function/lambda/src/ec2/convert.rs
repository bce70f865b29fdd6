//! From the SDK's types to ours and back: one function for each noun and way. What cannot be read is an error, never
//! left out: a rule that is not seen is a rule that is not judged.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::builders::UserIdGroupPairBuilder;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, ManagedPrefixList, NetworkInterface, NetworkInterfaceAttachment,
    NetworkInterfaceType, PrefixListEntry, ReferencedSecurityGroup, SecurityGroup, SecurityGroupRule, Tag,
    UserIdGroupPair,
};
use thiserror::Error;
use tierguard::change::ListVersion;
use tierguard::group::{Group, Rule};
use tierguard::id::{
    AccountId, GroupId, GroupKey, GroupName, InstanceId, InterfaceId, InvalidId, PrefixListId, VpcId,
};
use tierguard::interface::{Interface, IsPrimary};
use tierguard::look::ListState;
use tierguard::network::{InvalidNetwork, Network};
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard::shape::{self, InvalidRule, ReferencedGroup};
use tierguard::traffic::Traffic;

/// An answer of EC2 that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// A field that is always there is not.
    #[error("{noun} has no {field}")]
    Missing {
        /// What lacks it, with its article.
        noun: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A rule.
    #[error("rule {id} cannot be read: {source}")]
    Rule {
        /// Its id.
        id: String,
        /// What is wrong with it.
        source: InvalidRule,
    },
    /// A permission that a revoke gave back.
    #[error("a permission cannot be read: {0}")]
    Permission(#[source] InvalidRule),
    /// An entry of a prefix list.
    #[error("an entry of {list} cannot be read: {source}")]
    Entry {
        /// The list.
        list: PrefixListId,
        /// What is wrong with it.
        source: InvalidNetwork,
    },
    /// An identifier.
    #[error(transparent)]
    Id(#[from] InvalidId),
}

const GROUP: &str = "a security group";
const RULE: &str = "a security group rule";
const PERMISSION: &str = "a permission";
const LIST: &str = "a prefix list";
const INTERFACE: &str = "a network interface";

/// What EC2 says owns a list that AWS manages.
const AWS: &str = "AWS";

const fn missing(noun: &'static str, field: &'static str) -> Unreadable {
    Unreadable::Missing { noun, field }
}

/// A group.
pub(super) fn group(group: &SecurityGroup) -> Result<Group, Unreadable> {
    let tag = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    Ok(Group {
        id: GroupId::new(group.group_id().ok_or(missing(GROUP, "GroupId"))?)?,
        owner: group.owner_id().map(AccountId::new).transpose()?,
        name: group.group_name().map(GroupName::new),
        vpc: group.vpc_id().map(VpcId::new).transpose()?,
        tags: group.tags().iter().filter_map(tag).collect::<BTreeMap<_, _>>(),
    })
}

/// The group that a rule is of.
pub(super) fn group_of(rule: &SecurityGroupRule) -> Result<GroupId, Unreadable> {
    Ok(GroupId::new(rule.group_id().ok_or(missing(RULE, "GroupId"))?)?)
}

/// A rule, by way of the shape that the AWS CLI gives it, which is this one in JSON.
pub(super) fn rule(rule: &SecurityGroupRule) -> Result<Rule, Unreadable> {
    let shape = shape::SecurityGroupRule {
        security_group_rule_id: rule.security_group_rule_id().map(str::to_owned),
        group_id: rule.group_id().map(str::to_owned),
        group_owner_id: rule.group_owner_id().map(str::to_owned),
        is_egress: rule.is_egress().ok_or(missing(RULE, "IsEgress"))?,
        ip_protocol: rule.ip_protocol().ok_or(missing(RULE, "IpProtocol"))?.to_owned(),
        from_port: rule.from_port().map(i64::from),
        to_port: rule.to_port().map(i64::from),
        cidr_ipv4: rule.cidr_ipv4().map(str::to_owned),
        cidr_ipv6: rule.cidr_ipv6().map(str::to_owned),
        prefix_list_id: rule.prefix_list_id().map(str::to_owned),
        referenced_group_info: rule.referenced_group_info().map(referenced),
        description: rule.description().map(str::to_owned),
    };
    let id = || shape.security_group_rule_id.clone().unwrap_or_default();
    Rule::try_from(&shape).map_err(|source| Unreadable::Rule { id: id(), source })
}

fn referenced(group: &ReferencedSecurityGroup) -> ReferencedGroup {
    ReferencedGroup {
        group_id: group.group_id().map(str::to_owned),
        group_name: None,
        user_id: group.user_id().map(str::to_owned),
    }
}

/// An entry of `list`.
pub(super) fn entry(list: &PrefixListId, entry: &PrefixListEntry) -> Result<Network, Unreadable> {
    let cidr = entry.cidr().ok_or(missing("an entry of a prefix list", "Cidr"))?;
    cidr.parse().map_err(|source| Unreadable::Entry { list: list.clone(), source })
}

/// A prefix list, but for its entries.
pub(super) fn list(list: &ManagedPrefixList) -> Result<(PrefixListId, ListState), Unreadable> {
    let id = PrefixListId::new(list.prefix_list_id().ok_or(missing(LIST, "PrefixListId"))?)?;
    let owner = list.owner_id().ok_or(missing(LIST, "OwnerId"))?;
    let state = ListState {
        owner: (owner != AWS).then(|| AccountId::new(owner)).transpose()?,
        version: list.version().map(ListVersion),
        max_entries: list.max_entries().and_then(|most| u32::try_from(most).ok()),
    };
    Ok((id, state))
}

/// A network interface.
pub(super) fn interface(interface: &NetworkInterface) -> Result<Interface, Unreadable> {
    let id = interface.network_interface_id().ok_or(missing(INTERFACE, "NetworkInterfaceId"))?;
    let groups = interface.groups().iter().map(|group| {
        let id = group.group_id().ok_or(missing(INTERFACE, "GroupId"))?;
        Ok(GroupId::new(id)?)
    });
    Ok(Interface {
        id: InterfaceId::new(id)?,
        instance: interface.attachment().map(instance).transpose()?.flatten(),
        vpc: interface.vpc_id().map(VpcId::new).transpose()?,
        groups: groups.collect::<Result<_, Unreadable>>()?,
        told: BTreeSet::new(),
        managed_by: manager(interface).map(str::to_owned),
    })
}

/// The instance behind an attachment: one that AWS keeps for itself (a load balancer's) has none.
fn instance(attachment: &NetworkInterfaceAttachment) -> Result<Option<(InstanceId, IsPrimary)>, Unreadable> {
    let Some(id) = attachment.instance_id() else { return Ok(None) };
    let is_primary = if attachment.device_index() == Some(0) { IsPrimary::Yes } else { IsPrimary::No };
    Ok(Some((InstanceId::new(id)?, is_primary)))
}

/// The AWS service that manages an interface: it would put back what anybody else took off, or break.
fn manager(interface: &NetworkInterface) -> Option<&str> {
    if interface.requester_managed() == Some(true) {
        return Some(interface.requester_id().unwrap_or(AWS));
    }
    if let Some(operator) = interface.operator().filter(|operator| operator.managed() == Some(true)) {
        return Some(operator.principal().unwrap_or(AWS));
    }
    match interface.interface_type()? {
        NetworkInterfaceType::Interface
        | NetworkInterfaceType::Efa
        | NetworkInterfaceType::EfaOnly
        | NetworkInterfaceType::Trunk
        | NetworkInterfaceType::Branch => None,
        // Everything else is made by a service, and so will be what AWS thinks of next.
        made => Some(made.as_str()),
    }
}

/// The permission that names a rule by its content. All traffic and bare protocols have no ports in a request.
pub(super) fn ip_permission(permission: &Permission) -> IpPermission {
    described(permission, None)
}

/// The permission that makes `rule`, its description included.
pub(super) fn described_permission(rule: &Rule) -> IpPermission {
    described(&rule.permission, rule.description.as_deref())
}

fn described(
    Permission { direction: _, traffic, peer }: &Permission,
    description: Option<&str>,
) -> IpPermission {
    let description = description.map(str::to_owned);
    let permission = IpPermission::builder().ip_protocol(traffic.protocol());
    let permission = match traffic {
        Traffic::All | Traffic::Protocol(_) => permission,
        Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_) | Traffic::Icmpv6(_) => {
            let (from, to) = traffic.from_to();
            permission.from_port(from).to_port(to)
        }
    };
    let permission = match peer {
        Peer::Network(network) if network.is_ipv4() => {
            let range = IpRange::builder().cidr_ip(network.to_string());
            permission.ip_ranges(range.set_description(description).build())
        }
        Peer::Network(network) => {
            let range = Ipv6Range::builder().cidr_ipv6(network.to_string());
            permission.ipv6_ranges(range.set_description(description).build())
        }
        Peer::Group(group) => {
            permission.user_id_group_pairs(pair(group).set_description(description).build())
        }
        Peer::PrefixList(list) => {
            let list = aws_sdk_ec2::types::PrefixListId::builder().prefix_list_id(list.as_str());
            permission.prefix_list_ids(list.set_description(description).build())
        }
    };
    permission.build()
}

fn pair(GroupRef { owner, group }: &GroupRef) -> UserIdGroupPairBuilder {
    let pair = UserIdGroupPair::builder().set_user_id(owner.as_ref().map(AccountId::to_string));
    match group {
        GroupKey::Id(id) => pair.group_id(id.as_str()),
        GroupKey::Name(name) => pair.group_name(name.as_str()),
    }
}

/// What a permission says: one rule for each of its peers.
pub(super) fn permissions(
    direction: Direction,
    permission: &IpPermission,
) -> Result<Vec<Permission>, Unreadable> {
    let protocol = permission.ip_protocol().ok_or(missing(PERMISSION, "IpProtocol"))?;
    let (from, to) = (permission.from_port().map(i64::from), permission.to_port().map(i64::from));
    let traffic = Traffic::from_permission(protocol, from, to);
    let traffic = traffic.map_err(|error| Unreadable::Permission(error.into()))?;
    let peers = peers(permission).map_err(Unreadable::Permission)?;
    Ok(peers.into_iter().map(|peer| Permission { direction, traffic, peer }).collect())
}

fn peers(permission: &IpPermission) -> Result<Vec<Peer>, InvalidRule> {
    let ipv4 = permission.ip_ranges().iter().filter_map(IpRange::cidr_ip);
    let ipv6 = permission.ipv6_ranges().iter().filter_map(Ipv6Range::cidr_ipv6);
    let networks = ipv4.chain(ipv6).map(|cidr| Ok(Peer::Network(cidr.parse()?)));
    let lists = permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
    let lists = lists.map(|list| Ok(Peer::PrefixList(PrefixListId::new(list)?)));
    let groups = permission.user_id_group_pairs().iter().map(|pair| {
        let group = ReferencedGroup {
            group_id: pair.group_id().map(str::to_owned),
            group_name: pair.group_name().map(str::to_owned),
            user_id: pair.user_id().map(str::to_owned),
        };
        Ok(Peer::Group(GroupRef::try_from(&group)?))
    });
    networks.chain(lists).chain(groups).collect()
}

#[cfg(test)]
mod tests;
