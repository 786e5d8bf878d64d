//! `laneway verify`, end to end.

use std::collections::BTreeMap;

use laneway::digest::Digest;
use laneway::evidence::{Cause, GateResult, Origin, Outcome, Revocation, RunId, Shard};
use laneway::permission::{Kind, Scope};
use laneway::store;

use crate::scene::{
    BASE, BILLING, CHANGE, GATES, Scene, ago, approval, key, of_run, permissions, result, trust,
};
use crate::support;

#[test]
fn everything_that_passed_is_clean_and_sealed() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    let (code, document) = scene.verdict(&[]);
    assert_eq!((code, &document["outcome"]), (0, &"clean".into()), "{document:#}");
    assert_eq!(document["kept"]["kind"], "sealed");
    let seal = scene.seal().unwrap();
    assert_eq!((seal.epoch, seal.outcome, seal.gates.len()), (0, Outcome::Clean, 5));
    assert!(seal.gates.values().all(|gate| gate.records.len() == 1));
    let (code, again) = scene.verdict(&[]);
    assert_eq!((code, &again["kept"]["kind"]), (0, &"standing".into()));
}

#[test]
fn what_has_no_record_is_missing() {
    let scene = Scene::new();
    let (code, out, _) = scene.verify(&["--no-seal"]);
    assert_eq!(code, 1, "{out}");
    scene.pass_all_but(&["contracts"]);
    assert_eq!(scene.shown("contracts"), (1, "missing".to_owned()));
    assert_eq!(scene.shown("codegen"), (1, "passed".to_owned()));
    let (code, out, _) = scene.verify(&["--no-seal"]);
    assert!(code == 1 && out.contains("contracts"), "{out}");
    scene.save(&scene.pass("contracts"));
    assert_eq!(scene.shown("contracts"), (0, "passed".to_owned()));
}

#[test]
fn a_gate_that_did_not_run_to_its_end_holds_nothing() {
    for (own, shown) in [
        (GateResult::Fail, "failed"),
        (GateResult::Blocked, "blocked"),
        (GateResult::Missing, "missing"),
        (GateResult::NotApplicable, "not_applicable"),
        (GateResult::Partial, "partial"),
    ] {
        let scene = Scene::new();
        scene.pass_all_but(&["billing-unit"]);
        scene.save(&result(scene.pass("billing-unit"), own, "cancelled: its job was stopped"));
        assert_eq!(scene.shown("billing-unit"), (1, shown.to_owned()), "{own}");
        let (_, out, _) = scene.verify(&["--no-seal"]);
        assert!(out.contains("cancelled: its job was stopped"), "{out}");
    }
}

#[test]
fn results_of_something_else_do_not_count() {
    let elsewhere = Digest::of(b"another plan");
    type Change = fn(&mut laneway::evidence::Record, Digest);
    let changes: [(&str, Change); 7] = [
        ("another plan", |record, plan| record.plan = plan),
        ("another environment", |record, _| record.environment = Some("staging".to_owned())),
        ("another profile", |record, _| record.profile = Some("web-fast".to_owned())),
        ("another command", |record, _| record.command = Some("true".to_owned())),
        ("in the future", |record, _| {
            record.started = ago(-600);
            record.finished = ago(-700);
        }),
        ("out of date", |record, _| record.valid_until = Some(ago(10))),
        ("another gate", |record, _| record.gate = laneway::id::GateId::new("codegen")),
    ];
    for (what, change) in changes {
        let scene = Scene::new();
        scene.pass_all_but(&["billing-unit"]);
        let mut record = of_run(scene.pass("billing-unit"), "other");
        change(&mut record, elsewhere);
        scene.save(&record);
        let (code, shown) = scene.shown("billing-unit");
        assert!(code == 1 && shown != "passed", "{what}: {shown}");
    }
}

#[test]
fn results_of_another_commit_do_not_count() {
    let mut scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&["--no-seal"]).0, 0);
    scene.commit(&[("billing/b.go", "package billing\n")]);
    assert_eq!(scene.shown("contracts"), (1, "missing".to_owned()));
}

#[test]
fn evidence_of_another_plan_is_pointed_out() {
    let scene = Scene::new();
    let mut record = scene.pass("contracts");
    record.plan = Digest::of(b"another plan");
    scene.save(&record);
    let (code, out, _) = scene.verify(&["--no-seal"]);
    assert!(code == 1 && out.contains("another plan") | out.contains("other plan"), "{out}");
}

