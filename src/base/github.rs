//! GitHub Actions: the event's name, its file, and `GITHUB_SHA`.

use std::sync::Arc;

use serde::Deserialize;

use crate::base::environment::Environment;
use crate::base::model::{BaseChoice, BaseRequest, Comparison, Head, Reach, Revision};
use crate::base::request::{commit_or_checked_out, event, is_zero, missing, one};
use crate::change::{Confidence, MissingBase};
use crate::fault::{Code, Fault};
use crate::json::{Text, error_message, error_span, first_byte};
use crate::source::{Source, Span};

/// The part of an event that says what to compare.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "ref")]
    reference: Option<Text<'a>>,
    #[serde(borrow)]
    before: Option<Text<'a>>,
    #[serde(borrow)]
    after: Option<Text<'a>>,
    #[serde(default)]
    created: bool,
    #[serde(borrow)]
    pull_request: Option<PullRequest<'a>>,
    #[serde(borrow)]
    merge_group: Option<MergeGroup<'a>>,
}

#[derive(Deserialize)]
struct PullRequest<'a> {
    #[serde(borrow)]
    base: Tip<'a>,
    #[serde(borrow)]
    head: Tip<'a>,
}

#[derive(Deserialize)]
struct Tip<'a> {
    #[serde(borrow)]
    sha: Text<'a>,
}

#[derive(Deserialize)]
struct MergeGroup<'a> {
    #[serde(borrow)]
    base_sha: Text<'a>,
    #[serde(borrow)]
    head_sha: Text<'a>,
}

/// Reads GitHub's variables and event.
pub(super) fn request(
    environment: &Environment<'_>,
    read_event: &dyn Fn(&str) -> Result<String, String>,
) -> Result<BaseRequest, Vec<Fault>> {
    let checked_out = environment.get("GITHUB_SHA");
    let name = environment.get("GITHUB_EVENT_NAME");
    let method = match name {
        Some("push") => "github_push",
        Some("merge_group") => "github_merge_group",
        Some(
            "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment",
        ) => "github_pull_request",
        Some(other) => {
            return Ok(missing(
                "github_event",
                commit_or_checked_out(checked_out),
                event(vendor_word(other)),
            ));
        }
        None => "github_event",
    };
    let tag = environment.get("GITHUB_REF").is_some_and(is_tag);
    if method == "github_push" && tag {
        return Ok(missing(method, commit_or_checked_out(checked_out), event("tag")));
    }
    let Some(path) = environment.get("GITHUB_EVENT_PATH").filter(|_| name.is_some()) else {
        return Ok(missing(method, commit_or_checked_out(checked_out), MissingBase::Unknown));
    };
    let text = read_event(path).map_err(|why| vec![unreadable(path, &why)])?;
    let source = Source::new(path, text);
    let parsed: Event<'_> = serde_json::from_str(source.text()).map_err(|error| {
        vec![Fault::at(
            Code::EventFile,
            &source,
            error_span(&source, &error),
            format!("the event file of `{}` cannot be read: {}", name.unwrap_or_default(), error_message(&error)),
            "here",
            "GITHUB_EVENT_PATH must name the file that GitHub wrote; or name the revisions with --base and --head",
        )]
    })?;
    let of = Of { source: &source, name: name.unwrap_or_default(), checked_out };
    match method {
        "github_push" => of.push(&parsed),
        "github_merge_group" => of.merge_group(&parsed),
        _ => of.pull_request(&parsed),
    }
}

/// An event that was parsed, with what its faults point into.
struct Of<'a> {
    source: &'a Arc<Source>,
    name: &'a str,
    checked_out: Option<&'a str>,
}

