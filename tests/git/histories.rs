//! Shapes of history, and kinds of repository.

use laneway::base::Flags;
use laneway::change::{ChangeSource, Confidence, MissingBase};
use laneway::fault::Code;
use laneway::git::{HeadState, Repository};

use crate::support::{Repo, assert_found, assert_missing, flags, letters, present, run};

/// `main` and `topic`, three commits each since they parted.
fn parted() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "0");
    repo.commit("base");
    repo.git(&["branch", "topic"]);
    for (branch, file) in [("main", "main.txt"), ("topic", "topic.txt")] {
        repo.git(&["checkout", "-q", branch]);
        for round in ["1", "2", "3"] {
            repo.write(file, round);
            repo.commit(round);
        }
    }
    repo
}

#[test]
fn shallow_clone_that_reaches() {
    let origin = parted();
    let repo = origin.clone("clone", &["--depth=4", "--no-single-branch"]);
    assert_eq!(repo.git(&["rev-parse", "--is-shallow-repository"]), "true");
    let resolved = repo.between("origin/main", "origin/topic");
    let merge_base = origin.merge_base("main", "topic");
    assert_found(&resolved, "flag", Confidence::Certain, &merge_base, &origin.id("topic"));
    assert_eq!(letters(&resolved), origin.diff(&["main...topic"]));
}

#[test]
fn shallow_clone_that_does_not_reach() {
    let origin = parted();
    let repo = origin.clone("clone", &["--depth=2", "--no-single-branch"]);
    let resolved = repo.between("origin/main", "origin/topic");
    assert_missing(&resolved, "flag", &MissingBase::Shallow);
    assert_eq!(resolved.base_tip.unwrap().to_string(), repo.id("origin/main"));
    assert_eq!(resolved.head.commit().unwrap().to_string(), repo.id("origin/topic"));
}

#[test]
fn unrelated_histories() {
    let repo = parted();
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.commit("another root");
    let resolved = repo.between("main", "other");
    assert_missing(&resolved, "flag", &MissingBase::Unrelated);
    assert_eq!(resolved.base_tip.unwrap().to_string(), repo.id("main"));
}

#[test]
fn criss_cross() {
    let repo = parted();
    let (main, topic) = (repo.id("main"), repo.id("topic"));
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "one", &topic]);
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "two", &main]);
    repo.write("topic.txt", "4");
    repo.commit("on");
    assert_eq!(repo.git(&["merge-base", "--all", "main", "topic"]).lines().count(), 2);
    let resolved = repo.between("main", "topic");
    assert_found(&resolved, "flag", Confidence::Likely, &repo.merge_base("main", "topic"), &repo.id("topic"));
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
}

#[test]
fn octopus_merge() {
    let repo = parted();
    repo.git(&["checkout", "-q", "-b", "third", "main~3"]);
    repo.write("third.txt", "x");
    repo.commit("third");
    repo.git(&["checkout", "-q", "-b", "octopus", "main~1"]);
    repo.git(&["merge", "-q", "-m", "octopus", "topic", "third"]);
    assert_eq!(repo.git(&["rev-list", "--parents", "-1", "octopus"]).split(' ').count(), 4);
    let resolved = repo.between("main", "octopus");
    assert_found(
        &resolved,
        "flag",
        Confidence::Certain,
        &repo.merge_base("main", "octopus"),
        &repo.id("octopus"),
    );
    assert_eq!(letters(&resolved), repo.diff(&["main...octopus"]));
}

#[test]
fn unborn_branch() {
    let repo = Repo::new();
    repo.write("staged.txt", "x");
    repo.git(&["add", "-A"]);
    repo.write("untracked.txt", "x");
    let resolved = repo.by_ci(&[]);
    assert_missing(&resolved, "default_branch", &MissingBase::Unborn);
    assert_eq!(letters(&resolved).into_values().collect::<String>(), "AA");
    assert_eq!(present(&resolved, "untracked.txt"), ["head"]);
    let resolved = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_missing(&resolved, "staged", &MissingBase::Unborn);
    assert_eq!(letters(&resolved).into_keys().collect::<Vec<_>>(), [b"staged.txt".to_vec()]);
}

#[test]
fn base_equal_to_head() {
    let repo = parted();
    let resolved = repo.between("topic", "topic");
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("topic"), &repo.id("topic"));
    assert!(resolved.change.is_empty());
}

#[test]
fn head_behind_the_base() {
    let repo = parted();
    let resolved = repo.between("topic", "topic~2");
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("topic~2"), &repo.id("topic~2"));
    assert!(resolved.change.is_empty());
}

#[test]
fn detached_head() {
    let repo = parted();
    repo.git(&["checkout", "-q", "--detach", "topic~1"]);
    let resolved = repo.by_flags(&Flags { base: Some("main".to_owned()), ..Flags::default() }).unwrap();
    assert_found(
        &resolved,
        "flag",
        Confidence::Certain,
        &repo.merge_base("main", "topic"),
        &repo.id("topic~1"),
    );
}

#[test]
fn bare_repository() {
    let origin = parted();
    let repo = origin.clone("bare.git", &["--bare"]);
    let resolved = repo.between("main", "topic");
    assert_eq!(letters(&resolved), origin.diff(&["main...topic"]));
}

#[test]
fn bare_repository_without_revisions() {
    let origin = parted();
    let repo = origin.clone("bare.git", &["--bare"]);
    let faults = repo.by_flags(&Flags::default()).unwrap_err();
    assert_eq!(faults[0].code, Code::Git);
    assert!(faults[0].help.contains("--base"));
}

