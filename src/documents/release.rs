//! The shapes of release gates, release profiles, and how strictly kinds of evidence are asked for.

use serde_json::{Value, json};

use super::lane::{common, family, named};
use super::shape::{choice, day, described, either, id, list, mapping, text};
use crate::class::ChangeClass;
use crate::lanes::{Enforcement, EvidenceKind};
use crate::ownership::{MapKind, ReleaseClass};
use crate::posture::{Drift, DriftLimits, MigrationPosture};

type Key = (&'static str, Value);

/// One of `release_gates`.
pub(super) fn gate() -> Value {
    let keys = common().into_iter().filter(|(key, _)| *key != "needs");
    described(
        "A gate that is proved in an environment, under a release profile. No route has it.",
        named(mapping(keys, &[])),
    )
}

/// One of `release_profiles`.
pub(super) fn profile() -> Value {
    let ships = either([choice(["all"]), list(choice(ReleaseClass::ALL.map(ReleaseClass::as_str)))]);
    let families = either([choice(["all"]), list(family())]);
    let excludes =
        mapping([classes("No file of these classes."), kinds("No file that a row of these kinds has.")], &[]);
    let keys: [Key; 15] = [
        ("id", described("Its id, unique in the workspace: `web-fast`.", id())),
        ("title", described("What people call it.", text())),
        ("use_when", described("When to use it.", text())),
        ("release_classes", described("What it may ship: a list, or the word `all`.", ships)),
        ("excludes", described("What it may not ship, whatever its release class is.", excludes)),
        (
            "families",
            described(
                "The gate families that must be proved: a list, or the word `all`, which is the default.",
                families,
            ),
        ),
        gates("Release gates, by id or title: proved in the environment, under this profile."),
        source_gates(
            "Gates of the catalogue that must have been proved for the commit, whatever the change is.",
        ),
        (
            "route_gates",
            described(
                "Whether the gates of the change's route must have been proved as well.",
                word("required", "optional", "required"),
            ),
        ),
        ("when", described("What comes on top for some changes.", list(when()))),
        (
            "prior_validation",
            described(
                "Whether what it skips must have been proved before, for the same commit or the same artifacts: a fast \
                 profile.",
                word("required", "optional", "optional"),
            ),
        ),
        (
            "source",
            described(
                "Whether the commit must be integrated, or may diverge with a divergence marker.",
                word("integrated", "may_diverge", "integrated"),
            ),
        ),
        (
            "artifacts",
            described(
                "Whether it may ship new artifacts, or only those that the environment runs.",
                word("new", "unchanged", "new"),
            ),
        ),
        (
            "deploy",
            described("Whether something may be deployed with it.", word("allowed", "refused", "allowed")),
        ),
        ("drift", described("From which severity of drift on a pass is no pass any more.", drift())),
    ];
    mapping(keys, &["id", "use_when", "release_classes"])
}

/// One of `when` of a profile.
pub(super) fn when() -> Value {
    let releases = list(choice(ReleaseClass::ALL.map(ReleaseClass::as_str)));
    let keys: [Key; 7] = [
        (
            "release_classes",
            described(
                "With a file that ships as one of these, or of which nobody says what it ships as.",
                releases,
            ),
        ),
        classes("With a file of one of these classes."),
        kinds("With a file that a row of one of these kinds has."),
        ("tags", described("With a file that a row with one of these tags owns.", list(text()))),
        gates("Release gates on top, by id or title."),
        source_gates("Gates of the catalogue on top."),
        ("families", described("Gate families on top.", list(family()))),
    ];
    mapping(keys, &[])
}

/// One of `evidence_kinds`.
pub(super) fn kind() -> Value {
    let levels = json!({
        "enum": Enforcement::ALL.map(Enforcement::as_str),
        "default": Enforcement::default().as_str(),
    });
    let keys = [
        (
            "id",
            described(
                "The kind of evidence, once in the workspace.",
                choice(EvidenceKind::ALL.map(EvidenceKind::as_str)),
            ),
        ),
        (
            "enforcement",
            described(
                "What becomes of a verdict that a gate of the kind does not satisfy; with that of its family, the \
                 stricter counts.",
                levels,
            ),
        ),
        ("report_only_until", described("The day past which `report_only` is itself a finding.", day())),
    ];
    mapping(keys, &["id"])
}

/// `rollback` of an environment.
pub(super) fn rollback() -> Value {
    let keys = [
        ("command", described("The command that takes it back.", text())),
        ("manifest_or_revision", described("What it goes back to.", text())),
        (
            "migration_posture",
            described(
                "Whether the data can go back.",
                choice(MigrationPosture::ALL.map(MigrationPosture::as_str)),
            ),
        ),
        ("owner", described("Who does it.", text())),
    ];
    mapping(keys, &["command", "manifest_or_revision", "migration_posture", "owner"])
}

fn drift() -> Value {
    let limits = DriftLimits::default();
    let from = |default: Drift| json!({"enum": Drift::ALL.map(Drift::as_str), "default": default.as_str()});
    let keys = [
        ("partial", described("From here on a pass is partial.", from(limits.partial))),
        ("fail", described("From here on it is a failure.", from(limits.fail))),
    ];
    mapping(keys, &[])
}

fn classes(description: &str) -> Key {
    ("classes", described(description, list(choice(ChangeClass::ALL.map(ChangeClass::as_str)))))
}

fn kinds(description: &str) -> Key {
    ("map_kinds", described(description, list(choice(MapKind::ALL.map(MapKind::as_str)))))
}

fn gates(description: &str) -> Key {
    ("gates", described(description, list(text())))
}

fn source_gates(description: &str) -> Key {
    ("source_gates", described(description, list(text())))
}

fn word(one: &str, other: &str, default: &str) -> Value {
    json!({"enum": [one, other], "default": default})
}
