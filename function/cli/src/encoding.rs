//! The text in the bytes of a file, whoever wrote them: UTF-8, UTF-16 as PowerShell's `>` writes it, and gzip of either.
//! A byte order mark says which, and is no part of the text. Nothing is guessed.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

/// How gzip begins (RFC 1952).
pub(crate) const GZIP: &[u8] = &[0x1f, 0x8b];
/// The byte order marks (RFC 3629, RFC 2781).
pub(crate) const UTF_8: &[u8] = &[0xef, 0xbb, 0xbf];
const UTF_16_LE: &[u8] = &[0xff, 0xfe];
const UTF_16_BE: &[u8] = &[0xfe, 0xff];

/// Whether `bytes` begin like UTF-16.
pub(crate) fn is_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(UTF_16_LE) || bytes.starts_with(UTF_16_BE)
}

/// `bytes`, unpacked if they are gzip: of what is in them, no more than `most` and one byte.
///
/// # Errors
/// When the gzip is damaged.
pub(crate) fn unpacked(bytes: Vec<u8>, most: u64) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(GZIP) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).take(most.saturating_add(1)).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

/// The text in `bytes`; `None` where they are not text.
pub(crate) fn text(bytes: Vec<u8>) -> Option<String> {
    let units = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks();
        let units: Vec<_> = pairs.iter().map(|pair| unit(*pair)).collect();
        odd.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
    };
    if let Some(rest) = bytes.strip_prefix(UTF_16_LE) {
        return units(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(UTF_16_BE) {
        return units(rest, u16::from_be_bytes);
    }
    let marked = bytes.strip_prefix(UTF_8).map(<[u8]>::to_vec);
    String::from_utf8(marked.unwrap_or(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_says_how_a_text_is_written() {
        let little = [0xff, 0xfe, b'{', 0, 0xfc, 0, b'}', 0];
        let big = [0xfe, 0xff, 0, b'{', 0, 0xfc, 0, b'}'];
        let marked = "\u{feff}{ü}".as_bytes();
        for bytes in ["{ü}".as_bytes(), marked, &little, &big] {
            assert_eq!(text(bytes.to_vec()).as_deref(), Some("{ü}"), "{bytes:?}");
        }
        assert_eq!(text(Vec::new()).as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&[0xff, 0xfe, b'{'][..], &[0xff, 0xfe, 0, 0xd8], b"\xfc", b"{\0\xff\0"] {
            assert_eq!(text(bytes.to_vec()), None, "{bytes:?}");
        }
    }
}
