//! From the SDK's types to ours and back: one function for each noun and way. What cannot be read is an error, never
//! left out: a rule that is not seen is a rule that is not judged.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListEntry, ReferencedSecurityGroup, SecurityGroup,
    SecurityGroupRule, Tag, UserIdGroupPair,
};
use thiserror::Error;
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, InvalidId, PrefixListId, VpcId};
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

/// The permission that names a rule by its content. All traffic and bare protocols have no ports in a request.
pub(super) fn ip_permission(Permission { direction: _, traffic, peer }: &Permission) -> IpPermission {
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
            permission.ip_ranges(IpRange::builder().cidr_ip(network.to_string()).build())
        }
        Peer::Network(network) => {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(network.to_string()).build())
        }
        Peer::Group(group) => permission.user_id_group_pairs(pair(group)),
        Peer::PrefixList(list) => permission.prefix_list_ids(
            aws_sdk_ec2::types::PrefixListId::builder().prefix_list_id(list.as_str()).build(),
        ),
    };
    permission.build()
}

fn pair(GroupRef { owner, group }: &GroupRef) -> UserIdGroupPair {
    let pair = UserIdGroupPair::builder().set_user_id(owner.as_ref().map(AccountId::to_string));
    match group {
        GroupKey::Id(id) => pair.group_id(id.as_str()).build(),
        GroupKey::Name(name) => pair.group_name(name.as_str()).build(),
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
