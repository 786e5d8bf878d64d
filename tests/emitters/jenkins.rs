//! Tests of `jenkins`: the document as a Jenkinsfile reads it, and the documented Jenkinsfile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use laneway::plan::{Machine, Plan, Vendor};
use laneway::render::ci::Options;
use laneway::render::ci::jenkins::{document, schema};
use serde_json::Value;

use crate::pages::{examples, not_run};
use crate::support::{empty, hostile, many, ordinary, plan_of, runnable, tool};

/// How the documented pipeline runs the file that it wrote a command to.
const CALL: &str = r#"sh 'bash -eo pipefail "$LANEWAY_FILE"'"#;

/// Reads a document: its waves of jobs.
fn waves(plan: &Plan, options: Options) -> Vec<Vec<Value>> {
    let text = document(plan, options).unwrap();
    assert_eq!(document(plan, options).unwrap(), text);
    assert!(text.ends_with("}\n") && text.matches('\n').count() == 1);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema"], "laneway.jenkins/v1");
    assert_eq!((&document["digest"], &document["broad"]), (&plan.digest.clone().into(), &plan.broad.into()));
    let waves: Vec<Vec<Value>> = serde_json::from_value(document["stages"].clone()).unwrap();
    let mut before: BTreeSet<String> = BTreeSet::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for wave in &waves {
        assert!(!wave.is_empty());
        for job in wave {
            let needs = strings(&job["needs"]);
            assert!(needs.iter().all(|need| before.contains(need)), "{needs:?} in a wave before");
            let name = job["name"].as_str().unwrap();
            assert!(names.insert(name.to_owned()) && !name.is_empty(), "{name:?}");
            assert!(!name.chars().any(char::is_control), "{name:?}");
        }
        before.extend(wave.iter().map(|job| job["id"].as_str().unwrap().to_owned()));
    }
    waves
}

fn strings(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn gates(waves: &[Vec<Value>]) -> BTreeSet<String> {
    let all: Vec<String> = waves.iter().flatten().flat_map(|job| strings(&job["gates"])).collect();
    let unique: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(all.len(), unique.len(), "a gate stands in two jobs");
    unique
}

#[test]
fn jobs_come_in_waves_by_their_needs() {
    let plan = ordinary();
    let waves = waves(&plan, Options::default());
    assert_eq!(gates(&waves), runnable(&plan));
    let ids: Vec<Vec<&str>> =
        waves.iter().map(|wave| wave.iter().map(|job| job["id"].as_str().unwrap()).collect()).collect();
    assert_eq!(ids, [["build"], ["unit"], ["load"]]);
    let load = &waves[2][0];
    assert_eq!((&load["name"], &load["label"]), (&"Load test".into(), &"large".into()));
    assert_eq!((&load["timeout_minutes"], &load["run"]), (&60.into(), &"make load".into()));
    assert_eq!(strings(&load["needs"]), ["build", "unit"]);
    assert_eq!((&waves[1][0]["label"], &waves[1][0]["timeout_minutes"]), (&"".into(), &Value::Null));
    let text = document(&plan, Options::default()).unwrap();
    assert!(text.contains("\"sign-off\""), "{text}");
    let staged = self::waves(&plan, Options { stages: Some(3), ..Options::default() });
    assert_eq!((staged.len(), gates(&staged)), (3, runnable(&plan)));
    let fault = document(&plan, Options { stages: Some(1), ..Options::default() }).unwrap_err();
    assert!(fault.help.contains("--stages"), "{fault:?}");
}

#[test]
fn a_route_without_jobs_has_no_wave() {
    assert!(waves(&empty(), Options::default()).is_empty());
}

#[test]
fn hostile_texts_come_out_as_they_went_in() {
    let plan = hostile();
    let waves = waves(&plan, Options::default());
    assert_eq!((waves.len(), gates(&waves)), (1, runnable(&plan)));
    for job in &waves[0] {
        let gate = plan.gates.iter().find(|(id, _)| id.as_str() == job["gates"][0]).unwrap().1;
        assert_eq!(job["run"], gate.run.clone().unwrap());
        assert_eq!(job["title"], gate.title);
        assert_eq!(job["label"], gate.runner.clone().unwrap());
    }
}

#[test]
fn names_of_branches_are_unique_and_short() {
    let long = "ü".repeat(300);
    let gate = |id: &str, title: &str| format!("{{id: {id}, title: '{title}', run: 'true'}}");
    let plan = plan_of(&[
        gate("a", "Tests"),
        gate("b", "Tests"),
        gate("c", "Tests (a)"),
        gate("d", &long),
        gate("e", &long),
        gate("f", &format!("{long}!")),
    ]);
    let waves = waves(&plan, Options::default());
    let names: Vec<&str> = waves[0].iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["Tests (a)'", "Tests (b)", "Tests (a)"]);
    assert!(names.iter().all(|name| name.chars().count() < 140), "{names:?}");
    assert_eq!(waves[0][3]["title"], long);
}

#[test]
fn few_jobs_hold_every_gate() {
    for limit in [3, 7, 50] {
        let plan = many(300);
        let waves = waves(&plan, Options { max_jobs: Some(limit), ..Options::default() });
        assert!(waves.iter().flatten().count() <= limit);
        assert_eq!(gates(&waves), runnable(&plan));
    }
    let plan = many(2_000);
    assert_eq!(waves(&plan, Options::default()).iter().flatten().count(), 2_000, "no limit is known");
}

