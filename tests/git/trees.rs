//! Kinds of entries, and names that only git would allow.

use std::os::unix::ffi::OsStrExt;

use crate::support::{Repo, letters, present, run};

/// Commits on top of `main` what `edit` does, and compares with git.
fn compared(repo: &Repo, edit: impl FnOnce(&Repo)) -> String {
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    edit(repo);
    repo.git(&["commit", "-q", "-a", "--allow-empty", "-m", "edit"]);
    let resolved = repo.between("main", "topic");
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
    resolved
        .change
        .files
        .iter()
        .map(|file| format!("{} {}", file.status.letter(), file.path))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn mode_change() {
    let repo = Repo::new();
    repo.write("run.sh", "x");
    let files = compared(&repo, |repo| {
        repo.git(&["update-index", "--chmod=+x", "run.sh"]);
        repo.git(&["commit", "-q", "-m", "mode"]);
        repo.git(&["checkout", "-q", "-f"]);
    });
    assert_eq!(files, "M run.sh");
}

#[test]
fn symlink() {
    let repo = Repo::new();
    repo.write("target.txt", "x");
    repo.write("becomes-link.txt", "x");
    std::os::unix::fs::symlink("target.txt", repo.path.join("moves")).unwrap();
    let files = compared(&repo, |repo| {
        repo.remove("becomes-link.txt");
        std::os::unix::fs::symlink("target.txt", repo.path.join("becomes-link.txt")).unwrap();
        repo.remove("moves");
        std::os::unix::fs::symlink("elsewhere", repo.path.join("moves")).unwrap();
        std::os::unix::fs::symlink("nowhere", repo.path.join("new")).unwrap();
        repo.git(&["add", "-A"]);
    });
    assert_eq!(files, "M becomes-link.txt, M moves, A new");
}

#[test]
fn file_becomes_folder() {
    let repo = Repo::new();
    repo.write("a", "x");
    repo.write("b/c", "x");
    repo.write("b.txt", "x");
    let files = compared(&repo, |repo| {
        repo.remove("a");
        repo.write("a/inside", "x");
        repo.remove("b/c");
        std::fs::remove_dir(repo.path.join("b")).unwrap();
        repo.write("b", "x");
        repo.git(&["add", "-A"]);
    });
    assert_eq!(files, "D a, A a/inside, A b, D b/c");
}

#[test]
fn submodule_move() {
    let inner = Repo::with_topic();
    let repo = Repo::new();
    let url = format!("file://{}", inner.path.display());
    repo.git(&["submodule", "--quiet", "add", "-b", "main", &url, "third_party/inner"]);
    let files = compared(&repo, |repo| {
        let folder = repo.path.join("third_party/inner");
        run(&folder, &["checkout", "-q", "origin/topic"], 0);
        repo.git(&["add", "third_party/inner"]);
    });
    assert_eq!(files, "M third_party/inner");
}

#[test]
fn rename_counts_on_both_sides() {
    let repo = Repo::new();
    repo.write("old/name.txt", "the same text on both sides\n");
    let files = compared(&repo, |repo| {
        std::fs::create_dir(repo.path.join("new")).unwrap();
        repo.git(&["mv", "old/name.txt", "new/name.txt"]);
    });
    assert_eq!(files, "A new/name.txt, D old/name.txt");
    let resolved = repo.between("main", "topic");
    assert_eq!(present(&resolved, "old/name.txt"), ["merge_base", "base_tip"]);
    assert_eq!(present(&resolved, "new/name.txt"), ["head"]);
}

#[test]
fn case_only_rename() {
    let repo = Repo::new();
    repo.write("README.md", "x");
    let files = compared(&repo, |repo| {
        repo.git(&["mv", "README.md", "readme.md"]);
    });
    assert_eq!(files, "D README.md, A readme.md");
}

#[test]
fn odd_names() {
    let repo = Repo::new();
    repo.write("plain", "x");
    let names: [&[u8]; 8] = [
        b"with space.txt",
        b"\"quoted\".txt",
        b"new\nline.txt",
        b"tab\there.txt",
        b"back\\slash.txt",
        b"latin1-\xe9.txt",
        "\u{e9}t\u{e9}/\u{65e5}\u{672c}.txt".as_bytes(),
        b" leading and trailing ",
    ];
    compared(&repo, |repo| {
        for name in names {
            let full = repo.path.join(std::ffi::OsStr::from_bytes(name));
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, "x").unwrap();
        }
        repo.git(&["add", "-A"]);
    });
    let resolved = repo.between("main", "topic");
    let mut expected: Vec<Vec<u8>> = names.iter().map(|name| name.to_vec()).collect();
    expected.sort();
    assert_eq!(letters(&resolved).into_keys().collect::<Vec<_>>(), expected);
}
