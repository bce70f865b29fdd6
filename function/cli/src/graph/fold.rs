//! Peers outside that share a fate are one box in a picture: forty networks that reach the same port of the same tier say
//! no more apart than in one list.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Edge, Graph, Kind, Node, NodeId, Place, Via};

/// What becomes of a node: where it stands, and each of its edges but for itself.
type Fate = (Place, Vec<(NodeId, Kind, Via, Vec<String>)>);

/// `graph` with one box for all peers that share a fate.
pub(super) fn folded(graph: Graph) -> Graph {
    let Graph { nodes, edges, live } = graph;
    let mut fates: BTreeMap<Fate, NodeId> = BTreeMap::new();
    let mut kept: Vec<Node> = Vec::new();
    let mut now: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for (then, node) in nodes.into_iter().enumerate() {
        let then = NodeId(then);
        let fate = fate(&node, then, &edges);
        let first = fate.as_ref().and_then(|fate| fates.get(fate)).copied();
        if let Some(kept) = first.and_then(|first| kept.get_mut(first.0)) {
            kept.names.extend(node.names);
        } else {
            kept.push(node);
        }
        let place = first.unwrap_or(NodeId(kept.len().saturating_sub(1)));
        now.insert(then, place);
        if let Some(fate) = fate {
            fates.insert(fate, place);
        }
    }
    let moved = |node: NodeId| now.get(&node).copied().unwrap_or(node);
    let moved = edges.into_iter().map(|edge| Edge { from: moved(edge.from), to: moved(edge.to), ..edge });
    Graph { nodes: kept, edges: joined(moved), live }
}

/// The fate of `node`, if it can be shared: not where there is something to be said of it alone.
fn fate(node: &Node, id: NodeId, edges: &[Edge]) -> Option<Fate> {
    let other = |edge: &Edge| match node.place {
        Place::Source => (edge.from == id).then_some(edge.to),
        Place::Destination => (edge.to == id).then_some(edge.from),
        Place::Tier | Place::Elsewhere => None,
    };
    let ends = edges.iter().filter_map(|edge| Some((other(edge)?, edge)));
    let mut fate: Vec<_> =
        ends.map(|(other, edge)| (other, edge.kind, edge.via.clone(), edge.terms.clone())).collect();
    fate.sort();
    (!fate.is_empty() && node.notes.is_empty()).then_some((node.place, fate))
}

/// `edges`, those that have become one joined.
fn joined(edges: impl Iterator<Item = Edge>) -> Vec<Edge> {
    let mut joined: BTreeMap<_, Edge> = BTreeMap::new();
    for edge in edges {
        let key = (edge.from, edge.to, edge.kind, edge.via.clone());
        match joined.get_mut(&key) {
            Some(first) => {
                first.rules = first.rules.saturating_add(edge.rules);
                first.groups = first.groups.union(&edge.groups).cloned().collect::<BTreeSet<_>>();
            }
            None => {
                joined.insert(key, edge);
            }
        }
    }
    joined.into_values().collect()
}
