//! Laws over random CODEOWNERS files and random trees.

use std::collections::BTreeSet;

use laneway::codeowners::Dialect;
use laneway::path::RepoPath;
use proptest::prelude::*;

use crate::codeowners::{round, sound};

/// A component of a path: few names, so that patterns meet.
fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "ab", "a.md", "b.md", "c d", "[x]", "A", "!q", "{a,b}", "x|y"])
}

/// Files none of which is a folder of another, sorted.
fn tree() -> impl Strategy<Value = Vec<RepoPath>> {
    let path = prop::collection::vec(name(), 1..5).prop_map(|names| names.join("/"));
    prop::collection::btree_set(path, 1..25).prop_map(|paths: BTreeSet<String>| {
        let is_file = |path: &&String| !paths.iter().any(|other| other.starts_with(&format!("{path}/")));
        let mut files: Vec<RepoPath> =
            paths.iter().filter(is_file).map(|path| RepoPath::from(path.as_str())).collect();
        files.sort();
        files
    })
}

/// A component of a pattern. A name is escaped as its dialect wants it.
fn component(dialect: Dialect) -> impl Strategy<Value = String> {
    let escaped = move |name: &str| {
        let name = name.replace(' ', "\\ ");
        if dialect == Dialect::GitLab { name.replace('[', "\\[") } else { name }
    };
    let wild = match dialect {
        Dialect::GitHub => vec!["*", "**", "a*", "*.md", "?", "a?", "*b*", "**b", "[x]"],
        Dialect::GitLab => {
            vec!["*", "**", "a*", "*.md", "?", "a?", "*b*", "**b", "[ab]", "[!a]*", "[a-c].md"]
        }
    };
    prop_oneof![3 => name().prop_map(escaped), 2 => prop::sample::select(wild).prop_map(str::to_owned)]
}

fn pattern(dialect: Dialect) -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(component(dialect), 1..4);
    (any::<bool>(), parts, any::<bool>()).prop_map(move |(anchored, parts, folder)| {
        let text = format!(
            "{}{}{}",
            if anchored { "/" } else { "" },
            parts.join("/"),
            if folder { "/" } else { "" }
        );
        // What begins with these would be something else.
        if text.starts_with(['!', '[', '#']) { format!("/{text}") } else { text }
    })
}

fn owners(least: usize) -> impl Strategy<Value = String> {
    let owner = prop::sample::select(vec!["@a", "@o/b", "@o/c", "d@x.io"]);
    prop::collection::btree_set(owner, least..3)
        .prop_map(|owners| owners.into_iter().collect::<Vec<_>>().join(" "))
}

fn github() -> impl Strategy<Value = String> {
    let line =
        (pattern(Dialect::GitHub), owners(0)).prop_map(|(pattern, owners)| format!("{pattern} {owners}\n"));
    prop::collection::vec(line, 1..12).prop_map(|lines| lines.concat())
}

fn gitlab() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        8 => (pattern(Dialect::GitLab), owners(1)).prop_map(|(pattern, owners)| format!("{pattern} {owners}\n")),
        1 => pattern(Dialect::GitLab).prop_map(|pattern| format!("!{pattern}\n")),
        2 => (prop::sample::select(vec!["[One]", "^[Two]", "[Three][2]"]), owners(1))
            .prop_map(|(heading, owners)| format!("{heading} {owners}\n")),
    ];
    prop::collection::vec(line, 1..12).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn maps_of_a_github_file_ask_whom_the_file_asks(text in github(), tree in tree(), keep_dead: bool) {
        round(&sound(Dialect::GitHub, &text), &tree, keep_dead);
    }

    #[test]
    fn maps_of_a_gitlab_file_ask_whom_the_file_asks(text in gitlab(), tree in tree(), keep_dead: bool) {
        round(&sound(Dialect::GitLab, &text), &tree, keep_dead);
    }
}
