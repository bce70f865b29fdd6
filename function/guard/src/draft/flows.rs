//! From the rules of the groups of one tier, in one direction, to what the tier allows.

use std::collections::{BTreeMap, BTreeSet};

use super::comment::label;
use super::cover;
use super::entry::{Entry, Flows, Source, Standing};
use super::estate::{Estate, Holding};
use super::network::{NamedNetworks, is_place};
use super::note::Note;
use super::peer::{Dictionary, Word};
use crate::group::{Group, Rule};
use crate::id::{GroupId, PrefixListId};
use crate::network::{AddressSet, Network};
use crate::permission::{Direction, GroupRef, Peer};
use crate::policy::exposed;
use crate::traffic::{Traffic, TrafficSet};

/// The groups of a tier in one direction, and all that their rules are read by.
#[derive(Clone, Copy)]
pub(super) struct Stream<'a> {
    pub(super) dictionary: Dictionary<'a>,
    pub(super) networks: &'a NamedNetworks,
    pub(super) tier: &'a str,
    pub(super) members: &'a [&'a Holding],
    pub(super) direction: Direction,
}

/// What one peer is used for.
#[derive(Debug, Clone, Default)]
pub(super) struct Use {
    /// Each kind of traffic, and the groups that have a rule for it.
    pub(super) traffic: BTreeMap<Traffic, BTreeSet<GroupId>>,
    /// The groups that references mean, by the traffic of the rule and the group that has it.
    meant: BTreeMap<(Traffic, GroupId), BTreeSet<GroupId>>,
    /// What stands beside the rules.
    said: BTreeSet<String>,
}

impl Stream<'_> {
    /// What the tier allows.
    pub(super) fn flows(&self) -> Flows {
        let (mut uses, mut notes) = self.uses();
        let stands = notes.is_empty();
        anywhere(&mut uses);
        let covered = cover::take_covered(&mut uses, self.tier);
        let in_words =
            |(word, it): &(Word, Use)| format!("{} {} {word}", it.words(), self.direction.preposition());
        if !covered.is_empty() {
            notes.push(Note::Covered { words: covered.iter().map(in_words).collect() });
        }
        let standing = if stands { Standing::Governed } else { Standing::Stuck };
        Flows { standing, entries: self.entries(self.with_names(uses)), notes }
    }

    /// What each peer is used for, and the rules whose peers have no word.
    fn uses(&self) -> (BTreeMap<Word, Use>, Vec<Note>) {
        let (mut uses, mut stuck): (BTreeMap<Word, Use>, _) = (BTreeMap::new(), Vec::new());
        for Holding { group, rules } in self.members {
            for rule in rules.iter().filter(|rule| rule.permission.direction == self.direction) {
                match self.dictionary.word(group, &rule.permission.peer) {
                    Some(word) => uses.entry(word).or_default().add(group, rule),
                    None => stuck.push(Note::stuck(group, &rule.permission)),
                }
            }
        }
        (uses, stuck)
    }

    /// The same, with the names of networks in place of networks.
    fn with_names(&self, uses: BTreeMap<Word, Use>) -> BTreeMap<Word, Use> {
        let mut named: BTreeMap<Word, Use> = BTreeMap::new();
        for (word, it) in uses {
            named.entry(self.networks.word(word)).or_default().merge(it);
        }
        named
    }

    /// One entry for all peers of the same traffic.
    fn entries(&self, uses: BTreeMap<Word, Use>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: BTreeMap<Vec<Traffic>, usize> = BTreeMap::new();
        for (word, it) in uses {
            let source = Source { notes: self.notes(&word, &it), word };
            let traffic = it.terms();
            let place = *places.entry(traffic.clone()).or_insert(entries.len());
            match entries.get_mut(place) {
                Some(entry) => entry.sources.push(source),
                None => entries.push(Entry { traffic, sources: vec![source] }),
            }
        }
        entries
    }

    /// What is to be said of `word`, which is used as in `it`.
    fn notes(&self, word: &Word, it: &Use) -> Vec<Note> {
        let mut notes: Vec<_> = self.of_exposure(word, it).into_iter().collect();
        notes.extend(self.of_word(word, it));
        notes.extend(self.of_members(it));
        // The name of a network says as much as its own description.
        let is_new = |text: &&String| !matches!(word, Word::Named(name) if is_place(text, name));
        let texts: Vec<_> = it.said.iter().filter(is_new).cloned().collect();
        if !texts.is_empty() {
            notes.push(Note::Said { texts });
        }
        notes
    }

    /// That too much is open to the world.
    fn of_exposure(&self, word: &Word, it: &Use) -> Option<Note> {
        let addresses = self.addresses(word).filter(|_| self.direction == Direction::Ingress)?;
        let traffic = it.set();
        let services = exposed(&traffic, &addresses);
        if services.is_empty() {
            None
        } else if traffic.complement().is_empty() {
            Some(Note::Everything)
        } else {
            Some(Note::Exposed { services })
        }
    }

    fn addresses(&self, word: &Word) -> Option<AddressSet> {
        match word {
            Word::Anywhere => Some(AddressSet::everything()),
            Word::Network(network) => Some((*network).into()),
            Word::Named(name) => Some(self.networks.addresses(name)),
            Word::List(list) => self.dictionary.estate.lists.get(list)?.entries.clone(),
            Word::Tier(_) | Word::Itself | Word::Group(_) | Word::Theirs(..) => None,
        }
    }

    /// Whom the word means, where it does not say that itself.
    fn of_word(&self, word: &Word, it: &Use) -> Option<Note> {
        let estate = self.dictionary.estate;
        match word {
            Word::Tier(tier) => self.of_tier(tier, it),
            Word::Group(id) => {
                Some(estate.group(id).map_or(Note::Gone, |group| Note::Called { name: label(group) }))
            }
            Word::Theirs(account, id) => {
                let is_it = |group: &&Group| group.id == *id && group.owner.as_ref() == Some(account);
                let name = estate.groups().find(is_it).map(label);
                Some(Note::Foreign { account: account.clone(), name })
            }
            Word::List(list) => name_of_list(estate, list).map(|name| Note::Called { name }),
            Word::Anywhere | Word::Named(_) | Word::Network(_) | Word::Itself => None,
        }
    }

    /// That of `tier` only some groups are meant, although others are in the same VPCs, or not all of them everywhere.
    fn of_tier(&self, tier: &str, it: &Use) -> Option<Note> {
        let (tier, direction) = (tier.to_owned(), self.direction);
        let all: BTreeSet<_> = it.meant.values().flatten().collect();
        let lacks = |holder: &GroupId, meant: &BTreeSet<&GroupId>| {
            self.near(holder, &tier).any(|group| !meant.contains(&group.id))
        };
        if it.traffic.values().flatten().any(|holder| lacks(holder, &all)) {
            let groups =
                all.into_iter().filter_map(|id| self.dictionary.estate.group(id)).map(label).collect();
            return Some(Note::OnlyOf { tier, groups, direction });
        }
        let flows =
            it.traffic.iter().flat_map(|(traffic, holders)| holders.iter().map(|it| (*traffic, it.clone())));
        let meant = |flow: &(Traffic, GroupId)| it.meant.get(flow).into_iter().flatten().collect();
        let is_each = flows.into_iter().all(|flow| !lacks(&flow.1, &meant(&flow)));
        (!is_each).then_some(Note::NotEach { tier, direction })
    }

    /// The groups of `tier` to which the group `holder` can refer, but for itself.
    fn near<'s>(&'s self, holder: &'s GroupId, tier: &'s str) -> impl Iterator<Item = &'s Group> {
        let Dictionary { estate, homes } = self.dictionary;
        let vpc = estate.group(holder).map(|group| &group.vpc);
        estate.groups().filter(move |group| {
            homes.get(&group.id).is_some_and(|home| home == tier)
                && vpc == Some(&group.vpc)
                && group.id != *holder
        })
    }

    /// That not every group of the tier has such rules.
    fn of_members(&self, it: &Use) -> Vec<Note> {
        let of = self.members.len();
        let note = |traffic: Option<String>, holders: &BTreeSet<GroupId>| {
            let holders = self.members.iter().filter(|holding| holders.contains(&holding.group.id));
            let groups = holders.map(|holding| label(&holding.group)).collect();
            Note::OnlyIn { traffic, groups, of }
        };
        let all: BTreeSet<_> = it.traffic.values().flatten().cloned().collect();
        if all.len() < of {
            return vec![note(None, &all)];
        }
        let partly = it.traffic.iter().filter(|(_, holders)| holders.len() < of);
        partly.map(|(traffic, holders)| note(Some(traffic.to_string()), holders)).collect()
    }
}

