//! Reads the reference model and the sample platform from the disk, and routes changes under them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, Provenance, Sides, Status};
use laneway::config::Config;
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::route::{Request, Route, Widen, route};

/// Returns the reference model as it stands on disk, with the configuration of the sample platform.
pub(crate) fn reference() -> Arc<Policy> {
    Arc::new(Policy::load(&PolicyFiles { files: reference_files(), faults: Vec::new() }))
}

pub(crate) fn reference_files() -> BTreeMap<RepoPath, Arc<[u8]>> {
    let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
    let config = Config::default();
    for folder in ["ownership-maps", "lanes"] {
        for below in files_below(&repository().join(folder)) {
            let path = RepoPath::from(format!("{folder}/{below}").as_str());
            if config.policy_file(&path).is_some() {
                files.insert(path, bytes(&repository().join(folder).join(below)));
            }
        }
    }
    files.insert(RepoPath::from("laneway.yaml"), bytes(&sample().join("laneway.yaml")));
    files
}

/// Routes a modification of these paths, base and head having the same policy.
pub(crate) fn route_paths(policy: Arc<Policy>, paths: impl IntoIterator<Item = impl AsRef<str>>) -> Route {
    route_under(vec![(Sides::ALL, policy)], paths)
}

/// Routes a modification of these paths in the sample platform.
pub(crate) fn route_under(
    each: Vec<(Sides, Arc<Policy>)>,
    paths: impl IntoIterator<Item = impl AsRef<str>>,
) -> Route {
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: Some("1".repeat(40)),
        head: Some("2".repeat(40)),
        merge_base: Some("1".repeat(40)),
        base_method: "flag".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    let files = paths.into_iter().map(|path| ChangedFile {
        path: RepoPath::from(path.as_ref()),
        status: Status::Modified,
        previous_path: None,
        present: Sides::ALL,
    });
    let tracked: Vec<RepoPath> = sample_paths().iter().map(|path| RepoPath::from(path.as_str())).collect();
    route(&Request {
        change: &Change::new(provenance, files),
        policies: &Policies { basis: PolicyBasis::BaseAndHead, each },
        tracked: &tracked,
        widen: Widen::default(),
    })
}

/// Returns every path of the repository that `testdata/sample-platform.sh` makes.
pub(crate) fn sample_paths() -> Vec<String> {
    let mut paths = files_below(&sample());
    for folder in ["ownership-maps", "lanes"] {
        paths.extend(
            files_below(&repository().join(folder)).into_iter().map(|path| format!("{folder}/{path}")),
        );
    }
    paths
}

pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(folder).unwrap();
                let parts: Vec<&str> = below.iter().map(|part| part.to_str().unwrap()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn bytes(path: &Path) -> Arc<[u8]> {
    Arc::from(fs::read(path).unwrap())
}

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn sample() -> PathBuf {
    repository().join("testdata/sample-platform")
}
