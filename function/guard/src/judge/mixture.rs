//! Which tiers meet on an interface, and which groups have to come off it.

use std::collections::BTreeSet;

use super::bench::is_bound;
use super::verdict::{Hindrance, Mixture, Unsettled};
use crate::facts::Facts;
use crate::group::Group;
use crate::interface::Interface;
use crate::policy::{Interfaces, OnMixture, Policy, TierName};

/// The tiers that meet on `interface`, and what is wrong with that, if anything is. What the change put on it counts
/// even if it has come off since: if the guard did that, it is to be told once more.
pub(super) fn find<'p>(
    policy: &'p Policy,
    facts: &Facts,
    interfaces: &Interfaces,
    interface: &Interface,
) -> Result<(BTreeSet<&'p TierName>, Option<Mixture>), Box<Unsettled>> {
    let known = |groups| {
        let unsettled = |(group, cause)| Box::new(Unsettled::group(group, cause));
        facts.groups_in(groups).map_err(unsettled)
    };
    let bench = Bench { policy, interfaces, interface, is_bound: is_bound(policy, facts) };
    let live = known(&interface.groups)?;
    let tiers = bench.tiers(&live);
    let mixture = match bench.mixture(&live) {
        Some(mixture) => Some(mixture),
        None => bench.mixture(&known(&interface.told)?).map(|mixture| Mixture {
            stay: interface.groups.iter().cloned().collect(),
            hindrance: Some(Hindrance::AlreadyOff),
            ..mixture
        }),
    };
    Ok((tiers, mixture))
}

/// One interface held against what the policy says of interfaces.
struct Bench<'p, 'i> {
    policy: &'p Policy,
    interfaces: &'i Interfaces,
    interface: &'i Interface,
    is_bound: bool,
}

impl<'p> Bench<'p, '_> {
    fn tiers(&self, groups: &[&Group]) -> BTreeSet<&'p TierName> {
        groups.iter().flat_map(|group| self.policy.tiers_of(group)).map(|tier| &tier.name).collect()
    }

    /// What is wrong with `groups` on the interface, if anything is.
    fn mixture(&self, groups: &[&Group]) -> Option<Mixture> {
        let tiers = self.tiers(groups);
        if self.interfaces.allow(&tiers) {
            return None;
        }
        let outer = self.interfaces.outer(self.policy, &tiers);
        let comes_off = |group: &&&Group| self.tiers(&[group]).iter().any(|tier| outer.contains(tier));
        let off: Vec<_> = groups.iter().filter(comes_off).map(|group| group.id.clone()).collect();
        let stay: Vec<_> = self.interface.groups.iter().filter(|id| !off.contains(id)).cloned().collect();
        let in_order = self.policy.tiers.iter().map(|tier| &tier.name).filter(|name| tiers.contains(name));
        Some(Mixture {
            interface: self.interface.clone(),
            tiers: in_order.cloned().collect(),
            why: format!("on one interface only {} may meet", in_words(self.interfaces)),
            on_violation: if self.is_bound { OnMixture::Notify } else { self.interfaces.on_violation },
            mode: self.interfaces.mode,
            hindrance: match (&self.interface.managed_by, stay.is_empty()) {
                (Some(by), _) => Some(Hindrance::Managed { by: by.clone() }),
                (None, true) => Some(Hindrance::LastGroup),
                (None, false) => None,
            },
            off,
            stay,
        })
    }
}

/// `web with ssh-admin; app with ssh-admin`.
fn in_words(interfaces: &Interfaces) -> String {
    let set = |set: &BTreeSet<TierName>| {
        let names: Vec<_> = set.iter().map(TierName::as_str).collect();
        names.join(" with ")
    };
    let sets: Vec<_> = interfaces.together.iter().filter(|tiers| tiers.len() > 1).map(set).collect();
    if sets.is_empty() { "groups of one tier".to_owned() } else { sets.join("; ") }
}
