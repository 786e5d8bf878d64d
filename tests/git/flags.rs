//! `--base`, `--head`, `--exact` and `--staged`; without them the configured or the default branch.

use laneway::base::Flags;
use laneway::change::{ChangeSource, Confidence, MissingBase};
use laneway::fault::Code;

use crate::support::{Repo, assert_found, assert_missing, flags, letters, not_in_clone, present};

#[test]
fn base_flag() {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main-only.txt", "x");
    repo.commit("main goes on");
    repo.git(&["checkout", "-q", "topic"]);
    let resolved = repo.by_flags(&Flags { base: Some("main".to_owned()), ..Flags::default() }).unwrap();
    assert_found(
        &resolved,
        "flag",
        Confidence::Certain,
        &repo.merge_base("main", "topic"),
        &repo.id("topic"),
    );
    assert_eq!(resolved.change.provenance.base, Some(repo.id("main")));
    assert_eq!(resolved.base_tip.unwrap().to_string(), repo.id("main"));
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
}

#[test]
fn base_and_head_flags_beat_the_ci() {
    let repo = Repo::with_topic();
    let resolved = repo
        .resolve(
            &flags("main", "topic~1"),
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule")],
            None,
        )
        .unwrap();
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("main"), &repo.id("topic~1"));
}

#[test]
fn head_flag_alone() {
    let repo = Repo::with_topic();
    let flags = Flags { head: Some("topic~1".to_owned()), ..Flags::default() };
    let resolved = repo.resolve(&flags, &[("CI", "true")], None).unwrap();
    assert_found(&resolved, "default_branch", Confidence::Likely, &repo.id("main"), &repo.id("topic~1"));
}

#[test]
fn exact_flag() {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main-only.txt", "x");
    repo.commit("main goes on");
    let resolved = repo.by_flags(&Flags { exact: true, ..flags("main", "topic") }).unwrap();
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("main"), &repo.id("topic"));
    assert_eq!(letters(&resolved), repo.diff(&["main..topic"]));
    assert_eq!(present(&resolved, "main-only.txt"), ["merge_base", "base_tip"]);
}

#[test]
fn annotated_tag_as_base() {
    let repo = Repo::with_topic();
    repo.git(&["tag", "-a", "-m", "one", "v1", "main"]);
    let resolved = repo.between("v1", "topic");
    assert_found(&resolved, "flag", Confidence::Certain, &repo.id("main"), &repo.id("topic"));
}

#[test]
fn unknown_revision() {
    let repo = Repo::with_topic();
    let faults = repo.by_flags(&flags("mian", "tpoic")).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::UnknownRevision; 2]);
    assert!(faults[0].message.contains("tpoic") && faults[0].help.contains("`topic`"), "{:?}", faults[0]);
    assert!(faults[1].message.contains("mian") && faults[1].help.contains("`main`"), "{:?}", faults[1]);
}

#[test]
fn empty_flag() {
    let repo = Repo::with_topic();
    let faults = repo.by_flags(&flags("", " ")).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::EmptyValue; 2]);
}

#[test]
fn exact_without_base() {
    let repo = Repo::with_topic();
    let faults = repo.by_flags(&Flags { exact: true, staged: true, ..Flags::default() }).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::Usage; 2]);
}

#[test]
fn staged() {
    let repo = Repo::with_topic();
    repo.write("a.txt", "staged");
    repo.write("staged.txt", "x");
    repo.git(&["add", "-A"]);
    repo.write("a.txt", "and more");
    repo.write("untracked.txt", "x");
    repo.remove("dir/c.txt");
    let resolved = repo.by_flags(&Flags { staged: true, ..Flags::default() }).unwrap();
    assert_found(&resolved, "staged", Confidence::Certain, &repo.id("HEAD"), &repo.id("HEAD"));
    assert_eq!(resolved.change.provenance.source, ChangeSource::Index);
    assert_eq!(letters(&resolved), repo.diff(&["--cached"]));
    assert_eq!(letters(&resolved).len(), 2);
}

#[test]
fn default_branch() {
    let origin = Repo::with_topic();
    origin.git(&["checkout", "-q", "main"]);
    let repo = origin.clone("clone", &[]);
    repo.git(&["checkout", "-q", "topic"]);
    repo.write("a.txt", "not committed");
    repo.write("untracked.txt", "x");
    repo.write(".gitignore", "ignored.txt");
    repo.write("ignored.txt", "x");
    let resolved = repo.by_ci(&[]);
    assert_found(&resolved, "default_branch", Confidence::Likely, &repo.id("origin/main"), &repo.id("topic"));
    assert_eq!(resolved.change.provenance.source, ChangeSource::WorkingTree);
    let mut expected = repo.diff(&["origin/main"]);
    expected.insert(b"untracked.txt".to_vec(), 'A');
    expected.insert(b".gitignore".to_vec(), 'A');
    assert_eq!(letters(&resolved), expected);
}

#[test]
fn default_branch_of_another_name() {
    let origin = Repo::with_topic();
    origin.git(&["branch", "-m", "main", "trunk"]);
    origin.git(&["checkout", "-q", "trunk"]);
    let repo = origin.clone("clone", &["-o", "upstream"]);
    let resolved = repo.by_ci(&[]);
    assert_found(
        &resolved,
        "default_branch",
        Confidence::Likely,
        &repo.id("upstream/trunk"),
        &repo.id("HEAD"),
    );
    assert!(resolved.change.is_empty());
}

#[test]
fn no_default_branch() {
    let repo = Repo::with_topic();
    repo.git(&["branch", "-D", "main"]);
    assert_missing(&repo.by_ci(&[]), "default_branch", &MissingBase::Unknown);
}

#[test]
fn configured_base() {
    let repo = Repo::with_topic();
    repo.git(&["branch", "develop", "topic~1"]);
    let repository = repo.open();
    let request = laneway::base::request(
        &Flags::default(),
        &std::collections::BTreeMap::new(),
        &|| Some("develop".to_owned()),
        &|_| Err(String::new()),
    )
    .unwrap();
    let resolved = repository.change(&request).unwrap();
    assert_found(&resolved, "config", Confidence::Certain, &repo.id("develop"), &repo.id("HEAD"));
}

#[test]
fn configured_base_not_in_clone() {
    let repo = Repo::with_topic();
    let request = laneway::base::request(
        &Flags::default(),
        &std::collections::BTreeMap::new(),
        &|| Some("develop".to_owned()),
        &|_| Err(String::new()),
    )
    .unwrap();
    assert_missing(&repo.open().change(&request).unwrap(), "config", &not_in_clone("develop"));
}
