//! What is in a draft: tiers with what they allow, and what holds for the groups that are in none.

use std::collections::{BTreeMap, BTreeSet};

use super::Detail;
use super::comment::label;
use super::entry::{Flows, Source, Standing};
use super::estate::{Estate, Holding, TagKey};
use super::flows::Stream;
use super::network::{NamedNetwork, NamedNetworks};
use super::note::Note;
use super::peer::{Dictionary, Word};
use super::rank;
use super::sort::{Bin, Why, sort};
use crate::group::{Group, Rule};
use crate::id::GroupId;
use crate::network::AddressSet;
use crate::permission::{Direction, Peer};
use crate::policy::{LARGEST, Selector, internet};
use crate::traffic::{PortRange, Traffic};

/// What is in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The networks with names.
    pub networks: Vec<NamedNetwork>,
    /// The tiers, from the outside in.
    pub tiers: Vec<PlannedTier>,
    /// What holds for all other groups.
    pub elsewhere: Elsewhere,
    /// What is to be said of all of it.
    pub notes: Vec<Note>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTier {
    /// Its name.
    pub name: String,
    /// How its groups are found.
    pub selector: Selector,
    /// The groups that it has today.
    pub groups: Vec<Group>,
    /// Why they were taken for one tier.
    pub why: Why,
    /// What it lets in.
    pub ingress: Flows,
    /// What it lets out.
    pub egress: Flows,
    /// What is to be said of its groups.
    pub notes: Vec<Note>,
}

/// What holds for groups in no tier. None of them breaks it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The groups.
    pub groups: Vec<Group>,
    /// What the internet may not reach.
    pub denied: Vec<Traffic>,
    /// What is to be said of it.
    pub notes: Vec<Note>,
}

/// Something that a person has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt<'p> {
    /// The tier that it is about; `None` where it is about no tier alone.
    pub tier: Option<&'p str>,
    /// What of it: `22/tcp from anywhere`. `None` where it is about all of it.
    pub about: Option<String>,
    /// What is doubtful.
    pub note: &'p Note,
}

/// What no group should open to the internet: SSH and Remote Desktop.
const DENIED: [u16; 2] = [22, 3389];

impl Plan {
    /// A plan for `estate`, with no tier for the groups that are `too_many`.
    pub(super) fn of(
        estate: &Estate,
        tag: Option<&TagKey>,
        too_many: &BTreeSet<GroupId>,
        detail: Detail,
    ) -> Self {
        let (bins, mut naming) = sort(estate, tag, too_many);
        let homes: BTreeMap<_, _> =
            bins.iter().flat_map(|bin| bin.members.iter().map(|id| (id.clone(), bin.name.clone()))).collect();
        let in_tiers = estate.holdings.iter().filter(|holding| homes.contains_key(&holding.group.id));
        let rules =
            in_tiers.flat_map(|holding| holding.rules.iter().map(move |rule| (&holding.group.id, rule)));
        let networks = match detail {
            Detail::Full => NamedNetworks::of(rules, &mut naming),
            Detail::Bare => NamedNetworks::default(),
        };
        let dictionary = Dictionary { estate, homes: &homes };
        let mut tiers: Vec<_> = bins.into_iter().map(|bin| planned(bin, dictionary, &networks)).collect();
        rank::from_outside_in(&mut tiers);
        mark_alike(&mut tiers);
        let used = tiers.iter().flat_map(PlannedTier::words).filter_map(name_of).collect();
        let networks = networks.used(&used);
        Self { networks, elsewhere: Elsewhere::of(estate, &homes, too_many), notes: unknown(estate), tiers }
    }

    /// The groups of the tiers that take the most room, of which a file of `length` bytes has too much; none where there
    /// are no tiers.
    pub(super) fn largest(&self, length: usize) -> BTreeSet<GroupId> {
        let mut tiers: Vec<_> = self.tiers.iter().map(|tier| (tier.room(), tier)).collect();
        tiers.sort_by_key(|(room, _)| std::cmp::Reverse(*room));
        let all = tiers.iter().map(|(room, _)| room).sum::<usize>();
        // A little more than fits: rooms are only about as large as what is written.
        let fits = all.saturating_mul(LARGEST).div_ceil(length.max(1)).saturating_mul(9).div_ceil(10);
        let (mut largest, mut left) = (BTreeSet::new(), all);
        for (room, tier) in tiers {
            if largest.is_empty() || left > fits {
                left = left.saturating_sub(room);
                largest.extend(tier.groups.iter().map(|group| group.id.clone()));
            }
        }
        largest
    }

