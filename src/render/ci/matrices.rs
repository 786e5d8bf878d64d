//! What the CIs have in common whose jobs are matrices, one after another: GitHub and Azure.

use std::collections::BTreeMap;

use super::{Options, json_line};
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::plan::pack::{self, Job, Limits};
use crate::plan::{Plan, Vendor};

/// How many jobs a matrix can have.
pub const JOBS: usize = 256;

/// How many matrices, one after another, there can be: each is a job that somebody has written out.
pub const STAGES: usize = 32;

/// The matrix of each stage, and what the step that decides the route passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrices {
    /// By stage.
    pub(super) matrices: Vec<String>,
    /// Names and values: `matrix` and `any`, with `matrix_2`, `any_2` and so on of later stages, `count`, `gates`,
    /// `packed`, `evidence`, `broad`, `architecture_review` and `digest`.
    pub(super) values: Vec<(String, String)>,
}

/// Lays out the matrices of a plan; `matrix` writes the one of a stage.
pub(super) fn matrices(
    plan: &Plan,
    vendor: Vendor,
    options: Options,
    matrix: impl Fn(&[Job]) -> Result<String, Fault>,
) -> Result<Matrices, Fault> {
    let count = options.stages.unwrap_or(1);
    if count > STAGES {
        let help = format!("give `--stages` a number from 1 to {STAGES}");
        return Err(Fault::new(Code::Usage, format!("there cannot be {count} stages"), help));
    }
    let most = JOBS * count.max(1);
    let jobs = options.max_jobs.unwrap_or(most).min(most);
    let stages = pack::staged(plan, vendor, Limits { jobs, per_stage: JOBS, stages: count })?;
    let mut matrices = Vec::new();
    let mut values = Vec::new();
    for (at, jobs) in stages.iter().enumerate() {
        let matrix = matrix(jobs)?;
        let nth = if at == 0 { String::new() } else { format!("_{}", at + 1) };
        values.push((format!("matrix{nth}"), matrix.clone()));
        values.push((format!("any{nth}"), (!jobs.is_empty()).to_string()));
        matrices.push(matrix);
    }
    let jobs = || stages.iter().flatten();
    let packed: BTreeMap<&str, Vec<&str>> =
        jobs().filter(|job| job.gates.len() > 1).map(|job| (job.id.as_str(), ids(job))).collect();
    let without_command: Vec<&str> = plan.without_command().map(GateId::as_str).collect();
    let value = |name: &str, value: String| (name.to_owned(), value);
    values.extend([
        value("count", jobs().count().to_string()),
        value("gates", jobs().map(|job| job.gates.len()).sum::<usize>().to_string()),
        value("packed", json_line(&packed)?),
        value("evidence", json_line(&without_command)?),
        value("broad", plan.broad.to_string()),
        value("architecture_review", plan.architecture_review.to_string()),
        value("digest", plan.digest.clone()),
    ]);
    Ok(Matrices { matrices, values })
}

/// Returns the ids of the gates of a job.
pub(super) fn ids(job: &Job) -> Vec<&str> {
    job.gates.iter().map(GateId::as_str).collect()
}
