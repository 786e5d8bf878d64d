//! What the OWNERS files of `testdata/owners_files` say, and that an import says the same.

use std::collections::BTreeSet;

use super::{OwnersTree, Resolver, read};
use crate::fault::Fault;
use crate::manifests::cases::cases;
use crate::path::RepoPath;

const FILES: [&str; 1] = [include_str!("../../testdata/owners_files/trees.md")];

fn lines(tree: &OwnersTree, faults: &[Fault], files: &[RepoPath]) -> Vec<String> {
    let mut resolver = Resolver::new(tree);
    let mut lines = Vec::new();
    for path in files {
        let lists = resolver.resolve(path);
        let of = |name: &str, words: &BTreeSet<String>| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if words.is_empty() { String::new() } else { format!(" {name} {}", words.join(", ")) }
        };
        let all = [
            of("approvers", &lists.approvers),
            of("reviewers", &lists.reviewers),
            of("required", &lists.required_reviewers),
            of("labels", &lists.labels),
        ];
        lines.push(format!("{path}:{}", all.concat()));
    }
    for note in &tree.notes {
        lines.push(format!("note {}:{} {}", note.place.source.name(), note.place.line(), note.message));
    }
    for fault in faults {
        let place = fault.place.as_ref();
        let place =
            place.map_or_else(String::new, |place| format!(" {}:{}", place.source.name(), place.line()));
        lines.push(format!("fault {}{place}", fault.code.as_str()));
    }
    lines
}

#[test]
fn the_cases_hold() {
    let mut wrong = Vec::new();
    for case in FILES.into_iter().flat_map(cases) {
        let (tree, faults) = read(&case.files);
        let is_plain = |path: &&RepoPath| {
            !path.as_bytes().starts_with(b"OWNERS") && !path.as_bytes().ends_with(b"/OWNERS")
        };
        let files: Vec<RepoPath> = case.files.keys().filter(is_plain).cloned().collect();
        let found = lines(&tree, &faults, &files);
        if found != case.expected {
            wrong.push(format!("# {}\n{}\n", case.title, found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
