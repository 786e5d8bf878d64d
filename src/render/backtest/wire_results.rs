//! What recorded results say, as the document of a backtest has it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::backtest::{Judged, Replayed, Unplaced};
use crate::render::wire_reason::{Because, SkipReasonV1};

/// What recorded results say.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestResults")]
pub struct ResultsV1<'a> {
    /// How many results were recorded.
    pub records: usize,
    /// How many gates failed, each counted once a change.
    pub failures: usize,
    /// How many of those the route leaves out.
    pub missed: usize,
    /// How many of the others run only because the route is broad.
    pub caught_by_broad: usize,
    /// How many recorded failures cannot be held beside a route.
    pub unplaced_failures: usize,
    /// How long the recorded runs took that say so, in milliseconds.
    pub took_ms: u64,
    /// How long those of them took that the route leaves out.
    pub saved_ms: u64,
    /// Each missed failure.
    pub misses: Vec<MissV1<'a>>,
    /// Results on commits that are no head of these changes.
    pub unknown_commits: Vec<UnplacedV1<'a>>,
    /// Results on shortened ids that several heads begin with.
    pub ambiguous_commits: Vec<UnplacedV1<'a>>,
    /// Results of gates that the policy does not know.
    pub unknown_gates: Vec<UnplacedV1<'a>>,
}

/// A failure that the route would have missed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestMiss")]
pub struct MissV1<'a> {
    /// The head of the change.
    pub head: &'a str,
    /// The gate.
    pub gate: &'a str,
    /// Why the route leaves it out.
    pub because: Because<SkipReasonV1>,
    /// The first line that records the failure.
    pub line: u32,
    /// Says that the gate is recorded as passed on the same commit, too.
    pub also_passed: bool,
}

/// Results that cannot be held beside a route.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestUnplaced")]
pub struct UnplacedV1<'a> {
    /// What was written.
    pub name: &'a str,
    /// How many there are.
    pub records: usize,
    /// How many of them are failures.
    pub failures: usize,
    /// The line of the first.
    pub line: u32,
}

impl<'a> ResultsV1<'a> {
    /// Lays out what results say of changes.
    pub fn new(judged: &'a Judged, changes: &'a [Replayed]) -> Self {
        let unplaced = |list: &'a BTreeMap<String, Unplaced>| {
            let one = |(name, own): (&'a String, &Unplaced)| UnplacedV1 {
                name,
                records: own.records,
                failures: own.failures,
                line: own.line,
            };
            list.iter().map(one).collect()
        };
        let miss = judged.missed.iter().map(|miss| MissV1 {
            head: &changes[miss.change].head,
            gate: miss.gate.as_str(),
            because: (&miss.because).into(),
            line: miss.line,
            also_passed: miss.also_passed,
        });
        Self {
            records: judged.records,
            failures: judged.failures,
            missed: judged.missed.len(),
            caught_by_broad: judged.caught_by_broad,
            unplaced_failures: judged.unplaced_failures(),
            took_ms: judged.took,
            saved_ms: judged.saved,
            misses: miss.collect(),
            unknown_commits: unplaced(&judged.unknown_commits),
            ambiguous_commits: unplaced(&judged.ambiguous_commits),
            unknown_gates: unplaced(&judged.unknown_gates),
        }
    }
}
