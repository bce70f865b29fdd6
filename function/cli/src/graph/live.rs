//! Live rules laid over the picture of a policy: what they use, what they break, and what is missing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::facts::{Facts, Subject};
use tierguard::group::{Group, Rule};
use tierguard::judge::{Finding, Missing, Verdict, Violation, opens};
use tierguard::network::{AddressSet, Network};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::policy::{PeerSet, Scope};
use tierguard::sweep::{Audit, Audited};

use super::build::{Builder, Line, Weight};
use super::model::{Kind, Live, NodeId, Place, Via};

impl Builder<'_> {
    /// Lays the rules of all groups over the policy, as they were judged at the instant `at`.
    pub(super) fn lay_over(&mut self, audit: &Audit, at: Timestamp) {
        let mut live = Live { at, managed: 0, unmanaged: 0, forbidden: 0, missing: 0, unjudged: 0 };
        let inside: Vec<_> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| matches!(node.place, Place::Tier | Place::Elsewhere))
            .map(|(node, _)| NodeId(node))
            .collect();
        for node in inside {
            // Without a group it is empty, which is not the same as not being known.
            let _ = self.held(node);
        }
        for Audited { group, rules, judgement } in &audit.groups {
            let subject = Subject::swept(group.clone(), rules.clone());
            self.lay(&audit.known, &subject, &mut live);
            match &judgement.verdict {
                Verdict::Violation(violation) => self.accuse(&audit.known, &subject, violation, &mut live),
                Verdict::Undecidable(why) => self.leave_open(&subject, why.causes().len(), &mut live),
                Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {}
            }
        }
        self.live = Some(live);
    }

    /// Counts a group, and what its rules use.
    fn lay(&mut self, facts: &Facts, subject: &Subject, live: &mut Live) {
        let scopes = self.nodes_of(&subject.group);
        let count = if scopes.is_empty() { &mut live.unmanaged } else { &mut live.managed };
        *count = count.saturating_add(1);
        for &node in &scopes {
            if let Some(held) = self.held(node) {
                held.groups = held.groups.saturating_add(1);
            }
            for rule in &subject.rules {
                self.mark(facts, subject, node, rule);
            }
            self.exempt(facts, subject, node);
        }
    }

    fn nodes_of(&self, group: &Group) -> Vec<NodeId> {
        let scopes = self.policy.scopes(group);
        let node = |scope: &Scope<'_>| match scope {
            Scope::Tier(tier) => self.scope(Some(&tier.name)),
            Scope::Elsewhere(_) => self.scope(None),
        };
        scopes.iter().filter_map(node).collect()
    }

    /// Marks what `rule` uses of what `scope` allows.
    fn mark(&mut self, facts: &Facts, subject: &Subject, scope: NodeId, rule: &Rule) {
        let policy = self.policy;
        for flow in &mut self.flows {
            let is_meant = flow.scope == scope && flow.direction == rule.permission.direction;
            if is_meant && opens(policy, facts, subject, rule, &flow.traffic, flow.peers) {
                flow.groups.insert(subject.group.id.clone());
                flow.rules = flow.rules.saturating_add(1);
            }
        }
    }

    /// Draws what exemptions let the group of `subject` use, in `scope`.
    fn exempt(&mut self, facts: &Facts, subject: &Subject, scope: NodeId) {
        let policy = self.policy;
        let counting =
            policy.exemptions_for(&subject.group).filter(|exemption| exemption.counts_at(facts.at));
        for exemption in counting {
            let allow = &exemption.allow;
            for named in &allow.named {
                let uses = |rule: &&Rule| {
                    rule.permission.direction == exemption.direction
                        && opens(policy, facts, subject, rule, &allow.traffic, &named.peers)
                };
                let rules = subject.rules.iter().filter(uses).count();
                let via = Via::Exemption(exemption.id.to_string());
                let line = self.line(scope, exemption.direction, named, Kind::Exempt, via);
                let weight = self.drawn.entry(line).or_default();
                weight.traffic = weight.traffic.union(&allow.traffic);
                weight.count(subject, rules);
            }
        }
    }

    /// Draws what is forbidden and what is missing.
    fn accuse(&mut self, facts: &Facts, subject: &Subject, violation: &Violation, live: &mut Live) {
        let mut forbidden = BTreeSet::new();
        for finding in &violation.findings {
            forbidden.insert(&finding.rule);
            self.forbid(facts, subject, finding);
        }
        live.forbidden = live.forbidden.saturating_add(forbidden.len());
        live.missing = live.missing.saturating_add(violation.missing.len());
        for missing in &violation.missing {
            self.miss(facts, subject, missing);
        }
        self.leave_open(subject, violation.unsettled.len(), live);
    }

    /// Takes note of `count` rules that could not be judged.
    fn leave_open(&mut self, subject: &Subject, count: usize, live: &mut Live) {
        live.unjudged = live.unjudged.saturating_add(count);
        for node in self.nodes_of(&subject.group) {
            if let Some(held) = self.held(node) {
                held.unjudged = held.unjudged.saturating_add(count);
            }
        }
    }

    fn forbid(&mut self, facts: &Facts, subject: &Subject, finding: &Finding) {
        let Some(scope) = self.scope(finding.tier.as_ref()) else { return };
        let rule = &finding.rule.permission;
        let (line, name) = self.towards(facts, subject, scope, rule, Kind::Violation);
        let weight = self.drawn.entry(line).or_default();
        let said = format!(" {} {name}", rule.direction.preposition());
        let terms = finding.excess.terms().iter().map(|term| {
            let term = term.to_string();
            term.strip_suffix(&said).map(str::to_owned).unwrap_or(term)
        });
        weight.terms.extend(terms);
        weight.count(subject, 1);
    }

    fn miss(&mut self, facts: &Facts, subject: &Subject, missing: &Missing) {
        let Some(scope) = self.scope(Some(&missing.tier)) else { return };
        for (line, term) in self.missing_lines(facts, subject, scope, missing) {
            let weight = self.drawn.entry(line).or_default();
            weight.terms.insert(term);
            weight.count(subject, 1);
        }
    }

    /// Where a missing rule would be: its own peer's, or, where it is not known which rule that is, each peer's of the entry
    /// that requires it.
    fn missing_lines(
        &mut self,
        facts: &Facts,
        subject: &Subject,
        scope: NodeId,
        missing: &Missing,
    ) -> Vec<(Line, String)> {
        if let Some(rule) = &missing.rule {
            let (line, _) = self.towards(facts, subject, scope, &rule.permission, Kind::Missing);
            return vec![(line, rule.permission.traffic.to_string())];
        }
        let policy = self.policy;
        let tier = policy.tiers.iter().filter(|tier| tier.name == missing.tier);
        let required = tier.flat_map(|tier| {
            Direction::BOTH
                .into_iter()
                .flat_map(|direction| tier.allows.required(direction).map(move |allow| (direction, allow)))
        });
        let wanted: Vec<_> = required
            .filter(|(_, allow)| missing.why == format!("{} requires {}", missing.tier, allow.words))
            .flat_map(|(direction, allow)| allow.named.iter().map(move |named| (direction, named)))
            .collect();
        let lines = wanted.into_iter().map(|(direction, named)| {
            let said = format!(" {} {}", direction.preposition(), named.word);
            let term = missing.what.strip_suffix(&said).unwrap_or(&missing.what).to_owned();
            (self.line(scope, direction, named, Kind::Missing, Via::Plain), term)
        });
        lines.collect()
    }

    /// The line between `scope` and the peer of `rule`, and the peer in the words of the rule, where the picture says as
    /// much of it.
    fn towards(
        &mut self,
        facts: &Facts,
        subject: &Subject,
        scope: NodeId,
        rule: &Permission,
        kind: Kind,
    ) -> (Line, String) {
        let (direction, mut said) = (rule.direction, rule.peer.to_string());
        let mut via = Via::Plain;
        let other = match &rule.peer {
            Peer::Network(network) => {
                // All of IPv4 or of IPv6 stands with `anywhere`, which is both: there the words have to say which.
                let is_half = *network == Network::ALL_IPV4 || *network == Network::ALL_IPV6;
                let name = if is_half {
                    said.clear();
                    "anywhere".to_owned()
                } else {
                    self.network_word(direction, *network).unwrap_or_else(|| said.clone())
                };
                self.outsider(direction, &name)
            }
            Peer::PrefixList(list) => {
                let itself = PeerSet { lists: [list.clone()].into(), ..PeerSet::default() };
                let entries = PeerSet { entries_of: [list.clone()].into(), ..itself.clone() };
                let name = self
                    .word(direction, |peers| *peers == itself || *peers == entries)
                    .unwrap_or_else(|| said.clone());
                self.outsider(direction, &name)
            }
            Peer::Group(reference) => {
                let found = facts.referenced(subject, reference).ok().and_then(|found| found.group);
                match found {
                    Some(group) if group.id == subject.group.id => {
                        via = Via::Itself;
                        scope
                    }
                    Some(group) => match self.policy.tiers_of(group).next() {
                        Some(tier) => self.scope(Some(&tier.name)).unwrap_or(scope),
                        None => self.other_group(direction, &said, group),
                    },
                    None => self.outsider(direction, &said),
                }
            }
        };
        (Line::new(scope, direction, other, kind, via), said)
    }

    /// The node of a group in no tier that a rule names, with its name.
    fn other_group(&mut self, direction: Direction, said: &str, group: &Group) -> NodeId {
        let id = self.outsider(direction, said);
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.notes = group.name.iter().map(ToString::to_string).collect();
        }
        id
    }

    /// The policy's word for exactly `network`, if the picture has it.
    fn network_word(&self, direction: Direction, network: Network) -> Option<String> {
        let meant = PeerSet { addresses: AddressSet::from(network), ..PeerSet::default() };
        self.word(direction, |peers| *peers == meant)
    }

    /// The policy's word for the peers that `is_it` knows, if the picture has it.
    fn word(&self, direction: Direction, is_it: impl Fn(&PeerSet) -> bool) -> Option<String> {
        let flows = self.flows.iter().filter(|flow| flow.direction == direction && is_it(flow.peers));
        let mut names = flows.filter_map(|flow| self.nodes.get(flow.other().0)?.names.first());
        names.next().cloned()
    }
}

impl Weight {
    fn count(&mut self, subject: &Subject, rules: usize) {
        self.groups.insert(subject.group.id.clone());
        self.rules = self.rules.saturating_add(rules);
    }
}
