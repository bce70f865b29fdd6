//! Where a JSON object ends, by its brackets and quotation marks alone, 64 bytes at a time, and where the name of a call
//! stands in it. Parses nothing: what stands between them may be wrong.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the instructions that were found"
)]

use std::ops::ControlFlow;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x64};
use tierguard::wire::{NAME_KEY, Seen};

/// How many bytes are looked at at once: one bit of a word for each.
const BLOCK: usize = 64;

/// How many bytes of [`NAME_KEY`] come before a letter of it that few texts have, and that letter.
const BEFORE_LETTER: u32 = 6;
#[expect(clippy::indexing_slicing, reason = "beyond the key it does not compile")]
const LETTER: u8 = NAME_KEY[BEFORE_LETTER as usize];

/// How far an object goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// So many bytes, and what was seen of them.
    Whole { length: usize, seen: Seen },
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
        if let ControlFlow::Break(extent) = scan.pass(simd, block, text, nth.saturating_mul(BLOCK)) {
            return extent;
        }
    }
    let mut last = [b' '; BLOCK];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    match scan.pass(simd, &last, text, text.len().saturating_sub(rest.len())) {
        ControlFlow::Break(extent) => extent,
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
    /// Where in the last block a quotation mark stands.
    quotes: u64,
    names: Names,
}

/// How often [`NAME_KEY`] was seen, and where at last.
#[derive(Debug, Clone, Copy, Default)]
struct Names {
    count: u32,
    last: usize,
}

impl Scan {
    /// Goes on by `block`, which stands in `text` behind so many bytes `before`, or breaks off: where the object ends, or is
    /// damaged.
    #[inline(always)]
    fn pass<S: Simd>(
        &mut self,
        simd: S,
        block: &[u8; BLOCK],
        text: &[u8],
        before: usize,
    ) -> ControlFlow<Extent> {
        let bytes = u8x64::simd_from(simd, *block);
        // In ASCII, this bit is all that tells `[` from `{` and `]` from `}`.
        let curly = bytes | 0x20;
        let mut quotes = bytes.simd_eq(b'"').to_bitmask();
        let (opening, closing) = (curly.simd_eq(b'{').to_bitmask(), curly.simd_eq(b'}').to_bitmask());
        let behind_quotes = quotes << BEFORE_LETTER | self.quotes >> (u64::BITS - BEFORE_LETTER);
        let in_names = behind_quotes & bytes.simd_eq(LETTER).to_bitmask();
        self.quotes = quotes;

        // Most blocks have neither, and do not begin with an escaped byte.
        let (is_backslash, is_line_feed) = (bytes.simd_eq(b'\\'), bytes.simd_eq(b'\n'));
        let rare: mask8x64<S> = is_backslash | is_line_feed;
        let has_rare = self.is_escaped != 0 || rare.any_true();
        let backslashes = if has_rare { is_backslash.to_bitmask() } else { 0 };
        if has_rare {
            let escaped;
            (escaped, self.is_escaped) = escapes(self.is_escaped, backslashes);
            quotes &= !escaped;
        }
        let in_text = self.texts(quotes);
        let end = self.end(opening & !in_text, closing & !in_text);
        let within = within(end);
        if has_rare {
            self.has_backslash |= backslashes & within != 0;
            let damage = (backslashes & !in_text) | (is_line_feed.to_bitmask() & in_text);
            if damage & within != 0 {
                return ControlFlow::Break(Extent::Odd);
            }
        }
        if in_names & within != 0 {
            self.names = self.names.and(text, before, in_names & within);
        }
        let Some(end) = end else { return ControlFlow::Continue(()) };
        let Names { count, last } = self.names;
        let seen = Seen { is_plain: !self.has_backslash, name: (count == 1).then_some(last) };
        ControlFlow::Break(Extent::Whole { length: before.saturating_add(end), seen })
    }

    /// Which bytes are in a text, with the first of the quotation marks around it.
    #[inline(always)]
    const fn texts(&mut self, quotes: u64) -> u64 {
        let in_text = odd_ones(quotes) ^ self.in_text;
        self.in_text = if in_text >> 63 == 1 { u64::MAX } else { 0 };
        in_text
    }

    /// How far the object goes, with the bracket that closes it, if one of these does.
    #[inline(always)]
    fn end(&mut self, opening: u64, closing: u64) -> Option<usize> {
        let (opened, closed) = (opening.count_ones(), closing.count_ones());
        if closed < self.depth {
            // As many as there are bytes at most.
            self.depth = self.depth.wrapping_add(opened).wrapping_sub(closed);
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

impl Names {
    /// With those of which the [`LETTER`] stands `in_names`: in these bytes of the block of `text` behind so many bytes
    /// `before`.
    #[inline(never)]
    fn and(self, text: &[u8], before: usize, mut in_names: u64) -> Self {
        let mut names = self;
        while in_names != 0 {
            let letter = before.saturating_add(in_names.trailing_zeros() as usize);
            let key = letter.checked_sub(BEFORE_LETTER as usize);
            let is_key = |at: &usize| text.get(*at..).is_some_and(|text| text.starts_with(NAME_KEY));
            if let Some(last) = key.filter(is_key) {
                names = Self { count: names.count.saturating_add(1), last };
            }
            in_names &= in_names.wrapping_sub(1);
        }
        names
    }
}

/// Which bytes of a block a backslash before them escapes, and whether the byte behind the block is: the first of it are
/// if the first bit says so.
#[inline(never)]
const fn escapes(mut escaped: u64, backslashes: u64) -> (u64, u64) {
    let mut left = backslashes & !escaped;
    while left != 0 {
        let first = left & left.wrapping_neg();
        if first == 1 << 63 {
            return (escaped, 1);
        }
        escaped |= first << 1;
        left &= !(first | first << 1);
    }
    (escaped, 0)
}

/// The bytes of a block that belong to the object that ends with so many of them: what stands behind is not looked at.
const fn within(end: Option<usize>) -> u64 {
    match end {
        Some(end) => u64::MAX >> BLOCK.saturating_sub(end),
        None => u64::MAX,
    }
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
    use memchr::memmem;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn whole(object: &str) -> Extent {
        let names: Vec<_> = memmem::find_iter(object.as_bytes(), NAME_KEY).collect();
        let name = if let [name] = names[..] { Some(name) } else { None };
        Extent::Whole { length: object.len(), seen: Seen { is_plain: !object.contains('\\'), name } }
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
            r#"{"eventName":"a"}"#,
            r#"{"eventName":"eventName","b":{"eventName":"\"eventName"}}"#,
            r#"{"a":"\"eventName\"","eventNames":"xeventName","eventName":"N"}"#,
            "{\n \"a\": 1 }",
        ] {
            for before in 0..70 {
                // Each byte comes to stand at each place of a block.
                let object = object.replacen('{', &format!("{{{}", " ".repeat(before)), 1);
                for after in ["", "}", ",{\"b\"", "\\", "\"eventName\""] {
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
            keys in prop::collection::vec(("eventName|[\\\\\"{}\\[\\],: a\u{e9}\n]{0,40}", "[\\\\\"{}\\[\\]\\PC]{0,90}"), 0..9),
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
