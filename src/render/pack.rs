//! Gates into jobs: one each, or several to a job where a CI takes only so many.
//!
//! Gates are packed by their machine, so that each still runs where it wants to; gates that need one another share a
//! job, in the order of their needs; and the jobs are filled evenly, the longest first. The same gates give the same
//! jobs.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::shell;
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::lanes::Gate;
use crate::route::Route;

/// How many minutes a gate counts for that does not say how long it may take.
const UNKNOWN_MINUTES: u64 = 10;

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
    /// The label of the machine.
    pub runner: Option<String>,
    /// The sum of the gates' times, where all of them say.
    pub timeout_minutes: Option<u64>,
}

/// Makes at most `limit` jobs of the gates of a route that have a command.
pub fn jobs(route: &Route, limit: usize) -> Result<Vec<Job>, Fault> {
    let gates: BTreeMap<&GateId, Runnable<'_>> = route
        .gates
        .iter()
        .filter_map(|(id, selected)| {
            let run = selected.gate.run.as_deref()?;
            Some((id, Runnable { gate: &selected.gate, run }))
        })
        .collect();
    if gates.len() <= limit {
        return Ok(gates.values().map(|gate| job(&[*gate])).collect());
    }
    let mut by_runner: BTreeMap<Option<&str>, Vec<Runnable<'_>>> = BTreeMap::new();
    for gate in gates.values() {
        by_runner.entry(gate.gate.runner.as_deref()).or_default().push(*gate);
    }
    if by_runner.len() > limit {
        return Err(Fault::new(
            Code::Output,
            format!("the gates want {} different runners, and there can be {limit} jobs", by_runner.len()),
            "let gates share their `runner`, or read `--format json`, which has no limit",
        ));
    }
    let groups: Vec<Vec<Unit<'_>>> = by_runner.into_values().map(units).collect();
    let shares = share(&groups, limit);
    let mut jobs: Vec<Job> =
        groups.into_iter().zip(shares).flat_map(|(units, bins)| fill(units, bins)).collect();
    jobs.sort_by(|left, right| left.id.cmp(&right.id));
    Ok(jobs)
}

#[derive(Clone, Copy)]
struct Runnable<'a> {
    gate: &'a Gate,
    run: &'a str,
}

impl Runnable<'_> {
    fn minutes(&self) -> u64 {
        self.gate.timeout_minutes.map_or(UNKNOWN_MINUTES, u64::from)
    }
}

/// Gates of one machine that need one another, in the order of their needs.
type Unit<'a> = Vec<Runnable<'a>>;

fn minutes(unit: &Unit<'_>) -> u64 {
    unit.iter().map(Runnable::minutes).sum()
}

/// Splits gates into those that need one another, each in the order of their needs and else by id.
fn units(gates: Vec<Runnable<'_>>) -> Vec<Unit<'_>> {
    let known: BTreeMap<&GateId, Runnable<'_>> = gates.iter().map(|gate| (&gate.gate.id, *gate)).collect();
    let mut neighbours: BTreeMap<&GateId, BTreeSet<&GateId>> = BTreeMap::new();
    for (id, gate) in &known {
        for (need, _) in gate.gate.needs.iter().filter_map(|need| known.get_key_value(need)) {
            neighbours.entry(id).or_default().insert(need);
            neighbours.entry(need).or_default().insert(id);
        }
    }
    let mut seen: BTreeSet<&GateId> = BTreeSet::new();
    let mut units = Vec::new();
    for id in known.keys() {
        let mut members: BTreeSet<&GateId> = BTreeSet::new();
        let mut open = vec![*id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                members.insert(id);
                open.extend(neighbours.get(id).into_iter().flatten().copied());
            }
        }
        if !members.is_empty() {
            units.push(in_order(members, &known));
        }
    }
    units
}

