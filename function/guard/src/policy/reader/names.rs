//! The names of a policy, and what each stands for; and peers that are not names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::fields::{Expected, map, some_texts};
use super::mistake::{IdKind, Mistake};
use super::nearest::nearest;
use crate::id::{AccountId, GroupId, PrefixListId};
use crate::network::{AddressSet, Network};
use crate::policy::diagnostic::{Errors, Quoted, Span};
use crate::policy::yaml::{Entry, Node};
use crate::policy::{PeerSet, TierName};

/// Every name that `from` and `to` may hold, and the peers that it stands for.
pub(super) struct Names<'n>(BTreeMap<&'n str, Meaning>);

/// What a name stands for.
struct Meaning {
    peers: PeerSet,
    networks: usize,
}

/// What a name of the policy's own is that of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Network,
    Tier,
}

/// One of the peers in a list: a name, or written out.
pub(super) struct Named<'n> {
    /// What it stands for. A name may stand for thousands of networks, so it is lent.
    pub(super) peers: Cow<'n, PeerSet>,
    /// The policy's word for it. The same word is the same peers.
    pub(super) word: Cow<'n, str>,
    /// How many networks and prefix lists it was written with. No more of them are held of it, but for the built-in
    /// names, which count as one network for a dozen.
    pub(super) networks: usize,
}

const NETWORKS: Expected =
    Expected { what: "a mapping of networks by name", example: "`networks: { office: 203.0.113.0/24 }`" };
const NETWORK: Expected =
    Expected { what: "a network", example: "`office: [203.0.113.0/24, \"2001:db8::/32\"]`" };

/// What `private` means: RFC 1918, RFC 6598, RFC 3927, loopback, RFC 4193, link-local and loopback of IPv6.
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

/// Names that no network, no tier and no principal may have.
const RESERVED: [&str; 5] = ["anywhere", "internet", "private", "self", "elsewhere"];

impl<'n> Names<'n> {
    /// The names in `networks` and of `tiers`, beside the built-in ones.
    pub(super) fn read(networks: Option<&'n Node>, tiers: &'n [Entry], errors: &mut Errors<'_>) -> Self {
        let mut names = Self(built_in());
        for entry in networks.and_then(|node| map(node, &NETWORKS, errors)).unwrap_or_default() {
            let meaning = network(&entry.value, errors);
            names.add(entry, meaning, errors);
        }
        for entry in tiers {
            let tiers = [TierName(entry.key.as_str().into())].into();
            let peers = PeerSet { tiers, ..PeerSet::default() };
            names.add(entry, Meaning { peers, networks: 0 }, errors);
        }
        names
    }

    /// What `text` stands for; `None` where that has been reported.
    pub(super) fn peer<'a>(
        &'a self,
        text: &'a str,
        span: Span,
        errors: &mut Errors<'_>,
    ) -> Option<Named<'a>> {
        if let Some(Meaning { peers, networks }) = self.0.get(text) {
            return Some(Named { peers: Cow::Borrowed(peers), word: text.into(), networks: *networks });
        }
        match literal(text) {
            Ok((peers, word)) => {
                let networks = usize::from(peers.groups.is_empty());
                return Some(Named { peers: Cow::Owned(peers), word: word.into(), networks });
            }
            Err(Some(mistake)) => errors.push(span, &mistake),
            Err(None) => errors.push_with(span, |_| {
                let nearest = nearest(text, self.0.keys().copied()).map(str::to_owned);
                Mistake::UnknownName { name: text.into(), nearest }
            }),
        }
        None
    }

    /// What `name` is that of; `None` where it is none of the policy's own.
    pub(super) fn kind(&self, name: &str) -> Option<NameKind> {
        let meaning = self.0.get(name).filter(|_| !RESERVED.contains(&name))?;
        Some(meaning.kind())
    }

    /// The names of the tiers.
    pub(super) fn tiers(&self) -> impl Iterator<Item = &'n str> {
        self.0.iter().filter(|(_, meaning)| meaning.kind() == NameKind::Tier).map(|(name, _)| *name)
    }

    /// Adds the name of `entry`. A name that it may not have is added too: its uses are not wrong as well.
    fn add(&mut self, entry: &'n Entry, meaning: Meaning, errors: &mut Errors<'_>) {
        let name = entry.key.as_str();
        if self.0.contains_key(name) && !RESERVED.contains(&name) {
            errors.push(entry.key_span, &Mistake::TakenName { name: name.into() });
        } else if let Some(mistake) = name_mistake(name) {
            errors.push(entry.key_span, &mistake);
        }
        self.0.entry(name).or_insert(meaning);
    }
}

impl Meaning {
    fn kind(&self) -> NameKind {
        if self.peers.tiers.is_empty() { NameKind::Network } else { NameKind::Tier }
    }
}

/// Whether a network or a tier may be called `name`.
pub(crate) fn is_name(name: &str) -> bool {
    name_mistake(name).is_none()
}

/// Whether `text` is a peer that is written out: a network, a group or a prefix list.
pub(crate) fn is_literal(text: &str) -> bool {
    literal(text).is_ok()
}

/// `text` as a group id.
pub(super) fn group_id(text: &str, span: Span, errors: &mut Errors<'_>) -> Option<GroupId> {
    parse_group(text).map_err(|mistake| errors.push(span, &mistake)).ok()
}

