//! Workspace manifests as maps: a row for each package, with the domains that import it.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::Skeleton;
use super::names::domain_ids;
use super::table::{Cell, Table, literal};
use super::{Imported, Line, UNCLAIMED};
use crate::attribute::{Room, attribute_path};
use crate::config::Config;
use crate::id::DomainId;
use crate::manifests::{Ecosystem, Package, Packages, Runner};
use crate::ownership::{Cell as RowCell, MapKind};
use crate::path::RepoPath;
use crate::policy::Policy;

/// What a package's domain is named after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DomainBy {
    /// The package's name; of a Go module, whose name is an address, its folder.
    #[default]
    Package,
    /// The package's folder.
    Folder,
    /// The first folder above it: all packages below that are one domain.
    TopFolder,
}

/// Who owns what, before it is written.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Each folder with a package, its domain, and the domains that import the package.
    folders: BTreeMap<Vec<u8>, Folder>,
    /// The files that all members of a workspace are built with, and the domains of these; `None` is every domain.
    shared: BTreeMap<RepoPath, Option<BTreeSet<DomainId>>>,
}

#[derive(Clone, Debug)]
struct Folder {
    domain: DomainId,
    packages: Vec<usize>,
    importers: BTreeSet<DomainId>,
}

/// Files beside a workspace's manifest by which all of its members are built.
const SHARED: [&str; 20] = [
    ".cargo/config",
    ".cargo/config.toml",
    ".npmrc",
    ".pnpmfile.cjs",
    ".yarnrc",
    ".yarnrc.yml",
    "Cargo.lock",
    "Cargo.toml",
    "go.work",
    "go.work.sum",
    "lerna.json",
    "npm-shrinkwrap.json",
    "nx.json",
    "package-lock.json",
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "yarn.lock",
];

/// Decides who owns what.
pub fn plan(packages: &Packages, tree: &[RepoPath], by: DomainBy) -> Plan {
    let mut folders: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for (index, package) in packages.packages.iter().enumerate() {
        folders.entry(package.folder().to_vec()).or_default().push(index);
    }
    let named: BTreeMap<&[u8], (String, Vec<String>)> = folders
        .iter()
        .map(|(folder, own)| (&folder[..], wishes(folder, &packages.packages[own[0]], by)))
        .collect();
    let taken = BTreeSet::from([DomainId::new(UNCLAIMED)]);
    let ids = domain_ids(named.values().map(|(key, wishes)| (key.as_str(), wishes.clone())), &taken);
    let domain = |folder: &[u8]| &ids[&named[folder].0];
    let mut importers: BTreeMap<&[u8], BTreeSet<DomainId>> = BTreeMap::new();
    for package in &packages.packages {
        for imported in &package.imports {
            let folder = packages.packages[*imported].folder();
            importers.entry(folder).or_default().insert(domain(package.folder()).clone());
        }
    }
    let folders: BTreeMap<Vec<u8>, Folder> = folders
        .iter()
        .map(|(folder, own)| {
            let domain = domain(folder).clone();
            let mut importers = importers.get(&folder[..]).cloned().unwrap_or_default();
            importers.remove(&domain);
            (folder.clone(), Folder { domain, packages: own.clone(), importers })
        })
        .collect();
    let shared = shared(packages, tree, &folders);
    Plan { folders, shared }
}

/// Returns what the domain of a folder is for, and what it would like to be called, shortest first.
fn wishes(folder: &[u8], package: &Package, by: DomainBy) -> (String, Vec<String>) {
    let path = String::from_utf8_lossy(folder).into_owned();
    let first = path.split('/').next().unwrap_or_default().to_owned();
    let last = path.rsplit('/').next().unwrap_or_default().to_owned();
    match by {
        _ if folder.is_empty() && package.ecosystem == Ecosystem::Go => {
            // `example.org/name/v2` is called `name`.
            let is_version =
                |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
            let part = package.name.rsplit('/').find(|part| !is_version(part)).unwrap_or_default();
            (path, vec![part.to_owned(), package.name.clone(), "root".to_owned()])
        }
        _ if folder.is_empty() => (path, vec![package.name.clone(), "root".to_owned()]),
        DomainBy::TopFolder => (first.clone(), vec![first]),
        DomainBy::Folder => (path.clone(), vec![path]),
        DomainBy::Package if package.ecosystem == Ecosystem::Go => (path.clone(), vec![last, path]),
        DomainBy::Package => (path.clone(), vec![package.name.clone(), path]),
    }
}

