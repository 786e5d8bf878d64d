//! The gates of a plan that run, with their machines and needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::GateId;
use crate::plan::{Machine, Plan, PlannedGate, Vendor};

/// How many minutes a gate counts for that does not say how long it may take.
const UNKNOWN_MINUTES: u64 = 10;

/// A gate that runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runnable<'a> {
    pub(super) id: &'a GateId,
    pub(super) gate: &'a PlannedGate,
    pub(super) run: &'a str,
    /// What its label stands for, where the plan says so.
    pub(super) machine: Option<&'a Machine>,
    /// Which of the distinct machines it wants.
    pub(super) place: usize,
}

impl Runnable<'_> {
    /// Returns how long the gate counts for.
    pub(super) fn minutes(&self) -> u64 {
        self.gate.timeout_minutes.map_or(UNKNOWN_MINUTES, u64::from)
    }
}

/// The gates that run, by id. A gate is its index.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    pub(super) vendor: Vendor,
    pub(super) gates: Vec<Runnable<'a>>,
    /// What each gate needs. A gate without a command is nothing that a job could wait for.
    pub(super) needs: Vec<Vec<usize>>,
    /// What needs each gate.
    pub(super) users: Vec<Vec<usize>>,
    /// Every gate after what it needs, and else by id.
    pub(super) order: Vec<usize>,
    /// How many distinct machines the gates want.
    pub(super) places: usize,
}

impl<'a> Graph<'a> {
    /// Takes the gates of a plan that have a command.
    pub(super) fn new(plan: &'a Plan, vendor: Vendor) -> Self {
        let mut places: BTreeMap<(Option<&Machine>, Option<&str>), usize> = BTreeMap::new();
        let mut gates = Vec::new();
        for (id, gate) in &plan.gates {
            let Some(run) = gate.run.as_deref() else { continue };
            let machine = gate.machines.get(&vendor);
            // Two labels that stand for one machine are one.
            let label = gate.runner.as_deref().filter(|_| machine.is_none());
            let next = places.len();
            let place = *places.entry((machine, label)).or_insert(next);
            gates.push(Runnable { id, gate, run, machine, place });
        }
        let at: BTreeMap<&GateId, usize> = gates.iter().enumerate().map(|(at, gate)| (gate.id, at)).collect();
        let needs = gates.iter().map(|gate| gate.gate.needs.iter().filter_map(|need| at.get(need).copied()));
        let mut needs: Vec<Vec<usize>> = needs.map(Iterator::collect).collect();
        let order = order(&mut needs);
        let users = users(&needs);
        Self { vendor, needs, users, order, places: places.len(), gates }
    }
}

fn users(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut users = vec![Vec::new(); needs.len()];
    for (gate, own) in needs.iter().enumerate() {
        own.iter().for_each(|need| users[*need].push(gate));
    }
    users
}

/// Returns every gate after what it needs. Needs have no cycle in a sound policy; in a broken one, whose faults are
/// reported, the first by id goes ahead of what it needs, and that need is taken out.
fn order(needs: &mut [Vec<usize>]) -> Vec<usize> {
    let users = users(needs);
    let mut waits: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut open: BTreeSet<usize> = (0..needs.len()).collect();
    let mut ready: BTreeSet<usize> = open.iter().copied().filter(|gate| waits[*gate] == 0).collect();
    let mut order = Vec::with_capacity(needs.len());
    let mut position = vec![0; needs.len()];
    while let Some(next) = ready.pop_first().or_else(|| open.first().copied()) {
        open.remove(&next);
        position[next] = order.len();
        order.push(next);
        for user in users[next].iter().filter(|user| open.contains(user)) {
            waits[*user] -= 1;
            if waits[*user] == 0 {
                ready.insert(*user);
            }
        }
    }
    for (gate, own) in needs.iter_mut().enumerate() {
        own.retain(|need| position[*need] < position[gate]);
    }
    order
}
