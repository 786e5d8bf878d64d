//! The answer: a subject with everything that leads to it.

use std::collections::BTreeSet;

use super::chain::{Chains, Link};
use super::rows::RowIndex;
use super::selector::{Selector, selectors};
use super::subject::{Subject, Tree};
use crate::change::{Change, ChangedFile, Side, Sides, Status};
use crate::id::{DomainId, GateId};
use crate::path::RepoPath;
use crate::policy::Policies;
use crate::render::suggest::{Proposal, proposals};
use crate::route::{
    DomainImpact, DomainReason, GateReason, Moved, Request, Route, RoutedFile, RowRef, SelectedGate,
    SkipReason, SkippedGate, Widen, route as decide,
};

/// How many rows of a domain are named.
const ROWS: usize = 20;

/// Why something is in a route, or not.
#[derive(Clone, Debug)]
pub enum Explanation<'a> {
    /// A path.
    Path(Box<PathExplanation<'a>>),
    /// A gate.
    Gate(GateExplanation<'a>),
    /// A domain.
    Domain(DomainExplanation<'a>),
}

/// What a path asks for. This is the route of the path alone: the route of a change is the union over its files.
#[derive(Clone, Debug)]
pub struct PathExplanation<'a> {
    /// The path.
    pub path: RepoPath,
    /// How the change has it.
    pub standing: Standing,
    /// The file, its rows and classes.
    pub file: RoutedFile,
    /// The rows with what they are.
    pub rows: Vec<KnownRow>,
    /// Where it comes from and goes to, if its row moved.
    pub moved: Option<&'a Moved>,
    /// The domains that it reaches, each with its chains.
    pub domains: Vec<(DomainId, DomainImpact, Vec<Vec<Link>>)>,
    /// The gates that it asks for, each with its chains.
    pub gates: Vec<(SelectedGate, Vec<Chained>)>,
    /// How many gates of the whole route are there for other files, or because the route is broad.
    pub others: usize,
    /// The row that would map it, if none does.
    pub proposal: Option<Proposal>,
}

/// How a change has a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It changed.
    Changed,
    /// It did not change, but its row moved.
    Moved,
    /// It did not change: what is said is what would be, if it were modified.
    Unchanged,
    /// The head does not have it: what is said is what would be, if it were added.
    Absent,
}

/// A row with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRow {
    /// Its place.
    pub place: RowRef,
    /// What it is: `package packages/billing`; nothing where its policy is not at hand.
    pub title: Option<String>,
}

/// A reason of a gate with its chain.
#[derive(Clone, Debug)]
pub struct Chained {
    /// The reason.
    pub reason: GateReason,
    /// From the file to the gate.
    pub chain: Vec<Link>,
}

/// Why a gate is in the route, or why not and what would select it.
#[derive(Clone, Debug)]
pub struct GateExplanation<'a> {
    /// Its id.
    pub id: GateId,
    /// The gate, if it is in the route.
    pub selected: Option<(&'a SelectedGate, Vec<Chained>)>,
    /// The gate, if it is not.
    pub skipped: Option<&'a SkippedGate>,
    /// What would select it.
    pub selectors: BTreeSet<Selector>,
}

/// How a change reaches a domain, and what becomes of the gates of its lane.
#[derive(Clone, Debug)]
pub struct DomainExplanation<'a> {
    /// Its id.
    pub id: DomainId,
    /// How it is reached, with its chains; nothing where it is not.
    pub reached: Option<Reached<'a>>,
    /// The first of the rows that it owns, by the newest policy.
    pub rows: Vec<KnownRow>,
    /// How many rows it owns.
    pub owned: usize,
    /// Whether it has a lane.
    pub lane: bool,
    /// The gates of the route that its lane asks for.
    pub gates: Vec<&'a SelectedGate>,
    /// Those that are not in the route.
    pub skipped: Vec<(&'a GateId, &'a SkipReason)>,
}

/// How a change reaches a domain.
#[derive(Clone, Debug)]
pub struct Reached<'a> {
    /// How, and why.
    pub impact: &'a DomainImpact,
    /// Each reason with its chain.
    pub chains: Vec<(&'a DomainReason, Vec<Link>)>,
}

/// Explains a subject. `route` is what the request decides.
pub fn explain<'a>(
    request: &Request<'_>,
    route: &'a Route,
    subject: &Subject,
    tree: Tree<'_>,
) -> Explanation<'a> {
    let rows = RowIndex::new(request.policies);
    match subject {
        Subject::Path(path) => Explanation::Path(Box::new(of_path(request, route, path, tree, &rows))),
        Subject::Gate(id) => Explanation::Gate(of_gate(request.policies, route, id, &rows)),
        Subject::Domain(id) => Explanation::Domain(of_domain(request.policies, route, id, &rows)),
    }
}

