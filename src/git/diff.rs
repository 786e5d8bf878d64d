//! What differs between two trees.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use gix::ObjectId;
use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryMode, EntryRef};
use rayon::prelude::*;

use crate::change::{ChangedFile, Side, Sides, Status};
use crate::git::repository::{CommitId, Repository, says};
use crate::path::RepoPath;

/// What a tree or an index holds at a path.
pub(super) type Held = (EntryMode, ObjectId);

/// What two trees hold at a path where they differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    pub(super) old: Option<Held>,
    pub(super) new: Option<Held>,
}

impl Difference {
    pub(super) const fn status(&self) -> Option<Status> {
        match (self.old, self.new) {
            (None, None) => None,
            (None, Some(_)) => Some(Status::Added),
            (Some(_), None) => Some(Status::Deleted),
            (Some(_), Some(_)) => Some(Status::Modified),
        }
    }
}

/// Two trees at one path, of which one may be absent.
struct Pair {
    /// The path of the folder, with a `/` at its end; empty for the root.
    prefix: Vec<u8>,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
}

/// From how many folders still to compare on it is worth to start threads.
const WORTH_THREADS: usize = 128;

impl Repository {
    /// Returns every path whose file, link or submodule differs between the trees of two commits, and what happened
    /// to it, sorted by path.
    ///
    /// Folder by folder, those that differ in many threads where there are many: inflating trees is nearly all of the
    /// work. Renames are not looked for, and no index is read.
    pub(super) fn diff_commits(
        &self,
        old: CommitId,
        new: CommitId,
    ) -> Result<Vec<(RepoPath, Status)>, String> {
        self.diff_trees(Some(self.tree_of(old)?), self.tree_of(new)?)
    }

    /// Returns the same of two trees. Without an old one, all of the new one is added.
    pub(super) fn diff_trees(
        &self,
        old: Option<ObjectId>,
        new: ObjectId,
    ) -> Result<Vec<(RepoPath, Status)>, String> {
        let mut found = Vec::new();
        let mut open = VecDeque::new();
        if old != Some(new) {
            open.push_back(Pair { prefix: Vec::new(), old, new: Some(new) });
        }
        while open.len() < WORTH_THREADS {
            let Some(pair) = open.pop_front() else { break };
            compare(&self.git, &pair, &mut found, |below| open.push_back(below))?;
        }
        if !open.is_empty() {
            let shared = self.git.clone().into_sync();
            let parts: Vec<Vec<(RepoPath, Status)>> = open
                .into_par_iter()
                .map_init(|| shared.to_thread_local(), |git, pair| all_below(git, pair))
                .collect::<Result<_, _>>()?;
            found.extend(parts.into_iter().flatten());
        }
        found.sort_unstable();
        // A tree may hold a name twice, which git forbids and reads all the same.
        found.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same && later.1 != earlier.1 {
                earlier.1 = Status::Modified;
            }
            same
        });
        Ok(found)
    }

    /// Returns the tree of a commit.
    pub(super) fn tree_of(&self, commit: CommitId) -> Result<ObjectId, String> {
        let commit = self.git.find_commit(commit.0).map_err(|error| says(&error))?;
        commit.tree_id().map(gix::Id::detach).map_err(|error| says(&error))
    }

    /// Returns the bytes of a tree. The empty tree need not be stored.
    pub(super) fn tree_data(&self, tree: ObjectId) -> Result<Vec<u8>, String> {
        self.git.find_tree(tree).map(|mut tree| tree.take_data()).map_err(|error| says(&error))
    }

    /// Turns differences from the merge base, sorted by path, into changed files, with the sides that have each.
    pub(super) fn changed_files(
        &self,
        merge_base: CommitId,
        base_tip: CommitId,
        differences: Vec<(RepoPath, Status)>,
    ) -> Result<Vec<ChangedFile>, String> {
        // What the base branch added or deleted since is in its tip's diff, so no path need be looked up.
        let mut at_tip: BTreeMap<RepoPath, bool> = BTreeMap::new();
        if base_tip != merge_base {
            for (path, status) in self.diff_commits(merge_base, base_tip)? {
                if status != Status::Modified
                    && differences.binary_search_by(|(known, _)| known.cmp(&path)).is_ok()
                {
                    at_tip.insert(path, status == Status::Added);
                }
            }
        }
        let files = differences.into_iter().map(|(path, status)| {
            let at_merge_base = status != Status::Added;
            let at_base_tip = at_tip.get(&path).copied().unwrap_or(at_merge_base);
            let at_head = status != Status::Deleted;
            let present =
                [(Side::MergeBase, at_merge_base), (Side::BaseTip, at_base_tip), (Side::Head, at_head)]
                    .into_iter()
                    .filter(|(_, has)| *has)
                    .fold(Sides::NONE, |sides, (side, _)| sides.with(side));
            ChangedFile { path, status, previous_path: None, present }
        });
        Ok(files.collect())
    }
}

