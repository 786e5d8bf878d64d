//! `laneway evidence show`, `audit` and `export`, and the payload.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::payload::Payload;
use laneway::evidence::{
    Artifact, Cause, GateResult, Origin, Outcome, Record, Revocation, RunId, Seal, SealedGate, Shard, Shown,
    Subjects, Tool,
};
use laneway::id::GateId;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::render;
use laneway::source::Source;
use laneway::store::{self, Store};
use serde_json::Value;

use super::support::{laneway, repository, root, run};

const COMMIT: &str = "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f";
const OLDER: &str = "2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e";

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn commit(hash: &str) -> CommitHash {
    CommitHash::parse(hash).unwrap()
}

fn record(hash: &str, gate: &str, result: GateResult, (run, second): (&str, i64)) -> Record {
    Record {
        subjects: Subjects { commit: commit(hash), artifacts: BTreeMap::new() },
        gate: GateId::new(gate),
        plan: Digest::of(b"plan"),
        profile: None,
        environment: None,
        result,
        origin: Origin::Executed,
        owner: "@billing".to_owned(),
        evidence_types: BTreeSet::from(["test-report".to_owned()]),
        artifacts: vec![Artifact { name: "log".to_owned(), digest: Digest::of(b"the log") }],
        command: Some("make ledger".to_owned()),
        missing_reason: (result != GateResult::Pass).then(|| "3 of 412 tests failed \x1b[31m".to_owned()),
        run: RunId::parse(run).unwrap(),
        attempt: 1,
        shard: Shard::WHOLE,
        started: time(second),
        finished: time(second + 61),
        valid_until: None,
        tool: Tool { name: "laneway".to_owned(), version: Some("0.1.0".to_owned()) },
        failure: None,
        drift: None,
    }
}

fn sealed(shown: Shown, result: GateResult, records: &[Digest]) -> SealedGate {
    SealedGate {
        result,
        shown,
        owner: "@billing".to_owned(),
        evidence_types: BTreeSet::from(["test-report".to_owned()]),
        artifact: None,
        missing_reason: (result != GateResult::Pass)
            .then(|| "nothing that counts says that it ran".to_owned()),
        records: records.iter().copied().collect(),
        permissions: BTreeMap::new(),
    }
}

fn seal(hash: &str, outcome: Outcome, second: i64, gates: &[(&str, SealedGate)]) -> Seal {
    Seal {
        commit: commit(hash),
        plan: Digest::of(b"plan"),
        route: Some(Digest::of(b"route")),
        epoch: 0,
        outcome,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: Some("api".to_owned()),
        validated_against: None,
        gates: gates.iter().map(|(id, gate)| (GateId::new(id), gate.clone())).collect(),
        rollback: None,
        run: RunId::parse("4711").unwrap(),
        decided: time(second),
        key_hint: None,
    }
}

/// A commit whose verdict is clean and one, newer, whose verdict does not hold.
fn filled(folder: &Path) -> Box<dyn Store> {
    let store = store::open("store", folder).unwrap();
    let own = store.as_ref();
    store::save_blob(own, b"the log").unwrap();
    let signer = key();
    let passed = record(OLDER, "ledger", GateResult::Pass, ("1", 0));
    let passed = store::save_record(own, &passed, Some(&signer)).unwrap();
    let clean =
        seal(OLDER, Outcome::Clean, 100, &[("ledger", sealed(Shown::Passed, GateResult::Pass, &[passed]))]);
    store::save_seal(own, &clean, Some(&signer)).unwrap();
    let first = record(COMMIT, "ledger", GateResult::Pass, ("2", 200));
    let first = store::save_record(own, &first, Some(&signer)).unwrap();
    let second = record(COMMIT, "ledger", GateResult::Fail, ("3", 300));
    let second = store::save_record(own, &second, None).unwrap();
    let fails = seal(
        COMMIT,
        Outcome::Fails,
        400,
        &[
            ("contracts", sealed(Shown::Missing, GateResult::Missing, &[])),
            ("ledger", sealed(Shown::Flaky, GateResult::Partial, &[first, second])),
        ],
    );
    store::save_fail(own, &fails).unwrap();
    let permission = Permission {
        id: "late-ledger".to_owned(),
        kind: Kind::Waiver,
        scope: Scope::Gate(GateId::new("ledger")),
        subject: Whose::Commit(commit(COMMIT)),
        owner: "@leads".to_owned(),
        residual_risk_owner: None,
        reason: "the test data is being rebuilt".to_owned(),
        created: time(0),
        expires: time(86_400),
        place: None,
    };
    store::save_permission(own, &permission, &signer).unwrap();
    store
}

