//! Drafts to packages: which of them count, and which packages their wishes mean.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Draft, Ecosystem, Gathered, Note, Package, Packages, Standing, Wanted, folder};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;

/// Joins what the ecosystems have read.
pub(super) fn settle(mut gathered: Gathered) -> (Packages, Vec<Fault>) {
    let kept = kept(&gathered);
    let (mut faults, unread) = faults(&mut gathered, &kept);
    let (mut drafts, doubtful): (Vec<Draft>, Vec<Draft>) =
        std::mem::take(&mut gathered.drafts).into_iter().partition(|draft| kept.contains(&draft.manifest));
    for draft in doubtful {
        if let Standing::Doubtful(why) = draft.standing {
            gathered.note(&draft.manifest, None, why);
        }
    }
    drafts.sort_by(|left, right| left.manifest.cmp(&right.manifest));
    faults.extend(namesakes(&gathered, &drafts));
    let imports: Vec<BTreeSet<usize>> = imports(&mut gathered, &drafts, &unread);
    let packages = drafts.into_iter().zip(imports).map(|(draft, imports)| Package {
        ecosystem: draft.ecosystem,
        name: draft.name,
        manifest: draft.manifest,
        workspace: draft.workspace,
        tests: draft.tests,
        imports,
    });
    let mut packages = Packages { packages: packages.collect(), notes: gathered.notes, unread };
    let at = |note: &Note| note.place.as_ref().map(|place| place.span.start);
    packages
        .notes
        .sort_by(|left, right| left.manifest.cmp(&right.manifest).then_with(|| at(left).cmp(&at(right))));
    let by_place =
        |fault: &Fault| fault.place.as_ref().map(|place| (place.source.name().to_owned(), place.span.start));
    faults.sort_by_key(by_place);
    (packages, faults)
}

/// Returns the manifests that count: those that are kept, and any that imports one of them by its folder or is
/// imported so. A fixture is no package; a fixture that is built against a package changes with it.
fn kept(gathered: &Gathered) -> BTreeSet<RepoPath> {
    let is_kept = |standing: &Standing| matches!(standing, Standing::Kept);
    let mut kept: BTreeSet<RepoPath> = gathered
        .drafts
        .iter()
        .filter(|draft| is_kept(&draft.standing))
        .map(|draft| draft.manifest.clone())
        .chain(gathered.broken.iter().filter(|(_, standing)| is_kept(standing)).map(|(path, _)| path.clone()))
        .collect();
    let mut neighbours: HashMap<RepoPath, Vec<RepoPath>> = HashMap::new();
    for draft in &gathered.drafts {
        for want in &draft.wants {
            let Wanted::Folder(folder) = &want.what else { continue };
            let other = manifest_in(draft.ecosystem, folder);
            neighbours.entry(draft.manifest.clone()).or_default().push(other.clone());
            neighbours.entry(other).or_default().push(draft.manifest.clone());
        }
    }
    let drafts = gathered.drafts.iter().map(|draft| &draft.manifest);
    let known: BTreeSet<&RepoPath> = drafts.chain(gathered.broken.iter().map(|(path, _)| path)).collect();
    let mut waiting: Vec<RepoPath> = kept.iter().cloned().collect();
    while let Some(manifest) = waiting.pop() {
        for other in neighbours.get(&manifest).into_iter().flatten() {
            if known.contains(other) && kept.insert(other.clone()) {
                waiting.push(other.clone());
            }
        }
    }
    kept
}

/// Returns the manifest that a package of the ecosystem has in a folder.
fn manifest_in(ecosystem: Ecosystem, folder: &[u8]) -> RepoPath {
    let name = match ecosystem {
        Ecosystem::Cargo => "Cargo.toml",
        Ecosystem::Npm => "package.json",
        Ecosystem::Go => "go.mod",
    };
    RepoPath::new(folder::file(folder, name))
}

