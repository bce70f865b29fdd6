//! The picture as SVG: one file that needs no other, for screens light and dark and for paper.
//!
//! Every kind of line differs in more than its colour. Styles are written out, without variables, for the many programs
//! that draw SVG and know little CSS.

mod lines;
mod measure;

use super::label::{self, counted};
use super::layout::{Column, Layout, Link, Placed, Route, Shape, TooLarge, layout, length};
use super::model::{Edge, Graph, Kind, Live, Node, Place};
use crate::shown::shown_up_to;
pub(super) use lines::Dress;
use lines::Lines;
use measure::{Face, widest};

/// Around everything.
const MARGIN: i64 = 28;
/// Between the edge of a box and its text.
const PADDING: i64 = 14;
/// From one line of text to the next.
const LEADING: i64 = 16;
/// From one line that ends at a box to the next.
const LINE: i64 = 16;
/// How far a loop hangs below its box.
const LOOP: i64 = 26;
/// The most sentences that a picture is described with.
const MOST_SENTENCES: usize = 60;

/// The SVG of `graph`, which is that of the policy in the file `name`.
///
/// # Errors
/// When it is too large to be drawn.
pub(super) fn draw(graph: &Graph, name: &str, dress: Dress) -> Result<String, TooLarge> {
    let boxes: Vec<_> = graph.nodes.iter().enumerate().map(|(n, node)| Boxed::new(node, graph, n)).collect();
    let shapes: Vec<_> = boxes.iter().map(Boxed::shape).collect();
    let through: Vec<_> = graph.edges.iter().filter(|edge| !edge.is_loop()).collect();
    let links: Vec<_> = through.iter().map(|edge| link(edge)).collect();
    let layout = layout(&shapes, &links)?;
    let heading = Heading::new(graph, name);
    let legend = Legend::new(graph);
    let width = layout.width.max(heading.width()).max(legend.narrowest()).max(360);
    let top = MARGIN + heading.height() + 22;
    let legend_rows = legend.rows(width);
    let height = top + layout.height + 26 + length(legend_rows.len()) * 24 + MARGIN;
    let mut svg = Lines::new(dress);
    svg.open(width + 2 * MARGIN, height, &heading.title, &description(graph));
    heading.draw(&mut svg);
    svg.put(&format!("<g transform=\"translate({} {top})\">", MARGIN + (width - layout.width) / 2));
    draw_all(&mut svg, &boxes, &through, &layout);
    svg.put("</g>");
    legend.draw(&mut svg, &legend_rows, top + layout.height + 26);
    Ok(svg.close())
}

fn draw_all(svg: &mut Lines, boxes: &[Boxed<'_>], edges: &[&Edge], layout: &Layout) {
    // What matters most is drawn last, above the rest; and every word above every line.
    let mut routed: Vec<_> = edges.iter().zip(&layout.routes).collect();
    routed.sort_by_key(|(edge, _)| edge.kind);
    for (edge, route) in &routed {
        svg.put(&format!(
            "<path class=\"line {}\" d=\"{}\"{}/>",
            edge.kind.word(),
            path(route),
            svg.end_of(edge.kind)
        ));
    }
    for (boxed, placed) in boxes.iter().zip(&layout.boxes) {
        boxed.draw(svg, *placed);
    }
    for (edge, route) in &routed {
        draw_label(svg, edge, route.label.x, route.label.y);
    }
}

/// A smooth line: level where it leaves and where it arrives.
fn path(route: &Route) -> String {
    let bends = route.points.chunks(2).enumerate().filter_map(|(n, pair)| {
        let [from, to] = pair else { return None };
        let half = (to.x - from.x) / 2;
        let (one, other) = (from.x + half, to.x - half);
        let to_start = if n == 0 { "M" } else { "L" };
        let bend = format!("C{one} {} {other} {} {} {}", from.y, to.y, to.x, to.y);
        Some(format!("{to_start}{} {} {bend}", from.x, from.y))
    });
    bends.collect::<Vec<_>>().join(" ")
}

/// The words of `edge`, the middle of the last line of them just above `y`.
fn draw_label(svg: &mut Lines, edge: &Edge, x: i64, y: i64) {
    let lines = label::of_edge(edge);
    let first = y - 5 - (length(lines.len()) - 1) * LEADING;
    svg.put(&format!("<g class=\"label {}\">", edge.kind.word()));
    svg.title(&edge.terms.join(", "));
    for (n, line) in lines.iter().enumerate() {
        svg.text(x, first + length(n) * LEADING, "halo", line);
    }
    svg.put("</g>");
}

fn link(edge: &Edge) -> Link {
    let lines = label::of_edge(edge);
    let face = face_of(edge.kind);
    Link {
        from: edge.from.0,
        to: edge.to.0,
        width: widest(&lines, face),
        height: length(lines.len()) * LEADING,
    }
}

const fn face_of(kind: Kind) -> Face {
    match kind {
        Kind::Violation | Kind::Missing => Face::SmallBold,
        Kind::Allowed | Kind::Unused | Kind::Exempt | Kind::Denied => Face::Small,
    }
}

/// A node with all that is written on it, and the loops below it.
struct Boxed<'g> {
    node: &'g Node,
    names: Vec<String>,
    notes: Vec<String>,
    loops: Vec<&'g Edge>,
    /// How many lines end at that side which has the most.
    lines: usize,
}

