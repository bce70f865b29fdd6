//! Facts in, verdict out: pure, total, deterministic.
//!
//! Judges the rules that the change made, and only those: older rules of the group had events of their own.

use std::fmt;

use crate::facts::{Facts, NoSubject, Owner, Referenced};
use crate::group::Rule;
use crate::id::{AccountId, PrefixListId};
use crate::look::LookUpError;
use crate::network::AddressSet;
use crate::permission::{Direction, GroupRef, Peer};
use crate::policy::{Allow, AllowLists, Deny, Limits, PeerSet, Policy, Reaction, Scope, TierName};
use crate::reach::{Excess, Grant};
use crate::traffic::TrafficSet;
use crate::wire::Malformed;

/// What is to be said of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The policy allows it.
    Compliant,
    /// The policy forbids some of it.
    Violation(Violation),
    /// It needs no judgement.
    Ignored(Ignored),
    /// The policy says nothing about the group.
    Unmanaged,
    /// It needs a person: the guard cannot tell.
    Undecidable(Undecidable),
}

/// What is forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Each forbidden rule, once for every scope that forbids it; never empty.
    pub findings: Vec<Finding>,
    /// Rules of the same change that could not be judged.
    pub unsettled: Vec<Unsettled>,
}

/// A rule that the policy forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which way.
    pub code: Code,
    /// The rule.
    pub rule: Rule,
    /// What of it is forbidden.
    pub excess: Excess,
    /// The tier that forbids it; `None` for `elsewhere`.
    pub tier: Option<TierName>,
    /// The line of the policy that it breaks: `web allows 80/tcp, 443/tcp from anywhere`.
    pub why: String,
    /// What the policy wants done about it.
    pub reaction: Reaction,
}

/// In which way a rule is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// It opens more than the allow-list covers.
    NotAllowed,
    /// It touches an entry of a deny list.
    Denied,
}

/// Why a change needs no judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ignored {
    /// The call failed.
    FailedCall,
    /// Not a security group change.
    NotAChange,
    /// The guard's own.
    OwnChange,
    /// Only descriptions were changed.
    DescriptionOnly,
    /// The group no longer exists.
    GroupGone,
}

/// Why a change cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecidable {
    /// The record cannot be understood.
    Malformed(Malformed),
    /// The record was cut, and what is left does not name the group.
    Truncated,
    /// What the judgement needs could not be looked up.
    LookUpFailed(Vec<LookUpError>),
}

/// A rule that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The rule.
    pub rule: Rule,
    /// The look-up that it would have taken.
    pub cause: LookUpError,
}

/// A verdict, and the tiers that the group is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The tiers, in the order of the policy.
    pub tiers: Vec<TierName>,
    /// The verdict.
    pub verdict: Verdict,
}

impl From<Verdict> for Judgement {
    /// A verdict on a group that was not looked at.
    fn from(verdict: Verdict) -> Self {
        Self { tiers: Vec::new(), verdict }
    }
}

/// Judges `facts` by `policy`.
#[must_use]
pub fn judge(policy: &Policy, facts: &Facts) -> Judgement {
    let group = &facts.subject.group;
    let tiers = policy.tiers_of(group).map(|tier| tier.name.clone()).collect();
    let scopes = policy.scopes(group);
    if scopes.is_empty() {
        return Judgement { tiers, verdict: Verdict::Unmanaged };
    }
    let mut findings = Vec::new();
    let mut unsettled = Vec::new();
    for rule in &facts.subject.rules {
        for opinion in scopes.iter().flat_map(|scope| (Bench { policy, facts, scope, rule }).opinions()) {
            match opinion {
                Opinion::Fine => {}
                Opinion::Forbidden(finding) => findings.push(*finding),
                Opinion::Unsettled(cause) => unsettled.push(Unsettled { rule: rule.clone(), cause }),
            }
        }
    }
    Judgement { tiers, verdict: Verdict::of(findings, unsettled) }
}

impl Verdict {
    fn of(findings: Vec<Finding>, unsettled: Vec<Unsettled>) -> Self {
        if !findings.is_empty() {
            Self::Violation(Violation { findings, unsettled })
        } else if !unsettled.is_empty() {
            Self::Undecidable(Undecidable::LookUpFailed(
                unsettled.into_iter().map(|rule| rule.cause).collect(),
            ))
        } else {
            Self::Compliant
        }
    }
}

impl From<NoSubject> for Verdict {
    fn from(why: NoSubject) -> Self {
        match why {
            NoSubject::GroupGone => Self::Ignored(Ignored::GroupGone),
            NoSubject::Truncated => Self::Undecidable(Undecidable::Truncated),
            NoSubject::LookUp(error) => Self::Undecidable(Undecidable::LookUpFailed(vec![error])),
        }
    }
}

