//! Text that somebody else wrote, made safe to show: it cannot command a terminal, turn the direction of the text,
//! break a line, or bury what stands around it.
//!
//! Every name, description, path and message goes through here on its way to a person. JSON output does not: there
//! [`jsonl`](crate::jsonl) escapes.

use std::fmt;

use tierguard::visible::{hides, turns};

/// How much is shown of one text, in characters. EC2's longest is a description, 255.
const LONGEST: usize = 300;

/// `text`, to be shown.
pub(crate) const fn shown(text: &str) -> Shown<'_> {
    shown_up_to(LONGEST, text)
}

/// `text`, to be shown up to a length in characters.
pub(crate) const fn shown_up_to(longest: usize, text: &str) -> Shown<'_> {
    Shown { text, longest }
}

/// A text whose `Display` is safe to show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'t> {
    text: &'t str,
    longest: usize,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut safe = String::with_capacity(self.text.len().min(self.longest));
        let mut chars = self.text.chars();
        for c in chars.by_ref().take(self.longest) {
            if is_hidden(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
        }
        if chars.next().is_some() {
            safe.push('…');
        }
        f.pad(&safe)
    }
}

/// Whether `c` does something to a terminal or to the text around it instead of being seen.
pub(crate) fn is_hidden(c: char) -> bool {
    hides(c) || turns(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_command_a_terminal_is_escaped() {
        insta::assert_snapshot!(shown("a\u{1b}[2J\r\nb\u{9b}31m"), @r"a\u{1b}[2J\r\nb\u{9b}31m");
    }

    #[test]
    fn what_could_turn_the_text_round_is_escaped() {
        insta::assert_snapshot!(shown("gpj.\u{202e}exe\u{2066}\u{200b}"), @r"gpj.\u{202e}exe\u{2066}\u{200b}");
    }

    #[test]
    fn what_piles_up_or_is_blank_is_escaped() {
        insta::assert_snapshot!(shown("e\u{336}\u{300}vil\u{3164}\u{5d0}"), @r"e\u{336}\u{300}vil\u{3164}\u{5d0}");
    }

    #[test]
    fn what_people_write_stays() {
        insta::assert_snapshot!(shown(r#"Zoë's "temporary" 22 — até já \o/ 世界"#), @r#"Zoë's "temporary" 22 — até já \o/ 世界"#);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(shown(&"x".repeat(301)).to_string(), format!("{}…", "x".repeat(300)));
        assert_eq!(shown(&"x".repeat(300)).to_string(), "x".repeat(300));
    }

    #[test]
    fn width_is_honoured() {
        assert_eq!(format!("{:<6}|", shown("a\t")), "a\\t   |");
    }
}
