//! From a route, a profile and an environment to what must be proved for a release.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::Witness;
use crate::environment::{Check, Environment, Wanted};
use crate::evidence::{Required, Requirements};
use crate::fault::{Code, Fault};
use crate::id::{GateId, nearest};
use crate::lanes::{Profile, ProfileWhen};
use crate::ownership::ReleaseClass;
use crate::policy::{Policies, Policy};
use crate::route::{GateReason, Route, RoutedFile, SelectedGate, gate_state};

/// Which profile, in which environment.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The profile, as all policies that state it have it.
    pub profile: Profile,
    /// The environment, as all policies that declare it have it.
    pub environment: Environment,
}

/// What must be proved for a release.
#[derive(Clone, Debug)]
pub struct ReleasePlan {
    /// The profile and the environment.
    pub asked: Asked,
    /// The route of the change, with the release gates of the profile in the place of its own gates.
    pub route: Route,
    /// What must have been proved for the commit, or for the very same artifacts, in no environment: the gates of the change's
    /// route, and those that the profile names.
    pub source: BTreeMap<GateId, SelectedGate>,
    /// The gates of the change's route that the profile does not ask for.
    pub waived: BTreeSet<GateId>,
    /// The release gates that the profile does not ask for.
    pub skipped: BTreeSet<GateId>,
    /// The families that must be proved, each with the gates that are a proof of it; one without any is not proved.
    pub families: BTreeMap<String, BTreeSet<GateId>>,
}

impl ReleasePlan {
    /// Returns the plan that records of the release gates are for.
    pub fn requirements(&self) -> Requirements {
        let gates = self.route.gates.iter().map(|(id, own)| (id.clone(), Required::of(&own.gate)));
        Requirements {
            profile: Some(self.asked.profile.id.clone()),
            environment: Some(self.asked.environment.id.clone()),
            gates: gates.collect(),
        }
    }
}

/// Looks a profile up, and joins what the policies say of it: what any of them asks for is asked for, what any of them does
/// not allow is not allowed.
pub fn profile_of(policies: &Policies, id: &str) -> Result<Profile, Fault> {
    let stated = policies.each.iter().filter_map(|(_, policy)| policy.lanes.profiles.get(id));
    stated.cloned().reduce(joined).ok_or_else(|| {
        let known = policies.each.iter().flat_map(|(_, policy)| policy.lanes.profiles.keys());
        let known: BTreeSet<&str> = known.map(String::as_str).collect();
        let message = format!("release profile `{id}` is not known");
        Fault::new(Code::UnknownProfile, message, help(id, &known, "release_profiles", "profile list"))
    })
}

/// Looks an environment up, and joins what the policies say of it. Where it is described and how something is deployed is
/// what the base says: a change does not choose by what it is judged.
pub fn environment_of(policies: &Policies, id: &str) -> Result<Environment, Fault> {
    let stated = policies.each.iter().filter_map(|(_, policy)| policy.lanes.environments.get(id));
    stated.cloned().reduce(together).ok_or_else(|| {
        let known = policies.each.iter().flat_map(|(_, policy)| policy.lanes.environments.keys());
        let known: BTreeSet<&str> = known.map(String::as_str).collect();
        let message = format!("environment `{id}` is not known");
        Fault::new(Code::UnknownEnvironment, message, help(id, &known, "environments", "profile list"))
    })
}

fn help(id: &str, known: &BTreeSet<&str>, key: &str, command: &str) -> String {
    match nearest(id, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("declare it under `{key}` in a document of the lanes' folder"),
        None => format!("`laneway {command}` lists them"),
    }
}

fn joined(mut one: Profile, other: Profile) -> Profile {
    one.release_classes = match (one.release_classes, other.release_classes) {
        (None, own) | (own, None) => own,
        (Some(left), Some(right)) => Some(left.intersection(&right).copied().collect()),
    };
    one.excludes.classes.extend(other.excludes.classes);
    one.excludes.map_kinds.extend(other.excludes.map_kinds);
    one.families = match (one.families, other.families) {
        (Some(mut left), Some(right)) => {
            left.extend(right);
            Some(left)
        }
        (None, _) | (_, None) => None,
    };
    one.gates.extend(other.gates);
    one.source_gates.extend(other.source_gates);
    one.route_gates |= other.route_gates;
    one.when.extend(other.when);
    one.fast |= other.fast;
    one.may_diverge &= other.may_diverge;
    one.new_artifacts &= other.new_artifacts;
    one.deploys &= other.deploys;
    one.drift = one.drift.and(other.drift);
    one
}

fn together(mut one: Environment, other: Environment) -> Environment {
    one.change_classes = fewer(one.change_classes, other.change_classes);
    one.profiles = fewer(one.profiles, other.profiles);
    one.max_age_hours = one.max_age_hours.min(other.max_age_hours);
    for item in other.wanted {
        wanted(&mut one.wanted, item);
    }
    for check in other.checks {
        let is_same = |own: &Check| own.id == check.id && own.gate == check.gate && own.probe == check.probe;
        if !one.checks.iter().any(is_same) {
            one.checks.push(check);
        }
    }
    one.description = one.description.or(other.description);
    one.deploy = one.deploy.or(other.deploy);
    one.rollback = one.rollback.or(other.rollback);
    one
}

