//! The plan that results are for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::digest::Digest;
use crate::environment::Section;
use crate::id::GateId;
use crate::lanes::Gate;
use crate::plan::{Plan, canonical};

/// A gate that a plan expects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Required {
    /// What people call it. Not part of the plan's digest.
    pub title: String,
    /// Its command, where it has one.
    pub run: Option<String>,
    /// The types of evidence that satisfy it; any where it is empty.
    pub evidence_types: BTreeSet<String>,
    /// The gate family that it is a proof of. Not part of the plan's digest.
    pub family: Option<String>,
}

impl Required {
    /// Takes what a gate requires.
    pub fn of(gate: &Gate) -> Self {
        Self {
            title: gate.title.clone(),
            run: gate.run.clone(),
            evidence_types: gate.evidence_types.clone(),
            family: gate.family.clone(),
        }
    }
}

impl Required {
    /// Says whether only observations of an environment satisfy the gate: they tell how it is just now, so the newest counts.
    pub fn is_observation(&self) -> bool {
        Section::is_observation(&self.evidence_types)
    }
}

/// What must be proved: the expected gates, under a profile, in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// The release profile; nothing for a route.
    pub profile: Option<String>,
    /// The environment; nothing for a route.
    pub environment: Option<String>,
    /// The gates.
    pub gates: BTreeMap<GateId, Required>,
}

impl Requirements {
    /// Takes what a route requires.
    pub fn of_route(plan: &Plan) -> Self {
        let gates = plan.gates.iter().map(|(id, gate)| {
            let required = Required {
                title: gate.title.clone(),
                run: gate.run.clone(),
                evidence_types: gate.evidence_types.clone(),
                family: gate.family.clone(),
            };
            (id.clone(), required)
        });
        Self { profile: None, environment: None, gates: gates.collect() }
    }

    /// Returns the digest of the plan: the SHA-256 of the canonical JSON of profile, environment and, of each gate, its
    /// id, its command and the types of evidence that it accepts.
    pub fn digest(&self) -> Digest {
        let gates: Vec<serde_json::Value> = self
            .gates
            .iter()
            .map(|(id, gate)| {
                json!({"id": id.as_str(), "run": gate.run, "evidence_types": gate.evidence_types})
            })
            .collect();
        let plan = json!({
            "schema": "laneway.plan/v1",
            "profile": self.profile,
            "environment": self.environment,
            "gates": gates,
        });
        let mut bytes = Vec::new();
        canonical::write(&mut bytes, plan).expect("a vector takes everything");
        Digest::of(&bytes)
    }
}
