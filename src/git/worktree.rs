//! The working tree, untracked files included, compared with a commit.

use std::collections::BTreeMap;

use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use gix::status::index_worktree::Item;
use gix::status::plumbing::index_as_worktree::{Change, EntryStatus};
use gix::status::{Submodule, UntrackedFiles};

use crate::change::{Side, Sides, Status};
use crate::files_from::Listed;
use crate::git::diff::{Difference, Held};
use crate::git::repository::{CommitId, Repository, says};
use crate::path::RepoPath;
use crate::workspace::{self, Content};

impl Repository {
    /// Returns what differs between a commit and the working tree; without a commit, all that is there is new.
    pub(super) fn working_tree_differences(
        &self,
        commit: Option<CommitId>,
    ) -> Result<Vec<(RepoPath, Status)>, String> {
        let index = self.index()?;
        let staged = self.tree_to_index(commit, &index)?;
        let mut differences: BTreeMap<RepoPath, Status> = staged
            .iter()
            .filter_map(|(path, difference)| Some((path.clone(), difference.status()?)))
            .collect();
        for (path, on_disk) in self.unstaged(&index)? {
            // What the index has like the commit is in no difference of the two, and then the commit has it too,
            // unless the path is in neither.
            let in_index = index.entry_range(path.as_bytes().as_bstr()).is_some();
            let old = match staged.get(&path) {
                Some(Difference { old, .. }) => old.map(Some),
                None => (in_index && commit.is_some() && !self.is_intended(&index, &path)).then_some(None),
            };
            let status = match (old, on_disk) {
                (None, false) => None,
                (None, true) => Some(Status::Added),
                (Some(_), false) => Some(Status::Deleted),
                // Changed in a commit or in the index, and changed back on the disk.
                (Some(Some(held)), true) if self.is_on_disk(&path, held) => None,
                (Some(_), true) => Some(Status::Modified),
            };
            match status {
                Some(status) => differences.insert(path, status),
                None => differences.remove(&path),
            };
        }
        Ok(differences.into_iter().collect())
    }

    /// Returns every path whose content on the disk is not what the index has, and whether the disk has the path.
    fn unstaged(&self, index: &gix::index::State) -> Result<BTreeMap<RepoPath, bool>, String> {
        let status = self
            .git
            .status(gix::progress::Discard)
            .map_err(|error| says(&error))?
            .untracked_files(UntrackedFiles::Files)
            .index_worktree_rewrites(None)
            // What a submodule ignores of itself is its own affair, not a reason to route less.
            .index_worktree_submodules(Submodule::Given {
                ignore: gix::submodule::config::Ignore::None,
                check_dirty: true,
            });
        let mut paths = BTreeMap::new();
        for item in status.into_index_worktree_iter(Vec::new()).map_err(|error| says(&error))? {
            match item.map_err(|error| says(&error))? {
                Item::Modification { rela_path, status, .. } => {
                    let on_disk = match status {
                        EntryStatus::NeedsUpdate(_) => continue,
                        EntryStatus::Change(Change::Removed) => false,
                        EntryStatus::Conflict { .. } => self
                            .work_tree()
                            .is_some_and(|root| workspace::has(root, &RepoPath::new(&rela_path))),
                        EntryStatus::Change(_) | EntryStatus::IntentToAdd => true,
                    };
                    paths.insert(RepoPath::new(&rela_path), on_disk);
                }
                Item::DirectoryContents { entry, .. } => {
                    if entry.status == gix::dir::entry::Status::Untracked {
                        paths.insert(RepoPath::new(entry.rela_path.trim_end_with(|end| end == '/')), true);
                    }
                }
                // Renames are not looked for; should one come all the same, both of its paths count.
                Item::Rewrite { source, dirwalk_entry, copy, .. } => {
                    paths.insert(RepoPath::new(source.rela_path()), copy);
                    paths.insert(RepoPath::new(&dirwalk_entry.rela_path), true);
                }
            }
        }
        self.moved_repositories(index, &mut paths);
        Ok(paths)
    }

    /// Adds nested repositories that `.gitmodules` does not name and whose commit is not the one that the index has:
    /// the status of submodules passes them over.
    fn moved_repositories(&self, index: &gix::index::State, paths: &mut BTreeMap<RepoPath, bool>) {
        let Some(root) = self.work_tree() else { return };
        for entry in index.entries().iter().filter(|entry| entry.mode.is_submodule()) {
            let path = RepoPath::new(entry.path(index));
            if paths.contains_key(&path) || !workspace::has(root, &path) {
                continue;
            }
            let moved = self
                .git
                .workdir_path(entry.path(index))
                .and_then(|folder| gix::open(folder).ok())
                .and_then(|nested| nested.head_id().ok().map(gix::Id::detach))
                .is_some_and(|head| head != entry.id);
            if moved {
                paths.insert(path, true);
            }
        }
    }