fn in_order<'a>(mut members: BTreeSet<&'a GateId>, known: &BTreeMap<&GateId, Runnable<'a>>) -> Unit<'a> {
    let mut ordered = Vec::with_capacity(members.len());
    while !members.is_empty() {
        let ready = |id: &&&GateId| known[**id].gate.needs.iter().all(|need| !members.contains(need));
        // Needs have no cycle in a sound policy; in a broken one the first by id goes ahead.
        let Some(next) = members.iter().find(ready).or_else(|| members.first()).copied() else { break };
        members.remove(next);
        ordered.push(known[next]);
    }
    ordered
}

/// Shares the jobs among the machines: one each, then always one to the machine with most minutes a job, as long as
/// it has units to fill it.
fn share(groups: &[Vec<Unit<'_>>], limit: usize) -> Vec<usize> {
    let minutes: Vec<u64> = groups.iter().map(|units| units.iter().map(minutes).sum()).collect();
    let mut shares = vec![1; groups.len()];
    for _ in groups.len()..limit {
        let hungry = (0..groups.len()).filter(|at| shares[*at] < groups[*at].len());
        // Of equal machines the first is served: `max_by` would take the last.
        let next = hungry.rev().max_by(|left, right| {
            let (left_load, right_load) = (
                u128::from(minutes[*left]) * shares[*right] as u128,
                u128::from(minutes[*right]) * shares[*left] as u128,
            );
            left_load.cmp(&right_load)
        });
        match next {
            Some(next) => shares[next] += 1,
            None => break,
        }
    }
    shares
}

/// Fills `bins` jobs: the longest unit first, always into the job with fewest minutes, then fewest gates.
fn fill(mut units: Vec<Unit<'_>>, bins: usize) -> Vec<Job> {
    units.sort_by(|left, right| {
        minutes(right).cmp(&minutes(left)).then_with(|| left[0].gate.id.cmp(&right[0].gate.id))
    });
    let mut open: BTreeSet<(u64, usize, usize)> = (0..bins).map(|bin| (0, 0, bin)).collect();
    let mut filled: Vec<Vec<Unit<'_>>> = vec![Vec::new(); bins];
    for unit in units {
        let Some((load, gates, bin)) = open.pop_first() else { break };
        open.insert((load + minutes(&unit), gates + unit.len(), bin));
        filled[bin].push(unit);
    }
    filled
        .into_iter()
        .filter(|units| !units.is_empty())
        .map(|mut units| {
            units.sort_by(|left, right| left[0].gate.id.cmp(&right[0].gate.id));
            job(&units.concat())
        })
        .collect()
}

fn job(gates: &[Runnable<'_>]) -> Job {
    let first = gates[0].gate;
    let (id, name, run) = if gates.len() == 1 {
        (first.id.to_string(), first.title.clone(), gates[0].run.to_owned())
    } else {
        (format!("{}+{}", first.id, gates.len() - 1), name(gates), script(gates))
    };
    Job {
        id,
        name,
        gates: gates.iter().map(|gate| gate.gate.id.clone()).collect(),
        run,
        runner: first.runner.clone(),
        timeout_minutes: gates.iter().map(|gate| gate.gate.timeout_minutes.map(u64::from)).sum(),
    }
}

fn name(gates: &[Runnable<'_>]) -> String {
    let mut name = format!("{} gates: ", gates.len());
    for (at, gate) in gates.iter().enumerate() {
        let id = gate.gate.id.as_str();
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

/// Writes a script that runs every gate, whatever the others do, and fails at the end if any did, naming them.
///
/// Each command has a subshell, in which `set -e` counts as it does in a job of its own: that is why the subshell is
/// no part of an `||` list. `eval` keeps a command that does not parse from taking the script with it.
fn script(gates: &[Runnable<'_>]) -> String {
    let mut script = String::from("set +e\nfailed=''\n");
    for gate in gates {
        let id = gate.gate.id.as_str();
        let (quoted, run) = (shell(id), shell(gate.run));
        script += &format!(
            "echo {}\n(set -e; eval {run})\n[ $? -eq 0 ] || failed=\"$failed \"{quoted}\necho '::endgroup::'\n",
            shell(&format!("::group::{id}")),
        );
    }
    script + "if [ -n \"$failed\" ]; then echo \"failed:$failed\" >&2; exit 1; fi\n"
}
