//! The command, end to end.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const BASELINE: &str = "ownership-maps/guard-fingerprint-baseline.tsv";
const DEBT: &str = "ownership-maps/guard-allowed-debt.tsv";
const DEBT_HEADER: &str = "fingerprint\ttool\tcode\tpath\tsubject\towner\treason\texpires\n";

/// A repository with two files on `main`, and what a tool found in it.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("src/a.rs", "one\ntwo\nthree\n");
        repository.write("src/b.rs", "four\nfive\nsix\n");
        repository.commit("base");
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

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
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

    fn laneway(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
        command.current_dir(self.path()).env_clear().args(arguments);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Guards what a tool found at these lines, and returns exit code and output.
    fn guard(&self, found: &[(&str, u32)], arguments: &[&str]) -> (i32, String) {
        let all = [&["guard", "--no-check", "--sarif", "-"], arguments].concat();
        said(&self.laneway(&all, &sarif(found)))
    }

    /// Asks for the baseline.
    fn baseline(&self, found: &[(&str, u32)], arguments: &[&str]) -> (i32, String) {
        let all = [&["guard", "baseline", "--no-check", "--sarif", "-"], arguments].concat();
        said(&self.laneway(&all, &sarif(found)))
    }

    /// Returns the line that would allow the one new finding.
    fn debt_line(&self, found: &[(&str, u32)], expires: &str) -> String {
        let (_, text) = self.guard(found, &["--format", "json"]);
        let document: Value = serde_json::from_str(&text).unwrap();
        let all = document["findings"].as_array().unwrap();
        let new: Vec<_> = all.iter().filter(|finding| finding["standing"] == "new").collect();
        assert_eq!(new.len(), 1, "{text}");
        let line = new[0]["debt_line"].as_str().unwrap();
        line.replace("OWNER", "@team").replace("REASON", "soon").replace("YYYY-MM-DD", expires) + "\n"
    }
}

