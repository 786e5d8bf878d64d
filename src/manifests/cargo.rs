//! `Cargo.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::folder::{self, Globs, Members};
use super::{Draft, Ecosystem, Gathered, Runner, Standing, Want, Wanted};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Place, Source, Span};

const FILE: &str = "Cargo.toml";
const DEPENDENCIES: [&str; 5] =
    ["dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"];

struct Manifest<'s> {
    path: &'s RepoPath,
    source: &'s Arc<Source>,
    table: DeTable<'s>,
}

/// A manifest with `[workspace]`.
#[derive(Default)]
struct Workspace {
    members: Members,
    excluded: Members,
}

/// Reads every `Cargo.toml`.
///
/// A dependency is an import where it has a path, its own, that of `[workspace.dependencies]`, or that of `[patch]`;
/// whether it is for tests or for a build script only makes no difference, since then these change.
pub(super) fn read(gathered: &mut Gathered) {
    let sources = gathered.named(FILE);
    let mut manifests = Vec::new();
    let mut unparsed = Vec::new();
    for (path, source) in &sources {
        match DeTable::parse(source.text()) {
            Ok(table) => manifests.push(Manifest { path, source, table: table.into_inner() }),
            Err(error) => unparsed.push((path, syntax(source, &error))),
        }
    }
    let workspaces: BTreeMap<&RepoPath, Workspace> = manifests
        .iter()
        .filter(|manifest| manifest.table.contains_key("workspace"))
        .map(|manifest| (manifest.path, workspace(gathered, manifest)))
        .collect();
    let by_path: BTreeMap<&RepoPath, &Manifest<'_>> =
        manifests.iter().map(|manifest| (manifest.path, manifest)).collect();
    for (path, workspace) in &workspaces {
        let own = sources.iter().map(|(path, _)| path);
        let source = by_path[path].source;
        for span in workspace.members.idle(own) {
            let shown = source.text().get(span.clone()).unwrap_or_default();
            let message = format!("the members {shown} are no folder with a {FILE}");
            gathered.note(path, Some(Place::new(source, span)), message);
        }
    }
    for (path, fault) in unparsed {
        let standing = standing(path, root_of(path, &workspaces), &workspaces);
        gathered.broken.push((path.clone(), standing));
        gathered.fault(path, fault);
    }
    for manifest in &manifests {
        let root = stated_root(manifest).or_else(|| root_of(manifest.path, &workspaces));
        draft(gathered, manifest, root.and_then(|root| by_path.get(&root).copied()), &workspaces);
    }
}

fn syntax(source: &Arc<Source>, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    // An error may underline many lines: the first is where it is.
    let text = source.text().get(span.clone()).unwrap_or_default();
    let end = text.find('\n').map_or(span.end, |line| span.start + line);
    let message = format!("{} is not TOML: {}", source.name(), error.message().replace('\n', ", "));
    let help = "mend it: which packages it imports is not known until then";
    Fault::at(Code::ManifestSyntax, source, span.start..end, message, "here", help)
}

fn workspace(gathered: &mut Gathered, manifest: &Manifest<'_>) -> Workspace {
    let mut workspace = Workspace::default();
    let Some(table) = sub(gathered, manifest, &manifest.table, "workspace") else { return workspace };
    let root = folder::of(manifest.path);
    for (key, members) in [("members", &mut workspace.members), ("exclude", &mut workspace.excluded)] {
        for (text, span) in texts(gathered, manifest, table, key) {
            if key == "exclude" {
                // What is excluded is a folder with all below it, and no glob.
                if let Some(folder) = folder::join(root, text) {
                    members.exclude(&folder);
                }
            } else if let Some(fault) =
                members.add(Globs::Cargo, root, FILE, text, (manifest.source, span.clone()))
            {
                gathered.fault(manifest.path, fault);
            }
        }
    }
    workspace
}

/// Returns the workspace that a package belongs to: the nearest one above it that does not exclude it.
fn root_of(path: &RepoPath, workspaces: &BTreeMap<&RepoPath, Workspace>) -> Option<RepoPath> {
    folder::above(folder::of(path))
        .map(|folder| RepoPath::new(folder::file(folder, FILE)))
        .find(|root| workspaces.get(root).is_some_and(|own| root == path || !own.excluded.excludes(path)))
}

