//! What is allowed and what is denied, as the policy writes it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::fields::{Expected, Fields, Shape, list, some_texts, texts, truth};
use super::mistake::Mistake;
use super::names::{Named, Names, union};
use super::room::Room;
use crate::network::Network;
use crate::permission::Direction;
use crate::policy::diagnostic::{Errors, Span};
use crate::policy::yaml::{Entry, Node};
use crate::policy::{Allow, AllowLists, Deny, Limits, NamedPeers, PeerSet};
use crate::traffic::{InvalidTraffic, Traffic, TrafficSet};

/// Reads rules whose peers are in `names`.
pub(super) struct Rules<'r, 'n, 't> {
    pub(super) names: &'r Names<'n>,
    /// What is left of it for the entries to come.
    pub(super) room: Room,
    pub(super) addresses: Addresses,
    pub(super) errors: &'r mut Errors<'t>,
}

/// What an address without a length is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    /// A mistake: in a policy, a network that lost its length would be one host.
    Refused,
    /// That one address.
    Taken,
}

/// Where a list of what is allowed stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Tier,
    Elsewhere,
}

/// The value of `elsewhere`.
pub(super) const ELSEWHERE: Shape = Shape {
    expected: Expected {
        what: "a mapping with `ingress`, `egress` or `deny`",
        example: "`elsewhere: { ingress: [] }`",
    },
    keys: &["ingress", "egress", "deny", "mode", "on-violation"],
    misplaced: &[],
};

/// An entry of `ingress`.
pub(super) const ALLOW_IN: Shape = Shape {
    expected: Expected {
        what: "a mapping with `allow` and `from`",
        example: "`{ allow: 443/tcp, from: anywhere }`",
    },
    keys: &["allow", "from", "required"],
    misplaced: &["to"],
};
/// An entry of `egress`.
pub(super) const ALLOW_OUT: Shape = Shape {
    expected: Expected {
        what: "a mapping with `allow` and `to`",
        example: "`{ allow: 443/tcp, to: anywhere }`",
    },
    keys: &["allow", "to", "required"],
    misplaced: &["from"],
};
/// An entry of `ingress` of `elsewhere`.
pub(super) const ALLOW_IN_ELSEWHERE: Shape =
    Shape { keys: &["allow", "from"], misplaced: &["to", "required"], ..ALLOW_IN };
/// An entry of `egress` of `elsewhere`.
pub(super) const ALLOW_OUT_ELSEWHERE: Shape =
    Shape { keys: &["allow", "to"], misplaced: &["from", "required"], ..ALLOW_OUT };
/// An entry of `deny`.
pub(super) const DENY: Shape = Shape {
    expected: Expected {
        what: "a mapping with `ports` and `from` or `to`",
        example: "`{ ports: 22/tcp, from: internet }`",
    },
    keys: &["ports", "from", "to", "except"],
    misplaced: &[],
};

const PORTS: Expected =
    Expected { what: "ports", example: "`443/tcp`, or a list such as `[80/tcp, 443/tcp]`" };
const PEERS: Expected =
    Expected { what: "a peer", example: "`anywhere`, or a list such as `[office, 203.0.113.0/24]`" };
const INGRESS: Expected = Expected {
    what: "a list of what is allowed",
    example: "`[{ allow: 443/tcp, from: anywhere }]`, or `[]` to allow nothing",
};
const EGRESS: Expected =
    Expected { example: "`[{ allow: 443/tcp, to: anywhere }]`, or `[]` to allow nothing", ..INGRESS };
const DENIES: Expected =
    Expected { what: "a list of what is denied", example: "`[{ ports: 22/tcp, from: internet }]`" };

