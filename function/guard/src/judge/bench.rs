//! One rule held against one scope: a tier that its group is in, or `elsewhere`.

use super::stance::{Side, Stance};
use super::verdict::{Code, Finding, Keep};
use crate::facts::{Facts, Subject, Touch};
use crate::group::Rule;
use crate::look::LookUpError;
use crate::network::AddressSet;
use crate::permission::{Direction, Peer};
use crate::policy::{
    Allow, AllowLists, Deny, Exemption, Limits, OnViolation, PeerSet, Policy, Reaction, Scope, Tier,
};
use crate::reach::{Excess, Grant};
use crate::traffic::TrafficSet;

/// One rule held against one scope.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) policy: &'a Policy,
    pub(super) facts: &'a Facts,
    pub(super) subject: &'a Subject,
    pub(super) scope: &'a Scope<'a>,
    pub(super) rule: &'a Rule,
}

pub(super) enum Opinion {
    Fine,
    Forbidden(Box<Finding>),
    Unsettled(LookUpError),
}

impl Bench<'_> {
    /// One opinion for an allow-list, one for each entry of a deny list. Who made a rule matters only where its content
    /// may stay.
    pub(super) fn opinions(&self) -> Vec<Opinion> {
        match self.scope {
            Scope::Tier(tier) => vec![self.in_tier(tier)],
            Scope::Elsewhere(elsewhere) => match &elsewhere.limits {
                Limits::Allow(lists) => vec![self.by_allow_lists(lists)],
                Limits::Deny(denies) => denies.iter().map(|deny| self.by_deny(deny)).collect(),
            },
        }
    }

    fn in_tier(&self, tier: &Tier) -> Opinion {
        match self.by_allow_lists(&tier.allows) {
            Opinion::Fine => self.by_editors(tier),
            Opinion::Forbidden(finding) => Opinion::Forbidden(finding),
            Opinion::Unsettled(error) => Opinion::Unsettled(error),
        }
    }

    /// What the scope says of the content of the rule, whoever made it: the first objection, if there is one.
    pub(super) fn of_content(&self) -> Opinion {
        match self.scope {
            Scope::Tier(tier) => self.by_allow_lists(&tier.allows),
            Scope::Elsewhere(elsewhere) => match &elsewhere.limits {
                Limits::Allow(lists) => self.by_allow_lists(lists),
                Limits::Deny(denies) => {
                    let mut opinions = denies.iter().map(|deny| self.by_deny(deny));
                    opinions.find(|opinion| !matches!(opinion, Opinion::Fine)).unwrap_or(Opinion::Fine)
                }
            },
        }
    }

    fn by_allow_lists(&self, lists: &AllowLists) -> Opinion {
        let direction = self.rule.permission.direction;
        let Some(allows) = lists.towards(direction) else { return Opinion::Fine };
        let why = || allowed_in_words(self.scope.name(), direction, allows);
        self.settle(Code::NotAllowed, why, |exempt, stance| {
            self.not_allowed(&allows.iter().chain(exempt.iter().copied()).collect::<Vec<_>>(), stance)
        })
    }

    fn by_deny(&self, deny: &Deny) -> Opinion {
        if deny.direction != self.rule.permission.direction {
            return Opinion::Fine;
        }
        let why = || format!("{} denies {}", self.scope.name(), deny.words);
        self.settle(Code::Denied, why, |exempt, stance| self.denied(deny, exempt, stance))
    }

    /// A rule that somebody made who is no editor of `tier`. Its id says that it is theirs: the same content under
    /// another id may be an editor's.
    fn by_editors(&self, tier: &Tier) -> Opinion {
        let Some(why) = self.trespass(tier).filter(|_| self.subject.touch.made_rules()) else {
            return Opinion::Fine;
        };
        let live = match self.subject.live.as_ref() {
            Some(Ok(live)) => live.as_slice(),
            Some(Err(error)) => return Opinion::Unsettled(error.clone()),
            None => &[],
        };
        let same_id = live.iter().find(|live| live.id == self.rule.id);
        let is_theirs = same_id.is_none_or(|live| live.permission == self.rule.permission);
        let reaction = self.reaction();
        // What an edit took the place of, no record tells: to revoke it would not undo it.
        let can_go = self.subject.touch == Touch::Added
            && self.rule.id.is_some()
            && is_theirs
            && reaction.on_violation != OnViolation::Notify;
        // An id that names another rule by now is not the id of this one.
        let id = self.rule.id.clone().filter(|_| is_theirs);
        Opinion::Forbidden(Box::new(Finding {
            reaction: Reaction {
                on_violation: if can_go { OnViolation::Revoke } else { OnViolation::Notify },
                ..reaction
            },
            rule: Rule { id, ..self.rule.clone() },
            ..self.finding(Code::Editor, Excess::whole(&self.rule.permission), why)
        }))
    }

    /// The line of the policy that the caller broke by changing a group of `tier`, if they did.
    pub(super) fn trespass(&self, tier: &Tier) -> Option<String> {
        trespass(self.facts, self.subject, tier)
    }

    /// Holds the rule against the policy as severely and, if that finds anything, as mildly as what could not be
    /// looked up leaves room for. `excess` is given what is exempt.
    fn settle(
        &self,
        code: Code,
        why: impl Fn() -> String,
        excess: impl Fn(&[&Allow], Stance) -> Excess,
    ) -> Opinion {
        let exempt: Vec<_> = self.exempt().collect();
        if excess(&exempt, Stance::Severe).is_empty() {
            return Opinion::Fine;
        }
        let found = excess(&exempt, Stance::Mild);
        match (found.is_empty(), self.failed_look_up()) {
            (true, Some(error)) => Opinion::Unsettled(error),
            (true, None) => Opinion::Fine,
            (false, _) => {
                let ended = |exemption: &&Exemption| {
                    let with = [exempt.as_slice(), &[&exemption.allow]].concat();
                    !exemption.counts_at(self.facts.at) && excess(&with, Stance::Mild) != found
                };
                let ended: String = self.exemptions().filter(ended).map(ended_in_words).collect();
                Opinion::Forbidden(Box::new(self.finding(code, found, why() + &ended)))
            }
        }
    }

    fn finding(&self, code: Code, excess: Excess, why: String) -> Finding {
        Finding {
            code,
            group: self.subject.group.id.clone(),
            rule: self.rule.clone(),
            excess,
            tier: match self.scope {
                Scope::Tier(tier) => Some(tier.name.clone()),
                Scope::Elsewhere(_) => None,
            },
            why,
            reaction: self.reaction(),
            keep: Keep::Nothing,
        }
    }

    /// What to do about the rule: nothing but to tell, where the guard may not act.
    fn reaction(&self) -> Reaction {
        bound(self.policy, self.facts, self.scope.reaction())
    }

    /// What is allowed for a time that is not over, in the direction of the rule.
    pub(super) fn exempt(&self) -> impl Iterator<Item = &Allow> {
        let counts = self.exemptions().filter(|exemption| exemption.counts_at(self.facts.at));
        counts.map(|exemption| &exemption.allow)
    }

    /// The exemptions of the group in the direction of the rule, also those that have ended.
    pub(super) fn exemptions(&self) -> impl Iterator<Item = &Exemption> {
        let direction = self.rule.permission.direction;
        let of_group =
            self.policy.exemptions.iter().filter(|exemption| exemption.is_for(&self.subject.group));
        of_group.filter(move |exemption| exemption.direction == direction)
    }

    fn not_allowed(&self, allows: &[&Allow], stance: Stance) -> Excess {
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

    pub(super) fn denied(&self, deny: &Deny, exempt: &[&Allow], stance: Stance) -> Excess {
        let rule = &self.rule.permission;
        if !exempt.is_empty() && self.is_exempt(deny, exempt, stance) {
            return Excess::default();
        }
        let hit = self.reaches(&deny.peers, &deny.except, stance);
        if hit { Excess::of_denied(rule, &deny.traffic) } else { Excess::default() }
    }

    /// Whether the rule opens any of `traffic` with any of `peers`.
    pub(super) fn opens(&self, traffic: &TrafficSet, peers: &PeerSet) -> bool {
        let rule = &self.rule.permission;
        traffic.meets(&rule.traffic.interval().into())
            && self.reaches(peers, &PeerSet::default(), Stance::Mild)
    }

    /// Whether the peer of the rule is one of `peers` and not of `except`, or has an address of theirs.
    fn reaches(&self, peers: &PeerSet, except: &PeerSet, stance: Stance) -> bool {
        let (in_peers, in_except) = (stance.assumes(Side::Forbidden), stance.assumes(Side::Allowed));
        let addresses = || self.addresses_of(peers, except, stance);
        match &self.rule.permission.peer {
            Peer::Network(network) => addresses().meets(&(*network).into()),
            Peer::Group(reference) => {
                self.names(peers, reference, in_peers) && !self.names(except, reference, in_except)
            }
            Peer::PrefixList(list) => {
                let by_entries = || addresses().meets(&self.entries(list, stance.assumes(Side::Forbidden)));
                !except.is_list(list) && (peers.is_list(list) || by_entries())
            }
        }
    }

    /// Whether all that `deny` hits of the rule is exempt: the rule opens nothing beyond what is not denied and what is
    /// exempt.
    fn is_exempt(&self, deny: &Deny, exempt: &[&Allow], stance: Stance) -> bool {
        let rule = &self.rule.permission;
        let not_denied = deny.traffic.complement();
        match &rule.peer {
            Peer::Network(network) => {
                Excess::of_network(rule, *network, &self.excused(deny, exempt, stance)).is_empty()
            }
            Peer::PrefixList(list)
                if !traffic_with(exempt, |peers| peers.lists.contains(list)).is_empty() =>
            {
                let by_id = traffic_with(exempt, |peers| peers.lists.contains(list));
                Excess::of_peer(rule, &not_denied.union(&by_id)).is_empty()
            }
            Peer::PrefixList(list) => {
                let entries = self.entries(list, stance.assumes(Side::Forbidden));
                Excess::of_entries(rule, &entries, &self.excused(deny, exempt, stance)).is_empty()
            }
            Peer::Group(reference) => {
                let is_meant = |peers: &PeerSet| self.names(peers, reference, stance.assumes(Side::Allowed));
                Excess::of_peer(rule, &not_denied.union(&traffic_with(exempt, is_meant))).is_empty()
            }
        }
    }

    /// What `deny` does not hit, or is exempt.
    fn excused(&self, deny: &Deny, exempt: &[&Allow], stance: Stance) -> Vec<Grant> {
        let denied = self.denied_addresses(deny, stance);
        let outside = [
            Grant { traffic: deny.traffic.complement(), addresses: AddressSet::everything() },
            Grant {
                traffic: TrafficSet::default().complement(),
                addresses: AddressSet::everything().difference(&denied),
            },
        ];
        outside.into_iter().chain(self.grants(exempt, stance)).collect()
    }

    /// The addresses that `deny` hits.
    pub(super) fn denied_addresses(&self, deny: &Deny, stance: Stance) -> AddressSet {
        self.addresses_of(&deny.peers, &deny.except, stance)
    }

    /// The addresses of `peers` but for those of `except`.
    fn addresses_of(&self, peers: &PeerSet, except: &PeerSet, stance: Stance) -> AddressSet {
        let all = self.addresses(peers, stance.assumes(Side::Forbidden));
        all.difference(&self.addresses(except, stance.assumes(Side::Allowed)))
    }
}

