//! The map of one Markdown file.

use std::sync::Arc;

use super::Row;
use super::columns::Layout;
use super::faults::{Faults, quote};
use super::near::{self, NearMissOf};
use super::read::Reader;
use super::table::Document;
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Place, Source};

/// The rows of one Markdown file.
#[derive(Clone, Debug, Default)]
pub struct OwnershipMap {
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// What is nearly part of the map, and counts for nothing.
    pub near_misses: Vec<NearMiss>,
}

/// A table or a column that is nearly one that a map reads.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// What was nearly read.
    pub of: NearMissOf,
    /// What is written.
    pub written: String,
    /// What would be read.
    pub meant: &'static str,
    /// Where it stands.
    pub place: Place,
}

impl OwnershipMap {
    /// Reads the map tables of `source`, the text of the file at `path`. With faults, the rows that are sound stand.
    ///
    /// A row with a fault stands too, with what could be read of it, as long as its domain could be. Whether the
    /// domains and contracts that a row names exist is for whoever has all maps.
    pub fn parse(path: &RepoPath, source: &Arc<Source>) -> (Self, Vec<Fault>) {
        let document = Document::read(source.text());
        let mut faults = Faults::new(source);
        let mut rows = Vec::new();
        let mut near = near::hidden(&document, source.text());
        let mut has_map = false;
        for table in &document.tables {
            let Some(layout) = Layout::of(&document, table, &mut faults) else {
                near.extend(near::table(&document, table));
                continue;
            };
            near.extend(near::columns(&document, table, &layout));
            has_map = true;
            let mut reader =
                Reader { map: path, source, document: &document, layout: &layout, faults: &mut faults };
            reader.rows(table, &mut rows);
        }
        for line in &document.stray {
            faults.add(
                Code::BrokenTable,
                line.clone(),
                format!("{} looks like a line of a table and is in none", quote(&source.text()[line.clone()])),
                "read as text",
                "a table is a head, a line such as `|---|---|` with as many columns, and rows, with no blank line between",
            );
        }
        if !has_map && document.stray.is_empty() && path.as_bytes().ends_with(b"-ownership.md") {
            let first = source.text().lines().next().map_or(0, str::len);
            faults.add(
                Code::NoTable,
                0..first,
                format!("{} has no table that maps anything", quote(&path.to_string())),
                "no map table in this file",
                "add a table whose first column is `Package`, `Route`, `Table`, `Event`, `Binary` or `Surface`",
            );
        }
        let near_misses = near.into_iter().map(|near| NearMiss {
            of: near.of,
            written: near.written,
            meant: near.meant,
            place: Place::new(source, near.span),
        });
        (Self { rows, near_misses: near_misses.collect() }, faults.into_sorted())
    }
}