#[test]
fn runs_that_disagree_are_flaky() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    let failed = result(of_run(scene.pass("codegen"), "run-0"), GateResult::Fail, "2 of 40 tests failed");
    scene.save(&failed);
    assert_eq!(scene.shown("codegen"), (1, "flaky".to_owned()));
}

#[test]
fn every_shard_counts() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let part = |index, total| {
        let mut record = scene.pass("codegen");
        record.shard = Shard { index, total };
        record
    };
    scene.save(&part(1, 2));
    assert_eq!(scene.shown("codegen"), (1, "missing".to_owned()));
    scene.save(&part(2, 2));
    assert_eq!(scene.shown("codegen"), (0, "passed".to_owned()));
}

#[test]
fn a_partial_result_needs_an_approval_and_somebody_who_bears_the_risk() {
    let partial = |approve: &[(&str, Option<&str>)]| {
        let list: Vec<_> = approve
            .iter()
            .map(|(owner, risk)| {
                let mut own = approval(Scope::Gate("billing-unit".into()), owner);
                own.residual_risk_owner = risk.map(str::to_owned);
                own
            })
            .collect();
        let text = permissions(&list);
        let base: &[(&str, &str)] = if list.is_empty() { &[] } else { &[("lanes/permissions.yaml", &text)] };
        let scene = Scene::with(base, CHANGE);
        scene.pass_all_but(&["billing-unit"]);
        scene.save(&result(scene.pass("billing-unit"), GateResult::Partial, "one case is not covered"));
        scene.verdict(&["--no-seal"])
    };
    assert_eq!(partial(&[]).0, 1);
    assert_eq!(partial(&[("@arch", None)]).0, 1);
    let (code, document) = partial(&[("@arch", Some("@billing"))]);
    assert_eq!((code, &document["outcome"]), (0, &"with_debt".into()), "{document:#}");
}

#[test]
fn an_architecture_review_is_satisfied_by_an_approval_only() {
    let change = [("lanes/docs.yaml", "domain_lane:\n  domain_id: docs\n  kind: docs\n  title: Docs\n")];
    let scene = Scene::with(&[], &change);
    scene.pass_all_but(&[]);
    scene.save(&scene.pass("architecture-review"));
    assert_eq!(scene.shown("architecture-review").0, 1, "a record is no review");

    let verdict = |owner: &str| {
        let text = permissions(&[approval(Scope::Gate("architecture-review".into()), owner)]);
        let scene = Scene::with(&[("lanes/permissions.yaml", &text)], &change);
        scene.pass_all_but(&[]);
        scene.shown("architecture-review")
    };
    assert_eq!(verdict("@arch"), (0, "approved".to_owned()));
    assert_eq!(verdict("@billing").0, 1);
}

#[test]
fn a_signed_approval_counts_without_a_merge() {
    let (owner, stranger) = (key(1), key(2));
    let trusted = trust(&[(&owner, "@arch", "approve")], "{permissions: 1}");
    let change = [("lanes/docs.yaml", "domain_lane:\n  domain_id: docs\n  kind: docs\n  title: Docs\n")];
    let scene = Scene::with(&[("lanes/trust.yaml", &trusted)], &change);
    scene.pass_all_but(&[]);
    let own = approval(Scope::Gate("architecture-review".into()), "@arch");
    store::save_permission(&scene.store(), &own, &stranger).unwrap();
    assert_eq!(scene.shown("architecture-review").0, 1);
    let record = store::save_permission(&scene.store(), &own, &owner).unwrap();
    assert_eq!(scene.shown("architecture-review"), (0, "approved".to_owned()));
    store::save_unpermit(&scene.store(), record, "@arch", "a mistake").unwrap();
    assert_eq!(scene.shown("architecture-review").0, 1);
}

