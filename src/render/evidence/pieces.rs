//! From statements to the parts of the document.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::view::Shelf;
use super::wire::{
    ArtifactV1, FailureV1, GateV1, ObjectV1, PermissionRecordV1, RecordV1, RevocationV1, RollbackV1,
    SignatureV1, UsedPermissionV1, VerdictSummaryV1,
};
use crate::digest::Digest;
use crate::dsse::KeyId;
use crate::evidence::{Cause, Held, Origin, Phase, Record, Resolution, Revocation, Seal, SealedGate, key};
use crate::id::GateId;
use crate::permission::Permission;

/// Sorts results by when they ended, the newest first.
pub(super) fn newest_first(records: &mut [&Held<Record>]) {
    records.sort_by_key(|held| Reverse((held.content.finished, held.content.attempt, held.digest)));
}

/// Returns the record that one cites.
pub(super) const fn cites(record: &Record) -> Option<Digest> {
    match record.origin {
        Origin::Executed => None,
        Origin::Reused { from } => Some(from),
    }
}

/// Returns how long a run took.
pub(super) fn milliseconds(record: &Record) -> i64 {
    record.finished.as_millisecond().saturating_sub(record.started.as_millisecond())
}

/// Returns who signed a statement: the known keys whose signatures hold, and those that nobody knows.
fn signatures(shelf: &Shelf<'_>, digest: Digest, holding: &BTreeSet<KeyId>) -> Vec<SignatureV1> {
    let known = |id: &KeyId| shelf.trust.keys.iter().find(|own| own.key.id() == *id);
    let others = shelf.signatures.get(&digest).into_iter().flatten().filter(|id| known(id).is_none());
    let all: BTreeSet<&KeyId> = holding.iter().chain(others).collect();
    all.into_iter()
        .map(|id| SignatureV1 {
            key: id.to_string(),
            name: known(id).map(|own| own.id.clone()),
            owner: known(id).map(|own| own.owner.clone()),
        })
        .collect()
}

/// Lays out a result.
pub(super) fn record(shelf: &Shelf<'_>, held: &Held<Record>) -> RecordV1 {
    let own = &held.content;
    let verdicts = shelf.archive.seals.iter().chain(&shelf.archive.fails);
    let newest = verdicts
        .filter(|seal| seal.content.plan == own.plan && seal.content.commit == own.subjects.commit)
        .max_by_key(|seal| (seal.content.decided, seal.content.outcome));
    let counted = newest
        .and_then(|seal| seal.content.gates.get(&own.gate))
        .is_some_and(|gate| gate.records.contains(&held.digest));
    RecordV1 {
        digest: held.digest.to_string(),
        commit: own.subjects.commit.to_string(),
        subjects: own
            .subjects
            .artifacts
            .iter()
            .map(|(name, digest)| (name.clone(), digest.to_string()))
            .collect(),
        plan: own.plan.to_string(),
        profile: own.profile.clone(),
        environment: own.environment.clone(),
        gate: own.gate.to_string(),
        result: own.result.into(),
        reused_from: cites(own).map(|from| from.to_string()),
        owner: own.owner.clone(),
        missing_reason: own.missing_reason.clone(),
        evidence_types: own.evidence_types.clone(),
        artifacts: own
            .artifacts
            .iter()
            .map(|own| ArtifactV1 {
                name: own.name.clone(),
                digest: own.digest.to_string(),
                key: shelf.blobs.contains(&own.digest).then(|| key::blob(own.digest).to_string()),
            })
            .collect(),
        command: own.command.clone(),
        run: own.run.to_string(),
        attempt: own.attempt,
        part: own.shard.index,
        parts: own.shard.total,
        started: own.started.to_string(),
        finished: own.finished.to_string(),
        milliseconds: milliseconds(own),
        valid_until: own.valid_until.as_ref().map(ToString::to_string),
        tool: own.tool.name.clone(),
        tool_version: own.tool.version.clone(),
        failure: own.failure.as_ref().map(failure),
        drift: own.drift.map(Into::into),
        counted,
        signatures: signatures(shelf, held.digest, &held.signers),
    }
}

fn failure(phase: &Phase) -> FailureV1 {
    let (forward_fix, rollback) = match &phase.resolution {
        Resolution::ForwardFix(what) => (Some(what.clone()), None),
        Resolution::Rollback(what) => (None, Some(what.clone())),
    };
    FailureV1 {
        phase: phase.phase.clone(),
        principal: phase.principal.clone(),
        project: phase.project.clone(),
        correlation_id: phase.correlation_id.clone(),
        forward_fix,
        rollback,
    }
}

