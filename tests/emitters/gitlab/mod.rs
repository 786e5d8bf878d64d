//! The GitLab child pipeline: as data, by the published schema, and (in `run`) by `gitlab-ci-local`.

mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::Command;

use laneway::plan::{Machine, Plan, Vendor};
use laneway::render::ci::{Options, gitlab};
use laneway::render::escape;
use serde_json::{Value, json};

use crate::support::{HOSTILE, empty, many, ordinary, plan_of, runnable, tool};

/// The page whose examples are run.
const DOCS: &str = include_str!("../../../docs/ci-gitlab.md");

/// What GitLab never takes for a job, or gives a meaning of its own.
const RESERVED: &[&str] = &[
    "image",
    "services",
    "stages",
    "before_script",
    "after_script",
    "variables",
    "cache",
    "include",
    "default",
    "workflow",
    "pages",
    "spec",
    "true",
    "false",
    "nil",
    "types",
];

/// Reads a document of YAML.
pub(crate) fn read(document: &str) -> Value {
    serde_yaml::from_str(document).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

/// Returns the `at`-th fenced example of a page in this language.
pub(crate) fn example(page: &str, language: &str, at: usize) -> String {
    let fence = format!("```{language}\n");
    let mut examples = page.split(&fence).skip(1);
    examples.nth(at).and_then(|rest| rest.split("```\n").next()).unwrap().to_owned()
}

/// Says that a test did not run, for want of a tool.
fn not_run(tool: &str) {
    // Straight to the stream: what a passing test prints is not shown.
    std::io::stderr().write_all(format!("NOT RUN: {tool} is not here\n").as_bytes()).unwrap();
}

/// Has documents checked against a schema that `check-jsonschema` carries, if it is here.
pub(crate) fn check(schema: &[&str], documents: &[(&str, String)]) {
    let Some(checker) = tool("check-jsonschema") else { return not_run("check-jsonschema") };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(checker);
    command.args(schema);
    for (name, document) in documents {
        let path = folder.path().join(format!("{name}.yml"));
        fs::write(&path, document).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn document(plan: &Plan, max_jobs: Option<usize>) -> String {
    let options = Options { max_jobs, ..Options::default() };
    let document = gitlab::document(plan, options).unwrap();
    assert_eq!(gitlab::document(plan, options).unwrap(), document, "the same plan, other bytes");
    document
}

/// The jobs of a document by name: what is no keyword of the file.
fn jobs(document: &str) -> BTreeMap<String, Value> {
    let Value::Object(entries) = read(document) else { panic!("{document}") };
    assert_eq!(entries["workflow"], json!({"rules": [{"when": "always"}]}));
    entries.into_iter().filter(|(key, _)| key != "workflow" && key != "stages").collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn gates(job: &Value) -> Vec<String> {
    job["variables"]["LANEWAY_GATES"].as_str().unwrap().split(' ').map(str::to_owned).collect()
}

/// Whether GitLab would find a variable in a tag, as `lib/expand_variables.rb` of GitLab does.
fn expands(tag: &str) -> bool {
    regex::Regex::new(r"\$[a-zA-Z_][a-zA-Z0-9_]*|\$\{[a-zA-Z_][a-zA-Z0-9_]*\}|%[a-zA-Z_][a-zA-Z0-9_]*%")
        .unwrap()
        .is_match(tag)
}

/// Each hostile text as a title, a command and a tag; what GitLab would expand in a tag is no tag.
fn hostile(stretch: usize) -> Plan {
    let gate = |(at, text): (usize, &&str)| {
        let mut gate = json!({
            "id": format!("h{at}"),
            "title": format!("{text}{}", "é".repeat(stretch)),
            "run": format!("printf %s {text}"),
        });
        if !expands(text) {
            gate["runner"] = json!(text);
        }
        gate.to_string()
    };
    plan_of(&HOSTILE.iter().enumerate().map(gate).collect::<Vec<_>>())
}

/// One gate that needs more others than a job can name.
fn needy() -> Plan {
    let needs: Vec<String> = (0..60).map(|at| format!("g{at}")).collect();
    let mut gates: Vec<String> = needs.iter().map(|id| format!("{{id: {id}, run: echo {id}}}")).collect();
    gates.push(format!("{{id: last, run: echo last, needs: [{}]}}", needs.join(", ")));
    gates.push("{id: few, run: echo few, needs: [g1]}".to_owned());
    plan_of(&gates)
}

/// Titles and ids that are keywords of a pipeline file.
fn keywords() -> Plan {
    let gate = |word: &&str| json!({"id": word.replace('_', "-"), "title": word, "run": "true"}).to_string();
    plan_of(&RESERVED.iter().map(gate).collect::<Vec<_>>())
}

/// One gate on a machine.
fn on(machine: Machine) -> Plan {
    let mut plan = plan_of(&["{id: one, run: make one}".to_owned()]);
    for gate in plan.gates.values_mut() {
        gate.machines.insert(Vendor::Gitlab, machine.clone());
    }
    plan
}

fn keys(keys: &[(&str, &[&str])]) -> Machine {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    Machine::Keys(keys.iter().map(|(key, values)| ((*key).to_owned(), texts(values))).collect())
}

fn refused(plan: &Plan) -> String {
    let fault = gitlab::document(plan, Options::default()).unwrap_err();
    assert!(!fault.help.is_empty());
    fault.message
}

fn corpus() -> Vec<(&'static str, Plan, Option<usize>)> {
    vec![
        ("ordinary", ordinary(), None),
        ("packed", ordinary(), Some(2)),
        ("empty", empty(), None),
        ("many", many(300), None),
        ("too-many", many(1200), None),
        ("seven", many(300), Some(7)),
        ("hostile", hostile(0), None),
        ("long", hostile(300), None),
        ("needy", needy(), None),
        ("keywords", keywords(), None),
        ("keys", on(keys(&[("image", &["a/b:1$X"]), ("tags", &["x", "y"])])), None),
    ]
}

#[test]
fn the_jobs_are_the_gates_that_have_a_command() {
    for (name, plan, max_jobs) in corpus() {
        let jobs = jobs(&document(&plan, max_jobs));
        assert!(jobs.len() <= max_jobs.unwrap_or(gitlab::JOBS), "{name}: {} jobs", jobs.len());
        let expected = runnable(&plan);
        if expected.is_empty() {
            assert_eq!(jobs.len(), 1);
            assert_eq!(jobs["nothing to run"]["variables"]["LANEWAY_GATES"], "");
            continue;
        }
        let run: Vec<String> = jobs.values().flat_map(gates).collect();
        assert_eq!(run.iter().cloned().collect::<BTreeSet<_>>(), expected, "{name}");
        assert_eq!(run.len(), expected.len(), "{name}: a gate runs twice");
        for (job_name, job) in &jobs {
            assert_eq!(job["variables"]["LANEWAY_ROUTE"], plan.digest);
            let script = texts(&job["script"]);
            assert_eq!(script.len(), 1, "{name}: {job_name}");
            if let [gate] = &*gates(job) {
                assert_eq!(Some(&script[0]), plan.gates[&**gate].run.as_ref(), "{name}");
            }
            let length = job_name.chars().count();
            assert!((1..=gitlab::NAME).contains(&length), "{name}: {job_name}");
            assert!(!job_name.starts_with('.') && !RESERVED.contains(&&**job_name), "{name}: {job_name}");
        }
    }
}

#[test]
fn needs_come_before() {
    for (name, plan, max_jobs) in corpus() {
        let document = document(&plan, max_jobs);
        let jobs = jobs(&document);
        let stages = texts(&read(&document)["stages"]);
        let stage = |job: &Value| stages.iter().position(|stage| job["stage"] == **stage).unwrap();
        let job_of: BTreeMap<String, &String> = jobs
            .iter()
            .flat_map(|(name, job)| gates(job).into_iter().map(move |gate| (gate, name)))
            .collect();
        for (id, gate) in plan.gates.iter().filter(|(_, gate)| gate.run.is_some()) {
            let job = &jobs[job_of[id.as_str()]];
            let named = texts(&job["needs"]);
            assert!(named.len() <= gitlab::NEEDS, "{name}: {id}");
            for need in gate.needs.iter().filter(|need| job_of.contains_key(need.as_str())) {
                let needed = job_of[need.as_str()];
                if needed == job_of[id.as_str()] {
                    let order = gates(job);
                    let place = |gate: &str| order.iter().position(|other| other == gate);
                    assert!(place(need.as_str()) < place(id.as_str()), "{name}: {id} before {need}");
                    continue;
                }
                // Without `needs` a job waits for all stages before its own.
                assert!(stage(&jobs[needed]) < stage(job), "{name}: {id} beside {need}");
                assert!(job.get("needs").is_none() || named.contains(needed), "{name}: {id} without {need}");
            }
        }
    }
    let jobs = jobs(&document(&needy(), None));
    assert!(jobs["last"].get("needs").is_none());
    assert_eq!(texts(&jobs["few"]["needs"]), ["g1"]);
}

#[test]
fn hostile_texts_come_back() {
    for stretch in [0, 300] {
        let plan = hostile(stretch);
        let jobs = jobs(&document(&plan, None));
        assert_eq!(jobs.len(), HOSTILE.len());
        for (name, job) in &jobs {
            let gate = &plan.gates[&*gates(job)[0]];
            assert_eq!(texts(&job["script"]), [gate.run.clone().unwrap()]);
            let tags: Vec<String> = gate.runner.clone().into_iter().collect();
            assert_eq!(texts(&job["tags"]), tags);
            let (_, title) = name.split_once(": ").unwrap();
            // A name is one line for people; the command is what counts to the byte.
            let shown = escape::terminal(gate.title.trim()).into_owned();
            match title.strip_suffix('…') {
                Some(begin) => {
                    assert!(shown.starts_with(begin) && name.chars().count() == gitlab::NAME, "{name}")
                }
                None => assert_eq!(title, shown),
            }
            assert!(!name.chars().any(char::is_control));
        }
    }
    for text in HOSTILE.iter().filter(|text| expands(text)) {
        let plan = plan_of(&[json!({"id": "a", "run": "true", "runner": text}).to_string()]);
        assert!(refused(&plan).contains("would expand the tag"), "{text}");
    }
    // No text starts a second document or another key: every line is one of ours.
    for line in document(&hostile(300), None).lines() {
        let inner = line.trim_start_matches([' ', '-']);
        let ours = [
            "#",
            "workflow:",
            "when:",
            "rules:",
            "stages:",
            "stage:",
            "interruptible:",
            "variables:",
            "tags:",
            "script:",
            "LANEWAY_",
            "\"",
        ];
        assert!(ours.iter().any(|begin| inner.starts_with(begin)), "{line}");
    }
}

#[test]
fn machines_are_tags_and_images() {
    let job = |machine| jobs(&document(&on(machine), None))["one"].clone();
    assert_eq!(job(Machine::Label("big".to_owned()))["tags"], json!(["big"]));
    let labels = Machine::Labels(vec!["big".to_owned(), "100%".to_owned()]);
    assert_eq!(job(labels)["tags"], json!(["big", "100%"]));
    let both = job(keys(&[("image", &["a/b:1$X"]), ("tags", &["x", "y"])]));
    assert_eq!((&both["tags"], &both["image"]), (&json!(["x", "y"]), &json!("a/b:1$$X")));
    for (machine, message) in [
        (keys(&[("retry", &["2"])]), "no `retry`"),
        (keys(&[("image", &["a", "b"])]), "one `image`"),
        (keys(&[("tags", &["%X%"])]), "would expand"),
        (Machine::Labels(vec![String::new()]), "a tag is empty"),
        (Machine::Label("${X}".to_owned()), "would expand"),
    ] {
        let said = refused(&on(machine));
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn gates_that_need_one_another_in_a_circle_share_a_job() {
    let mut circle = ordinary();
    circle.gates.get_mut("build").unwrap().needs.insert("load".into());
    let jobs = jobs(&document(&circle, None));
    let run: Vec<Vec<String>> = jobs.values().map(gates).collect();
    assert_eq!(run.iter().flatten().cloned().collect::<BTreeSet<_>>(), runnable(&circle));
    assert!(jobs.values().all(|job| texts(&job["needs"]).iter().all(|need| jobs.contains_key(need))));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let mut nul = ordinary();
    nul.gates.get_mut("build").unwrap().run = Some("a\0b".to_owned());
    assert!(refused(&nul).contains("NUL"));
    let mut large = ordinary();
    large.gates.get_mut("build").unwrap().run = Some("x".repeat(gitlab::BYTES));
    assert!(refused(&large).contains("at most"));
}

#[test]
fn a_very_long_id_still_makes_a_name() {
    let ids = [format!("{}1", "a".repeat(400)), format!("{}2", "a".repeat(400))];
    let gates = ids.iter().map(|id| json!({"id": id, "title": "t".repeat(400), "run": "true"}).to_string());
    let jobs = jobs(&document(&plan_of(&gates.collect::<Vec<_>>()), None));
    assert_eq!(jobs.len(), 2);
    assert!(jobs.keys().all(|name| name.chars().count() == gitlab::NAME));
}

#[test]
fn timeouts_are_what_gitlab_takes() {
    let mut plan = ordinary();
    plan.gates.get_mut("load").unwrap().timeout_minutes = Some(u32::MAX);
    let jobs = jobs(&document(&plan, None));
    assert_eq!(jobs["build: Build it"]["timeout"], "20 minutes");
    assert!(jobs["unit: Unit tests"].get("timeout").is_none());
    assert_eq!(jobs["load: Load test"]["timeout"], "43200 minutes");
}

#[test]
fn the_schema_takes_every_document() {
    let mut documents: Vec<(&str, String)> =
        corpus().iter().map(|(name, plan, max_jobs)| (*name, document(plan, *max_jobs))).collect();
    documents.push(("parent", example(DOCS, "yaml", 0)));
    documents.push(("beside", example(DOCS, "yaml", 1)));
    check(&["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"], &documents);
}
