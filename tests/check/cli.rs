//! `laneway check` on repositories that git makes: what counts as a failure, and what a change brought.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const MAP: &str = "\
| Package | Domain | Imported by | Consumers |
|---|---|---|---|
| `a/**` | one | - | - |
| `ownership-maps/**`, `lanes/**` | one | - | - |
| `old/**` | one | - | - |
";

struct Repository(tempfile::TempDir);

impl Repository {
    /// A repository with a dead row, a gate without a command, and nothing else that is wrong.
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("ownership-maps/package-ownership.md", MAP);
        repository.write("lanes/one.yaml", "domain_lane: {domain_id: one, service_evidence: [posture]}\n");
        repository.write("a/x", "x\n");
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

    fn check(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
        command.current_dir(self.path()).env_clear().arg("check").args(arguments);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.output().unwrap()
    }

    /// Returns the codes and subjects that are found.
    fn found(&self, arguments: &[&str]) -> Vec<(String, String)> {
        let output = self.check(&[arguments, &["--format", "json"]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["schema"], "laneway.check/v1");
        let text = |value: &Value| value.as_str().unwrap().replace("laneway::check::", "");
        let findings = document["findings"].as_array().unwrap().iter();
        findings.map(|finding| (text(&finding["code"]), text(&finding["subject"]))).collect()
    }
}

#[test]
fn a_warning_fails_and_a_note_does_not() {
    let repository = Repository::new();
    let code = |arguments: &[&str]| repository.check(arguments).status.code();
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--only", "dead_row"]), Some(1));
    assert_eq!(code(&["--only", "laneway::check::unbound_gate"]), Some(0));
    assert_eq!(code(&["--only", "unbound_gate", "--fail-on", "note"]), Some(1));
    assert_eq!(code(&["--fail-on", "error"]), Some(0));
    assert_eq!(code(&["--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--only", "dead_rows"]), Some(2));
    assert_eq!(code(&["--since", " "]), Some(2));
    assert_eq!(code(&["--since", "nothing"]), Some(2));
    let text = String::from_utf8(repository.check(&["--only", "dead_row"]).stdout).unwrap();
    assert!(text.starts_with("ownership-maps/package-ownership.md\n  5:1: warning[dead_row] "), "{text}");
    assert!(text.ends_with("1 warning.\n"), "{text}");
}

#[test]
fn since_a_base_only_what_came_is_found() {
    let repository = Repository::new();
    assert_eq!(repository.found(&["--since", "main"]), Vec::new());
    repository.git(&["checkout", "-q", "-b", "change"]);
    // The row of what is dead moves down, which is nothing new; a file comes that no row maps.
    repository.write("ownership-maps/package-ownership.md", &format!("Prose.\n\n{MAP}"));
    repository.write("b/new", "new\n");
    repository.commit("change");
    let found = repository.found(&["--since", "main"]);
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["unmapped_file"], "{found:?}");
    repository.git(&["checkout", "-q", "-b", "next"]);
    repository.write("b/newer", "newer\n");
    repository.commit("next");
    let output = repository.check(&["--since", "change"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("b/newer") && !text.contains("2 files"), "{text}");
    assert_eq!(repository.check(&["--head", "main", "--since", "main"]).status.code(), Some(0));
}

#[test]
fn a_broken_policy_is_told_and_what_is_sound_is_checked() {
    let repository = Repository::new();
    repository.write("lanes/two.yaml", "domain_lane: {domain_id: two, kinds: product}\n");
    repository.commit("break it");
    let output = repository.check(&[]);
    assert_eq!(output.status.code(), Some(2));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(err.contains("laneway::yaml::unknown_key"), "{err}");
    assert!(out.contains("dead_row") && !out.contains("unbound_gate"), "{out}");
    assert!(out.contains("The policy is broken"), "{out}");
}

#[test]
fn code_scanning_gets_a_log_with_a_rule_for_every_result() {
    let repository = Repository::new();
    let output = repository.check(&["--format", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["help"]["text"].as_str().is_some_and(|text| text.len() > 40)));
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 2, "{results:?}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["laneway/v1"].as_str().unwrap().len(), 64);
    }
    let dead = results.iter().find(|result| result["ruleId"] == "laneway::check::dead_row").unwrap();
    let place = &dead["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "ownership-maps/package-ownership.md");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&5.into(), &1.into()));
}
