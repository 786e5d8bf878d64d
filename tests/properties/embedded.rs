//! The rules and gates that every workspace has, read from the repository's own files with a reader of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::{CLASSES, KINDS};
use crate::resolve::{Def, Rule};

/// The embedded rules, and the gates that they name with their titles.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    pub(crate) gates: BTreeMap<String, (String, Def)>,
    pub(crate) classes: BTreeMap<String, Rule>,
    /// Gates and tags of smokes.
    pub(crate) kinds: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
}

#[derive(Deserialize)]
struct GatesFile {
    gates: Vec<RawGate>,
}

#[derive(Deserialize)]
struct RawGate {
    id: String,
    title: String,
    layer: String,
    run: Option<String>,
    #[serde(default)]
    needs: BTreeSet<String>,
    always: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Deserialize)]
struct RulesFile {
    routing_rules: RawRules,
}

#[derive(Deserialize)]
struct RawRules {
    classes: BTreeMap<String, RawRule>,
    map_kinds: BTreeMap<String, RawRule>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawRule {
    gates: BTreeSet<String>,
    local_gates: Option<bool>,
    consumer_smokes: Option<RawSmokes>,
    service_evidence: Option<String>,
    consumed_smokes: bool,
    production_gates: BTreeSet<String>,
    shown_contract_smokes: BTreeSet<String>,
    ships_gates: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSmokes {
    Word(String),
    Tags(BTreeSet<String>),
}

/// Returns the embedded rules, read once.
pub(crate) fn get() -> &'static Embedded {
    static EMBEDDED: OnceLock<Embedded> = OnceLock::new();
    EMBEDDED.get_or_init(|| {
        let gates: GatesFile =
            serde_yaml::from_str(include_str!("../../lanes/gates.yaml")).expect("gates are YAML");
        let rules: RulesFile =
            serde_yaml::from_str(include_str!("../../lanes/routing-rules.yaml")).expect("rules are YAML");
        let mut embedded = Embedded::default();
        for gate in gates.gates {
            let always = gate.always.map(|scope| (scope, gate.paths));
            let def = Def { layer: gate.layer, run: gate.run, needs: gate.needs, always, lane: None };
            embedded.gates.insert(gate.id, (gate.title, def));
        }
        for class in CLASSES {
            embedded.classes.insert(class.to_owned(), rule(&rules.routing_rules.classes[class]));
        }
        for kind in KINDS {
            let raw = &rules.routing_rules.map_kinds[kind];
            let tags = match &raw.consumer_smokes {
                Some(RawSmokes::Tags(tags)) => tags.clone(),
                Some(RawSmokes::Word(_)) | None => BTreeSet::new(),
            };
            embedded.kinds.insert(kind.to_owned(), (raw.gates.clone(), tags));
        }
        embedded
    })
}

fn rule(raw: &RawRule) -> Rule {
    let mut rule = Rule {
        gates: raw.gates.clone(),
        local: raw.local_gates.unwrap_or(true),
        evidence: raw.service_evidence.is_some(),
        consumed: raw.consumed_smokes,
        production: raw.production_gates.clone(),
        shown: raw.shown_contract_smokes.clone(),
        ships: raw.ships_gates.clone(),
        ..Rule::default()
    };
    match &raw.consumer_smokes {
        None => rule.smokes.all = true,
        Some(RawSmokes::Word(word)) => rule.smokes.all = word == "all",
        Some(RawSmokes::Tags(tags)) => rule.smokes.tags.clone_from(tags),
    }
    rule
}
