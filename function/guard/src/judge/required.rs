//! Rules that should be there and are not: required ones, and ones that somebody removed who may not.

use std::collections::BTreeSet;

use super::bench::{Bench, bound, trespass};
use super::verdict::{Code, Finding, Keep, Missing, Unsettled, Violation};
use crate::facts::{Census, Facts, Subject, Touch};
use crate::group::Rule;
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
use crate::network::AddressSet;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::{Allow, Mode, OnViolation, PeerSet, Policy, Reaction, Scope, Tier, TierName};
use crate::reach::{Excess, Grant};
use crate::traffic::{Traffic, TrafficSet};

/// Adds to `found` what is missing in the group of `subject`, as `tier` sees it.
pub(super) fn find(policy: &Policy, facts: &Facts, subject: &Subject, tier: &Tier, found: &mut Violation) {
    let stolen = trespass(facts, subject, tier).filter(|_| subject.touch == Touch::Removed);
    let requires = subject.touch.may_lack() && tier.allows.requires();
    if stolen.is_none() && !requires {
        return;
    }
    let live = match &subject.live {
        Some(Ok(live)) => live,
        Some(Err(error)) => {
            return found.unsettled.push(Unsettled::group(subject.group.id.clone(), error.clone()));
        }
        None => return,
    };
    let present = staying(live, found, &subject.group.id);
    let mut search =
        Search { policy, facts, subject, tier, present, missing: Vec::new(), unsettled: Vec::new() };
    if let Some(why) = stolen {
        search.take_back(&why);
    }
    if requires {
        for direction in Direction::BOTH {
            tier.allows.required(direction).for_each(|allow| search.require(direction, allow));
        }
    }
    found.missing.extend(search.missing);
    found.unsettled.extend(search.unsettled);
}

/// The rules of `group` that are there once everything that was found has been undone.
fn staying(live: &[Rule], found: &Violation, group: &GroupId) -> Vec<Rule> {
    let goes = |finding: &&Finding| {
        let Reaction { mode, on_violation } = finding.reaction;
        finding.group == *group && mode == Mode::Enforce && on_violation != OnViolation::Notify
    };
    let gone: Vec<_> = found.findings.iter().filter(goes).collect();
    let forbidden: BTreeSet<_> = gone.iter().map(|finding| &finding.rule.permission).collect();
    let stay = live.iter().filter(|rule| !forbidden.contains(&rule.permission));
    let kept = gone.iter().flat_map(|finding| match &finding.keep {
        Keep::Parts(parts) => parts.as_slice(),
        Keep::Nothing | Keep::TooMany => &[],
    });
    let kept = kept.map(|part| Rule { id: None, permission: part.clone(), description: None });
    let back =
        found.missing.iter().filter(|missing| missing.group == *group).filter_map(|it| it.rule.clone());
    stay.cloned().chain(kept).chain(back).collect()
}

/// What is missing of one group, as one tier sees it.
struct Search<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    subject: &'a Subject,
    tier: &'a Tier,
    /// The rules that are there, or are to be put back.
    present: Vec<Rule>,
    missing: Vec<Missing>,
    unsettled: Vec<Unsettled>,
}

/// One thing that must be there.
enum Want {
    /// This, by one rule or by several.
    Exactly(Permission),
    /// This traffic with at least one group of a tier.
    AnyOf(Direction, Traffic, TierName),
}

