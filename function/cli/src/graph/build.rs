//! From a policy to its picture. What live rules add is in [`live`](super::live).

use std::collections::{BTreeMap, BTreeSet};

use tierguard::Policy;
use tierguard::id::GroupId;
use tierguard::permission::Direction;
use tierguard::policy::{
    Allow, AllowLists, Deny, Limits, Mode, NamedPeers, OnViolation, PeerSet, Scope, Selector, TierName,
};
use tierguard::traffic::{Traffic, TrafficSet};

use super::model::{Edge, Graph, Held, Kind, Live, Node, NodeId, Place, Via};

/// A picture in the making.
pub(super) struct Builder<'p> {
    pub(super) policy: &'p Policy,
    pub(super) nodes: Vec<Node>,
    tiers: BTreeMap<&'p TierName, NodeId>,
    elsewhere: Option<NodeId>,
    outside: BTreeMap<(Place, String), NodeId>,
    /// What the policy allows, one entry for each word.
    pub(super) flows: Vec<Flow<'p>>,
    /// Everything else that is drawn.
    pub(super) drawn: BTreeMap<Line, Weight>,
    pub(super) live: Option<Live>,
}

/// One term of traffic with one peer, of one thing that is allowed.
pub(super) struct Flow<'p> {
    /// The tier, or `elsewhere`, that allows it.
    pub(super) scope: NodeId,
    pub(super) direction: Direction,
    pub(super) traffic: TrafficSet,
    pub(super) peers: &'p PeerSet,
    line: Line,
    /// Who uses it.
    pub(super) groups: BTreeSet<GroupId>,
    pub(super) rules: usize,
}

/// What makes two edges one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) kind: Kind,
    pub(super) via: Via,
}

/// What an edge carries.
#[derive(Debug, Clone, Default)]
pub(super) struct Weight {
    pub(super) traffic: TrafficSet,
    pub(super) terms: BTreeSet<String>,
    pub(super) groups: BTreeSet<GroupId>,
    pub(super) rules: usize,
}

impl<'p> Builder<'p> {
    /// The picture of `policy` alone.
    pub(super) fn new(policy: &'p Policy) -> Self {
        let mut builder = Self {
            policy,
            nodes: Vec::new(),
            tiers: BTreeMap::new(),
            elsewhere: None,
            outside: BTreeMap::new(),
            flows: Vec::new(),
            drawn: BTreeMap::new(),
            live: None,
        };
        for tier in &policy.tiers {
            let node = builder.add(Place::Tier, tier.name.as_str().to_owned(), notes_of(&Scope::Tier(tier)));
            builder.tiers.insert(&tier.name, node);
        }
        for tier in &policy.tiers {
            builder.allow_lists(&Scope::Tier(tier), &tier.allows);
        }
        if let Some(elsewhere) = &policy.elsewhere {
            let scope = Scope::Elsewhere(elsewhere);
            builder.elsewhere =
                Some(builder.add(Place::Elsewhere, scope.name().to_owned(), notes_of(&scope)));
            match &elsewhere.limits {
                Limits::Allow(lists) => builder.allow_lists(&scope, lists),
                Limits::Deny(denies) => denies.iter().for_each(|deny| builder.deny(deny)),
            }
        }
        builder
    }

    /// The picture, in order.
    pub(super) fn build(mut self) -> Graph {
        let is_live = self.live.is_some();
        for Flow { traffic, line, groups, rules, .. } in self.flows {
            let kind = if is_live && groups.is_empty() { Kind::Unused } else { line.kind };
            let weight = self.drawn.entry(Line { kind, ..line }).or_default();
            weight.traffic = weight.traffic.union(&traffic);
            weight.groups.extend(groups);
            weight.rules = weight.rules.saturating_add(rules);
        }
        let edges = edges(&without_echoes(&self.drawn));
        in_order(Graph { nodes: self.nodes, edges, live: self.live })
    }

    /// The node of what a rule is held against.
    pub(super) fn scope(&self, tier: Option<&TierName>) -> Option<NodeId> {
        match tier {
            Some(tier) => self.tiers.get(tier).copied(),
            None => self.elsewhere,
        }
    }