#[test]
fn retired_and_redefined_gates_need_the_bases_evidence_or_an_approval() {
    let retired = BILLING.replace("    - id: billing-ledger\n      title: Ledger\n      needs: [billing-unit]\n      run: go test -run Ledger ./billing/...\n", "");
    let redefined = BILLING.replace("go test -run Ledger ./billing/...", "true");
    assert!(retired != BILLING && redefined != BILLING);
    for (what, lane) in [("retired", &retired), ("redefined", &redefined)] {
        let change = [CHANGE[0], ("lanes/billing.yaml", lane.as_str())];
        let reviewed = approval(Scope::Gate("architecture-review".into()), "@arch");
        let mut removed = approval(Scope::Gate("billing-ledger".into()), "@arch");
        removed.id = "ok-2".to_owned();

        let text = permissions(std::slice::from_ref(&reviewed));
        let scene = Scene::with(&[("lanes/permissions.yaml", &text)], &change);
        scene.pass_all_but(&["billing-ledger"]);
        assert_eq!(scene.shown("billing-ledger").0, 1, "{what}");
        let mut weak = scene.pass("billing-ledger");
        weak.command = Some("true".to_owned());
        scene.save(&weak);
        assert_eq!(scene.shown("billing-ledger").0, 1, "{what}: by the head's command");
        scene.save(&of_run(scene.pass("billing-ledger"), "again"));
        assert_eq!(scene.shown("billing-ledger").0, 0, "{what}: by the base's command");

        let text = permissions(&[reviewed, removed]);
        let scene = Scene::with(&[("lanes/permissions.yaml", &text)], &change);
        scene.pass_all_but(&["billing-ledger"]);
        assert_eq!(scene.shown("billing-ledger"), (0, "approved".to_owned()), "{what}: approved");
    }
}

#[test]
fn not_applicable_holds_where_the_base_allows_it() {
    let allowed = GATES.replace("run: make codegen,", "run: make codegen, not_applicable: allowed,");
    for (base, code) in [(GATES, 1), (allowed.as_str(), 0)] {
        let scene = Scene::with(&[("lanes/gates.yaml", base)], CHANGE);
        scene.pass_all_but(&["codegen"]);
        scene.save(&result(scene.pass("codegen"), GateResult::NotApplicable, "no API is touched"));
        assert_eq!(scene.shown("codegen"), (code, "not_applicable".to_owned()));
    }
}

#[test]
fn a_waiver_lets_a_failure_pass_as_debt() {
    let mut waiver = approval(Scope::Gate("codegen".into()), "@arch");
    waiver.kind = Kind::Waiver;
    let text = permissions(&[waiver.clone()]);
    let scene = Scene::with(&[("lanes/permissions.yaml", &text)], CHANGE);
    scene.pass_all_but(&["codegen"]);
    scene.save(&result(scene.pass("codegen"), GateResult::Fail, "the generator crashed"));
    let (code, document) = scene.verdict(&[]);
    assert_eq!((code, &document["outcome"]), (0, &"with_debt".into()), "{document:#}");
    assert_eq!(scene.shown("codegen"), (0, "waived".to_owned()));
    assert_eq!(scene.seal().unwrap().outcome, Outcome::WithDebt);

    waiver.expires = ago(30);
    let text = permissions(&[waiver]);
    let scene = Scene::with(&[("lanes/permissions.yaml", &text)], CHANGE);
    scene.pass_all_but(&["codegen"]);
    let (code, out, _) = scene.verify(&["--no-seal"]);
    assert!(code == 1 && out.contains("ok-1") && out.contains("not in force"), "{out}");
}

#[test]
fn the_level_of_enforcement_says_what_stops() {
    for (level, code) in [("report_only", 0), ("warning", 0), ("blocking_claims", 0), ("blocking", 1)] {
        let gates = GATES.replace("id: codegen,", "id: codegen, family: generated,");
        let families = format!(
            "gate_families:\n  - {{id: generated, title: Generated, proof: It is new., enforcement: {level}}}\n"
        );
        let base = [("lanes/gates.yaml", gates.as_str()), ("lanes/families.yaml", families.as_str())];
        let scene = Scene::with(&base, CHANGE);
        scene.pass_all_but(&["codegen"]);
        let (own, document) = scene.verdict(&["--no-seal"]);
        assert_eq!(own, code, "{level}: {document:#}");
        let outcome = if code == 0 { "with_debt" } else { "fails" };
        assert_eq!(document["outcome"], outcome, "{level}");
        assert_eq!(scene.shown("codegen"), (code, "missing".to_owned()));
    }
}

#[test]
fn a_report_exits_with_nought_and_writes_nothing() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let (code, document) = scene.verdict(&["--report"]);
    assert_eq!((code, &document["outcome"]), (0, &"fails".into()));
    assert_eq!(document["kept"]["kind"], "nowhere");
    assert!(!scene.root.join(".laneway/evidence/v1/fail").exists());
    scene.save(&scene.pass("codegen"));
    assert_eq!(scene.verify(&["--report"]).0, 0);
    assert!(scene.seal().is_none());
}

