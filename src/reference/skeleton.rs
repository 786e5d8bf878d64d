//! A policy to begin with: one domain owns everything until somebody claims it.

use std::collections::{BTreeMap, BTreeSet};

use super::CONFIG;
use crate::id::slug;
use crate::path::RepoPath;
use crate::pattern::literal;

/// How many folders are offered: a longer list is no offer.
const MOST_FOLDERS: usize = 200;

/// Files at the root that tell by which command a repository is tested.
const TESTED_BY: &[(&str, &str)] = &[
    ("Cargo.toml", "cargo test"),
    ("go.mod", "go test ./..."),
    ("package.json", "npm test"),
    ("pom.xml", "mvn verify"),
    ("build.gradle", "gradle check"),
    ("build.gradle.kts", "gradle check"),
    ("mix.exs", "mix test"),
    ("Package.swift", "swift test"),
    ("pyproject.toml", "python -m pytest"),
];

/// Returns the files of the skeleton for a repository with these tracked files, sorted.
pub fn skeleton(tracked: &[RepoPath]) -> BTreeMap<RepoPath, Vec<u8>> {
    let files = [
        ("laneway.yaml", CONFIG.to_owned()),
        ("ownership-maps/package-ownership.md", map(tracked)),
        ("lanes/unclaimed.yaml", lane(tracked)),
    ];
    files.into_iter().map(|(path, text)| (RepoPath::from(path), text.into_bytes())).collect()
}

fn map(tracked: &[RepoPath]) -> String {
    let mut text = "\
# Packages

Who owns what. The most specific row wins, so a row for a folder takes it from `**`. A file that is added anywhere has
an owner from the first day: `unclaimed`, whose lane runs every test.

| Package | Domain | Consumers | Imported by | Class | Reviewers |
|---|---|---|---|---|---|
| `**` | unclaimed | | | | |
| `laneway.yaml`, `ownership-maps/**`, `lanes/**` | unclaimed | - | - | delivery | |
"
    .to_owned();
    let folders = folders(tracked);
    if !folders.is_empty() {
        text += "\n<!-- The folders of this repository, to be claimed: move a row into the table, name its domain, and give the\n\
                 domain a lane in `lanes/`. An empty cell means not known; `-` means none.\n\n";
        for (folder, domain) in &folders {
            text += &format!("| `{folder}/**` | {domain} | | | | |\n");
        }
        text += "-->\n";
    }
    text
}

/// Returns the folders at the root as patterns, each with a name for its domain. What the policy itself is in has its row.
fn folders(tracked: &[RepoPath]) -> BTreeMap<String, String> {
    let names: BTreeSet<&[u8]> = tracked
        .iter()
        .filter_map(|path| {
            let end = path.as_bytes().iter().position(|byte| *byte == b'/')?;
            Some(&path.as_bytes()[..end])
        })
        .filter(|name| !matches!(*name, b"ownership-maps" | b"lanes"))
        .collect();
    names
        .into_iter()
        .take(MOST_FOLDERS)
        .map(|name| {
            let domain = Some(slug(&String::from_utf8_lossy(name))).filter(|slug| !slug.is_empty());
            // The comment ends at the first `-->`.
            (literal(name).replace('>', "?"), domain.unwrap_or_else(|| "domain".to_owned()))
        })
        .collect()
}

