//! Which jobs of a CI decide which gates.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::sync::Arc;

use laneway::evidence::{GateResult, Origin, Shard, Tool};
use laneway::fault::{Code, Fault};
use laneway::id::{ARCHITECTURE_REVIEW, GateId, nearest};
use laneway::plan::Plan;
use laneway::render::escape::terminal;
use laneway::results::{self, Job};
use laneway::source::Source;

use super::files;
use super::gates;
use super::laid_out::{self, Decides, LaidOut};
use super::said::{Said, own_types};
use crate::args::RecordArgs;

/// The CI that a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ci {
    Github,
    Gitlab,
    Buildkite,
}

impl Ci {
    /// Returns the name of the tool in records, and of the list among what a run left.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Github => ("github-actions", "github-needs.json"),
            Self::Gitlab => ("gitlab-ci", "gitlab-jobs.json"),
            Self::Buildkite => ("buildkite", "buildkite-jobs.json"),
        }
    }
}

/// A list, read.
#[derive(Debug)]
pub(super) struct List {
    ci: Ci,
    pub(super) source: Arc<Source>,
    jobs: Vec<Job>,
}

/// Reads the list that is named, if one is.
pub(super) fn list(args: &RecordArgs) -> Result<Option<List>, Vec<Fault>> {
    type Read = fn(&Arc<Source>) -> Result<Vec<Job>, Vec<Fault>>;
    let lists: [(Ci, &str, Option<&OsStr>, Read); 3] = [
        (Ci::Github, "--github-needs", args.github_needs.as_deref(), results::github),
        (Ci::Gitlab, "--gitlab-jobs", args.gitlab_jobs.as_deref(), results::gitlab),
        (Ci::Buildkite, "--buildkite-jobs", args.buildkite_jobs.as_deref(), results::buildkite),
    ];
    let Some((ci, flag, file, read)) =
        lists.into_iter().find_map(|(ci, flag, file, read)| Some((ci, flag, file?, read)))
    else {
        return Ok(None);
    };
    let source = files::read(flag, file, Code::JobsSyntax).map_err(|fault| vec![fault])?;
    let jobs = read(&source)?;
    Ok(Some(List { ci, source, jobs }))
}

