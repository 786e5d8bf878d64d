//! The document that `laneway graph --format json` prints.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::{self, Blank, Choice, EdgeKind, Ends, Focus, Party, View};
use crate::id::{ContractId, DomainId};
use crate::ownership::{Owners, RowClass};
use crate::render::wire_part::Ids;
use crate::render::wire_reason::{ClassV1, MapKindV1, ReleaseClassV1, lossy, not_utf8, words};

/// What the `schema` field of the document says.
pub const GRAPH_V1: &str = "laneway.graph/v1";

words! {
    /// Which edges are in the graph.
    ChoiceV1 of Choice { All, Consumes, Imports }
}
words! {
    /// What an edge says of its ends.
    EdgeKindV1 of EdgeKind { Produces, Consumes, Imports }
}
words! {
    /// A relation that a row could state, and leaves open.
    BlankV1 of Blank { Consumers, ImportedBy, Consumes, Contracts }
}

/// The producers and consumers of one policy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Graph", title = "Laneway graph, version 1")]
pub struct GraphV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = GRAPH_V1))]
    pub schema: &'static str,
    /// The commit whose policy it is; null for that of the working tree.
    pub commit: Option<&'a str>,
    /// The digest of the policy's files.
    pub policy: &'a str,
    /// Whether the policy has faults, so that something may be missing here.
    pub broken: bool,
    /// Which edges are in it; `produces` always are.
    pub shown: ChoiceV1,
    /// Around which domains it was cut out; null where it is whole.
    pub focus: Option<FocusV1<'a>>,
    /// The domains, by id.
    pub domains: Vec<DomainV1<'a>>,
    /// The contracts, by id.
    pub contracts: Vec<ContractV1<'a>>,
    /// The rows of the maps, by map and line. Other lists name them by their index in this one, counted from 0.
    pub rows: Vec<RowV1<'a>>,
    /// The edges that the maps state, each in the direction in which an impact travels, sorted by their ends and kind.
    pub edges: Vec<EdgeV1<'a>>,
    /// Domains that depend on one another in a circle.
    pub cycles: Vec<CycleV1<'a>>,
}

/// What a neighbourhood is cut out around.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Focus")]
pub struct FocusV1<'a> {
    /// The domains in its middle.
    pub domains: Ids<'a, DomainId>,
    /// How many steps it reaches, up and down.
    pub depth: usize,
    /// How many contracts outside of it leave their consumers open: these domains may be among them.
    pub open_elsewhere: usize,
}

/// A domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Domain")]
pub struct DomainV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: Option<&'a str>,
    /// The class of its files where a row states none; null where its lane does not say.
    pub kind: Option<ClassV1>,
    /// Whether it has a lane; without one, it routes as broad.
    pub lane: bool,
    /// Who looks at its files where a row names nobody.
    pub reviewers: BTreeSet<&'a str>,
    /// How many tracked files its rows own.
    pub files: usize,
    /// The rows that name it.
    pub rows: Vec<usize>,
}

/// What a domain offers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contract")]
pub struct ContractV1<'a> {
    /// Its id: `<kind>:<name>`.
    pub id: &'a str,
    /// What its rows map.
    pub kind: MapKindV1,
    /// Its name.
    pub name: &'a str,
    /// The rows that define it.
    pub rows: Vec<usize>,
    /// What a row of it leaves open. With `consumers`, any domain may consume it, beside those of its edges.
    pub unknown: Vec<BlankV1>,
}

/// A row of an ownership map.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Row")]
pub struct RowV1<'a> {
    /// The file of the map.
    pub map: Cow<'a, str>,
    /// The bytes of the map's path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_bytes: Option<String>,
    /// The line, counted from 1.
    pub line: u32,
    /// What its table maps.
    pub kind: MapKindV1,
    /// The values of its first column.
    pub names: &'a [String],
    /// Its domains; `*` is every one.
    pub domains: Vec<&'a str>,
    /// The class that it states: a change class or `exempt`.
    pub class: Option<&'static str>,
    /// Its tags.
    pub tags: Ids<'a, String>,
    /// Who looks at its files.
    pub reviewers: BTreeSet<&'a str>,
    /// What its files ship as.
    pub release_class: Option<ReleaseClassV1>,
    /// How many tracked files it owns or attaches its contract to.
    pub files: usize,
    /// What it leaves open.
    pub unknown: Vec<BlankV1>,
}

/// An edge.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Edge")]
pub struct EdgeV1<'a> {
    /// `produces`: `from` is a domain that offers the contract `to`. `consumes` and `imports`: `from` is a contract that
    /// the domain `to` calls or compiles in.
    pub kind: EdgeKindV1,
    /// The id of a domain or a contract; `*` is every domain.
    pub from: &'a str,
    /// The id of a domain or a contract; `*` is every domain.
    pub to: &'a str,
    /// The rows that state it.
    pub rows: Vec<usize>,
}

