//! Workspace manifests: the packages of a monorepo and who imports whom, by Cargo, npm, pnpm, yarn and Go.
//!
//! Each ecosystem has a file that turns its manifests into drafts: packages whose imports are still wishes, a folder
//! or a name. `settle` joins them. An import that might be one counts as one: an npm dependency by the name of a
//! package of the repository is an import, whatever its version says. A manifest that cannot be read is a fault, since
//! the imports that it declares are not known.

mod cargo;
#[cfg(test)]
pub(crate) mod cases;
mod folder;
mod go;
mod npm;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Place, Source};

/// Whose manifest declares a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// `Cargo.toml`.
    Cargo,
    /// `package.json`, of npm, pnpm and yarn.
    Npm,
    /// `go.mod`.
    Go,
}

impl Ecosystem {
    /// Every ecosystem.
    pub const ALL: [Self; 3] = [Self::Cargo, Self::Npm, Self::Go];

    /// Returns the name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "Cargo",
            Self::Npm => "npm",
            Self::Go => "Go",
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// What tests a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    /// `cargo test`.
    Cargo,
    /// The `test` script, by npm.
    Npm,
    /// The `test` script, by pnpm.
    Pnpm,
    /// The `test` script, by yarn.
    Yarn,
    /// `go test`.
    Go,
}

/// One package of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Whose manifest declares it.
    pub ecosystem: Ecosystem,
    /// The name that others depend on it by; empty where an npm package has none.
    pub name: String,
    /// The file that declares it; the package is everything below the folder of that file.
    pub manifest: RepoPath,
    /// The manifest of the workspace that it belongs to, its own where it is that one; nothing where it stands alone.
    pub workspace: Option<RepoPath>,
    /// What runs its tests, where it says that it has some.
    pub tests: Option<Runner>,
    /// The packages of this repository that it imports, by their index in [`Packages::packages`].
    pub imports: BTreeSet<usize>,
}

impl Package {
    /// Returns the bytes of the package's folder, without a `/` at the end; nothing for the root.
    pub fn folder(&self) -> &[u8] {
        folder::of(&self.manifest)
    }

    /// Returns what people call it: its name, or its folder where it has none.
    pub fn title(&self) -> String {
        match (self.name.is_empty(), self.folder().is_empty()) {
            (false, _) => self.name.clone(),
            (true, false) => String::from_utf8_lossy(self.folder()).into_owned(),
            (true, true) => "the root".to_owned(),
        }
    }
}

/// Something that a manifest says and that leads to no package of the repository.
#[derive(Clone, Debug)]
pub struct Note {
    /// The manifest.
    pub manifest: RepoPath,
    /// Where it says so; nothing where all of the manifest is meant.
    pub place: Option<Place>,
    /// What is meant, in one sentence.
    pub message: String,
}

/// Every package of the repository.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Sorted by manifest.
    pub packages: Vec<Package>,
    /// Manifests that declare no package of the repository, and what leads to none. Sorted by manifest.
    pub notes: Vec<Note>,
    /// Manifests with a fault: what they declare is not known, or not wholly.
    pub unread: BTreeSet<RepoPath>,
}

impl Packages {
    /// Returns the packages to which the file at `path` belongs, by their indices: those of the nearest folder above it
    /// that has any. One folder may have manifests of several ecosystems.
    pub fn of_file(&self, path: &RepoPath) -> Vec<usize> {
        let folders = folder::above(folder::of(path)).map(|folder| self.of_folder(folder));
        folders.into_iter().find(|packages| !packages.is_empty()).unwrap_or_default()
    }

    /// Returns the packages whose folder this is, by their indices.
    pub fn of_folder(&self, folder: &[u8]) -> Vec<usize> {
        let index = |name: &str| {
            let manifest = folder::file(folder, name);
            self.packages.binary_search_by(|package| package.manifest.as_bytes().cmp(&manifest)).ok()
        };
        MANIFESTS.iter().filter_map(|name| index(name)).collect()
    }
}

