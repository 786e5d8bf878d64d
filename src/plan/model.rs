//! The gates of a route, without the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::{Machine, Vendor};
use crate::fault::{Code, Fault};
use crate::id::{DomainId, GateId, nearest};
use crate::lanes::Layer;
use crate::route::{Route, SelectedGate};
use crate::source::Source;

/// A route as a CI sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The digest of the route.
    pub digest: String,
    /// The commit that the route is of; nothing where that is the working tree, or no repository at all.
    pub head: Option<String>,
    /// Whether the route is broad.
    pub broad: bool,
    /// Whether an architecture review is forced.
    pub architecture_review: bool,
    /// The gates, by id.
    pub gates: BTreeMap<GateId, PlannedGate>,
    /// The labels that `runners` of `laneway.yaml` lists, each with the CIs for which it does.
    pub runners: BTreeMap<String, BTreeSet<Vendor>>,
}

/// A gate that a CI runs, or that evidence from elsewhere satisfies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedGate {
    /// What people call it.
    pub title: String,
    /// Its layer.
    pub layer: Layer,
    /// The domains whose lanes ask for it, or define it.
    pub domains: BTreeSet<DomainId>,
    /// The command; without one the gate is no job.
    pub run: Option<String>,
    /// The label of the machine that it wants.
    pub runner: Option<String>,
    /// What that label, or none, stands for in each CI that `runners` of `laneway.yaml` speaks of.
    pub machines: BTreeMap<Vendor, Machine>,
    /// How long it may take.
    pub timeout_minutes: Option<u32>,
    /// The gates that must have passed before.
    pub needs: BTreeSet<GateId>,
    /// The gate family that it is a proof of.
    pub family: Option<String>,
    /// The types of evidence that satisfy it; any where it is empty.
    pub evidence_types: BTreeSet<String>,
}

impl Plan {
    /// Takes from a route what a CI acts on.
    pub fn new(route: &Route, digest: String) -> Self {
        Self {
            digest,
            head: route.provenance.head.clone(),
            broad: !route.broad.is_empty(),
            architecture_review: !route.review.architecture.is_empty(),
            gates: route.gates.iter().map(|(id, gate)| (id.clone(), gate.into())).collect(),
            runners: route.runners.clone(),
        }
    }

    /// Reads a plan from a route document, or says everything that is wrong with it.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Vec<Fault>> {
        super::document::parse(source)
    }

    /// Says whether every gate that runs wants a machine that `runners` lists for a CI. Where `runners` speaks of no label
    /// there, or of none at all, labels count as they stand.
    pub fn fits(&self, vendor: Vendor) -> Result<(), Fault> {
        let speaks = self.runners.values().any(|listed| listed.contains(&vendor));
        let is_listed = |label: &str| match self.runners.get(label) {
            Some(listed) => !speaks || listed.contains(&vendor),
            None => self.runners.is_empty(),
        };
        let running = self.gates.iter().filter(|(_, gate)| gate.run.is_some());
        let wanted = running.filter_map(|(id, gate)| Some((id, gate.runner.as_deref()?)));
        let stray: Vec<(&GateId, &str)> = wanted.filter(|(_, label)| !is_listed(label)).collect();
        let Some((gate, label)) = stray.first() else { return Ok(()) };
        let ci = vendor.as_str();
        let others = match stray.len() {
            1 => String::new(),
            more => format!(", and {} more", more - 1),
        };
        let message =
            format!("`runners` does not list `{label}` for {ci}, and gate `{gate}` wants it{others}");
        let listed = self.runners.iter().filter(|(_, listed)| listed.contains(&vendor));
        let add = format!("add `{label}: {{{ci}: …}}` to `runners` of laneway.yaml");
        let help = match nearest(label, listed.map(|(label, _)| label.as_str())) {
            Some(nearest) if nearest != *label => format!("did you mean `{nearest}`? Otherwise {add}"),
            _ => add,
        };
        Err(Fault::new(Code::PlanRunner, message, help))
    }

    /// Returns the gates that have no command: evidence from elsewhere must satisfy them.
    pub fn without_command(&self) -> impl Iterator<Item = &GateId> {
        self.gates.iter().filter(|(_, gate)| gate.run.is_none()).map(|(id, _)| id)
    }
}

impl From<&SelectedGate> for PlannedGate {
    fn from(selected: &SelectedGate) -> Self {
        let gate = &selected.gate;
        Self {
            title: gate.title.clone(),
            layer: gate.layer,
            domains: selected.domains.clone(),
            run: gate.run.clone(),
            runner: gate.runner.clone(),
            machines: selected.machines.clone(),
            timeout_minutes: gate.timeout_minutes,
            needs: gate.needs.clone(),
            family: gate.family.clone(),
            evidence_types: gate.evidence_types.clone(),
        }
    }
}
