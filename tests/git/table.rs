//! `docs/base-resolution.md` and the tests name each other.

use std::collections::BTreeSet;
use std::path::Path;

/// The files whose every test is a row.
const FILES: [&str; 5] = ["flags.rs", "github.rs", "vendors.rs", "histories.rs", "trees.rs"];

#[test]
fn each_row_is_a_test_and_each_test_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(root.join("docs/base-resolution.md")).unwrap();
    let mut rows = BTreeSet::new();
    for line in document.lines().filter(|line| line.starts_with('|')) {
        let last = line.trim_end_matches('|').rsplit('|').next().unwrap().trim();
        if let Some(name) = last.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
            assert!(rows.insert(name.to_owned()), "two rows name the test {name}");
        }
    }
    let mut tests = BTreeSet::new();
    for file in FILES {
        let text = std::fs::read_to_string(root.join("tests/git").join(file)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].strip_prefix("fn ").and_then(|rest| rest.split('(').next()).unwrap();
            tests.insert(format!("{}::{name}", file.trim_end_matches(".rs")));
        }
    }
    assert!(rows.len() > 50, "only {} rows name a test", rows.len());
    assert_eq!(rows, tests);
}
