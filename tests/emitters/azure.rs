//! Tests of `azure`, against what Azure's documentation and the agent's source say of variables and commands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use laneway::plan::{Machine, Plan, Vendor};
use laneway::render::ci::Options;
use laneway::render::ci::azure::{JOBS, Outputs, VARIABLE_LENGTH, document};
use serde_json::Value;

use crate::pages::{examples, not_run, page, yaml_of};
use crate::support::{empty, hostile, many, ordinary, plan_of, runnable, tool};

/// A leg: its variables by name.
type Leg = BTreeMap<String, String>;

/// Reads a matrix as Azure does: an object of legs, each an object of texts.
fn legs(matrix: &str) -> BTreeMap<String, Leg> {
    let legs: BTreeMap<String, Leg> = serde_json::from_str(matrix).unwrap();
    assert!(legs.len() <= JOBS);
    let mut folded = BTreeSet::new();
    for (name, leg) in &legs {
        assert!(name.len() <= 100 && name.as_bytes()[0].is_ascii_alphabetic(), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name}");
        assert!(folded.insert(name.to_ascii_lowercase()), "{name} twice");
        assert_eq!(leg.keys().collect::<Vec<_>>(), legs.values().next().unwrap().keys().collect::<Vec<_>>());
        for value in leg.values() {
            assert!(value.len() <= VARIABLE_LENGTH);
            // What Azure would expand once more, act on when it is printed, or cut.
            for opener in ["$(", "$[", "${{", "##", "\n", "\r"] {
                assert!(!value.contains(opener), "{opener:?} in {value:?}");
            }
        }
    }
    legs
}

/// The legs of a plan in which no gate needs another.
fn read(plan: &Plan, options: Options) -> BTreeMap<String, Leg> {
    let text = document(plan, options).unwrap();
    assert_eq!(document(plan, options).unwrap(), text);
    legs(&text)
}

fn gates(legs: &BTreeMap<String, Leg>) -> BTreeSet<String> {
    let all: Vec<&str> = legs.values().flat_map(|leg| leg["laneway_gates"].split(' ')).collect();
    let unique: BTreeSet<String> = all.iter().map(|gate| (*gate).to_owned()).collect();
    assert_eq!(all.len(), unique.len(), "a gate stands in two legs");
    unique
}

fn without_needs(mut plan: Plan) -> Plan {
    plan.gates.values_mut().for_each(|gate| gate.needs.clear());
    plan
}

/// Undoes base64 as RFC 4648 has it.
fn decoded(text: &str) -> String {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is not of the alphabet"),
    };
    assert_eq!(text.len() % 4, 0);
    let mut bytes = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(value(*byte)));
        let bits = bits << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_legs_are_the_routes_gates() {
    let plan = without_needs(ordinary());
    let legs = read(&plan, Options::default());
    assert_eq!(gates(&legs), runnable(&plan));
    let load = &legs["load"];
    assert_eq!(load["laneway_name"], "Load test");
    assert_eq!(load["laneway_vm_image"], "large");
    assert_eq!(load["laneway_pool"], "Azure Pipelines");
    assert_eq!(load["laneway_timeout_minutes"], "60");
    assert_eq!(decoded(&load["laneway_command_base64"]), "make load");
    assert_eq!(legs["unit"]["laneway_vm_image"], "ubuntu-latest");
    assert_eq!(legs["unit"]["laneway_timeout_minutes"], "0");
}

