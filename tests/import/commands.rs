//! `laneway import codeowners` and `laneway export codeowners`, end to end.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

struct Repository(TempDir);

impl Repository {
    /// A repository with one commit of these files.
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        for (path, text) in files {
            repository.write(path, text);
        }
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

    fn laneway(&self, arguments: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laneway"));
        command.current_dir(self.path()).args(arguments).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{arguments:?}\n{text}");
        text
    }

    fn has_maps(&self) -> bool {
        self.path().join("ownership-maps").exists() || self.path().join("lanes").exists()
    }
}

const FILE: &str = "\
*.md @acme/docs
/src/ @acme/core # everything there
/src/gen
Dockerfile @acme/ops @ann
/gone/ @acme/core
";

fn sample() -> Repository {
    Repository::new(&[
        (".github/CODEOWNERS", FILE),
        ("README.md", ""),
        ("src/a b.rs", ""),
        ("src/gen/c.rs", ""),
        ("src/Dockerfile", ""),
        ("other", ""),
    ])
}

#[test]
fn a_clone_with_a_codeowners_file_is_imported_and_routed() {
    let repository = sample();
    let told = repository.laneway(&["import", "codeowners"], 0);
    assert!(told.starts_with(".github/CODEOWNERS: GitHub dialect"), "{told}");
    assert!(told.contains(".github/CODEOWNERS:5 /gone/"), "{told}");
    assert!(told.contains("6 tracked files asked") && told.contains(": 0 differences"), "{told}");
    assert!(told.contains("wrote ownership-maps/codeowners-ownership.md"), "{told}");
    let lane = fs::read_to_string(repository.path().join("lanes/ops.yaml")).unwrap();
    assert!(lane.contains("- \"@acme/ops\""), "{lane}");
    // Once more changes nothing; a file that differs is not replaced unasked.
    repository.laneway(&["import", "codeowners"], 0);
    repository.commit("maps");
    repository.git(&["checkout", "-q", "-b", "change"]);
    repository.write("src/Dockerfile", "FROM x\n");
    repository.commit("change");
    let route = repository.laneway(&["route", "--base", "main", "--format", "json"], 0);
    let route: serde_json::Value = serde_json::from_str(&route).unwrap();
    let reviewers: Vec<&str> = route["review"]["reviewers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["owner"].as_str().unwrap())
        .collect();
    assert_eq!(reviewers, ["@acme/ops", "@ann"]);
    assert_eq!(route["broad"]["forced"], false);
}

/// The README's way for a newcomer: its own lines, in a fresh clone, each of which succeeds.
#[test]
fn a_newcomer_needs_three_commands() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = readme.split_once("<!-- newcomer -->").unwrap().1.split_once("<!-- end -->").unwrap().0;
    let commands: Vec<Vec<&str>> = block
        .lines()
        .filter_map(|line| line.strip_prefix("laneway "))
        .map(|line| line.split('#').next().unwrap().split_whitespace().collect())
        .collect();
    assert_eq!(commands, [vec!["import", "codeowners"], vec!["check"], vec!["route"]]);
    let origin = sample();
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    let (from, to) = (origin.path().to_str().unwrap(), clone.to_str().unwrap());
    origin.git(&["clone", "-q", "--no-hardlinks", from, to]);
    let told: Vec<String> = commands
        .iter()
        .map(|command| origin.laneway(&[&["-C", to], command.as_slice()].concat(), 0))
        .collect();
    assert!(told[0].contains(": 0 differences"), "{}", told[0]);
    assert!(told[1].contains("unclaimed_files") && !told[1].contains("not_proven"), "{}", told[1]);
    assert!(told[2].contains("BROAD") && told[2].contains("this change maps"), "{}", told[2]);
    assert!(!told[2].contains("add a row"), "{}", told[2]);
}

#[test]
fn what_is_there_is_replaced_only_when_told() {
    let repository = sample();
    repository.laneway(&["import", "codeowners"], 0);
    repository.write(".github/CODEOWNERS", "* @acme/all\n");
    let map =
        || fs::read_to_string(repository.path().join("ownership-maps/codeowners-ownership.md")).unwrap();
    let before = map();
    let told = repository.laneway(&["import", "codeowners"], 2);
    assert!(told.contains("laneway::cli::exists"), "{told}");
    assert_eq!(map(), before);
    assert!(!repository.path().join("lanes/all.yaml").exists());
    repository.laneway(&["import", "codeowners", "--force"], 0);
    assert!(map().contains("@acme/all"));
}

#[test]
fn nothing_is_written_of_a_file_that_its_host_rejects() {
    let repository = sample();
    repository.write(".github/CODEOWNERS", "* @acme/all\n!README.md\nsrc acme/core\n");
    let told = repository.laneway(&["import", "codeowners"], 2);
    assert!(
        told.contains("laneway::codeowners::syntax") && told.contains("laneway::codeowners::owner"),
        "{told}"
    );
    assert!(told.contains(".github/CODEOWNERS:2:1") && told.contains(".github/CODEOWNERS:3:5"), "{told}");
    assert!(!repository.has_maps());
    let told = repository.laneway(&["import", "codeowners", "--dialect", "gitlab"], 2);
    assert!(told.contains("laneway::codeowners::missing"), "{told}");
    let told = repository.laneway(&["import", "codeowners", "--file", ""], 2);
    assert!(told.contains("laneway::change::empty_value"), "{told}");
}

#[test]
fn maps_that_are_there_and_say_otherwise_are_differences() {
    let repository = sample();
    repository.write("ownership-maps/own.md", "| Package | Domain |\n|---|---|\n| `src/a b.rs` | mine |\n");
    let told = repository.laneway(&["import", "codeowners"], 1);
    assert!(told.contains("src/a b.rs: @acme/core by the file, nobody by the maps"), "{told}");
    assert!(!repository.path().join("lanes").exists());
}

#[test]
fn a_dry_run_writes_nothing() {
    let repository = sample();
    let told = repository.laneway(&["import", "codeowners", "--dry-run"], 0);
    assert!(told.contains("==> lanes/ops.yaml <=="), "{told}");
    assert!(!repository.has_maps());
}

#[test]
fn what_is_exported_asks_the_same_people() {
    let repository = sample();
    repository.laneway(&["import", "codeowners"], 0);
    repository.commit("maps");
    let told = repository.laneway(&["export", "codeowners", "--output", "CODEOWNERS.new"], 0);
    assert!(told.contains("0 differences"), "{told}");
    let written = fs::read_to_string(repository.path().join("CODEOWNERS.new")).unwrap();
    assert!(written.contains("/src/gen/\n") || written.contains("/src/gen\n"), "{written}");
    let printed = repository.laneway(&["export", "codeowners"], 0);
    assert!(printed.starts_with(&written), "{printed}");
    let told = repository.laneway(&["export", "codeowners", "--dialect", "gitlab"], 0);
    assert!(told.contains("!/src/gen/"), "{told}");
}
