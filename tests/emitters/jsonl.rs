//! One gate a line, for any program.

use std::collections::BTreeSet;

use laneway::plan::Plan;
use laneway::render::ci::{Options, jsonl};
use serde_json::Value;

use crate::support::{HOSTILE, empty, hostile, many, ordinary};

fn lines(plan: &Plan) -> Vec<Value> {
    let text = jsonl::document(plan, Options::default()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_says_what_a_ci_acts_on() {
    let text = jsonl::document(&ordinary(), Options::default()).unwrap();
    let line = text.lines().find(|line| line.contains(r#""id":"load""#)).unwrap();
    assert_eq!(
        line,
        r#"{"id":"load","title":"Load test","layer":"domain_local","domains":["many"],"run":"make load","runner":"large","machines":{},"timeout_minutes":60,"needs":["build","unit"]}"#
    );
    let signed = lines(&ordinary()).into_iter().find(|line| line["id"] == "sign-off").unwrap();
    assert!(signed["run"].is_null() && signed["runner"].is_null() && signed["timeout_minutes"].is_null());
}

#[test]
fn every_gate_has_a_line_and_none_is_no_byte() {
    for plan in [ordinary(), many(1000), hostile()] {
        let ids: Vec<String> =
            lines(&plan).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, plan.gates.keys().map(ToString::to_string).collect::<Vec<_>>());
    }
    let bare = Plan { gates: std::collections::BTreeMap::new(), ..empty() };
    assert_eq!(jsonl::document(&bare, Options::default()).unwrap(), "");
}

#[test]
fn a_hostile_text_is_one_line_to_every_reader_and_comes_back() {
    let plan = hostile();
    let text = jsonl::document(&plan, Options::default()).unwrap();
    assert_eq!(text.matches('\n').count(), plan.gates.len());
    for reader in ['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{1b}', '\u{202e}', '\u{feff}']
    {
        assert!(!text.contains(reader), "{reader:?}");
    }
    let lines = lines(&plan);
    let titles: BTreeSet<&str> = lines.iter().filter_map(|line| line["title"].as_str()).collect();
    assert!(HOSTILE.iter().all(|text| titles.contains(text) || titles.contains(text.trim())), "{titles:#?}");
}

#[test]
fn a_line_has_the_fields_of_its_schema() {
    let schema: Value = serde_json::from_str(&jsonl::schema().unwrap()).unwrap();
    let known: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for line in lines(&ordinary()) {
        assert_eq!(line.as_object().unwrap().keys().collect::<BTreeSet<_>>(), known);
    }
}
