//! Tests of `circleci`, against CircleCI's documentation and, where it is installed, the schema of its makers.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use laneway::plan::{Machine, Plan, Vendor};
use laneway::render::ci::Options;
use laneway::render::ci::circleci::{CONFIG_BYTES, PASSED, WORKFLOW, document};
use serde_json::Value;

use crate::pages::{examples, not_run, page, yaml_of};
use crate::support::{empty, hostile, many, ordinary, plan_of, runnable, tool};

/// A job as CircleCI sees it after it has taken its own escapes away.
struct Seen {
    gates: Vec<String>,
    title: String,
    command: String,
    class: Option<String>,
    requires: BTreeSet<String>,
    definition: Value,
}

fn read(text: &str) -> BTreeMap<String, Seen> {
    let document = yaml_of(text);
    assert_eq!(document["version"].as_f64(), Some(2.1));
    let invocations = document["workflows"][WORKFLOW]["jobs"].as_array().unwrap();
    let mut requires: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for invocation in invocations {
        let (name, needs) = match invocation {
            Value::String(name) => (name.clone(), BTreeSet::new()),
            other => {
                let (name, own) = other.as_object().unwrap().iter().next().unwrap();
                let needs = own["requires"].as_array().unwrap().iter();
                (name.clone(), needs.map(|need| need.as_str().unwrap().to_owned()).collect())
            }
        };
        assert!(requires.insert(name, needs).is_none());
    }
    let definitions = document["jobs"].as_object().unwrap();
    assert_eq!(definitions.keys().collect::<BTreeSet<_>>(), requires.keys().collect::<BTreeSet<_>>());
    let mut seen = BTreeMap::new();
    for (name, definition) in definitions {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        assert!(name.len() <= 100 && name.bytes().all(plain) && name.as_bytes()[0].is_ascii_lowercase());
        let requires = requires.remove(name).unwrap();
        if name == PASSED {
            assert_eq!(definition, &serde_json::json!({"type": "no-op"}));
            let others: BTreeSet<String> =
                definitions.keys().filter(|name| *name != PASSED).cloned().collect();
            assert_eq!(requires, others, "one check stands for all");
            continue;
        }
        let run = &definition["steps"][1]["run"];
        let text = |value: &Value| unescaped(value.as_str().unwrap());
        seen.insert(
            name.clone(),
            Seen {
                gates: text(&definition["environment"]["LANEWAY_GATES"])
                    .split(' ')
                    .map(str::to_owned)
                    .collect(),
                title: text(&run["name"]),
                command: text(&run["command"]),
                class: definition.get("resource_class").map(text),
                requires,
                definition: definition.clone(),
            },
        );
    }
    seen
}

/// Takes away the escapes of `<<`, as CircleCI documents them; a `<<` without one would open an expression.
fn unescaped(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(r"\<<") {
            plain.push_str("<<");
            rest = after;
            continue;
        }
        assert!(!rest.starts_with("<<"), "an expression opens in {text:?}");
        plain.push(next);
        rest = &rest[next.len_utf8()..];
    }
    plain
}

