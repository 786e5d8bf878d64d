//! The other CIs, which say what they build in variables.

use laneway::change::{Confidence, MissingBase};

use crate::support::{Repo, assert_found, assert_missing, event_cause, letters, not_in_clone};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A clone that a CI made: `main` went on since `topic` left it, `merge` joins the two, and `topic` is checked out.
struct Ci {
    _origin: Repo,
    repo: Repo,
    main: String,
    topic: String,
    merge: String,
    merge_base: String,
}

impl Ci {
    fn new() -> Self {
        let origin = Repo::with_topic();
        let merge_base = origin.id("main");
        origin.git(&["checkout", "-q", "main"]);
        origin.write("main-only.txt", "x");
        let main = origin.commit("main goes on");
        origin.git(&["checkout", "-q", "-b", "merge"]);
        origin.git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
        let (merge, topic) = (origin.id("merge"), origin.id("topic"));
        origin.git(&["checkout", "-q", "main"]);
        let repo = origin.clone("clone", &[]);
        repo.git(&["checkout", "-q", "--detach", &topic]);
        Self { _origin: origin, repo, main, topic, merge, merge_base }
    }

    fn gitlab(&self, variables: &[(&'static str, &str)]) -> laneway::git::Resolved {
        self.repo.by_ci(&[&[("GITLAB_CI", "true"), ("CI", "true")], variables].concat())
    }
}

#[test]
fn gitlab_merge_request() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &ci.merge_base),
        // GitLab sets these two to nothing in a detached pipeline.
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_found(&resolved, "gitlab_merge_request", Confidence::Certain, &ci.merge_base, &ci.topic);
    assert_eq!(resolved.base_tip.unwrap().to_string(), ci.main);
    assert_eq!(letters(&resolved), ci.repo.diff(&["origin/main...origin/topic"]));
}

#[test]
fn gitlab_merged_result() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "merged_result"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &ci.main),
        ("CI_COMMIT_SHA", &ci.merge),
    ]);
    assert_found(&resolved, "gitlab_merged_result", Confidence::Certain, &ci.main, &ci.merge);
    assert_eq!(letters(&resolved), ci.repo.diff(&["origin/main..origin/merge"]));
}

#[test]
fn gitlab_merge_train() {
    let ci = Ci::new();
    // The car before this one in the train is `topic~1`.
    let before = ci.repo.id("origin/topic~1");
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &before),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_found(&resolved, "gitlab_merge_train", Confidence::Certain, &before, &ci.topic);
    assert_eq!(letters(&resolved), ci.repo.diff(&[&format!("{before}..{}", ci.topic)]));
}

#[test]
fn gitlab_push() {
    let ci = Ci::new();
    let before = ci.repo.id("origin/topic~1");
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BEFORE_SHA", &before),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_found(&resolved, "gitlab_push", Confidence::Certain, &before, &ci.topic);
}

#[test]
fn gitlab_first_push() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_missing(&resolved, "gitlab_push", &MissingBase::ZeroCommit);
}

#[test]
fn gitlab_tag() {
    let ci = Ci::new();
    let resolved =
        ci.gitlab(&[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_TAG", "v1"), ("CI_COMMIT_SHA", &ci.topic)]);
    assert_missing(&resolved, "gitlab_push", &event_cause("tag"));
}

#[test]
fn gitlab_schedule() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_BEFORE_SHA", ZERO)]);
    assert_missing(&resolved, "gitlab_event", &event_cause("schedule"));
}

#[test]
fn gitlab_manual_run() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[("CI_PIPELINE_SOURCE", "web"), ("CI_COMMIT_BEFORE_SHA", ZERO)]);
    assert_missing(&resolved, "gitlab_event", &event_cause("manual"));
}

#[test]
fn gitlab_child_of_a_push() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "parent_pipeline"),
        ("CI_COMMIT_BEFORE_SHA", &ci.merge_base),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_found(&resolved, "gitlab_push", Confidence::Certain, &ci.merge_base, &ci.topic);
}

