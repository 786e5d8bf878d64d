//! The policy files of a commit, of the index and of the working tree, and the files that all sides track.

use std::collections::BTreeSet;
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::index::Entry;
use gix::index::entry::{Flags, Stage};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;
use rayon::prelude::*;

use crate::change::{Side, Status};
use crate::config::{CONFIG_FILE, Config};
use crate::fault::Fault;
use crate::git::repository::{CommitId, HeadState, Repository, Resolved, says};
use crate::path::RepoPath;
use crate::policy::PolicyFiles;
use crate::workspace::{self, config_of, unreadable};

/// From how many files on reading is worth threads.
const WORTH_THREADS: usize = 64;

/// How many links in a row are followed: as many as git follows.
const MOST_LINKS: usize = 5;

impl Repository {
    /// Returns the policy files of one side of a change; nothing for a side that is not known.
    ///
    /// A file that is the same on two sides is the same `Arc`.
    pub fn policy_files(&self, resolved: &Resolved, side: Side) -> Option<PolicyFiles> {
        match side {
            Side::MergeBase => resolved.merge_base.map(|commit| self.commit_policy(commit)),
            Side::BaseTip => resolved.base_tip.map(|commit| self.commit_policy(commit)),
            Side::Head => match resolved.head {
                HeadState::Commit(commit) => Some(self.commit_policy(commit)),
                HeadState::Index(_) => Some(self.index_policy()),
                HeadState::WorkingTree(_) => Some(self.working_tree_policy()),
                HeadState::Nothing => None,
            },
        }
    }

    /// Returns the policy files of a commit. Only the folders that hold some are walked.
    pub fn commit_policy(&self, commit: CommitId) -> PolicyFiles {
        let mut files = PolicyFiles::default();
        let root = match self.tree_of(commit) {
            Ok(root) => root,
            Err(why) => {
                files.faults.push(unreadable(CONFIG_FILE, &format!("commit {commit}: {why}")));
                return files;
            }
        };
        let mut reader = Reader { repository: self, root, files, wanted: Vec::new(), linked: false };
        reader.at(CONFIG_FILE, None);
        let config = config_of(&reader.files);
        // The same files and folders at the same places are the same policy, unless a link leads elsewhere.
        let places = [CONFIG_FILE, &config.packets, &config.ownership_maps, &config.lanes];
        let held: Option<Held> = places.iter().map(|place| reader.find(place.as_bytes()).ok()).collect();
        if let Some((_, known)) =
            held.as_ref().and_then(|held| self.policies.borrow().iter().find(|own| own.0 == *held).cloned())
        {
            return known;
        }
        reader.at(&config.packets, None);
        reader.at(&config.ownership_maps, Some(&config));
        reader.at(&config.lanes, Some(&config));
        reader.read_wanted();
        if let Some(held) = held.filter(|_| !reader.linked) {
            self.policies.borrow_mut().push((held, reader.files.clone()));
        }
        reader.files
    }

    /// Returns the policy files of the index.
    pub fn index_policy(&self) -> PolicyFiles {
        let mut files = PolicyFiles::default();
        let index = match self.index() {
            Ok(index) => index,
            Err(why) => {
                files.faults.push(unreadable(CONFIG_FILE, &why));
                return files;
            }
        };
        self.read_index(&index, &mut files, CONFIG_FILE, &|path, _| {
            path.as_bytes() == CONFIG_FILE.as_bytes()
        });
        let config = config_of(&files);
        for place in [&config.packets, &config.ownership_maps, &config.lanes] {
            self.read_index(&index, &mut files, place, &|path, entry| {
                entry.mode.is_submodule() || config.policy_file(path).is_some()
            });
        }
        files
    }

    /// Returns the policy files of the working tree: those on the disk, and those that a sparse checkout leaves out.
    pub fn working_tree_policy(&self) -> PolicyFiles {
        let Some(root) = self.work_tree() else { return PolicyFiles::default() };
        let mut files = workspace::policy_files(root);
        let config = config_of(&files);
        let Ok(index) = self.index() else { return files };
        for place in [CONFIG_FILE, &config.packets, &config.ownership_maps, &config.lanes] {
            let on_disk: BTreeSet<RepoPath> = files.files.keys().cloned().collect();
            self.read_index(&index, &mut files, place, &|path, entry| {
                entry.flags.contains(Flags::SKIP_WORKTREE)
                    && config.policy_file(path).is_some()
                    && !on_disk.contains(path)
            });
        }
        files
    }