#[test]
fn a_later_failure_takes_the_seal_back() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&[]).0, 0);
    let failed = result(of_run(scene.pass("codegen"), "nightly"), GateResult::Fail, "it failed at night");
    let record = scene.save(&failed);
    let (code, document) = scene.verdict(&[]);
    assert_eq!(code, 1);
    assert_eq!(document["kept"], serde_json::json!({"kind": "failed", "revoked": 0}));
    assert!(scene.seal().is_none());
    let evidence = store::load(&scene.store(), &scene.subject(), scene.required().digest(), &[]).unwrap();
    let revoked = &evidence.revocations[&0].content;
    assert_eq!(revoked.cause, Cause::LaterFailure { record });
    assert!(revoked.epoch == 0 && !revoked.owner.is_empty());
    // The next time nothing stands that could be taken back.
    let (_, again) = scene.verdict(&[]);
    assert_eq!(again["kept"], serde_json::json!({"kind": "failed", "revoked": null}));
}

#[test]
fn a_revoked_seal_is_followed_by_the_next() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&[]).0, 0);
    let revocation = Revocation {
        commit: scene.commit_hash(),
        plan: scene.required().digest(),
        epoch: 0,
        owner: "@arch".to_owned(),
        reason: "the runner was not ours".to_owned(),
        cause: Cause::ByHand,
        revoked: ago(0),
    };
    store::save_revocation(&scene.store(), &revocation, None).unwrap();
    assert_eq!(scene.verify(&["--no-seal"]).0, 1, "what the seal rested on does not count any more");
    let required = scene.required();
    for gate in required.gates.keys() {
        scene.save(&of_run(scene.pass_of(&required, gate.as_str()), "run-2"));
    }
    let (code, document) = scene.verdict(&[]);
    assert_eq!((code, &document["kept"]), (0, &serde_json::json!({"kind": "sealed", "epoch": 1})));
}

#[test]
fn what_is_only_gone_takes_no_seal_back() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&[]).0, 0);
    let own = scene.pass("codegen");
    let at = laneway::evidence::key::run(
        &scene.subject(),
        own.plan,
        &own.gate,
        (&own.run, own.attempt, own.shard),
    );
    std::fs::remove_file(scene.root.join(".laneway/evidence").join(at.as_str())).unwrap();
    let (code, document) = scene.verdict(&[]);
    assert_eq!((code, &document["kept"]["revoked"]), (1, &serde_json::Value::Null), "{document:#}");
    assert!(scene.seal().is_some());
    assert!(document["notes"].to_string().contains("seal 0 stands"), "{document:#}");
}

#[test]
fn a_failure_is_kept_under_the_name_of_the_run() {
    let scene = Scene::new();
    assert_eq!(scene.verify(&[]).0, 1);
    let plan = scene.required().digest();
    let key = laneway::evidence::key::fail(&scene.commit_hash(), plan, &RunId::parse("check").unwrap());
    assert!(scene.root.join(".laneway/evidence").join(key.as_str()).exists());
}

#[test]
fn a_citation_leads_to_an_executed_pass() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let mut original = scene.pass("codegen");
    original.subjects.artifacts = BTreeMap::from([("image".to_owned(), Digest::of(b"image"))]);
    // The pass was recorded for the image, on another commit.
    original.subjects.commit = laneway::digest::CommitHash::parse(&"ab".repeat(20)).unwrap();
    let from = scene.save(&original);
    let mut reused = scene.pass("codegen");
    reused.origin = Origin::Reused { from };
    reused.subjects.artifacts = original.subjects.artifacts.clone();
    reused.run = RunId::parse("run-2").unwrap();
    let digest = scene.save(&reused);
    assert_eq!(scene.shown("codegen"), (0, "reused".to_owned()));

    let chain = Scene::new();
    chain.pass_all_but(&["codegen"]);
    let mut again = chain.pass("codegen");
    again.origin = Origin::Reused { from: digest };
    chain.save(&again);
    assert_eq!(chain.verify(&["--no-seal"]).0, 1, "there is no such record in this store");
}

#[test]
fn an_unreadable_store_decides_nothing() {
    let scene = Scene::new();
    let file = scene.root.join(".laneway/evidence");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "not a folder").unwrap();
    let (code, _, err) = scene.verify(&[]);
    assert!(code == 2 && err.contains("laneway::store::access"), "{code} {err}");
    for (address, fault) in
        [("", "empty_value"), ("ftp://evidence", "laneway::store::address"), (" ", "empty_value")]
    {
        let (code, _, err) = scene.verify(&["--store", address]);
        assert!(code == 2 && err.contains(fault), "{address}: {code} {err}");
    }
}

