//! Where a JSON object ends, by its brackets and quotation marks alone, 64 bytes at a time. Parses nothing: what stands
//! between them may be wrong.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the instructions that were found"
)]

use std::ops::ControlFlow;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x64};

/// How many bytes are looked at at once: one bit of a word for each.
const BLOCK: usize = 64;

/// How far an object goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// So many bytes, and whether no backslash is among them.
    Whole { length: usize, is_plain: bool },
    /// Beyond the text.
    Cut,
    /// There is none, or a look shows that it is damaged.
    Odd,
}

/// How far the object goes with which `text` starts.
pub(crate) fn extent(text: &[u8]) -> Extent {
    if text.first() != Some(&b'{') {
        return if text.is_empty() { Extent::Cut } else { Extent::Odd };
    }
    dispatch!(Level::new(), simd => scan(simd, text))
}

#[inline(always)]
fn scan<S: Simd>(simd: S, text: &[u8]) -> Extent {
    let mut scan = Scan::default();
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (nth, block) in blocks.iter().enumerate() {
        if let ControlFlow::Break(end) = scan.pass(simd, block) {
            return scan.extent(nth.saturating_mul(BLOCK), end);
        }
    }
    let mut last = [b' '; BLOCK];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    match scan.pass(simd, &last) {
        ControlFlow::Break(end) => scan.extent(text.len().saturating_sub(rest.len()), end),
        ControlFlow::Continue(()) => Extent::Cut,
    }
}

/// How far an object has been passed over.
#[derive(Debug, Default)]
struct Scan {
    /// How many brackets are open.
    depth: u32,
    /// All bits, if the next byte is in a text.
    in_text: u64,
    /// The first bit, if the next byte is escaped.
    is_escaped: u64,
    has_backslash: bool,
}

impl Scan {
    /// Goes on by `block`, or breaks off: with how many of its bytes still belong to the object, or with `None` where
    /// the object is damaged.
    #[inline(always)]
    fn pass<S: Simd>(&mut self, simd: S, block: &[u8; BLOCK]) -> ControlFlow<Option<usize>> {
        let bytes = u8x64::simd_from(simd, *block);
        // In ASCII, this bit is all that tells `[` from `{` and `]` from `}`.
        let curly = bytes | 0x20;
        let marks = Marks {
            quotes: bytes.simd_eq(b'"').to_bitmask(),
            opening: curly.simd_eq(b'{').to_bitmask(),
            closing: curly.simd_eq(b'}').to_bitmask(),
        };
        let (is_backslash, is_line_feed) = (bytes.simd_eq(b'\\'), bytes.simd_eq(b'\n'));
        let has_rare: mask8x64<S> = is_backslash | is_line_feed;
        // Most blocks have no such byte, and follow none.
        if self.is_escaped != 0 || has_rare.any_true() {
            return self.pass_rare(marks, is_backslash.to_bitmask(), is_line_feed.to_bitmask());
        }
        let in_text = self.texts(marks.quotes);
        match self.end(marks.opening & !in_text, marks.closing & !in_text) {
            Some(end) => ControlFlow::Break(Some(end)),
            None => ControlFlow::Continue(()),
        }
    }

    /// The same of a block in which a backslash or a line feed stands, or that follows a backslash.
    #[inline(never)]
    fn pass_rare(&mut self, marks: Marks, backslashes: u64, line_feeds: u64) -> ControlFlow<Option<usize>> {
        let escaped = self.escaped(backslashes);
        let in_text = self.texts(marks.quotes & !escaped);
        let end = self.end(marks.opening & !in_text, marks.closing & !in_text);
        // What stands behind the object is not looked at.
        let within = end.map_or(u64::MAX, |end| u64::MAX >> BLOCK.saturating_sub(end));
        self.has_backslash |= backslashes & within != 0;
        if ((backslashes & !in_text) | (line_feeds & in_text)) & within != 0 {
            return ControlFlow::Break(None);
        }
        match end {
            Some(end) => ControlFlow::Break(Some(end)),
            None => ControlFlow::Continue(()),
        }
    }

    /// Which bytes are in a text, with the first of the quotation marks around it.
    #[inline(always)]
    const fn texts(&mut self, quotes: u64) -> u64 {
        let in_text = odd_ones(quotes) ^ self.in_text;
        self.in_text = if in_text >> 63 == 1 { u64::MAX } else { 0 };
        in_text
    }