impl Search<'_> {
    /// Puts back what somebody removed who may not, as far as the policy allows it. Whether it is there already, EC2
    /// says.
    fn take_back(&mut self, why: &str) {
        for rule in &self.subject.taken {
            if self.is_allowed(rule) {
                self.put_back(Code::Editor, Some(rule.clone()), rule.permission.to_string(), why.to_owned());
            }
        }
    }

    /// Puts back what is missing of `allow`: what the event took away if that is enough, else what the policy says.
    fn require(&mut self, direction: Direction, allow: &Allow) {
        let why = format!("{} requires {}", self.tier.name, allow.words);
        for want in wants(&self.subject.group.id, direction, allow) {
            if self.is_met(&want, &[]) || !self.may_be_gone(&want) {
                continue;
            }
            let taken =
                self.subject.taken.iter().filter(|rule| self.is_met(&want, std::slice::from_ref(rule)));
            let rules: Vec<_> = taken.cloned().chain(self.by_policy(&want)).collect();
            // What this tier requires another tier of the group may forbid.
            let rule = rules.into_iter().find(|rule| self.is_allowed(rule));
            self.put_back(Code::RequiredMissing, rule, want.to_string(), why.clone());
        }
    }

    /// Whether the change may have taken `want` away: what was missing before is the sweep's.
    fn may_be_gone(&self, want: &Want) -> bool {
        self.subject.touch != Touch::Removed || self.is_met(want, &self.subject.taken)
    }

    fn put_back(&mut self, code: Code, rule: Option<Rule>, what: String, why: String) {
        // A rule that is put back is a new one.
        let rule = rule.map(|rule| Rule { id: None, ..rule });
        self.present.extend(rule.clone());
        self.missing.push(Missing {
            code,
            group: self.subject.group.id.clone(),
            rule,
            what,
            tier: self.tier.name.clone(),
            why,
            reaction: bound(self.policy, self.facts, self.tier.reaction),
        });
    }

    /// Whether the policy allows `rule`; not where that cannot be known, of which note is taken.
    fn is_allowed(&mut self, rule: &Rule) -> bool {
        match super::allows(self.policy, self.facts, self.subject, rule) {
            Ok(is_allowed) => is_allowed,
            Err(cause) => {
                let (group, rule) = (self.subject.group.id.clone(), Some(rule.clone()));
                self.unsettled.push(Unsettled { group, rule, cause });
                false
            }
        }
    }

    /// The rule that the policy itself asks for; for a tier, with the only group that is in it and in the same VPC.
    fn by_policy(&self, want: &Want) -> Option<Rule> {
        let permission = match want {
            Want::Exactly(permission) => self.owned(permission),
            Want::AnyOf(direction, traffic, tier) => {
                let group = self.only_group_of(tier)?;
                let peer = Peer::Group(GroupRef {
                    owner: group.owner.clone().or_else(|| self.facts.account().cloned()),
                    group: GroupKey::Id(group.id.clone()),
                });
                Permission { direction: *direction, traffic: *traffic, peer }
            }
        };
        Some(Rule { id: None, permission, description: Some(self.mark()) })
    }

    /// What stands beside a rule that the guard has made after the policy.
    fn mark(&self) -> String {
        format!("tierguard: required by tier {}", self.tier.name)
    }

    /// Whether the guard has put `rule` back, in an earlier attempt at the same event: then that is to be told once more,
    /// and EC2 says that it is there.
    fn is_own_work(&self, rule: &Rule) -> bool {
        let is_live = rule.id.is_some();
        self.subject.touch == Touch::Removed && is_live && rule.description == Some(self.mark())
    }

    /// `permission`, whose reference to a group says the account where that is ours.
    fn owned(&self, permission: &Permission) -> Permission {
        let mut permission = permission.clone();
        if let Peer::Group(reference) = &mut permission.peer {
            reference.owner = reference.owner.take().or_else(|| self.facts.account().cloned());
        }
        permission
    }

    fn only_group_of(&self, tier: &TierName) -> Option<&crate::group::Group> {
        if self.facts.census != Census::Whole {
            return None;
        }
        let is_of_tier = |group: &&crate::group::Group| {
            group.vpc == self.subject.group.vpc && self.policy.tiers_of(group).any(|it| it.name == *tier)
        };
        let mut groups = self.facts.all_groups().filter(is_of_tier);
        groups.next().filter(|_| groups.next().is_none())
    }

    /// Whether `want` is met by the rules that are there, `with` others.
    fn is_met(&self, want: &Want, with: &[Rule]) -> bool {
        let rules = || self.present.iter().filter(|rule| !self.is_own_work(rule)).chain(with);
        match want {
            Want::Exactly(permission) => match &permission.peer {
                Peer::Network(network) => {
                    let grants: Vec<_> = rules().filter_map(|rule| self.grant(permission, rule)).collect();
                    Excess::of_network(permission, *network, &grants).is_empty()
                }
                Peer::PrefixList(_) => {
                    let same = rules().filter(|rule| rule.permission.peer == permission.peer);
                    covers(permission.direction, permission.traffic, same)
                }
                Peer::Group(reference) => {
                    let peers = PeerSet {
                        groups: [(reference.owner.clone(), reference.group.id().cloned())]
                            .into_iter()
                            .filter_map(|(owner, id)| Some((owner, id?)))
                            .collect(),
                        ..PeerSet::default()
                    };
                    let same = rules().filter(|rule| self.names(&peers, rule));
                    covers(permission.direction, permission.traffic, same)
                }
            },
            Want::AnyOf(direction, traffic, tier) => {
                let peers = PeerSet { tiers: [tier.clone()].into(), ..PeerSet::default() };
                let of_tier = || rules().filter(|rule| self.names(&peers, rule));
                of_tier().any(|one| {
                    let same = of_tier().filter(|rule| rule.permission.peer == one.permission.peer);
                    covers(*direction, *traffic, same)
                })
            }
        }
    }

    /// What `rule` lets through of what `wanted` asks for.
    fn grant(&self, wanted: &Permission, rule: &Rule) -> Option<Grant> {
        let Permission { direction, traffic, peer } = &rule.permission;
        let addresses: AddressSet = match peer {
            Peer::Network(network) => (*network).into(),
            Peer::PrefixList(list) => self.facts.entries(list).ok()?.clone(),
            Peer::Group(_) => return None,
        };
        (*direction == wanted.direction).then(|| Grant { traffic: traffic.interval().into(), addresses })
    }

    fn names(&self, peers: &PeerSet, rule: &Rule) -> bool {
        let Peer::Group(reference) = &rule.permission.peer else { return false };
        let scope = Scope::Tier(self.tier);
        let bench =
            Bench { policy: self.policy, facts: self.facts, subject: self.subject, scope: &scope, rule };
        bench.names(peers, reference, false)
    }
}

