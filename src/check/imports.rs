//! Declared import edges against those that the manifests have.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use crate::finding::{At, Finding, FindingCode};
use crate::id::DomainId;
use crate::import::UNCLAIMED;
use crate::import::edges::{Edges, Importer, edges};
use crate::manifests::{Package, Packages};
use crate::ownership::{Cell, MapKind, Owners, Row};
use crate::policy::Policy;
use crate::source::Place;

/// Returns each import that a manifest has and the map does not, and each that the map has and no manifest does.
pub(super) fn imports(subject: &Subject<'_>) -> Vec<Finding> {
    let Subject { policy, tree, packages, .. } = subject;
    if packages.packages.is_empty() {
        return Vec::new();
    }
    let edges = edges(policy, tree, &subject.attributed, packages);
    let mut findings = Vec::new();
    for (row, wanted) in edges.rows(policy) {
        let importers = &edges.importers[&row];
        let row = &policy.rows[row];
        if is_unclaimed(row) {
            continue;
        }
        match &row.imported_by {
            Cell::Unknown if wanted.is_empty() => {}
            Cell::Unknown => findings.push(unknown(packages, row, importers)),
            Cell::Listed(listed) if listed.contains_key("*") => {}
            Cell::Listed(listed) => {
                let cell: BTreeSet<&DomainId> = listed.keys().chain(wanted.iter().copied()).collect();
                let missing = importers.iter().filter(|(domain, _)| !listed.contains_key(*domain));
                findings.extend(
                    missing.map(|(domain, importer)| undeclared(packages, row, domain, *importer, &cell)),
                );
            }
        }
    }
    findings.extend(unreal(subject, &edges));
    findings
}

/// Nobody has claimed its files yet, so nobody has said who imports them.
fn is_unclaimed(row: &Row) -> bool {
    matches!(&row.owners, Owners::Listed(domains) if domains.iter().all(|domain| domain.as_str() == UNCLAIMED))
}

fn unknown(packages: &Packages, row: &Row, importers: &BTreeMap<DomainId, Importer>) -> Finding {
    let first = importers.values().min().map(|importer| &packages.packages[importer.importing]);
    let cell = words(importers.keys());
    let name = name(row);
    let domains = if importers.len() == 1 { "domain imports" } else { "domains import" };
    Finding {
        code: FindingCode::UndeclaredImport,
        message: format!(
            "`{name}` does not say who imports it, and by the manifests {} {domains} it",
            importers.len()
        ),
        at: At::Source(row.place.clone()),
        label: "its `Imported by` is empty".to_owned(),
        subject: format!("{name} imported by unknown"),
        witness: first.map(|package| package.manifest.clone()),
        help: format!("write `{cell}` into `Imported by`"),
    }
}

fn undeclared(
    packages: &Packages,
    row: &Row,
    domain: &DomainId,
    importer: Importer,
    cell: &BTreeSet<&DomainId>,
) -> Finding {
    let package = |index: usize| -> &Package { &packages.packages[index] };
    let name = name(row);
    Finding {
        code: FindingCode::UndeclaredImport,
        message: format!(
            "`{domain}` imports `{name}`, and the row does not say so: `{}` depends on `{}`",
            package(importer.importing).title(),
            package(importer.imported).title()
        ),
        at: At::Source(row.place.clone()),
        label: format!("not imported by `{domain}`"),
        subject: format!("{name} imported by {domain}"),
        witness: Some(package(importer.importing).manifest.clone()),
        help: format!("write `{}` into `Imported by`", words(cell.iter().copied())),
    }
}

/// A declared importer that no manifest supports, where the manifests would show it: all files of the row and all of the
/// importer's lie in packages that could be read, of one ecosystem, and the importer does not reach the row's packages
/// through others either.
fn unreal(subject: &Subject<'_>, edges: &Edges) -> Vec<Finding> {
    let Subject { policy, packages, .. } = subject;
    if !packages.unread.is_empty() {
        return Vec::new();
    }
    let known = Known::new(subject);
    let importers = importers(packages);
    let mut findings = Vec::new();
    for (index, row) in policy.rows.iter().enumerate().filter(|(_, row)| row.kind == MapKind::Package) {
        let Cell::Listed(listed) = &row.imported_by else { continue };
        let own: BTreeSet<usize> = known.of_row.get(&index).cloned().flatten().unwrap_or_default();
        if own.is_empty() || !own.iter().all(|package| edges.homes[*package] == Some(index)) {
            continue;
        }
        let mut reached: Option<BTreeSet<usize>> = None;
        for (domain, span) in listed.iter().filter(|(domain, _)| domain.as_str() != "*") {
            let Some(Some(theirs)) = known.of_domain.get(domain) else { continue };
            let speaks = |package: &usize| {
                own.iter()
                    .any(|other| packages.packages[*other].ecosystem == packages.packages[*package].ecosystem)
            };
            if theirs.is_empty() || !theirs.iter().any(speaks) {
                continue;
            }
            let reached = reached.get_or_insert_with(|| importing(&importers, &own));
            if theirs.iter().any(|package| reached.contains(package)) {
                continue;
            }
            let name = name(row);
            let rest: Vec<&DomainId> = listed.keys().filter(|other| *other != domain).collect();
            let cell = if rest.is_empty() { "-".to_owned() } else { words(rest.iter().copied()) };
            findings.push(Finding {
                code: FindingCode::UnrealImport,
                message: format!("no package of `{domain}` imports `{name}`, by the manifests"),
                at: At::Source(Place::new(&row.place.source, span.clone())),
                label: "no manifest says so".to_owned(),
                subject: format!("{name} imported by {domain}"),
                witness: own.first().map(|package| packages.packages[*package].manifest.clone()),
                help: format!("write `{cell}` into `Imported by`"),
            });
        }
    }
    findings
}