    /// Returns `base` of `laneway.yaml` as the remote's default branch has it, or as the checked out commit has it
    /// where there is no default branch: a change must not choose what it is compared with.
    pub fn configured_base(&self) -> Option<String> {
        let commit = self.default_branch().or_else(|| self.checked_out())?;
        let mut reader = Reader {
            repository: self,
            root: self.tree_of(commit).ok()?,
            files: PolicyFiles::default(),
            wanted: Vec::new(),
            linked: false,
        };
        reader.at(CONFIG_FILE, None);
        config_of(&reader.files).base
    }

    /// Returns the commit whose policy counts where no change is asked about: what `base` of `laneway.yaml` names, else the
    /// tip of the default branch, else what is checked out.
    pub fn standing_base(&self) -> Option<CommitId> {
        let named = self.configured_base().and_then(|name| self.commit_named("base", &name).ok());
        named.or_else(|| self.default_branch()).or_else(|| self.checked_out())
    }

    /// Returns the tracked files that merge base, base tip and head all have, sorted. It walks the whole tree of the
    /// head, so it is for changes whose policies differ.
    pub fn tracked(&self, resolved: &Resolved) -> Result<Vec<RepoPath>, String> {
        let mut tracked: BTreeSet<RepoPath> = BTreeSet::new();
        match resolved.head {
            HeadState::Nothing => return Ok(Vec::new()),
            HeadState::Commit(commit) => tracked.extend(self.listed_in(self.tree_of(commit)?)?),
            HeadState::Index(_) | HeadState::WorkingTree(_) => {
                let index = self.index()?;
                let held = index.entries().iter().filter(|entry| !entry.flags.contains(Flags::INTENT_TO_ADD));
                tracked.extend(held.map(|entry| RepoPath::new(entry.path(&index))));
            }
        }
        for file in resolved.change.files.iter().filter(|file| file.status != Status::Modified) {
            tracked.remove(&file.path);
        }
        if let (Some(merge_base), Some(base_tip)) = (resolved.merge_base, resolved.base_tip) {
            for (path, status) in self.diff_commits(merge_base, base_tip)? {
                if status == Status::Deleted {
                    tracked.remove(&path);
                }
            }
        }
        Ok(tracked.into_iter().collect())
    }

    /// Returns every file, link and submodule of a tree, sorted by path.
    pub(super) fn listed_in(&self, tree: ObjectId) -> Result<Vec<RepoPath>, String> {
        let mut files = Vec::new();
        self.list(tree, &mut Vec::new(), &mut files)?;
        files.sort_unstable();
        Ok(files)
    }

    fn list(&self, tree: ObjectId, prefix: &mut Vec<u8>, files: &mut Vec<RepoPath>) -> Result<(), String> {
        let data = self.tree_data(tree)?;
        for entry in TreeRefIter::from_bytes(&data, self.git.object_hash()) {
            let entry = entry.map_err(|error| says(&error))?;
            let length = prefix.len();
            prefix.extend_from_slice(entry.filename);
            if entry.mode.is_tree() {
                prefix.push(b'/');
                self.list(entry.oid.to_owned(), prefix, files)?;
            } else {
                files.push(RepoPath::new(&prefix[..]));
            }
            prefix.truncate(length);
        }
        Ok(())
    }