    /// The node of somebody outside, on the side of those who reach in or of those who are reached.
    pub(super) fn outsider(&mut self, direction: Direction, name: &str) -> NodeId {
        let place = match direction {
            Direction::Ingress => Place::Source,
            Direction::Egress => Place::Destination,
        };
        if let Some(node) = self.outside.get(&(place, name.to_owned())) {
            return *node;
        }
        let node = self.add(place, name.to_owned(), Vec::new());
        self.outside.insert((place, name.to_owned()), node);
        node
    }

    /// The line between `scope` and the peer that `named` means.
    pub(super) fn line(
        &mut self,
        scope: NodeId,
        direction: Direction,
        named: &NamedPeers,
        kind: Kind,
        via: Via,
    ) -> Line {
        let NamedPeers { word, peers } = named;
        let tier = peers.tiers.first().and_then(|tier| self.scope(Some(tier)));
        let other = match tier {
            _ if peers.itself => scope,
            Some(tier) => tier,
            None => self.outsider(direction, word),
        };
        let via = match (via, tier, direction) {
            (Via::Plain, _, _) if peers.itself => Via::Itself,
            (Via::Plain, Some(_), Direction::Egress) => Via::Egress,
            (via, _, _) => via,
        };
        Line::new(scope, direction, other, kind, via)
    }

    fn add(&mut self, place: Place, name: String, notes: Vec<String>) -> NodeId {
        self.nodes.push(Node { place, names: vec![name], notes, held: None });
        NodeId(self.nodes.len().saturating_sub(1))
    }

    fn allow_lists(&mut self, scope: &Scope<'p>, lists: &'p AllowLists) {
        let node = match scope {
            Scope::Tier(tier) => self.scope(Some(&tier.name)),
            Scope::Elsewhere(_) => self.elsewhere,
        };
        let Some(node) = node else { return };
        for direction in Direction::BOTH {
            for allow in lists.towards(direction).unwrap_or_default() {
                self.allow(node, direction, allow);
            }
        }
    }

    fn allow(&mut self, scope: NodeId, direction: Direction, allow: &'p Allow) {
        for named in &allow.named {
            let line = self.line(scope, direction, named, Kind::Allowed, Via::Plain);
            let flow = |traffic: Traffic| Flow {
                scope,
                direction,
                traffic: traffic.interval().into(),
                peers: &named.peers,
                line: line.clone(),
                groups: BTreeSet::new(),
                rules: 0,
            };
            self.flows.extend(Traffic::terms(&allow.traffic).into_iter().map(flow));
        }
    }

    fn deny(&mut self, deny: &Deny) {
        let Some(scope) = self.elsewhere else { return };
        let except: Vec<_> = deny.excepted.iter().map(|named| named.word.clone()).collect();
        let via = if except.is_empty() { Via::Plain } else { Via::Except(except) };
        for named in &deny.named {
            let line = self.line(scope, deny.direction, named, Kind::Denied, via.clone());
            let weight = self.drawn.entry(line).or_default();
            weight.traffic = weight.traffic.union(&deny.traffic);
        }
    }
}

impl Flow<'_> {
    /// The node at the other end of its scope.
    pub(super) const fn other(&self) -> NodeId {
        match self.direction {
            Direction::Ingress => self.line.from,
            Direction::Egress => self.line.to,
        }
    }
}

impl Line {
    /// Between `scope` and `other`, the way that traffic flows.
    pub(super) const fn new(
        scope: NodeId,
        direction: Direction,
        other: NodeId,
        kind: Kind,
        via: Via,
    ) -> Self {
        let (from, to) = match direction {
            Direction::Ingress => (other, scope),
            Direction::Egress => (scope, other),
        };
        Self { from, to, kind, via }
    }
}

/// `drawn` less what the egress of one tier only repeats of the ingress of another.
fn without_echoes(drawn: &BTreeMap<Line, Weight>) -> BTreeMap<Line, Weight> {
    let said = |line: &Line| -> TrafficSet {
        let ingress =
            [Kind::Allowed, Kind::Unused].map(|kind| Line { kind, via: Via::Plain, ..line.clone() });
        ingress.iter().filter_map(|line| drawn.get(line)).flat_map(|weight| weight.traffic.iter()).collect()
    };
    let kept = drawn.iter().map(|(line, weight)| {
        let traffic = match line.via {
            Via::Egress => weight.traffic.difference(&said(line)),
            Via::Plain | Via::Itself | Via::Except(_) | Via::Exemption(_) => weight.traffic.clone(),
        };
        (line.clone(), Weight { traffic, ..weight.clone() })
    });
    kept.filter(|(_, weight)| !weight.traffic.is_empty() || !weight.terms.is_empty()).collect()
}

