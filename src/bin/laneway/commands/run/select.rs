//! Which gates run, which of them together, and which are somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use laneway::fault::{Code, Fault};
use laneway::id::{ARCHITECTURE_REVIEW, GateId, nearest};
use laneway::plan::{Plan, PlannedGate};
use laneway::runner::Job;

/// The gates of a plan that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// Those that have a command.
    pub(super) runnable: BTreeSet<GateId>,
    /// Those that evidence from elsewhere must satisfy, with their titles.
    pub(super) elsewhere: BTreeMap<GateId, String>,
    /// Those that only an approval satisfies, with their titles.
    pub(super) approvals: BTreeMap<GateId, String>,
    /// How many gates of the plan were not asked for.
    pub(super) left_out: usize,
}

/// Selects the gates that are named, with what they need; all of them where none is.
pub(super) fn select(plan: &Plan, names: &[String]) -> Result<Selection, Vec<Fault>> {
    let mut wanted: BTreeSet<&GateId> = BTreeSet::new();
    if names.is_empty() {
        wanted.extend(plan.gates.keys());
    } else {
        let mut faults = Vec::new();
        for name in names {
            match named(plan, name, "GATE") {
                Ok(found) => wanted.extend(found),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
    }
    let mut open: Vec<&GateId> = wanted.iter().copied().collect();
    while let Some((id, gate)) = open.pop().and_then(|id| plan.gates.get_key_value(id)) {
        wanted.insert(id);
        open.extend(gate.needs.iter().filter(|need| !wanted.contains(need)));
    }
    let mut selection = Selection { left_out: plan.gates.len() - wanted.len(), ..Selection::default() };
    for (id, gate) in plan.gates.iter().filter(|(id, _)| wanted.contains(id)) {
        if id.as_str() == ARCHITECTURE_REVIEW {
            selection.approvals.insert(id.clone(), gate.title.clone());
        } else if gate.run.is_some() {
            selection.runnable.insert(id.clone());
        } else {
            selection.elsewhere.insert(id.clone(), gate.title.clone());
        }
    }
    Ok(selection)
}

/// Returns the gates that `name` names: the one of that id, else those of that title.
pub(super) fn named<'p>(plan: &'p Plan, name: &str, what: &str) -> Result<Vec<&'p GateId>, Fault> {
    if let Some((id, _)) = plan.gates.get_key_value(&GateId::new(name)) {
        return Ok(vec![id]);
    }
    let titled: Vec<&GateId> =
        plan.gates.iter().filter(|(_, gate)| gate.title == name).map(|(id, _)| id).collect();
    if !titled.is_empty() {
        return Ok(titled);
    }
    let known = plan.gates.iter().flat_map(|(id, gate)| [id.as_str(), gate.title.as_str()]);
    let help = match nearest(name, known) {
        Some(nearest) => {
            format!("did you mean `{nearest}`? `--add` routes a gate that the change does not need")
        }
        None => {
            "`laneway route` lists the gates of the change; `--add` routes another one as well".to_owned()
        }
    };
    let message = format!("`{what}` names `{name}`, and there is no such gate in the route");
    Err(Fault::new(Code::UnknownGate, message, help))
}

/// Returns the jobs of gates that have a command: those with the same command, needs, machine and time share one.
pub(super) fn jobs(plan: &Plan, gates: &BTreeSet<GateId>, timeout_minutes: Option<u32>) -> Vec<Job> {
    let mut shared: BTreeMap<_, BTreeSet<GateId>> = BTreeMap::new();
    for (id, gate) in plan.gates.iter().filter(|(id, _)| gates.contains(*id)) {
        let Some(run) = gate.run.as_deref() else { continue };
        let key = (run, &gate.needs, gate.runner.as_deref(), timeout(gate, timeout_minutes));
        shared.entry(key).or_default().insert(id.clone());
    }
    let job = |((run, needs, _, timeout), gates): ((&str, &BTreeSet<GateId>, _, _), _)| Job {
        gates,
        run: run.to_owned(),
        timeout,
        needs: needs.clone(),
    };
    let mut jobs: Vec<Job> = shared.into_iter().map(job).collect();
    jobs.sort_by(|left, right| left.gates.cmp(&right.gates));
    jobs
}

/// Returns how long a gate may take: as it says, else as `--timeout-minutes` does.
pub(super) fn timeout(gate: &PlannedGate, minutes: Option<u32>) -> Option<Duration> {
    let minutes = gate.timeout_minutes.or(minutes)?;
    Some(Duration::from_secs(u64::from(minutes) * 60))
}