/// Returns the workspace that `package.workspace` names.
fn stated_root(manifest: &Manifest<'_>) -> Option<RepoPath> {
    let package = manifest.table.get("package")?.get_ref().as_table()?;
    let stated = package.get("workspace")?.get_ref().as_str()?;
    let root = folder::join(folder::of(manifest.path), stated)?;
    Some(RepoPath::new(folder::file(&root, FILE)))
}

/// A manifest below a workspace that is neither a member nor excluded is one that Cargo refuses: a fixture.
fn standing(
    path: &RepoPath,
    root: Option<RepoPath>,
    workspaces: &BTreeMap<&RepoPath, Workspace>,
) -> Standing {
    match root {
        Some(root) if root != *path && !workspaces[&root].members.has(path) => {
            Standing::Doubtful(format!("the workspace {root} above it has it for no member"))
        }
        Some(_) | None => Standing::Kept,
    }
}

fn draft(
    gathered: &mut Gathered,
    manifest: &Manifest<'_>,
    root: Option<&Manifest<'_>>,
    workspaces: &BTreeMap<&RepoPath, Workspace>,
) {
    let key = if manifest.table.contains_key("package") { "package" } else { "project" };
    if !manifest.table.contains_key(key) {
        return;
    }
    let Some(package) = sub(gathered, manifest, &manifest.table, key) else { return };
    let name = package.get("name").and_then(|name| name.get_ref().as_str());
    let Some(name) = name else {
        let span = manifest.table.get(key).map_or(0..0, Spanned::span);
        let message = format!("{} names no package", manifest.path);
        let help = "write `name = \"…\"` below `[package]`";
        let place = manifest.source;
        let fault = Fault::at(Code::ManifestShape, place, first_line(place, span), message, "no name", help);
        gathered.fault(manifest.path, fault);
        return;
    };
    let mut wants = Vec::new();
    let mut tables = vec![&manifest.table];
    if let Some(targets) = sub(gathered, manifest, &manifest.table, "target") {
        tables.extend(targets.iter().filter_map(|(_, target)| target.get_ref().as_table()));
    }
    for table in tables {
        for key in DEPENDENCIES {
            let Some(dependencies) = sub(gathered, manifest, table, key) else { continue };
            for (name, value) in dependencies.iter() {
                let dependency =
                    Dependency { manifest, root, name: name.get_ref(), value, span: name.span() };
                wants.extend(dependency.wanted(gathered));
            }
        }
    }
    let workspace = root.map(|root| root.path.clone());
    let standing = standing(manifest.path, root_of(manifest.path, workspaces), workspaces);
    let is_member = matches!(standing, Standing::Kept) || root.is_some_and(|root| root.path == manifest.path);
    gathered.drafts.push(Draft {
        ecosystem: Ecosystem::Cargo,
        name: name.to_owned(),
        manifest: manifest.path.clone(),
        workspace: workspace.filter(|_| is_member),
        tests: Some(Runner::Cargo),
        wants,
        standing,
    });
}

/// One line of a table of dependencies.
struct Dependency<'m, 's> {
    manifest: &'m Manifest<'s>,
    /// The manifest of the workspace, which may be the same.
    root: Option<&'m Manifest<'s>>,
    name: &'m str,
    value: &'m Spanned<DeValue<'s>>,
    span: Span,
}

impl Dependency<'_, '_> {
    /// Returns the folder that the dependency is in, if it is one by a path.
    fn wanted(&self, gathered: &mut Gathered) -> Option<Want> {
        let manifest = self.manifest;
        let place = Place::new(manifest.source, self.span.clone());
        let want = |folder| Want { what: Wanted::Folder(folder), place: place.clone() };
        let table = match self.value.get_ref() {
            DeValue::Table(table) => table,
            _ => return self.patched(gathered, self.name).map(want),
        };
        let is_inherited = table.get("workspace").and_then(|value| value.get_ref().as_bool()) == Some(true);
        if !is_inherited {
            let real = table.get("package").and_then(|name| name.get_ref().as_str()).unwrap_or(self.name);
            let path = table.get("path").and_then(|path| path.get_ref().as_str());
            return match path {
                Some(path) => self.inside(gathered, manifest, path).map(want),
                None => self.patched(gathered, real).map(want),
            };
        }
        let shared = self.root.and_then(|root| {
            let dependencies = root.table.get("workspace")?.get_ref().as_table()?.get("dependencies")?;
            Some((root, dependencies.get_ref().as_table()?.get(self.name)?))
        });
        let Some((root, shared)) = shared else {
            let message = format!("`{}` is not among the dependencies of a workspace", self.name);
            let help = "add it to `[workspace.dependencies]` of the workspace's Cargo.toml, or give it a path or version";
            let fault = Fault::at(
                Code::ManifestInherited,
                manifest.source,
                self.span.clone(),
                message,
                "inherited from the workspace",
                help,
            );
            gathered.fault(manifest.path, fault);
            return None;
        };
        let shared = shared.get_ref().as_table();
        let text =
            |key: &str| shared.and_then(|table| table.get(key)).and_then(|value| value.get_ref().as_str());
        match text("path") {
            Some(path) => self.inside(gathered, root, path).map(want),
            None => self.patched(gathered, text("package").unwrap_or(self.name)).map(want),
        }
    }

