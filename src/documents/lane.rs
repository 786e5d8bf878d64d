//! The shapes of a lane, and of gates wherever they stand.

use serde_json::{Value, json};

use super::lanes::refers_to;
use super::shape::{choice, described, domain_id, either, id, list, mapping, quorums, text};
use crate::class::ChangeClass;
use crate::lanes::{AlwaysScope, EvidenceKind, Layer, embedded};
use crate::ownership::ReleaseClass;

type Key = (&'static str, Value);

/// `domain_lane`.
pub(super) fn lane() -> Value {
    let keys: [Key; 10] = [
        (
            "domain_id",
            described("The domain: words of `a-z0-9` joined by `-`. A domain has one lane.", domain_id()),
        ),
        ("title", described("What people call the domain.", text())),
        (
            "kind",
            described(
                "The class of its files where a map row states none; `platform_service` where this is left out, too.",
                choice(ChangeClass::ALL.map(ChangeClass::as_str)),
            ),
        ),
        (
            "reviewers",
            described(
                "Who looks at its files where a map row names nobody: any of the names of the list is enough, and each \
                 quorum in it is asked for beside them.",
                quorums(),
            ),
        ),
        (
            "release_class",
            described(
                "What its files ship as where a map row does not say.",
                choice(ReleaseClass::ALL.map(ReleaseClass::as_str)),
            ),
        ),
        (
            "source_paths",
            described(
                "Repeats what the maps own. The maps decide, and `laneway check` reports where the two differ.",
                list(text()),
            ),
        ),
        (
            "global_gates",
            described(
                "Asked for when a file other than documentation reaches the domain.",
                list(refers_to("entry")),
            ),
        ),
        (
            "domain_local_gates",
            described("Asked for when the domain is changed or rebuilt.", list(refers_to("entry"))),
        ),
        (
            "consumer_smokes",
            described(
                "Asked for when the domain is changed or rebuilt, and for those who consume its contracts.",
                list(refers_to("smoke")),
            ),
        ),
        (
            "service_evidence",
            described(
                "Asked for when the domain is changed in a production-impacting way.",
                list(refers_to("entry")),
            ),
        ),
    ];
    mapping(keys, &["domain_id"])
}

/// An entry of a lane's list.
pub(super) fn entry() -> Value {
    described(
        "A gate: the id or the title of one of the catalogue, a command such as `go test ./...`, or a title whose \
         evidence comes from outside; or a mapping, which is a gate of the lane's own.",
        either([text(), named(mapping(common(), &[]))]),
    )
}

/// An entry of `consumer_smokes`.
pub(super) fn smoke() -> Value {
    let own: [Key; 2] = [
        (
            "consumer",
            described(
                "The domain for which the smoke counts; without one it counts for every consumer.",
                domain_id(),
            ),
        ),
        (
            "tags",
            described(
                "By which routing rules pick smokes; without any it counts for every tag.",
                list(text()),
            ),
        ),
    ];
    described(
        "A smoke test of a consumer: the id or the title of a gate of the catalogue, a command, or a title; or a \
         mapping, which may say for whom it counts. A mapping with the id of a catalogue gate and only `consumer` and \
         `tags` beside it asks for that gate.",
        either([text(), named(mapping(common().into_iter().chain(own), &[]))]),
    )
}

/// A gate of the catalogue.
pub(super) fn gate() -> Value {
    let own: [Key; 3] = [
        (
            "layer",
            described(
                "The layer of the gate.",
                json!({"enum": Layer::ALL.map(Layer::as_str), "default": Layer::Global.as_str()}),
            ),
        ),
        (
            "always",
            described(
                "Runs whatever the change touches: `every_change`, or `code_change`, a change with a file that is \
                 neither documentation nor exempt.",
                choice([AlwaysScope::EveryChange, AlwaysScope::CodeChange].map(AlwaysScope::as_str)),
            ),
        ),
        (
            "paths",
            described(
                "Narrows `always` to changes with a file that matches one of these patterns; `!pattern` takes out.",
                list(text()),
            ),
        ),
    ];
    let mut gate = named(mapping(common().into_iter().chain(own), &[]));
    gate["dependencies"] = json!({"paths": ["always"]});
    described(
        "A gate that rules and lanes name. One with the id of an embedded gate replaces what it states of it.",
        gate,
    )
}

/// What every gate may state, wherever it stands.
pub(super) fn common() -> [Key; 10] {
    [
        (
            "id",
            described(
                "Unique in the workspace. Without one it is made from the title, in a lane with the domain in front.",
                id(),
            ),
        ),
        ("title", described("What people call the gate.", text())),
        ("run", described("The command. Without one, evidence from outside must satisfy the gate.", text())),
        ("runner", described("The label of the machine that it wants.", text())),
        (
            "timeout_minutes",
            described("How long it may take.", json!({"type": "integer", "minimum": 1, "maximum": u32::MAX})),
        ),
        (
            "needs",
            described(
                "Gates that must have passed before, and that are selected with it: by id, gates of the catalogue and \
                 of the same lane by title, too.",
                list(text()),
            ),
        ),
        ("family", described("The gate family that it is a proof of.", family())),
        (
            "evidence_types",
            described(
                "The types of evidence that satisfy it, one of which a result must be; any where this is left out.",
                list(text()),
            ),
        ),
        (
            "evidence_kinds",
            described(
                "The kinds of evidence that it is; those of its family where this is left out.",
                list(choice(EvidenceKind::ALL.map(EvidenceKind::as_str))),
            ),
        ),
        (
            "not_applicable",
            described(
                "Whether a result may say that the gate does not apply; only the base's word counts.",
                json!({"enum": ["allowed", "refused"], "default": "refused"}),
            ),
        ),
    ]
}

/// A gate states its id or its title.
pub(super) fn named(mut gate: Value) -> Value {
    gate["anyOf"] = json!([{"required": ["id"]}, {"required": ["title"]}]);
    gate
}

/// One of the embedded families, or one that the workspace states.
pub(super) fn family() -> Value {
    let known = embedded::embedded().families.keys().map(String::as_str);
    either([choice(known), id()])
}
