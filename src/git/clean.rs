//! Whether the working tree is what is checked out.

use std::collections::BTreeSet;

use crate::git::repository::Repository;
use crate::path::RepoPath;

impl Repository {
    /// Returns every path at which index or working tree differ from the commit that is checked out, untracked files
    /// included, ignored ones left out; what lies below one of `beside` is somebody else's affair.
    pub fn uncommitted(&self, beside: &[RepoPath]) -> Result<BTreeSet<RepoPath>, String> {
        let commit = self.checked_out();
        let changed = self.working_tree_differences(commit)?;
        // What is staged, and changed back on the disk, is no difference of the disk.
        let staged = self.index_differences(commit)?;
        let paths = changed.into_iter().chain(staged).map(|(path, _)| path);
        let is_beside =
            |path: &RepoPath| beside.iter().filter_map(RepoPath::as_str).any(|folder| path.is_below(folder));
        Ok(paths.filter(|path| !is_beside(path)).collect())
    }
}
