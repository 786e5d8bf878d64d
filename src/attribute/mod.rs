//! Files to rows: which rows own a path, and which attach their contract to it, by each policy that is asked.
//!
//! Most files of a large change are alike: files of which the policies say the same are one [`Group`], and everything
//! after this room works on groups. Time and memory stay proportional to files plus rows.

mod contest;
mod owning;

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::change::{ChangedFile, Side, Sides, Status};
use crate::class::{ChangeClass, ChangeClasses};
use crate::id::{ContractId, DomainId};
use crate::ownership::{Column, Columns, Row};
use crate::path::RepoPath;
use crate::pattern::{Rank, Scratch};
use crate::policy::{Policies, Policy, label};

pub use contest::{Contender, Loss, Outcome, contest};
pub use owning::{Owned, Owning, owned};

/// A row of an ownership map, by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef {
    /// The map.
    pub map: RepoPath,
    /// The line, counted from 1.
    pub line: u32,
    /// The policy that has the row: the head's, where several have it.
    pub policy: Side,
}

/// The files that a reason rests on: the first by path, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// The first file, by path.
    pub path: RepoPath,
    /// How many files there are, this one included.
    pub files: usize,
}

/// A row that matches a file, and through which of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The index of the row in its policy.
    pub row: usize,
    /// The columns.
    pub columns: Columns,
}

/// What one policy says of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribution {
    /// The index of the policy in [`Policies::each`].
    pub policy: usize,
    /// Says whether the policy is asked as if its commit had the path.
    pub as_if: bool,
    /// The rows that own the file, jointly.
    pub owners: Vec<Hit>,
    /// The route, schema and event rows that match; where nothing else owns the file, the owners as well.
    pub attached: Vec<Hit>,
}

/// Files of which the policies say the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// What each policy says that is asked.
    pub asked: Vec<Attribution>,
    /// Says whether the files are part of a policy themselves.
    pub policy_files: bool,
}

/// How many files of a change something is true of, and which is the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The index of the first file.
    pub first: usize,
    /// How many files.
    pub files: usize,
}

impl Touch {
    /// Joins what is true of other files, too.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), files: self.files + other.files }
    }
}

/// The files of a change, by what the policies say of them.
#[derive(Clone, Debug, Default)]
pub struct Attributed {
    /// Each distinct answer, in the order of its first file, with that file and the number of files.
    pub groups: Vec<(Group, Touch)>,
    /// For each file the index of its group.
    pub of: Vec<usize>,
}

/// A file whose domains, or whose being mapped, differ between the policies of merge base and head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The file.
    pub path: RepoPath,
    /// Its domains by the merge base's policy.
    pub from: BTreeSet<DomainId>,
    /// Its domains by the head's policy.
    pub to: BTreeSet<DomainId>,
    /// The rows of both.
    pub rows: Vec<RowRef>,
}

/// Room to attribute one path after the other in, so that a path costs no allocation.
#[derive(Debug, Default)]
pub struct Room {
    scratch: Scratch<(usize, Column)>,
    hits: Vec<(Rank, Hit)>,
    owners: Vec<Hit>,
    attached: Vec<Hit>,
}

impl Room {
    /// Finds the rows that own `path` by `policy`, and those that attach to it. They stand in the room until the next
    /// path comes in.
    fn find(&mut self, policy: &Policy, path: &RepoPath) -> (&[Hit], &[Hit]) {
        let Self { scratch, hits, owners, attached } = self;
        let found = policy.matcher().matches(path, scratch);
        // One hit a row, with its best rank and every column that matches. Keys come in the order of the rows.
        hits.clear();
        for one in found.iter() {
            let (row, column) = one.key;
            match hits.last_mut() {
                Some((rank, hit)) if hit.row == row => {
                    *rank = (*rank).max(one.rank);
                    hit.columns = hit.columns.with(column);
                }
                _ => hits.push((one.rank, Hit { row, columns: Columns::default().with(column) })),
            }
        }
        let row = |hit: &Hit| -> &Row { &policy.rows[hit.row] };
        hits.retain(|(_, hit)| !row(hit).excluded.iter().any(|pattern| pattern.matches(path)));
        attached.clear();
        attached.extend(hits.iter().map(|(_, hit)| *hit).filter(|hit| !row(hit).kind.owns()));
        hits.retain(|(_, hit)| row(hit).kind.owns());
        let best = hits.iter().map(|(rank, _)| *rank).max();
        hits.retain(|(rank, _)| Some(*rank) == best);
        // An exempt row loses every tie.
        if hits.iter().any(|(_, hit)| !row(hit).is_exempt()) {
            hits.retain(|(_, hit)| !row(hit).is_exempt());
        }
        owners.clear();
        owners.extend(hits.iter().map(|(_, hit)| *hit));
        if owners.is_empty() {
            owners.extend_from_slice(attached);
        }
        (owners, attached)
    }
}

