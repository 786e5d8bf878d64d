//! `laneway run`, end to end.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::{Outcome, RunId, Seal};
use laneway::store::{self, Store};
use serde_json::Value;

use super::support::{commit, git, laneway, repository, run};

/// A repository with one domain whose lane has these gates, and a change to it on a branch; with the commit of the change.
struct Workspace {
    _guard: tempfile::TempDir,
    root: PathBuf,
    commit: String,
}

fn workspace(gates: &str) -> Workspace {
    let lane = format!(
        "domain_lane:\n  domain_id: core\n  reviewers: ['@core']\n  domain_local_gates:\n{}",
        gates.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let map = "| Package | Domain |\n|---|---|\n| `**` | core |\n";
    let (guard, root) = repository(&[
        ("ownership-maps/package-ownership.md", map),
        ("lanes/core.yaml", &lane),
        ("src/a.rs", "one\n"),
        ("sub/b.rs", "one\n"),
    ]);
    git(&root, &["checkout", "-q", "-b", "work"]);
    let commit = commit(&root, &[("src/a.rs", "two\n")], "change");
    Workspace { _guard: guard, root, commit }
}

impl Workspace {
    fn laneway(&self, arguments: &[&str]) -> Command {
        let mut command = laneway(&self.root);
        // The home would be an untracked folder of the repository.
        command.env("HOME", "/nowhere").args(arguments);
        command
    }

    /// Runs gates, and returns the exit code, the document and what was said beside it.
    fn run(&self, arguments: &[&str]) -> (i32, Value, String) {
        let mut all = vec!["run", "--base", "main", "--format", "json"];
        all.extend(arguments);
        let (code, out, err) = run(&mut self.laneway(&all));
        (code, serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}\n{err}")), err)
    }

    fn store(&self) -> PathBuf {
        self.root.join(".laneway/evidence")
    }

    /// Returns the records of the commit, by gate and by the name of their pointer.
    fn records(&self) -> BTreeMap<(String, String), Value> {
        let mut records = BTreeMap::new();
        let store = store::open(".laneway/evidence", &self.root).unwrap();
        for key in store.list(&format!("v1/run/{}/", self.commit)).unwrap() {
            let parts: Vec<&str> = key.as_str().split('/').collect();
            let pointer: Value = serde_json::from_slice(&store.get(&key).unwrap().unwrap()).unwrap();
            let digest = Digest::parse(pointer["record"].as_str().unwrap()).unwrap();
            let bytes = store.get(&laneway::evidence::key::record(digest)).unwrap().unwrap();
            let record: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(record["subject"][0]["digest"]["gitCommit"], self.commit.as_str());
            records.insert((parts[4].to_owned(), parts[5].to_owned()), record["predicate"].clone());
        }
        records
    }

    /// Returns the results of a gate, in the order of their tries.
    fn results(&self, gate: &str) -> Vec<Value> {
        self.records().into_iter().filter(|((own, _), _)| own == gate).map(|(_, record)| record).collect()
    }

    fn blob(&self, digest: &Value) -> String {
        let digest = Digest::parse(digest.as_str().unwrap()).unwrap();
        let key = laneway::evidence::key::blob(digest);
        String::from_utf8(fs::read(self.store().join(key.as_str())).unwrap()).unwrap()
    }
}

fn gate<'a>(document: &'a Value, id: &str) -> &'a Value {
    document["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == id).unwrap()
}

const SEVERAL: &str = "\
- {id: good, title: Good, run: 'echo \"$LANEWAY_GATE|$LANEWAY_GATES|${LANEWAY_ROUTE:0:4}\"; echo err >&2; pwd'}
- {id: bad, title: Bad, run: 'echo why; exit 2', evidence_types: [test-report]}
- {id: after, title: After, run: 'echo after', needs: [bad]}
- {id: twin-a, title: Twin A, run: 'echo x >> .git/twins'}
- {id: twin-b, title: Twin B, run: 'echo x >> .git/twins'}
- {id: outside, title: Outside}
";