/// Returns the files that the members of a workspace share, where these are several domains.
fn shared(
    packages: &Packages,
    tree: &[RepoPath],
    folders: &BTreeMap<Vec<u8>, Folder>,
) -> BTreeMap<RepoPath, Option<BTreeSet<DomainId>>> {
    let mut members: BTreeMap<Vec<u8>, BTreeSet<DomainId>> = BTreeMap::new();
    for package in &packages.packages {
        let Some(workspace) = &package.workspace else { continue };
        let root = workspace.as_bytes().iter().rposition(|byte| *byte == b'/');
        let root = root.map_or(&[][..], |at| &workspace.as_bytes()[..at]);
        members.entry(root.to_vec()).or_default().insert(folders[package.folder()].domain.clone());
    }
    let all: BTreeSet<&DomainId> = folders.values().map(|folder| &folder.domain).collect();
    let mut shared = BTreeMap::new();
    for (root, domains) in members.into_iter().filter(|(_, domains)| domains.len() > 1) {
        for name in SHARED {
            let path = if root.is_empty() {
                name.as_bytes().to_vec()
            } else {
                [&root[..], b"/", name.as_bytes()].concat()
            };
            let path = RepoPath::new(path);
            if tree.binary_search(&path).is_ok() {
                shared.insert(path, (domains.len() < all.len()).then(|| domains.clone()));
            }
        }
    }
    shared
}

impl Plan {
    /// Writes the map and the lanes.
    pub fn write(&self, packages: &Packages, config: &Config) -> Imported {
        let mut table = Table::new(["Package", "Domain", "Imported by"]);
        if !self.folders.contains_key(&[][..]) {
            table.push([Cell::patterns(["**"], []), Cell::words([UNCLAIMED]), Cell::blank()]);
        }
        for (folder, own) in &self.folders {
            let pattern = pattern(folder);
            table.push([
                Cell::patterns([pattern.as_str()], []),
                Cell::words([own.domain.as_str()]),
                Cell::words(own.importers.iter().map(DomainId::as_str)),
            ]);
        }
        let mut files: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
        for (path, domains) in &self.shared {
            let domains =
                domains.as_ref().map_or(vec!["*"], |some| some.iter().map(DomainId::as_str).collect());
            files.entry(domains).or_default().push(literal(path.as_bytes()));
        }
        for (domains, patterns) in files {
            let owners = if domains == ["*"] { Cell::patterns(["*"], []) } else { Cell::words(domains) };
            table.push([Cell::patterns(patterns.iter().map(String::as_str), []), owners, Cell::none()]);
        }
        let text = format!("{HEAD}\n{}", table.to_markdown());
        let mut imported = Imported::default();
        imported.maps.insert(RepoPath::new(format!("{}/packages-ownership.md", config.ownership_maps)), text);
        for (domain, skeleton) in self.skeletons(packages) {
            imported
                .lanes
                .insert(RepoPath::new(format!("{}/{domain}.yaml", config.lanes)), skeleton.to_yaml());
        }
        imported.report = self.report(packages);
        imported
    }

    fn skeletons(&self, packages: &Packages) -> BTreeMap<DomainId, Skeleton> {
        let mut lanes: BTreeMap<DomainId, Skeleton> = BTreeMap::new();
        if !self.folders.contains_key(&[][..]) {
            let mut lane = Skeleton::new(DomainId::new(UNCLAIMED));
            lane.comment = "Files of no package. Say here what they need, or give them an owner.".to_owned();
            lanes.insert(lane.domain.clone(), lane);
        }
        let mut titles: BTreeMap<&DomainId, Vec<String>> = BTreeMap::new();
        for folder in self.folders.values() {
            let lane =
                lanes.entry(folder.domain.clone()).or_insert_with(|| Skeleton::new(folder.domain.clone()));
            for index in &folder.packages {
                let package = &packages.packages[*index];
                titles.entry(&folder.domain).or_default().push(package.title());
                lane.domain_local_gates.extend(command(package, packages));
            }
        }
        for (domain, titles) in titles {
            let Some(lane) = lanes.get_mut(domain) else { continue };
            // Two packages of one folder, or two spellings of one command, are tested once.
            let mut known = BTreeSet::new();
            lane.domain_local_gates.retain(|gate| known.insert(crate::id::slug(gate)));
            let manifests = if titles.len() == 1 { "its manifest" } else { "their manifests" };
            lane.comment = format!("From {manifests}: {}.", titles.join(", "));
            lane.title = (titles.len() == 1).then(|| titles[0].clone());
        }
        lanes
    }

    fn report(&self, packages: &Packages) -> Vec<Line> {
        let mut report = Vec::new();
        for ecosystem in Ecosystem::ALL {
            let own: Vec<&Package> =
                packages.packages.iter().filter(|package| package.ecosystem == ecosystem).collect();
            if own.is_empty() {
                continue;
            }
            let imports: usize = own.iter().map(|package| package.imports.len()).sum();
            let what = format!("{ecosystem} package");
            let s = if imports == 1 { "" } else { "s" };
            report.push(Line::count(&what, own.len(), &format!("with {imports} import{s} between them")));
        }
        let edges = self.folders.values().map(|folder| folder.importers.len()).sum();
        report.push(Line::count("import edge", edges, "between domains"));
        let none: Vec<String> =
            packages.notes.iter().map(|note| format!("{}: {}", note.manifest, note.message)).collect();
        if !none.is_empty() {
            report.push(Line::list("note", none, "of what leads to no package"));
        }
        report
    }

