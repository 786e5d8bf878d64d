//! A citation of what ran on another commit, through a store.

use std::path::Path;

use laneway::digest::Digest;
use laneway::evidence::key::Subject;
use laneway::evidence::{Cause, GateResult, Origin, Outcome, Revocation, Shown};
use laneway::id::GateId;
use laneway::store::{Store, load, open, save_record, save_revocation};
use laneway::verdict::Because;

use crate::world::{World, commit, expectation, minute, record};

/// Returns how the gate is shown by what a store holds, and why.
fn shown(store: &dyn Store) -> (Outcome, Shown, String) {
    let mut world = World::new();
    world.expectations.insert(GateId::from("a"), expectation("a"));
    world.evidence = load(store, &Subject::Commit(world.commit.clone()), world.plan, &[]).unwrap();
    let verdict = world.verdict();
    let judged = &verdict.gates["a"];
    let aside = judged.because.iter().find(|why| matches!(why, Because::SetAside { .. }));
    (verdict.outcome, judged.sealed.shown, aside.map(|why| format!("{why:?}")).unwrap_or_default())
}

/// Makes a store in which commit 1 cites what passed on commit 2 for the same image.
fn store(folder: &Path) -> Box<dyn Store> {
    let store = open("evidence", folder).unwrap();
    let world = World::new();
    let mut ran = record(&world, "a", GateResult::Pass, "1");
    ran.subjects.commit = commit("2");
    ran.subjects.artifacts.insert("image".to_owned(), Digest::of(b"image"));
    let cited = save_record(&*store, &ran, None).unwrap();
    let mut citing = record(&world, "a", GateResult::Pass, "2");
    citing.subjects.artifacts = ran.subjects.artifacts;
    citing.origin = Origin::Reused { from: cited };
    save_record(&*store, &citing, None).unwrap();
    store
}

#[test]
fn what_passed_for_the_same_artifact_is_reused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(shown(&*store(folder.path())), (Outcome::Clean, Shown::Reused, String::new()));
}

#[test]
fn what_failed_there_too_is_not_reused() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut failed = record(&World::new(), "a", GateResult::Fail, "3");
    failed.subjects.commit = commit("2");
    save_record(&*store, &failed, None).unwrap();
    let (outcome, shown, why) = shown(&*store);
    assert_eq!((outcome, shown), (Outcome::Fails, Shown::Missing));
    assert!(why.contains("Unsettled"), "{why}");
}

#[test]
fn what_was_taken_back_there_is_not_reused() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let revocation = Revocation {
        commit: commit("2"),
        plan: World::new().plan,
        epoch: 0,
        owner: "@ops".to_owned(),
        reason: "the runner was not ours".to_owned(),
        cause: Cause::ByHand,
        revoked: minute(100),
    };
    save_revocation(&*store, &revocation, None).unwrap();
    // A revocation is looked for behind its seal, so there is one.
    let mut sealed = World::new();
    sealed.commit = commit("2");
    sealed.expectations.insert(GateId::from("a"), expectation("a"));
    sealed.evidence = load(&*store, &Subject::Commit(sealed.commit.clone()), sealed.plan, &[]).unwrap();
    let gates = sealed.verdict().gates.into_iter().map(|(id, judged)| (id, judged.sealed)).collect();
    let seal = laneway::evidence::Seal {
        commit: commit("2"),
        plan: sealed.plan,
        route: None,
        epoch: 0,
        outcome: Outcome::Clean,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates,
        rollback: None,
        run: laneway::evidence::RunId::parse("1").unwrap(),
        decided: minute(50),
        key_hint: None,
    };
    laneway::store::save_seal(&*store, &seal, None).unwrap();
    let (outcome, shown, why) = shown(&*store);
    assert_eq!((outcome, shown), (Outcome::Fails, Shown::Missing));
    assert!(why.contains("TakenBack"), "{why}");
}
