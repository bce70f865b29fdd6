//! Names for networks that are used more than once and whose rules say what they are.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::Naming;
use super::peer::Word;
use crate::group::Rule;
use crate::id::GroupId;
use crate::network::{AddressSet, Network};
use crate::permission::{Direction, Peer};
use crate::policy::is_name;
use crate::traffic::TrafficSet;

/// A network with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedNetwork {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub networks: Vec<Network>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedNetworks(Vec<NamedNetwork>);

/// What networks are used for: the traffic in each group and direction.
type Uses = BTreeMap<(GroupId, Direction), TrafficSet>;

/// What is seen of one network.
#[derive(Default)]
struct Sight {
    uses: Uses,
    /// What its rules call it; `None` where that is no name.
    called: BTreeSet<Option<String>>,
    rules: usize,
}

/// The longest name that is taken from a description, in characters, and of how many words.
const LONGEST: usize = 24;
const MOST_WORDS: usize = 3;
/// What many descriptions say, and what is no name of a place.
const NO_PLACES: [&str; 24] = [
    "ssh",
    "rdp",
    "http",
    "https",
    "web",
    "tls",
    "icmp",
    "ping",
    "dns",
    "test",
    "temp",
    "temporary",
    "todo",
    "allow",
    "access",
    "rule",
    "all",
    "any",
    "default",
    "new",
    "old",
    "inbound",
    "outbound",
    "ingress",
];

impl NamedNetworks {
    /// Names for the networks in `rules`, each with its group; given by `naming`.
    pub(super) fn of<'r>(rules: impl Iterator<Item = (&'r GroupId, &'r Rule)>, naming: &mut Naming) -> Self {
        let mut sights: BTreeMap<Network, Sight> = BTreeMap::new();
        for (group, rule) in rules {
            if let Peer::Network(network) = &rule.permission.peer
                && network.prefix_length() > 0
            {
                sights.entry(*network).or_default().add(group, rule);
            }
        }
        // Networks of one name are one only where they are used alike: a name may not open what was closed.
        let mut alike: BTreeMap<(String, Uses), (usize, Vec<Network>)> = BTreeMap::new();
        for (network, sight) in sights {
            if let Some(name) = sight.name() {
                let (rules, networks) = alike.entry((name, sight.uses)).or_default();
                *rules = rules.saturating_add(sight.rules);
                networks.push(network);
            }
        }
        // Once is often enough for a name of one word: more words are as likely to say what is done there.
        let often = alike.into_iter().filter(|((name, _), (rules, _))| *rules > 1 || !name.contains('-'));
        let named = often.map(|((name, _), (_, networks))| NamedNetwork {
            name: naming.give(&[&name], "network"),
            networks,
        });
        Self(named.collect())
    }

    /// `word`, or the name of its network.
    pub(super) fn word(&self, word: Word) -> Word {
        let Word::Network(network) = &word else { return word };
        let named = self.0.iter().find(|named| named.networks.contains(network));
        named.map_or(word, |named| Word::Named(named.name.clone()))
    }

    /// The addresses that `name` stands for.
    pub(super) fn addresses(&self, name: &str) -> AddressSet {
        let named = self.0.iter().filter(|named| named.name == name);
        named.flat_map(|named| &named.networks).copied().collect()
    }

    /// Those of which the name is among `used`.
    pub(super) fn used(self, used: &BTreeSet<&str>) -> Vec<NamedNetwork> {
        self.0.into_iter().filter(|named| used.contains(named.name.as_str())).collect()
    }
}

impl Sight {
    fn add(&mut self, group: &GroupId, rule: &Rule) {
        let traffic = self.uses.entry((group.clone(), rule.permission.direction)).or_default();
        *traffic = traffic.union(&rule.permission.traffic.interval().into());
        if let Some(text) = rule.description.as_deref().filter(|text| !text.trim().is_empty()) {
            self.called.insert(place_in(text));
        }
        self.rules = self.rules.saturating_add(1);
    }

    /// The name that all of its rules give it which give one.
    fn name(&self) -> Option<String> {
        let mut called = self.called.iter();
        called.next().filter(|_| called.next().is_none())?.clone()
    }
}

/// Whether `text` says no more than that it is the place `name`.
pub(super) fn is_place(text: &str, name: &str) -> bool {
    place_in(text).is_some_and(|place| place == name) && !text.to_lowercase().contains(" from ")
}

/// The place that a description names: `office` of `SSH from the office`.
fn place_in(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let place = text.rsplit_once(" from ").map_or(text.as_str(), |(_, place)| place);
    let place = place.strip_prefix("the ").unwrap_or(place);
    let words: Vec<_> = place.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
    let is_word = |word: &&str| word.chars().all(char::is_alphanumeric) && !NO_PLACES.contains(word);
    let name = words.join("-");
    let is_place = (1..=MOST_WORDS).contains(&words.len())
        && words.iter().all(is_word)
        && name.chars().count() <= LONGEST
        && name.starts_with(char::is_alphabetic);
    (is_place && is_name(&name)).then_some(name)
}