/// Whether `rules` together let all of `traffic` through.
fn covers<'r>(direction: Direction, traffic: Traffic, rules: impl Iterator<Item = &'r Rule>) -> bool {
    let towards = rules.filter(|rule| rule.permission.direction == direction);
    let through: TrafficSet = towards.map(|rule| rule.permission.traffic.interval()).collect();
    through.covers(&traffic.interval().into())
}

/// Each thing that `allow` asks for in the group `itself`.
fn wants(itself: &GroupId, direction: Direction, Allow { traffic, peers, .. }: &Allow) -> Vec<Want> {
    let group = |(owner, id): &(Option<AccountId>, GroupId)| {
        Peer::Group(GroupRef { owner: owner.clone(), group: GroupKey::Id(id.clone()) })
    };
    let me = peers.itself.then(|| group(&(None, itself.clone())));
    let exact: Vec<_> = (peers.addresses.networks().into_iter().map(Peer::Network))
        .chain(peers.lists.iter().map(|list: &PrefixListId| Peer::PrefixList(list.clone())))
        .chain(peers.groups.iter().map(group))
        .chain(me)
        .collect();
    let of_traffic = |traffic: Traffic| {
        let exact = exact
            .iter()
            .map(move |peer| Want::Exactly(Permission { direction, traffic, peer: peer.clone() }));
        let tiers = peers.tiers.iter().map(move |tier| Want::AnyOf(direction, traffic, tier.clone()));
        exact.chain(tiers).collect::<Vec<_>>()
    };
    Traffic::terms(traffic).into_iter().flat_map(of_traffic).collect()
}

/// `8080/tcp from web`.
impl std::fmt::Display for Want {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(permission) => permission.fmt(f),
            Self::AnyOf(direction, traffic, tier) => {
                write!(f, "{traffic} {} {tier}", direction.preposition())
            }
        }
    }
}
