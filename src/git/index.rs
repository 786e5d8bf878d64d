//! The index, compared with a tree.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Stage};
use gix::objs::TreeRefIter;

use crate::change::Status;
use crate::git::diff::{Difference, Held};
use crate::git::repository::{CommitId, Repository, says};
use crate::path::RepoPath;

impl Repository {
    /// Returns what differs between a commit and the index; without a commit, all that the index has is new.
    pub(super) fn index_differences(
        &self,
        commit: Option<CommitId>,
    ) -> Result<Vec<(RepoPath, Status)>, String> {
        let index = self.index()?;
        let differences = self.tree_to_index(commit, &index)?;
        Ok(differences
            .into_iter()
            .filter_map(|(path, difference)| Some((path, difference.status()?)))
            .collect())
    }

    pub(super) fn index(&self) -> Result<gix::worktree::Index, String> {
        let index = self.git.index_or_empty().map_err(|error| says(&error))?;
        if index.is_sparse() {
            return Err(
                "the index is sparse, and folders in it cannot be looked into: run git sparse-checkout \
                        reapply --no-sparse-index"
                    .to_owned(),
            );
        }
        Ok(index)
    }

    /// Compares a commit's tree with an index, path by path.
    ///
    /// A path with a conflict is held, whatever its stages say; one that is only intended to be added is not.
    pub(super) fn tree_to_index(
        &self,
        commit: Option<CommitId>,
        index: &gix::index::State,
    ) -> Result<BTreeMap<RepoPath, Difference>, String> {
        let mut walk = Walk { repository: self, index, differences: BTreeMap::new() };
        let all = 0..index.entries().len();
        match commit {
            Some(commit) => walk.folder(self.tree_of(commit)?, b"", all, index.tree())?,
            None => walk.added(all),
        }
        Ok(walk.differences)
    }
}

struct Walk<'a> {
    repository: &'a Repository,
    index: &'a gix::index::State,
    differences: BTreeMap<RepoPath, Difference>,
}

impl Walk<'_> {
    /// Compares a tree with the entries of the index in `range`, which are those below `prefix`. `cached` is what the
    /// index remembers of the tree that it was last written from: where it is the same tree, nothing differs.
    fn folder(
        &mut self,
        tree: ObjectId,
        prefix: &[u8],
        range: std::ops::Range<usize>,
        cached: Option<&gix::index::extension::Tree>,
    ) -> Result<(), String> {
        if cached
            .is_some_and(|cached| cached.id == tree && cached.num_entries == u32::try_from(range.len()).ok())
        {
            return Ok(());
        }
        let data = self.repository.tree_data(tree)?;
        let mut seen = BTreeSet::new();
        let mut below: Vec<std::ops::Range<usize>> = Vec::new();
        for entry in TreeRefIter::from_bytes(&data, self.repository.git.object_hash()) {
            let entry = entry.map_err(|error| says(&error))?;
            let path = [prefix, entry.filename.as_bytes()].concat();
            if entry.mode.is_tree() {
                let prefix = [&path[..], b"/"].concat();
                let range = self.index.prefixed_entries_range(prefix.as_bstr()).unwrap_or(0..0);
                let cached = cached.and_then(|cached| {
                    cached.children.iter().find(|child| child.name[..] == *entry.filename.as_bytes())
                });
                self.folder(entry.oid.to_owned(), &prefix, range.clone(), cached)?;
                below.push(range);
            } else {
                let old: Held = (entry.mode, entry.oid.to_owned());
                let new = self.held(path.as_bstr());
                if new != Some(old) {
                    self.differences.insert(RepoPath::new(&path), Difference { old: Some(old), new });
                }
                seen.insert(path);
            }
        }
        // What is left of the range stands in no subtree and is no file of the tree.
        let mut at = range.start;
        below.sort_by_key(|range| range.start);
        let mut below = below.into_iter().filter(|range| !range.is_empty()).peekable();
        while at < range.end {
            if let Some(skipped) = below.next_if(|skipped| skipped.start <= at) {
                at = at.max(skipped.end);
                continue;
            }
            let path = self.index.entry(at).path(self.index);
            if !seen.contains(path.as_bytes()) {
                self.added(at..at + 1);
            }
            at += 1;
        }
        Ok(())
    }

    fn added(&mut self, range: std::ops::Range<usize>) {
        for at in range {
            let path = self.index.entry(at).path(self.index);
            if let Some(new) = self.held(path) {
                self.differences
                    .insert(RepoPath::new(path.as_bytes()), Difference { old: None, new: Some(new) });
            }
        }
    }

    /// Returns what the index holds at a path.
    fn held(&self, path: &BStr) -> Option<Held> {
        let entries = &self.index.entries()[self.index.entry_range(path)?];
        let entry = entries.first()?;
        if entry.flags.contains(Flags::INTENT_TO_ADD) {
            return None;
        }
        let mode = entry.mode.to_tree_entry_mode()?;
        // A null id is that of no object, so a conflict differs from whatever the tree has.
        let conflict = entry.stage() != Stage::Unconflicted;
        Some((mode, if conflict { ObjectId::null(self.index.object_hash()) } else { entry.id }))
    }
}
