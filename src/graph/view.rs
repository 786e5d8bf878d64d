//! The graph of one policy, to be looked at: domains, contracts, and who produces, consumes and imports what.
//!
//! Every edge carries the rows that state it. `*` stays one end instead of as many as there are domains, so that the
//! graph is no larger than the maps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rayon::prelude::*;

use super::around::{Choice, Focus};
use super::cycles::{self, Cycle};
use crate::attribute::{Room, attribute_path};
use crate::class::ChangeClass;
use crate::id::{ContractId, DomainId};
use crate::ownership::{Cell, MapKind, Owners, Row};
use crate::path::RepoPath;
use crate::policy::{Policy, contracts_named};
use crate::quorum::Quorums;
use crate::source::Span;

/// What an edge says of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// A domain offers a contract.
    Produces,
    /// A domain calls a contract.
    Consumes,
    /// A domain compiles a package in.
    Imports,
}

impl EdgeKind {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Produces => "produces",
            Self::Consumes => "consumes",
            Self::Imports => "imports",
        }
    }
}

/// A domain at an end of an edge, or all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// `*`.
    Every,
    /// The one.
    Domain(DomainId),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => f.write_str("*"),
            Self::Domain(domain) => domain.fmt(f),
        }
    }
}

/// The ends of a contract's edges of one kind, each with the rows that state it, as indices into [`Policy::rows`].
pub type Ends = BTreeMap<Party, BTreeSet<usize>>;

/// A relation that a row could state, and leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blank {
    /// `Consumers`: any domain may consume the row.
    Consumers,
    /// `Imported by` of a package row.
    ImportedBy,
    /// `Consumes` of a binary row.
    Consumes,
    /// `Contracts` of a surface row: it may show any contract.
    Contracts,
}

impl Blank {
    /// Returns the relations that `row` leaves open. An exempt row that owns starts no edge, so it owes none.
    pub fn of(row: &Row) -> impl Iterator<Item = Self> {
        let open = |blank, is_open: bool| (is_open && starts_edges(row)).then_some(blank);
        let offers = !matches!(row.kind, MapKind::Binary | MapKind::Surface);
        let consumes = row.consumes == Cell::Unknown;
        [
            open(Self::Consumers, offers && row.consumers == Cell::Unknown),
            open(Self::ImportedBy, row.kind == MapKind::Package && row.imported_by == Cell::Unknown),
            open(Self::Consumes, row.kind == MapKind::Binary && consumes),
            open(Self::Contracts, row.kind == MapKind::Surface && consumes),
        ]
        .into_iter()
        .flatten()
    }
}

/// A domain of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// What people call it.
    pub title: Option<String>,
    /// The class of its files where a row states none.
    pub kind: Option<ChangeClass>,
    /// Whether it has a lane; without one, it routes as broad.
    pub has_lane: bool,
    /// Who looks at its files where a row names nobody.
    pub reviewers: Quorums,
    /// The rows that name it; those of every domain are not among them.
    pub rows: BTreeSet<usize>,
    /// How many tracked files those rows own.
    pub files: usize,
}

/// What a domain offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// What its rows map.
    pub kind: MapKind,
    /// Its name, without the kind.
    pub name: String,
    /// The rows that define it.
    pub rows: BTreeSet<usize>,
    /// Who offers it.
    pub producers: Ends,
    /// Who calls it, by its own rows or by those of the binaries and surfaces that name it.
    pub consumers: Ends,
    /// Who compiles it in.
    pub importers: Ends,
}

/// A step of an impact from domain to domain, and the row that states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Whose change it is.
    pub from: Party,
    /// Whom it reaches.
    pub to: Party,
    /// The row.
    pub row: usize,
}

/// The graph of one policy.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Which edges are in it.
    pub choice: Choice,
    /// Around which domains it was cut out; nothing where it is whole.
    pub focus: Option<Focus>,
    /// Every domain.
    pub domains: BTreeMap<DomainId, Domain>,
    /// Every contract.
    pub contracts: BTreeMap<ContractId, Contract>,
    /// The rows that are in it, each with the number of tracked files that it owns or attaches to.
    pub rows: BTreeMap<usize, usize>,
    /// Who depends on whom in a circle.
    pub cycles: Vec<Cycle>,
    /// The steps from whoever is compiled in to who compiles it in, of the whole graph: a change goes on along them to
    /// the end, however small the neighbourhood.
    pub imports: BTreeSet<Step>,
}

