//! The few colours of the story.

use anstyle::{AnsiColor, Style};
use tierguard::judge::Verdict;

/// What a part of the story is about.
pub(crate) const HEADING: Style = Style::new().bold();
/// What matters less.
pub(crate) const QUIET: Style = Style::new().dimmed();
/// As it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Forbidden, or failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Left to a person.
pub(crate) const OPEN: Style = AnsiColor::Yellow.on_default().bold();

/// The colour of a verdict.
pub(crate) const fn of(verdict: &Verdict) -> Style {
    match verdict {
        Verdict::Compliant => GOOD,
        Verdict::Violation(_) => BAD,
        Verdict::Undecidable(_) => OPEN,
        Verdict::Ignored(_) | Verdict::Unmanaged => QUIET,
    }
}
