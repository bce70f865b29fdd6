//! The picture as a Mermaid flowchart. Where things stand is for Mermaid to find.

use super::label;
use super::model::{Edge, Graph, Kind, Node, Place};

/// The Mermaid text of `graph`.
pub(super) fn draw(graph: &Graph) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    lines.extend(graph.nodes.iter().enumerate().map(|(n, node)| node_line(n, node)));
    lines.extend(graph.edges.iter().map(edge_line));
    for (place, style) in PLACES {
        let of_place = graph.nodes.iter().enumerate().filter(|(_, node)| node.place == place);
        let ids: Vec<_> = of_place.map(|(n, _)| format!("n{n}")).collect();
        if !ids.is_empty() {
            lines.push(format!("  classDef {} {style}", place.word()));
            lines.push(format!("  class {} {}", ids.join(","), place.word()));
        }
    }
    for kind in Kind::ALL {
        let of_kind = graph.edges.iter().enumerate().filter(|(_, edge)| edge.kind == kind);
        let numbers: Vec<_> = of_kind.map(|(n, _)| n.to_string()).collect();
        if let (Some(style), false) = (style_of(kind), numbers.is_empty()) {
            lines.push(format!("  linkStyle {} {style}", numbers.join(",")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

const PLACES: [(Place, &str); 4] = [
    (Place::Source, "fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3"),
    (Place::Tier, "fill:#e0f2fe,stroke:#0369a1,color:#0c2a3f,stroke-width:2px"),
    (Place::Elsewhere, "fill:#fef3c7,stroke:#b45309,color:#3f2305"),
    (Place::Destination, "fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3"),
];

const fn style_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Allowed => None,
        Kind::Unused => Some("stroke:#94a3b8,color:#64748b"),
        Kind::Exempt => Some("stroke:#7c3aed,color:#6d28d9,stroke-dasharray:10 4"),
        Kind::Denied => Some("stroke:#92400e,color:#92400e"),
        Kind::Missing => Some("stroke:#be123c,color:#be123c"),
        Kind::Violation => Some("stroke:#be123c,color:#be123c,stroke-width:4px"),
    }
}

fn node_line(n: usize, node: &Node) -> String {
    let names: Vec<_> = label::names(node).iter().map(|name| escaped(name)).collect();
    let notes: Vec<_> = label::notes(node).iter().map(|note| escaped(note)).collect();
    let names = names.join("<br/>");
    let names = match node.place {
        Place::Source | Place::Destination => names,
        Place::Tier | Place::Elsewhere => format!("<b>{names}</b>"),
    };
    let text = [vec![names], notes].concat().join("<br/>");
    match node.place {
        Place::Source | Place::Destination => format!("  n{n}([\"{text}\"])"),
        Place::Tier | Place::Elsewhere => format!("  n{n}[\"{text}\"]"),
    }
}

fn edge_line(edge: &Edge) -> String {
    let text: Vec<_> = label::of_edge(edge).iter().map(|line| escaped(line)).collect();
    let arrow = match edge.kind {
        Kind::Allowed | Kind::Exempt => "-->",
        Kind::Unused | Kind::Missing => "-.->",
        Kind::Denied => "--x",
        Kind::Violation => "==>",
    };
    format!("  n{} {arrow}|\"{}\"| n{}", edge.from.0, text.join("<br/>"), edge.to.0)
}

/// `text` for a quoted label: whatever Mermaid, its Markdown or HTML could take for its own is a numbered entity.
fn escaped(text: &str) -> String {
    let mut chars = text.chars().peekable();
    let mut escaped = Vec::new();
    while let Some(c) = chars.next() {
        // `1. ` and `- ` begin a list.
        let is_bullet = matches!(c, '.' | '-') && chars.peek() == Some(&' ');
        let is_plain =
            c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '/' | ',' | ':' | '=' | '✗' | '…');
        escaped.push(if is_plain && !is_bullet { c.to_string() } else { format!("#{};", u32::from(c)) });
    }
    escaped.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_could_take_for_its_own_is_an_entity() {
        insta::assert_snapshot!(escaped("80/tcp, 2001:db8::/32"), @"80/tcp, 2001:db8::/32");
        insta::assert_snapshot!(escaped(r#"a"] --> b; `x` <img src=x onerror=y> #quot; &lt; %%{"#), @"a#34;#93; --#62; b#59; #96;x#96; #60;img src=x onerror=y#62; #35;quot#59; #38;lt#59; #37;#37;#123;");
        insta::assert_snapshot!(escaped("1. one - two *three* _four_ |five| \\n"), @"1#46; one #45; two #42;three#42; #95;four#95; #124;five#124; #92;n");
    }
}
