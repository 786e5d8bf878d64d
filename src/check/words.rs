//! The words that the checks of rows share.

use crate::finding::{At, Finding, FindingCode};
use crate::ownership::{Owners, Row};
use crate::pattern::Pattern;
use crate::source::Place;

/// A list in a message names at most this many.
const NAMED: usize = 3;

/// Returns a finding at a place of a map, without words.
pub(super) fn finding(code: FindingCode, place: Place, subject: String) -> Finding {
    Finding {
        code,
        message: String::new(),
        at: At::Source(place),
        label: String::new(),
        subject,
        witness: None,
        help: String::new(),
    }
}

/// Returns where a pattern of a row stands; the whole row, where it is not written as it is read.
pub(super) fn pattern_place(row: &Row, pattern: &Pattern) -> Place {
    let text = &row.place.source.text()[row.place.span.clone()];
    let quoted = format!("`{}`", pattern.as_str());
    // A pattern may occur in a longer one, and after the `!` of an exclusion: only what stands alone is meant.
    let alone = |found: &(usize, &str)| {
        let before = text[..found.0].trim_end_matches(' ');
        let after = text[found.0 + found.1.len()..].trim_start_matches(' ');
        before.ends_with(['|', ',', '>']) && after.starts_with(['|', ',', '<'])
    };
    let mut found = text.match_indices(&quoted).filter(alone);
    let mut bare = text.match_indices(pattern.as_str()).filter(alone);
    match found.next().or_else(|| bare.next()) {
        Some((at, own)) => {
            let start = row.place.span.start + at;
            Place::new(&row.place.source, start..start + own.len())
        }
        None => row.place.clone(),
    }
}

/// Returns how a row is named in a sentence: its patterns, or its names.
pub(super) fn named(row: &Row) -> String {
    let patterns: Vec<String> =
        super::claims::patterns(row).map(|pattern| format!("`{}`", pattern.as_str())).collect();
    listed(&patterns)
}

/// Returns what a row is about in a fingerprint.
pub(super) fn subject(row: &Row) -> String {
    row.names.join(", ")
}

/// Returns where a row stands: `FILE:LINE`.
pub(super) fn stands(row: &Row) -> String {
    format!("{}:{}", row.map, row.line())
}

/// Returns the domains of a row as its cell has them.
pub(super) fn domains(row: &Row) -> String {
    match &row.owners {
        Owners::Every => "*".to_owned(),
        Owners::Listed(domains) => domains.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// Joins a list for a sentence, and counts what is left out.
pub(super) fn listed(values: &[String]) -> String {
    let named = values.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match values.len().saturating_sub(NAMED) {
        0 => match named.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        },
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Returns a number with its noun, which takes an `s` where there is not exactly one.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
