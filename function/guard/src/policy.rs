//! The tier policy: which groups are a tier, and who may reach it.
//!
//! The values here are what a policy *means*; how it is written, and what is said about one that is written wrong, is
//! in the submodules. A policy is read once and never changed by judging.

mod cases;
mod diagnostic;
mod document;
mod exemption;
mod interfaces;
mod needs;
mod principal;
mod question;
mod reader;
mod schema;
mod selector;
#[cfg(test)]
mod tests;
mod warnings;
mod yaml;

use std::collections::BTreeSet;
use std::fmt;

pub use cases::{Answer, Case, Cases, Expectation};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::{Clause, Document, Passage};
pub use exemption::{Exemption, ExemptionId};
pub use interfaces::{Interfaces, OnMixture};
pub use principal::{Principal, PrincipalName, Principals};
pub use question::Question;
pub use reader::nearest;
pub use schema::schema;
pub use selector::{NamePattern, Selector};

pub(crate) use reader::{internet, is_literal, is_name};
pub(crate) use warnings::exposed;
pub(crate) use yaml::LARGEST;

use crate::dispute::Disputes;
use crate::group::Group;
use crate::id::{AccountId, GroupId, PrefixListId};
use crate::network::AddressSet;
use crate::permission::Direction;
use crate::traffic::TrafficSet;

/// A whole policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The tiers, in the order in which they are written.
    pub tiers: Vec<Tier>,
    /// What holds for groups that are in no tier; absent, they are not managed.
    pub elsewhere: Option<Elsewhere>,
    /// Whose changes are never undone, and always announced.
    pub break_glass: Principals,
    /// What is allowed for a time, in the order in which they are written.
    pub exemptions: Vec<Exemption>,
    /// Which tiers may meet on one network interface; absent, interfaces are not looked at.
    pub interfaces: Option<Interfaces>,
    /// Whether the sweep acts, or only says what it would do.
    pub sweep: Mode,
    /// When something that is undone again and again is in dispute.
    pub disputes: Disputes,
}

/// A set of groups, and what their rules may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its name.
    pub name: TierName,
    /// Which groups belong to it.
    pub groups: Selector,
    /// What their rules may open.
    pub allows: AllowLists,
    /// What to do about a rule that opens more.
    pub reaction: Reaction,
    /// Who may change its groups; absent, anyone, as far as the content is allowed. Empty, nobody.
    pub editors: Option<Principals>,
}

/// The name of a tier, as written in the policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierName(pub(crate) Box<str>);

impl TierName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TierName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Where a group may be: in a tier, or in none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In this tier.
    Tier(TierName),
    /// In none.
    Elsewhere,
}

impl Place {
    /// What a policy calls it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tier(tier) => tier.as_str(),
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What a tier allows. A direction that is absent is not governed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowLists {
    /// Into the tier.
    pub ingress: Option<Vec<Allow>>,
    /// Out of it.
    pub egress: Option<Vec<Allow>>,
}

/// One thing that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The traffic.
    pub traffic: TrafficSet,
    /// From or to whom.
    pub peers: PeerSet,
    /// The same peers, each by its own word.
    pub named: Vec<NamedPeers>,
    /// The policy's own words for it: `80/tcp, 443/tcp from anywhere`.
    pub words: String,
    /// Whether it must be there, and is put back where it is missing.
    pub required: bool,
}

/// Peers as a policy names them, with networks and built-in names resolved to addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerSet {
    /// Addresses.
    pub addresses: AddressSet,
    /// Any group of these tiers.
    pub tiers: BTreeSet<TierName>,
    /// These groups; without an account, groups of the judged group's own account.
    pub groups: BTreeSet<(Option<AccountId>, GroupId)>,
    /// These prefix lists, by their ids: those that are named themselves, whatever their entries, and those whose
    /// entries are meant, which are the same while they are looked at.
    pub lists: BTreeSet<PrefixListId>,
    /// The live entries of these prefix lists.
    pub entries_of: BTreeSet<PrefixListId>,
    /// The group itself.
    pub itself: bool,
}

/// One of the peers in a list, as it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPeers {
    /// The policy's word for it: a name, or what is written out.
    pub word: String,
    /// What it stands for.
    pub peers: PeerSet,
}

