//! The output of a job, of which only so much is kept.

use std::collections::VecDeque;

/// Output up to a limit: its beginning and its end, where the command's purpose and its failure stand.
#[derive(Debug)]
pub(super) struct Log {
    half: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Log {
    /// Begins an empty log that keeps `limit` bytes.
    pub(super) const fn new(limit: usize) -> Self {
        Self { half: limit / 2, head: Vec::new(), tail: VecDeque::new(), left_out: 0 }
    }

    /// Adds output.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    /// Returns what was kept, with a line in the middle where something was left out, and how much that is.
    pub(super) fn finish(self) -> (Vec<u8>, u64) {
        let Self { mut head, tail, left_out, .. } = self;
        if left_out > 0 {
            head.extend_from_slice(format!("\n[laneway: {left_out} bytes are left out here]\n").as_bytes());
        }
        head.extend(tail);
        (head, left_out)
    }
}
