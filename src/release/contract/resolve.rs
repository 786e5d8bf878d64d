//! From a plan and a description to the contract.

use std::collections::BTreeSet;

use super::model::{Asking, Contract, Evidence, Phase};
use super::{proof, state};
use crate::environment::{Environment, Section};
use crate::id::GateId;
use crate::lanes::Profile;
use crate::ownership::ReleaseClass;
use crate::release::change_class;
use crate::route::SelectedGate;
use crate::verdict::{joined, owners};

/// Resolves the contract. Of the environment only those sections are looked at whose release gate the plan asks for.
pub fn resolve(asking: &Asking<'_>) -> Contract {
    let plan = asking.plan;
    let (profile, environment) = (&plan.asked.profile, &plan.asked.environment);
    let is_asked = |section: Section| plan.route.gates.contains_key(&GateId::new(section.gate()));
    let wanted = environment.wanted.iter();
    let wanted = wanted.filter(|own| is_asked(own.section) && own.is_wanted_under(&profile.id));
    let rollback = asking.manifest.map(|own| own.rollback.clone()).or_else(|| environment.rollback.clone());
    let mut contract = Contract {
        commit: asking.commit.clone(),
        plan: plan.requirements().digest(),
        profile: profile.id.clone(),
        environment: environment.id.clone(),
        target: environment.target.clone(),
        classes: classes(profile, environment),
        change_class: change_class(&plan.route),
        taken: asking.facts.taken,
        max_age_hours: environment.max_age_hours,
        resolved: asking.now,
        items: wanted.map(|own| state::item(asking, own)).collect(),
        unlisted: asking.facts.unlisted,
        phases: phases(asking),
        rollback,
        evidence: evidence(asking),
        gates: std::collections::BTreeMap::new(),
    };
    contract.gates = proof::proofs(asking, &contract);
    contract
}

/// Returns the change classes that profile and environment both take.
fn classes(profile: &Profile, environment: &Environment) -> Option<BTreeSet<String>> {
    let word = |class: &ReleaseClass| class.as_str().to_owned();
    let own = profile.release_classes.as_ref().map(|own| own.iter().map(word).collect::<BTreeSet<_>>());
    match (own, &environment.change_classes) {
        (Some(own), Some(other)) => Some(own.intersection(other).cloned().collect()),
        (own, other) => own.or_else(|| other.clone()),
    }
}

/// Returns the validations among the release gates: those that run something.
fn phases(asking: &Asking<'_>) -> Vec<Phase> {
    let gates = asking.plan.route.gates.iter();
    let phase = |(id, selected): (&GateId, &SelectedGate)| {
        let run = selected.gate.run.clone()?;
        Some(Phase { gate: id.clone(), title: selected.gate.title.clone(), run })
    };
    gates.filter_map(phase).collect()
}

fn evidence(asking: &Asking<'_>) -> Vec<Evidence> {
    let of = |(id, selected): (&GateId, &SelectedGate), in_environment| Evidence {
        gate: id.clone(),
        family: selected.gate.family.clone(),
        owner: joined(&owners(&selected.domains, asking.policies)),
        in_environment,
    };
    let release = asking.plan.route.gates.iter().map(|own| of(own, true));
    release.chain(asking.plan.source.iter().map(|own| of(own, false))).collect()
}