/// Returns the rows that own `path` by `policy`, and those that attach to it.
pub fn attribute_path(policy: &Policy, path: &RepoPath, room: &mut Room) -> (Vec<Hit>, Vec<Hit>) {
    let (owners, attached) = room.find(policy, path);
    (owners.to_vec(), attached.to_vec())
}

/// Asks every policy about the files that its commit has.
pub fn attribute(policies: &Policies, files: &[ChangedFile]) -> Attributed {
    let answers: Vec<Group> = if files.len() < WORTH_THREADS {
        let room = &mut Room::default();
        files.iter().map(|file| attribute_file(policies, file, room)).collect()
    } else {
        par(files).map_init(Room::default, |room, file| attribute_file(policies, file, room)).collect()
    };
    let mut attributed = Attributed { groups: Vec::new(), of: Vec::with_capacity(files.len()) };
    let mut known: HashMap<Group, usize> = HashMap::new();
    for (first, answer) in answers.into_iter().enumerate() {
        let index = *known.entry(answer).or_insert_with_key(|answer| {
            attributed.groups.push((answer.clone(), Touch { first, files: 0 }));
            attributed.groups.len() - 1
        });
        attributed.groups[index].1.files += 1;
        attributed.of.push(index);
    }
    attributed
}

/// From how many files on threads are worth it: starting them costs what attributing 200 files does.
const WORTH_THREADS: usize = 1024;

fn par<T: Sync>(items: &[T]) -> impl IndexedParallelIterator<Item = &T> {
    items.par_iter().with_min_len(512)
}

fn attribute_file(policies: &Policies, file: &ChangedFile, room: &mut Room) -> Group {
    let mut ask = |policy: usize, as_if: bool| {
        let (owners, attached) = attribute_path(&policies.each[policy].1, &file.path, room);
        Attribution { policy, as_if, owners, attached }
    };
    let mut asked: Vec<Attribution> = (0..policies.each.len())
        .filter(|policy| policies.each[*policy].0.meets(file.present))
        .map(|policy| ask(policy, false))
        .collect();
    let policy_files =
        policies.each.iter().any(|(_, policy)| policy.config.policy_file(&file.path).is_some());
    // A change cannot grant itself anything: a new file that its own rows wave through is shown to the base as well.
    if file.present == Sides::NONE.with(Side::Head)
        && asked.iter().any(|head| waves_through(&policies.each[head.policy].1, head))
    {
        let base = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);
        let as_if = (0..policies.each.len()).filter(|policy| {
            policies.each[*policy].0.meets(base) && !policies.each[*policy].0.has(Side::Head)
        });
        asked.extend(as_if.map(|policy| ask(policy, true)));
    }
    Group { asked, policy_files }
}

/// Says whether every row that owns the file says only exempt, docs or `test`.
fn waves_through(policy: &Policy, attribution: &Attribution) -> bool {
    !attribution.owners.is_empty()
        && attribution.owners.iter().all(|hit| {
            let row = &policy.rows[hit.row];
            let classes = policy.owner_classes(row, hit.columns);
            classes.is_empty()
                || classes == ChangeClasses::only(ChangeClass::Docs)
                || row.tags.contains("test")
        })
}