/// Lays out a gate on a commit.
pub(super) fn gate(
    shelf: &Shelf<'_>,
    id: &GateId,
    sealed: Option<&SealedGate>,
    mut records: Vec<&Held<Record>>,
) -> GateV1 {
    newest_first(&mut records);
    let permissions = sealed.into_iter().flat_map(|own| &own.permissions);
    GateV1 {
        id: id.to_string(),
        result: sealed.map(|own| own.result.into()),
        shown: sealed.map(|own| own.shown.into()),
        owner: sealed
            .map(|own| own.owner.clone())
            .or_else(|| records.first().map(|own| own.content.owner.clone())),
        missing_reason: sealed.and_then(|own| own.missing_reason.clone()),
        permissions: permissions
            .map(|(id, record)| UsedPermissionV1 {
                id: id.clone(),
                record: record.as_ref().map(ToString::to_string),
            })
            .collect(),
        records: records.into_iter().map(|held| record(shelf, held)).collect(),
    }
}

/// Lays out a verdict.
pub(super) fn verdict(
    shelf: &Shelf<'_>,
    (held, taken_back): (&Held<Seal>, Option<&Held<Revocation>>),
) -> VerdictSummaryV1 {
    let own = &held.content;
    let mut counts = BTreeMap::new();
    for gate in own.gates.values() {
        *counts.entry(gate.shown.into()).or_insert(0) += 1;
    }
    VerdictSummaryV1 {
        digest: held.digest.to_string(),
        plan: own.plan.to_string(),
        profile: own.profile.clone(),
        environment: own.environment.clone(),
        outcome: own.outcome.into(),
        epoch: own.epoch,
        decided: own.decided.to_string(),
        run: own.run.to_string(),
        counts,
        revocation: taken_back.map(|held| revocation(shelf, held)),
        signatures: signatures(shelf, held.digest, &held.signers),
    }
}

/// Lays out a verdict with everything that it says.
pub(super) fn full(shelf: &Shelf<'_>, own: (&Held<Seal>, Option<&Held<Revocation>>)) -> ObjectV1 {
    let seal = &own.0.content;
    let rests_on = |sealed: &SealedGate| -> Vec<&Held<Record>> {
        shelf.archive.records.iter().filter(|held| sealed.records.contains(&held.digest)).collect()
    };
    ObjectV1::Verdict {
        verdict: verdict(shelf, own),
        commit: seal.commit.to_string(),
        route: seal.route.as_ref().map(ToString::to_string),
        release_manifest: seal.release_manifest.as_ref().map(ToString::to_string),
        change_class: seal.change_class.clone(),
        validated_against: seal.validated_against.as_ref().map(ToString::to_string),
        rollback: seal.rollback.as_ref().map(|own| RollbackV1 {
            command: own.command.clone(),
            manifest_or_revision: own.manifest_or_revision.clone(),
            migration_posture: own.migration_posture.into(),
            owner: own.owner.clone(),
        }),
        gates: seal
            .gates
            .iter()
            .map(|(id, sealed)| gate(shelf, id, Some(sealed), rests_on(sealed)))
            .collect(),
    }
}

/// Lays out what took a verdict back.
pub(super) fn revocation(shelf: &Shelf<'_>, held: &Held<Revocation>) -> RevocationV1 {
    let own = &held.content;
    RevocationV1 {
        digest: held.digest.to_string(),
        owner: own.owner.clone(),
        reason: own.reason.clone(),
        later_failure: match own.cause {
            Cause::ByHand => None,
            Cause::LaterFailure { record } => Some(record.to_string()),
        },
        revoked: own.revoked.to_string(),
        signatures: signatures(shelf, held.digest, &held.signers),
    }
}

/// Lays out a permission.
pub(super) fn permission(shelf: &Shelf<'_>, held: &Held<Permission>) -> PermissionRecordV1 {
    let own = &held.content;
    PermissionRecordV1 {
        digest: held.digest.to_string(),
        id: own.id.clone(),
        kind: own.kind.into(),
        scope: own.scope.to_string(),
        subject: own.subject.to_string(),
        owner: own.owner.clone(),
        residual_risk_owner: own.residual_risk_owner.clone(),
        reason: own.reason.clone(),
        created: own.created.to_string(),
        expires: own.expires.to_string(),
        taken_back: shelf.archive.unpermitted.contains(&held.digest),
        signatures: signatures(shelf, held.digest, &held.signers),
    }
}
