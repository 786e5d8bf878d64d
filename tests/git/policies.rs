//! Policy files of commits, index, working tree and folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use laneway::base::Flags;
use laneway::change::Side;
use laneway::fault::Code;
use laneway::policy::PolicyFiles;
use laneway::workspace;

use crate::support::Repo;

fn texts(files: &PolicyFiles) -> BTreeMap<String, String> {
    assert!(files.faults.is_empty(), "{:?}", files.faults);
    files
        .files
        .iter()
        .map(|(path, bytes)| (path.to_string(), String::from_utf8(bytes.to_vec()).unwrap()))
        .collect()
}

fn messages(files: &PolicyFiles) -> Vec<&str> {
    assert!(files.faults.iter().all(|fault| fault.code == Code::Unreadable));
    files.faults.iter().map(|fault| fault.message.as_str()).collect()
}

fn with_policy() -> Repo {
    let repo = Repo::new();
    repo.write("laneway.yaml", "version: 1\n");
    repo.write("ownership-maps/a.md", "a");
    repo.write("ownership-maps/deep/b.md", "b");
    repo.write("ownership-maps/debt.tsv", "c");
    repo.write("ownership-maps/picture.png", "no policy");
    repo.write("lanes/one.yaml", "d");
    repo.write("lanes/two.yml", "e");
    repo.write("lanes/README.md", "no policy");
    repo.write(".fairway/artifacts/platform-shared-services-extraction-packets.yaml", "f");
    repo.write("src/lanes/three.yaml", "no policy");
    repo.commit("base");
    repo
}

const ALL: [&str; 7] = [
    ".fairway/artifacts/platform-shared-services-extraction-packets.yaml",
    "lanes/one.yaml",
    "lanes/two.yml",
    "laneway.yaml",
    "ownership-maps/a.md",
    "ownership-maps/debt.tsv",
    "ownership-maps/deep/b.md",
];

#[test]
fn commit_index_and_disk_read_the_same() {
    let repo = with_policy();
    let repository = repo.open();
    let commit = texts(&repository.commit_policy(repository.checked_out().unwrap()));
    assert_eq!(commit.keys().map(String::as_str).collect::<Vec<_>>(), ALL);
    assert_eq!(commit["ownership-maps/deep/b.md"], "b");
    assert_eq!(texts(&repository.index_policy()), commit);
    assert_eq!(texts(&repository.working_tree_policy()), commit);
    assert_eq!(texts(&workspace::policy_files(&repo.path)), commit);
}

#[test]
fn each_side_has_its_own() {
    let repo = with_policy();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("lanes/one.yaml", "committed");
    repo.commit("edit");
    repo.write("lanes/one.yaml", "staged");
    repo.git(&["add", "-A"]);
    repo.write("lanes/one.yaml", "on the disk");
    repo.write("lanes/untracked.yaml", "x");
    let repository = repo.open();
    let one = |resolved: &_, side| {
        texts(&repository.policy_files(resolved, side).unwrap())["lanes/one.yaml"].clone()
    };
    let commits = repo.between("main", "topic");
    assert_eq!(one(&commits, Side::MergeBase), "d");
    assert_eq!(one(&commits, Side::BaseTip), "d");
    assert_eq!(one(&commits, Side::Head), "committed");
    let staged = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_eq!(one(&staged, Side::MergeBase), "committed");
    assert_eq!(one(&staged, Side::Head), "staged");
    let working_tree = repo.by_ci(&[]);
    assert_eq!(one(&working_tree, Side::MergeBase), "d");
    assert_eq!(one(&working_tree, Side::Head), "on the disk");
    let head = texts(&repository.policy_files(&working_tree, Side::Head).unwrap());
    assert!(head.contains_key("lanes/untracked.yaml"));
}

#[test]
fn a_blob_is_read_once() {
    let repo = with_policy();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("lanes/one.yaml", "changed");
    repo.commit("edit");
    let repository = repo.open();
    let resolved = repo.between("main", "topic");
    let base = repository.policy_files(&resolved, Side::MergeBase).unwrap();
    let head = repository.policy_files(&resolved, Side::Head).unwrap();
    let same = base.files.iter().filter(|(path, bytes)| Arc::ptr_eq(bytes, &head.files[*path])).count();
    assert_eq!(same, ALL.len() - 1);
}