impl<'g> Boxed<'g> {
    fn new(node: &'g Node, graph: &'g Graph, n: usize) -> Self {
        let (loops, through): (Vec<_>, Vec<_>) = graph
            .edges
            .iter()
            .filter(|edge| edge.from.0 == n || edge.to.0 == n)
            .partition(|edge| edge.is_loop());
        let outgoing = through.iter().filter(|edge| edge.from.0 == n).count();
        let lines = outgoing.max(through.len().saturating_sub(outgoing));
        Self { node, names: label::names(node), notes: label::notes(node), loops, lines }
    }

    /// How high the text is.
    fn text_height(&self) -> i64 {
        length(self.names.len().saturating_add(self.notes.len())) * LEADING
    }

    fn shape(&self) -> Shape {
        let text = widest(&self.names, self.face()).max(widest(&self.notes, Face::Small));
        let loops = self.loops.iter().map(|edge| loop_width(edge)).sum::<i64>();
        let deepest = self.loops.iter().map(|edge| LOOP.max(loop_height(edge))).max();
        Shape {
            width: (text + 2 * PADDING).max(loops).max(96),
            half: (self.text_height() + 18).max(length(self.lines) * LINE + 8) / 2,
            below: deepest.map_or(0, |deepest| deepest + 6),
            column: match self.node.place {
                Place::Source => Column::First,
                Place::Tier | Place::Elsewhere | Place::Destination => Column::Free,
            },
        }
    }

    const fn face(&self) -> Face {
        match self.node.place {
            Place::Source | Place::Destination => Face::Plain,
            Place::Tier | Place::Elsewhere => Face::Bold,
        }
    }

    fn draw(&self, svg: &mut Lines, placed: Placed) {
        let Placed { anchor, width } = placed;
        let half = self.shape().half;
        let round = match self.node.place {
            Place::Source | Place::Destination => 14,
            Place::Tier | Place::Elsewhere => 6,
        };
        svg.put(&format!("<g class=\"node {}\">", self.node.place.word()));
        svg.title(&self.node.names.join(", "));
        let (x, y) = (anchor.x, anchor.y);
        svg.put(&format!(
            "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{}\" rx=\"{round}\"/>",
            y - half,
            2 * half
        ));
        let first = y - self.text_height() / 2 + 12;
        let lines =
            self.names.iter().map(|name| ("name", name)).chain(self.notes.iter().map(|note| ("note", note)));
        for (n, (class, line)) in lines.enumerate() {
            svg.text(x + width / 2, first + length(n) * LEADING, class, line);
        }
        svg.put("</g>");
        let mut left = x;
        for edge in &self.loops {
            draw_loop(svg, edge, left, y + half);
            left += loop_width(edge);
        }
    }
}

/// A loop and its words beside it.
fn loop_width(edge: &Edge) -> i64 {
    58 + widest(&label::of_edge(edge), face_of(edge.kind)) + 10
}

fn loop_height(edge: &Edge) -> i64 {
    length(label::of_edge(edge).len()) * LEADING + 4
}

fn draw_loop(svg: &mut Lines, edge: &Edge, x: i64, y: i64) {
    let (from, to, deep) = (x + 16, x + 44, y + LOOP);
    svg.put(&format!(
        "<path class=\"line {}\" d=\"M{from} {y} C{from} {deep} {to} {deep} {to} {}\"{}/>",
        edge.kind.word(),
        y + 1,
        svg.end_of(edge.kind)
    ));
    svg.put(&format!("<g class=\"label start {}\">", edge.kind.word()));
    svg.title(&edge.terms.join(", "));
    for (n, line) in label::of_edge(edge).iter().enumerate() {
        svg.text(x + 56, y + 15 + length(n) * LEADING, "halo", line);
    }
    svg.put("</g>");
}

/// What stands above the picture.
struct Heading {
    title: String,
    lines: Vec<String>,
}

