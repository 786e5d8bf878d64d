//! Where a finding stands, in the units of others: lines and columns from 1, columns in characters.

use crate::source::{Place, Source};

/// The part of a file that is meant. The end is behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// The line of the first character.
    pub(super) start_line: u32,
    /// The column of the first character.
    pub(super) start_column: u32,
    /// The line of the character behind the last one.
    pub(super) end_line: u32,
    /// The column of the character behind the last one.
    pub(super) end_column: u32,
}

impl Region {
    /// Counts the lines and columns of a place. Columns are Unicode characters, as SARIF's `unicodeCodePoints` are.
    pub(super) fn of(place: &Place) -> Self {
        let text = place.source.text();
        let start = boundary(text, place.span.start);
        let end = boundary(text, place.span.end.max(start));
        let (start_line, start_column) = line_column(&place.source, start);
        let (end_line, end_column) = line_column(&place.source, end);
        Self { start_line, start_column, end_line, end_column }
    }
}

fn line_column(source: &Source, at: usize) -> (u32, u32) {
    let line = source.line(at);
    let before = &source.text()[source.line_start(line)..at];
    (line, u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX))
}

/// Returns the nearest boundary of a character at or before a byte.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let source = Source::new("a.md", "one\r\n| ü | `bc` |\n");
        let at = source.text().find("`bc`").expect("it is there");
        let region = Region::of(&Place::new(&source, at..at + 4));
        assert_eq!(region, Region { start_line: 2, start_column: 7, end_line: 2, end_column: 11 });
        let behind = Region::of(&Place::new(&source, 900..1000));
        assert_eq!((behind.start_line, behind.start_column), (3, 1));
    }
}