/// One rule held against one scope.
struct Bench<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    scope: &'a Scope<'a>,
    rule: &'a Rule,
}

enum Opinion {
    Fine,
    Forbidden(Box<Finding>),
    Unsettled(LookUpError),
}

/// How to read what could not be looked up. A rule that is forbidden however it is read is forbidden, one that is
/// allowed however it is read is allowed; else it cannot be told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stance {
    /// The rule opens whatever it may open, and nothing of the unknown is allowed.
    Severe,
    /// The rule opens nothing that is unknown, and all of the unknown is allowed.
    Mild,
}

/// Which side of the comparison an unknown thing stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What is allowed, or excepted from a denial.
    Allowed,
    /// What the rule opens, or what is denied.
    Forbidden,
}

impl Stance {
    /// Whether something unknown counts as everything on `side`; else it counts as nothing.
    fn assumes(self, side: Side) -> bool {
        match self {
            Self::Severe => side == Side::Forbidden,
            Self::Mild => side == Side::Allowed,
        }
    }
}

impl Bench<'_> {
    /// One opinion for an allow-list, one for each entry of a deny list.
    fn opinions(&self) -> Vec<Opinion> {
        match self.scope {
            Scope::Tier(tier) => vec![self.by_allow_lists(&tier.allows)],
            Scope::Elsewhere(elsewhere) => match &elsewhere.limits {
                Limits::Allow(lists) => vec![self.by_allow_lists(lists)],
                Limits::Deny(denies) => denies.iter().map(|deny| self.by_deny(deny)).collect(),
            },
        }
    }

    fn by_allow_lists(&self, lists: &AllowLists) -> Opinion {
        let direction = self.rule.permission.direction;
        let Some(allows) = lists.towards(direction) else { return Opinion::Fine };
        let why = || allowed_in_words(self.scope.name(), direction, allows);
        self.settle(Code::NotAllowed, why, |stance| self.not_allowed(allows, stance))
    }

    fn by_deny(&self, deny: &Deny) -> Opinion {
        if deny.direction != self.rule.permission.direction {
            return Opinion::Fine;
        }
        let why = || format!("{} denies {}", self.scope.name(), deny.words);
        self.settle(Code::Denied, why, |stance| self.denied(deny, stance))
    }

    /// Holds the rule against the policy as severely and, if that finds anything, as mildly as what could not be
    /// looked up leaves room for.
    fn settle(&self, code: Code, why: impl Fn() -> String, excess: impl Fn(Stance) -> Excess) -> Opinion {
        if excess(Stance::Severe).is_empty() {
            return Opinion::Fine;
        }
        let excess = excess(Stance::Mild);
        match (excess.is_empty(), self.failed_look_up()) {
            (true, Some(error)) => Opinion::Unsettled(error),
            (true, None) => Opinion::Fine,
            (false, _) => Opinion::Forbidden(Box::new(Finding {
                code,
                rule: self.rule.clone(),
                excess,
                tier: match self.scope {
                    Scope::Tier(tier) => Some(tier.name.clone()),
                    Scope::Elsewhere(_) => None,
                },
                why: why(),
                reaction: self.scope.reaction(),
            })),
        }
    }

    fn not_allowed(&self, allows: &[Allow], stance: Stance) -> Excess {
        let rule = &self.rule.permission;
        match &rule.peer {
            Peer::Network(network) => Excess::of_network(rule, *network, &self.grants(allows, stance)),
            Peer::Group(reference) => {
                let is_meant = |peers: &PeerSet| self.names(peers, reference, stance.assumes(Side::Allowed));
                Excess::of_peer(rule, &traffic_with(allows, is_meant))
            }
            Peer::PrefixList(list) => {
                let by_id = traffic_with(allows, |peers| peers.lists.contains(list));
                let by_id = Grant { traffic: by_id, addresses: AddressSet::everything() };
                let grants = [self.grants(allows, stance), vec![by_id]].concat();
                Excess::of_entries(rule, &self.entries(list, stance.assumes(Side::Forbidden)), &grants)
            }
        }
    }

    fn denied(&self, deny: &Deny, stance: Stance) -> Excess {
        let rule = &self.rule.permission;
        let (in_peers, in_except) = (stance.assumes(Side::Forbidden), stance.assumes(Side::Allowed));
        let addresses = || {
            let denied = self.addresses(&deny.peers, in_peers);
            denied.difference(&self.addresses(&deny.except, in_except))
        };
        let hit = match &rule.peer {
            Peer::Network(network) => addresses().meets(&(*network).into()),
            Peer::Group(reference) => {
                self.names(&deny.peers, reference, in_peers)
                    && !self.names(&deny.except, reference, in_except)
            }
            Peer::PrefixList(list) => {
                let by_entries = || addresses().meets(&self.entries(list, stance.assumes(Side::Forbidden)));
                !deny.except.is_list(list) && (deny.peers.is_list(list) || by_entries())
            }
        };
        if hit { Excess::of_denied(rule, &deny.traffic) } else { Excess::default() }
    }

    /// What `allows` allows with addresses.
    fn grants(&self, allows: &[Allow], stance: Stance) -> Vec<Grant> {
        let grant = |allow: &Allow| Grant {
            traffic: allow.traffic.clone(),
            addresses: self.addresses(&allow.peers, stance.assumes(Side::Allowed)),
        };
        allows.iter().map(grant).collect()
    }

    /// The addresses of `peers`, the live entries of prefix lists included.
    fn addresses(&self, peers: &PeerSet, unknown: bool) -> AddressSet {
        let entries = peers.entries_of.iter().map(|list| self.entries(list, unknown));
        entries.chain([peers.addresses.clone()]).collect()
    }

    /// The live entries of `list`; if they are not known, everything or nothing.
    fn entries(&self, list: &PrefixListId, unknown: bool) -> AddressSet {
        match self.facts.entries(list) {
            Ok(entries) => entries.clone(),
            Err(_) if unknown => AddressSet::everything(),
            Err(_) => AddressSet::empty(),
        }
    }

    /// Whether `reference` is one of `peers`: by account and id, as a group of a tier, or as the group itself;
    /// `unknown` if it could not be looked up.
    fn names(&self, peers: &PeerSet, reference: &GroupRef, unknown: bool) -> bool {
        let Ok(Referenced { owner, id, group }) = self.facts.referenced(reference) else { return unknown };
        let is_listed = |owner: Option<&AccountId>| {
            id.is_some_and(|id| peers.groups.contains(&(owner.cloned(), id.clone())))
        };
        let by_id = match owner {
            Owner::Ours => {
                let is_itself = peers.itself && id == Some(&self.facts.subject.group.id);
                is_itself
                    || is_listed(None)
                    || self.facts.account().is_some_and(|account| is_listed(Some(account)))
            }
            Owner::Theirs(account) => is_listed(Some(account)),
            Owner::Unknown => false,
        };
        let in_tier = |group| self.policy.tiers_of(group).any(|tier| peers.tiers.contains(&tier.name));
        by_id || group.is_some_and(in_tier)
    }

    /// A look-up that failed, of those that this rule depends on in this scope; one that may succeed the next time,
    /// if there is one.
    fn failed_look_up(&self) -> Option<LookUpError> {
        let rule = &self.rule.permission;
        let (list, group) = match &rule.peer {
            Peer::PrefixList(list) => (Some(list), None),
            Peer::Group(reference) => (None, self.facts.referenced(reference).err()),
            Peer::Network(_) => (None, None),
        };
        let lists = list.into_iter().chain(self.scope.lists_towards(rule.direction));
        let errors = lists.filter_map(|list| self.facts.entries(list).err()).chain(group);
        errors.max_by_key(|error| error.retryable)
    }
}

