//! A part of what one rule reaches, as traffic × addresses, and the fewest blocks that make it up.

use std::collections::{BTreeMap, BTreeSet};

use crate::intervals::Interval;
use crate::network::{AddressSet, Network};
use crate::reach::{Grant, cover};
use crate::traffic::{Traffic, TrafficSet};

/// Traffic × addresses, cut by traffic: within a row the addresses are the same for all of its traffic, no two rows
/// share traffic or have the same addresses, and no row is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Region(BTreeMap<AddressSet, TrafficSet>);

/// What one rule can say: traffic in one term, with one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) traffic: Traffic,
    pub(super) network: Network,
}

impl FromIterator<(TrafficSet, AddressSet)> for Region {
    /// The parts of the traffic must not overlap.
    fn from_iter<I: IntoIterator<Item = (TrafficSet, AddressSet)>>(rows: I) -> Self {
        let mut region: BTreeMap<AddressSet, Vec<Interval<u32>>> = BTreeMap::new();
        for (traffic, addresses) in rows {
            if !traffic.is_empty() && !addresses.is_empty() {
                region.entry(addresses).or_default().extend(traffic.iter());
            }
        }
        Self(region.into_iter().map(|(addresses, runs)| (addresses, runs.into_iter().collect())).collect())
    }
}

impl Region {
    /// The part of `traffic` × `addresses` that is in one of `grants`.
    pub(super) fn within(traffic: Traffic, addresses: &AddressSet, grants: &[Grant]) -> Self {
        cut(traffic.interval(), grants)
            .map(|(piece, granted)| (piece, addresses.intersection(&granted)))
            .collect()
    }

    /// The part of `traffic` × `addresses` that is in none of `grants`.
    pub(super) fn outside(traffic: Traffic, addresses: &AddressSet, grants: &[Grant]) -> Self {
        cut(traffic.interval(), grants)
            .map(|(piece, granted)| (piece, addresses.difference(&granted)))
            .collect()
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|mine| other.0.iter().map(move |theirs| (mine, theirs)));
        let both = pairs.map(|(mine, theirs)| (mine.1.intersection(theirs.1), (mine.0, theirs.0)));
        let both = both.filter(|(traffic, _)| !traffic.is_empty());
        both.map(|(traffic, (mine, theirs))| (traffic, mine.intersection(theirs))).collect()
    }

    /// Its rows, in the order of addresses.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&TrafficSet, &AddressSet)> {
        self.0.iter().map(|(addresses, traffic)| (traffic, addresses))
    }

    /// The traffic that is in it with any address.
    pub(super) fn traffic(&self) -> TrafficSet {
        self.rows().flat_map(|(traffic, _)| traffic.iter()).collect()
    }

    /// The traffic that is in it with all of `addresses`.
    pub(super) fn with_all(&self, addresses: &AddressSet) -> TrafficSet {
        let rows = self.rows().filter(|(_, row)| row.covers(addresses));
        rows.flat_map(|(traffic, _)| traffic.iter()).collect()
    }

    /// The fewest blocks, each inside the region, that hold all of it but the traffic `done`; in no order. `None` where
    /// no such blocks were found that are `most` or fewer, and where none are: of a part of a protocol without ports.
    ///
    /// The least there is, within the limit of work of [`cover`]. Beyond a few passes over the region, `most` sets a
    /// bound to the work: what cannot fit is told before it costs anything.
    pub(super) fn blocks(&self, done: &TrafficSet, most: usize) -> Option<Vec<Block>> {
        let needed: Self =
            self.rows().map(|(traffic, addresses)| (traffic.difference(done), addresses.clone())).collect();
        let networks = needed.networks(most)?;
        let blocks = self.largest_blocks(&networks, done, most)?;
        let chosen = cover::fewest(needed.cells(&networks, &blocks), most)?;
        Some(chosen.into_iter().filter_map(|chosen| blocks.get(chosen).copied()).collect())
    }

    /// The networks that the rows fall into; `None` where they are too many for `most` rules.
    ///
    /// Each of them is one that a rule names, or is put together of two halves that are such networks themselves. As
    /// with the leaves and forks of a tree, `most` rules make less than twice as many.
    fn networks(&self, most: usize) -> Option<BTreeSet<Network>> {
        let mut networks = BTreeSet::new();
        for addresses in self.0.keys() {
            networks.extend(addresses.networks());
            if networks.len() > most.saturating_mul(2) {
                return None;
            }
        }
        Some(networks)
    }

    /// The blocks that cannot grow inside the region: for each of `networks` the longest terms of the traffic that is
    /// in the region with all of it, where no larger network has them too. `None` where they are too many for `most`
    /// rules.
    ///
    /// Of one network, each run of ports takes a rule that begins with it, and each other term a rule inside it: no
    /// more than twice `most` together.
    fn largest_blocks(
        &self,
        networks: &BTreeSet<Network>,
        done: &TrafficSet,
        most: usize,
    ) -> Option<Vec<Block>> {
        let traffic: BTreeMap<Network, TrafficSet> =
            networks.iter().map(|&network| (network, self.with_all(&network.into()))).collect();
        let mut blocks = Vec::new();
        for (&network, set) in &traffic {
            let mut terms = whole_terms(set);
            terms.retain(|term| !done.covers(&term.interval().into()));
            if terms.len() > most.saturating_mul(2) {
                return None;
            }
            let larger: Vec<_> = traffic
                .iter()
                .filter(|&(&other, _)| other != network && other.contains(network))
                .map(|(_, traffic)| traffic)
                .collect();
            let is_largest =
                |term: &Traffic| !larger.iter().any(|traffic| traffic.covers(&term.interval().into()));
            blocks.extend(terms.into_iter().filter(is_largest).map(|traffic| Block { traffic, network }));
        }
        Some(blocks)
    }

    /// The region in cells that each of `blocks` holds wholly or not at all: for each the blocks that hold it.
    ///
    /// Two networks are apart or one is in the other, so the cells of a network are in what its smaller ones leave of
    /// it. Only a part of a protocol without ports is a cell that no block holds.
    fn cells(&self, networks: &BTreeSet<Network>, blocks: &[Block]) -> BTreeSet<cover::Holders> {
        let mut cells = BTreeSet::new();
        for &network in networks {
            let smaller = networks.iter().filter(|&&other| other != network && network.contains(other));
            if smaller.copied().collect::<AddressSet>().covers(&network.into()) {
                continue;
            }
            let around = blocks.iter().enumerate().filter(|(_, block)| block.network.contains(network));
            let around: Vec<_> = around.map(|(number, block)| (number, block.traffic.interval())).collect();
            for run in self.with_all(&network.into()).iter() {
                let pieces = pieces(run, around.iter().map(|&(_, traffic)| traffic));
                cells.extend(pieces.into_iter().map(|piece| holders(piece, &around)));
            }
        }
        cells
    }
}

