//! The order of tiers: from the outside in, as people tell it.

use std::collections::BTreeMap;

use super::peer::Word;
use super::plan::PlannedTier;

/// How far a tier is from the world: nothing where no tier leads to it.
const NOWHERE: usize = usize::MAX;

/// Puts the tiers that the world reaches first, then those that these reach, and last those that no tier leads to.
pub(super) fn from_outside_in(tiers: &mut [PlannedTier]) {
    let mut ranks: BTreeMap<String, usize> = BTreeMap::new();
    let mut left: Vec<&PlannedTier> = tiers.iter().collect();
    for rank in 0..tiers.len() {
        let (reached, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|tier| sources(tier).any(|word| leads(word, rank, &ranks)));
        if reached.is_empty() && rank > 0 {
            break;
        }
        ranks.extend(reached.into_iter().map(|tier| (tier.name.clone(), rank)));
        left = rest;
    }
    tiers.sort_by_key(|tier| (ranks.get(&tier.name).copied().unwrap_or(NOWHERE), tier.name.clone()));
}

/// Whether `word` is a step on the way to what is `rank` steps away from the world.
fn leads(word: &Word, rank: usize, ranks: &BTreeMap<String, usize>) -> bool {
    match word {
        Word::Anywhere => rank == 0,
        Word::Tier(tier) => ranks.get(tier).is_some_and(|of_tier| rank > 0 && *of_tier < rank),
        Word::Named(_)
        | Word::Network(_)
        | Word::Itself
        | Word::Group(_)
        | Word::Theirs(..)
        | Word::List(_) => false,
    }
}

fn sources(tier: &PlannedTier) -> impl Iterator<Item = &Word> {
    tier.ingress.entries.iter().flat_map(|entry| &entry.sources).map(|source| &source.word)
}