impl Heading {
    fn new(graph: &Graph, name: &str) -> Self {
        let tiers = graph.nodes.iter().filter(|node| node.place == Place::Tier).count();
        let mut lines = vec![format!("{}; traffic flows from left to right", counted(tiers, "tier"))];
        lines.extend(graph.live.iter().flat_map(live_in_words));
        Self { title: shown_up_to(80, name).to_string(), lines }
    }

    fn width(&self) -> i64 {
        widest(std::slice::from_ref(&self.title), Face::Title).max(widest(&self.lines, Face::Small))
    }

    fn height(&self) -> i64 {
        24 + length(self.lines.len()) * LEADING
    }

    fn draw(&self, svg: &mut Lines) {
        svg.text(MARGIN, MARGIN + 16, "title", &self.title);
        for (n, line) in self.lines.iter().enumerate() {
            svg.text(MARGIN, MARGIN + 38 + length(n) * LEADING, "caption", line);
        }
    }
}

fn live_in_words(live: &Live) -> Vec<String> {
    let Live { at, managed, unmanaged, forbidden, missing, unjudged } = live;
    let more = if *unmanaged > 0 { format!(", {unmanaged} more not managed") } else { String::new() };
    let groups = format!("live rules at {at}: {}{more}", counted(*managed, "group"));
    let mut found = vec![format!("{} forbidden", counted(*forbidden, "rule"))];
    found.extend((*missing > 0).then(|| format!("{missing} missing")));
    found.extend((*unjudged > 0).then(|| format!("{unjudged} not judged")));
    vec![groups, found.join(", ")]
}

/// What the lines mean, of those that are there.
struct Legend {
    entries: Vec<(Kind, &'static str)>,
}

impl Legend {
    fn new(graph: &Graph) -> Self {
        let is_live = graph.live.is_some();
        let is_there = |kind: &Kind| graph.edges.iter().any(|edge| edge.kind == *kind);
        let entries = Kind::ALL.into_iter().filter(is_there).map(|kind| (kind, meaning(kind, is_live)));
        Self { entries: entries.collect() }
    }

    fn width_of(text: &str) -> i64 {
        56 + widest(&[text.to_owned()], Face::Small) + 24
    }

    fn narrowest(&self) -> i64 {
        self.entries.iter().map(|(_, text)| Self::width_of(text)).max().unwrap_or_default()
    }

    /// The entries in rows of `width`.
    fn rows(&self, width: i64) -> Vec<Vec<(Kind, &'static str)>> {
        let mut rows: Vec<Vec<(Kind, &'static str)>> = Vec::new();
        let mut left = 0;
        for entry in &self.entries {
            let needed = Self::width_of(entry.1);
            match rows.last_mut() {
                Some(row) if needed <= left => row.push(*entry),
                _ => {
                    rows.push(vec![*entry]);
                    left = width;
                }
            }
            left -= needed;
        }
        rows
    }

    fn draw(&self, svg: &mut Lines, rows: &[Vec<(Kind, &'static str)>], top: i64) {
        if self.entries.is_empty() {
            return;
        }
        svg.put("<g class=\"legend\">");
        for (n, row) in rows.iter().enumerate() {
            let y = top + 12 + length(n) * 24;
            let mut x = MARGIN;
            for (kind, text) in row {
                let end = svg.end_of(*kind);
                svg.put(&format!(
                    "<path class=\"line {}\" d=\"M{x} {y} L{} {y}\"{end}/>",
                    kind.word(),
                    x + 44
                ));
                svg.text(x + 56, y + 4, "caption", text);
                x += Self::width_of(text);
            }
        }
        svg.put("</g>");
    }
}

const fn meaning(kind: Kind, is_live: bool) -> &'static str {
    match (kind, is_live) {
        (Kind::Allowed, false) => "allowed",
        (Kind::Allowed, true) => "allowed, and used by live rules",
        (Kind::Unused, _) => "allowed, and used by no live rule",
        (Kind::Exempt, _) => "allowed for a time",
        (Kind::Denied, _) => "denied",
        (Kind::Missing, _) => "required, and missing",
        (Kind::Violation, _) => "opened by live rules, and forbidden",
    }
}

/// The picture in sentences, for those who do not see it.
fn description(graph: &Graph) -> String {
    let name = |n: usize| graph.nodes.get(n).map(|node| label::names(node).join(", ")).unwrap_or_default();
    let sentence = |edge: &Edge| {
        let words = label::of_edge(edge).join(" ");
        format!("{} to {}, {}: {words}.", name(edge.from.0), name(edge.to.0), edge.kind.word())
    };
    let more = graph.edges.len().saturating_sub(MOST_SENTENCES);
    let rest = (more > 0).then(|| format!("And {more} more."));
    let sentences = graph.edges.iter().take(MOST_SENTENCES).map(sentence).chain(rest);
    sentences.collect::<Vec<_>>().join("\n")
}
