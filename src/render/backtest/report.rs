//! What a renderer of a backtest is given.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Room, attribute_path};
use crate::backtest::{Comparison, Explained, HistoryEnd, Judged, Replayed, Sums};
use crate::path::RepoPath;
use crate::policy::Policies;
use crate::render::suggest::{Proposal, proposals_for};

/// A backtest, as it is told.
#[derive(Debug)]
pub struct Backtest<'a> {
    /// By which policy.
    pub policy: Used,
    /// Over which changes.
    pub told: Told,
    /// The changes, newest first, or as they were listed.
    pub changes: &'a [Replayed],
    /// What they come to.
    pub sums: Sums,
    /// Where rows are missing, those that would mend most first.
    pub spots: Vec<HotSpot>,
    /// How many files had no row in the policy of their time, and have one today.
    pub mapped_since: usize,
    /// What recorded results say of it.
    pub judged: Option<Judged>,
    /// What another policy would have done.
    pub against: Option<Against<'a>>,
}

/// A policy that changes were routed by.
#[derive(Clone, Debug)]
pub struct Used {
    /// Which.
    pub what: What,
    /// Its digest; nothing where each commit has its own.
    pub digest: Option<String>,
    /// Says that it only observes. It is told as if it enforced.
    pub observes: bool,
}

/// Which policy it was.
#[derive(Clone, Debug)]
pub enum What {
    /// That of a commit, or of the working tree, as it was asked for.
    Revision {
        /// What was asked for.
        name: String,
        /// The commit in full hex; nothing for a working tree.
        commit: Option<String>,
    },
    /// That of a folder.
    Folder(String),
    /// That of each change's own commits.
    Own,
}

/// Over which changes.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where they come from.
    pub source: Source,
    /// Why there are no more; nothing for a list.
    pub end: Option<HistoryEnd>,
}

/// Where changes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The first parents of a commit.
    FirstParents {
        /// The commit in full hex.
        head: String,
        /// How many were asked for.
        asked: usize,
    },
    /// A list of pairs.
    Pairs {
        /// The file.
        file: String,
        /// How many lines were left out, since an earlier one has the same two commits.
        repeated: usize,
    },
}

/// A second policy over the same changes.
#[derive(Debug)]
pub struct Against<'a> {
    /// Which.
    pub policy: Used,
    /// The same changes by it.
    pub changes: &'a [Replayed],
    /// What they come to.
    pub sums: Sums,
    /// What differs.
    pub comparison: Comparison,
    /// Why, for each change that differs: of the gates of the first policy alone, and of the second.
    pub explained: Vec<(Vec<Explained>, Vec<Explained>)>,
    /// What recorded results say of it.
    pub judged: Option<Judged>,
}

/// A row that is missing, and what it would mend.
#[derive(Clone, Debug)]
pub struct HotSpot {
    /// The row.
    pub proposal: Proposal,
    /// How many changes have a file that it would map.
    pub changes: usize,
    /// How many of those are broad for no other reason: the row alone would make them narrow.
    pub alone: usize,
}

/// Returns the rows that are missing, those that would mend most changes first, and how many unmapped files
/// the policies map all the same: those of which the policy of their time said otherwise.
pub fn hot_spots(changes: &[Replayed], sums: &Sums, policies: &Policies) -> (Vec<HotSpot>, usize) {
    let mut room = Room::default();
    let mut is_mapped = |path: &RepoPath| {
        policies.each.iter().all(|(_, policy)| !attribute_path(policy, path, &mut room).0.is_empty())
    };
    let (mapped, unmapped): (Vec<&RepoPath>, Vec<&RepoPath>) =
        sums.unmapped_files.keys().partition(|path| is_mapped(path));
    let proposals = proposals_for(unmapped, policies);
    let mut spot_of: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for (spot, (_, paths)) in proposals.iter().enumerate() {
        spot_of.extend(paths.iter().map(|path| (*path, spot)));
    }
    let mut counts = vec![(0, 0); proposals.len()];
    for change in changes.iter().filter(|change| !change.unmapped.is_empty()) {
        let spots: BTreeSet<Option<usize>> =
            change.unmapped.iter().map(|path| spot_of.get(path).copied()).collect();
        let is_alone = spots.len() == 1 && change.outcome.causes.len() == 1;
        for spot in spots.into_iter().flatten() {
            counts[spot].0 += 1;
            counts[spot].1 += usize::from(is_alone);
        }
    }
    let mut spots: Vec<HotSpot> = proposals
        .into_iter()
        .zip(counts)
        .map(|((proposal, _), (changes, alone))| HotSpot { proposal, changes, alone })
        .collect();
    // Stable, so that equal ones stay sorted by pattern.
    spots.sort_by_key(|spot| std::cmp::Reverse((spot.changes, spot.alone)));
    (spots, mapped.len())
}

impl Backtest<'_> {
    /// Returns the first line: how many recorded failures the route would have missed.
    pub fn headline(&self) -> String {
        headline(self.judged.as_ref())
    }
}

/// Says how many recorded failures a route would have missed.
pub fn headline(judged: Option<&Judged>) -> String {
    let Some(judged) = judged else {
        return "missed failures: not known, no recorded results were given (--results FILE)".to_owned();
    };
    let unsteady = judged.missed.iter().filter(|miss| miss.also_passed).count();
    let mut line = format!("missed failures: {} of {} recorded", judged.missed.len(), judged.failures);
    if unsteady > 0 {
        line += &format!(" ({unsteady} also passed on the same commit)");
    }
    let unplaced = judged.unplaced_failures();
    if unplaced > 0 {
        line += &format!("; {unplaced} more cannot be judged: their commit or gate is not known");
    }
    line
}

/// Writes a time as a date and a time of the day, in UTC.
pub(super) fn timestamp(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