#[test]
fn machines_are_label_expressions() {
    let label = |machine: Machine| {
        let mut plan = plan_of(&["{id: a, run: 'true', runner: big}".to_owned()]);
        for gate in plan.gates.values_mut() {
            gate.machines = BTreeMap::from([(Vendor::Jenkins, machine.clone())]);
        }
        let document = document(&plan, Options::default()).map_err(|fault| fault.message)?;
        let document: Value = serde_json::from_str(&document).unwrap();
        Ok::<_, String>(document["stages"][0][0]["label"].as_str().unwrap().to_owned())
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let key = |key: &str| Machine::Keys(BTreeMap::from([(key.to_owned(), texts(&["linux", "gpu"]))]));
    assert_eq!(label(Machine::Label("linux && gpu".to_owned())).unwrap(), "linux && gpu");
    assert_eq!(label(Machine::Labels(texts(&["linux", "gpu"]))).unwrap(), "linux && gpu");
    assert_eq!(label(key("label")).unwrap(), "linux && gpu");
    assert!(label(key("queue")).unwrap_err().contains("queue"));
}

/// The snippet hands commands over in a file, and has no string that Groovy would fill in.
#[test]
fn the_documented_pipeline_reads_what_laneway_writes() {
    let snippet = &examples("ci-jenkins.md", "groovy")[0];
    let doubled: Vec<&str> = snippet.lines().filter(|line| line.contains('"')).map(str::trim).collect();
    assert_eq!(doubled, [CALL], "Groovy fills in texts in double quotes; these are the shell's");
    assert!(!snippet.contains("${") && snippet.contains("text: gate.run,"));
    assert_eq!(snippet.matches('{').count(), snippet.matches('}').count());
    let document: Value = serde_json::from_str(&document(&ordinary(), Options::default()).unwrap()).unwrap();
    let job = document["stages"][0][0].as_object().unwrap();
    let mut used = BTreeSet::new();
    for (at, _) in snippet.match_indices("gate.").filter(|(at, _)| !snippet[*at..].starts_with("gate.sh")) {
        let name: String = snippet[at + 5..]
            .chars()
            .take_while(|character| character.is_ascii_lowercase() || *character == '_')
            .collect();
        assert!(job.contains_key(&name), "{name}");
        used.insert(name);
    }
    let used: Vec<&str> = used.iter().map(String::as_str).collect();
    assert_eq!(used, ["gates", "label", "name", "run", "timeout_minutes"]);
    let shown: Value = serde_json::from_str(&examples("ci-jenkins.md", "json")[0]).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        (keys(&shown), keys(&shown["stages"][0][0])),
        (keys(&document), job.keys().cloned().collect())
    );
}

/// What a node does with a job: the command in a file, and the documented call of it.
#[cfg(unix)]
#[test]
fn commands_run_as_they_stand() {
    let call = CALL.strip_prefix("sh '").unwrap().strip_suffix('\'').unwrap();
    let mut gates = vec!["{id: fails, run: 'false; echo not reached'}".to_owned()];
    for (at, text) in crate::support::HOSTILE.iter().enumerate() {
        let run = format!("printf %s {}", laneway::plan::pack::shell(text));
        gates.push(serde_json::json!({"id": format!("h{at}"), "run": run}).to_string());
    }
    let plan = plan_of(&gates);
    let folder = tempfile::tempdir().unwrap();
    let run = |job: &Value| {
        let file = folder.path().join("a gate.sh");
        std::fs::write(&file, job["run"].as_str().unwrap()).unwrap();
        Command::new("sh").args(["-xe", "-c", call]).env("LANEWAY_FILE", file).output().unwrap()
    };
    for job in waves(&plan, Options::default()).iter().flatten() {
        let output = run(job);
        let said = String::from_utf8(output.stdout).unwrap();
        match job["id"].as_str().unwrap().strip_prefix('h') {
            Some(at) => assert_eq!(said, crate::support::HOSTILE[at.parse::<usize>().unwrap()]),
            None => assert!(!output.status.success() && said.is_empty()),
        }
    }
    let packed = waves(&plan, Options { max_jobs: Some(1), ..Options::default() });
    let output = run(&packed[0][0]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("fails"));
    assert!(crate::support::HOSTILE.iter().all(|text| said.contains(text)), "{said}");
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test emitters jenkins` writes it.
#[test]
fn the_schema_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/jenkins.v1.json");
    let schema = schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == schema, "stale: run LANEWAY_BLESS=1 cargo test --test emitters jenkins");
}

#[test]
fn documents_fit_their_schema() {
    let Some(check) = tool("check-jsonschema") else {
        return not_run("jenkins::documents_fit_their_schema", "check-jsonschema");
    };
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, plan) in [ordinary(), empty(), hostile(), many(300)].iter().enumerate() {
        let file = folder.path().join(format!("{at}.json"));
        std::fs::write(&file, document(plan, Options::default()).unwrap()).unwrap();
        files.push(file);
    }
    let file = folder.path().join("shown.json");
    std::fs::write(&file, &examples("ci-jenkins.md", "json")[0]).unwrap();
    files.push(file);
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/jenkins.v1.json");
    let output = Command::new(check).arg("--schemafile").arg(schema).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
