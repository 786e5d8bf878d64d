//! Many changes through the one engine.
//!
//! The same files change again and again, and what a route selects depends on its files only by what the policy says
//! of each: the group that attribution puts it in, and which `paths` of the catalogue it matches. So each path is asked
//! about once, and of changes with the same set of answers only the first is routed, with one file for each answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::outcome::{Outcome, Universe};
use crate::attribute::{Group, attribute};
use crate::change::{
    Change, ChangeSource, ChangedFile, Confidence, MissingBase, Provenance, Side, Sides, Status,
};
use crate::path::RepoPath;
use crate::pattern::{PatternSet, Scratch};
use crate::policy::{Policies, Policy, PolicyBasis};
use crate::route::{Request, Widen, route};

/// One policy for every side of a change, and what is known by it so far.
#[derive(Debug)]
pub struct Engine {
    policies: Policies,
    /// The `paths` of the catalogue; the key is the gate's place among those that have some.
    always: PatternSet<usize>,
    /// Looked up, never iterated.
    kind_of: HashMap<RepoPath, usize>,
    /// Looked up, never iterated.
    kinds: HashMap<Kind, usize>,
    /// Of each kind its first path, and whether no row maps it.
    first: Vec<(RepoPath, bool)>,
    /// By the sorted kinds of a change. Looked up, never iterated.
    outcomes: HashMap<Box<[usize]>, Arc<Outcome>>,
    /// By why there is no base. Looked up, never iterated.
    without_base: HashMap<String, Arc<Outcome>>,
    /// The gates of the policy, as the last outcome has them.
    universe: Option<Arc<Universe>>,
}

/// All that the policy says of a path.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind {
    group: Group,
    /// The gates of which `paths` match.
    always: Vec<usize>,
}

impl Engine {
    /// Takes the one policy of all sides.
    pub fn new(policy: &Arc<Policy>, basis: PolicyBasis) -> Self {
        let mut always = PatternSet::new();
        let narrowed = policy.lanes.gates.values().filter_map(|gate| gate.always.as_ref());
        for (index, own) in narrowed.enumerate() {
            // What `!pattern` takes out is another key, so that its match tells paths apart as well.
            own.paths.iter().for_each(|pattern| always.insert(2 * index, pattern));
            own.excluded.iter().for_each(|pattern| always.insert(2 * index + 1, pattern));
        }
        Self {
            policies: Policies::new(basis, Side::ALL.into_iter().map(|side| (side, Arc::clone(policy)))),
            always,
            kind_of: HashMap::new(),
            kinds: HashMap::new(),
            first: Vec::new(),
            outcomes: HashMap::new(),
            without_base: HashMap::new(),
            universe: None,
        }
    }

    /// Returns the policy as the policies of every side.
    pub const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Returns what would have run for each change, and its files that no row maps, sorted. Each change has its files
    /// sorted by path.
    pub fn replay(&mut self, changes: &[&[ChangedFile]]) -> Vec<(Vec<RepoPath>, Arc<Outcome>)> {
        self.learn(changes);
        let mut keys = Vec::with_capacity(changes.len());
        let mut unmapped = Vec::with_capacity(changes.len());
        for files in changes {
            let mut key = Vec::with_capacity(files.len());
            let mut without_row = Vec::new();
            for file in *files {
                let kind = self.kind_of[&file.path];
                key.push(kind);
                if self.first[kind].1 {
                    without_row.push(file.path.clone());
                }
            }
            key.sort_unstable();
            key.dedup();
            keys.push(key.into_boxed_slice());
            unmapped.push(without_row);
        }
        self.route_new(&keys);
        let outcomes = keys.iter().map(|key| Arc::clone(&self.outcomes[key]));
        unmapped.into_iter().zip(outcomes).collect()
    }

