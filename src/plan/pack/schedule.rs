//! Which gates may run at the same time.
//!
//! A schedule gives each gate a stage, so that a gate is never in an earlier stage than what it needs, and in a later
//! one where the two want different machines. What is left within a stage are needs of one machine, and gates that
//! need one another there share a job: whatever the jobs of a schedule are, none waits for itself.

use std::collections::BTreeSet;

use super::graph::Graph;

/// The stage of each gate.
pub(super) type Schedule = Vec<usize>;

/// Returns a schedule of at most `stages`, as wide as that allows; none where needs change machines more often.
pub(super) fn levels(graph: &Graph<'_>, stages: usize) -> Option<Schedule> {
    let changes = changes_below(graph);
    let mut level: Schedule = vec![0; graph.gates.len()];
    for gate in &graph.order {
        let latest = stages.checked_sub(changes[*gate] + 1)?;
        let after = graph.needs[*gate].iter().map(|need| level[*need] + 1).max().unwrap_or(0);
        // The latest stage of a gate is never before that of what it needs, so the cap loses no order.
        level[*gate] = after.min(latest);
    }
    Some(level)
}

/// Returns a schedule that changes the machine as seldom as a simple rule can: always the one with most gates ready, as
/// long as it has any. It has few pairs of stage and machine where there are few jobs to be had.
pub(super) fn sweeps(graph: &Graph<'_>) -> Schedule {
    let mut waits: Vec<usize> = graph.needs.iter().map(Vec::len).collect();
    let mut ready: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); graph.places];
    for (gate, runnable) in graph.gates.iter().enumerate() {
        if waits[gate] == 0 {
            ready[runnable.place].insert(gate);
        }
    }
    let mut stages: Schedule = vec![0; graph.gates.len()];
    let mut stage = 0;
    // Of equal machines the first: `max_by_key` would take the last.
    let fullest = |ready: &[BTreeSet<usize>]| (0..ready.len()).rev().max_by_key(|place| ready[*place].len());
    while let Some(place) = fullest(&ready).filter(|place| !ready[*place].is_empty()) {
        while let Some(gate) = ready[place].pop_first() {
            stages[gate] = stage;
            for user in &graph.users[gate] {
                waits[*user] -= 1;
                if waits[*user] == 0 {
                    ready[graph.gates[*user].place].insert(*user);
                }
            }
        }
        stage += 1;
    }
    stages
}

/// Returns how many stages there are at most of use: one for each step of the longest chain of needs.
pub(super) fn most(graph: &Graph<'_>) -> usize {
    let mut depth = vec![1; graph.gates.len()];
    for gate in &graph.order {
        depth[*gate] = graph.needs[*gate].iter().map(|need| depth[*need] + 1).max().unwrap_or(1);
    }
    depth.into_iter().max().unwrap_or(1)
}

/// Returns how many stages there must be: one, and one more for each time that a chain of needs changes machines.
pub(super) fn least(graph: &Graph<'_>) -> usize {
    changes_below(graph).into_iter().max().unwrap_or(0) + 1
}

/// Returns a gate and what needs it on another machine, where `stages` are too few for a chain that both are part of.
pub(super) fn out_of_order(graph: &Graph<'_>, stages: usize) -> Option<(usize, usize)> {
    let changes = changes_below(graph);
    let mut gate = (0..graph.gates.len()).find(|gate| changes[*gate] >= stages)?;
    loop {
        let longest = |user: &&usize| changes[**user] + usize::from(changes_machine(graph, gate, **user));
        let next = *graph.users[gate].iter().rev().max_by_key(longest)?;
        if changes_machine(graph, gate, next) {
            return Some((gate, next));
        }
        gate = next;
    }
}

/// Returns how often a chain of needs changes machines at most, from each gate on.
fn changes_below(graph: &Graph<'_>) -> Vec<usize> {
    let mut changes = vec![0; graph.gates.len()];
    for gate in graph.order.iter().rev() {
        let below = |user: &usize| changes[*user] + usize::from(changes_machine(graph, *gate, *user));
        changes[*gate] = graph.users[*gate].iter().map(below).max().unwrap_or(0);
    }
    changes
}

fn changes_machine(graph: &Graph<'_>, gate: usize, user: usize) -> bool {
    graph.gates[gate].place != graph.gates[user].place
}