impl<'a> View<'a> {
    /// Lays out the graph of `policy`, whose rows own the files of `tree`. Of a broken policy, it is what is sound.
    pub fn new(policy: &'a Policy, tree: &[RepoPath], choice: Choice) -> Self {
        let (rows, files) = counted(policy, tree);
        let domains = policy.domains.iter().map(|id| (id.clone(), domain(policy, id, &files))).collect();
        let mut view = Self {
            policy,
            choice,
            focus: None,
            domains,
            contracts: BTreeMap::new(),
            rows: rows.into_iter().enumerate().collect(),
            cycles: Vec::new(),
            imports: BTreeSet::new(),
        };
        for (index, row) in policy.rows.iter().enumerate() {
            if let Owners::Listed(domains) = &row.owners {
                for domain in domains {
                    if let Some(domain) = view.domains.get_mut(domain) {
                        domain.rows.insert(index);
                    }
                }
            }
            view.offer(index, row);
        }
        for (index, row) in policy.rows.iter().enumerate() {
            view.call(index, row);
        }
        view.contracts.retain(|_, contract| contract.is_in(choice, policy));
        view.imports = view.steps(EdgeKind::Imports);
        view.cycles = cycles::find(&view);
        view
    }

    /// Adds what a row offers, and to whom.
    fn offer(&mut self, index: usize, row: &Row) {
        if !starts_edges(row) {
            return;
        }
        let producers = parties(row);
        let consumers = if self.choice.consumes() { self.named(&row.consumers) } else { Vec::new() };
        let importers = if self.choice.imports() { self.named(&row.imported_by) } else { Vec::new() };
        for (id, name) in row.contracts().zip(&row.names) {
            let contract = self.contracts.entry(id).or_insert_with(|| Contract::new(row.kind, name));
            contract.rows.insert(index);
            for (ends, parties) in [
                (&mut contract.producers, &producers),
                (&mut contract.consumers, &consumers),
                (&mut contract.importers, &importers),
            ] {
                for party in parties {
                    ends.entry(party.clone()).or_default().insert(index);
                }
            }
        }
    }

    /// Adds what the binaries and surfaces of a row call.
    fn call(&mut self, index: usize, row: &Row) {
        let (true, Some(names)) = (self.choice.consumes(), row.consumes.listed()) else { return };
        for id in names.keys().flat_map(|name| contracts_named(name)) {
            let Some(contract) = self.contracts.get_mut(&id) else { continue };
            for party in parties(row) {
                contract.consumers.entry(party).or_default().insert(index);
            }
        }
    }

    /// Returns the domains of a cell. A name that is no domain's is a fault of the policy, and in no graph.
    fn named(&self, cell: &Cell<BTreeMap<DomainId, Span>>) -> Vec<Party> {
        let listed = cell.listed().into_iter().flat_map(BTreeMap::keys);
        let party = |id: &DomainId| match id.as_str() {
            "*" => Some(Party::Every),
            _ => self.domains.contains_key(id).then(|| Party::Domain(id.clone())),
        };
        listed.filter_map(party).collect()
    }

    /// Returns the row at an index.
    pub fn row(&self, index: usize) -> &'a Row {
        &self.policy.rows[index]
    }

    /// Returns the steps of one kind from domain to domain, sorted.
    pub fn steps(&self, kind: EdgeKind) -> BTreeSet<Step> {
        let mut steps = BTreeSet::new();
        for contract in self.contracts.values() {
            let ends = match kind {
                EdgeKind::Produces => continue,
                EdgeKind::Consumes => &contract.consumers,
                EdgeKind::Imports => &contract.importers,
            };
            for (to, rows) in ends {
                for row in rows {
                    let step = |from| Step { from, to: to.clone(), row: *row };
                    steps.extend(self.sources(contract, *row).into_iter().map(step));
                }
            }
        }
        steps
    }

    /// Returns whose change travels along an edge that `row` states: the row's own domains, or, where the row is that
    /// of a caller, whoever offers the contract.
    pub fn sources(&self, contract: &Contract, row: usize) -> Vec<Party> {
        match contract.rows.contains(&row) {
            true => parties(self.row(row)),
            false => contract.producers.keys().cloned().collect(),
        }
    }

    /// Returns the domains that `ways` lead to from `start`, each with the number of steps, which is at most `depth`.
    pub fn reached<'s>(
        &self,
        start: impl IntoIterator<Item = &'s DomainId>,
        ways: &Ways<'_>,
        depth: usize,
    ) -> BTreeMap<DomainId, usize> {
        let mut reached: BTreeMap<DomainId, usize> = start.into_iter().map(|id| (id.clone(), 0)).collect();
        let mut border: BTreeSet<DomainId> = reached.keys().cloned().collect();
        for distance in 1..=depth {
            let mut found = BTreeSet::new();
            for from in &border {
                ways.from(from, &self.policy.domains, &mut found);
            }
            border = found.into_iter().filter(|id| !reached.contains_key(*id)).cloned().collect();
            if border.is_empty() {
                break;
            }
            reached.extend(border.iter().map(|id| (id.clone(), distance)));
        }
        reached
    }
}

