//! What moved: the same pairs as git finds.

use std::collections::BTreeMap;

use laneway::base::Flags;
use laneway::git::Resolved;

use crate::support::Repo;

type Pairs = BTreeMap<String, String>;

fn ours(repo: &Repo, resolved: &Resolved) -> Pairs {
    let renames = repo.open().renames(resolved).unwrap();
    renames.iter().map(|(old, new)| (old.to_string(), new.to_string())).collect()
}

fn git_s(repo: &Repo, arguments: &[&str]) -> Pairs {
    let mut all = vec!["-c", "diff.renameLimit=1000", "diff", "-M", "--name-status", "--diff-filter=R", "-z"];
    all.extend(arguments);
    let output = repo.git_bytes(&all);
    let parts: Vec<String> = output
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    parts.chunks(3).map(|part| (part[1].clone(), part[2].clone())).collect()
}

/// A text of its own: lines that no other text has, but for those that are asked for.
fn text(name: &str, lines: std::ops::Range<usize>) -> String {
    lines.map(|line| format!("line {line} of the file {name}\n")).collect()
}

/// Ten files of 40 lines in two folders, and the same on a branch after `edit`.
fn moved(edit: impl FnOnce(&Repo)) -> Repo {
    let repo = Repo::new();
    for at in 0..10 {
        let name = format!("f{at}");
        repo.write(&format!("{}/{name}.rs", ["a", "b"][at % 2]), &text(&name, 0..40));
    }
    repo.write("empty", "");
    repo.write("same/one.txt", "the same\n");
    repo.write("same/two.txt", "the same\n");
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    edit(&repo);
    repo
}

fn scenario(repo: &Repo) {
    // Moved as it is; moved and edited; moved, edited and renamed; renamed with another extension.
    repo.git(&["mv", "a/f0.rs", "b/f0.rs"]);
    repo.remove("a/f2.rs");
    repo.write("c/f2.rs", &(text("f2", 0..35) + &text("new", 0..5)));
    repo.remove("a/f4.rs");
    repo.write("c/other.rs", &(text("f4", 10..40) + &text("new", 5..15)));
    repo.remove("a/f6.rs");
    repo.write("a/f6.ts", &(text("f6", 0..30) + &text("new", 15..25)));
    // Too little is left of this one.
    repo.remove("b/f1.rs");
    repo.write("c/f1.rs", &(text("f1", 0..10) + &text("new", 25..60)));
    // Two with one content: the one of the same name is meant.
    repo.git(&["mv", "same", "moved"]);
    // Split in two: the larger half is what it became.
    repo.remove("b/f3.rs");
    repo.write("c/half.rs", &text("f3", 0..24));
    repo.write("c/rest.rs", &text("f3", 24..40));
    // Changed where it is, and gone for good.
    repo.write("b/f5.rs", &text("f5", 3..40));
    repo.remove("b/f7.rs");
}

fn expected() -> Pairs {
    let pairs = [
        ("a/f0.rs", "b/f0.rs"),
        ("a/f2.rs", "c/f2.rs"),
        ("a/f4.rs", "c/other.rs"),
        ("a/f6.rs", "a/f6.ts"),
        ("b/f3.rs", "c/half.rs"),
        ("same/one.txt", "moved/one.txt"),
        ("same/two.txt", "moved/two.txt"),
    ];
    pairs.into_iter().map(|(old, new)| (old.to_owned(), new.to_owned())).collect()
}

#[test]
fn between_commits() {
    let repo = moved(scenario);
    repo.commit("edit");
    assert_eq!(ours(&repo, &repo.between("main", "topic")), expected());
    assert_eq!(git_s(&repo, &["main...topic"]), expected());
}

#[test]
fn in_the_index_and_on_the_disk() {
    let repo = moved(scenario);
    // Nothing of it is tracked yet but what `git mv` staged.
    assert_eq!(ours(&repo, &repo.by_ci(&[])), expected());
    repo.git(&["add", "-A"]);
    let staged = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_eq!(ours(&repo, &staged), expected());
    assert_eq!(git_s(&repo, &["--cached"]), expected());
    // The disk counts, whatever the index says.
    repo.remove("c/f2.rs");
    repo.write("c/later.rs", &(text("f2", 0..38)));
    let mut later = expected();
    later.insert("a/f2.rs".to_owned(), "c/later.rs".to_owned());
    assert_eq!(ours(&repo, &repo.by_ci(&[])), later);
}

#[test]
fn links_and_submodules_are_no_files() {
    let repo = moved(|repo| {
        repo.git(&["rm", "-q", "-f", "a/f0.rs"]);
        // A link whose target is the text of a file has its blob, and is another thing all the same.
        repo.git(&["rm", "-q", "same/one.txt", "same/two.txt"]);
        std::os::unix::fs::symlink("the same\n", repo.path.join("link.txt")).unwrap();
        let head = repo.id("HEAD");
        repo.git(&["add", "-A"]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub.rs")]);
        repo.git(&["commit", "-q", "-m", "edit"]);
    });
    let resolved = repo.between("main", "topic");
    assert_eq!(ours(&repo, &resolved), git_s(&repo, &["main...topic"]));
    assert!(ours(&repo, &resolved).is_empty());
}

#[test]
fn a_base_that_is_missing_moves_nothing() {
    let repo = moved(scenario);
    repo.git(&["checkout", "-q", "--orphan", "alone"]);
    repo.commit("alone");
    let resolved = repo.by_flags(&crate::support::flags("main", "alone")).unwrap();
    assert!(resolved.change.provenance.missing.is_some());
    assert!(ours(&repo, &resolved).is_empty());
}

#[test]
fn a_random_reshuffle_is_git_s() {
    let mut state = 7_u64;
    let mut roll = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let repo = Repo::new();
    let names: Vec<String> = (0..60).map(|at| format!("d{}/file{at}.rs", at % 7)).collect();
    for name in &names {
        repo.write(name, &text(name, 0..50));
    }
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    for (at, name) in names.iter().enumerate() {
        repo.remove(name);
        let kept = usize::try_from(roll(51)).unwrap();
        let content = text(name, 0..kept) + &text(&format!("new{at}"), kept..50);
        let target = match roll(3) {
            0 => format!("moved/file{at}.rs"),
            1 => format!("moved/other{at}.rs"),
            _ => format!("d{}/{at}.rs", roll(9)),
        };
        repo.write(&target, &content);
    }
    repo.commit("edit");
    let (ours, git_s) = (ours(&repo, &repo.between("main", "topic")), git_s(&repo, &["main...topic"]));
    assert!(ours.len() > 15, "{ours:?}");
    assert_eq!(ours, git_s);
}
