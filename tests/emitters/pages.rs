//! What the documentation shows, so that a test holds it to what laneway does; and a reader of YAML.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

/// The text of a page of `docs/`.
pub(crate) fn page(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(file).unwrap().replace("\r\n", "\n")
}

/// The examples of a page in one language, in their order.
pub(crate) fn examples(name: &str, language: &str) -> Vec<String> {
    let page = page(name);
    let opening = format!("\n```{language}\n");
    let blocks = page.split(&opening).skip(1);
    let blocks: Vec<String> =
        blocks.map(|rest| rest.split_once("\n```").unwrap().0.to_owned() + "\n").collect();
    assert!(!blocks.is_empty(), "{name} has no example in {language}");
    blocks
}

/// A document of YAML as a tree.
pub(crate) fn yaml_of(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// Says that a test did not run, past the harness, which hides what a passing test prints.
pub(crate) fn not_run(test: &str, tool: &str) {
    let says = format!("NOT RUN: {test}: LANEWAY_CI_TOOLS is not set, so there is no {tool}\n");
    std::io::stderr().write_all(says.as_bytes()).unwrap();
}