/// What holds outside the tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What is allowed, or what is denied.
    pub limits: Limits,
    /// What to do about a rule that breaks it.
    pub reaction: Reaction,
}

/// Two ways of drawing a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// Whatever is not on the list is forbidden.
    Allow(AllowLists),
    /// Whatever touches an entry is forbidden.
    Deny(Vec<Deny>),
}

/// One thing that no rule may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    /// Which way.
    pub direction: Direction,
    /// The traffic.
    pub traffic: TrafficSet,
    /// From or to whom.
    pub peers: PeerSet,
    /// But not from or to these.
    pub except: PeerSet,
    /// The peers, each by its own word.
    pub named: Vec<NamedPeers>,
    /// The exceptions, each by its own word.
    pub excepted: Vec<NamedPeers>,
    /// The policy's own words for it: `22/tcp, 3389/tcp from internet except office`.
    pub words: String,
}

/// What to do about a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reaction {
    /// Whether to act at all.
    pub mode: Mode,
    /// How.
    pub on_violation: OnViolation,
}

/// Whether the guard acts, or only says what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Judge, tell, and act.
    Enforce,
    /// Judge and tell: no call that changes anything is made.
    Observe,
}

/// How a violation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnViolation {
    /// Revoke the offending rule.
    Revoke,
    /// Replace the offending rule by what is allowed of it.
    Narrow,
    /// Only tell.
    Notify,
}

/// What a rule is held against: a tier that its group is in, or `elsewhere`.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'p> {
    /// A tier.
    Tier(&'p Tier),
    /// Outside every tier.
    Elsewhere(&'p Elsewhere),
}

impl Default for Policy {
    /// A policy that governs nothing.
    fn default() -> Self {
        Self {
            tiers: Vec::new(),
            elsewhere: None,
            break_glass: Principals::default(),
            exemptions: Vec::new(),
            interfaces: None,
            sweep: Mode::Observe,
            disputes: Disputes::default(),
        }
    }
}

impl Policy {
    /// Reads a policy from YAML (or JSON, which is YAML). `name` is what the errors call the file.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once, each with its place and the remedy.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        Ok(Document::parse(name, text)?.into_policy())
    }

    /// The policy with every mode in it, the tiers' own included, replaced by `mode`. The sweep's own mode stays as it
    /// is written, unless `mode` is to observe.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.sweep = self.sweep.max(mode);
        if let Some(interfaces) = &mut self.interfaces {
            interfaces.mode = mode;
        }
        let tiers = self.tiers.iter_mut().map(|tier| &mut tier.reaction);
        tiers
            .chain(self.elsewhere.as_mut().map(|elsewhere| &mut elsewhere.reaction))
            .for_each(|reaction| reaction.mode = mode);
        self
    }

    /// The tiers that `group` is in, in the order of the policy.
    pub fn tiers_of<'p>(&'p self, group: &Group) -> impl Iterator<Item = &'p Tier> {
        self.tiers.iter().filter(|tier| tier.groups.matches(group))
    }

    /// What `group` is held against: each of its tiers, else `elsewhere`, else nothing (it is not managed).
    #[must_use]
    pub fn scopes<'p>(&'p self, group: &Group) -> Vec<Scope<'p>> {
        let tiers: Vec<_> = self.tiers_of(group).map(Scope::Tier).collect();
        if tiers.is_empty() { self.elsewhere.iter().map(Scope::Elsewhere).collect() } else { tiers }
    }

    /// What is allowed to `group` for a time, whether or not that time is over.
    pub fn exemptions_for<'p>(&'p self, group: &Group) -> impl Iterator<Item = &'p Exemption> {
        self.exemptions.iter().filter(|exemption| exemption.is_for(group))
    }

    /// Whether `exemption` may hold for a group in `place`: whether one can be thought of.
    #[must_use]
    pub fn may_be_in(&self, exemption: &Exemption, place: &Place) -> bool {
        match place {
            Place::Tier(name) => {
                self.tiers.iter().any(|tier| tier.name == *name && exemption.may_be_for(tier))
            }
            Place::Elsewhere => {
                let made_up = || GroupId::new("sg-example").ok();
                let examples = exemption.groups.examples(made_up, None);
                // Of a pattern the example may be in a tier, and others not.
                exemption.groups.has_patterns()
                    || examples.iter().any(|group| self.tiers_of(group).next().is_none())
            }
        }
    }

    /// The other tiers that a group of `tier` may be in, too, and then has to satisfy: those of which such a group can be
    /// thought of.
    pub fn tiers_beside<'p>(&'p self, tier: &TierName) -> impl Iterator<Item = &'p Tier> {
        let asked = self.tiers.iter().find(|it| it.name == *tier);
        let others = self.tiers.iter().filter(move |it| asked.is_some_and(|asked| asked.name != it.name));
        others.filter(move |it| asked.is_some_and(|asked| asked.groups.may_meet(&it.groups)))
    }

    /// The prefix lists whose entries may decide about a rule in `direction`, those of exemptions included.
    pub fn lists_towards(&self, direction: Direction) -> impl Iterator<Item = &PrefixListId> {
        let exempt = self.exemptions.iter().filter(move |exemption| exemption.direction == direction);
        let exempt = exempt.flat_map(|exemption| &exemption.allow.peers.entries_of);
        self.all_scopes().flat_map(move |scope| scope.lists_towards(direction)).chain(exempt)
    }

    /// Everything that a group may be held against.
    fn all_scopes(&self) -> impl Iterator<Item = Scope<'_>> {
        let elsewhere = self.elsewhere.iter().map(Scope::Elsewhere);
        self.tiers.iter().map(Scope::Tier).chain(elsewhere)
    }
}