#[test]
fn gitlab_external_pull_request() {
    let ci = Ci::new();
    let resolved = ci.gitlab(&[
        ("CI_PIPELINE_SOURCE", "external_pull_request_event"),
        ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA", &ci.main),
        ("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", &ci.topic),
        ("CI_COMMIT_SHA", &ci.topic),
    ]);
    assert_found(&resolved, "gitlab_external_pull_request", Confidence::Certain, &ci.merge_base, &ci.topic);
}

#[test]
fn buildkite_pull_request() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_PULL_REQUEST", "7"),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ("BUILDKITE_TAG", ""),
        ("BUILDKITE_COMMIT", &ci.topic),
    ]);
    assert_found(&resolved, "buildkite_pull_request", Confidence::Certain, &ci.merge_base, &ci.topic);
    assert_eq!(letters(&resolved), ci.repo.diff(&["origin/main...origin/topic"]));
}

#[test]
fn buildkite_pull_request_from_a_fork_s_main() {
    let ci = Ci::new();
    // The pull request's own branch is called `main` as well, and is what is checked out.
    ci.repo.git(&["checkout", "-q", "-B", "main", &ci.topic]);
    ci.repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let resolved = ci.repo.by_ci(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_PULL_REQUEST", "7"),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ("BUILDKITE_COMMIT", "HEAD"),
    ]);
    assert_missing(&resolved, "buildkite_pull_request", &not_in_clone("main"));
}

#[test]
fn buildkite_merge_queue() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", &ci.main),
        ("BUILDKITE_COMMIT", &ci.merge),
    ]);
    assert_found(&resolved, "buildkite_merge_queue", Confidence::Certain, &ci.main, &ci.merge);
}

#[test]
fn buildkite_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_PULL_REQUEST", "false"),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", ""),
        ("BUILDKITE_TAG", ""),
        ("BUILDKITE_SOURCE", "webhook"),
        ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
        ("BUILDKITE_COMMIT", &ci.topic),
    ]);
    assert_found(&resolved, "buildkite_branch", Confidence::Likely, &ci.merge_base, &ci.topic);
}

#[test]
fn buildkite_push_to_the_default_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_PULL_REQUEST", "false"),
        ("BUILDKITE_SOURCE", "webhook"),
        ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
        ("BUILDKITE_COMMIT", &ci.main),
    ]);
    assert_missing(&resolved, "buildkite_branch", &MissingBase::Unknown);
}

#[test]
fn buildkite_tag() {
    let ci = Ci::new();
    let resolved =
        ci.repo.by_ci(&[("BUILDKITE", "true"), ("BUILDKITE_TAG", "v1"), ("BUILDKITE_PULL_REQUEST", "false")]);
    assert_missing(&resolved, "buildkite_event", &event_cause("tag"));
}

#[test]
fn buildkite_schedule() {
    let ci = Ci::new();
    let resolved =
        ci.repo.by_ci(&[("BUILDKITE", "true"), ("BUILDKITE_TAG", ""), ("BUILDKITE_SOURCE", "schedule")]);
    assert_missing(&resolved, "buildkite_event", &event_cause("schedule"));
}

#[test]
fn buildkite_manual_run() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "ui")]);
    assert_missing(&resolved, "buildkite_event", &event_cause("manual"));
}

#[test]
fn circleci_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("CIRCLECI", "true"), ("CIRCLE_SHA1", &ci.topic)]);
    assert_found(&resolved, "circleci_branch", Confidence::Likely, &ci.merge_base, &ci.topic);
}

#[test]
fn circleci_push_to_the_default_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("CIRCLECI", "true"), ("CIRCLE_SHA1", &ci.main)]);
    assert_missing(&resolved, "circleci_branch", &MissingBase::Unknown);
}