impl Of<'_> {
    /// What a branch had before against what it has now, whether the one descends from the other or not.
    fn push(&self, parsed: &Event<'_>) -> Result<BaseRequest, Vec<Fault>> {
        const METHOD: &str = "github_push";
        let head = commit_or_checked_out(self.checked_out.or(parsed.after.as_ref().map(Text::as_str)));
        if parsed.reference.as_ref().is_some_and(|reference| is_tag(reference.as_str())) {
            return Ok(missing(METHOD, head, event("tag")));
        }
        let (Some(before), Some(after)) = (&parsed.before, &parsed.after) else {
            return Err(vec![self.lacks("before` and `after")]);
        };
        if is_zero(after.as_str()) {
            return Ok(missing(METHOD, Revision::CheckedOut, event("branch_deleted")));
        }
        self.agrees("after", after)?;
        if parsed.created || is_zero(before.as_str()) {
            return Ok(missing(METHOD, head, MissingBase::ZeroCommit));
        }
        Ok(one(exact(METHOD, before.as_str(), after.as_str())))
    }

    /// The commit that the queue built against the one that it built it on.
    fn merge_group(&self, parsed: &Event<'_>) -> Result<BaseRequest, Vec<Fault>> {
        let group = parsed.merge_group.as_ref().ok_or_else(|| vec![self.lacks("merge_group")])?;
        self.agrees("merge_group.head_sha", &group.head_sha)?;
        Ok(one(exact("github_merge_group", group.base_sha.as_str(), group.head_sha.as_str())))
    }

    /// The pull request's own commits since it left the base; in a clone that is too shallow for that, the merge that
    /// GitHub made for the test against its first parent.
    fn pull_request(&self, parsed: &Event<'_>) -> Result<BaseRequest, Vec<Fault>> {
        let pull_request = parsed.pull_request.as_ref().ok_or_else(|| vec![self.lacks("pull_request")])?;
        let (base, head) = (pull_request.base.sha.as_str(), pull_request.head.sha.as_str());
        let mut any = vec![Comparison {
            method: "github_pull_request",
            base: Revision::Commit(base.to_owned()),
            tip: None,
            head: Head::Commit(Revision::Commit(head.to_owned())),
            reach: Reach::MergeBase,
            confidence: Confidence::Certain,
            guess: false,
        }];
        // For `pull_request_target` the variable names the base branch, which is no merge of this pull request.
        if let Some(merge) = self.checked_out.filter(|_| self.name != "pull_request_target") {
            any.push(test_merge("github_test_merge", merge, head));
        }
        Ok(BaseRequest {
            method: "github_pull_request",
            head: Head::Commit(Revision::Commit(head.to_owned())),
            base: BaseChoice::AnyOf(any),
        })
    }

    fn lacks(&self, key: &str) -> Fault {
        self.fault(
            first_byte(self.source),
            format!("the event is `{}`, and its file has no `{key}`", self.name),
            "in this document",
        )
    }

    /// Checks what the event says of the head against `GITHUB_SHA`.
    fn agrees(&self, key: &str, value: &Text<'_>) -> Result<(), Vec<Fault>> {
        match self.checked_out {
            Some(checked_out) if checked_out != value.as_str() => Err(vec![self.fault(
                value.span(self.source),
                format!("`{key}` is `{}`, and GITHUB_SHA is `{checked_out}`", value.as_str()),
                "contradicts GITHUB_SHA",
            )]),
            _ => Ok(()),
        }
    }

    fn fault(&self, span: Span, message: String, label: &str) -> Fault {
        Fault::at(
            Code::EventFile,
            self.source,
            span,
            message,
            label,
            "GITHUB_EVENT_NAME, GITHUB_EVENT_PATH and GITHUB_SHA must be of one event; or name the revisions with \
             --base and --head",
        )
    }
}

/// Compares two commits as they are.
pub(super) fn exact(method: &'static str, base: &str, head: &str) -> Comparison {
    Comparison {
        method,
        base: Revision::Commit(base.to_owned()),
        tip: None,
        head: Head::Commit(Revision::Commit(head.to_owned())),
        reach: Reach::Exact,
        confidence: Confidence::Certain,
        guess: false,
    }
}

/// Compares the merge that a CI made for a test with its first parent: it needs two commits, and no history.
pub(super) fn test_merge(method: &'static str, merge: &str, source: &str) -> Comparison {
    Comparison {
        method,
        base: Revision::FirstParent { merge: merge.to_owned(), source: source.to_owned() },
        tip: None,
        head: Head::Commit(Revision::Commit(merge.to_owned())),
        reach: Reach::Exact,
        confidence: Confidence::Certain,
        guess: false,
    }
}

/// Says whether a full reference name is that of a tag.
pub(super) fn is_tag(reference: &str) -> bool {
    reference.starts_with("refs/tags/")
}

fn vendor_word(event: &str) -> &str {
    match event {
        "workflow_dispatch" => "manual",
        other => other,
    }
}

fn unreadable(path: &str, why: &str) -> Fault {
    Fault::new(
        Code::EventFile,
        format!("the event file `{path}` cannot be read: {why}"),
        "mount the file that GITHUB_EVENT_PATH names, or name the revisions with --base and --head",
    )
}
