//! Imports and exports: as data, as laws, and end to end.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod codeowners;
mod commands;
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One heading of a file of cases, with its fenced blocks by their first words.
struct Case {
    name: String,
    blocks: Vec<(String, String)>,
}

impl Case {
    fn block(&self, word: &str) -> Option<&str> {
        self.blocks.iter().find(|(own, _)| own == word).map(|(_, text)| text.as_str())
    }
}

/// Reads the cases of a file below `testdata/`.
fn cases(file: &str) -> Vec<Case> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(file)).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (Some(_), Some(_)) => cases.last_mut().unwrap().blocks.extend(open.take()),
            (None, Some(word)) => open = Some((word.to_owned(), String::new())),
            (None, None) => {
                if let Some(name) = line.strip_prefix("## ") {
                    cases.push(Case { name: name.to_owned(), blocks: Vec::new() });
                }
            }
        }
    }
    assert!(open.is_none() && !cases.is_empty(), "{file}");
    cases
}

/// Returns the lines `key: value` of a block.
fn pairs(block: &str) -> BTreeMap<&str, &str> {
    block.lines().map(|line| line.rsplit_once(": ").unwrap()).collect()
}
