//! What is allowed for a time, beyond what the tiers allow.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{Allow, Selector, Tier};
use crate::group::Group;
use crate::permission::Direction;

/// Something that is allowed for a time, for a reason, with an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Its id, as people know it: a ticket.
    pub id: ExemptionId,
    /// The groups that it holds for.
    pub groups: Selector,
    /// Which way.
    pub direction: Direction,
    /// What it allows.
    pub allow: Allow,
    /// When it ends: it counts before that instant.
    pub until: Timestamp,
    /// Whom to ask.
    pub owner: String,
    /// What it is for.
    pub reason: String,
}

/// The id of an exemption, `OPS-1234`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExemptionId(pub(crate) Box<str>);

/// How long before its end an exemption is announced.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Exemption {
    /// Whether it counts at `now`.
    #[must_use]
    pub fn counts_at(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Whether it still counts at `now`, and ends within seven days.
    #[must_use]
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        self.counts_at(now) && self.until.duration_since(now) <= SOON
    }

    /// Whether it may hold for a group of `tier`: whether one can be thought of that is in both.
    #[must_use]
    pub fn may_be_for(&self, tier: &Tier) -> bool {
        self.groups.may_meet(&tier.groups)
    }

    /// Whether it holds for `group`.
    #[must_use]
    pub fn is_for(&self, group: &Group) -> bool {
        self.groups.matches(group)
    }
}

impl ExemptionId {
    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExemptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PeerSet;

    #[test]
    fn it_counts_before_its_end_and_ends_soon_within_seven_days() {
        let exemption = Exemption {
            id: ExemptionId("OPS-1".into()),
            groups: Selector::default(),
            direction: Direction::Ingress,
            allow: Allow {
                traffic: [].into_iter().collect(),
                peers: PeerSet::default(),
                named: Vec::new(),
                words: String::new(),
                required: false,
            },
            until: "2026-12-31T00:00:00Z".parse().unwrap(),
            owner: "dba@example.com".to_owned(),
            reason: "migration".to_owned(),
        };
        for (now, counts, ends_soon) in [
            ("2026-01-01T00:00:00Z", true, false),
            ("2026-12-23T23:59:59Z", true, false),
            ("2026-12-24T00:00:00Z", true, true),
            ("2026-12-31T00:59:59+01:00", true, true),
            ("2026-12-31T00:00:00Z", false, false),
            ("2027-01-01T00:00:00Z", false, false),
        ] {
            let at: Timestamp = now.parse().unwrap();
            assert_eq!((exemption.counts_at(at), exemption.ends_soon(at)), (counts, ends_soon), "{now}");
        }
    }
}
