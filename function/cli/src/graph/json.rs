//! The picture as data: every node and every edge, nothing folded, nothing cut.

use serde::Serialize;
use tierguard::id::GroupId;

use super::model::{Edge, Graph, Node, Via};

/// The JSON of a picture.
#[derive(Serialize)]
pub(super) struct Report<'g> {
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<LiveReport>,
    nodes: Vec<NodeReport<'g>>,
    edges: Vec<EdgeReport<'g>>,
}

/// The live rules in sum.
#[derive(Serialize)]
struct LiveReport {
    at: String,
    managed: usize,
    unmanaged: usize,
    forbidden: usize,
    missing: usize,
    unjudged: usize,
}

#[derive(Serialize)]
struct NodeReport<'g> {
    id: String,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'g [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unjudged: Option<usize>,
}

#[derive(Serialize)]
struct EdgeReport<'g> {
    from: String,
    to: String,
    kind: &'static str,
    traffic: &'g [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    within_group: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    egress_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    except: Option<&'g [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<&'g str>,
    /// Where there is an account: the groups whose rules are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<&'g str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<usize>,
}

impl<'g> Report<'g> {
    /// The JSON of `graph`.
    pub(super) fn of(graph: &'g Graph) -> Self {
        let live = graph.live.as_ref().map(|live| LiveReport {
            at: live.at.to_string(),
            managed: live.managed,
            unmanaged: live.unmanaged,
            forbidden: live.forbidden,
            missing: live.missing,
            unjudged: live.unjudged,
        });
        let is_live = live.is_some();
        let nodes = graph.nodes.iter().enumerate().map(|(n, node)| NodeReport::of(n, node)).collect();
        let edges = graph.edges.iter().map(|edge| EdgeReport::of(edge, is_live)).collect();
        Self { live, nodes, edges }
    }
}

impl<'g> NodeReport<'g> {
    fn of(n: usize, node: &'g Node) -> Self {
        Self {
            id: format!("n{n}"),
            kind: node.place.word(),
            name: node.names.join(", "),
            notes: &node.notes,
            groups: node.held.map(|held| held.groups),
            unjudged: node.held.map(|held| held.unjudged).filter(|count| *count > 0),
        }
    }
}

impl<'g> EdgeReport<'g> {
    fn of(edge: &'g Edge, is_live: bool) -> Self {
        Self {
            from: format!("n{}", edge.from.0),
            to: format!("n{}", edge.to.0),
            kind: edge.kind.word(),
            traffic: &edge.terms,
            within_group: (edge.via == Via::Itself).then_some(true),
            egress_only: (edge.via == Via::Egress).then_some(true),
            except: match &edge.via {
                Via::Except(names) => Some(names),
                Via::Plain | Via::Itself | Via::Egress | Via::Exemption(_) => None,
            },
            exemption: match &edge.via {
                Via::Exemption(id) => Some(id),
                Via::Plain | Via::Itself | Via::Egress | Via::Except(_) => None,
            },
            groups: is_live.then(|| edge.groups.iter().map(GroupId::as_str).collect()),
            rules: is_live.then_some(edge.rules),
        }
    }
}