impl PeerSet {
    /// Whether it has all that `other` has.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let Self { addresses, tiers, groups, lists, entries_of, itself } = other;
        self.addresses.covers(addresses)
            && self.tiers.is_superset(tiers)
            && self.groups.is_superset(groups)
            && self.lists.is_superset(lists)
            && self.entries_of.is_superset(entries_of)
            && (self.itself || !itself)
    }

    /// Whether `list` itself is meant, and not its entries.
    #[must_use]
    pub fn is_list(&self, list: &PrefixListId) -> bool {
        self.lists.contains(list) && !self.entries_of.contains(list)
    }
}

impl AllowLists {
    /// What is allowed in `direction`; `None` where the direction is not governed.
    #[must_use]
    pub fn towards(&self, direction: Direction) -> Option<&[Allow]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }

    /// What must be there in `direction`.
    pub fn required(&self, direction: Direction) -> impl Iterator<Item = &Allow> {
        self.towards(direction).unwrap_or_default().iter().filter(|allow| allow.required)
    }

    fn peers(&self, direction: Direction) -> impl Iterator<Item = &PeerSet> {
        self.towards(direction).unwrap_or_default().iter().map(|allow| &allow.peers)
    }
}

impl Limits {
    fn peers(&self, direction: Direction) -> Box<dyn Iterator<Item = &PeerSet> + '_> {
        match self {
            Self::Allow(lists) => Box::new(lists.peers(direction)),
            Self::Deny(denies) => Box::new(
                denies
                    .iter()
                    .filter(move |deny| deny.direction == direction)
                    .flat_map(|deny| [&deny.peers, &deny.except]),
            ),
        }
    }
}

impl<'p> Scope<'p> {
    /// What a person calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Tier(tier) => tier.name.as_str(),
            Self::Elsewhere(_) => "elsewhere",
        }
    }

    /// The prefix lists whose entries may decide about a rule in `direction`.
    pub fn lists_towards(&self, direction: Direction) -> impl Iterator<Item = &'p PrefixListId> + use<'p> {
        let peers: Box<dyn Iterator<Item = &PeerSet>> = match self {
            Self::Tier(tier) => Box::new(tier.allows.peers(direction)),
            Self::Elsewhere(elsewhere) => elsewhere.limits.peers(direction),
        };
        peers.flat_map(|peers| &peers.entries_of)
    }

    /// What to do about a violation of it.
    #[must_use]
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Tier(tier) => tier.reaction,
            Self::Elsewhere(elsewhere) => elsewhere.reaction,
        }
    }
}