impl Rules<'_, '_, '_> {
    /// `ingress` and `egress` of a tier, or of `elsewhere`.
    pub(super) fn allow_lists(&mut self, fields: &Fields<'_>, place: Place) -> AllowLists {
        AllowLists {
            ingress: fields.get("ingress").map(|node| self.allows(node, Direction::Ingress, place)),
            egress: fields.get("egress").map(|node| self.allows(node, Direction::Egress, place)),
        }
    }

    /// What `elsewhere`, whose key is at `key`, allows or denies.
    pub(super) fn limits(&mut self, fields: &Fields<'_>, key: Span) -> Limits {
        let allows = self.allow_lists(fields, Place::Elsewhere);
        let has_allows = allows.ingress.is_some() || allows.egress.is_some();
        let Some(deny) = fields.entry("deny") else {
            if !has_allows {
                self.errors.push(key, &Mistake::NoLimits);
            }
            return Limits::Allow(allows);
        };
        if has_allows {
            self.errors.push(deny.key_span, &Mistake::AllowAndDeny);
        }
        let denies = list(&deny.value, &DENIES, self.errors).unwrap_or_default();
        Limits::Deny(denies.iter().filter_map(|node| self.deny(node)).collect())
    }

    /// What an entry with these `ports` and `peers` allows.
    pub(super) fn allowance(
        &mut self,
        ports: Option<&Node>,
        direction: Direction,
        peers: Option<&Node>,
    ) -> Allow {
        let (traffic, ports) = self.traffic(ports);
        let named = self.peers(peers);
        let words = format!("{ports} {} {}", direction.preposition(), words_of(&named));
        Allow { traffic, peers: all_of(&named), named, words, required: false }
    }

    /// The direction of an entry that has `from` or `to`, and the value that gave it; `example` is what is said where
    /// it has neither.
    pub(super) fn either_way<'n>(
        &mut self,
        fields: &Fields<'n>,
        example: &'static str,
    ) -> (Direction, Option<&'n Node>) {
        match (fields.entry("from"), fields.entry("to")) {
            (Some(Entry { value, .. }), None) => (Direction::Ingress, Some(value)),
            (None, Some(Entry { value, .. })) => (Direction::Egress, Some(value)),
            (Some(from), Some(to)) => {
                self.errors.push(to.key_span, &Mistake::BothWays);
                (Direction::Ingress, Some(&from.value))
            }
            (None, None) => {
                self.errors.push(fields.at, &Mistake::NoWay { example });
                (Direction::Ingress, None)
            }
        }
    }

    fn allows(&mut self, node: &Node, direction: Direction, place: Place) -> Vec<Allow> {
        let expected = match direction {
            Direction::Ingress => &INGRESS,
            Direction::Egress => &EGRESS,
        };
        let nodes = list(node, expected, self.errors).unwrap_or_default();
        nodes.iter().filter_map(|node| self.allow(node, direction, place)).collect()
    }

    fn allow(&mut self, node: &Node, direction: Direction, place: Place) -> Option<Allow> {
        let shape = match (place, direction) {
            (Place::Tier, Direction::Ingress) => &ALLOW_IN,
            (Place::Tier, Direction::Egress) => &ALLOW_OUT,
            (Place::Elsewhere, Direction::Ingress) => &ALLOW_IN_ELSEWHERE,
            (Place::Elsewhere, Direction::Egress) => &ALLOW_OUT_ELSEWHERE,
        };
        let fields = Fields::of(node, shape, self.errors)?;
        let ports = fields.require("allow", "`allow: 443/tcp`", fields.at, self.errors);
        let peers = self.peers_of_allow(&fields, direction);
        let allow = self.allowance(ports, direction, peers);
        Some(Allow { required: self.required(&fields, place), ..allow })
    }

    fn required(&mut self, fields: &Fields<'_>, place: Place) -> bool {
        let Some(entry) = fields.entry("required") else { return false };
        match place {
            Place::Tier => truth(&entry.value, "required", self.errors).unwrap_or(false),
            Place::Elsewhere => {
                self.errors.push(entry.key_span, &Mistake::RequiredElsewhere);
                false
            }
        }
    }

    fn deny(&mut self, node: &Node) -> Option<Deny> {
        let fields = Fields::of(node, &DENY, self.errors)?;
        let ports = fields.require("ports", "`ports: 22/tcp`", fields.at, self.errors);
        let (traffic, ports) = self.traffic(ports);
        let (direction, value) = self.either_way(&fields, "`from: internet` or `to: internet`");
        let named = self.peers(value);
        let excepted = self.exceptions(fields.get("except"));
        let except =
            if excepted.is_empty() { String::new() } else { format!(" except {}", words_of(&excepted)) };
        let words = format!("{ports} {} {}{except}", direction.preposition(), words_of(&named));
        let (peers, except) = (all_of(&named), all_of(&excepted));
        Some(Deny { direction, traffic, peers, except, named, excepted, words })
    }

    /// The value of `from` in an ingress entry, of `to` in an egress entry; the wrong one, once that is reported, so
    /// that what it holds is looked at as well.
    fn peers_of_allow<'n>(&mut self, fields: &Fields<'n>, direction: Direction) -> Option<&'n Node> {
        let (right, example) = match direction {
            Direction::Ingress => ("from", "`from: anywhere`"),
            Direction::Egress => ("to", "`to: anywhere`"),
        };
        let wrong = fields.entry(opposite(direction).preposition());
        let peers = fields.get(right);
        match wrong {
            Some(entry) => {
                self.errors
                    .push(entry.key_span, &Mistake::WrongWay { direction, has_right: peers.is_some() });
                peers.or(Some(&entry.value))
            }
            None => fields.require(right, example, fields.at, self.errors),
        }
    }

    fn traffic(&mut self, node: Option<&Node>) -> (TrafficSet, String) {
        let texts = node.map(|node| some_texts(node, &PORTS, InvalidTraffic::HELP, self.errors));
        let parsed = texts.unwrap_or_default().into_iter().filter_map(|(text, span)| {
            let traffic = text.parse::<Traffic>();
            traffic.map_err(|error| self.errors.push(span, &Mistake::Traffic(error))).ok()
        });
        let traffic: Vec<_> = parsed.collect();
        let words: Vec<_> = traffic.iter().map(Traffic::to_string).collect();
        (traffic.into_iter().map(Traffic::interval).collect(), words.join(", "))
    }

    fn peers(&mut self, node: Option<&Node>) -> Vec<NamedPeers> {
        let texts =
            node.map(|node| some_texts(node, &PEERS, "name a peer, or remove the entry", self.errors));
        self.named(&texts.unwrap_or_default())
    }

    /// The peers of `except`, where an empty list is no mistake.
    fn exceptions(&mut self, node: Option<&Node>) -> Vec<NamedPeers> {
        let texts = node.map(|node| texts(node, &PEERS, self.errors)).unwrap_or_default();
        self.named(&texts)
    }

    /// All the peers in `texts`, each once.
    fn named(&mut self, texts: &[(&str, Span)]) -> Vec<NamedPeers> {
        let (mut named, mut seen) = (Vec::new(), BTreeSet::new());
        for &(text, span) in texts {
            let address = text.parse::<IpAddr>().ok().filter(|_| self.addresses == Addresses::Taken);
            let network = address.map(|address| Network::from(address).to_string());
            let text = network.as_deref().unwrap_or(text);
            let Some(Named { peers, word, networks }) = self.names.peer(text, span, self.errors) else {
                continue;
            };
            if seen.insert(word.clone().into_owned()) && self.room.take(networks, span, self.errors) {
                named.push(NamedPeers { word: word.into_owned(), peers: peers.into_owned() });
            }
        }
        named
    }
}

fn all_of(named: &[NamedPeers]) -> PeerSet {
    union(named.iter().map(|named| named.peers.clone()))
}

fn words_of(named: &[NamedPeers]) -> String {
    named.iter().map(|named| named.word.as_str()).collect::<Vec<_>>().join(", ")
}

const fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ingress => Direction::Egress,
        Direction::Egress => Direction::Ingress,
    }
}
