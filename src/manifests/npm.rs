//! `package.json` and `pnpm-workspace.yaml`, of npm, pnpm and yarn.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::folder::{self, Globs, Members};
use super::{Draft, Ecosystem, Gathered, Runner, Standing, Want, Wanted};
use crate::fault::{Code, Fault};
use crate::json::{error_message, error_span, first_byte};
use crate::path::RepoPath;
use crate::source::{Place, Source, Span};
use crate::yaml::{self, Reader};

const FILE: &str = "package.json";
const PNPM: &str = "pnpm-workspace.yaml";
const DEPENDENCIES: [&str; 4] =
    ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

struct Manifest<'s> {
    path: &'s RepoPath,
    source: &'s Arc<Source>,
    keys: Map<String, Value>,
}

struct Workspace {
    members: Members,
    runner: Runner,
}

/// Reads every `package.json`.
///
/// A dependency is an import where its range is a path, and where its name is that of a package of the repository,
/// whatever the range says: which ranges the local package satisfies, the package managers see differently.
pub(super) fn read(gathered: &mut Gathered) {
    let sources = gathered.named(FILE);
    let mut manifests = Vec::new();
    let mut unparsed = Vec::new();
    for (path, source) in &sources {
        match serde_json::from_str(source.text()) {
            Ok(Value::Object(keys)) => manifests.push(Manifest { path, source, keys }),
            Ok(_) => {
                let message = format!("{path} is no JSON object");
                let span = first_byte(source);
                unparsed.push((path, fault(source, span, &message, "write `{\"name\": \"…\"}`")));
            }
            Err(error) => {
                let message = format!("{path} is not JSON: {}", error_message(&error));
                let help = "mend it: which packages it imports is not known until then";
                let mut fault = fault(source, error_span(source, &error), &message, help);
                fault.code = Code::ManifestSyntax;
                unparsed.push((path, fault));
            }
        }
    }
    let workspaces = workspaces(gathered, &manifests);
    for (root, workspace) in &workspaces {
        let spans = workspace.members.idle(sources.iter().map(|(path, _)| path));
        let declared = [RepoPath::new(folder::file(folder::of(root), PNPM)), root.clone()];
        let source = declared.iter().find_map(|path| gathered.sources.get(path).cloned());
        for (span, source) in spans.into_iter().filter_map(|span| Some((span, source.clone()?))) {
            let shown = source.text().get(span.clone()).unwrap_or_default();
            let message = format!("the members {shown} are no folder with a {FILE}");
            gathered.note(root, Some(Place::new(&source, span)), message);
        }
    }
    // The file of a fixture has no faults either.
    for (path, _) in gathered.named(PNPM) {
        let root = RepoPath::new(folder::file(folder::of(&path), FILE));
        if gathered.faults.iter().any(|(faulty, _)| *faulty == path) {
            gathered.broken.push((path, standing(&root, &workspaces).0));
        }
    }
    for (path, fault) in unparsed {
        let (standing, _) = standing(path, &workspaces);
        gathered.broken.push((path.clone(), standing));
        gathered.fault(path, fault);
    }
    for manifest in &manifests {
        draft(gathered, manifest, &workspaces);
    }
}

