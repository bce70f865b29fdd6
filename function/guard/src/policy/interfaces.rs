//! Which tiers may meet on one network interface. The rules of all groups of an interface add up, and none of them
//! takes anything back.

use std::collections::BTreeSet;

use super::{Mode, Policy, TierName};

/// Which tiers may meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interfaces {
    /// The tiers of an interface must all be in one of these sets; a tier alone always may be.
    pub together: Vec<BTreeSet<TierName>>,
    /// What to do about an interface whose tiers may not meet.
    pub on_violation: OnMixture,
    /// Whether to act at all.
    pub mode: Mode,
}

/// What to do about tiers that may not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnMixture {
    /// Take off the groups that break it.
    Detach,
    /// Only tell.
    Notify,
}

impl Interfaces {
    /// Whether `tiers` may meet.
    #[must_use]
    pub fn allow(&self, tiers: &BTreeSet<&TierName>) -> bool {
        let fit = |together: &BTreeSet<TierName>| tiers.iter().all(|tier| together.contains(*tier));
        tiers.len() <= 1 || self.together.iter().any(fit)
    }

    /// Those of `tiers` that have to leave so that the rest may meet: of two that may not, the one that `policy`
    /// lists first, which is the outer one.
    #[must_use]
    pub fn outer<'t>(&self, policy: &Policy, tiers: &BTreeSet<&'t TierName>) -> BTreeSet<&'t TierName> {
        let mut left = tiers.clone();
        let in_order = || policy.tiers.iter().filter_map(|tier| tiers.get(&tier.name).copied());
        for tier in in_order() {
            let clashes = |other: &&TierName| *other != tier && !self.allow(&[tier, *other].into());
            if left.iter().any(clashes) {
                left.remove(tier);
            }
        }
        // Each two of three may meet, and yet not all three.
        for tier in in_order() {
            if !self.allow(&left) {
                left.remove(tier);
            }
        }
        tiers.difference(&left).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of these tiers, those that have to leave, where `together` may meet; the policy lists them as web, app, db, ssh.
    fn outer(together: &[&[&str]], tiers: &[&str]) -> String {
        let policy = Policy::parse(
            "policy.yaml",
            "version: 1\ntiers: { web: { groups: { names: web } }, app: { groups: { names: app } }, \
             db: { groups: { names: db } }, ssh: { groups: { names: ssh } } }",
        );
        let name = |name: &&str| TierName((*name).into());
        let interfaces = Interfaces {
            together: together.iter().map(|set| set.iter().map(name).collect()).collect(),
            on_violation: OnMixture::Detach,
            mode: Mode::Enforce,
        };
        let tiers: Vec<_> = tiers.iter().map(name).collect();
        let tiers: BTreeSet<_> = tiers.iter().collect();
        let outer = interfaces.outer(&policy.unwrap(), &tiers);
        assert_eq!(interfaces.allow(&tiers), outer.is_empty());
        assert!(interfaces.allow(&(&tiers - &outer)), "what stays may not meet");
        outer.into_iter().map(TierName::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn of_tiers_that_may_not_meet_the_outer_ones_leave() {
        let each_with_ssh: &[&[&str]] = &[&["web", "ssh"], &["app", "ssh"], &["db", "ssh"]];
        let each_two: &[&[&str]] = &[&["web", "app"], &["app", "db"], &["web", "db"]];
        for (together, tiers, leave) in [
            (each_with_ssh, &[][..], ""),
            (each_with_ssh, &["web"], ""),
            (each_with_ssh, &["db", "ssh"], ""),
            (each_with_ssh, &["db", "web"], "web"),
            (each_with_ssh, &["db", "ssh", "web"], "web"),
            (each_with_ssh, &["app", "db", "ssh", "web"], "app web"),
            (&[], &["web"], ""),
            (&[], &["ssh", "db"], "db"),
            (&[], &["web", "app", "db", "ssh"], "app db web"),
            (&[&["web", "app", "db", "ssh"]], &["web", "app", "db", "ssh"], ""),
            // Each two may meet, and yet not all three.
            (each_two, &["web", "app", "db"], "web"),
        ] {
            assert_eq!(outer(together, tiers), leave, "{together:?} {tiers:?}");
        }
    }
}
