//! Recorded changes: those of the first parents of a commit, and those of pairs.
//!
//! Neighbours share most of their trees, and a pack stores a tree as a difference from its neighbour's, so what was
//! read of one change is kept for the next.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::odb::pack::cache::DecodeEntry;

use crate::backtest::HistoryEnd;
use crate::change::{ChangedFile, MissingBase, Side, Sides, Status};
use crate::git::repository::{CommitId, Repository, says};
use crate::path::RepoPath;

/// How many bytes of trees each reader keeps, whole and as the pack's differences build on them.
const KEPT_BYTES: usize = 24 << 20;

/// How many bytes of a subject are kept: more is no use in a list.
const MOST_SUBJECT: usize = 120;

/// A change that history has.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it started from: the first parent, or the base of a pair; nothing for the first commit of a history.
    pub base: Option<CommitId>,
    /// What the head is compared with, or why that is not known; nothing for the first commit of a history.
    pub merge_base: Result<Option<CommitId>, MissingBase>,
    /// What it led to.
    pub head: CommitId,
    /// How many parents the head has.
    pub parents: usize,
    /// When the head was committed, in seconds since 1970.
    pub seconds: i64,
    /// The first line of the head's message, cut where it is long.
    pub subject: String,
    /// The trees to compare: the old one is nothing where there is no merge base.
    trees: Option<(Option<ObjectId>, ObjectId)>,
}

/// The newest changes of a history, newest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The changes.
    pub changes: Vec<Recorded>,
    /// Why there are no more.
    pub end: HistoryEnd,
}

/// What a commit says of itself.
struct Header {
    tree: ObjectId,
    first_parent: Option<ObjectId>,
    parents: usize,
    seconds: i64,
    subject: String,
}

impl Repository {
    /// Returns the newest `most` changes that led to a commit, each commit against its first parent, and the first
    /// commit against nothing.
    pub fn first_parents(&self, head: CommitId, most: usize) -> History {
        let mut changes: Vec<Recorded> = Vec::new();
        let shallow = self.git.shallow_commits().ok().flatten();
        let is_cut = |id: &ObjectId| shallow.as_ref().is_some_and(|cut| cut.iter().any(|one| one == id));
        let missing = |id: ObjectId, why| HistoryEnd::Missing { commit: id.to_string(), why };
        let (mut id, mut header) = (head.0, self.header(head.0));
        let end = loop {
            if changes.len() == most {
                break HistoryEnd::Enough;
            }
            let commit = match header {
                Ok(commit) => commit,
                Err(why) => break missing(id, why),
            };
            if is_cut(&id) {
                break HistoryEnd::Shallow { commit: id.to_string() };
            }
            let parent = commit.first_parent;
            let before = parent.map(|parent| (parent, self.header(parent)));
            let old = match &before {
                None => None,
                Some((_, Ok(before))) => Some(before.tree),
                Some((parent, Err(why))) => break missing(*parent, why.clone()),
            };
            changes.push(Recorded {
                base: parent.map(CommitId),
                merge_base: Ok(parent.map(CommitId)),
                head: CommitId(id),
                parents: commit.parents,
                seconds: commit.seconds,
                subject: commit.subject,
                trees: Some((old, commit.tree)),
            });
            match before {
                None => break HistoryEnd::Root,
                Some((parent, next)) => (id, header) = (parent, next),
            }
        };
        History { changes, end }
    }

    /// Returns the change between two commits, against their merge base as a route has it.
    pub fn pair(&self, base: CommitId, head: CommitId) -> Result<Recorded, String> {
        let commit = self.header(head.0)?;
        let merge_base = self.merge_base(base, head).map(|(merge_base, _)| Some(merge_base));
        let trees = match &merge_base {
            Ok(Some(merge_base)) => Some((Some(self.tree_of(*merge_base)?), commit.tree)),
            Ok(None) | Err(_) => None,
        };
        Ok(Recorded {
            base: Some(base),
            merge_base,
            head,
            parents: commit.parents,
            seconds: commit.seconds,
            subject: commit.subject,
            trees,
        })
    }

