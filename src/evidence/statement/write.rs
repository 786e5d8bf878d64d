//! A statement to its bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::wire::{
    WireArtifact, WireGrant, WirePermission, WirePhase, WireRecord, WireRevocation, WireRollback, WireSeal,
    WireSealedGate, WireShard, WireStatement, WireSubject, WireTool,
};
use super::{GATE_RESULT_V1, PERMISSION_V1, REVOCATION_V1, STATEMENT_V1, Statement, VERDICT_V1};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{
    Cause, Drift, Origin, Phase, Record, Resolution, Revocation, RunId, Seal, SealedGate, Subjects,
};
use crate::id::GateId;
use crate::permission::{Permission, Whose};

/// The name of the subject that is the commit.
pub(super) const COMMIT: &str = "commit";

/// The name of the subject of a permission that counts on any commit.
pub(super) const SCOPE: &str = "scope";

/// Returns the bytes of a statement, with a line break at their end.
pub(super) fn bytes(statement: &Statement) -> Vec<u8> {
    match statement {
        Statement::Record(record) => whole(of_record(record)),
        Statement::Permission(permission) => whole(of_permission(permission)),
        Statement::Seal(seal) => whole(of_seal(seal)),
        Statement::Revocation(revocation) => whole(of_revocation(revocation)),
    }
}

fn whole<P: Serialize>((subject, predicate_type, predicate): (Vec<WireSubject>, &str, P)) -> Vec<u8> {
    let statement = WireStatement {
        statement_type: STATEMENT_V1.to_owned(),
        subject,
        predicate_type: predicate_type.to_owned(),
        predicate,
    };
    let mut bytes = serde_json::to_vec(&statement).expect("texts and numbers are JSON");
    bytes.push(b'\n');
    bytes
}

fn commit(commit: &CommitHash) -> WireSubject {
    subject(COMMIT, "gitCommit", commit.to_string())
}

fn subject(name: &str, algorithm: &str, digest: String) -> WireSubject {
    WireSubject { name: name.to_owned(), digest: BTreeMap::from([(algorithm.to_owned(), digest)]) }
}

fn of_record(record: &Record) -> (Vec<WireSubject>, &'static str, WireRecord) {
    let Subjects { commit: own, artifacts } = &record.subjects;
    let mut subjects = vec![commit(own)];
    subjects.extend(artifacts.iter().map(|(name, digest)| subject(name, "sha256", digest.to_string())));
    let text = ToString::to_string;
    let (origin, reused_from) = match record.origin {
        Origin::Executed => ("executed", None),
        Origin::Reused { from } => ("reused", Some(from.to_string())),
    };
    let predicate = WireRecord {
        gate_id: record.gate.to_string(),
        plan: record.plan.to_string(),
        profile: record.profile.clone(),
        environment: record.environment.clone(),
        result: record.result.to_string(),
        origin: origin.to_owned(),
        reused_from,
        owner: record.owner.clone(),
        evidence_types: record.evidence_types.iter().cloned().collect(),
        artifacts: record
            .artifacts
            .iter()
            .map(|own| WireArtifact { name: own.name.clone(), digest: own.digest.to_string() })
            .collect(),
        command: record.command.clone(),
        missing_reason: record.missing_reason.clone(),
        run: record.run.to_string(),
        attempt: record.attempt,
        shard: WireShard { index: record.shard.index, total: record.shard.total },
        started: record.started.to_string(),
        finished: record.finished.to_string(),
        valid_until: record.valid_until.as_ref().map(text),
        tool: WireTool { name: record.tool.name.clone(), version: record.tool.version.clone() },
        failure: record.failure.as_ref().map(phase),
        drift: record.drift.map(Drift::as_str).map(str::to_owned),
    };
    (subjects, GATE_RESULT_V1, predicate)
}