fn of_path<'a>(
    request: &Request<'_>,
    route: &'a Route,
    path: &RepoPath,
    tree: Tree<'_>,
    rows: &RowIndex<'_>,
) -> PathExplanation<'a> {
    let changed = route.files.binary_search_by(|file| file.file.path.cmp(path)).map(|at| &route.files[at]);
    let (file, standing) = match changed {
        Ok(routed) if routed.moved => (routed.file.clone(), Standing::Moved),
        Ok(routed) => (routed.file.clone(), Standing::Changed),
        Err(_) if tree.binary_search(path).is_ok() => {
            (unchanged(path, Status::Modified, Sides::ALL), Standing::Unchanged)
        }
        Err(_) => (unchanged(path, Status::Added, Sides::NONE.with(Side::Head)), Standing::Absent),
    };
    let alone = Change::new(request.change.provenance.clone(), [file]);
    let widen = Widen::default();
    let own = decide(&Request { change: &alone, policies: request.policies, tracked: &[], widen });
    let chains = Chains::new(&own, rows);
    let domains = own
        .domains
        .iter()
        .map(|(id, impact)| {
            let links = impact.because.iter().map(|reason| chains.of_domain(id, reason)).collect();
            (id.clone(), impact.clone(), links)
        })
        .collect();
    let gates: Vec<_> = own
        .gates
        .iter()
        .map(|(id, gate)| (gate.clone(), chained(&chains, id, gate)))
        .filter(|(_, chained)| !chained.is_empty())
        .collect();
    let asked: BTreeSet<&GateId> = gates.iter().map(|(gate, _)| &gate.gate.id).collect();
    let routed =
        own.files.first().expect("a route has every file of its change, and this change has one").clone();
    PathExplanation {
        path: path.clone(),
        standing,
        rows: routed.facts.rows.iter().map(|row| known(row, rows)).collect(),
        file: routed,
        moved: route.moved.iter().find(|moved| moved.path == *path),
        domains,
        others: route.gates.keys().filter(|id| !asked.contains(id)).count(),
        gates,
        proposal: proposals(&own, request.policies).into_iter().next(),
    }
}

fn unchanged(path: &RepoPath, status: Status, present: Sides) -> ChangedFile {
    ChangedFile { path: path.clone(), status, previous_path: None, present }
}

/// Returns the reasons of a gate that follow from files: that the route is broad says nothing of a path.
fn chained(chains: &Chains<'_>, id: &GateId, gate: &SelectedGate) -> Vec<Chained> {
    gate.because
        .iter()
        .filter(|reason| {
            !matches!(reason, GateReason::Broad | GateReason::Observed { .. } | GateReason::Added)
        })
        .map(|reason| Chained { reason: reason.clone(), chain: chains.of_gate(id, reason) })
        .collect()
}

fn known(place: &RowRef, rows: &RowIndex<'_>) -> KnownRow {
    let title = rows.get(place).map(|row| format!("{} {}", row.kind, row.names.join(", ")));
    KnownRow { place: place.clone(), title }
}

fn of_gate<'a>(
    policies: &Policies,
    route: &'a Route,
    id: &GateId,
    rows: &RowIndex<'_>,
) -> GateExplanation<'a> {
    let chains = Chains::new(route, rows);
    let selected = route.gates.get(id).map(|gate| {
        let chained = gate
            .because
            .iter()
            .map(|reason| Chained { reason: reason.clone(), chain: chains.of_gate(id, reason) })
            .collect();
        (gate, chained)
    });
    GateExplanation {
        id: id.clone(),
        selected,
        skipped: route.skipped.get(id),
        selectors: selectors(id, policies),
    }
}

fn of_domain<'a>(
    policies: &Policies,
    route: &'a Route,
    id: &DomainId,
    rows: &RowIndex<'_>,
) -> DomainExplanation<'a> {
    let chains = Chains::new(route, rows);
    let reached = route.domains.get(id).map(|impact| {
        let chains = impact.because.iter().map(|reason| (reason, chains.of_domain(id, reason))).collect();
        Reached { impact, chains }
    });
    let newest = policies
        .each
        .iter()
        .filter_map(|(sides, policy)| Some((sides.iter().last()?, policy)))
        .max_by_key(|(side, _)| *side);
    let owned: Vec<RowRef> = newest.map_or_else(Vec::new, |(side, policy)| {
        let places =
            policy.rows.iter().map(|row| RowRef { map: row.map.clone(), line: row.line(), policy: side });
        places.filter(|place| rows.is_owned_by(place, id)).collect()
    });
    DomainExplanation {
        id: id.clone(),
        reached,
        owned: owned.len(),
        rows: owned.iter().take(ROWS).map(|place| known(place, rows)).collect(),
        lane: policies.each.iter().any(|(_, policy)| policy.lanes.lanes.contains_key(id)),
        gates: route.gates.values().filter(|gate| gate.domains.contains(id)).collect(),
        skipped: route
            .skipped
            .iter()
            .filter(|(_, gate)| gate.domains.contains(id))
            .map(|(id, gate)| (id, &gate.because))
            .collect(),
    }
}