fn edges(drawn: &BTreeMap<Line, Weight>) -> Vec<Edge> {
    let edge = |(line, weight): (&Line, &Weight)| {
        let Line { from, to, kind, via } = line.clone();
        let traffic = Traffic::terms(&weight.traffic).into_iter().map(|traffic| traffic.to_string());
        let terms = traffic.chain(weight.terms.iter().cloned()).collect();
        Edge { from, to, kind, via, terms, groups: weight.groups.clone(), rules: weight.rules }
    };
    drawn.iter().map(edge).collect()
}

/// The same picture with its nodes in the order of their places.
fn in_order(Graph { nodes, edges, live }: Graph) -> Graph {
    let mut order: Vec<_> = nodes.into_iter().enumerate().collect();
    order.sort_by_key(|(_, node)| node.place);
    let now: BTreeMap<_, _> =
        order.iter().enumerate().map(|(now, (then, _))| (NodeId(*then), NodeId(now))).collect();
    let moved = |node: NodeId| now.get(&node).copied().unwrap_or(node);
    let edges = edges.into_iter().map(|edge| Edge { from: moved(edge.from), to: moved(edge.to), ..edge });
    let mut edges: Vec<_> = edges.collect();
    edges.sort_by(|one, other| {
        (one.from, one.to, one.kind, &one.via).cmp(&(other.from, other.to, other.kind, &other.via))
    });
    let nodes = order.into_iter().map(|(_, node)| node).collect();
    Graph { nodes, edges, live }
}

/// Which groups are meant, what is not governed, and where the guard only tells.
fn notes_of(scope: &Scope<'_>) -> Vec<String> {
    let (selector, lists) = match scope {
        Scope::Tier(tier) => (Some(selector_in_words(&tier.groups)), Some(&tier.allows)),
        Scope::Elsewhere(elsewhere) => match &elsewhere.limits {
            Limits::Allow(lists) => (Some("groups in no tier".to_owned()), Some(lists)),
            Limits::Deny(_) => (Some("groups in no tier".to_owned()), None),
        },
    };
    let governed = Direction::BOTH.into_iter().filter_map(|direction| match lists?.towards(direction) {
        None => Some(format!("{direction} not governed")),
        Some([]) => Some(format!("no {direction} allowed")),
        Some(_) => None,
    });
    let reaction = scope.reaction();
    let quiet = match (reaction.mode, reaction.on_violation) {
        (Mode::Observe, _) => Some("mode observe".to_owned()),
        (Mode::Enforce, OnViolation::Notify) => Some("on-violation notify".to_owned()),
        (Mode::Enforce, OnViolation::Revoke | OnViolation::Narrow) => None,
    };
    selector.into_iter().chain(governed).chain(quiet).collect()
}

/// `tag tier=web, name web-*`.
fn selector_in_words(Selector { ids, names, tags }: &Selector) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let names: Vec<_> = names.iter().flatten().map(|name| name.as_str().to_owned()).collect();
    let ids: Vec<_> = ids.iter().flatten().map(ToString::to_string).collect();
    let parts =
        [("tag", tags), ("name", names), ("id", ids)].into_iter().filter(|(_, texts)| !texts.is_empty());
    let part = |(noun, texts): (&str, Vec<String>)| match texts.as_slice() {
        [one] => format!("{noun} {one}"),
        several => format!("{noun}s {}", several.join(", ")),
    };
    parts.map(part).collect::<Vec<_>>().join("; ")
}

impl Builder<'_> {
    /// What is known of the live groups of `node`.
    pub(super) fn held(&mut self, node: NodeId) -> Option<&mut Held> {
        Some(self.nodes.get_mut(node.0)?.held.get_or_insert_default())
    }
}
