//! A record as people read it: a line for each member, indented.
//!
//! Works on the text and parses nothing: what stands in a string is left as it was written, escapes of half characters
//! included, and a record that is no JSON is shown all the same.

/// How much of a record is shown, in bytes.
const MOST: usize = 24 << 10;
/// How deep lines are indented at most.
const DEEPEST: usize = 24;

/// `json` over several lines, and how many bytes of it are left out.
pub(super) fn pretty(json: &str) -> (String, usize) {
    let mut printer = Printer::default();
    let mut taken = 0_usize;
    for c in json.chars() {
        if printer.out.len() > MOST {
            break;
        }
        taken = taken.saturating_add(c.len_utf8());
        printer.take(c);
    }
    (printer.out, json.len().saturating_sub(taken))
}

#[derive(Debug, Default)]
struct Printer {
    out: String,
    depth: usize,
    place: Place,
    /// The last character was an opening bracket.
    has_opened: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    InString,
    /// After a backslash.
    Escaped,
}

impl Printer {
    fn take(&mut self, c: char) {
        match self.place {
            Place::Outside => self.take_outside(c),
            Place::Escaped => self.put(c, Place::InString),
            Place::InString => match c {
                '\\' => self.put(c, Place::Escaped),
                '"' => self.put(c, Place::Outside),
                c => self.put(c, Place::InString),
            },
        }
    }

    fn take_outside(&mut self, c: char) {
        if c.is_ascii_whitespace() {
            return;
        }
        let is_end = matches!(c, '}' | ']');
        if is_end {
            self.depth = self.depth.saturating_sub(1);
        }
        if self.has_opened != is_end {
            self.line(c);
        }
        self.has_opened = matches!(c, '{' | '[');
        self.put(c, if c == '"' { Place::InString } else { Place::Outside });
        match c {
            '{' | '[' => self.depth = self.depth.saturating_add(1),
            ':' => self.out.push(' '),
            ',' => self.break_line(),
            _ => {}
        }
    }

    /// The first thing in brackets, and the bracket that closes them, begin a line.
    fn line(&mut self, next: char) {
        if self.has_opened || matches!(next, '}' | ']') {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.depth.min(DEEPEST)));
    }

    fn put(&mut self, c: char, place: Place) {
        self.out.push(c);
        self.place = place;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_a_parser_would_print() {
        let value = json!({"a": [1, -2.5e3, true, null, [], {}, [[]]], "b": {"c": "x: [1, {2}] \" \\ \u{1}"}, "d": {}});
        assert_eq!(pretty(&value.to_string()), (format!("{value:#}"), 0));
        assert_eq!(pretty(&format!("{value:#}")), (format!("{value:#}"), 0));
    }

    #[test]
    fn strings_stay_as_they_were_written() {
        insta::assert_snapshot!(pretty(r#"{"a":"\ud800 \u202e \/","b":}"#).0, @r#"
        {
          "a": "\ud800 \u202e \/",
          "b": 
        }
        "#);
    }

    #[test]
    fn what_is_no_json_is_shown_all_the_same() {
        assert_eq!(pretty("}]}]{\"").0.replace(['\n', ' '], ""), "}]}]{\"");
    }

    #[test]
    fn what_is_long_or_deep_is_cut() {
        let (long, left) = pretty(&json!(vec!["x".repeat(100); 10_000]).to_string());
        assert!(long.len() < MOST + 200 && left > 900_000);
        let (deep, left) = pretty(&"[".repeat(1_000_000));
        assert!(deep.len() < MOST + 200 && left > 900_000);
    }
}
