//! Makes a checked [`Row`] of each line of a map table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cell::{Content, Value, Values, means_none, values};
use super::columns::{Layout, Meaning};
use super::faults::{Faults, quote};
use super::quorums::quorums;
use super::row::{Cell, Column, MapKind, Owners, Row, RowPaths};
use super::table::{self, Document, Line, Table};
use super::words::{self, Faulty};
use crate::fault::Code;
use crate::path::RepoPath;
use crate::pattern::{Pattern, PatternError};
use crate::quorum::Quorums;
use crate::source::{Place, Source, Span};

/// Reads the lines of one table.
pub(super) struct Reader<'a, 'f> {
    /// The file of the table.
    pub(super) map: &'a RepoPath,
    /// Its text.
    pub(super) source: &'a Arc<Source>,
    /// Where the cells are.
    pub(super) document: &'a Document,
    /// What they mean.
    pub(super) layout: &'a Layout<'a>,
    /// What is wrong.
    pub(super) faults: &'a mut Faults<'f>,
}

/// What a line says beside what its [`Row`] holds.
struct Draft {
    row: Row,
    owned: bool,
    /// The first cell that may name files.
    files: Option<Span>,
    /// Says that some cell states that there are no files, or names files that could not be read.
    files_settled: bool,
}

impl Reader<'_, '_> {
    /// Reads every line; those whose domain is not known are left out. One whose files are not known can match nothing,
    /// and stays for what else it names.
    pub(super) fn rows(&mut self, table: &Table, rows: &mut Vec<Row>) {
        rows.reserve(table.rows.len());
        rows.extend(table.rows.iter().filter_map(|line| self.row(line)));
    }

    fn row(&mut self, line: &Line) -> Option<Row> {
        if !self.is_whole(line) {
            return None;
        }
        let mut draft = Draft::new(self, line);
        let document = self.document;
        for (cell, meaning) in document.cells(line).iter().zip(&self.layout.columns) {
            if !cell.absent {
                self.cell(cell, *meaning, &mut draft);
            }
        }
        self.check_files(&mut draft, line);
        draft.owned.then_some(draft.row)
    }

    /// Checks that the line has as many cells as the head, and says whether it is a line of the table at all.
    fn is_whole(&mut self, line: &Line) -> bool {
        let text = self.source.text();
        let shown = &text[line.span.clone()];
        let is_pipe = |at: usize| at == 0 || shown.as_bytes()[at - 1] != b'\\';
        if !shown.match_indices('|').any(|(at, _)| is_pipe(at)) {
            self.faults.add(
                Code::BrokenTable,
                line.span.clone(),
                format!("{} stands right below a table, so it counts as a row of it", quote(shown)),
                "a row without a single `|`",
                "put a blank line between the table and the text below it",
            );
            return false;
        }
        let cells = self.document.cells(line);
        let there = cells.iter().filter(|cell| !cell.absent).count();
        if there < cells.len() {
            self.faults.add(
                Code::CellCount,
                line.span.clone(),
                format!("the row {} has {there} of {} cells", quote(shown), cells.len()),
                "too few cells",
                "write every cell; one that is not known stays empty between its pipes",
            );
        } else if let Some(surplus) = self.document.surplus(text, line) {
            self.faults.add(
                Code::CellCount,
                surplus.clone(),
                format!("{} stands behind the last of {} columns", quote(&text[surplus]), cells.len()),
                "in no column",
                "remove it or add a column; a pipe inside a value is written `\\|`, in backticks too",
            );
        }
        true
    }

