//! What a report says, and what a CI says of a job.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::evidence::{GateResult, Shard, Tool};

/// How large a report may be, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// What a report says of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What became of it.
    pub result: GateResult,
    /// Why it is no pass: which tests failed, how many findings there are.
    pub reason: Option<String>,
    /// One line of figures, for people: `412 tests, 3 skipped`.
    pub summary: String,
    /// The type of evidence that it is: `test-report`, `analysis`, `coverage`.
    pub evidence_type: &'static str,
    /// When it began, where the report says so with a zone.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// What wrote it.
    pub tool: Tool,
}

/// What a CI says of one try of one of its jobs, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name, or key.
    pub name: String,
    /// What became of it. A job that was skipped or cancelled is blocked, never passed.
    pub result: GateResult,
    /// Why it is no pass.
    pub reason: Option<String>,
    /// Which try, counted from 1: a job that was retried is in the list once for each.
    pub attempt: u32,
    /// Which part of the job.
    pub shard: Shard,
    /// When it began, where the CI says so.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// What it passes on, where the CI says so.
    pub outputs: BTreeMap<String, String>,
}
