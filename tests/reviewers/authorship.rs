//! Who wrote what a change touches, against `git blame`.

use std::collections::{BTreeMap, BTreeSet};

use laneway::base::{Flags, request};
use laneway::git::{Bounds, Repository as Git};

use crate::repository::{Repository, names};

fn resolved(repository: &Repository) -> (Git, laneway::git::Resolved) {
    let git = Git::open(repository.root()).unwrap();
    let flags = Flags {
        base: Some("main".to_owned()),
        head: Some("feature".to_owned()),
        exact: false,
        staged: false,
    };
    let nothing = |_: &str| Err("there is no event".to_owned());
    let asked = request(&flags, &BTreeMap::new(), &|| None, &nothing).unwrap();
    let resolved = git.change(&asked).unwrap();
    (git, resolved)
}

/// Counts the lines of `main` that the diff to `feature` removes, by the address that `git blame` has for each.
fn by_git_blame(repository: &Repository, file: &str) -> BTreeMap<String, u64> {
    let diff = repository.git(&["diff", "-U0", "--diff-algorithm=histogram", "main", "feature", "--", file]);
    let mut wrote = BTreeMap::new();
    for hunk in diff.lines().filter_map(|line| line.strip_prefix("@@ -")) {
        let old = hunk.split(' ').next().unwrap();
        let (start, count) = old.split_once(',').unwrap_or((old, "1"));
        if count == "0" {
            continue;
        }
        let lines = format!("{start},+{count}");
        let blame = repository.git(&["blame", "--line-porcelain", "-L", &lines, "main", "--", file]);
        for mail in blame.lines().filter_map(|line| line.strip_prefix("author-mail <")) {
            *wrote.entry(mail.trim_end_matches('>').to_owned()).or_default() += 1;
        }
    }
    wrote
}

fn history() -> Repository {
    let repository = Repository::new();
    repository.git(&["checkout", "-q", "main"]);
    let line = |at: usize, by: &str| format!("{by} wrote line {at}\n");
    let mut lines: Vec<String> = (0..60).map(|at| line(at, "zoe")).collect();
    repository.write("web/long.ts", &lines.concat());
    repository.commit("Begin", "Zoe <zoe@example.com>");
    for (step, who) in ["bob", "dan", "bob", "eve", "dan"].into_iter().enumerate() {
        for at in (step..lines.len()).step_by(4 + step) {
            lines[at] = line(at, &format!("{who} {step}"));
        }
        lines.insert(step * 9, format!("{who} inserted {step}\n"));
        repository.write("web/long.ts", &lines.concat());
        repository.commit("Go on", &format!("{who} <{who}@example.com>"));
    }
    repository.git(&["checkout", "-q", "feature"]);
    repository.git(&["merge", "-q", "--no-edit", "main"]);
    for at in [3, 4, 5, 17, 30, 31, 50] {
        lines[at] = format!("ada changed {at}\n");
    }
    lines.truncate(60);
    repository.write("web/long.ts", &lines.concat());
    repository.commit("Touch", "Ada <ada@example.com>");
    repository
}

#[test]
fn the_lines_are_those_of_git_blame() {
    let repository = history();
    let (git, resolved) = resolved(&repository);
    let found = git.authorship(&resolved, Bounds::default());
    let mut expected = by_git_blame(&repository, "web/long.ts");
    for (author, lines) in by_git_blame(&repository, "billing/ledger.go") {
        *expected.entry(author).or_default() += lines;
    }
    assert!(expected.len() > 2 && expected.values().sum::<u64>() > 10, "{expected:?}");
    assert_eq!(found.wrote, expected);
    assert_eq!((found.files, found.left_out), (2, 0));
    assert!(found.unread.is_empty(), "{:?}", found.unread);
}

#[test]
fn the_bounds_hold_and_what_is_old_counts_for_nobody() {
    let repository = history();
    let (git, resolved) = resolved(&repository);
    let bounds = Bounds { files: 1, ..Bounds::default() };
    let found = git.authorship(&resolved, bounds);
    assert_eq!((found.files, found.left_out), (1, 1));
    assert_eq!(found.wrote.keys().collect::<Vec<_>>(), ["zoe@example.com"]);
    let found = git.authorship(&resolved, Bounds { lines: 3, ..Bounds::default() });
    assert_eq!(found.wrote.values().sum::<u64>(), 3);
    let found = git.authorship(&resolved, Bounds { age: -3600, ..Bounds::default() });
    assert!(found.wrote.is_empty(), "{found:?}");
}

#[test]
fn a_merge_is_nobodys_writing() {
    let repository = history();
    let (git, resolved) = resolved(&repository);
    let authors: Vec<String> = git.authors(&resolved).unwrap().into_iter().collect();
    assert_eq!(authors, ["ada@example.com"], "neither of the merge nor of what main has");
}

#[test]
fn who_wrote_it_is_asked_before_who_did_not() {
    let repository = history();
    let text = std::fs::read_to_string(repository.root().join("web/long.ts")).unwrap();
    let mended = text.lines().map(|line| line.strip_prefix("dan ").unwrap_or(line).to_owned() + "\n");
    repository.write("web/long.ts", &mended.collect::<String>());
    repository.git(&["checkout", "-qb", "mend"]);
    repository.commit("Mend", "Zoe <zoe@example.com>");
    // Of the team, bob and dan are equal otherwise; only lines that dan wrote are touched.
    let asked = |seed: u32, more: &[&str]| {
        let seed = seed.to_string();
        let arguments = [&["--base", "feature", "--seed", &seed], more].concat();
        let document = repository.asked(&arguments);
        (names(&document).join(" "), document["asked"][0]["because"]["kind"].as_str().unwrap().to_owned())
    };
    let weighed: BTreeSet<_> = (0..8).map(|seed| asked(seed, &["--authorship"])).collect();
    assert_eq!(weighed.into_iter().collect::<Vec<_>>(), [("dan".to_owned(), "authorship".to_owned())]);
    let drawn: BTreeSet<_> = (0..8).map(|seed| asked(seed, &[])).collect();
    assert_eq!(drawn.len(), 2, "{drawn:?}");
}
