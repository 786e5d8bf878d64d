//! The schemas of the files of the lanes' folder, which their top-level keys tell apart.

use serde_json::{Map, Value, json};

use super::lane::{entry, gate, lane, smoke};
use super::permissions::{permission, signing, trusted_key};
use super::rules::{class_rule, families, kind_rule, rules, scope};
use super::shape::{described, list, mapping};
use super::{environment, release};

/// Any file of the folder.
pub(super) fn any() -> Value {
    let mut schema = described(
        "A file of the lanes' folder: a domain's lane, gates of the catalogue, routing rules, release gates, release \
         profiles, environments, gate families, kinds of evidence, trusted keys, permissions. One file may hold several of them.",
        mapping(documents(), &[]),
    );
    schema["minProperties"] = json!(1);
    with_definitions(schema)
}

/// A file with one of the keys alone.
pub(super) fn only(key: &str) -> Value {
    let own = documents().into_iter().filter(|(name, _)| *name == key);
    with_definitions(mapping(own, &[key]))
}

/// A file with the keys that are trusted, or how many of them must sign, or both.
pub(super) fn trust() -> Value {
    let own = documents().into_iter().filter(|(name, _)| matches!(*name, "trusted_keys" | "signing"));
    let mut schema = mapping(own, &[]);
    schema["minProperties"] = json!(1);
    with_definitions(schema)
}

fn documents() -> [(&'static str, Value); 11] {
    [
        (
            "domain_lane",
            reference("lane", "The lane of one domain: its gates, its consumer smokes, its evidence."),
        ),
        ("gates", described("Gates of the catalogue, which rules and lanes name.", list(refers_to("gate")))),
        (
            "routing_rules",
            reference("rules", "What the minimum route of a change holds, by change class and by map kind."),
        ),
        (
            "release_gates",
            described(
                "What is proved in an environment, under a release profile: no route has these gates.",
                list(refers_to("release_gate")),
            ),
        ),
        ("release_profiles", described("What may be released together.", list(refers_to("profile")))),
        (
            "environments",
            described(
                "Where releases go: what must be there, and who answers for it. Nothing here is a secret.",
                list(refers_to("environment")),
            ),
        ),
        ("gate_families", described("What a gate is a proof of.", list(refers_to("family")))),
        (
            "evidence_kinds",
            described("How strictly kinds of evidence are asked for.", list(refers_to("evidence_kind"))),
        ),
        (
            "trusted_keys",
            described(
                "Whose signatures count, for what. A key counts for a change only where the base trusts it.",
                list(refers_to("trusted_key")),
            ),
        ),
        (
            "signing",
            reference(
                "signing",
                "How many distinct trusted keys must have signed what; the most of all files.",
            ),
        ),
        (
            "permissions",
            described(
                "What somebody allowed, for a while. A permission counts for a change only where the base has it.",
                list(refers_to("permission")),
            ),
        ),
    ]
}

fn definitions() -> [(&'static str, Value); 16] {
    [
        ("lane", lane()),
        ("entry", entry()),
        ("smoke", smoke()),
        ("gate", gate()),
        ("rules", rules()),
        ("class_rule", class_rule()),
        ("kind_rule", kind_rule()),
        ("scope", scope()),
        ("release_gate", release::gate()),
        ("profile", release::profile()),
        ("environment", environment::environment()),
        ("evidence_kind", release::kind()),
        ("family", families()),
        ("trusted_key", trusted_key()),
        ("signing", signing()),
        ("permission", permission()),
    ]
}

pub(super) fn refers_to(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// A reference with a description. Draft 7 ignores what stands beside `$ref`, so the two are joined.
pub(super) fn reference(name: &str, description: &str) -> Value {
    described(description, json!({"allOf": [refers_to(name)]}))
}

/// Adds those definitions that the schema reaches.
fn with_definitions(mut schema: Value) -> Value {
    let all: Map<String, Value> =
        definitions().into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect();
    let mut used = Map::new();
    let mut open = vec![schema.to_string()];
    while let Some(text) = open.pop() {
        for (name, shape) in &all {
            if text.contains(&format!("\"#/definitions/{name}\"")) && !used.contains_key(name) {
                used.insert(name.clone(), shape.clone());
                open.push(shape.to_string());
            }
        }
    }
    used.sort_keys();
    schema["definitions"] = Value::Object(used);
    schema
}
