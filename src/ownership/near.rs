//! Tables and columns that are nearly what a map reads: they count as prose and as notes, and say nothing to anyone.

use super::columns::{Header, Layout, Meaning, kind_of, meaning_of, normal};
use super::row::MapKind;
use super::table::{Document, Table};
use crate::source::Span;

/// What was nearly read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NearMissOf {
    /// The first header of a table, so that the whole table counts as prose.
    Table,
    /// The header of a column in a map of this kind, so that the column counts as a note.
    Column(MapKind),
    /// The head of a table inside an HTML block, where Markdown reads no tables.
    Html,
}

/// Something that is nearly part of a map.
#[derive(Clone, Debug)]
pub(super) struct Near {
    /// What was nearly read.
    pub(super) of: NearMissOf,
    /// What is written.
    pub(super) written: String,
    /// What would be read.
    pub(super) meant: &'static str,
    /// Where it stands.
    pub(super) span: Span,
}

/// The names of first columns, as they are shown.
const KINDS: [&str; 12] = [
    "Package",
    "Path",
    "Paths",
    "Route",
    "API route",
    "Table",
    "Schema",
    "Event",
    "Binary",
    "Worker",
    "Surface",
    "Page family",
];

/// The names of other columns, as they are shown.
const COLUMNS: [&str; 21] = [
    "Domain",
    "Owner",
    "Owning domain",
    "Producer",
    "Reviewers",
    "Review owner",
    "Class",
    "Tags",
    "Release class",
    "Path",
    "Paths",
    "Handler",
    "Contract",
    "Migrations",
    "Seeds",
    "Code",
    "Consumers",
    "Imported by",
    "Consumes",
    "Contracts",
    "Routes",
];

/// Words that are near to the name of a column and mean something else.
const OTHER_WORDS: [&str; 2] = ["contact", "contacts"];

/// Says which kind of map a table that counts as prose nearly is: its first header is almost the name of one, and a
/// second one means something in such a map.
pub(super) fn table(document: &Document, table: &Table) -> Option<Near> {
    let written = table.headers.first()?;
    let first = normal(written);
    let others = || table.headers.iter().skip(1).map(|header| normal(header));
    let domain = |header: &String| matches!(meaning_of(MapKind::Package, header), Header::Means(meaning) if meaning == Meaning::Domain);
    let of_kind = |kind: MapKind| {
        others().any(|header| match meaning_of(kind, &header) {
            Header::Means(meaning) => !matches!(
                meaning,
                Meaning::Domain | Meaning::Tags | Meaning::Class | Meaning::Reviewers | Meaning::ReleaseClass
            ),
            Header::First | Header::Elsewhere | Header::Other => false,
        })
    };
    let meant = KINDS.into_iter().find(|name| {
        let known = normal(name);
        let Some(kind) = kind_of(&known) else { return false };
        let contains = first.split(' ').any(|word| word == known) && of_kind(kind);
        contains && others().any(|header| domain(&header))
            || is_near(&first, &known) && (others().any(|header| domain(&header)) || of_kind(kind))
    })?;
    let span = document.cells(&table.head).first()?.span.clone();
    Some(Near { of: NearMissOf::Table, written: written.clone(), meant, span })
}

/// Returns the columns of a map that count as notes and are almost one that means something, unless another column
/// already says it.
pub(super) fn columns(document: &Document, table: &Table, layout: &Layout<'_>) -> Vec<Near> {
    let cells = document.cells(&table.head);
    let near = layout.columns.iter().zip(cells).filter_map(|(meaning, cell)| {
        let Meaning::Note(written) = meaning else { return None };
        let header = normal(written);
        let meant = COLUMNS.into_iter().find(|name| {
            let Header::Means(meaning) = meaning_of(layout.kind, &normal(name)) else { return false };
            !layout.columns.contains(&meaning) && is_near(&header, &normal(name))
        })?;
        let of = NearMissOf::Column(layout.kind);
        Some(Near { of, written: (*written).to_owned(), meant, span: cell.span.clone() })
    });
    near.collect()
}

/// Returns the map tables that stand inside of HTML blocks.
pub(super) fn hidden(document: &Document, text: &str) -> Vec<Near> {
    let near = document.hidden.iter().filter_map(|span| {
        let written = text[span.clone()].trim_start_matches('|').split('|').next()?.trim();
        let kind = normal(written);
        let meant = KINDS.into_iter().find(|name| normal(name) == kind)?;
        Some(Near { of: NearMissOf::Html, written: written.to_owned(), meant, span: span.clone() })
    });
    near.collect()
}

/// Says whether `written` is a plural, a singular or a misspelling of `known`; of a short word only the former.
fn is_near(written: &str, known: &str) -> bool {
    if written == known || OTHER_WORDS.contains(&written) {
        return false;
    }
    let most = match known.len() {
        0..=4 => 0,
        5..=6 => 1,
        _ => 2,
    };
    stem(written) == stem(known)
        || written.len().abs_diff(known.len()) <= most && strsim::osa_distance(written, known) <= most
}

fn stem(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word
            .strip_suffix("sses")
            .map_or_else(|| word.trim_end_matches('s').to_owned(), |stem| stem.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_and_misspellings_are_near_and_other_words_are_not() {
        for (written, known) in [
            ("routes", "route"),
            ("binaries", "binary"),
            ("packges", "package"),
            ("page families", "page family"),
            ("consumer", "consumers"),
            ("import by", "imported by"),
            ("classes", "class"),
            ("tag", "tags"),
        ] {
            assert!(is_near(written, known), "{written}");
        }
        for (written, known) in [
            ("part", "path"),
            ("page", "package"),
            ("contact", "contract"),
            ("mode", "code"),
            ("pattern", "path"),
        ] {
            assert!(!is_near(written, known), "{written}");
        }
    }
}
