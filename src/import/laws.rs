//! Laws of imports: what is written says what was read.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::owners_files::{differences, import};
use super::packages::{DomainBy, plan};
use crate::config::Config;
use crate::manifests;
use crate::owners_files::read;
use crate::path::RepoPath;
use crate::policy::PolicyFiles;

/// One random OWNERS file.
fn owners() -> impl Strategy<Value = String> {
    let people =
        prop::collection::vec(prop::sample::select(vec!["ann", "Bob", "@cy", "team", "dora-x"]), 0..3);
    let labels = prop::collection::vec(prop::sample::select(vec!["area/a", "kind/b"]), 0..2);
    let filter = prop::sample::select(vec![
        ".*",
        "\\\\.go$",
        "_test\\\\.go$",
        "^x",
        "b/",
        "a|c",
        "\\\\.GO$",
        "(?i)\\\\.go$",
    ]);
    let lists = (people.clone(), people, labels);
    let written = |indent: &str, (approvers, reviewers, labels): &(Vec<&str>, Vec<&str>, Vec<&str>)| {
        let list = |key: &str, items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
            format!("{indent}{key}: [{}]\n", items.join(", "))
        };
        list("approvers", approvers) + &list("reviewers", reviewers) + &list("labels", labels)
    };
    let filters = prop::collection::btree_map(filter, lists.clone(), 0..4);
    (any::<bool>(), any::<bool>(), lists, filters).prop_map(move |(cut, simple, lists, filters)| {
        let mut text = format!("options: {{no_parent_owners: {cut}}}\n");
        if simple || filters.is_empty() {
            text += &written("", &lists);
        } else {
            text += "filters:\n";
            for (filter, lists) in filters {
                text += &format!("  \"{filter}\":\n{}", written("    ", &lists));
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_imported_says_what_the_tree_says(
        files in prop::collection::btree_map("([abx]/){0,3}OWNERS", owners(), 1..6),
        paths in prop::collection::btree_set("([abx]/){0,3}[abcx]{1,3}(_test)?(\\.go|\\.GO|\\.md)?", 1..12),
    ) {
        let mut contents: BTreeMap<RepoPath, Arc<[u8]>> = files
            .iter()
            .map(|(path, text)| (RepoPath::from(path.as_str()), Arc::from(text.as_bytes())))
            .collect();
        contents.insert(RepoPath::from("OWNERS_ALIASES"), Arc::from(&b"aliases: {Team: [ann, eve]}\n"[..]));
        let (tree, faults) = read(&contents);
        prop_assert!(faults.is_empty(), "{faults:?}");
        // A path that is a folder of another file is none that git could track beside it: that makes no difference here.
        let mut tracked: Vec<RepoPath> = paths.iter().map(|path| RepoPath::from(path.as_str())).collect();
        tracked.extend(contents.keys().cloned());
        tracked.sort();
        tracked.dedup();
        let imported = import(&tree, &tracked, &Config::default());
        let policy = imported.policy(&PolicyFiles::default());
        prop_assert!(!policy.is_broken(), "{:?}", policy.faults);
        let differences = differences(&tree, &policy, &tracked);
        prop_assert!(differences.is_empty(), "{differences:#?}");
    }
}

/// The folders that a random Cargo.toml imports.
fn imports() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec![".", "a", "b", "a/x", "a b", "x|y"]), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn packages_that_are_imported_keep_their_files_and_imports(
        folders in prop::collection::btree_map(
            prop::sample::select(vec!["", "a/", "b/", "a/x/", "a b/", "x|y/", "[z]/", "ünder/"]),
            imports(),
            1..6,
        ),
        by in prop::sample::select(vec![DomainBy::Package, DomainBy::Folder, DomainBy::TopFolder]),
    ) {
        let mut contents: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
        for (index, (folder, imports)) in folders.iter().enumerate() {
            let up = "../".repeat(folder.matches('/').count());
            let mut text = format!("[workspace]\n[package]\nname = \"p-{index}\"\n[dependencies]\n");
            for (number, import) in imports.iter().enumerate() {
                text += &format!("d{number} = {{ path = \"{up}{import}\" }}\n");
            }
            contents.insert(RepoPath::new(format!("{folder}Cargo.toml")), Arc::from(text.into_bytes()));
        }
        let (packages, faults) = manifests::read(&contents);
        prop_assert!(faults.is_empty(), "{faults:?}");
        prop_assert_eq!(packages.packages.len(), folders.len());
        let mut tracked: Vec<RepoPath> = contents.keys().cloned().collect();
        tracked.extend(folders.keys().map(|folder| RepoPath::new(format!("{folder}src/lib.rs"))));
        tracked.extend(["README.md", "c/x", "Cargo.lock"].map(RepoPath::from));
        tracked.sort();
        let plan = plan(&packages, &tracked, by);
        let imported = plan.write(&packages, &Config::default());
        let policy = imported.policy(&PolicyFiles::default());
        prop_assert!(!policy.is_broken(), "{:?}", policy.faults);
        let differences = plan.differences(&packages, &policy, &tracked);
        prop_assert!(differences.is_empty(), "{differences:#?}");
    }
}
