//! The schemas beside the readers: they know the same keys, and judge the same documents alike.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::config::{self, Config};
use crate::environment;
use crate::lanes::{Lanes, keys};
use crate::packets::keys as packet_keys;
use crate::permission::PERMISSION_KEYS;
use crate::reference;
use crate::roster::{Roster, keys as roster_keys};
use crate::source::Source;
use crate::trust::{KEY_KEYS, SIGNING_KEYS};
use crate::yaml;

/// Returns the keys of the mapping at a path of the schema.
fn keys_at(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let mapping = schema.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
    assert_eq!(mapping["additionalProperties"], false, "{pointer}");
    let properties = mapping["properties"].as_object().expect("a mapping has properties");
    for (key, shape) in properties {
        assert!(shape["description"].as_str().is_some_and(|text| text.len() > 5), "{pointer}: {key}");
    }
    properties.keys().cloned().collect()
}

/// Where the schema has why an item need not be there.
const EXCUSE: &str = "/definitions/environment/properties/dns/items/properties/not_applicable";

#[test]
fn the_shapes_of_an_environment_know_together_what_its_reader_knows() {
    let lanes = Document::Lanes.schema();
    let known = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<BTreeSet<String>>();
    let of = "/definitions/environment/properties";
    let together = |pointers: Vec<String>| -> BTreeSet<String> {
        pointers.iter().flat_map(|pointer| keys_at(&lanes, pointer)).collect()
    };
    let sections = environment::Section::ALL.map(|own| format!("{of}/{}/items", own.as_str()));
    assert_eq!(together(sections.to_vec()), known(environment::WANTED_KEYS));
    let checks = (0..5).map(|at| format!("{of}/checks/items/anyOf/{at}"));
    assert_eq!(together(checks.collect()), known(environment::CHECK_KEYS));
    let described = (0..2).map(|at| format!("{of}/description/anyOf/{at}"));
    assert_eq!(together(described.collect()), known(environment::DESCRIPTION_KEYS));
}

#[test]
fn the_schemas_know_the_keys_that_the_readers_know() {
    let lanes = Document::Lanes.schema();
    let roster = Document::Roster.schema();
    let packets = Document::Packets.schema();
    let packet = "/properties/extraction_packets/items";
    let absences = "/properties/people/additionalProperties/properties/absent/items";
    let pairs: [(&Value, &str, &[&str]); 38] = [
        (&Document::Config.schema(), "", config::KEYS),
        (&lanes, "", keys::DOCUMENTS),
        (&lanes, "/definitions/lane", keys::LANE_KEYS),
        (&lanes, "/definitions/gate", keys::CATALOGUE_KEYS),
        (&lanes, "/definitions/entry/anyOf/1", keys::ENTRY_KEYS),
        (&lanes, "/definitions/smoke/anyOf/1", keys::SMOKE_KEYS),
        (&lanes, "/definitions/rules", keys::RULES_KEYS),
        (&lanes, "/definitions/class_rule", keys::CLASS_KEYS),
        (&lanes, "/definitions/kind_rule", keys::KIND_KEYS),
        (&lanes, "/definitions/profile", keys::PROFILE_KEYS),
        (&lanes, "/definitions/release_gate", keys::RELEASE_GATE_KEYS),
        (&lanes, "/definitions/profile/properties/excludes", keys::EXCLUDES_KEYS),
        (&lanes, "/definitions/profile/properties/when/items", keys::WHEN_KEYS),
        (&lanes, "/definitions/profile/properties/drift", keys::DRIFT_KEYS),
        (&lanes, "/definitions/evidence_kind", keys::KIND_LEVEL_KEYS),
        (&lanes, "/definitions/environment", environment::ENVIRONMENT_KEYS),
        (&lanes, "/definitions/environment/properties/deploy", environment::DEPLOY_KEYS),
        (&lanes, "/definitions/environment/properties/rollback", environment::ROLLBACK_KEYS),
        (&lanes, EXCUSE, environment::EXCUSE_KEYS),
        (
            &lanes,
            "/definitions/environment/properties/dns/items",
            &["name", "owner", "profiles", "not_applicable"],
        ),
        (&lanes, "/definitions/family", keys::FAMILY_KEYS),
        (&lanes, "/definitions/trusted_key", KEY_KEYS),
        (&lanes, "/definitions/signing", SIGNING_KEYS),
        (&lanes, "/definitions/permission", PERMISSION_KEYS),
        (&lanes, "/definitions/lane/properties/reviewers/items/anyOf/3", &["at_least", "of"]),
        (&lanes, "/definitions/lane/properties/reviewers/items/anyOf/2", &["all_of"]),
        (&roster, "", roster_keys::ROSTER_KEYS),
        (&roster, "/properties/people/additionalProperties", roster_keys::PERSON_KEYS),
        (&roster, absences, roster_keys::ABSENCE_KEYS),
        (&roster, "/properties/teams/additionalProperties", roster_keys::TEAM_KEYS),
        (&packets, "", packet_keys::DOCUMENT_KEYS),
        (&packets, packet, packet_keys::PACKET_KEYS),
        (&packets, &format!("{packet}/properties/callers/items"), packet_keys::CALLER_KEYS),
        (&packets, &format!("{packet}/properties/degradation"), packet_keys::DEGRADATION_KEYS),
        (&packets, &format!("{packet}/properties/rollback"), packet_keys::ROLLBACK_KEYS),
        (&packets, &format!("{packet}/properties/status"), packet_keys::STATUS_KEYS),
        (&packets, &format!("{packet}/properties/status/properties/slo"), packet_keys::OBJECTIVE_KEYS),
        (&packets, &format!("{packet}/properties/guards"), packet_keys::GUARDS_KEYS),
    ];
    for (schema, pointer, known) in pairs {
        let known: BTreeSet<String> = known.iter().map(ToString::to_string).collect();
        assert_eq!(keys_at(schema, pointer), known, "{pointer}");
    }
    assert_eq!(keys_at(&lanes, "/definitions/rules/properties/classes").len(), 7);
    assert_eq!(keys_at(&lanes, "/definitions/rules/properties/map_kinds").len(), 6);
}

