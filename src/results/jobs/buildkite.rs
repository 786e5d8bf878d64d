//! Buildkite's list of a build's jobs: `jobs` of `GET /organizations/:org/pipelines/:pipeline/builds/:number`.
//!
//! Source: <https://buildkite.com/docs/apis/rest-api/builds>.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::shared::{nothing, syntax, text, time, unknown, wrong};
use crate::evidence::{GateResult, Shard};
use crate::fault::Fault;
use crate::json::{Text, first_byte};
use crate::results::Job;
use crate::source::Source;

/// Reads Buildkite's list: a build with its `jobs`, or that list alone. Steps that are no commands are passed over.
pub fn buildkite(source: &Arc<Source>) -> Result<Vec<Job>, Vec<Fault>> {
    let what = "a build of Buildkite with its `jobs`";
    let text = text(source);
    let listed: Vec<Listed<'_>> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str::<Build<'_>>(text).map(|build| build.jobs)
    }
    .map_err(|error| vec![syntax(source, &error, what)])?;
    let is_command = |own: &&Listed<'_>| own.kind.as_ref().is_none_or(|kind| kind.as_str() == "script");
    let commands: Vec<&Listed<'_>> = listed.iter().filter(is_command).collect();
    if commands.is_empty() {
        return Err(vec![nothing(source)]);
    }
    let mut faults = Vec::new();
    // The tries of each part of each step.
    let mut steps: BTreeMap<&str, Parts> = BTreeMap::new();
    for (at, own) in commands.iter().enumerate() {
        let name = own.step_key.as_ref().or(own.name.as_ref()).unwrap_or(&own.id).as_str();
        let Some(shard) = shard(source, own, name, &mut faults) else { continue };
        let started = time(source, own.started_at.as_ref(), &mut faults);
        let finished = time(source, own.finished_at.as_ref(), &mut faults);
        // A wait has no state; a command does.
        let Some(state) = &own.state else {
            faults.push(wrong(source, own.id.span(source), format!("job `{name}` has no `state`")));
            continue;
        };
        let Some((result, reason)) = result(own, state.as_str()) else {
            faults.push(unknown(source, state, name, "Buildkite"));
            continue;
        };
        let order = (own.retries_count.unwrap_or(0), own.retried != Some(true), at);
        let (url, outputs) = (own.web_url.clone(), BTreeMap::new());
        let job =
            Job { name: name.to_owned(), result, reason, attempt: 1, shard, started, finished, url, outputs };
        steps.entry(name).or_default().entry(shard).or_default().push((order, job));
    }
    if faults.is_empty() { Ok(steps.into_values().flat_map(tries).collect()) } else { Err(faults) }
}

/// Which try is which: how often it was retried before, those that were given up first, and else as they are listed.
type Order = (u64, bool, usize);

/// The tries of each part of a step.
type Parts = BTreeMap<Shard, Vec<(Order, Job)>>;

/// Numbers the tries of a step. A part that was tried less often than others has its last result in the later tries too: it
/// was not run again because it need not be.
fn tries(parts: Parts) -> Vec<Job> {
    let most = parts.values().map(Vec::len).max().unwrap_or(0);
    let mut jobs = Vec::new();
    for (_, mut own) in parts {
        own.sort_by_key(|(order, _)| *order);
        for attempt in 0..most {
            let Some((_, job)) = own.get(attempt).or_else(|| own.last()) else { continue };
            jobs.push(Job { attempt: u32::try_from(attempt + 1).unwrap_or(u32::MAX), ..job.clone() });
        }
    }
    jobs
}

fn shard(source: &Arc<Source>, own: &Listed<'_>, name: &str, faults: &mut Vec<Fault>) -> Option<Shard> {
    match (own.parallel_group_index, own.parallel_group_total) {
        (None, None) => Some(Shard::WHOLE),
        // Buildkite counts from 0.
        (Some(index), Some(total)) if index < total => Some(Shard { index: index + 1, total }),
        _ => {
            let message = format!("job `{name}` is no part of its parallel group that there could be");
            faults.push(wrong(
                source,
                own.step_key.as_ref().map_or_else(|| first_byte(source), |key| key.span(source)),
                message,
            ));
            None
        }
    }
}

/// Returns what became of a job; nothing where its state is no word of Buildkite.
fn result(own: &Listed<'_>, state: &str) -> Option<(GateResult, Option<String>)> {
    let code = own.exit_status;
    let failed = || {
        let mut reason = match code {
            Some(code) => format!("the job failed: it exited with {code}"),
            None => "the job failed".to_owned(),
        };
        if own.soft_failed == Some(true) {
            reason += "; its `soft_fail` lets the build go on, and lets no gate pass";
        }
        Some((GateResult::Fail, Some(reason)))
    };
    let blocked = |what: &str| Some((GateResult::Blocked, Some(format!("{what}: Buildkite says `{state}`"))));
    match state {
        "passed" | "finished" if own.soft_failed == Some(true) || code.is_some_and(|code| code != 0) => {
            failed()
        }
        "passed" => Some((GateResult::Pass, None)),
        "finished" if code == Some(0) => Some((GateResult::Pass, None)),
        "failed" | "finished" => failed(),
        "timed_out" | "timing_out" => {
            Some((GateResult::Fail, Some("the job took longer than it may".to_owned())))
        }
        "canceled" | "canceling" => blocked("the job was cancelled"),
        "skipped" | "broken" | "waiting_failed" | "blocked_failed" | "unblocked_failed" => {
            blocked("the job did not run")
        }
        "expired" => blocked("no agent took the job"),
        "pending" | "waiting" | "blocked" | "unblocked" | "limiting" | "limited" | "platform_limiting"
        | "platform_limited" | "scheduled" | "reserved" | "assigned" | "accepted" | "running" => {
            blocked("the job has not ended")
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct Build<'a> {
    #[serde(borrow)]
    jobs: Vec<Listed<'a>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    step_key: Option<Text<'a>>,
    #[serde(borrow)]
    state: Option<Text<'a>>,
    exit_status: Option<i64>,
    soft_failed: Option<bool>,
    retried: Option<bool>,
    retries_count: Option<u64>,
    parallel_group_index: Option<u32>,
    parallel_group_total: Option<u32>,
    web_url: Option<String>,
    #[serde(borrow)]
    started_at: Option<Text<'a>>,
    #[serde(borrow)]
    finished_at: Option<Text<'a>>,
}
