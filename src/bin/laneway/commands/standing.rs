//! A policy and the tree that it stands on, at one state: what every command asks that is not about a change.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::fault::{Code, Fault};
use laneway::git::{HeadState, Repository};
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};
use laneway::workspace;

use crate::args::PlaceArgs;

/// A policy and the tree that it stands on.
#[derive(Debug)]
pub(crate) struct Standing {
    /// The repository.
    pub(crate) repository: Repository,
    /// Which of its states.
    pub(crate) state: HeadState,
    /// The policy of that state, or of `--policy`. It may be broken.
    pub(crate) policy: Arc<Policy>,
    /// The tracked files, sorted.
    pub(crate) tree: Vec<RepoPath>,
}

/// Opens the repository, and reads the policy and the files of a revision; without one, of the working tree.
pub(crate) fn standing(place: &PlaceArgs, revision: Option<&str>) -> Result<Standing, Vec<Fault>> {
    let one = |fault| vec![fault];
    let repository = Repository::open(&directory(place)?).map_err(one)?;
    let state = repository.state_of(revision).map_err(one)?;
    let policy = match &place.policy {
        Some(folder) => external(folder.as_ref())?,
        None => Policy::load(&repository.policy_of(state)),
    };
    let tree = repository.files_of(state).map_err(one)?;
    Ok(Standing { repository, state, policy: Arc::new(policy), tree })
}

/// Returns the folder of `-C`, or the current one.
pub(crate) fn directory(place: &PlaceArgs) -> Result<PathBuf, Vec<Fault>> {
    match &place.directory {
        Some(directory) if directory.as_encoded_bytes().iter().all(u8::is_ascii_whitespace) => {
            let help = "give `-C` a value, or leave it out";
            Err(vec![Fault::new(Code::EmptyValue, "the value of `-C` is empty", help)])
        }
        Some(directory) => Ok(PathBuf::from(directory)),
        None => Ok(PathBuf::from(".")),
    }
}

/// Reads the policy of a folder that `--policy` names.
pub(crate) fn external(folder: &Path) -> Result<Policy, Vec<Fault>> {
    external_files(folder).map(|files| Policy::load(&files))
}

/// Reads the files of the policy of a folder that `--policy` names.
pub(crate) fn external_files(folder: &Path) -> Result<PolicyFiles, Vec<Fault>> {
    if !folder.is_dir() {
        return Err(vec![Fault::new(
            Code::Usage,
            format!("`{}`, where the policy should be, is no folder", folder.display()),
            "name the folder that has `ownership-maps/` and `lanes/` in it with --policy",
        )]);
    }
    Ok(workspace::policy_files(folder))
}
