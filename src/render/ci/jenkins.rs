//! A route for Jenkins: JSON that a Jenkinsfile reads, wave by wave.
//!
//! The jobs of a wave need only jobs of waves before it, so that each wave can be one `parallel`. Jenkins expands
//! nothing in a document that `readJSON` reads; the Jenkinsfile hands each command over in an environment variable,
//! and never writes it into Groovy or into another script.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Options, json_line};
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::plan::pack::{self, Job, Limits};
use crate::plan::{Machine, Plan, Vendor};
use crate::render::escape::terminal;

/// How many characters of a title are used for the name of a branch, which Jenkins shows in a column.
const TITLE_LENGTH: usize = 120;

/// What the `schema` field of the document says.
const JENKINS_V1: &str = "laneway.jenkins/v1";

/// A route for a Jenkinsfile: its jobs, wave by wave.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Jenkins", title = "Laneway jobs for Jenkins, version 1")]
struct JenkinsV1 {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = JENKINS_V1))]
    schema: &'static str,
    /// The digest of the route.
    digest: String,
    /// Whether the route is broad.
    broad: bool,
    /// Whether an architecture review is forced.
    architecture_review: bool,
    /// The gates that have no command: evidence from elsewhere must satisfy them.
    evidence: Vec<String>,
    /// The waves, one after another; the jobs of one need only jobs of those before it.
    stages: Vec<Vec<StageV1>>,
}

/// A job: one gate, or several that run one after another.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stage")]
struct StageV1 {
    /// The gate's id; of several, the first one's and how many more.
    id: String,
    /// What the branch is called; no two of the document are alike, and control characters are written as escapes.
    name: String,
    /// The gate's title, or what was packed, as it stands.
    title: String,
    /// The gates that it runs.
    gates: Vec<String>,
    /// The label expression of the node; empty for any node.
    label: String,
    /// How long it may take, where all its gates say.
    timeout_minutes: Option<u64>,
    /// The command, for a shell.
    run: String,
    /// The jobs that must have passed before, by id.
    needs: BTreeSet<String>,
}

/// Returns the document.
pub fn document(plan: &Plan, options: Options) -> Result<String, Fault> {
    let waves = waves(plan, options)?;
    let names = names(&waves.concat());
    let mut stages = Vec::new();
    for wave in &waves {
        let stage = |job: &Job| {
            Ok(StageV1 {
                id: job.id.clone(),
                name: names[&job.id].clone(),
                title: job.name.clone(),
                gates: job.gates.iter().map(GateId::to_string).collect(),
                label: label(job)?,
                timeout_minutes: job.timeout_minutes,
                run: job.run.clone(),
                needs: job.needs.clone(),
            })
        };
        stages.push(wave.iter().map(stage).collect::<Result<Vec<_>, Fault>>()?);
    }
    let document = JenkinsV1 {
        schema: JENKINS_V1,
        digest: plan.digest.clone(),
        broad: plan.broad,
        architecture_review: plan.architecture_review,
        evidence: plan.without_command().map(GateId::to_string).collect(),
        stages,
    };
    Ok(json_line(&document)? + "\n")
}

/// Returns the JSON Schema of the document, as `schemas/jenkins.v1.json` has it.
pub fn schema() -> std::io::Result<String> {
    crate::render::json::schema_of::<JenkinsV1>("urn:laneway:jenkins:v1")
}

/// Returns the jobs in waves: by how deep their needs go, or in at most as many as were asked for.
fn waves(plan: &Plan, options: Options) -> Result<Vec<Vec<Job>>, Fault> {
    let jobs = options.max_jobs.unwrap_or(usize::MAX);
    let Some(stages) = options.stages else {
        return by_depth(&pack::jobs(plan, Vendor::Jenkins, jobs)?);
    };
    let mut waves = pack::staged(plan, Vendor::Jenkins, Limits { jobs, per_stage: usize::MAX, stages })?;
    waves.retain(|wave| !wave.is_empty());
    Ok(waves)
}

/// Splits jobs by how deep their needs go.
fn by_depth(jobs: &[Job]) -> Result<Vec<Vec<Job>>, Fault> {
    let mut open: BTreeMap<&str, &Job> = jobs.iter().map(|job| (job.id.as_str(), job)).collect();
    let mut waves = Vec::new();
    while !open.is_empty() {
        let is_ready = |job: &&Job| !job.needs.iter().any(|need| open.contains_key(need.as_str()));
        let wave: Vec<&Job> = open.values().copied().filter(is_ready).collect();
        if wave.is_empty() {
            let ids: Vec<&str> = open.keys().copied().collect();
            return Err(Fault::new(
                Code::PlanOrder,
                format!("jobs need one another in a circle: {}", ids.join(", ")),
                "take one of their `needs` away",
            ));
        }
        for ready in &wave {
            open.remove(ready.id.as_str());
        }
        waves.push(wave.into_iter().cloned().collect());
    }
    Ok(waves)
}

/// Returns the label expression of a job.
fn label(job: &Job) -> Result<String, Fault> {
    let all = |labels: &[String]| labels.join(" && ");
    match (&job.machine, &job.runner) {
        (None, None) => Ok(String::new()),
        (Some(Machine::Label(label)), _) | (None, Some(label)) => Ok(label.clone()),
        (Some(Machine::Labels(labels)), _) => Ok(all(labels)),
        (Some(Machine::Keys(keys)), _) => match keys.first_key_value() {
            Some((key, labels)) if keys.len() == 1 && key == "label" => Ok(all(labels)),
            _ => Err(Fault::new(
                Code::PlanRunner,
                format!(
                    "the machine of `{}`, runner `{}`, has keys that Jenkins does not take: {}",
                    job.id,
                    job.runner.as_deref().map_or_else(|| "default".into(), terminal),
                    keys.keys().map(|key| terminal(key)).collect::<Vec<_>>().join(", ")
                ),
                "under `runners` of `laneway.yaml`, give Jenkins a label expression, a list of labels, or `label`",
            )),
        },
    }
}

/// Returns the name of each branch, by the job's id: the title, and the id where two are alike or there is none.
fn names(jobs: &[Job]) -> BTreeMap<String, String> {
    let title = |job: &Job| {
        let title = terminal(job.name.trim());
        let short: String = title.chars().take(TITLE_LENGTH).collect();
        if short.len() < title.len() { short + "…" } else { short }
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for job in jobs {
        *count.entry(title(job)).or_default() += 1;
    }
    let is_alone = |title: &str| count.get(title) == Some(&1) && !title.is_empty();
    let mut taken: BTreeSet<String> = jobs.iter().map(title).filter(|title| is_alone(title)).collect();
    let mut names = BTreeMap::new();
    for job in jobs {
        let title = title(job);
        if is_alone(&title) {
            names.insert(job.id.clone(), title);
            continue;
        }
        let mut name = format!("{title} ({})", job.id).trim_start().to_owned();
        while !taken.insert(name.clone()) {
            name.push('\'');
        }
        names.insert(job.id.clone(), name);
    }
    names
}
