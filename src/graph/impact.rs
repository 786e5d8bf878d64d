//! Producers and consumers: which domains a change reaches, and how.
//!
//! Nodes are domains. A compile-time edge (`Imported by`) carries an impact on and on, because the importer's binary
//! changes; a service edge (`Consumers`, `Consumes`, `Contracts`) carries it one step, to who calls the contract.
//! Edges start at a row: only a change to that row's files travels along them. Cycles are legal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef as _, VisitMap as _, Visitable as _};

use crate::attribute::{Attributed, RowRef, Touch, Witness, row_ref};
use crate::class::{ChangeClass, ChangeClasses};
use crate::classify::{FileFacts, owner_gives};
use crate::id::{ContractId, DomainId};
use crate::ownership::{Cell, Column, MapKind, Row};
use crate::policy::{Policies, contracts_named};

/// How a change reaches a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// One of its files, or of its contracts' files, changed.
    Changed,
    /// What it compiles in changed.
    Rebuilt,
    /// A contract that it calls changed.
    Consumer,
}

impl Impact {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Rebuilt => "rebuilt",
            Self::Consumer => "consumer",
        }
    }
}

/// Whether the maps say who compiles a domain in, or what its binaries call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKnowledge {
    /// Every row that could say so does.
    Declared,
    /// A cell is blank, or there is no row that could say so.
    Unknown,
}

/// A domain that the change reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainImpact {
    /// How.
    pub impact: BTreeSet<Impact>,
    /// Whether `Imported by` is stated in every package row of the domain.
    pub import_edges: EdgeKnowledge,
    /// Whether `Consumes` is stated in every binary row of the domain; nothing where it has no binary row.
    pub consumes: Option<EdgeKnowledge>,
    /// Why.
    pub because: BTreeSet<DomainReason>,
}

/// Why a domain is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DomainReason {
    /// It owns files that changed.
    Owns {
        /// The row that owns them.
        row: RowRef,
        /// The files.
        files: Witness,
    },
    /// A contract of its changed.
    Offers {
        /// The contract.
        contract: ContractId,
        /// The row that attaches it.
        row: RowRef,
        /// The files.
        files: Witness,
    },
    /// It compiles in a package whose files changed, or whose domain was rebuilt.
    Imports {
        /// The package's domain.
        imported: DomainId,
        /// The package's row.
        row: RowRef,
    },
    /// It calls a contract that changed.
    Consumes {
        /// The contract.
        contract: ContractId,
        /// The row that changed.
        row: RowRef,
        /// The files.
        files: Witness,
    },
}

/// A row by policy and index.
pub type RowAt = (usize, usize);

/// The producers and consumers of every policy of a change, united.
pub struct Graph<'a> {
    policies: &'a Policies,
    /// From a domain to who compiles it in; the edge is the package's row.
    imports: DiGraph<DomainId, RowAt>,
    /// Looked up, never iterated.
    node: HashMap<&'a DomainId, NodeIndex>,
    /// The binary and surface rows that name a contract.
    callers: BTreeMap<ContractId, Vec<RowAt>>,
    /// The surface rows that may show any contract.
    open_surfaces: Vec<RowAt>,
}

/// Files that are alike in all that the rules ask about: what a rule selects for one, it selects for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Their classes.
    pub classes: ChangeClasses,
    /// Whether they impact production.
    pub production: bool,
    /// The class that every row that owns them states.
    pub stated: Option<ChangeClass>,
}

/// The files of one [`Kind`] and the domains that they reach.
#[derive(Clone, Debug)]
pub struct Reach {
    /// What the files have in common.
    pub kind: Kind,
    /// The files.
    pub touch: Touch,
    /// The domains whose files or contracts' files they are.
    pub changed: BTreeMap<DomainId, Touch>,
    /// The domains that compile them in.
    pub rebuilt: BTreeMap<DomainId, Touch>,
}

impl Reach {
    /// Returns every domain that the files affect: changed or rebuilt.
    pub fn affected(&self) -> BTreeMap<&DomainId, Touch> {
        let mut affected: BTreeMap<&DomainId, Touch> =
            self.rebuilt.iter().map(|(id, touch)| (id, *touch)).collect();
        affected.extend(self.changed.iter().map(|(id, touch)| (id, *touch)));
        affected
    }
}

/// A contract that changed, and who calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The row that changed.
    pub row: RowAt,
    /// The contract.
    pub contract: ContractId,
    /// Who calls it; nothing where the row leaves it unknown, so that anyone may.
    pub consumer: Option<DomainId>,
    /// The files.
    pub touch: Touch,
}

/// Who, of the domains asked about, consumes a service.
#[derive(Clone, Debug, Default)]
pub struct Service<'d> {
    /// A row leaves open who does: every one of them may.
    pub anyone: bool,
    /// These do, by name.
    pub consumers: BTreeSet<&'d DomainId>,
}

