//! Merge bases, in git's order.
//!
//! gix has them too, but what it lists first among several depends on its heap, and it passes over a commit that is
//! missing as if history ended there. Here several come as git lists them, and a hole in the history is an error:
//! beyond it may be the true merge base.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;

use crate::git::repository::{CommitId, Repository, says};

/// The commit is reachable from the first of the two sides.
const ONE: u8 = 1;
/// The commit is reachable from the other side.
const TWO: u8 = 2;
/// The commit is an ancestor of a common one, so it is not the nearest.
const STALE: u8 = 4;
/// The commit was taken as a candidate.
const CANDIDATE: u8 = 8;

/// Commits that no commit-graph file has stand before those that one has, as git has it.
const NOT_IN_GRAPH: u32 = u32::MAX;

impl Repository {
    /// Returns every merge base of two commits, the one that `git diff one...two` takes first.
    pub(super) fn merge_bases(&self, one: CommitId, two: CommitId) -> Result<Vec<CommitId>, String> {
        if one == two {
            return Ok(vec![one]);
        }
        let shallow = self.git.shallow_commits().map_err(|error| says(&error))?;
        let mut history = History {
            repository: self,
            cut: shallow.iter().flat_map(|commits| commits.iter().copied()).collect(),
            // A file that describes the whole history says nothing of one that was cut.
            graph: if shallow.is_none() { self.git.commit_graph_if_enabled().ok().flatten() } else { None },
            commits: HashMap::new(),
            walk: 0,
        };
        let mut bases = history.common(one.0, &[two.0])?;
        if bases.len() > 1 {
            bases = history.independent(&bases)?;
        }
        Ok(bases.into_iter().map(CommitId).collect())
    }
}

struct History<'a> {
    repository: &'a Repository,
    cut: Vec<ObjectId>,
    graph: Option<gix::commitgraph::Graph>,
    commits: HashMap<ObjectId, Commit>,
    /// Counts the walks: what an earlier one marked is forgotten where a later one comes by.
    walk: usize,
}

struct Commit {
    parents: Vec<ObjectId>,
    time: i64,
    generation: u32,
    flags: u8,
    /// How often the commit waits in the queue.
    queued: usize,
    /// Which walk the marks are of.
    walk: usize,
}

/// Commits by descending generation and date, and of equal ones the first that came.
#[derive(Default)]
struct Queue {
    heap: BinaryHeap<(u32, i64, Reverse<usize>, ObjectId)>,
    arrivals: usize,
    /// How many of those that wait are not stale.
    fresh: usize,
}