    /// All that is doubtful.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt<'_>> {
        let of_none = self.notes.iter().chain(&self.elsewhere.notes);
        let of_none = of_none.map(|note| Doubt { tier: None, about: None, note });
        let of_tiers = self.tiers.iter().flat_map(PlannedTier::doubts);
        of_tiers.chain(of_none).filter(|doubt| doubt.note.code().is_some())
    }
}

impl PlannedTier {
    fn flows(&self) -> [&Flows; 2] {
        [&self.ingress, &self.egress]
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        let entries = self.flows().into_iter().flat_map(|flows| &flows.entries);
        entries.flat_map(|entry| &entry.sources).map(|source| &source.word)
    }

    fn doubts(&self) -> impl Iterator<Item = Doubt<'_>> {
        let tier = Some(self.name.as_str());
        let of_flows = self.flows().into_iter().flat_map(|flows| &flows.notes);
        let of_all = self.notes.iter().chain(of_flows).map(move |note| Doubt { tier, about: None, note });
        let ways = [(&self.ingress, Direction::Ingress), (&self.egress, Direction::Egress)];
        let entries =
            ways.into_iter().flat_map(|(flows, way)| flows.entries.iter().map(move |entry| (entry, way)));
        of_all.chain(entries.flat_map(move |(entry, way)| {
            let of_source = move |source: &'_ Source| {
                source.notes.iter().map(|_| entry.about(source, way)).collect::<Vec<_>>()
            };
            let abouts = entry.sources.iter().flat_map(of_source).collect::<Vec<_>>();
            let notes = entry.sources.iter().flat_map(|source| &source.notes);
            notes.zip(abouts).map(move |(note, about)| Doubt { tier, about: Some(about), note })
        }))
    }

    /// About how much room it takes, in words.
    fn room(&self) -> usize {
        self.words().count().saturating_add(self.groups.len()).saturating_add(1)
    }
}

impl Elsewhere {
    fn of(estate: &Estate, homes: &BTreeMap<GroupId, String>, too_many: &BTreeSet<GroupId>) -> Self {
        let in_none = |holding: &&Holding| !homes.contains_key(&holding.group.id);
        let holdings: Vec<_> = estate.holdings.iter().filter(in_none).collect();
        let (mut denied, mut open, mut holders) = (Vec::new(), Vec::new(), BTreeSet::new());
        for port in DENIED {
            let Some(traffic) = PortRange::new(port, port).map(Traffic::Tcp) else { continue };
            let opens = |holding: &&&Holding| holding.rules.iter().any(|rule| is_open(estate, rule, traffic));
            let found: Vec<_> = holdings.iter().filter(opens).map(|holding| label(&holding.group)).collect();
            if found.is_empty() {
                denied.push(traffic);
            } else {
                open.push(traffic.to_string());
            }
            holders.extend(found);
        }
        let groups: Vec<_> = holdings.iter().map(|holding| holding.group.clone()).collect();
        let (left_out, unsorted): (Vec<_>, Vec<_>) =
            groups.iter().partition(|group| too_many.contains(&group.id));
        let labels = |groups: Vec<&Group>| groups.into_iter().map(label).collect::<Vec<_>>();
        let notes = [
            (!unsorted.is_empty()).then(|| Note::Unsorted { groups: labels(unsorted) }),
            (!left_out.is_empty()).then(|| Note::TooLarge { groups: labels(left_out) }),
            (!open.is_empty())
                .then(|| Note::NotDenied { ports: open, groups: holders.into_iter().collect() }),
        ];
        Self { denied, notes: notes.into_iter().flatten().collect(), groups }
    }
}

