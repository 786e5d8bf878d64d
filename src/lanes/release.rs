//! Release gates, release profiles, environments, and how strictly kinds of evidence are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Check, also};
use super::raw::RawFile;
use super::raw_release::RawProfile;
use super::{Gate, KindLevel, Layer, Profile, ProfileWhen};
use crate::fault::{Code, Fault};
use crate::id::{GateId, is_gate_id, slug};
use crate::source::{Place, Source, Spanned};
use crate::yaml::did_you_mean;

/// What ids of release gates do not begin with: so verdicts name their conditions.
const RESERVED: [&str; 2] = ["condition.", "promotion."];

impl Check {
    /// Takes what the files say of releases.
    pub(super) fn releases(&mut self, files: &[RawFile]) {
        self.release_gates(files);
        self.profiles(files);
        self.environments(files);
        self.kinds(files);
    }

    /// Takes the release gates. None has the id of a gate that routes have: evidence names gates by id alone.
    fn release_gates(&mut self, files: &[RawFile]) {
        for (source, raw) in
            files.iter().flat_map(|file| file.release_gates.iter().map(|raw| (&file.source, raw)))
        {
            let Some(id) = self.gate_id(source, raw, None) else { continue };
            let span = super::gate::id_span(raw);
            if let Some(prefix) = RESERVED.iter().find(|prefix| id.as_str().starts_with(*prefix)) {
                let message = format!("`{id}` cannot be a release gate's id");
                let help = format!("a verdict names its own conditions `{prefix}…`: begin the id otherwise");
                self.fault(|_| Fault::at(Code::GateId, source, span, message, "reserved", help));
                continue;
            }
            let before = self.lanes.gates.get(&id).or_else(|| self.lanes.release_gates.get(&id));
            if let Some(before) = before {
                let message = format!("two gates have the id `{id}`");
                let label = before.place.as_ref().map(also).unwrap_or_default();
                let help = "give one of them another `id:`; a gate is one of routes, or one of releases";
                self.fault(|_| Fault::at(Code::DuplicateGate, source, span, message, label, help));
                continue;
            }
            let gate = self.gate(source, raw, id.clone(), Layer::ServiceEvidence, None);
            self.lanes.release_gates.insert(id, gate);
        }
    }

    fn profiles(&mut self, files: &[RawFile]) {
        let mut stated: BTreeMap<&str, Place> = BTreeMap::new();
        for (source, raw) in files.iter().flat_map(|file| file.profiles.iter().map(|raw| (&file.source, raw)))
        {
            if let Some(first) = stated.get(raw.id.value.as_str()) {
                let message = format!("release profile `{}` is stated twice", raw.id.value);
                let label = also(first);
                let help = "remove one of the two, or give it an id of its own";
                self.fault(|_| {
                    Fault::at(Code::DuplicateProfile, source, raw.id.span.clone(), message, label, help)
                });
                continue;
            }
            let place = Place::new(source, raw.id.span.clone());
            self.lanes.profile_places.insert(raw.id.value.clone(), place.clone());
            stated.insert(&raw.id.value, place);
            let profile = self.profile(source, raw);
            self.lanes.profiles.insert(profile.id.clone(), profile);
        }
    }

    fn profile(&mut self, source: &Arc<Source>, raw: &RawProfile) -> Profile {
        let when = raw.when.iter().map(|own| ProfileWhen {
            release_classes: own.release_classes.clone(),
            classes: own.classes.clone(),
            map_kinds: own.map_kinds.clone(),
            tags: own.tags.clone(),
            gates: self.profile_gates(source, &own.gates),
            source_gates: self.rule_gates(source, &own.source_gates),
            families: self.profile_families(source, &own.families),
        });
        let when = when.collect();
        let id = raw.id.value.clone();
        Profile {
            title: raw.title.clone().unwrap_or_else(|| id.clone()),
            id,
            use_when: raw.use_when.clone(),
            release_classes: raw.release_classes.clone(),
            excludes: raw.excludes.clone(),
            families: raw.families.as_ref().map(|own| self.profile_families(source, own)),
            gates: self.profile_gates(source, &raw.gates),
            source_gates: self.rule_gates(source, &raw.source_gates),
            route_gates: raw.route_gates,
            when,
            fast: raw.fast,
            may_diverge: raw.may_diverge,
            new_artifacts: raw.new_artifacts,
            deploys: raw.deploys,
            drift: raw.drift,
        }
    }

    fn profile_families(&mut self, source: &Arc<Source>, names: &[Spanned<String>]) -> BTreeSet<String> {
        let mut families = BTreeSet::new();
        for name in names {
            if !self.lanes.families.contains_key(&name.value) {
                self.fault(|check| {
                    let known: Vec<&str> = check.lanes.families.keys().map(String::as_str).collect();
                    let message = format!("gate family `{}` is not known", name.value);
                    let help = did_you_mean(&name.value, &known);
                    let span = name.span.clone();
                    Fault::at(Code::YamlValue, source, span, message, "no such family", help)
                });
            }
            // What is asked for stays asked for, known or not.
            families.insert(name.value.clone());
        }
        families
    }