    fn is_intended(&self, index: &gix::index::State, path: &RepoPath) -> bool {
        index
            .entry_by_path(path.as_bytes().as_bstr())
            .is_some_and(|entry| entry.flags.contains(gix::index::entry::Flags::INTENT_TO_ADD))
    }

    /// Says whether the disk has, byte for byte, what a commit holds at a path. What only filters would make equal
    /// counts as changed.
    fn is_on_disk(&self, path: &RepoPath, (mode, id): Held) -> bool {
        let Some(content) = self.work_tree().and_then(|root| workspace::content(root, path)) else {
            return false;
        };
        let (bytes, kind) = match content {
            Content::File(bytes, true) => (bytes, EntryKind::BlobExecutable),
            Content::File(bytes, false) => (bytes, EntryKind::Blob),
            Content::Link(bytes) => (bytes, EntryKind::Link),
        };
        mode.kind() == kind
            && gix::objs::compute_hash(self.git.object_hash(), gix::objs::Kind::Blob, &bytes)
                .is_ok_and(|hash| hash == id)
    }

    /// Says for paths of a file list which sides have them: `HEAD` for merge base and base tip, the working tree for
    /// the head. A path that neither has counts as had by all: nothing is known of it, so every policy is asked.
    pub fn present_sides<'a>(
        &self,
        paths: impl IntoIterator<Item = &'a RepoPath>,
    ) -> Result<BTreeMap<RepoPath, Sides>, String> {
        let mut sorted: Vec<&RepoPath> = paths.into_iter().collect();
        sorted.sort();
        sorted.dedup();
        let mut in_head = BTreeMap::new();
        if let Some(head) = self.checked_out() {
            self.look_up(self.tree_of(head)?, 0, &sorted, &mut in_head)?;
        }
        let sides = sorted.into_iter().map(|path| {
            let committed = in_head.contains_key(path);
            let on_disk = self.work_tree().map_or(committed, |root| workspace::has(root, path));
            let mut sides = Sides::NONE;
            if committed {
                sides = sides.with(Side::MergeBase).with(Side::BaseTip);
            }
            if on_disk {
                sides = sides.with(Side::Head);
            }
            (path.clone(), if sides.is_empty() { Sides::ALL } else { sides })
        });
        Ok(sides.collect())
    }

    /// Turns a file list into changed files: what the list does not say of a path, `HEAD` and working tree do.
    pub fn listed_files(&self, list: &[Listed]) -> Result<Vec<crate::change::ChangedFile>, String> {
        let sides = self.present_sides(list.iter().map(|file| &file.path))?;
        let files = list.iter().map(|file| {
            let present = sides.get(&file.path).copied().unwrap_or(Sides::ALL);
            let status = file.status.unwrap_or_else(|| {
                match (present.has(Side::MergeBase), present.has(Side::Head)) {
                    (false, true) => Status::Added,
                    (true, false) => Status::Deleted,
                    _ => Status::Modified,
                }
            });
            crate::change::ChangedFile {
                path: file.path.clone(),
                status,
                previous_path: file.previous_path.clone(),
                present,
            }
        });
        Ok(files.collect())
    }

    /// Finds what a tree holds at sorted paths, which share their first `depth` bytes. Each tree is read once.
    pub(super) fn look_up<'a>(
        &self,
        tree: gix::ObjectId,
        depth: usize,
        paths: &[&'a RepoPath],
        found: &mut BTreeMap<&'a RepoPath, Held>,
    ) -> Result<(), String> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut wanted: BTreeMap<&[u8], (Option<&'a RepoPath>, Vec<&'a RepoPath>)> = BTreeMap::new();
        for path in paths {
            let rest = &path.as_bytes()[depth..];
            match rest.iter().position(|byte| *byte == b'/') {
                Some(end) => wanted.entry(&rest[..end]).or_default().1.push(path),
                None => wanted.entry(rest).or_default().0 = Some(path),
            }
        }
        let data = self.tree_data(tree)?;
        for entry in gix::objs::TreeRefIter::from_bytes(&data, self.git.object_hash()) {
            let entry = entry.map_err(|error| says(&error))?;
            let Some((file, below)) = wanted.get(entry.filename.as_bytes()) else { continue };
            if entry.mode.is_tree() {
                self.look_up(entry.oid.to_owned(), depth + entry.filename.len() + 1, below, found)?;
            } else if let Some(file) = file {
                found.insert(file, (entry.mode, entry.oid.to_owned()));
            }
        }
        Ok(())
    }
}