/// The domains that a change reaches.
#[derive(Clone, Debug, Default)]
pub struct Impacts {
    /// By kind of file.
    pub reaches: Vec<Reach>,
    /// Each step from a contract to a consumer.
    pub calls: Vec<Call>,
    /// Each row through which the change reaches its domains, with its files.
    pub rows: BTreeMap<RowAt, Touch>,
    /// Each contract that changed, with the rows that offer it.
    pub contracts: BTreeMap<ContractId, BTreeMap<RowAt, Touch>>,
    /// The rows whose `Contract` column names a file that changed.
    pub contract_rows: BTreeSet<RowAt>,
    /// The import rows along which an impact travels from a file.
    seeds: BTreeMap<RowAt, Touch>,
}

impl<'a> Graph<'a> {
    /// Unites the edges of every policy.
    pub fn new(policies: &'a Policies) -> Self {
        let mut imports = DiGraph::new();
        let mut node = HashMap::new();
        for (_, policy) in &policies.each {
            // Only a broken policy names domains that it does not have.
            let rows = if policy.is_broken() { &policy.rows[..] } else { &[] };
            let edges = rows.iter().flat_map(|row| [&row.consumers, &row.imported_by]);
            let named =
                edges.filter_map(Cell::listed).flat_map(BTreeMap::keys).filter(|id| id.as_str() != "*");
            for domain in policy.domains.iter().chain(named) {
                node.entry(domain).or_insert_with(|| imports.add_node(domain.clone()));
            }
        }
        let mut graph = Self { policies, imports, node, callers: BTreeMap::new(), open_surfaces: Vec::new() };
        for (at, row) in graph.rows().collect::<Vec<_>>() {
            graph.add(at, row);
        }
        graph
    }

    fn rows(&self) -> impl Iterator<Item = (RowAt, &'a Row)> + use<'a> {
        let policies = self.policies.each.iter().enumerate();
        policies.flat_map(|(policy, (_, own))| {
            own.rows.iter().enumerate().map(move |(row, own)| ((policy, row), own))
        })
    }

    fn add(&mut self, at: RowAt, row: &'a Row) {
        // An edge does not start at an exempt row; it may end there.
        if !row.is_exempt() && row.imported_by.listed().is_some_and(|importers| !importers.is_empty()) {
            for imported in self.owners(at) {
                for importer in self.listed(at.0, &row.imported_by) {
                    self.imports.add_edge(self.node[imported], self.node[importer], at);
                }
            }
        }
        match (&row.consumes, row.kind) {
            (Cell::Listed(names), _) => {
                for contract in names.keys().flat_map(|name| contracts_named(name)) {
                    self.callers.entry(contract).or_default().push(at);
                }
            }
            (Cell::Unknown, MapKind::Surface) => self.open_surfaces.push(at),
            (Cell::Unknown, _) => {}
        }
    }

    /// Returns the policies whose edges these are.
    pub const fn policies(&self) -> &'a Policies {
        self.policies
    }