/// Returns the faults that count, and the manifests that have them. What is wrong with a manifest that does not count
/// is no fault: it stays among the notes, where that says why it does not count.
fn faults(gathered: &mut Gathered, kept: &BTreeSet<RepoPath>) -> (Vec<Fault>, BTreeSet<RepoPath>) {
    let mut doubtful: BTreeSet<RepoPath> = BTreeSet::new();
    for (path, standing) in std::mem::take(&mut gathered.broken) {
        if let Standing::Doubtful(why) = standing
            && !kept.contains(&path)
        {
            gathered.note(&path, None, format!("{why}; it does not parse either"));
            doubtful.insert(path);
        }
    }
    let drafts = gathered.drafts.iter().map(|draft| &draft.manifest);
    doubtful.extend(drafts.filter(|path| !kept.contains(*path)).cloned());
    let (mut faults, mut unread) = (Vec::new(), BTreeSet::new());
    for (manifest, fault) in std::mem::take(&mut gathered.faults) {
        if !doubtful.contains(&manifest) {
            unread.insert(manifest);
            faults.push(fault);
        }
    }
    (faults, unread)
}

/// Two members of one workspace by one name: no tool accepts that, and who is meant by the name is not known.
fn namesakes(gathered: &Gathered, drafts: &[Draft]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut known: BTreeMap<(Ecosystem, &RepoPath, &str), &Draft> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| !draft.name.is_empty()) {
        let Some(workspace) = &draft.workspace else { continue };
        if let Some(first) = known.insert((draft.ecosystem, workspace, &draft.name), draft) {
            let message = format!(
                "two packages of the workspace {workspace} are named `{}`: {} and {}",
                draft.name, first.manifest, draft.manifest
            );
            let help = "give one of them another name, or take it out of the workspace";
            let fault = match gathered.sources.get(&draft.manifest) {
                Some(source) => {
                    let span = name_span(source.text(), &draft.name);
                    Fault::at(Code::ManifestNamesakes, source, span, message, "this name", help)
                }
                None => Fault::new(Code::ManifestNamesakes, message, help),
            };
            // Both stay: every import by the name is one of both.
            faults.push(fault);
        }
    }
    faults
}

/// Returns where the name stands in a manifest: the first time that it does.
fn name_span(text: &str, name: &str) -> std::ops::Range<usize> {
    let quoted = format!("\"{name}\"");
    let at = text.find(&quoted).map(|at| at + 1).or_else(|| text.find(name));
    at.map_or(0..0, |at| at..at + name.len())
}

/// Returns for each draft the packages that it imports.
fn imports(gathered: &mut Gathered, drafts: &[Draft], unread: &BTreeSet<RepoPath>) -> Vec<BTreeSet<usize>> {
    let mut by_manifest: HashMap<&RepoPath, usize> = HashMap::new();
    let mut by_name: HashMap<(Ecosystem, &str), Vec<usize>> = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        by_manifest.insert(&draft.manifest, index);
        if !draft.name.is_empty() {
            by_name.entry((draft.ecosystem, &draft.name)).or_default().push(index);
        }
    }
    let mut all = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        let mut imports = BTreeSet::new();
        for want in &draft.wants {
            match &want.what {
                Wanted::Name(name) => {
                    imports.extend(by_name.get(&(draft.ecosystem, name.as_str())).into_iter().flatten());
                }
                Wanted::Folder(folder) => {
                    let manifest = manifest_in(draft.ecosystem, folder);
                    if let Some(found) = by_manifest.get(&manifest) {
                        imports.insert(*found);
                    } else if !unread.contains(&manifest) {
                        let shown = String::from_utf8_lossy(folder);
                        let message = format!("no package is in `{shown}`, which it imports");
                        gathered.note(&draft.manifest, Some(want.place.clone()), message);
                    }
                }
            }
        }
        imports.remove(&index);
        all.push(imports);
    }
    all
}
