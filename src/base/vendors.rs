//! Buildkite, CircleCI, Azure Pipelines and Jenkins: CIs that say what they build in variables alone.

use crate::base::environment::Environment;
use crate::base::github::{exact, is_tag, test_merge};
use crate::base::model::{BaseChoice, BaseRequest, Comparison, Head, Named, Reach, Revision};
use crate::base::request::{commit_or_checked_out, event, missing, one};
use crate::change::{Confidence, MissingBase};

type Configured<'a> = &'a dyn Fn() -> Option<String>;

/// Buildkite sets variables that do not apply to nothing, or to `false`.
pub(super) fn buildkite(environment: &Environment<'_>, configured: Configured<'_>) -> BaseRequest {
    let head = environment.get("BUILDKITE_COMMIT").filter(|commit| *commit != "HEAD");
    let head_revision = commit_or_checked_out(head);
    if let (Some(base), Some(head)) = (environment.get_or_blank("BUILDKITE_MERGE_QUEUE_BASE_COMMIT"), head) {
        return one(exact("buildkite_merge_queue", base, head));
    }
    if environment.get_or_blank("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false") {
        const METHOD: &str = "buildkite_pull_request";
        return match environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH") {
            Some(branch) => one(against_branch(METHOD, branch, head_revision)),
            None => missing(METHOD, head_revision, MissingBase::Unknown),
        };
    }
    if environment.get_or_blank("BUILDKITE_TAG").is_some() {
        return missing("buildkite_event", head_revision, event("tag"));
    }
    match environment.get_or_blank("BUILDKITE_SOURCE") {
        Some("schedule") => missing("buildkite_event", head_revision, event("schedule")),
        Some("ui" | "api") => missing("buildkite_event", head_revision, event("manual")),
        _ => {
            let default = environment.get_or_blank("BUILDKITE_PIPELINE_DEFAULT_BRANCH");
            branch_build("buildkite_branch", head_revision, default, configured)
        }
    }
}

/// CircleCI has no variable for the base: that is the pipeline value `pipeline.git.base_revision`, which can be given
/// to `--base`.
pub(super) fn circleci(environment: &Environment<'_>, configured: Configured<'_>) -> BaseRequest {
    let head = commit_or_checked_out(environment.get("CIRCLE_SHA1"));
    if environment.get_or_blank("CIRCLE_TAG").is_some() {
        return missing("circleci_event", head, event("tag"));
    }
    branch_build("circleci_branch", head, None, configured)
}

/// Azure builds a pull request as a merge, `BUILD_SOURCEVERSION`.
pub(super) fn azure(environment: &Environment<'_>, configured: Configured<'_>) -> BaseRequest {
    let built = environment.get("BUILD_SOURCEVERSION");
    let reason = environment.get("BUILD_REASON");
    if reason == Some("PullRequest") {
        return azure_pull_request(environment, built);
    }
    let head = commit_or_checked_out(built);
    if environment.get("BUILD_SOURCEBRANCH").is_some_and(is_tag) {
        return missing("azure_event", head, event("tag"));
    }
    match reason {
        Some("Schedule") => missing("azure_event", head, event("schedule")),
        Some("Manual") => missing("azure_event", head, event("manual")),
        Some("IndividualCI" | "BatchedCI") => branch_build("azure_branch", head, None, configured),
        Some(other) => missing("azure_event", head, event(other)),
        None => missing("azure_event", head, MissingBase::Unknown),
    }
}

fn azure_pull_request(environment: &Environment<'_>, built: Option<&str>) -> BaseRequest {
    const METHOD: &str = "azure_pull_request";
    let source = environment.get("SYSTEM_PULLREQUEST_SOURCECOMMITID");
    let head = commit_or_checked_out(source.or(built));
    let mut any = Vec::new();
    if let Some(target) = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH") {
        let branch = target.strip_prefix("refs/heads/").unwrap_or(target);
        any.push(against_branch(METHOD, branch, head.clone()));
    }
    if let (Some(built), Some(source)) = (built, source) {
        any.push(test_merge("azure_test_merge", built, source));
    }
    if any.is_empty() {
        return missing(METHOD, head, MissingBase::Unknown);
    }
    BaseRequest { method: METHOD, head: Head::Commit(head), base: BaseChoice::AnyOf(any) }
}

/// Jenkins names the target of a change, and the last commit of a branch that it built with success.
pub(super) fn jenkins(environment: &Environment<'_>) -> BaseRequest {
    let head = environment.get("GIT_COMMIT");
    if environment.get("CHANGE_ID").is_some() {
        const METHOD: &str = "jenkins_change_request";
        return match environment.get("CHANGE_TARGET") {
            Some(branch) => one(against_branch(METHOD, branch, commit_or_checked_out(head))),
            None => missing(METHOD, commit_or_checked_out(head), MissingBase::Unknown),
        };
    }
    if environment.get("TAG_NAME").is_some() {
        return missing("jenkins_event", commit_or_checked_out(head), event("tag"));
    }
    match environment.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT") {
        Some(previous) => {
            let mut comparison = exact("jenkins_previous_success", previous, "");
            comparison.head = Head::Commit(commit_or_checked_out(head));
            one(comparison)
        }
        None => missing("jenkins_previous_success", commit_or_checked_out(head), event("first_build")),
    }
}

/// A pull request whose base is named by its branch.
fn against_branch(method: &'static str, branch: &str, head: Revision) -> Comparison {
    Comparison {
        method,
        base: Revision::Branch(branch.to_owned()),
        tip: None,
        head: Head::Commit(head),
        reach: Reach::MergeBase,
        confidence: Confidence::Certain,
        guess: false,
    }
}

/// A branch that was built and is no pull request: what it has beyond the base branch. That is a guess, and a head
/// that the base branch already has is a push to the base branch, of which nothing is known.
fn branch_build(
    method: &'static str,
    head: Revision,
    default: Option<&str>,
    configured: Configured<'_>,
) -> BaseRequest {
    let base = match (configured(), default) {
        (Some(text), _) => Revision::Spec { text, named: Named::Config },
        (None, Some(branch)) => Revision::Branch(branch.to_owned()),
        (None, None) => Revision::DefaultBranch,
    };
    one(Comparison {
        method,
        base,
        tip: None,
        head: Head::Commit(head),
        reach: Reach::MergeBase,
        confidence: Confidence::Likely,
        guess: true,
    })
}