    /// Reads the entries of the index at or below `place` that are wanted.
    fn read_index(
        &self,
        index: &gix::index::State,
        files: &mut PolicyFiles,
        place: &str,
        wanted: &dyn Fn(&RepoPath, &Entry) -> bool,
    ) {
        let below = format!("{place}/");
        let exact = index.entry_range(place.as_bytes().as_bstr());
        let below = index.prefixed_entries_range(below.as_bytes().as_bstr());
        for entry in exact.into_iter().chain(below).flat_map(|range| &index.entries()[range]) {
            let path = RepoPath::new(entry.path(index));
            if !wanted(&path, entry) || entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            if entry.mode.is_submodule() {
                files.faults.push(unreadable(&path.to_string(), SUBMODULE));
                continue;
            }
            let read = if entry.stage() != Stage::Unconflicted {
                Err("it has a conflict that is not resolved".to_owned())
            } else {
                let mode = entry.mode.to_tree_entry_mode();
                mode.ok_or_else(|| "its mode is not one of git's".to_owned()).and_then(|mode| {
                    self.follow(&path, mode, entry.id, &|target| {
                        let entry = index.entry_by_path(target)?;
                        Some((entry.mode.to_tree_entry_mode()?, entry.id))
                    })
                })
            };
            keep(files, &path, read);
        }
    }

    /// Returns a blob's bytes, the same ones for the same id.
    pub(super) fn blob(&self, id: ObjectId) -> Result<Arc<[u8]>, String> {
        if let Some(bytes) = self.blobs.borrow().get(&id) {
            return Ok(Arc::clone(bytes));
        }
        let mut blob = self.git.find_blob(id).map_err(|error| {
            let partial = self.git.config_snapshot().boolean("remote.origin.promisor").unwrap_or(false);
            let hint = if partial { "; this is a partial clone: run git fetch --refetch" } else { "" };
            format!("{}{hint}", says(&error))
        })?;
        let bytes: Arc<[u8]> = Arc::from(blob.take_data());
        self.blobs.borrow_mut().insert(id, Arc::clone(&bytes));
        Ok(bytes)
    }

    /// Reads a file, or the file that a link leads to, as long as that is in the repository.
    fn follow(
        &self,
        path: &RepoPath,
        mode: EntryMode,
        id: ObjectId,
        find: &dyn Fn(&BStr) -> Option<(EntryMode, ObjectId)>,
    ) -> Result<Arc<[u8]>, String> {
        let (mut at, mut mode, mut id) = (path.as_bytes().to_vec(), mode, id);
        for _ in 0..MOST_LINKS {
            if mode.is_blob() {
                return self.blob(id);
            }
            if !mode.is_link() {
                return Err("it is no regular file".to_owned());
            }
            at = target(&at, &self.blob(id)?)
                .ok_or("it is a symbolic link that leads out of the repository")?;
            (mode, id) = find(at.as_bstr()).ok_or("it is a symbolic link to nothing that is tracked")?;
        }
        Err("it is a symbolic link with too many others behind it".to_owned())
    }
}

/// What a tree holds at each place of a policy.
pub(super) type Held = Vec<Option<(EntryMode, ObjectId)>>;

const SUBMODULE: &str = "it is in a submodule, which is another repository";

/// Reads one policy from one tree.
struct Reader<'a> {
    repository: &'a Repository,
    root: ObjectId,
    files: PolicyFiles,
    /// Regular files of the folders, to be read all at once.
    wanted: Vec<(RepoPath, ObjectId)>,
    /// Says that a symbolic link was met, which may lead to anything in the tree.
    linked: bool,
}

