//! A SLSA verification summary of a verdict.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::wire::{Resource, Statement, Subject, plan, sha256};
use super::{Attested, Source};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, Outcome, SealedGate, Shown};
use crate::id::GateId;

/// The type of the predicate.
const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

/// Who verified: consumers accept it together with the key that signs.
const VERIFIER: &str = "https://laneway.dev/verify/v1";

/// What is verified of what passes. It is no level of SLSA: laneway does not look at how an artifact was built.
const LEVEL: &str = "LANEWAY_CLEAN";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    verifier: Verifier,
    time_verified: String,
    resource_uri: String,
    policy: Resource,
    input_attestations: Vec<Resource>,
    verification_result: &'static str,
    verified_levels: [&'static str; 1],
    #[serde(rename = "https://laneway.dev/verdict/v1")]
    extension: Extension,
}

#[derive(Debug, Serialize)]
struct Verifier {
    id: &'static str,
    version: BTreeMap<&'static str, &'static str>,
}

/// An extension: what the verdict says in laneway's own words, gate by gate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Extension {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_back: Option<String>,
    gates: Vec<Gate>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gate {
    gate_id: String,
    result: &'static str,
    shown: &'static str,
}

/// Returns the summary of a verdict, and the gates for which it does not say that it passed. It passes only where the
/// verdict is clean and stands, and every one of its gates is a pass: a summary has one word for all of them.
pub fn summary(source: &Source<'_>) -> Attested {
    let seal = &source.verdict.content;
    let left_out: Vec<(GateId, String)> =
        seal.gates.iter().filter_map(|(id, gate)| Some((id.clone(), not_passed(gate)?))).collect();
    let passed = seal.outcome == Outcome::Clean
        && source.revocation.is_none()
        && left_out.is_empty()
        && !seal.gates.is_empty();
    let mut subjects = vec![Subject::commit(&seal.commit)];
    subjects.extend(seal.release_manifest.map(|digest| Subject::artifact("release-manifest", digest)));
    let summary = Summary {
        verifier: Verifier {
            id: VERIFIER,
            version: BTreeMap::from([("laneway", env!("CARGO_PKG_VERSION"))]),
        },
        time_verified: seal.decided.to_string(),
        resource_uri: resource(&seal.commit),
        policy: plan(seal),
        input_attestations: inputs(source),
        verification_result: if passed { "PASSED" } else { "FAILED" },
        verified_levels: [if passed { LEVEL } else { "FAILED" }],
        extension: Extension {
            outcome: seal.outcome.as_str(),
            taken_back: source.revocation.map(|held| held.content.revoked.to_string()),
            gates: seal.gates.iter().map(|(id, gate)| said(id, gate)).collect(),
        },
    };
    Attested { statements: vec![Statement::bytes(subjects, SUMMARY, summary)], left_out }
}

/// Says why a gate is no pass; nothing for one that is.
fn not_passed(gate: &SealedGate) -> Option<String> {
    let is_pass = gate.result == GateResult::Pass
        && matches!(gate.shown, Shown::Passed | Shown::Reused | Shown::Approved);
    let why = gate.missing_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    (!is_pass).then(|| format!("it is {}{why}", gate.shown.as_str().replace('_', " ")))
}

/// Returns the name of a commit that needs no repository: <https://www.iana.org/assignments/uri-schemes/prov/gitoid>.
fn resource(commit: &CommitHash) -> String {
    let algorithm = if commit.as_str().len() == 40 { "sha1" } else { "sha256" };
    format!("gitoid:commit:{algorithm}:{commit}")
}

/// Returns every statement that the verdict rests on, the verdict's own first.
fn inputs(source: &Source<'_>) -> Vec<Resource> {
    let seal = &source.verdict.content;
    let records: BTreeSet<Digest> =
        seal.gates.values().flat_map(|gate| gate.records.iter().copied()).collect();
    let permissions: BTreeSet<Digest> =
        seal.gates.values().flat_map(|gate| gate.permissions.values().flatten().copied()).collect();
    let named = |name: &'static str| {
        move |digest: Digest| Resource {
            name: Some(name.to_owned()),
            uri: None,
            digest: sha256(digest),
            annotations: BTreeMap::new(),
        }
    };
    let verdict = std::iter::once(source.verdict.digest).map(named("verdict"));
    let revocation = source.revocation.map(|held| held.digest).into_iter().map(named("revocation"));
    let records = records.into_iter().map(named("record"));
    verdict.chain(revocation).chain(records).chain(permissions.into_iter().map(named("permission"))).collect()
}

fn said(id: &GateId, gate: &SealedGate) -> Gate {
    Gate { gate_id: id.to_string(), result: gate.result.as_str(), shown: gate.shown.as_str() }
}
