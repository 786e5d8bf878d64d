//! What attestations say, and never say.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::{Attested, Source, summary, test_results};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{
    Archive, Cause, GateResult, Held, Outcome, Revocation, RunId, Seal, SealedGate, Shown,
};
use crate::id::GateId;

fn held<T>(name: &str, content: T) -> Held<T> {
    Held { digest: Digest::of(name.as_bytes()), content, signers: BTreeSet::new() }
}

fn gate(result: GateResult, shown: Shown, permitted: bool) -> SealedGate {
    SealedGate {
        result,
        shown,
        owner: "@billing".to_owned(),
        evidence_types: BTreeSet::new(),
        artifact: None,
        missing_reason: (result != GateResult::Pass).then(|| "why".to_owned()),
        records: BTreeSet::from([Digest::of(b"record")]),
        permissions: permitted.then(|| ("p-1".to_owned(), Some(Digest::of(b"p")))).into_iter().collect(),
    }
}

fn verdict(outcome: Outcome, gates: impl IntoIterator<Item = (&'static str, SealedGate)>) -> Held<Seal> {
    held(
        "verdict",
        Seal {
            commit: CommitHash::parse(&"1f".repeat(20)).unwrap(),
            plan: Digest::of(b"plan"),
            route: None,
            epoch: 0,
            outcome,
            profile: Some("standard".to_owned()),
            environment: None,
            release_manifest: Some(Digest::of(b"manifest")),
            change_class: None,
            validated_against: None,
            gates: gates.into_iter().map(|(id, gate)| (GateId::new(id), gate)).collect::<BTreeMap<_, _>>(),
            rollback: None,
            run: RunId::parse("4711").unwrap(),
            decided: Timestamp::from_second(1_780_000_000).unwrap(),
            key_hint: None,
        },
    )
}

fn revocation() -> Held<Revocation> {
    held(
        "revocation",
        Revocation {
            commit: CommitHash::parse(&"1f".repeat(20)).unwrap(),
            plan: Digest::of(b"plan"),
            epoch: 0,
            owner: "@billing".to_owned(),
            reason: "it failed later".to_owned(),
            cause: Cause::ByHand,
            revoked: Timestamp::from_second(1_780_000_100).unwrap(),
        },
    )
}

fn parsed(attested: &Attested) -> Vec<Value> {
    attested.statements.iter().map(|bytes| serde_json::from_slice(bytes).unwrap()).collect()
}

/// Every gate that there could be: each result, standing, outcome of the verdict, with and without a permission, taken back
/// or not.
fn every() -> Vec<(GateResult, Shown, Outcome, bool, bool)> {
    let mut all = Vec::new();
    for result in GateResult::ALL {
        for shown in Shown::ALL {
            for outcome in Outcome::ALL {
                all.extend(
                    [(false, false), (false, true), (true, false), (true, true)]
                        .map(|(permitted, taken_back)| (result, shown, outcome, permitted, taken_back)),
                );
            }
        }
    }
    all
}

#[test]
fn nothing_but_a_pass_that_stands_is_exported_as_passed() {
    let archive = Archive::default();
    let back = revocation();
    for (result, shown, outcome, permitted, taken_back) in every() {
        let case = format!("{result} {shown:?} {outcome:?} {permitted} {taken_back}");
        let verdict = verdict(outcome, [("it", gate(result, shown, permitted))]);
        let source = Source { verdict: &verdict, revocation: taken_back.then_some(&back), archive: &archive };
        let tests = test_results(&source, None);
        let ran = result == GateResult::Pass && shown == Shown::Passed && !taken_back;
        for statement in parsed(&tests) {
            let predicate = &statement["predicate"];
            assert_eq!(predicate["result"] == "PASSED", ran, "{case}: {statement}");
            assert_eq!(!predicate["passedTests"].as_array().unwrap().is_empty(), ran, "{case}: {statement}");
        }
        assert_eq!(tests.statements.len() + tests.left_out.len(), 1, "it is said, or it is named: {case}");
        let summary = summary(&source);
        let [statement] = &parsed(&summary)[..] else { panic!("one summary: {case}") };
        let is_pass =
            result == GateResult::Pass && matches!(shown, Shown::Passed | Shown::Reused | Shown::Approved);
        let passed = is_pass && outcome == Outcome::Clean && !taken_back;
        assert_eq!(statement["predicate"]["verificationResult"] == "PASSED", passed, "{case}: {statement}");
        assert_eq!(statement["predicate"]["verifiedLevels"][0] == "FAILED", !passed, "{case}: {statement}");
        assert_eq!(summary.left_out.is_empty(), is_pass, "{case}");
    }
}

#[test]
fn what_did_not_run_has_no_test_result_and_is_named() {
    let archive = Archive::default();
    for result in [GateResult::Blocked, GateResult::Missing, GateResult::NotApplicable] {
        let shown = match result {
            GateResult::Blocked => Shown::Blocked,
            GateResult::Missing => Shown::Missing,
            _ => Shown::NotApplicable,
        };
        let verdict = verdict(
            Outcome::Clean,
            [("ran", gate(GateResult::Pass, Shown::Passed, false)), ("not", gate(result, shown, false))],
        );
        let source = Source { verdict: &verdict, revocation: None, archive: &archive };
        let tests = test_results(&source, None);
        assert_eq!(tests.statements.len(), 1);
        assert_eq!(tests.left_out.len(), 1);
        assert!(tests.left_out[0].1.ends_with(": why"), "{:?}", tests.left_out);
        let summary = summary(&source);
        assert_eq!(parsed(&summary)[0]["predicate"]["verificationResult"], "FAILED");
        assert_eq!(summary.left_out[0].0.as_str(), "not");
    }
}

#[test]
fn a_partial_gate_warns_only_where_somebody_bears_its_risk() {
    let archive = Archive::default();
    let says = |outcome, permitted| {
        let verdict = verdict(outcome, [("it", gate(GateResult::Partial, Shown::Flaky, permitted))]);
        let source = Source { verdict: &verdict, revocation: None, archive: &archive };
        parsed(&test_results(&source, None))[0]["predicate"]["result"].as_str().unwrap().to_owned()
    };
    assert_eq!(says(Outcome::WithDebt, true), "WARNED");
    assert_eq!(says(Outcome::WithDebt, false), "FAILED");
    assert_eq!(says(Outcome::Fails, true), "FAILED");
}

#[test]
fn attestations_have_what_their_specifications_require() {
    let archive = Archive::default();
    let verdict = verdict(
        Outcome::Clean,
        [
            ("a", gate(GateResult::Pass, Shown::Passed, false)),
            ("b", gate(GateResult::Pass, Shown::Reused, false)),
        ],
    );
    let source = Source { verdict: &verdict, revocation: None, archive: &archive };
    let one = test_results(&source, Some(&GateId::new("a")));
    let statement = &parsed(&one)[0];
    assert_eq!(one.statements.len(), 1);
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
    assert_eq!(statement["subject"][0]["digest"]["gitCommit"], "1f".repeat(20));
    assert_eq!(statement["predicate"]["result"], "PASSED");
    assert_eq!(statement["predicate"]["passedTests"][0], "a");
    // A resource must have one of `uri`, `digest` and `content`.
    let configuration = statement["predicate"]["configuration"].as_array().unwrap();
    assert!(
        configuration.iter().all(|own| own["digest"]["sha256"].as_str().is_some_and(|hex| hex.len() == 64))
    );
    let summary = summary(&source);
    let statement = &parsed(&summary)[0];
    let predicate = &statement["predicate"];
    assert_eq!(statement["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(statement["subject"][1]["name"], "release-manifest");
    assert_eq!(predicate["verifier"]["id"], "https://laneway.dev/verify/v1");
    assert_eq!(predicate["timeVerified"], "2026-05-28T20:26:40Z");
    assert_eq!(predicate["resourceUri"], format!("gitoid:commit:sha1:{}", "1f".repeat(20)));
    assert!(predicate["policy"]["uri"].as_str().unwrap().starts_with("urn:laneway:plan:sha256:"));
    assert_eq!(predicate["policy"]["annotations"]["releaseProfile"], "standard");
    assert_eq!(predicate["inputAttestations"].as_array().unwrap().len(), 2);
    assert_eq!(predicate["verificationResult"], "PASSED");
    assert_eq!(predicate["verifiedLevels"], serde_json::json!(["LANEWAY_CLEAN"]));
    assert!(!predicate["verifiedLevels"][0].as_str().unwrap().starts_with("SLSA_"));
}

#[test]
fn a_verdict_over_nothing_is_no_summary_that_passes() {
    let archive = Archive::default();
    let verdict = verdict(Outcome::Clean, []);
    let source = Source { verdict: &verdict, revocation: None, archive: &archive };
    assert_eq!(parsed(&summary(&source))[0]["predicate"]["verificationResult"], "FAILED");
    assert!(test_results(&source, None).statements.is_empty());
}