fn said(output: &Output) -> (i32, String) {
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

fn sarif(found: &[(&str, u32)]) -> Vec<u8> {
    let results: Vec<Value> = found
        .iter()
        .map(|(path, line)| {
            let region = json!({"startLine": line});
            let physical = json!({"artifactLocation": {"uri": path}, "region": region});
            json!({"ruleId": "L1", "message": {"text": "50% :: wrong"}, "locations": [{"physicalLocation": physical}]})
        })
        .collect();
    let run = json!({"tool": {"driver": {"name": "lint"}}, "results": results});
    json!({"version": "2.1.0", "runs": [run]}).to_string().into_bytes()
}

/// Adopts the guard: what is found at two lines is the baseline of `main`.
fn adopted() -> (Repository, [(&'static str, u32); 2]) {
    let repository = Repository::new();
    let found = [("src/a.rs", 2), ("src/b.rs", 2)];
    let accept = ["--write", "--accept", "--owner", "@team", "--reason", "adoption"];
    assert_eq!(repository.baseline(&found, &accept).0, 0);
    repository.commit("baseline");
    repository.git(&["checkout", "-qb", "change"]);
    (repository, found)
}

#[test]
fn adoption() {
    let repository = Repository::new();
    let found = [("src/a.rs", 2), ("src/b.rs", 2)];
    for (mode, exit) in [("report", 0), ("warn", 0), ("blocking_new", 1), ("blocking", 1)] {
        assert_eq!(repository.guard(&found, &["--mode", mode]).0, exit, "{mode}");
    }
    // Nobody said who accepts them: nothing is written, with or without --write.
    assert_eq!(repository.baseline(&found, &[]).0, 1);
    let (exit, text) = repository.baseline(&found, &["--write"]);
    assert_eq!(exit, 1);
    assert!(text.contains("would grow by 2 lines"), "{text}");
    assert!(!repository.path().join(BASELINE).exists());
    assert_eq!(repository.baseline(&found, &["--accept", "--owner", "@team"]).0, 2);
    assert_eq!(repository.baseline(&found, &["--accept", "--owner", "@team", "--reason", " "]).0, 2);
    let accept = ["--accept", "--owner", "@team", "--reason", "adoption"];
    // Without --write the difference is printed, and the exit code says that there is one.
    assert_eq!(repository.baseline(&found, &accept).0, 1);
    assert!(!repository.path().join(BASELINE).exists());
    assert_eq!(repository.baseline(&found, &[&["--write"][..], &accept].concat()).0, 0);
    let first = repository.read(BASELINE);
    assert_eq!(first.lines().count(), 3);
    assert!(first.contains("\tlint\tL1\tsrc/a.rs\ttwo\t@team\tadoption\n"), "{first}");
    let mut turned = found;
    turned.reverse();
    assert_eq!(repository.baseline(&turned, &["--write"]).0, 0);
    assert_eq!(repository.read(BASELINE), first);
    let entries = fs::read_dir(repository.path().join("ownership-maps")).unwrap();
    assert_eq!(entries.count(), 1, "nothing else is left there");
    repository.commit("baseline");
    assert_eq!(repository.guard(&found, &[]).0, 0);
    assert_eq!(repository.guard(&found, &["--mode", "blocking"]).0, 1);
}

#[test]
fn a_change_grants_itself_nothing() {
    let (repository, known) = adopted();
    let found = [known[0], known[1], ("src/b.rs", 3)];
    repository.write("src/b.rs", "four\nfive\nsix\nseven\n");
    assert_eq!(repository.guard(&found, &[]).0, 1);
    // Neither a baseline nor a debt of its own excuses it.
    let line = repository.debt_line(&found, "2099-12-31");
    repository.write(DEBT, &(DEBT_HEADER.to_owned() + &line));
    let (exit, text) = repository.guard(&found, &[]);
    assert_eq!(exit, 1);
    assert!(text.contains("by a line that only this change adds"), "{text}");
    assert!(text.contains("granted_by_change"), "{text}");
    fs::remove_file(repository.path().join(DEBT)).unwrap();
    let accept = ["--write", "--accept", "--owner", "@me", "--reason", "mine"];
    assert_eq!(repository.baseline(&found, &accept).0, 0);
    assert_eq!(repository.guard(&found, &[]).0, 1);
    assert_eq!(repository.guard(&found, &["--since", "main"]).0, 1);
    // Committed, it is still the change's own.
    repository.commit("mine");
    assert_eq!(repository.guard(&found, &[]).0, 1);
    // What is merged counts.
    assert_eq!(repository.guard(&found, &["--since", "HEAD"]).0, 0);
}

#[test]
fn a_debt_lands_first_and_is_paid() {
    let (repository, known) = adopted();
    let found = [known[0], known[1], ("src/b.rs", 3)];
    let line = repository.debt_line(&found, "2027-03-31");
    repository.write(DEBT, &(DEBT_HEADER.to_owned() + &line));
    // A change that consists of the table alone brings nothing that it could excuse.
    let (exit, text) = repository.guard(&found, &["--today", "2027-01-01"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("which consists of nothing else"), "{text}");
    repository.commit("allow it");
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "change"]);
    repository.git(&["checkout", "-qb", "next"]);
    repository.write("src/b.rs", "four\nfive\nsix\nseven\n");
    let (exit, text) = repository.guard(&found, &["--today", "2027-03-31"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("1 of allowed debt, 2 in the baseline"), "{text}");
    // The day after, it stops everyone, and the change cannot put the day off for itself.
    assert_eq!(repository.guard(&found, &["--today", "2027-04-01"]).0, 1);
    repository.write(DEBT, &(DEBT_HEADER.to_owned() + &line.replace("2027", "2028")));
    let (exit, text) = repository.guard(&found, &["--today", "2027-04-01"]);
    assert_eq!(exit, 1);
    assert!(text.contains("a later day counts once the base has it"), "{text}");
    // Paid, the line is stale until it is taken out; that stops nothing.
    let (exit, text) = repository.guard(&known, &["--today", "2027-03-31"]);
    assert_eq!(exit, 0);
    assert!(text.contains("stale_debt"), "{text}");
    repository.write(DEBT, DEBT_HEADER);
    assert_eq!(repository.guard(&known, &["--today", "2027-04-01"]).0, 0);
    // Taken out while it is still there, it is new.
    assert_eq!(repository.guard(&found, &["--today", "2027-01-01"]).0, 1);
}

#[test]
fn a_renamed_file_keeps_what_is_known_of_it() {
    let (repository, known) = adopted();
    repository.git(&["mv", "src/a.rs", "src/moved.rs"]);
    let found = [("src/moved.rs", 2), known[1]];
    let (exit, text) = repository.guard(&found, &[]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("moved_line"), "{text}");
    let before = repository.read(BASELINE);
    let (exit, text) = repository.baseline(&found, &[]);
    assert_eq!(exit, 1);
    assert!(text.contains("moved from src/a.rs"), "{text}");
    assert_eq!(repository.read(BASELINE), before);
    assert_eq!(repository.baseline(&found, &["--write"]).0, 0);
    let after = repository.read(BASELINE);
    assert!(after.contains("\tsrc/moved.rs\ttwo\t@team\tadoption\n") && !after.contains("src/a.rs"));
    let (exit, text) = repository.guard(&found, &[]);
    assert_eq!((exit, text.contains("moved_line")), (0, false), "{text}");
    assert!(!text.contains("granted_by_change"), "{text}");
}

#[test]
fn what_is_mended_leaves_a_stale_line() {
    let (repository, known) = adopted();
    let (exit, text) = repository.guard(&known[..1], &[]);
    assert_eq!(exit, 0);
    assert!(text.contains("stale_baseline"), "{text}");
    assert_eq!(repository.baseline(&known[..1], &["--write"]).0, 0);
    assert_eq!(repository.read(BASELINE).lines().count(), 2);
    assert_eq!(repository.guard(&known[..1], &[]).0, 0);
    // It cannot come back.
    assert_eq!(repository.guard(&known, &[]).0, 1);
    // A tool that did not run is not judged.
    let other = br#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "results": []}]}"#;
    let output = repository.laneway(&["guard", "--no-check", "--sarif", "-", "--mode", "blocking"], other);
    let (exit, text) = said(&output);
    assert_eq!(exit, 0);
    assert!(text.contains("1 line of the baseline and 0 of debt are of lint, which did not run"), "{text}");
}

#[test]
fn what_cannot_be_read_is_told_at_once_and_nothing_is_written() {
    let (repository, known) = adopted();
    let before = repository.read(BASELINE);
    repository.write(DEBT, "nonsense\n");
    repository.write("bad.sarif", "{\"version\": \"1.0.0\"}");
    let outside = ["--sarif", "bad.sarif", "--sarif", "absent.sarif", "--write"];
    let (exit, text) = repository.baseline(&[known[0], ("../x.rs", 1)], &outside);
    assert_eq!(exit, 2);
    for code in ["guard::header", "sarif::version", "sarif::syntax", "sarif::path"] {
        assert!(text.contains(code), "{code}: {text}");
    }
    assert_eq!(repository.read(BASELINE), before);
    // A manifest that laneway's own checks read hides no fault of the tables, and they none of it.
    repository.write("package.json", "not JSON");
    repository.git(&["add", "package.json"]);
    let (exit, text) = said(&repository.laneway(&["guard"], b""));
    assert_eq!(exit, 2);
    for code in ["guard::header", "manifests::syntax"] {
        assert!(text.contains(code), "{code}: {text}");
    }
    for arguments in [
        &["guard", "--no-check"][..],
        &["guard", "--since", ""],
        &["guard", "--since", "nowhere"],
        &["guard", "--sarif", ""],
        &["guard", "--today", "tomorrow"],
        &["guard", "--mode", "block"],
        &["guard", "baseline", "--owner", "@team"],
    ] {
        assert_eq!(repository.laneway(arguments, b"").status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn every_format_has_every_finding() {
    let (repository, known) = adopted();
    repository.write("src/a,b\n.rs", "seven\n");
    let found = [known[0], known[1], ("src/a%2Cb%0A.rs", 1)];
    let (exit, text) = repository.guard(&found, &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (exit, &document["fails"], &document["schema"]),
        (1, &json!(true), &json!("laneway.guard/v1"))
    );
    assert_eq!(
        document["counts"],
        json!({"new": 1, "debt_expired": 0, "debt": 0, "baseline": 2, "suppressed": 0})
    );
    let (_, text) = repository.guard(&found, &["--format", "sarif"]);
    let log: Value = serde_json::from_str(&text).unwrap();
    let states: Vec<_> =
        log["runs"][0]["results"].as_array().unwrap().iter().map(|own| &own["baselineState"]).collect();
    assert_eq!(states, ["new", "unchanged", "unchanged"]);
    let (_, text) = repository.guard(&found, &["--format", "github"]);
    let expected = "::error file=src/a%2Cb\\n.rs,line=1,col=1,title=lint L1 (new)::50%25 :: wrong\n";
    assert!(text.starts_with(expected), "{text}");
    let (_, text) = repository.guard(&found, &["--mode", "report", "--format", "github"]);
    assert!(text.starts_with("::notice file="), "{text}");
    let (_, text) = repository.guard(&found, &["--verbose"]);
    assert!(text.contains("src/a,b\\n.rs:1:1  new  lint L1"), "{text}");
    assert_eq!(text.matches("50% :: wrong").count(), 3, "{text}");
}
