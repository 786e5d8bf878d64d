//! The chain of a reason: file, map row, domain, contract, consumer, gate.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::rows::RowIndex;
use crate::id::{ContractId, DomainId, GateId};
use crate::ownership::{MapKind, Row};
use crate::path::RepoPath;
use crate::route::{DomainReason, GateReason, ReviewReason, Route, RoutedFile, RowRef, Witness};

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A file of the change.
    File(RepoPath),
    /// The row that names it.
    Row(RowRef),
    /// A domain that is reached.
    Domain(DomainId),
    /// A contract that changed.
    Contract(ContractId),
    /// Who consumes it.
    Consumer(DomainId),
    /// The gate.
    Gate(GateId),
}

/// Follows each reason of a domain or gate of one route.
pub struct Chains<'a> {
    route: &'a Route,
    rows: &'a RowIndex<'a>,
}

impl<'a> Chains<'a> {
    /// Follows the reasons of `route`.
    pub const fn new(route: &'a Route, rows: &'a RowIndex<'a>) -> Self {
        Self { route, rows }
    }

    /// Returns the chain that ends at `gate`, by one of its reasons.
    pub fn of_gate(&self, gate: &GateId, reason: &GateReason) -> Vec<Link> {
        let mut links = match reason {
            GateReason::Broad
            | GateReason::Added
            | GateReason::Observed { .. }
            | GateReason::Profile { .. } => Vec::new(),
            GateReason::NeededBy { gate } => vec![Link::Gate(gate.clone())],
            GateReason::Always { files, .. }
            | GateReason::Class { files, .. }
            | GateReason::ClassInProduction { files, .. }
            | GateReason::ClassShips { files, .. } => self.to_row(files, |_| true),
            GateReason::MapKind { kind, files } => self.to_row(files, |row| row.kind == *kind),
            GateReason::MapKindSmoke { domain, kind, files } => {
                let mut links = self.to_row(files, |row| row.kind == *kind);
                links.push(Link::Domain(domain.clone()));
                links
            }
            GateReason::LaneGlobal { domain, files }
            | GateReason::Local { domain, files, .. }
            | GateReason::Smoke { domain, files, .. }
            | GateReason::Evidence { domain, files, .. } => self.to_domain(files, domain),
            GateReason::ConsumerOf { domain, consumer, contract, files } => {
                let mut links = self.to_row(files, |row| offers(row, contract));
                links.extend([Link::Domain(domain.clone()), Link::Contract(contract.clone())]);
                links.extend(consumer.clone().map(Link::Consumer));
                links
            }
            GateReason::ConsumedService { domain, consumer, files } => {
                let mut links = self.to_domain(files, consumer);
                // Here the consumer is what changed, and the service whose smoke it is comes behind it.
                links.push(Link::Domain(domain.clone()));
                links
            }
            GateReason::ShownContract { domain, contract, files } => {
                let mut links = self.to_row(files, |row| row.kind == MapKind::Surface);
                links.extend([Link::Contract(contract.clone()), Link::Domain(domain.clone())]);
                links
            }
            GateReason::ReviewForced { because } => match because {
                ReviewReason::Unmapped { files } => vec![Link::File(files.path.clone())],
                ReviewReason::PolicyChange { files } => self.to_row(files, |_| true),
                ReviewReason::BrokenPolicy { .. } | ReviewReason::MissingBase => Vec::new(),
            },
        };
        links.push(Link::Gate(gate.clone()));
        links
    }

    /// Returns the chain that ends at `domain`, by one of its reasons.
    pub fn of_domain(&self, domain: &DomainId, reason: &DomainReason) -> Vec<Link> {
        match reason {
            DomainReason::Owns { row, files } => {
                vec![Link::File(files.path.clone()), Link::Row(row.clone()), Link::Domain(domain.clone())]
            }
            DomainReason::Offers { contract, row, files } => vec![
                Link::File(files.path.clone()),
                Link::Row(row.clone()),
                Link::Contract(contract.clone()),
                Link::Domain(domain.clone()),
            ],
            DomainReason::Consumes { contract, row, files } => vec![
                Link::File(files.path.clone()),
                Link::Row(row.clone()),
                Link::Contract(contract.clone()),
                Link::Consumer(domain.clone()),
            ],
            DomainReason::Imports { imported, row } => {
                let mut links = self.to_imported(imported);
                links.extend([Link::Row(row.clone()), Link::Domain(domain.clone())]);
                links
            }
        }
    }