#[test]
fn circleci_tag() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("CIRCLECI", "true"), ("CIRCLE_SHA1", &ci.topic), ("CIRCLE_TAG", "v1")]);
    assert_missing(&resolved, "circleci_event", &event_cause("tag"));
}

#[test]
fn azure_pull_request() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "PullRequest"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &ci.topic),
        ("BUILD_SOURCEVERSION", &ci.merge),
    ]);
    assert_found(&resolved, "azure_pull_request", Confidence::Certain, &ci.merge_base, &ci.topic);
}

#[test]
fn azure_pull_request_in_a_clone_of_depth_two() {
    let ci = Ci::new();
    let repo = ci._origin.clone("shallow", &["--depth=2", "--branch=merge"]);
    let resolved = repo.by_ci(&[
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "PullRequest"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
        ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &ci.topic),
        ("BUILD_SOURCEVERSION", &ci.merge),
    ]);
    assert_found(&resolved, "azure_test_merge", Confidence::Certain, &ci.main, &ci.merge);
}

#[test]
fn azure_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "IndividualCI"),
        ("BUILD_SOURCEVERSION", &ci.topic),
    ]);
    assert_found(&resolved, "azure_branch", Confidence::Likely, &ci.merge_base, &ci.topic);
}

#[test]
fn azure_tag() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "IndividualCI"),
        ("BUILD_SOURCEBRANCH", "refs/tags/v1"),
        ("BUILD_SOURCEVERSION", &ci.topic),
    ]);
    assert_missing(&resolved, "azure_event", &event_cause("tag"));
}

#[test]
fn azure_schedule() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("TF_BUILD", "True"), ("BUILD_REASON", "Schedule")]);
    assert_missing(&resolved, "azure_event", &event_cause("schedule"));
}

#[test]
fn azure_manual_run() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("TF_BUILD", "True"), ("BUILD_REASON", "Manual")]);
    assert_missing(&resolved, "azure_event", &event_cause("manual"));
}

#[test]
fn jenkins_change_request() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[
        ("JENKINS_URL", "https://ci.example.org/"),
        ("CHANGE_ID", "7"),
        ("CHANGE_TARGET", "main"),
        ("GIT_COMMIT", &ci.merge),
    ]);
    assert_found(&resolved, "jenkins_change_request", Confidence::Certain, &ci.main, &ci.merge);
    assert_eq!(letters(&resolved), ci.repo.diff(&["origin/main...origin/merge"]));
}

#[test]
fn jenkins_branch() {
    let ci = Ci::new();
    let previous = ci.repo.id("origin/topic~1");
    let resolved = ci.repo.by_ci(&[
        ("JENKINS_URL", "https://ci.example.org/"),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &previous),
        ("GIT_COMMIT", &ci.topic),
    ]);
    assert_found(&resolved, "jenkins_previous_success", Confidence::Certain, &previous, &ci.topic);
}

#[test]
fn jenkins_first_build() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("JENKINS_URL", "https://ci.example.org/"), ("GIT_COMMIT", &ci.topic)]);
    assert_missing(&resolved, "jenkins_previous_success", &event_cause("first_build"));
}

#[test]
fn jenkins_tag() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("JENKINS_URL", "https://ci.example.org/"), ("TAG_NAME", "v1")]);
    assert_missing(&resolved, "jenkins_event", &event_cause("tag"));
}

#[test]
fn unknown_ci_on_a_branch() {
    let ci = Ci::new();
    let resolved = ci.repo.by_ci(&[("CI", "true")]);
    assert_found(&resolved, "default_branch", Confidence::Likely, &ci.merge_base, &ci.topic);
}

#[test]
fn unknown_ci_on_the_default_branch() {
    let ci = Ci::new();
    ci.repo.git(&["checkout", "-q", "--detach", "origin/main"]);
    assert_missing(&ci.repo.by_ci(&[("CI", "true")]), "default_branch", &MissingBase::Unknown);
}
