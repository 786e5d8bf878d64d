//! What a finding of another tool is about, in words that stay when lines around it come and go.

use sha2::{Digest as _, Sha256};

use crate::path::RepoPath;

/// A longer subject is cut, and ends in a digest of all of it.
const MOST_BYTES: usize = 160;

/// The lines of a file.
pub(super) struct Lines<'a>(Vec<&'a [u8]>);

impl<'a> Lines<'a> {
    /// Cuts a file into its lines, once for all that stands in it.
    pub(super) fn of(content: &'a [u8]) -> Self {
        Self(content.split(|byte| *byte == b'\n').collect())
    }

    /// Returns a line, counted from 1; nothing where there is none, or a blank one.
    pub(super) fn get(&self, line: u32) -> Option<String> {
        let line = self.0.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        Some(squeezed(&String::from_utf8_lossy(line))).filter(|text| !text.is_empty())
    }
}

/// Returns the first line of a snippet that is not blank.
pub(super) fn snippet(text: &str) -> Option<String> {
    text.lines().map(squeezed).find(|line| !line.is_empty())
}

/// Returns a message without its numbers, which are mostly lines and counts.
pub(super) fn message(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in squeezed(text).chars() {
        match character {
            digit if digit.is_ascii_digit() && plain.ends_with('#') => {}
            digit if digit.is_ascii_digit() => plain.push('#'),
            other => plain.push(other),
        }
    }
    plain
}

/// Cuts what is too long to be read in a table.
pub(super) fn short(text: String) -> String {
    if text.len() <= MOST_BYTES {
        return text;
    }
    let mut end = MOST_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let digest = RepoPath::new(Sha256::digest(text.as_bytes())).to_hex();
    format!("{}… {}", &text[..end], &digest[..16])
}

/// Joins what white space separates by single spaces: how a line is indented is not what it says.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_lines_nor_indents_nor_counts_are_part_of_it() {
        let lines = Lines::of(b"a\n\tlet  x = 1;\r\n\n");
        assert_eq!(lines.get(2).as_deref(), Some("let x = 1;"));
        assert_eq!((lines.get(0), lines.get(3), lines.get(9)), (None, None, None));
        assert_eq!(snippet("\n  a  b\nc").as_deref(), Some("a b"));
        assert_eq!(message("12 branches at line  345, a1b"), "# branches at line #, a#b");
    }

    #[test]
    fn what_is_long_is_told_apart_all_the_same() {
        let (one, other) = ("é".repeat(500) + "1", "é".repeat(500) + "2");
        assert_ne!(short(one.clone()), short(other));
        assert!(short(one).len() < 200);
    }
}
