//! A payload, checked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, Outcome, Rollback, RunId, Seal, SealedGate, Shown};
use crate::id::GateId;

/// The one key of the document.
pub const KEY: &str = "release_profile_evidence";

/// The words of `change_class`, in the order of the seeds.
pub const CHANGE_CLASSES: [&str; 7] =
    ["web", "api", "runtime", "node_agent", "config", "validation", "broad"];

/// The evidence of a release profile for one commit, in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// `source_commit`.
    pub commit: CommitHash,
    /// `release_profile`; nothing for a verdict of a route alone.
    pub profile: Option<String>,
    /// `environment_profile`.
    pub environment: Option<String>,
    /// `release_manifest_digest`.
    pub release_manifest: Option<Digest>,
    /// `change_class`: one of [`CHANGE_CLASSES`].
    pub change_class: Option<String>,
    /// `validated_against_source_sha`: the commit that gates which were not run anew had validated.
    pub validated_against: Option<CommitHash>,
    /// `gates`, by id.
    pub gates: BTreeMap<GateId, PayloadGate>,
    /// `rollback`.
    pub rollback: Option<Rollback>,
    /// What a seal has besides; nothing where another tool wrote the payload.
    pub sealed: Option<Sealed>,
}

/// One of `gates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadGate {
    /// `result`.
    pub result: GateResult,
    /// `owner`.
    pub owner: String,
    /// `evidence_types`.
    pub evidence_types: BTreeSet<String>,
    /// `artifact`.
    pub artifact: Option<PayloadArtifact>,
    /// `missing_reason`: there for every result but a pass.
    pub missing_reason: Option<String>,
    /// `shown`, which is laneway's own: how the gate stands in a verdict.
    pub shown: Option<Shown>,
    /// `records`, which is laneway's own: the digests of the records that this rests on.
    pub records: BTreeSet<Digest>,
    /// `permissions`, which is laneway's own: ids, each with the digest of its record where it is kept as one.
    pub permissions: BTreeMap<String, Option<Digest>>,
}

/// `artifact` of a gate: `sha256:…`, or `NAME@sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayloadArtifact {
    /// What it is called, where the payload says.
    pub name: Option<String>,
    /// Its digest.
    pub digest: Digest,
}

/// The keys of a seal that the seeds do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// `plan`: the digest of the plan.
    pub plan: Digest,
    /// `route`: the digest of the route.
    pub route: Option<Digest>,
    /// `outcome`.
    pub outcome: Outcome,
    /// `epoch`.
    pub epoch: u32,
    /// `run`.
    pub run: RunId,
    /// `decided`.
    pub decided: Timestamp,
}

impl From<&Seal> for Payload {
    fn from(seal: &Seal) -> Self {
        Self {
            commit: seal.commit.clone(),
            profile: seal.profile.clone(),
            environment: seal.environment.clone(),
            release_manifest: seal.release_manifest,
            change_class: seal.change_class.clone(),
            validated_against: seal.validated_against.clone(),
            gates: seal.gates.iter().map(|(id, gate)| (id.clone(), gate.into())).collect(),
            rollback: seal.rollback.clone(),
            sealed: Some(Sealed {
                plan: seal.plan,
                route: seal.route,
                outcome: seal.outcome,
                epoch: seal.epoch,
                run: seal.run.clone(),
                decided: seal.decided,
            }),
        }
    }
}

impl From<&SealedGate> for PayloadGate {
    fn from(gate: &SealedGate) -> Self {
        Self {
            result: gate.result,
            owner: gate.owner.clone(),
            evidence_types: gate.evidence_types.clone(),
            artifact: gate.artifact.map(|digest| PayloadArtifact { name: None, digest }),
            missing_reason: gate.missing_reason.clone(),
            shown: Some(gate.shown),
            records: gate.records.clone(),
            permissions: gate.permissions.clone(),
        }
    }
}
