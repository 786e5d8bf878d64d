//! Which pull or merge request a run is about: from flags, the CI's variables and its event.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::fault::{Code, Fault};
use crate::forge::model::{Context, Target};
use crate::json::{error_message, error_span, first_byte};
use crate::roster::Forge;
use crate::source::Source;

/// Returns the pull request that is meant. What flags name beats what the CI says; without either it is a fault.
pub fn context(
    target: &Target,
    variables: &BTreeMap<String, String>,
    read_event: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Context, Vec<Fault>> {
    let variables = Variables { all: variables };
    let is_on =
        |name| variables.all.get(name).is_some_and(|value| !matches!(value.as_str(), "" | "false" | "0"));
    let forge = match (target.forge, is_on("GITHUB_ACTIONS"), is_on("GITLAB_CI")) {
        (Some(forge), ..) => forge,
        (None, true, false) => Forge::Github,
        (None, false, true) => Forge::Gitlab,
        (None, true, true) => {
            return Err(vec![Fault::new(
                Code::ForgeUnknown,
                "both GITHUB_ACTIONS and GITLAB_CI are set, so the forge is not known",
                "say which: --post github, or --post gitlab",
            )]);
        }
        (None, false, false) => {
            return Err(vec![Fault::new(
                Code::ForgeUnknown,
                "no CI says which forge to post to: neither GITHUB_ACTIONS nor GITLAB_CI is set",
                "say which: --post github, or --post gitlab, with --repository and --pull-request",
            )]);
        }
    };
    match forge {
        Forge::Github => github(target, &variables, read_event),
        Forge::Gitlab => gitlab(target, &variables),
    }
}

/// The CI's variables.
struct Variables<'a> {
    all: &'a BTreeMap<String, String>,
}

impl<'a> Variables<'a> {
    /// Returns a variable's value; an empty one is a fault.
    fn get(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        match self.all.get(name).map(String::as_str) {
            Some(value) if value.trim().is_empty() => Err(Fault::new(
                Code::EmptyValue,
                format!("the variable `{name}` is empty"),
                format!("unset `{name}`, or give it its value"),
            )),
            value => Ok(value),
        }
    }

    /// Returns the value of a variable that may be set and empty where it does not apply.
    fn get_or_blank(&self, name: &str) -> Option<&'a str> {
        self.all.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }
}