impl Use {
    fn add(&mut self, holder: &Group, rule: &Rule) {
        self.traffic.entry(rule.permission.traffic).or_default().insert(holder.id.clone());
        if let Peer::Group(GroupRef { group, .. }) = &rule.permission.peer {
            let meant = self.meant.entry((rule.permission.traffic, holder.id.clone())).or_default();
            meant.extend(group.id().cloned());
        }
        let said = rule.description.as_deref().map(str::trim).filter(|text| !text.is_empty());
        self.said.extend(said.map(str::to_owned));
    }

    pub(super) fn merge(&mut self, Self { traffic, meant, said }: Self) {
        for (traffic, groups) in traffic {
            self.traffic.entry(traffic).or_default().extend(groups);
        }
        for (flow, groups) in meant {
            self.meant.entry(flow).or_default().extend(groups);
        }
        self.said.extend(said);
    }

    /// All of the traffic.
    pub(super) fn set(&self) -> TrafficSet {
        self.traffic.keys().map(|traffic| traffic.interval()).collect()
    }

    /// The same in as few terms as there are.
    fn terms(&self) -> Vec<Traffic> {
        Traffic::terms(&self.set())
    }

    fn words(&self) -> String {
        self.terms().iter().map(Traffic::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Calls every IPv4 address `anywhere`, unless more is open to IPv6: most who open something to the world mean both.
fn anywhere(uses: &mut BTreeMap<Word, Use>) {
    let (v4, v6) = (Word::Network(Network::ALL_IPV4), Word::Network(Network::ALL_IPV6));
    let Some(in_v4) = uses.get(&v4).map(Use::set) else { return };
    if uses.get(&v6).is_none_or(|it| in_v4.covers(&it.set())) {
        let both = [uses.remove(&v4), uses.remove(&v6)].into_iter().flatten();
        let mut all = Use::default();
        both.for_each(|it| all.merge(it));
        uses.insert(Word::Anywhere, all);
    }
}

fn name_of_list(estate: &Estate, list: &PrefixListId) -> Option<String> {
    estate.lists.get(list)?.name.clone()
}
