//! What the columns of a table mean.

use std::collections::BTreeSet;

use super::faults::{Faults, quote};
use super::row::{Column, MapKind};
use super::table::{Document, Table};
use crate::fault::Code;

/// The kind of a map table, and what each of its columns means.
pub(super) struct Layout<'t> {
    /// What the table maps.
    pub(super) kind: MapKind,
    /// From left to right, the first included.
    pub(super) columns: Vec<Meaning<'t>>,
    /// Says that there is a column that names files.
    pub(super) names_files: bool,
}

/// What a column means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning<'t> {
    /// The first column of a package table: patterns that are names too.
    Package,
    /// The first column of any other table.
    Names,
    /// `Domain`.
    Domain,
    /// `Reviewers`.
    Reviewers,
    /// `Class`.
    Class,
    /// `Tags`.
    Tags,
    /// `Release class`.
    ReleaseClass,
    /// Patterns.
    Paths(Column),
    /// `Consumers`.
    Consumers,
    /// `Imported by`.
    ImportedBy,
    /// `Consumes`, `Contracts`.
    Consumes,
    /// Anything else, by its header.
    Note(&'t str),
    /// A column with a fault of its own.
    Faulty,
}

impl<'t> Layout<'t> {
    /// Reads the head of a table; nothing, where the table is prose.
    pub(super) fn of(document: &Document, table: &'t Table, faults: &mut Faults<'_>) -> Option<Self> {
        let kind = kind_of(&normal(table.headers.first()?))?;
        let first = if kind == MapKind::Package { Meaning::Package } else { Meaning::Names };
        let mut columns = vec![first];
        let mut seen = BTreeSet::new();
        for (header, cell) in table.headers.iter().zip(document.cells(&table.head)).skip(1) {
            let meaning = match meaning_of(kind, &normal(header)) {
                Header::Means(meaning) if seen.insert(meaning) => meaning,
                Header::Means(_) | Header::First => {
                    faults.add(
                        Code::DuplicateColumn,
                        cell.span.clone(),
                        format!("the column {} says again what another column says", quote(header)),
                        "the second of two",
                        "keep one of the two columns, or rename one that is meant as a note",
                    );
                    Meaning::Faulty
                }
                Header::Elsewhere => {
                    faults.add(
                        Code::MisplacedColumn,
                        cell.span.clone(),
                        format!("the column {} means nothing in {} table", quote(header), a(kind)),
                        "no column of this kind of table",
                        format!(
                            "{} table has {}; rename a column that is meant as a note",
                            a(kind),
                            known_columns(kind)
                        ),
                    );
                    Meaning::Faulty
                }
                Header::Other => Meaning::Note(header),
            };
            columns.push(meaning);
        }
        let layout = Self { kind, names_files: columns.iter().any(|column| column.names_files()), columns };
        layout.check_required(table, faults);
        Some(layout)
    }

    fn check_required(&self, table: &Table, faults: &mut Faults<'_>) {
        let kind = self.kind;
        let first = table.headers.first().map_or("", String::as_str);
        if !self.columns.contains(&Meaning::Domain) {
            faults.add(
                Code::NoDomainColumn,
                table.head.span.clone(),
                format!("the {kind} table {} has no domain column", quote(first)),
                "no column `Domain`, `Owner`, `Owning domain` or `Producer`",
                "add a column `Domain` with the domain that owns each row",
            );
        }
        if !self.names_files {
            faults.add(
                Code::NoPaths,
                table.head.span.clone(),
                format!("the {kind} table {} has no column that names files", quote(first)),
                "no row of it can match a file",
                format!("add one of the columns {}", path_columns(kind)),
            );
        }
    }
}

impl Meaning<'_> {
    const fn names_files(self) -> bool {
        matches!(self, Self::Package | Self::Paths(_))
    }
}

/// What a header can be to a table whose kind is known.
pub(super) enum Header {
    Means(Meaning<'static>),
    /// Another name of the first column.
    First,
    /// Patterns or edges of another kind. Kept as a note, they would silently narrow a route.
    Elsewhere,
    Other,
}

/// Returns the kind of a table by its first header.
pub(super) fn kind_of(header: &str) -> Option<MapKind> {
    Some(match header {
        "package" | "path" | "paths" => MapKind::Package,
        "route" | "api route" => MapKind::Route,
        "table" | "schema" => MapKind::Schema,
        "event" => MapKind::Event,
        "binary" | "worker" => MapKind::Binary,
        "surface" | "page family" => MapKind::Surface,
        _ => return None,
    })
}

/// Says what a header means in a table of a kind.
pub(super) fn meaning_of(kind: MapKind, header: &str) -> Header {
    use MapKind::{Binary, Event, Package, Route, Schema, Surface};

    let meaning = match (header, kind) {
        ("domain" | "owner" | "owning domain" | "producer", _) => Meaning::Domain,
        ("reviewers" | "review owner", _) => Meaning::Reviewers,
        ("class", _) => Meaning::Class,
        ("tags", _) => Meaning::Tags,
        ("release class", _) => Meaning::ReleaseClass,
        ("path" | "paths", Binary | Surface) => Meaning::Paths(Column::Paths),
        ("package" | "path" | "paths", Package) => return Header::First,
        ("handler", Route) => Meaning::Paths(Column::Handler),
        ("contract", Route | Event) => Meaning::Paths(Column::Contract),
        ("migrations", Schema) => Meaning::Paths(Column::Migrations),
        ("seeds", Schema) => Meaning::Paths(Column::Seeds),
        ("code", Event) => Meaning::Paths(Column::Code),
        ("consumers", Package | Route | Schema | Event) => Meaning::Consumers,
        ("imported by", Package) => Meaning::ImportedBy,
        ("consumes", Binary) | ("contracts" | "routes", Surface) => Meaning::Consumes,
        (
            "package" | "path" | "paths" | "handler" | "contract" | "migrations" | "seeds" | "code"
            | "consumers" | "imported by" | "consumes" | "contracts" | "routes",
            _,
        ) => return Header::Elsewhere,
        _ => return Header::Other,
    };
    Header::Means(meaning)
}

/// Returns the kind with its article.
pub(super) const fn a(kind: MapKind) -> &'static str {
    match kind {
        MapKind::Package => "a package",
        MapKind::Route => "a route",
        MapKind::Schema => "a schema",
        MapKind::Event => "an event",
        MapKind::Binary => "a binary",
        MapKind::Surface => "a surface",
    }
}

const fn path_columns(kind: MapKind) -> &'static str {
    match kind {
        MapKind::Package => "`Package`",
        MapKind::Route => "`Handler`, `Contract`",
        MapKind::Schema => "`Migrations`, `Seeds`",
        MapKind::Event => "`Contract`, `Code`",
        MapKind::Binary | MapKind::Surface => "`Paths`",
    }
}

fn known_columns(kind: MapKind) -> String {
    let edges = match kind {
        MapKind::Package => "`Consumers` and `Imported by`",
        MapKind::Route | MapKind::Schema | MapKind::Event => "`Consumers`",
        MapKind::Binary => "`Consumes`",
        MapKind::Surface => "`Contracts` (or `Routes`)",
    };
    format!("{} for files and {edges} for relations", path_columns(kind))
}

/// Returns a header as it is compared: in lower case, with spaces for hyphens.
pub(super) fn normal(header: &str) -> String {
    header.to_lowercase().replace(['-', '_'], " ")
}
