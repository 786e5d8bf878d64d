//! The files of a commit, of the index or of the working tree, and what is in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::index::entry::Flags;

use crate::fault::{Code, Fault};
use crate::git::repository::{CommitId, HeadState, Repository, says};
use crate::path::RepoPath;
use crate::policy::PolicyFiles;

/// The contents of files, and those that cannot be read, with the cause.
pub type Contents = (BTreeMap<RepoPath, Arc<[u8]>>, Vec<(RepoPath, String)>);

impl Repository {
    /// Returns what `revision` names; without one, the working tree, or in a bare repository what is checked out.
    pub fn state_of(&self, revision: Option<&str>) -> Result<HeadState, Fault> {
        match revision {
            Some(text) => self.commit_named("--head", text).map(HeadState::Commit),
            None if self.work_tree().is_some() => Ok(HeadState::WorkingTree(self.checked_out())),
            None => Ok(self.checked_out().map_or(HeadState::Nothing, HeadState::Commit)),
        }
    }

    /// Returns the commit that the value of a flag names.
    pub fn commit_named(&self, flag: &str, text: &str) -> Result<CommitId, Fault> {
        self.spec(text).map_err(|why| self.unknown_revision(flag, text, &why))
    }

    /// Returns the policy files of a state.
    pub fn policy_of(&self, state: HeadState) -> PolicyFiles {
        match state {
            HeadState::Commit(commit) => self.commit_policy(commit),
            HeadState::Index(_) => self.index_policy(),
            HeadState::WorkingTree(_) => self.working_tree_policy(),
            HeadState::Nothing => PolicyFiles::default(),
        }
    }

    /// Returns the tracked files of a state, sorted by path. Of the working tree these are those of the index.
    pub fn files_of(&self, state: HeadState) -> Result<Vec<RepoPath>, Fault> {
        let files = match state {
            HeadState::Nothing => Ok(Vec::new()),
            HeadState::Commit(commit) => self.tree_of(commit).and_then(|tree| self.listed_in(tree)),
            HeadState::Index(_) | HeadState::WorkingTree(_) => self.index().map(|index| {
                let held = index.entries().iter().filter(|entry| !entry.flags.contains(Flags::INTENT_TO_ADD));
                let mut files: Vec<RepoPath> = held.map(|entry| RepoPath::new(entry.path(&index))).collect();
                // A conflict has an entry for each of its stages.
                files.dedup();
                files
            }),
        };
        files.map_err(|why| {
            let help = "see whether `git status` works there, and complete a partial clone";
            Fault::new(Code::Git, format!("the files of the repository cannot be listed: {why}"), help)
        })
    }

    /// Returns the contents of those `paths` that the state has as regular files, or why one cannot be read. Of the
    /// working tree it is what is on the disk.
    pub fn contents_of(&self, state: HeadState, paths: &[RepoPath]) -> Contents {
        let mut contents = BTreeMap::new();
        let mut faults = Vec::new();
        for path in paths {
            match self.content(state, path) {
                Ok(Some(bytes)) => {
                    contents.insert(path.clone(), bytes);
                }
                Ok(None) => {}
                Err(why) => faults.push((path.clone(), why)),
            }
        }
        (contents, faults)
    }

    fn content(&self, state: HeadState, path: &RepoPath) -> Result<Option<Arc<[u8]>>, String> {
        match state {
            HeadState::Nothing => Ok(None),
            HeadState::Commit(commit) => {
                let tree = self.git.find_tree(self.tree_of(commit)?).map_err(|error| says(&error))?;
                let entry = tree.lookup_entry(path.components()).map_err(|error| says(&error))?;
                let blob = entry.filter(|entry| entry.mode().is_blob());
                blob.map(|entry| self.blob(entry.object_id())).transpose()
            }
            HeadState::Index(_) => {
                let index = self.index()?;
                let entry = index.entry_by_path(path.as_bytes().into());
                let blob =
                    entry.filter(|entry| entry.mode.to_tree_entry_mode().is_some_and(|mode| mode.is_blob()));
                blob.map(|entry| self.blob(entry.id)).transpose()
            }
            HeadState::WorkingTree(_) => {
                self.work_tree().map_or(Ok(None), |root| crate::workspace::read_below(root, path))
            }
        }
    }
}