    /// How far the object goes that ends so many bytes after so many that come before, or in damage.
    fn extent(&self, before: usize, end: Option<usize>) -> Extent {
        end.map_or(Extent::Odd, |end| Extent::Whole {
            length: before.saturating_add(end),
            is_plain: !self.has_backslash,
        })
    }

    /// Which bytes a backslash before them escapes.
    const fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = self.is_escaped;
        self.is_escaped = 0;
        let mut left = backslashes & !escaped;
        while left != 0 {
            let first = left & left.wrapping_neg();
            if first == 1 << 63 {
                self.is_escaped = 1;
                break;
            }
            escaped |= first << 1;
            left &= !(first | first << 1);
        }
        escaped
    }

    /// How far the object goes, with the bracket that closes it, if one of these does.
    #[inline(always)]
    fn end(&mut self, opening: u64, closing: u64) -> Option<usize> {
        let (opened, closed) = (opening.count_ones(), closing.count_ones());
        if closed < self.depth {
            self.depth = self.depth.saturating_add(opened).saturating_sub(closed);
            return None;
        }
        let mut brackets = opening | closing;
        while brackets != 0 {
            let first = brackets & brackets.wrapping_neg();
            self.depth = if opening & first == 0 {
                self.depth.saturating_sub(1)
            } else {
                self.depth.saturating_add(1)
            };
            if self.depth == 0 {
                return usize::try_from(first.trailing_zeros()).ok().map(|end| end.saturating_add(1));
            }
            brackets ^= first;
        }
        None
    }
}

/// Where in a block a byte stands that matters, a bit for each byte, the first lowest.
#[derive(Clone, Copy)]
struct Marks {
    quotes: u64,
    opening: u64,
    closing: u64,
}

/// Of each bit, whether the ones up to and with it are odd in number: what stands between quotation marks, with the first
/// of them.
const fn odd_ones(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn whole(object: &str) -> Extent {
        Extent::Whole { length: object.len(), is_plain: !object.contains('\\') }
    }

    #[test]
    fn an_object_ends_with_its_last_bracket() {
        for object in [
            "{}",
            r#"{"a":[{"b":1},[]]}"#,
            r#"{"a":"}]{["}"#,
            r#"{"a":"\""}"#,
            r#"{"a":"\\"}"#,
            r#"{"a":"\\\"}"}"#,
            "{\n \"a\": 1 }",
        ] {
            for before in 0..70 {
                // Each byte comes to stand at each place of a block.
                let object = object.replacen('{', &format!("{{{}", " ".repeat(before)), 1);
                for after in ["", "}", ",{\"b\"", "\\"] {
                    let text = format!("{object}{after}");
                    assert_eq!(extent(text.as_bytes()), whole(&object), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_cut_or_damaged_has_no_end() {
        let long = " ".repeat(100);
        for text in ["{", r#"{"a":"}"#, r#"{"a":[1}"#] {
            assert_eq!(extent(text.as_bytes()), Extent::Cut, "{text}");
            assert_eq!(extent(format!("{text}{long}").as_bytes()), Extent::Cut, "{text}");
        }
        for text in ["[]", " {}", r#"{"a":1\}"#, "{\"a\":\"\n\"}"] {
            assert_eq!(extent(text.as_bytes()), Extent::Odd, "{text}");
            assert_eq!(extent(format!("{text}{long}").as_bytes()), Extent::Odd, "{text}");
        }
        assert_eq!(extent(b""), Extent::Cut);
    }

    proptest! {
        #[test]
        fn every_object_is_measured(
            keys in prop::collection::vec(("[\\\\\"{}\\[\\],: a\u{e9}\n]{0,40}", "[\\\\\"{}\\[\\]\\PC]{0,90}"), 0..9),
            after in "[\\PC]{0,80}",
        ) {
            let nested = keys.iter().fold(Value::Null, |inner, (key, text)| serde_json::json!({key: [text, inner]}));
            let object = serde_json::json!({"a": nested}).to_string();
            prop_assert_eq!(extent(format!("{object}{after}").as_bytes()), whole(&object));
            for cut in 0..object.len() {
                prop_assert_eq!(extent(object.as_bytes().get(..cut).unwrap()), Extent::Cut);
            }
        }
    }
}