/// Returns what a list says of the gates of a plan, and what there is to tell about it.
pub(super) fn said(
    args: &RecordArgs,
    plan: &Plan,
    list: &List,
) -> Result<(Vec<Said>, Vec<String>), Vec<Fault>> {
    let stated = stated(args, plan, list)?;
    let laid_out = LaidOut { plan, ci: list.ci, args, jobs: &list.jobs };
    let mut notes = Vec::new();
    let mut faults = Vec::new();
    let mut said: Vec<Said> = Vec::new();
    let mut passed_over = BTreeSet::new();
    for job in &list.jobs {
        let (decides, shard) = match part(&stated, job) {
            Some((decides, shard)) => (Ok(Some(decides.clone())), shard),
            None => (laid_out.decides(job), job.shard),
        };
        let gates = decides.and_then(|decides| match decides {
            Some(Decides::Gates(gates)) => Ok(Some(gates)),
            Some(Decides::Stage(stage)) => laid_out.stage(stage).map(Some),
            None => Ok(None),
        });
        match gates {
            Err(fault) => faults.push(*fault),
            Ok(None) => {
                passed_over.insert(&*job.name);
            }
            Ok(Some(gates)) if gates.is_empty() => {
                notes.push(format!("job `{}` has no gates", terminal(&job.name)))
            }
            Ok(Some(gates)) => {
                said.extend(gates.iter().map(|gate| of_gate(list, plan, job, (gate, gates.len()), shard)))
            }
        }
    }
    faults.extend(twice(&said));
    if faults.is_empty() {
        faults.extend(laid_out::other_matrix(&laid_out, &stated));
    }
    if said.is_empty() && faults.is_empty() {
        let help =
            "`--job JOB=GATE,…` says which job decides which gates; `--job JOB=@N` the gates of stage N";
        let message = format!("no job of {} decides a gate of the route", list.source.name());
        faults.push(Fault::new(Code::JobsUnknown, message, help));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if !passed_over.is_empty() {
        let names: Vec<String> = passed_over.iter().map(|name| format!("`{}`", terminal(name))).collect();
        notes.push(format!("these jobs decide no gate: {}", names.join(", ")));
    }
    let decided: BTreeSet<&GateId> = said.iter().map(|own| &own.gate).collect();
    let is_open = |id: &&GateId| id.as_str() != ARCHITECTURE_REVIEW && !decided.contains(*id);
    let open: Vec<&str> = plan.gates.keys().filter(is_open).map(GateId::as_str).collect();
    if !open.is_empty() {
        notes.push(format!("no job of the list decides: {}", open.join(", ")));
    }
    Ok((said, notes))
}

/// Reads `--job`.
fn stated(args: &RecordArgs, plan: &Plan, list: &List) -> Result<BTreeMap<String, Decides>, Vec<Fault>> {
    let mut stated = BTreeMap::new();
    let mut faults = Vec::new();
    for text in &args.job {
        let help = "write `JOB=GATE,GATE`, or `JOB=@N` for the gates of stage N";
        let wrong = |why: &str| Fault::new(Code::Usage, format!("`--job` cannot be `{text}`: {why}"), help);
        let Some((job, gates)) =
            text.rsplit_once('=').filter(|(job, gates)| !job.is_empty() && !gates.is_empty())
        else {
            faults.push(wrong("it names no job, or no gates"));
            continue;
        };
        let decides = match gates.strip_prefix('@') {
            Some(stage) if list.ci == Ci::Github => match stage.parse().ok().filter(|stage| *stage > 0) {
                Some(stage) => Decides::Stage(stage),
                None => {
                    faults.push(wrong("stages are counted from 1"));
                    continue;
                }
            },
            Some(_) => {
                faults.push(wrong("only GitHub's matrices are laid out in stages"));
                continue;
            }
            None => {
                let names: Vec<String> = gates.split(',').map(|name| name.trim().to_owned()).collect();
                match gates::named(plan, &names, "`--job`") {
                    Ok(gates) => Decides::Gates(gates),
                    Err(own) => {
                        faults.extend(own);
                        continue;
                    }
                }
            }
        };
        let is_there =
            |own: &&Job| own.name == job || parallel(&own.name).is_some_and(|(base, _)| base == job);
        if !list.jobs.iter().any(|own| is_there(&own)) {
            let help = match nearest(job, list.jobs.iter().map(|own| own.name.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a job as the CI's list does".to_owned(),
            };
            let message = format!("`--job` names `{job}`, and {} lists no such job", list.source.name());
            faults.push(Fault::new(Code::JobsUnknown, message, help));
        }
        if stated.insert(job.to_owned(), decides).is_some() {
            faults.push(wrong("the job is named twice"));
        }
    }
    if faults.is_empty() { Ok(stated) } else { Err(faults) }
}

/// Returns what `--job` says of a job, which may be a part of a parallel one: GitLab calls it `test 2/3`.
fn part<'s>(stated: &'s BTreeMap<String, Decides>, job: &Job) -> Option<(&'s Decides, Shard)> {
    let whole = stated.get(&job.name).map(|decides| (decides, job.shard));
    whole.or_else(|| {
        let (base, shard) = parallel(&job.name)?;
        stated.get(base).map(|decides| (decides, shard))
    })
}

fn parallel(name: &str) -> Option<(&str, Shard)> {
    let (base, part) = name.rsplit_once(' ')?;
    let (index, total) = part.split_once('/')?;
    let shard = Shard { index: index.parse().ok()?, total: total.parse().ok()? };
    (1..=shard.total).contains(&shard.index).then_some((base, shard))
}

/// Returns what a job says of one of the gates that it decides. Of several gates a job says whether all of them passed; which
/// one did not, it does not say.
fn of_gate(list: &List, plan: &Plan, job: &Job, (gate, gates): (&GateId, usize), shard: Shard) -> Said {
    let (tool, name) = list.ci.names();
    let at = job.url.as_deref().map(|url| format!(" ({url})")).unwrap_or_default();
    let (result, reason) = match (job.result, &job.reason) {
        (GateResult::Fail, _) if gates > 1 => {
            let why =
                format!("job `{}` failed, and which of its {gates} gates did is not said{at}", job.name);
            (GateResult::Blocked, Some(why))
        }
        (result, reason) => (result, reason.as_ref().map(|reason| format!("{reason}: `{}`{at}", job.name))),
    };
    Said {
        gate: gate.clone(),
        result,
        reason,
        summary: None,
        origin: Origin::Executed,
        owner: None,
        evidence_types: own_types(plan, gate),
        artifacts: Vec::new(),
        documents: vec![files::artifact(name, &list.source)],
        attempt: job.attempt,
        shard,
        started: job.started,
        finished: job.finished,
        valid_until: None,
        tool: Tool { name: tool.to_owned(), version: None },
    }
}

/// Two jobs cannot decide one gate, unless they are different tries or parts.
fn twice(said: &[Said]) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = said.iter().filter(|own| !seen.insert((&own.gate, own.attempt, own.shard)));
    let gates: BTreeSet<&GateId> = again.map(|own| &own.gate).collect();
    let fault = |gate: &GateId| {
        let help =
            "say with `--job` which one does; parts of a parallel job are named by what comes before ` 1/3`";
        Fault::new(Code::JobsUnknown, format!("more than one job of the list decides gate `{gate}`"), help)
    };
    gates.into_iter().map(fault).collect()
}
