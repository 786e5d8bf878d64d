//! The shapes of routing rules and gate families.

use serde_json::{Value, json};

use super::lanes::reference;
use super::shape::{choice, day, described, either, id, list, mapping, text};
use crate::class::ChangeClass;
use crate::lanes::Enforcement;
use crate::ownership::MapKind;

/// `routing_rules`.
pub(super) fn rules() -> Value {
    let classes = ChangeClass::ALL.map(|class| {
        (
            class.as_str(),
            reference("class_rule", &format!("What a change with a file of class `{class}` adds.")),
        )
    });
    let kinds = MapKind::ALL.map(|kind| {
        let what = format!("What a changed file adds that a {kind} row owns, or attaches to.");
        (kind.as_str(), reference("kind_rule", &what))
    });
    let keys = [
        ("classes", described("By the classes of the changed files.", mapping(classes, &[]))),
        ("map_kinds", described("By the kinds of the map rows of the changed files.", mapping(kinds, &[]))),
    ];
    described(
        "Every workspace has the embedded rules; what is stated adds to them, and nothing takes away.",
        mapping(keys, &[]),
    )
}

/// The rule of a class.
pub(super) fn class_rule() -> Value {
    let keys = [
        ("gates", gates("Gates of the catalogue, by id or title.")),
        (
            "local_gates",
            described("`true`: the local gates of the affected domains.", json!({"type": "boolean"})),
        ),
        ("consumer_smokes", reference("scope", "The smokes of the affected domains.")),
        (
            "service_evidence",
            described(
                "The service evidence of the changed domains, with a production-impacting file of the class.",
                choice(["production_impacting"]),
            ),
        ),
        (
            "consumed_smokes",
            described(
                "`true`: the smokes, in the lanes of the services that an affected domain consumes, that name it or \
                 nobody.",
                json!({"type": "boolean"}),
            ),
        ),
        ("production_gates", gates("Gates of the catalogue, with a production-impacting file of the class.")),
        (
            "shown_contract_smokes",
            described(
                "Tags of smokes, of the domains whose contracts a surface shows and the change touches.",
                list(text()),
            ),
        ),
        ("ships_gates", gates("Gates of the catalogue, with a file whose row is tagged `ships`.")),
    ];
    mapping(keys, &[])
}

/// The rule of a map kind.
pub(super) fn kind_rule() -> Value {
    let keys = [
        ("gates", gates("Gates of the catalogue, by id or title.")),
        ("consumer_smokes", reference("scope", "Smokes in the lanes of the row's domains.")),
    ];
    mapping(keys, &[])
}

/// Which smokes a rule takes.
pub(super) fn scope() -> Value {
    described(
        "`all`, `none`, or those with one of these tags.",
        either([choice(["all", "none"]), list(text())]),
    )
}

/// One of `gate_families`.
pub(super) fn families() -> Value {
    let keys = [
        ("id", described("Its id; an embedded family's words it differently.", id())),
        ("title", described("What people call it.", text())),
        ("proof", described("The proof that it asks for.", text())),
        (
            "enforcement",
            described(
                "What becomes of a verdict that a gate of the family does not satisfy; of several policies, the \
                 strictest counts.",
                json!({
                    "enum": Enforcement::ALL.map(Enforcement::as_str),
                    "default": Enforcement::default().as_str(),
                }),
            ),
        ),
        ("report_only_until", described("The day past which `report_only` is itself a finding.", day())),
        (
            "artifact",
            described(
                "Whether a pass must name an artifact by its digest.",
                json!({"enum": ["required", "optional"], "default": "optional"}),
            ),
        ),
    ];
    mapping(keys, &["id", "proof"])
}

fn gates(description: &str) -> Value {
    described(description, list(text()))
}
