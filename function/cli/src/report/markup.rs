//! Text in HTML: nothing that comes in here can be anything but text there, in an element or in a quoted attribute.
//!
//! Characters that cannot be seen for what they are, are shown as escapes, as everywhere.

use std::fmt::Write as _;

use crate::shown::{is_hidden, shown_up_to};

/// How much is shown of one text, in characters.
const LONGEST: usize = 2000;

/// `text`, in one line.
pub(super) fn text(text: &str) -> String {
    short(LONGEST, text)
}

/// The beginning of `text`, up to a length in characters.
pub(super) fn short(longest: usize, text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    shown_up_to(longest, text).to_string().chars().for_each(|c| push(&mut html, c));
    html
}

/// JSON over several lines. What is hidden in it is shown as JSON escapes it.
pub(super) fn json(json: &str) -> String {
    let mut html = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c == '\n' || !is_hidden(c) {
            push(&mut html, c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                // A text takes whatever is written to it.
                let _ = write!(html, "\\u{unit:04x}");
            }
        }
    }
    html
}

fn push(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c => html.push(c),
    }
}

/// `template` with each `{{name}}` in it replaced by what `fill` says, in one pass: what is filled in is not looked at
/// again, whatever it looks like.
pub(super) fn filled<'t>(
    template: &'t str,
    mut fill: impl FnMut(&str) -> std::borrow::Cow<'t, str>,
) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("}}") {
            Some((name, rest)) => {
                page.push_str(&fill(name));
                page.push_str(rest);
            }
            None => page.push_str(part),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        let hostile = "</pre></script><script>alert('1')</script><!-- ]]> & \"x\" \u{202e}\u{2028}\0";
        insta::assert_snapshot!(text(hostile), @r"&lt;/pre&gt;&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&lt;!-- ]]&gt; &amp; &quot;x&quot; \u{202e}\u{2028}\u{0}");
        insta::assert_snapshot!(json(hostile), @r"&lt;/pre&gt;&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&lt;!-- ]]&gt; &amp; &quot;x&quot; \u202e\u2028\u0000");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let page = filled("a{{one}}b{{two}}c", |name| match name {
            "one" => "{{two}}".into(),
            other => other.to_uppercase().into(),
        });
        assert_eq!(page, "a{{two}}bTWOc");
    }
}
