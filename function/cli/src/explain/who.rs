//! Who can reach a tier at all, and by way of which other tiers?

use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::permission::Direction;
use tierguard::policy::{Clause, Document, Policy, Tier, TierName};

use super::answer::{Answer, Excerpt};

/// Who may reach `tier`: what its rules may let in, then who may reach those tiers, and so on outwards.
pub(super) fn answer(document: &Document, tier: &TierName, at: Timestamp) -> Answer {
    let policy = document.policy();
    let (mut lines, mut clauses) = (Vec::new(), Vec::new());
    let mut reached = BTreeSet::from([tier.clone()]);
    let mut ring = vec![tier.clone()];
    while !ring.is_empty() {
        let mut next = Vec::new();
        for tier in ring.iter().filter_map(|name| policy.tiers.iter().find(|it| it.name == *name)) {
            direct(policy, tier, at, &mut lines, &mut clauses);
            let behind = tier.allows.ingress.iter().flatten().flat_map(|allow| &allow.peers.tiers);
            next.extend(behind.filter(|tier| reached.insert((*tier).clone())).cloned());
        }
        ring = next;
    }
    Answer { word: None, lines, because: Excerpt::all(document, clauses) }
}

/// What the rules of `tier` may let in.
fn direct(policy: &Policy, tier: &Tier, at: Timestamp, lines: &mut Vec<String>, clauses: &mut Vec<Clause>) {
    let name = &tier.name;
    match tier.allows.towards(Direction::Ingress) {
        None => {
            lines.push(format!("{name}: anybody, for the policy does not govern what comes in"));
            clauses.push(Clause::Tier(name.clone()));
            return;
        }
        Some([]) => {
            lines.push(format!("{name}: nobody"));
            clauses.push(Clause::Allows(Some(name.clone()), Direction::Ingress));
        }
        Some(allows) => {
            lines.extend(allows.iter().map(|allow| format!("{name}: {}", allow.words)));
            let clause = |n| Clause::Allow(Some(name.clone()), Direction::Ingress, n);
            clauses.extend((0..allows.len()).map(clause));
        }
    }
    for (n, exemption) in policy.exemptions.iter().enumerate() {
        let is_in = exemption.direction == Direction::Ingress && exemption.counts_at(at);
        if is_in && exemption.may_be_for(tier) {
            let (id, words, until) = (&exemption.id, &exemption.allow.words, exemption.until);
            lines.push(format!("{name}: {words}, in some groups, until {until} ({id})"));
            clauses.push(Clause::Exemption(n));
        }
    }
}