#[test]
fn every_gate_is_run_and_recorded() {
    let work = workspace(SEVERAL);
    let (code, document, said) = work.run(&["--keep-going"]);
    assert_eq!(code, 1, "{said}");
    assert_eq!(document["schema"], "laneway.run/v1");
    assert_eq!(
        (&document["commit"], &document["holds"]),
        (&Value::from(work.commit.as_str()), &Value::from(false))
    );
    let results: Vec<(&str, &str)> = ["good", "bad", "after", "twin-a", "twin-b"]
        .map(|id| (id, gate(&document, id)["result"].as_str().unwrap()))
        .to_vec();
    let expected =
        [("good", "pass"), ("bad", "fail"), ("after", "blocked"), ("twin-a", "pass"), ("twin-b", "pass")];
    assert_eq!(results, expected, "{said}");
    let elsewhere: Vec<&str> =
        document["elsewhere"].as_array().unwrap().iter().map(|gate| gate["id"].as_str().unwrap()).collect();
    assert!(elsewhere.contains(&"outside"), "{elsewhere:?}");
    assert_eq!(
        fs::read_to_string(work.root.join(".git/twins")).unwrap(),
        "x\n",
        "one command, one execution"
    );

    let records = work.records();
    assert_eq!(records.len(), 5, "one record each, none for what did not run here: {records:#?}");
    let bad = &work.results("bad")[0];
    assert_eq!((&bad["result"], &bad["missing_reason"]), (&"fail".into(), &"exit code 2".into()));
    assert_eq!(
        (&bad["owner"], &bad["evidence_types"]),
        (&"@core".into(), &serde_json::json!(["test-report"]))
    );
    assert_eq!((&bad["command"], &bad["origin"]), (&"echo why; exit 2".into(), &"executed".into()));
    assert_eq!(work.blob(&bad["artifacts"][0]["digest"]), "why\n");
    assert_eq!(bad["artifacts"][0]["name"], "log");
    let good = &work.results("good")[0];
    assert_eq!(good["evidence_types"], serde_json::json!(["command"]));
    let root = work.root.canonicalize().unwrap();
    let route = &document["route"].as_str().unwrap()[..4];
    assert_eq!(
        work.blob(&good["artifacts"][0]["digest"]),
        format!("good|good|{route}\nerr\n{}\n", root.display())
    );
    let after = &work.results("after")[0];
    assert_eq!(after["missing_reason"], "not started: `bad`, which it needs, did not pass");
    assert_eq!(gate(&document, "twin-a")["shared_with"], serde_json::json!(["twin-b"]));
    assert!(said.contains("✘ bad  exit code 2") && said.contains("== bad\nwhy\n"), "{said}");
}

#[test]
fn without_keep_going_nothing_new_starts() {
    let work = workspace("- {id: a, title: A, run: 'exit 1'}\n- {id: b, title: B, run: 'touch .git/ran'}\n");
    let (code, document, _) = work.run(&["--jobs", "1"]);
    assert_eq!((code, work.root.join(".git/ran").exists()), (1, false));
    assert_eq!(gate(&document, "b")["tries"][0]["reason"], "not started: `a` did not pass");
    assert_eq!(work.results("b")[0]["result"], "blocked");
}

#[test]
fn what_is_not_the_commit_is_run_and_not_recorded() {
    let work = workspace("- {id: a, title: A, run: 'cat src/a.rs'}\n");
    for (path, text) in [("src/a.rs", "three\n"), ("new.txt", "new\n")] {
        fs::write(work.root.join(path), text).unwrap();
        let (code, document, said) = work.run(&[]);
        assert_eq!((code, &document["recorded"]), (0, &Value::from(false)));
        assert!(said.contains("nothing is recorded") && said.contains(path), "{said}");
        git(&work.root, &["stash", "-q", "-u"]);
    }
    fs::write(work.root.join("src/a.rs"), "three\n").unwrap();
    git(&work.root, &["add", "src/a.rs"]);
    fs::write(work.root.join("src/a.rs"), "two\n").unwrap();
    let (_, document, _) = work.run(&[]);
    assert_eq!(document["recorded"], false, "what is staged is a change, too");
    git(&work.root, &["reset", "-q", "--hard"]);
    let (_, document, said) = work.run(&["--head", "main"]);
    assert_eq!(document["recorded"], false);
    assert!(said.contains("is checked out"), "{said}");
    let (_, document, _) = work.run(&["--no-record"]);
    assert_eq!(document["recorded"], false);
    assert!(!work.store().exists(), "nothing was written");
    let (_, document, _) = work.run(&[]);
    assert_eq!(document["recorded"], true);
}

