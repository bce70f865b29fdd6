//! The lines of an SVG file. Text goes in through here, and comes out as text whatever it holds.

use super::super::model::Kind;
use crate::shown::shown;

/// An SVG file in the making.
pub(super) struct Lines {
    lines: Vec<String>,
    dress: Dress,
}

/// How a picture comes to its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dress {
    /// It stands alone and brings them.
    Alone,
    /// It is the part with this number of a page that brings them: its identifiers clash with none of the others.
    Part(usize),
}

/// How everything looks. Dark is for screens alone: paper is light.
const STYLE: &str = "\
.tierguard{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-size:12px}
.paper{fill:#ffffff}
text{fill:#0f172a;text-anchor:middle}
.title{font-size:18px;font-weight:600;text-anchor:start}
.caption{fill:#475569;text-anchor:start}
.name{font-size:13px}
.tier .name,.elsewhere .name{font-weight:600}
.note{fill:#475569}
.start text{text-anchor:start}
rect{stroke-width:1.5}
.source rect,.destination rect{fill:#f8fafc;stroke:#64748b;stroke-dasharray:5 3}
.tier rect{fill:#e8f3fc;stroke:#1d5f96;stroke-width:2}
.elsewhere rect{fill:#fdf6e3;stroke:#946200;stroke-width:2}
.line{fill:none;stroke-linecap:round}
.allowed{stroke:#334155;stroke-width:1.8}
.unused{stroke:#7c8aa0;stroke-width:2;stroke-dasharray:1 5}
.exempt{stroke:#6d28d9;stroke-width:2;stroke-dasharray:12 5}
.denied{stroke:#8a4b08;stroke-width:2;stroke-dasharray:9 5 1 5}
.missing{stroke:#b3123a;stroke-width:2;stroke-dasharray:5 6}
.violation{stroke:#c8102e;stroke-width:3.4}
.end-allowed{fill:#334155}
.end-unused{fill:#7c8aa0}
.end-exempt{fill:#6d28d9}
.end-denied{fill:none;stroke:#8a4b08;stroke-width:2.4}
.end-missing{fill:#b3123a}
.end-violation{fill:#c8102e}
.label{stroke:none}
.halo{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}
.unused .halo{fill:#5b6779}
.exempt .halo{fill:#5b21b6}
.denied .halo{fill:#7a4006}
.missing .halo,.violation .halo{fill:#b00d28;font-weight:600}
@media screen and (prefers-color-scheme:dark){
.paper{fill:#0f1720}
text{fill:#e6edf5}
.caption,.note{fill:#a3b1c2}
.source rect,.destination rect{fill:#17212d;stroke:#8494a8}
.tier rect{fill:#12304a;stroke:#5fb0ee}
.elsewhere rect{fill:#33290f;stroke:#d9a531}
.allowed{stroke:#c3cfdd}
.unused{stroke:#7f8da0}
.exempt{stroke:#b79bff}
.denied{stroke:#e0a458}
.missing,.violation{stroke:#ff6b7d}
.end-allowed{fill:#c3cfdd}
.end-unused{fill:#7f8da0}
.end-exempt{fill:#b79bff}
.end-denied{stroke:#e0a458}
.end-missing,.end-violation{fill:#ff6b7d}
.label{stroke:none}
.halo{stroke:#0f1720}
.unused .halo{fill:#9fadbf}
.exempt .halo{fill:#cbb8ff}
.denied .halo{fill:#f0bd7c}
.missing .halo,.violation .halo{fill:#ff8f9d}
}
@media print{.paper{fill:none}}";

impl Lines {
    pub(super) const fn new(dress: Dress) -> Self {
        Self { lines: Vec::new(), dress }
    }

    /// The attribute of a line of this kind that draws its end.
    pub(super) fn end_of(&self, kind: Kind) -> String {
        format!(" marker-end=\"url(#{})\"", self.id(&format!("end-{}", kind.word())))
    }

    fn id(&self, name: &str) -> String {
        match self.dress {
            Dress::Alone => name.to_owned(),
            Dress::Part(number) => format!("graph-{number}-{name}"),
        }
    }

    /// Begins the file: how large it is, what it is, and what it shows.
    pub(super) fn open(&mut self, width: i64, height: i64, title: &str, description: &str) {
        let (title_id, desc_id) = (self.id("title"), self.id("desc"));
        self.put(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tierguard\" role=\"img\" \
             aria-labelledby=\"{title_id} {desc_id}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
        ));
        self.put(&format!("<title id=\"{title_id}\">The tiers of {}</title>", escaped(title)));
        let description: Vec<_> = description.lines().map(escaped).collect();
        self.put(&format!("<desc id=\"{desc_id}\">{}</desc>", description.join("\n")));
        match self.dress {
            Dress::Alone => self.put(&format!("<style>\n{STYLE}\n</style>")),
            Dress::Part(_) => {}
        }
        self.put("<defs>");
        for kind in Kind::ALL {
            let marker = marker(kind, &self.id(&format!("end-{}", kind.word())));
            self.put(&marker);
        }
        self.put("</defs>");
        self.put(&format!("<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>"));
    }

    /// The whole file.
    pub(super) fn close(mut self) -> String {
        self.put("</svg>\n");
        self.lines.join("\n")
    }

    /// Adds `markup` as it is.
    pub(super) fn put(&mut self, markup: &str) {
        self.lines.push(markup.to_owned());
    }

    /// Adds what a pointer that rests on it is told.
    pub(super) fn title(&mut self, text: &str) {
        self.put(&format!("<title>{}</title>", escaped(text)));
    }

    /// Adds a line of text.
    pub(super) fn text(&mut self, x: i64, y: i64, class: &str, text: &str) {
        self.put(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text)));
    }
}

/// The end of a line: an arrowhead, or a bar where nothing gets through.
fn marker(kind: Kind, id: &str) -> String {
    let word = kind.word();
    let (size, shape) = match kind {
        Kind::Denied => (14, "M10 0 L10 12 M1.5 2.5 L7 9.5 M7 2.5 L1.5 9.5"),
        Kind::Violation => (15, "M0 0 L12 6 L0 12 Z"),
        Kind::Allowed | Kind::Unused | Kind::Exempt | Kind::Missing => (10, "M0 1 L12 6 L0 11 Z"),
    };
    let at = match kind {
        Kind::Denied => 13,
        Kind::Allowed | Kind::Unused | Kind::Exempt | Kind::Missing | Kind::Violation => 11,
    };
    format!(
        "<marker id=\"{id}\" viewBox=\"0 0 12 12\" refX=\"{at}\" refY=\"6\" markerWidth=\"{size}\" \
         markerHeight=\"{size}\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
         <path class=\"end-{word}\" d=\"{shape}\"/></marker>"
    )
}

/// `text` as XML text: safe to show, and nothing of it markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in shown(text).to_string().chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        insta::assert_snapshot!(escaped("</text><script>alert('1')</script> & \"\u{202e}\u{0}"), @r"&lt;/text&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;\u{202e}\u{0}");
    }
}
