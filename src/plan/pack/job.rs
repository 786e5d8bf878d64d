//! The jobs of a plan.

use std::collections::BTreeSet;

use super::fill::{Packed, fewest, fill};
use super::graph::{Graph, Runnable};
use super::schedule::{Schedule, least, levels, most, out_of_order, sweeps};
use super::script::script;
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::plan::{Machine, Plan, Vendor};

/// How many characters of a packed job's name are used for what is in it.
const NAME_LENGTH: usize = 120;

/// A job: one gate, or several that run one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The gate's id; of several, the first one's and how many more: `contracts+11`.
    pub id: String,
    /// The gate's title, or what was packed.
    pub name: String,
    /// The gates, in the order in which they run.
    pub gates: Vec<GateId>,
    /// The command.
    pub run: String,
    /// The label of the machine, as lanes say it.
    pub runner: Option<String>,
    /// What that label stands for in the CI that the jobs are for.
    pub machine: Option<Machine>,
    /// The jobs that must have passed before, by id.
    pub needs: BTreeSet<String>,
    /// The sum of the gates' times, where all of them say.
    pub timeout_minutes: Option<u64>,
}

/// How many jobs there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Over all stages.
    pub jobs: usize,
    /// In one stage.
    pub per_stage: usize,
    /// How many stages there are, one after another.
    pub stages: usize,
}

/// Makes at most `limit` jobs of the gates of a plan that have a command, for a CI whose jobs can need one another.
pub fn jobs(plan: &Plan, vendor: Vendor, limit: usize) -> Result<Vec<Job>, Fault> {
    let graph = graph(plan, vendor, limit)?;
    if graph.gates.len() <= limit {
        let alone = (0..graph.gates.len()).map(|gate| Packed { stage: 0, gates: vec![gate] });
        return Ok(finished(&graph, &alone.collect::<Vec<_>>()));
    }
    let limits = Limits { jobs: limit, per_stage: limit, stages: usize::MAX };
    let (most, least) = (most(&graph), least(&graph));
    let halves = std::iter::successors(Some(most), |stages| Some(stages / 2).filter(|half| *half > least));
    let schedules = halves.chain([least]).filter_map(|stages| levels(&graph, stages));
    let schedules: Vec<Schedule> = schedules.chain([sweeps(&graph)]).collect();
    let packed = best(&graph, &schedules, limits, |packed| longest_chain(&graph, packed));
    packed.map(|packed| finished(&graph, &packed)).ok_or_else(|| too_few(&graph, &schedules, limit))
}

/// Makes jobs of the gates of a plan that have a command, for a CI that has stages one after another, and whose jobs of
/// one stage cannot need one another. There are as many stages as asked for; late ones may be empty.
pub fn staged(plan: &Plan, vendor: Vendor, limits: Limits) -> Result<Vec<Vec<Job>>, Fault> {
    let graph = graph(plan, vendor, limits.jobs.min(limits.per_stage))?;
    if limits.stages == 0 {
        return Err(Fault::new(
            Code::Usage,
            "there cannot be 0 stages",
            "give `--stages` a number from 1 on",
        ));
    }
    if let Some((need, gate)) = out_of_order(&graph, limits.stages) {
        return Err(too_few_stages(&graph, need, gate));
    }
    let of_use = limits.stages.min(most(&graph));
    let schedules = (least(&graph)..=of_use).rev().filter_map(|stages| levels(&graph, stages));
    let schedules: Vec<Schedule> = schedules.collect();
    let packed = best(&graph, &schedules, limits, |packed| one_after_another(&graph, packed));
    let packed = packed.ok_or_else(|| too_few(&graph, &schedules, limits.jobs.min(limits.per_stage)))?;
    let mut stages = vec![Vec::new(); limits.stages];
    for (stage, jobs) in stages.iter_mut().enumerate() {
        let own: Vec<Packed> = packed.iter().filter(|job| job.stage == stage).cloned().collect();
        *jobs = finished(&graph, &own);
    }
    Ok(stages)
}

fn graph(plan: &Plan, vendor: Vendor, limit: usize) -> Result<Graph<'_>, Fault> {
    if limit == 0 {
        let help = "give `--max-jobs` a number from 1 on, or leave it out";
        return Err(Fault::new(Code::Usage, "the gates cannot run in 0 jobs", help));
    }
    plan.fits(vendor)?;
    Ok(Graph::new(plan, vendor))
}

/// Returns the jobs of that schedule by which all are done first; of equal ones the first counts.
fn best(
    graph: &Graph<'_>,
    schedules: &[Schedule],
    limits: Limits,
    minutes: impl Fn(&[Packed]) -> u64,
) -> Option<Vec<Packed>> {
    let packed = schedules.iter().filter_map(|schedule| fill(graph, schedule, limits));
    packed.min_by_key(|packed| minutes(packed))
}

fn load(graph: &Graph<'_>, job: &Packed) -> u64 {
    job.gates.iter().map(|gate| graph.gates[*gate].minutes()).sum()
}

