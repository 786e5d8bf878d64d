//! What the JSON document says of a release besides its gates.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::condition::{next, sentence, source, title};
use super::report::Release;
use super::text_release::skipped;
use super::wire::{EnforcementV1, ResultV1, ShownV1};
use crate::id::GateId;
use crate::posture::Rollback;
use crate::release::{SourceStand, SourceState, Stand};

/// What is said of a release besides its gates.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Release")]
pub struct ReleaseV1<'a> {
    /// The release profile.
    pub profile: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// The digest of the manifest; null where none was given.
    pub manifest: Option<String>,
    /// The commit for which what is skipped was validated.
    pub validated_against: String,
    /// The conditions, in their order.
    pub conditions: Vec<ConditionV1<'a>>,
    /// The gates that must have been proved before, by id.
    pub source_gates: Vec<SourceGateV1<'a>>,
    /// The gates that are not asked for, by id.
    pub skipped: Vec<SkippedV1>,
    /// The families that must be proved, each with the gates that are a proof of it.
    pub families: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// How it is taken back; null where nothing says so.
    pub rollback: Option<RollbackV1<'a>>,
}

/// How a condition stands.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Condition")]
pub struct ConditionV1<'a> {
    /// Its word, as `source_integrated`; a seal has it as the gate `condition.source_integrated`.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What became of it.
    pub result: ResultV1,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it stops the release.
    pub blocks: bool,
    /// Who answers for it.
    pub owner: &'a str,
    /// Why it stands so, in one sentence.
    pub because: String,
    /// What to do about it; null where it holds.
    pub next: Option<&'static str>,
    /// The family that it is a proof of; null where it is of none.
    pub family: Option<&'static str>,
    /// What becomes of the release if it does not hold.
    pub enforcement: EnforcementV1,
}

impl<'a> From<&'a Stand> for ConditionV1<'a> {
    fn from(own: &'a Stand) -> Self {
        Self {
            id: own.condition.as_str(),
            title: title(own.condition),
            result: own.result().into(),
            holds: own.holds,
            blocks: own.blocks(),
            owner: &own.owner,
            because: sentence(&own.because),
            next: next(own),
            family: own.condition.family(),
            enforcement: own.enforcement.into(),
        }
    }
}

/// A gate that must have been proved before.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SourceGate")]
pub struct SourceGateV1<'a> {
    /// The gate.
    pub id: &'a str,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it stops the release.
    pub blocks: bool,
    /// How it is shown where it was judged; null where nothing says that it ran, or where a result is against it.
    pub shown: Option<ShownV1>,
    /// The commit that has the proof, or the result against it; null where there is none.
    pub commit: Option<String>,
    /// The plan under which that was recorded.
    pub plan: Option<String>,
    /// Who answers for it.
    pub owner: &'a str,
    /// The family that it is a proof of.
    pub family: Option<&'a str>,
    /// What becomes of the release if it does not hold.
    pub enforcement: EnforcementV1,
    /// Where it was proved, or what is known of it, in one sentence.
    pub because: String,
    /// The digests of the records that this rests on.
    pub records: Vec<String>,
}

impl<'a> From<(&'a GateId, &'a SourceStand)> for SourceGateV1<'a> {
    fn from((id, own): (&'a GateId, &'a SourceStand)) -> Self {
        let (shown, commit, plan) = match &own.state {
            SourceState::Proved { commit, plan, shown } => (Some(*shown), Some(commit), Some(plan)),
            SourceState::LetPass { plan, shown } => (Some(*shown), None, Some(plan)),
            SourceState::Refuted { commit, plan, .. } => (None, Some(commit), Some(plan)),
            SourceState::Missing => (None, None, None),
        };
        Self {
            id: id.as_str(),
            holds: own.holds(),
            blocks: own.blocks(),
            shown: shown.map(Into::into),
            commit: commit.map(ToString::to_string),
            plan: plan.map(ToString::to_string),
            owner: &own.owner,
            family: own.family.as_deref(),
            enforcement: own.enforcement.into(),
            because: source(own),
            records: own.records.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A gate that is not asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SkippedGate")]
pub struct SkippedV1 {
    /// The gate.
    pub id: String,
    /// Why not.
    pub because: String,
}

/// How a release is taken back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rollback")]
pub struct RollbackV1<'a> {
    /// The command.
    pub command: &'a str,
    /// What it goes back to.
    pub manifest_or_revision: &'a str,
    /// Whether the data can go back: `forward_only`, `reversible` or `manual_review`.
    pub migration_posture: &'static str,
    /// Who does it.
    pub owner: &'a str,
}

impl<'a> From<&'a Rollback> for RollbackV1<'a> {
    fn from(own: &'a Rollback) -> Self {
        Self {
            command: &own.command,
            manifest_or_revision: &own.manifest_or_revision,
            migration_posture: own.migration_posture.as_str(),
            owner: &own.owner,
        }
    }
}

impl<'a> From<&Release<'a>> for ReleaseV1<'a> {
    fn from(release: &Release<'a>) -> Self {
        let (plan, judgement) = (release.plan, release.judgement);
        let gates = |gates: &'a BTreeSet<GateId>| gates.iter().map(GateId::as_str).collect();
        Self {
            profile: &plan.asked.profile.id,
            environment: &plan.asked.environment.id,
            manifest: release.manifest.map(|own| own.to_string()),
            validated_against: release.validated_against.to_string(),
            conditions: judgement.stands.iter().map(ConditionV1::from).collect(),
            source_gates: judgement.source.iter().map(SourceGateV1::from).collect(),
            skipped: skipped(release).into_iter().map(|(id, because)| SkippedV1 { id, because }).collect(),
            families: plan.families.iter().map(|(family, own)| (family.as_str(), gates(own))).collect(),
            rollback: judgement.rollback.as_ref().map(RollbackV1::from),
        }
    }
}