#[test]
fn a_schema_of_one_key_has_only_the_definitions_that_it_reaches() {
    let families = Document::Families.schema();
    let names: Vec<&String> = families["definitions"].as_object().expect("definitions").keys().collect();
    assert_eq!(names, ["family"]);
    for document in Document::ALL {
        let text = document.text();
        assert!(text.ends_with("}\n") && text.starts_with("{\n  \"$id\""), "{}", document.name());
    }
}

/// Returns a document as JSON, as an editor sees it.
fn json_of(text: &str) -> Option<Value> {
    let (root, faults) = yaml::parse(&Source::new("a.yaml", text));
    faults.is_empty().then(|| value(&root.expect("a document without faults")))
}

fn value(node: &yaml::Node) -> Value {
    match &node.value {
        yaml::Value::Map(entries) => {
            entries.iter().map(|entry| (entry.key.value.to_string(), value(&entry.value))).collect()
        }
        yaml::Value::Seq(items) => items.iter().map(value).collect(),
        yaml::Value::Scalar { .. } if node.is_null() => Value::Null,
        yaml::Value::Scalar { text, plain: true } => match (&**text, text.parse::<f64>()) {
            ("true" | "false", _) => json!(&**text == "true"),
            (_, Ok(number)) if number.fract() == 0.0 => json!(text.parse::<i64>().unwrap_or(i64::MAX)),
            (_, Ok(number)) => json!(number),
            _ => json!(&**text),
        },
        yaml::Value::Scalar { text, .. } => json!(&**text),
    }
}