fn lane(tracked: &[RepoPath]) -> String {
    let commands: Vec<&str> = TESTED_BY
        .iter()
        .filter(|(file, _)| tracked.iter().any(|path| path.as_bytes() == file.as_bytes()))
        .map(|(_, command)| *command)
        .collect();
    let gates = if commands.is_empty() {
        "    # No command was found. Until `run:` states one, evidence from outside must satisfy this gate.\n    \
         - id: all-tests\n      title: All tests of the repository\n      # run: make test\n"
            .to_owned()
    } else {
        commands.iter().map(|command| format!("    - {command}\n")).collect()
    };
    format!(
        "\
# The lane of everything that nobody has claimed. A domain of its own runs less: its own tests instead of all.
domain_lane:
  domain_id: unclaimed
  title: Not claimed yet
  kind: platform_service
  # reviewers: [\"@org/everyone\"]
  domain_local_gates:
{gates}"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;
    use crate::lanes::Lanes;
    use crate::ownership::OwnershipMap;
    use crate::quorum::Quorums;
    use crate::source::Source;

    fn text(files: &BTreeMap<RepoPath, Vec<u8>>, path: &str) -> Arc<Source> {
        let bytes = &files[path.as_bytes()];
        Source::new(path, std::str::from_utf8(bytes).expect("the skeleton is text"))
    }

    #[test]
    fn the_skeleton_is_sound_whatever_the_folders_are_called() {
        let names: [&[u8]; 9] = [
            b"apps/a",
            b"--> |x|`/b",
            b"\xff\xfe/c",
            b"[x]{y}*/d",
            b"\n\t/e",
            b"ownership-maps/f",
            b"x\\!/g",
            b"README",
            b"go.mod",
        ];
        let tracked: Vec<RepoPath> = names.into_iter().map(RepoPath::new).collect();
        let files = skeleton(&tracked);
        let (_, faults) = Config::parse(&text(&files, "laneway.yaml"));
        assert!(faults.is_empty(), "{faults:?}");
        let (lanes, faults) = Lanes::parse(&[text(&files, "lanes/unclaimed.yaml")]);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(lanes.gates["unclaimed.go-test"].run.as_deref(), Some("go test ./..."));
        let path = "ownership-maps/package-ownership.md";
        let map = text(&files, path);
        let (parsed, faults) = OwnershipMap::parse(&RepoPath::from(path), &map);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(parsed.rows.len(), 2, "what is offered is a comment");
        // What is offered is a table once it is moved.
        let claimed: String = map
            .text()
            .lines()
            .filter(|line| !line.starts_with("<!--") && *line != "-->")
            .collect::<Vec<_>>()
            .join("\n");
        let claimed = claimed.split("|\n\ndomain a lane").collect::<Vec<_>>();
        assert_eq!(claimed.len(), 2);
        let rows = claimed[1].split_once("\n\n").expect("rows follow the sentence").1;
        let text = format!("{}|\n{rows}\n", claimed[0]);
        let (parsed, faults) = OwnershipMap::parse(&RepoPath::from(path), &Source::new(path, text.as_str()));
        assert!(faults.is_empty(), "{faults:?}\n{text}");
        // Two folders whose names no cell can hold share a row.
        assert_eq!(parsed.rows.len(), 7, "{text}");
    }

    #[test]
    fn without_a_known_command_the_gate_asks_for_evidence() {
        let files = skeleton(&[]);
        let (lanes, faults) = Lanes::parse(&[text(&files, "lanes/unclaimed.yaml")]);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(lanes.gates["all-tests"].run, None);
        assert!(!text(&files, "ownership-maps/package-ownership.md").text().contains("<!--"));
    }

    #[test]
    fn the_configuration_shows_the_defaults() {
        let (shown, faults) = Config::parse(&Source::new("laneway.yaml", CONFIG));
        assert!(faults.is_empty(), "{faults:?}");
        let mode = shown.mode;
        assert_eq!(shown, Config { mode, ..Config::default() });
        // Every comment that is a key, uncommented, is a key that is known, and the value is the default.
        let all: String = CONFIG
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.split(':').next().is_some_and(is_key))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let (stated, faults) = Config::parse(&Source::new("laneway.yaml", all.as_str()));
        assert!(faults.is_empty(), "{faults:?}\n{all}");
        let expected = Config {
            mode,
            base: Some("origin/main".to_owned()),
            architecture_reviewers: Quorums::any(["@org/architecture"]),
            ..Config::default()
        };
        assert_eq!(stated, expected);
    }

    fn is_key(text: &str) -> bool {
        crate::config::KEYS.contains(&text)
    }
}