/// Every text of a document, keys too, but for the image that the pipeline parameter names.
fn each_text(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if text == "<< pipeline.parameters.laneway_image >>" => {}
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            look(key);
            each_text(value, look);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn gates(seen: &BTreeMap<String, Seen>) -> BTreeSet<String> {
    let all: Vec<&String> = seen.values().flat_map(|job| &job.gates).collect();
    let unique: BTreeSet<String> = all.iter().map(|gate| (*gate).clone()).collect();
    assert_eq!(all.len(), unique.len(), "a gate stands in two jobs");
    unique
}

#[test]
fn the_jobs_are_the_routes_gates_with_their_needs() {
    let plan = ordinary();
    let text = document(&plan, Options::default()).unwrap();
    assert_eq!(document(&plan, Options::default()).unwrap(), text);
    let seen = read(&text);
    assert_eq!(gates(&seen), runnable(&plan));
    let load = seen.values().find(|job| job.gates == ["load"]).unwrap();
    assert_eq!((load.title.as_str(), load.command.as_str()), ("Load test", "make load"));
    assert_eq!(load.class.as_deref(), Some("large"));
    assert_eq!(load.definition["steps"][0], "checkout");
    assert_eq!(load.definition["steps"][1]["run"]["no_output_timeout"], "60m");
    assert_eq!(load.definition["environment"]["LANEWAY_ROUTE"], plan.digest.as_str());
    let needed: BTreeSet<&String> = load.requires.iter().flat_map(|name| &seen[name].gates).collect();
    assert_eq!(needed, BTreeSet::from([&"build".to_owned(), &"unit".to_owned()]));
}

#[test]
fn a_route_without_jobs_still_has_its_check() {
    let text = document(&empty(), Options::default()).unwrap();
    assert!(read(&text).is_empty());
    assert!(text.contains(PASSED));
}

#[test]
fn hostile_texts_come_out_as_they_went_in() {
    let plan = hostile();
    let text = document(&plan, Options::default()).unwrap();
    each_text(&yaml_of(&text), &mut |text| drop(unescaped(text)));
    let seen = read(&text);
    assert_eq!(gates(&seen), runnable(&plan));
    for job in seen.values() {
        let gate = plan.gates.iter().find(|(id, _)| id.as_str() == job.gates[0]).unwrap().1;
        assert_eq!(&job.command, gate.run.as_ref().unwrap());
        assert_eq!(job.class.as_ref(), gate.runner.as_ref());
        assert_eq!(job.title, gate.title);
    }
    assert!(seen.values().any(|job| job.command.contains("<< parameters.x >> <<# x >>")));
    assert!(seen.values().any(|job| job.command.contains(r"\<< x >>")));
}

#[test]
fn nothing_opens_an_expression() {
    for text in ["<<", "<<<", "<<<<", "<<<<<", r"\<<", r"\\<<", "<<EOF", "a<<<$x <<b", "<< pipeline.id >>"] {
        let gate = serde_json::json!({"id": "a", "title": text, "run": text, "runner": text});
        let plan = plan_of(&[gate.to_string()]);
        let document = document(&plan, Options::default()).unwrap();
        let seen = read(&document);
        assert_eq!((seen["a"].title.as_str(), seen["a"].command.as_str()), (text, text));
        assert_eq!(seen["a"].class.as_deref(), Some(text));
    }
}

#[test]
fn long_titles_and_ids_fit() {
    let long = format!("{{id: {}, title: '{}', run: 'true'}}", "a".repeat(300), "ü".repeat(300));
    let same = |last: char| format!("{{id: {}{last}, run: 'true'}}", "a".repeat(200));
    let odd = ["laneway-passed", "1st", "a.b", "a-b"].map(|id| format!("{{id: {id}, run: 'true'}}"));
    let plan = plan_of(&[[long, same('x'), same('y')].as_slice(), &odd].concat());
    let seen = read(&document(&plan, Options::default()).unwrap());
    assert_eq!(gates(&seen), runnable(&plan));
    assert!(seen.values().any(|job| job.title == "ü".repeat(300)));
    assert!(seen.contains_key("gate-1st") && seen.contains_key("laneway-passed-2"));
}

#[test]
fn few_jobs_hold_every_gate() {
    for limit in [3, 7, 50] {
        let plan = many(300);
        let options = Options { max_jobs: Some(limit), ..Options::default() };
        let seen = read(&document(&plan, options).unwrap());
        assert!(seen.len() <= limit);
        assert_eq!(gates(&seen), runnable(&plan));
    }
    let seen = read(&document(&many(1_500), Options::default()).unwrap());
    assert_eq!(seen.len(), 1_500, "CircleCI names no limit");
}

#[test]
fn what_is_too_large_is_a_fault() {
    let mut plan = many(75);
    plan.gates.values_mut().for_each(|gate| gate.run = Some("x".repeat(100_000)));
    let fault = document(&plan, Options::default()).unwrap_err();
    assert!(fault.message.contains(&CONFIG_BYTES.to_string()) && !fault.help.is_empty());
}

fn with_machine(machine: Machine) -> Plan {
    let mut plan = plan_of(&["{id: a, run: 'true', runner: big}".to_owned()]);
    for gate in plan.gates.values_mut() {
        gate.machines = BTreeMap::from([(Vendor::Circleci, machine.clone())]);
    }
    plan
}

fn keys(keys: &[(&str, &[&str])]) -> Machine {
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    Machine::Keys(keys.iter().map(|(key, own)| ((*key).to_owned(), values(own))).collect())
}

#[test]
fn machines_are_executors() {
    let definition = |machine| {
        let text = document(&with_machine(machine), Options::default()).unwrap();
        read(&text).remove("a").unwrap().definition
    };
    let seen = definition(keys(&[("image", &["cimg/rust:1.90"]), ("resource_class", &["xlarge"])]));
    assert_eq!(seen["docker"][0]["image"], "cimg/rust:1.90");
    assert_eq!(seen["resource_class"], "xlarge");
    let seen = definition(keys(&[("machine", &["ubuntu-2404:current"])]));
    assert_eq!(seen["machine"]["image"], "ubuntu-2404:current");
    assert!(seen.get("docker").is_none());
    let seen = definition(keys(&[("machine", &["true"]), ("resource_class", &["acme/linux"])]));
    assert_eq!((&seen["machine"], &seen["resource_class"]), (&Value::Bool(true), &"acme/linux".into()));
    let seen = definition(keys(&[("xcode", &["16.4.0"])]));
    assert_eq!(seen["macos"]["xcode"], "16.4.0");
    let seen = definition(Machine::Label("large".to_owned()));
    assert_eq!(seen["docker"][0]["image"], "<< pipeline.parameters.laneway_image >>");
    for unfit in [
        Machine::Labels(vec!["a".to_owned(), "b".to_owned()]),
        keys(&[("image", &["a", "b"])]),
        keys(&[("queue", &["a"])]),
        keys(&[("image", &["a"]), ("machine", &["b"])]),
    ] {
        let fault = document(&with_machine(unfit), Options::default()).unwrap_err();
        assert!(fault.message.contains("`a`") && fault.help.contains("runners"), "{fault:?}");
    }
}

#[test]
fn the_schema_of_the_makers_takes_every_document() {
    let Some(check) = tool("check-jsonschema") else {
        return not_run("circleci::the_schema_of_the_makers_takes_every_document", "check-jsonschema");
    };
    let folder = tempfile::tempdir().unwrap();
    // The schema lists the resource classes that there are, so that plans with other labels are stripped of them.
    let plain = |mut plan: Plan| {
        plan.gates.values_mut().for_each(|gate| gate.runner = None);
        plan
    };
    let plans = [ordinary(), empty(), plain(hostile()), plain(many(300))];
    let mut files = Vec::new();
    for (at, plan) in plans.iter().enumerate() {
        let file = folder.path().join(format!("{at}.yml"));
        std::fs::write(&file, document(plan, Options::default()).unwrap()).unwrap();
        files.push(file);
    }
    for (at, example) in examples("ci-circleci.md", "yaml").iter().enumerate() {
        let file = folder.path().join(format!("example{at}.yml"));
        std::fs::write(&file, example).unwrap();
        files.push(file);
    }
    let mut command = Command::new(check);
    let output = command.args(["--builtin-schema", "vendor.circle-ci"]).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_documented_setup_continues_with_what_laneway_prints() {
    let examples = examples("ci-circleci.md", "yaml");
    let setup = yaml_of(&examples[0]);
    assert_eq!(setup["setup"], true);
    let steps = setup["jobs"]["route"]["steps"].as_array().unwrap();
    let command = steps.iter().find_map(|step| step["run"]["command"].as_str()).unwrap();
    assert!(command.contains("laneway route") && command.contains("--format circleci"));
    let path = steps.iter().find_map(|step| step["continuation/continue"]["configuration_path"].as_str());
    assert!(command.contains(path.unwrap()), "what is written is what is read");
    let plan = plan_of(&["{id: build, title: Build it, run: make build, timeout_minutes: 20}".to_owned()]);
    let written = document(&plan, Options::default()).unwrap().replace(&plan.digest, "7d9c");
    assert_eq!(examples[1], written, "what is shown is what laneway prints");
    let page = page("ci-circleci.md");
    assert!(page.contains(&format!("ci/circleci: {WORKFLOW}/{PASSED}")), "the page names the check");
}
