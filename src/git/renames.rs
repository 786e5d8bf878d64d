//! Which of the files that a change deletes are those that it adds, under another name.
//!
//! No route asks this: it decides which new path a help line proposes, and whether a known finding follows its file. A
//! pair that is not found makes both stricter.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use rayon::prelude::*;

use crate::change::{ChangedFile, Side};
use crate::git::repository::{HeadState, Repository, Resolved};
use crate::git::similarity::{LEAST_LIKENESS, Pieces};
use crate::path::RepoPath;
use crate::workspace::{self, Content};

/// So many pairs are compared by content; where there are more, only files of one name are.
const MOST_PAIRS: usize = 1_000_000;

/// A larger file is followed only where it moved unchanged.
const MOST_BYTES: usize = 1 << 20;

/// A file whose name is on both sides only once has moved where this much is the same, whatever else is alike.
const LIKENESS_OF_ONE_NAME: u64 = 75;

/// What stood at a path, or stands there now: whether it is a link, and its blob.
type Blob = (bool, ObjectId);

impl Repository {
    /// Returns the new path of each file that moved between the merge base and the head, by its old path.
    ///
    /// A file moved where another path has the same content: that with the same name if there is one, else the first.
    /// Of the rest it moved where at least half of the larger file is the same, the most alike first; only files with
    /// the same extension, or the same name before it, are compared, up to 1 MiB each and a million pairs; beyond that
    /// only those with the same name. Every path is in one pair at most. A blob that cannot be read, as in a partial
    /// clone, is compared by its id alone.
    pub fn renames(&self, resolved: &Resolved) -> Result<BTreeMap<RepoPath, RepoPath>, String> {
        let Some(base) = resolved.merge_base else { return Ok(BTreeMap::new()) };
        let only = |has: Side, lacks: Side| {
            let paths = move |file: &&ChangedFile| file.present.has(has) && !file.present.has(lacks);
            resolved.change.files.iter().filter(paths).map(|file| &file.path).collect::<Vec<_>>()
        };
        let (gone, new) = (only(Side::MergeBase, Side::Head), only(Side::Head, Side::MergeBase));
        if gone.is_empty() || new.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut old = self.blobs_in(self.tree_of(base)?, &gone)?;
        let mut new = match resolved.head {
            HeadState::Commit(commit) => self.blobs_in(self.tree_of(commit)?, &new)?,
            HeadState::Index(_) => self.blobs_of_index(&new)?,
            HeadState::WorkingTree(_) => self.blobs_on_disk(&new),
            HeadState::Nothing => BTreeMap::new(),
        };
        let mut renames = BTreeMap::new();
        unchanged(&mut old, &mut new, &mut renames);
        self.alike(resolved.head, &old, &new, &mut renames);
        Ok(renames)
    }

    /// Returns what a tree has at sorted paths.
    fn blobs_in(&self, tree: ObjectId, paths: &[&RepoPath]) -> Result<BTreeMap<RepoPath, Blob>, String> {
        let mut found = BTreeMap::new();
        self.look_up(tree, 0, paths, &mut found)?;
        let blobs = found.into_iter().filter(|(_, (mode, _))| mode.is_blob_or_symlink());
        Ok(blobs.map(|(path, (mode, id))| (path.clone(), (mode.is_link(), id))).collect())
    }

    fn blobs_of_index(&self, paths: &[&RepoPath]) -> Result<BTreeMap<RepoPath, Blob>, String> {
        let index = self.index()?;
        let blob = |path: &RepoPath| {
            let entry = index.entry_by_path(path.as_bytes().as_bstr())?;
            let mode = entry.mode.to_tree_entry_mode().filter(|mode| mode.is_blob_or_symlink())?;
            Some((path.clone(), (mode.kind() == EntryKind::Link, entry.id)))
        };
        Ok(paths.iter().filter_map(|path| blob(path)).collect())
    }

