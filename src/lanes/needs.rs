//! `needs`: names to gates, and no cycle among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Check;
use crate::fault::{Code, Fault};
use crate::id::{GateId, nearest, slug};
use crate::source::{Source, Spanned};

/// How many names are compared to say which was meant: beyond that a run of faults would take seconds.
const MAX_COMPARED: usize = 200_000;

/// The `needs` of a gate, as they are written.
#[derive(Debug)]
pub(super) struct PendingNeeds {
    pub(super) gate: GateId,
    pub(super) source: Arc<Source>,
    pub(super) names: Vec<Spanned<String>>,
}

impl Check {
    /// Resolves every `needs`, once all gates are there, and reports each cycle.
    pub(super) fn resolve_needs(&mut self) {
        let pending = std::mem::take(&mut self.needs);
        let mut edges: BTreeMap<GateId, Vec<(GateId, usize, usize)>> = BTreeMap::new();
        for (index, needs) in pending.iter().enumerate() {
            for (at, name) in needs.names.iter().enumerate() {
                match self.needed(&needs.gate, &name.value) {
                    Some(id) => {
                        if let Some(gate) = self.lanes.gates.get_mut(&needs.gate) {
                            gate.needs.insert(id.clone());
                        }
                        edges.entry(needs.gate.clone()).or_default().push((id, index, at));
                    }
                    None => self.unknown_gate(needs, name),
                }
            }
        }
        for (cycle, index, at) in cycles(&edges) {
            let (source, name) = (&pending[index].source, &pending[index].names[at]);
            let chain: Vec<String> = cycle.iter().map(|id| format!("`{id}`")).collect();
            let message = format!("gates need each other in a circle: {}", chain.join(" → "));
            let help = "remove one of these `needs`";
            let span = name.span.clone();
            self.fault(|_| Fault::at(Code::NeedsCycle, source, span, message, "closes the circle", help));
        }
    }

    /// A gate of the workspace by its id, of the catalogue by its title, or of the same lane by its title.
    fn needed(&self, gate: &GateId, name: &str) -> Option<GateId> {
        if let Some((id, _)) = self.lanes.gates.get_key_value(name) {
            return Some(id.clone());
        }
        let own = || {
            let domain = self.lanes.gates.get(gate)?.lane.as_ref()?;
            let id = format!("{domain}.{}", slug(name));
            self.lanes.gates.get_key_value(id.as_str()).map(|(id, _)| id.clone())
        };
        self.titles.get(name).cloned().or_else(own)
    }

    fn unknown_gate(&mut self, needs: &PendingNeeds, name: &Spanned<String>) {
        self.fault(|check| {
            let message = format!("gate `{}` needs `{}`, which no gate is called", needs.gate, name.value);
            let known = check.lanes.gates.keys().map(GateId::as_str);
            let near = if check.compared < MAX_COMPARED { nearest(&name.value, known) } else { None };
            check.compared += check.lanes.gates.len();
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a gate by its id, or one of the catalogue or of the same lane by its title"
                    .to_owned(),
            };
            Fault::at(Code::UnknownGate, &needs.source, name.span.clone(), message, "no such gate", help)
        });
    }
}

/// A cycle from one of its gates back to it, and which of the pending needs closes it.
type Cycle = (Vec<GateId>, usize, usize);

/// Walks the gates depth first, without recursion, and returns a cycle for each edge that leads back.
fn cycles(edges: &BTreeMap<GateId, Vec<(GateId, usize, usize)>>) -> Vec<Cycle> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Open(usize),
        Done,
    }
    let mut states: BTreeMap<&GateId, State> = BTreeMap::new();
    let mut cycles = Vec::new();
    for start in edges.keys() {
        if states.contains_key(start) {
            continue;
        }
        let mut stack: Vec<(&GateId, usize)> = vec![(start, 0)];
        states.insert(start, State::Open(0));
        while let Some((gate, next)) = stack.last_mut() {
            let gate = *gate;
            let Some((needed, index, at)) = edges.get(gate).and_then(|needs| needs.get(*next)) else {
                states.insert(gate, State::Done);
                stack.pop();
                continue;
            };
            *next += 1;
            match states.get(needed) {
                Some(State::Done) => {}
                Some(State::Open(depth)) => {
                    let mut cycle: Vec<GateId> =
                        stack[*depth..].iter().map(|(gate, _)| (*gate).clone()).collect();
                    cycle.push(needed.clone());
                    cycles.push((cycle, *index, *at));
                }
                None => {
                    states.insert(needed, State::Open(stack.len()));
                    stack.push((needed, 0));
                }
            }
        }
    }
    cycles
}
