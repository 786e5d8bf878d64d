//! The row of an ownership map, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::class::{ChangeClass, ChangeClasses};
use crate::id::{ContractId, DomainId};
use crate::path::RepoPath;
use crate::pattern::Pattern;
use crate::quorum::Quorums;
use crate::source::{Place, Span};

/// What a table maps; its first column's header says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapKind {
    /// `Package` (Path, Paths).
    Package,
    /// `Route` (API route).
    Route,
    /// `Table` (Schema).
    Schema,
    /// `Event`.
    Event,
    /// `Binary` (Worker).
    Binary,
    /// `Surface` (Page family).
    Surface,
}

impl MapKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Package, Self::Route, Self::Schema, Self::Event, Self::Binary, Self::Surface];

    /// Returns the word of routing rules, contract ids and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Route => "route",
            Self::Schema => "schema",
            Self::Event => "event",
            Self::Binary => "binary",
            Self::Surface => "surface",
        }
    }

    /// Says whether rows of this kind compete for files; the others attach their contract to every file they match.
    pub const fn owns(self) -> bool {
        matches!(self, Self::Package | Self::Binary | Self::Surface)
    }
}

impl fmt::Display for MapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// A column that holds patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The first column of a package row, `Paths` of a binary or surface row.
    Paths,
    /// `Handler` of a route row.
    Handler,
    /// `Contract` of a route or event row.
    Contract,
    /// `Migrations` of a schema row.
    Migrations,
    /// `Seeds` of a schema row.
    Seeds,
    /// `Code` of an event row.
    Code,
}

impl Column {
    /// Returns the class that the column gives to the files it names, where it gives one.
    pub const fn class(self) -> Option<ChangeClass> {
        match self {
            Self::Contract => Some(ChangeClass::Contract),
            Self::Migrations | Self::Seeds => Some(ChangeClass::Schema),
            Self::Paths | Self::Handler | Self::Code => None,
        }
    }
}

/// A set of [`Column`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Columns(u8);

impl Columns {
    const ALL: [Column; 6] =
        [Column::Paths, Column::Handler, Column::Contract, Column::Migrations, Column::Seeds, Column::Code];

    /// Returns the set with `column` in it.
    #[must_use]
    pub const fn with(self, column: Column) -> Self {
        Self(self.0 | 1 << column as u8)
    }

    /// Says whether `column` is in the set.
    pub const fn has(self, column: Column) -> bool {
        self.0 & (1 << column as u8) != 0
    }

    /// Returns the classes that the columns give.
    pub fn classes(self) -> ChangeClasses {
        Self::ALL.into_iter().filter(|column| self.has(*column)).filter_map(Column::class).collect()
    }
}

/// A cell of names, where empty is not the same as none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<T> {
    /// The cell is empty or its column absent: not known.
    Unknown,
    /// The cell says what there is; nothing, where it is `-`, `—` or `n/a`.
    Listed(T),
}

impl<T> Cell<T> {
    /// Returns what the cell lists, where it is known.
    pub const fn listed(&self) -> Option<&T> {
        match self {
            Self::Unknown => None,
            Self::Listed(value) => Some(value),
        }
    }
}

/// The domains of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owners {
    /// `*`: every domain that has a lane or a row in the policy.
    Every,
    /// These, jointly. Never empty.
    Listed(BTreeSet<DomainId>),
}

/// The class that a row states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowClass {
    /// A change class.
    Class(ChangeClass),
    /// Needs no gate of its own: a licence, an editor's settings.
    Exempt,
}

/// What a release of a row's files ships as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReleaseClass {
    /// `web`.
    Web,
    /// `api`.
    Api,
    /// `runtime`.
    Runtime,
    /// `node_agent`.
    NodeAgent,
    /// `config`.
    Config,
    /// `validation`.
    Validation,
}

impl ReleaseClass {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Web, Self::Api, Self::Runtime, Self::NodeAgent, Self::Config, Self::Validation];

    /// Returns the word of maps, lanes and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Runtime => "runtime",
            Self::NodeAgent => "node_agent",
            Self::Config => "config",
            Self::Validation => "validation",
        }
    }

    /// Reads the word of maps and lanes.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

/// The patterns of one column of a row.
#[derive(Clone, Debug)]
pub struct RowPaths {
    /// The column.
    pub column: Column,
    /// Its patterns; the `!` ones stand in [`Row::excluded`].
    pub patterns: Vec<Pattern>,
}

/// One line of a table: what is owned, by which domain, consumed by whom.
#[derive(Clone, Debug)]
pub struct Row {
    /// What the table maps.
    pub kind: MapKind,
    /// The values of the first column. A package row's are its patterns as written, without a `/**` at the end.
    pub names: Vec<String>,
    /// The file of the table.
    pub map: RepoPath,
    /// The whole row in its source; its line is the row's line.
    pub place: Place,
    /// `Domain`.
    pub owners: Owners,
    /// Where the row's files are.
    pub paths: Vec<RowPaths>,
    /// What `!pattern` takes out, of every column.
    pub excluded: Vec<Pattern>,
    /// `Consumers` of package, route, schema and event rows: service edges. Each name with its bytes in the source.
    pub consumers: Cell<BTreeMap<DomainId, Span>>,
    /// `Imported by` of package rows: compile-time edges.
    pub imported_by: Cell<BTreeMap<DomainId, Span>>,
    /// `Consumes` of binary rows, `Contracts` of surface rows: names of route, event and schema rows.
    pub consumes: Cell<BTreeMap<String, Span>>,
    /// `Reviewers`.
    pub reviewers: Quorums,
    /// `Class`.
    pub class: Option<RowClass>,
    /// `Tags`.
    pub tags: BTreeSet<String>,
    /// `Release class`.
    pub release_class: Option<ReleaseClass>,
    /// Every other column that has a value, by its header.
    pub notes: BTreeMap<String, String>,
}

impl Row {
    /// Returns the line of the row in its map, counted from 1.
    pub fn line(&self) -> u32 {
        self.place.line()
    }

    /// Returns the ids of what the row offers: `<kind>:<name>`, one for each name.
    pub fn contracts(&self) -> impl Iterator<Item = ContractId> {
        self.names.iter().map(|name| ContractId::new(format!("{}:{name}", self.kind)))
    }

    /// Returns what the row says, without the place where it says so: two rows with one meaning are the same row.
    pub fn meaning(&self) -> String {
        let patterns: Vec<(Column, Vec<&str>)> = self
            .paths
            .iter()
            .map(|paths| (paths.column, paths.patterns.iter().map(Pattern::as_str).collect()))
            .collect();
        let excluded: Vec<&str> = self.excluded.iter().map(Pattern::as_str).collect();
        let names =
            |cell: &Cell<BTreeMap<DomainId, Span>>| cell.listed().map(|map| map.keys().cloned().collect());
        let edges: [Option<Vec<DomainId>>; 2] = [names(&self.consumers), names(&self.imported_by)];
        let consumes: Option<Vec<&String>> = self.consumes.listed().map(|map| map.keys().collect());
        format!(
            "{:?}",
            (
                (self.kind, &self.names, &self.owners, patterns, excluded),
                (edges, consumes, &self.reviewers, self.class, &self.tags),
                (self.release_class, &self.notes),
            )
        )
    }

    /// Says whether the row is `exempt`.
    pub fn is_exempt(&self) -> bool {
        self.class == Some(RowClass::Exempt)
    }
}
