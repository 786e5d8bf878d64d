//! The schemas of the files of the lanes' folder, which their top-level keys tell apart.

use serde_json::{Map, Value, json};

use super::lane::{entry, gate, lane, smoke};
use super::rules::{class_rule, families, kind_rule, profiles, rules, scope};
use super::shape::{described, list, mapping};

/// Any file of the folder.
pub(super) fn any() -> Value {
    let mut schema = described(
        "A file of the lanes' folder: a domain's lane, gates of the catalogue, routing rules, release profiles, gate \
         families. One file may hold several of them.",
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

fn documents() -> [(&'static str, Value); 5] {
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
        ("release_profiles", described("What may be released together.", list(refers_to("profile")))),
        ("gate_families", described("What a gate is a proof of.", list(refers_to("family")))),
    ]
}

fn definitions() -> [(&'static str, Value); 10] {
    [
        ("lane", lane()),
        ("entry", entry()),
        ("smoke", smoke()),
        ("gate", gate()),
        ("rules", rules()),
        ("class_rule", class_rule()),
        ("kind_rule", kind_rule()),
        ("scope", scope()),
        ("profile", profiles()),
        ("family", families()),
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
