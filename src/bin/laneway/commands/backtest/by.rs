//! One policy for all changes, or each change by its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use laneway::backtest::state::OWN;
use laneway::backtest::{Engine, Outcome, replay_apart};
use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, MissingBase, Provenance, Side};
use laneway::git::{CommitId, HeadState, Readers, Recorded, Resolved};
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::route::{Request, Widen};
use rayon::prelude::*;

/// A change with its files, or why they cannot be read.
pub(crate) type Read<'a> = (&'a Recorded, &'a Result<Vec<ChangedFile>, String>);

/// The files of a change that no row maps, and what would have run.
pub(crate) type Answer = (Vec<RepoPath>, Arc<Outcome>);

/// By which policy changes are routed.
pub(crate) enum By {
    /// One, for every side of every change.
    One(Box<Engine>, String),
    /// Those of each change's commits.
    Own(Own),
}

/// The policies of commits, each of them read once.
#[derive(Default)]
pub(crate) struct Own {
    policies: Vec<(PolicyFiles, Arc<Policy>)>,
    of: BTreeMap<CommitId, Arc<Policy>>,
    /// Of the policies that are the same on all sides of a change, by their digest.
    engines: BTreeMap<String, Engine>,
}

/// What a route of one change is asked for.
pub(crate) struct Asked {
    change: Change,
    policies: Policies,
    tracked: Vec<RepoPath>,
}

impl Asked {
    /// Returns the request.
    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            change: &self.change,
            policies: &self.policies,
            tracked: &self.tracked,
            widen: Widen::default(),
        }
    }
}

impl By {
    /// Routes by one policy.
    pub(crate) fn one(policy: &Arc<Policy>) -> Self {
        Self::One(Box::new(Engine::new(policy, PolicyBasis::External)), policy.digest.clone())
    }

    /// Routes each change by its own.
    pub(crate) fn own() -> Self {
        Self::Own(Own::default())
    }

