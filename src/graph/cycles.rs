//! Who depends on whom in a circle: the strongly connected components of the graph.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::view::{EdgeKind, Party, Step, View, Ways};
use crate::id::DomainId;

/// Domains each of which depends on each, over edges of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// `Imports`: a change of one rebuilds all. `Consumes`: they call one another.
    pub kind: EdgeKind,
    /// The domains; more than one.
    pub domains: BTreeSet<DomainId>,
    /// A shortest way from the first of them back to it, which is not repeated at the end.
    pub way: Vec<DomainId>,
    /// The rows that state the edges between them.
    pub rows: BTreeSet<usize>,
}

/// Returns the cycles of the graph, those of imports first: the two kinds never make one together, because a service
/// edge carries an impact one step only.
pub(super) fn find(view: &View<'_>) -> Vec<Cycle> {
    [EdgeKind::Imports, EdgeKind::Consumes]
        .into_iter()
        .flat_map(|kind| of_kind(view, kind, |_| true))
        .collect()
}

/// Returns the cycles over edges both of whose ends are named: `*` says nothing of anyone in particular.
pub fn named(view: &View<'_>) -> Vec<Cycle> {
    let is_named = |step: &Step| step.from != Party::Every && step.to != Party::Every;
    [EdgeKind::Imports, EdgeKind::Consumes]
        .into_iter()
        .flat_map(|kind| of_kind(view, kind, is_named))
        .collect()
}

fn of_kind(view: &View<'_>, kind: EdgeKind, counts: impl Fn(&Step) -> bool) -> Vec<Cycle> {
    let mut steps = view.steps(kind);
    steps.retain(|step| counts(step));
    let mut graph: DiGraph<Option<&DomainId>, ()> = DiGraph::new();
    let node: HashMap<&DomainId, NodeIndex> =
        view.domains.keys().map(|id| (id, graph.add_node(Some(id)))).collect();
    // What starts at every domain starts at one node behind them all, what ends there ends at one before them.
    let (behind, before) = (graph.add_node(None), graph.add_node(None));
    for at in view.domains.keys().map(|id| node[id]) {
        graph.add_edge(at, behind, ());
        graph.add_edge(before, at, ());
    }
    for step in &steps {
        let end = |party: &Party, every| match party {
            Party::Every => Some(every),
            Party::Domain(id) => node.get(id).copied(),
        };
        if let (Some(from), Some(to)) = (end(&step.from, behind), end(&step.to, before)) {
            graph.update_edge(from, to, ());
        }
    }
    let components = kosaraju_scc(&graph);
    let domains = |component: Vec<NodeIndex>| -> BTreeSet<DomainId> {
        component.into_iter().filter_map(|at| graph[at]).cloned().collect()
    };
    let mut found: Vec<BTreeSet<DomainId>> =
        components.into_iter().map(domains).filter(|domains| domains.len() > 1).collect();
    found.sort();
    let rows = rows_of(&found, &steps);
    let cycle = |(domains, rows): (BTreeSet<DomainId>, _)| {
        let way = way_round(&domains, &steps);
        Cycle { kind, domains, way, rows }
    };
    found.into_iter().zip(rows).map(cycle).collect()
}

/// Returns, for each component, the rows whose edges stay within it.
fn rows_of(components: &[BTreeSet<DomainId>], steps: &BTreeSet<Step>) -> Vec<BTreeSet<usize>> {
    let mut of: BTreeMap<&DomainId, usize> = BTreeMap::new();
    for (at, domains) in components.iter().enumerate() {
        of.extend(domains.iter().map(|domain| (domain, at)));
    }
    let mut rows = vec![BTreeSet::new(); components.len()];
    for step in steps {
        match (&step.from, &step.to) {
            (Party::Every, Party::Every) => {
                for own in &mut rows {
                    own.insert(step.row);
                }
            }
            (Party::Every, Party::Domain(one)) | (Party::Domain(one), Party::Every) => {
                if let Some(at) = of.get(one) {
                    rows[*at].insert(step.row);
                }
            }
            (Party::Domain(from), Party::Domain(to)) => {
                // What a domain offers to itself holds no cycle together.
                if let (Some(at), Some(other)) = (of.get(from), of.get(to))
                    && at == other
                    && from != to
                {
                    rows[*at].insert(step.row);
                }
            }
        }
    }
    rows
}

/// Returns a shortest way from the first domain back to it.
fn way_round(domains: &BTreeSet<DomainId>, steps: &BTreeSet<Step>) -> Vec<DomainId> {
    let Some(first) = domains.first() else { return Vec::new() };
    let ways = Ways::down(steps);
    let mut came_from: BTreeMap<&DomainId, &DomainId> = BTreeMap::new();
    let mut border = vec![first];
    while !border.is_empty() {
        let mut found = Vec::new();
        for from in border {
            let mut reached = BTreeSet::new();
            ways.from(from, domains, &mut reached);
            if reached.contains(first) && from != first {
                let back = std::iter::successors(Some(from), |at| came_from.get(*at).copied());
                let mut way: Vec<DomainId> = back.take(domains.len()).cloned().collect();
                way.reverse();
                return way;
            }
            for id in reached.into_iter().filter(|id| *id != first) {
                if !came_from.contains_key(id) {
                    came_from.insert(id, from);
                    found.push(id);
                }
            }
        }
        border = found;
    }
    Vec::new()
}