#[test]
fn evidence_is_no_change_and_lies_at_the_root() {
    let work = workspace("- {id: a, title: A, run: 'true'}\n");
    let mut below = work.laneway(&["run", "--base", "main", "--format", "json"]);
    let (code, first, said) = run(below.current_dir(work.root.join("sub")));
    assert_eq!(code, 0, "{said}");
    let first: Value = serde_json::from_str(&first).unwrap();
    assert!(work.store().is_dir() && !work.root.join("sub/.laneway").exists());
    assert_eq!(git(&work.root, &["status", "--porcelain"]), "");
    let (_, second, _) = work.run(&[]);
    assert_eq!((&second["recorded"], &second["plan"]), (&Value::from(true), &first["plan"]));
    fs::remove_file(work.store().join(".gitignore")).unwrap();
    let (_, third, _) = work.run(&["--head", "HEAD"]);
    assert_eq!(third["recorded"], true, "evidence of old that git sees is no change either");
    commit(&work.root, &[], "with its evidence");
    let (code, out, said) = run(&mut work.laneway(&["run", "--base", "main"]));
    assert_eq!((code, out.as_str()), (2, ""), "{said}");
    assert!(said.contains("laneway::store::tracked"), "{said}");
}

#[test]
fn a_second_try_that_passes_is_recorded_beside_the_first() {
    let work =
        workspace("- {id: a, title: A, run: 'echo x >> .git/tries; [ $(wc -l < .git/tries) -ge 2 ]'}\n");
    let (code, document, _) = work.run(&["--retry", "3"]);
    assert_eq!((code, &gate(&document, "a")["flaky"]), (0, &Value::from(true)));
    let results: Vec<(Value, Value)> =
        work.results("a").into_iter().map(|own| (own["result"].clone(), own["attempt"].clone())).collect();
    assert_eq!(results, [("fail".into(), 1.into()), ("pass".into(), 2.into())]);
    let (code, _, _) = work.run(&["--run-id", "ci-1"]);
    let (again, document, _) = work.run(&["--run-id", "ci-1"]);
    assert_eq!((code, again, &gate(&document, "a")["tries"][0]["attempt"]), (0, 0, &Value::from(2)));
}

