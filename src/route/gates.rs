//! The gates of every policy, united: a gate is its definition, and what one policy requires no other takes away.

use std::collections::{BTreeMap, BTreeSet};

use super::model::GateState;
use crate::change::Side;
use crate::id::{DomainId, GateId};
use crate::lanes::{Ask, Gate};
use crate::policy::{Policies, Policy};

/// A gate with every policy's definition of it.
#[derive(Debug)]
pub(super) struct United<'a> {
    /// Every definition.
    pub(super) definitions: Vec<&'a Gate>,
    /// The definition that the route shows: the base's, where it has one.
    pub(super) shown: &'a Gate,
    /// Whether the definition changes.
    pub(super) state: GateState,
    /// Every entry of a lane that asks for it.
    pub(super) asks: Vec<Asked<'a>>,
}

/// An entry of a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The lane's domain.
    pub(super) domain: &'a DomainId,
    /// The entry.
    pub(super) ask: &'a Ask,
    /// The consumer that a smoke counts for. One that its own policy does not know, by a slip of the pen or because
    /// the domain went away, may be anyone.
    pub(super) consumer: Option<&'a DomainId>,
}

impl United<'_> {
    /// Returns the domains whose lanes ask for the gate, or define it.
    pub(super) fn domains(&self) -> BTreeSet<DomainId> {
        let asking = self.asks.iter().map(|asked| asked.domain.clone());
        asking.chain(self.definitions.iter().filter_map(|gate| gate.lane.clone())).collect()
    }
}

/// Unites the gates of every policy, by id.
pub(super) fn unite(policies: &Policies) -> BTreeMap<&GateId, United<'_>> {
    let merge_base = policies.of(Side::MergeBase);
    let head = policies.of(Side::Head);
    let mut gates: BTreeMap<&GateId, United<'_>> = BTreeMap::new();
    // In the order of their sides, so that the base's definition comes first.
    for (_, policy) in &policies.each {
        for (id, gate) in &policy.lanes.gates {
            gates
                .entry(id)
                .or_insert_with(|| United {
                    definitions: Vec::new(),
                    shown: gate,
                    state: state(id, merge_base, head),
                    asks: Vec::new(),
                })
                .definitions
                .push(gate);
        }
        for lane in policy.lanes.lanes.values() {
            for ask in &lane.asks {
                if let Some(gate) = gates.get_mut(&ask.gate) {
                    let consumer = ask.consumer.as_ref().filter(|one| policy.domains.contains(*one));
                    gate.asks.push(Asked { domain: &lane.domain, ask, consumer });
                }
            }
        }
    }
    gates
}

/// Says whether a change changes the definition of a gate, of routes or of releases.
pub fn gate_state(id: &GateId, policies: &Policies) -> GateState {
    state(id, policies.of(Side::MergeBase), policies.of(Side::Head))
}

/// Compares head with the merge base. A broken policy says nothing about what it does not hold.
fn state(id: &GateId, merge_base: Option<&Policy>, head: Option<&Policy>) -> GateState {
    let (Some(base), Some(head)) = (merge_base, head) else { return GateState::Current };
    if std::ptr::eq(base, head) || base.is_broken() || head.is_broken() {
        return GateState::Current;
    }
    match (base.lanes.gate(id), head.lanes.gate(id)) {
        (Some(_), None) => GateState::Retired,
        (Some(before), Some(after)) if !before.is_defined_like(after) => GateState::Redefined,
        (Some(before), Some(_)) if selectors(base, before) != selectors(head, before) => GateState::Redefined,
        _ => GateState::Current,
    }
}

/// Returns the entries of the gate's own lane that ask for it: the selectors of a smoke stand there.
fn selectors<'a>(policy: &'a Policy, gate: &Gate) -> Vec<&'a Ask> {
    let lane = gate.lane.as_ref().and_then(|domain| policy.lanes.lanes.get(domain));
    lane.into_iter().flat_map(|lane| &lane.asks).filter(|ask| ask.gate == gate.id).collect()
}
