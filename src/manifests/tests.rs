//! What the manifests of `testdata/manifests` say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cases::cases;
use super::{Packages, is_manifest, read};
use crate::fault::Fault;
use crate::path::RepoPath;

const FILES: [&str; 3] = [
    include_str!("../../testdata/manifests/cargo.md"),
    include_str!("../../testdata/manifests/npm.md"),
    include_str!("../../testdata/manifests/go.md"),
];

fn lines(packages: &Packages, faults: &[Fault]) -> Vec<String> {
    let mut lines = Vec::new();
    for package in &packages.packages {
        let imports: Vec<String> =
            package.imports.iter().map(|index| packages.packages[*index].title()).collect();
        let imports = if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") };
        lines.push(format!("{}: {} imports {imports}", package.manifest, package.title()));
    }
    for note in &packages.notes {
        lines.push(format!("note {}: {}", note.manifest, note.message));
    }
    for fault in faults {
        let place = fault.place.as_ref().map_or_else(String::new, |place| {
            let shown = place.source.text().get(place.span.clone()).unwrap_or_default();
            format!(" {}:{} `{shown}`", place.source.name(), place.line())
        });
        lines.push(format!("fault {}{place}", fault.code.as_str()));
    }
    lines
}

#[test]
fn the_cases_hold() {
    let mut wrong = Vec::new();
    for case in FILES.into_iter().flat_map(cases) {
        let (packages, faults) = read(&case.files);
        let found = lines(&packages, &faults);
        if found != case.expected {
            wrong.push(format!("# {}\n{}\n", case.title, found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(files: &[(&str, &str)]) -> BTreeMap<RepoPath, Arc<[u8]>> {
    files.iter().map(|(path, text)| (RepoPath::from(*path), Arc::from(text.as_bytes()))).collect()
}

#[test]
fn a_file_belongs_to_the_nearest_folder_with_a_package() {
    let (packages, faults) = read(&files(&[
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/crates/b/Cargo.toml", "[package]\nname = \"b\"\n[workspace]\n"),
        ("a/package.json", "{\"name\": \"a-js\"}"),
    ]));
    assert!(faults.is_empty(), "{faults:?}");
    let names = |path: &str| -> Vec<&str> {
        let of = packages.of_file(&RepoPath::from(path));
        of.into_iter().map(|index| packages.packages[index].name.as_str()).collect()
    };
    assert_eq!(names("a/src/lib.rs"), ["a", "a-js"]);
    assert_eq!(names("a/crates/b/src/lib.rs"), ["b"]);
    assert_eq!(names("a/crates/x.rs"), ["a", "a-js"]);
    assert!(names("ab/x.rs").is_empty() && names("README.md").is_empty());
}

#[test]
fn what_package_managers_installed_is_not_looked_at() {
    assert!(is_manifest(&RepoPath::from("a/package.json")));
    assert!(is_manifest(&RepoPath::from("pnpm-workspace.yaml")));
    assert!(!is_manifest(&RepoPath::from("a/node_modules/b/package.json")));
    assert!(!is_manifest(&RepoPath::from("a/Cargo.toml.orig")));
}

#[test]
fn hostile_manifests_are_faults_and_nothing_else() {
    let deep = "[".repeat(100_000);
    let wide = format!("{{\"name\": \"{}\"}}", "x".repeat(1 << 20));
    let nested = format!("a = {deep}");
    for (path, text) in [
        ("package.json", deep.as_str()),
        ("package.json", "{\"name\": 1, \"dependencies\": []}"),
        ("Cargo.toml", nested.as_str()),
        ("Cargo.toml", "package = 1\n"),
        ("go.mod", "require (\n\"a\n"),
        ("pnpm-workspace.yaml", "packages: [a\n"),
    ] {
        let (packages, faults) = read(&files(&[(path, text)]));
        assert!(!faults.is_empty(), "{path}");
        assert!(packages.unread.contains(&RepoPath::from(path)), "{path}");
        assert!(faults.iter().all(|fault| fault.message.len() < 500), "{path}");
    }
    let (packages, faults) = read(&files(&[("package.json", &wide)]));
    assert!(faults.is_empty() && packages.packages.len() == 1);
}