    fn blobs_on_disk(&self, paths: &[&RepoPath]) -> BTreeMap<RepoPath, Blob> {
        let Some(root) = self.work_tree() else { return BTreeMap::new() };
        let kind = self.git.object_hash();
        let blob = |path: &RepoPath| {
            let (is_link, bytes) = match workspace::content(root, path)? {
                Content::File(bytes, _) => (false, bytes),
                Content::Link(bytes) => (true, bytes),
            };
            let id = gix::objs::compute_hash(kind, gix::objs::Kind::Blob, &bytes).ok()?;
            Some((path.clone(), (is_link, id)))
        };
        paths.par_iter().filter_map(|path| blob(path)).collect()
    }

    /// Pairs what is alike among the rest.
    fn alike(
        &self,
        head: HeadState,
        old: &BTreeMap<RepoPath, Blob>,
        new: &BTreeMap<RepoPath, Blob>,
        renames: &mut BTreeMap<RepoPath, RepoPath>,
    ) {
        let files = |blobs: &BTreeMap<RepoPath, Blob>| {
            let files = blobs.iter().filter(|(_, (is_link, _))| !is_link);
            files.map(|(path, (_, id))| (path.clone(), *id)).collect::<Vec<_>>()
        };
        let (old, new) = (files(old), files(new));
        let candidates = Candidates::new(&old, &new);
        let pieces = |of: fn(&Pair) -> usize, read: &dyn Fn(usize) -> Option<Pieces>| {
            let asked: BTreeSet<usize> = candidates.once.iter().chain(&candidates.pairs).map(of).collect();
            asked.into_iter().filter_map(|at| Some((at, read(at)?))).collect::<BTreeMap<_, _>>()
        };
        let is_on_disk = matches!(head, HeadState::WorkingTree(_));
        let old_pieces = pieces(|pair| pair.0, &|at| self.small_blob(old[at].1));
        let new_pieces = pieces(|pair| pair.1, &|at| match is_on_disk {
            true => self.small_file(&new[at].0),
            false => self.small_blob(new[at].1),
        });
        let likeness = |(before, after): &Pair| match (old_pieces.get(before), new_pieces.get(after)) {
            (Some(before), Some(after)) => before.likeness(after),
            _ => 0,
        };
        for (before, after) in candidates.join(&likeness) {
            renames.insert(old[before].0.clone(), new[after].0.clone());
        }
    }

    fn small_blob(&self, id: ObjectId) -> Option<Pieces> {
        let size = self.git.find_header(id).ok()?.size();
        let object = (size <= MOST_BYTES as u64).then(|| self.git.find_object(id).ok())??;
        Some(Pieces::of(&object.data))
    }

    fn small_file(&self, path: &RepoPath) -> Option<Pieces> {
        match workspace::content(self.work_tree()?, path)? {
            Content::File(bytes, _) if bytes.len() <= MOST_BYTES => Some(Pieces::of(&bytes)),
            Content::File(..) | Content::Link(_) => None,
        }
    }
}

/// Pairs the paths whose blob is the same, and takes them out of both.
fn unchanged(
    old: &mut BTreeMap<RepoPath, Blob>,
    new: &mut BTreeMap<RepoPath, Blob>,
    renames: &mut BTreeMap<RepoPath, RepoPath>,
) {
    let mut by_blob: BTreeMap<Blob, BTreeSet<&RepoPath>> = BTreeMap::new();
    for (path, blob) in &*new {
        by_blob.entry(*blob).or_default().insert(path);
    }
    let mut pairs: Vec<(RepoPath, RepoPath)> = Vec::new();
    let mut taken: BTreeSet<&RepoPath> = BTreeSet::new();
    for same_name in [true, false] {
        for (path, blob) in &*old {
            let Some(there) = by_blob.get_mut(blob).filter(|_| !taken.contains(path)) else { continue };
            let target = there.iter().find(|new| !same_name || name(new) == name(path)).copied();
            if let Some(target) = target {
                there.remove(target);
                taken.insert(path);
                pairs.push((path.clone(), target.clone()));
            }
        }
    }
    for (before, after) in pairs {
        old.remove(&before);
        new.remove(&after);
        renames.insert(before, after);
    }
}