    /// Returns what a state knows the policy by.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::One(_, digest) => digest,
            Self::Own(_) => OWN,
        }
    }

    /// Returns what would have run for each change.
    pub(crate) fn replay(&mut self, readers: &Readers, changes: &[Read<'_>]) -> Vec<Answer> {
        match self {
            Self::One(engine, _) => by_one(engine, changes),
            Self::Own(own) => own.replay(readers, changes),
        }
    }

    /// Returns what the route of each change is asked for.
    pub(crate) fn asked(&mut self, readers: &Readers, changes: &[Read<'_>]) -> Vec<Asked> {
        if let Self::Own(own) = self {
            own.read(readers, changes);
        }
        let this = &*self;
        changes
            .par_iter()
            .map(|(recorded, files)| match this {
                Self::One(engine, _) => Asked {
                    change: change(recorded, files),
                    policies: engine.policies().clone(),
                    tracked: Vec::new(),
                },
                Self::Own(own) => own.asked(readers, recorded, files),
            })
            .collect()
    }
}

fn by_one(engine: &mut Engine, changes: &[Read<'_>]) -> Vec<Answer> {
    let split: Vec<Result<&[ChangedFile], MissingBase>> = changes
        .iter()
        .map(|(recorded, files)| match missing(recorded, files) {
            Some(why) => Err(why),
            None => Ok(files.as_deref().unwrap_or_default()),
        })
        .collect();
    let known: Vec<&[ChangedFile]> = split.iter().filter_map(|files| files.as_ref().ok().copied()).collect();
    let mut answers = engine.replay(&known).into_iter();
    let answer = |files| match files {
        Ok(_) => answers.next(),
        Err(why) => Some((Vec::new(), engine.without_base(&why))),
    };
    split.into_iter().filter_map(answer).collect()
}

impl Own {
    fn replay(&mut self, readers: &Readers, changes: &[Read<'_>]) -> Vec<Answer> {
        self.read(readers, changes);
        // Changes that leave a sound policy as it is are alike for its engine; the others are routed on their own.
        let alike = |(recorded, files): &Read<'_>| {
            let head = &self.of[&recorded.head];
            let sides = [recorded.base, recorded.merge_base.as_ref().ok().copied().flatten()];
            let same = sides
                .iter()
                .all(|side| side.is_some_and(|side| Arc::ptr_eq(&self.of[&side], head)) && !head.is_broken());
            (same && missing(recorded, files).is_none()).then(|| head.digest.clone())
        };
        let digests: Vec<Option<String>> = changes.iter().map(alike).collect();
        let mut answers: Vec<Option<Answer>> = vec![None; changes.len()];
        let mut of_digest: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for (at, digest) in digests.iter().enumerate() {
            if let Some(digest) = digest {
                of_digest.entry(digest).or_default().push(at);
            }
        }
        for (digest, places) in of_digest {
            let head = &self.of[&changes[places[0]].0.head];
            let engine = self
                .engines
                .entry(digest.clone())
                .or_insert_with(|| Engine::new(head, PolicyBasis::BaseAndHead));
            let files: Vec<&[ChangedFile]> =
                places.iter().map(|at| changes[*at].1.as_deref().unwrap_or_default()).collect();
            for (at, answer) in places.into_iter().zip(engine.replay(&files)) {
                answers[at] = Some(answer);
            }
        }
        let apart: Vec<(usize, Answer)> = (0..changes.len())
            .into_par_iter()
            .filter(|at| digests[*at].is_none())
            .map(|at| {
                let asked = self.asked(readers, changes[at].0, changes[at].1);
                let (unmapped, outcome) = replay_apart(&asked.request());
                (at, (unmapped, Arc::new(outcome)))
            })
            .collect();
        for (at, answer) in apart {
            answers[at] = Some(answer);
        }
        answers.into_iter().flatten().collect()
    }

    /// Reads the policies of the changes' commits.
    fn read(&mut self, readers: &Readers, changes: &[Read<'_>]) {
        let mut commits: Vec<CommitId> = changes
            .iter()
            .flat_map(|(recorded, _)| {
                let merge_base = recorded.merge_base.as_ref().ok().copied().flatten();
                [Some(recorded.head), recorded.base, merge_base].into_iter().flatten()
            })
            .filter(|commit| !self.of.contains_key(commit))
            .collect();
        commits.sort_unstable();
        commits.dedup();
        let files: Vec<PolicyFiles> = commits
            .par_chunks(64)
            .flat_map_iter(|chunk| {
                readers.with(|reader| chunk.iter().map(|id| reader.commit_policy(*id)).collect::<Vec<_>>())
            })
            .collect();
        for (commit, files) in commits.into_iter().zip(files) {
            let known = self.policies.iter().rev().find(|(own, _)| own.is_same(&files));
            let policy = match known {
                Some((_, policy)) => Arc::clone(policy),
                None => {
                    let policy = Arc::new(Policy::load(&files));
                    self.policies.push((files, Arc::clone(&policy)));
                    policy
                }
            };
            self.of.insert(commit, policy);
        }
    }

    fn asked(
        &self,
        readers: &Readers,
        recorded: &Recorded,
        files: &Result<Vec<ChangedFile>, String>,
    ) -> Asked {
        let merge_base = recorded.merge_base.as_ref().ok().copied().flatten();
        let sides = [
            (Side::MergeBase, merge_base),
            (Side::BaseTip, recorded.base),
            (Side::Head, Some(recorded.head)),
        ];
        let of =
            sides.into_iter().filter_map(|(side, commit)| Some((side, Arc::clone(self.of.get(&commit?)?))));
        let basis = if recorded.base.is_some() { PolicyBasis::BaseAndHead } else { PolicyBasis::HeadOnly };
        let policies = Policies::new(basis, of);
        let mut change = change(recorded, files);
        let mut tracked = Vec::new();
        if policies.rows_differ() && merge_base.is_some() {
            let resolved = Resolved {
                change: change.clone(),
                merge_base,
                base_tip: recorded.base,
                head: HeadState::Commit(recorded.head),
            };
            match readers.with(|reader| reader.tracked(&resolved)) {
                Ok(files) => tracked = files,
                // Which rows moved is not known: that makes the route wider, not void.
                Err(why) => {
                    let missing = &mut change.provenance.missing;
                    *missing = missing.take().or(Some(MissingBase::Unreadable { why }));
                }
            }
        }
        Asked { change, policies, tracked }
    }
}

/// Says why a change cannot be compared, if it cannot.
fn missing(recorded: &Recorded, files: &Result<Vec<ChangedFile>, String>) -> Option<MissingBase> {
    match (&recorded.merge_base, files) {
        (Err(why), _) => Some(why.clone()),
        (Ok(_), Err(why)) => Some(MissingBase::Unreadable { why: why.clone() }),
        (Ok(_), Ok(_)) => None,
    }
}

fn change(recorded: &Recorded, files: &Result<Vec<ChangedFile>, String>) -> Change {
    let missing = missing(recorded, files);
    let merge_base = recorded.merge_base.as_ref().ok().copied().flatten();
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: recorded.base.map(|id| id.to_string()),
        head: Some(recorded.head.to_string()),
        merge_base: merge_base.map(|id| id.to_string()),
        base_method: "history".to_owned(),
        confidence: if missing.is_some() { Confidence::None } else { Confidence::Certain },
        missing,
    };
    Change::new(provenance, files.as_deref().unwrap_or_default().iter().cloned())
}