#[test]
fn an_altered_record_blocks_its_gate() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let digest = scene.save(&scene.pass("codegen"));
    let file = scene.root.join(".laneway/evidence").join(laneway::evidence::key::record(digest).as_str());
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("run-1", "run-9")).unwrap();
    assert_eq!(scene.shown("codegen"), (1, "blocked".to_owned()));
}

#[test]
fn signatures_are_asked_for_where_the_base_asks() {
    let (ci, stranger) = (key(1), key(2));
    let trusted = trust(&[(&ci, "@ci", "attest, seal")], "{records: 1, seals: 1}");
    let scene = Scene::with(&[("lanes/trust.yaml", &trusted)], CHANGE);
    let required = scene.required();
    let records: Vec<_> = required.gates.keys().map(|gate| scene.pass_of(&required, gate.as_str())).collect();
    for record in &records {
        store::save_record(&scene.store(), record, Some(&stranger)).unwrap();
    }
    assert_eq!(scene.verify(&["--no-seal"]).0, 1, "nobody trusts who signed");
    for record in &records {
        store::save_record(&scene.store(), record, Some(&ci)).unwrap();
    }
    assert_eq!(scene.verify(&["--no-seal"]).0, 0);

    let (code, out, err) = scene.verify(&[]);
    assert!(code == 2 && err.contains("laneway::verify::seal"), "{code} {out} {err}");
    let file = scene.root.join(".laneway/key");
    std::fs::write(&file, stranger.reveal()).unwrap();
    let (code, _, err) = scene.verify(&["--key", file.to_str().unwrap()]);
    assert!(code == 2 && err.contains("laneway::verify::seal") && !err.contains(&stranger.reveal()), "{err}");
    std::fs::write(&file, ci.reveal()).unwrap();
    assert_eq!(scene.verify(&["--key", file.to_str().unwrap()]).0, 0);
    assert_eq!(scene.seal().unwrap().key_hint, Some(ci.public().id()));
}

#[test]
fn an_empty_change_asks_for_nothing() {
    let scene = Scene::with(&[], &[]);
    let (code, out, err) = scene.verify(&[]);
    assert_eq!(code, 0, "{out} {err}");
    let (_, document) = scene.verdict(&[]);
    assert_eq!((&document["outcome"], &document["kept"]["kind"]), (&"clean".into(), &"nowhere".into()));
    assert!(!scene.root.join(".laneway/evidence").exists());
}

#[test]
fn only_commits_are_judged() {
    let scene = Scene::new();
    for arguments in [&["verify"][..], &["verify", "--staged"], &["verify", "--files", "billing/a.go"]] {
        let (code, _, err) = scene.laneway(arguments);
        assert!(code == 2 && err.contains("laneway::evidence::commit"), "{arguments:?}: {code} {err}");
    }
}

#[test]
fn a_head_that_does_not_hold_together_is_not_decided() {
    let scene = Scene::with(&[], &[("lanes/docs.yaml", "domain_lane: [\n")]);
    let (code, _, err) = scene.verify(&[]);
    assert!(code == 2 && err.contains("lanes/docs.yaml"), "{code} {err}");
    assert!(!scene.root.join(".laneway/evidence/v1/seal").exists());
}

#[test]
fn without_a_base_it_fails_and_says_what_to_fetch() {
    let scene = Scene::new();
    support::git(&scene.root, &["checkout", "-q", "main"]);
    let shallow = scene.root.join("shallow");
    support::git(
        &scene.root,
        &[
            "clone",
            "-q",
            "--depth",
            "1",
            "--branch",
            "topic",
            &format!("file://{}", scene.root.display()),
            "shallow",
        ],
    );
    let (code, out, err) =
        support::run(support::laneway(&shallow).args(["verify", "--base", "origin/main", "--head", "HEAD"]));
    assert!(code != 0, "{code} {out} {err}");
    let (code, out, err) = support::run(support::laneway(&shallow).args(["verify", "--head", "HEAD"]));
    assert!(code != 0 && format!("{out}{err}").contains("fetch"), "{code} {out} {err}");
}

