//! A neighbourhood of the graph: some domains, and who is how many steps up and down from them.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Blank, Contract, EdgeKind, Ends, Party, View, Ways};
use crate::id::DomainId;

/// Which edges are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// Every one.
    #[default]
    All,
    /// Who calls what.
    Consumes,
    /// Who compiles what in.
    Imports,
}

impl Choice {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Consumes => "consumes",
            Self::Imports => "imports",
        }
    }

    /// Says whether service edges are among them.
    pub fn consumes(self) -> bool {
        self != Self::Imports
    }

    /// Says whether compile-time edges are among them.
    pub fn imports(self) -> bool {
        self != Self::Consumes
    }

    /// Says whether a relation that is left open would be one of these edges.
    pub fn asks(self, blank: Blank) -> bool {
        if blank == Blank::ImportedBy { self.imports() } else { self.consumes() }
    }
}

/// What a neighbourhood is cut out around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The domains in its middle.
    pub domains: BTreeSet<DomainId>,
    /// How many steps it reaches, up and down.
    pub depth: usize,
    /// How many contracts outside of it leave their consumers open, so that the domains in its middle may be among
    /// them.
    pub open_elsewhere: usize,
}

impl View<'_> {
    /// Cuts out what lies within `depth` steps up or down from `domains`, which the graph has. A step between two
    /// neighbours that leads neither away from the middle nor towards it is left out.
    #[must_use]
    pub fn around(mut self, domains: BTreeSet<DomainId>, depth: usize) -> Self {
        let mut steps = self.steps(EdgeKind::Consumes);
        steps.extend(self.imports.iter().cloned());
        let down = self.reached(&domains, &Ways::down(&steps), depth);
        let up = self.reached(&domains, &Ways::up(&steps), depth);
        // The middle is one of every domain, so an edge of all of them is one of its own.
        let is_near = |distances: &BTreeMap<DomainId, usize>, party: &Party| match party {
            Party::Every => depth > 0,
            Party::Domain(id) => distances.get(id).is_some_and(|distance| *distance < depth),
        };
        let mut contracts = std::mem::take(&mut self.contracts);
        for contract in contracts.values_mut() {
            let whole = contract.clone();
            let keep = |ends: &mut Ends| {
                ends.retain(|to, rows| {
                    rows.retain(|row| {
                        is_near(&up, to) || self.sources(&whole, *row).iter().any(|from| is_near(&down, from))
                    });
                    !rows.is_empty()
                });
            };
            keep(&mut contract.consumers);
            keep(&mut contract.importers);
        }
        let (choice, policy) = (self.choice, self.policy);
        let is_offered = |contract: &Contract| contract.producers.keys().any(|party| has(&domains, party));
        let is_kept = |contract: &Contract| {
            !contract.consumers.is_empty() || !contract.importers.is_empty() || is_offered(contract)
        };
        let is_open = |contract: &Contract| contract.blanks(choice, policy).contains(&Blank::Consumers);
        let open_elsewhere =
            contracts.values().filter(|contract| !is_kept(contract) && is_open(contract)).count();
        contracts.retain(|_, contract| is_kept(contract));

        let mut rows: BTreeSet<usize> = BTreeSet::new();
        let mut kept = domains.clone();
        for contract in contracts.values() {
            rows.extend(&contract.rows);
            for ends in [&contract.producers, &contract.consumers, &contract.importers] {
                rows.extend(ends.values().flatten());
                kept.extend(ends.keys().filter_map(|party| match party {
                    Party::Every => None,
                    Party::Domain(id) => Some(id.clone()),
                }));
            }
        }
        rows.extend(domains.iter().filter_map(|id| self.domains.get(id)).flat_map(|domain| &domain.rows));
        self.domains.retain(|id, _| kept.contains(id));
        for domain in self.domains.values_mut() {
            domain.rows.retain(|row| rows.contains(row));
        }
        self.rows.retain(|row, _| rows.contains(row));
        self.cycles.retain(|cycle| !cycle.domains.is_disjoint(&kept));
        self.contracts = contracts;
        self.focus = Some(Focus { domains, depth, open_elsewhere });
        self
    }
}

fn has(domains: &BTreeSet<DomainId>, party: &Party) -> bool {
    match party {
        Party::Every => true,
        Party::Domain(id) => domains.contains(id),
    }
}