fn fewer(one: Option<BTreeSet<String>>, other: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (one, other) {
        (None, own) | (own, None) => own,
        (Some(left), Some(right)) => Some(left.intersection(&right).cloned().collect()),
    }
}

/// Adds an item: what both want the same way need not be there only where neither wants it.
fn wanted(items: &mut Vec<Wanted>, item: Wanted) {
    let is_same =
        |own: &&mut Wanted| own.section == item.section && own.name == item.name && own.want == item.want;
    let Some(own) = items.iter_mut().find(is_same) else {
        items.push(item);
        return;
    };
    own.profiles = match (own.profiles.take(), item.profiles) {
        (Some(mut left), Some(right)) => {
            left.extend(right);
            Some(left)
        }
        (None, _) | (_, None) => None,
    };
    own.excused = match (own.excused.take(), item.excused) {
        (Some(mut left), Some(right)) => {
            left.profiles.retain(|profile| right.profiles.contains(profile));
            (!left.profiles.is_empty()).then_some(left)
        }
        (None, _) | (_, None) => None,
    };
}

/// Puts the release gates of a profile in the place of the gates of a route.
pub fn plan(route: Route, policies: &Policies, asked: Asked) -> ReleasePlan {
    let profile = &asked.profile;
    let mut wanted: BTreeMap<GateId, GateReason> = BTreeMap::new();
    let mut source_gates: BTreeSet<GateId> = profile.source_gates.clone();
    let mut families: BTreeSet<String> = profile.families.clone().unwrap_or_else(|| all_families(policies));
    let reason = |files: Option<Witness>| GateReason::Profile { profile: profile.id.clone(), files };
    for gate in &profile.gates {
        wanted.insert(gate.clone(), reason(None));
    }
    for when in &profile.when {
        let Some(files) = applies(when, &route) else { continue };
        for gate in &when.gates {
            wanted.entry(gate.clone()).or_insert_with(|| reason(files.clone()));
        }
        source_gates.extend(when.source_gates.iter().cloned());
        families.extend(when.families.iter().cloned());
    }
    let mut source = if profile.route_gates { route.gates.clone() } else { BTreeMap::new() };
    for gate in source_gates {
        if let Some(selected) = route.gates.get(&gate) {
            source.insert(gate, selected.clone());
        } else if let Some(skipped) = route.skipped.get(&gate) {
            let selected = SelectedGate {
                gate: skipped.gate.clone(),
                domains: skipped.domains.clone(),
                state: gate_state(&gate, policies),
                because: BTreeSet::from([reason(None)]),
                machines: BTreeMap::new(),
            };
            source.insert(gate, selected);
        }
    }
    let (mut gates, mut skipped) = (BTreeMap::new(), BTreeSet::new());
    for (_, policy) in &policies.each {
        for (id, gate) in &policy.lanes.release_gates {
            let Some(because) = wanted.get(id) else {
                skipped.insert(id.clone());
                continue;
            };
            // In the order of the sides, so that the base's definition is the one that counts.
            gates.entry(id.clone()).or_insert_with(|| SelectedGate {
                gate: gate.clone(),
                domains: BTreeSet::new(),
                state: gate_state(id, policies),
                because: BTreeSet::from([because.clone()]),
                machines: BTreeMap::new(),
            });
        }
    }
    let proves = |family: &String| {
        let own = gates.iter().chain(&source);
        let proofs = own.filter(|(_, selected)| selected.gate.family.as_ref() == Some(family));
        (family.clone(), proofs.map(|(id, _)| id.clone()).collect())
    };
    let families = families.iter().map(proves).collect();
    let waived = route.gates.keys().filter(|id| !source.contains_key(*id)).cloned().collect();
    let route = Route { gates, skipped: BTreeMap::new(), ..route };
    ReleasePlan { asked, route, source, waived, skipped, families }
}

fn all_families(policies: &Policies) -> BTreeSet<String> {
    let own = |policy: &Policy| policy.lanes.families.keys().cloned().collect::<Vec<_>>();
    policies.each.iter().flat_map(|(_, policy)| own(policy)).collect()
}

/// Says whether a change is one that asks for more, and by which files; with none, because it is broad.
pub fn applies(when: &ProfileWhen, route: &Route) -> Option<Option<Witness>> {
    let is_one = |file: &&RoutedFile| {
        let facts = &file.facts;
        if facts.exempt || !facts.production {
            return false;
        }
        let is_release = |class: &Option<ReleaseClass>| match class {
            Some(class) => when.release_classes.contains(class),
            // Nobody said what it ships as, so it may be this.
            None => !when.release_classes.is_empty(),
        };
        let is_open = facts.releases.is_empty() && !when.release_classes.is_empty();
        is_open
            || facts.releases.iter().any(is_release)
            || when.classes.iter().any(|class| facts.classes.has(*class))
            || !when.map_kinds.is_disjoint(&facts.map_kinds)
            || !when.tags.is_disjoint(&facts.tags)
    };
    let mut files = route.files.iter().filter(is_one);
    match files.next() {
        Some(first) => Some(Some(Witness { path: first.file.path.clone(), files: 1 + files.count() })),
        None => (!route.broad.is_empty()).then_some(None),
    }
}