#[test]
fn a_policy_from_outside_needs_an_approval_of_the_plan() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    let folder = scene.root.join(".laneway/policy");
    for (path, text) in BASE {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let more = ["--no-seal", "--policy", folder.to_str().unwrap()];
    let (code, document) = scene.verdict(&more);
    assert_eq!(code, 1, "{document:#}");
    assert!(!document["stops"].as_array().unwrap().is_empty());
    let plan = laneway::digest::Digest::parse(document["plan"].as_str().unwrap()).unwrap();
    let text = permissions(&[approval(Scope::Plan(plan), "@arch")]);
    std::fs::write(folder.join("lanes/permissions.yaml"), text).unwrap();
    let (code, document) = scene.verdict(&more);
    assert!(document["stops"].as_array().unwrap().is_empty(), "{document:#}");
    let _ = code;
}

#[test]
fn the_given_route_holds_what_the_commits_derive() {
    let scene = Scene::new();
    scene.pass_all_but(&[]);
    let (file, text) = scene.route(&[]);
    assert_eq!(scene.verify(&["--no-seal", "--route", &file]).0, 0);

    // One that is wider is another plan, and what was proved for it counts for it alone.
    let (file, _) = scene.route(&["--add", "dlq"]);
    let (code, document) = scene.verdict(&["--no-seal", "--route", &file]);
    assert_eq!((code, document["differences"].as_array().unwrap().len()), (1, 0), "{document:#}");
    assert!(document["gates"].to_string().contains("dlq"));
    let (file, _) = scene.route(&["--all", "to see"]);
    let (code, document) = scene.verdict(&["--no-seal", "--route", &file]);
    assert_eq!((code, document["differences"].as_array().unwrap().len()), (1, 0), "{document:#}");

    // The kill switch asks for everything, and the given route does not have it.
    let (file, _) = scene.route(&[]);
    let mut command = support::laneway(&scene.root);
    let arguments = ["verify", "--base", "main", "--head", "topic", "--no-seal", "--route", &file];
    let (code, out, _) = support::run(command.args(arguments).env("LANEWAY_ALL", "incident"));
    assert!(code == 1 && out.contains("dlq"), "{out}");

    std::fs::write(&file, text.replace("make codegen", "true")).unwrap();
    let (code, _, err) = scene.verify(&["--route", &file]);
    assert!(code == 2 && err.contains("laneway::route_document::digest"), "{code} {err}");
    let (code, _, err) = scene.verify(&["--route", ""]);
    assert!(code == 2 && err.contains("empty_value"), "{code} {err}");
    let (code, _, err) = scene.verify(&["--route", "nowhere.json"]);
    assert!(code == 2 && err.contains("laneway::route_document::syntax"), "{code} {err}");
}

#[test]
fn a_stale_route_fails() {
    let mut scene = Scene::new();
    scene.pass_all_but(&[]);
    let (file, _) = scene.route(&[]);
    let stale = scene.root.join(".git/stale.json");
    std::fs::copy(&file, &stale).unwrap();
    std::fs::remove_dir_all(scene.root.join(".laneway")).unwrap();
    scene.commit(&[("billing/b.go", "package billing\n")]);
    scene.pass_all_but(&[]);
    let (fresh, _) = scene.route(&[]);
    assert_eq!(scene.verify(&["--no-seal", "--route", &fresh]).0, 0);
    let (code, out, _) = scene.verify(&["--no-seal", "--route", stale.to_str().unwrap()]);
    assert!(code == 1 && out.contains("change.head") && out.contains("billing/b.go"), "{out}");
}

#[test]
fn every_format_is_written() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    for (format, says) in [
        ("text", "codegen"),
        ("json", "laneway.verdict/v1"),
        ("markdown", "codegen"),
        ("payload", "release_profile_evidence:"),
        ("github", "codegen"),
    ] {
        let (code, out, err) = scene.verify(&["--no-seal", "--format", format]);
        assert!(code == 1 && out.contains(says), "{format}: {out} {err}");
    }
    let summary = scene.root.join(".laneway/summary.md");
    let arguments = ["verify", "--base", "main", "--head", "topic", "--no-seal", "--format", "github"];
    let (code, out, _) =
        support::run(support::laneway(&scene.root).args(arguments).env("GITHUB_STEP_SUMMARY", &summary));
    let page = std::fs::read_to_string(&summary).unwrap();
    assert!(code == 1 && page.contains("codegen") && out.contains("codegen"), "{page}");
    let (code, _, _) = scene.verify(&["--no-seal", "--output", summary.to_str().unwrap()]);
    assert!(code == 1 && std::fs::read_to_string(&summary).unwrap().contains("codegen"));
}