/// A workspace that trusts the key, with a filled store beside it.
fn workspace() -> (tempfile::TempDir, std::path::PathBuf) {
    let lanes = format!(
        "trusted_keys:\n  - {{id: ci, public_key: \"{}\", owner: \"@release\", may: [attest, seal, waive]}}\n",
        key().public()
    );
    let (guard, root) = repository(&[("lanes/trust.yaml", &lanes)]);
    filled(&root);
    (guard, root)
}

fn evidence(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(laneway(root).arg("evidence").args(arguments).args(["--store", "store"]))
}

#[test]
fn commits_stand_newest_first_with_their_verdicts() {
    let (_guard, root) = workspace();
    let (code, text, error) = evidence(&root, &["show"]);
    assert_eq!((code, error.as_str()), (0, ""), "{text}");
    assert!(text.starts_with("2 commits, 3 results, 2 verdicts in "), "{text}");
    assert!(text.find(COMMIT).unwrap() < text.find(OLDER).unwrap(), "{text}");
    assert!(text.contains("  does not hold   2026-05-28T20:33:20Z  2 gates: 1 flaky, 1 missing\n"), "{text}");
    assert!(text.contains("  clean           2026-05-28T20:28:20Z  1 gate: 1 passed\n"), "{text}");
    assert!(text.contains("signed by ci of @release"), "{text}");
}

#[test]
fn a_commit_shows_gates_results_signers_and_permissions() {
    let (_guard, root) = workspace();
    let (code, text, _) = evidence(&root, &["show", COMMIT]);
    assert_eq!(code, 0, "{text}");
    for part in [
        "missing         contracts  @billing  (missing)",
        "nothing that counts says that it ran",
        "flaky           ledger     @billing  (partial)",
        "run 3.1, 2026-05-28T20:32:41Z, 1 min 1 s, not signed",
        "run 2.1, 2026-05-28T20:31:01Z, 1 min 1 s, signed by ci of @release",
        "late-ledger  waiver  gate:ledger",
        "by @leads, from 2026-05-28T20:26:40Z until 2026-05-29T20:26:40Z: the test data is being rebuilt",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains('\x1b'));
    let (code, short, _) = evidence(&root, &["show", &COMMIT[..12]]);
    assert_eq!((code, short), (0, text), "digits that mean one commit are enough to look at it");
}