#[test]
fn linked_worktree() {
    let repo = parted();
    let folder = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "--detach", folder.to_str().unwrap(), "topic~1"]);
    std::fs::write(folder.join("new.txt"), "x").unwrap();
    std::fs::create_dir(folder.join("sub")).unwrap();
    let repository = Repository::open(&folder.join("sub")).unwrap();
    assert_eq!(repository.work_tree().unwrap().canonicalize().unwrap(), folder.canonicalize().unwrap());
    let request =
        laneway::base::request(&Flags::default(), &Default::default(), &|| None, &|_| Err(String::new()));
    let resolved = repository.change(&request.unwrap()).unwrap();
    assert_found(
        &resolved,
        "default_branch",
        Confidence::Likely,
        &repo.merge_base("main", "topic"),
        &repo.id("topic~1"),
    );
    assert_eq!(
        letters(&resolved).into_keys().collect::<Vec<_>>(),
        [b"new.txt".to_vec(), b"topic.txt".to_vec()]
    );
}

#[test]
fn subfolder() {
    let repo = parted();
    repo.write("deep/er/file.txt", "x");
    repo.write("top.txt", "x");
    let repository = Repository::open(&repo.path.join("deep/er")).unwrap();
    let request =
        laneway::base::request(&Flags::default(), &Default::default(), &|| None, &|_| Err(String::new()));
    let resolved = repository.change(&request.unwrap()).unwrap();
    let paths: Vec<Vec<u8>> = letters(&resolved).into_keys().collect();
    assert_eq!(paths, [b"deep/er/file.txt".to_vec(), b"top.txt".to_vec(), b"topic.txt".to_vec()]);
}

#[test]
fn sha256_repository() {
    let repo = Repo::with(&["--object-format=sha256"]);
    repo.write("a.txt", "0");
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("a.txt", "1");
    repo.write("b.txt", "1");
    let topic = repo.commit("on");
    assert_eq!(topic.len(), 64);
    let resolved = repo.between("main", "topic");
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("main"), &topic);
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
    repo.write("c.txt", "1");
    assert_eq!(letters(&repo.by_ci(&[])).len(), 3);
}

#[test]
fn stale_base_tip() {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("dir/new.txt", "added here too");
    repo.remove("a.txt");
    repo.commit("main goes on");
    let resolved = repo.between("main", "topic");
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
    assert_eq!(present(&resolved, "a.txt"), ["merge_base", "head"]);
    assert_eq!(present(&resolved, "b.txt"), ["merge_base", "base_tip"]);
    assert_eq!(present(&resolved, "dir/new.txt"), ["base_tip", "head"]);
    let tracked = repo.open().tracked(&resolved).unwrap();
    assert_eq!(tracked.iter().map(|path| path.as_str().unwrap()).collect::<Vec<_>>(), ["dir/c.txt"]);
}

#[test]
fn partial_clone_without_blobs() {
    let origin = Repo::with_topic();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.write("ownership-maps/map.md", "| Package |\n");
    origin.commit("a map");
    origin.git(&["checkout", "-q", "main"]);
    let repo = origin.clone("clone", &["--filter=blob:none", "--no-checkout"]);
    let resolved = repo.between("origin/main", "origin/topic");
    assert_eq!(letters(&resolved), origin.diff(&["main...topic"]));
    let policy = repo.open().policy_files(&resolved, laneway::change::Side::Head).unwrap();
    assert!(policy.files.is_empty());
    assert_eq!(policy.faults[0].code, Code::Unreadable);
    let message = &policy.faults[0].message;
    assert!(
        message.contains("ownership-maps/map.md") && message.contains("git fetch --refetch"),
        "{message}"
    );
}

#[test]
fn partial_clone_without_trees() {
    let origin = Repo::with_topic();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let repo = origin.clone("clone", &["--filter=tree:0", "--no-checkout"]);
    let resolved = repo.between("origin/main", "origin/topic");
    assert!(matches!(resolved.change.provenance.missing, Some(MissingBase::Unreadable { .. })));
    assert_eq!(resolved.base_tip.unwrap().to_string(), origin.id("main"));
}

#[test]
fn missing_parent_commit() {
    let repo = parted();
    let lost = repo.id("main~1");
    let object = repo.path.join(".git/objects").join(&lost[..2]).join(&lost[2..]);
    std::fs::remove_file(object).unwrap();
    let resolved = repo.between("main", "topic");
    assert!(
        matches!(resolved.change.provenance.missing, Some(MissingBase::Unreadable { .. })),
        "{:?}",
        resolved.change.provenance
    );
}

#[test]
fn not_a_repository() {
    let folder = tempfile::TempDir::new().unwrap();
    let fault = Repository::open(folder.path()).unwrap_err();
    assert_eq!(fault.code, Code::NotARepository);
    assert!(fault.message.contains(folder.path().to_str().unwrap()));
}

#[test]
fn git_dir_variable() {
    // Variables of this process would reach its other tests, so a process of its own has them.
    if let Some(expected) = std::env::var_os("LANEWAY_TEST_EXPECTS") {
        let repository = Repository::open(std::path::Path::new("/")).unwrap();
        assert_eq!(repository.checked_out().unwrap().to_string(), expected.to_str().unwrap());
        return;
    }
    let repo = parted();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "histories::git_dir_variable"])
        .env("LANEWAY_TEST_EXPECTS", repo.id("HEAD"))
        .env("GIT_DIR", repo.path.join(".git"))
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn commit_graph() {
    let repo = parted();
    run(&repo.path, &["commit-graph", "write", "--reachable"], 0);
    let resolved = repo.by_flags(&flags("main", "topic")).unwrap();
    assert_eq!(resolved.change.provenance.source, ChangeSource::Commits);
    assert!(matches!(resolved.head, HeadState::Commit(_)));
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
}