    /// Returns the folder that a path names, as seen from `from`.
    fn inside(&self, gathered: &mut Gathered, from: &Manifest<'_>, path: &str) -> Option<Vec<u8>> {
        let folder = folder::join(folder::of(from.path), path);
        if folder.is_none() {
            let place = Place::new(self.manifest.source, self.span.clone());
            let message = format!("`{}` is at `{path}`, outside of the repository", self.name);
            gathered.note(self.manifest.path, Some(place), message);
        }
        folder
    }

    /// Returns the folder by which `[patch]` or `[replace]` of the workspace stands in for the package `real`.
    fn patched(&self, gathered: &mut Gathered, real: &str) -> Option<Vec<u8>> {
        let root = self.root.unwrap_or(self.manifest);
        let table = |key: &str| root.table.get(key).and_then(|value| value.get_ref().as_table());
        let patches = table("patch").into_iter().flat_map(|patch| patch.iter());
        let tables = patches.filter_map(|(_, source)| source.get_ref().as_table()).chain(table("replace"));
        let path = tables.flat_map(|table| table.iter()).find_map(|(name, value)| {
            let value = value.get_ref().as_table()?;
            let stated = value.get("package").and_then(|name| name.get_ref().as_str());
            // `[replace]` names a package with its version, `foo:1.0.0`.
            let own = stated.unwrap_or_else(|| name.get_ref().split(':').next().unwrap_or_default());
            (own == real).then(|| value.get("path")?.get_ref().as_str())?
        });
        path.and_then(|path| self.inside(gathered, root, path))
    }
}

/// Takes a table out of another, and reports what is there and is none.
fn sub<'t, 's>(
    gathered: &mut Gathered,
    manifest: &Manifest<'_>,
    table: &'t DeTable<'s>,
    key: &str,
) -> Option<&'t DeTable<'s>> {
    let value = table.get(key)?;
    let found = value.get_ref().as_table();
    if found.is_none() {
        let message =
            format!("`{key}` of {} is a {}, not a table", manifest.path, value.get_ref().type_str());
        let span = first_line(manifest.source, value.span());
        let help = format!("write `[{key}]`, and a line for each of its keys");
        let fault = Fault::at(Code::ManifestShape, manifest.source, span, message, "not a table", help);
        gathered.fault(manifest.path, fault);
    }
    found
}

/// Takes a list of texts, and reports what is none.
fn texts<'t>(
    gathered: &mut Gathered,
    manifest: &Manifest<'_>,
    table: &'t DeTable<'_>,
    key: &str,
) -> Vec<(&'t str, Span)> {
    let Some(value) = table.get(key) else { return Vec::new() };
    let items = value.get_ref().as_array();
    let texts: Option<Vec<(&str, Span)>> = items
        .and_then(|items| items.iter().map(|item| Some((item.get_ref().as_str()?, item.span()))).collect());
    texts.unwrap_or_else(|| {
        let message = format!("`{key}` of {} is not a list of texts", manifest.path);
        let span = first_line(manifest.source, value.span());
        let help = format!("write `{key} = [\"…\"]`");
        let fault = Fault::at(Code::ManifestShape, manifest.source, span, message, "not texts", help);
        gathered.fault(manifest.path, fault);
        Vec::new()
    })
}

fn first_line(source: &Source, span: Span) -> Span {
    let text = source.text().get(span.clone()).unwrap_or_default();
    span.start..text.find('\n').map_or(span.end, |line| span.start + line)
}
