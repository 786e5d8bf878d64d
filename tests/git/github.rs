//! GitHub's events.

use laneway::base::Flags;
use laneway::change::{Confidence, MissingBase};
use laneway::fault::Code;

use crate::support::{Repo, assert_found, assert_missing, event_cause, letters, not_in_clone};

const ZERO: &str = "0000000000000000000000000000000000000000";
const ABSENT: &str = "1111111111111111111111111111111111111111";

fn pull_request(base: &str, head: &str) -> String {
    format!(
        r#"{{"action": "opened", "pull_request": {{"base": {{"sha": "{base}"}}, "head": {{"sha": "{head}"}}}}}}"#
    )
}

fn push(before: &str, after: &str) -> String {
    format!(r#"{{"ref": "refs/heads/main", "before": "{before}", "after": "{after}", "created": false}}"#)
}

/// `main` went on since `topic` left it, and the merge that GitHub would make is checked out.
fn merged() -> Repo {
    let repo = Repo::with_topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main-only.txt", "x");
    repo.commit("main goes on");
    repo.git(&["checkout", "-q", "-b", "merge"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "test merge", "topic"]);
    repo
}

#[test]
fn pull_request_event() {
    let repo = merged();
    let event = pull_request(&repo.id("main"), &repo.id("topic"));
    let resolved = repo.by_github("pull_request", &repo.id("merge"), &event).unwrap();
    let merge_base = repo.merge_base("main", "topic");
    assert_found(&resolved, "github_pull_request", Confidence::Certain, &merge_base, &repo.id("topic"));
    assert_eq!(resolved.change.provenance.base, Some(repo.id("main")));
    assert_eq!(letters(&resolved), repo.diff(&["main...topic"]));
}

#[test]
fn pull_request_whose_base_is_its_head() {
    let repo = merged();
    let event = pull_request(&repo.id("main"), &repo.id("main"));
    let resolved = repo.by_github("pull_request", &repo.id("main"), &event).unwrap();
    assert_found(&resolved, "github_pull_request", Confidence::Certain, &repo.id("main"), &repo.id("main"));
    assert!(resolved.change.is_empty());
}

#[test]
fn pull_request_in_a_clone_of_depth_two() {
    let origin = merged();
    let event = pull_request(&origin.id("main"), &origin.id("topic"));
    let repo = origin.clone("clone", &["--depth=2", "--branch=merge"]);
    let resolved = repo.by_github("pull_request", &origin.id("merge"), &event).unwrap();
    assert_found(
        &resolved,
        "github_test_merge",
        Confidence::Certain,
        &origin.id("main"),
        &origin.id("merge"),
    );
    assert_eq!(letters(&resolved), origin.diff(&["main...topic"]));
}

#[test]
fn pull_request_in_a_clone_of_depth_one() {
    let origin = merged();
    let event = pull_request(&origin.id("main"), &origin.id("topic"));
    let repo = origin.clone("clone", &["--depth=1", "--branch=merge"]);
    let resolved = repo.by_github("pull_request", &origin.id("merge"), &event).unwrap();
    assert_missing(&resolved, "github_pull_request", &not_in_clone(&origin.id("topic")));
    assert_eq!(resolved.head.commit().unwrap().to_string(), origin.id("merge"));
}

#[test]
fn pull_request_target_without_the_head() {
    let repo = merged();
    let event = pull_request(&repo.id("main"), ABSENT);
    let resolved = repo.by_github("pull_request_target", &repo.id("main"), &event).unwrap();
    assert_missing(&resolved, "github_pull_request", &not_in_clone(ABSENT));
    assert_eq!(resolved.base_tip.unwrap().to_string(), repo.id("main"));
}

#[test]
fn push_event() {
    let repo = Repo::with_topic();
    let (before, after) = (repo.id("topic~1"), repo.id("topic"));
    let resolved = repo.by_github("push", &after, &push(&before, &after)).unwrap();
    assert_found(&resolved, "github_push", Confidence::Certain, &before, &after);
    assert_eq!(letters(&resolved), repo.diff(&[&format!("{before}..{after}")]));
}

#[test]
fn first_push() {
    let repo = Repo::with_topic();
    let after = repo.id("topic");
    let resolved = repo.by_github("push", &after, &push(ZERO, &after)).unwrap();
    assert_missing(&resolved, "github_push", &MissingBase::ZeroCommit);
    assert_eq!(resolved.head.commit().unwrap().to_string(), after);
    let created = push(&repo.id("main"), &after).replace("\"created\": false", "\"created\": true");
    let resolved = repo.by_github("push", &after, &created).unwrap();
    assert_missing(&resolved, "github_push", &MissingBase::ZeroCommit);
}

#[test]
fn force_push_with_the_old_tip_in_the_clone() {
    let repo = Repo::with_topic();
    let before = repo.id("topic");
    repo.git(&["checkout", "-q", "-B", "topic", "main"]);
    repo.write("other.txt", "x");
    let after = repo.commit("rewritten");
    let resolved = repo.by_github("push", &after, &push(&before, &after)).unwrap();
    assert_found(&resolved, "github_push", Confidence::Certain, &before, &after);
    assert_eq!(letters(&resolved), repo.diff(&[&format!("{before}..{after}")]));
    assert_eq!(letters(&resolved).len(), 4);
}

#[test]
fn force_push_with_the_old_tip_gone() {
    let repo = Repo::with_topic();
    let after = repo.id("topic");
    let resolved = repo.by_github("push", &after, &push(ABSENT, &after)).unwrap();
    assert_missing(&resolved, "github_push", &not_in_clone(ABSENT));
}

#[test]
fn merge_queue() {
    let repo = merged();
    let (base, head) = (repo.id("main"), repo.id("merge"));
    let event = format!(r#"{{"merge_group": {{"base_sha": "{base}", "head_sha": "{head}"}}}}"#);
    let resolved = repo.by_github("merge_group", &head, &event).unwrap();
    assert_found(&resolved, "github_merge_group", Confidence::Certain, &base, &head);
    assert_eq!(letters(&resolved), repo.diff(&["main..merge"]));
}

#[test]
fn tag_push() {
    let repo = Repo::with_topic();
    let event = push(&repo.id("main"), &repo.id("topic")).replace("heads/main", "tags/v1");
    let resolved = repo.by_github("push", &repo.id("topic"), &event).unwrap();
    assert_missing(&resolved, "github_push", &event_cause("tag"));
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/tags/v1")];
    assert_missing(&repo.by_ci(&variables), "github_push", &event_cause("tag"));
}

#[test]
fn deleted_branch() {
    let repo = Repo::with_topic();
    let event = push(&repo.id("main"), ZERO);
    let resolved = repo.by_github("push", &repo.id("main"), &event).unwrap();
    assert_missing(&resolved, "github_push", &event_cause("branch_deleted"));
}

#[test]
fn schedule() {
    let repo = Repo::with_topic();
    let resolved = repo.by_github("schedule", &repo.id("main"), "{}").unwrap();
    assert_missing(&resolved, "github_event", &event_cause("schedule"));
    assert_eq!(resolved.head.commit().unwrap().to_string(), repo.id("main"));
}

#[test]
fn manual_run() {
    let repo = Repo::with_topic();
    let resolved = repo.by_github("workflow_dispatch", &repo.id("main"), "{}").unwrap();
    assert_missing(&resolved, "github_event", &event_cause("manual"));
}

#[test]
fn other_event() {
    let repo = Repo::with_topic();
    let resolved = repo.by_github("release", &repo.id("main"), "{}").unwrap();
    assert_missing(&resolved, "github_event", &event_cause("release"));
}

#[test]
fn event_file_not_named() {
    let repo = Repo::with_topic();
    let resolved = repo.by_ci(&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")]);
    assert_missing(&resolved, "github_push", &MissingBase::Unknown);
}

#[test]
fn event_file_absent() {
    let repo = Repo::with_topic();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", "/absent.json")];
    let faults = repo.resolve(&Flags::default(), &variables, None).unwrap_err();
    assert_eq!(faults[0].code, Code::EventFile);
    assert!(faults[0].message.contains("/absent.json"));
}

#[test]
fn event_file_broken() {
    let repo = Repo::with_topic();
    let faults =
        repo.by_github("push", &repo.id("topic"), "{\"before\": \"abc\",\n  \"after\": 12}").unwrap_err();
    assert_eq!(faults[0].code, Code::EventFile);
    let place = faults[0].place.as_ref().unwrap();
    assert_eq!(place.source.line_column(place.span.start), (2, 13));
    assert!(faults[0].message.contains("expected a string"), "{}", faults[0].message);
}

#[test]
fn event_file_of_another_event() {
    let repo = Repo::with_topic();
    let event = push(&repo.id("main"), &repo.id("topic"));
    let faults = repo.by_github("pull_request", &repo.id("topic"), &event).unwrap_err();
    assert_eq!(faults[0].code, Code::EventFile);
    assert!(faults[0].message.contains("`pull_request`") && faults[0].place.is_some());
}

#[test]
fn event_file_contradicts_the_variables() {
    let repo = Repo::with_topic();
    let event = push(&repo.id("main"), &repo.id("topic"));
    let faults = repo.by_github("push", &repo.id("main"), &event).unwrap_err();
    assert_eq!(faults[0].code, Code::EventFile);
    let place = faults[0].place.as_ref().unwrap();
    assert_eq!(&place.source.text()[place.span.clone()], repo.id("topic"));
}

#[test]
fn empty_variable() {
    let repo = Repo::with_topic();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", ""), ("GITHUB_SHA", "")];
    let faults = repo.resolve(&Flags::default(), &variables, None).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::EmptyValue; 2]);
    assert!(faults[0].message.contains("GITHUB_SHA") && faults[1].message.contains("GITHUB_EVENT_NAME"));
}

#[test]
fn two_vendors_at_once() {
    let repo = Repo::with_topic();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITLAB_CI", "true"), ("BUILDKITE", "false")];
    let faults = repo.resolve(&Flags::default(), &variables, None).unwrap_err();
    assert_eq!(faults[0].code, Code::EventFile);
    let place = faults[0].place.as_ref().unwrap();
    assert_eq!(&place.source.text()[place.span.clone()], "GITLAB_CI is set");
}
