//! Which peers need no entry of their own, since others allow the same and more.

use std::collections::BTreeMap;

use super::flows::Use;
use super::peer::Word;
use crate::network::Network;
use crate::traffic::TrafficSet;

/// Takes those out of `uses`, of `tier`, that the others cover.
pub(super) fn take_covered(uses: &mut BTreeMap<Word, Use>, tier: &str) -> Vec<(Word, Use)> {
    let traffic: BTreeMap<_, _> = uses.iter().map(|(word, it)| (word.clone(), it.set())).collect();
    let is_covered = |word: &Word, it: &TrafficSet| match word {
        Word::Network(network) => around(*network, &traffic).covers(it),
        Word::Itself => traffic.get(&Word::Tier(tier.to_owned())).is_some_and(|others| others.covers(it)),
        Word::Anywhere
        | Word::Named(_)
        | Word::Tier(_)
        | Word::Group(_)
        | Word::Theirs(..)
        | Word::List(_) => false,
    };
    let covered: Vec<_> =
        traffic.iter().filter(|(word, it)| is_covered(word, it)).map(|(word, _)| word.clone()).collect();
    covered.into_iter().filter_map(|word| uses.remove_entry(&word)).collect()
}

/// All that is allowed with every address of `network` by networks that are larger.
fn around(network: Network, traffic: &BTreeMap<Word, TrafficSet>) -> TrafficSet {
    let anywhere = traffic.get(&Word::Anywhere).into_iter();
    let larger = (0..network.prefix_length()).filter_map(|length| network.within(length));
    let larger = larger.filter_map(|larger| traffic.get(&Word::Network(larger)));
    anywhere.chain(larger).flat_map(TrafficSet::iter).collect()
}