/// Legs start at once, so gates that need one another share one, or come one stage after another.
#[test]
fn a_need_between_legs_is_a_fault() {
    let plan = plan_of(&[
        "{id: build, run: make, runner: small}".to_owned(),
        "{id: load, run: make load, runner: large, needs: [build]}".to_owned(),
    ]);
    let fault = document(&plan, Options::default()).unwrap_err();
    assert!(fault.message.contains("load") && fault.message.contains("build"), "{fault:?}");
    assert!(fault.help.contains("--stages"), "{fault:?}");
    let staged = Options { stages: Some(3), ..Options::default() };
    let text = document(&plan, staged).unwrap();
    let stages: Vec<_> = text.lines().map(legs).collect();
    assert_eq!(
        stages.iter().map(|legs| gates(legs).into_iter().collect::<Vec<_>>()).collect::<Vec<_>>(),
        [vec!["build".to_owned()], vec!["load".to_owned()], Vec::new(),]
    );
    let mut written = Vec::new();
    Outputs::new(&plan, staged).unwrap().write_commands(&mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    for expected in [
        "any;isOutput=true]true",
        "any_2;isOutput=true]true",
        "matrix_3;isOutput=true]{}\n",
        "any_3;isOutput=true]false",
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    let together = plan_of(&[
        "{id: build, run: make}".to_owned(),
        "{id: unit, run: make unit, needs: [build]}".to_owned(),
    ]);
    assert_eq!(read(&together, Options::default()).len(), 1, "one machine, one leg");
    for stages in [0, 1_000] {
        assert!(document(&plan, Options { stages: Some(stages), ..staged }).is_err());
    }
}

#[test]
fn a_route_without_jobs_has_no_legs_and_says_so() {
    assert_eq!(document(&empty(), Options::default()).unwrap(), "{}\n");
    let outputs = variables(&empty());
    assert_eq!((outputs["matrix"].as_str(), outputs["any"].as_str()), ("{}", "false"));
    assert_eq!((outputs["count"].as_str(), outputs["evidence"].as_str()), ("0", "[]"));
}

/// Reads logging commands as the agent does: the first `##vso[` of a line, up to the first `]`.
fn variables(plan: &Plan) -> BTreeMap<String, String> {
    let mut written = Vec::new();
    Outputs::new(plan, Options::default()).unwrap().write_commands(&mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    let mut variables = BTreeMap::new();
    for line in written.lines() {
        assert_eq!(line.matches("##vso[").count(), 1, "{line}");
        let (command, data) = line.strip_prefix("##vso[").unwrap().split_once(']').unwrap();
        let name = command.strip_prefix("task.setvariable variable=").unwrap();
        let name = name.strip_suffix(";isOutput=true").unwrap();
        assert!(
            !data.contains('%') || !data.contains("%25"),
            "agents differ in how they read a percent sign"
        );
        let escapes = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")];
        let value = escapes.iter().fold(data.to_owned(), |text, (from, to)| text.replace(from, to));
        assert!(variables.insert(name.to_owned(), value).is_none());
    }
    variables
}

#[test]
fn the_outputs_are_those_of_the_other_matrix() {
    for plan in [without_needs(ordinary()), hostile()] {
        let outputs = variables(&plan);
        let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
        let expected = [
            "any",
            "architecture_review",
            "broad",
            "count",
            "digest",
            "evidence",
            "gates",
            "matrix",
            "packed",
        ];
        assert_eq!(names, expected);
        assert_eq!(outputs["matrix"].clone() + "\n", document(&plan, Options::default()).unwrap());
        assert!(!outputs["matrix"].contains('%'), "a percent sign is an escape of JSON");
        assert_eq!(gates(&legs(&outputs["matrix"])), runnable(&plan));
        assert_eq!(outputs["count"], runnable(&plan).len().to_string());
        assert_eq!(outputs["digest"], plan.digest);
        let evidence: Vec<String> = serde_json::from_str(&outputs["evidence"]).unwrap();
        assert_eq!(evidence.len(), plan.gates.len() - runnable(&plan).len());
    }
}

#[test]
fn hostile_commands_come_out_as_they_went_in() {
    let plan = hostile();
    let legs = read(&plan, Options::default());
    assert_eq!(gates(&legs), runnable(&plan));
    for leg in legs.values() {
        let gate = plan.gates.iter().find(|(id, _)| id.as_str() == leg["laneway_gates"]).unwrap().1;
        assert_eq!(&decoded(&leg["laneway_command_base64"]), gate.run.as_ref().unwrap());
    }
    let named = |part: &str| legs.values().any(|leg| leg["laneway_name"].contains(part));
    assert!(
        named("plain") && named("$ (rm -rf x)") && named("# #vso[task.setvariable"),
        "altered, and to be seen"
    );
}

#[test]
fn names_of_legs_are_unique_and_short() {
    let same =
        |last: char| format!("{{id: {}{last}, title: '{}', run: 'true'}}", "a".repeat(200), "ü".repeat(300));
    let odd = ["1st", "a.b", "a-b", "a_b"].map(|id| format!("{{id: {id}, run: 'true'}}"));
    let plan = plan_of(&[[same('x'), same('y')].as_slice(), &odd].concat());
    let legs = read(&plan, Options::default());
    assert_eq!(gates(&legs), runnable(&plan));
    assert!(legs.contains_key("gate_1st") && legs.contains_key("a_b") && legs.contains_key("a_b_2"));
    assert!(legs.values().any(|leg| leg["laneway_name"] == "ü".repeat(300)));
}

#[test]
fn more_gates_than_legs_are_packed() {
    for (count, limit, most) in
        [(300, None, JOBS), (300, Some(5), 5), (300, Some(1_000), JOBS), (1_000, None, JOBS)]
    {
        let plan = without_needs(many(count));
        let legs = read(&plan, Options { max_jobs: limit, ..Options::default() });
        assert!(legs.len() <= most);
        assert_eq!(gates(&legs), runnable(&plan));
    }
}

#[test]
fn what_azure_does_not_pass_on_is_a_fault() {
    let long = plan_of(&[format!("{{id: a, run: 'echo {}'}}", "x".repeat(VARIABLE_LENGTH))]);
    let fault = document(&long, Options::default()).unwrap_err();
    assert!(fault.message.contains("`a`") && fault.message.contains("32766"), "{fault:?}");
    let gate = |at: usize| format!("{{id: g{at}, run: 'echo {}'}}", "x".repeat(20_000));
    let large = plan_of(&(0..60).map(gate).collect::<Vec<_>>());
    let fault = document(&large, Options::default()).unwrap_err();
    assert!(fault.message.contains("the outputs take") && !fault.help.is_empty(), "{fault:?}");
}

#[test]
fn machines_are_pools_and_images() {
    let leg = |machine: Machine| {
        let mut plan = plan_of(&["{id: a, run: 'true', runner: big}".to_owned()]);
        for gate in plan.gates.values_mut() {
            gate.machines = BTreeMap::from([(Vendor::Azure, machine.clone())]);
        }
        let text = document(&plan, Options::default()).map_err(|fault| fault.message)?;
        let leg = legs(&text).remove("a").unwrap();
        Ok::<_, String>((leg["laneway_pool"].clone(), leg["laneway_vm_image"].clone()))
    };
    let keys = |keys: &[(&str, &str)]| {
        Machine::Keys(
            keys.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect(),
        )
    };
    let pair = |pool: &str, image: &str| Ok((pool.to_owned(), image.to_owned()));
    assert_eq!(leg(Machine::Label("macos-15".to_owned())), pair("Azure Pipelines", "macos-15"));
    assert_eq!(leg(keys(&[("vmImage", "windows-2025")])), pair("Azure Pipelines", "windows-2025"));
    assert_eq!(leg(keys(&[("name", "own")])), pair("own", ""));
    assert_eq!(leg(keys(&[("name", "own"), ("vmImage", "linux")])), pair("own", "linux"));
    for unfit in [
        Machine::Labels(vec!["a".to_owned(), "b".to_owned()]),
        keys(&[("queue", "a")]),
        keys(&[("name", "a"), ("pool", "b")]),
    ] {
        assert!(leg(unfit).unwrap_err().contains("`a`"));
    }
}

/// The documented pipeline, and the jobs of it by name.
fn pipeline() -> (Value, BTreeMap<String, Value>) {
    let pipeline = yaml_of(&examples("ci-azure.md", "yaml")[0]);
    let jobs = pipeline["jobs"].as_array().unwrap().iter();
    let jobs = jobs.map(|job| (job["job"].as_str().unwrap().to_owned(), job.clone())).collect();
    (pipeline, jobs)
}

/// The script of a job's last step, and what `$(x)` in its variables would be filled with.
fn script(job: &Value) -> String {
    job["steps"].as_array().unwrap().last().unwrap()["bash"].as_str().unwrap().to_owned()
}

fn bash(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let file = folder.join("step.sh");
    std::fs::write(&file, script).unwrap();
    // The Bash task runs a script in a file, without `-e`.
    let mut command = Command::new("bash");
    command.arg(file).current_dir(folder).env("AGENT_TEMPDIRECTORY", folder);
    command.envs(variables.iter().copied()).output().unwrap()
}

#[cfg(unix)]
#[test]
fn the_documented_step_runs_the_command_as_it_stands() {
    let (_, jobs) = pipeline();
    let step = script(&jobs["gates"]);
    let folder = tempfile::tempdir().unwrap();
    let run = |plan: &Plan, options: Options, gate: &str| {
        let legs = read(plan, options);
        let leg = legs.values().find(|leg| leg["laneway_gates"].split(' ').any(|own| own == gate)).unwrap();
        // Each variable of a leg is an environment variable, in capitals.
        let variables: Vec<(String, &str)> =
            leg.iter().map(|(name, value)| (name.to_ascii_uppercase(), value.as_str())).collect();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        bash(&step, folder.path(), &variables)
    };
    let quoted = |text: &str| laneway::plan::pack::shell(text);
    let mut gates = Vec::new();
    for (at, text) in crate::support::HOSTILE.iter().enumerate() {
        let run = format!("printf %s {}\ntest -t 0 || true", quoted(text));
        gates.push(serde_json::json!({"id": format!("h{at}"), "run": run, "timeout_minutes": 5}).to_string());
    }
    gates.push("{id: fails, run: 'false; echo not reached'}".to_owned());
    let plan = plan_of(&gates);
    for (at, text) in crate::support::HOSTILE.iter().enumerate() {
        let output = run(&plan, Options::default(), &format!("h{at}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), *text);
    }
    let output = run(&plan, Options::default(), "fails");
    assert!(!output.status.success() && output.stdout.is_empty());
    // Packed into one leg, every gate runs, and the one that fails is named.
    let output = run(&plan, Options { max_jobs: Some(1), ..Options::default() }, "fails");
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && wrong.contains("fails"), "{wrong}");
    for text in crate::support::HOSTILE {
        assert!(said.contains(text), "{text:?} in {said}");
    }
}

/// The last job passes where everything passed that had to run, and in no other case.
#[cfg(unix)]
#[test]
fn the_documented_aggregator_has_this_truth_table() {
    let (_, jobs) = pipeline();
    let last = &jobs["laneway"];
    assert_eq!(
        (&last["condition"], &last["dependsOn"]),
        (&"always()".into(), &serde_json::json!(["route", "gates"]))
    );
    let script = script(last);
    let folder = tempfile::tempdir().unwrap();
    let results = ["Succeeded", "SucceededWithIssues", "Skipped", "Failed", "Canceled", ""];
    let mut table = String::new();
    for route in results {
        for gates in results {
            for any in ["true", "false", ""] {
                let variables = [("ROUTE_RESULT", route), ("GATES_RESULT", gates), ("ANY_GATE", any)];
                if bash(&script, folder.path(), &variables).status.success() {
                    let _ = writeln!(table, "{route} {gates} {any}");
                }
            }
        }
    }
    assert_eq!(table, "Succeeded Succeeded true\nSucceeded Skipped false\n");
    let variables = last["variables"].as_object().unwrap();
    assert_eq!(variables.keys().collect::<Vec<_>>(), ["any_gate", "gates_result", "route_result"]);
}

#[test]
fn the_documented_pipeline_uses_what_laneway_writes() {
    let (_, jobs) = pipeline();
    let gates = serde_json::to_string(&jobs["gates"]).unwrap();
    assert_eq!(jobs["gates"]["strategy"]["matrix"], "$[ dependencies.route.outputs['laneway.matrix'] ]");
    let legs = read(&without_needs(ordinary()), Options::default());
    let known: BTreeSet<&String> = legs["load"].keys().collect();
    for (at, _) in gates.match_indices("$(laneway_") {
        let name = gates[at + 2..].split(')').next().unwrap().to_owned();
        assert!(known.contains(&name), "{name}");
    }
    let step = jobs["route"]["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(step["name"], "laneway", "the outputs are read from a step of this name");
    assert!(step["bash"].as_str().unwrap().contains("--format azure"));
    for name in &known {
        assert!(page("ci-azure.md").contains(name.as_str()), "the page names `{name}`");
    }
}

#[test]
fn the_schema_of_the_makers_takes_the_documented_pipeline() {
    let Some(check) = tool("check-jsonschema") else {
        return not_run("azure::the_schema_of_the_makers_takes_the_documented_pipeline", "check-jsonschema");
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("azure-pipelines.yml");
    std::fs::write(&file, &examples("ci-azure.md", "yaml")[0]).unwrap();
    let mut command = Command::new(check);
    let output = command
        .args(["--builtin-schema", "vendor.azure-pipelines", "--data-transform", "azure-pipelines"])
        // The schema has patterns that only JavaScript without its flag `u` takes.
        .args(["--regex-variant", "nonunicode"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
