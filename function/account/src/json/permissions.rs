//! `IpPermissions`, in which one item holds many peers, to and from rules, of which each has one. The rules here are
//! still JSON objects, in the shape of `SecurityGroupRules`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tierguard::permission::{Direction, Peer};
use tierguard::shape::InvalidRule;
use tierguard::traffic::Traffic;

use super::object::Object;
use super::write::rule_fields;
use crate::entry::{Entry, REFERENCE};
use crate::error::Problem;
use crate::rules::Held;

/// A rule as a JSON object, and where it came from.
pub(super) struct Spread {
    pub(super) place: String,
    fields: Map<String, Value>,
}

impl Spread {
    pub(super) fn as_object(&self) -> Object<'_> {
        Object { place: self.place.clone(), fields: &self.fields }
    }
}

/// The lists of peers in an item: the key of the list, the key of the peer in it, and the key of the peer in a rule.
const PEERS: [(&str, &str, &str); 3] = [
    ("IpRanges", "CidrIp", "CidrIpv4"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "PrefixListId"),
];
const PAIRS: &str = "UserIdGroupPairs";

/// The key of a group under which its permissions of this direction stand.
pub(super) const fn key(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "IpPermissions",
        Direction::Egress => "IpPermissionsEgress",
    }
}

/// The rules of a group towards this direction; none where the key is absent.
pub(super) fn rules(group: &Object<'_>, direction: Direction) -> Result<Vec<Spread>, Problem> {
    let items = group.objects(key(direction))?;
    let rules: Vec<_> = items.iter().map(|item| spread(item, direction)).collect::<Result<_, _>>()?;
    Ok(rules.into_iter().flatten().collect())
}

/// The rules of one item.
fn spread(item: &Object<'_>, direction: Direction) -> Result<Vec<Spread>, Problem> {
    let traffic = ["IpProtocol", "FromPort", "ToPort"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), item.value(key)?.clone())));
    let is_egress = ("IsEgress".to_owned(), json!(direction == Direction::Egress));
    let traffic: Map<_, _> = traffic.chain([is_egress]).collect();
    let mut rules = Vec::new();
    for (list, from, to) in PEERS {
        for peer in item.objects(list)? {
            rules.push(rule(&traffic, &peer, to, json!(peer.needed_text(from)?)));
        }
    }
    for pair in item.objects(PAIRS)? {
        let mut reference = pair.fields.clone();
        reference.remove("Description");
        rules.push(rule(&traffic, &pair, REFERENCE, Value::Object(reference)));
    }
    if rules.is_empty() {
        return Err(Problem::Invalid { place: item.place.clone(), source: InvalidRule::NoPeer });
    }
    Ok(rules)
}

fn rule(traffic: &Map<String, Value>, peer: &Object<'_>, key: &str, value: Value) -> Spread {
    let mut fields = traffic.clone();
    fields.insert(key.to_owned(), value);
    if let Some(description) = peer.value("Description") {
        fields.insert("Description".to_owned(), description.clone());
    }
    Spread { place: peer.place.clone(), fields }
}

/// The items of one direction: one for each kind of traffic, as EC2 prints them.
pub(super) fn gathered(entry: &Entry, direction: Direction) -> Value {
    let mut items: BTreeMap<Traffic, Vec<&Held>> = BTreeMap::new();
    for held in entry.rules.iter().filter(|held| held.rule.permission.direction == direction) {
        items.entry(held.rule.permission.traffic).or_default().push(held);
    }
    items.into_iter().map(|(traffic, rules)| item(entry, traffic, &rules)).collect()
}

fn item(entry: &Entry, traffic: Traffic, rules: &[&Held]) -> Value {
    let mut item = Map::new();
    item.insert("IpProtocol".to_owned(), json!(traffic.protocol()));
    let (from, to) = traffic.from_to();
    if has_ports(traffic) {
        item.insert("FromPort".to_owned(), json!(from));
        item.insert("ToPort".to_owned(), json!(to));
    }
    let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for held in rules {
        let (list, peer) = peer(entry, held);
        lists.entry(list).or_default().push(Value::Object(peer));
    }
    for list in PEERS.map(|(list, _, _)| list).into_iter().chain([PAIRS]) {
        item.insert(list.to_owned(), Value::Array(lists.remove(list).unwrap_or_default()));
    }
    Value::Object(item)
}

/// The peer of a rule, and the list that it belongs to.
fn peer(entry: &Entry, held: &Held) -> (&'static str, Map<String, Value>) {
    let mut rule = rule_fields(entry, held);
    let (list, mut peer) = match &held.rule.permission.peer {
        Peer::Network(network) if network.is_ipv4() => ("IpRanges", one("CidrIp", network.to_string())),
        Peer::Network(network) => ("Ipv6Ranges", one("CidrIpv6", network.to_string())),
        Peer::PrefixList(id) => ("PrefixListIds", one("PrefixListId", id.to_string())),
        Peer::Group(_) => match rule.remove(REFERENCE) {
            Some(Value::Object(reference)) => (PAIRS, reference),
            Some(_) | None => (PAIRS, Map::new()),
        },
    };
    if let Some(description) = rule.remove("Description") {
        peer.insert("Description".to_owned(), description);
    }
    (list, peer)
}

fn one(key: &str, value: String) -> Map<String, Value> {
    [(key.to_owned(), Value::String(value))].into_iter().collect()
}

/// Whether `IpPermissions` gives this traffic a `FromPort` and a `ToPort`.
const fn has_ports(traffic: Traffic) -> bool {
    match traffic {
        Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_) | Traffic::Icmpv6(_) => true,
        Traffic::All | Traffic::Protocol(_) => false,
    }
}
