//! CODEOWNERS: what a pattern matches, who owns what, what a host would reject; each through import as well.

use std::collections::BTreeSet;

use laneway::attribute::{Room, attribute_path};
use laneway::codeowners::write::write;
use laneway::codeowners::{CodeOwners, Dialect};
use laneway::config::Config;
use laneway::import::codeowners::{differences, import};
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};

use crate::{Case, cases, pairs};

/// Reads a file that must be sound.
pub(crate) fn sound(dialect: Dialect, text: &str) -> CodeOwners {
    let (file, faults) = CodeOwners::read(dialect, &RepoPath::from("CODEOWNERS"), text.as_bytes());
    assert!(faults.is_empty(), "{text}\n{faults:?}");
    file
}

/// Imports a file, proves it, writes it back, and checks that all three say the same of every file of the tree.
pub(crate) fn round(file: &CodeOwners, tree: &[RepoPath], keep_dead: bool) -> Policy {
    let imported = import(file, tree, &Config::default(), keep_dead);
    let files = || imported.files().map(|(path, text)| format!("{path}\n{text}")).collect::<String>();
    let policy = imported.policy(&PolicyFiles::default());
    assert!(!policy.is_broken(), "{}\n{:?}", files(), policy.faults);
    let different = differences(file, &policy, tree);
    assert!(different.is_empty(), "{}\n{}\n{different:?}", file.source.text(), files());
    let written = write(file.dialect, &policy, tree).unwrap();
    assert!(written.differences.is_empty(), "{}\n{}\n{written:?}", file.source.text(), files());
    let again = sound(file.dialect, &written.text);
    for path in tree {
        let (before, after) = (file.owners(path).unwrap_or_default(), again.owners(path).unwrap_or_default());
        assert_eq!(before, after, "{path}\n{}\n{}\n{}", file.source.text(), files(), written.text);
    }
    policy
}

fn file_of(case: &Case) -> (Dialect, &str) {
    let of = |word, dialect| case.block(word).map(|text| (dialect, text));
    of("github", Dialect::GitHub).or_else(|| of("gitlab", Dialect::GitLab)).unwrap()
}

#[test]
fn github_patterns_match_what_github_says() {
    let mut verdicts = 0;
    for case in cases("codeowners/patterns.md") {
        let pattern = case.block("pattern").unwrap().trim_end();
        let file = sound(Dialect::GitHub, &format!("{pattern} @x\n"));
        let paths: Vec<(bool, RepoPath)> = case
            .block("paths")
            .unwrap()
            .lines()
            .map(|line| (line.starts_with("yes"), RepoPath::from(line[4..].trim())))
            .collect();
        let mut tree: Vec<RepoPath> = paths.iter().map(|(_, path)| path.clone()).collect();
        tree.sort();
        let imported = import(&file, &tree, &Config::default(), true);
        let policy = imported.policy(&PolicyFiles::default());
        assert!(!policy.is_broken(), "{}: {:?}", case.name, policy.faults);
        for (expected, path) in paths {
            let name = format!("{}: {pattern} and {path}\n{:?}", case.name, imported.maps);
            assert_eq!(file.owners(&path).is_some(), expected, "{name}");
            let (owners, _) = attribute_path(&policy, &path, &mut Room::default());
            let domains = owners.iter().flat_map(|hit| policy.owners(&policy.rows[hit.row]));
            let domains: BTreeSet<&str> = domains.map(|domain| domain.as_str()).collect();
            assert_eq!(domains, [if expected { "x" } else { "unclaimed" }].into(), "{name}");
            verdicts += 1;
        }
    }
    assert_eq!(verdicts, 153);
}