/// Says whether a value is of a schema: as much of draft 7 as these schemas use, except for `pattern`.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    const KNOWN: &[&str] = &[
        "$schema",
        "$id",
        "title",
        "description",
        "default",
        "definitions",
        "pattern",
        "$ref",
        "type",
        "enum",
        "const",
        "properties",
        "additionalProperties",
        "required",
        "items",
        "anyOf",
        "oneOf",
        "allOf",
        "minItems",
        "minProperties",
        "minimum",
        "maximum",
        "dependencies",
    ];
    let schema = schema.as_object().expect("a schema is an object");
    assert!(schema.keys().all(|key| KNOWN.contains(&key.as_str())), "{:?}", schema.keys());
    let all = |key: &str, each: &dyn Fn(&Value) -> bool| match schema.get(key) {
        Some(list) => list.as_array().expect("a list").iter().all(each),
        None => true,
    };
    let any = |key: &str, each: &dyn Fn(&Value) -> bool| match schema.get(key) {
        Some(list) => list.as_array().expect("a list").iter().any(each),
        None => true,
    };
    let is = |kind: &Value| match kind.as_str().expect("a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("{other} is no type"),
    };
    let of_type = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is),
        Some(kind) => is(kind),
        None => true,
    };
    let refers = schema.get("$ref").and_then(Value::as_str).is_none_or(|path| {
        fits(root, root.pointer(&path[1..]).expect("a reference that leads somewhere"), value)
    });
    let in_range = value.as_i64().is_none_or(|number| {
        schema.get("minimum").and_then(Value::as_i64).is_none_or(|least| number >= least)
            && schema.get("maximum").and_then(Value::as_i64).is_none_or(|most| number <= most)
    });
    let fields = value.as_object().is_none_or(|object| {
        let known = schema.get("properties").and_then(Value::as_object);
        let of_keys = object.iter().all(|(key, field)| match known.and_then(|known| known.get(key)) {
            Some(shape) => fits(root, shape, field),
            None => match schema.get("additionalProperties") {
                Some(shape @ Value::Object(_)) => fits(root, shape, field),
                other => other != Some(&json!(false)),
            },
        });
        let needed = schema.get("dependencies").and_then(Value::as_object).is_none_or(|needs| {
            needs.iter().filter(|(key, _)| object.contains_key(*key)).all(|(_, needed)| {
                needed
                    .as_array()
                    .expect("a list")
                    .iter()
                    .all(|key| object.contains_key(key.as_str().expect("a key")))
            })
        });
        let enough = schema
            .get("minProperties")
            .and_then(Value::as_u64)
            .is_none_or(|least| object.len() as u64 >= least);
        let required = all("required", &|key| object.contains_key(key.as_str().expect("a key")));
        of_keys && needed && enough && required
    });
    let items_enough = value.as_array().is_none_or(|list| {
        schema.get("minItems").and_then(Value::as_u64).is_none_or(|least| list.len() as u64 >= least)
    });
    let items = items_enough
        && match (value.as_array(), schema.get("items")) {
            (Some(list), Some(shape)) => list.iter().all(|item| fits(root, shape, item)),
            _ => true,
        };
    of_type
        && refers
        && in_range
        && fields
        && items
        && any("enum", &|word| word == value)
        && schema.get("const").is_none_or(|only| only == value)
        && any("anyOf", &|shape| fits(root, shape, value))
        && schema
            .get("oneOf")
            .and_then(Value::as_array)
            .is_none_or(|shapes| shapes.iter().filter(|shape| fits(root, shape, value)).count() == 1)
        && all("allOf", &|shape| fits(root, shape, value))
}

fn is_valid(document: Document, text: &str) -> bool {
    let schema = document.schema();
    fits(&schema, &schema, &json_of(text).expect("sound YAML"))
}

#[test]
fn every_document_of_the_reference_model_is_valid() {
    let seed = ("seed.yaml", include_str!("../../testdata/lanes/seed.yaml"));
    let yaml: Vec<_> =
        reference::FILES.iter().copied().chain([seed]).filter(|(path, _)| path.ends_with(".yaml")).collect();
    assert!(yaml.len() > 15);
    for (path, text) in yaml {
        assert!(is_valid(Document::Lanes, text), "{path}");
        let alone = [
            ("domain_lane:", Document::Lane),
            ("gates:", Document::Catalogue),
            ("routing_rules:", Document::Rules),
            ("release_gates:", Document::ReleaseGates),
            ("release_profiles:", Document::Profiles),
            ("environments:", Document::Environments),
            ("gate_families:", Document::Families),
        ];
        for (key, document) in alone {
            let has = text.lines().any(|line| line.starts_with(key));
            assert_eq!(is_valid(document, text), has, "{path} as {}", document.name());
        }
    }
}

