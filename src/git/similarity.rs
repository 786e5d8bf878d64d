//! How alike two files are, by the pieces that they share.

use std::collections::BTreeMap;

/// A piece ends with a line, or after so many bytes: what git takes for a piece.
const MOST_PIECE: usize = 64;

/// The pieces of a file: how many bytes it has in pieces of each hash.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Hash and bytes, sorted by hash, each hash once.
    each: Vec<(u64, u32)>,
    bytes: u64,
}

impl Pieces {
    /// Cuts a file into its pieces. A line that ends as Windows ends it counts as the same line.
    pub(super) fn of(content: &[u8]) -> Self {
        let mut counted: BTreeMap<u64, u32> = BTreeMap::new();
        let mut rest = content;
        while !rest.is_empty() {
            let reach = rest.len().min(MOST_PIECE);
            let end = rest[..reach].iter().position(|byte| *byte == b'\n').map_or(reach, |at| at + 1);
            let (piece, behind) = rest.split_at(end);
            let text = piece.strip_suffix(b"\r\n").or_else(|| piece.strip_suffix(b"\n")).unwrap_or(piece);
            let bytes = counted.entry(hash(text)).or_default();
            *bytes = bytes.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
            rest = behind;
        }
        Self { each: counted.into_iter().collect(), bytes: content.len() as u64 }
    }

    /// Returns how much of the larger file stands in the other one as well, in per cent.
    pub(super) fn likeness(&self, other: &Self) -> u64 {
        let larger = self.bytes.max(other.bytes);
        // Two empty files are the same blob, and were joined as such.
        if larger == 0 || self.bytes.min(other.bytes) * 100 / larger < LEAST_LIKENESS {
            return 0;
        }
        let mut shared = 0;
        let mut theirs = other.each.iter().peekable();
        for (hash, bytes) in &self.each {
            while theirs.next_if(|(their_hash, _)| their_hash < hash).is_some() {}
            if let Some((_, their_bytes)) = theirs.next_if(|(their_hash, _)| their_hash == hash) {
                shared += u64::from(*bytes.min(their_bytes));
            }
        }
        shared * 100 / larger
    }
}

/// From how many per cent on a file counts as moved: git's own default.
pub(super) const LEAST_LIKENESS: u64 = 50;

/// FNV-1a: the hash decides nothing but whether two short pieces are the same.
fn hash(piece: &[u8]) -> u64 {
    piece
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(one: &str, two: &str) -> u64 {
        let (one, two) = (Pieces::of(one.as_bytes()), Pieces::of(two.as_bytes()));
        assert_eq!(one.likeness(&two), two.likeness(&one));
        one.likeness(&two)
    }

    #[test]
    fn likeness_is_what_the_larger_file_shares() {
        assert_eq!(likeness("a\nb\nc\nd\n", "a\nb\nc\nd\n"), 100);
        assert_eq!(likeness("a\nb\nc\nd\n", "d\nc\nx\ny\n"), 50);
        assert_eq!(likeness("a\nb\n", "c\nd\n"), 0);
        assert_eq!(likeness("a\r\nb\r\n", "a\nb\n"), 66);
        // The same line three times in one of them is shared once.
        assert_eq!(likeness("a\na\na\nb\n", "a\nb\nc\nd\n"), 50);
        assert_eq!(likeness("", "a\n"), 0);
        assert_eq!(likeness("", ""), 0);
    }
}