    /// Returns the row at a place.
    pub fn row(&self, at: RowAt) -> &'a Row {
        &self.policies.each[at.0].1.rows[at.1]
    }

    /// Returns the domains of a row, `*` spelled out.
    pub fn owners(&self, at: RowAt) -> &'a BTreeSet<DomainId> {
        self.policies.each[at.0].1.owners(self.row(at))
    }

    /// Returns the domains of an edge cell, `*` spelled out; none where the cell is unknown.
    fn listed(
        &self,
        policy: usize,
        cell: &'a Cell<BTreeMap<DomainId, crate::source::Span>>,
    ) -> Vec<&'a DomainId> {
        let Some(listed) = cell.listed() else { return Vec::new() };
        if listed.keys().any(|domain| domain.as_str() == "*") {
            self.policies.each[policy].1.domains.iter().collect()
        } else {
            listed.keys().collect()
        }
    }

    /// Says how far the files of a change reach.
    pub fn impacts(&self, attributed: &Attributed, facts: &[FileFacts], prose_only: bool) -> Impacts {
        let mut impacts = Impacts::default();
        let mut kinds: BTreeMap<Kind, (Reach, BTreeMap<RowAt, Touch>)> = BTreeMap::new();
        let mut starts: BTreeMap<RowAt, Touch> = BTreeMap::new();
        for ((group, touch), facts) in attributed.groups.iter().zip(facts) {
            if facts.exempt {
                continue;
            }
            let kind = Kind { classes: facts.classes, production: facts.production, stated: facts.stated };
            let (reach, seeds) = kinds.entry(kind).or_insert_with(|| {
                let (changed, rebuilt) = (BTreeMap::new(), BTreeMap::new());
                (Reach { kind, touch: Touch { files: 0, ..*touch }, changed, rebuilt }, BTreeMap::new())
            });
            reach.touch = reach.touch.and(*touch);
            for domain in &facts.domains {
                join(&mut reach.changed, domain.clone(), *touch);
            }
            let as_policy = group.policy_files.then_some(if prose_only {
                ChangeClass::Docs
            } else {
                ChangeClass::Delivery
            });
            for one in &group.asked {
                let policy = &self.policies.each[one.policy].1;
                for hit in &one.owners {
                    let (at, row) = ((one.policy, hit.row), &policy.rows[hit.row]);
                    let gives = owner_gives(policy, *hit, as_policy);
                    if !gives.is_empty() {
                        join(&mut impacts.rows, at, *touch);
                    }
                    // Edges do not start at an exempt row, nor through a file that the row makes documentation.
                    if row.kind.owns() && !row.is_exempt() && !gives.is_docs_only() && !gives.is_empty() {
                        join(seeds, at, *touch);
                        join(&mut starts, at, *touch);
                    }
                }
                for hit in &one.attached {
                    let at = (one.policy, hit.row);
                    if !one.owners.contains(hit) || owner_gives(policy, *hit, as_policy).is_empty() {
                        join(&mut impacts.rows, at, *touch);
                    }
                    join(&mut starts, at, *touch);
                    if hit.columns.has(Column::Contract) {
                        impacts.contract_rows.insert(at);
                    }
                    for contract in policy.rows[hit.row].contracts() {
                        join(impacts.contracts.entry(contract).or_default(), at, *touch);
                    }
                }
            }
        }
        for (mut reach, seeds) in kinds.into_values() {
            reach.rebuilt = self.rebuilt(&seeds);
            for (at, touch) in seeds {
                join(&mut impacts.seeds, at, touch);
            }
            impacts.reaches.push(reach);
        }
        impacts.calls = self.calls(&starts);
        impacts
    }

    /// Returns who compiles the files in: the importers of the rows, and theirs, and so on.
    fn rebuilt(&self, seeds: &BTreeMap<RowAt, Touch>) -> BTreeMap<DomainId, Touch> {
        let mut sorted: Vec<(Touch, RowAt)> = seeds.iter().map(|(at, touch)| (*touch, *at)).collect();
        sorted.sort_unstable();
        let mut rebuilt = BTreeMap::new();
        let mut walk = Dfs::from_parts(Vec::new(), self.imports.visit_map());
        for (touch, (policy, row)) in sorted {
            for importer in self.listed(policy, &self.policies.each[policy].1.rows[row].imported_by) {
                let importer = self.node[importer];
                if walk.discovered.is_visited(&importer) {
                    continue;
                }
                walk.stack.push(importer);
                while let Some(next) = walk.next(&self.imports) {
                    rebuilt.insert(self.imports[next].clone(), touch);
                }
            }
        }
        rebuilt
    }

    /// Returns each step from a contract that changed to a consumer.
    fn calls(&self, starts: &BTreeMap<RowAt, Touch>) -> Vec<Call> {
        let mut calls = Vec::new();
        for (at, touch) in starts {
            let row = self.row(*at);
            let call = |contract: &ContractId, consumer: Option<&DomainId>| Call {
                row: *at,
                contract: contract.clone(),
                consumer: consumer.cloned(),
                touch: *touch,
            };
            let contracts: Vec<ContractId> = row.contracts().collect();
            if matches!(row.kind, MapKind::Package | MapKind::Route | MapKind::Schema | MapKind::Event)
                && let Some(contract) = contracts.first()
            {
                match &row.consumers {
                    Cell::Unknown => calls.push(call(contract, None)),
                    listed => {
                        let consumers = self.listed(at.0, listed).into_iter();
                        calls.extend(consumers.map(|consumer| call(contract, Some(consumer))));
                    }
                }
            }
            if row.kind.owns() {
                continue;
            }
            for contract in &contracts {
                let named = self.callers.get(contract).into_iter().flatten();
                let consumers: BTreeSet<&DomainId> =
                    named.chain(&self.open_surfaces).flat_map(|caller| self.owners(*caller)).collect();
                calls.extend(consumers.into_iter().map(|consumer| call(contract, Some(consumer))));
            }
        }
        calls
    }

    /// Returns the services that `domains` consume: the domains of the rows that name one of them as a consumer or
    /// leave that open, and of the contracts that their binaries and surfaces name.
    pub fn services<'d>(&self, domains: &BTreeSet<&'d DomainId>) -> BTreeMap<&'a DomainId, Service<'d>> {
        let mut services: BTreeMap<&DomainId, Service<'d>> = BTreeMap::new();
        let among = |at: &RowAt| {
            self.owners(*at).iter().filter_map(|id| domains.get(id)).copied().collect::<Vec<_>>()
        };
        let open: BTreeSet<&'d DomainId> = self.open_surfaces.iter().flat_map(among).collect();
        // `Class` of a contract's row counts only where the row owns a file, so that `exempt` hides no service.
        for (at, row) in self.rows().filter(|(_, row)| !row.is_exempt() || !row.kind.owns()) {
            // A binary or a surface offers nothing that a cell of its could leave open.
            let has_consumers = !matches!(row.kind, MapKind::Binary | MapKind::Surface);
            let anyone = has_consumers && row.consumers == Cell::Unknown && !domains.is_empty();
            let listed = self.listed(at.0, &row.consumers).into_iter();
            let mut consumers: BTreeSet<&'d DomainId> =
                listed.filter_map(|id| domains.get(id)).copied().collect();
            if !row.kind.owns() {
                let callers = row.contracts().filter_map(|contract| self.callers.get(&contract)).flatten();
                consumers.extend(callers.flat_map(among));
                consumers.extend(&open);
            }
            if anyone || !consumers.is_empty() {
                for domain in self.owners(at) {
                    let service = services.entry(domain).or_default();
                    service.anyone |= anyone;
                    service.consumers.extend(&consumers);
                }
            }
        }
        services
    }

    /// Returns, for each domain that the change reaches, how and why.
    pub fn domains(
        &self,
        impacts: &Impacts,
        witness: impl Fn(Touch) -> Witness,
    ) -> BTreeMap<DomainId, DomainImpact> {
        let mut domains: BTreeMap<DomainId, DomainImpact> = BTreeMap::new();
        let mut reach = |domain: &DomainId, impact: Impact, because: DomainReason| {
            let entry = domains.entry(domain.clone()).or_insert_with(|| DomainImpact {
                impact: BTreeSet::new(),
                import_edges: EdgeKnowledge::Unknown,
                consumes: None,
                because: BTreeSet::new(),
            });
            entry.impact.insert(impact);
            entry.because.insert(because);
        };
        let place = |at: RowAt| row_ref(self.policies, at.0, at.1);
        for (at, touch) in &impacts.rows {
            let row = self.row(*at);
            for domain in self.owners(*at) {
                let (place, files) = (place(*at), witness(*touch));
                let because = match row.contracts().next().filter(|_| !row.kind.owns()) {
                    Some(contract) => DomainReason::Offers { contract, row: place, files },
                    None => DomainReason::Owns { row: place, files },
                };
                reach(domain, Impact::Changed, because);
            }
        }
        let rebuilt: BTreeSet<&DomainId> =
            impacts.reaches.iter().flat_map(|reach| reach.rebuilt.keys()).collect();
        for edge in self.imports.edge_references() {
            let imported = &self.imports[edge.source()];
            if rebuilt.contains(imported) || impacts.seeds.contains_key(edge.weight()) {
                let because =
                    DomainReason::Imports { imported: imported.clone(), row: place(*edge.weight()) };
                reach(&self.imports[edge.target()], Impact::Rebuilt, because);
            }
        }
        for call in &impacts.calls {
            if let Some(consumer) = &call.consumer {
                let (contract, row, files) = (call.contract.clone(), place(call.row), witness(call.touch));
                reach(consumer, Impact::Consumer, DomainReason::Consumes { contract, row, files });
            }
        }
        self.add_knowledge(&mut domains);
        domains
    }

    /// Says of each domain whether its rows state their edges.
    fn add_knowledge(&self, domains: &mut BTreeMap<DomainId, DomainImpact>) {
        let mut packages: BTreeMap<&DomainId, bool> = BTreeMap::new();
        let mut binaries: BTreeMap<&DomainId, bool> = BTreeMap::new();
        for (at, row) in self.rows().filter(|(_, row)| !row.is_exempt()) {
            let (known, stated) = match row.kind {
                MapKind::Package => (&mut packages, row.imported_by.listed().is_some()),
                MapKind::Binary => (&mut binaries, row.consumes.listed().is_some()),
                MapKind::Route | MapKind::Schema | MapKind::Event | MapKind::Surface => continue,
            };
            for domain in self.owners(at).iter().filter(|domain| domains.contains_key(*domain)) {
                *known.entry(domain).or_insert(true) &= stated;
            }
        }
        let knowledge = |stated: bool| if stated { EdgeKnowledge::Declared } else { EdgeKnowledge::Unknown };
        for (domain, impact) in domains {
            impact.import_edges = knowledge(packages.get(domain).copied().unwrap_or(false));
            impact.consumes = binaries.get(domain).copied().map(knowledge);
        }
    }
}

fn join<K: Ord>(touches: &mut BTreeMap<K, Touch>, key: K, touch: Touch) {
    touches.entry(key).and_modify(|own| *own = own.and(touch)).or_insert(touch);
}
