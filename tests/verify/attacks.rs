//! Changes that try to pass by themselves.

use laneway::digest::Digest;
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{GateResult, Origin, Requirements};
use laneway::permission::{Kind, Scope};
use laneway::plan::Plan;
use laneway::source::Source;
use laneway::store::{self, Store as _};

use crate::scene::{
    BILLING, CHANGE, GATES, Scene, approval, key as secret, of_run, permissions, result, trust,
};
use crate::support;

/// Runs verify on a change whose gates all passed but `but`, and returns what it prints. It must fail.
fn refused(base: &[(&str, &str)], change: &[(&str, &str)], but: &[&str]) -> String {
    let scene = Scene::with(base, &[CHANGE, change].concat());
    scene.pass_all_but(but);
    fails(&scene, &[])
}

/// Runs verify, which must fail, and returns what it prints.
fn fails(scene: &Scene, more: &[&str]) -> String {
    let (code, out, err) = scene.verify(&[&["--no-seal", "--verbose"], more].concat());
    assert_eq!(code, 1, "{out}{err}");
    out
}

#[test]
fn its_own_approval() {
    let text = permissions(&[approval(Scope::Gate("architecture-review".into()), "@arch")]);
    let out = refused(&[], &[("lanes/permissions.yaml", &text)], &[]);
    assert!(out.contains("architecture-review") && out.contains("adds the approval `ok-1`"), "{out}");
}

#[test]
fn its_own_waiver_and_debt() {
    let mut waiver = approval(Scope::Gate("codegen".into()), "@arch");
    waiver.kind = Kind::Waiver;
    let text = permissions(&[waiver]);
    let out = refused(&[], &[("lanes/permissions.yaml", &text)], &["codegen"]);
    assert!(out.contains("codegen") && out.contains("adds the waiver `ok-1`"), "{out}");
}

#[test]
fn an_approval_that_it_makes_longer() {
    let gate = Scope::Gate("architecture-review".into());
    let mut over = approval(gate.clone(), "@arch");
    over.created = crate::scene::ago(7200);
    over.expires = crate::scene::ago(3600);
    let base = permissions(&[over]);
    let own = permissions(&[approval(gate, "@arch")]);
    let out = refused(&[("lanes/permissions.yaml", &base)], &[("lanes/permissions.yaml", &own)], &[]);
    assert!(out.contains("architecture-review") && out.contains("adds the approval `ok-1`"), "{out}");
}

#[test]
fn its_own_line_of_debt_in_the_guards_tables() {
    let header = "fingerprint\tcode\tpath\towner\treason\texpires\n";
    let out = refused(&[], &[("ownership-maps/guard-allowed-debt.tsv", header)], &[]);
    assert!(out.contains("architecture-review"), "{out}");
}

#[test]
fn its_own_key() {
    let own = secret(9);
    let text = trust(&[(&own, "@arch", "attest, approve")], "{records: 1}");
    let scene = Scene::with(&[], &[CHANGE[0], ("lanes/trust.yaml", &text)]);
    let required = scene.required();
    for gate in required.gates.keys() {
        store::save_record(&scene.store(), &scene.pass_of(&required, gate.as_str()), Some(&own)).unwrap();
    }
    let review = approval(Scope::Gate("architecture-review".into()), "@arch");
    store::save_permission(&scene.store(), &review, &own).unwrap();
    let out = fails(&scene, &[]);
    assert!(out.contains("architecture-review") && out.contains("adds the trusted key `key-0`"), "{out}");
}

#[test]
fn its_own_architecture_reviewer() {
    let review = approval(Scope::Gate("architecture-review".into()), "@me");
    let text = permissions(&[review]);
    let config = "version: 1\narchitecture_reviewers: [\"@arch\", \"@me\"]\n";
    let out = refused(&[("lanes/permissions.yaml", &text)], &[("laneway.yaml", config)], &[]);
    assert!(
        out.contains("architecture-review") && out.contains("adds the architecture reviewer `@me`"),
        "{out}"
    );
}

