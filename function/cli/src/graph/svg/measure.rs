//! How wide text is, about: it is drawn in whatever font its reader has, so the widest of the common ones is assumed.

/// How large and how bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Title,
    Plain,
    Bold,
    Small,
    SmallBold,
}

impl Face {
    /// The width of a common letter, in hundredths of a pixel. Source: `DejaVu` Sans, the widest of the fonts that
    /// stand behind `sans-serif`, whose digits are 0.636 and 0.696 of their size wide.
    const fn letter(self) -> i64 {
        match self {
            Self::Title => 1250,
            Self::Plain => 830,
            Self::Bold => 900,
            Self::Small => 765,
            Self::SmallBold => 835,
        }
    }
}

/// How wide the widest of `lines` is, in pixels.
pub(super) fn widest(lines: &[String], face: Face) -> i64 {
    lines.iter().map(|line| width(line, face)).max().unwrap_or_default()
}

fn width(line: &str, face: Face) -> i64 {
    let letters: i64 = line.chars().map(share).sum();
    (letters * face.letter()).div_euclid(100 * 100) + 1
}

/// The width of `c`, in hundredths of that of a common letter.
const fn share(c: char) -> i64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '/' | '(' | ')' | '-' => 60,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 155,
        'A'..='Z' | '=' | '<' | '>' | '+' | '✗' | '…' => 125,
        ' '..='~' => 100,
        // Whatever it is, no letter is wider than it is high.
        '\u{1100}'.. => 175,
        _ => 130,
    }
}