    fn cell(&mut self, cell: &table::Cell, meaning: Meaning<'_>, draft: &mut Draft) {
        let content = match meaning {
            Meaning::Faulty => return,
            Meaning::Note(header) => {
                let note = self.source.text()[cell.span.clone()].trim();
                if !note.is_empty() && !means_none(note) {
                    draft.note(header, note);
                }
                return;
            }
            Meaning::Package | Meaning::Paths(_) => Content::Patterns,
            Meaning::Names | Meaning::Consumes => Content::Names,
            Meaning::Reviewers => Content::Reviewers,
            Meaning::Domain
            | Meaning::Class
            | Meaning::Tags
            | Meaning::ReleaseClass
            | Meaning::Consumers
            | Meaning::ImportedBy => Content::Words,
        };
        let values = values(self.document, self.source.text(), cell, content, self.faults);
        match meaning {
            Meaning::Package => {
                self.check_named(&values, cell, draft);
                draft.files_settled |= values.list.is_empty();
                self.paths(values, cell, Column::Paths, draft);
            }
            Meaning::Paths(column) => self.paths(values, cell, column, draft),
            Meaning::Names => {
                self.check_named(&values, cell, draft);
                draft.row.names = values.list.into_iter().map(|value| value.text.into_owned()).collect();
            }
            Meaning::Domain => self.owners(values, cell, draft),
            Meaning::Reviewers => draft.row.reviewers = quorums(values, self.faults),
            Meaning::Tags => draft.row.tags = texts(values).collect(),
            Meaning::Class => draft.row.class = words::class(&values, self.faults),
            Meaning::ReleaseClass => draft.row.release_class = words::release_class(&values, self.faults),
            Meaning::Consumers => draft.row.consumers = words::domains(values, Faulty::Unknown, self.faults),
            Meaning::ImportedBy => {
                draft.row.imported_by = words::domains(values, Faulty::WhatIsSound, self.faults)
            }
            Meaning::Consumes => {
                let is_surface = draft.row.kind == MapKind::Surface;
                let faulty = if is_surface { Faulty::Unknown } else { Faulty::WhatIsSound };
                let mut names = BTreeMap::new();
                for value in values.list {
                    names.entry(value.text.into_owned()).or_insert(value.span);
                }
                draft.row.consumes = words::edges(names, values.none, values.faulty, faulty);
            }
            Meaning::Note(_) | Meaning::Faulty => {}
        }
    }

    fn check_named(&mut self, values: &Values<'_>, cell: &table::Cell, draft: &Draft) {
        if !values.list.is_empty() || values.faulty {
            return;
        }
        let row = quote(&self.source.text()[draft.row.place.span.clone()]);
        let message = if values.none {
            format!("the row {row} has {} in its first column", self.shown(cell))
        } else {
            format!("the row {row} has nothing in its first column")
        };
        let help = if draft.row.kind == MapKind::Package {
            "write the paths that the row owns"
        } else {
            "write the name"
        };
        self.faults.add(Code::NoName, cell.span.clone(), message, "names nothing", help);
    }

    fn shown(&self, cell: &table::Cell) -> String {
        quote(&self.source.text()[cell.span.clone()])
    }

    fn paths(&mut self, values: Values<'_>, cell: &table::Cell, column: Column, draft: &mut Draft) {
        draft.files.get_or_insert_with(|| cell.span.clone());
        draft.files_settled |= values.none || values.faulty;
        let is_package = self.layout.kind == MapKind::Package;
        let mut patterns = Vec::with_capacity(values.list.len());
        for value in values.list {
            let pattern = match Pattern::parse(&value.text) {
                Ok(pattern) => pattern,
                Err(error) => {
                    pattern_fault(&value, error, self.faults);
                    draft.files_settled = true;
                    continue;
                }
            };
            if value.excluded {
                draft.row.excluded.push(pattern);
                continue;
            }
            if is_package {
                draft.row.names.push(value.text.strip_suffix("/**").unwrap_or(&value.text).to_owned());
            }
            patterns.push(pattern);
        }
        if !patterns.is_empty() {
            draft.row.paths.push(RowPaths { column, patterns });
        }
    }

    /// Reports a row that can never match a file and does not say so.
    fn check_files(&mut self, draft: &mut Draft, line: &Line) {
        let Some(place) = draft.files.clone() else { return };
        if draft.files_settled || !draft.row.paths.is_empty() {
            return;
        }
        let shown = &self.source.text()[line.span.clone()];
        let (message, help) = if draft.row.excluded.is_empty() {
            ("names no files", "write the paths, or `-` where there are none")
        } else {
            ("only takes files out", "write the paths that the row has beside those that `!` takes out")
        };
        self.faults.add(
            Code::NoPaths,
            place,
            format!("the row {} {message}", quote(shown)),
            "can never match a file",
            help,
        );
    }