#[test]
fn a_gate_shows_its_history() {
    let (_guard, root) = workspace();
    let (code, text, _) = evidence(&root, &["show", "ledger"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("gate ledger  3 results: 2 pass, 1 fail\n"), "{text}");
    assert!(text.contains("took  1 min 1 s in the median of 3 runs"), "{text}");
    assert!(text.contains(&format!("flaky on 1 commit and plan: runs of it disagree\n  {COMMIT}")), "{text}");
    let document: Value =
        serde_json::from_str(&evidence(&root, &["show", "ledger", "--format", "json"]).1).unwrap();
    assert_eq!(document["view"]["kind"], "gate");
    assert_eq!(document["view"]["flaky"][0]["commit"], COMMIT);
    assert_eq!(document["view"]["durations"]["median"], 61_000);
}

#[test]
fn a_digest_shows_a_record_in_full_and_where_its_log_is() {
    let (_guard, root) = workspace();
    let document: Value =
        serde_json::from_str(&evidence(&root, &["show", COMMIT, "--format", "json"]).1).unwrap();
    let record = &document["view"]["plans"][0]["gates"][1]["records"][0];
    let digest = record["digest"].as_str().unwrap();
    let (code, text, _) = evidence(&root, &["show", digest]);
    assert_eq!(code, 0, "{text}");
    let log = Digest::of(b"the log").to_string();
    for part in ["fail", "make ledger", "3 of 412 tests failed \\x1b[31m", "test-report", &log] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains(&format!("v1/blob/sha256/{}/{}", &log[..2], &log[2..])), "{text}");
    let (code, text, _) = evidence(&root, &["show", &format!("sha256:{log}")]);
    assert!(code == 0 && text.starts_with("file ") && text.contains("called          log"), "{text}");
}

#[test]
fn what_is_not_known_is_an_error_with_what_is_near() {
    let (_guard, root) = workspace();
    for (word, near) in [("ledgr", "ledger"), ("1f1f1f1f00", COMMIT), ("HEAD", "lists what there is")] {
        let (code, text, error) = evidence(&root, &["show", word]);
        assert_eq!((code, text.as_str()), (2, ""), "{error}");
        assert!(error.replace("\n  │ ", " ").contains(near), "{near} in {error}");
    }
    assert_eq!(evidence(&root, &["show", ""]).0, 2);
    let (code, text, _) = run(laneway(&root).args(["evidence", "show", "--store", "nowhere"]));
    assert!(code == 0 && text.starts_with("0 commits, 0 results, 0 verdicts"), "{text}");
}

#[test]
fn broken_objects_are_listed_whatever_is_asked_for() {
    let (_guard, root) = workspace();
    let plan = Digest::of(b"plan");
    let pointer = format!("store/v1/run/{COMMIT}/{plan}/ledger/3.1.1of1.json");
    std::fs::write(root.join(&pointer), "{").unwrap();
    for asked in [&["show"][..], &["show", COMMIT], &["show", OLDER], &["show", "ledger"]] {
        let (code, text, _) = evidence(&root, asked);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("BROKEN 1 object") && text.contains("ledger/3.1.1of1.json"), "{text}");
    }
    let (code, text, _) = evidence(&root, &["show", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, document["broken"].as_array().unwrap().len()), (1, 1));
    assert_eq!(evidence(&root, &["export", OLDER, "--format", "vsa"]).0, 1);
}

#[test]
fn a_payload_is_read_as_it_is_printed() {
    let (_guard, root) = workspace();
    for hash in [OLDER, COMMIT] {
        let (code, text, error) = evidence(&root, &["show", hash, "--format", "payload"]);
        assert_eq!(code, 0, "{error}");
        let read = Payload::parse(&Source::new("payload", text.clone()))
            .unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        assert_eq!(read.commit, commit(hash));
        assert_eq!(read.sealed.map(|own| own.plan), Some(Digest::of(b"plan")));
        assert!(text.starts_with("# Not known, and therefore left out: release_profile, "), "{text}");
    }
    assert_eq!(evidence(&root, &["show", "ledger", "--format", "payload"]).0, 2);
}