/// An old and a new file, by where they stand in their lists.
type Pair = (usize, usize);

/// Which files are compared by content.
struct Candidates {
    /// Files whose name is on both sides only once.
    once: Vec<Pair>,
    /// Files with the same extension, or with the same name before it.
    pairs: Vec<Pair>,
}

impl Candidates {
    fn new(old: &[(RepoPath, ObjectId)], new: &[(RepoPath, ObjectId)]) -> Self {
        let (by_name, by_stem, by_extension) =
            (joined(old, new, name), joined(old, new, stem), joined(old, new, extension));
        let once = by_name.iter().filter(|(old, new)| (old.len(), new.len()) == (1, 1));
        let once = once.map(|(old, new)| (old[0], new[0])).collect();
        let count = |groups: &[Group]| {
            groups.iter().map(|(old, new)| old.len().saturating_mul(new.len())).fold(0, usize::saturating_add)
        };
        let chosen: &[&[Group]] = if count(&by_stem).saturating_add(count(&by_extension)) <= MOST_PAIRS {
            &[&by_stem, &by_extension]
        } else if count(&by_name) <= MOST_PAIRS {
            &[&by_name]
        } else {
            &[]
        };
        let groups = chosen.iter().copied().flatten();
        let mut pairs: Vec<Pair> = groups
            .flat_map(|(old, new)| old.iter().flat_map(move |old| new.iter().map(move |new| (*old, *new))))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { once, pairs }
    }

    /// Chooses pairs that are alike enough: names that occur once, then the most alike, then the first.
    fn join(&self, likeness: &(impl Fn(&Pair) -> u64 + Sync)) -> Vec<Pair> {
        let mut joined: Vec<Pair> =
            self.once.iter().filter(|pair| likeness(pair) >= LIKENESS_OF_ONE_NAME).copied().collect();
        let (mut old, mut new): (BTreeSet<usize>, BTreeSet<usize>) = joined.iter().copied().unzip();
        let open = |(before, after): &&Pair| !old.contains(before) && !new.contains(after);
        let open: Vec<Pair> = self.pairs.iter().filter(open).copied().collect();
        let mut scored: Vec<(Reverse<u64>, Pair)> = open
            .into_par_iter()
            .map(|pair| (Reverse(likeness(&pair)), pair))
            .filter(|(Reverse(likeness), _)| *likeness >= LEAST_LIKENESS)
            .collect();
        scored.sort_unstable();
        for (_, (before, after)) in scored {
            if !old.contains(&before) && !new.contains(&after) {
                old.insert(before);
                new.insert(after);
                joined.push((before, after));
            }
        }
        joined
    }
}

/// Old and new files that are the same in something.
type Group = (Vec<usize>, Vec<usize>);

fn joined(
    old: &[(RepoPath, ObjectId)],
    new: &[(RepoPath, ObjectId)],
    key: fn(&RepoPath) -> &[u8],
) -> Vec<Group> {
    let mut groups: BTreeMap<&[u8], Group> = BTreeMap::new();
    for (at, (path, _)) in old.iter().enumerate() {
        groups.entry(key(path)).or_default().0.push(at);
    }
    for (at, (path, _)) in new.iter().enumerate() {
        groups.entry(key(path)).or_default().1.push(at);
    }
    groups.into_values().filter(|(old, new)| !old.is_empty() && !new.is_empty()).collect()
}

fn name(path: &RepoPath) -> &[u8] {
    path.components().last().unwrap_or_default()
}

/// Returns the name before its last dot; all of it where there is none but at its beginning.
fn stem(path: &RepoPath) -> &[u8] {
    let name = name(path);
    &name[..name.len() - extension(path).len()]
}

/// Returns the end of the name from its last dot on.
fn extension(path: &RepoPath) -> &[u8] {
    let name = name(path);
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(at) if at > 0 => &name[at..],
        _ => &[],
    }
}
