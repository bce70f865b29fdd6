//! Who can reach a place at all, and by way of which tiers?

use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::permission::Direction;
use tierguard::policy::{Allow, Clause, Deny, Document, Exemption, Limits, Place, Policy, TierName};

use super::answer::{Answer, Excerpt};

const DIRECTION: Direction = Direction::Ingress;

/// Who may reach `place`: what its rules may let in, then who may reach the tiers among those, and so on outwards.
pub(super) fn answer(document: &Document, place: &Place, at: Timestamp) -> Answer {
    let mut found = Found { policy: document.policy(), at, lines: Vec::new(), clauses: Vec::new() };
    let mut reached = BTreeSet::from([place.clone()]);
    let mut ring = vec![place.clone()];
    while !ring.is_empty() {
        let behind = ring.iter().flat_map(|place| found.direct(place));
        let behind: Vec<_> = behind.map(Place::Tier).collect();
        ring = behind.into_iter().filter(|place| reached.insert(place.clone())).collect();
    }
    let Found { lines, clauses, .. } = found;
    Answer { word: None, lines, because: Excerpt::all(document, clauses) }
}

/// What was found so far.
struct Found<'p> {
    policy: &'p Policy,
    at: Timestamp,
    lines: Vec<String>,
    clauses: Vec<Clause>,
}

impl<'p> Found<'p> {
    /// Takes note of what the rules in `place` may let in; the tiers among that.
    fn direct(&mut self, place: &Place) -> Vec<TierName> {
        let policy = self.policy;
        let name = place.as_str();
        let allows = match place {
            Place::Tier(tier) => policy.tiers.iter().find(|it| it.name == *tier).map(|tier| &tier.allows),
            Place::Elsewhere => match policy.elsewhere.as_ref().map(|elsewhere| &elsewhere.limits) {
                Some(Limits::Allow(lists)) => Some(lists),
                Some(Limits::Deny(denies)) if denies.iter().any(|deny| deny.direction == DIRECTION) => {
                    return self.denied(denies);
                }
                Some(Limits::Deny(_)) | None => None,
            },
        };
        let Some(allows) = allows.and_then(|lists| lists.towards(DIRECTION)) else {
            self.lines.push(format!("{name}: anybody, for the policy does not govern what comes in"));
            self.clauses.push(match place {
                Place::Tier(tier) => Clause::Tier(tier.clone()),
                Place::Elsewhere => Clause::Elsewhere,
            });
            return Vec::new();
        };
        self.allowed(place, allows);
        let exempt = self.exempt(place);
        let peers = allows.iter().chain(exempt.iter().map(|exemption| &exemption.allow));
        peers.flat_map(|allow| &allow.peers.tiers).cloned().collect()
    }

    fn allowed(&mut self, place: &Place, allows: &[Allow]) {
        let name = place.as_str();
        let tier = match place {
            Place::Tier(tier) => Some(tier.clone()),
            Place::Elsewhere => None,
        };
        if allows.is_empty() {
            self.lines.push(format!("{name}: nobody"));
            self.clauses.push(Clause::Allows(tier, DIRECTION));
            return;
        }
        self.lines.extend(allows.iter().map(|allow| format!("{name}: {}", allow.words)));
        self.clauses.extend((0..allows.len()).map(|n| Clause::Allow(tier.clone(), DIRECTION, n)));
    }

    /// Takes note of what `elsewhere` denies: anybody reaches all else.
    fn denied(&mut self, denies: &[Deny]) -> Vec<TierName> {
        let ingress = || denies.iter().enumerate().filter(|(_, deny)| deny.direction == DIRECTION);
        self.lines.extend(ingress().map(|(_, deny)| format!("elsewhere: not {}", deny.words)));
        self.lines.push("elsewhere: anybody, but for that".to_owned());
        self.clauses.extend(ingress().map(|(n, _)| Clause::Deny(n)));
        self.exempt(&Place::Elsewhere).iter().flat_map(|it| &it.allow.peers.tiers).cloned().collect()
    }

    /// Takes note of the exemptions that count for some groups of `place`.
    fn exempt(&mut self, place: &Place) -> Vec<&'p Exemption> {
        let (policy, at) = (self.policy, self.at);
        let counts = |exemption: &Exemption| {
            exemption.direction == DIRECTION && exemption.counts_at(at) && policy.may_be_in(exemption, place)
        };
        let exempt = policy.exemptions.iter().enumerate().filter(|(_, exemption)| counts(exemption));
        let exempt: Vec<_> = exempt.collect();
        for (n, Exemption { id, allow, until, .. }) in &exempt {
            let (name, words) = (place.as_str(), &allow.words);
            self.lines.push(format!("{name}: {words}, in some groups, until {until} ({id})"));
            self.clauses.push(Clause::Exemption(*n));
        }
        exempt.into_iter().map(|(_, exemption)| exemption).collect()
    }
}
