//! How long gates take.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::flaky::tries;
use super::model::{Given, Timed};
use crate::evidence::{Origin, Record};
use crate::id::GateId;

/// How many of the newest runs are drawn.
const RECENT: usize = 24;

/// Returns how long each gate that ran takes, the one that takes most in all first.
pub(super) fn times(given: Given<'_>) -> Vec<Timed<'_>> {
    let mut reused: BTreeMap<&GateId, usize> = BTreeMap::new();
    for held in &given.archive.records {
        if held.content.origin != Origin::Executed {
            *reused.entry(&held.content.gate).or_default() += 1;
        }
    }
    let gates = tries(given);
    let mut times: Vec<Timed<'_>> = gates
        .iter()
        .map(|(gate, tries)| {
            // A run lasts from its first part's begin to its last one's end; what it costs is the sum of its parts.
            let mut runs: Vec<_> = tries.values().filter_map(|parts| lasted(parts)).collect();
            runs.sort_unstable();
            let recent: Vec<u64> = runs.iter().rev().take(RECENT).rev().map(|run| run.1).collect();
            let mut sorted: Vec<u64> = runs.iter().map(|run| run.1).collect();
            sorted.sort_unstable();
            Timed {
                gate,
                title: given.lanes.and_then(|lanes| lanes.gates.get(*gate)).map(|own| own.title.as_str()),
                runs: runs.len(),
                total: tries.values().flatten().fold(0, |sum: u64, part| sum.saturating_add(seconds(part))),
                p50: percentile(&sorted, 50),
                p90: percentile(&sorted, 90),
                recent,
                reused: reused.get(gate).copied().unwrap_or(0),
            }
        })
        .collect();
    times.sort_by_key(|own| (Reverse(own.total), own.gate));
    times
}

/// Returns when a try ended, and how many seconds it lasted.
fn lasted(parts: &[&Record]) -> Option<(i64, u64)> {
    let begin = parts.iter().map(|part| part.started.as_second()).min()?;
    let end = parts.iter().map(|part| part.finished.as_second()).max()?;
    Some((end, u64::try_from(end.saturating_sub(begin)).unwrap_or(0)))
}

fn seconds(record: &Record) -> u64 {
    let lasted = record.finished.as_second().saturating_sub(record.started.as_second());
    u64::try_from(lasted).unwrap_or(0)
}

/// Returns the smallest of sorted values that `percent` of them do not exceed.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}
