//! The keys of the documents in the lanes' folder. What is not listed is an error; the JSON Schemas list the same.

/// The keys that a document of the lanes' folder may have at its top. One file may hold several.
pub(crate) const DOCUMENTS: &[&str] = &[
    "domain_lane",
    "gates",
    "routing_rules",
    "release_profiles",
    "gate_families",
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
/// The keys of one of `release_profiles`.
pub(crate) const PROFILE_KEYS: &[&str] = &["id", "title", "use_when", "release_classes"];
/// The keys of one of `gate_families`.
pub(crate) const FAMILY_KEYS: &[&str] =
    &["id", "title", "proof", "enforcement", "report_only_until", "artifact"];