/// Which of the blocks `around` have `piece` in their traffic.
fn holders(piece: Interval<u32>, around: &[(usize, Interval<u32>)]) -> cover::Holders {
    let holds = |traffic: Interval<u32>| traffic.first() <= piece.first() && piece.last() <= traffic.last();
    around.iter().filter(|(_, traffic)| holds(*traffic)).map(|&(number, _)| number).collect()
}

/// `set` in the longest terms that are wholly in it: a protocol without ports is a term only where all of it is there.
pub(super) fn whole_terms(set: &TrafficSet) -> Vec<Traffic> {
    let mut terms = Traffic::terms(set);
    terms.retain(|term| match term {
        Traffic::Protocol(_) => set.covers(&term.interval().into()),
        Traffic::All | Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_) | Traffic::Icmpv6(_) => true,
    });
    terms
}

/// `whole`, cut so that each grant has each piece wholly or not at all, and the addresses granted for each piece.
fn cut(whole: Interval<u32>, grants: &[Grant]) -> impl Iterator<Item = (TrafficSet, AddressSet)> + '_ {
    let edges = grants.iter().flat_map(|grant| grant.traffic.iter());
    pieces(whole, edges).into_iter().map(|piece| {
        let piece = TrafficSet::from(piece);
        let covering = grants.iter().filter(|grant| grant.traffic.covers(&piece));
        let granted = covering.map(|grant| grant.addresses.clone()).collect();
        (piece, granted)
    })
}

/// `whole`, cut wherever one of `runs` begins or ends.
fn pieces(whole: Interval<u32>, runs: impl Iterator<Item = Interval<u32>>) -> Vec<Interval<u32>> {
    let starts: BTreeSet<u32> = runs
        .flat_map(|run| [Some(run.first()), run.last().checked_add(1)])
        .flatten()
        .filter(|&start| whole.first() < start && start <= whole.last())
        .chain([whole.first()])
        .collect();
    let ends = starts.iter().skip(1).map(|start| start.saturating_sub(1)).chain([whole.last()]);
    starts.iter().zip(ends).filter_map(|(&first, last)| Interval::new(first, last)).collect()
}
