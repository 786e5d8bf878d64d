//! GitLab's list of a pipeline's jobs: `GET /projects/:id/pipelines/:pipeline_id/jobs`.
//!
//! Source: <https://docs.gitlab.com/api/jobs/#list-all-jobs-for-a-pipeline>.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::shared::{nothing, syntax, text, time, unknown};
use crate::evidence::{GateResult, Shard};
use crate::fault::Fault;
use crate::json::Text;
use crate::results::Job;
use crate::source::Source;

/// Reads GitLab's list. Its pages may follow one another, as `glab api --paginate` prints them. With `include_retried` a job
/// is there once for each try.
pub fn gitlab(source: &Arc<Source>) -> Result<Vec<Job>, Vec<Fault>> {
    let mut listed: Vec<Listed<'_>> = Vec::new();
    for page in serde_json::Deserializer::from_str(text(source)).into_iter::<Vec<Listed<'_>>>() {
        listed.extend(
            page.map_err(|error| vec![syntax(source, &error, "GitLab's list of a pipeline's jobs")])?,
        );
    }
    if listed.is_empty() {
        return Err(vec![nothing(source)]);
    }
    // A later try has a higher id, whatever the order of the list. Pages may overlap where jobs were added between them.
    listed.sort_by_key(|job| job.id);
    let mut seen = BTreeSet::new();
    let mut tries: BTreeMap<&str, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut jobs = Vec::new();
    for own in listed.iter().filter(|own| seen.insert(own.id)) {
        let name = own.name.as_str();
        let attempt = tries.entry(name).or_default();
        *attempt += 1;
        let (result, reason) = match own.status.as_str() {
            "success" => (GateResult::Pass, None),
            "failed" => (GateResult::Fail, Some(failed(own))),
            word @ ("canceled" | "canceling") => {
                (GateResult::Blocked, Some(said(word, "the job was cancelled")))
            }
            word @ "skipped" => (GateResult::Blocked, Some(said(word, "the job did not run"))),
            word @ "manual" => (GateResult::Blocked, Some(said(word, "nobody started the job"))),
            word @ ("created"
            | "pending"
            | "preparing"
            | "running"
            | "scheduled"
            | "waiting_for_resource"
            | "waiting_for_callback") => (GateResult::Blocked, Some(said(word, "the job has not ended"))),
            _ => {
                faults.push(unknown(source, &own.status, name, "GitLab"));
                continue;
            }
        };
        jobs.push(Job {
            name: name.to_owned(),
            result,
            reason,
            attempt: *attempt,
            shard: Shard::WHOLE,
            started: time(source, own.started_at.as_ref(), &mut faults),
            finished: time(source, own.finished_at.as_ref(), &mut faults),
            url: own.web_url.clone(),
            outputs: BTreeMap::new(),
        });
    }
    if faults.is_empty() { Ok(jobs) } else { Err(faults) }
}

#[derive(Deserialize)]
struct Listed<'a> {
    id: u64,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    started_at: Option<Text<'a>>,
    #[serde(borrow)]
    finished_at: Option<Text<'a>>,
    web_url: Option<String>,
    failure_reason: Option<String>,
    allow_failure: Option<bool>,
}

fn failed(job: &Listed<'_>) -> String {
    let mut reason = "the job failed".to_owned();
    if let Some(why) = job.failure_reason.as_deref().filter(|why| !why.trim().is_empty()) {
        reason += &format!(": {why}");
    }
    if job.allow_failure == Some(true) {
        reason += "; its `allow_failure` lets the pipeline go on, and lets no gate pass";
    }
    reason
}

fn said(word: &str, what: &str) -> String {
    format!("{what}: GitLab says `{word}`")
}