/// `text` as the id of a prefix list.
pub(super) fn list_id(text: &str, span: Span, errors: &mut Errors<'_>) -> Option<PrefixListId> {
    parse_list(text).map_err(|mistake| errors.push(span, &mistake)).ok()
}

/// All of `sets` in one.
pub(super) fn union(sets: impl IntoIterator<Item = PeerSet>) -> PeerSet {
    let mut all = PeerSet::default();
    let mut addresses = Vec::new();
    for PeerSet { addresses: more, tiers, groups, lists, entries_of, itself } in sets {
        addresses.push(more);
        all.tiers.extend(tiers);
        all.groups.extend(groups);
        all.lists.extend(lists);
        all.entries_of.extend(entries_of);
        all.itself |= itself;
    }
    PeerSet { addresses: addresses.into_iter().collect(), ..all }
}

/// Why `name` cannot be one.
pub(super) fn name_mistake(name: &str) -> Option<Mistake> {
    let is_word = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '));
    let quoted = || Quoted::from(name);
    if RESERVED.contains(&name) {
        Some(Mistake::ReservedName { name: quoted() })
    } else if name.starts_with("sg-") || name.starts_with("pl-") {
        Some(Mistake::NameLikeId { name: quoted() })
    } else if name.contains('/') || name.parse::<IpAddr>().is_ok() {
        Some(Mistake::NameLikeNetwork { name: quoted() })
    } else {
        (!is_word || name.is_empty() || name.trim() != name).then(|| Mistake::Name { name: quoted() })
    }
}

/// What `internet` means: anywhere less `private`.
pub(crate) fn internet() -> AddressSet {
    AddressSet::everything().difference(&private())
}

fn private() -> AddressSet {
    PRIVATE.iter().filter_map(|text| text.parse::<Network>().ok()).collect()
}

fn built_in() -> BTreeMap<&'static str, Meaning> {
    let (private, internet) = (private(), internet());
    let addresses = |addresses| Meaning { peers: PeerSet { addresses, ..PeerSet::default() }, networks: 1 };
    [
        ("anywhere", addresses(AddressSet::everything())),
        ("private", addresses(private)),
        ("internet", addresses(internet)),
        ("self", Meaning { peers: PeerSet { itself: true, ..PeerSet::default() }, networks: 0 }),
    ]
    .into()
}

/// One of the `networks`: its addresses, and its prefix lists with their entries.
fn network(node: &Node, errors: &mut Errors<'_>) -> Meaning {
    let texts = some_texts(node, &NETWORK, "write a network, or remove the name", errors);
    let networks = texts.len();
    let parts = texts
        .into_iter()
        .filter_map(|(text, span)| network_part(text).map_err(|mistake| errors.push(span, &mistake)).ok());
    Meaning { peers: union(parts), networks }
}

fn network_part(text: &str) -> Result<PeerSet, Mistake> {
    match literal(text) {
        Ok((PeerSet { groups, .. }, _)) if !groups.is_empty() => {
            Err(Mistake::NotANetwork { name: text.into() })
        }
        Ok((peers, _)) => Ok(PeerSet { entries_of: peers.lists.clone(), ..peers }),
        Err(mistake) => Err(mistake.unwrap_or(Mistake::NotANetwork { name: text.into() })),
    }
}

/// A peer that is written out, with its word; where it is not one, why, or nothing where it can only be a name.
fn literal(text: &str) -> Result<(PeerSet, String), Option<Mistake>> {
    let none = PeerSet::default();
    if text.starts_with("sg-") {
        let groups = [(None, parse_group(text)?)].into();
        return Ok((PeerSet { groups, ..none }, text.to_owned()));
    }
    if text.starts_with("pl-") {
        let lists = [parse_list(text)?].into();
        return Ok((PeerSet { lists, ..none }, text.to_owned()));
    }
    if let Ok(address) = text.parse() {
        return Err(Some(Mistake::Address { address }));
    }
    match text.split_once('/') {
        Some((account, group)) if group.starts_with("sg-") => {
            let groups = [(Some(parse_account(account)?), parse_group(group)?)].into();
            Ok((PeerSet { groups, ..none }, text.to_owned()))
        }
        Some(_) => {
            let network: Network = text.parse().map_err(Mistake::Network)?;
            Ok((PeerSet { addresses: network.into(), ..none }, network.to_string()))
        }
        None => Err(None),
    }
}

fn parse_group(text: &str) -> Result<GroupId, Mistake> {
    let id = has_hex(text, "sg-").then(|| GroupId::new(text).ok()).flatten();
    id.ok_or_else(|| Mistake::Id { id: text.into(), kind: IdKind::Group })
}

fn parse_list(text: &str) -> Result<PrefixListId, Mistake> {
    let id = has_hex(text, "pl-").then(|| PrefixListId::new(text).ok()).flatten();
    id.ok_or_else(|| Mistake::Id { id: text.into(), kind: IdKind::PrefixList })
}

fn parse_account(text: &str) -> Result<AccountId, Mistake> {
    let has_digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = has_digits.then(|| AccountId::new(text).ok()).flatten();
    id.ok_or_else(|| Mistake::Id { id: text.into(), kind: IdKind::Account })
}

fn has_hex(text: &str, prefix: &str) -> bool {
    let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix(prefix).is_some_and(|digits| !digits.is_empty() && digits.bytes().all(is_hex))
}
