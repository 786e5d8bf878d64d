//! Which gates the jobs hold that `laneway route` wrote.

use std::collections::{BTreeMap, BTreeSet};

use laneway::fault::{Code, Fault};
use laneway::id::{ARCHITECTURE_REVIEW, GateId};
use laneway::plan::pack::{self, Limits};
use laneway::plan::{Plan, Vendor};
use laneway::render::ci::{buildkite, github, gitlab};
use laneway::results::Job;
use serde::Deserialize;

use super::jobs::Ci;
use crate::args::RecordArgs;

/// What a job decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decides {
    /// These gates.
    Gates(Vec<GateId>),
    /// The gates of a stage, counted from 1.
    Stage(usize),
}

/// The jobs of a plan as they were laid out for a CI.
pub(super) struct LaidOut<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ci: Ci,
    pub(super) args: &'a RecordArgs,
    pub(super) jobs: &'a [Job],
}

impl LaidOut<'_> {
    /// Returns what a job decides by its name; nothing where it is none of laneway's.
    pub(super) fn decides(&self, job: &Job) -> Result<Option<Decides>, Box<Fault>> {
        let name = job.name.as_str();
        if self.ci == Ci::Github {
            let gate = || self.gate(name).map(|gate| Decides::Gates(vec![gate]));
            return Ok(stage_of(name).map(Decides::Stage).or_else(gate));
        }
        let (packed, is_ours) = match self.ci {
            Ci::Buildkite => {
                let key = |job: &pack::Job| buildkite::key(&job.id);
                (self.packed(Vendor::Buildkite, buildkite::JOBS, key, name)?, is_step(name))
            }
            Ci::Gitlab | Ci::Github => {
                (self.packed(Vendor::Gitlab, gitlab::JOBS, gitlab::job_name, name)?, self.is_packed(name))
            }
        };
        // A title is for people: a job of GitLab is the gate that its name begins with.
        let by_id = || match self.ci {
            Ci::Gitlab => self.gate(name.split_once(": ").map_or(name, |(id, _)| id)).map(|gate| vec![gate]),
            Ci::Github | Ci::Buildkite => None,
        };
        match packed.or_else(by_id) {
            Some(gates) => Ok(Some(Decides::Gates(gates))),
            None if is_ours => Err(Box::new(Fault::new(
                Code::JobsUnknown,
                format!("job `{name}` holds gates that this route does not put together"),
                "give `--max-jobs` as the route was laid out with, record for that very route (`--from-route`), or say with \
                 `--job` which gates the job decides",
            ))),
            None => Ok(None),
        }
    }

    /// Returns the gates of a stage.
    pub(super) fn stage(&self, stage: usize) -> Result<Vec<GateId>, Box<Fault>> {
        let stages = self.stages();
        let most = github::JOBS * stages;
        let jobs = self.args.max_jobs.unwrap_or(most).min(most);
        let limits = Limits { jobs, per_stage: github::JOBS, stages };
        let staged = pack::staged(self.plan, Vendor::Github, limits)?;
        let Some(jobs) = stage.checked_sub(1).and_then(|at| staged.get(at)) else {
            let help = "give `--stages` as the route was laid out with";
            return Err(Box::new(Fault::new(
                Code::JobsUnknown,
                format!("there is no stage {stage}: the route has {stages}"),
                help,
            )));
        };
        Ok(jobs.iter().flat_map(|job| job.gates.iter().cloned()).collect())
    }

    /// Returns how many stages the route was laid out for: as it is said, else the last one that the list or `--job` names.
    fn stages(&self) -> usize {
        let stated = self.args.job.iter().filter_map(|text| text.rsplit_once("=@")?.1.parse().ok());
        let listed = self.jobs.iter().filter_map(|job| stage_of(&job.name));
        let found = stated.chain(listed).filter(|stage| *stage <= github::STAGES).max().unwrap_or(1);
        self.args.stages.unwrap_or(found).clamp(1, github::STAGES)
    }

    fn gate(&self, name: &str) -> Option<GateId> {
        let gate = self.plan.gates.get_key_value(&GateId::new(name)).map(|(id, _)| id.clone());
        gate.filter(|id| id.as_str() != ARCHITECTURE_REVIEW)
    }

    fn packed(
        &self,
        vendor: Vendor,
        most: usize,
        name_of: impl Fn(&pack::Job) -> String,
        name: &str,
    ) -> Result<Option<Vec<GateId>>, Box<Fault>> {
        let jobs = pack::jobs(self.plan, vendor, self.args.max_jobs.unwrap_or(most).min(most))?;
        Ok(jobs.into_iter().find(|job| name_of(job) == name).map(|job| job.gates))
    }

    /// Says whether a name is that of a job in which `laneway route` put several gates: `contracts+3: 4 gates: …`.
    fn is_packed(&self, name: &str) -> bool {
        let id = name.split_once(": ").map_or(name, |(id, _)| id);
        id.rsplit_once('+').is_some_and(|(gate, more)| {
            self.gate(gate).is_some() && !more.is_empty() && more.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// Says whether a key is that of a step with gates: those without begin with two colons.
fn is_step(key: &str) -> bool {
    key.strip_prefix(buildkite::PREFIX).is_some_and(|rest| !rest.starts_with(':'))
}

/// Returns the stage of a job of the documented workflow: `gates`, `gates_2`, `gates_3`.
fn stage_of(name: &str) -> Option<usize> {
    match name.strip_prefix("gates")? {
        "" => Some(1),
        rest => rest.strip_prefix('_')?.parse().ok().filter(|stage| *stage > 1),
    }
}

/// Holds the matrices that ran, where a job of the list passes them on, against those that the route has: a route that was
/// laid out otherwise would give a job's result to gates that it never ran.
pub(super) fn other_matrix(laid_out: &LaidOut<'_>, stated: &BTreeMap<String, Decides>) -> Vec<Fault> {
    #[derive(Deserialize)]
    struct Matrix {
        include: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        gates: Vec<String>,
    }
    let is_staged = |job: &Job| match stated.get(&job.name) {
        Some(decides) => matches!(decides, Decides::Stage(_)),
        None => stage_of(&job.name).is_some(),
    };
    if laid_out.ci != Ci::Github || !laid_out.jobs.iter().any(is_staged) {
        return Vec::new();
    }
    let stages = laid_out.stages();
    let mut faults = Vec::new();
    for (name, value) in laid_out.jobs.iter().flat_map(|job| &job.outputs) {
        let Some(rest) = name.strip_prefix("matrix") else { continue };
        let stage = match rest {
            "" => Some(1),
            rest => rest.strip_prefix('_').and_then(|stage| stage.parse::<usize>().ok()),
        };
        let (Some(stage), Ok(matrix)) = (stage, serde_json::from_str::<Matrix>(value)) else { continue };
        let ran: BTreeSet<String> = matrix.include.into_iter().flat_map(|entry| entry.gates).collect();
        let help = "give `--stages` and `--max-jobs` as the route was laid out with, or record for that very route (`--from-route`)";
        if stage > stages && ran.is_empty() {
            continue;
        }
        let planned: Result<BTreeSet<String>, _> =
            laid_out.stage(stage).map(|gates| gates.iter().map(ToString::to_string).collect());
        if planned.is_ok_and(|planned| planned == ran) {
            continue;
        }
        let message = format!("`{name}`, which ran, holds other gates than stage {stage} of this route");
        faults.push(Fault::new(Code::JobsUnknown, message, help));
    }
    faults
}