    fn owners(&mut self, values: Values<'_>, cell: &table::Cell, draft: &mut Draft) {
        if values.list.is_empty() && !values.faulty {
            let shown = quote(&self.source.text()[draft.row.place.span.clone()]);
            let message = if values.none {
                format!("the row {shown} has {} for its domain", self.shown(cell))
            } else {
                format!("the row {shown} has no domain")
            };
            self.faults.add(
                Code::NoDomain,
                cell.span.clone(),
                message,
                "owned by nobody",
                "write the id of the domain that owns it, or `*` where every domain does",
            );
            return;
        }
        let mut owners = BTreeSet::new();
        let mut every = false;
        for value in values.list {
            match words::domain(&value, self.faults) {
                Some(_) if value.text == "*" => every = true,
                Some(domain) => {
                    owners.insert(domain);
                }
                None => {}
            }
        }
        draft.owned = every || !owners.is_empty();
        draft.row.owners = if every { Owners::Every } else { Owners::Listed(owners) };
    }
}

impl Draft {
    fn new(reader: &Reader<'_, '_>, line: &Line) -> Self {
        let row = Row {
            kind: reader.layout.kind,
            names: Vec::new(),
            map: reader.map.clone(),
            place: Place::new(reader.source, line.span.clone()),
            owners: Owners::Listed(BTreeSet::new()),
            paths: Vec::new(),
            excluded: Vec::new(),
            consumers: Cell::Unknown,
            imported_by: Cell::Unknown,
            consumes: Cell::Unknown,
            reviewers: Quorums::default(),
            class: None,
            tags: BTreeSet::new(),
            release_class: None,
            notes: BTreeMap::new(),
        };
        Self { row, owned: false, files: None, files_settled: false }
    }

    /// Keeps a note; two columns of one name share it.
    fn note(&mut self, header: &str, note: &str) {
        self.row
            .notes
            .entry(header.to_owned())
            .and_modify(|before| {
                before.push_str(", ");
                before.push_str(note);
            })
            .or_insert_with(|| note.to_owned());
    }
}

/// Reports a pattern that does not compile, at the bytes that are wrong where escapes do not hide which they are.
fn pattern_fault(value: &Value<'_>, error: PatternError, faults: &mut Faults<'_>) {
    let exact = value.text.len() == value.span.len();
    let inside = value.text.get(error.span.clone()).is_some();
    let span = if exact && inside {
        value.span.start + error.span.start..value.span.start + error.span.end
    } else {
        value.span.clone()
    };
    let message = if error.message.contains(&*value.text) {
        error.message
    } else {
        format!("{}: {}", quote(&value.text), error.message)
    };
    faults.add(error.code, span, message, "wrong in this pattern", error.help);
}

fn texts(values: Values<'_>) -> impl Iterator<Item = String> {
    values.list.into_iter().map(|value| value.text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::table::Document;
    use super::*;

    /// Returns the bytes that a fault underlines when the bytes `wrong` of the first pattern do not compile.
    fn underlined(cell: &str, wrong: Span) -> String {
        let text = format!("| Package | Domain |\n|---|---|\n| {cell} | one |\n");
        let source = Source::new("map.md", text.clone());
        let mut faults = Faults::new(&source);
        let document = Document::read(&text);
        let cell = &document.cells(&document.tables[0].rows[0])[0];
        let values = values(&document, &text, cell, Content::Patterns, &mut faults);
        let error = PatternError {
            code: Code::PatternSyntax,
            span: wrong,
            message: "`[` is not closed".to_owned(),
            help: "write `]`".to_owned(),
        };
        pattern_fault(&values.list[0], error, &mut faults);
        let fault = faults.into_sorted().remove(0);
        assert!(fault.message.contains(&*values.list[0].text), "{fault:?}");
        fault.place.map(|place| text[place.span].to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_pattern_fault_underlines_the_wrong_bytes() {
        assert_eq!(underlined("`packages/[ab`", 9..12), "[ab");
        assert_eq!(underlined("é/[ab", 3..4), "[");
        assert_eq!(underlined("!`x[`", 1..2), "[");
        assert_eq!(underlined("`!x[`", 1..2), "[");
    }

    #[test]
    fn escapes_hide_which_bytes_are_wrong() {
        assert_eq!(underlined("`a\\|[b`", 2..3), "a\\|[b");
        assert_eq!(underlined("a\\_[b", 2..3), "a\\_[b");
        assert_eq!(underlined("é[", 1..2), "é[");
        assert_eq!(underlined("a[", 1..9), "a[");
    }
}
