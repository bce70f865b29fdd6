//! Text that somebody else wrote, made safe to show: it cannot command a terminal, turn the direction of the text,
//! break a line, or bury what stands around it.
//!
//! Every name, description, path and message goes through here on its way to a person. JSON output does not: there
//! [`jsonl`](crate::jsonl) escapes.

use std::fmt;

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

/// Whether `c` does something to a terminal or to the text around it instead of being seen: controls, line and
/// paragraph separators, and Unicode's format characters (category `Cf`).
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}'
        | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
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