    /// Returns what would have run for a change of which the base is not known, or that cannot be read.
    pub fn without_base(&mut self, why: &MissingBase) -> Arc<Outcome> {
        let (policies, known) = (&self.policies, &self.universe);
        let outcome = self.without_base.entry(format!("{why:?}")).or_insert_with(|| {
            let change = Change::new(provenance(Some(why.clone())), []);
            let request = Request { change: &change, policies, tracked: &[], widen: Widen::default() };
            Arc::new(Outcome::new(&route(&request), known.as_ref()))
        });
        Arc::clone(outcome)
    }

    /// Asks the policy about every path that was not met before.
    fn learn(&mut self, changes: &[&[ChangedFile]]) {
        let mut met = HashSet::new();
        let files = changes.iter().flat_map(|files| files.iter());
        let new: Vec<ChangedFile> = files
            .filter(|file| !self.kind_of.contains_key(&file.path) && met.insert(&file.path))
            .map(|file| modified(&file.path))
            .collect();
        let attributed = attribute(&self.policies, &new);
        let always: Vec<Vec<usize>> = new
            .par_iter()
            .with_min_len(512)
            .map_init(Scratch::new, |scratch, file| {
                let mut keys: Vec<usize> =
                    self.always.matches(&file.path, scratch).iter().map(|found| found.key).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            })
            .collect();
        let is_unmapped: Vec<bool> =
            attributed.groups.iter().map(|(group, _)| !group.unmapped(&self.policies).is_empty()).collect();
        for ((file, group), always) in new.into_iter().zip(attributed.of).zip(always) {
            let kind = Kind { group: attributed.groups[group].0.clone(), always };
            let next = self.first.len();
            let index = *self.kinds.entry(kind).or_insert(next);
            if index == next {
                self.first.push((file.path.clone(), is_unmapped[group]));
            }
            self.kind_of.insert(file.path, index);
        }
    }

    /// Routes each set of kinds that was not met before.
    fn route_new(&mut self, keys: &[Box<[usize]>]) {
        let mut met = HashSet::new();
        let new: Vec<&Box<[usize]>> =
            keys.iter().filter(|key| !self.outcomes.contains_key(*key) && met.insert(*key)).collect();
        let (policies, first) = (&self.policies, &self.first);
        let outcome = |key: &[usize], known: Option<&Arc<Universe>>| {
            let files = key.iter().map(|kind| modified(&first[*kind].0));
            let change = Change::new(provenance(None), files);
            let request = Request { change: &change, policies, tracked: &[], widen: Widen::default() };
            Arc::new(Outcome::new(&route(&request), known))
        };
        // The gates are the policy's, whatever the change: the nothing that no change has tells them.
        let known = self.universe.get_or_insert_with(|| Arc::clone(&outcome(&[], None).universe));
        let known = &*known;
        let routed: Vec<Arc<Outcome>> =
            new.par_iter().with_min_len(8).map(|key| outcome(key, Some(known))).collect();
        for (key, outcome) in new.into_iter().zip(routed) {
            self.outcomes.insert(key.clone(), outcome);
        }
    }
}

/// Returns what would have run for one change by policies of its own, and its files that no row maps, sorted.
pub fn replay_apart(request: &Request<'_>) -> (Vec<RepoPath>, Outcome) {
    let route = route(request);
    let unmapped = route.files.iter().filter(|file| !file.facts.mapped);
    (unmapped.map(|file| file.file.path.clone()).collect(), Outcome::new(&route, None))
}

/// Returns a file as a replay by one policy has it: which sides have it and what happened to it do not matter there.
fn modified(path: &RepoPath) -> ChangedFile {
    ChangedFile { path: path.clone(), status: Status::Modified, previous_path: None, present: Sides::ALL }
}

/// Returns where a change of the history was read from; which commits they are is told beside the outcome.
fn provenance(missing: Option<MissingBase>) -> Provenance {
    Provenance {
        source: ChangeSource::Commits,
        base: None,
        head: None,
        merge_base: None,
        base_method: "history".to_owned(),
        confidence: if missing.is_some() { Confidence::None } else { Confidence::Certain },
        missing,
    }
}
