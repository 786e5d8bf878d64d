//! The history of a gate.

use std::collections::{BTreeMap, BTreeSet};

use super::pieces;
use super::view::{Shelf, standings};
use super::wire::{DurationsV1, FlakyV1, GateHistoryV1};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, Held, Origin, Record, Shown};
use crate::id::GateId;

/// Returns everything that is kept of a gate, newest first.
pub(super) fn history(shelf: &Shelf<'_>, gate: &GateId) -> GateHistoryV1 {
    let archive = shelf.archive;
    let mut records: Vec<&Held<Record>> =
        archive.records.iter().filter(|held| held.content.gate == *gate).collect();
    pieces::newest_first(&mut records);
    let mut counts = BTreeMap::new();
    for held in &records {
        *counts.entry(held.content.result.into()).or_insert(0) += 1;
    }
    GateHistoryV1 {
        gate: gate.to_string(),
        counts,
        flaky: flaky(shelf, gate, &records),
        durations: durations(&records),
        records: records.into_iter().map(|held| pieces::record(shelf, held)).collect(),
        verdicts: standings(archive, gate),
    }
}

/// Returns the commits and plans on which runs disagree: a pass and something else that is an outcome, or a verdict that
/// says so.
fn flaky(shelf: &Shelf<'_>, gate: &GateId, records: &[&Held<Record>]) -> Vec<FlakyV1> {
    let mut outcomes: BTreeMap<(&CommitHash, Digest), BTreeSet<GateResult>> = BTreeMap::new();
    for held in records.iter().filter(|held| held.content.origin == Origin::Executed) {
        let of = (&held.content.subjects.commit, held.content.plan);
        outcomes.entry(of).or_default().insert(held.content.result);
    }
    let disagree = |results: &BTreeSet<GateResult>| {
        results.contains(&GateResult::Pass)
            && (results.contains(&GateResult::Fail) || results.contains(&GateResult::Partial))
    };
    let by_runs = outcomes.iter().filter(|(_, results)| disagree(results)).map(|(of, _)| *of);
    let verdicts = shelf.archive.seals.iter().chain(&shelf.archive.fails);
    let by_verdict = verdicts
        .filter(|held| held.content.gates.get(gate).is_some_and(|own| own.shown == Shown::Flaky))
        .map(|held| (&held.content.commit, held.content.plan));
    let all: BTreeSet<_> = by_runs.chain(by_verdict).collect();
    all.into_iter()
        .map(|(commit, plan)| FlakyV1 { commit: commit.to_string(), plan: plan.to_string() })
        .collect()
}

/// Returns how long runs took that came to an end of their own.
fn durations(records: &[&Held<Record>]) -> Option<DurationsV1> {
    let ended = |held: &&&Held<Record>| {
        let own = &held.content;
        own.origin == Origin::Executed
            && matches!(own.result, GateResult::Pass | GateResult::Fail | GateResult::Partial)
    };
    let mut all: Vec<i64> =
        records.iter().filter(ended).map(|held| pieces::milliseconds(&held.content)).collect();
    all.sort_unstable();
    Some(DurationsV1 {
        runs: all.len(),
        shortest: *all.first()?,
        median: *all.get(all.len() / 2)?,
        longest: *all.last()?,
        total: all.iter().fold(0, |sum, own| sum.saturating_add(*own)),
    })
}
