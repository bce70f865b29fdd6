//! What happened in a life, line by line, and in one number.

use crate::clock::Moment;

/// The story of a life.
pub(crate) struct Story {
    lines: Vec<String>,
    hash: u64,
}

impl Story {
    pub(crate) const fn new() -> Self {
        Self { lines: Vec::new(), hash: 0xcbf2_9ce4_8422_2325 }
    }

    pub(crate) fn tell(&mut self, now: Moment, line: impl FnOnce() -> String) {
        let line = format!("{now}  {}", line());
        // FNV-1a: the standard library's hashes may change from release to release.
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.lines.push(line);
    }

    /// A number that stands for the whole story.
    pub(crate) const fn digest(&self) -> u64 {
        self.hash
    }

    /// The last lines.
    pub(crate) fn last(&self, lines: usize) -> String {
        self.lines[self.lines.len().saturating_sub(lines)..].join("\n")
    }

    pub(crate) const fn length(&self) -> usize {
        self.lines.len()
    }
}
