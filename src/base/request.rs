//! Flags, then the CI, then the configured or the default branch.

use std::collections::BTreeMap;

use crate::base::environment::Environment;
use crate::base::model::{BaseChoice, BaseRequest, Comparison, Flags, Head, Named, Reach, Revision};
use crate::base::{github, gitlab, vendors};
use crate::change::{Confidence, MissingBase, Provenance};
use crate::fault::{Code, Fault};
use crate::source::Source;

/// The variable by which each CI says that it is there.
const VENDORS: [(&str, Vendor); 6] = [
    ("GITHUB_ACTIONS", Vendor::GitHub),
    ("GITLAB_CI", Vendor::GitLab),
    ("BUILDKITE", Vendor::Buildkite),
    ("CIRCLECI", Vendor::CircleCi),
    ("TF_BUILD", Vendor::Azure),
    ("JENKINS_URL", Vendor::Jenkins),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Vendor {
    GitHub,
    GitLab,
    Buildkite,
    CircleCi,
    Azure,
    Jenkins,
}

/// Decides what to compare.
///
/// `configured_base` is asked only where neither flags nor the CI name a base, and `read_event` only for a CI that
/// describes its event in a file; it returns the file's text, or one sentence on why it cannot be read.
pub fn request(
    flags: &Flags,
    variables: &BTreeMap<String, String>,
    configured_base: &dyn Fn() -> Option<String>,
    read_event: &dyn Fn(&str) -> Result<String, String>,
) -> Result<BaseRequest, Vec<Fault>> {
    if let Some(request) = by_flags(flags, configured_base)? {
        return Ok(request);
    }
    let environment = Environment::new(variables);
    let found = by_ci(&environment, configured_base, read_event);
    let mut faults = environment.into_faults();
    match found {
        Ok(request) if faults.is_empty() => Ok(request),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

/// Returns the fault of a change without a base, for `--on-missing-base fail`; nothing where the base was found.
pub fn missing_fault(provenance: &Provenance) -> Option<Fault> {
    let method = &provenance.base_method;
    let (why, help) = match provenance.missing.as_ref()? {
        MissingBase::ZeroCommit => (
            "the event has an all-zero commit, as the first push of a branch has".to_owned(),
            "name the base with --base, or let the route be broad: --on-missing-base broad".to_owned(),
        ),
        MissingBase::NotInClone { revision } => {
            (format!("`{revision}` is not in this clone"), format!("fetch it: git fetch origin {revision}"))
        }
        MissingBase::Unrelated => (
            "base and head have no common ancestor".to_owned(),
            "compare the two as they are with --exact, or name another base".to_owned(),
        ),
        MissingBase::Shallow => (
            "the history of this clone was cut before a common ancestor".to_owned(),
            "fetch more of it: git fetch --deepen=100, or git fetch --unshallow".to_owned(),
        ),
        MissingBase::Event { event } => (
            format!("the event `{event}` has no base"),
            "name the base with --base, or let the route be broad: --on-missing-base broad".to_owned(),
        ),
        MissingBase::Unborn => {
            ("the branch has no commit yet".to_owned(), "commit first, or name the revisions".to_owned())
        }
        MissingBase::Unknown => (
            "no flag, no CI and no default branch names a base".to_owned(),
            "name it with --base, or set `base` in laneway.yaml".to_owned(),
        ),
        MissingBase::Unreadable { why } => (
            format!("the base could not be read: {why}"),
            "complete the clone: git fetch --refetch, or git fsck for what is broken".to_owned(),
        ),
    };
    Some(Fault::new(Code::BaseMissing, format!("there is no base to compare with ({method}): {why}"), help))
}

fn by_flags(
    flags: &Flags,
    configured_base: &dyn Fn() -> Option<String>,
) -> Result<Option<BaseRequest>, Vec<Fault>> {
    let mut faults = Vec::new();
    for (name, value) in [("--base", &flags.base), ("--head", &flags.head)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            faults.push(Fault::new(
                Code::EmptyValue,
                format!("the value of `{name}` is empty"),
                format!("give `{name}` a revision, or leave it out"),
            ));
        }
    }
    if flags.staged && (flags.base.is_some() || flags.head.is_some() || flags.exact) {
        faults.push(Fault::new(
            Code::Usage,
            "--staged compares the index with HEAD and takes no other revision",
            "leave out --base, --head and --exact, or leave out --staged",
        ));
    }
    if flags.exact && flags.base.is_none() {
        faults.push(Fault::new(
            Code::Usage,
            "--exact compares two revisions as they are, and no --base is given",
            "name the base with --base",
        ));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if flags.staged {
        return Ok(Some(one(Comparison {
            method: "staged",
            base: Revision::CheckedOut,
            tip: None,
            head: Head::Index,
            reach: Reach::Exact,
            confidence: Confidence::Certain,
            guess: false,
        })));
    }
    let head =
        flags.head.as_ref().map(|text| Revision::Spec { text: text.clone(), named: Named::Flag("--head") });
    if let Some(base) = &flags.base {
        return Ok(Some(one(Comparison {
            method: "flag",
            base: Revision::Spec { text: base.clone(), named: Named::Flag("--base") },
            tip: None,
            head: Head::Commit(head.unwrap_or(Revision::CheckedOut)),
            reach: if flags.exact { Reach::Exact } else { Reach::MergeBase },
            confidence: Confidence::Certain,
            guess: false,
        })));
    }
    Ok(head.map(|head| one(against_default(Head::Commit(head), false, configured_base))))
}

fn by_ci(
    environment: &Environment<'_>,
    configured_base: &dyn Fn() -> Option<String>,
    read_event: &dyn Fn(&str) -> Result<String, String>,
) -> Result<BaseRequest, Vec<Fault>> {
    let present: Vec<(&str, Vendor)> =
        VENDORS.into_iter().filter(|(variable, _)| environment.is_on(variable)).collect();
    match present[..] {
        [(_, Vendor::GitHub)] => github::request(environment, read_event),
        [(_, Vendor::GitLab)] => Ok(gitlab::request(environment)),
        [(_, Vendor::Buildkite)] => Ok(vendors::buildkite(environment, configured_base)),
        [(_, Vendor::CircleCi)] => Ok(vendors::circleci(environment, configured_base)),
        [(_, Vendor::Azure)] => Ok(vendors::azure(environment, configured_base)),
        [(_, Vendor::Jenkins)] => Ok(vendors::jenkins(environment)),
        // A CI that is not known by name says at least that it is one.
        [] => Ok(one(against_default(Head::WorkingTree, environment.is_on("CI"), configured_base))),
        [(_, _), ..] => Err(vec![two_vendors(&present)]),
    }
}

/// Compares with the configured base, else with the remote's default branch.
fn against_default(head: Head, guess: bool, configured_base: &dyn Fn() -> Option<String>) -> Comparison {
    let (method, base, confidence) = match configured_base() {
        Some(text) => {
            let confidence = if guess { Confidence::Likely } else { Confidence::Certain };
            ("config", Revision::Spec { text, named: Named::Config }, confidence)
        }
        None => ("default_branch", Revision::DefaultBranch, Confidence::Likely),
    };
    Comparison { method, base, tip: None, head, reach: Reach::MergeBase, confidence, guess }
}

/// A request for one comparison.
pub(super) fn one(comparison: Comparison) -> BaseRequest {
    BaseRequest {
        method: comparison.method,
        head: comparison.head.clone(),
        base: BaseChoice::AnyOf(vec![comparison]),
    }
}

/// A request that is known to have no base.
pub(super) fn missing(method: &'static str, head: Revision, cause: MissingBase) -> BaseRequest {
    BaseRequest { method, head: Head::Commit(head), base: BaseChoice::Missing(cause) }
}

/// The cause of an event that has no base by its nature.
pub(super) fn event(name: &str) -> MissingBase {
    MissingBase::Event { event: name.to_owned() }
}

/// The commit that a variable names, or what is checked out.
pub(super) fn commit_or_checked_out(id: Option<&str>) -> Revision {
    id.map_or(Revision::CheckedOut, |id| Revision::Commit(id.to_owned()))
}

/// Says whether a CI means "no commit".
pub(super) fn is_zero(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte == b'0')
}

fn two_vendors(present: &[(&str, Vendor)]) -> Fault {
    let lines: Vec<String> = present.iter().map(|(variable, _)| format!("{variable} is set")).collect();
    let source = Source::new("environment", format!("{}\n", lines.join("\n")));
    let names: Vec<String> = present.iter().map(|(variable, _)| format!("`{variable}`")).collect();
    let second = source.line_start(2);
    Fault::at(
        Code::EventFile,
        &source,
        second..second + lines[1].len(),
        format!("the variables of several CIs are set: {}", names.join(", ")),
        "contradicts the variable above",
        "unset those of the CI that does not run this job, or name the revisions with --base and --head",
    )
}