fn phase(phase: &Phase) -> WirePhase {
    let (forward_fix, rollback) = match &phase.resolution {
        Resolution::ForwardFix(what) => (Some(what.clone()), None),
        Resolution::Rollback(what) => (None, Some(what.clone())),
    };
    WirePhase {
        phase: phase.phase.clone(),
        principal: phase.principal.clone(),
        project: phase.project.clone(),
        correlation_id: phase.correlation_id.clone(),
        forward_fix,
        rollback,
    }
}

fn of_permission(permission: &Permission) -> (Vec<WireSubject>, &'static str, WirePermission) {
    let scope = permission.scope.to_string();
    let about = match &permission.subject {
        Whose::Commit(own) => commit(own),
        // A statement must be about something that has a digest.
        Whose::Any => subject(SCOPE, "sha256", Digest::of(scope.as_bytes()).to_string()),
    };
    let predicate = WirePermission {
        id: permission.id.clone(),
        kind: permission.kind.as_str().to_owned(),
        scope,
        subject: permission.subject.to_string(),
        owner: permission.owner.clone(),
        residual_risk_owner: permission.residual_risk_owner.clone(),
        reason: permission.reason.clone(),
        created: permission.created.to_string(),
        expires: permission.expires.to_string(),
    };
    (vec![about], PERMISSION_V1, predicate)
}

fn of_seal(seal: &Seal) -> (Vec<WireSubject>, &'static str, WireSeal) {
    let digest = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
    let predicate = WireSeal {
        source_commit: seal.commit.to_string(),
        release_profile: seal.profile.clone(),
        environment_profile: seal.environment.clone(),
        release_manifest_digest: digest(&seal.release_manifest),
        change_class: seal.change_class.clone(),
        validated_against_source_sha: seal.validated_against.as_ref().map(ToString::to_string),
        gates: seal.gates.iter().map(sealed).collect(),
        rollback: seal.rollback.as_ref().map(|own| WireRollback {
            command: own.command.clone(),
            manifest_or_revision: own.manifest_or_revision.clone(),
            migration_posture: own.migration_posture.as_str().to_owned(),
            owner: own.owner.clone(),
        }),
        plan: seal.plan.to_string(),
        route: digest(&seal.route),
        epoch: seal.epoch,
        outcome: seal.outcome.as_str().to_owned(),
        run: RunId::to_string(&seal.run),
        decided: seal.decided.to_string(),
        key_hint: seal.key_hint.as_ref().map(ToString::to_string),
    };
    let mut subjects = vec![commit(&seal.commit)];
    let manifest = seal.release_manifest.as_ref();
    subjects.extend(manifest.map(|digest| subject("release-manifest", "sha256", digest.to_string())));
    (subjects, VERDICT_V1, predicate)
}

fn sealed((id, gate): (&GateId, &SealedGate)) -> WireSealedGate {
    WireSealedGate {
        gate_id: id.to_string(),
        result: gate.result.to_string(),
        shown: gate.shown.as_str().to_owned(),
        owner: gate.owner.clone(),
        evidence_types: gate.evidence_types.iter().cloned().collect(),
        artifact: gate.artifact.as_ref().map(ToString::to_string),
        missing_reason: gate.missing_reason.clone(),
        records: gate.records.iter().map(ToString::to_string).collect(),
        permissions: gate
            .permissions
            .iter()
            .map(|(id, record)| WireGrant {
                id: id.clone(),
                record: record.as_ref().map(ToString::to_string),
            })
            .collect(),
    }
}

fn of_revocation(revocation: &Revocation) -> (Vec<WireSubject>, &'static str, WireRevocation) {
    let later_failure = match revocation.cause {
        Cause::ByHand => None,
        Cause::LaterFailure { record } => Some(record.to_string()),
    };
    let predicate = WireRevocation {
        plan: revocation.plan.to_string(),
        epoch: revocation.epoch,
        owner: revocation.owner.clone(),
        reason: revocation.reason.clone(),
        later_failure,
        revoked: revocation.revoked.to_string(),
    };
    (vec![commit(&revocation.commit)], REVOCATION_V1, predicate)
}
