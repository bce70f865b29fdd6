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
    /// So many bytes.
    Whole(usize),
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
            return Extent::after(nth.saturating_mul(BLOCK), end);
        }
    }
    let mut last = [b' '; BLOCK];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    match scan.pass(simd, &last) {
        ControlFlow::Break(end) => Extent::after(text.len().saturating_sub(rest.len()), end),
        ControlFlow::Continue(()) => Extent::Cut,
    }
}

impl Extent {
    /// That of an object that ends so many bytes after so many that come before, if it does not end in damage.
    fn after(before: usize, end: Option<usize>) -> Self {
        end.map_or(Self::Odd, |end| Self::Whole(before.saturating_add(end)))
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
}

impl Scan {
    /// Goes on by `block`, or breaks off: with how many of its bytes still belong to the object, or with `None` where
    /// the object is damaged.
    #[inline(always)]
    fn pass<S: Simd>(&mut self, simd: S, block: &[u8; BLOCK]) -> ControlFlow<Option<usize>> {
        let Marks { quotes, brackets, rare } = Marks::of(simd, block);
        // Most blocks have no rare byte, and follow none.
        let Rare { backslashes, line_feeds } =
            if rare == 0 { Rare::default() } else { Rare::of(simd, block) };
        let escaped = if rare | self.is_escaped == 0 { 0 } else { self.escaped(backslashes) };
        let in_text = odd_ones(quotes & !escaped) ^ self.in_text;
        self.in_text = if in_text >> 63 == 1 { u64::MAX } else { 0 };
        let end = self.end(brackets & !in_text, block);
        // What stands behind the object is not looked at.
        let within = end.map_or(u64::MAX, |end| u64::MAX >> (63 - end));
        if ((backslashes & !in_text) | (line_feeds & in_text)) & within != 0 {
            return ControlFlow::Break(None);
        }
        if let Some(end) = end {
            return ControlFlow::Break(usize::try_from(end).ok().map(|end| end.saturating_add(1)));
        }
        ControlFlow::Continue(())
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

    /// Which of these brackets of `block` closes the object, if one of them does.
    #[inline(always)]
    fn end(&mut self, mut brackets: u64, block: &[u8; BLOCK]) -> Option<u32> {
        while brackets != 0 {
            let first = brackets.trailing_zeros();
            let bracket = usize::try_from(first).ok().and_then(|first| block.get(first));
            if matches!(bracket, Some(b'{' | b'[')) {
                self.depth = self.depth.saturating_add(1);
            } else {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Some(first);
                }
            }
            brackets &= brackets.wrapping_sub(1);
        }
        None
    }
}

/// Where in a block a byte stands that matters, a bit for each byte, the first lowest.
struct Marks {
    quotes: u64,
    brackets: u64,
    /// Backslashes and line feeds, which are rare.
    rare: u64,
}

impl Marks {
    #[inline(always)]
    fn of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Self {
        let bytes = u8x64::simd_from(simd, *block);
        // In ASCII, this bit is all that tells `[` from `{` and `]` from `}`,
        let curly = bytes | 0x20;
        // and that one is all that tells `{` from `}`, if they count from `{`.
        let is_bracket = ((curly - b'{') & !0x02).simd_eq(0);
        let is_rare: mask8x64<S> = bytes.simd_eq(b'\\') | bytes.simd_eq(b'\n');
        Self {
            quotes: bytes.simd_eq(b'"').to_bitmask(),
            brackets: is_bracket.to_bitmask(),
            rare: is_rare.to_bitmask(),
        }
    }
}

/// Where in a block a rare byte stands.
#[derive(Default)]
struct Rare {
    backslashes: u64,
    line_feeds: u64,
}

impl Rare {
    #[inline(always)]
    fn of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Self {
        let bytes = u8x64::simd_from(simd, *block);
        Self { backslashes: bytes.simd_eq(b'\\').to_bitmask(), line_feeds: bytes.simd_eq(b'\n').to_bitmask() }
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
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

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
                    assert_eq!(extent(text.as_bytes()), Extent::Whole(object.len()), "{text}");
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
            prop_assert_eq!(extent(format!("{object}{after}").as_bytes()), Extent::Whole(object.len()));
            for cut in 0..object.len() {
                prop_assert_eq!(extent(object.as_bytes().get(..cut).unwrap()), Extent::Cut);
            }
        }
    }
}