#[test]
fn an_interrupted_run_leaves_nobody_behind_and_records_what_happened() {
    let work = workspace(
        "- {id: a, title: A, run: 'sleep 60 & echo $! > .git/pid; echo begun; wait'}\n\
         - {id: b, title: B, run: 'true', needs: [a]}\n",
    );
    let mut command = work.laneway(&["run", "--base", "main", "--format", "json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let pid = loop {
        let text = fs::read_to_string(work.root.join(".git/pid")).unwrap_or_default();
        if text.ends_with('\n') {
            break text.trim().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the gate did not begin");
        std::thread::sleep(Duration::from_millis(10));
    };
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(begun.elapsed() < Duration::from_secs(30));
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "it still runs: {state}");
    for gate in ["a", "b"] {
        let record = &work.results(gate)[0];
        assert_eq!(
            (&record["result"], &record["missing_reason"]),
            (&"blocked".into(), &"interrupted by SIGINT".into())
        );
    }
    assert_eq!(work.blob(&work.results("a")[0]["artifacts"][0]["digest"]), "begun\n");
}

#[test]
fn what_passed_is_cited_and_what_did_not_runs() {
    let work = workspace(
        "- {id: a, title: A, run: 'echo x >> .git/a'}\n- {id: b, title: B, run: 'echo x >> .git/b; [ -e .git/ok ]'}\n",
    );
    let lines = |file: &str| fs::read_to_string(work.root.join(".git").join(file)).unwrap().lines().count();
    let (code, _, _) = work.run(&["--reuse", "--keep-going"]);
    assert_eq!((code, lines("a"), lines("b")), (1, 1, 1), "nothing passed before");
    fs::write(work.root.join(".git/ok"), "").unwrap();
    let (code, document, _) = work.run(&["--reuse"]);
    assert_eq!((code, lines("a"), lines("b")), (0, 1, 2), "a gate that failed runs");
    let cited = gate(&document, "a")["reused_from"].as_str().unwrap();
    let citation = work.results("a").into_iter().find(|own| own["origin"] == "reused").unwrap();
    assert_eq!((&citation["reused_from"], &citation["result"]), (&cited.into(), &"pass".into()));
    let (_, document, _) = work.run(&["--reuse"]);
    assert_eq!(gate(&document, "a")["reused_from"], cited, "a citation is not cited");
    assert_eq!((lines("a"), lines("b")), (1, 3), "a gate whose runs disagree runs");
    let (_, document, _) = work.run(&["--reuse", "--dry-run"]);
    assert_eq!((&gate(&document, "a")["reused_from"], lines("b")), (&cited.into(), 3));
    fs::write(work.root.join("src/a.rs"), "three\n").unwrap();
    git(&work.root, &["commit", "-q", "-a", "-m", "another"]);
    work.run(&["--reuse"]);
    assert_eq!(lines("a"), 2, "another commit is another subject");
}

#[test]
fn a_failure_takes_the_seal_back() {
    let work = workspace("- {id: a, title: A, run: '[ -e .git/ok ]'}\n");
    fs::write(work.root.join(".git/ok"), "").unwrap();
    let (_, document, _) = work.run(&[]);
    let store = store::open(".laneway/evidence", &work.root).unwrap();
    let seal = Seal {
        commit: CommitHash::parse(&work.commit).unwrap(),
        plan: Digest::parse(document["plan"].as_str().unwrap()).unwrap(),
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
        run: RunId::parse("1").unwrap(),
        decided: jiff::Timestamp::now(),
        key_hint: None,
    };
    store::save_seal(&*store, &seal, None).unwrap();
    let (_, document, _) = work.run(&[]);
    assert_eq!(document["revoked_seal"], Value::Null);
    fs::remove_file(work.root.join(".git/ok")).unwrap();
    let (code, document, _) = work.run(&[]);
    assert_eq!((code, &document["revoked_seal"]), (1, &Value::from(0)));
    let key = laneway::evidence::key::revoke(&seal.commit, seal.plan, 0);
    let text = String::from_utf8(store.get(&key).unwrap().unwrap()).unwrap();
    assert!(
        text.contains(work.results("a").last().unwrap()["run"].as_str().unwrap())
            || text.contains("failed later")
    );
}

#[test]
fn artifacts_are_named_by_digest_and_one_that_is_not_left_is_a_failure() {
    let work = workspace(
        "- {id: a, title: A, run: 'echo report > .git/report'}\n- {id: b, title: B, run: 'true'}\n",
    );
    let (code, document, _) =
        work.run(&["--artifact", "A=.git/report", "--artifact", "b=.git/none", "--keep-going"]);
    assert_eq!(code, 1);
    let artifacts = &work.results("a")[0]["artifacts"];
    assert_eq!((&artifacts[0]["name"], &artifacts[1]["name"]), (&".git/report".into(), &"log".into()));
    assert_eq!(work.blob(&artifacts[0]["digest"]), "report\n");
    let reason = gate(&document, "b")["tries"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("it did not leave `.git/none`"), "{reason}");
    assert_eq!(work.results("b")[0]["result"], "fail");
}

#[test]
fn the_key_signs_and_reaches_no_gate() {
    let show = "env | grep -c SIGNING || :";
    let work = workspace(&format!("- {{id: a, title: A, run: \"{show}\"}}\n"));
    let secret = SecretKey::from_seed(&[7; 32]);
    let mut command = work.laneway(&["run", "--base", "main"]);
    let (code, out, said) = run(command.env("LANEWAY_SIGNING_KEY", secret.reveal()));
    assert_eq!(code, 0, "{out}{said}");
    assert_eq!(work.blob(&work.results("a")[0]["artifacts"][0]["digest"]), "0\n");
    let signatures: Vec<_> = fs::read_dir(work.store().join("v1/sig")).unwrap().collect();
    assert_eq!(signatures.len(), 1);
    let (code, _, said) = run(work.laneway(&["run", "--base", "main"]).env("LANEWAY_SIGNING_KEY", ""));
    assert_eq!((code, said.contains("laneway::change::empty_value")), (2, true), "{said}");
}

#[test]
fn a_store_that_takes_nothing_is_told_with_the_results() {
    let work = workspace("- {id: a, title: A, run: 'echo ran'}\n");
    fs::write(work.root.join(".git/file"), "").unwrap();
    let (code, out, said) = run(&mut work.laneway(&["run", "--base", "main", "--store", ".git/file/store"]));
    assert_eq!(code, 2, "{out}{said}");
    assert!(said.contains("laneway::store::access"), "{said}");
}

#[test]
fn a_gate_that_changes_the_tree_is_named() {
    let work = workspace("- {id: a, title: A, run: 'echo more >> src/a.rs; echo new > new.txt'}\n");
    let (code, document, _) = work.run(&[]);
    assert_eq!((code, &document["changed"]), (0, &serde_json::json!(["new.txt", "src/a.rs"])));
    assert_eq!(work.results("a").len(), 1, "what it proved of the commit stands");
}

#[test]
fn named_gates_run_with_what_they_need() {
    let work = workspace(
        "- {id: a, title: A, run: 'true'}\n- {id: b, title: The B, run: 'true', needs: [a]}\n- {id: c, title: C, run: 'true'}\n",
    );
    let (_, document, _) = work.run(&["The B"]);
    let ids: Vec<&str> =
        document["gates"].as_array().unwrap().iter().map(|own| own["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert!(document["left_out"].as_u64().unwrap() >= 1);
    let wrong: [(&[&str], &str); 7] = [
        (&["ab"], "laneway::lanes::unknown_gate"),
        (&[""], "laneway::change::empty_value"),
        (&["--jobs", "0"], "laneway::cli::usage"),
        (&["--timeout-minutes", "0"], "laneway::cli::usage"),
        (&["--artifact", "a="], "laneway::cli::usage"),
        (&["--artifact", "outside=x"], "laneway::lanes::unknown_gate"),
        (&["--store", ""], "laneway::change::empty_value"),
    ];
    for (arguments, code) in wrong {
        let mut all = vec!["run", "--base", "main"];
        all.extend(arguments);
        let (exit, out, said) = run(&mut work.laneway(&all));
        assert_eq!((exit, out.as_str(), said.contains(code)), (2, "", true), "{arguments:?}: {said}");
    }
}

#[test]
fn a_dry_run_runs_and_writes_nothing() {
    let work = workspace("- {id: a, title: A, run: 'touch .git/ran'}\n");
    let (code, out, _) = run(&mut work.laneway(&["run", "--base", "main", "--dry-run"]));
    assert_eq!((code, work.root.join(".git/ran").exists(), work.store().exists()), (0, false, false));
    assert!(out.contains("1 gate would run") && out.contains("touch .git/ran"), "{out}");
}

#[test]
fn a_route_document_is_run_like_the_route() {
    let work = workspace("- {id: a, title: A, run: 'true'}\n");
    let (_, decided, _) = work.run(&[]);
    let (_, text, _) = run(&mut work.laneway(&["route", "--base", "main", "--format", "json"]));
    fs::write(work.root.join(".git/route.json"), text).unwrap();
    let (code, out, said) = run(&mut work.laneway(&[
        "run",
        "--from-route",
        ".git/route.json",
        "--format",
        "json",
        "--logs",
        "none",
    ]));
    assert_eq!(code, 0, "{said}");
    let read: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&read["plan"], &read["route"]), (&decided["plan"], &decided["route"]));
    assert_eq!(gate(&read, "a")["owner"], "@core");
    assert_eq!(work.results("a").len(), 2);
}

#[test]
fn a_policy_that_does_not_hold_together_runs_nothing() {
    let work = workspace("- {id: a, title: A, run: 'touch .git/ran'}\n");
    fs::write(work.root.join("lanes/core.yaml"), "domain_lane: {domain_id: core, gates: [\n").unwrap();
    git(&work.root, &["commit", "-q", "-a", "-m", "half a lane"]);
    let (code, out, said) = run(&mut work.laneway(&["run", "--base", "main"]));
    assert_eq!((code, out.as_str(), work.root.join(".git/ran").exists()), (2, "", false), "{said}");
}

#[test]
fn logs_are_shown_as_asked() {
    let work =
        workspace("- {id: a, title: A, run: 'echo fine'}\n- {id: b, title: B, run: 'echo wrong; false'}\n");
    let said = |how: &str| work.run(&["--keep-going", "--no-record", "--logs", how]).2;
    let streamed = said("streamed");
    assert!(streamed.contains("a | fine\n") && streamed.contains("b | wrong\n"), "{streamed}");
    let failed = said("failed");
    assert!(failed.contains("== b\nwrong\n") && !failed.contains("fine"), "{failed}");
    let none = said("none");
    assert!(!none.contains("fine") && !none.contains("wrong") && none.contains("✘ b"), "{none}");
    assert!(Path::new("/nowhere").metadata().is_err());
}