/// Compares all below a pair of trees.
fn all_below(git: &gix::Repository, pair: Pair) -> Result<Vec<(RepoPath, Status)>, String> {
    let mut found = Vec::new();
    let mut open = vec![pair];
    while let Some(pair) = open.pop() {
        compare(git, &pair, &mut found, |below| open.push(below))?;
    }
    Ok(found)
}

/// Compares the entries of two trees; folders that differ are handed to `below`.
fn compare(
    git: &gix::Repository,
    pair: &Pair,
    found: &mut Vec<(RepoPath, Status)>,
    mut below: impl FnMut(Pair),
) -> Result<(), String> {
    let hash = git.object_hash();
    let data = |tree: Option<ObjectId>| match tree {
        Some(tree) => git.find_tree(tree).map(|mut tree| tree.take_data()).map_err(|error| says(&error)),
        None => Ok(Vec::new()),
    };
    let (old, new) = (data(pair.old)?, data(pair.new)?);
    let shared = same_entries(&old, &new, hash.len_in_bytes());
    let (old, new) = (&old[shared..], &new[shared..]);
    let entries = |data| {
        TreeRefIter::from_bytes(data, hash)
            .collect::<Result<Vec<EntryRef<'_>>, _>>()
            .map_err(|error| says(&error))
    };
    let (mut old, mut new) = (entries(old)?, entries(new)?);
    // Git sorts a folder as if its name ended in `/`; by name alone a file meets the folder that takes its place.
    for entries in [&mut old, &mut new] {
        entries.sort_unstable_by(|left, right| left.filename.cmp(right.filename));
    }
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.filename.cmp(right.filename),
        };
        let before = if order.is_le() { left.next() } else { None };
        let after = if order.is_ge() { right.next() } else { None };
        let Some(name) = before.or(after).map(|entry| entry.filename) else { return Ok(()) };
        if before
            .zip(after)
            .is_some_and(|(before, after)| (before.mode, before.oid) == (after.mode, after.oid))
        {
            continue;
        }
        let folder = |entry: Option<&EntryRef<'_>>| {
            entry.filter(|entry| entry.mode.is_tree()).map(|entry| entry.oid.to_owned())
        };
        let (old_folder, new_folder) = (folder(before), folder(after));
        let mut path = pair.prefix.clone();
        path.extend_from_slice(name);
        let is_file = |entry: Option<&EntryRef<'_>>| entry.is_some_and(|entry| !entry.mode.is_tree());
        let status = match (is_file(before), is_file(after)) {
            (true, true) => Some(Status::Modified),
            (true, false) => Some(Status::Deleted),
            (false, true) => Some(Status::Added),
            (false, false) => None,
        };
        found.extend(status.map(|status| (RepoPath::new(&path), status)));
        // Trees of one id may differ in the mode that is written for them, which means nothing.
        if old_folder != new_folder {
            path.push(b'/');
            below(Pair { prefix: path, old: old_folder, new: new_folder });
        }
    }
}

/// Returns how many bytes at the beginning of two trees are whole entries that both have: most of two neighbours of a
/// history, and nothing of them need be read any further.
fn same_entries(old: &[u8], new: &[u8], id_length: usize) -> usize {
    let mut at = 0;
    // An entry is `mode name`, a NUL, and the bytes of an id.
    while let Some(name) = old[at..].iter().position(|byte| *byte == 0) {
        let end = at + name + 1 + id_length;
        match (old.get(at..end), new.get(at..end)) {
            (Some(before), Some(after)) if before == after => at = end,
            _ => break,
        }
    }
    at
}
