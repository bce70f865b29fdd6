//! Unpacks at once what is small, as the files are that `CloudTrail` delivers: no byte is copied once more, as it is where
//! a file is unpacked piece by piece.

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// A file of so many bytes or more is not unpacked at once,
pub(crate) const LARGEST: usize = 1 << 20;
/// nor one with more in it.
const LARGEST_TEXT: usize = 4 << 20;
/// How many bytes one byte may become at most. (zlib: "Maximum Compression Factor".)
const MOST_OF_ONE: usize = 1032;

/// How a header begins that is 10 bytes long: without a name, or anything else that may be there. (RFC 1952, 2.3.)
const START: &[u8] = &[0x1f, 0x8b, 8, 0];

/// Unpacks files, one after another.
#[derive(Debug)]
pub(crate) struct Unpacker(Decompress);

impl Unpacker {
    /// For files of which none has been unpacked yet.
    pub(crate) fn new() -> Self {
        Self(Decompress::new(false))
    }

    /// Unpacks `file` to where `bytes` begin, which are as many as that needs, or more: how long what is in it is.
    ///
    /// `None` if it is not one sound member with the shortest header, or too large: what `bytes` hold does not matter then.
    pub(crate) fn unpack(&mut self, file: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
        let (_, deflated) = file.strip_prefix(START)?.split_first_chunk::<6>()?;
        let (deflated, length) = deflated.split_last_chunk()?;
        let (deflated, sum) = deflated.split_last_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        if length > LARGEST_TEXT.min(deflated.len().saturating_mul(MOST_OF_ONE)) {
            return None;
        }
        if bytes.len() < length {
            bytes.resize(length, 0);
        }
        let text = bytes.get_mut(..length)?;
        self.0.reset(false);
        let status = self.0.decompress(deflated, text, FlushDecompress::Finish).ok()?;
        let is_all = |count, of: &[u8]| usize::try_from(count) == Ok(of.len());
        let is_whole = status == Status::StreamEnd
            && is_all(self.0.total_in(), deflated)
            && is_all(self.0.total_out(), text);
        (is_whole && crc(text) == u32::from_le_bytes(*sum)).then_some(length)
    }
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use flate2::{Compression, GzBuilder};

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn unpacked(unpacker: &mut Unpacker, file: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = b"what stood there before".to_vec();
        let length = unpacker.unpack(file, &mut bytes)?;
        bytes.truncate(length);
        Some(bytes)
    }

    #[test]
    fn one_file_after_another_is_unpacked() {
        let mut unpacker = Unpacker::new();
        for text in [&b"a"[..], &b"abc ".repeat(100_000), b"", b"{}"] {
            assert_eq!(unpacked(&mut unpacker, &packed(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_damaged_or_more_than_one_member_is_left_alone() {
        let mut unpacker = Unpacker::new();
        let text = b"{\"Records\":[]} and more of it, so that there is something to be packed: []]]]]]]";
        let sound = packed(text);
        for end in 0..sound.len() {
            assert_eq!(unpacked(&mut unpacker, sound.get(..end).unwrap()), None, "cut after {end}");
        }
        // The time, the flags for the packer and the system tell nothing of the text.
        for place in (0..4).chain(10..sound.len()) {
            for bit in 0..8 {
                let mut damaged = sound.clone();
                damaged[place] ^= 1 << bit;
                // The last bits of what is packed may fill up a byte, no more.
                let text_of_damaged = unpacked(&mut unpacker, &damaged);
                assert!(text_of_damaged.is_none_or(|same| same == text), "bit {bit} of byte {place}");
            }
        }
        assert_eq!(unpacked(&mut unpacker, &[&sound[..], &sound].concat()), None);
        assert_eq!(unpacked(&mut unpacker, &[&sound[..], b"\0"].concat()), None);
        let mut named = GzBuilder::new().filename("a.json").write(Vec::new(), Compression::default());
        named.write_all(text).unwrap();
        assert_eq!(unpacked(&mut unpacker, &named.finish().unwrap()), None);
        assert_eq!(unpacked(&mut unpacker, &packed(&vec![b' '; LARGEST_TEXT + 1])), None);
        assert_eq!(unpacked(&mut unpacker, &sound).as_deref(), Some(&text[..]));
    }

    #[test]
    fn no_memory_is_taken_for_what_cannot_be_there() {
        let mut file = packed(b"a");
        let length = u32::try_from(LARGEST_TEXT).unwrap();
        file.splice(file.len() - 4.., length.to_le_bytes());
        let mut bytes = Vec::new();
        assert_eq!(Unpacker::new().unpack(&file, &mut bytes), None);
        assert_eq!(bytes.len(), 0);
    }
}
