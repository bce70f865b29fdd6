//! Security group rules as the tests write and compare them, and their form in each protocol. Independent of the
//! guard's own types on purpose.

use std::fmt;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroupRule, SecurityGroupRuleRequest,
    UserIdGroupPair,
};
use serde_json::{Map, Value, json};

/// Which way a rule opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Ingress.
    In,
    /// Egress.
    Out,
}

/// Protocol and ports as EC2 writes them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traffic {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or a number.
    pub protocol: String,
    /// First port or ICMP type; -1 for none or any.
    pub from: i32,
    /// Last port or ICMP code; -1 for none or any.
    pub to: i32,
}

/// One rule: traffic and one peer, which is told by its looks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// What is let through.
    pub traffic: Traffic,
    /// A network, `sg-…` or `pl-…`.
    pub peer: String,
}

/// The kinds of peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IPv4 network.
    V4,
    /// An IPv6 network.
    V6,
    /// A security group.
    Group,
    /// A prefix list.
    List,
}

/// One TCP port.
#[must_use]
pub fn tcp(port: i32) -> Traffic {
    traffic("tcp", port, port)
}

/// Protocol and ports, or ICMP type and code.
#[must_use]
pub fn traffic(protocol: &str, from: i32, to: i32) -> Traffic {
    Traffic { protocol: protocol.to_owned(), from, to }
}

/// All traffic.
#[must_use]
pub fn all() -> Traffic {
    traffic("-1", -1, -1)
}

impl Traffic {
    /// The rule that lets this through from or to `peer`.
    #[must_use]
    pub fn with(&self, peer: &str) -> Rule {
        Rule { traffic: self.clone(), peer: peer.to_owned() }
    }
}

impl Rule {
    /// What kind of peer it has.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.peer.get(..3) {
            Some("sg-") => Kind::Group,
            Some("pl-") => Kind::List,
            _ if self.peer.contains(':') => Kind::V6,
            _ => Kind::V4,
        }
    }

    /// The rule as `DescribeSecurityGroupRules` tells it.
    #[must_use]
    pub fn of(rule: &SecurityGroupRule) -> Self {
        let group = rule.referenced_group_info().and_then(|group| group.group_id());
        let peer = rule.cidr_ipv4().or(rule.cidr_ipv6()).or(rule.prefix_list_id()).or(group);
        let number = |port: Option<i32>| port.unwrap_or(-1);
        traffic(rule.ip_protocol().unwrap_or_default(), number(rule.from_port()), number(rule.to_port()))
            .with(peer.expect("a rule has a peer"))
    }

    /// The rule as `ModifySecurityGroupRules` takes it.
    #[must_use]
    pub fn request(&self) -> SecurityGroupRuleRequest {
        let peer = |kind| (self.kind() == kind).then(|| self.peer.clone());
        SecurityGroupRuleRequest::builder()
            .ip_protocol(&self.traffic.protocol)
            .from_port(self.traffic.from)
            .to_port(self.traffic.to)
            .set_cidr_ipv4(peer(Kind::V4))
            .set_cidr_ipv6(peer(Kind::V6))
            .set_prefix_list_id(peer(Kind::List))
            .set_referenced_group_id(peer(Kind::Group))
            .build()
    }

    /// The rule as CloudTrail's response sets tell it, but for its id.
    #[must_use]
    pub fn response(&self, owner: &str) -> Map<String, Value> {
        let (key, peer) = match self.kind() {
            Kind::V4 => ("cidrIpv4", json!(self.peer)),
            Kind::V6 => ("cidrIpv6", json!(self.peer)),
            Kind::List => ("prefixListId", json!(self.peer)),
            Kind::Group => ("referencedGroupInfo", json!({"userId": owner, "groupId": self.peer})),
        };
        let mut json = Map::new();
        json.insert("ipProtocol".to_owned(), json!(self.traffic.protocol));
        json.insert("fromPort".to_owned(), json!(self.traffic.from));
        json.insert("toPort".to_owned(), json!(self.traffic.to));
        json.insert(key.to_owned(), peer);
        json
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}..{} {}", self.traffic.protocol, self.traffic.from, self.traffic.to, self.peer)
    }
}

/// `rules` as one call names them: those of the same traffic are one item.
#[must_use]
pub fn items(rules: &[Rule]) -> Vec<Vec<&Rule>> {
    let mut items: Vec<Vec<&Rule>> = Vec::new();
    for rule in rules {
        match items.iter_mut().find(|item| item[0].traffic == rule.traffic) {
            Some(item) => item.push(rule),
            None => items.push(vec![rule]),
        }
    }
    items
}

/// One item as the API takes it, each rule with `description`.
#[must_use]
pub fn permission(item: &[&Rule], description: Option<&str>) -> IpPermission {
    let text = description.map(str::to_owned);
    let mut permission = IpPermission::builder().ip_protocol(&item[0].traffic.protocol);
    if item[0].traffic.protocol != "-1" {
        permission = permission.from_port(item[0].traffic.from).to_port(item[0].traffic.to);
    }
    for rule in item {
        let (peer, text) = (&rule.peer, text.clone());
        permission = match rule.kind() {
            Kind::V4 => permission.ip_ranges(IpRange::builder().cidr_ip(peer).set_description(text).build()),
            Kind::V6 => {
                permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(peer).set_description(text).build())
            }
            Kind::Group => permission
                .user_id_group_pairs(UserIdGroupPair::builder().group_id(peer).set_description(text).build()),
            Kind::List => permission
                .prefix_list_ids(PrefixListId::builder().prefix_list_id(peer).set_description(text).build()),
        };
    }
    permission.build()
}

/// One item as CloudTrail records it in `ipPermissions`.
#[must_use]
pub fn recorded(item: &[&Rule], owner: &str) -> Value {
    let traffic = &item[0].traffic;
    let list = |kind: Kind, element: &dyn Fn(&str) -> Value| {
        let elements: Vec<_> =
            item.iter().filter(|rule| rule.kind() == kind).map(|rule| element(&rule.peer)).collect();
        if elements.is_empty() { json!({}) } else { json!({ "items": elements }) }
    };
    let mut json = json!({
        "ipProtocol": traffic.protocol,
        "groups": list(Kind::Group, &|id| json!({"groupId": id, "userId": owner})),
        "ipRanges": list(Kind::V4, &|cidr| json!({"cidrIp": cidr})),
        "ipv6Ranges": list(Kind::V6, &|cidr| json!({"cidrIpv6": cidr})),
        "prefixListIds": list(Kind::List, &|id| json!({"prefixListId": id})),
    });
    // A request for all traffic says no ports.
    if traffic.protocol != "-1" {
        json["fromPort"] = json!(traffic.from);
        json["toPort"] = json!(traffic.to);
    }
    json
}