#[test]
fn owners_are_those_of_the_last_line_of_every_section() {
    for case in cases("codeowners/resolve.md") {
        let (dialect, text) = file_of(&case);
        let file = sound(dialect, text);
        let mut tree = Vec::new();
        for (path, expected) in pairs(case.block("owners").unwrap()) {
            let path = RepoPath::from(path);
            let owners = file.owners(&path);
            let expected: Option<BTreeSet<&str>> = match expected {
                "-" => None,
                "nobody" => Some(BTreeSet::new()),
                owners => Some(owners.split(' ').collect()),
            };
            assert_eq!(owners, expected, "{}: {path}", case.name);
            tree.push(path);
        }
        tree.sort();
        for keep_dead in [false, true] {
            round(&file, &tree, keep_dead);
        }
    }
}

#[test]
fn what_a_host_would_reject_is_a_fault_at_its_place() {
    for case in cases("codeowners/faults.md") {
        let (dialect, text) = file_of(&case);
        let (_, faults) = CodeOwners::read(dialect, &RepoPath::from("CODEOWNERS"), text.as_bytes());
        let mut found: Vec<String> = faults
            .iter()
            .map(|fault| {
                let place = fault.place.as_ref().unwrap();
                assert!(!fault.help.is_empty() && !fault.label.is_empty(), "{fault:?}");
                format!("{} {} {}", place.line(), fault.code.as_str(), &text[place.span.clone()])
            })
            .collect();
        let mut expected: Vec<String> = case.block("faults").unwrap().lines().map(str::to_owned).collect();
        let line = |text: &String| text.split(' ').next().unwrap().parse::<u32>().unwrap();
        found.sort_by_key(|text| (line(text), text.clone()));
        expected.sort_by_key(|text| (line(text), text.clone()));
        let trimmed =
            |list: Vec<String>| list.into_iter().map(|one| one.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(trimmed(found), trimmed(expected), "{}", case.name);
    }
}

#[test]
fn a_file_that_the_host_would_not_load_is_a_fault() {
    let read = |bytes: &[u8]| CodeOwners::read(Dialect::GitHub, &RepoPath::from("CODEOWNERS"), bytes).1;
    let large = "# a comment that is long\n".repeat(200_000);
    assert_eq!(read(large.as_bytes())[0].code.as_str(), "laneway::policy::too_large");
    assert_eq!(read(b"a @b\n\xff @c\n")[0].code.as_str(), "laneway::policy::not_utf8");
    assert!(read(b"").is_empty());
    let long_line = format!("{} @a\n", "x".repeat(1 << 20));
    assert!(read(long_line.as_bytes()).is_empty());
    let deep = format!("{} @a\n", "x/".repeat(500));
    assert_eq!(read(deep.as_bytes())[0].code.as_str(), "laneway::codeowners::syntax");
}

#[test]
fn the_dialect_is_told_by_place_and_lines() {
    let detect = |path: &str, text: &str, tree: &[&str]| {
        let tree: Vec<RepoPath> = tree.iter().map(|path| RepoPath::from(*path)).collect();
        Dialect::detect(&RepoPath::from(path), text, &tree)
    };
    assert_eq!(detect(".github/CODEOWNERS", "[Docs]\n", &[".gitlab-ci.yml"]), Dialect::GitHub);
    assert_eq!(detect(".gitlab/CODEOWNERS", "* @a\n", &[]), Dialect::GitLab);
    assert_eq!(detect("CODEOWNERS", "* @a\n# [not] @@a\n!a\n[id]/x.ts @a\n", &["a"]), Dialect::GitHub);
    assert_eq!(detect("CODEOWNERS", "* @a\n", &[".gitlab-ci.yml", "a"]), Dialect::GitLab);
    assert_eq!(detect("CODEOWNERS", "* @a\n", &[".github/x", ".gitlab-ci.yml"]), Dialect::GitHub);
    for line in ["[Docs] @a", "^[Docs]", "[Docs][2]", "* @@owner"] {
        assert_eq!(detect("docs/CODEOWNERS", &format!("* @a\n{line}\n"), &[]), Dialect::GitLab, "{line}");
    }
}

#[test]
fn a_line_for_everything_owns_what_is_added_tomorrow() {
    let tree = [RepoPath::from("a/b")];
    for (dialect, text, expected) in [
        (Dialect::GitHub, "* @all\n/a/ @a\n", "@all"),
        (Dialect::GitLab, "* @all\n/a/ @a\n[Two] @two\n*\n/a/ @b\n", "@all, @two"),
        (Dialect::GitLab, "* @all\n/a/ @a\n[Two]\n/a/ @b\n", "@all"),
    ] {
        let policy = round(&sound(dialect, text), &tree, false);
        let (owners, _) = attribute_path(&policy, &RepoPath::from("new"), &mut Room::default());
        let asked: Vec<&str> = owners.iter().flat_map(|hit| policy.rows[hit.row].reviewers.names()).collect();
        assert_eq!(asked.join(", "), expected, "{text}");
    }
}

#[test]
fn reviewers_whom_a_host_cannot_ask_are_faults_of_export() {
    let map = "| Package | Domain | Reviewers |\n|---|---|---|\n| `a/**` | one | the team |\n";
    let mut files = PolicyFiles::default();
    files.files.insert(RepoPath::from("ownership-maps/a.md"), map.as_bytes().into());
    let policy = Policy::load(&files);
    let faults = write(Dialect::GitHub, &policy, &[RepoPath::from("a/b")]).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains("`the team`") && faults[0].place.is_some(), "{faults:?}");
}

