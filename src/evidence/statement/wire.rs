//! The JSON of statements.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A statement around a predicate.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireStatement<P> {
    #[serde(rename = "_type")]
    pub(super) statement_type: String,
    pub(super) subject: Vec<WireSubject>,
    #[serde(rename = "predicateType")]
    pub(super) predicate_type: String,
    pub(super) predicate: P,
}

/// What a statement is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireSubject {
    pub(super) name: String,
    pub(super) digest: BTreeMap<String, String>,
}

/// The predicate of a gate's result.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRecord {
    pub(super) gate_id: String,
    pub(super) plan: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
    pub(super) result: String,
    pub(super) origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reused_from: Option<String>,
    pub(super) owner: String,
    pub(super) evidence_types: Vec<String>,
    pub(super) artifacts: Vec<WireArtifact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing_reason: Option<String>,
    pub(super) run: String,
    pub(super) attempt: u32,
    pub(super) shard: WireShard,
    pub(super) started: String,
    pub(super) finished: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<String>,
    pub(super) tool: WireTool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<WirePhase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) drift: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireArtifact {
    pub(super) name: String,
    pub(super) digest: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireShard {
    pub(super) index: u32,
    pub(super) total: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireTool {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WirePhase {
    pub(super) phase: String,
    pub(super) principal: String,
    pub(super) project: String,
    pub(super) correlation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) forward_fix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rollback: Option<String>,
}

/// The predicate of a permission.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WirePermission {
    pub(super) id: String,
    pub(super) kind: String,
    /// `gate:…`, `family:…`, `finding:…` or `plan:…`.
    pub(super) scope: String,
    /// A commit, or `*`.
    pub(super) subject: String,
    pub(super) owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) residual_risk_owner: Option<String>,
    pub(super) reason: String,
    pub(super) created: String,
    pub(super) expires: String,
}

/// The predicate of a verdict: the seeds' payload, with what it lacks beside it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireSeal {
    pub(super) source_commit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) release_profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment_profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) release_manifest_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validated_against_source_sha: Option<String>,
    pub(super) gates: Vec<WireSealedGate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rollback: Option<WireRollback>,
    pub(super) plan: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<String>,
    pub(super) epoch: u32,
    pub(super) outcome: String,
    pub(super) run: String,
    pub(super) decided: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_hint: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireSealedGate {
    pub(super) gate_id: String,
    pub(super) result: String,
    pub(super) shown: String,
    pub(super) owner: String,
    pub(super) evidence_types: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing_reason: Option<String>,
    pub(super) records: Vec<String>,
    pub(super) permissions: Vec<WireGrant>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireGrant {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRollback {
    pub(super) command: String,
    pub(super) manifest_or_revision: String,
    pub(super) migration_posture: String,
    pub(super) owner: String,
}

/// The predicate of a revocation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRevocation {
    pub(super) plan: String,
    pub(super) epoch: u32,
    pub(super) owner: String,
    pub(super) reason: String,
    /// The digest of the record of a later failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) later_failure: Option<String>,
    pub(super) revoked: String,
}