#[test]
fn a_verdict_that_was_taken_back_is_no_payload_and_no_pass() {
    let (_guard, root) = workspace();
    let own = store::open("store", &root).unwrap();
    let revocation = Revocation {
        commit: commit(OLDER),
        plan: Digest::of(b"plan"),
        epoch: 0,
        owner: "@billing".to_owned(),
        reason: "it failed later".to_owned(),
        cause: Cause::ByHand,
        revoked: time(500),
    };
    let before = evidence(&root, &["export", OLDER, "--format", "vsa"]);
    assert!(before.0 == 0 && before.1.contains("\"verificationResult\":\"PASSED\""), "{before:?}");
    store::save_revocation(own.as_ref(), &revocation, None).unwrap();
    let (code, text, error) = evidence(&root, &["show", OLDER, "--format", "payload"]);
    assert!(code == 2 && text.is_empty() && error.contains("taken back"), "{error}");
    let (_, text, _) = evidence(&root, &["show"]);
    assert!(text.contains("taken back 2026-05-28T20:35:00Z by @billing: it failed later"), "{text}");
    let (_, text, error) = evidence(&root, &["export", OLDER, "--format", "vsa"]);
    assert!(
        text.contains("\"verificationResult\":\"FAILED\"") && error.contains("taken back"),
        "{text}{error}"
    );
    let (_, text, error) = evidence(&root, &["export", OLDER, "--format", "test-result"]);
    assert!(text.is_empty() && error.contains("gate ledger is not exported as passed"), "{text}{error}");
}

#[test]
fn exports_name_what_they_leave_out() {
    let (_guard, root) = workspace();
    let (code, text, error) = evidence(&root, &["export", COMMIT, "--format", "test-result"]);
    assert_eq!((code, text.lines().count()), (0, 1), "{error}");
    assert!(
        text.contains("\"result\":\"FAILED\"") && text.contains("\"failedTests\":[\"ledger\"]"),
        "{text}"
    );
    assert!(error.contains("gate contracts is not exported as passed: nothing says that it ran"), "{error}");
    let (code, text, error) = evidence(&root, &["export", COMMIT]);
    assert_eq!((code, text.lines().count()), (1, 2), "a signed record and a permission: {error}");
    assert_eq!(error.matches("is not signed").count(), 2, "the other record and the verdict: {error}");
    for line in text.lines() {
        let envelope: Value = serde_json::from_str(line).unwrap();
        assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
        assert_eq!(envelope["signatures"][0]["keyid"], key().public().id().to_string());
    }
    std::fs::write(root.join("secret"), key().reveal()).unwrap();
    let (code, text, error) = evidence(&root, &["export", COMMIT, "--key", "secret"]);
    assert_eq!((code, text.lines().count(), error.as_str()), (0, 4, ""));
    let (code, text, _) = evidence(&root, &["export", COMMIT, "--key", "secret", "--gate", "ledger"]);
    assert_eq!((code, text.lines().count()), (0, 3));
    let (code, text, _) = evidence(&root, &["export", OLDER, "--format", "vsa", "--key", "secret"]);
    assert!(code == 0 && text.starts_with("{\"payload\":"), "{text}");
}

#[test]
fn what_cannot_be_exported_is_an_error() {
    let (_guard, root) = workspace();
    for (arguments, says) in [
        (&["export", "HEAD"][..], "is no commit"),
        (&["export", &COMMIT[..12]], "is no commit"),
        (&["export", "3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d"], "has nothing of"),
        (&["export", COMMIT, "--gate", "ledgr"], "did you mean `ledger`?"),
        (&["export", COMMIT, "--format", "vsa", "--gate", "ledger"], "cannot be used with"),
        (&["export", ""], "is empty"),
    ] {
        let (code, text, error) = evidence(&root, arguments);
        assert_eq!((code, text.as_str()), (2, ""), "{error}");
        assert!(error.contains(says), "{says} in {error}");
    }
}

/// The schemas are generated: `LANEWAY_BLESS=1 cargo test --test evidence show` writes them.
#[test]
fn the_schemas_are_fresh() {
    let schemas = [
        ("verdict", render::verdict::json::schema().unwrap()),
        ("evidence", render::evidence::json::schema().unwrap()),
    ];
    for (name, schema) in schemas {
        let file = root().join(format!("schemas/{name}.v1.json"));
        if std::env::var_os("LANEWAY_BLESS").is_some() {
            std::fs::write(&file, &schema).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(written == schema, "{name} is stale: run LANEWAY_BLESS=1 cargo test --test evidence show");
    }
}