/// Where steps lead, to be followed from domain to domain.
#[derive(Clone, Debug, Default)]
pub struct Ways<'s>(BTreeMap<&'s Party, BTreeSet<&'s Party>>);

impl<'s> Ways<'s> {
    /// Takes the steps as an impact travels.
    pub fn down(steps: &'s BTreeSet<Step>) -> Self {
        Self::new(steps.iter().map(|step| (&step.from, &step.to)))
    }

    /// Takes the steps backwards.
    pub fn up(steps: &'s BTreeSet<Step>) -> Self {
        Self::new(steps.iter().map(|step| (&step.to, &step.from)))
    }

    fn new(steps: impl Iterator<Item = (&'s Party, &'s Party)>) -> Self {
        let mut ways = Self::default();
        for (from, to) in steps {
            ways.0.entry(from).or_default().insert(to);
        }
        ways
    }

    /// Adds those of `domains` that are one step from `from`.
    pub(super) fn from<'d>(
        &self,
        from: &DomainId,
        domains: &'d BTreeSet<DomainId>,
        found: &mut BTreeSet<&'d DomainId>,
    ) {
        let own = Party::Domain(from.clone());
        for end in [&own, &Party::Every].into_iter().filter_map(|party| self.0.get(party)).flatten() {
            match end {
                Party::Every => found.extend(domains),
                Party::Domain(id) => found.extend(domains.get(id)),
            }
        }
    }
}

impl Contract {
    fn new(kind: MapKind, name: &str) -> Self {
        let ends = Ends::new;
        let (producers, consumers, importers) = (ends(), ends(), ends());
        Self { kind, name: name.to_owned(), rows: BTreeSet::new(), producers, consumers, importers }
    }

    /// Returns the relations that a row of it leaves open, as far as the graph has edges of their kind.
    pub fn blanks(&self, choice: Choice, policy: &Policy) -> BTreeSet<Blank> {
        let blanks = self.rows.iter().flat_map(|row| Blank::of(&policy.rows[*row]));
        blanks.filter(|blank| choice.asks(*blank)).collect()
    }

    /// Says whether the contract has a place in a graph of these edges: one of imports is about what is imported.
    fn is_in(&self, choice: Choice, policy: &Policy) -> bool {
        let is_imported = || !self.importers.is_empty() || !self.blanks(choice, policy).is_empty();
        choice.consumes() || is_imported()
    }
}

/// Says whether edges start at the row.
fn starts_edges(row: &Row) -> bool {
    !row.is_exempt() || !row.kind.owns()
}

/// Returns the domains of a row.
pub fn parties(row: &Row) -> Vec<Party> {
    match &row.owners {
        Owners::Every => vec![Party::Every],
        Owners::Listed(domains) => domains.iter().cloned().map(Party::Domain).collect(),
    }
}

fn domain(policy: &Policy, id: &DomainId, files: &BTreeMap<&DomainId, usize>) -> Domain {
    let lane = policy.lanes.lanes.get(id);
    Domain {
        title: lane.and_then(|lane| lane.title.clone()),
        kind: lane.and_then(|lane| lane.kind),
        has_lane: lane.is_some(),
        reviewers: lane.map(|lane| lane.reviewers.clone()).unwrap_or_default(),
        rows: BTreeSet::new(),
        files: files.get(id).copied().unwrap_or(0),
    }
}

/// Counts the files of each row, and of each domain that a row names.
fn counted<'a>(policy: &'a Policy, tree: &[RepoPath]) -> (Vec<usize>, BTreeMap<&'a DomainId, usize>) {
    let attributed: Vec<_> = tree
        .par_iter()
        .with_min_len(512)
        .map_init(Room::default, |room, path| attribute_path(policy, path, room))
        .collect();
    let mut rows = vec![0; policy.rows.len()];
    let mut domains: BTreeMap<&DomainId, usize> = BTreeMap::new();
    for (owners, attached) in &attributed {
        for hit in owners.iter().chain(attached.iter().filter(|hit| !owners.contains(hit))) {
            rows[hit.row] += 1;
        }
        let named = owners.iter().filter_map(|hit| match &policy.rows[hit.row].owners {
            Owners::Every => None,
            Owners::Listed(domains) => Some(domains),
        });
        for domain in named.flatten().collect::<BTreeSet<_>>() {
            *domains.entry(domain).or_default() += 1;
        }
    }
    (rows, domains)
}