impl History<'_> {
    /// Walks both sides down to what they share, and returns the nearest of that, newest first.
    fn common(&mut self, one: ObjectId, others: &[ObjectId]) -> Result<Vec<ObjectId>, String> {
        self.walk += 1;
        let mut queue = Queue::default();
        self.paint(one, ONE, &mut queue)?;
        for other in others {
            self.paint(*other, TWO, &mut queue)?;
        }
        let mut candidates: Vec<(i64, ObjectId)> = Vec::new();
        while queue.fresh > 0 {
            let Some((_, time, _, id)) = queue.heap.pop() else { break };
            let Some(commit) = self.commits.get_mut(&id) else { break };
            commit.queued -= 1;
            let mut flags = commit.flags & (ONE | TWO | STALE);
            if flags & STALE == 0 {
                queue.fresh -= 1;
            }
            if flags == ONE | TWO {
                if commit.flags & CANDIDATE == 0 {
                    commit.flags |= CANDIDATE;
                    insert_by_date(&mut candidates, time, id);
                }
                flags |= STALE;
            }
            for parent in commit.parents.clone() {
                self.paint(parent, flags, &mut queue)?;
            }
        }
        let is_fresh = |id: &ObjectId| self.commits.get(id).is_some_and(|commit| commit.flags & STALE == 0);
        Ok(candidates.into_iter().map(|(_, id)| id).filter(is_fresh).collect())
    }

    /// Marks a commit, and queues it where that is news.
    fn paint(&mut self, id: ObjectId, flags: u8, queue: &mut Queue) -> Result<(), String> {
        let commit = self.load(id)?;
        if commit.flags & flags == flags {
            return Ok(());
        }
        let was_fresh = commit.flags & STALE == 0;
        commit.flags |= flags;
        let is_fresh = commit.flags & STALE == 0;
        if was_fresh && !is_fresh {
            queue.fresh -= commit.queued;
        }
        commit.queued += 1;
        queue.fresh += usize::from(is_fresh);
        queue.heap.push((commit.generation, commit.time, Reverse(queue.arrivals), id));
        queue.arrivals += 1;
        Ok(())
    }

    /// Drops the commits that are ancestors of others: dates that run backwards leave such behind.
    fn independent(&mut self, commits: &[ObjectId]) -> Result<Vec<ObjectId>, String> {
        let mut redundant = vec![false; commits.len()];
        for at in 0..commits.len() {
            if redundant[at] {
                continue;
            }
            let others: Vec<usize> =
                (0..commits.len()).filter(|other| *other != at && !redundant[*other]).collect();
            let ids: Vec<ObjectId> = others.iter().map(|other| commits[*other]).collect();
            self.common(commits[at], &ids)?;
            let has =
                |id: &ObjectId, flag| self.commits.get(id).is_some_and(|commit| commit.flags & flag != 0);
            redundant[at] = has(&commits[at], TWO);
            for other in others {
                redundant[other] |= has(&commits[other], ONE);
            }
        }
        let mut kept: Vec<(i64, ObjectId)> = Vec::new();
        for (at, id) in commits.iter().enumerate().filter(|(at, _)| !redundant[*at]) {
            let time = self.commits.get(&commits[at]).map_or(0, |commit| commit.time);
            insert_by_date(&mut kept, time, *id);
        }
        Ok(kept.into_iter().map(|(_, id)| id).collect())
    }

    /// Returns a commit, with the marks of this walk alone.
    fn load(&mut self, id: ObjectId) -> Result<&mut Commit, String> {
        let commit = match self.commits.entry(id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(match read_graph(self.graph.as_ref(), id) {
                Some(commit) => commit,
                None => read_commit(self.repository, id, self.cut.contains(&id))?,
            }),
        };
        if commit.walk != self.walk {
            (commit.flags, commit.queued, commit.walk) = (0, 0, self.walk);
        }
        Ok(commit)
    }
}

fn read_graph(graph: Option<&gix::commitgraph::Graph>, id: ObjectId) -> Option<Commit> {
    let graph = graph?;
    let commit = graph.commit_by_id(id)?;
    let mut parents = Vec::new();
    for parent in commit.iter_parents() {
        parents.push(graph.id_at(parent.ok()?).to_owned());
    }
    Some(Commit {
        parents,
        time: i64::try_from(commit.committer_timestamp()).ok()?,
        generation: commit.generation(),
        flags: 0,
        queued: 0,
        walk: 0,
    })
}

fn read_commit(repository: &Repository, id: ObjectId, cut: bool) -> Result<Commit, String> {
    let commit = repository.git.find_commit(id).map_err(|error| says(&error))?;
    Ok(Commit {
        parents: if cut { Vec::new() } else { commit.parent_ids().map(gix::Id::detach).collect() },
        time: commit.time().map_or(0, |time| time.seconds),
        generation: NOT_IN_GRAPH,
        flags: 0,
        queued: 0,
        walk: 0,
    })
}

/// Puts a commit behind those that are as new or newer.
fn insert_by_date(commits: &mut Vec<(i64, ObjectId)>, time: i64, id: ObjectId) {
    let at = commits.iter().position(|(known, _)| *known < time).unwrap_or(commits.len());
    commits.insert(at, (time, id));
}
