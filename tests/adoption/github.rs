//! The steps of `action.yml`, run as a runner runs them: with bash, GitHub's variables, and the built laneway.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Ran, Workspace, command, example, keys, path, program, read, root, run, write, yaml};

/// A job that uses the action, in a workspace.
struct Job {
    workspace: Workspace,
    directory: PathBuf,
    /// What `github.…` is.
    github: BTreeMap<&'static str, String>,
    inputs: BTreeMap<&'static str, String>,
}

impl Job {
    /// A pull request of `topic`, whose history is all there.
    fn new() -> Self {
        let workspace = Workspace::new();
        let [base, head] = ["main", "topic"].map(|name| workspace.git(&["rev-parse", name]));
        let event = json!({"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}});
        write(workspace.beside("event.json"), &event.to_string());
        fs::create_dir(workspace.beside("temp")).unwrap();
        let github = [
            ("action_path", root().to_str().unwrap()),
            ("action_repository", "platform/laneway"),
            ("action_ref", "v9.9.9"),
            ("event_name", "pull_request"),
            ("token", "t0ken"),
        ];
        let github = github.map(|(name, value)| (name, value.to_owned())).into();
        let directory = workspace.path();
        Self { workspace, directory, github, inputs: [("version", "path".to_owned())].into() }
    }

    fn given(mut self, input: &'static str, value: &str) -> Self {
        self.inputs.insert(input, value.to_owned());
        self
    }

    /// Returns what an expression of the action comes to. One that is not known here is not taken for an empty text.
    fn value(&self, action: &Value, expression: &str) -> String {
        let inner = expression.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
        let Some(inner) = inner.map(str::trim) else { return expression.to_owned() };
        if let Some(name) = inner.strip_prefix("inputs.") {
            let default = action["inputs"][name]["default"].as_str().unwrap();
            return self.inputs.get(name).cloned().unwrap_or_else(|| self.value(action, default));
        }
        let name = inner.strip_prefix("github.").unwrap_or_else(|| panic!("{inner}"));
        self.github.get(name).unwrap_or_else(|| panic!("{inner}")).clone()
    }

    /// Runs the steps that the action calls so, and returns the last.
    fn step(&self, name: &str) -> Ran {
        let action = yaml(&read("action.yml"));
        let steps = action["runs"]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        assert_eq!(step["shell"], "bash");
        let script = self.workspace.beside("script.sh");
        fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let mut bash = command("bash", &self.directory);
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(script);
        for variable in keys(&step["env"]) {
            bash.env(variable, self.value(&action, step["env"][variable].as_str().unwrap()));
        }
        let head = self.workspace.git(&["rev-parse", "topic"]);
        bash.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", &self.github["event_name"]);
        bash.env("GITHUB_REF", "refs/pull/7/merge").env("GITHUB_BASE_REF", "main").env("GITHUB_SHA", head);
        bash.env("GITHUB_SERVER_URL", "https://git.invalid")
            .env("RUNNER_TEMP", self.workspace.beside("temp"));
        bash.env("GITHUB_EVENT_PATH", self.workspace.beside("event.json"));
        for file in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"] {
            bash.env(file, self.workspace.beside(file));
        }
        bash.env("PATH", path(&[&self.workspace.beside("bin")]));
        run(&mut bash)
    }

    /// Installs, and routes.
    fn route(&self) -> Ran {
        self.step("Install laneway").with(0);
        self.step("Route")
    }

    /// Returns the outputs of the step, read as a runner reads its file.
    fn outputs(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.workspace.beside("GITHUB_OUTPUT")).unwrap_or_default();
        let mut lines = text.lines();
        let mut outputs = BTreeMap::new();
        while let Some(line) = lines.next() {
            let (name, end) = line.split_once("<<").unwrap_or_else(|| panic!("{line}"));
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            outputs.insert(name.to_owned(), value.join("\n"));
        }
        outputs
    }