/// Keeps what is sound, and the faults of the rest.
fn kept<T>(faults: &mut Vec<Fault>, result: Result<T, Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

// --- GitHub -------------------------------------------------------------------------------------------------------

/// The part of an event that says which pull request it is about. Every key that has another shape is as good as absent.
#[derive(Deserialize)]
struct Event {
    pull_request: Option<PullRequest>,
    issue: Option<Issue>,
    workflow_run: Option<WorkflowRun>,
}

#[derive(Deserialize)]
struct PullRequest {
    number: u64,
    head: Option<Side>,
    base: Option<Side>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Side {
    sha: Option<String>,
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: Option<String>,
    id: Option<u64>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    user: Option<User>,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct WorkflowRun {
    head_sha: Option<String>,
    #[serde(default)]
    pull_requests: Vec<PullRequest>,
}

/// What an event says.
#[derive(Default)]
struct Told {
    number: u64,
    head: Option<String>,
    author: Option<String>,
    fork: bool,
}

fn github(
    target: &Target,
    variables: &Variables<'_>,
    read_event: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Context, Vec<Fault>> {
    let mut faults = Vec::new();
    let api = match &target.api {
        Some(api) => Some(api.as_str()),
        None => kept(&mut faults, variables.get("GITHUB_API_URL")).flatten(),
    };
    let named = match &target.project {
        Some(project) => Some(project.as_str()),
        None => kept(&mut faults, variables.get("GITHUB_REPOSITORY")).flatten(),
    };
    let project = kept(&mut faults, named.ok_or_else(no_repository).and_then(repository));
    let run_url = [
        variables.get("GITHUB_SERVER_URL"),
        variables.get("GITHUB_REPOSITORY"),
        variables.get("GITHUB_RUN_ID"),
    ];
    let run_url = match run_url {
        [Ok(Some(server)), Ok(Some(repository)), Ok(Some(run))] => {
            Some(format!("{}/{repository}/actions/runs/{run}", server.trim_end_matches('/')))
        }
        _ => None,
    };
    let told = match target.number {
        Some(number) => Some(Told { number, ..Told::default() }),
        None => {
            kept(&mut faults, variables.get("GITHUB_EVENT_PATH").and_then(|path| event(path, read_event)))
        }
    };
    match (project, told, faults.is_empty()) {
        (Some(project), Some(told), true) => Ok(Context {
            forge: Forge::Github,
            api: api.unwrap_or("https://api.github.com").trim_end_matches('/').to_owned(),
            project,
            number: told.number,
            head: told.head,
            author: told.author,
            run_url,
            fork: told.fork,
        }),
        _ => Err(faults),
    }
}

fn no_repository() -> Fault {
    Fault::new(
        Code::ForgeUnknown,
        "GITHUB_REPOSITORY is not set, so the repository is not known",
        "name it: --repository owner/name",
    )
}

/// Checks that a name is `owner/name`, so that it cannot lead to another part of the API.
fn repository(name: &str) -> Result<String, Fault> {
    let sound = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(plain) && part != "." && part != ".."
    };
    match name.split_once('/') {
        Some((owner, repository)) if sound(owner) && sound(repository) => Ok(name.to_owned()),
        _ => Err(Fault::new(
            Code::ForgeUnknown,
            format!("`{name}` is no repository of GitHub"),
            "it is written `owner/name`, of letters, digits, `-`, `_` and `.`",
        )),
    }
}

fn event(path: Option<&str>, read_event: &dyn Fn(&str) -> Result<String, String>) -> Result<Told, Fault> {
    let Some(path) = path else {
        return Err(Fault::new(
            Code::ForgeNoPullRequest,
            "GITHUB_EVENT_PATH is not set, so the pull request is not known",
            "name it: --pull-request N",
        ));
    };
    let text = read_event(path).map_err(|why| {
        Fault::new(
            Code::EventFile,
            format!("the event file `{path}` cannot be read: {why}"),
            "mount the file that GITHUB_EVENT_PATH names, or name the pull request with --pull-request",
        )
    })?;
    let source = Source::new(path, text);
    let parsed: Event = serde_json::from_str(source.text()).map_err(|error| {
        Fault::at(
            Code::EventFile,
            &source,
            error_span(&source, &error),
            format!("the event file cannot be read: {}", error_message(&error)),
            "here",
            "GITHUB_EVENT_PATH must name the file that GitHub wrote; or name the pull request with --pull-request",
        )
    })?;
    told(parsed).map_err(|message| no_pull_request(&source, message))
}

fn told(event: Event) -> Result<Told, &'static str> {
    if let Some(pull_request) = event.pull_request {
        return Ok(of_pull_request(pull_request));
    }
    if let Some(issue) = event.issue {
        if issue.pull_request.is_none() {
            return Err("the event is about an issue that is no pull request");
        }
        let author = issue.user.map(|user| user.login);
        return Ok(Told { number: issue.number, author, ..Told::default() });
    }
    match event.workflow_run {
        // GitHub lists no pull request of a fork here.
        Some(run) if run.pull_requests.is_empty() => Err("the event's workflow run lists no pull request"),
        Some(run) if run.pull_requests.len() > 1 => {
            Err("the event's workflow run lists several pull requests")
        }
        Some(mut run) => {
            let told = run.pull_requests.pop().map(of_pull_request).unwrap_or_default();
            Ok(Told { head: run.head_sha.or(told.head), ..told })
        }
        None => Err("the event file has no `pull_request`"),
    }
}

fn of_pull_request(pull_request: PullRequest) -> Told {
    let repository = |side: &Option<Side>| {
        let repo = side.as_ref()?.repo.as_ref()?;
        repo.full_name.clone().or_else(|| repo.id.map(|id| id.to_string()))
    };
    // The repository of a fork that was deleted is null.
    let fork = repository(&pull_request.head) != repository(&pull_request.base);
    Told {
        number: pull_request.number,
        head: pull_request.head.and_then(|head| head.sha),
        author: pull_request.user.map(|user| user.login),
        fork,
    }
}

fn no_pull_request(source: &Arc<Source>, message: &str) -> Fault {
    Fault::at(
        Code::ForgeNoPullRequest,
        source,
        first_byte(source),
        message,
        "in this document",
        "post on the event `pull_request`, or name the pull request with --pull-request N",
    )
}

// --- GitLab -------------------------------------------------------------------------------------------------------

fn gitlab(target: &Target, variables: &Variables<'_>) -> Result<Context, Vec<Fault>> {
    let mut faults = Vec::new();
    let api = match &target.api {
        Some(api) => Some(api.as_str()),
        None => kept(&mut faults, variables.get("CI_API_V4_URL")).flatten(),
    };
    // The pipeline of a fork's merge request runs in the fork; the merge request is the target project's.
    let project = target
        .project
        .as_deref()
        .or_else(|| variables.get_or_blank("CI_MERGE_REQUEST_PROJECT_ID"))
        .or_else(|| variables.get_or_blank("CI_PROJECT_ID"));
    if project.is_none() {
        faults.push(Fault::new(
            Code::ForgeUnknown,
            "CI_PROJECT_ID is not set, so the project is not known",
            "name it: --repository with its number, or its full path",
        ));
    }
    let number = match target.number {
        Some(number) => Some(number),
        None => kept(&mut faults, variables.get("CI_MERGE_REQUEST_IID").and_then(iid)),
    };
    let of_run = target.number.is_none();
    let head = ["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"];
    let head = head.into_iter().find_map(|name| variables.get_or_blank(name)).filter(|_| of_run);
    let source = variables.get_or_blank("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
    let own = variables
        .get_or_blank("CI_MERGE_REQUEST_PROJECT_ID")
        .or_else(|| variables.get_or_blank("CI_PROJECT_ID"));
    match (project, number, faults.is_empty()) {
        (Some(project), Some(number), true) => Ok(Context {
            forge: Forge::Gitlab,
            api: api.unwrap_or("https://gitlab.com/api/v4").trim_end_matches('/').to_owned(),
            project: project.to_owned(),
            number,
            head: head.map(str::to_owned),
            // GITLAB_USER_LOGIN is who started the pipeline. The author is in the merge request, which is read.
            author: None,
            run_url: variables.get_or_blank("CI_JOB_URL").map(str::to_owned),
            fork: of_run && source.is_some() && source != own,
        }),
        _ => Err(faults),
    }
}

fn iid(value: Option<&str>) -> Result<u64, Fault> {
    const HELP: &str = "post in a merge request pipeline (`rules: if: $CI_PIPELINE_SOURCE == \"merge_request_event\"`), or \
                        name the merge request with --pull-request N";
    let Some(value) = value else {
        return Err(Fault::new(
            Code::ForgeNoPullRequest,
            "CI_MERGE_REQUEST_IID is not set: the pipeline is of no merge request",
            HELP,
        ));
    };
    value.parse().map_err(|_| {
        Fault::new(
            Code::ForgeNoPullRequest,
            format!("CI_MERGE_REQUEST_IID is `{value}`, which is no number"),
            HELP,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"pull_request": {"number": 7, "user": {"login": "ada"},
        "head": {"sha": "c0ffee", "repo": {"full_name": "ada/shop"}}, "base": {"repo": {"full_name": "acme/shop"}}}}"#;

    fn github_of(event: &str, more: &[(&str, &str)]) -> Result<Context, Vec<Fault>> {
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_EVENT_PATH", "event.json"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_RUN_ID", "9"),
        ];
        let variables =
            variables.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let read = |_: &str| Ok(event.to_owned());
        context(&Target::default(), &variables.collect(), &read)
    }

    fn codes(result: Result<Context, Vec<Fault>>) -> Vec<Code> {
        result.expect_err("a fault").iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn a_pull_request_of_a_fork() {
        let context = github_of(EVENT, &[("GITHUB_API_URL", "https://ghe.example/api/v3/")]).expect("sound");
        let expected = Context {
            forge: Forge::Github,
            api: "https://ghe.example/api/v3".to_owned(),
            project: "acme/shop".to_owned(),
            number: 7,
            head: Some("c0ffee".to_owned()),
            author: Some("ada".to_owned()),
            run_url: Some("https://github.com/acme/shop/actions/runs/9".to_owned()),
            fork: true,
        };
        assert_eq!(context, expected);
        let own = EVENT.replace("ada/shop", "acme/shop");
        assert!(!github_of(&own, &[]).expect("sound").fork);
        let gone = EVENT.replace(r#"{"full_name": "ada/shop"}"#, "null");
        assert!(github_of(&gone, &[]).expect("sound").fork);
    }

    #[test]
    fn other_events_that_are_about_one() {
        let comment = r#"{"issue": {"number": 8, "user": {"login": "bo"}, "pull_request": {"url": "x"}}}"#;
        let context = github_of(comment, &[]).expect("sound");
        assert_eq!((context.number, context.head, context.author.as_deref()), (8, None, Some("bo")));
        let run = r#"{"workflow_run": {"head_sha": "abc", "pull_requests": [{"number": 9,
            "head": {"sha": "abc", "repo": {"id": 1}}, "base": {"sha": "d", "repo": {"id": 1}}}]}}"#;
        let context = github_of(run, &[]).expect("sound");
        assert_eq!((context.number, context.head.as_deref(), context.fork), (9, Some("abc"), false));
    }

    #[test]
    fn events_without_one_are_faults_with_a_place() {
        for (event, code) in [
            ("{}", Code::ForgeNoPullRequest),
            (r#"{"ref": "refs/heads/main"}"#, Code::ForgeNoPullRequest),
            (r#"{"issue": {"number": 8}}"#, Code::ForgeNoPullRequest),
            (r#"{"workflow_run": {"pull_requests": []}}"#, Code::ForgeNoPullRequest),
            ("", Code::EventFile),
            ("[1", Code::EventFile),
            (r#"{"pull_request": {"number": "7"}}"#, Code::EventFile),
        ] {
            let faults = github_of(event, &[]).expect_err("a fault");
            assert_eq!(faults.len(), 1, "{event}: {faults:?}");
            assert_eq!((faults[0].code, faults[0].place.is_some()), (code, true), "{event}");
            assert!(!faults[0].help.is_empty());
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let found = codes(github_of("{}", &[("GITHUB_REPOSITORY", "../x"), ("GITHUB_API_URL", " ")]));
        assert_eq!(found, [Code::EmptyValue, Code::ForgeUnknown, Code::ForgeNoPullRequest]);
        for name in ["acme", "acme/", "/shop", "acme/shop/x", "acme/..", "acme/sh op", "acme/shop?x", ""] {
            assert!(github_of(EVENT, &[("GITHUB_REPOSITORY", name)]).is_err(), "{name:?}");
        }
    }

    #[test]
    fn flags_beat_the_ci() {
        let target = Target {
            forge: Some(Forge::Github),
            api: Some("http://127.0.0.1:1/".to_owned()),
            project: Some("a/b".to_owned()),
            number: Some(3),
        };
        let read = |_: &str| Err("not to be read".to_owned());
        let context = super::context(&target, &BTreeMap::new(), &read).expect("sound");
        assert_eq!(
            (context.api.as_str(), context.project.as_str(), context.number),
            ("http://127.0.0.1:1", "a/b", 3)
        );
        assert_eq!(codes(super::context(&Target::default(), &BTreeMap::new(), &read)), [Code::ForgeUnknown]);
    }

    fn gitlab_of(more: &[(&str, &str)]) -> Result<Context, Vec<Fault>> {
        let variables =
            [("GITLAB_CI", "true"), ("CI_API_V4_URL", "https://gl.example/api/v4"), ("CI_PROJECT_ID", "5")];
        let variables =
            variables.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        context(&Target::default(), &variables.collect(), &|_| Err("GitLab has no event file".to_owned()))
    }

    #[test]
    fn a_merge_request() {
        let more = [
            ("CI_MERGE_REQUEST_IID", "4"),
            ("CI_COMMIT_SHA", "abc"),
            ("CI_JOB_URL", "https://gl.example/j/1"),
        ];
        let context = gitlab_of(&more).expect("sound");
        assert_eq!((context.project.as_str(), context.number, context.fork), ("5", 4, false));
        assert_eq!(context.head.as_deref(), Some("abc"));
        // A merged result is another commit than the source branch's.
        let merged = [&more[..], &[("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "def")]].concat();
        assert_eq!(gitlab_of(&merged).expect("sound").head.as_deref(), Some("def"));
        let detached = [&more[..], &[("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")]].concat();
        assert_eq!(gitlab_of(&detached).expect("sound").head.as_deref(), Some("abc"));
    }

    #[test]
    fn a_merge_request_of_a_fork_is_the_target_projects() {
        let context = gitlab_of(&[
            ("CI_MERGE_REQUEST_IID", "4"),
            ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "5"),
        ]);
        let context = context.expect("sound");
        assert_eq!((context.project.as_str(), context.fork), ("1", true));
    }

    #[test]
    fn a_pipeline_without_one_is_a_fault() {
        assert_eq!(codes(gitlab_of(&[])), [Code::ForgeNoPullRequest]);
        assert_eq!(codes(gitlab_of(&[("CI_MERGE_REQUEST_IID", "x")])), [Code::ForgeNoPullRequest]);
        assert_eq!(codes(gitlab_of(&[("CI_MERGE_REQUEST_IID", "")])), [Code::EmptyValue]);
    }
}