#[test]
fn its_own_store() {
    let config = "version: 1\narchitecture_reviewers: [\"@arch\"]\nevidence: .laneway/mine\n";
    let review = approval(Scope::Gate("architecture-review".into()), "@arch");
    let text = permissions(&[review]);
    let scene = Scene::with(&[("lanes/permissions.yaml", &text)], &[CHANGE[0], ("laneway.yaml", config)]);
    let mine = store::Folder::new(scene.root.join(".laneway/mine"));
    let required = scene.required();
    for gate in required.gates.keys() {
        store::save_record(&mine, &scene.pass_of(&required, gate.as_str()), None).unwrap();
    }
    let out = fails(&scene, &[]);
    assert!(out.contains("moves the store to `.laneway/mine`"), "{out}");
    assert_eq!(scene.verify(&["--no-seal", "--store", ".laneway/mine"]).0, 0, "the records are sound");
}

#[test]
fn evidence_that_it_brings_along() {
    let mut scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&["--no-seal"]).0, 0);
    // The evidence of the next commit cannot be in it, but that of any file can.
    scene.head = support::commit(&scene.root, &[("billing/b.go", "package billing\n")], "with evidence");
    scene.pass_all_but(&[]);
    let (code, _, err) = scene.verify(&["--no-seal"]);
    assert!(code == 2 && err.contains("laneway::store::tracked"), "{code} {err}");
    let (code, _, err) = scene.verify(&["--no-seal", "--store", "./billing/../.laneway/evidence/"]);
    assert!(code == 2 && err.contains("laneway::store::tracked"), "{code} {err}");
}