/// Domains that depend on one another in a circle.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cycle")]
pub struct CycleV1<'a> {
    /// `imports`: a change of one rebuilds all. `consumes`: they call one another.
    pub kind: EdgeKindV1,
    /// The domains.
    pub domains: Ids<'a, DomainId>,
    /// A shortest way from the first of them back to it, which is not repeated at the end.
    pub way: Vec<&'a str>,
    /// The rows that state the edges between them.
    pub rows: Vec<usize>,
}

impl<'a> GraphV1<'a> {
    /// Lays out a graph.
    pub fn new(view: &'a View<'_>, commit: Option<&'a str>) -> Self {
        let index: BTreeMap<usize, usize> =
            view.rows.keys().enumerate().map(|(at, row)| (*row, at)).collect();
        let rows = Rows(index);
        Self {
            schema: GRAPH_V1,
            commit,
            policy: &view.policy.digest,
            broken: view.policy.is_broken(),
            shown: view.choice.into(),
            focus: view.focus.as_ref().map(FocusV1::from),
            domains: view.domains.iter().map(|(id, domain)| rows.domain(id, domain)).collect(),
            contracts: view
                .contracts
                .iter()
                .map(|(id, contract)| rows.contract(view, id, contract))
                .collect(),
            rows: view.rows.iter().map(|(row, files)| RowV1::new(view, *row, *files)).collect(),
            edges: view.contracts.iter().flat_map(|(id, contract)| rows.edges(id, contract)).collect(),
            cycles: view.cycles.iter().map(|cycle| rows.cycle(cycle)).collect(),
        }
    }
}

/// Where each row of the policy stands in the document.
struct Rows(BTreeMap<usize, usize>);

impl Rows {
    /// Returns the places of rows; those of a cycle may lie outside of a neighbourhood, and then have none.
    fn at<'r>(&self, rows: impl IntoIterator<Item = &'r usize>) -> Vec<usize> {
        rows.into_iter().filter_map(|row| self.0.get(row).copied()).collect()
    }

    fn domain<'a>(&self, id: &'a DomainId, domain: &'a graph::Domain) -> DomainV1<'a> {
        DomainV1 {
            id: id.as_str(),
            title: domain.title.as_deref(),
            kind: domain.kind.map(ClassV1::from),
            lane: domain.has_lane,
            reviewers: domain.reviewers.names(),
            files: domain.files,
            rows: self.at(&domain.rows),
        }
    }

    fn contract<'a>(
        &self,
        view: &View<'_>,
        id: &'a ContractId,
        contract: &'a graph::Contract,
    ) -> ContractV1<'a> {
        ContractV1 {
            id: id.as_str(),
            kind: contract.kind.into(),
            name: &contract.name,
            rows: self.at(&contract.rows),
            unknown: contract.blanks(view.choice, view.policy).into_iter().map(BlankV1::from).collect(),
        }
    }

    fn edges<'a>(&self, id: &'a ContractId, contract: &'a graph::Contract) -> Vec<EdgeV1<'a>> {
        let mut edges = Vec::new();
        let mut add = |kind, ends: &'a Ends| {
            for (party, rows) in ends {
                let domain = match party {
                    Party::Every => "*",
                    Party::Domain(domain) => domain.as_str(),
                };
                let (from, to) =
                    if kind == EdgeKindV1::Produces { (domain, id.as_str()) } else { (id.as_str(), domain) };
                edges.push(EdgeV1 { kind, from, to, rows: self.at(rows) });
            }
        };
        add(EdgeKindV1::Produces, &contract.producers);
        add(EdgeKindV1::Consumes, &contract.consumers);
        add(EdgeKindV1::Imports, &contract.importers);
        edges
    }

    fn cycle<'a>(&self, cycle: &'a graph::Cycle) -> CycleV1<'a> {
        CycleV1 {
            kind: cycle.kind.into(),
            domains: Ids(&cycle.domains),
            way: cycle.way.iter().map(DomainId::as_str).collect(),
            rows: self.at(&cycle.rows),
        }
    }
}

impl<'a> RowV1<'a> {
    fn new(view: &'a View<'_>, index: usize, files: usize) -> Self {
        let row = view.row(index);
        Self {
            map: lossy(&row.map),
            map_bytes: not_utf8(&row.map),
            line: row.line(),
            kind: row.kind.into(),
            names: &row.names,
            domains: match &row.owners {
                Owners::Every => vec!["*"],
                Owners::Listed(domains) => domains.iter().map(DomainId::as_str).collect(),
            },
            class: row.class.map(|class| match class {
                RowClass::Class(class) => class.as_str(),
                RowClass::Exempt => "exempt",
            }),
            tags: Ids(&row.tags),
            reviewers: row.reviewers.names(),
            release_class: row.release_class.map(ReleaseClassV1::from),
            files,
            unknown: Blank::of(row).filter(|blank| view.choice.asks(*blank)).map(BlankV1::from).collect(),
        }
    }
}

impl<'a> From<&'a Focus> for FocusV1<'a> {
    fn from(focus: &'a Focus) -> Self {
        Self { domains: Ids(&focus.domains), depth: focus.depth, open_elsewhere: focus.open_elsewhere }
    }
}