    fn file(&self, path: &RepoPath) -> Option<&'a RoutedFile> {
        let at = self.route.files.binary_search_by(|file| file.file.path.cmp(path)).ok()?;
        Some(&self.route.files[at])
    }

    /// From the first file to the first of its rows that is meant, or to its first row.
    fn to_row(&self, files: &Witness, is_meant: impl Fn(&Row) -> bool) -> Vec<Link> {
        let mut links = vec![Link::File(files.path.clone())];
        let rows = self.file(&files.path).map_or(&[][..], |file| &file.facts.rows);
        let meant = rows.iter().find(|place| self.rows.get(place).is_some_and(&is_meant));
        links.extend(meant.or_else(|| rows.first()).cloned().map(Link::Row));
        links
    }

    /// From the first file to a domain: by its own row, else along the import edges.
    fn to_domain(&self, files: &Witness, domain: &DomainId) -> Vec<Link> {
        let Some(file) = self.file(&files.path) else {
            return vec![Link::File(files.path.clone()), Link::Domain(domain.clone())];
        };
        let mut links = vec![Link::File(files.path.clone())];
        let steps = self.imports(&file.facts.domains, domain);
        let first = steps.first().map_or(domain, |(imported, _)| imported);
        let row = file.facts.rows.iter().find(|place| self.rows.is_owned_by(place, first));
        links.extend(row.or_else(|| file.facts.rows.first()).cloned().map(Link::Row));
        for (imported, row) in steps {
            links.extend([Link::Domain(imported), Link::Row(row)]);
        }
        links.push(Link::Domain(domain.clone()));
        links
    }

    /// From a changed file to a domain that is compiled in.
    fn to_imported(&self, imported: &DomainId) -> Vec<Link> {
        let changed: BTreeSet<DomainId> = self
            .route
            .domains
            .iter()
            .filter(|(_, impact)| impact.because.iter().any(|reason| origin(reason).is_some()))
            .map(|(id, _)| id.clone())
            .collect();
        let steps = self.imports(&changed, imported);
        let first = steps.first().map_or(imported, |(first, _)| first);
        let start = self.route.domains.get(first).and_then(|impact| impact.because.iter().find_map(origin));
        let mut links = Vec::new();
        if let Some((row, files)) = start {
            links.extend([Link::File(files.path.clone()), Link::Row(row.clone())]);
        }
        for (domain, row) in steps {
            links.extend([Link::Domain(domain), Link::Row(row)]);
        }
        links.push(Link::Domain(imported.clone()));
        links
    }

    /// The fewest import edges from one of `from` to `to`: each imported domain with the row of the edge that leaves
    /// it. Empty where `to` is one of `from`, or not reached.
    fn imports(&self, from: &BTreeSet<DomainId>, to: &DomainId) -> Vec<(DomainId, RowRef)> {
        // Searched from the end, because the reasons of a domain name what it imports.
        let mut next: BTreeMap<DomainId, (DomainId, RowRef)> = BTreeMap::new();
        let mut open = VecDeque::from([to.clone()]);
        let mut seen = BTreeSet::from([to.clone()]);
        while let Some(domain) = open.pop_front() {
            if from.contains(&domain) {
                let mut steps = Vec::new();
                let mut at = domain;
                while let Some((importer, row)) = next.get(&at) {
                    steps.push((at, row.clone()));
                    at = importer.clone();
                }
                return steps;
            }
            for reason in self.route.domains.get(&domain).into_iter().flat_map(|impact| &impact.because) {
                if let DomainReason::Imports { imported, row } = reason
                    && seen.insert(imported.clone())
                {
                    next.insert(imported.clone(), (domain.clone(), row.clone()));
                    open.push_back(imported.clone());
                }
            }
        }
        Vec::new()
    }
}

/// Returns the row and the files by which a domain is changed itself.
fn origin(reason: &DomainReason) -> Option<(&RowRef, &Witness)> {
    match reason {
        DomainReason::Owns { row, files } | DomainReason::Offers { row, files, .. } => Some((row, files)),
        DomainReason::Imports { .. } | DomainReason::Consumes { .. } => None,
    }
}

fn offers(row: &Row, contract: &ContractId) -> bool {
    row.contracts().any(|offered| offered == *contract)
}
