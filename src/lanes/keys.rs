//! The keys of the documents in the lanes' folder. What is not listed is an error; the JSON Schemas list the same.

/// The keys that a document of the lanes' folder may have at its top. One file may hold several.
pub(crate) const DOCUMENTS: &[&str] = &[
    "domain_lane",
    "gates",
    "routing_rules",
    "release_gates",
    "release_profiles",
    "environments",
    "gate_families",
    "evidence_kinds",
    "trusted_keys",
    "signing",
    "permissions",
];

/// The keys of `routing_rules`.
pub(crate) const RULES_KEYS: &[&str] = &["classes", "map_kinds"];

/// The keys of `domain_lane`.
pub(crate) const LANE_KEYS: &[&str] = &[
    "domain_id",
    "title",
    "kind",
    "reviewers",
    "release_class",
    "source_paths",
    "global_gates",
    "domain_local_gates",
    "consumer_smokes",
    "service_evidence",
];
/// The keys of one of `gates`.
pub(crate) const CATALOGUE_KEYS: &[&str] = &[
    "id",
    "title",
    "layer",
    "family",
    "run",
    "runner",
    "timeout_minutes",
    "needs",
    "evidence_types",
    "evidence_kinds",
    "not_applicable",
    "always",
    "paths",
];
/// The keys of an entry of a lane's list.
pub(crate) const ENTRY_KEYS: &[&str] = &[
    "id",
    "title",
    "run",
    "runner",
    "timeout_minutes",
    "needs",
    "family",
    "evidence_types",
    "evidence_kinds",
    "not_applicable",
];
/// The keys of an entry of `consumer_smokes`.
pub(crate) const SMOKE_KEYS: &[&str] = &[
    "id",
    "title",
    "run",
    "runner",
    "timeout_minutes",
    "needs",
    "family",
    "evidence_types",
    "evidence_kinds",
    "not_applicable",
    "consumer",
    "tags",
];
/// The keys of one of `routing_rules.classes`.
pub(crate) const CLASS_KEYS: &[&str] = &[
    "gates",
    "local_gates",
    "consumer_smokes",
    "service_evidence",
    "consumed_smokes",
    "production_gates",
    "shown_contract_smokes",
    "ships_gates",
];
/// The keys of one of `routing_rules.map_kinds`.
pub(crate) const KIND_KEYS: &[&str] = &["gates", "consumer_smokes"];
/// The keys of one of `release_gates`.
pub(crate) const RELEASE_GATE_KEYS: &[&str] = &[
    "id",
    "title",
    "family",
    "run",
    "runner",
    "timeout_minutes",
    "evidence_types",
    "evidence_kinds",
    "not_applicable",
];
/// The keys of one of `release_profiles`.
pub(crate) const PROFILE_KEYS: &[&str] = &[
    "id",
    "title",
    "use_when",
    "release_classes",
    "excludes",
    "families",
    "gates",
    "source_gates",
    "route_gates",
    "when",
    "prior_validation",
    "source",
    "artifacts",
    "deploy",
    "drift",
];
/// The keys of `excludes` of a profile.
pub(crate) const EXCLUDES_KEYS: &[&str] = &["classes", "map_kinds"];
/// The keys of one of `when` of a profile.
pub(crate) const WHEN_KEYS: &[&str] =
    &["release_classes", "classes", "map_kinds", "tags", "gates", "source_gates", "families"];
/// The keys of `drift` of a profile.
pub(crate) const DRIFT_KEYS: &[&str] = &["partial", "fail"];
/// The keys of one of `evidence_kinds`.
pub(crate) const KIND_LEVEL_KEYS: &[&str] = &["id", "enforcement", "report_only_until"];
/// The keys of one of `gate_families`.
pub(crate) const FAMILY_KEYS: &[&str] =
    &["id", "title", "proof", "enforcement", "report_only_until", "artifact"];
