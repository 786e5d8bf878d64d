//! The shape of the house, as tests: the order of the rooms, who may name which library, what may be depended on.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms, first to last: a file may name only its own room and those before it.
const ORDER: &[&str] = &[
    "source",
    "path",
    "fault",
    "finding",
    "json",
    "id",
    "digest",
    "class",
    "posture",
    "pattern",
    "yaml",
    "dsse",
    "permission",
    "trust",
    "quorum",
    "environment",
    "config",
    "change",
    "base",
    "files_from",
    "ownership",
    "lanes",
    "reference",
    "roster",
    "policy",
    "attribute",
    "classify",
    "graph",
    "review",
    "route",
    "reviewers",
    "plan",
    "sarif",
    "evidence",
    "results",
    "verdict",
    "manifests",
    "codeowners",
    "owners_files",
    "import",
    "check",
    "guard",
    "packets",
    "release",
    "backtest",
    "documents",
    "render",
    "workspace",
    "git",
    "forge",
    "store",
    "runner",
    "probe",
];

/// Libraries that these rooms alone may name.
const KEPT: &[(&str, &[&str])] = &[
    ("ed25519_dalek", &["dsse"]),
    ("gix", &["git"]),
    ("object_store", &["store"]),
    ("petgraph", &["graph"]),
    ("pulldown_cmark", &["ownership"]),
    ("regex", &["owners_files"]),
    ("roxmltree", &["results"]),
    ("rustls", &["probe"]),
    ("serde_yaml", &["yaml"]),
    ("toml", &["manifests"]),
    ("ureq", &["forge", "probe"]),
    ("webpki_roots", &["probe"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Returns the room of a file below `src`, unless it belongs to the binary or is `lib.rs`.
fn room(file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    let room = first.trim_end_matches(".rs").to_owned();
    (room != "bin" && room != "lib").then_some(room)
}

/// Returns the names that follow `prefix` in the code of a file, comments left out.
fn named_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| {
        line.match_indices(prefix)
            .map(|(at, _)| {
                let rest = &line[at + prefix.len()..];
                rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
            })
            .collect::<Vec<String>>()
    })
    .collect()
}

#[test]
fn the_rooms_stand_in_the_order_of_the_flow() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    assert_eq!(rooms, ORDER, "the `mod` lines of lib.rs tell the flow");
}

#[test]
fn a_room_names_only_rooms_before_it() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let Some(room) = room(&file) else { continue };
        let own =
            ORDER.iter().position(|name| *name == room).unwrap_or_else(|| panic!("{room} is not in ORDER"));
        for named in named_after(&fs::read_to_string(&file).unwrap(), "crate::") {
            if ORDER.iter().position(|name| *name == named).is_some_and(|at| at > own) {
                wrong.push(format!("{} names crate::{named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_library_stays_in_its_room() {
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for (library, keepers) in KEPT {
            let names = !named_after(&text, &format!("{library}::")).is_empty();
            let is_kept = room(&file).is_some_and(|room| keepers.contains(&&*room));
            assert!(!names || is_kept, "{} names {library}", file.display());
        }
    }
}

#[test]
fn no_file_grows_past_five_hundred_lines() {
    for file in rust_files(&root().join("src")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines: split it", file.display());
    }
}

/// Returns the strings of a list in deny.toml.
fn listed(key: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with(&format!("{key} = ["))).unwrap();
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Says whether a licence expression can be met with the licences of `allowed`.
fn licence_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Every expression in use is a choice of choices, or `(A OR B) AND C`: the choices between two ANDs.
    expression
        .split(" AND ")
        .all(|choice| choice.split(" OR ").any(|licence| allowed.contains(licence.trim())))
}

/// cargo-deny checks the same and more; it takes longer to build than all of laneway.
#[test]
fn every_dependency_is_licensed_and_none_is_banned() {
    let platform = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap().stdout;
    let platform = String::from_utf8(platform).unwrap();
    let host = platform.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let (allowed, banned) = (listed("allow"), listed("deny"));
    for features in [&[][..], &["--features", "cloud"]] {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
            .args(features)
            .current_dir(root())
            .output()
            .unwrap();
        if !features.is_empty() && !output.status.success() {
            // Whoever never built with the feature has not fetched its packages: they are looked at where they are.
            continue;
        }
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        assert!(packages.len() > 50);
        for package in packages {
            let name = package["name"].as_str().unwrap();
            let licence = package["license"].as_str().unwrap_or("none");
            assert!(licence_allowed(licence, &allowed), "{name} is licensed as {licence}");
            // What speaks to buckets runs on tokio, and is off unless asked for.
            let is_of_cloud = name == "tokio" && !features.is_empty();
            assert!(!banned.contains(name) || is_of_cloud, "{name} is banned");
            let source = package["source"].as_str().unwrap_or("registry+");
            assert!(source.starts_with("registry+"), "{name} comes from {source}");
        }
    }
    assert!(!licence_allowed("GPL-3.0", &allowed) && !licence_allowed("MIT AND GPL-3.0", &allowed));
}
