//! `laneway record`, end to end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use laneway::digest::{CommitHash, Digest};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{GateResult, Origin, Outcome, Record, RunId, Seal, Shard, Statement};
use laneway::store::{self, Folder, Store};

use crate::support::{commit, laneway, repository, root, run};

const LANES: &str = r#"domain_lane:
  domain_id: shop
  kind: product
  reviewers: ["@shop", "@till"]
  domain_local_gates:
    - {id: unit, title: Unit tests, run: make unit}
    - {id: image, title: Image, run: make image, family: images}
    - {id: review-board, title: Review board, evidence_types: [minutes]}
"#;

const FAMILIES: &str = r"gate_families:
  - {id: images, title: Images, proof: The image is named by its digest., artifact: required}
";

const RELEASES: &str = r"release_gates:
  - {id: live, title: Live smoke}
  - {id: live-image, title: Live image, family: images}
release_profiles:
  - {id: standard, title: Standard, use_when: Always, release_classes: all, families: [images], gates: [live, live-image]}
  - {id: web-fast, title: Web, use_when: Web, release_classes: all, families: [images], gates: [live]}
environments:
  - {id: staging, owner: '@release', target: shop-staging}
  - {id: production, owner: '@release', target: shop-production}
";

const MAP: &str = "| Package | Domain |\n|---|---|\n| `**` | shop |\n";

/// A repository with a change, and what was recorded of it.
struct World {
    _guard: tempfile::TempDir,
    root: PathBuf,
    head: CommitHash,
}

fn world() -> World {
    let files = [
        ("ownership-maps/package-ownership.md", MAP),
        ("lanes/shop.yaml", LANES),
        ("lanes/families.yaml", FAMILIES),
        ("lanes/releases.yaml", RELEASES),
        ("src/a.txt", "a\n"),
    ];
    let (guard, root) = repository(&files);
    let head = commit(&root, &[("src/a.txt", "b\n")], "second");
    World { _guard: guard, root, head: CommitHash::parse(&head).unwrap() }
}

impl World {
    fn record(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = laneway(&self.root);
        run(command
            .args(["record", "--base", "HEAD~1", "--head", "HEAD", "--store", "evidence"])
            .args(arguments))
    }

