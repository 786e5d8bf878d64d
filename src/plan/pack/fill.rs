//! Gates of a schedule into jobs, evenly.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::job::Limits;
use super::schedule::Schedule;

/// Gates of one stage and machine that need one another, in the order of their needs.
type Unit = Vec<usize>;

/// The gates that can share a job: those of one stage and machine.
#[derive(Debug)]
struct Group {
    stage: usize,
    units: Vec<Unit>,
    minutes: u64,
}

/// The gates of a job, in the order in which they run, with its stage.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub(super) stage: usize,
    pub(super) gates: Vec<usize>,
}

/// How many jobs a schedule takes at least: one for each pair of stage and machine.
pub(super) fn fewest(graph: &Graph<'_>, schedule: &Schedule) -> usize {
    let pairs = graph.gates.iter().zip(schedule).map(|(gate, stage)| (*stage, gate.place));
    pairs.collect::<BTreeSet<_>>().len()
}

/// Makes jobs of a schedule, as many as there can be and are of use; none where they are too few for it.
pub(super) fn fill(graph: &Graph<'_>, schedule: &Schedule, limits: Limits) -> Option<Vec<Packed>> {
    let groups = groups(graph, schedule);
    let shares = share(&groups, limits)?;
    let packed = groups.into_iter().zip(shares).flat_map(|(group, bins)| bins_of(graph, group, bins));
    Some(packed.collect())
}

fn groups(graph: &Graph<'_>, schedule: &Schedule) -> Vec<Group> {
    let mut members: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for gate in &graph.order {
        members.entry((schedule[*gate], graph.gates[*gate].place)).or_default().push(*gate);
    }
    let group = |((stage, _), gates): ((usize, usize), Vec<usize>)| Group {
        stage,
        minutes: gates.iter().map(|gate| graph.gates[*gate].minutes()).sum(),
        units: units(graph, gates),
    };
    members.into_iter().map(group).collect()
}

/// Splits gates, which come in the order of their needs, into those that need one another.
fn units(graph: &Graph<'_>, gates: Vec<usize>) -> Vec<Unit> {
    let members: BTreeSet<usize> = gates.iter().copied().collect();
    let mut unit_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut count = 0;
    for first in &gates {
        if unit_of.contains_key(first) {
            continue;
        }
        let mut open = vec![*first];
        while let Some(gate) = open.pop() {
            if unit_of.insert(gate, count).is_none() {
                let near = graph.needs[gate].iter().chain(&graph.users[gate]);
                open.extend(near.filter(|other| members.contains(other) && !unit_of.contains_key(other)));
            }
        }
        count += 1;
    }
    let mut units = vec![Unit::new(); count];
    for gate in gates {
        units[unit_of[&gate]].push(gate);
    }
    units
}

/// Shares the jobs among the groups: one each, then always one to the group with most minutes a job, as long as it has
/// units to fill it.
fn share(groups: &[Group], limits: Limits) -> Option<Vec<usize>> {
    let mut in_stage: BTreeMap<usize, usize> = BTreeMap::new();
    for group in groups {
        *in_stage.entry(group.stage).or_default() += 1;
    }
    if groups.len() > limits.jobs || in_stage.values().any(|jobs| *jobs > limits.per_stage) {
        return None;
    }
    let mut shares = vec![1; groups.len()];
    for _ in groups.len()..limits.jobs {
        let hungry = (0..groups.len()).filter(|at| {
            shares[*at] < groups[*at].units.len() && in_stage[&groups[*at].stage] < limits.per_stage
        });
        // Of equal groups the first is served: `max_by` would take the last.
        let next = hungry.rev().max_by(|left, right| {
            let load = |own: usize, other: usize| u128::from(groups[own].minutes) * shares[other] as u128;
            load(*left, *right).cmp(&load(*right, *left))
        });
        let Some(next) = next else { break };
        shares[next] += 1;
        *in_stage.entry(groups[next].stage).or_default() += 1;
    }
    Some(shares)
}

/// Fills `bins` jobs: the longest unit first, always into the job with fewest minutes, then fewest gates.
fn bins_of(graph: &Graph<'_>, group: Group, bins: usize) -> Vec<Packed> {
    let minutes = |unit: &Unit| unit.iter().map(|gate| graph.gates[*gate].minutes()).sum::<u64>();
    let mut units = group.units;
    units.sort_by(|left, right| minutes(right).cmp(&minutes(left)).then_with(|| left[0].cmp(&right[0])));
    let mut open: BTreeSet<(u64, usize, usize)> = (0..bins).map(|bin| (0, 0, bin)).collect();
    let mut filled: Vec<Vec<Unit>> = vec![Vec::new(); bins];
    for unit in units {
        let Some((load, gates, bin)) = open.pop_first() else { break };
        open.insert((load + minutes(&unit), gates + unit.len(), bin));
        filled[bin].push(unit);
    }
    let packed = filled.into_iter().filter(|units| !units.is_empty()).map(|mut units| {
        units.sort_by_key(|unit| unit[0]);
        Packed { stage: group.stage, gates: units.concat() }
    });
    packed.collect()
}