#[cfg(unix)]
#[test]
fn evidence_behind_a_link_that_it_brings_along() {
    let scene = Scene::new();
    let elsewhere = scene.root.join(".git/elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, scene.root.join("link")).unwrap();
    let mut scene = scene;
    scene.commit(&[]);
    let required = scene.required();
    let store = store::Folder::new(elsewhere);
    for gate in required.gates.keys() {
        store::save_record(&store, &scene.pass_of(&required, gate.as_str()), None).unwrap();
    }
    let (code, _, err) = scene.verify(&["--no-seal", "--store", "link"]);
    assert!(code == 2 && err.contains("laneway::store::tracked"), "{code} {err}");
}

#[test]
fn fewer_signatures() {
    let ci = secret(1);
    let before = trust(&[(&ci, "@ci", "attest")], "{records: 1}");
    let after = trust(&[(&ci, "@ci", "attest")], "{records: 0}");
    let out = refused(&[("lanes/trust.yaml", &before)], &[("lanes/trust.yaml", &after)], &[]);
    assert!(out.contains("asks for 0 instead of 1 signatures of records"), "{out}");
    assert!(out.contains("contracts"), "{out}");
}

#[test]
fn a_lower_level_of_enforcement() {
    let family = |level: &str| {
        format!(
            "gate_families:\n  - {{id: generated, title: Generated, proof: It is new., enforcement: {level}}}\n"
        )
    };
    let gates = GATES.replace("id: codegen,", "id: codegen, family: generated,");
    let (before, after) = (family("blocking"), family("report_only"));
    let base = [("lanes/gates.yaml", gates.as_str()), ("lanes/families.yaml", before.as_str())];
    let out = refused(&base, &[("lanes/families.yaml", &after)], &["codegen"]);
    assert!(
        out.contains("lowers `generated` from `blocking` to `report_only`") && out.contains("codegen"),
        "{out}"
    );
}

#[test]
fn a_gate_moved_to_a_family_that_does_not_block() {
    let families =
        "gate_families:\n  - {id: soft, title: Soft, proof: It is printed., enforcement: report_only}\n";
    let after = GATES.replace("id: codegen,", "id: codegen, family: soft,");
    let out = refused(&[("lanes/families.yaml", families)], &[("lanes/gates.yaml", &after)], &["codegen"]);
    assert!(out.contains("codegen"), "{out}");
}

#[test]
fn a_gate_that_it_makes_not_applicable() {
    let after = GATES.replace("run: make codegen,", "run: make codegen, not_applicable: allowed,");
    let reviewed = permissions(&[approval(Scope::Gate("architecture-review".into()), "@arch")]);
    let scene =
        Scene::with(&[("lanes/permissions.yaml", &reviewed)], &[CHANGE[0], ("lanes/gates.yaml", &after)]);
    scene.pass_all_but(&["codegen"]);
    scene.save(&result(scene.pass("codegen"), GateResult::NotApplicable, "it is not mine"));
    let out = fails(&scene, &[]);
    assert!(
        out.contains("codegen") && out.contains("lets gate `codegen` say that it does not apply"),
        "{out}"
    );
}

#[test]
fn a_gate_redefined_to_true() {
    let after = GATES.replace("run: make codegen,", "run: \"true\",");
    let reviewed = permissions(&[approval(Scope::Gate("architecture-review".into()), "@arch")]);
    let scene =
        Scene::with(&[("lanes/permissions.yaml", &reviewed)], &[CHANGE[0], ("lanes/gates.yaml", &after)]);
    scene.pass_all_but(&["codegen"]);
    let mut own = scene.pass("codegen");
    own.command = Some("true".to_owned());
    scene.save(&own);
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen") && out.contains("redefine"), "{out}");
}

#[test]
fn a_gate_that_it_retires() {
    let after = BILLING.split("    - id: billing-ledger").next().unwrap();
    let reviewed = permissions(&[approval(Scope::Gate("architecture-review".into()), "@arch")]);
    let out = refused(
        &[("lanes/permissions.yaml", &reviewed)],
        &[("lanes/billing.yaml", after)],
        &["billing-ledger"],
    );
    assert!(out.contains("billing-ledger") && out.contains("retire"), "{out}");
}

#[test]
fn a_lane_deleted_on_a_shallow_checkout() {
    let scene = Scene::new();
    std::fs::remove_file(scene.root.join("lanes/billing.yaml")).unwrap();
    let mut scene = scene;
    scene.commit(&[("billing/a.go", "package billing // again\n")]);
    support::git(&scene.root, &["checkout", "-q", "main"]);
    let shallow = tempfile::tempdir().unwrap();
    let origin = format!("file://{}", scene.root.display());
    support::git(shallow.path(), &["clone", "-q", "--depth", "1", "--branch", "topic", &origin, "own"]);
    let own = shallow.path().join("own");
    let store = scene.root.join(".laneway/evidence");
    let arguments = ["--head", "HEAD", "--store", store.to_str().unwrap()];
    let (code, text, err) =
        support::run(support::laneway(&own).args([&["route", "--format", "json"], &arguments[..2]].concat()));
    assert_eq!(code, 0, "{err}");
    // Everything that the broad route of the head asks for is recorded.
    let required = Requirements::of_route(&Plan::parse(&Source::new("route", text)).unwrap());
    for gate in required.gates.keys() {
        scene.save(&scene.pass_of(&required, gate.as_str()));
    }
    let review = approval(Scope::Plan(required.digest()), "@arch");
    store::save_permission(&scene.store(), &review, &secret(1)).unwrap();
    let (code, out, err) =
        support::run(support::laneway(&own).args([&["verify", "--no-seal"], &arguments[..]].concat()));
    assert!(code == 1 && out.contains("fetch"), "{code} {out} {err}");
}

#[test]
fn evidence_for_the_right_gate_under_another_plan() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let mut own = scene.pass("codegen");
    own.plan = Digest::of(b"a plan without the hard gates");
    let digest = scene.save(&own);
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen") && out.contains("plan"), "{out}");
    // Its pointer copied to where the plan's own would be.
    let at =
        key::run(&scene.subject(), scene.required().digest(), &own.gate, (&own.run, own.attempt, own.shard));
    scene.store().put(&at, format!("{{\"record\":\"{digest}\"}}\n").as_bytes()).unwrap();
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen"), "{out}");
}

#[test]
fn a_record_copied_from_another_commit() {
    let mut scene = Scene::new();
    scene.pass_all_but(&[]);
    let old = (scene.subject(), scene.pass("codegen"));
    let pointer = scene
        .store()
        .get(&key::run(&old.0, old.1.plan, &old.1.gate, (&old.1.run, old.1.attempt, old.1.shard)))
        .unwrap()
        .unwrap();
    scene.commit(&[]);
    scene.pass_all_but(&["codegen"]);
    let own = scene.pass("codegen");
    let at = key::run(&scene.subject(), own.plan, &own.gate, (&own.run, own.attempt, own.shard));
    scene.store().put(&at, &pointer).unwrap();
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen"), "{out}");
}