/// The line of the policy that the caller broke by changing the group of `subject` in `tier`, if they did.
pub(super) fn trespass(facts: &Facts, subject: &Subject, tier: &Tier) -> Option<String> {
    let (editors, actor) = (tier.editors.as_ref()?, facts.actor.as_ref()?);
    // What the guard puts back, an editor has made.
    let is_theirs = facts.is_own || !subject.touch.is_by_caller() || editors.include(actor);
    let who = if editors.names.is_empty() { "by nobody".to_owned() } else { format!("only by {editors}") };
    (!is_theirs).then(|| format!("{} may be changed {who}", tier.name))
}

/// Whether the guard may do no more than tell: of changes of break-glass callers, and of its own.
pub(super) fn is_bound(policy: &Policy, facts: &Facts) -> bool {
    facts.is_own || facts.actor.as_ref().is_some_and(|actor| policy.break_glass.include(actor))
}

/// `reaction`, or no more than to tell.
pub(super) fn bound(policy: &Policy, facts: &Facts, reaction: Reaction) -> Reaction {
    let on_violation = if is_bound(policy, facts) { OnViolation::Notify } else { reaction.on_violation };
    Reaction { on_violation, ..reaction }
}

/// `; exemption OPS-1234 ended 2026-12-31T00:00:00Z`.
fn ended_in_words(Exemption { id, until, .. }: &Exemption) -> String {
    format!("; exemption {id} ended {until}")
}

/// The traffic of those of `allows` whose peers are `meant`.
pub(super) fn traffic_with(allows: &[&Allow], meant: impl Fn(&PeerSet) -> bool) -> TrafficSet {
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