/// The files that declare packages, sorted.
const MANIFESTS: [&str; 3] = ["Cargo.toml", "go.mod", "package.json"];

/// Files that say which packages there are, and declare none themselves.
const WORKSPACES: [&str; 2] = ["go.work", "pnpm-workspace.yaml"];

/// Says whether [`read`] reads the file: what declares a package, or says which packages there are. What package
/// managers have put into a tree is not looked at.
pub fn is_manifest(path: &RepoPath) -> bool {
    let name = folder::name(path);
    let is_named = MANIFESTS.iter().chain(&WORKSPACES).any(|own| own.as_bytes() == name);
    is_named && !path.components().any(|folder| matches!(folder, b"node_modules" | b"bower_components"))
}

/// Reads every manifest of the repository, or says what is wrong with it. Files that are none are passed over.
pub fn read(files: &BTreeMap<RepoPath, Arc<[u8]>>) -> (Packages, Vec<Fault>) {
    let mut gathered = Gathered::default();
    for (path, bytes) in files.iter().filter(|(path, _)| is_manifest(path)) {
        gathered.add(path, bytes);
    }
    cargo::read(&mut gathered);
    npm::read(&mut gathered);
    go::read(&mut gathered);
    settle::settle(gathered)
}

/// What the ecosystems read from and write to.
#[derive(Default)]
struct Gathered {
    /// The text of each manifest.
    sources: BTreeMap<RepoPath, Arc<Source>>,
    drafts: Vec<Draft>,
    /// Manifests that might declare a package and cannot be read; what is wrong with them is among the faults.
    broken: Vec<(RepoPath, Standing)>,
    /// What is wrong, each with its manifest: of one that turns out not to count, nobody asks.
    faults: Vec<(RepoPath, Fault)>,
    notes: Vec<Note>,
}

/// A package whose imports are still wishes.
struct Draft {
    ecosystem: Ecosystem,
    name: String,
    manifest: RepoPath,
    workspace: Option<RepoPath>,
    tests: Option<Runner>,
    wants: Vec<Want>,
    standing: Standing,
}

/// Whether a manifest counts.
#[derive(Clone)]
enum Standing {
    /// It declares a package of the repository.
    Kept,
    /// It does only where it imports a package of the repository by its folder, or is imported so; or this is why not.
    Doubtful(String),
}

/// What a package says that it imports.
struct Want {
    what: Wanted,
    place: Place,
}

enum Wanted {
    /// The package of this ecosystem in a folder. Without a package there, the manifest leads nowhere.
    Folder(Vec<u8>),
    /// Every package of this ecosystem with the name, if there is one.
    Name(String),
}

impl Gathered {
    fn add(&mut self, path: &RepoPath, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                // A byte order mark is no part of any of these formats, and every tool passes over it.
                let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                self.sources.insert(path.clone(), Source::new(path.to_string(), text));
            }
            Err(error) => {
                let message = format!("{path} is not UTF-8 at byte {}", error.valid_up_to());
                self.fault(path, Fault::new(Code::ManifestSyntax, message, "save it as UTF-8"));
                self.broken.push((path.clone(), Standing::Kept));
            }
        }
    }

    /// Returns the manifests of this file name.
    fn named(&self, name: &str) -> Vec<(RepoPath, Arc<Source>)> {
        let is = |path: &RepoPath| folder::name(path) == name.as_bytes();
        let own = self.sources.iter().filter(|(path, _)| is(path));
        own.map(|(path, source)| (path.clone(), Arc::clone(source))).collect()
    }

    fn fault(&mut self, manifest: &RepoPath, fault: Fault) {
        self.faults.push((manifest.clone(), fault));
    }

    fn note(&mut self, manifest: &RepoPath, place: Option<Place>, message: impl Into<String>) {
        self.notes.push(Note { manifest: manifest.clone(), place, message: message.into() });
    }
}
