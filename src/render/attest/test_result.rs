//! in-toto test results: one statement a gate.

use std::collections::BTreeMap;

use serde::Serialize;

use super::wire::{Resource, Statement, Subject, plan, sha256};
use super::{Attested, Source};
use crate::digest::Digest;
use crate::evidence::{GateResult, Held, Outcome, Record, SealedGate, Shown};
use crate::id::GateId;

/// The type of the predicate.
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TestResult {
    result: &'static str,
    configuration: Vec<Resource>,
    passed_tests: Vec<String>,
    warned_tests: Vec<String>,
    failed_tests: Vec<String>,
    /// An extension: what became of the gate in laneway's own words.
    laneway_gate: Gate,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gate {
    gate_id: String,
    result: &'static str,
    shown: &'static str,
    owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    verdict: String,
    records: Vec<String>,
    permissions: Vec<String>,
}

/// What a test result can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Passed,
    Warned,
    Failed,
}

/// Returns the test results of a verdict's gates, or of one of them, and the gates of which nothing can be said.
pub fn test_results(source: &Source<'_>, only: Option<&GateId>) -> Attested {
    let seal = &source.verdict.content;
    let mut attested = Attested::default();
    for (id, gate) in seal.gates.iter().filter(|(id, _)| only.is_none_or(|only| only == *id)) {
        match says(source, gate) {
            Ok(says) => attested.statements.push(statement(source, id, gate, says)),
            Err(why) => attested.left_out.push((id.clone(), why)),
        }
    }
    attested
}

/// Returns what is said of a gate, or why nothing is. Only what ran has a test result, and only what ran and passed has
/// passed.
fn says(source: &Source<'_>, gate: &SealedGate) -> Result<Says, String> {
    let holds = source.verdict.content.outcome != Outcome::Fails;
    let not_run = |what: &str| {
        let why = gate.missing_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        Err(format!("{what}{why}"))
    };
    match (gate.result, gate.shown) {
        (GateResult::Pass, _) if source.revocation.is_some() => {
            Err("it passed, and the verdict was taken back".to_owned())
        }
        (GateResult::Pass, Shown::Passed) => Ok(Says::Passed),
        // It did not run for this commit and plan: what it cites did, and passed.
        (GateResult::Pass, Shown::Reused) => Ok(Says::Warned),
        (GateResult::Pass, Shown::Approved) => Err("it was approved, and an approval is no test".to_owned()),
        // A pass that is shown as anything else is not taken for one.
        (GateResult::Pass, _) => Err(format!("it is shown as {}", gate.shown.as_str())),
        (GateResult::Fail, _) => Ok(Says::Failed),
        // A risk remains, and somebody named bears it.
        (GateResult::Partial, Shown::Partial | Shown::Flaky)
            if holds && source.revocation.is_none() && !gate.permissions.is_empty() =>
        {
            Ok(Says::Warned)
        }
        (GateResult::Partial, _) => Ok(Says::Failed),
        (GateResult::Blocked, _) => not_run("it could not run"),
        (GateResult::Missing, _) => not_run("nothing says that it ran"),
        (GateResult::NotApplicable, _) => not_run("it does not apply, so it did not run"),
    }
}

fn statement(source: &Source<'_>, id: &GateId, gate: &SealedGate, says: Says) -> Vec<u8> {
    let seal = &source.verdict.content;
    let rests_on = |held: &&Held<Record>| gate.records.contains(&held.digest);
    let records: Vec<&Held<Record>> = source.archive.records.iter().filter(rests_on).collect();
    let mut subjects = vec![Subject::commit(&seal.commit)];
    subjects.extend(common(&records).into_iter().map(|(name, digest)| Subject::artifact(name, digest)));
    let mut configuration = vec![plan(seal)];
    let commands: std::collections::BTreeSet<&String> =
        records.iter().filter_map(|held| held.content.command.as_ref()).collect();
    configuration.extend(commands.into_iter().map(|command| Resource {
        name: Some(format!("command: {command}")),
        uri: None,
        digest: sha256(Digest::of(command.as_bytes())),
        annotations: BTreeMap::new(),
    }));
    let test = |own: Says| if own == says { vec![id.to_string()] } else { Vec::new() };
    let predicate = TestResult {
        result: match says {
            Says::Passed => "PASSED",
            Says::Warned => "WARNED",
            Says::Failed => "FAILED",
        },
        configuration,
        passed_tests: test(Says::Passed),
        warned_tests: test(Says::Warned),
        failed_tests: test(Says::Failed),
        laneway_gate: Gate {
            gate_id: id.to_string(),
            result: gate.result.as_str(),
            shown: gate.shown.as_str(),
            owner: gate.owner.clone(),
            reason: gate.missing_reason.clone(),
            verdict: source.verdict.digest.to_string(),
            records: gate.records.iter().map(ToString::to_string).collect(),
            permissions: gate.permissions.keys().cloned().collect(),
        },
    };
    Statement::bytes(subjects, TEST_RESULT, predicate)
}

/// Returns the manifests and images that every one of the records holds for.
fn common<'a>(records: &[&'a Held<Record>]) -> BTreeMap<&'a str, Digest> {
    let Some((first, rest)) = records.split_first() else { return BTreeMap::new() };
    let all = first.content.subjects.artifacts.iter();
    let everywhere = |(name, digest): &(&String, &Digest)| {
        rest.iter().all(|held| held.content.subjects.artifacts.get(*name) == Some(*digest))
    };
    all.filter(everywhere).map(|(name, digest)| (name.as_str(), *digest)).collect()
}