/// The YAML of the cases in which the readers find a fault of keys or types, one document each.
fn invalid() -> Vec<(Document, String)> {
    let cases = [
        include_str!("../../testdata/invalid/lanes/config.md"),
        include_str!("../../testdata/invalid/lanes/documents.md"),
        include_str!("../../testdata/invalid/lanes/gates.md"),
        include_str!("../../testdata/invalid/lanes/lanes.md"),
        include_str!("../../testdata/invalid/lanes/environments.md"),
        include_str!("../../testdata/invalid/lanes/permissions.md"),
        include_str!("../../testdata/invalid/lanes/releases.md"),
        include_str!("../../testdata/invalid/lanes/trust.md"),
        include_str!("../../testdata/invalid/roster/roster.md"),
    ];
    let mut documents = Vec::new();
    for case in cases.iter().flat_map(|text| text.split("\n# ")) {
        for block in case.split("```yaml ").skip(1) {
            let (name, rest) = block.split_once('\n').expect("a fence has a line");
            let text = rest.split("```").next().unwrap_or_default();
            let document = match name.trim() {
                "laneway.yaml" => Document::Config,
                name if name.starts_with("ownership-maps/") => Document::Roster,
                _ => Document::Lanes,
            };
            documents.push((document, text.to_owned()));
        }
    }
    documents
}

#[test]
fn the_schemas_judge_the_invalid_cases_as_the_readers_do() {
    use crate::fault::Code::{
        ConfigVersion, PermissionScope, PermissionUnsigned, RosterNobody, RosterVersion, UnknownDocument,
        YamlEmpty, YamlMissingKey, YamlType, YamlUnknownKey,
    };
    let (mut valid, mut wrong) = (0, 0);
    for (document, text) in invalid() {
        let Some(json) = json_of(&text) else { continue };
        let source = Source::new("a.yaml", text.clone());
        let faults = match document {
            Document::Config => Config::parse(&source).1,
            Document::Roster => Roster::parse(&source).1,
            _ => Lanes::parse(&[source]).1,
        };
        let schema = document.schema();
        let fits = fits(&schema, &schema, &json);
        let of_shape = |code| {
            matches!(
                code,
                ConfigVersion
                    | PermissionScope
                    | PermissionUnsigned
                    | RosterNobody
                    | RosterVersion
                    | UnknownDocument
                    | YamlEmpty
                    | YamlMissingKey
                    | YamlType
                    | YamlUnknownKey
            )
        };
        if faults.iter().any(|fault| of_shape(fault.code)) {
            assert!(!fits, "the reader refuses what the schema takes:\n{text}\n{faults:?}");
            wrong += 1;
        } else if faults.is_empty() {
            assert!(fits, "the schema refuses what the reader takes:\n{text}");
            valid += 1;
        }
    }
    assert!(wrong >= 12 && valid >= 3, "{wrong} wrong, {valid} valid");
}

#[test]
fn what_the_reader_takes_as_text_the_schema_takes() {
    assert!(is_valid(Document::Config, "version: 1\narchitecture_reviewers: ['@arch', 1.20, yes, true]\n"));
    assert!(!is_valid(Document::Config, "version: 2\n"));
    assert!(!is_valid(Document::Config, "version: 1\nmode: watch\n"));
    assert!(is_valid(
        Document::Lanes,
        "domain_lane: {domain_id: a, domain_local_gates: [7, {id: x, timeout_minutes: 5}]}"
    ));
    assert!(!is_valid(
        Document::Lanes,
        "domain_lane: {domain_id: a, domain_local_gates: [{id: x, timeout_minutes: 0}]}"
    ));
    assert!(!is_valid(
        Document::Lanes,
        "domain_lane: {domain_id: a, domain_local_gates: [{id: x, tags: [api]}]}"
    ));
    assert!(!is_valid(Document::Lanes, "gates: [{id: x, paths: ['**']}]"));
    assert!(!is_valid(Document::Lanes, "{}"));
}

#[test]
fn packets_are_judged_alike() {
    let example = include_str!(
        "../../testdata/sample-platform/.fairway/artifacts/platform-shared-services-extraction-packets.yaml"
    );
    assert!(is_valid(Document::Packets, example));
    for (from, to) in [
        ("decision: keep", "decision: kept"),
        ("    decision: keep\n", ""),
        ("    decided: 2026-05-01\n", "    decided: [2026-05-01]\n"),
        ("component: billing-api", "service: billing-api"),
        ("gate: rollback-posture\n", "\n"),
    ] {
        assert!(example.contains(from), "{from}");
        assert!(!is_valid(Document::Packets, &example.replacen(from, to, 1)), "{to}");
    }
}