#[test]
fn quorums_that_codeowners_cannot_say_are_named() {
    let map = "| Package | Domain | Reviewers |\n|---|---|---|\n\
        | `a/**` | one | all of @a, @b |\n| `b/**` | two | |\n| `c/**` | one | @a, @b |\n| `d/**` | one | @a, any of @b |\n";
    let lane = "domain_lane: {domain_id: two, reviewers: [{at_least: 2, of: ['@c', '@d']}]}\n";
    let mut files = PolicyFiles::default();
    files.files.insert(RepoPath::from("ownership-maps/a.md"), map.as_bytes().into());
    files.files.insert(RepoPath::from("lanes/two.yaml"), lane.as_bytes().into());
    let policy = Policy::load(&files);
    assert!(!policy.is_broken(), "{:?}", policy.faults);
    let tree = ["a/x", "b/x", "c/x", "d/x"].map(RepoPath::from);
    let written = write(Dialect::GitHub, &policy, &tree).unwrap();
    assert!(written.differences.is_empty() && written.text.contains("/a/ @a @b\n"), "{written:?}");
    assert_eq!(
        written.weakened,
        [
            "ownership-maps/a.md:3 all of @a, @b",
            "ownership-maps/a.md:6 any of @a; any of @b",
            "lanes/two.yaml:1 2 of @c, @d",
        ]
    );
}

#[test]
fn what_no_pattern_can_say_is_said_file_by_file() {
    let map = "| Package | Domain | Reviewers |\n|---|---|---|\n\
        | `a/[bc].txt`, `a/{d,e}/**`, `!a/d/x` | one | @one |\n| `a/**` | two | @two |\n| `x**y` | three | @three |\n";
    let mut files = PolicyFiles::default();
    files.files.insert(RepoPath::from("ownership-maps/a.md"), map.as_bytes().into());
    let policy = Policy::load(&files);
    assert!(!policy.is_broken(), "{:?}", policy.faults);
    let tree = ["a/b.txt", "a/c.txt", "a/d/x", "a/d/z", "a/e/x", "a/z.txt", "q", "x/1/y"].map(RepoPath::from);
    for dialect in [Dialect::GitHub, Dialect::GitLab] {
        let written = write(dialect, &policy, &tree).unwrap();
        assert!(written.differences.is_empty(), "{written:?}");
        assert_eq!(written.unsaid.len(), 2, "{written:?}");
        assert_eq!(written.named, 4, "{written:?}");
        let file = sound(dialect, &written.text);
        assert_eq!(file.owners(&tree[2]), Some(["@two"].into()), "{}", written.text);
        assert_eq!(file.owners(&tree[7]), Some(["@three"].into()), "{}", written.text);
        assert_eq!(file.owners(&tree[6]), None, "{}", written.text);
    }
}
