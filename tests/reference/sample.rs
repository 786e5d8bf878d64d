//! The repository that `testdata/sample-platform.sh` makes.

use std::path::Path;
use std::process::Command;

use crate::support::{repository, sample_paths};

#[test]
fn the_sample_repository_is_the_same_wherever_it_is_made() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heads: Vec<String> = [&first, &second].into_iter().map(|folder| make_sample(folder.path())).collect();
    assert_eq!(heads[0], heads[1]);
    let branches: Vec<&str> =
        heads[0].lines().filter_map(|line| line.rsplit_once("refs/heads/").map(|(_, name)| name)).collect();
    let changes = [
        "contract",
        "delivery",
        "docs",
        "frontend",
        "moved",
        "platform-service",
        "product",
        "schema",
        "unmapped",
    ];
    assert_eq!(branches.len(), changes.len() + 1);
    assert_eq!(branches.last(), Some(&"main"));
    for change in changes {
        let branch = format!("change/{change}");
        assert!(branches.contains(&branch.as_str()), "{branch}");
        assert_eq!(git(first.path(), &["rev-list", "--count", &format!("main..{branch}")]).trim(), "1");
    }
    let mut tracked: Vec<String> =
        git(first.path(), &["ls-tree", "-r", "--name-only", "main"]).lines().map(str::to_owned).collect();
    let mut expected = sample_paths();
    tracked.sort();
    expected.sort();
    assert_eq!(tracked, expected);
}

/// Makes the sample repository in `folder`, and returns its branches with their commits.
fn make_sample(folder: &Path) -> String {
    let script = repository().join("testdata/sample-platform.sh");
    let output = Command::new("sh").arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    git(folder, &["for-each-ref", "--format=%(objectname) %(refname)"])
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
