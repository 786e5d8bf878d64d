//! Gates by what people call them.

use std::collections::BTreeSet;

use laneway::fault::{Code, Fault};
use laneway::id::{ARCHITECTURE_REVIEW, GateId, nearest};
use laneway::plan::Plan;

/// Returns the gates of these ids or titles, each once.
pub(super) fn named(plan: &Plan, names: &[String], what: &str) -> Result<Vec<GateId>, Vec<Fault>> {
    let mut gates = Vec::new();
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for name in names {
        match one(plan, name, what) {
            Ok(gate) if seen.insert(gate.clone()) => gates.push(gate),
            Ok(gate) => {
                let message = format!("{what} names gate `{gate}` twice");
                faults.push(Fault::new(Code::Usage, message, "name it once"));
            }
            Err(fault) => faults.push(*fault),
        }
    }
    if faults.is_empty() { Ok(gates) } else { Err(faults) }
}

/// Returns the gate of an id, else the one of a title.
pub(super) fn one(plan: &Plan, name: &str, what: &str) -> Result<GateId, Box<Fault>> {
    let unknown =
        |message: String, help: String| Box::new(Fault::new(Code::EvidenceUnknownGate, message, help));
    if name == ARCHITECTURE_REVIEW {
        let help = "sign an approval with `laneway evidence approve`, or state one in the lanes";
        return Err(unknown(
            format!("{what} names `{name}`, which only an approval satisfies"),
            help.to_owned(),
        ));
    }
    if let Some((id, _)) = plan.gates.get_key_value(&GateId::new(name)) {
        return Ok(id.clone());
    }
    let titled: Vec<&GateId> =
        plan.gates.iter().filter(|(_, gate)| gate.title == name).map(|(id, _)| id).collect();
    match titled.as_slice() {
        [id] => Ok((*id).clone()),
        [] => {
            let known = plan.gates.iter().flat_map(|(id, gate)| [id.as_str(), gate.title.as_str()]);
            let help = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`laneway route` lists the gates of the change; a result is recorded for one of them"
                    .to_owned(),
            };
            Err(unknown(format!("{what} names `{name}`, and the route has no such gate"), help))
        }
        several => {
            let ids = several.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            Err(unknown(
                format!("{what} names `{name}`, which is the title of several gates"),
                format!("name one by its id: {ids}"),
            ))
        }
    }
}
