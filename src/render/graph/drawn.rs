//! What a drawing shows: domains, those contracts that lead somewhere, and the edges between them.

use std::collections::BTreeSet;

use crate::graph::{Blank, Contract, Cycle, EdgeKind, Party, View};
use crate::id::{ContractId, DomainId};

/// A node of a drawing, by its index in [`Drawn::nodes`].
pub(super) type At = usize;

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// A domain.
    Domain(DomainId),
    /// A contract.
    Contract(ContractId),
    /// Every domain: `*`.
    Every,
    /// Any domain, because a cell is blank.
    Anyone,
}

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: At,
    pub(super) to: At,
    pub(super) kind: EdgeKind,
    /// Whether it stands for a blank cell.
    pub(super) unknown: bool,
    /// Whether it is part of a cycle.
    pub(super) cyclic: bool,
}

/// What a drawing shows.
#[derive(Debug)]
pub(super) struct Drawn {
    /// Sorted; domains first.
    pub(super) nodes: Vec<Node>,
    /// Sorted by their ends.
    pub(super) edges: BTreeSet<Edge>,
    /// How many contracts are left out, because nobody consumes or imports them.
    pub(super) left_out: usize,
}

impl Drawn {
    /// Lays out a graph: packages, binaries and surfaces that lead to nobody are left out, or they would be most of the
    /// drawing.
    pub(super) fn new(view: &View<'_>) -> Self {
        let open =
            |contract: &Contract| contract.blanks(view.choice, view.policy).into_iter().filter_map(opens);
        let leads = |contract: &Contract| {
            !contract.kind.owns()
                || !contract.consumers.is_empty()
                || !contract.importers.is_empty()
                || open(contract).next().is_some()
        };
        let shown: Vec<_> = view.contracts.iter().filter(|(_, contract)| leads(contract)).collect();
        let mut edges: Vec<(Node, Node, EdgeKind, bool, bool)> = Vec::new();
        for (id, contract) in &shown {
            let own = Node::Contract((*id).clone());
            for producer in contract.producers.keys() {
                edges.push((node(producer), own.clone(), EdgeKind::Produces, false, false));
            }
            for (kind, ends) in
                [(EdgeKind::Consumes, &contract.consumers), (EdgeKind::Imports, &contract.importers)]
            {
                for (to, rows) in ends {
                    let cyclic = view.cycles.iter().any(|cycle| holds(cycle, kind, to, rows));
                    edges.push((own.clone(), node(to), kind, false, cyclic));
                }
            }
            for kind in open(contract) {
                edges.push((own.clone(), Node::Anyone, kind, true, false));
            }
        }
        let domains = view.domains.keys().cloned().map(Node::Domain);
        let ends = edges.iter().flat_map(|(from, to, ..)| [from.clone(), to.clone()]);
        let nodes: BTreeSet<Node> = domains.chain(ends).collect();
        let nodes: Vec<Node> = nodes.into_iter().collect();
        // Every end of an edge is a node.
        let at = |node: &Node| nodes.binary_search(node).unwrap_or_default();
        let edges = edges
            .iter()
            .map(|(from, to, kind, unknown, cyclic)| Edge {
                from: at(from),
                to: at(to),
                kind: *kind,
                unknown: *unknown,
                cyclic: *cyclic,
            })
            .collect();
        Self { edges, left_out: view.contracts.len() - shown.len(), nodes }
    }
}

/// Returns the kind of edge that a relation of a contract, left open, leads to anyone by. What a binary consumes or a
/// surface shows leads elsewhere.
fn opens(blank: Blank) -> Option<EdgeKind> {
    match blank {
        Blank::Consumers => Some(EdgeKind::Consumes),
        Blank::ImportedBy => Some(EdgeKind::Imports),
        Blank::Consumes | Blank::Contracts => None,
    }
}

fn node(party: &Party) -> Node {
    match party {
        Party::Every => Node::Every,
        Party::Domain(domain) => Node::Domain(domain.clone()),
    }
}

fn holds(cycle: &Cycle, kind: EdgeKind, to: &Party, rows: &BTreeSet<usize>) -> bool {
    let is_in = match to {
        Party::Every => true,
        Party::Domain(domain) => cycle.domains.contains(domain),
    };
    cycle.kind == kind && is_in && !cycle.rows.is_disjoint(rows)
}
