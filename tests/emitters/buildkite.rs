//! The Buildkite pipeline: as data, by the published schema, and back through the agent's interpolation.

use std::collections::{BTreeMap, BTreeSet};

use laneway::plan::{Machine, Plan, Vendor};
use laneway::render::ci::{Options, buildkite};
use laneway::render::escape;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::gitlab::{check, example, read};
use crate::support::{HOSTILE, empty, hostile, many, ordinary, plan_of, runnable};

/// The page whose examples are checked.
const DOCS: &str = include_str!("../../docs/ci-buildkite.md");

fn document(plan: &Plan, max_jobs: Option<usize>) -> String {
    let options = Options { max_jobs, ..Options::default() };
    let document = buildkite::document(plan, options).unwrap();
    assert_eq!(buildkite::document(plan, options).unwrap(), document, "the same plan, other bytes");
    document
}

/// The steps of a document, as they are after the agent has interpolated every text.
pub(crate) fn steps(document: &str) -> Vec<Value> {
    let mut pipeline = read(document);
    everywhere(&mut pipeline);
    assert_eq!(pipeline.as_object().unwrap().len(), 1);
    pipeline["steps"].as_array().unwrap().clone()
}

fn everywhere(value: &mut Value) {
    match value {
        Value::String(text) => *text = interpolated(text),
        Value::Array(items) => items.iter_mut().for_each(everywhere),
        Value::Object(entries) => {
            let old = std::mem::take(entries);
            for (key, mut value) in old {
                everywhere(&mut value);
                entries.insert(interpolated(&key), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What `buildkite-agent pipeline upload` makes of a text where no variable is set, by the grammar at the top of `parser.go`
/// of `buildkite/interpolate`: `\\` stays, `\$` and `$$` are a dollar, `$(` stays, `$NAME` and `${NAME}` are nothing,
/// `${NAME:-word}` is the word.
fn interpolated(text: &str) -> String {
    let (result, rest) = expression(text, None);
    assert_eq!(rest, "");
    result
}

fn expression(mut rest: &str, stop: Option<char>) -> (String, &str) {
    let mut result = String::new();
    while let Some(character) = rest.chars().next() {
        if Some(character) == stop {
            break;
        }
        if let Some(after) = rest.strip_prefix(r"\\") {
            result.push_str(r"\\");
            rest = after;
        } else if let Some(after) = rest.strip_prefix(r"\$").or_else(|| rest.strip_prefix("$$")) {
            result.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("$(") {
            result.push_str("$(");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let after =
                after.trim_start_matches(|character: char| character.is_alphanumeric() || character == '_');
            let (word, after) = match after.strip_prefix(":-") {
                Some(word) => expression(word, Some('}')),
                None => (String::new(), after),
            };
            result.push_str(&word);
            rest = after.strip_prefix('}').expect("a brace closes");
        } else if rest.starts_with('$') && rest[1..].starts_with(char::is_alphabetic) {
            rest = rest[1..]
                .trim_start_matches(|character: char| character.is_alphanumeric() || character == '_');
        } else {
            result.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    (result, rest)
}

#[test]
fn the_interpolation_is_the_documented_one() {
    for (written, read) in [
        ("deploy.sh $$SERVER", "deploy.sh $SERVER"),
        (r"deploy.sh \$SERVER", "deploy.sh $SERVER"),
        ("$$USD", "$USD"),
        (r"\$USD", "$USD"),
        ("a $SERVER b ${SERVER} c", "a  b  c"),
        ("${SERVER:-staging}", "staging"),
        ("$(ls)", "$(ls)"),
        (r"\\", r"\\"),
        // Why a dollar behind a backslash cannot simply be doubled: the variable is expanded.
        (r"\$$HOME", "$"),
    ] {
        assert_eq!(interpolated(written), read, "{written}");
    }
}

proptest! {
    #[test]
    fn what_is_written_comes_out(text in r"([$\\{}(a:\-]|\PC){0,24}") {
        prop_assert_eq!(interpolated(&buildkite::literal(&text)), text);
    }
}

/// One gate on a machine.
fn on(machine: Machine) -> Plan {
    let mut plan = plan_of(&["{id: one, run: make one}".to_owned()]);
    for gate in plan.gates.values_mut() {
        gate.machines.insert(Vendor::Buildkite, machine.clone());
    }
    plan
}

fn keys(keys: &[(&str, &[&str])]) -> Machine {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    Machine::Keys(keys.iter().map(|(key, values)| ((*key).to_owned(), texts(values))).collect())
}

/// Titles of 300 characters and ids of other forms.
fn long() -> Plan {
    let gate = |(at, text): (usize, &&str)| {
        let title = format!("{text}{}", "é".repeat(300));
        json!({"id": format!("h{at}.{}", "a_b-c.".repeat(30) + "z"), "title": title, "run": format!("echo {text}"), "runner": text})
            .to_string()
    };
    plan_of(&HOSTILE.iter().enumerate().map(gate).collect::<Vec<_>>())
}

/// Ids that would be keys that Buildkite refuses, or one key.
fn odd_ids() -> Plan {
    let ids =
        ["0123abcd-0123-abcd-0123-0123456789ab", "a.b", "a..b", "a-b", "a_b", "a-and-b", "nothing-to-run"];
    plan_of(&ids.map(|id| json!({"id": id, "run": "true"}).to_string()))
}

fn corpus() -> Vec<(&'static str, Plan, Option<usize>)> {
    vec![
        ("ordinary", ordinary(), None),
        ("packed", ordinary(), Some(2)),
        ("empty", empty(), None),
        ("many", many(300), None),
        ("too-many", many(1200), None),
        ("seven", many(300), Some(7)),
        ("hostile", hostile(), None),
        ("long", long(), None),
        ("ids", odd_ids(), None),
        ("keys", on(keys(&[("queue", &["big"]), ("os", &["linux"])])), None),
        ("rules", on(keys(&[("queue", &["big"]), ("tool", &["go=1.2*", "rust"])])), None),
    ]
}

#[test]
fn the_steps_are_the_gates_that_have_a_command() {
    for (name, plan, max_jobs) in corpus() {
        let steps = steps(&document(&plan, max_jobs));
        assert!(steps.len() <= max_jobs.unwrap_or(buildkite::JOBS), "{name}: {} steps", steps.len());
        let expected = runnable(&plan);
        if expected.is_empty() {
            assert_eq!(steps.len(), 1);
            assert_eq!(steps[0]["env"]["LANEWAY_GATES"], "");
            continue;
        }
        let gates = |step: &Value| -> Vec<String> {
            step["env"]["LANEWAY_GATES"].as_str().unwrap().split(' ').map(str::to_owned).collect()
        };
        let run: Vec<String> = steps.iter().flat_map(gates).collect();
        assert_eq!(run.iter().cloned().collect::<BTreeSet<_>>(), expected, "{name}");
        assert_eq!(run.len(), expected.len(), "{name}: a gate runs twice");
        let keys: BTreeSet<&str> = steps.iter().map(|step| step["key"].as_str().unwrap()).collect();
        assert_eq!(keys.len(), steps.len(), "{name}: a key is used twice");
        for key in &keys {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
            assert!(key.len() <= buildkite::KEY && key.bytes().all(allowed), "{name}: {key}");
            assert!(key.starts_with("laneway:"), "{key}");
        }
        for step in &steps {
            assert_eq!(step["env"]["LANEWAY_ROUTE"], plan.digest);
            let [gate] = &*gates(step) else { continue };
            let gate = &plan.gates[&**gate];
            assert_eq!(step["command"].as_str(), gate.run.as_deref(), "{name}");
            assert_eq!(step["timeout_in_minutes"].as_u64(), gate.timeout_minutes.map(u64::from));
            if gate.machines.is_empty() {
                assert_eq!(step["agents"]["queue"].as_str(), gate.runner.as_deref());
            }
            let label = step["label"].as_str().unwrap();
            let shown = escape::terminal(gate.title.trim()).into_owned();
            match label.strip_suffix('…') {
                Some(begin) => assert!(shown.starts_with(begin) && label.chars().count() == buildkite::LABEL),
                None => assert_eq!(label, shown),
            }
        }
    }
}

#[test]
fn needs_are_dependencies() {
    for (name, plan, max_jobs) in corpus() {
        let steps = steps(&document(&plan, max_jobs));
        let mut step_of: BTreeMap<&str, &Value> = BTreeMap::new();
        for step in &steps {
            step_of
                .extend(step["env"]["LANEWAY_GATES"].as_str().unwrap().split(' ').map(|gate| (gate, step)));
        }
        for (id, gate) in plan.gates.iter().filter(|(_, gate)| gate.run.is_some()) {
            let step = step_of[id.as_str()];
            for need in gate.needs.iter().filter_map(|need| step_of.get(need.as_str())) {
                let named = step["depends_on"].as_array().is_some_and(|keys| keys.contains(&need["key"]));
                assert!(named || step["key"] == need["key"], "{name}: {id}");
            }
        }
    }
}

#[test]
fn machines_are_agents() {
    let agents = |machine| steps(&document(&on(machine), None))[0]["agents"].clone();
    assert_eq!(agents(Machine::Label("a $X \\$".to_owned())), json!({"queue": "a $X \\$"}));
    let labels = Machine::Labels(vec!["queue=big".to_owned(), "os=li=nux".to_owned()]);
    assert_eq!(agents(labels), json!(["queue=big", "os=li=nux"]));
    assert_eq!(agents(keys(&[("queue", &["$b"]), ("$o", &["x"])])), json!({"queue": "$b", "$o": "x"}));
    assert_eq!(agents(keys(&[("tool", &["go", "rust"])])), json!(["tool=go", "tool=rust"]));
    for label in ["big", "=big", "queue=", ""] {
        let plan = on(Machine::Labels(vec![label.to_owned()]));
        let fault = buildkite::document(&plan, Options::default()).unwrap_err();
        assert!(fault.message.contains("is no tag of an agent") && fault.help.contains("key=value"));
    }
    let mut nul = ordinary();
    nul.gates.get_mut("build").unwrap().run = Some("a\0b".to_owned());
    assert!(buildkite::document(&nul, Options::default()).unwrap_err().message.contains("NUL"));
}

#[test]
fn the_schema_takes_every_document() {
    let mut documents: Vec<(&str, String)> =
        corpus().iter().map(|(name, plan, max_jobs)| (*name, document(plan, *max_jobs))).collect();
    documents.push(("bootstrap", example(DOCS, "yaml", 0)));
    check(&["--builtin-schema", "vendor.buildkite"], &documents);
}