impl Group {
    /// Returns the policies that should have a row for the files and have none. A broken policy is not among them:
    /// what it lacks is a cause of its own.
    pub fn unmapped(&self, policies: &Policies) -> Vec<Side> {
        let sound = |one: &&Attribution| !policies.each[one.policy].1.is_broken();
        let side = |one: &Attribution| label(policies.each[one.policy].0);
        let mut unmapped: Vec<Side> = self
            .asked
            .iter()
            .filter(sound)
            .filter(|one| !one.as_if && one.owners.is_empty())
            .map(side)
            .collect();
        // Of the base policies that are asked as if they had the path, one that maps it is enough; the one that is
        // also the head's has been asked already.
        let base = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);
        let mut as_if = self.asked.iter().filter(|one| one.as_if).peekable();
        let head_is_base = self.asked.iter().any(|one| !one.as_if && policies.each[one.policy].0.meets(base));
        if as_if.peek().is_some() && !head_is_base && as_if.clone().all(|one| one.owners.is_empty()) {
            unmapped.extend(as_if.filter(sound).map(side).next());
        }
        unmapped
    }

    /// Returns every row that owns the files or attaches to them, each with the policy that has it.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Hit)> {
        self.asked.iter().flat_map(|one| {
            let owners = one.owners.iter().map(|hit| (one.policy, *hit));
            let attached = one.attached.iter().filter(|hit| !one.owners.contains(hit));
            owners.chain(attached.map(|hit| (one.policy, *hit)))
        })
    }
}

/// Returns the place of a row.
pub fn row_ref(policies: &Policies, policy: usize, row: usize) -> RowRef {
    let (sides, policy) = &policies.each[policy];
    let row = &policy.rows[row];
    RowRef { map: row.map.clone(), line: row.line(), policy: label(*sides) }
}

/// Returns the tracked files whose domains, contracts, or whose being mapped, differ between the policies of merge
/// base and head, sorted by path. `tracked` are the files that every side has.
pub fn moved(policies: &Policies, tracked: &[RepoPath]) -> Vec<Moved> {
    let index = |side| policies.each.iter().position(|(sides, _)| sides.has(side));
    let (Some(base), Some(head)) = (index(Side::MergeBase), index(Side::Head)) else { return Vec::new() };
    if base == head {
        return Vec::new();
    }
    let mut moved: Vec<Moved> = par(tracked)
        .map_init(Room::default, |room, path| {
            let mut covered = |index: usize| covered_by(policies, index, path, room);
            let (before, after) = (covered(base), covered(head));
            if before.domains == after.domains
                && before.contracts == after.contracts
                && before.rows.is_empty() == after.rows.is_empty()
            {
                return None;
            }
            let mut rows = before.rows;
            rows.extend(after.rows);
            rows.sort_unstable();
            rows.dedup();
            Some(Moved { path: path.clone(), from: before.domains, to: after.domains, rows })
        })
        .flatten()
        .collect();
    moved.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    moved.dedup_by(|left, right| left.path == right.path);
    moved
}

struct Covered {
    domains: BTreeSet<DomainId>,
    contracts: BTreeSet<ContractId>,
    rows: Vec<RowRef>,
}

fn covered_by(policies: &Policies, index: usize, path: &RepoPath, room: &mut Room) -> Covered {
    let policy = &policies.each[index].1;
    let (owners, attached) = attribute_path(policy, path, room);
    let row = |hit: &Hit| &policy.rows[hit.row];
    let own = owners.iter().filter(|hit| !row(hit).is_exempt());
    Covered {
        domains: own.chain(&attached).flat_map(|hit| policy.owners(row(hit))).cloned().collect(),
        contracts: attached.iter().flat_map(|hit| row(hit).contracts()).collect(),
        rows: owners.iter().chain(&attached).map(|hit| row_ref(policies, index, hit.row)).collect(),
    }
}

/// Adds the files that moved to those that changed: a row that moves is a change of what it covers. Returns the files
/// sorted by path, and for each whether it is there only because it moved.
pub fn with_moved(files: &[ChangedFile], moved: &[Moved]) -> (Vec<ChangedFile>, Vec<bool>) {
    let mut all: Vec<(ChangedFile, bool)> = files.iter().map(|file| (file.clone(), false)).collect();
    for one in moved {
        match files.binary_search_by(|file| file.path.cmp(&one.path)) {
            Ok(at) => all[at].0.present = Sides::ALL,
            Err(_) => {
                let (status, present) = (Status::Modified, Sides::ALL);
                let path = one.path.clone();
                all.push((ChangedFile { path, status, previous_path: None, present }, true));
            }
        }
    }
    all.sort_by(|left, right| left.0.path.cmp(&right.0.path));
    all.into_iter().unzip()
}
