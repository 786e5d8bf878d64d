//! The recipes of `docs/ci-verify.md`, as they stand there: their scripts run on a repository, as the CI would run them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{commit, git, repository, root, run};

const MAP: &str =
    "| Package | Domain | Consumers |\n|---|---|---|\n| `src/**` | core | - |\n| `**` | rest | - |\n";
const LANES: &str = "domain_lane:\n  domain_id: core\n  reviewers: ['@core']\n  domain_local_gates:\n    \
                     - {id: unit, title: Unit tests, run: 'true'}\n    - {id: lint, run: 'true', needs: [unit]}\n";
const REST: &str = "domain_lane:\n  domain_id: rest\n  reviewers: ['@core']\n";
/// The embedded gates that hold for every change of code; here each has a command.
const CATALOGUE: &str = "gates:\n  - {id: contracts, run: 'true'}\n  - {id: codegen, run: 'true'}\n  \
                         - {id: boundary_guard, run: 'true'}\n";

/// The block that follows a mark in the page.
fn recipe(name: &str) -> String {
    let page = std::fs::read_to_string(root().join("docs/ci-verify.md")).unwrap().replace("\r\n", "\n");
    let (_, rest) = page.split_once(&format!("<!-- recipe: {name} -->\n```")).unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("\n```").unwrap().0.to_owned() + "\n"
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// A clone of a repository with a change on `topic`, its checked-out head, and a folder for what a job leaves.
struct World {
    _guard: tempfile::TempDir,
    work: tempfile::TempDir,
    root: PathBuf,
    base: String,
    head: String,
}

impl World {
    fn new() -> Self {
        let files = [
            ("ownership-maps/a.md", MAP),
            ("lanes/core.yaml", LANES),
            ("lanes/rest.yaml", REST),
            ("lanes/gates.yaml", CATALOGUE),
            ("src/a.rs", "1\n"),
        ];
        let (guard, root) = repository(&files);
        let base = git(&root, &["rev-parse", "HEAD"]).trim().to_owned();
        git(&root, &["checkout", "-q", "-b", "topic"]);
        let head = commit(&root, &[("src/a.rs", "2\n")], "change");
        git(&root, &["update-ref", "refs/remotes/origin/main", &base]);
        git(&root, &["config", "remote.origin.url", "."]);
        Self { _guard: guard, work: tempfile::tempdir().unwrap(), root, base, head }
    }

    /// Runs a script as a CI's shell does; each evidence is kept below the repository, where the recipe puts it.
    fn script(&self, script: &str, variables: &BTreeMap<&str, String>) -> (i32, String, String) {
        let own = Path::new(env!("CARGO_BIN_EXE_laneway")).parent().unwrap().to_path_buf();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
        let mut shell = Command::new("bash");
        shell.args(["-eo", "pipefail", "-c", script]).current_dir(&self.root).env_clear().envs(variables);
        shell.env("PATH", path).env("HOME", self.work.path()).env("NO_COLOR", "1");
        run(&mut shell)
    }

    fn clear(&self) {
        let _ = std::fs::remove_dir_all(self.root.join(".laneway"));
    }

    /// The variables of GitHub for an event.
    fn github(&self, name: &str, event: &Value) -> BTreeMap<&'static str, String> {
        let file = self.work.path().join(format!("{name}.json"));
        std::fs::write(&file, event.to_string()).unwrap();
        let summary = self.work.path().join("summary.md");
        BTreeMap::from([
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", name.to_owned()),
            ("GITHUB_EVENT_PATH", file.to_str().unwrap().to_owned()),
            ("GITHUB_SHA", self.head.clone()),
            ("GITHUB_REF", "refs/pull/1/merge".to_owned()),
            ("GITHUB_RUN_ID", "77".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap().to_owned()),
        ])
    }

    fn pull_request(&self) -> BTreeMap<&'static str, String> {
        let event = json!({"pull_request": {"base": {"sha": self.base}, "head": {"sha": self.head}}});
        self.github("pull_request", &event)
    }
}

/// The script of the step of a job that verifies.
fn verifying(job: &Value) -> String {
    let steps = job["steps"].as_array().unwrap().iter();
    let runs = steps.filter_map(|step| step["run"].as_str()).find(|run| run.contains("laneway verify"));
    runs.unwrap().to_owned()
}

fn needs(route: &str, gates: &str, any: &str) -> String {
    json!({"route": {"result": route, "outputs": {"any": any}}, "gates": {"result": gates, "outputs": {}}})
        .to_string()
}

#[test]
fn the_workflow_of_github_requires_every_gate() {
    let workflow = yaml(&recipe("github"));
    let last = &workflow["jobs"]["laneway"];
    assert_eq!(last["if"], "always()", "a job that is skipped counts as passed");
    assert_eq!(last["needs"], json!(["route", "gates"]));
    let script = verifying(last);
    let world = World::new();
    let mut group = world
        .github("merge_group", &json!({"merge_group": {"base_sha": world.base, "head_sha": world.head}}));
    group.insert("GITHUB_REF", "refs/heads/gh-readonly-queue/main/pr-1".to_owned());
    for mut variables in [world.pull_request(), group] {
        let table = [
            ("success", "success", "true", 0),
            ("success", "failure", "true", 1),
            ("success", "cancelled", "true", 1),
            // The matrix did not start, although the route has gates.
            ("success", "skipped", "true", 1),
            ("failure", "skipped", "", 1),
            ("cancelled", "skipped", "", 1),
        ];
        for (route, gates, any, expected) in table {
            world.clear();
            variables.insert("NEEDS", needs(route, gates, any));
            let (code, stdout, stderr) = world.script(&script, &variables);
            assert_eq!(code, expected, "{route} {gates}: {stdout}\n{stderr}");
        }
        // What a job says is not enough where nothing was proved for this commit.
        world.clear();
        let verify = "laneway verify --format github";
        let (code, stdout, stderr) = world.script(verify, &variables);
        assert_eq!(code, 1, "{stdout}\n{stderr}");
    }
}

