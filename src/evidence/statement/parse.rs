//! Bytes to a statement.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::check::Checker;
use super::wire::{
    WirePermission, WirePhase, WireRecord, WireRevocation, WireSeal, WireSealedGate, WireStatement,
    WireSubject,
};
use super::write::{COMMIT, SCOPE};
use super::{GATE_RESULT_V1, MAX_BYTES, PERMISSION_V1, REVOCATION_V1, STATEMENT_V1, Statement, VERDICT_V1};
use crate::digest::{CommitHash, Digest};
use crate::dsse::KeyId;
use crate::evidence::{
    Artifact, Cause, Drift, GateResult, MigrationPosture, Origin, Outcome, Phase, Record, Resolution,
    Revocation, Rollback, Seal, SealedGate, Shown, Subjects, Tool,
};
use crate::fault::{Code, Fault};
use crate::id::GateId;
use crate::json::{error_message, error_span};
use crate::permission::{Kind, LONGEST_BREAK_GLASS_DAYS, Permission, Scope, Whose};
use crate::source::Source;

/// How a statement that cannot be used is replaced.
const ANEW: &str = "record it anew: a statement is never edited";

impl Statement {
    /// Reads a statement, or says everything that is wrong with it. `name` is what faults call it.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let syntax = |why: String| vec![Fault::new(Code::EvidenceSyntax, format!("{name} {why}"), ANEW)];
        if bytes.len() > MAX_BYTES {
            return Err(syntax(format!("has {} bytes; a statement may have {MAX_BYTES}", bytes.len())));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| syntax(format!("is not UTF-8 at byte {}", error.valid_up_to())))?;
        if text.trim().is_empty() {
            return Err(syntax("is empty".to_owned()));
        }
        let source = &Source::new(name, text);
        let kind = head(source).map_err(|fault| vec![*fault])?;
        match kind.as_str() {
            GATE_RESULT_V1 => read(source, record).map(|own| Self::Record(Box::new(own))),
            PERMISSION_V1 => read(source, permission).map(|own| Self::Permission(Box::new(own))),
            VERDICT_V1 => read(source, seal).map(|own| Self::Seal(Box::new(own))),
            REVOCATION_V1 => read(source, revocation).map(|own| Self::Revocation(Box::new(own))),
            other => Err(syntax(format!("is a statement of another kind: `{other}`"))),
        }
    }
}

/// Makes sure that the text is a statement, and returns the type of its predicate.
fn head(source: &Arc<Source>) -> Result<String, Box<Fault>> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "_type")]
        statement_type: Option<String>,
        #[serde(rename = "predicateType")]
        predicate_type: Option<String>,
    }
    let wrong = |error: &serde_json::Error, what: &str| {
        let message = format!("{} {what}: {}", source.name(), error_message(error));
        Box::new(Fault::at(Code::EvidenceSyntax, source, error_span(source, error), message, "here", ANEW))
    };
    serde_json::from_str::<IgnoredAny>(source.text()).map_err(|error| wrong(&error, "is not JSON"))?;
    let head: Head = serde_json::from_str(source.text()).map_err(|error| wrong(&error, "is no statement"))?;
    let no_statement = |why: String| {
        let message = format!("{} is no in-toto Statement v1: {why}", source.name());
        Box::new(Fault::new(Code::EvidenceSyntax, message, ANEW))
    };
    match head.statement_type.as_deref() {
        Some(STATEMENT_V1) => {}
        Some(other) => return Err(no_statement(format!("`_type` is `{other}`"))),
        None => return Err(no_statement("it has no `_type`".to_owned())),
    }
    head.predicate_type.ok_or_else(|| no_statement("it has no `predicateType`".to_owned()))
}