    /// Returns what the policy that was read back says otherwise than the manifests: each file whose domains differ, and
    /// each package whose importers do.
    pub fn differences(&self, packages: &Packages, policy: &Policy, tree: &[RepoPath]) -> Vec<String> {
        let mut differences = Vec::new();
        let room = &mut Room::default();
        let unclaimed = DomainId::new(UNCLAIMED);
        for path in tree {
            let (owners, _) = attribute_path(policy, path, room);
            let found: BTreeSet<&DomainId> =
                owners.iter().flat_map(|hit| policy.owners(&policy.rows[hit.row])).collect();
            let package = packages.of_file(path).first().map(|index| packages.packages[*index].folder());
            let expected: BTreeSet<&DomainId> = match (self.shared.get(path), package) {
                (Some(None), _) => policy.domains.iter().collect(),
                (Some(Some(domains)), _) => domains.iter().collect(),
                (None, Some(folder)) => BTreeSet::from([&self.folders[folder].domain]),
                (None, None) => BTreeSet::from([&unclaimed]),
            };
            if found != expected {
                differences.push(format!(
                    "{path}: {} by its package, {} by the maps",
                    words(&expected),
                    words(&found)
                ));
            }
        }
        let rows = policy.rows.iter().filter(|row| row.kind == MapKind::Package);
        let by_pattern: BTreeMap<&str, &crate::ownership::Row> = rows
            .flat_map(|row| {
                let patterns = row.paths.iter().flat_map(|paths| &paths.patterns);
                patterns.map(move |pattern| (pattern.as_str(), row))
            })
            .collect();
        for (folder, own) in &self.folders {
            let row = by_pattern.get(pattern(folder).as_str());
            let listed = row.map(|row| match &row.imported_by {
                RowCell::Listed(domains) => domains.keys().collect(),
                RowCell::Unknown => BTreeSet::new(),
            });
            let expected: BTreeSet<&DomainId> = own.importers.iter().collect();
            if listed.as_ref() != Some(&expected) {
                let folder = String::from_utf8_lossy(folder);
                let found = listed.map_or_else(|| "no row".to_owned(), |listed| words(&listed));
                differences.push(format!(
                    "{folder}: imported by {} by the manifests, {found} by the maps",
                    words(&expected)
                ));
            }
        }
        differences
    }
}

const HEAD: &str = "# Packages\n\nMade by `laneway import packages` from the workspace manifests: a row for each \
    package, with the domains whose packages import it.\n";

fn words(domains: &BTreeSet<&DomainId>) -> String {
    if domains.is_empty() {
        return "nobody".to_owned();
    }
    domains.iter().map(|domain| domain.as_str()).collect::<Vec<_>>().join(", ")
}

fn pattern(folder: &[u8]) -> String {
    if folder.is_empty() { "**".to_owned() } else { format!("{}/**", literal(folder)) }
}

/// Returns the command that tests a package, where its manifest says that it has tests. It begins with two words by
/// which a lane knows a command, and runs at the root of the repository.
fn command(package: &Package, packages: &Packages) -> Option<String> {
    let runner = package.tests?;
    let folder = std::str::from_utf8(package.folder()).ok()?;
    let at_root = |workspace: &RepoPath| !workspace.as_bytes().contains(&b'/');
    let is_root = package.workspace.as_ref().is_some_and(at_root);
    let is_own = |other: &&Package| other.ecosystem == package.ecosystem && other.name == package.name;
    let by_name = is_root && !package.name.is_empty() && packages.packages.iter().filter(is_own).count() == 1;
    let name = || word(&package.name);
    Some(match runner {
        Runner::Cargo if by_name => format!("cargo test -p {}", name()),
        Runner::Cargo if folder.is_empty() => "cargo test".to_owned(),
        Runner::Cargo => format!("cargo test --manifest-path {}", word(&format!("{folder}/Cargo.toml"))),
        Runner::Pnpm if folder.is_empty() => "pnpm test".to_owned(),
        Runner::Yarn if folder.is_empty() => "yarn test".to_owned(),
        Runner::Npm if folder.is_empty() => "npm test".to_owned(),
        Runner::Pnpm if by_name => format!("pnpm run --filter {} test", name()),
        Runner::Npm if by_name => format!("npm test --workspace {}", name()),
        Runner::Npm | Runner::Pnpm | Runner::Yarn => format!("npm test --prefix {}", word(folder)),
        Runner::Go if folder.is_empty() => "go test ./...".to_owned(),
        Runner::Go => format!("go test -C {} ./...", word(folder)),
    })
}

/// Writes a word as a shell takes it for one: names come from files, and say nothing to a shell.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@/._-+:".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    let clean: String = text.chars().map(|one| if one.is_control() { '?' } else { one }).collect();
    format!("'{}'", clean.replace('\'', "'\\''"))
}
