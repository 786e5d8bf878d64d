//! `laneway backtest`, end to end: on histories that git makes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the binary is run on repositories that git makes")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use laneway::render::backtest;
use serde_json::Value;
use tempfile::TempDir;

const MAP: &str = "| Package | Domain | Imported by | Class |\n| --- | --- | --- | --- |\n\
    | `billing/**` | billing | gpu | |\n| `gpu/**` | gpu | - | |\n| `docs/**` | billing | - | docs |\n\
    | `ownership-maps/**`, `lanes/**`, `.gitmodules` | gpu | - | |\n";

const BILLING: &str = "domain_lane:\n  domain_id: billing\n  domain_local_gates: [make billing]\n";
const GPU: &str = "domain_lane:\n  domain_id: gpu\n  kind: product\n  domain_local_gates: [make gpu]\n";

/// A repository, and a folder with a policy beside it.
struct Repository(TempDir);

impl Repository {
    /// An empty one.
    fn empty() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        fs::create_dir(repository.path()).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository.policy("policy", MAP);
        repository
    }

    /// One with a history of every kind: a first commit, plain ones, one without a row, an empty one, a merge, an octopus.
    fn with_history() -> Self {
        let repository = Self::empty();
        repository.write("billing/a.go", "0");
        repository.write("gpu/a.go", "0");
        repository.commit("first");
        repository.write("billing/a.go", "1");
        repository.commit("billing");
        repository.write("gpu/a.go", "1, of gpu");
        repository.commit("gpu");
        repository.write("tools/x.sh", "1");
        repository.write("gpu/b.go", "1");
        repository.commit("a file without a row");
        repository.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
        for topic in ["one", "two"] {
            repository.git(&["checkout", "-q", "-b", topic, "main"]);
            repository.write(&format!("docs/{topic}.md"), topic);
            repository.commit(topic);
        }
        repository.git(&["checkout", "-q", "-b", "three", "main~1"]);
        repository.write("billing/c.go", "3");
        repository.commit("three");
        repository.git(&["checkout", "-q", "main"]);
        repository.git(&["merge", "-q", "--no-ff", "-m", "a merge", "three"]);
        repository.git(&["merge", "-q", "-m", "an octopus", "one", "two"]);
        repository.write("tools/x.sh", "2");
        repository.commit("</script><b>\u{202e}& again");
        repository
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("repo")
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a folder with a policy beside the repository.
    fn policy(&self, name: &str, map: &str) {
        let folder = self.beside(name);
        fs::create_dir_all(folder.join("ownership-maps")).unwrap();
        fs::create_dir_all(folder.join("lanes")).unwrap();
        fs::write(folder.join("ownership-maps/packages.md"), map).unwrap();
        fs::write(folder.join("lanes/billing.yaml"), BILLING).unwrap();
        fs::write(folder.join("lanes/gpu.yaml"), GPU).unwrap();
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn backtest(&self, arguments: &[&str]) -> Output {
        run(&self.path(), &[&["backtest"], arguments].concat())
    }

    /// The JSON document, by the policy beside the repository.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.backtest(&[&["--policy", "../policy", "--format", "json"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn git(dir: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
    let mut git = Command::new("git");
    git.current_dir(dir).args(identity).args(["-c", "protocol.file.allow=always"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_NO_LAZY_FETCH", "1");
    git.env("GIT_AUTHOR_DATE", "1700000000 +0000").env("GIT_COMMITTER_DATE", "1700000000 +0000");
    let output = git.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    let mut laneway = Command::new(env!("CARGO_BIN_EXE_laneway"));
    laneway.current_dir(dir).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).args(arguments);
    laneway.output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The ids of the gates that a change of the document would have run.
fn runs(document: &Value, change: &Value) -> BTreeSet<String> {
    let outcome = &document["outcomes"][usize::try_from(change["outcome"].as_u64().unwrap()).unwrap()];
    let lists = [&outcome["selected"], &outcome["only_broad"]];
    let gates = lists.into_iter().flat_map(|list| list.as_array().unwrap());
    gates.map(|gate| gate.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_backtest_selects_what_a_route_selects() {
    let repository = Repository::with_history();
    let document = repository.json(&[]);
    let changes = document["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 8, "the first parents of main");
    for change in &changes[..7] {
        let (base, head) = (change["base"].as_str().unwrap(), change["head"].as_str().unwrap());
        let arguments =
            ["route", "--policy", "../policy", "--exact", "--base", base, "--head", head, "--format", "json"];
        let route: Value = serde_json::from_slice(&run(&repository.path(), &arguments).stdout).unwrap();
        let gates = route["gates"].as_array().unwrap().iter();
        let gates: BTreeSet<String> = gates.map(|gate| gate["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(runs(&document, change), gates, "{}", change["subject"]);
        assert_eq!(change["files"].as_u64().unwrap(), route["files"].as_array().unwrap().len() as u64);
    }
    let totals = &document["totals"];
    assert_eq!(totals["merges"], 2);
    assert_eq!(totals["octopuses"], 1);
    assert_eq!(totals["empty"], 1);
    assert_eq!(totals["broad"]["changes"], 2);
    assert_eq!(totals["broad"]["files"][0]["path"], "tools/x.sh");
    assert_eq!(totals["broad"]["files"][0]["alone"], 2);
    assert_eq!(document["spots"][0]["row"], "| `tools/**` | gpu |");
    assert_eq!(document["history"]["end"]["kind"], "root");
    assert!(changes[7]["base"].is_null() && changes[7]["merge_base"].is_null());
    assert_eq!(
        document["headline"],
        "missed failures: not known, no recorded results were given (--results FILE)"
    );
}

/// The same bytes whatever the number of threads, and with a state that is new, whole, or was cut off anywhere.
#[test]
fn threads_and_resumption_change_no_byte() {
    let repository = Repository::with_history();
    let state = repository.beside("state.jsonl");
    let common = ["--policy", "../policy", "--against", "../policy", "--format", "json"];
    let plain = text(&repository.backtest(&[&common[..], &["--threads", "1"]].concat()));
    for threads in ["2", "7"] {
        assert_eq!(plain, text(&repository.backtest(&[&common[..], &["--threads", threads]].concat())));
    }
    let with_state = [&common[..], &["--state", "../state.jsonl"]].concat();
    assert_eq!(plain, text(&repository.backtest(&with_state)));
    let whole = fs::read(&state).unwrap();
    assert_eq!(whole.last(), Some(&b'\n'));
    let again = repository.backtest(&with_state);
    assert_eq!(plain, text(&again));
    assert!(String::from_utf8_lossy(&again.stderr).contains("16 routes of an earlier run were used again"));
    assert_eq!(fs::read(&state).unwrap(), whole, "nothing is written twice");
    for cut in [1, 5, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        fs::write(&state, &whole[..cut]).unwrap();
        let output = repository.backtest(&with_state);
        assert_eq!(plain, text(&output), "cut at {cut}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cut off in the middle"), "cut at {cut}");
        let again = repository.backtest(&with_state);
        assert_eq!(plain, text(&again), "cut at {cut}");
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(said.contains("16 routes of an earlier run were used again"), "cut at {cut}: {said}");
    }
    // Another policy shares nothing with it.
    repository.policy("other", &MAP.replace("gpu |", "- |"));
    let other = repository.backtest(&["--policy", "../other", "--state", "../state.jsonl"]);
    assert!(!String::from_utf8_lossy(&other.stderr).contains("used again"));
}

#[test]
fn recorded_failures_that_the_route_leaves_out_are_the_first_line() {
    let repository = Repository::with_history();
    let head = |revision: &str| repository.git(&["rev-parse", revision]);
    let (gpu, tools) = (head("main~5"), head("main~4"));
    let results = [
        format!(r#"{{"commit":"{gpu}","gate":"gpu.make-gpu","result":"fail","seconds":60}}"#),
        format!(r#"{{"commit":"{gpu}","gate":"make billing","result":"fail","seconds":30}}"#),
        format!(r#"{{"commit":"{tools}","gate":"billing.make-billing","result":"fail"}}"#),
        r#"{"commit":"0123456789","gate":"billing.make-billing","result":"fail"}"#.to_owned(),
        format!(r#"{{"commit":"{gpu}","gate":"nightly","result":"pass"}}"#),
    ];
    fs::write(repository.beside("results.jsonl"), results.join("\n")).unwrap();
    let arguments = ["--policy", "../policy", "--results", "../results.jsonl"];
    let report = text(&repository.backtest(&arguments));
    let first =
        "missed failures: 1 of 3 recorded; 1 more cannot be judged: their commit or gate is not known\n";
    assert!(report.starts_with(first), "{report}");
    assert!(report.contains("billing.make-billing: none of its domains is affected (line 2)"), "{report}");
    assert!(report.contains("of 90 s that the runs took, the route leaves out 30 s (33.3 %)"), "{report}");
    assert!(
        report.contains("0123456789 (1, first on line 4)") && report.contains("nightly (1, first on line 5)")
    );
    let document = repository.json(&["--results", "../results.jsonl"]);
    assert_eq!(document["missed_failures"], 1);
    assert_eq!(document["results"]["caught_by_broad"], 1);
    assert_eq!(document["results"]["misses"][0]["because"]["kind"], "not_affected");
}

#[test]
fn another_policy_is_held_against_it() {
    let repository = Repository::with_history();
    repository.policy("other", &MAP.replace("| billing | gpu |", "| billing | - |"));
    let document = repository.json(&["--against", "../other"]);
    let against = &document["against"];
    assert_eq!(against["only_second"], 0);
    let gates = against["gates"].as_array().unwrap();
    assert_eq!(gates.len(), 1, "{gates:?}");
    assert_eq!(gates[0]["id"], "gpu.make-gpu");
    // The change of billing, and the merge that brings another.
    assert_eq!(against["changes"].as_array().unwrap().len(), 2);
    let explained = &against["changes"][0]["only_first"][0];
    assert_eq!(explained["selected"][0]["kind"], "local");
    assert_eq!(explained["selected"][0]["files"]["first"], "billing/c.go");
    assert_eq!(explained["skipped"]["kind"], "not_affected");
    let report = text(&repository.backtest(&["--policy", "../policy", "--against", "../other"]));
    assert!(report.contains("2 here alone, 0 there alone"), "{report}");
    // A revision works as well, and a name that is both is refused.
    repository.git(&["branch", "other"]);
    fs::rename(repository.beside("other"), repository.path().join("other")).unwrap();
    let output = repository.backtest(&["--policy", "../policy", "--against", "other"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("refs/heads/other"));
    assert!(repository.backtest(&["--policy", "../policy", "--against", "./other"]).status.success());
}

/// Each commit by its own policy: before there were maps everything is broad; a row that moves asks both owners.
#[test]
fn each_change_by_its_own_policy() {
    let repository = Repository::empty();
    repository.write("billing/a.go", "0");
    repository.commit("first, without maps");
    repository.write("billing/a.go", "1");
    repository.commit("second, without maps");
    for (path, text) in
        [("ownership-maps/packages.md", MAP), ("lanes/billing.yaml", BILLING), ("lanes/gpu.yaml", GPU)]
    {
        repository.write(path, text);
    }
    repository.commit("maps");
    repository.write("billing/a.go", "2");
    repository.commit("billing");
    repository
        .write("ownership-maps/packages.md", &MAP.replace("`billing/**` | billing", "`billing/**` | gpu"));
    repository.commit("billing is gpu's");
    let report = |arguments: &[&str]| -> Value {
        let output = repository.backtest(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&text(&output)).unwrap()
    };
    let own = report(&["--own"]);
    let broad: Vec<bool> = own["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            let place = usize::try_from(change["outcome"].as_u64().unwrap()).unwrap();
            !own["outcomes"][place]["broad"].as_array().unwrap().is_empty()
        })
        .collect();
    assert_eq!(broad, [false, false, true, true, true]);
    assert!(
        runs(&own, &own["changes"][0]).contains("billing.make-billing"),
        "the row that moved was billing's"
    );
    assert!(own["mapped_since"].as_u64().unwrap() > 0 && own["policy"]["digest"].is_null());
    // Today's maps know both folders, so only today's rows decide.
    let today = report(&[]);
    assert_eq!(today["policy"]["name"], "the working tree");
    assert_eq!(today["totals"]["broad"]["changes"], 0);
    // What a route says of each change, the backtest says, too.
    for change in &own["changes"].as_array().unwrap()[..4] {
        let (base, head) = (change["base"].as_str().unwrap(), change["head"].as_str().unwrap());
        let output = run(
            &repository.path(),
            &["route", "--exact", "--base", base, "--head", head, "--format", "json"],
        );
        let route: Value = serde_json::from_slice(&output.stdout).unwrap();
        let gates = route["gates"].as_array().unwrap().iter();
        let gates: BTreeSet<String> = gates.map(|gate| gate["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(runs(&own, change), gates, "{}", change["subject"]);
    }
}

#[test]
fn pairs_are_compared_with_their_merge_base() {
    let repository = Repository::with_history();
    fs::write(
        repository.beside("pairs.tsv"),
        "kind\tbase\thead\nx\tmain\tthree\nx\tmain~4\tone\nx\tmain\tthree\n",
    )
    .unwrap();
    let document = repository.json(&["--pairs", "../pairs.tsv"]);
    let changes = document["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(document["history"]["repeated"], 1);
    assert_eq!(changes[1]["merge_base"].as_str().unwrap(), repository.git(&["rev-parse", "main~4"]));
    fs::write(repository.beside("pairs.txt"), "main nobody\nmain~1\n").unwrap();
    let output = repository.backtest(&["--policy", "../policy", "--pairs", "../pairs.txt"]);
    assert_eq!(output.status.code(), Some(2));
    fs::write(repository.beside("pairs.txt"), "main nobody\nnowhere main\n").unwrap();
    let output = repository.backtest(&["--policy", "../policy", "--pairs", "../pairs.txt"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("nobody") && said.contains("nowhere"), "{said}");
}

#[test]
fn a_history_that_is_cut_says_so() {
    let repository = Repository::with_history();
    let url = format!("file://{}", repository.path().display());
    git(repository.0.path(), &["clone", "-q", "--depth=4", &url, "shallow"]);
    let shallow = repository.beside("shallow");
    let output = run(&shallow, &["backtest", "--policy", "../policy", "--format", "json"]);
    let document: Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(document["history"]["end"]["kind"], "shallow");
    assert_eq!(document["changes"].as_array().unwrap().len(), 3);
    let report = text(&run(&shallow, &["backtest", "--policy", "../policy"]));
    assert!(
        report.contains("the clone is shallow") && report.contains("only 3 changes can be reached"),
        "{report}"
    );
}

/// A tree that is missing makes its changes broad, and they are counted; they are not kept, since it may come back.
#[test]
fn a_change_that_cannot_be_read_is_broad() {
    let repository = Repository::with_history();
    let tree = repository.git(&["rev-parse", "main~5:gpu"]);
    let object = repository.path().join(".git/objects").join(&tree[..2]).join(&tree[2..]);
    let away = repository.beside("away");
    fs::rename(&object, &away).unwrap();
    let document = repository.json(&["--state", "../state.jsonl"]);
    assert_eq!(document["totals"]["without_base"], 2, "the change that made the tree, and the one after it");
    let causes = document["totals"]["broad"]["causes"].as_array().unwrap();
    assert!(causes.iter().any(|cause| cause["kind"] == "missing_base"), "{causes:?}");
    fs::rename(&away, &object).unwrap();
    let whole = repository.json(&["--state", "../state.jsonl"]);
    assert_eq!(whole["totals"]["without_base"], 0);
    assert_eq!(whole, repository.json(&[]));
}

#[test]
fn submodules_are_files() {
    let repository = Repository::with_history();
    let inner = Repository::with_history();
    repository.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "gpu/inner"]);
    repository.commit("a submodule");
    let document = repository.json(&["--last", "1"]);
    assert_eq!(document["changes"][0]["files"], 2, ".gitmodules and the submodule");
    assert_eq!(document["totals"]["broad"]["changes"], 0);
    assert_eq!(document["history"]["end"]["kind"], "enough");
}

/// The page asks nothing of a network, and no name ends its data early.
#[test]
fn the_page_holds_everything() {
    let repository = Repository::with_history();
    let page = text(&repository.backtest(&["--policy", "../policy", "--format", "html"]));
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), repository.json(&[]));
    assert!(page.contains("default-src 'none'") && !page.contains("src=") && !page.contains("<link"));
    assert_eq!(page.matches("<script").count(), 2);
    let report = text(&repository.backtest(&["--policy", "../policy", "--verbose"]));
    assert!(!report.contains('\u{202e}') && report.contains(r"\u{202e}"), "{report}");
}

#[test]
fn what_cannot_be_used_is_a_fault() {
    let repository = Repository::with_history();
    fs::write(repository.beside("notes.md"), "# Notes").unwrap();
    fs::write(repository.beside("bad.jsonl"), "{}\n{\"commit\":\"x\"}\n").unwrap();
    fs::create_dir(repository.beside("folder")).unwrap();
    let policy = ["--policy", "../policy"];
    for (arguments, code) in [
        (&["--state", ""][..], "laneway::change::empty_value"),
        (&["--state", "../notes.md"], "laneway::backtest::state"),
        (&["--state", "../nowhere/state"], "laneway::backtest::state"),
        (&["--results", "../bad.jsonl"], "laneway::backtest::results"),
        (&["--results", "../nowhere"], "laneway::backtest::results"),
        (&["--pairs", "../nowhere"], "laneway::backtest::pairs"),
        (&["--against", "nobody"], "laneway::change::unknown_revision"),
        (&["--against", "../folder"], "laneway::cli::usage"),
        (&["--against", "main"], "laneway::cli::usage"),
        (&["--head", "nobody"], "laneway::change::unknown_revision"),
    ] {
        let output = repository.backtest(&[&policy[..], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(code), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(repository.beside("notes.md")).unwrap(), "# Notes");
    // Without maps every change would be broad, which is no use to anyone.
    let output = repository.backtest(&[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no ownership maps"));
    let unborn = Repository::empty();
    assert_eq!(unborn.backtest(&policy).status.code(), Some(2));
    for arguments in [["--last", "0"], ["--threads", "0"], ["--own", "--policy=../policy"]] {
        assert_eq!(repository.backtest(&arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test backtest` writes it.
#[test]
fn the_schema_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/backtest.v1.json");
    let schema = backtest::json::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        fs::write(&file, &schema).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == schema, "stale: run LANEWAY_BLESS=1 cargo test --test backtest");
}
