//! The working tree and the index, in every state that a path can have.

use std::collections::BTreeMap;

use laneway::base::Flags;
use laneway::change::Sides;
use laneway::path::RepoPath;

use crate::support::{Repo, letters, run};

/// What git says differs from `main`, with the untracked files that it lists.
fn expected(repo: &Repo) -> BTreeMap<Vec<u8>, char> {
    let mut files = repo.diff(&["main"]);
    let untracked = repo.git_bytes(&["ls-files", "--others", "--exclude-standard", "-z"]);
    for path in untracked.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        files.entry(path.to_vec()).or_insert('A');
    }
    files
}

#[test]
fn every_state_at_once() {
    let repo = Repo::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "dir/i"] {
        repo.write(name, name);
    }
    repo.write(".gitignore", "*.o\n");
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("a", "changed in a commit");
    repo.write("b", "changed in a commit, and back on the disk");
    repo.write("new", "in a commit");
    repo.write("short-lived", "in a commit, gone from the disk");
    repo.remove("c");
    repo.commit("edit");
    repo.write("b", "b");
    repo.write("c", "c");
    repo.remove("short-lived");
    repo.write("d", "changed on the disk");
    repo.write("e", "staged");
    repo.git(&["add", "e"]);
    repo.write("e", "staged, and changed again");
    repo.remove("f");
    repo.git(&["rm", "-q", "g"]);
    repo.write("intended", "x");
    repo.git(&["add", "-N", "intended"]);
    repo.write("untracked/one", "x");
    repo.write("untracked/two", "x");
    repo.write("ignored.o", "x");
    repo.write("staged-and-gone", "x");
    repo.git(&["add", "staged-and-gone"]);
    repo.remove("staged-and-gone");
    run(&repo.path, &["update-index", "--chmod=+x", "h"], 0);
    let mut expected = expected(&repo);
    // Git says that `c` is deleted because it is not tracked any more; the disk has it as `main` does.
    assert_eq!(expected.remove(b"c".as_slice()), Some('D'));
    // The index says that `h` may be executed, the disk does not, and neither does `main`.
    expected.remove(b"h".as_slice());
    assert_eq!(letters(&repo.by_ci(&[])), expected);
    let staged = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_eq!(letters(&staged), repo.diff(&["--cached"]));
}

#[test]
fn conflict() {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "theirs");
    repo.commit("main goes on");
    let _ = std::process::Command::new("git")
        .current_dir(&repo.path)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "merge", "-q", "topic"])
        .output()
        .unwrap();
    assert!(repo.git(&["status", "--porcelain"]).contains("UU a.txt"));
    assert_eq!(letters(&repo.by_ci(&[])), expected(&repo));
    let staged = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_eq!(letters(&staged), repo.diff(&["--cached"]));
}

#[test]
fn dirty_submodules() {
    let inner = Repo::with_topic();
    inner.git(&["checkout", "-q", "main"]);
    let repo = Repo::new();
    let url = format!("file://{}", inner.path.display());
    for name in ["clean", "moved", "edited", "littered", "unnamed"] {
        repo.git(&["submodule", "--quiet", "add", &url, name]);
    }
    repo.git(&["config", "-f", ".gitmodules", "submodule.moved.ignore", "all"]);
    repo.git(&["config", "-f", ".gitmodules", "--remove-section", "submodule.unnamed"]);
    repo.commit("base");
    for name in ["moved", "unnamed"] {
        run(&repo.path.join(name), &["checkout", "-q", "origin/topic"], 0);
    }
    repo.write("edited/a.txt", "x");
    repo.write("littered/untracked.txt", "x");
    let found: Vec<Vec<u8>> = letters(&repo.by_ci(&[])).into_keys().collect();
    assert_eq!(found, ["edited", "littered", "moved", "unnamed"].map(|name| name.as_bytes().to_vec()));
}

#[test]
fn untracked_repository() {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    run(&repo.path, &["init", "-q", "nested"], 0);
    repo.write("nested/file.txt", "x");
    assert_eq!(letters(&repo.by_ci(&[])), BTreeMap::from([(b"nested".to_vec(), 'A')]));
}

#[test]
fn sides_of_a_file_list() {
    let repo = Repo::with_topic();
    repo.write("untracked.txt", "x");
    repo.remove("dir/c.txt");
    let paths = ["a.txt", "b.txt", "dir/c.txt", "dir/new.txt", "untracked.txt", "dir"].map(RepoPath::from);
    let sides = repo.open().present_sides(&paths).unwrap();
    let words = |path: &str| -> Vec<&str> {
        sides[&RepoPath::from(path)].iter().map(laneway::change::Side::as_str).collect()
    };
    assert_eq!(words("a.txt"), ["merge_base", "base_tip", "head"]);
    assert_eq!(words("dir/c.txt"), ["merge_base", "base_tip"]);
    assert_eq!(words("dir/new.txt"), ["merge_base", "base_tip", "head"]);
    assert_eq!(words("untracked.txt"), ["head"]);
    assert_eq!(sides[&RepoPath::from("b.txt")], Sides::ALL);
    assert_eq!(sides[&RepoPath::from("dir")], Sides::ALL);
    let list = laneway::files_from::from_arguments(paths.iter().map(RepoPath::as_bytes)).unwrap();
    let files = repo.open().listed_files(&list).unwrap();
    assert_eq!(files.iter().map(|file| file.status.letter()).collect::<String>(), "MMDMAM");
}

#[test]
fn sparse_checkout() {
    let repo = Repo::new();
    repo.write("a/a.txt", "x");
    repo.write("ownership-maps/map.md", "| Package | Domain |");
    repo.commit("base");
    repo.git(&["sparse-checkout", "set", "--no-sparse-index", "a"]);
    assert!(!repo.path.join("ownership-maps").exists());
    let resolved = repo.by_ci(&[]);
    assert_eq!(letters(&resolved), BTreeMap::new());
    let policy = repo.open().policy_files(&resolved, laneway::change::Side::Head).unwrap();
    assert_eq!(policy.files.len(), 1);
}

#[test]
fn submodules_that_are_not_checked_out() {
    let inner = Repo::with_topic();
    let origin = Repo::new();
    let url = format!("file://{}", inner.path.display());
    for name in ["empty", "gone"] {
        origin.git(&["submodule", "--quiet", "add", &url, name]);
    }
    origin.commit("base");
    let repo = origin.clone("clone", &[]);
    std::fs::remove_dir(repo.path.join("gone")).unwrap();
    assert_eq!(letters(&repo.by_ci(&[])), repo.diff(&["HEAD"]));
    assert_eq!(letters(&repo.by_ci(&[])), BTreeMap::from([(b"gone".to_vec(), 'D')]));
}

#[test]
fn filters_and_line_ends() {
    let repo = Repo::new();
    repo.write(".gitattributes", "*.txt text eol=crlf\n");
    repo.write("same.txt", "one\r\ntwo\r\n");
    repo.write("other.txt", "one\r\ntwo\r\n");
    repo.commit("base");
    repo.write("other.txt", "one\r\nthree\r\n");
    repo.write("same.txt", "one\r\ntwo\r\n");
    assert_eq!(letters(&repo.by_ci(&[])), BTreeMap::from([(b"other.txt".to_vec(), 'M')]));
}
