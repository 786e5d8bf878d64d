//! Cases as Markdown: a heading, files, and what is expected.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::path::RepoPath;

/// One heading of a file of cases.
pub(crate) struct Case<'t> {
    pub(crate) title: &'t str,
    /// The bodies of the blocks `file PATH`.
    pub(crate) files: BTreeMap<RepoPath, Arc<[u8]>>,
    /// The body of the block `expect`.
    pub(crate) expected: Vec<&'t str>,
}

/// Splits a file of cases.
pub(crate) fn cases(text: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("# ") {
            cases.push(Case { title, files: BTreeMap::new(), expected: Vec::new() });
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let Some(case) = cases.last_mut() else { panic!("`{info}` stands before the first heading") };
        match info.split_once(' ') {
            Some(("file", path)) => {
                let content = body.iter().flat_map(|line| [line, "\n"]).collect::<String>();
                case.files.insert(RepoPath::from(path), Arc::from(content.into_bytes()));
            }
            None if info == "expect" => case.expected = body,
            _ => panic!("{}: a block is `file PATH` or `expect`, not `{info}`", case.title),
        }
    }
    assert!(!cases.is_empty(), "no heading, no case");
    cases
}
