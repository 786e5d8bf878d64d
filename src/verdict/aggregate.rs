//! From the records of a gate to its result.
//!
//! A run is whole when each of its parts is there exactly once. What a part says against the gate counts all the same: no
//! record that is missing can take a failure away.

use std::collections::{BTreeMap, BTreeSet};

use super::{Because, Try};
use crate::digest::Digest;
use crate::evidence::{GateResult, Held, Origin, Record};

/// A record that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'a> {
    /// The record.
    pub(super) held: &'a Held<Record>,
    /// What it says of its gate.
    pub(super) result: GateResult,
}

/// What the records of a gate come to.
#[derive(Clone, Debug)]
pub(super) struct Settled<'a> {
    /// The result.
    pub(super) result: GateResult,
    /// Whether runs disagree.
    pub(super) flaky: bool,
    /// Whether the newest run that settles it cites instead of running.
    pub(super) reused: bool,
    /// The records of the runs that settle it: where it passed, of the newest that did.
    pub(super) decisive: Vec<&'a Held<Record>>,
    /// What is wrong with runs, and where they disagree.
    pub(super) because: BTreeSet<Because>,
}

/// The records of one try of one run.
struct Whole<'a> {
    of: Try,
    parts: Vec<Counted<'a>>,
    /// The result, where every part is there once; else what keeps it from being whole.
    result: Result<GateResult, Because>,
}

impl Whole<'_> {
    fn is(&self, result: GateResult) -> bool {
        self.result.as_ref() == Ok(&result)
    }

    fn says(&self, result: GateResult) -> bool {
        self.parts.iter().any(|part| part.result == result)
    }
}

/// Settles what the records of one gate come to. Their order does not matter.
pub(super) fn settle<'a>(counted: &[Counted<'a>], may_not_apply: bool) -> Settled<'a> {
    let runs = runs(counted, may_not_apply);
    let passed: Vec<&Whole<'a>> = runs.iter().filter(|run| run.is(GateResult::Pass)).collect();
    let against = |result: GateResult| runs.iter().find(|run| run.says(result));
    let failed = against(GateResult::Fail);
    let in_part = against(GateResult::Partial);
    let mut because: BTreeSet<Because> = runs.iter().filter_map(|run| run.result.clone().err()).collect();

    let newest = passed.iter().max_by_key(|run| age(run));
    if let Some(newest) = newest {
        let other =
            failed.map(|run| (run, GateResult::Fail)).or(in_part.map(|run| (run, GateResult::Partial)));
        // Runs that were not whole yield to one that is.
        because.retain(|_| other.is_some());
        let reused = newest.parts.iter().any(|part| part.held.content.origin != Origin::Executed);
        let mut decisive: Vec<&Held<Record>> = newest.parts.iter().map(|part| part.held).collect();
        let mut result = GateResult::Pass;
        if let Some((other, said)) = other {
            result = GateResult::Partial;
            decisive.extend(other.parts.iter().map(|part| part.held));
            because.insert(Because::RunsDisagree {
                passed: newest.of.clone(),
                other: other.of.clone(),
                result: said,
            });
        }
        return Settled {
            result,
            flaky: other.is_some(),
            reused: reused && other.is_none(),
            decisive,
            because,
        };
    }

    let differ =
        |run: &&Whole<'a>| matches!(run.result, Err(Because::PartsDiffer { .. } | Because::PartTwice { .. }));
    let is = |result: GateResult| runs.iter().find(move |run| run.is(result));
    let (result, decisive) = match (failed, is(GateResult::Partial)) {
        (Some(failed), _) => (GateResult::Fail, Some(failed)),
        (None, Some(partial)) => (GateResult::Partial, Some(partial)),
        (None, None) => {
            let blocked = is(GateResult::Blocked).or_else(|| runs.iter().find(differ));
            let missing = is(GateResult::Missing).or_else(|| runs.iter().find(|run| run.result.is_err()));
            match (blocked, missing, is(GateResult::NotApplicable)) {
                (Some(blocked), ..) => (GateResult::Blocked, Some(blocked)),
                (None, Some(missing), _) => (GateResult::Missing, Some(missing)),
                (None, None, Some(not)) => (GateResult::NotApplicable, Some(not)),
                (None, None, None) => (GateResult::Missing, None),
            }
        }
    };
    if decisive.is_none() {
        because.insert(Because::NoRecord);
    }
    let decisive = decisive.into_iter().flat_map(|run| &run.parts).map(|part| part.held).collect();
    Settled { result, flaky: false, reused: false, decisive, because }
}

