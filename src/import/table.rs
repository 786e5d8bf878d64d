//! Writes Markdown tables that the ownership reader reads back as they were meant.

use std::fmt::Write as _;

/// Columns wider than this are not padded: one long cell would push every row off the screen.
const WIDEST: usize = 60;

/// A table of an ownership map.
#[derive(Clone, Debug)]
pub struct Table {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One cell, as Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell(String);

impl Cell {
    /// A cell that says that there are none.
    pub fn none() -> Self {
        Self("-".to_owned())
    }

    /// A cell that says nothing: not known.
    pub fn blank() -> Self {
        Self::default()
    }

    /// A cell of patterns, each as the pattern room reads it, and of those that `!` takes out.
    ///
    /// A pattern must be one that a code span can carry: see [`literal`], which makes such patterns.
    pub fn patterns<'a>(
        patterns: impl IntoIterator<Item = &'a str>,
        excluded: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let own = patterns.into_iter().map(|pattern| code("", pattern));
        let taken_out = excluded.into_iter().map(|pattern| code("!", pattern));
        Self(own.chain(taken_out).collect::<Vec<_>>().join(", "))
    }

    /// A cell of words: domains, reviewers, classes, tags. A word that Markdown would not show as it stands is put into
    /// backticks. Without any it says that there are none.
    pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let plain = |word: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@/._-+".contains(&byte);
            !word.is_empty() && word.bytes().all(is_plain) && !matches!(word, "-" | "n/a")
        };
        // One code span in a cell, and the whole cell is read as such; mixed cells are read as well.
        let words = words.into_iter().map(|word| if plain(word) { word.to_owned() } else { code("", word) });
        let text = words.collect::<Vec<_>>().join(", ");
        if text.is_empty() { Self::none() } else { Self(text) }
    }

    /// A note for people: what Markdown would read as markup is escaped, and a line break is a space.
    pub fn note(text: &str) -> Self {
        let mut note = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '&' => {
                    note.push('\\');
                    note.push(character);
                }
                other if other.is_control() => note.push(' '),
                other => note.push(other),
            }
        }
        Self(note.trim().to_owned())
    }
}

impl Table {
    /// A table with these columns and no rows.
    pub fn new<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        Self { headers: headers.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row; cells that it lacks are blank.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| cell.0).collect();
        row.resize(self.headers.len(), String::new());
        self.rows.push(row);
    }

    /// Says whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the table as Markdown, its columns aligned.
    pub fn to_markdown(&self) -> String {
        let widths: Vec<usize> = (0..self.headers.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| width(&row[column]));
                let fitting = cells.filter(|width| *width <= WIDEST).max().unwrap_or(0);
                fitting.max(width(&self.headers[column])).max(3)
            })
            .collect();
        let mut text = String::new();
        line(&mut text, &self.headers, &widths);
        let delimiters: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        line(&mut text, &delimiters, &widths);
        for row in &self.rows {
            line(&mut text, row, &widths);
        }
        text
    }
}

fn line(text: &mut String, cells: &[String], widths: &[usize]) {
    for (cell, wide) in cells.iter().zip(widths) {
        let _ = write!(text, "| {cell}{} ", " ".repeat(wide.saturating_sub(width(cell))));
    }
    text.push_str("|\n");
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Writes a value as a code span of a table cell: longer fences around backticks, `\|` for a pipe.
fn code(mark: &str, value: &str) -> String {
    let longest = value.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let value = value.replace('|', "\\|");
    let touches = |at: Option<char>| at == Some('`');
    let left = if mark.is_empty() && touches(value.chars().next()) { " " } else { "" };
    let right = if touches(value.chars().last()) { " " } else { "" };
    format!("{fence}{left}{mark}{value}{right}{fence}")
}

/// Returns the pattern that matches the path or name `bytes` and, as far as text can say it, nothing else.
///
/// What has a meaning in patterns is escaped. A byte that a cell of a table cannot carry, a control character or one
/// that is not UTF-8, becomes `?`, which is any one byte.
pub fn literal(bytes: &[u8]) -> String {
    let mut pattern = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            literal_character(&mut pattern, character);
        }
        pattern.extend(chunk.invalid().iter().map(|_| '?'));
    }
    sealed(pattern)
}

