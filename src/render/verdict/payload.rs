//! A verdict as the payload of release profiles: `release_profile_evidence`, in YAML.
//!
//! The keys of the payload stand in their own order, and ours behind them. A value that is not known has no key, because
//! an empty one would be refused where the payload is read; the comment at the top names what was left out, so that its
//! absence is said and not only seen.

use std::io::{self, Write};

use crate::digest::Digest;
use crate::evidence::{Rollback, Seal, SealedGate};
use crate::id::GateId;
use crate::render::yaml::Yaml;

pub use crate::release::change_class;

/// Writes the payload.
pub fn write(out: &mut impl Write, seal: &Seal) -> io::Result<()> {
    out.write_all(document(seal).as_bytes())
}

/// Returns the payload of a verdict.
pub fn document(seal: &Seal) -> String {
    let unknown = unknown(seal);
    let payload = Yaml::map([("release_profile_evidence", evidence(seal))]);
    match unknown.is_empty() {
        true => payload.document(),
        false => payload.commented(&format!("Not known, and therefore left out: {}", unknown.join(", "))),
    }
}

/// Returns the keys of the payload that the verdict has no value for.
fn unknown(seal: &Seal) -> Vec<&'static str> {
    let keys = [
        ("release_profile", seal.profile.is_none()),
        ("environment_profile", seal.environment.is_none()),
        ("release_manifest_digest", seal.release_manifest.is_none()),
        ("change_class", seal.change_class.is_none()),
        ("validated_against_source_sha", seal.validated_against.is_none()),
        ("rollback", seal.rollback.is_none()),
    ];
    keys.into_iter().filter(|(_, unknown)| *unknown).map(|(key, _)| key).collect()
}

fn evidence(seal: &Seal) -> Yaml {
    let text = |key: &str, value: Option<String>| value.map(|value| (key.to_owned(), Yaml::text(value)));
    let entries = [
        text("source_commit", Some(seal.commit.to_string())),
        text("release_profile", seal.profile.clone()),
        text("environment_profile", seal.environment.clone()),
        text("release_manifest_digest", seal.release_manifest.map(sha256)),
        text("change_class", seal.change_class.clone()),
        text("validated_against_source_sha", seal.validated_against.as_ref().map(ToString::to_string)),
        Some(("gates".to_owned(), Yaml::List(seal.gates.iter().map(gate).collect()))),
        seal.rollback.as_ref().map(|own| ("rollback".to_owned(), rollback(own))),
        text("plan", Some(sha256(seal.plan))),
        text("route", seal.route.map(sha256)),
        Some(("epoch".to_owned(), Yaml::Number(u64::from(seal.epoch)))),
        text("outcome", Some(seal.outcome.as_str().to_owned())),
        text("run", Some(seal.run.to_string())),
        text("decided", Some(seal.decided.to_string())),
    ];
    Yaml::Map(entries.into_iter().flatten().collect())
}

fn gate((id, gate): (&GateId, &SealedGate)) -> Yaml {
    let mut entries = vec![
        ("gate_id", Yaml::text(id.as_str())),
        ("result", Yaml::text(gate.result.as_str())),
        ("owner", Yaml::text(&gate.owner)),
    ];
    // The reader wants this key, and takes an empty list for what it is: nobody said what kind of evidence there is.
    entries.push(("evidence_types", Yaml::texts(gate.evidence_types.iter().cloned())));
    entries.extend(gate.artifact.map(|digest| ("artifact", Yaml::text(sha256(digest)))));
    entries.extend(gate.missing_reason.as_ref().map(|reason| ("missing_reason", Yaml::text(reason))));
    entries.push(("shown", Yaml::text(gate.shown.as_str())));
    if !gate.records.is_empty() {
        entries.push(("records", Yaml::texts(gate.records.iter().copied().map(sha256))));
    }
    if !gate.permissions.is_empty() {
        let permissions = gate.permissions.iter().map(|(id, record)| {
            let record = record.map(|record| ("record", Yaml::text(sha256(record))));
            Yaml::map([("id", Yaml::text(id))].into_iter().chain(record))
        });
        entries.push(("permissions", Yaml::List(permissions.collect())));
    }
    Yaml::map(entries)
}

fn rollback(rollback: &Rollback) -> Yaml {
    Yaml::map([
        ("command", Yaml::text(&rollback.command)),
        ("manifest_or_revision", Yaml::text(&rollback.manifest_or_revision)),
        ("migration_posture", Yaml::text(rollback.migration_posture.as_str())),
        ("owner", Yaml::text(&rollback.owner)),
    ])
}

fn sha256(digest: Digest) -> String {
    format!("sha256:{digest}")
}