    fn jobs(&self) -> BTreeSet<String> {
        let matrix: Value = serde_json::from_str(&self.outputs()["matrix"]).unwrap();
        let jobs = matrix["include"].as_array().unwrap().iter();
        jobs.map(|job| job["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_pull_request_gets_the_gates_of_what_it_changes() {
    let job = Job::new();
    let ran = job.route().with(0);
    assert_eq!(job.jobs(), ["gate-one".to_owned()].into());
    let outputs = job.outputs();
    assert_eq!((&*outputs["any"], &*outputs["count"], &*outputs["broad"]), ("true", "1", "false"));
    let summary = fs::read_to_string(job.workspace.beside("GITHUB_STEP_SUMMARY")).unwrap();
    assert!(summary.contains("gate-one"), "{summary}");
    // Nothing that a file or a gate is called gets into the log, which is read for commands.
    assert_eq!(ran.said(), "");
}

#[test]
fn the_action_hands_on_each_output_and_no_other() {
    let job = Job::new().given("stages", "8");
    job.route().with(0);
    let action = yaml(&read("action.yml"));
    let declared: Vec<&str> = keys(&action["outputs"]);
    for output in &declared {
        let value = action["outputs"][*output]["value"].as_str();
        assert_eq!(value, Some(&*format!("${{{{ steps.route.outputs.{output} }}}}")));
    }
    let declared: BTreeSet<String> = declared.into_iter().map(str::to_owned).collect();
    assert_eq!(job.outputs().into_keys().collect::<BTreeSet<_>>(), declared);
    // A stage that is not handed on would be gates that do not run.
    for stages in ["9", "32"] {
        let job = Job::new().given("stages", stages);
        assert!(job.route().with(2).stderr.contains("8 stages"));
        assert!(job.outputs().is_empty());
    }
}

#[test]
fn inputs_reach_laneway() {
    let all = Job::new().given("all", "we look at everything");
    all.route().with(0);
    assert_eq!(all.jobs(), ["gate-one", "gate-rest", "gate-two"].map(str::to_owned).into());
    let capped = Job::new().given("all", "we look at everything").given("max-jobs", "1");
    capped.route().with(0);
    assert_eq!(capped.outputs()["count"], "1");
    let pair = Job::new().given("base", "topic").given("head", "topic");
    pair.route().with(0);
    assert_eq!(pair.outputs()["any"], "false");
    let policy = Job::new().given("policy", "elsewhere");
    policy
        .workspace
        .write("elsewhere/ownership-maps/a-ownership.md", "| Package | Domain |\n|---|---|\n| `**` | x |\n");
    let lane = "domain_lane:\n  domain_id: x\n  domain_local_gates:\n    - {id: gate-x, run: echo x}\n";
    policy.workspace.write("elsewhere/lanes/x.yaml", lane);
    policy.route().with(0);
    assert_eq!(policy.jobs(), ["gate-x".to_owned()].into());
    let mut folder = Job::new().given("directory", "work");
    folder.directory = folder.workspace.beside(".");
    folder.route().with(0);
    assert_eq!(folder.jobs(), ["gate-one".to_owned()].into());
}

#[test]
fn an_input_is_a_value_and_never_a_command() {
    for input in ["base", "head", "all", "policy", "max-jobs", "directory", "on-missing-base"] {
        let job = Job::new().given(input, "$(touch pwned) `touch pwned`; touch pwned #\n::error::x");
        job.route();
        assert!(!job.workspace.path().join("pwned").exists(), "{input}");
    }
}

#[test]
fn a_shallow_clone_is_broad_and_says_what_to_do() {
    let mut job = Job::new();
    job.directory = job.workspace.beside("shallow");
    let url = format!("file://{}", job.workspace.path().display());
    let shallow = job.directory.to_str().unwrap().to_owned();
    job.workspace.git(&["clone", "-q", "--depth=1", "--branch=topic", &url, &shallow]);
    let ran = job.route().with(0);
    assert!(ran.stdout.starts_with("::warning title=laneway::"), "{}", ran.said());
    assert!(ran.stdout.contains("fetch-depth: 0"), "{}", ran.stdout);
    assert_eq!(job.outputs()["broad"], "true");
    assert_eq!(job.jobs().len(), 3);
    let strict = job.given("on-missing-base", "fail");
    assert!(strict.route().with(2).stderr.contains("base_missing"));
}

#[test]
fn a_head_whose_maps_do_not_parse_fails_the_step() {
    let job = Job::new();
    job.workspace.write("lanes/one.yaml", "domain_lane: [\n");
    job.workspace.commit("broken");
    let [base, head] = ["main", "topic"].map(|name| job.workspace.git(&["rev-parse", name]));
    let event = json!({"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}});
    write(job.workspace.beside("event.json"), &event.to_string());
    job.route().with(2);
    assert_eq!(job.outputs()["broad"], "true");
}

#[test]
fn reviewers_are_asked_with_the_token_of_the_input() {
    let job = Job::new().given("post", "true").given("base", "main");
    // In place of laneway, so that nothing is asked of anybody.
    let says = "#!/bin/sh\n[ \"$1\" = --version ] || printf '%s\\n' \"$@\" \"token $GITHUB_TOKEN\"\n";
    program(&job.workspace.beside("bin/laneway"), says);
    job.step("Install laneway").with(0);
    let ran = job.step("Ask the reviewers").with(0);
    assert_eq!(ran.stdout, "reviewers\n--post\ngithub\n-C\n.\n--base=main\ntoken t0ken\n");
    let action = yaml(&read("action.yml"));
    let step = action["runs"]["steps"].as_array().unwrap().last().unwrap();
    let condition = step["if"].as_str().unwrap();
    assert!(condition.starts_with("${{ inputs.post == 'true' && "), "{condition}");
    assert_eq!(action["inputs"]["post"]["default"], "false");
}

#[test]
fn the_installer_is_told_the_repository_and_the_version_of_the_action() {
    let told = |job: &mut Job, path: &str| {
        let action = job.workspace.beside(path);
        program(&action.join("scripts/install.sh"), "#!/bin/sh\nprintf '%s\\n' \"$@\" >&2\n");
        job.github.insert("action_path", action.to_str().unwrap().to_owned());
        job.step("Install laneway").with(0).stderr
    };
    let mut job = Job::new();
    let expected = "--version\npath\n--source\nhttps://git.invalid/platform/laneway\n--ref\nv9.9.9\n";
    assert_eq!(told(&mut job, "here"), expected);
    // Inside of another action GitHub names the outer one; the folder is the inner one's own.
    let expected = "--version\npath\n--source\nhttps://git.invalid/inner/laneway\n--ref\nfeature/x\n";
    assert_eq!(told(&mut job, "_actions/inner/laneway/feature/x"), expected);
    // `uses: ./` has neither.
    job.github.insert("action_repository", String::new());
    job.github.insert("action_ref", String::new());
    assert_eq!(told(&mut job, "here"), "--version\npath\n");
}

#[test]
fn the_required_check_holds_only_where_the_route_and_its_jobs_did() {
    let workflow = yaml(&example("github"));
    let check = &workflow["jobs"]["gates"];
    assert_eq!(check["if"], "always()");
    assert_eq!(check["needs"], json!(["route", "gate"]));
    let script = check["steps"][0]["run"].as_str().unwrap();
    for (route, gate, any, code) in [
        ("success", "success", "true", 0),
        ("success", "skipped", "false", 0),
        ("success", "skipped", "true", 1),
        ("success", "failure", "true", 1),
        ("success", "cancelled", "true", 1),
        ("failure", "skipped", "", 1),
        ("failure", "success", "true", 1),
        ("cancelled", "skipped", "", 1),
        ("skipped", "skipped", "", 1),
    ] {
        let mut bash = command("bash", root());
        bash.args(["-e", "-c", script]).env("ROUTE", route).env("GATE", gate).env("ANY", any);
        run(&mut bash).with(code);
    }
}
