//! GitLab CI: merge requests, merge trains and pushes.

use crate::base::environment::Environment;
use crate::base::github::exact;
use crate::base::model::{BaseRequest, Comparison, Head, Reach, Revision};
use crate::base::request::{commit_or_checked_out, event, is_zero, missing, one};
use crate::change::{Confidence, MissingBase};

/// Reads GitLab's variables. A child pipeline has those of its parent, so what is there counts for more than
/// `CI_PIPELINE_SOURCE`.
pub(super) fn request(environment: &Environment<'_>) -> BaseRequest {
    let head = environment.get("CI_COMMIT_SHA");
    let source = environment.get("CI_PIPELINE_SOURCE");
    if environment.get("CI_MERGE_REQUEST_IID").is_some() || source == Some("merge_request_event") {
        return merge_request(environment, head);
    }
    if source == Some("external_pull_request_event") {
        return external_pull_request(environment, head);
    }
    if environment.get("CI_COMMIT_TAG").is_some() {
        return missing("gitlab_push", commit_or_checked_out(head), event("tag"));
    }
    match source {
        // GitLab documents an all-zero commit for every pipeline that has none before it.
        None | Some("push" | "parent_pipeline") => push(environment, head),
        Some("web") => missing("gitlab_event", commit_or_checked_out(head), event("manual")),
        Some(other) => missing("gitlab_event", commit_or_checked_out(head), event(other)),
    }
}

fn push(environment: &Environment<'_>, head: Option<&str>) -> BaseRequest {
    const METHOD: &str = "gitlab_push";
    match (environment.get("CI_COMMIT_BEFORE_SHA"), head) {
        (Some(before), _) if is_zero(before) => {
            missing(METHOD, commit_or_checked_out(head), MissingBase::ZeroCommit)
        }
        (Some(before), Some(head)) => one(exact(METHOD, before, head)),
        _ => missing(METHOD, commit_or_checked_out(head), MissingBase::Unknown),
    }
}

/// In a train and for a merged result, what is checked out was built on the target, so the two are compared as they
/// are. A detached pipeline has the source branch; GitLab names the merge base, and the target branch's two variables
/// are there but empty.
fn merge_request(environment: &Environment<'_>, head: Option<&str>) -> BaseRequest {
    let built_on_target = match environment.get("CI_MERGE_REQUEST_EVENT_TYPE") {
        Some("merge_train") => Some("gitlab_merge_train"),
        Some("merged_result") => Some("gitlab_merged_result"),
        _ => None,
    };
    let method = built_on_target.unwrap_or("gitlab_merge_request");
    let base = match built_on_target {
        Some(_) => environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
        None => environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
    };
    let (Some(base), Some(head)) = (base, head) else {
        return missing(method, commit_or_checked_out(head), MissingBase::Unknown);
    };
    let mut comparison = exact(method, base, head);
    if built_on_target.is_none() {
        comparison.tip = environment
            .get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
            .map(|branch| Revision::Branch(branch.to_owned()));
    }
    one(comparison)
}

/// A pull request of GitHub that GitLab builds.
fn external_pull_request(environment: &Environment<'_>, head: Option<&str>) -> BaseRequest {
    const METHOD: &str = "gitlab_external_pull_request";
    let base = environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA");
    let source = environment.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA").or(head);
    let (Some(base), Some(source)) = (base, source) else {
        return missing(METHOD, commit_or_checked_out(head), MissingBase::Unknown);
    };
    one(Comparison {
        method: METHOD,
        base: Revision::Commit(base.to_owned()),
        tip: None,
        head: Head::Commit(Revision::Commit(source.to_owned())),
        reach: Reach::MergeBase,
        confidence: Confidence::Certain,
        guess: false,
    })
}
