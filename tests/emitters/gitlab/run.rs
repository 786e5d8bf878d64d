//! The parent of the documentation, run by `gitlab-ci-local` with its shell executor.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use laneway::plan::pack::shell;
use serde_json::{Value, json};

use super::{DOCS, example, not_run};
use crate::support::{HOSTILE, tool};

/// A repository whose lane has these gates, with the parent of the documentation as its pipeline.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new(gates: &[Value], options: &str) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(repository.outside()).unwrap();
        let install = "cargo install --locked --path .";
        let parent = example(DOCS, "yaml", 0);
        assert!(parent.contains(install) && parent.contains("--format gitlab"));
        let parent = parent
            .replace(install, "laneway --version")
            .replace("--format gitlab", &format!("--format gitlab{options}"));
        let lane = json!({"domain_lane": {"domain_id": "many", "domain_local_gates": gates}}).to_string();
        repository.git(&["init", "-q", "-b", "main"]);
        repository.git(&["remote", "add", "origin", "https://gitlab.example.com/group/project.git"]);
        for (path, text) in [
            (
                "ownership-maps/a.md",
                "| Package | Domain | Class |\n|---|---|---|\n| `**` | many | |\n| `LICENSE` | many | exempt |\n",
            ),
            ("lanes/a.yaml", &*lane),
            (".gitlab-ci.yml", &*parent),
            ("app", "base"),
            ("LICENSE", "base"),
        ] {
            let path = repository.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        repository.commit("base");
        repository
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("checkout")
    }

    fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        fs::create_dir_all(self.path()).unwrap();
        command.current_dir(self.path()).env_clear().env("HOME", self.folder.path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let laneway = Path::new(env!("CARGO_BIN_EXE_laneway")).parent().unwrap().to_owned();
        let folders = std::env::var_os("PATH").unwrap();
        command.env(
            "PATH",
            std::env::join_paths(std::iter::once(laneway).chain(std::env::split_paths(&folders))).unwrap(),
        );
        command.env("OUTSIDE", self.outside());
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = self.command("git");
        git.args(["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"]);
        let output = git.args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message]);
    }

    /// Runs the pipeline of a merge request that changes `path`.
    fn run(&self, gitlab_ci_local: &Path, path: &str) -> Output {
        let base = self.git(&["rev-parse", "HEAD"]);
        fs::write(self.path().join(path), "changed").unwrap();
        self.commit("change");
        let head = self.git(&["rev-parse", "HEAD"]);
        let mut command = self.command(gitlab_ci_local);
        command.args(["--force-shell-executor", "--no-color"]);
        for variable in [
            // It says `false` of itself, so that scripts can tell; this one shall not.
            "GITLAB_CI=true".to_owned(),
            "CI_PIPELINE_SOURCE=merge_request_event".to_owned(),
            "CI_MERGE_REQUEST_IID=1".to_owned(),
            format!("CI_MERGE_REQUEST_DIFF_BASE_SHA={base}"),
            format!("CI_COMMIT_SHA={head}"),
        ] {
            command.args(["--variable", &variable]);
        }
        command.output().unwrap()
    }

    /// What the commands wrote, in the order in which they ran.
    fn ran(&self) -> Vec<String> {
        let ran = fs::read_to_string(self.outside().join("ran")).unwrap_or_default();
        ran.lines().map(str::to_owned).collect()
    }

    /// A gate that writes its id and its gates outside the checkout.
    fn gate(id: &str, needs: &[&str], and_then: &str) -> Value {
        let run = format!(
            "echo {id} >> \"$OUTSIDE/ran\"\necho \"$LANEWAY_GATES\" >> \"$OUTSIDE/gates\"\n{and_then}"
        );
        json!({"id": id, "title": format!("The {id}"), "run": run, "needs": needs})
    }
}

#[test]
fn gitlab_runs_the_route() {
    let Some(tool) = tool("gitlab-ci-local") else { return not_run("gitlab-ci-local") };
    let gate = Repository::gate;
    let some = [
        gate("z-build", &[], ""),
        gate("unit", &["z-build"], ""),
        gate("load", &["unit", "z-build"], ""),
        json!({"id": "sign-off", "title": "A paper that somebody signs"}),
    ];
    let said = |output: &Output| {
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let ordinary = || {
        let repository = Repository::new(&some, "");
        let output = repository.run(&tool, "app");
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(repository.ran(), ["z-build", "unit", "load"]);
        assert_eq!(fs::read_to_string(repository.outside().join("gates")).unwrap(), "z-build\nunit\nload\n");
    };
    let packed_and_failing = || {
        // Two jobs of four gates: `alone` is in the other one, and fails it. That `strategy: depend` then fails the parent is
        // GitLab's part: this runner starts the child and does not look back.
        let mut gates = some.to_vec();
        gates.push(gate("alone", &[], "false"));
        let repository = Repository::new(&gates, " --max-jobs 2");
        let output = repository.run(&tool, "app");
        assert!(said(&output).contains("FAIL  alone: The alone"), "{}", said(&output));
        let child = repository
            .command(&tool)
            .args(["--force-shell-executor", "--file", "laneway.yml", "alone: The alone"])
            .output()
            .unwrap();
        assert!(!child.status.success(), "{}", said(&child));
        let ran = repository.ran();
        let sorted: BTreeSet<&str> = ran.iter().map(String::as_str).collect();
        let place = |id: &str| ran.iter().position(|ran| ran == id);
        assert!(sorted.contains("alone"), "{}", said(&output));
        assert!(
            place("z-build") < place("unit") && place("unit") < place("load"),
            "{ran:?}\n{}",
            said(&output)
        );
        let jobs = fs::read_to_string(repository.outside().join("gates")).unwrap();
        assert_eq!(jobs.lines().collect::<BTreeSet<_>>().len(), 2, "{jobs}");
    };
    let nothing = || {
        let repository = Repository::new(&some, "");
        let output = repository.run(&tool, "LICENSE");
        assert!(output.status.success(), "{}", said(&output));
        assert!(repository.ran().is_empty(), "{}", said(&output));
        assert!(said(&output).contains("nothing to run"), "{}", said(&output));
    };
    let hostile = || {
        let gate = |(at, text): (usize, &&str)| {
            let run =
                format!("echo h{at} >> \"$OUTSIDE/ran\"; printf %s {} > \"$OUTSIDE/h{at}\"", shell(text));
            json!({"id": format!("h{at}"), "title": text, "run": run})
        };
        let repository = Repository::new(&HOSTILE.iter().enumerate().map(gate).collect::<Vec<_>>(), "");
        let output = repository.run(&tool, "app");
        assert!(output.status.success(), "{}", said(&output));
        let ran: BTreeSet<String> = repository.ran().into_iter().collect();
        assert_eq!(ran, (0..HOSTILE.len()).map(|at| format!("h{at}")).collect());
        for (at, text) in HOSTILE.iter().enumerate() {
            let written = fs::read(repository.outside().join(format!("h{at}"))).unwrap();
            assert_eq!(String::from_utf8_lossy(&written), **text, "h{at}");
        }
    };
    std::thread::scope(|scope| {
        let runs = [
            scope.spawn(ordinary),
            scope.spawn(packed_and_failing),
            scope.spawn(nothing),
            scope.spawn(hostile),
        ];
        let failed = runs.into_iter().filter_map(|run| run.join().err()).count();
        assert_eq!(failed, 0, "of four pipelines");
    });
}
