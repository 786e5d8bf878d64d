//! Two hundred real changes each of two repositories: what a CI is given is the route, gate for gate.
//!
//! The maps and lanes are those of `docs/real-world.md`. Each change is written in every format, as it is, packed into
//! few jobs, and broad.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use laneway::change::Side;
use laneway::path::RepoPath;
use laneway::plan::Plan;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::render::ci::{Options, azure, buildkite, circleci, github, gitlab, jenkins, jsonl};
use laneway::render::{Report, json};
use laneway::source::Source;
use serde_json::Value;

use crate::support::{plan, routed, runnable};

/// A format: its name, how it is written, and how the gates that its jobs run are read back, one entry a gate.
type Format =
    (&'static str, fn(&Plan, Options) -> Result<String, laneway::fault::Fault>, fn(&str) -> Vec<String>);

const FORMATS: &[Format] = &[
    ("github", github_matrix, json_gates),
    ("jsonl", jsonl::document, jsonl_gates),
    ("gitlab", gitlab::document, yaml_gates),
    ("buildkite", buildkite::document, yaml_gates),
    ("circleci", circleci::document, yaml_gates),
    ("azure", azure::document, json_gates),
    ("jenkins", jenkins::document, json_gates),
];

#[test]
fn two_hundred_changes_of_otel_are_its_gates_in_every_format() {
    let (changes, jobs) = replay("otel");
    assert!(changes == 200 && jobs > 4000, "{changes} changes, {jobs} gates");
}

#[test]
fn two_hundred_changes_of_opendal_are_its_gates_in_every_format() {
    let (changes, jobs) = replay("opendal");
    assert!(changes == 200 && jobs > 4000, "{changes} changes, {jobs} gates");
}

/// Writes every change in every format; returns how many changes there were, and how many gates their routes had.
fn replay(name: &str) -> (usize, usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/real").join(name);
    let policies = load(&folder);
    let paths = fs::read_to_string(folder.join("paths.txt")).unwrap();
    let paths: Vec<&str> = paths.lines().collect();
    let cases = fs::read_to_string(folder.join("cases.tsv")).unwrap();
    let mut lines = cases.lines().filter(|line| !line.starts_with('#'));
    let files = lines.next().unwrap().split('\t').position(|column| column == "files").unwrap();
    let embedded = Policy::load(&PolicyFiles::default()).lanes.gates;
    let (mut changes, mut gates) = (0, 0);
    let mut written: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (at, line) in lines.enumerate() {
        let files: Vec<&str> = named(line.split('\t').nth(files).unwrap(), &paths).collect();
        // Broad routes are all alike: a few of them are enough.
        for broad in [false, true].into_iter().take(if at % 50 == 0 { 2 } else { 1 }) {
            let route = routed(&policies, &files, broad);
            let mut plan = plan(&route, &policies);
            let mut document = Vec::new();
            json::write(&mut document, &Report::new(&route, &policies)).unwrap();
            let source = Source::new("route.json", std::str::from_utf8(&document).unwrap());
            assert_eq!(Plan::parse(&source).unwrap(), plan, "{name}, line {at}");
            // The data holds what is selected, and no commands: each gate that the repository itself has gets one.
            for (id, gate) in plan.gates.iter_mut().filter(|(id, _)| !embedded.contains_key(*id)) {
                gate.run = Some(format!("make {id}"));
            }
            let own = route.gates.keys().filter(|id| !embedded.contains_key(*id));
            let selected: BTreeSet<String> = own.map(ToString::to_string).collect();
            assert_eq!(runnable(&plan), selected);
            for (format, write, read) in FORMATS {
                for max_jobs in [None, Some(7)].into_iter().take(if *format == "jsonl" { 1 } else { 2 }) {
                    let options = Options { max_jobs, ..Options::default() };
                    let document = write(&plan, options).unwrap_or_else(|fault| panic!("{format}: {fault}"));
                    let mut found = read(&document);
                    found.sort();
                    assert!(
                        found.iter().eq(&selected),
                        "{name}, line {at}, {format}, {max_jobs:?}: {found:?}"
                    );
                }
                written.entry((*format).to_owned()).or_default().insert("written");
            }
            if !broad {
                changes += 1;
                gates += selected.len();
            }
        }
    }
    assert_eq!(written.len(), FORMATS.len());
    (changes, gates)
}

fn load(folder: &std::path::Path) -> Policies {
    let mut files = PolicyFiles::default();
    for below in ["ownership-maps", "lanes"] {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{below}/{}", entry.file_name().to_str().unwrap());
            files.files.insert(RepoPath::new(path), fs::read(entry.path()).unwrap().into());
        }
    }
    let policy = Arc::new(Policy::load(&files));
    assert!(!policy.is_broken(), "{:#?}", policy.faults);
    Policies::new(PolicyBasis::BaseAndHead, Side::ALL.map(|side| (side, Arc::clone(&policy))))
}

/// Reads `1-4,9` as the lines of that number, `-` as none.
fn named<'a>(numbers: &'a str, lines: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    numbers.split(',').filter(|part| *part != "-").flat_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        lines[first - 1..last].iter().copied()
    })
}

fn github_matrix(plan: &Plan, options: Options) -> Result<String, laneway::fault::Fault> {
    let mut out = Vec::new();
    github::Outputs::new(plan, options)?.write_matrix(&mut out).unwrap();
    Ok(String::from_utf8(out).unwrap())
}

fn jsonl_gates(document: &str) -> Vec<String> {
    let gates = document.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    gates.filter(|gate| !gate["run"].is_null()).map(|gate| gate["id"].as_str().unwrap().to_owned()).collect()
}

/// Every `gates`, wherever it stands: a list, or ids with spaces between.
fn json_gates(document: &str) -> Vec<String> {
    document.lines().flat_map(|line| gates_of(&serde_json::from_str(line).unwrap())).collect()
}

fn gates_of(document: &Value) -> Vec<String> {
    let is_gates = |key: &str| key == "gates" || key.eq_ignore_ascii_case("laneway_gates");
    fn collect(value: &Value, is_gates: &impl Fn(&str) -> bool, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::Array(ids) if is_gates(key) => {
                            found.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        Value::String(ids) if is_gates(key) => {
                            found.extend(ids.split(' ').filter(|id| !id.is_empty()).map(str::to_owned));
                        }
                        other => collect(other, is_gates, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, is_gates, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(document, &is_gates, &mut found);
    found
}

/// Every `LANEWAY_GATES`: ids with spaces between, which is what the jobs know of themselves.
fn yaml_gates(document: &str) -> Vec<String> {
    let values =
        document.lines().filter_map(|line| line.trim().trim_start_matches("- ").split_once("LANEWAY_GATES"));
    let ids = values.flat_map(|(_, value)| value.trim_matches(|c: char| "\": '".contains(c)).split(' '));
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}