/// The packages of each row and domain; nothing where one of its files is in no package.
struct Known<'s> {
    of_row: BTreeMap<usize, Option<BTreeSet<usize>>>,
    of_domain: BTreeMap<&'s DomainId, Option<BTreeSet<usize>>>,
}

impl<'s> Known<'s> {
    fn new(subject: &'s Subject<'s>) -> Self {
        let policy: &Policy = subject.policy;
        let mut known = Self { of_row: BTreeMap::new(), of_domain: BTreeMap::new() };
        for (path, (owners, attached)) in subject.tree.iter().zip(&subject.attributed) {
            let packages = subject.packages.of_file(path);
            for hit in owners.iter().chain(attached) {
                join(known.of_row.entry(hit.row).or_insert_with(|| Some(BTreeSet::new())), &packages);
                let row = &policy.rows[hit.row];
                // What every domain owns, a lockfile, imports nothing on anybody's behalf.
                let Owners::Listed(domains) = &row.owners else { continue };
                for domain in domains.iter().filter(|_| !row.is_exempt()) {
                    join(known.of_domain.entry(domain).or_insert_with(|| Some(BTreeSet::new())), &packages);
                }
            }
        }
        known
    }
}

fn join(known: &mut Option<BTreeSet<usize>>, packages: &[usize]) {
    match known {
        Some(all) if !packages.is_empty() => all.extend(packages),
        _ => *known = None,
    }
}

/// Returns for each package those that import it.
fn importers(packages: &Packages) -> Vec<Vec<usize>> {
    let mut importers = vec![Vec::new(); packages.packages.len()];
    for (index, package) in packages.packages.iter().enumerate() {
        package.imports.iter().for_each(|imported| importers[*imported].push(index));
    }
    importers
}

/// Returns every package that imports one of these, directly or through others.
fn importing(importers: &[Vec<usize>], of: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = of.clone();
    let mut waiting: Vec<usize> = of.iter().copied().collect();
    while let Some(package) = waiting.pop() {
        waiting.extend(importers[package].iter().filter(|importer| reached.insert(**importer)));
    }
    reached
}

fn name(row: &Row) -> String {
    row.names.join(", ")
}

fn words<'a>(domains: impl Iterator<Item = &'a DomainId>) -> String {
    domains.map(DomainId::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::manifests;
    use crate::path::RepoPath;
    use crate::policy::PolicyFiles;

    fn found(map: &str) -> Vec<(&'static str, String, String)> {
        let manifest = |name: &str, imports: &[&str]| {
            let imports = imports.iter().map(|name| format!("{name} = {{ path = \"../{name}\" }}\n"));
            format!("[package]\nname = \"{name}\"\n[dependencies]\n{}", imports.collect::<String>())
        };
        let contents: BTreeMap<RepoPath, Arc<[u8]>> = [
            ("pki", manifest("pki", &[])),
            ("iam", manifest("iam", &["pki"])),
            ("cli", manifest("cli", &["iam"])),
        ]
        .map(|(name, text)| (RepoPath::new(format!("{name}/Cargo.toml")), Arc::from(text.into_bytes())))
        .into();
        let (packages, faults) = manifests::read(&contents);
        assert!(faults.is_empty(), "{faults:?}");
        let tree: Vec<RepoPath> = contents.keys().cloned().collect();
        let mut files = PolicyFiles::default();
        files.files.insert(RepoPath::from("ownership-maps/m.md"), Arc::from(map.as_bytes()));
        let policy = Arc::new(Policy::load(&files));
        assert!(!policy.is_broken(), "{:?}", policy.faults);
        let renamed = BTreeMap::new();
        let subject = Subject::new(&policy, &tree, &packages, &renamed);
        imports(&subject).into_iter().map(|one| (one.code.as_str(), one.subject, one.help)).collect()
    }

    fn map(pki: &str, iam: &str, cli: &str) -> String {
        format!(
            "| Package | Domain | Imported by |\n|---|---|---|\n| `pki/**` | pki | {pki} |\n\
             | `iam/**` | iam | {iam} |\n| `cli/**` | cli | {cli} |\n"
        )
    }

    #[test]
    fn what_the_manifests_say_is_in_order() {
        assert_eq!(found(&map("iam", "cli", "-")), []);
        assert_eq!(found(&map("*", "cli", "")), []);
        // Through others is real, too.
        assert_eq!(found(&map("iam, cli", "cli", "-")), []);
    }

    #[test]
    fn an_import_that_no_row_states_is_found_with_the_cell_to_write() {
        let undeclared = "laneway::check::undeclared_import";
        let cell = |cell: &str| format!("write `{cell}` into `Imported by`");
        assert_eq!(
            found(&map("-", "cli", "-")),
            [(undeclared, "pki imported by iam".to_owned(), cell("iam"))]
        );
        assert_eq!(
            found(&map("cli", "cli", "-")),
            [(undeclared, "pki imported by iam".to_owned(), cell("cli, iam"))]
        );
        assert_eq!(
            found(&map("", "cli", "-")),
            [(undeclared, "pki imported by unknown".to_owned(), cell("iam"))]
        );
    }

    #[test]
    fn an_import_that_no_manifest_has_is_found() {
        let unreal = "laneway::check::unreal_import";
        let help = "write `-` into `Imported by`".to_owned();
        assert_eq!(found(&map("iam", "cli", "pki")), [(unreal, "cli imported by pki".to_owned(), help)]);
    }
}