#[test]
fn a_record_copied_from_another_gate() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let other = scene.pass("contracts");
    let pointer = scene
        .store()
        .get(&key::run(&scene.subject(), other.plan, &other.gate, (&other.run, 1, other.shard)))
        .unwrap()
        .unwrap();
    let own = scene.pass("codegen");
    let at = key::run(&scene.subject(), own.plan, &own.gate, (&own.run, 1, own.shard));
    scene.store().put(&at, &pointer).unwrap();
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen"), "{out}");
}

#[test]
fn a_seal_copied_from_another_commit() {
    let mut scene = Scene::new();
    scene.pass_all_but(&[]);
    assert_eq!(scene.verify(&[]).0, 0);
    let plan = scene.required().digest();
    let bytes = scene.store().get(&key::seal(&scene.commit_hash(), plan, 0)).unwrap().unwrap();
    scene.commit(&[]);
    let own = scene.required().digest();
    scene.store().put(&key::seal(&scene.commit_hash(), own, 0), &bytes).unwrap();
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen") || out.contains("seal"), "{out}");
    // Nor does the copy keep the commit from its own verdict.
    assert!(!scene.verify(&["--no-seal"]).1.is_empty());
}

#[test]
fn a_chain_of_skips() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let mut first = of_run(scene.pass("codegen"), "first");
    first.subjects.commit = laneway::digest::CommitHash::parse(&"ab".repeat(20)).unwrap();
    first.subjects.artifacts.insert("image".to_owned(), Digest::of(b"image"));
    let mut second = first.clone();
    second.run = laneway::evidence::RunId::parse("second").unwrap();
    second.origin = Origin::Reused { from: scene.save(&first) };
    let mut third = of_run(scene.pass("codegen"), "third");
    third.subjects.artifacts.clone_from(&first.subjects.artifacts);
    third.origin = Origin::Reused { from: scene.save(&second) };
    scene.save(&third);
    let out = fails(&scene, &[]);
    assert!(out.contains("codegen"), "{out}");
}

#[test]
fn a_route_document_that_asks_for_less() {
    let scene = Scene::new();
    let (file, text) = scene.route(&[]);
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let gates = document["gates"].as_array_mut().unwrap();
    gates.retain(|gate| gate["id"] != "codegen");
    // Without its digest made anew it is not read; with it, every difference is named.
    std::fs::write(&file, document.to_string()).unwrap();
    let (code, _, err) = scene.verify(&["--route", &file]);
    assert!(code == 2 && err.contains("laneway::route_document::digest"), "{code} {err}");
    let digest = err.split("it would be ").nth(1).unwrap();
    let digest: String = digest.chars().take_while(char::is_ascii_hexdigit).collect();
    document["digest"] = digest.into();
    std::fs::write(&file, document.to_string()).unwrap();
    let required = Requirements::of_route(&Plan::parse(&Source::new("given", document.to_string())).unwrap());
    for gate in required.gates.keys() {
        scene.save(&scene.pass_of(&required, gate.as_str()));
    }
    let out = fails(&scene, &["--route", &file]);
    assert!(out.contains("codegen") && out.contains("given"), "{out}");
}

#[test]
fn a_subject_that_is_an_artifact_only() {
    let scene = Scene::new();
    scene.pass_all_but(&["codegen"]);
    let mut own = scene.pass("codegen");
    own.subjects.commit = laneway::digest::CommitHash::parse(&"ab".repeat(20)).unwrap();
    own.subjects.artifacts.insert("image".to_owned(), Digest::of(b"image"));
    let digest = scene.save(&own);
    let at = key::run(&scene.subject(), own.plan, &own.gate, (&own.run, own.attempt, own.shard));
    scene.store().put(&at, format!("{{\"record\":\"{digest}\"}}\n").as_bytes()).unwrap();
    assert!(fails(&scene, &[]).contains("codegen"));
    let artifact = Subject::Artifact(Digest::of(b"image"));
    let at = key::run(&artifact, own.plan, &own.gate, (&own.run, own.attempt, own.shard));
    assert!(scene.store().head(&at).unwrap(), "what is recorded for an artifact is kept under it");
}
