//! A route for any program: one gate a line, each a JSON object, in the order of their ids. No gate is no line.

use std::collections::BTreeMap;
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Options, json_line};
use crate::fault::Fault;
use crate::id::{DomainId, GateId};
use crate::plan::{Plan, PlannedGate};
use crate::render::json::schema_of;
use crate::render::wire_part::{Ids, LayerV1, MachineV1, machines};

/// A gate of a route, as a CI acts on it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gate", title = "Laneway gate, version 1")]
struct GateLineV1<'a> {
    /// Its id.
    id: &'a str,
    /// What people call it.
    title: &'a str,
    /// Its layer.
    layer: LayerV1,
    /// The domains whose lanes ask for it, or define it.
    domains: Ids<'a, DomainId>,
    /// The command; null where evidence from elsewhere must satisfy the gate.
    run: Option<&'a str>,
    /// The label of the machine that it wants.
    runner: Option<&'a str>,
    /// What its runner, or none, stands for in each CI of which `runners` of `laneway.yaml` says so.
    machines: BTreeMap<&'a str, MachineV1<'a>>,
    /// How long it may take.
    timeout_minutes: Option<u32>,
    /// The gates that must have passed before; all of them are in the route.
    needs: Ids<'a, GateId>,
}

impl<'a> From<(&'a GateId, &'a PlannedGate)> for GateLineV1<'a> {
    fn from((id, gate): (&'a GateId, &'a PlannedGate)) -> Self {
        Self {
            id: id.as_str(),
            title: &gate.title,
            layer: gate.layer.into(),
            domains: Ids::<DomainId>(&gate.domains),
            run: gate.run.as_deref(),
            runner: gate.runner.as_deref(),
            machines: machines(&gate.machines),
            timeout_minutes: gate.timeout_minutes,
            needs: Ids::<GateId>(&gate.needs),
        }
    }
}

/// Returns the document. Nothing is packed, so no option means anything to it.
pub fn document(plan: &Plan, _options: Options) -> Result<String, Fault> {
    let line = |gate| Ok(json_line(&GateLineV1::from(gate))? + "\n");
    plan.gates.iter().map(line).collect()
}

/// Returns the JSON Schema of a line, as `schemas/gate.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<GateLineV1<'static>>("urn:laneway:gate:v1")
}