/// Returns how long the jobs take where each begins when those that it needs are done.
fn longest_chain(graph: &Graph<'_>, packed: &[Packed]) -> u64 {
    let job_of = job_of(graph, packed);
    // Jobs come by stage, so what a job needs comes before it.
    let mut done: Vec<u64> = Vec::with_capacity(packed.len());
    for (at, job) in packed.iter().enumerate() {
        let needs = job.gates.iter().flat_map(|gate| &graph.needs[*gate]).map(|need| job_of[*need]);
        let begin = needs.filter(|need| *need != at).map(|need| done[need]).max().unwrap_or(0);
        done.push(begin + load(graph, job));
    }
    done.into_iter().max().unwrap_or(0)
}

/// Returns how long the jobs take where each stage begins when the one before it is done.
fn one_after_another(graph: &Graph<'_>, packed: &[Packed]) -> u64 {
    let mut longest = std::collections::BTreeMap::new();
    for job in packed {
        let stage: &mut u64 = longest.entry(job.stage).or_default();
        *stage = load(graph, job).max(*stage);
    }
    longest.values().sum()
}

/// Returns the job of each gate.
fn job_of(graph: &Graph<'_>, packed: &[Packed]) -> Vec<usize> {
    let mut job_of = vec![usize::MAX; graph.gates.len()];
    for (at, job) in packed.iter().enumerate() {
        job.gates.iter().for_each(|gate| job_of[*gate] = at);
    }
    job_of
}

/// Writes out jobs, by id. What a job needs elsewhere than among them is not its business.
fn finished(graph: &Graph<'_>, packed: &[Packed]) -> Vec<Job> {
    let job_of = job_of(graph, packed);
    let mut jobs: Vec<Job> = Vec::with_capacity(packed.len());
    for (at, own) in packed.iter().enumerate() {
        let needs = own.gates.iter().flat_map(|gate| &graph.needs[*gate]).map(|need| job_of[*need]);
        let needs: BTreeSet<usize> = needs.filter(|need| *need != at && *need != usize::MAX).collect();
        let gates: Vec<Runnable<'_>> = own.gates.iter().map(|gate| graph.gates[*gate]).collect();
        let needs = needs.into_iter().map(|need| id(graph, &packed[need])).collect();
        jobs.push(Job { id: id(graph, own), needs, ..job(graph, &gates) });
    }
    jobs.sort_by(|left, right| left.id.cmp(&right.id));
    jobs
}

fn id(graph: &Graph<'_>, packed: &Packed) -> String {
    let first = graph.gates[packed.gates[0]].id;
    match packed.gates.len() {
        1 => first.to_string(),
        gates => format!("{first}+{}", gates - 1),
    }
}

fn job(graph: &Graph<'_>, gates: &[Runnable<'_>]) -> Job {
    let first = gates[0];
    let (name, run) = match gates {
        [only] => (only.gate.title.clone(), only.run.to_owned()),
        _ => (name(gates), script(graph.vendor, gates)),
    };
    // Labels may differ where both stand for the same machine.
    let is_one_label = gates.iter().all(|gate| gate.gate.runner == first.gate.runner);
    Job {
        id: String::new(),
        name,
        gates: gates.iter().map(|gate| gate.id.clone()).collect(),
        run,
        runner: first.gate.runner.clone().filter(|_| is_one_label),
        machine: first.machine.cloned(),
        needs: BTreeSet::new(),
        timeout_minutes: gates.iter().map(|gate| gate.gate.timeout_minutes.map(u64::from)).sum(),
    }
}

fn name(gates: &[Runnable<'_>]) -> String {
    let mut name = format!("{} gates: ", gates.len());
    for (at, gate) in gates.iter().enumerate() {
        let id = gate.id.as_str();
        if at > 0 && name.len() + id.len() > NAME_LENGTH {
            return name + &format!(" and {} more", gates.len() - at);
        }
        if at > 0 {
            name += ", ";
        }
        name += id;
    }
    name
}

fn too_few(graph: &Graph<'_>, schedules: &[Schedule], limit: usize) -> Fault {
    let message = if graph.places > limit {
        format!("the gates want {} different machines, and there can be {limit} jobs", graph.places)
    } else {
        let fewest = schedules.iter().map(|schedule| fewest(graph, schedule)).min().unwrap_or(0);
        format!(
            "the gates take {fewest} jobs for their machines and the order of their needs, and there can be {limit}"
        )
    };
    let help = "let gates share their `runner`, or read `--format jsonl`, which has no limit";
    Fault::new(Code::Output, message, help)
}

fn too_few_stages(graph: &Graph<'_>, need: usize, gate: usize) -> Fault {
    let on = |gate: usize| match graph.gates[gate].gate.runner.as_deref() {
        Some(runner) => format!("`{runner}`"),
        None => "no `runner`".to_owned(),
    };
    let message = format!(
        "gate `{}` ({}) needs `{}` ({}), and jobs of one matrix cannot wait for one another",
        graph.gates[gate].id,
        on(gate),
        graph.gates[need].id,
        on(need),
    );
    let help = format!(
        "`--stages {}` makes matrices that run one after another (docs/ci.md); gates with the same `runner` share a job instead",
        least(graph)
    );
    Fault::new(Code::PlanOrder, message, help)
}