/// Returns every workspace by the `package.json` of its root, which need not exist.
fn workspaces(gathered: &mut Gathered, manifests: &[Manifest<'_>]) -> BTreeMap<RepoPath, Workspace> {
    let mut workspaces = BTreeMap::new();
    for (path, source) in gathered.named(PNPM) {
        let (root, mut faults) = yaml::parse(&source);
        // A file of nothing but comments is one of settings: a workspace of one package.
        faults.retain(|fault| fault.code != Code::YamlEmpty);
        let mut reader = Reader::new(&source, faults);
        let map =
            root.and_then(|root| reader.open_mapping(&root, "").map(|map| reader.texts(&map, "packages")));
        for fault in reader.into_faults() {
            gathered.fault(&path, fault);
        }
        // Without `packages` the file holds settings, and its folder has a workspace of one package.
        let Some(Some(globs)) = map else { continue };
        let folder = folder::of(&path);
        let mut members = Members::default();
        for glob in globs {
            let place = (&source, glob.span.clone());
            if let Some(fault) = members.add(Globs::Npm, folder, FILE, &glob.value, place) {
                gathered.fault(&path, fault);
            }
        }
        let root = RepoPath::new(folder::file(folder, FILE));
        workspaces.insert(root, Workspace { members, runner: Runner::Pnpm });
    }
    for manifest in manifests {
        let Some(value) = manifest.keys.get("workspaces") else { continue };
        // `{"packages": […], "nohoist": […]}` is yarn's older form.
        let list = value.as_object().map_or(Some(value), |object| object.get("packages"));
        let globs: Option<Vec<&str>> = match list {
            None => Some(Vec::new()),
            Some(list) => list.as_array().and_then(|list| list.iter().map(Value::as_str).collect()),
        };
        let Some(globs) = globs else {
            let message = format!("`workspaces` of {} is no list of globs", manifest.path);
            let span = key_span(manifest.source, "workspaces");
            let fault = fault(manifest.source, span, &message, "write `\"workspaces\": [\"packages/*\"]`");
            gathered.fault(manifest.path, fault);
            continue;
        };
        let root = folder::of(manifest.path);
        let mut members = Members::default();
        for glob in globs {
            let place = (manifest.source, key_span(manifest.source, glob));
            if let Some(fault) = members.add(Globs::Npm, root, FILE, glob, place) {
                gathered.fault(manifest.path, fault);
            }
        }
        let runner = match manifest.keys.get("packageManager").and_then(Value::as_str) {
            Some(manager) if manager.starts_with("yarn@") => Runner::Yarn,
            Some(manager) if manager.starts_with("pnpm@") => Runner::Pnpm,
            Some(_) | None => Runner::Npm,
        };
        // pnpm does not read `workspaces`; where both are, its own file decides.
        workspaces.entry(manifest.path.clone()).or_insert(Workspace { members, runner });
    }
    workspaces
}

/// Returns whether the manifest counts, and the workspace that it belongs to.
///
/// A manifest below a workspace that does not have it for a member is installed by nobody: a fixture, a template, an
/// example. The nearest workspace above that has it wins; a root below another workspace is such a manifest itself.
fn standing(path: &RepoPath, workspaces: &BTreeMap<RepoPath, Workspace>) -> (Standing, Option<RepoPath>) {
    let above: Vec<RepoPath> = folder::above(folder::of(path))
        .map(|folder| RepoPath::new(folder::file(folder, FILE)))
        .filter(|root| workspaces.contains_key(root))
        .collect();
    let has = |root: &&RepoPath| workspaces[*root].members.has(path);
    let member_of = above.iter().filter(|root| *root != path).find(has);
    let outermost = above.last();
    match (member_of, outermost) {
        (Some(root), _) if is_sound(root, workspaces) => (Standing::Kept, Some(root.clone())),
        (None, Some(root)) if root == path => (Standing::Kept, Some(root.clone())),
        (None, None) => (Standing::Kept, None),
        (_, Some(root)) => {
            let why = format!("the workspace of {root} above it has it for no member");
            (Standing::Doubtful(why), member_of.cloned())
        }
        (Some(_), None) => (Standing::Kept, None),
    }
}

/// Says whether a workspace is the outermost one above itself, or a member of one that is.
fn is_sound(root: &RepoPath, workspaces: &BTreeMap<RepoPath, Workspace>) -> bool {
    matches!(standing(root, workspaces), (Standing::Kept, _))
}

fn draft(gathered: &mut Gathered, manifest: &Manifest<'_>, workspaces: &BTreeMap<RepoPath, Workspace>) {
    let (mut standing, workspace) = standing(manifest.path, workspaces);
    let name = match manifest.keys.get("name") {
        None => String::new(),
        Some(Value::String(name)) => name.trim().to_owned(),
        Some(_) => {
            let message = format!("`name` of {} is no text", manifest.path);
            let span = key_span(manifest.source, "name");
            let fault = fault(manifest.source, span, &message, "write `\"name\": \"…\"`");
            gathered.fault(manifest.path, fault);
            String::new()
        }
    };
    if !manifest.keys.contains_key("name") && workspace.is_none() && matches!(standing, Standing::Kept) {
        standing = Standing::Doubtful("it has no name, and belongs to no workspace".to_owned());
    }
    let script = manifest.keys.get("scripts").and_then(|scripts| scripts.get("test"));
    let runner = workspace.as_ref().and_then(|root| workspaces.get(root)).map(|workspace| workspace.runner);
    let tests = script
        .and_then(Value::as_str)
        // What `npm init` writes fails by design.
        .filter(|script| !script.trim().is_empty() && !script.contains("no test specified"))
        .map(|_| runner.unwrap_or(Runner::Npm));
    let mut wants = Vec::new();
    for key in DEPENDENCIES {
        let Some(value) = manifest.keys.get(key).filter(|value| !value.is_null()) else { continue };
        let Some(dependencies) = value.as_object() else {
            let message = format!("`{key}` of {} is no object", manifest.path);
            let span = key_span(manifest.source, key);
            let fault = fault(manifest.source, span, &message, "write `{\"name\": \"range\"}`");
            gathered.fault(manifest.path, fault);
            continue;
        };
        for (name, range) in dependencies {
            let what = wanted(folder::of(manifest.path), name, range.as_str().unwrap_or_default());
            let place = Place::new(manifest.source, key_span(manifest.source, name));
            match what {
                Ok(what) => wants.extend(what.into_iter().map(|what| Want { what, place: place.clone() })),
                Err(why) => gathered.note(manifest.path, Some(place), why),
            }
        }
    }
    gathered.drafts.push(Draft {
        ecosystem: Ecosystem::Npm,
        name,
        manifest: manifest.path.clone(),
        workspace,
        tests,
        wants,
        standing,
    });
}

/// Returns what a dependency means: nothing, where its range says that it is from elsewhere.
fn wanted(folder: &[u8], name: &str, range: &str) -> Result<Option<Wanted>, String> {
    let range = range.trim();
    let (protocol, rest) = match range.split_once(':') {
        Some((protocol, rest)) if protocol.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'+') => {
            (protocol, rest)
        }
        _ => ("", range),
    };
    let is_path = rest.starts_with('.') || rest.starts_with('/') || rest.starts_with("~/");
    match protocol {
        "file" | "link" | "portal" => by_path(folder, name, rest),
        "" | "workspace" if is_path => by_path(folder, name, rest),
        // An alias, `workspace:other@*`, means the other package.
        "workspace" | "npm" => {
            let alias = rest.char_indices().skip(1).find(|(_, byte)| *byte == '@').map(|(at, _)| &rest[..at]);
            let is_range = |text: &str| {
                text.starts_with(|first: char| first.is_ascii_digit() || "*^~<>=".contains(first))
            };
            let other = alias.or(Some(rest)).filter(|other| !other.is_empty() && !is_range(other));
            Ok(Some(Wanted::Name(other.unwrap_or(name).to_owned())))
        }
        "" | "catalog" | "patch" | "jsr" => Ok(Some(Wanted::Name(name.to_owned()))),
        // A repository or an archive by its URL is from elsewhere.
        _ => Ok(None),
    }
}

fn by_path(folder: &[u8], name: &str, path: &str) -> Result<Option<Wanted>, String> {
    let path = path.trim_start_matches("//");
    // An archive is no package of the repository, even where it lies in it.
    if [".tgz", ".tar.gz", ".tar"].iter().any(|ending| path.ends_with(ending)) {
        return Ok(None);
    }
    match folder::join(folder, path) {
        Some(folder) => Ok(Some(Wanted::Folder(folder))),
        None => Err(format!("`{name}` is at `{path}`, outside of the repository")),
    }
}

fn fault(source: &Arc<Source>, span: Span, message: &str, help: &str) -> Fault {
    Fault::at(Code::ManifestShape, source, span, message, "here", help)
}

/// Returns where a text stands in quotes, the first time that it does; the document's beginning where escapes hide it.
fn key_span(source: &Source, key: &str) -> Span {
    let quoted = format!("\"{key}\"");
    source.text().find(&quoted).map_or_else(|| first_byte(source), |at| at..at + quoted.len())
}
