//! The command line, end to end: what it prints, where, and with which exit code.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the binary is run on repositories that git makes")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use laneway::fault::Code;
use laneway::render;
use serde_json::Value;

/// A repository with a base on `main` and a change on `change`, which is checked out.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("ownership-maps/package-ownership.md", MAP);
        repository.write("lanes/billing.yaml", LANE);
        repository.write("packages/billing/a.go", "package billing\n");
        repository.commit("base");
        repository.git(&["checkout", "-q", "-b", "change"]);
        repository.write("packages/billing/a.go", "package billing // changed\n");
        repository.commit("change");
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(identity).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        assert!(git.status().unwrap().success(), "git {arguments:?}");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message]);
    }

    fn laneway(&self, arguments: &[&str]) -> Output {
        laneway(self.path()).args(arguments).output().unwrap()
    }
}

const MAP: &str = "\
| Package | Domain |
|---|---|
| `packages/billing/**` | billing |
| `ownership-maps/**`, `lanes/**` | billing |
";

const LANE: &str = "\
domain_lane:
  domain_id: billing
  domain_local_gates:
    - go test ./packages/billing/...
    - {id: ledger, run: make ledger, runner: large, timeout_minutes: 20}
  service_evidence: [rollback posture]
";

/// The binary, with no variable but `PATH`.
fn laneway(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
    command.current_dir(directory).env_clear().stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_route_is_printed_as_text_without_colour() {
    let repository = Repository::new();
    let output = repository.laneway(&["route", "--base", "main"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("go test ./packages/billing/..."), "{}", stdout(&output));
    assert!(!stdout(&output).contains('\x1b'));
    assert_eq!(stderr(&output), "");
    let forced = laneway(repository.path())
        .args(["route", "--base", "main"])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(stdout(&forced).contains('\x1b'));
    let silenced = laneway(repository.path())
        .args(["route", "--base", "main"])
        .envs([("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])
        .output()
        .unwrap();
    assert_eq!(stdout(&silenced), stdout(&output));
}

#[test]
fn the_same_question_has_the_same_bytes() {
    let repository = Repository::new();
    let once = repository.laneway(&["route", "--base", "main", "--format", "json"]);
    assert_eq!(once.stdout, repository.laneway(&["route", "--base", "main", "--format", "json"]).stdout);
    let document: Value = serde_json::from_slice(&once.stdout).unwrap();
    assert_eq!(document["schema"], "laneway.route/v1");
    assert_eq!(document["change"]["base_method"], "flag");
    assert_eq!(document["files"][0]["path"], "packages/billing/a.go");
    let below = laneway(&repository.path().join("packages"))
        .args(["-C", "billing", "route", "--base", "main", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(once.stdout, below.stdout, "{}", stderr(&below));
}

#[test]
fn the_answer_can_go_to_a_file() {
    let repository = Repository::new();
    let output = repository.laneway(&["route", "--base", "main", "--output", "route.txt"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), ""));
    let written = fs::read_to_string(repository.path().join("route.txt")).unwrap();
    assert!(written.contains("gates to pass") && !written.contains('\x1b'), "{written}");
    let output = repository.laneway(&["route", "--base", "main", "--output", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("laneway::cli::output"));
}

#[test]
fn github_gets_its_files() {
    let repository = Repository::new();
    let (outputs, summary) = (repository.path().join("outputs"), repository.path().join("summary"));
    fs::write(&outputs, "before=1\n").unwrap();
    let output = laneway(repository.path())
        .args(["route", "--base", "main", "--format", "github"])
        .env("GITHUB_OUTPUT", &outputs)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let matrix: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ledger = &matrix["include"][1];
    assert_eq!((&ledger["id"], &ledger["runner"]), (&"ledger".into(), &"large".into()));
    let outputs = fs::read_to_string(outputs).unwrap();
    assert!(outputs.starts_with("before=1\nmatrix<<"), "{outputs}");
    assert!(outputs.contains("any<<laneway_end\ntrue\nlaneway_end\n"), "{outputs}");
    assert!(fs::read_to_string(summary).unwrap().starts_with(render::markdown::MARKER));
    let output = laneway(repository.path())
        .args(["route", "--base", "main", "--format", "github"])
        .env("GITHUB_OUTPUT", "")
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
}

#[test]
fn a_packed_job_runs_every_gate_and_names_those_that_fail() {
    let repository = Repository::new();
    let mut lane = "domain_lane:\n  domain_id: billing\n  domain_local_gates:\n".to_owned();
    for at in 0..600 {
        // Each fails in its middle, does not parse, or ends the shell; and each leaves a trace if it runs.
        let run =
            ["echo ran\\nfalse\\necho late", "echo ran; (", "echo ran; exit 0", "echo ran 'a b'"][at % 4];
        lane += &format!("    - {{id: g{at:03}, run: \"{run}\"}}\n");
    }
    repository.write("lanes/billing.yaml", &lane);
    repository.commit("many gates");
    let output = repository.laneway(&["route", "--format", "github", "--files", "packages/billing/a.go"]);
    let matrix: Value = serde_json::from_slice(&output.stdout).unwrap();
    let jobs = matrix["include"].as_array().unwrap();
    assert_eq!(jobs.len(), 256);
    let job = jobs.iter().find(|job| job["gates"].as_array().unwrap().len() > 2).unwrap();
    let failing: Vec<&str> = job["gates"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .filter(|id| id[1..].parse::<usize>().is_ok_and(|at| at % 4 < 2))
        .collect();
    for shell in [&["sh", "-e", "-c"][..], &["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]] {
        let run =
            Command::new(shell[0]).args(&shell[1..]).arg(job["run"].as_str().unwrap()).output().unwrap();
        assert_eq!(run.status.code(), Some(i32::from(!failing.is_empty())));
        assert!(!stdout(&run).contains("late"), "{}", stdout(&run));
        for id in job["gates"].as_array().unwrap() {
            assert!(stdout(&run).contains(&format!("::group::{}", id.as_str().unwrap())));
        }
        let named = stderr(&run).lines().find(|line| line.starts_with("failed:")).unwrap_or("failed:");
        let named: Vec<&str> = named.split_whitespace().skip(1).collect();
        assert_eq!(named, failing);
    }
}

#[test]
fn an_empty_value_is_never_not_set() {
    let repository = Repository::new();
    for arguments in [
        &["route", "--base", ""][..],
        &["route", "--base="],
        &["route", "--head", " "],
        &["route", "--all", ""],
        &["route", "--add", ""],
        &["route", "--output", ""],
        &["route", "--policy", ""],
        &["route", "-C", ""],
        &["route", "--files-from", ""],
        &["route", "--files", ""],
        &["explain", ""],
    ] {
        let output = repository.laneway(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(
            stderr(&output).contains("laneway::change::empty_value"),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
    let output = laneway(repository.path()).arg("route").env("LANEWAY_ALL", "").output().unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
}

#[test]
fn a_route_is_widened_by_hand() {
    let repository = Repository::new();
    let gates = |output: &Output| -> BTreeSet<String> {
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        document["gates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gate| gate["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let arguments = ["route", "--base", "main", "--format", "json"];
    let plain = gates(&repository.laneway(&arguments));
    let added = gates(&repository.laneway(&[&arguments[..], &["--add", "portal-build"]].concat()));
    assert!(!plain.contains("portal-build") && added.contains("portal-build") && added.is_superset(&plain));
    let all = gates(&repository.laneway(&[&arguments[..], &["--all", "release week"]].concat()));
    let killed = laneway(repository.path()).args(arguments).env("LANEWAY_ALL", "incident").output().unwrap();
    assert!(all.is_superset(&added) && all == gates(&killed));
    let output = repository.laneway(&["route", "--base", "main", "--add", "portal-biuld"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    assert!(stderr(&output).contains("did you mean `portal-build`?"), "{}", stderr(&output));
}

#[test]
fn a_broken_head_policy_prints_the_broad_route_and_exits_with_2() {
    let repository = Repository::new();
    repository.write(
        "lanes/billing.yaml",
        "domain_lane:\n  domain_id: billing\n  domain_lokal_gates: [\"\\e[31m\"]\n",
    );
    repository.commit("break the lane");
    let output = repository.laneway(&["route", "--base", "main", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["broad"]["forced"], true);
    assert!(document["gates"].as_array().unwrap().iter().any(|gate| gate["id"] == "ledger"));
    let stderr = stderr(&output);
    assert!(
        stderr.contains("laneway::yaml::unknown_key") && stderr.contains("domain_local_gates"),
        "{stderr}"
    );
    assert!(!stderr.contains('\x1b'), "{stderr}");
}

#[test]
fn a_list_of_files_needs_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    fs::create_dir_all(policy.join("ownership-maps")).unwrap();
    fs::create_dir_all(policy.join("lanes")).unwrap();
    fs::write(policy.join("ownership-maps/package-ownership.md"), MAP).unwrap();
    fs::write(policy.join("lanes/billing.yaml"), LANE).unwrap();
    let output = laneway(folder.path())
        .args(["route", "--policy", "policy", "--format", "json", "--files", "packages/billing/a.go"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&document["change"]["policy"], &document["change"]["source"]),
        (&"external".into(), &"files".into())
    );
    let mut child = laneway(folder.path())
        .args(["-C", "policy", "route", "--format", "json", "--files-from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"packages/billing/a.go\n").unwrap();
    assert_eq!(output.stdout, child.wait_with_output().unwrap().stdout);
    let output = laneway(folder.path()).args(["route"]).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    assert!(stderr(&output).contains("laneway::change::not_a_repository"), "{}", stderr(&output));
}

#[test]
fn a_missing_base_is_broad_or_fails_as_asked() {
    let repository = Repository::new();
    let push = |more: &[&str]| {
        let mut command = laneway(repository.path());
        command.args(["route", "--format", "json"]).args(more);
        command.envs([("GITLAB_CI", "true"), ("CI_COMMIT_TAG", "v1")]);
        command.output().unwrap()
    };
    let output = push(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&document["broad"]["forced"], &document["change"]["confidence"]),
        (&true.into(), &"none".into())
    );
    let output = push(&["--on-missing-base", "fail"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    assert!(stderr(&output).contains("laneway::change::base_missing"), "{}", stderr(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let repository = Repository::new();
    let list: String = (0..50_000).map(|at| format!("packages/billing/{at}.go\n")).collect();
    repository.write("list", &list);
    let mut child = laneway(repository.path())
        .args(["route", "--format", "json", "--files-from", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn usage_that_makes_no_sense_exits_with_2() {
    let repository = Repository::new();
    for arguments in [
        &["rout"][..],
        &[],
        &["route", "--format", "yaml"],
        &["route", "--files"],
        &["route", "--files", "a", "--base", "main"],
        &["route", "--staged", "--head", "main"],
        &["route", "--base", "no-such-revision"],
        &["explain", "no-such-thing", "--base", "main"],
        &["route", "--policy", "no/such/folder"],
    ] {
        let output = repository.laneway(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_gate_is_explained() {
    let repository = Repository::new();
    let output = repository.laneway(&["explain", "ledger", "--base", "main"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains(
            "packages/billing/a.go → ownership-maps/package-ownership.md:3 → billing → gate ledger"
        ),
        "{}",
        stdout(&output)
    );
    let output = repository.laneway(&["explain", "lanes/billing.yaml", "--base", "main", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["subject"]["standing"], "unchanged");
}

/// The schemas are generated: `LANEWAY_BLESS=1 cargo test --test cli` writes them.
#[test]
fn the_schemas_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in [
        ("route.v1.json", render::json::schema().unwrap()),
        ("gate.v1.json", render::ci::jsonl::schema().unwrap()),
        ("explain.v1.json", render::explain::json::schema().unwrap()),
        ("check.v1.json", render::findings::json::schema().unwrap()),
    ] {
        let file = folder.join(name);
        if std::env::var_os("LANEWAY_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &schema).unwrap();
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(written == schema, "{name} is stale: run LANEWAY_BLESS=1 cargo test --test cli");
    }
}

#[test]
fn every_fault_has_its_section() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).unwrap();
    let written: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(written, known, "docs/errors.md has one section for each code, in the order of src/fault.rs");
}