#[test]
fn links_inside_are_followed_and_others_are_faults() {
    let repo = Repo::new();
    let link = |target: &str, path: &str| {
        let full = repo.path.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, full).unwrap();
    };
    repo.write("docs/shared.md", "shared");
    repo.write("docs/folder/x.md", "x");
    link("../docs/shared.md", "ownership-maps/inside.md");
    let repository = repo.open();
    repo.commit("inside");
    let found = texts(&repository.commit_policy(repository.checked_out().unwrap()));
    assert_eq!(found, BTreeMap::from([("ownership-maps/inside.md".to_owned(), "shared".to_owned())]));
    assert_eq!(texts(&repository.index_policy()), found);
    assert_eq!(texts(&repository.working_tree_policy()), found);
    link("../../outside.md", "ownership-maps/outside.md");
    link("/etc/hostname", "ownership-maps/absolute.md");
    link("absent.md", "ownership-maps/dangling.md");
    link("../docs/folder", "ownership-maps/folder");
    link("docs", "lanes");
    std::fs::write(repo.beside("outside.md"), "x").unwrap();
    repo.commit("outside");
    let repository = repo.open();
    for policy in
        [repository.commit_policy(repository.checked_out().unwrap()), repository.working_tree_policy()]
    {
        let all = messages(&policy).join("\n");
        for name in ["outside.md", "absolute.md", "dangling.md", "ownership-maps/folder", "`lanes`"] {
            assert!(all.contains(name), "{name} is not in\n{all}");
        }
        assert_eq!(policy.files.len(), 1);
        assert_eq!(policy.faults.len(), 5);
    }
}

#[test]
fn a_submodule_for_a_folder_is_a_fault() {
    let inner = with_policy();
    let repo = Repo::new();
    let url = format!("file://{}", inner.path.display());
    repo.git(&["submodule", "--quiet", "add", &url, "lanes"]);
    repo.commit("base");
    let repository = repo.open();
    for policy in [
        repository.commit_policy(repository.checked_out().unwrap()),
        repository.index_policy(),
        repository.working_tree_policy(),
    ] {
        assert_eq!(policy.faults.len(), 1, "{:?}", policy.faults);
        assert!(messages(&policy)[0].contains("`lanes`"));
    }
}

#[test]
fn what_cannot_be_read_is_a_fault() {
    let repo = with_policy();
    let blob = repo.git(&["rev-parse", "HEAD:lanes/one.yaml"]);
    std::fs::remove_file(repo.path.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let tree = repo.git(&["rev-parse", "HEAD:ownership-maps/deep"]);
    std::fs::remove_file(repo.path.join(".git/objects").join(&tree[..2]).join(&tree[2..])).unwrap();
    let repository = repo.open();
    let policy = repository.commit_policy(repository.checked_out().unwrap());
    assert_eq!(messages(&policy).len(), 2);
    assert!(messages(&policy)[0].contains("ownership-maps/deep"));
    assert!(messages(&policy)[1].contains("lanes/one.yaml"));
    repo.remove("lanes/one.yaml");
    std::fs::create_dir(repo.path.join("lanes/one.yaml")).unwrap();
    std::process::Command::new("mkfifo").arg(repo.path.join("lanes/pipe.yaml")).status().unwrap();
    let policy = workspace::policy_files(&repo.path);
    assert_eq!(messages(&policy).len(), 1);
    assert!(messages(&policy)[0].contains("lanes/pipe.yaml"));
    assert_eq!(messages(&workspace::policy_files(&repo.path.join("absent"))).len(), 1);
}

#[test]
fn the_base_is_configured_where_the_change_cannot_reach() {
    let repo = with_policy();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("laneway.yaml", "version: 1\nbase: topic\n");
    repo.commit("choose the own base");
    assert_eq!(repo.open().configured_base(), None);
}

#[test]
fn tracked_files_of_all_sides() {
    let repo = Repo::with_topic();
    repo.write("untracked.txt", "x");
    repo.write("intended.txt", "x");
    repo.git(&["add", "-N", "intended.txt"]);
    repo.remove("dir/c.txt");
    let repository = repo.open();
    let names = |resolved: &_| -> Vec<String> {
        repository.tracked(resolved).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(names(&repo.between("main", "topic")), ["a.txt", "dir/c.txt"]);
    assert_eq!(names(&repo.by_ci(&[])), ["a.txt"]);
    let staged = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_eq!(names(&staged), ["a.txt", "dir/c.txt", "dir/new.txt"]);
}