/// Adds one character of a name to a pattern.
pub fn literal_character(pattern: &mut String, character: char) {
    match character {
        '*' | '?' | '[' | ']' | '{' | '}' | '\\' => {
            pattern.push('\\');
            pattern.push(character);
        }
        '!' if pattern.is_empty() => pattern.push_str("\\!"),
        // Two backslashes and a pipe would be read as one and a column's end.
        '|' if pattern.ends_with('\\') => pattern.push_str("[|]"),
        other if other.is_control() => (0..other.len_utf8()).for_each(|_| pattern.push('?')),
        other => pattern.push(other),
    }
}

/// Returns a pattern that a code span carries whole: space at its ends would be trimmed.
pub fn sealed(pattern: String) -> String {
    let mut sealed = String::with_capacity(pattern.len());
    let (inner_start, inner_end) = (pattern.len() - pattern.trim_start().len(), pattern.trim_end().len());
    for (at, character) in pattern.char_indices() {
        if !character.is_whitespace() || (inner_start..inner_end).contains(&at) {
            sealed.push(character);
        } else if character.is_ascii() {
            sealed.push_str(&format!("[{character}]"));
        } else {
            (0..character.len_utf8()).for_each(|_| sealed.push('?'));
        }
    }
    sealed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ownership::{Owners, OwnershipMap};
    use crate::path::RepoPath;
    use crate::pattern::Pattern;
    use crate::quorum::Quorums;
    use crate::source::Source;

    /// Writes a table of one row and reads it back: patterns, excluded patterns, domains, reviewers, notes.
    fn round(
        patterns: &[String],
        excluded: &[String],
        words: &[String],
        note: &str,
    ) -> crate::ownership::Row {
        let mut table = Table::new(["Package", "Domain", "Reviewers", "From"]);
        table.push([
            Cell::patterns(strings(patterns), strings(excluded)),
            Cell::words(["one", "two"]),
            Cell::words(strings(words)),
            Cell::note(note),
        ]);
        let text = format!("# A map\n\nProse.\n\n{}\n", table.to_markdown());
        let source = Source::new("map.md", text.clone());
        let (mut map, faults) = OwnershipMap::parse(&RepoPath::from("map.md"), &source);
        assert!(faults.is_empty(), "{text}\n{faults:?}");
        assert_eq!(map.rows.len(), 1, "{text}");
        map.rows.remove(0)
    }

    fn strings(list: &[String]) -> impl Iterator<Item = &str> {
        list.iter().map(String::as_str)
    }

    fn texts(patterns: &[Pattern]) -> Vec<&str> {
        patterns.iter().map(Pattern::as_str).collect()
    }

    #[test]
    fn a_row_is_read_back_as_it_was_meant() {
        let patterns = [r"a/\[b\]/`c`", "x y/**", r"\!not", "`", "a|b", r"\{a,b\}", "-", r"\\[|]", "``a"];
        let patterns: Vec<String> = patterns.map(str::to_owned).to_vec();
        let words = ["@a/b_c", "x y", "a|b", "<b>", "n/a", "-", "*"].map(str::to_owned);
        let row = round(&patterns, &patterns, &words, "`a | b` <b> [x](y) *c* \u{1b} \\");
        assert_eq!(texts(&row.paths[0].patterns), patterns);
        assert_eq!(texts(&row.excluded), patterns);
        assert_eq!(row.reviewers, Quorums::any(words));
        assert!(matches!(row.owners, Owners::Listed(owners) if owners.len() == 2));
    }

    proptest! {
        #[test]
        fn a_literal_matches_its_path(components in prop::collection::vec("[a!\\[{}*?\\\\|` \u{e9}\t,#-]{1,5}", 1..4)) {
            let path = components.join("/");
            prop_assume!(path.split('/').all(|one| !matches!(one, "." | "..")));
            let pattern = literal(path.as_bytes());
            let row = round(std::slice::from_ref(&pattern), std::slice::from_ref(&pattern), &[], "");
            prop_assert_eq!(texts(&row.excluded), [pattern.as_str()]);
            prop_assert!(row.paths[0].patterns[0].matches(&RepoPath::from(path.as_str())), "{pattern} {path}");
        }
    }
}