fn planned(bin: Bin, dictionary: Dictionary<'_>, networks: &NamedNetworks) -> PlannedTier {
    let Bin { name, selector, members, why } = bin;
    let holdings = &dictionary.estate.holdings;
    let members: Vec<_> = holdings.iter().filter(|holding| members.contains(&holding.group.id)).collect();
    let flows = |direction| {
        let flows = Stream { dictionary, networks, tier: &name, members: &members, direction }.flows();
        let standing =
            if is_known(dictionary.estate, direction) { flows.standing } else { Standing::Unknown };
        Flows { standing, ..flows }
    };
    let (ingress, egress) = (flows(Direction::Ingress), flows(Direction::Egress));
    let groups: Vec<_> = members.iter().map(|holding| holding.group.clone()).collect();
    let notes = of_groups(&groups, &why, dictionary.estate);
    PlannedTier { name, selector, groups, why, ingress, egress, notes }
}

/// Marks the tiers that only capitals tell apart: to EC2 and to a policy those are different texts.
fn mark_alike(tiers: &mut [PlannedTier]) {
    let mut spellings: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for tier in &*tiers {
        let word = tier.why.word();
        spellings.entry(word.to_lowercase()).or_default().push((word, tier.name.clone()));
    }
    for tier in tiers {
        let word = tier.why.word();
        let alike = spellings.get(&word.to_lowercase()).into_iter().flatten();
        let alike = alike.filter(|(other, _)| *other != word).map(|(_, name)| name.clone());
        let alike: Vec<_> = alike.collect();
        tier.notes.extend((!alike.is_empty()).then_some(Note::Alike { tiers: alike }));
    }
}

/// What is to be said of the groups of a tier.
fn of_groups(groups: &[Group], why: &Why, estate: &Estate) -> Vec<Note> {
    let vpcs: BTreeSet<_> = groups.iter().filter_map(|group| group.vpc.as_ref()).collect();
    let is_unused = |group: &&Group| estate.used.as_ref().is_some_and(|used| !used.contains(&group.id));
    let unused: Vec<_> = groups.iter().filter(is_unused).map(label).collect();
    let notes = [
        matches!(why, Why::Ids { .. }).then_some(Note::ById),
        (vpcs.len() > 1).then_some(Note::SeveralVpcs { count: vpcs.len() }),
        (!unused.is_empty()).then_some(Note::Unused { groups: unused }),
    ];
    notes.into_iter().flatten().collect()
}

/// The directions in which no group has a rule: a file that lacks them looks the same.
fn unknown(estate: &Estate) -> Vec<Note> {
    let missing = Direction::BOTH.into_iter().filter(|direction| !is_known(estate, *direction));
    missing.map(|direction| Note::NoRules { direction }).collect()
}

/// Whether the file tells rules in `direction`. Groups that let nothing in are common; that none lets anything out, which
/// every new group does, is not.
fn is_known(estate: &Estate, direction: Direction) -> bool {
    let mut rules = estate.holdings.iter().flat_map(|holding| &holding.rules);
    match direction {
        Direction::Ingress => rules.next().is_some(),
        Direction::Egress => rules.any(|rule| rule.permission.direction == direction),
    }
}

/// Whether `rule` lets the internet reach `traffic`, or may: what is unknown may.
fn is_open(estate: &Estate, rule: &Rule, traffic: Traffic) -> bool {
    let permission = &rule.permission;
    let reaches = |addresses: &AddressSet| addresses.meets(&internet());
    let is_ingress = permission.direction == Direction::Ingress;
    let meets = permission.traffic.interval().first() <= traffic.interval().last()
        && traffic.interval().first() <= permission.traffic.interval().last();
    is_ingress
        && meets
        && match &permission.peer {
            Peer::Network(network) => reaches(&(*network).into()),
            Peer::PrefixList(list) => {
                estate.lists.get(list).and_then(|list| list.entries.as_ref()).is_none_or(reaches)
            }
            Peer::Group(_) => false,
        }
}

fn name_of(word: &Word) -> Option<&str> {
    match word {
        Word::Named(name) => Some(name),
        Word::Anywhere
        | Word::Network(_)
        | Word::Tier(_)
        | Word::Itself
        | Word::Group(_)
        | Word::Theirs(..)
        | Word::List(_) => None,
    }
}