    /// Resolves the release gates of a profile, by id or title. One that nobody defines is required all the same, and stays
    /// without a command.
    fn profile_gates(&mut self, source: &Arc<Source>, names: &[Spanned<String>]) -> BTreeSet<GateId> {
        names.iter().filter_map(|name| self.profile_gate(source, name)).collect()
    }

    fn profile_gate(&mut self, source: &Arc<Source>, name: &Spanned<String>) -> Option<GateId> {
        let gates = &self.lanes.release_gates;
        let known = gates.get_key_value(&*name.value).map(|(id, _)| id);
        let titled = || gates.values().find(|gate| gate.title == name.value).map(|gate| &gate.id);
        if let Some(id) = known.or_else(titled) {
            return Some(id.clone());
        }
        if let Some(gate) = self.lanes.gates.get(&*name.value) {
            let label = gate.place.as_ref().map(also).unwrap_or_default();
            let message = format!("`{}` is a gate of routes", name.value);
            let help = "name it under `source_gates`: it is proved for the commit, not in an environment";
            let span = name.span.clone();
            self.fault(|_| Fault::at(Code::UnknownGate, source, span, message, label, help));
            return None;
        }
        let id = if is_gate_id(&name.value) { name.value.clone() } else { slug(&name.value) };
        if id.is_empty() || self.lanes.gates.contains_key(&*id) {
            let message = format!("no id can be made from the gate name `{}`", name.value);
            let help = "name a gate of `release_gates`, by its id or its title";
            let span = name.span.clone();
            self.fault(|_| Fault::at(Code::GateTitle, source, span, message, "no id of its own", help));
            return None;
        }
        let id = GateId::new(id);
        self.lanes.release_gates.entry(id.clone()).or_insert_with(|| Gate {
            id: id.clone(),
            title: name.value.clone(),
            layer: Layer::ServiceEvidence,
            family: None,
            run: None,
            runner: None,
            timeout_minutes: None,
            needs: BTreeSet::new(),
            evidence_types: BTreeSet::new(),
            evidence_kinds: BTreeSet::new(),
            not_applicable: false,
            always: None,
            lane: None,
            place: None,
        });
        Some(id)
    }

    fn environments(&mut self, files: &[RawFile]) {
        for own in files.iter().flat_map(|file| &file.environments) {
            if let Some(first) = self.lanes.environments.get(&own.id) {
                let message = format!("environment `{}` is stated twice", own.id);
                let label = also(&first.place);
                let help = "remove one of the two, or give it an id of its own";
                let (source, span) = (&own.place.source, own.place.span.clone());
                self.fault(|_| Fault::at(Code::DuplicateEnvironment, source, span, message, label, help));
                continue;
            }
            self.environment_names(own);
            self.check_gates(own);
            self.lanes.environments.insert(own.id.clone(), own.clone());
        }
    }

    /// Reports every profile that an environment names and that nobody states.
    fn environment_names(&mut self, own: &crate::environment::Environment) {
        let unknown = own.named.iter().filter(|(name, _)| !self.lanes.profiles.contains_key(name));
        let named: Vec<(String, Place)> = unknown.cloned().collect();
        for (name, place) in named {
            self.fault(|check| {
                let known: Vec<&str> = check.lanes.profiles.keys().map(String::as_str).collect();
                let message = format!("release profile `{name}` is not known");
                let help = did_you_mean(&name, &known);
                Fault::at(
                    Code::UnknownProfile,
                    &place.source,
                    place.span.clone(),
                    message,
                    "no such profile",
                    help,
                )
            });
        }
    }

    /// Reports every check that is evidence for a gate that no release has.
    fn check_gates(&mut self, own: &crate::environment::Environment) {
        for check in &own.checks {
            if self.lanes.release_gates.contains_key(&check.gate) {
                continue;
            }
            self.fault(|of| {
                let known: Vec<&str> = of.lanes.release_gates.keys().map(GateId::as_str).collect();
                let message = format!(
                    "check `{}` is evidence for `{}`, which is no release gate",
                    check.id, check.gate
                );
                let help = did_you_mean(check.gate.as_str(), &known);
                let (source, span) = (&check.gate_place.source, check.gate_place.span.clone());
                Fault::at(Code::UnknownGate, source, span, message, "no release gate", help)
            });
        }
    }

    fn kinds(&mut self, files: &[RawFile]) {
        let mut stated = BTreeMap::new();
        for (source, raw) in files.iter().flat_map(|file| file.kinds.iter().map(|raw| (&file.source, raw))) {
            let place = Place::new(source, raw.kind.span.clone());
            let kind = raw.kind.value;
            if let Some(first) = stated.get(&kind) {
                let message = format!("evidence kind `{}` is stated twice", kind.as_str());
                let (label, help) = (also(first), "remove one of the two");
                self.fault(|_| Fault::at(Code::YamlValue, source, place.span, message, label, help));
                continue;
            }
            stated.insert(kind, place);
            let level = KindLevel { enforcement: raw.enforcement, report_only_until: raw.report_only_until };
            self.lanes.evidence_kinds.insert(kind, level);
        }
    }
}