/// Keeps the records of the newest try alone: an environment is as it was seen last.
pub(super) fn keep_newest(counted: &mut Vec<Counted<'_>>) {
    let of = |own: &Counted<'_>| (own.held.content.run.clone(), own.held.content.attempt);
    let newest = counted.iter().max_by_key(|own| (own.held.content.finished, of(own))).map(of);
    counted.retain(|own| Some(of(own)) == newest);
}

/// By what the newest of runs is told: when it ended, then its name.
fn age<'a>(run: &'a Whole<'_>) -> (Option<jiff::Timestamp>, &'a Try, Option<Digest>) {
    let ended = run.parts.iter().map(|part| part.held.content.finished).max();
    (ended, &run.of, run.parts.iter().map(|part| part.held.digest).max())
}

/// Sorts records into the tries of their runs.
fn runs<'a>(counted: &[Counted<'a>], may_not_apply: bool) -> Vec<Whole<'a>> {
    let mut by_try: BTreeMap<Try, BTreeMap<Digest, Counted<'a>>> = BTreeMap::new();
    for counted in counted {
        let Record { run, attempt, .. } = &counted.held.content;
        let of = Try { run: run.clone(), attempt: *attempt };
        by_try.entry(of).or_default().insert(counted.held.digest, *counted);
    }
    by_try
        .into_iter()
        .map(|(of, parts)| {
            let parts: Vec<Counted<'a>> = parts.into_values().collect();
            let result = match is_whole(&of, &parts) {
                None => Ok(worst(&parts, may_not_apply)),
                Some(why) => Err(why),
            };
            Whole { of, parts, result }
        })
        .collect()
}

/// Says what keeps the parts of a run from being whole; nothing, and each is there once.
fn is_whole(of: &Try, parts: &[Counted<'_>]) -> Option<Because> {
    let totals: BTreeSet<u32> = parts.iter().map(|part| part.held.content.shard.total).collect();
    let total = totals.first().copied().unwrap_or_default();
    if totals.len() > 1 {
        return Some(Because::PartsDiffer { of: of.clone(), totals });
    }
    let mut there: BTreeSet<u32> = BTreeSet::new();
    for part in parts {
        let index = part.held.content.shard.index;
        if !there.insert(index) {
            return Some(Because::PartTwice { of: of.clone(), part: index });
        }
    }
    let missing = total.saturating_sub(u32::try_from(there.len()).unwrap_or(u32::MAX));
    // Parts are few, but a total is a number that anybody can write.
    let first = (1..=total).find(|index| !there.contains(index))?;
    Some(Because::PartsMissing { of: of.clone(), missing, first, total })
}

/// Returns the worst of the parts. Where the gate may not say that it does not apply, that is worse than what needs an
/// approval.
fn worst(parts: &[Counted<'_>], may_not_apply: bool) -> GateResult {
    let rank = |result: GateResult| match result {
        GateResult::Pass => 0,
        GateResult::NotApplicable if may_not_apply => 1,
        GateResult::Partial => 2,
        GateResult::NotApplicable => 3,
        GateResult::Missing => 4,
        GateResult::Blocked => 5,
        GateResult::Fail => 6,
    };
    parts.iter().map(|part| part.result).max_by_key(|result| rank(*result)).unwrap_or(GateResult::Missing)
}
