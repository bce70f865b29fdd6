//! Which characters are seen for what they are, for whoever shows text that somebody else wrote.
//!
//! Does not escape: how a character is shown that cannot be seen is for each format to say. Does not know markup either.

/// Whether `c` does something to the text around it, or to what shows it, instead of being seen: a control, a separator
/// of lines or a space of another kind, a format character, a mark that piles up on its neighbour, a blank that counts as
/// a letter, and whatever no version of Unicode that the standard library knows gives a shape.
#[must_use]
pub fn hides(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => true,
        // The standard library keeps the tables: it escapes for debugging what is not printable or extends a grapheme.
        _ => c.escape_debug().len() > 1,
    }
}

/// Whether `c` is written from right to left, and so reorders the line around it. Source: Unicode Standard Annex #9 and
/// the blocks that `DerivedBidiClass` gives to such scripts.
#[must_use]
pub const fn turns(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `json` in ASCII that can be seen: what cannot stand there can only be in strings, where an escape says the same. Amazon
/// SQS refuses a few characters that JSON takes, and whoever reads the raw text sees what is there.
#[must_use]
pub fn ascii_json(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if matches!(c, '\0'..='~') {
            ascii.push(c);
        } else {
            let escapes = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            ascii.extend(escapes);
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_turns_piles_up_or_is_blank_hides() {
        for c in "\0\t\n\r\u{b}\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}".chars() {
            assert!(hides(c), "a control: {c:?}");
        }
        for c in
            "\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{200f}\u{202e}\u{2060}\u{2069}\u{feff}\u{e0001}\u{e0041}"
                .chars()
        {
            assert!(hides(c), "a format character: {c:?}");
        }
        for c in "\u{a0}\u{2003}\u{2028}\u{2029}\u{202f}\u{3000}\u{2800}\u{3164}\u{115f}\u{ffa0}".chars() {
            assert!(hides(c), "a blank: {c:?}");
        }
        for c in "\u{300}\u{336}\u{489}\u{1ab0}\u{20dd}\u{e49}\u{fe0f}\u{e0100}".chars() {
            assert!(hides(c), "a mark: {c:?}");
        }
        for c in "\u{e000}\u{ffff}\u{10ffff}\u{fff9}".chars() {
            assert!(hides(c), "no shape: {c:?}");
        }
    }

    #[test]
    fn what_people_write_does_not() {
        for c in "Zoë's \"temporary\" 22 — ‘até’ já \\o/ 世界 §½ Ω я ⇒ 🙂".chars() {
            assert!(!hides(c) && !turns(c), "{c:?}");
        }
        for c in "אשم".chars() {
            assert!(turns(c) && !hides(c), "{c:?}");
        }
    }
}
