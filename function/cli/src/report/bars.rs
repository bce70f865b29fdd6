//! The timeline as bars. They are stretched to the width of the page: words stand outside the picture.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::lead::grouped;
use super::standing::{Standing, Standings};
use super::timeline::{Bar, Step, Timeline};

/// How high the picture is, in its own units.
const HEIGHT: usize = 1000;
/// How wide a bar is with the gap beside it, and without.
const PITCH: usize = 10;
const WIDTH: usize = 8;
/// How many bars the picture has room for at least: few are not to be wide.
const LEAST: usize = 12;

/// The figure of the whole `period`; a sentence where there is nothing to draw.
pub(super) fn figure(timeline: &Timeline, period: Option<(Timestamp, Timestamp)>) -> String {
    let (step, bars) = timeline.bars(period);
    let highest = bars.iter().map(|bar| bar.standings.total()).max().unwrap_or_default();
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return "<p class=\"quiet\">There is nothing to show.</p>\n".to_owned();
    };
    let width = bars.len().max(LEAST).saturating_mul(PITCH);
    let drawn: String = bars.iter().enumerate().map(|(n, bar)| drawn(n, bar, highest, step)).collect();
    format!(
        "<figure class=\"timeline\">\n<p class=\"scale\"><span>{} per {}</span><span id=\"bar-note\"></span></p>\n\
         <svg id=\"bars\" role=\"group\" aria-label=\"Violations per {}\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\">\n\
         {drawn}</svg>\n<p class=\"axis\"><span>{}</span>{}</p>\n{}{}</figure>\n",
        grouped(highest),
        step.words(),
        step.words(),
        day(first.from),
        if bars.len() > LEAST { format!("<span>{}</span>", day(last.from)) } else { String::new() },
        legend(&bars),
        undated(timeline.undated),
    )
}

fn drawn(n: usize, bar: &Bar, highest: usize, step: Step) -> String {
    let x = n.saturating_mul(PITCH);
    let Bar { from, to, standings } = bar;
    if standings.total() == 0 {
        return format!("<rect class=\"none\" x=\"{x}\" y=\"992\" width=\"{WIDTH}\" height=\"8\"/>\n");
    }
    let what = label(bar, step);
    let mut parts = String::new();
    let mut top = HEIGHT;
    for (standing, count) in standings.each().filter(|(_, count)| *count > 0) {
        let height = count.saturating_mul(HEIGHT).checked_div(highest).unwrap_or_default().max(12).min(top);
        top = top.saturating_sub(height);
        // A text takes whatever is written to it.
        let _ = write!(
            parts,
            "<rect class=\"{}\" x=\"{x}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{height}\"/>",
            standing.word()
        );
    }
    format!(
        "<a class=\"bar\" href=\"#incidents\" data-from=\"{from}\" data-to=\"{to}\" aria-label=\"{what}\">\
         <title>{what}</title><rect class=\"reach\" x=\"{x}\" y=\"0\" width=\"{PITCH}\" height=\"{HEIGHT}\"/>{parts}</a>\n"
    )
}

/// `2 March 2026: 3 undone, 1 left open`.
fn label(bar: &Bar, step: Step) -> String {
    let counts: Vec<_> = bar
        .standings
        .each()
        .filter(|(_, count)| *count > 0)
        .map(|(standing, count)| format!("{} {}", grouped(count), standing.words()))
        .collect();
    let when = match step.words().as_str() {
        "hour" => time(bar.from, "%-d %B %Y, %H:%M"),
        "day" => day(bar.from),
        words => format!("{words} from {}", day(bar.from)),
    };
    format!("{when}: {}", counts.join(", "))
}

fn legend(bars: &[Bar]) -> String {
    let mut all = Standings::default();
    for bar in bars {
        all.merge(&bar.standings);
    }
    let entry = |standing: Standing| {
        format!("<li><i class=\"swatch {}\"></i>{}</li>", standing.word(), standing.words())
    };
    let some = all.each().filter(|(_, count)| *count > 0);
    format!("<ul class=\"legend\">{}</ul>\n", some.map(|(standing, _)| entry(standing)).collect::<String>())
}

fn undated(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!("<p class=\"quiet\">{} without a time are not drawn.</p>\n", grouped(count))
}

fn day(second: i64) -> String {
    time(second, "%-d %B %Y")
}

/// A step may begin before the first instant that there is.
fn time(second: i64, format: &str) -> String {
    let time = Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
    time.strftime(format).to_string()
}