    /// Returns the files of a recorded change, sorted by path; none where it has no merge base.
    pub fn files_changed(&self, change: &Recorded) -> Result<Vec<ChangedFile>, String> {
        let Some((old, new)) = change.trees else { return Ok(Vec::new()) };
        let differences = self.diff_trees(old, new)?;
        let merge_base = change.merge_base.as_ref().ok().copied().flatten();
        match (merge_base, change.base) {
            (Some(merge_base), Some(base)) => self.changed_files(merge_base, base, differences),
            // All of it is new: only the head has it.
            _ => Ok(differences.into_iter().map(|(path, status)| only_at_head(path, status)).collect()),
        }
    }

    fn header(&self, id: ObjectId) -> Result<Header, String> {
        let commit = self.git.find_commit(id).map_err(|error| says(&error))?;
        let decoded = commit.decode().map_err(|error| says(&error))?;
        let subject = decoded.message.lines().next().unwrap_or_default();
        let mut subject = subject[..subject.len().min(MOST_SUBJECT)].to_str_lossy().into_owned();
        // A character that was cut in two.
        if subject.ends_with('\u{fffd}') && decoded.message.len() > MOST_SUBJECT {
            subject.pop();
        }
        Ok(Header {
            tree: decoded.tree(),
            first_parent: decoded.parents().next(),
            parents: decoded.parents().count(),
            seconds: decoded.committer().map_or(0, |who| who.seconds()),
            subject,
        })
    }
}

fn only_at_head(path: RepoPath, status: Status) -> ChangedFile {
    ChangedFile { path, status, previous_path: None, present: Sides::NONE.with(Side::Head) }
}

/// Repositories for many threads, each with what it has read of the history.
pub struct Readers {
    shared: gix::ThreadSafeRepository,
    /// Those that no thread has, each with the thread that had it last.
    idle: Mutex<Vec<(usize, Repository)>>,
}

impl Readers {
    /// Returns readers of a repository.
    pub fn new(repository: &Repository) -> Self {
        Self { shared: repository.git.clone().into_sync(), idle: Mutex::default() }
    }

    /// Hands one that no other thread has at the moment: the thread's own, which knows the neighbours of what it read.
    pub fn with<T>(&self, read: impl FnOnce(&Repository) -> T) -> T {
        let thread = rayon::current_thread_index().unwrap_or_default();
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let own = idle.iter().position(|(last, _)| *last == thread);
            own.map(|at| idle.swap_remove(at).1)
        };
        let repository = idle.unwrap_or_else(|| {
            let mut git = self.shared.to_thread_local();
            git.object_cache_size(KEPT_BYTES);
            git.objects.set_pack_cache(|| Box::new(Kept::default()));
            Repository::of(git)
        });
        let answer = read(&repository);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((thread, repository));
        answer
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

/// What differences of a pack build on, in two generations: where the younger is full, the older is forgotten. Without
/// it each tree would be built anew from the far end of its chain.
#[derive(Default)]
struct Kept {
    young: HashMap<(u32, u64), Entry>,
    old: HashMap<(u32, u64), Entry>,
    bytes: usize,
}

struct Entry {
    kind: gix::objs::Kind,
    compressed: usize,
    data: Box<[u8]>,
}

impl Kept {
    fn keep(&mut self, key: (u32, u64), entry: Entry) {
        if self.bytes > KEPT_BYTES / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += entry.data.len();
        self.young.insert(key, entry);
    }
}

impl DecodeEntry for Kept {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: gix::objs::Kind, compressed: usize) {
        if data.len() < KEPT_BYTES / 16 {
            self.keep((pack, offset), Entry { kind, compressed, data: data.into() });
        }
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(gix::objs::Kind, usize)> {
        let key = (pack, offset);
        if let Some(entry) = self.old.remove(&key) {
            self.keep(key, entry);
        }
        let entry = self.young.get(&key)?;
        out.clear();
        out.extend_from_slice(&entry.data);
        Some((entry.kind, entry.compressed))
    }
}