#[test]
fn the_jobs_of_github_run_on_the_commit_that_is_judged() {
    let workflow = yaml(&recipe("github"));
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        let mut steps = job["steps"].as_array().unwrap().iter();
        let checkout = steps.find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("checkout")));
        let with = &checkout.unwrap()["with"];
        assert_eq!(with["ref"], "${{ github.event.pull_request.head.sha || github.sha }}", "{name}");
        assert_eq!(with["persist-credentials"], false, "{name}");
        let deep = name != "gates";
        assert_eq!(with.get("fetch-depth").is_some(), deep, "{name}: the base must be in the clone");
    }
}

/// Everything that a job of the parent writes to `laneway.yml`, and then the script of its last job.
fn last_script(
    world: &World,
    script: &str,
    variables: &BTreeMap<&str, String>,
    at: fn(&Value) -> String,
) -> String {
    let only = script.lines().filter(|line| line.contains("laneway route")).collect::<Vec<_>>().join("\n");
    let (code, stdout, stderr) = world.script(&only, variables);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let document = std::fs::read_to_string(world.root.join("laneway.yml")).unwrap();
    std::fs::remove_file(world.root.join("laneway.yml")).unwrap();
    at(&yaml(&document))
}

#[test]
fn the_child_pipeline_of_gitlab_ends_in_the_verdict() {
    let pipeline = yaml(&recipe("gitlab"));
    let script: Vec<&str> =
        pipeline["laneway"]["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let world = World::new();
    let merge_request = |kind: &str| {
        let mut variables = BTreeMap::from([
            ("GITLAB_CI", "true".to_owned()),
            ("CI_PIPELINE_SOURCE", "merge_request_event".to_owned()),
            ("CI_MERGE_REQUEST_IID", "7".to_owned()),
            ("CI_MERGE_REQUEST_EVENT_TYPE", kind.to_owned()),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main".to_owned()),
            ("CI_COMMIT_SHA", world.head.clone()),
            ("CI_PIPELINE_ID", "5".to_owned()),
        ]);
        let base = if kind == "detached" {
            "CI_MERGE_REQUEST_DIFF_BASE_SHA"
        } else {
            "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
        };
        variables.insert(base, world.base.clone());
        variables
    };
    for kind in ["detached", "merged_result", "merge_train"] {
        world.clear();
        let mut variables = merge_request(kind);
        let last = last_script(&world, &script.join("\n"), &variables, |document| {
            document["Laneway verdict of the route"]["script"][0].as_str().unwrap().to_owned()
        });
        variables.insert("CI_PIPELINE_SOURCE", "parent_pipeline".to_owned());
        let (code, stdout, stderr) = world.script(&last, &variables);
        assert_eq!(code, 0, "{kind}: {stdout}\n{stderr}");
        // A job that was left out of what is recorded is missing.
        world.clear();
        let (code, stdout, stderr) = world.script(&last.replace(" unit", ""), &variables);
        assert_eq!(code, 1, "{kind}: {stdout}\n{stderr}");
    }
}

#[test]
fn the_steps_of_buildkite_end_in_the_verdict() {
    let pipeline = yaml(&recipe("buildkite"));
    let script = pipeline["steps"][0]["command"].as_str().unwrap().to_owned();
    assert!(script.contains("buildkite-agent pipeline upload laneway.yml"));
    let script = script.replace("buildkite-agent pipeline upload laneway.yml", ":");
    let world = World::new();
    let mut builds =
        [("BUILDKITE_PULL_REQUEST", "9"), ("BUILDKITE_PULL_REQUEST", "false")].map(|(name, value)| {
            BTreeMap::from([
                ("BUILDKITE", "true".to_owned()),
                ("BUILDKITE_COMMIT", world.head.clone()),
                ("BUILDKITE_BUILD_ID", "0190-ab".to_owned()),
                (name, value.to_owned()),
            ])
        });
    builds[0].insert("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main".to_owned());
    builds[1].insert("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", world.base.clone());
    for variables in builds {
        world.clear();
        let last = last_script(&world, &script, &variables, |document| {
            let steps = document["steps"].as_array().unwrap();
            steps.last().unwrap()["command"].as_str().unwrap().replace("$$", "$")
        });
        let (code, stdout, stderr) = world.script(&last, &variables);
        assert_eq!(code, 0, "{stdout}\n{stderr}");
        world.clear();
        let (code, stdout, stderr) = world.script("laneway verify", &variables);
        assert_eq!(code, 1, "{stdout}\n{stderr}");
    }
}

#[test]
fn any_other_ci_records_what_it_knows() {
    let world = World::new();
    let variables = BTreeMap::from([("GATES", "unit lint contracts codegen boundary_guard".to_owned())]);
    let script = recipe("any").replace("laneway record", "laneway record --base origin/main --head HEAD");
    let script = script.replace("laneway verify", "laneway verify --base origin/main --head HEAD");
    let (code, stdout, stderr) = world.script(&script, &variables);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
}