impl Reader<'_> {
    /// Reads the file at a path, or with a configuration the policy files below it.
    fn at(&mut self, path: &str, config: Option<&Config>) {
        match self.find(path.as_bytes()) {
            Err(why) => self.files.faults.push(unreadable(path, &why)),
            Ok(None) => {}
            Ok(Some((mode, id))) => match config {
                Some(config) if mode.is_tree() => self.folder(path.as_bytes(), id, config),
                Some(_) if mode.is_commit() => self.files.faults.push(unreadable(path, SUBMODULE)),
                Some(_) if mode.is_link() => self.files.faults.push(unreadable(path, LINKED_FOLDER)),
                Some(_) => {}
                None => self.file(path.as_bytes(), mode, id),
            },
        }
    }

    fn folder(&mut self, folder: &[u8], tree: ObjectId, config: &Config) {
        let data = match self.repository.tree_data(tree) {
            Ok(data) => data,
            Err(why) => {
                return self.files.faults.push(unreadable(&String::from_utf8_lossy(folder), &why));
            }
        };
        for entry in TreeRefIter::from_bytes(&data, self.repository.git.object_hash()) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    return self
                        .files
                        .faults
                        .push(unreadable(&String::from_utf8_lossy(folder), &says(&error)));
                }
            };
            let path = [folder, b"/", entry.filename].concat();
            if entry.mode.is_tree() {
                self.folder(&path, entry.oid.to_owned(), config);
            } else if entry.mode.is_commit() {
                self.files.faults.push(unreadable(&String::from_utf8_lossy(&path), SUBMODULE));
            } else if config.policy_file(&RepoPath::new(&path)).is_some() {
                if entry.mode.is_blob() {
                    self.wanted.push((RepoPath::new(&path), entry.oid.to_owned()));
                    continue;
                }
                self.file(&path, entry.mode, entry.oid.to_owned());
                continue;
            }
            self.linked |= entry.mode.is_link();
            if entry.mode.is_link() && self.leads_to_folder(&path, entry.oid.to_owned()) {
                self.files.faults.push(unreadable(&String::from_utf8_lossy(&path), LINKED_FOLDER));
            }
        }
    }

    /// Reads the regular files of the folders, in threads where there are many.
    fn read_wanted(&mut self) {
        let wanted = std::mem::take(&mut self.wanted);
        let known = |id: &ObjectId| self.repository.blobs.borrow().contains_key(id);
        let unread: Vec<ObjectId> = wanted.iter().map(|(_, id)| *id).filter(|id| !known(id)).collect();
        if unread.len() >= WORTH_THREADS {
            let shared = self.repository.git.clone().into_sync();
            let read = unread.par_iter().with_min_len(16).map_init(
                || shared.to_thread_local(),
                |git, id| Some((*id, Arc::<[u8]>::from(git.find_blob(*id).ok()?.take_data()))),
            );
            let read: Vec<(ObjectId, Arc<[u8]>)> = read.flatten().collect();
            self.repository.blobs.borrow_mut().extend(read);
        }
        // What could not be read above is asked for once more, and says why.
        for (path, id) in wanted {
            keep(&mut self.files, &path, self.repository.blob(id));
        }
    }

    fn file(&mut self, path: &[u8], mode: EntryMode, id: ObjectId) {
        self.linked |= mode.is_link();
        let path = RepoPath::new(path);
        let find = |target: &BStr| self.find(target).ok().flatten();
        let read = self.repository.follow(&path, mode, id, &find);
        keep(&mut self.files, &path, read);
    }

    /// Says whether a link leads to a folder, which may hold policy files that would be passed over.
    fn leads_to_folder(&self, path: &[u8], link: ObjectId) -> bool {
        let Ok(bytes) = self.repository.blob(link) else { return true };
        let Some(target) = target(path, &bytes) else { return false };
        self.find(&target).ok().flatten().is_some_and(|(mode, _)| mode.is_tree())
    }

    /// Looks up what the tree has at a path.
    fn find(&self, path: &[u8]) -> Result<Option<(EntryMode, ObjectId)>, String> {
        let tree = self.repository.git.find_tree(self.root).map_err(|error| says(&error))?;
        let components = path.split(|byte| *byte == b'/').filter(|component| !component.is_empty());
        let entry = tree.lookup_entry(components).map_err(|error| says(&error))?;
        Ok(entry.map(|entry| (entry.mode(), entry.object_id())))
    }
}

const LINKED_FOLDER: &str = "a folder of the policy is a symbolic link";

fn keep(files: &mut PolicyFiles, path: &RepoPath, read: Result<Arc<[u8]>, String>) {
    match read {
        Ok(bytes) => {
            files.files.insert(path.clone(), bytes);
        }
        Err(why) => {
            let fault: Fault = unreadable(&path.to_string(), &why);
            if files.faults.iter().all(|known| known.message != fault.message) {
                files.faults.push(fault);
            }
        }
    }
}

/// Returns the path that a link at `path` leads to, as long as it stays in the repository.
fn target(path: &[u8], link: &[u8]) -> Option<Vec<u8>> {
    if link.starts_with(b"/") {
        return None;
    }
    let mut components: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    components.pop();
    for component in link.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => {
                components.pop()?;
            }
            name => components.push(name),
        }
    }
    Some(components.join(&b'/'))
}