/// The traffic of those of `allows` whose peers are `meant`.
fn traffic_with(allows: &[Allow], meant: impl Fn(&PeerSet) -> bool) -> TrafficSet {
    allows.iter().filter(|allow| meant(&allow.peers)).flat_map(|allow| allow.traffic.iter()).collect()
}

/// `web allows 80/tcp, 443/tcp from anywhere`.
fn allowed_in_words(scope: &str, direction: Direction, allows: &[Allow]) -> String {
    if allows.is_empty() {
        return format!("{scope} allows no {direction}");
    }
    let words: Vec<_> = allows.iter().map(|allow| allow.words.as_str()).collect();
    format!("{scope} allows {}", words.join("; "))
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAllowed => "not-allowed",
            Self::Denied => "denied",
        })
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FailedCall => "failed-call",
            Self::NotAChange => "not-a-change",
            Self::OwnChange => "own-change",
            Self::DescriptionOnly => "description-only",
            Self::GroupGone => "group-gone",
        })
    }
}

impl Undecidable {
    /// The reason as a word of the JSON output.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Truncated => "truncated",
            Self::LookUpFailed(_) => "look-up-failed",
        }
    }
}

impl Verdict {
    /// The verdict as a word of the JSON output.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Violation(_) => "violation",
            Self::Ignored(_) => "ignored",
            Self::Unmanaged => "unmanaged",
            Self::Undecidable(_) => "undecidable",
        }
    }

    /// The reason, where the verdict has one.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ignored(why) => Some(why.to_string()),
            Self::Undecidable(why) => Some(why.reason().to_owned()),
            Self::Compliant | Self::Violation(_) | Self::Unmanaged => None,
        }
    }
}
