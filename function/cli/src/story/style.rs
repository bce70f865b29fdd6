//! The few colours of the story.

use anstyle::{AnsiColor, Style};
use tierguard::judge::Verdict;

/// What a part of the story is about.
pub(super) const HEADING: Style = Style::new().bold();
/// What matters less.
pub(super) const QUIET: Style = Style::new().dimmed();
/// As it should be.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Forbidden, or failed.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Left to a person.
pub(super) const OPEN: Style = AnsiColor::Yellow.on_default().bold();

/// The colour of a verdict.
pub(super) const fn of(verdict: &Verdict) -> Style {
    match verdict {
        Verdict::Compliant => GOOD,
        Verdict::Violation(_) => BAD,
        Verdict::Undecidable(_) => OPEN,
        Verdict::Ignored(_) | Verdict::Unmanaged => QUIET,
    }
}