    /// Records, and returns the records that were printed.
    fn recorded(&self, arguments: &[&str]) -> Vec<Record> {
        let (code, out, err) = self.record(arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
        let lines = out.lines().filter(|line| !line.starts_with(' '));
        lines.map(|line| self.load(line.split_whitespace().nth(2).unwrap())).collect()
    }

    fn load(&self, digest: &str) -> Record {
        let bytes = self.store().get(&key::record(Digest::parse(digest).unwrap())).unwrap().unwrap();
        match Statement::parse("record", &bytes).unwrap() {
            Statement::Record(record) => *record,
            other => panic!("{other:?}"),
        }
    }

    fn store(&self) -> Folder {
        Folder::new(self.root.join("evidence"))
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.root.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn report(name: &str) -> String {
    root().join("testdata/results").join(name).to_str().unwrap().to_owned()
}

fn objects(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { objects(&path) } else { 1 })
        .sum()
}

/// Every refusal of the table in `docs/record.md`: what is typed, and the code.
fn refusals() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("docs/record.md")).unwrap();
    let section = text.split("\n## ").find(|own| own.starts_with("What is refused")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 4);
    rows.map(|line| {
        let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
        (cells[0].to_owned(), cells[2].to_owned())
    })
    .collect()
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_written() {
    let world = world();
    let refusals = refusals();
    assert!(refusals.len() > 40, "{}", refusals.len());
    for (typed, code) in refusals {
        let arguments: Vec<String> = shell_words(&typed);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (exit, out, err) = world.record(&arguments);
        assert_eq!((exit, out.as_str()), (2, ""), "{typed}: {err}");
        assert!(err.contains(&code), "{typed} is to be {code}: {err}");
        assert_eq!(objects(&world.root.join("evidence")), 0, "{typed} wrote something");
    }
}

/// Splits as a shell does, as far as the table needs it: blanks, and quotes of one kind.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for character in text.chars() {
        match character {
            '\'' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' if !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    let file = |word: &String| word.strip_prefix("testdata/results/").map_or_else(|| word.clone(), report);
    words.iter().map(file).collect()
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let world = world();
    let cut = report("refused/junit-cut.xml");
    let (code, _, err) = world.record(&["unti", "--junit", &cut, "--run-id", "../x"]);
    assert_eq!(code, 2);
    for part in ["results::junit_syntax", "evidence::unknown_gate", "did you mean `unit`?", "evidence::value"]
    {
        assert!(err.contains(part), "{part}: {err}");
    }
}

#[test]
fn an_exit_code_is_a_result() {
    let world = world();
    let [pass] = world.recorded(&["Unit tests", "--exit-code", "0"]).try_into().unwrap();
    assert_eq!((pass.gate.as_str(), pass.result, pass.origin), ("unit", GateResult::Pass, Origin::Executed));
    assert_eq!((pass.owner.as_str(), pass.command.as_deref()), ("@shop, @till", Some("make unit")));
    assert_eq!((&pass.subjects.commit, pass.shard, pass.attempt), (&world.head, Shard::WHOLE, 1));
    let [fail] = world.recorded(&["unit", "--exit-code", "137", "--run-id", "other"]).try_into().unwrap();
    assert_eq!((fail.result, fail.missing_reason.as_deref()), (GateResult::Fail, Some("it exited with 137")));
    // Two gates can share an execution, and never a record.
    assert_eq!(world.recorded(&["unit", "image", "--exit-code", "1"]).len(), 2);
}

#[test]
fn of_an_exit_code_and_reports_the_worst_counts() {
    let world = world();
    let (good, flaky, bad) =
        (report("junit/gradle.xml"), report("junit/playwright.xml"), report("junit/phpunit.xml"));
    let result = |arguments: &[&str]| world.recorded(arguments)[0].result;
    assert_eq!(result(&["unit", "--junit", &good]), GateResult::Pass);
    assert_eq!(result(&["unit", "--junit", &good, "--junit", &bad, "--exit-code", "0"]), GateResult::Pass);
    assert_eq!(
        result(&["unit", "--junit", &good, "--junit", &flaky, "--exit-code", "0"]),
        GateResult::Partial
    );
    assert_eq!(result(&["unit", "--junit", &good, "--exit-code", "2"]), GateResult::Fail);
    let failing = report("junit/surefire-rerun-failed.xml");
    let [record] = world
        .recorded(&["unit", "--junit", &flaky, "--junit", &failing, "--exit-code", "0"])
        .try_into()
        .unwrap();
    assert_eq!(record.result, GateResult::Fail);
    assert!(record.missing_reason.unwrap().contains("org.example.UploadTest.resumes"));
    let coverage = report("cobertura/coverage.py.xml");
    assert_eq!(result(&["unit", "--cobertura", &coverage, "--min-line-rate", "87.5"]), GateResult::Pass);
    assert_eq!(result(&["unit", "--cobertura", &coverage, "--min-line-rate", "87.6"]), GateResult::Fail);
}

#[test]
fn a_report_is_kept_and_named_by_its_digest() {
    let world = world();
    let file = report("junit/go-junit-report.xml");
    let [record] = world.recorded(&["unit", "--junit", &file]).try_into().unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(record.artifacts[0].digest, Digest::of(&bytes));
    assert_eq!(world.store().get(&key::blob(Digest::of(&bytes))).unwrap(), Some(bytes));
    assert_eq!(record.started.to_string(), "2026-05-04T07:12:31Z");
    assert_eq!(record.finished.to_string(), "2026-05-04T07:12:32Z");
    assert!(record.evidence_types.contains("test-report"));
    // What else the run left is named, and not kept.
    let image = world.write("image.tar", "layers");
    let [record] = world
        .recorded(&["image", "--exit-code", "0", "--artifact", &format!("app={image}")])
        .try_into()
        .unwrap();
    assert_eq!(record.artifacts[0].digest, Digest::of(b"layers"));
    assert!(!world.store().head(&key::blob(Digest::of(b"layers"))).unwrap());
}

#[test]
fn a_result_is_recorded_once() {
    let world = world();
    let first = ["unit", "--run-id", "7", "--exit-code", "1"];
    world.recorded(&first);
    let before = objects(&world.root.join("evidence"));
    let (code, _, err) = world.record(&["unit", "--run-id", "7", "--exit-code", "0"]);
    assert!(code == 2 && err.contains("laneway::store::twice"), "{err}");
    let (code, _, _) = world.record(&["unit", "image", "--run-id", "7", "--exit-code", "1"]);
    assert_eq!((code, objects(&world.root.join("evidence"))), (2, before), "all or nothing");
    world.recorded(&["unit", "--run-id", "7", "--exit-code", "0", "--attempt", "2"]);
    world.recorded(&["unit", "--run-id", "7", "--exit-code", "0", "--attempt", "3", "--shard", "2/3"]);
}

#[test]
fn artifacts_are_subjects_too() {
    let world = world();
    let image = Digest::of(b"image");
    let subject = format!("app@sha256:{image}");
    let [record] = world.recorded(&["image", "--exit-code", "0", "--subject", &subject]).try_into().unwrap();
    assert_eq!(record.subjects.artifacts, BTreeMap::from([("app".to_owned(), image)]));
    let evidence = store::load(&world.store(), &Subject::Artifact(image), record.plan, &[]).unwrap();
    assert_eq!(evidence.records.len(), 1);
}

#[test]
fn another_environment_is_another_plan() {
    let world = world();
    let plan = |arguments: &[&str]| world.recorded(arguments)[0].plan;
    let route = plan(&["unit", "--exit-code", "0"]);
    let there = |profile: &str, environment: &str| {
        plan(&["live", "--exit-code", "0", "--profile", profile, "--environment", environment])
    };
    let staging = there("standard", "staging");
    assert!(route != staging && staging != there("standard", "production"));
    assert_ne!(staging, there("web-fast", "staging"));
}

#[test]
fn profile_and_environment_are_declared_and_go_together() {
    let world = world();
    let cases: [(&[&str], &str); 6] = [
        (&["--profile", "standard"], "laneway::release::flag"),
        (&["--environment", "staging"], "laneway::release::flag"),
        (&["--profile", "standart", "--environment", "staging"], "laneway::lanes::unknown_profile"),
        (&["--profile", "standard", "--environment", "prod"], "laneway::lanes::unknown_environment"),
        (&["--profile", "standard", "--environment", " "], "laneway::change::empty_value"),
        (&["--profile", "standard", "--environment", "staging"], "laneway::evidence::unknown_gate"),
    ];
    for (arguments, code) in cases {
        // No route has a release gate, and no release a gate of routes.
        let (exit, out, err) = world.record(&[&["unit", "--exit-code", "0"], arguments].concat());
        assert_eq!((exit, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(code), "{arguments:?} is to be {code}: {err}");
    }
    assert_eq!(objects(&world.root.join("evidence")), 0);
}

#[test]
fn a_citation_leads_to_an_executed_pass() {
    let world = world();
    let digest = |arguments: &[&str]| {
        let (code, out, err) = world.record(arguments);
        assert_eq!(code, 0, "{err}");
        out.split_whitespace().nth(2).unwrap().to_owned()
    };
    let refused = |arguments: &[&str], why: &str| {
        let (code, _, err) = world.record(arguments);
        let text = err.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(
            code == 2 && text.contains("laneway::evidence::citation") && text.contains(why),
            "{why}: {err}"
        );
    };
    let pass =
        digest(&["image", "--exit-code", "0", "--artifact", &format!("app@sha256:{}", Digest::of(b"a"))]);
    let [reused] = world.recorded(&["image", "--reuse", &pass]).try_into().unwrap();
    assert_eq!(reused.origin, Origin::Reused { from: Digest::parse(&pass).unwrap() });
    assert_eq!((reused.result, reused.artifacts.len()), (GateResult::Pass, 1));
    let chain = digest(&["image", "--reuse", &pass, "--run-id", "again"]);
    refused(&["image", "--reuse", &chain], "there are no chains");
    refused(&["unit", "--reuse", &pass], "it is of gate `image`");
    let live = |profile: &'static str| ["--profile", profile, "--environment", "staging"];
    let under = digest(&[&["live", "--exit-code", "0"][..], &live("standard")].concat());
    refused(&[&["live", "--reuse", &under][..], &live("web-fast")].concat(), "it is of another plan");
    refused(&["image", "--reuse", &pass, "--shard", "1/2"], "it is part 1 of 1");
    let fail = digest(&["unit", "--exit-code", "1"]);
    refused(&["unit", "--reuse", &fail], "only a pass is reused");
    let after = digest(&["unit", "--exit-code", "0"]);
    refused(&["unit", "--reuse", &after], "of the same commit says `fail`");
    // Of another commit it holds through an artifact that both have.
    let subject = format!("app@sha256:{}", Digest::of(b"shipped"));
    let here =
        digest(&["review-board", "--exit-code", "0", "--evidence-type", "minutes", "--subject", &subject]);
    commit(&world.root, &[("src/a.txt", "c\n")], "third");
    refused(&["review-board", "--reuse", &here], "it is of commit");
    world.recorded(&["review-board", "--reuse", &here, "--subject", &subject]);
}

#[test]
fn a_later_failure_takes_the_seal_back() {
    let world = world();
    let [pass] = world.recorded(&["unit", "--exit-code", "0"]).try_into().unwrap();
    let seal = Seal {
        commit: world.head.clone(),
        plan: pass.plan,
        route: None,
        epoch: 0,
        outcome: Outcome::Clean,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: BTreeMap::new(),
        rollback: None,
        run: RunId::parse("sealer").unwrap(),
        decided: pass.finished,
        key_hint: None,
    };
    store::save_seal(&world.store(), &seal, None).unwrap();
    world.recorded(&["unit", "--result", "blocked", "--reason", "no runner"]);
    let at = key::revoke(&world.head, pass.plan, 0);
    assert!(!world.store().head(&at).unwrap(), "what did not run takes nothing back");
    let (code, _, err) = world.record(&["unit", "--exit-code", "1"]);
    assert!(code == 0 && err.contains("seal 0 of this commit and plan is taken back"), "{err}");
    assert!(world.store().head(&at).unwrap());
}

#[test]
fn the_matrices_of_github_decide_the_gates_of_their_stages() {
    let world = world();
    let record = |name: &str, needs: &str| {
        let file = world.write("needs.json", needs);
        let named = format!("x@sha256:{}", Digest::of(b"x"));
        let (code, out, err) =
            world.record(&["--github-needs", &file, "--artifact", &named, "--run-id", name]);
        assert_eq!(code, 0, "{err}");
        let result = |gate: &str| {
            let line = out.lines().find(|line| line.split_whitespace().nth(1) == Some(gate));
            line.map(|line| line.split_whitespace().next().unwrap().to_owned()).unwrap_or_default()
        };
        (result("unit"), result("image"), result("review-board"), err)
    };
    let is = |all: &(String, String, String, String), unit: &str, image: &str| {
        assert_eq!((all.0.as_str(), all.1.as_str(), all.2.as_str()), (unit, image, ""), "{}", all.3);
    };
    let good = record(
        "a",
        r#"{"route": {"result": "success", "outputs": {"any": "true"}}, "gates": {"result": "success"}}"#,
    );
    is(&good, "pass", "pass");
    assert!(good.3.contains("these jobs decide no gate: `route`"), "{}", good.3);
    // Nobody says which one of them failed.
    is(&record("b", r#"{"gates": {"result": "failure"}}"#), "blocked", "blocked");
    is(&record("c", r#"{"gates": {"result": "skipped"}}"#), "blocked", "blocked");
    is(&record("d", r#"{"gates": {"result": "success"}, "gates_2": {"result": "skipped"}}"#), "pass", "pass");
    let matrix = r#"{"route": {"result": "success", "outputs": {"matrix": "{\"include\":[{\"gates\":[\"unit\"]}]}"}}, "gates": {"result": "success"}}"#;
    let file = world.write("needs.json", matrix);
    let (code, _, err) = world.record(&["--github-needs", &file, "--run-id", "e"]);
    assert!(code == 2 && err.contains("laneway::results::jobs_unknown"), "{err}");
}

#[test]
fn a_job_decides_the_gates_that_are_named() {
    let world = world();
    let file = world.write("needs.json", r#"{"test": {"result": "failure"}, "lint": {"result": "success"}}"#);
    let [unit] = world.recorded(&["--github-needs", &file, "--job", "test=unit"]).try_into().unwrap();
    assert_eq!((unit.result, unit.tool.name.as_str()), (GateResult::Fail, "github-actions"));
    for (jobs, code) in [
        (["--job", "tset=unit"], "results::jobs_unknown"),
        (["--job", "test=unti"], "evidence::unknown_gate"),
        (["--job", "test"], "cli::usage"),
        (["--job", "test=@9"], "results::jobs_unknown"),
    ] {
        let (exit, _, err) = world.record(&[&["--github-needs", &file][..], &jobs[..]].concat());
        assert!(exit == 2 && err.contains(code), "{jobs:?}: {err}");
    }
    let (exit, _, err) = world.record(&["--github-needs", &file]);
    assert!(exit == 2 && err.contains("decides a gate of the route"), "{err}");
}

#[test]
fn jobs_of_gitlab_and_buildkite_are_known_by_their_names() {
    let world = world();
    let gitlab = r#"[{"id": 3, "name": "unit: Unit tests", "status": "success", "started_at": "2026-05-04T07:12:31Z", "finished_at": "2026-05-04T07:12:50Z"},
        {"id": 2, "name": "unit: Unit tests", "status": "failed"}, {"id": 1, "name": "laneway", "status": "running"}]"#;
    let file = world.write("jobs.json", gitlab);
    let tries = world.recorded(&["--gitlab-jobs", &file]);
    let results: Vec<_> = tries.iter().map(|own| (own.attempt, own.result)).collect();
    assert_eq!(results, [(1, GateResult::Fail), (2, GateResult::Pass)]);
    assert_eq!(tries[1].started.to_string(), "2026-05-04T07:12:31Z");
    let parallel = r#"[{"id": 1, "name": "go 1/2", "status": "success"}, {"id": 2, "name": "go 2/2", "status": "failed"}]"#;
    let file = world.write("jobs.json", parallel);
    let parts = world.recorded(&["--gitlab-jobs", &file, "--job", "go=unit"]);
    assert_eq!(parts.iter().map(|own| own.shard.index).collect::<Vec<_>>(), [1, 2]);
    let (code, _, err) = world.record(&["--buildkite-jobs", &report("buildkite/build.json")]);
    assert!(code == 2 && err.contains("holds gates that this route does not put together"), "{err}");
    let build = std::fs::read_to_string(report("buildkite/build.json")).unwrap();
    let file =
        world.write("build.json", &build.replace("laneway:contracts", "c").replace("laneway:codegen", "d"));
    let parts = world.recorded(&["--buildkite-jobs", &file]);
    let told: Vec<_> =
        parts.iter().map(|own| (own.attempt, own.shard.index, own.shard.total, own.result)).collect();
    let (pass, fail) = (GateResult::Pass, GateResult::Fail);
    assert_eq!(told, [(1, 1, 2, fail), (2, 1, 2, pass), (1, 2, 2, pass), (2, 2, 2, pass)]);
}

#[test]
fn a_payload_is_as_many_records_as_it_has_gates() {
    let world = world();
    let payload = |commit: &str, gates: &str| {
        format!(
            "release_profile_evidence:\n  source_commit: {commit}\n  release_profile: standard\n  environment_profile: staging\n  gates:\n{gates}"
        )
    };
    let image = Digest::of(b"image");
    let gates = format!(
        "    - {{gate_id: live-image, result: pass, owner: '@release', evidence_types: [image-digest], artifact: 'app:1.2@sha256:{image}'}}\n    \
         - {{gate_id: live, result: missing, owner: '@shop', evidence_types: [], missing_reason: no runner}}\n"
    );
    let asked = ["--profile", "standard", "--environment", "staging"];
    let with = |file: &str, more: &[&str]| world.record(&[&["--payload", file][..], more].concat());
    let file = world.write("payload.yaml", &payload(world.head.as_str(), &gates));
    let (code, out, err) = with(&file, &asked);
    assert_eq!(code, 0, "{err}");
    let line = out.lines().find(|line| line.contains("live-image")).unwrap();
    let record = world.load(line.split_whitespace().nth(2).unwrap());
    assert_eq!((record.gate.as_str(), record.owner.as_str()), ("live-image", "@release"));
    assert!(record.artifacts.iter().any(|own| own.name == "app:1.2" && own.digest == image));
    assert_eq!(
        (record.profile.as_deref(), record.environment.as_deref()),
        (Some("standard"), Some("staging"))
    );
    let refused = |text: &str, more: &[&str], code: &str| {
        let file = world.write("payload.yaml", text);
        let (exit, _, err) = with(&file, more);
        assert!(exit == 2 && err.contains(code), "{code}: {err}\n{text}");
    };
    let good = payload(world.head.as_str(), &gates);
    refused(&good, &[], "laneway::evidence::value");
    refused(&good, &["--profile", "web-fast", "--environment", "staging"], "laneway::evidence::value");
    refused(&payload(&"1".repeat(40), &gates), &asked, "laneway::evidence::commit");
    refused(&payload("main", &gates), &asked, "laneway::evidence::commit");
    refused(&good.replace("gate_id: live,", "gate_id: lvie,"), &asked, "laneway::evidence::unknown_gate");
    refused(&good.replace("gate_id: live,", "gate_id: live-image,"), &asked, "laneway::evidence::value");
    refused(&good.replace(", missing_reason: no runner", ""), &asked, "laneway::evidence::reason");
    refused(&good.replace("@sha256:", "@sha512:"), &asked, "laneway::evidence::digest");
    refused(&good.replace(&format!("@sha256:{image}"), ""), &asked, "laneway::evidence::digest");
    refused(
        &good.replace(&format!(", artifact: 'app:1.2@sha256:{image}'"), ""),
        &asked,
        "laneway::evidence::artifact",
    );
    refused(
        &good.replace("release_profile: standard", "release_profile:"),
        &asked,
        "laneway::evidence::empty",
    );
    refused(
        &good.replace("release_profile: standard", "release_profil: standard"),
        &asked,
        "laneway::yaml::unknown_key",
    );
    refused(
        &good.replace("  gates:", "  source_commit: x\n  gates:"),
        &asked,
        "laneway::yaml::duplicate_key",
    );
    refused(
        &good.replace("owner: '@release', ", "owner: '@release', shown: reused, "),
        &asked,
        "laneway::evidence::citation",
    );
    refused(&payload(world.head.as_str(), "    []\n"), &asked, "laneway::evidence::empty");
}

#[test]
fn what_will_not_count_is_said() {
    let world = world();
    let (code, _, err) = world.record(&["review-board", "--junit", &report("junit/gradle.xml")]);
    assert!(code == 0 && err.contains("`review-board` will not count: the gate accepts minutes"), "{err}");
    let (code, _, err) = world.record(&["unit", "--exit-code", "0", "--command", "true"]);
    assert!(code == 0 && err.contains("`true` ran, and the gate is `make unit`"), "{err}");
}

#[test]
fn a_route_document_says_what_is_recorded_for() {
    let world = world();
    let route =
        run(laneway(&world.root).args(["route", "--base", "HEAD~1", "--head", "HEAD", "--format", "json"]));
    assert_eq!(route.0, 0, "{}", route.2);
    let file = world.write("route.json", &route.1);
    let mut command = laneway(&world.root);
    let (code, out, err) = run(command.args([
        "record",
        "--from-route",
        &file,
        "--store",
        "evidence",
        "unit",
        "--exit-code",
        "0",
    ]));
    assert_eq!(code, 0, "{err}");
    let record = world.load(out.split_whitespace().nth(2).unwrap());
    assert_eq!(
        (record.plan, record.owner.as_str()),
        (world.recorded(&["unit", "--exit-code", "0"])[0].plan, "@shop, @till")
    );
    let mut command = laneway(&world.root);
    let (code, _, err) = run(command.args([
        "record",
        "--from-route",
        &file,
        "--store",
        "evidence",
        "image",
        "--exit-code",
        "0",
    ]));
    assert!(code == 2 && err.contains("laneway::evidence::artifact"), "{err}");
}

#[test]
fn a_working_tree_is_no_commit() {
    let world = world();
    let record = || {
        let arguments = ["record", "unit", "--exit-code", "0", "--base", "HEAD~1", "--store", "evidence"];
        run(laneway(&world.root).args(arguments))
    };
    // Evidence in the working tree is no change of it.
    assert_eq!((record().0, record().0), (0, 0));
    world.write("src/a.txt", "not committed\n");
    let (code, _, err) = record();
    assert!(code == 2 && err.contains("laneway::evidence::commit") && err.contains("src/a.txt"), "{err}");
    assert_eq!(world.recorded(&["unit", "--exit-code", "0"]).len(), 1, "`--head` names the commit");
}
