//! What the manifests say about rows: which domains import the package that a row owns.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::Hit;
use crate::class::ChangeClass;
use crate::id::DomainId;
use crate::manifests::Packages;
use crate::ownership::{MapKind, Owners, RowClass};
use crate::path::RepoPath;
use crate::policy::Policy;

/// Packages at home in the rows of a policy.
#[derive(Debug)]
pub struct Edges {
    /// For each package the row that owns most of its files, where one does.
    pub homes: Vec<Option<usize>>,
    /// For each row that is a home, the domains that import one of its packages, each with the first importer.
    pub importers: BTreeMap<usize, BTreeMap<DomainId, Importer>>,
}

/// One import that a manifest declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Importer {
    /// The package that imports, by its index.
    pub importing: usize,
    /// The package that it imports.
    pub imported: usize,
}

/// Finds the home of every package: the row that owns most of its files. Rows for every domain, exempt ones, and those
/// of documentation or tests are no home: no import edge means them. `attributed` is what each file of `tree` is owned by.
pub fn edges(
    policy: &Policy,
    tree: &[RepoPath],
    attributed: &[(Vec<Hit>, Vec<Hit>)],
    packages: &Packages,
) -> Edges {
    let mut files: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); packages.packages.len()];
    for (path, (owners, _)) in tree.iter().zip(attributed) {
        let rows: Vec<usize> = owners.iter().map(|hit| hit.row).filter(|row| is_home(policy, *row)).collect();
        if rows.is_empty() {
            continue;
        }
        for package in packages.of_file(path) {
            for row in &rows {
                *files[package].entry(*row).or_default() += 1;
            }
        }
    }
    let most = |rows: &BTreeMap<usize, usize>| {
        // Of as many files, the row that comes first.
        rows.iter().max_by(|left, right| left.1.cmp(right.1).then(right.0.cmp(left.0))).map(|(row, _)| *row)
    };
    let homes: Vec<Option<usize>> = files.iter().map(most).collect();
    let mut importers: BTreeMap<usize, BTreeMap<DomainId, Importer>> = BTreeMap::new();
    for home in homes.iter().flatten() {
        importers.entry(*home).or_default();
    }
    for (importing, package) in packages.packages.iter().enumerate() {
        let Some(from) = homes[importing] else { continue };
        for imported in &package.imports {
            let Some(home) = homes[*imported] else { continue };
            let own = policy.owners(&policy.rows[home]);
            for domain in policy.owners(&policy.rows[from]).iter().filter(|domain| !own.contains(*domain)) {
                let importer = Importer { importing, imported: *imported };
                let known = importers.entry(home).or_default().entry(domain.clone()).or_insert(importer);
                *known = importer.min(*known);
            }
        }
    }
    Edges { homes, importers }
}

fn is_home(policy: &Policy, row: usize) -> bool {
    let row = &policy.rows[row];
    let is_docs = matches!(row.class, Some(RowClass::Exempt | RowClass::Class(ChangeClass::Docs)));
    row.kind.owns() && matches!(row.owners, Owners::Listed(_)) && !is_docs && !row.tags.contains("test")
}

impl Edges {
    /// Returns the rows that should have an `Imported by`, and the domains that it should list.
    pub fn rows<'e>(&'e self, policy: &'e Policy) -> impl Iterator<Item = (usize, BTreeSet<&'e DomainId>)> {
        let is_package = |row: &usize| policy.rows[*row].kind == MapKind::Package;
        self.importers
            .iter()
            .filter(move |(row, _)| is_package(row))
            .map(|(row, importers)| (*row, importers.keys().collect()))
    }
}
