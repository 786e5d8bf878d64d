//! A repository that was opened, and what it answers with.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;

use crate::change::Change;
use crate::fault::{Code, Fault};
use crate::git::policy::Held;
use crate::policy::PolicyFiles;

/// A repository: bare, a linked worktree, shallow, a partial clone or none of these, SHA-1 or SHA-256.
pub struct Repository {
    pub(super) git: gix::Repository,
    /// Blobs that were read, so that files which are the same on two sides are the same bytes in memory.
    pub(super) blobs: RefCell<HashMap<ObjectId, Arc<[u8]>>>,
    /// Policies that were read, by what their commits hold at the places of a policy.
    pub(super) policies: RefCell<Vec<(Held, PolicyFiles)>>,
}

/// The id of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitId(pub(super) ObjectId);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a change leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadState {
    /// A commit.
    Commit(CommitId),
    /// The index, on the commit that is checked out.
    Index(Option<CommitId>),
    /// The working tree, on the commit that is checked out.
    WorkingTree(Option<CommitId>),
    /// Nothing: nothing is checked out in a repository without a commit.
    Nothing,
}

impl HeadState {
    /// Returns the commit that is the head, or that index and working tree stand on.
    pub const fn commit(self) -> Option<CommitId> {
        match self {
            Self::Commit(id) => Some(id),
            Self::Index(id) | Self::WorkingTree(id) => id,
            Self::Nothing => None,
        }
    }
}

/// A change, and the commits whose policies count for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What changed.
    pub change: Change,
    /// The commit that the head was compared with; nothing where the base is missing.
    pub merge_base: Option<CommitId>,
    /// The newest commit of the base branch. It may be known where the merge base is not.
    pub base_tip: Option<CommitId>,
    /// What the change leads to.
    pub head: HeadState,
}

impl Repository {
    /// Opens the repository that `dir` lies in, or that `GIT_DIR` names.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        match gix::ThreadSafeRepository::discover_with_environment_overrides(dir) {
            Ok(repository) => Ok(Self::of(repository.to_thread_local())),
            Err(_) if gix::discover::upwards(dir).is_err() => Err(Fault::new(
                Code::NotARepository,
                format!("`{}` is not in a git repository", dir.display()),
                "run laneway inside a clone, name one with -C DIR (and see whether GIT_DIR is set), or give the files with --files and the policy with \
                 --policy",
            )),
            Err(error) => Err(Fault::new(
                Code::Git,
                format!("the repository of `{}` cannot be opened: {}", dir.display(), says(&error)),
                "see whether `git status` works there, and whether GIT_DIR names what it should",
            )),
        }
    }

    /// Takes a repository of which nothing was read yet.
    pub(super) fn of(git: gix::Repository) -> Self {
        Self { git, blobs: RefCell::default(), policies: RefCell::default() }
    }

    /// Returns the folder of the working tree; nothing in a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.git.workdir()
    }

    /// Returns the commit that is checked out; nothing on a branch without a commit.
    pub fn checked_out(&self) -> Option<CommitId> {
        let id = self.git.head().ok()?.try_into_peeled_id().ok()??;
        Some(CommitId(id.object().ok()?.peel_to_commit().ok()?.id))
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("git_dir", &self.git.git_dir()).finish()
    }
}

/// Returns what an error of gix says, its causes included, in one line.
pub(super) fn says(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text.replace('\n', " ")
}
