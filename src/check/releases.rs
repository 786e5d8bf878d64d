//! Release profiles and environments: what a profile asks for and nothing can prove, and what no profile asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, at_place, quoted};
use crate::environment::{Environment, Section};
use crate::finding::{Finding, FindingCode};
use crate::id::GateId;
use crate::lanes::{Lanes, Profile};

/// The families that `verify --profile` proves without a gate: from the history of the commit, and from the manifest.
const BY_CONDITION: [&str; 2] = ["source-and-promotion", "rollback"];

/// Returns the environments that name nothing of what a profile that they take asks to be there: the gate would hold without
/// anything having been looked at.
pub(super) fn release_section_empty(subject: &Subject<'_>) -> Vec<Finding> {
    let lanes = &subject.policy.lanes;
    lanes.environments.values().flat_map(|own| empty_sections(lanes, own)).collect()
}

fn empty_sections(lanes: &Lanes, own: &Environment) -> Vec<Finding> {
    // That the description is there, of the right target, is proof enough for the contract's own gate.
    let mut sections: BTreeMap<&str, Vec<Section>> = BTreeMap::new();
    for section in Section::ALL.into_iter().filter(|section| section.gate() != Section::CONTRACT_GATE) {
        sections.entry(section.gate()).or_default().push(section);
    }
    let empty = |(gate, sections): (&str, Vec<Section>)| {
        let profiles =
            lanes.profiles.values().filter(|profile| own.takes(&profile.id) && asks(profile, gate));
        let profiles: Vec<&Profile> = profiles.collect();
        let names = |item: &crate::environment::Wanted| sections.contains(&item.section);
        if profiles.is_empty() || own.wanted.iter().any(names) {
            return None;
        }
        let keys: Vec<String> = sections.iter().map(|section| format!("`{}`", section.as_str())).collect();
        let message = format!(
            "the environment `{}` names nothing under {}, and takes profiles that ask for `{gate}`: {}",
            own.id,
            keys.join(" or "),
            quoted(profiles.iter().map(|profile| &profile.id)),
        );
        let help = format!(
            "list what must be there under {}, or take those profiles out of its `profiles`",
            keys.join(" or ")
        );
        let text = (format!("{} {gate}", own.id), message);
        Some(at_place(FindingCode::ReleaseSectionEmpty, &own.place, text, "nothing to look at", help))
    };
    sections.into_iter().filter_map(empty).collect()
}

fn asks(profile: &Profile, gate: &str) -> bool {
    let on_top = profile.when.iter().flat_map(|when| &when.gates);
    profile.gates.iter().chain(on_top).any(|own| own.as_str() == gate)
}

/// Returns the families that a profile requires and that none of its own gates is a proof of. Gates of the change's route do
/// not count: which there are depends on the change.
pub(super) fn family_unproved(subject: &Subject<'_>) -> Vec<Finding> {
    let lanes = &subject.policy.lanes;
    let mut findings = Vec::new();
    for profile in lanes.profiles.values() {
        let Some(place) = lanes.profile_places.get(&profile.id) else { continue };
        let always = families(lanes, profile.gates.iter().chain(&profile.source_gates));
        let mut open: BTreeSet<&str> = match &profile.families {
            Some(own) => own.iter().map(String::as_str).collect(),
            None => lanes.families.keys().map(String::as_str).collect(),
        };
        for when in &profile.when {
            let own = families(lanes, when.gates.iter().chain(&when.source_gates));
            open.extend(when.families.iter().map(String::as_str).filter(|family| !own.contains(family)));
        }
        open.retain(|family| !always.contains(family) && !BY_CONDITION.contains(family));
        if open.is_empty() {
            continue;
        }
        let message = format!(
            "none of the gates of the release profile `{}` is a proof of what it requires: {}",
            profile.id,
            quoted(&open)
        );
        let help = "name a gate of each of these families under `gates` or `source_gates`, or list the others under `families`";
        let text = (profile.id.as_str(), message);
        findings.push(at_place(FindingCode::FamilyUnproved, place, text, "cannot be proved", help));
    }
    findings
}

fn families<'a>(lanes: &'a Lanes, ids: impl Iterator<Item = &'a GateId>) -> BTreeSet<&'a str> {
    ids.filter_map(|id| lanes.gate(id)?.family.as_deref()).collect()
}

/// Returns the release gates that no profile names.
pub(super) fn unused_release_gate(subject: &Subject<'_>) -> Vec<Finding> {
    let lanes = &subject.policy.lanes;
    let unused = lanes.release_gates.values().filter_map(|gate| {
        let place = gate.place.as_ref()?;
        if lanes.profiles.values().any(|profile| asks(profile, gate.id.as_str())) {
            return None;
        }
        let message = format!("no release profile asks for the release gate `{}`", gate.id);
        let help = "name it under `gates` of a profile, or remove it";
        let text = (gate.id.as_str(), message);
        Some(at_place(FindingCode::UnusedReleaseGate, place, text, "nothing asks for it", help))
    });
    unused.collect()
}