fn read<P: DeserializeOwned, T>(
    source: &Arc<Source>,
    check: impl FnOnce(&mut Checker<'_>, WireStatement<P>) -> Option<T>,
) -> Result<T, Vec<Fault>> {
    let wire: WireStatement<P> = serde_json::from_str(source.text()).map_err(|error| {
        let message = format!("{} is not whole: {}", source.name(), error_message(&error));
        vec![Fault::at(Code::EvidenceShape, source, error_span(source, &error), message, "up to here", ANEW)]
    })?;
    let mut checker = Checker::new(source);
    let read = check(&mut checker, wire);
    let faults = checker.into_faults();
    match read {
        Some(read) if faults.is_empty() => Ok(read),
        _ if faults.is_empty() => {
            Err(vec![Fault::new(Code::EvidenceShape, format!("{} is not whole", source.name()), ANEW)])
        }
        _ => Err(faults),
    }
}

/// Takes the commit, and the digests beside it.
fn subjects(checker: &mut Checker<'_>, wire: Vec<WireSubject>) -> Option<Subjects> {
    let mut commit = None;
    let mut artifacts = BTreeMap::new();
    for WireSubject { name, digest } in wire {
        let mut digests = digest.into_iter();
        let (Some((algorithm, value)), None) = (digests.next(), digests.next()) else {
            let help = "give each subject one digest: `gitCommit`, or `sha256`";
            checker.fault(Code::EvidenceDigest, "subject", &name, "it has not one digest", help);
            continue;
        };
        match algorithm.as_str() {
            "gitCommit" if name == COMMIT && commit.is_none() => commit = checker.commit("subject", &value),
            "sha256" if name != COMMIT => {
                let (name, digest) = (checker.name("subject", name), checker.digest("subject", &value));
                if let (Some(name), Some(digest)) = (name, digest)
                    && artifacts.insert(name.clone(), digest).is_some()
                {
                    checker.fault(Code::EvidenceValue, "subject", &name, "it is there twice", "name it once");
                }
            }
            other => {
                let help = "the first subject is the commit, by `gitCommit`; each other one has `sha256`";
                checker.fault(Code::EvidenceDigest, "subject", other, "that digest does not fit here", help);
            }
        }
    }
    if commit.is_none() && checker.is_sound() {
        checker.fault(
            Code::EvidenceCommit,
            "subject",
            "",
            "no commit is named",
            "name the commit by `gitCommit`",
        );
    }
    Some(Subjects { commit: commit?, artifacts })
}

fn record(checker: &mut Checker<'_>, wire: WireStatement<WireRecord>) -> Option<Record> {
    let subjects = subjects(checker, wire.subject);
    let own = wire.predicate;
    let gate = checker.gate("gate_id", &own.gate_id);
    let plan = checker.digest("plan", &own.plan);
    let profile = own.profile.and_then(|name| checker.name("profile", name));
    let environment = own.environment.and_then(|name| checker.name("environment", name));
    let result = checker.result("result", &own.result);
    let origin = origin(checker, &own.origin, own.reused_from.as_deref(), result);
    let owner = checker.text("owner", own.owner);
    let evidence_types = checker.set("evidence_types", own.evidence_types);
    let mut artifacts: Vec<Artifact> = Vec::with_capacity(own.artifacts.len());
    for artifact in own.artifacts {
        let name = checker.text("artifacts", artifact.name);
        if let (Some(name), Some(digest)) = (name, checker.digest("artifacts", &artifact.digest)) {
            artifacts.push(Artifact { name, digest });
        }
    }
    if !artifacts.is_sorted() {
        checker.fault(Code::EvidenceValue, "artifacts", "", "they are not sorted", ANEW);
    }
    let command = checker.optional("command", own.command);
    let missing_reason = checker.optional("missing_reason", own.missing_reason);
    reason(checker, result, missing_reason.as_deref());
    let run = checker.run("run", &own.run);
    if own.attempt == 0 {
        checker.fault(Code::EvidenceValue, "attempt", "0", "attempts are counted from 1", "count from 1");
    }
    let shard = checker.shard(own.shard.index, own.shard.total);
    let started = checker.time("started", &own.started);
    let finished = checker.time("finished", &own.finished);
    if let (Some(started), Some(finished)) = (started, finished)
        && finished < started
    {
        let why = format!("it ended before it began, at {started}");
        checker.fault(
            Code::EvidenceTime,
            "finished",
            &own.finished,
            &why,
            "set the clock, and record it anew",
        );
    }
    let valid_until = own.valid_until.as_deref().and_then(|time| checker.time("valid_until", time));
    let tool = Tool {
        name: checker.text("tool.name", own.tool.name).unwrap_or_default(),
        version: checker.optional("tool.version", own.tool.version),
    };
    let failure = own.failure.and_then(|own| phase(checker, own));
    let severities = Drift::ALL.map(|drift| (drift.as_str(), drift));
    let drift = own.drift.as_deref().and_then(|word| checker.word("drift", word, &severities));
    Some(Record {
        subjects: subjects?,
        gate: gate?,
        plan: plan?,
        profile,
        environment,
        result: result?,
        origin: origin?,
        owner: owner?,
        evidence_types,
        artifacts,
        command,
        missing_reason,
        run: run?,
        attempt: own.attempt,
        shard: shard?,
        started: started?,
        finished: finished?,
        valid_until,
        tool,
        failure,
        drift,
    })
}

fn origin(
    checker: &mut Checker<'_>,
    word: &str,
    from: Option<&str>,
    result: Option<GateResult>,
) -> Option<Origin> {
    match (checker.word("origin", word, &[("executed", false), ("reused", true)])?, from) {
        (false, None) => Some(Origin::Executed),
        (false, Some(from)) => {
            let help = "say `reused`, or leave `reused_from` out";
            checker.fault(Code::EvidenceCitation, "reused_from", from, "what ran cites nothing", help);
            None
        }
        (true, None) => {
            let help = "name the record that is reused, by its digest";
            checker.fault(Code::EvidenceCitation, "reused_from", "", "what is reused must be cited", help);
            None
        }
        (true, Some(_)) if result.is_some_and(|result| result != GateResult::Pass) => {
            checker.fault(Code::EvidenceCitation, "origin", word, "only a pass is reused", "run the gate");
            None
        }
        (true, Some(from)) => checker.digest("reused_from", from).map(|from| Origin::Reused { from }),
    }
}

/// A result that is no pass says why; a pass has nothing to explain.
fn reason(checker: &mut Checker<'_>, result: Option<GateResult>, reason: Option<&str>) {
    match (result, reason) {
        (Some(GateResult::Pass), Some(reason)) => {
            let help = "a pass has no reason to give: leave it out, or record what really happened";
            checker.fault(Code::EvidenceReason, "missing_reason", reason, "the result is `pass`", help);
        }
        (Some(result), None) if result != GateResult::Pass => {
            let why = format!("the result is `{result}`, and nothing says why");
            checker.fault(Code::EvidenceReason, "missing_reason", "", &why, "say why the gate did not pass");
        }
        _ => {}
    }
}

fn phase(checker: &mut Checker<'_>, own: WirePhase) -> Option<Phase> {
    let phase = checker.text("failure.phase", own.phase);
    let principal = checker.text("failure.principal", own.principal);
    let project = checker.text("failure.project", own.project);
    let correlation_id = checker.text("failure.correlation_id", own.correlation_id);
    let forward_fix = checker.optional("failure.forward_fix", own.forward_fix);
    let rollback = checker.optional("failure.rollback", own.rollback);
    let resolution = match (forward_fix, rollback) {
        (Some(fix), None) => Some(Resolution::ForwardFix(fix)),
        (None, Some(rollback)) => Some(Resolution::Rollback(rollback)),
        _ => {
            let help = "say what is done about it: `forward_fix`, or `rollback`";
            checker.fault(Code::EvidenceValue, "failure", "", "it has not one of the two", help);
            None
        }
    };
    Some(Phase {
        phase: phase?,
        principal: principal?,
        project: project?,
        correlation_id: correlation_id?,
        resolution: resolution?,
    })
}

fn permission(checker: &mut Checker<'_>, wire: WireStatement<WirePermission>) -> Option<Permission> {
    let own = wire.predicate;
    let id = checker.name("id", own.id);
    let kind = checker.word("kind", &own.kind, &Kind::ALL.map(|kind| (kind.as_str(), kind)));
    let scope = scope(checker, &own.scope);
    let subject = match own.subject.as_str() {
        "*" => Some(Whose::Any),
        commit => checker.commit("subject", commit).map(Whose::Commit),
    };
    let owner = checker.text("owner", own.owner);
    let residual_risk_owner = checker.optional("residual_risk_owner", own.residual_risk_owner);
    let reason = checker.text("reason", own.reason);
    let created = checker.time("created", &own.created);
    let expires = checker.time("expires", &own.expires);
    if let (Some(created), Some(expires)) = (created, expires) {
        if expires <= created {
            let why = format!("it ends before it begins, at {created}");
            checker.fault(Code::EvidenceTime, "expires", &own.expires, &why, "let it expire later");
        }
        if kind.is_some_and(|kind| Permission::is_too_long(kind, created, expires)) {
            let why = format!("break-glass ends within {LONGEST_BREAK_GLASS_DAYS} days");
            checker.fault(Code::PermissionTooLong, "expires", &own.expires, &why, "let it expire sooner");
        }
    }
    let permission = Permission {
        id: id?,
        kind: kind?,
        scope: scope?,
        subject: subject?,
        owner: owner?,
        residual_risk_owner,
        reason: reason?,
        created: created?,
        expires: expires?,
        place: None,
    };
    about(checker, &permission, wire.subject);
    Some(permission)
}

fn scope(checker: &mut Checker<'_>, text: &str) -> Option<Scope> {
    let (kind, value) = text.split_once(':').unwrap_or((text, ""));
    match kind {
        "gate" => checker.gate("scope", value).map(Scope::Gate),
        "family" => checker.name("scope", value.to_owned()).map(Scope::Family),
        "finding" => checker.name("scope", value.to_owned()).map(Scope::Finding),
        "plan" => checker.digest("scope", value).map(Scope::Plan),
        _ => {
            let help = "write `gate:`, `family:`, `finding:` or `plan:` and what it is about";
            checker.fault(Code::EvidenceValue, "scope", text, "it is no scope", help);
            None
        }
    }
}

/// The subject of the statement says the same as the permission.
fn about(checker: &mut Checker<'_>, permission: &Permission, wire: Vec<WireSubject>) {
    let wanted = match &permission.subject {
        Whose::Commit(commit) => (COMMIT, "gitCommit", commit.to_string()),
        Whose::Any => (SCOPE, "sha256", Digest::of(permission.scope.to_string().as_bytes()).to_string()),
    };
    let said: Vec<(String, String, String)> = wire
        .into_iter()
        .flat_map(|own| own.digest.into_iter().map(move |(kind, digest)| (own.name.clone(), kind, digest)))
        .collect();
    let is_same = matches!(said.as_slice(), [(name, kind, digest)]
        if (name.as_str(), kind.as_str(), digest) == (wanted.0, wanted.1, &wanted.2));
    if !is_same {
        let value = permission.subject.to_string();
        checker.fault(Code::EvidenceValue, "subject", &value, "the statement is about something else", ANEW);
    }
}

fn seal(checker: &mut Checker<'_>, wire: WireStatement<WireSeal>) -> Option<Seal> {
    let subjects = subjects(checker, wire.subject);
    let own = wire.predicate;
    let commit = checker.commit("source_commit", &own.source_commit);
    let profile = own.release_profile.and_then(|name| checker.name("release_profile", name));
    let environment = own.environment_profile.and_then(|name| checker.name("environment_profile", name));
    let mut digest =
        |field: &str, text: &Option<String>| text.as_deref().and_then(|text| checker.digest(field, text));
    let release_manifest = digest("release_manifest_digest", &own.release_manifest_digest);
    let route = digest("route", &own.route);
    let plan = checker.digest("plan", &own.plan);
    let change_class = checker.optional("change_class", own.change_class);
    let validated = own.validated_against_source_sha;
    let validated_against =
        validated.as_deref().and_then(|text| checker.commit("validated_against_source_sha", text));
    let gates = sealed(checker, own.gates);
    let rollback = own.rollback.and_then(|own| {
        let command = checker.text("rollback.command", own.command);
        let manifest = checker.text("rollback.manifest_or_revision", own.manifest_or_revision);
        let words = MigrationPosture::ALL.map(|posture| (posture.as_str(), posture));
        let posture = checker.word("rollback.migration_posture", &own.migration_posture, &words);
        let owner = checker.text("rollback.owner", own.owner);
        Some(Rollback {
            command: command?,
            manifest_or_revision: manifest?,
            migration_posture: posture?,
            owner: owner?,
        })
    });
    let outcomes = Outcome::ALL.map(|outcome| (outcome.as_str(), outcome));
    let outcome = checker.word("outcome", &own.outcome, &outcomes);
    let run = checker.run("run", &own.run);
    let decided = checker.time("decided", &own.decided);
    let key_hint = own.key_hint.as_deref().and_then(|text| {
        let help = "a key is named by the SHA-256 of its bytes";
        KeyId::parse(text)
            .map_err(|why| checker.fault(Code::EvidenceValue, "key_hint", text, &why, help))
            .ok()
    });
    same_subjects(checker, subjects.as_ref(), commit.as_ref(), release_manifest);
    Some(Seal {
        commit: commit?,
        plan: plan?,
        route,
        epoch: own.epoch,
        outcome: outcome?,
        profile,
        environment,
        release_manifest,
        change_class,
        validated_against,
        gates,
        rollback,
        run: run?,
        decided: decided?,
        key_hint,
    })
}

/// The subjects of the statement say the same as the verdict.
fn same_subjects(
    checker: &mut Checker<'_>,
    subjects: Option<&Subjects>,
    commit: Option<&CommitHash>,
    manifest: Option<Digest>,
) {
    let (Some(subjects), Some(commit)) = (subjects, commit) else { return };
    let wanted: BTreeMap<String, Digest> =
        manifest.into_iter().map(|digest| ("release-manifest".to_owned(), digest)).collect();
    if subjects.commit != *commit || subjects.artifacts != wanted {
        let value = commit.to_string();
        checker.fault(Code::EvidenceValue, "subject", &value, "the statement is about something else", ANEW);
    }
}

fn sealed(checker: &mut Checker<'_>, wire: Vec<WireSealedGate>) -> BTreeMap<GateId, SealedGate> {
    let mut gates = BTreeMap::new();
    let standings = Shown::ALL.map(|shown| (shown.as_str(), shown));
    for own in wire {
        let id = checker.gate("gate_id", &own.gate_id);
        let result = checker.result("result", &own.result);
        let shown = checker.word("shown", &own.shown, &standings);
        let owner = checker.text("owner", own.owner);
        let evidence_types = checker.set("evidence_types", own.evidence_types);
        let artifact = own.artifact.as_deref().and_then(|text| checker.digest("artifact", text));
        let missing_reason = checker.optional("missing_reason", own.missing_reason);
        reason(checker, result, missing_reason.as_deref());
        let records = own.records.iter().filter_map(|text| checker.digest("records", text)).collect();
        let mut permissions = BTreeMap::new();
        for grant in own.permissions {
            let record = grant.record.as_deref().and_then(|text| checker.digest("permissions", text));
            permissions.extend(checker.name("permissions", grant.id).map(|id| (id, record)));
        }
        let (Some(id), Some(result), Some(shown), Some(owner)) = (id, result, shown, owner) else { continue };
        let gate = SealedGate {
            result,
            shown,
            owner,
            evidence_types,
            artifact,
            missing_reason,
            records,
            permissions,
        };
        if gates.insert(id.clone(), gate).is_some() {
            checker.fault(Code::EvidenceValue, "gate_id", id.as_str(), "it is there twice", ANEW);
        }
    }
    gates
}

fn revocation(checker: &mut Checker<'_>, wire: WireStatement<WireRevocation>) -> Option<Revocation> {
    let subjects = subjects(checker, wire.subject);
    let own = wire.predicate;
    let plan = checker.digest("plan", &own.plan);
    let owner = checker.text("owner", own.owner);
    let reason = checker.text("reason", own.reason);
    let later = own.later_failure.as_deref().map(|text| checker.digest("later_failure", text));
    let cause = match later {
        None => Some(Cause::ByHand),
        Some(record) => record.map(|record| Cause::LaterFailure { record }),
    };
    let revoked = checker.time("revoked", &own.revoked);
    Some(Revocation {
        commit: subjects?.commit,
        plan: plan?,
        epoch: own.epoch,
        owner: owner?,
        reason: reason?,
        cause: cause?,
        revoked: revoked?,
    })
}
